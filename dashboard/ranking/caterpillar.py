"""Scores with their intervals in order, against the nation: the shape of a whole level."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import address, controls, figures, formats, parts, theme
from dashboard.data import View
from dashboard.i18n import _, place_name
from dashboard.markup import Html, tag
from dashboard.ranking import choices

VIEW = "caterpillar"  # value of `view` in the address
NAMED = 60  # so many places have room for their names; more are a strip
ROW = 21  # pixels
LEAST_NAMED = 0.04  # of a strip: a narrower band has no room for its name
BELOW, ACROSS, ABOVE = "below", "across", "above"
SYMBOLS = {BELOW: "triangle-down", ACROSS: "circle", ABOVE: "triangle-up"}


def chosen() -> bool:
    return address.get("view") == VIEW


def switch() -> Html:
    """Table or caterpillar."""
    names = {"": _("Table"), VIEW: _("Caterpillar plot")}
    now = VIEW if chosen() else ""
    return controls.switch("view", _("View"), names, now, small=True, resets=("part",))


def sides(units: pd.DataFrame, reference: float | None, ends: tuple[str, str]) -> pd.Series:
    """Whether the interval of each unit lies wholly below or above the reference, or across it."""
    low, high = (units[end].astype(float) for end in ends)
    side = pd.Series(ACROSS, index=units.index, dtype=object)
    if reference is not None:
        side[high < reference] = BELOW
        side[low > reference] = ABOVE
    return side


def draw(
    shown: View, level: str, units: pd.DataFrame, reference: float | None, *, custom: str = ""
) -> None:
    """`units` with a score, in order; `reference` is the score of the nation; `custom` names the
    weights where they are not the method's."""
    low, high, confidence = ("low", "high", "95") if custom else choices.ends()
    side = sides(units, reference, (low, high))
    st.html(tag("p", told(side, reference, confidence), class_="told"))
    figure = shown.keep(
        "caterpillar",
        lambda: made(shown, units, side, reference, (low, high), shown.data.in_order(level)),
        level, low, custom, tuple(units["unit_id"]),
    )  # fmt: skip
    titles = {
        "province": _("Provinces by score, with {confidence}% intervals"),
        "city": _("Cities by score, with {confidence}% intervals"),
        "court": _("Courts by band, with {confidence}% intervals"),
    }
    if shown.data.in_order("court"):
        titles["court"] = _("Courts by score, with {confidence}% intervals")
    figures.show(
        shown,
        figure,
        key="order-plot",
        title=titles[level].format(confidence=confidence),
        alt=told(side, reference, confidence),
        legend=legend(reference),
        n=int(units["n"].sum()),
        extra=tag("b", _("Custom weights"), class_="mark") if custom else None,
        height=height(len(units)),
        table=None,
    )


def told(side: pd.Series, reference: float | None, confidence: str) -> str:
    """How many lie above, below and across the nation, in words."""
    if reference is None:
        return _("The nation has no score to compare with.")
    counts = {name: formats.number((side == name).sum()) for name in (ABOVE, BELOW, ACROSS)}
    said = _(
        "Of {total}, {above} lie above the nation ({nation}) with their whole {confidence}% "
        "interval, {below} below it; {across} cannot be told apart from it."
    )
    return said.format(
        total=formats.number(len(side)),
        nation=formats.number(reference, 1),
        confidence=confidence,
        **counts,
    )


def legend(reference: float | None) -> Html:
    """What the marks mean: shape and place say the same as colour."""
    words = {
        ABOVE: _("interval wholly above the nation"),
        ACROSS: _("interval across it"),
        BELOW: _("interval wholly below"),
    }
    marks = {ABOVE: "▲", ACROSS: "●", BELOW: "▼"}
    items = [
        tag("span", tag("i", marks[side], class_=side, aria_hidden="true"), said)
        for side, said in words.items()
    ]
    nation = tag("span", tag("s", class_="nation"), _("nation")) if reference is not None else None
    return tag("p", *items, nation, class_="caterpillar-legend")


def height(count: int) -> int:
    return 420 if count > NAMED else 56 + ROW * max(count, 2)


def made(
    shown: View,
    units: pd.DataFrame,
    side: pd.Series,
    reference: float | None,
    ends: tuple[str, str],
    in_order: bool,
) -> go.Figure:
    """The figure: places as rows with their names while they fit, else as columns of a strip, with
    the names of bands where these are their order."""
    lines = list(units.itertuples(index=False))
    named = len(lines) <= NAMED
    traces: list[dict[str, Any]] = []
    for name in (ACROSS, BELOW, ABOVE):
        at = [i for i, each in enumerate(side) if each == name]
        traces += _marks(at, lines, ends, name, named)
    score = theme.axis(range=_reach(units, ends), side="top" if named else "left")
    order: dict[str, Any] = {"range": [-0.8, len(lines) - 0.2], "showticklabels": False}
    if not named and not in_order:
        order |= _bands(units["band"].fillna(formats.NOTHING).tolist())
    if named:
        order = {
            "range": [len(lines) - 0.3, -0.7],  # the first on top
            "tickvals": list(range(len(lines))),
            "ticktext": [place_name(line) for line in lines],
            "tickfont": {"color": theme.now().ink, "size": 12.5},
            "automargin": True,
        }
    below = 8 if named or in_order else 26
    across = theme.axis(showgrid=False, **order)
    layout = theme.layout(
        height=height(len(lines)),
        margin={"l": 8 if named else 34, "r": 12, "t": 26 if named else 8, "b": below},
        hovermode="closest",
        xaxis=score if named else across,
        yaxis=across if named else score,
        shapes=_nation(reference, named),
        annotations=[theme.watermark(parts.watermark(shown))],
    )
    return go.Figure({"data": traces, "layout": layout})


def _bands(bands: Sequence[str]) -> dict[str, Any]:
    """Names of bands under the middle of their places, where there is room, and lines between."""
    ends = [i for i in range(1, len(bands)) if bands[i] != bands[i - 1]]
    runs = list(pairwise([0, *ends, len(bands)]))
    wide = [run for run in runs if run[1] - run[0] >= LEAST_NAMED * len(bands)]
    return {
        "showticklabels": True,
        "tickangle": 0,
        "tickvals": [(start + end - 1) / 2 for start, end in wide],
        "ticktext": [bands[start] for start, _end in wide],
        "minor": {
            "tickvals": [end - 0.5 for end in ends],
            "showgrid": True,
            "gridcolor": theme.now().line,
        },
    }


def _marks(
    at: Sequence[int], lines: Sequence[Any], ends: tuple[str, str], side: str, named: bool
) -> list[dict[str, Any]]:
    """Intervals of one side as one broken line, and their dots over it."""
    if not at:
        return []
    now = theme.now()
    colour = {BELOW: now.diverging[0], ACROSS: now.interval, ABOVE: now.diverging[1]}[side]
    span: list[float | None] = []
    place: list[float | None] = []
    for i in at:
        span += [getattr(lines[i], ends[0]), getattr(lines[i], ends[1]), None]
        place += [i, i, None]
    wide = len(lines) <= 400
    drawn: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": colour, "width": 2 if named else 1.2 if wide else 0.7},
        "hoverinfo": "skip",
    }
    dots: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "marker": {
            "color": colour,
            "symbol": SYMBOLS[side],
            "size": 9 if named else 5 if wide else 3,
            "line": {"width": 0},
        },
        "text": [_hover(lines[i], ends) for i in at],
        "hovertemplate": "%{text}<extra></extra>",
    }
    scores = [lines[i].score for i in at]
    x, y = ("x", "y") if named else ("y", "x")
    return [
        drawn | {x: span, y: place},
        dots | {x: scores, y: list(at)},
    ]


def _hover(line: Any, ends: tuple[str, str]) -> str:
    rows = [
        tag("b", place_name(line)),
        _("Score {score} ({interval})").format(
            score=formats.number(line.score, 1),
            interval=formats.interval(getattr(line, ends[0]), getattr(line, ends[1]), "score"),
        ),
    ]
    if not formats.missing(line.rank):
        rows.append(_("Rank {rank}").format(rank=formats.rank(line.rank, line.tied)))
    if not formats.missing(line.band):
        rows.append(_("Band {band}").format(band=line.band))
    rows.append(f"n = {formats.number(line.n)}")
    return "<br>".join(str(row) for row in rows)


def _reach(units: pd.DataFrame, ends: tuple[str, str]) -> list[float]:
    """The part of 0 to 100 that the intervals fill, in tens."""
    if units.empty:
        return [0.0, 100.0]
    low, high = float(units[ends[0]].min()), float(units[ends[1]].max())
    return [max(10 * (low // 10), 0.0), min(10 * (high // 10 + 1), 100.0)]


def _nation(reference: float | None, named: bool) -> list[dict[str, Any]]:
    if reference is None:
        return []
    line = {"type": "line", "line": {"color": theme.now().mark, "width": 1.5, "dash": "dot"}}
    across, along = ("x", "y") if named else ("y", "x")
    line |= {f"{across}0": reference, f"{across}1": reference, f"{along}0": 0, f"{along}1": 1}
    return [line | {f"{along}ref": "paper"}]
