"""What a map is painted by and the list beside it ordered by, as classes of colour.

Every layer is a few classes, each with a colour and words, and a place is in one of them. What a
colour says is said in words too: in the legend, under the pointer and in the list. Which layers
there are stands in kinds.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from dashboard import address, controls, formats, theme
from dashboard.i18n import _
from dashboard.markup import Html, tag
from dashboard.tables import Column


@dataclass(frozen=True)
class Class:
    """One colour of a map and what it means. A `grey` one has no value and stands apart; one that
    is not `listed` has a colour between two that are, and `apart` are all those together. `at` is
    its position on the scale, where classes do not stand in that order."""

    label: str
    colour: str
    grey: bool = False
    listed: bool = True
    apart: bool = False
    at: float = 0.0


@dataclass(frozen=True)
class Layer:
    """`short` is its name on the switch, `name` in headings; `map_note` and `list_note` explain.

    `of` gives the position in `classes` of a row of scores, `told` what the pointer reads of it
    beside score, rank and band; `columns` are those of the list between name and cases, and
    `arranged` the rows in its order, with what the others need.
    """

    id: str
    short: str
    name: str
    classes: tuple[Class, ...]
    of: Callable[[Any], int]
    told: Callable[[Any], list[str]]
    columns: tuple[Column, ...]
    arranged: Callable[[pd.DataFrame], pd.DataFrame]
    list_note: str
    map_note: str = ""
    scale: bool = True  # classes follow one another; else they are kinds
    linked: bool = True  # chosen by a link; else in the box of those that there are many of

    def grey(self, line: Any) -> bool:
        return self.classes[self.of(line)].grey


def scale(breaks: Sequence[float] = theme.SCORE_BREAKS, unit: str = "") -> list[Class]:
    """Classes from low to high, parted at `breaks`, in the colours of the score."""
    edges = [f"{edge:g}{unit}" for edge in breaks]
    labels = [f"<{edges[0]}", *(f"{a}–{b}" for a, b in pairwise(edges)), f"≥{edges[-1]}"]
    return [Class(*pair) for pair in zip(labels, theme.now().score_colours, strict=True)]


def unscored() -> Class:
    return Class(_("no score"), theme.now().neutral, grey=True)


def chosen(layers: Mapping[str, Layer], units: pd.DataFrame) -> Layer:
    """The layer that the address names; by default the first of which some place of `units` has a
    value, as a dimension where only cases and no auctions are known and nothing has a score."""
    named = address.get("layer")
    if named in layers:
        return layers[named]
    known = (layer for layer in layers.values() if not all(map(layer.grey, units.itertuples())))
    return next(known, next(iter(layers.values())))


def switch(layers: Mapping[str, Layer], current: Layer) -> Html:
    """Links to the layers that there are few of."""
    names = {layer.id: layer.short for layer in layers.values() if layer.linked}
    return controls.switch("layer", _("Painted by"), names, current.id)


def box(layers: Mapping[str, Layer]) -> None:
    """A box of the others."""
    others = {layer.id: layer.short for layer in layers.values() if not layer.linked}
    controls.select(
        "layer",
        _("By a single indicator"),
        ["", *others],
        said=lambda name: others.get(name, _("Choose an indicator")),
        width=270,
    )


Counted = list[tuple[Class, int]]


def counted(layer: Layer, units: pd.DataFrame) -> Counted:
    """The classes of a layer from low to high, those without a value last, and how many places are
    in each; what is grey or between two others is left out where it is empty."""
    counts = [0] * len(layer.classes)
    for line in units.itertuples(index=False):
        counts[layer.of(line)] += 1
    pairs = zip(layer.classes, counts, strict=True)
    found = [(item, count) for item, count in pairs if count or (item.listed and not item.grey)]
    return sorted(found, key=lambda pair: (pair[0].grey, pair[0].at))


def _between_together(pairs: Counted) -> Counted:
    """The same with those between two others as one, apart from the scale."""
    scale = [pair for pair in pairs if pair[0].listed and not pair[0].grey]
    between = sum(count for item, count in pairs if not item.listed)
    if between:
        colour = theme.blend(*theme.now().score_colours[3:5], 0.5)
        scale.append((Class(_("between two"), colour, apart=True), between))
    return scale + [pair for pair in pairs if pair[0].grey]


def legend(layer: Layer, units: pd.DataFrame) -> Html:
    """The classes of a layer with the number of places in each; of a scale as columns whose height
    is that number."""
    pairs = _between_together(counted(layer, units))
    most = max((n for item, n in pairs if not (item.grey or item.apart)), default=0)
    items = [
        _column(*pair, most)
        if layer.scale and not (pair[0].grey or pair[0].apart)
        else _kind(*pair)
        for pair in pairs
    ]
    kind = "legend" if layer.scale else "legend kinds"
    return tag("ul", *items, class_=kind, aria_label=layer.name)


def _column(item: Class, count: int, most: int) -> Html:
    height = tag("b", style=f"--h:{count / most if most else 0:.3f}", aria_hidden="true")
    patch = tag("i", style=f"background:{item.colour}")
    number = tag("small", " ", formats.number(count))
    return tag("li", patch, height, tag("span", item.label), number)


def _kind(item: Class, count: int) -> Html:
    patch = tag("i", style=f"background:{item.colour}")
    words = f"{item.label} ({formats.number(count)})"
    return tag("li", patch, words, class_="apart" if item.grey or item.apart else None)
