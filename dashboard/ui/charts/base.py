"""The chart of a score over time with its intervals, and what all charts have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.text import formats
from dashboard.ui import theme
from dashboard.ui.charts import annotation_lines
from dashboard.ui.charts.annotation_lines import AnnotationMarks
from dashboard.ui.charts.figure import build_figure

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
NO_HOVER = {"hoverinfo": "skip", "showlegend": False}


def score_history(
    scores: pd.DataFrame,
    national: pd.DataFrame | None,
    dimensions: Mapping[str, str],
    names: tuple[str, str, str],
    marks: AnnotationMarks = annotation_lines.NO_MARKS,
) -> go.Figure:
    """The score by quarter with its intervals, its dimensions, and the nation's score in grey.

    `dimensions` gives the name of each dimension's column; `names` those of place, nation and the
    place at the nation's case mix, which is drawn dashed beside a place that is not the nation. A
    quarter without a score leaves a gap, a break of definitions among the events `found` another.
    """
    quarters = [formats.period(p) for p in scores["period"]]
    runs = annotation_lines.unbroken_runs(marks, len(quarters))
    traces: list[dict[str, Any]] = []
    for low, high in (("low", "high"), ("low90", "high90")):
        for run in runs:
            segment = scores.iloc[run].reset_index(drop=True)
            traces += interval_ribbon(quarters[run], segment, low, high, 0.10, theme.current_palette().accent)
    line_ends: list[tuple[float, str, str]] = []
    if national is not None:
        national_scores = national.set_index("period")["score"].reindex(scores["period"])
        traces += line_traces(
            runs, quarters, national_scores, theme.current_palette().faint, names[1], width=1.5, dash="dot"
        )
        line_ends.append((last_value(national_scores), names[1], theme.current_palette().muted))
    for (column, name), colour in zip(dimensions.items(), theme.current_palette().dimension_colours, strict=False):
        traces += line_traces(runs, quarters, scores[column], colour, name, width=1.2)
        line_ends.append((last_value(scores[column]), name, colour))
    if national is not None and scores["adjusted"].notna().sum() > 1:
        traces += line_traces(
            runs, quarters, scores["adjusted"], theme.current_palette().accent, names[2], width=1.3, dash="dash"
        )
        line_ends.append((last_value(scores["adjusted"]), names[2], theme.current_palette().accent))
    traces += line_traces(
        runs, quarters, scores["score"], theme.current_palette().ink, names[0], width=2.6, markers=True
    )
    line_ends.append((last_value(scores["score"]), names[0], theme.current_palette().ink))
    layout = theme.layout(
        height=360,
        margin={"l": 34, "r": 118, "t": 12, "b": 30},
        hovermode="x unified",
        xaxis=quarters_axis(list(scores["period"])),
        yaxis={"range": [0, 100], "dtick": 20},
        annotations=end_labels(line_ends),
    )
    figure = build_figure(traces, layout)
    return annotation_lines.draw_marks(figure, marks, len(quarters))


def axis_title(text: str) -> dict[str, Any]:
    """The title of an axis, small and in the colour of secondary text."""
    font = {"size": 12, "color": theme.current_palette().muted}
    return {"text": text, "font": font, "standoff": 6}


def quarters_axis(periods: Sequence[str]) -> dict[str, Any]:
    """A horizontal axis of quarters by name, with the years under it."""
    labels = [formats.period(p) for p in periods]
    # Twelve months to the end of a fourth quarter are a calendar year.
    year_ends = [(label, p[:4]) for label, p in zip(labels, periods, strict=True) if p.endswith("Q4")]
    return {
        "showgrid": False,
        "tickangle": 0,
        "categoryorder": "array",  # else the order in which traces name the quarters
        "categoryarray": labels,
        "tickvals": [label for label, _year in year_ends],
        "ticktext": [year for _label, year in year_ends],
    }


def interval_ribbon(
    quarters: Sequence[str], scores: pd.DataFrame, low: str, high: str, opacity: float, colour: str
) -> list[dict[str, Any]]:
    """The interval of column `score`, as one filled shape a run of quarters, so that gaps stay
    open."""
    runs = (scores["score"].isna()).cumsum()[scores["score"].notna()]
    ribbons = []
    for _run, rows in scores.loc[runs.index].groupby(runs):
        x = [quarters[i] for i in rows.index]
        ribbons.append(
            {
                "type": "scatter",
                "x": x + x[::-1],
                "y": [*rows[high], *rows[low][::-1]],
                "fill": "toself",
                "fillcolor": theme.with_opacity(colour, opacity),
                "line": {"width": 0},
                "mode": "lines",
                **NO_HOVER,
            }
        )
    return ribbons


def line_traces(
    runs: Sequence[slice], x: Sequence[str], y: pd.Series, colour: str, name: str, **style: Any
) -> list[dict[str, Any]]:
    """A line for each run of points, so that nothing joins what is not alike."""
    return [line_trace(x[run], y.iloc[run], colour, name, **style) for run in runs]


def line_trace(
    x: Sequence[str], y: pd.Series, colour: str, name: str, *, width: float, dash: str = "solid", markers: bool = False
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": x,
        "y": y.to_numpy(),
        "name": name,
        "mode": "lines+markers" if markers else "lines",
        "marker": {"size": 5},
        "line": {"color": colour, "width": width, "dash": dash},
        "hovertemplate": "%{y:.1f}",
    }


def last_value(values: pd.Series) -> float:
    valid = values.dropna()
    return float(valid.iloc[-1]) if len(valid) else float("nan")


def end_labels(
    line_ends: Sequence[tuple[float, str, str]], gap: float = 6.5, top: float = 98.0
) -> list[dict[str, Any]]:
    """Names at the ends of lines, pushed apart where they would cover each other, none above
    `top`: (value, name, colour), a value of NaN for a line without an end."""
    visible_ends = sorted((end for end in line_ends if end[0] == end[0]), key=lambda end: end[0])
    heights: list[float] = []
    for value, _name, _colour in visible_ends:
        heights.append(max(value, heights[-1] + gap) if heights else value)
    overflow = max(0.0, heights[-1] - top) if heights else 0.0
    return [
        {
            "text": name,
            "xref": "paper",
            "x": 1.0,
            "y": height - overflow,
            "xanchor": "left",
            "xshift": 8,
            "showarrow": False,
            "font": {"color": colour, "size": 12.5},
        }
        for height, (_value, name, colour) in zip(heights, visible_ends, strict=True)
    ]
