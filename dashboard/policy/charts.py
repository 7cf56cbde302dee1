"""Charts of the policy view: two dots a place, the gap over time, a rate within its baseline."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats, theme
from dashboard.charts import NO_HOVER
from dashboard.i18n import _, place_name
from dashboard.markup import Html, tag

ROW = 27  # pixels of a place
FRAME = 68


def height(places: int) -> int:
    return FRAME + ROW * max(places, 2)


def legend() -> Html:
    """What the dots and the line are."""
    return tag(
        "p",
        tag("span", tag("i", class_="dot local"), _("local creditors")),
        tag("span", tag("i", class_="dot elsewhere"), _("creditors from elsewhere")),
        tag("span", tag("b", class_="reach"), _("95% interval of the gap, about the local value")),
        class_="marks pair",
    )


def dumbbell(rows: pd.DataFrame, unit: str, watermark: str) -> go.Figure:
    """Two dots a place, the first place on top: `rows` as of Snapshot.locality, all estimated.

    The pale bar reaches from local less the upper to local less the lower end of the interval of
    the gap: where it holds the local dot, the gap may be none.
    """
    scale = 100 if unit == "share" else 1
    names = [place_name(row) for row in rows.itertuples(index=False)]
    at = list(range(len(rows)))
    local, elsewhere = scale * rows["local"], scale * rows["elsewhere"]
    low, high = local - scale * rows["gap_high"], local - scale * rows["gap_low"]
    palette = theme.now()
    words = [_hover(row, unit) for row in rows.itertuples(index=False)]
    traces = [
        _segments(low, high, at, theme.clear(palette.interval, 0.45), 9),
        _segments(local, elsewhere, at, palette.muted, 1.5),
        _dots(local, at, palette.accent, words, filled=True),
        _dots(elsewhere, at, palette.second, words, filled=False),
    ]
    suffix = "%" if unit == "share" else ""
    layout = theme.layout(
        height=height(len(rows)),
        margin={"l": 8, "r": 16, "t": 22, "b": 34},
        hovermode="closest",
        xaxis=theme.axis(ticksuffix=suffix, range=_reach([low, high, local, elsewhere])),
        yaxis=theme.axis(
            tickvals=at,
            ticktext=names,
            range=[len(rows) - 0.4, -0.6],
            showgrid=False,
            automargin=True,
            tickfont={"color": palette.ink, "size": 12.5},
        ),
        annotations=[
            {
                **theme.watermark(watermark),
                "x": 1.0,
                "xanchor": "right",
                "y": 1.0,
                "yanchor": "bottom",
            }
        ],
    )
    return go.Figure({"data": traces, "layout": layout})


def _reach(columns: list[pd.Series]) -> list[float]:
    """All there is to draw, with a little room."""
    least = min(float(column.min()) for column in columns)
    most = max(float(column.max()) for column in columns)
    room = max(0.03 * (most - least), 0.1)
    return [least - room, most + room]


def _segments(start: Any, end: Any, at: list[int], colour: str, width: float) -> dict[str, Any]:
    """A level line a place, in one trace with gaps between."""
    x: list[float | None] = []
    y: list[float | None] = []
    for a, b, row in zip(start, end, at, strict=True):
        x += [a, b, None]
        y += [row, row, None]
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "lines",
        "line": {"color": colour, "width": width},
        **NO_HOVER,
    }


def _dots(x: Any, at: list[int], colour: str, words: list[str], *, filled: bool) -> dict[str, Any]:
    ground = theme.now().ground
    return {
        "type": "scatter",
        "x": x.to_numpy(),
        "y": at,
        "mode": "markers",
        "marker": {
            "size": 11,
            "color": colour if filled else ground,
            "line": {"color": ground if filled else colour, "width": 1 if filled else 2.4},
        },
        "text": words,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hover(row: Any, unit: str) -> str:
    name = place_name(row).replace("&", "&amp;").replace("<", "&lt;")
    lines = [
        f"{title} {formats.value(value, unit)}, n {formats.number(n)}"
        for title, value, n in (
            (_("local creditors"), row.local, row.local_n),
            (_("creditors from elsewhere"), row.elsewhere, row.elsewhere_n),
        )
    ]
    return "<br>".join([f"<b>{name}</b>", *lines])


def gap_over_time(
    history: pd.DataFrame,
    nation: pd.DataFrame | None,
    unit: str,
    names: tuple[str, str],
    watermark: str,
) -> go.Figure:
    """The gap by quarter with its interval, dashed at one mix of cases, and the nation's in grey.

    `history` and `nation` as of Snapshot.locality_history; `names` of the place and the nation.
    """
    scale = 100 if unit == "share" else 1
    quarters = [formats.period(p) for p in history["period"]]
    palette = theme.now()
    known = history["gap"].notna()
    x = [q for q, there in zip(quarters, known, strict=True) if there]
    band = {
        "type": "scatter",
        "x": x + x[::-1],
        "y": [
            *(scale * history.loc[known, "gap_high"]),
            *(scale * history.loc[known, "gap_low"])[::-1],
        ],
        "fill": "toself",
        "fillcolor": theme.clear(palette.accent, 0.14),
        "mode": "lines",
        "line": {"width": 0},
        **NO_HOVER,
    }
    traces = [band]
    if nation is not None:
        whole = nation.set_index("period")["gap"].reindex(history["period"])
        traces.append(_line(quarters, scale * whole, palette.faint, names[1], 1.5, "dot"))
    traces.append(
        _line(
            quarters,
            scale * history["adjusted_gap"],
            palette.second,
            _("at one mix of cases"),
            1.5,
            "dash",
        )
    )
    traces.append(_line(quarters, scale * history["gap"], palette.ink, names[0], 2.4, "solid"))
    layout = theme.layout(
        height=280,
        margin={"l": 44, "r": 16, "t": 12, "b": 56},
        hovermode="x unified",
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": -0.16, "font": {"size": 12}},
        xaxis=theme.axis(
            showgrid=False,
            tickangle=0,
            categoryorder="array",
            categoryarray=quarters,
            tickvals=[q for q, p in zip(quarters, history["period"], strict=True) if p[4:] == "Q4"],
            ticktext=[p[:4] for p in history["period"] if p[4:] == "Q4"],
        ),
        yaxis=theme.axis(
            zeroline=True,
            zerolinecolor=palette.muted,
            title={
                "text": _("percentage points") if unit == "share" else _("months"),
                "font": {"size": 12, "color": palette.muted},
            },
        ),
        annotations=[theme.watermark(watermark)],
    )
    return go.Figure({"data": traces, "layout": layout})


def _line(x: list[str], y: pd.Series, colour: str, name: str, width: float, dash: str) -> Any:
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

WIDE, HIGH, EDGE = 190, 46, 4  # of a small chart, in pixels


def sparkline(series: pd.DataFrame, since: str, words: str) -> Html:
    """A rate by quarter over the band of its baseline, the quarters since the change in ink.

    `series` as of Snapshot.exception_series, of one signal; `words` say what it shows. A picture,
    because markup on a page may hold no drawing of its own.
    """
    values = series[["value", "low", "high"]].to_numpy(dtype=float)
    finite = values[values == values]
    least, span = float(finite.min()), max(float(finite.max() - finite.min()), 1e-9)
    step = (WIDE - 2 * EDGE) / max(len(series) - 1, 1)

    def points(chosen: list[int], column: int) -> list[str]:
        heights = (HIGH - 2 * EDGE) * (1 - (values[:, column] - least) / span) + EDGE
        return [f"{EDGE + at * step:.1f},{heights[at]:.1f}" for at in chosen]

    seen = [at for at in range(len(series)) if values[at, 0] == values[at, 0]]
    changed = [at for at in seen if series["quarter"].iloc[at] >= since]
    palette = theme.now()
    dots = (
        f'<circle cx="{x}" cy="{y}" r="2.6" fill="{palette.ink}"/>'
        for x, y in (point.split(",") for point in points(changed, 0))
    )
    drawing = "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}">',
            f'<polygon points="{" ".join(points(seen, 2) + points(seen, 1)[::-1])}"'
            f' fill="{theme.blend(palette.ground, palette.interval, 0.3)}"/>',
            _stroke(points(seen, 0), palette.muted, 1.4),
            _stroke(points(changed, 0), palette.ink, 2.0),
            *dots,
            "</svg>",
        ]
    )
    source = f"data:image/svg+xml,{quote(drawing)}"
    return tag("img", src=source, alt=words, width=WIDE, height=HIGH, class_="spark")


def _stroke(points: list[str], colour: str, width: float) -> str:
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}"'
        f' stroke-width="{width}"/>'
    )
