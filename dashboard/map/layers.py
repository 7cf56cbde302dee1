"""What a map is painted by and the list beside it ordered by, as classes of colour.

Every layer is a few classes, each with a colour and words, and a place is in one of them. What a
colour says is said in words too: in the legend, under the pointer and in the list. Which layers
there are stands in layer_kinds.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard import address, formats
from dashboard.i18n import _
from dashboard.markup import Html, tag
from dashboard.tables import Column


@dataclass(frozen=True)
class Class:
    """One colour of a map and what it means. A `grey` one has no value and stands apart; one that
    is not `listed` has a colour between two that are."""

    label: str
    colour: str
    grey: bool = False
    listed: bool = True


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

    def grey(self, line: Any) -> bool:
        return self.classes[self.of(line)].grey


def chosen(layers: Mapping[str, Layer], units: pd.DataFrame) -> Layer:
    """The layer that the address names; by default the first of which some place of `units` has a
    value, as a dimension where only cases and no auctions are known and nothing has a score."""
    named = address.get("layer")
    if named in layers:
        return layers[named]
    known = (layer for layer in layers.values() if not all(map(layer.grey, units.itertuples())))
    return next(known, next(iter(layers.values())))


def switch(layers: Mapping[str, Layer], current: Layer) -> Html:
    """Links to the layers."""
    links = [
        tag(
            "a",
            layer.short,
            href=address.here(layer=layer.id),
            data_in=True,
            aria_current="true" if layer == current else None,
        )
        for layer in layers.values()
    ]
    return tag("nav", *links, class_="switch", aria_label=_("Painted by"))


def legend(layer: Layer, units: pd.DataFrame) -> Html:
    """The classes of a layer; of kinds, and of what is grey, how many places there are."""
    counts = [0] * len(layer.classes)
    for line in units.itertuples(index=False):
        counts[layer.of(line)] += 1
    items = [
        _swatch(item, None if layer.scale and not item.grey else count)
        for item, count in zip(layer.classes, counts, strict=True)
        if item.listed and (count or not item.grey)
    ]
    kind = "legend" if layer.scale else "legend kinds"
    return tag("ul", *items, class_=kind, aria_label=layer.name)


def _swatch(item: Class, count: int | None) -> Html:
    words = item.label if count is None else f"{item.label} ({formats.number(count)})"
    patch = tag("i", style=f"background:{item.colour}")
    return tag("li", patch, words, class_="apart" if item.grey else None)
