"""The funnel plot: rates of places against how many cases each rests on, with limits of chance."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats, theme
from dashboard.charts import NO_HOVER
from dashboard.i18n import _, place_name

TICKS = (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
LIMITS = (  # column, dash of its line, name at its end
    ("low998", "solid", "99.8%"),
    ("low95", "dash", "95%"),
    ("high95", "dash", "95%"),
    ("high998", "solid", "99.8%"),
)
INSIDE = "in"  # flag of what lies within both limits


def funnel(
    units: pd.DataFrame,
    limits: pd.DataFrame,
    centre: float,
    mine: Collection[str],
    here: str,
    watermark: str,
) -> go.Figure:
    """Scatter of `units` by n (logarithmic) and rate, under `limits` at 95 and 99.8 %.

    `mine` are the ids of units drawn in colour, `here` the one in view, drawn larger; the others
    are grey. A diamond lies outside the limits at 95 %, one with a dark edge at 99.8 %.
    """
    belongs = units["unit_id"].isin(set(mine))
    is_here = units["unit_id"] == here
    traces = _limit_lines(limits, centre)
    ink = theme.now()
    for rows, colour, size in (
        (units[~belongs & ~is_here], ink.others, 6),
        (units[belongs & ~is_here], ink.accent, 9),
        (units[is_here], ink.ink, 13),
    ):
        if len(rows):
            traces.append(_points(rows, colour, size))
    low, high = _reach(units, centre)
    layout = theme.layout(
        height=400,
        margin={"l": 44, "r": 52, "t": 10, "b": 46},
        hovermode="closest",
        xaxis=theme.axis(
            type="log",
            showgrid=False,
            tickvals=[tick for tick in TICKS if tick <= 2 * float(units["n"].max())],
            ticktext=[formats.number(tick) for tick in TICKS],
            title={
                "text": _("denominator (logarithmic)"),
                "font": {"size": 12, "color": theme.now().muted},
                "standoff": 6,
            },
        ),
        yaxis=theme.axis(range=[low, high], ticksuffix="%"),
        annotations=[*_labels(limits, centre, low, high), theme.watermark(watermark)],
    )
    return go.Figure({"data": traces, "layout": layout})


def _limit_lines(limits: pd.DataFrame, centre: float) -> list[dict[str, Any]]:
    """The limits, and the rate of all together in the middle."""
    traces = [
        {
            "type": "scatter",
            "x": limits["n"].to_numpy(),
            "y": (100 * limits[column]).to_numpy(),
            "mode": "lines",
            "line": {"color": theme.now().faint, "width": 1, "dash": dash},
            **NO_HOVER,
        }
        for column, dash, _name in LIMITS
    ]
    ends = [float(limits["n"].min()), float(limits["n"].max())]
    middle = {"color": theme.now().muted, "width": 1, "dash": "dot"}
    traces.append(
        {
            "type": "scatter",
            "x": ends,
            "y": [100 * centre] * 2,
            "mode": "lines",
            "line": middle,
            **NO_HOVER,
        }
    )
    return traces


def _points(rows: pd.DataFrame, colour: str, size: int) -> dict[str, Any]:
    out = rows["flag"] != INSIDE
    far = rows["flag"].str.startswith("very_")
    palette = theme.now()
    return {
        "type": "scatter",
        "x": rows["n"].to_numpy(),
        "y": (100 * rows["value"]).to_numpy(),
        "mode": "markers",
        "marker": {
            "color": [
                palette.mark if outside and colour == palette.others else colour
                for outside in out.tolist()
            ],
            "size": [size + 2 if outside else size for outside in out.tolist()],
            "symbol": ["diamond" if outside else "circle" for outside in out.tolist()],
            "opacity": 0.85,
            "line": {
                "color": [palette.ink if edge else palette.ground for edge in far.tolist()],
                "width": [1.6 if edge else 0.6 for edge in far.tolist()],
            },
        },
        "text": [_hover(row) for row in rows.itertuples(index=False)],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hover(row: Any) -> str:
    """Name, rate and the two numbers it is made of; angle brackets would be read as markup."""
    name = place_name(row).replace("&", "&amp;").replace("<", "&lt;")
    parts = _("{part} of {n}").format(part=formats.number(row.part), n=formats.number(row.n))
    return f"{name}<br>{formats.percent(row.value)} · {parts}"


def _reach(units: pd.DataFrame, centre: float) -> tuple[float, float]:
    """The rates to draw, in per cent: all points and a little room; limits may leave it."""
    values = [*(100 * units["value"]), 100 * centre]
    room = max(0.06 * (max(values) - min(values)), 1.0)
    return max(min(values) - room, -2.0), min(max(values) + room, 102.0)


def _labels(limits: pd.DataFrame, centre: float, low: float, high: float) -> list[dict[str, Any]]:
    """Names at the right ends of the lines; where two would cover each other, the inner goes."""
    last = limits.iloc[-1]
    ends = [(100 * float(last[column]), name) for column, _dash, name in LIMITS]
    ends.append((100 * centre, formats.percent(centre)))
    ends = sorted(end for end in ends if low <= end[0] <= high)
    gap = 0.045 * (high - low)
    close = {b for a, b in pairwise(ends) if b[0] - a[0] < gap}
    return [
        {
            "text": name,
            "xref": "paper",
            "x": 1.0,
            "y": value,
            "xanchor": "left",
            "xshift": 5,
            "showarrow": False,
            "font": {"size": 11.5, "color": theme.now().muted},
        }
        for value, name in ends
        if (value, name) not in close
    ]
