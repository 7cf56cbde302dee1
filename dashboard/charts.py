"""The chart of a score over time with its intervals, and what all charts have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import events, formats, theme
from dashboard.events import Marks

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
NO_HOVER = {"hoverinfo": "skip", "showlegend": False}


def history(
    own: pd.DataFrame,
    nation: pd.DataFrame | None,
    dimensions: Mapping[str, str],
    names: tuple[str, str, str],
    watermark: str,
    found: Marks = events.NONE,
) -> go.Figure:
    """The score by quarter with its intervals, its dimensions, and the nation's score in grey.

    `dimensions` gives the name of each dimension's column; `names` those of place, nation and the
    place at the nation's case mix, which is drawn dashed beside a place that is not the nation. A
    quarter without a score leaves a gap, a break of definitions among the events `found` another.
    """
    quarters = [formats.period(p) for p in own["period"]]
    runs = events.parted(found, len(quarters))
    traces: list[dict[str, Any]] = []
    for low, high in (("low", "high"), ("low90", "high90")):
        for run in runs:
            piece = own.iloc[run].reset_index(drop=True)
            traces += band(quarters[run], piece, low, high, 0.10, theme.now().accent)
    ends: list[tuple[float, str, str]] = []
    if nation is not None:
        aligned = nation.set_index("period")["score"].reindex(own["period"])
        traces += lines(runs, quarters, aligned, theme.now().faint, names[1], width=1.5, dash="dot")
        ends.append((last(aligned), names[1], theme.now().muted))
    for (column, name), colour in zip(
        dimensions.items(), theme.now().dimension_colours, strict=False
    ):
        traces += lines(runs, quarters, own[column], colour, name, width=1.2)
        ends.append((last(own[column]), name, colour))
    if nation is not None and own["adjusted"].notna().sum() > 1:
        traces += lines(
            runs, quarters, own["adjusted"], theme.now().accent, names[2], width=1.3, dash="dash"
        )
        ends.append((last(own["adjusted"]), names[2], theme.now().accent))
    traces += lines(
        runs, quarters, own["score"], theme.now().ink, names[0], width=2.6, markers=True
    )
    ends.append((last(own["score"]), names[0], theme.now().ink))
    layout = theme.layout(
        height=360,
        margin={"l": 34, "r": 118, "t": 12, "b": 30},
        hovermode="x unified",
        xaxis=quarters_axis(list(own["period"])),
        yaxis=theme.axis(range=[0, 100], dtick=20),
        annotations=[*labels(ends), theme.watermark(watermark)],
    )
    figure = go.Figure({"data": traces, "layout": layout})
    return events.draw(figure, found, len(quarters))


def quarters_axis(periods: Sequence[str]) -> dict[str, Any]:
    """A horizontal axis of quarters by name, with the years under it."""
    labels = [formats.period(p) for p in periods]
    # Twelve months to the end of a fourth quarter are a calendar year.
    ends = [(label, p[:4]) for label, p in zip(labels, periods, strict=True) if p.endswith("Q4")]
    return theme.axis(
        showgrid=False,
        tickangle=0,
        categoryorder="array",  # else the order in which traces name the quarters
        categoryarray=labels,
        tickvals=[label for label, _year in ends],
        ticktext=[year for _label, year in ends],
    )


def band(
    quarters: Sequence[str], own: pd.DataFrame, low: str, high: str, opacity: float, colour: str
) -> list[dict[str, Any]]:
    """The interval of column `score`, as one filled shape a run of quarters, so that gaps stay
    open."""
    runs = (own["score"].isna()).cumsum()[own["score"].notna()]
    bands = []
    for _run, rows in own.loc[runs.index].groupby(runs):
        x = [quarters[i] for i in rows.index]
        bands.append(
            {
                "type": "scatter",
                "x": x + x[::-1],
                "y": [*rows[high], *rows[low][::-1]],
                "fill": "toself",
                "fillcolor": theme.clear(colour, opacity),
                "line": {"width": 0},
                "mode": "lines",
                **NO_HOVER,
            }
        )
    return bands


def lines(
    runs: Sequence[slice], x: Sequence[str], y: pd.Series, colour: str, name: str, **how: Any
) -> list[dict[str, Any]]:
    """A line for each run of points, so that nothing joins what is not alike."""
    return [line(x[run], y.iloc[run], colour, name, **how) for run in runs]


def line(
    x: Sequence[str],
    y: pd.Series,
    colour: str,
    name: str,
    *,
    width: float,
    dash: str = "solid",
    markers: bool = False,
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


def last(values: pd.Series) -> float:
    known = values.dropna()
    return float(known.iloc[-1]) if len(known) else float("nan")


def labels(
    ends: Sequence[tuple[float, str, str]], gap: float = 6.5, top: float = 98.0
) -> list[dict[str, Any]]:
    """Names at the ends of lines, pushed apart where they would cover each other, none above
    `top`: (value, name, colour), a value of NaN for a line without an end."""
    shown = sorted((end for end in ends if end[0] == end[0]), key=lambda end: end[0])
    heights: list[float] = []
    for value, _name, _colour in shown:
        heights.append(max(value, heights[-1] + gap) if heights else value)
    over = max(0.0, heights[-1] - top) if heights else 0.0
    return [
        {
            "text": name,
            "xref": "paper",
            "x": 1.0,
            "y": height - over,
            "xanchor": "left",
            "xshift": 8,
            "showarrow": False,
            "font": {"color": colour, "size": 12.5},
        }
        for height, (_value, name, colour) in zip(heights, shown, strict=True)
    ]
