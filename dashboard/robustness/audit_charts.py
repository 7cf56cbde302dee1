"""Charts of the audit: correlations as coloured numbers, weights beside effects, two intervals of a
rank in two marks, Sobol indices as dots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import theme
from dashboard.ui.charts.figure import build_figure
from dashboard.ui.html import Html, tag

ROW_OFFSET = 0.16  # of a row, between the two dots of an assumption
MIN_COLOURED_N = 20  # places: a correlation of fewer is mostly chance, and its colour would shout


def correlation_cell(value: float | None, n: int, n_places: int, title: str, *, has_outline: bool = False) -> Html:
    """A correlation on a background of its colour, uncoloured if it rests on few places; with its n
    if that is below `n_places`, the number of places that have a score."""
    n_note = tag("small", f"n {formats.number(n)}") if n < n_places else None
    style = None
    if not formats.is_missing(value) and n >= MIN_COLOURED_N:
        background = theme.diverging_colour(value)
        style = f"background:{background};color:{theme.text_colour(background)}"
    css_class = "cell own" if has_outline else "cell"
    return tag("span", formats.number(value, 2), n_note, class_=css_class, style=style, title=title)


def influence_cell(weight: float, effect: float | None, max_share: float) -> Html:
    """A tick at the weight of an indicator and a dot at its share of the main effects."""
    tick = tag("s", style=f"--x:{100 * weight / max_share:.2f}")
    dot = None
    if not formats.is_missing(effect):
        dot = tag("i", class_="plain", style=f"--x:{100 * effect / max_share:.2f}")
    return tag("span", tick, dot, class_="whisker", aria_hidden="true")


def influence_legend() -> Html:
    dot = tag("i", class_="dot", style="background:var(--accent)")
    return _legend((tag("s", class_="tick"), _("weight")), (dot, _("share of main effects")))


def length_cell(value: float, max_value: float) -> Html:
    """A bar as long as the value, the longest filling the cell."""
    width = 100 * value / max_value if max_value > 0 else 0.0
    style = f"--w:{width:.2f};background:var(--accent)"
    return tag("span", tag("i", style=style), class_="bar thin", aria_hidden="true")


def rank_intervals_cell(row: Any, total: int) -> Html:
    """The ranks of a place from 1 on the left to `total`: a bar over assumptions with the rank as a
    dot on it, and below it a line with ends for sampling."""
    step = 100 / max(total, 1)

    def position_style(low: int, high: int) -> str:
        return f"--x:{(low - 1) * step:.2f};--w:{(high - low + 1) * step:.2f}"

    choice_bar = None
    if not formats.is_missing(row.rank_low):
        choice_bar = tag("b", style=position_style(row.rank_low, row.rank_high))
    sampling_line = None
    if not formats.is_missing(row.rank_set_low):
        sampling_line = tag("s", style=position_style(row.rank_set_low, row.rank_set_high))
    dot = tag("i", style=f"--x:{(row.rank - 0.5) * step:.2f}")
    return tag("span", choice_bar, sampling_line, dot, class_="intervals", aria_hidden="true")


def rank_intervals_legend() -> Html:
    return _legend(
        (tag("i", class_="dot"), _("rank")),
        (tag("b", class_="choices"), _("over assumptions: 5 to 95% of the replicates")),
        (tag("s", class_="sampling"), _("from sampling: 95% confidence set")),
    )


def _legend(*pairs: tuple[Html, str]) -> Html:
    return tag("p", *(tag("span", mark, label) for mark, label in pairs), class_="marks")


def sobol_chart(rows: pd.DataFrame, names: Mapping[str, str]) -> go.Figure:
    """First-order and total indices of each assumption, a dot each, with 95 % intervals; one that has
    none says why in words. `rows` are of Snapshot.sobol, drawn from the bottom up."""
    has_index = rows["reason"] == ""
    positions = pd.Series(range(len(rows)), index=rows.index, dtype=float)
    series = (
        ("total", _("total"), theme.current_palette().accent, "circle", ROW_OFFSET),
        ("first", _("first order"), theme.current_palette().second, "diamond-open", -ROW_OFFSET),
    )
    traces = [
        {
            "type": "scatter",
            "x": rows.loc[has_index, column],
            "y": positions[has_index] + shift,
            "error_x": {
                "type": "data",
                "array": rows.loc[has_index, f"{column}_half"],
                "color": colour,
                "thickness": 1.4,
                "width": 4,
            },
            "name": name,
            "mode": "markers",
            "marker": {"size": 10, "color": colour, "symbol": symbol, "line": {"width": 2}},
            "customdata": [
                f"{formats.number(value, 2)} ± {formats.number(half, 2)}"
                for value, half in zip(rows.loc[has_index, column], rows.loc[has_index, f"{column}_half"], strict=True)
            ],
            "hovertemplate": "%{fullData.name}: %{customdata}<extra></extra>",
        }
        for column, name, colour, symbol, shift in series
    ]
    notes = [
        _annotation(_("no effect") if reason == "no effect" else _("not estimable"), y)
        for reason, y in zip(rows.loc[~has_index, "reason"], positions[~has_index], strict=True)
    ]
    layout = theme.layout(
        height=70 + 46 * len(rows),
        margin={"l": 8, "r": 10, "t": 34, "b": 30},
        showlegend=True,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        xaxis={"zeroline": True, "zerolinecolor": theme.current_palette().muted, "rangemode": "tozero"},
        yaxis={
            "showgrid": True,
            "tickvals": list(range(len(rows))),
            "ticktext": [names[choice] for choice in rows["choice"]],
            "range": [-0.6, len(rows) + 0.25],
            "automargin": True,
            "tickfont": {"color": theme.current_palette().ink, "size": 12.5},
        },
        annotations=notes,
    )
    return build_figure(traces, layout)


def _annotation(text: str, y: float) -> dict[str, Any]:
    return {
        "text": text,
        "x": 0,
        "y": y,
        "xanchor": "left",
        "xshift": 6,
        "showarrow": False,
        "font": {"size": 12.5, "color": theme.current_palette().muted},
    }
