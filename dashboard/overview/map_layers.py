"""A layer of a map: what places are coloured by, as classes, and its list beside the map.

Every layer has a few classes, each with a colour and a label, and a place is in one of them. What a
colour means is in words too: in the legend, in the tooltip and in the list. Which layers there are
is in layer_list.py.
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
from dashboard.ui.columns import number_column
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column


@dataclass(frozen=True)
class ColourClass:
    """One colour of a map and what it means. Places in a grey class have no value. A class that is
    not `in_legend` has a colour between two that are; `is_aggregate` marks the legend's entry for
    all of those together. `scale_position` orders classes that are not given in order."""

    label: str
    colour: str
    is_grey: bool = False
    in_legend: bool = True
    is_aggregate: bool = False
    scale_position: float = 0.0


@dataclass(frozen=True)
class Layer:
    """`short_name` is its name in the box, `name` in headings; `map_note` and `list_note` explain
    it.

    `class_index` gives the position in `classes` of a row of scores, `tooltip_lines` what the
    tooltip says of it beside score, rank and band; `columns` are those of the list between name and
    cases, and `sort_rows` gives the rows in the order of the layer, with the columns it needs.
    """

    id: str
    short_name: str
    name: str
    classes: tuple[ColourClass, ...]
    class_index: Callable[[Any], int]
    tooltip_lines: Callable[[Any], list[str]]
    columns: tuple[Column[Any], ...]
    sort_rows: Callable[[pd.DataFrame], pd.DataFrame]
    list_note: str
    map_note: str = ""
    is_ordinal: bool = True  # classes are in an order; else they are kinds

    def is_grey(self, line: Any) -> bool:
        return self.classes[self.class_index(line)].is_grey


def ordinal_classes(breaks: Sequence[float] | None = None, unit: str = "") -> list[ColourClass]:
    """Classes from low to high, parted at `breaks` (those of the score), in the colours of it. Breaks that fall
    are of an indicator of which less is better."""
    breaks = theme.SCORE_BREAKS if breaks is None else breaks
    edges = [f"{edge:g}{unit}" for edge in breaks]
    if breaks[0] <= breaks[-1]:
        labels = [f"<{edges[0]}", *(f"{a}–{b}" for a, b in pairwise(edges)), f"≥{edges[-1]}"]
    else:
        labels = [f">{edges[0]}", *(f"{b}–{a}" for a, b in pairwise(edges)), f"≤{edges[-1]}"]
    return [ColourClass(*pair) for pair in zip(labels, theme.colour_ramp(len(labels)), strict=True)]


def no_score_class() -> ColourClass:
    return ColourClass(_("no score"), theme.current_palette().neutral, is_grey=True)


def score_column() -> Column[Any]:
    return number_column(_("Score"), lambda row: row.score, 1)


def selected_layer(layers: Mapping[str, Layer], places: pd.DataFrame) -> Layer:
    """The layer that the address names; by default the first in which some place has a value: a
    dimension where only cases and no auctions are known, so that nothing has a score."""
    layer_id = address.get("layer")
    if layer_id in layers:
        return layers[layer_id]
    layers_with_values = (layer for layer in layers.values() if not all(map(layer.is_grey, places.itertuples())))
    return next(layers_with_values, next(iter(layers.values())))


def layer_box(layers: Mapping[str, Layer], current: Layer) -> None:
    """A box of all layers. Where the address names none, the one in force is the default."""
    controls.select(
        "layer",
        _("Coloured by"),
        list(layers),
        format_option=lambda name: layers[name].short_name,
        default=next(iter(layers)) if address.get("layer") in layers else current.id,
        width=270,
    )


@dataclass(frozen=True)
class ClassCount:
    """A class of a layer, and how many places are in it."""

    colour_class: ColourClass
    count: int

    @property
    def is_apart(self) -> bool:
        """Whether it is off the scale: without a value, or between two classes."""
        return self.colour_class.is_grey or self.colour_class.is_aggregate


def count_classes(layer: Layer, places: pd.DataFrame) -> list[ClassCount]:
    """The classes of a layer from low to high, those without a value last, and how many places are
    in each; what is grey or between two others is left out where it is empty."""
    counts = [0] * len(layer.classes)
    for row in places.itertuples(index=False):
        counts[layer.class_index(row)] += 1
    class_counts = [
        ClassCount(colour_class, count)
        for colour_class, count in zip(layer.classes, counts, strict=True)
        if count or (colour_class.in_legend and not colour_class.is_grey)
    ]
    return sorted(class_counts, key=lambda row: (row.colour_class.is_grey, row.colour_class.scale_position))


def _merge_blends(class_counts: list[ClassCount]) -> list[ClassCount]:
    """The same with those between two others as one, after the scale."""
    grey_counts = [row for row in class_counts if row.colour_class.is_grey]
    coloured_counts = [row for row in class_counts if not row.colour_class.is_grey]
    scale_counts = [row for row in coloured_counts if row.colour_class.in_legend]
    blend_count = sum(row.count for row in coloured_counts if not row.colour_class.in_legend)
    if blend_count:
        colours = theme.current_palette().score_colours
        middle = len(colours) // 2
        colour = theme.blend(colours[middle], colours[middle + 1], 0.5)
        blends = ColourClass(_("between two"), colour, is_aggregate=True)
        scale_counts.append(ClassCount(blends, blend_count))
    return scale_counts + grey_counts


def legend(layer: Layer, places: pd.DataFrame) -> Html:
    """The classes of a layer with the number of places in each; of a scale as columns whose height
    is that number."""
    class_counts = _merge_blends(count_classes(layer, places))
    max_count = max((row.count for row in class_counts if not row.is_apart), default=0)
    items = [
        _legend_column(row, max_count) if layer.is_ordinal and not row.is_apart else _legend_item(row)
        for row in class_counts
    ]
    css_class = "legend" if layer.is_ordinal else "legend kinds"
    return tag("ul", *items, class_=css_class, aria_label=layer.name)


def _legend_column(row: ClassCount, max_count: int) -> Html:
    share = row.count / max_count if max_count else 0
    height = tag("b", style=f"--h:{share:.3f}", aria_hidden="true")
    patch = tag("i", style=f"background:{row.colour_class.colour}")
    number = tag("small", " ", formats.number(row.count))
    return tag("li", patch, height, tag("span", row.colour_class.label), number)


def _legend_item(row: ClassCount) -> Html:
    patch = tag("i", style=f"background:{row.colour_class.colour}")
    label = f"{row.colour_class.label} ({formats.number(row.count)})"
    return tag("li", patch, label, class_="apart" if row.is_apart else None)
