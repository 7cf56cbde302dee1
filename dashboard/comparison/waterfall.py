"""The way from one score to another, a bar for each indicator."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import plotly.graph_objects as go

from dashboard import charts, formats, theme
from dashboard.i18n import _


def draw(
    rows: Sequence[SimpleNamespace],
    before: SimpleNamespace,
    after: SimpleNamespace,
    watermark: str,
) -> go.Figure:
    """From one score to the other: each part a bar from where the one before it ended."""
    moved = sorted(rows, key=lambda row: -abs(row.part))
    names = [before.name, *(row.name for row in moved), after.name]
    start = float(before.score)
    traces: list[dict[str, Any]] = []
    # A name may be that of another row: bars lie at numbers, names on the ticks.
    at = start
    for position, row in enumerate(moved, start=1):
        colour = theme.now().diverging[1] if row.part >= 0 else theme.now().diverging[0]
        traces.append(_bar(position, at, row.part, colour, row))
        at += row.part
    for position, side in ((0, before), (len(moved) + 1, after)):
        traces.append(
            {
                "type": "scatter",
                "x": [float(side.score)],
                "y": [position],
                "mode": "markers+text",
                "marker": {"size": 11, "color": theme.now().ink},
                "text": [formats.number(side.score, 1)],
                "textposition": "top center",
                "textfont": {"size": 13, "color": theme.now().ink},
                "cliponaxis": False,
                **charts.NO_HOVER,
            }
        )
    ends = [start, *(start + sum(row.part for row in moved[: i + 1]) for i in range(len(moved)))]
    room = max(0.18 * (max(ends) - min(ends)), 1.0)
    layout = theme.layout(
        height=64 + 34 * len(names),
        margin={"l": 8, "r": 20, "t": 14, "b": 34},
        bargap=0.35,
        xaxis=theme.axis(range=[min(ends) - room, max(ends) + room], title=_axis_title()),
        yaxis=theme.axis(
            range=[len(names) - 0.4, -0.75],
            tickvals=list(range(len(names))),
            ticktext=[_folded(name) for name in names],
            automargin=True,
            showgrid=False,
            tickfont={"color": theme.now().ink, "size": 12.5},
        ),
        annotations=[theme.watermark(watermark)],
    )
    return go.Figure({"data": traces, "layout": layout})


def _bar(position: int, base: float, part: float, colour: str, row: SimpleNamespace) -> Any:
    return {
        "type": "bar",
        "orientation": "h",
        "y": [position],
        "x": [part],
        "base": [base],
        "marker": {"color": colour, "line": {"width": 0}},
        "text": [formats.change(part)],
        "textposition": "outside",
        "textfont": {"size": 12.5, "color": theme.now().ink},
        "cliponaxis": False,
        "name": row.name,
        "hovertemplate": _("{part} points, 95% interval {low} to {high}").format(
            part=formats.change(part), low=formats.change(row.low), high=formats.change(row.high)
        )
        + "<extra></extra>",
    }


def _axis_title() -> dict[str, Any]:
    font = {"size": 12, "color": theme.now().muted}
    return {"text": _("points of the score"), "font": font, "standoff": 6}


def _folded(name: str, width: int = 22) -> str:
    """A name in two lines where it is long: half way at a space, or in the middle of Chinese."""
    if len(name) <= width:
        return name
    middle = len(name) // 2
    gaps = [i for i, letter in enumerate(name) if letter == " "]
    at = min(gaps, key=lambda i: abs(i - middle)) if gaps else middle
    return f"{name[:at]}<br>{name[at:].lstrip()}"
