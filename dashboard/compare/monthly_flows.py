"""Flows by month, one small chart a place: as counted (thin) and without season (strong)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import chart_block, compared_places, components, controls, theme
from dashboard.ui.charts import base
from dashboard.ui.charts.figure import build_figure
from dashboard.ui.html import tag
from index_engine import queries
from index_engine.queries import Place

FILINGS = "filed"


def flow_names() -> dict[str, str]:
    return {FILINGS: _("New filings"), "closed": _("Closed cases"), "paid": _("Cases paid"), "sold": _("Lots sold")}


def section(view: View, places: Sequence[Place]) -> None:
    """The flow that the address names, of each place on a scale of its own."""
    components.section(
        _("Monthly flows"),
        _(
            "Thin line: actual counts. Thick line: adjusted for the season and for Spring "
            "Festival, which falls in January in some years and in February in others. "
            "Each place has its own scale, starting at 0."
        ),
        anchor="flows",
    )
    titles = flow_names()
    flow = controls.select("flow", _("Flow"), list(titles), format_option=titles.__getitem__, width=200)
    place_names = compared_places.distinct_names(view, places)
    columns = st.columns(2, gap="large") if len(places) > 1 else [st.container()]
    for position, place in enumerate(places):
        with columns[position % len(columns)]:
            _draw_flow(view, place, place_names[place], flow, titles[flow])


def _draw_flow(view: View, place: Place, name: str, flow: str, title: str) -> None:
    rows = queries.monthly_flows(view.snapshot, place.level, place.place_id)
    rows = rows[rows["flow"] == flow].reset_index(drop=True)
    st.html(tag("h3", name, class_="chart"))
    if rows.empty:
        st.html(tag("p", _("Too few a month to distinguish season from chance."), class_="quiet"))
        return
    key = f"flow-{place.level}-{place.place_id}"
    chart_block.show_chart(
        view,
        view.cached("flow", lambda: draw_flow_chart(rows), place.level, place.place_id, flow),
        key=key,
        title=f"{title}: {name}",
        n=rows["n"].sum(),
        extra=components.facts(
            _("{first} to {last}, monthly").format(first=rows["month"].iloc[0], last=rows["month"].iloc[-1]),
            _("seasonally adjusted: quasi-Poisson regression")
            if rows["adjusted"].notna().any()
            else _("not seasonally adjusted: less than three years of data"),
        ),
        first_period=view.snapshot.periods()[0],
        table=lambda: rows,
    )


def draw_flow_chart(rows: pd.DataFrame) -> go.Figure:
    """Raw counts and the adjusted series of one place, by month."""
    months = [f"{month}-01" for month in rows["month"]]
    traces: list[dict[str, Any]] = [
        _flow_line(months, rows["n"], theme.current_palette().others, _("actual count"), 1.2),
        _flow_line(months, rows["adjusted"], theme.current_palette().accent, _("seasonally adjusted"), 2.4),
    ]
    upper_limit = max(float(rows[["n", "adjusted"]].max().max()), 1.0)
    layout = theme.layout(
        height=250,
        margin={"l": 46, "r": 10, "t": 10, "b": 28},
        hovermode="x unified",
        xaxis={"type": "date", "showgrid": False, "dtick": "M12", "tickformat": "%Y"},
        yaxis={"range": [0, 1.06 * upper_limit], "nticks": 5, "tickformat": ",d"},
    )
    return build_figure(traces, layout)


def _flow_line(months: Sequence[str], values: pd.Series, colour: str, name: str, width: float) -> dict[str, Any]:
    line = base.line_trace(months, values, colour, name, width=width)
    return line | {
        "customdata": [formats.number(value) for value in values],
        "hovertemplate": "%{customdata}",
        "xhoverformat": "%Y-%m",
    }
