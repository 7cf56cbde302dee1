"""Event markers: thin dotted lines on charts over time, and the list of what they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard import data, formats, theme
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, join, tag
from index_engine import events, periods
from index_engine.events import DEFINITION_BREAK, Event
from index_engine.snapshot import Unit

NARROW = 0.06  # of the axis: labels nearer to each other than this take another line
LINES = 3


@dataclass(frozen=True)
class Marks:
    """Events inside some consecutive quarters, and where on their axis each lies: the point of a
    quarter is its last day, the first point is 0."""

    events: tuple[Event, ...]
    at: tuple[float, ...]

    @property
    def breaks(self) -> list[float]:
        """Where definitions broke: lines of a chart are broken there."""
        pairs = zip(self.events, self.at, strict=True)
        return [at for event, at in pairs if event.kind == DEFINITION_BREAK]

    @property
    def key(self) -> tuple[tuple[str, float], ...]:
        """What a figure that they are drawn on is kept by."""
        return tuple((e.kind, at) for e, at in zip(self.events, self.at, strict=True))


NONE = Marks((), ())


def marks(shown: View, units: Iterable[Unit], quarters: Sequence[str]) -> Marks:
    """The events of some places and of all above them, within quarters such as '2024Q3'."""
    if not quarters:
        return NONE
    found, _faults = known()
    paths = [{(each.level, each.unit_id) for each in shown.data.path_to(unit)} for unit in units]
    placed = [
        (event, position(event.day, quarters[0]))
        for event in found
        if any(event.concerns(path) for path in paths)
    ]
    inside = [(event, at) for event, at in placed if -0.5 < at <= len(quarters) - 1]
    return Marks(tuple(e for e, _at in inside), tuple(at for _e, at in inside))


def position(day: date, first: str) -> float:
    """Quarters from the last day of quarter `first` to a day."""
    quarter = periods.quarter_of(day)
    start, end = periods.first_day(quarter), periods.first_day(quarter + 1)
    return quarter - periods.parse(first) - 1 + (day - start).days / (end - start).days


def known() -> tuple[list[Event], list[str]]:
    """The events of the file in force, and what is wrong with it."""
    file = events.file_of(data.warehouse())
    stat = file.stat() if file.is_file() else None
    return _read(str(file), (stat.st_mtime_ns, stat.st_size) if stat else (0, 0))


@st.cache_data(show_spinner=False, max_entries=8)
def _read(path: str, stamp: tuple[int, int]) -> tuple[list[Event], list[str]]:
    """`stamp` is part of the key only: another time or size is another file."""
    return events.read(Path(path))


def draw(figure: go.Figure, found: Marks, quarters: int) -> go.Figure:
    """The figure with a dotted line and a number for each event; `listed` says what they mean.

    The horizontal axis is of so many `quarters`, by category.
    """
    ends: list[float] = [-1.0] * LINES  # how far the labels of each line reach
    shapes, labels = list(figure.layout.shapes), list(figure.layout.annotations)
    for number, (event, at) in enumerate(zip(found.events, found.at, strict=True), start=1):
        broken = event.kind == DEFINITION_BREAK
        colour = theme.now().second if broken else theme.now().muted
        shapes.append(
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": at,
                "x1": at,
                "y0": 0,
                "y1": 1,
                "line": {"color": colour, "width": 1, "dash": "dot"},
                "layer": "below",
            }
        )
        share = (at + 0.5) / max(quarters, 1)
        line = next((i for i, end in enumerate(ends) if share - end >= NARROW), 0)
        ends[line] = share
        labels.append(_label(number, at, line, colour))
    return figure.update_layout(shapes=shapes, annotations=labels)


def _label(number: int, at: float, line: int, colour: str) -> dict[str, Any]:
    return {
        "text": str(number),
        "xref": "x",
        "yref": "paper",
        "x": at,
        "y": 1.0,
        "yshift": -8 - 15 * line,
        "showarrow": False,
        "font": {"size": 11, "color": colour},
        "bgcolor": theme.clear(theme.now().ground, 0.85),
        "borderpad": 1,
    }


def parted(found: Marks, count: int) -> list[slice]:
    """Runs of so many points that no definition break parts."""
    # The point of the quarter before a break that comes with its first day is still before it.
    cuts = {min(max(int(at // 1) + 1, 0), count) for at in found.breaks}
    edges = sorted({0, *cuts, count})
    return [slice(start, end) for start, end in pairwise(edges)]


def listed(shown: View, found: Marks) -> Html | None:
    """What the numbers of the lines stand for, with day, note and source; what is wrong with the
    file of events stands below. None where there is neither."""
    items = [tag("li", _said(event)) for event in found.events]
    _events, faults = known()
    pieces: list[Html] = []
    if items:
        pieces.append(tag("ol", *items, class_="events", aria_label=_("Events")))
        if any(event.kind == DEFINITION_BREAK for event in found.events):
            words = _("A line is broken where a definition changed: compare within a piece.")
            pieces.append(tag("p", words, class_="hint"))
        if shown.data.synthetic:
            words = _("The events are real, the figures are not: no effect can be read off.")
            pieces.append(tag("p", words, class_="hint"))
    if faults:
        words = _("{n} rows of the table of events cannot be read:").format(
            n=formats.number(len(faults))
        )
        pieces.append(tag("p", words, " ", tag("code", faults[0]), class_="trouble"))
    return join(*pieces) if pieces else None


def _said(event: Event) -> Html:
    kinds = {
        DEFINITION_BREAK: _("definition break"),
        "reform": _("reform"),
        "calendar": _("calendar"),
    }
    doubtful = None if event.status == "verified" else tag("em", _("not verified"))
    pieces = [formats.day(event.day), kinds[event.kind], pick(event.note)]
    source = tag("a", _("source"), href=event.address, rel="noopener", target="_blank")
    facts = tag("span", *(tag("span", piece) for piece in pieces if piece), class_="facts")
    return join(tag("b", pick(event.name)), " ", facts, " ", source, " ", doubtful)
