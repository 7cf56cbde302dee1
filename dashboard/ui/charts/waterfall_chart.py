"""Waterfall chart from one score to another, a bar for each indicator."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Protocol

import plotly.graph_objects as go

from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import theme
from dashboard.ui.charts import base
from dashboard.ui.charts.figure import build_figure
from dashboard.ui.html import Html, join_lines


class WaterfallPart(Protocol):
    """One bar: a part of the difference of two scores, with its interval, in points."""

    @property
    def name(self) -> str: ...
    @property
    def part(self) -> float: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


class WaterfallEnd(Protocol):
    """One of the two scores."""

    @property
    def name(self) -> str: ...
    @property
    def score(self) -> float | None: ...


def draw_waterfall(rows: Sequence[WaterfallPart], baseline: WaterfallEnd, target: WaterfallEnd) -> go.Figure:
    """From the score of `baseline` to that of `target`: each part a bar that starts where the one
    before it ended, the largest first. Raises ValueError where a score is missing."""
    if formats.is_missing(baseline.score) or formats.is_missing(target.score):
        raise ValueError("a waterfall chart needs two scores")
    ordered_rows = sorted(rows, key=lambda row: -abs(row.part))
    names = [baseline.name, *(row.name for row in ordered_rows), target.name]
    start_score = baseline.score
    traces: list[dict[str, Any]] = []
    # A name may be that of another row: bars lie at numbers, names on the ticks.
    running_score = start_score
    for position, row in enumerate(ordered_rows, start=1):
        colour = theme.current_palette().diverging[1] if row.part >= 0 else theme.current_palette().diverging[0]
        traces.append(_part_bar(position, running_score, row.part, colour, row))
        running_score += row.part
    for position, score in ((0, baseline.score), (len(ordered_rows) + 1, target.score)):
        traces.append(
            {
                "type": "scatter",
                "x": [score],
                "y": [position],
                "mode": "markers+text",
                "marker": {"size": 11, "color": theme.current_palette().ink},
                "text": [formats.number(score, 1)],
                "textposition": "top center",
                "textfont": {"size": 13, "color": theme.current_palette().ink},
                "cliponaxis": False,
                **base.NO_HOVER,
            }
        )
    bar_ends = [*accumulate((row.part for row in ordered_rows), initial=start_score)]
    padding = max(0.18 * (max(bar_ends) - min(bar_ends)), 1.0)
    layout = theme.layout(
        height=64 + 34 * len(names),
        margin={"l": 8, "r": 20, "t": 14, "b": 34},
        bargap=0.35,
        xaxis={
            "range": [min(bar_ends) - padding, max(bar_ends) + padding],
            "title": base.axis_title(_("points of the score")),
        },
        yaxis={
            "range": [len(names) - 0.4, -0.75],
            "tickvals": list(range(len(names))),
            "ticktext": [_wrap_name(name) for name in names],
            "automargin": True,
            "showgrid": False,
            "tickfont": {"color": theme.current_palette().ink, "size": 12.5},
        },
    )
    return build_figure(traces, layout)


def _part_bar(position: int, bar_start: float, part: float, colour: str, row: WaterfallPart) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": [position],
        "x": [part],
        "base": [bar_start],
        "marker": {"color": colour, "line": {"width": 0}},
        "text": [formats.change(part)],
        "textposition": "outside",
        "textfont": {"size": 12.5, "color": theme.current_palette().ink},
        "cliponaxis": False,
        "name": row.name,
        "hovertemplate": _("{part} points, 95% interval {low} to {high}").format(
            part=formats.change(part), low=formats.change(row.low), high=formats.change(row.high)
        )
        + "<extra></extra>",
    }


def _wrap_name(name: str, width: int = 22) -> Html:
    """A long name in two lines, broken at the space nearest its middle, or in the middle where it has
    none (Chinese)."""
    if len(name) <= width:
        return join_lines(name)
    middle = len(name) // 2
    gaps = [i for i, letter in enumerate(name) if letter == " "]
    break_index = min(gaps, key=lambda i: abs(i - middle)) if gaps else middle
    return join_lines(name[:break_index], name[break_index:].lstrip())
