"""Flows by month, one small chart a place: as counted (thin) and without season (strong)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import charts, controls, figures, formats, parts, theme
from dashboard.comparison import places
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import tag
from index_engine.snapshot import Unit

FILED = "filed"


def names() -> dict[str, str]:
    return {
        FILED: _("New filings"),
        "closed": _("Closings"),
        "paid": _("Paid closings"),
        "sold": _("Lots sold"),
    }


def section(shown: View, units: Sequence[Unit]) -> None:
    """The flow that the address names, of each place on a scale of its own."""
    parts.section(
        _("Flows by month"),
        _(
            "Thin: as counted. Strong: without the usual course of a year and without Spring "
            "Festival, which falls in January in one year and in February in another. Each place "
            "has a scale of its own that begins at 0."
        ),
        anchor="flows",
    )
    said = names()
    flow = controls.select("flow", _("Flow"), list(said), said=said.__getitem__, width=200)
    called = places.names(shown, units)
    columns = st.columns(2, gap="large") if len(units) > 1 else [st.container()]
    for position, unit in enumerate(units):
        with columns[position % len(columns)]:
            _one(shown, unit, called[unit], flow, said[flow])


def _one(shown: View, unit: Unit, name: str, flow: str, title: str) -> None:
    rows = shown.data.monthly(unit.level, unit.unit_id)
    rows = rows[rows["flow"] == flow].reset_index(drop=True)
    st.html(tag("h3", name, class_="chart"))
    if rows.empty:
        st.html(tag("p", _("Too few a month to tell a season from chance."), class_="quiet"))
        return
    key = f"flow-{unit.level}-{unit.unit_id}"
    figures.show(
        shown,
        shown.keep(
            "flow", lambda: draw(rows, parts.watermark(shown)), unit.level, unit.unit_id, flow
        ),
        key=key,
        title=f"{title}: {name}",
        n=rows["n"].sum(),
        extra=parts.facts(
            _("{first} to {last}, by month").format(
                first=rows["month"].iloc[0], last=rows["month"].iloc[-1]
            ),
            _("seasonally adjusted: quasi-Poisson regression")
            if rows["adjusted"].notna().any()
            else _("not adjusted: fewer than three years"),
        ),
        since=shown.data.periods()[0],
        table=lambda: rows,
    )


def draw(rows: pd.DataFrame, watermark: str) -> go.Figure:
    """Raw counts and the adjusted series of one place, by month."""
    months = [f"{month}-01" for month in rows["month"]]
    traces: list[dict[str, Any]] = [
        _line(months, rows["n"], theme.now().others, _("as counted"), 1.2),
        _line(months, rows["adjusted"], theme.now().accent, _("adjusted"), 2.4),
    ]
    top = max(float(rows[["n", "adjusted"]].max().max()), 1.0)
    layout = theme.layout(
        height=250,
        margin={"l": 46, "r": 10, "t": 10, "b": 28},
        hovermode="x unified",
        xaxis=theme.axis(type="date", showgrid=False, dtick="M12", tickformat="%Y"),
        yaxis=theme.axis(range=[0, 1.06 * top], nticks=5, tickformat=",d"),
        annotations=[theme.watermark(watermark)],
    )
    return go.Figure({"data": traces, "layout": layout})


def _line(
    months: Sequence[str], values: pd.Series, colour: str, name: str, width: float
) -> dict[str, Any]:
    line = charts.line(months, values, colour, name, width=width)
    return line | {
        "customdata": [formats.number(value) for value in values],
        "hovertemplate": "%{customdata}",
        "xhoverformat": "%Y-%m",
    }
