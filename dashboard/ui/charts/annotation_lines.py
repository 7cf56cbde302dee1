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

from dashboard.state import cache
from dashboard.state.cache import View
from dashboard.text import formats, messages
from dashboard.text.i18n import _, localise, ngettext
from dashboard.ui import theme
from dashboard.ui.html import Html, join, tag
from index_engine import annotation_table, periods
from index_engine.annotation_table import DEFINITION_BREAK, Annotation
from index_engine.errors import Message
from index_engine.queries import Place

MIN_LABEL_GAP = 0.06  # of the axis: labels nearer to each other than this take another line
LABEL_ROWS = 3


@dataclass(frozen=True)
class AnnotationMarks:
    """Events inside some consecutive quarters, and where on their axis each lies: the point of a
    quarter is its last day, the first point is 0."""

    annotations: tuple[Annotation, ...]
    positions: tuple[float, ...]

    @property
    def breaks(self) -> list[float]:
        """Where definitions broke: lines of a chart are broken there."""
        pairs = zip(self.annotations, self.positions, strict=True)
        return [position for annotation, position in pairs if annotation.kind == DEFINITION_BREAK]

    @property
    def key(self) -> tuple[tuple[str, float], ...]:
        """What a figure that they are drawn on is kept by."""
        return tuple(
            (annotation.kind, position) for annotation, position in zip(self.annotations, self.positions, strict=True)
        )


NO_MARKS = AnnotationMarks((), ())


def select_marks(view: View, places: Iterable[Place], quarters: Sequence[str]) -> AnnotationMarks:
    """The events of some places and of all above them, within quarters such as '2024Q3'."""
    if not quarters:
        return NO_MARKS
    known_annotations, _errors = current_annotations()
    paths = [{(ancestor.level, ancestor.place_id) for ancestor in view.snapshot.place_path(place)} for place in places]
    annotation_positions = [
        (annotation, axis_position(annotation.day, quarters[0]))
        for annotation in known_annotations
        if any(annotation.covers(path) for path in paths)
    ]
    visible_pairs = [
        (annotation, position) for annotation, position in annotation_positions if -0.5 < position <= len(quarters) - 1
    ]
    return AnnotationMarks(
        tuple(e for e, _position in visible_pairs), tuple(position for _annotation, position in visible_pairs)
    )


def axis_position(day: date, first_quarter: str) -> float:
    """Quarters from the last day of quarter `first` to a day."""
    quarter = periods.quarter_from_date(day)
    start, end = periods.first_day(quarter), periods.first_day(quarter + 1)
    return quarter - periods.parse(first_quarter) - 1 + (day - start).days / (end - start).days


def current_annotations() -> tuple[list[Annotation], list[Message]]:
    """The events of the file in force, and what is wrong with it."""
    file = annotation_table.annotation_file(cache.current_file())
    stat = file.stat() if file.is_file() else None
    return _read_file(str(file), (stat.st_mtime_ns, stat.st_size) if stat else (0, 0))


@st.cache_data(show_spinner=False, max_entries=8)
def _read_file(path: str, version: tuple[int, int]) -> tuple[list[Annotation], list[Message]]:
    """`version` is part of the key only: another time or size is another file."""
    return annotation_table.read_annotations(Path(path))


def draw_marks(figure: go.Figure, marks: AnnotationMarks, quarter_count: int) -> go.Figure:
    """The figure with a dotted line and a number for each event; `listed` says what they mean.

    The horizontal axis is of so many `quarters`, by category.
    """
    label_ends: list[float] = [-1.0] * LABEL_ROWS  # how far the labels of each line reach
    shapes, labels = list(figure.layout.shapes), list(figure.layout.annotations)
    for number, (annotation, position) in enumerate(zip(marks.annotations, marks.positions, strict=True), start=1):
        is_break = annotation.kind == DEFINITION_BREAK
        colour = theme.current_palette().second if is_break else theme.current_palette().muted
        shapes.append(
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": position,
                "x1": position,
                "y0": 0,
                "y1": 1,
                "line": {"color": colour, "width": 1, "dash": "dot"},
                "layer": "below",
            }
        )
        axis_share = (position + 0.5) / max(quarter_count, 1)
        label_row = next((i for i, end in enumerate(label_ends) if axis_share - end >= MIN_LABEL_GAP), 0)
        label_ends[label_row] = axis_share
        labels.append(_label(number, position, label_row, colour))
    return figure.update_layout(shapes=shapes, annotations=labels)


def _label(number: int, position: float, label_row: int, colour: str) -> dict[str, Any]:
    return {
        "text": str(number),
        "xref": "x",
        "yref": "paper",
        "x": position,
        "y": 1.0,
        "yshift": -8 - 15 * label_row,
        "showarrow": False,
        "font": {"size": 11, "color": colour},
        "bgcolor": theme.with_opacity(theme.current_palette().ground, 0.85),
        "borderpad": 1,
    }


def unbroken_runs(marks: AnnotationMarks, count: int) -> list[slice]:
    """Runs of so many points that no definition break parts."""
    # The point of the quarter before a break that comes with its first day is still before it.
    cuts = {min(max(int(position // 1) + 1, 0), count) for position in marks.breaks}
    edges = sorted({0, *cuts, count})
    return [slice(start, end) for start, end in pairwise(edges)]


def annotation_list(view: View, marks: AnnotationMarks) -> Html | None:
    """What the numbers of the lines stand for, with day, note and source; what is wrong with the
    file of events stands below. None where there is neither."""
    items = [tag("li", _annotation_item(annotation)) for annotation in marks.annotations]
    _annotations, errors = current_annotations()
    pieces: list[Html] = []
    if items:
        pieces.append(tag("ol", *items, class_="events", aria_label=_("Events")))
        if any(annotation.kind == DEFINITION_BREAK for annotation in marks.annotations):
            text = _("Lines are broken where a definition changed; compare only within a segment.")
            pieces.append(tag("p", text, class_="hint"))
        if view.snapshot.synthetic:
            text = _("The events are real but the data are synthetic: no effect can be inferred.")
            pieces.append(tag("p", text, class_="hint"))
    if errors:
        text = ngettext(
            "{n} row of the table of events cannot be read:",
            "{n} rows of the table of events cannot be read:",
            len(errors),
        ).format(n=formats.number(len(errors)))
        pieces.append(tag("p", text, " ", tag("code", messages.translate(errors[0])), class_="trouble"))
    return join(*pieces) if pieces else None


def _annotation_item(annotation: Annotation) -> Html:
    kind_names = {DEFINITION_BREAK: _("definition break"), "reform": _("reform"), "calendar": _("calendar")}
    unverified_tag = None if annotation.status == "verified" else tag("em", _("not verified"))
    pieces = [formats.day(annotation.day), kind_names[annotation.kind], localise(annotation.note)]
    source = tag("a", _("source"), href=annotation.address, rel="noopener", target="_blank")
    facts = tag("span", *(tag("span", piece) for piece in pieces if piece), class_="facts")
    return join(tag("b", localise(annotation.name)), " ", facts, " ", source, " ", unverified_tag)
