"""Scores with their intervals in order, against the nation: the shape of a whole level."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.rankings import table_options
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import chart_block, controls, theme
from dashboard.ui.charts.figure import build_figure
from dashboard.ui.html import Html, join_lines, tag
from dashboard.ui.national_comparison import IntervalPosition, interval_position

VIEW = "caterpillar"  # value of `view` in the address
MAX_NAMED_PLACES = 60  # so many places have room for their names; more are a strip
ROW_HEIGHT = 21  # pixels
MIN_NAMED_SHARE = 0.04  # of a strip: a narrower band has no room for its name
BELOW_NATION, SPANS_NATION, ABOVE_NATION = "below", "across", "above"
SYMBOLS = {BELOW_NATION: "triangle-down", SPANS_NATION: "circle", ABOVE_NATION: "triangle-up"}


def is_shown_as_plot() -> bool:
    return address.get("view") == VIEW


def view_switch() -> Html:
    """Table or caterpillar."""
    names = {"": _("Table"), VIEW: _("Caterpillar plot")}
    now = VIEW if is_shown_as_plot() else ""
    return controls.switch("view", _("View"), names, now, small=True, resets=("part",))


def sides(places: pd.DataFrame, reference: float | None, ends: tuple[str, str]) -> pd.Series:
    """Whether the interval of each place lies wholly below or above the reference, or includes it."""
    names = {
        IntervalPosition.BELOW: BELOW_NATION,
        IntervalPosition.ABOVE: ABOVE_NATION,
        IntervalPosition.OVERLAPPING: SPANS_NATION,
        IntervalPosition.UNKNOWN: SPANS_NATION,
    }
    intervals = zip(*(places[end].astype(float) for end in ends), strict=True)
    side = [names[interval_position(low, high, reference)] for low, high in intervals]
    return pd.Series(side, index=places.index, dtype=object)


def draw_plot(view: View, level: str, places: pd.DataFrame, reference: float | None, *, custom: str = "") -> None:
    """`places` with a score, in order; `reference` is the score of the nation; `custom` gives the
    weights, as in the address, where they are not those of the method."""
    interval = table_options.WIDE if custom else table_options.selected_interval()
    low, high, confidence = interval.low, interval.high, interval.confidence
    side = sides(places, reference, (low, high))
    st.html(tag("p", summary(side, reference, confidence), class_="told"))
    chart = view.cached(
        "caterpillar",
        lambda: build_chart(view, places, side, reference, (low, high), view.snapshot.publishes_ranks(level)),
        level, low, custom, tuple(places["place_id"]),
    )  # fmt: skip
    titles = {
        "province": _("Provinces by score, with {confidence}% intervals"),
        "city": _("Cities by score, with {confidence}% intervals"),
        "court": _("Courts by band, with {confidence}% intervals"),
    }
    if view.snapshot.publishes_ranks("court"):
        titles["court"] = _("Courts by score, with {confidence}% intervals")
    chart_block.show_chart(
        view,
        chart,
        key="order-plot",
        title=titles[level].format(confidence=confidence),
        alt=summary(side, reference, confidence),
        legend=legend(reference),
        n=int(places["n"].sum()),
        extra=tag("b", _("Custom weights"), class_="mark") if custom else None,
        height=chart_height(len(places)),
        table=None,
    )


def summary(side: pd.Series, reference: float | None, confidence: str) -> str:
    """How many lie above, below and across the nation, in words."""
    if reference is None:
        return _("The nation has no score to compare with.")
    counts = {name: formats.number((side == name).sum()) for name in (ABOVE_NATION, BELOW_NATION, SPANS_NATION)}
    sentence = _(
        "Of {total} places, {above} have their whole {confidence}% interval above the nation "
        "({nation}) and {below} below it; {across} cannot be distinguished from it."
    )
    return sentence.format(
        total=formats.number(len(side)), nation=formats.number(reference, 1), confidence=confidence, **counts
    )


def legend(reference: float | None) -> Html:
    """What the marks mean: shape and place say the same as colour."""
    labels = {
        ABOVE_NATION: _("interval wholly above the nation"),
        SPANS_NATION: _("interval includes the nation"),
        BELOW_NATION: _("interval wholly below the nation"),
    }
    marks = {ABOVE_NATION: "▲", SPANS_NATION: "●", BELOW_NATION: "▼"}
    items = [
        tag("span", tag("i", marks[side], class_=side, aria_hidden="true"), label) for side, label in labels.items()
    ]
    nation = tag("span", tag("s", class_="nation"), _("nation")) if reference is not None else None
    return tag("p", *items, nation, class_="caterpillar-legend")


def chart_height(count: int) -> int:
    return 420 if count > MAX_NAMED_PLACES else 56 + ROW_HEIGHT * max(count, 2)


def build_chart(
    view: View, places: pd.DataFrame, side: pd.Series, reference: float | None, ends: tuple[str, str], in_order: bool
) -> go.Figure:
    """Places as rows with their names while they fit, else as columns of a strip, with the names of
    bands where the places stand in bands."""
    lines = list(places.itertuples(index=False))
    has_names = len(lines) <= MAX_NAMED_PLACES
    traces: list[dict[str, Any]] = []
    for name in (SPANS_NATION, BELOW_NATION, ABOVE_NATION):
        positions = [i for i, row_side in enumerate(side) if row_side == name]
        traces += _side_traces(positions, lines, ends, name, has_names)
    score_axis = {"range": _score_range(places, ends), "side": "top" if has_names else "left"}
    axis_options: dict[str, Any] = {"range": [-0.8, len(lines) - 0.2], "showticklabels": False}
    if not has_names and not in_order:
        axis_options |= _band_axis_options(places["band"].fillna(formats.NO_VALUE).tolist())
    if has_names:
        axis_options = {
            "range": [len(lines) - 0.3, -0.7],  # the first on top
            "tickvals": list(range(len(lines))),
            "ticktext": [place_name(line) for line in lines],
            "tickfont": {"color": theme.current_palette().ink, "size": 12.5},
            "automargin": True,
        }
    bottom_margin = 8 if has_names or in_order else 26
    place_axis = dict(showgrid=False, **axis_options)
    layout = theme.layout(
        height=chart_height(len(lines)),
        margin={"l": 8 if has_names else 34, "r": 12, "t": 26 if has_names else 8, "b": bottom_margin},
        hovermode="closest",
        xaxis=score_axis if has_names else place_axis,
        yaxis=place_axis if has_names else score_axis,
        shapes=_nation_line(reference, has_names),
    )
    return build_figure(traces, layout)


def _band_axis_options(bands: Sequence[str]) -> dict[str, Any]:
    """Names of bands under the middle of their places, where there is room, and lines between."""
    ends = [i for i in range(1, len(bands)) if bands[i] != bands[i - 1]]
    runs = list(pairwise([0, *ends, len(bands)]))
    wide_runs = [run for run in runs if run[1] - run[0] >= MIN_NAMED_SHARE * len(bands)]
    return {
        "showticklabels": True,
        "tickangle": 0,
        "tickvals": [(start + end - 1) / 2 for start, end in wide_runs],
        "ticktext": [bands[start] for start, _end in wide_runs],
        "minor": {"tickvals": [end - 0.5 for end in ends], "showgrid": True, "gridcolor": theme.current_palette().line},
    }


def _side_traces(
    positions: Sequence[int], lines: Sequence[Any], ends: tuple[str, str], side: str, has_names: bool
) -> list[dict[str, Any]]:
    """Intervals of one side as one broken line, and their dots over it."""
    if not positions:
        return []
    palette = theme.current_palette()
    colour = {BELOW_NATION: palette.diverging[0], SPANS_NATION: palette.interval, ABOVE_NATION: palette.diverging[1]}[
        side
    ]
    interval_ends: list[float | None] = []
    interval_positions: list[float | None] = []
    for i in positions:
        interval_ends += [getattr(lines[i], ends[0]), getattr(lines[i], ends[1]), None]
        interval_positions += [i, i, None]
    is_wide = len(lines) <= 400
    interval_line: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": colour, "width": 2 if has_names else 1.2 if is_wide else 0.7},
        "hoverinfo": "skip",
    }
    markers: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "marker": {
            "color": colour,
            "symbol": SYMBOLS[side],
            "size": 9 if has_names else 5 if is_wide else 3,
            "line": {"width": 0},
        },
        "text": [_hover_text(lines[i], ends) for i in positions],
        "hovertemplate": "%{text}<extra></extra>",
    }
    scores = [lines[i].score for i in positions]
    x, y = ("x", "y") if has_names else ("y", "x")
    return [interval_line | {x: interval_ends, y: interval_positions}, markers | {x: scores, y: list(positions)}]


def _hover_text(line: Any, ends: tuple[str, str]) -> Html:
    rows = [
        tag("b", place_name(line)),
        _("Score {score} ({interval})").format(
            score=formats.number(line.score, 1),
            interval=formats.interval(getattr(line, ends[0]), getattr(line, ends[1]), "score"),
        ),
    ]
    if not formats.is_missing(line.rank):
        rows.append(_("Rank {rank}").format(rank=formats.rank(line.rank, line.tied)))
    if not formats.is_missing(line.band):
        rows.append(_("Band {band}").format(band=line.band))
    rows.append(f"n = {formats.count(line.n, line.n_suppression)}")
    return join_lines(*rows)


def _score_range(places: pd.DataFrame, ends: tuple[str, str]) -> list[float]:
    """The part of 0 to 100 that the intervals fill, in tens."""
    if places.empty:
        return [0.0, 100.0]
    low, high = float(places[ends[0]].min()), float(places[ends[1]].max())
    return [max(10 * (low // 10), 0.0), min(10 * (high // 10 + 1), 100.0)]


def _nation_line(reference: float | None, has_names: bool) -> list[dict[str, Any]]:
    if reference is None:
        return []
    line: dict[str, Any] = {
        "type": "line",
        "line": {"color": theme.current_palette().mark, "width": 1.5, "dash": "dot"},
    }
    value_axis, place_axis = ("x", "y") if has_names else ("y", "x")
    line |= {f"{value_axis}0": reference, f"{value_axis}1": reference, f"{place_axis}0": 0, f"{place_axis}1": 1}
    return [line | {f"{place_axis}ref": "paper"}]
