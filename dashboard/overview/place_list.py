"""Beside the map: its places in a list or, of more than a list holds, how many are in a class."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.overview import basemap, map_layers
from dashboard.overview.map_layers import ColourClass, Layer
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import cells, components, table
from dashboard.ui.html import join, tag
from dashboard.ui.table import Column


def draw_list(view: View, level: str, places: pd.DataFrame, layer: Layer) -> None:
    """The places right below the one in focus by name; those of a lower level by class."""
    if level == basemap.lower_levels(view)[0]:
        _draw_places(view, level, places, layer)
    else:
        _draw_classes(view, level, places, layer)


def _draw_places(view: View, level: str, places: pd.DataFrame, layer: Layer) -> None:
    titles = {
        "province": _("Provinces by {layer}"),
        "city": _("Cities by {layer}"),
        "court": _("Courts by {layer}"),
    }
    title = titles[level].format(layer=_lower_first(layer.name))
    components.section(title, layer.list_note)
    if places.empty:
        st.html(tag("p", _("The data set has no courts in this place."), class_="quiet"))
        return
    columns = [
        Column(
            _("Place") if level != "court" else _("Court"),
            lambda line: tag("a", place_name(line), href=_place_link(line, level), data_in=True),
        ),
        *layer.columns,
        Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
    ]
    with st.container(key="list"):
        st.html(
            table.html_table(
                columns,
                places.itertuples(index=False),
                caption=title,
                row_class=lambda line: "dim" if layer.is_grey(line) else "",
            )
        )
    st.html(components.source_line(view))
    components.download_button(f"{level}-{layer.id}", view, lambda: places)


def _draw_classes(view: View, level: str, places: pd.DataFrame, layer: Layer) -> None:
    """How many places are in each class, from high to low. Of courts no order is shown at all."""
    titles = {"city": _("Cities in each class"), "court": _("Courts in each class")}
    explanations = {
        "city": _("Every city is in the rankings, with its interval."),
        "court": _("Courts are shown by class and not in order; the box above finds one by name."),
    }
    link = tag(
        "a", _("Open the rankings"), href=address.link("rankings", level="city"), data_in=True
    )
    components.section(
        titles[level], join(explanations[level], " ", link if level == "city" else None)
    )
    class_counts = view.cached(
        "counted", lambda: map_layers.count_classes(layer, places), level, layer.id
    )
    value_classes = [pair for pair in class_counts if not pair[0].is_grey]
    rows = value_classes[::-1] + [pair for pair in class_counts if pair not in value_classes]
    total, max_count = max(len(places), 1), max(count for _class, count in class_counts) or 1
    columns = [
        Column(layer.short_name, lambda row: _class_label(row[0])),
        Column(
            "",
            lambda row: cells.stacked_bar([(row[1], row[0].colour, row[0].label)], max_count),
            "plot",
        ),
        Column(_("Count"), lambda row: formats.number(row[1]), kind="number"),
        Column(_("Share"), lambda row: formats.percent(row[1] / total), kind="number"),
    ]
    with st.container(key="list"):
        st.html(table.html_table(columns, rows, caption=titles[level]))
    st.html(components.source_line(view, n=int(places["n"].sum())))
    components.download_button(f"{level}-{layer.id}", view, lambda: places)


def _class_label(colour_class: ColourClass) -> object:
    return join(
        tag("i", class_="key", style=f"background:{colour_class.colour}"), colour_class.label
    )


def _place_link(line: Any, level: str) -> str:
    """To the map inside a place, painted as this one is; of a court, which has none, to its
    profile."""
    if level == "court":
        return components.place_link(line, "place", level)
    return address.link(
        "", layer=address.get("layer"), **components.place_parameters(level, line.place_id)
    )


def _lower_first(name: str) -> str:
    """A name as it stands inside a heading: 'Provinces by score'."""
    return name[:1].lower() + name[1:]
