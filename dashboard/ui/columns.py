"""Factories of table columns, one for each kind of content; each takes functions of a row.

    count_column(_("Cases"), sort="n")
    place_column(_("City"), "city")
    value_column(_("Score"), lambda row: row.score, "score", interval=lambda row: (row.low, row.high))

All numbers may be None or NaN, which is a dash, or `reason` in its place: why there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, TypeVar, Unpack

from dashboard.state import address
from dashboard.text import formats
from dashboard.ui import cells
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column

Row = TypeVar("Row")
Number = Callable[[Row], float | None]
Interval = Callable[[Row], tuple[float | None, float | None]]
Reason = Callable[[Row], object]


class ColumnOptions(TypedDict, total=False):
    """What a column may have beside its heading and its cells, see `Column`."""

    sort: str
    note: str
    explanation: Html | None


def text_column(
    heading: object,
    text: Callable[[Row], object],
    detail: Callable[[Row], object] | None = None,
    *,
    css_class: str = "",
    **options: Unpack[ColumnOptions],
) -> Column[Row]:
    """Text or markup; `detail` is small print under it, where it is not empty."""

    def cell(row: Row) -> object:
        content = text(row)
        if css_class:
            content = tag("span", content, class_=css_class)
        small_print = detail(row) if detail is not None else None
        return cells.value_with_detail(content, small_print) if small_print else content

    return Column(heading, cell, **options)


def place_column(
    heading: object,
    level: str | Callable[[Row], str] = "",
    detail: Callable[[Row], object] | None = None,
    *,
    page: str = address.PLACE_PAGE,
    sort: str = "",
) -> Column[Row]:
    """Names of places, each a link to its page; rows need the columns of a place (`place_id` and
    the three names). `level` is one for all rows, or a function; empty, it is a row's own."""

    def cell(row: Any) -> Html:
        row_level = level(row) if callable(level) else level
        link = cells.place_link(row, row_level, page)
        small_print = detail(row) if detail is not None else None
        return cells.value_with_detail(link, small_print) if small_print else link

    return Column(heading, cell, sort=sort)


def number_column(
    heading: object,
    number: Number[Row],
    digits: int = 0,
    *,
    reason: Reason[Row] | None = None,
    **options: Unpack[ColumnOptions],
) -> Column[Row]:
    """Numbers with so many decimals."""
    return _formatted_column(heading, number, lambda value: formats.number(value, digits), reason, options)


def count_column(
    heading: object,
    name: str = "n",
    *,
    row_of: Callable[[Row], Any] = lambda row: row,
    **options: Unpack[ColumnOptions],
) -> Column[Row]:
    """Counts of cases, rounds or lots by the name of the field, what stands in place of one that is
    suppressed included; `row_of` finds what has the fields."""

    def cell(row: Row) -> object:
        return cells.count(row_of(row), name)

    return Column(heading, cell, kind="number", **options)


def share_column(
    heading: object,
    share: Number[Row],
    digits: int = 1,
    *,
    reason: Reason[Row] | None = None,
    **options: Unpack[ColumnOptions],
) -> Column[Row]:
    """Shares between 0 and 1, written in per cent."""
    return _formatted_column(heading, share, lambda value: formats.percent(value, digits), reason, options)


def change_column(
    heading: object,
    change: Number[Row],
    unit: str | Callable[[Row], str] = "score",
    *,
    reason: Reason[Row] | None = None,
    **options: Unpack[ColumnOptions],
) -> Column[Row]:
    """Differences with their sign and unit of measure (one for all rows, or a function); those of
    shares in percentage points."""

    def cell(row: Row) -> object:
        difference = change(row)
        if reason is not None and formats.is_missing(difference):
            return reason(row)
        return formats.difference(difference, unit(row) if callable(unit) else unit)

    return Column(heading, cell, kind="number", **options)


def value_column(
    heading: object,
    value: Number[Row],
    unit: str | Callable[[Row], str],
    *,
    interval: Interval[Row] | None = None,
    n: str = "",
    reason: Reason[Row] | None = None,
    **options: Unpack[ColumnOptions],
) -> Column[Row]:
    """Values of an indicator, a statistic or a score, with their unit of measure (one for all rows,
    or a function). Under a value stands its interval, or its n, or both; under a missing one the
    reason."""

    def cell(row: Row) -> Html:
        amount = value(row)
        row_unit = unit(row) if callable(unit) else unit
        if formats.is_missing(amount):
            reason_text = reason(row) if reason is not None else ""
            return cells.value_with_detail(formats.NO_VALUE, reason_text) if reason_text else join(formats.NO_VALUE)
        details = []
        if interval is not None:
            details.append(formats.interval(*interval(row), row_unit))
        if n:
            details.append(f"n = {formats.count(getattr(row, n), getattr(row, f'{n}_suppression'))}")
        text = formats.value(amount, row_unit)
        return cells.value_with_detail(text, " · ".join(details)) if details else join(text)

    return Column(heading, cell, kind="number", **options)


def score_whisker_column(
    score: Number[Row],
    interval: Interval[Row],
    nation: float | None = None,
    *,
    reason: Reason[Row] | None = None,
    note: str = "",
) -> Column[Row]:
    """Scores on a line from 0 to 100 with their intervals and a tick at the nation's."""

    def cell(row: Row) -> object:
        if reason is not None and formats.is_missing(score(row)):
            return reason(row)
        return cells.whisker(score(row), *interval(row), nation)

    return Column("0–100", cell, kind="plot", note=note)


def share_whisker_column(
    share: Number[Row], interval: Interval[Row], nation: Number[Row] | None = None, note: str = ""
) -> Column[Row]:
    """Shares on a line from 0 to 100 % with their intervals and a tick at the nation's."""

    def cell(row: Row) -> Html:
        return cells.share_whisker(share(row), *interval(row), None if nation is None else nation(row))

    return Column("0–100%", cell, kind="plot", note=note)


def sparkline_column(
    heading: object,
    values: Callable[[Row], Sequence[float]],
    value_range: Callable[[Row], tuple[float, float]],
    last_interval: Interval[Row],
    alt_text: Callable[[Row], str],
    *,
    explanation: Html | None = None,
) -> Column[Row]:
    """Small lines over time (see `cells.sparkline`)."""

    def cell(row: Row) -> Html:
        return cells.sparkline(values(row), value_range(row), last_interval(row), alt_text(row))

    return Column(heading, cell, kind="plot", explanation=explanation)


def plot_column(
    heading: object, plot: Callable[[Row], object], *, note: str = "", explanation: Html | None = None
) -> Column[Row]:
    """Any other small chart, or the words that stand in its place."""
    return Column(heading, plot, kind="plot", note=note, explanation=explanation)


def _formatted_column(
    heading: object,
    number: Number[Row],
    format_number: Callable[[float | None], str],
    reason: Reason[Row] | None,
    options: ColumnOptions,
) -> Column[Row]:
    def cell(row: Row) -> object:
        value = number(row)
        if reason is not None and formats.is_missing(value):
            return reason(row)
        return format_number(value)

    return Column(heading, cell, kind="number", **options)
