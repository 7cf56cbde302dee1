"""Beside the map: its places as a list or, where they are too many, how many are in each class."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from dashboard.overview import basemap, map_layers
from dashboard.overview.map_layers import ClassCount, Layer
from dashboard.overview.score_layers import SCORE
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text.i18n import _, place_name
from dashboard.ui import cells, components, rank_groups
from dashboard.ui.columns import number_column, plot_column, share_column, text_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column, Source, TableSpec, table_block


def draw_list(view: View, level: str, places: pd.DataFrame, layer: Layer) -> None:
    """The places right below the one in focus by name; those of a lower level by class."""
    if level == basemap.lower_levels(view)[0]:
        _draw_places(view, level, places, layer)
    else:
        _draw_classes(view, level, places, layer)


def _draw_places(view: View, level: str, places: pd.DataFrame, layer: Layer) -> None:
    titles = {"province": _("Provinces by {layer}"), "city": _("Cities by {layer}"), "court": _("Courts by {layer}")}
    columns: list[Column[Any]] = [
        text_column(
            _("Place") if level != "court" else _("Court"),
            lambda row: tag("a", place_name(row), href=_map_link(row, level), data_in=True),
            lambda row: join("n = ", cells.count(row, "n")),
        ),
        *layer.columns,
    ]
    table_block(
        view,
        TableSpec(
            "list",
            titles[level].format(layer=_lower_first(layer.name)),
            columns,
            heading="",
            notes=[layer.list_note],
            empty_text=_("The data set has no courts in this place."),
            row_class=lambda row: "dim" if layer.is_grey(row) else "",
            download=lambda: places,
            download_name=f"{level}-{layer.id}",
        ),
        _rows(places, layer),
    )


def _rows(places: pd.DataFrame, layer: Layer) -> Iterable[object]:
    """The rows as they are; scores under the groups of ranks in which no order can be made out."""
    if layer.id == SCORE and rank_groups.has_groups(places):
        return rank_groups.rows_under_headings(places, places, "rank_group", rank_groups.group_title)
    rows: Iterable[object] = places.itertuples(index=False)
    return rows


def _draw_classes(view: View, level: str, places: pd.DataFrame, layer: Layer) -> None:
    """How many places are in each class, from high to low. Of courts no order is shown at all."""
    titles = {"city": _("Cities in each class"), "court": _("Courts in each class")}
    explanations = {
        "city": _("Every city is in the rankings, with its interval."),
        "court": _("Courts are shown by class, not in order; the search box finds one by name."),
    }
    rankings_link = tag("a", _("Open the rankings"), href=address.link("rankings", level="city"), data_in=True)
    class_counts: list[ClassCount] = view.cached(
        "counted", lambda: map_layers.count_classes(layer, places), level, layer.id
    )
    value_counts = [row for row in class_counts if not row.colour_class.is_grey]
    grey_counts = [row for row in class_counts if row.colour_class.is_grey]
    total, max_count = max(len(places), 1), max(row.count for row in class_counts) or 1
    columns: list[Column[ClassCount]] = [
        text_column(
            layer.short_name,
            lambda row: join(
                tag("i", class_="key", style=f"background:{row.colour_class.colour}"), row.colour_class.label
            ),
        ),
        plot_column("", lambda row: _count_bar(row, max_count)),
        number_column(_("Count"), lambda row: row.count),
        share_column(_("Share"), lambda row: row.count / total),
    ]
    table_block(
        view,
        TableSpec(
            "list",
            titles[level],
            columns,
            explanation=join(explanations[level], " ", rankings_link if level == "city" else None),
            source=Source(n=int(places["n"].sum())),
            download=lambda: places,
            download_name=f"{level}-{layer.id}",
        ),
        value_counts[::-1] + grey_counts,
    )


def _count_bar(row: ClassCount, max_count: int) -> Html:
    segment = (row.count, row.colour_class.colour, row.colour_class.label)
    return cells.stacked_bar([segment], max_count)


def _map_link(row: Any, level: str) -> str:
    """Address of the map of a place, with the same layer; of a court, which has no map, of its
    profile."""
    if level == "court":
        return components.place_link(row, "place", level)
    return address.link("", layer=address.get("layer"), **components.place_parameters(level, row.place_id))


def _lower_first(name: str) -> str:
    """A name as it stands inside a heading: 'Provinces by score'."""
    return name[:1].lower() + name[1:]
