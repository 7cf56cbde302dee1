"""Drawings of the audit: correlations as coloured numbers, weights beside effects, two intervals of
a rank in two marks, Sobol indices as dots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats, theme
from dashboard.i18n import _
from dashboard.markup import Html, tag

APART = 0.16  # of a row, between the two dots of a choice
FEW = 20  # places: a correlation of fewer is mostly chance, and its colour would shout


def correlation(
    value: float | None, n: int, full: int, title: str, *, outlined: bool = False
) -> Html:
    """A correlation on its colour, that of few places on none; its n below where fewer than `full`
    places are behind it."""
    fewer = tag("small", f"n {formats.number(n)}") if n < full else None
    style = None
    if not formats.missing(value) and n >= FEW:
        ground = theme.diverging(value)
        style = f"background:{ground};color:{theme.ink_on(ground)}"
    kind = "cell own" if outlined else "cell"
    return tag("span", formats.number(value, 2), fewer, class_=kind, style=style, title=title)


def influence(weight: float, effect: float | None, reach: float) -> Html:
    """A tick at the weight of an indicator and a dot at its share of the main effects."""
    tick = tag("s", style=f"--x:{100 * weight / reach:.2f}")
    dot = None
    if not formats.missing(effect):
        dot = tag("i", class_="plain", style=f"--x:{100 * effect / reach:.2f}")
    return tag("span", tick, dot, class_="whisker", aria_hidden="true")


def influence_key() -> Html:
    dot = tag("i", class_="dot", style="background:var(--accent)")
    return _key((tag("s", class_="tick"), _("weight")), (dot, _("share of main effects")))


def length(value: float, most: float) -> Html:
    """A bar as long as the value, the longest filling the cell."""
    width = 100 * value / most if most > 0 else 0.0
    style = f"--w:{width:.2f};background:var(--accent)"
    return tag("span", tag("i", style=style), class_="bar thin", aria_hidden="true")


def two_intervals(row: Any, total: int) -> Html:
    """The ranks of a place from 1 on the left to `total`: a bar for choices with the rank as a dot
    on it, and below it a line with ends for sampling."""
    step = 100 / max(total, 1)

    def at(low: int, high: int) -> str:
        return f"--x:{(low - 1) * step:.2f};--w:{(high - low + 1) * step:.2f}"

    choices = None
    if not formats.missing(row.rank_low):
        choices = tag("b", style=at(row.rank_low, row.rank_high))
    sampling = None
    if not formats.missing(row.rank_set_low):
        sampling = tag("s", style=at(row.rank_set_low, row.rank_set_high))
    dot = tag("i", style=f"--x:{(row.rank - 0.5) * step:.2f}")
    return tag("span", choices, sampling, dot, class_="intervals", aria_hidden="true")


def intervals_key() -> Html:
    return _key(
        (tag("i", class_="dot"), _("rank")),
        (tag("b", class_="choices"), _("from choices: 5 to 95% of the replicates")),
        (tag("s", class_="sampling"), _("from sampling: 95% rank set")),
    )


def _key(*pairs: tuple[Html, str]) -> Html:
    return tag("p", *(tag("span", mark, words) for mark, words in pairs), class_="marks")


def sobol(rows: pd.DataFrame, names: Mapping[str, str], watermark: str) -> go.Figure:
    """First-order and total indices of each choice, a dot each, with 95 % intervals; a choice that
    has none says why in words. Rows from the bottom up."""
    known = rows["reason"] == ""
    place = pd.Series(range(len(rows)), index=rows.index, dtype=float)
    marks = (
        ("total", _("total"), theme.now().accent, "circle", APART),
        ("first", _("first order"), theme.now().second, "diamond-open", -APART),
    )
    traces = [
        {
            "type": "scatter",
            "x": rows.loc[known, column],
            "y": place[known] + shift,
            "error_x": {
                "type": "data",
                "array": rows.loc[known, f"{column}_half"],
                "color": colour,
                "thickness": 1.4,
                "width": 4,
            },
            "name": name,
            "mode": "markers",
            "marker": {"size": 10, "color": colour, "symbol": symbol, "line": {"width": 2}},
            "customdata": [
                f"{formats.number(value, 2)} ± {formats.number(half, 2)}"
                for value, half in zip(
                    rows.loc[known, column], rows.loc[known, f"{column}_half"], strict=True
                )
            ],
            "hovertemplate": "%{fullData.name}: %{customdata}<extra></extra>",
        }
        for column, name, colour, symbol, shift in marks
    ]
    none = [
        _note(_("no effect") if reason == "no effect" else _("not estimable"), y)
        for reason, y in zip(rows.loc[~known, "reason"], place[~known], strict=True)
    ]
    layout = theme.layout(
        height=70 + 46 * len(rows),
        margin={"l": 8, "r": 10, "t": 34, "b": 30},
        showlegend=True,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        xaxis=theme.axis(zeroline=True, zerolinecolor=theme.now().muted, rangemode="tozero"),
        yaxis=theme.axis(
            showgrid=True,
            tickvals=list(range(len(rows))),
            ticktext=[names[choice] for choice in rows["choice"]],
            range=[-0.6, len(rows) + 0.25],
            automargin=True,
            tickfont={"color": theme.now().ink, "size": 12.5},
        ),
        annotations=[*none, *([theme.watermark(watermark)] if watermark else [])],
    )
    return go.Figure({"data": traces, "layout": layout})


def _note(words: str, y: float) -> dict[str, Any]:
    return {
        "text": words,
        "x": 0,
        "y": y,
        "xanchor": "left",
        "xshift": 6,
        "showarrow": False,
        "font": {"size": 12.5, "color": theme.now().muted},
    }
