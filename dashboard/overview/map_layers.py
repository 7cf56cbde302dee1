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

from dashboard.state import address
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import controls, theme
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column


@dataclass(frozen=True)
class ColourClass:
    """One colour of a map and what it means. A grey one has no value and stands apart; one that
    is not `listed` has a colour between two that are, and `apart` are all those together. `at` is
    its position on the scale, where classes do not stand in that order."""

    label: str
    colour: str
    is_grey: bool = False
    in_legend: bool = True
    is_aggregate: bool = False
    scale_position: float = 0.0


@dataclass(frozen=True)
class Layer:
    """`short` is its name on the switch, `name` in headings; `map_note` and `list_note` explain.

    `of` gives the position in `classes` of a row of scores, `told` what the pointer reads of it
    beside score, rank and band; `columns` are those of the list between name and cases, and
    `arranged` the rows in its order, with what the others need.
    """

    id: str
    short_name: str
    name: str
    classes: tuple[ColourClass, ...]
    class_index: Callable[[Any], int]
    tooltip_lines: Callable[[Any], list[str]]
    columns: tuple[Column, ...]
    sort_rows: Callable[[pd.DataFrame], pd.DataFrame]
    list_note: str
    map_note: str = ""
    is_ordinal: bool = True  # classes follow one another; else they are kinds
    has_link: bool = True  # chosen by a link; else in the box of those that there are many of

    def is_grey(self, line: Any) -> bool:
        return self.classes[self.class_index(line)].is_grey


def ordinal_classes(breaks: Sequence[float] | None = None, unit: str = "") -> list[ColourClass]:
    """Classes from low to high, parted at `breaks` (those of the score), in the colours of it."""
    breaks = theme.SCORE_BREAKS if breaks is None else breaks
    edges = [f"{edge:g}{unit}" for edge in breaks]
    labels = [f"<{edges[0]}", *(f"{a}–{b}" for a, b in pairwise(edges)), f"≥{edges[-1]}"]
    return [ColourClass(*pair) for pair in zip(labels, theme.colour_ramp(len(labels)), strict=True)]


def no_score_class() -> ColourClass:
    return ColourClass(_("no score"), theme.current_palette().neutral, is_grey=True)


def selected_layer(layers: Mapping[str, Layer], places: pd.DataFrame) -> Layer:
    """The layer that the address names; by default the first of which some place of `units` has a
    value, as a dimension where only cases and no auctions are known and nothing has a score."""
    layer_id = address.get("layer")
    if layer_id in layers:
        return layers[layer_id]
    layers_with_values = (
        layer for layer in layers.values() if not all(map(layer.is_grey, places.itertuples()))
    )
    return next(layers_with_values, next(iter(layers.values())))


def layer_switch(layers: Mapping[str, Layer], current: Layer) -> Html:
    """Links to the layers that there are few of."""
    names = {layer.id: layer.short_name for layer in layers.values() if layer.has_link}
    return controls.switch("layer", _("Painted by"), names, current.id)


def indicator_box(layers: Mapping[str, Layer]) -> None:
    """A box of the others."""
    indicator_names = {
        layer.id: layer.short_name for layer in layers.values() if not layer.has_link
    }
    controls.select(
        "layer",
        _("By a single indicator"),
        ["", *indicator_names],
        format_option=lambda name: indicator_names.get(name, _("Choose an indicator")),
        width=270,
    )


ClassCounts = list[tuple[ColourClass, int]]


def count_classes(layer: Layer, places: pd.DataFrame) -> ClassCounts:
    """The classes of a layer from low to high, those without a value last, and how many places are
    in each; what is grey or between two others is left out where it is empty."""
    counts = [0] * len(layer.classes)
    for line in places.itertuples(index=False):
        counts[layer.class_index(line)] += 1
    pairs = zip(layer.classes, counts, strict=True)
    class_counts = [
        (colour_class, count)
        for colour_class, count in pairs
        if count or (colour_class.in_legend and not colour_class.is_grey)
    ]
    return sorted(class_counts, key=lambda pair: (pair[0].is_grey, pair[0].scale_position))


def _merge_blends(pairs: ClassCounts) -> ClassCounts:
    """The same with those between two others as one, apart from the scale."""
    scale_counts = [pair for pair in pairs if pair[0].in_legend and not pair[0].is_grey]
    blend_count = sum(count for colour_class, count in pairs if not colour_class.in_legend)
    if blend_count:
        colours = theme.current_palette().score_colours
        middle = len(colours) // 2
        colour = theme.blend(*colours[middle : middle + 2], 0.5)
        scale_counts.append((ColourClass(_("between two"), colour, is_aggregate=True), blend_count))
    return scale_counts + [pair for pair in pairs if pair[0].is_grey]


def legend(layer: Layer, places: pd.DataFrame) -> Html:
    """The classes of a layer with the number of places in each; of a scale as columns whose height
    is that number."""
    pairs = _merge_blends(count_classes(layer, places))
    max_count = max(
        (n for colour_class, n in pairs if not (colour_class.is_grey or colour_class.is_aggregate)),
        default=0,
    )
    items = [
        _legend_column(*pair, max_count)
        if layer.is_ordinal and not (pair[0].is_grey or pair[0].is_aggregate)
        else _legend_item(*pair)
        for pair in pairs
    ]
    css_class = "legend" if layer.is_ordinal else "legend kinds"
    return tag("ul", *items, class_=css_class, aria_label=layer.name)


def _legend_column(colour_class: ColourClass, count: int, max_count: int) -> Html:
    height = tag("b", style=f"--h:{count / max_count if max_count else 0:.3f}", aria_hidden="true")
    patch = tag("i", style=f"background:{colour_class.colour}")
    number = tag("small", " ", formats.number(count))
    return tag("li", patch, height, tag("span", colour_class.label), number)


def _legend_item(colour_class: ColourClass, count: int) -> Html:
    patch = tag("i", style=f"background:{colour_class.colour}")
    label = f"{colour_class.label} ({formats.number(count)})"
    return tag(
        "li",
        patch,
        label,
        class_="apart" if colour_class.is_grey or colour_class.is_aggregate else None,
    )
