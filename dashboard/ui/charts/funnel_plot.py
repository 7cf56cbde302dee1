"""Funnel plot: rates of places against the cases they rest on, with limits of chance."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import theme
from dashboard.ui.charts import base
from dashboard.ui.charts.base import NO_HOVER
from dashboard.ui.charts.figure import build_figure
from dashboard.ui.html import Html, join_lines

TICKS = (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
LIMIT_LINES = (  # column, dash of its line, name at its end
    ("low998", "solid", "99.8%"),
    ("low95", "dash", "95%"),
    ("high95", "dash", "95%"),
    ("high998", "solid", "99.8%"),
)
INSIDE_FLAG = "in"  # flag of what lies within both limits


def draw_funnel_plot(
    places: pd.DataFrame,
    limits: pd.DataFrame,
    centre: float,
    member_ids: Collection[str],
    focus_id: str,
) -> go.Figure:
    """Scatter of `places` by n (logarithmic) and rate, with `limits` at 95 and 99.8 %.

    `places` and `limits` are those of the query of funnel plots, `centre` is the common rate. The
    places in `member_ids` are coloured, that of `focus_id` is drawn larger, the others are grey. A
    diamond is outside the 95 % limits, one with a dark edge outside the 99.8 % limits.
    """
    is_member = places["place_id"].isin(set(member_ids))
    is_focus = places["place_id"] == focus_id
    traces = _limit_lines(limits, centre)
    palette = theme.current_palette()
    for rows, colour, size in (
        (places[~is_member & ~is_focus], palette.others, 6),
        (places[is_member & ~is_focus], palette.accent, 9),
        (places[is_focus], palette.ink, 13),
    ):
        if len(rows):
            traces.append(_point_trace(rows, colour, size))
    low, high = _rate_range(places, centre)
    layout = theme.layout(
        height=400,
        margin={"l": 44, "r": 52, "t": 10, "b": 46},
        hovermode="closest",
        xaxis={
            "type": "log",
            "showgrid": False,
            "tickvals": [tick for tick in TICKS if tick <= 2 * float(places["n"].max())],
            "ticktext": [formats.number(tick) for tick in TICKS],
            "title": base.axis_title(_("denominator (log scale)")),
        },
        yaxis={"range": [low, high], "ticksuffix": "%"},
        annotations=_limit_labels(limits, centre, low, high),
    )
    return build_figure(traces, layout)


def _limit_lines(limits: pd.DataFrame, centre: float) -> list[dict[str, Any]]:
    """The limits, and the common rate between them."""
    traces = [
        {
            "type": "scatter",
            "x": limits["n"].to_numpy(),
            "y": (100 * limits[column]).to_numpy(),
            "mode": "lines",
            "line": {"color": theme.current_palette().faint, "width": 1, "dash": dash},
            **NO_HOVER,
        }
        for column, dash, _name in LIMIT_LINES
    ]
    size_range = [float(limits["n"].min()), float(limits["n"].max())]
    centre_style = {"color": theme.current_palette().muted, "width": 1, "dash": "dot"}
    traces.append(
        {"type": "scatter", "x": size_range, "y": [100 * centre] * 2, "mode": "lines", "line": centre_style, **NO_HOVER}
    )
    return traces


def _point_trace(rows: pd.DataFrame, colour: str, size: int) -> dict[str, Any]:
    is_outside = rows["flag"] != INSIDE_FLAG
    is_far_outside = rows["flag"].str.startswith("very_")
    palette = theme.current_palette()
    return {
        "type": "scatter",
        "x": rows["n"].to_numpy(),
        "y": (100 * rows["value"]).to_numpy(),
        "mode": "markers",
        "marker": {
            "color": [
                palette.mark if outside_limits and colour == palette.others else colour
                for outside_limits in is_outside.tolist()
            ],
            "size": [size + 2 if outside_limits else size for outside_limits in is_outside.tolist()],
            "symbol": ["diamond" if outside_limits else "circle" for outside_limits in is_outside.tolist()],
            "opacity": 0.85,
            "line": {
                "color": [palette.ink if has_edge else palette.ground for has_edge in is_far_outside.tolist()],
                "width": [1.6 if has_edge else 0.6 for has_edge in is_far_outside.tolist()],
            },
        },
        "text": [_hover_text(row) for row in rows.itertuples(index=False)],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hover_text(row: Any) -> Html:
    """Name, rate, numerator and denominator."""
    fraction_text = _("{part} of {n}").format(
        part=formats.count(row.part, row.part_suppression), n=formats.number(row.n)
    )
    return join_lines(place_name(row), f"{formats.percent(row.value)} · {fraction_text}")


def _rate_range(places: pd.DataFrame, centre: float) -> tuple[float, float]:
    """Ends of the axis of rates, in per cent: all points with some padding; limits may lie outside."""
    values = [*(100 * places["value"]), 100 * centre]
    padding = max(0.06 * (max(values) - min(values)), 1.0)
    return max(min(values) - padding, -2.0), min(max(values) + padding, 102.0)


def _limit_labels(limits: pd.DataFrame, centre: float, low: float, high: float) -> list[dict[str, Any]]:
    """Names at the right ends of the lines; of two that would overlap, the upper is left out."""
    last_limits = limits.iloc[-1]
    line_ends = [(100 * float(last_limits[column]), name) for column, _dash, name in LIMIT_LINES]
    line_ends.append((100 * centre, formats.percent(centre)))
    line_ends = sorted(line_end for line_end in line_ends if low <= line_end[0] <= high)
    min_gap = 0.045 * (high - low)
    crowded_ends = {upper_end for lower_end, upper_end in pairwise(line_ends) if upper_end[0] - lower_end[0] < min_gap}
    return [
        {
            "text": name,
            "xref": "paper",
            "x": 1.0,
            "y": value,
            "xanchor": "left",
            "xshift": 5,
            "showarrow": False,
            "font": {"size": 11.5, "color": theme.current_palette().muted},
        }
        for value, name in line_ends
        if (value, name) not in crowded_ends
    ]
