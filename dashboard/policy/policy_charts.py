"""Charts of the policy view: two dots for each place, the gap over time, a rate and its baseline."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pandas as pd
import plotly.graph_objects as go

from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import theme
from dashboard.ui.charts.base import NO_HOVER
from dashboard.ui.charts.figure import build_figure
from dashboard.ui.html import Html, join_lines, tag

ROW_HEIGHT = 27  # pixels of a place
FRAME_HEIGHT = 68


def chart_height(n_places: int) -> int:
    return FRAME_HEIGHT + ROW_HEIGHT * max(n_places, 2)


def creditor_legend() -> Html:
    """What the dots and the line are."""
    return tag(
        "p",
        tag("span", tag("i", class_="dot local"), _("local creditors")),
        tag("span", tag("i", class_="dot non-local"), _("non-local creditors")),
        tag("span", tag("b", class_="reach"), _("95% interval of the gap, set off from the local value")),
        class_="marks pair",
    )


def dumbbell_chart(rows: pd.DataFrame, unit: str) -> go.Figure:
    """Two dots for each place, the first place on top; `rows` are of Snapshot.creditor_gaps, all
    estimated.

    The pale bar is the interval of the gap, subtracted from the local value: where it covers the
    local dot, the interval contains 0.
    """
    scale = 100 if unit == "share" else 1
    names = [place_name(row) for row in rows.itertuples(index=False)]
    positions = list(range(len(rows)))
    local, non_local = scale * rows["local"], scale * rows["non_local"]
    low, high = local - scale * rows["gap_high"], local - scale * rows["gap_low"]
    palette = theme.current_palette()
    hover_texts = [_hover_text(row, unit) for row in rows.itertuples(index=False)]
    traces = [
        _segments(low, high, positions, theme.with_opacity(palette.interval, 0.45), 9),
        _segments(local, non_local, positions, palette.muted, 1.5),
        _markers(local, positions, palette.accent, hover_texts, is_solid=True),
        _markers(non_local, positions, palette.second, hover_texts, is_solid=False),
    ]
    suffix = "%" if unit == "share" else ""
    layout = theme.layout(
        height=chart_height(len(rows)),
        margin={"l": 8, "r": 16, "t": 22, "b": 34},
        hovermode="closest",
        xaxis={"ticksuffix": suffix, "range": _axis_range([low, high, local, non_local])},
        yaxis={
            "tickvals": positions,
            "ticktext": names,
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
            "automargin": True,
            "tickfont": {"color": palette.ink, "size": 12.5},
        },
    )
    return build_figure(traces, layout)


def _axis_range(columns: list[pd.Series]) -> list[float]:
    """All there is to draw, with a little room."""
    minimum = min(float(column.min()) for column in columns)
    maximum = max(float(column.max()) for column in columns)
    padding = max(0.03 * (maximum - minimum), 0.1)
    return [minimum - padding, maximum + padding]


def _segments(start: Any, end: Any, positions: list[int], colour: str, width: float) -> dict[str, Any]:
    """A level line a place, in one trace with gaps between."""
    x: list[float | None] = []
    y: list[float | None] = []
    for a, b, row in zip(start, end, positions, strict=True):
        x += [a, b, None]
        y += [row, row, None]
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": {"color": colour, "width": width}, **NO_HOVER}


def _markers(x: Any, positions: list[int], colour: str, hover_texts: list[Html], *, is_solid: bool) -> dict[str, Any]:
    background = theme.current_palette().ground
    return {
        "type": "scatter",
        "x": x.to_numpy(),
        "y": positions,
        "mode": "markers",
        "marker": {
            "size": 11,
            "color": colour if is_solid else background,
            "line": {"color": background if is_solid else colour, "width": 1 if is_solid else 2.4},
        },
        "text": hover_texts,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hover_text(row: Any, unit: str) -> Html:
    lines = [
        f"{title} {formats.value(value, unit)}, n {formats.count(n, suppression)}"
        for title, value, n, suppression in (
            (_("local creditors"), row.local, row.local_n, row.local_n_suppression),
            (_("non-local creditors"), row.non_local, row.non_local_n, row.non_local_n_suppression),
        )
    ]
    return join_lines(tag("b", place_name(row)), *lines)


def gap_history_chart(
    history: pd.DataFrame, nation: pd.DataFrame | None, unit: str, names: tuple[str, str]
) -> go.Figure:
    """The gap by quarter with its interval, dashed at equal case mix, and that of the nation in grey.

    `history` and `nation` are of Snapshot.creditor_gap_history; `names` are of place and nation.
    """
    scale = 100 if unit == "share" else 1
    quarters = [formats.period(p) for p in history["period"]]
    palette = theme.current_palette()
    has_gap = history["gap"].notna()
    x = [q for q, has_value in zip(quarters, has_gap, strict=True) if has_value]
    ribbon = {
        "type": "scatter",
        "x": x + x[::-1],
        "y": [*(scale * history.loc[has_gap, "gap_high"]), *(scale * history.loc[has_gap, "gap_low"])[::-1]],
        "fill": "toself",
        "fillcolor": theme.with_opacity(palette.accent, 0.14),
        "mode": "lines",
        "line": {"width": 0},
        **NO_HOVER,
    }
    traces = [ribbon]
    if nation is not None:
        nation_gap = nation.set_index("period")["gap"].reindex(history["period"])
        traces.append(_line_trace(quarters, scale * nation_gap, palette.faint, names[1], 1.5, "dot"))
    traces.append(
        _line_trace(quarters, scale * history["adjusted_gap"], palette.second, _("at equal case mix"), 1.5, "dash")
    )
    traces.append(_line_trace(quarters, scale * history["gap"], palette.ink, names[0], 2.4, "solid"))
    layout = theme.layout(
        height=280,
        margin={"l": 44, "r": 16, "t": 12, "b": 56},
        hovermode="x unified",
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": -0.16, "font": {"size": 12}},
        xaxis={
            "showgrid": False,
            "tickangle": 0,
            "categoryorder": "array",
            "categoryarray": quarters,
            "tickvals": [q for q, p in zip(quarters, history["period"], strict=True) if p[4:] == "Q4"],
            "ticktext": [p[:4] for p in history["period"] if p[4:] == "Q4"],
        },
        yaxis={
            "zeroline": True,
            "zerolinecolor": palette.muted,
            "title": {
                "text": _("percentage points") if unit == "share" else _("months"),
                "font": {"size": 12, "color": palette.muted},
            },
        },
    )
    return build_figure(traces, layout)


def _line_trace(x: list[str], y: pd.Series, colour: str, name: str, width: float, dash: str) -> Any:
    return {
        "type": "scatter",
        "x": x,
        "y": y.to_numpy(),
        "name": name,
        "mode": "lines",
        "line": {"color": colour, "width": width, "dash": dash},
        "hovertemplate": "%{y:+.1f}",
        "showlegend": True,
    }


# ---------------------------------------------------------------- a rate within its baseline

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 190, 46, 4  # of a small chart, in pixels


def sparkline(series: pd.DataFrame, change_quarter: str, alt_text: str) -> Html:
    """A rate by quarter over the ribbon of its baseline, the quarters since the change in ink.

    `series` is of Snapshot.exception_series, of one signal; `alt_text` says what it shows. An image,
    because Streamlit removes SVG from the markup of a page.
    """
    values = series[["value", "low", "high"]].to_numpy(dtype=float)
    finite = values[values == values]
    minimum, span = float(finite.min()), max(float(finite.max() - finite.min()), 1e-9)
    step = (SPARK_WIDTH - 2 * SPARK_MARGIN) / max(len(series) - 1, 1)

    def points(indices: list[int], column: int) -> list[str]:
        heights = (SPARK_HEIGHT - 2 * SPARK_MARGIN) * (1 - (values[:, column] - minimum) / span) + SPARK_MARGIN
        return [f"{SPARK_MARGIN + index * step:.1f},{heights[index]:.1f}" for index in indices]

    ribbon_indices = [index for index in range(len(series)) if (values[index] == values[index]).all()]
    finite_indices = [index for index in range(len(series)) if values[index, 0] == values[index, 0]]
    change_indices = [index for index in finite_indices if series["quarter"].iloc[index] >= change_quarter]
    palette = theme.current_palette()
    markers = (
        f'<circle cx="{x}" cy="{y}" r="2.6" fill="{palette.ink}"/>'
        for x, y in (point.split(",") for point in points(change_indices, 0))
    )
    svg = "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}">',
            f'<polygon points="{" ".join(points(ribbon_indices, 2) + points(ribbon_indices, 1)[::-1])}"'
            f' fill="{theme.blend(palette.ground, palette.interval, 0.3)}"/>',
            _polyline(points(finite_indices, 0), palette.muted, 1.4),
            _polyline(points(change_indices, 0), palette.ink, 2.0),
            *markers,
            "</svg>",
        ]
    )
    source = f"data:image/svg+xml,{quote(svg)}"
    return tag("img", src=source, alt=alt_text, width=SPARK_WIDTH, height=SPARK_HEIGHT, class_="spark")


def _polyline(points: list[str], colour: str, width: float) -> str:
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
