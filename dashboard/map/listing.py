"""Beside the map: its places in a list or, of more than a list holds, how many are in a class."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, formats, parts, tables
from dashboard.data import View
from dashboard.i18n import _, place_name
from dashboard.map import ground, layers
from dashboard.map.layers import Class, Layer
from dashboard.markup import join, tag
from dashboard.tables import Column


def draw(shown: View, level: str, units: pd.DataFrame, layer: Layer) -> None:
    """The places right below the one in focus by name; those of a lower level by class."""
    if level == ground.levels(shown)[0]:
        _by_name(shown, level, units, layer)
    else:
        _by_class(shown, level, units, layer)


def _by_name(shown: View, level: str, units: pd.DataFrame, layer: Layer) -> None:
    titles = {
        "province": _("Provinces by {layer}"),
        "city": _("Cities by {layer}"),
        "court": _("Courts by {layer}"),
    }
    title = titles[level].format(layer=_in_a_sentence(layer.name))
    parts.section(title, layer.list_note)
    if units.empty:
        st.html(tag("p", _("No court of this place is in the data set."), class_="quiet"))
        return
    columns = [
        Column(
            _("Place") if level != "court" else _("Court"),
            lambda line: tag("a", place_name(line), href=_way_to(line, level), data_in=True),
        ),
        *layer.columns,
        Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
    ]
    with st.container(key="list"):
        st.html(
            tables.table(
                columns,
                units.itertuples(index=False),
                caption=title,
                row_class=lambda line: "dim" if layer.grey(line) else "",
            )
        )
    st.html(parts.source_line(shown))
    parts.download(f"{level}-{layer.id}", shown, lambda: units)


def _by_class(shown: View, level: str, units: pd.DataFrame, layer: Layer) -> None:
    """How many places are in each class, from high to low. Of courts no order is shown at all."""
    titles = {"city": _("Cities in each class"), "court": _("Courts in each class")}
    said = {
        "city": _("Every city is in the rankings, with its interval."),
        "court": _("Courts are shown by class and not in order; the box above finds one by name."),
    }
    way = tag(
        "a", _("Open the rankings"), href=address.link("rankings", level="city"), data_in=True
    )
    parts.section(titles[level], join(said[level], " ", way if level == "city" else None))
    pairs = shown.keep("counted", lambda: layers.counted(layer, units), level, layer.id)
    coloured = [pair for pair in pairs if not pair[0].grey]
    rows = coloured[::-1] + [pair for pair in pairs if pair not in coloured]
    total, most = max(len(units), 1), max(count for _class, count in pairs) or 1
    columns = [
        Column(layer.short, lambda row: _named(row[0])),
        Column("", lambda row: tables.bar([(row[1], row[0].colour, row[0].label)], most), "plot"),
        Column(_("Count"), lambda row: formats.number(row[1]), kind="number"),
        Column(_("Share"), lambda row: formats.percent(row[1] / total), kind="number"),
    ]
    with st.container(key="list"):
        st.html(tables.table(columns, rows, caption=titles[level]))
    st.html(parts.source_line(shown, n=int(units["n"].sum())))
    parts.download(f"{level}-{layer.id}", shown, lambda: units)


def _named(item: Class) -> object:
    return join(tag("i", class_="key", style=f"background:{item.colour}"), item.label)


def _way_to(line: Any, level: str) -> str:
    """To the map inside a place, painted as this one is; of a court, which has none, to its
    profile."""
    if level == "court":
        return parts.place_link(line, "region", level)
    return address.link("", layer=address.get("layer"), **parts.at(level, line.unit_id))


def _in_a_sentence(name: str) -> str:
    """A name as it stands inside a heading: 'Provinces by score'."""
    return name[:1].lower() + name[1:]
