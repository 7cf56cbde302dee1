"""Whether closings are real: the checks of the method beside the nation's values."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.columns import count_column, share_whisker_column, text_column, value_column
from dashboard.ui.html import Html, join
from dashboard.ui.national_comparison import IntervalPosition, interval_position
from dashboard.ui.provenance import provenance_note, quotient_text
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.method import Check
from index_engine.queries import CheckEstimate


@dataclass(frozen=True)
class CheckRow:
    """One check of the place, and the nation's; all None or NaN where too few cases were closed."""

    check: Check
    value: float | None
    low: float | None
    high: float | None
    n: float | None
    n_suppression: str
    status: str
    nation: float | None
    nation_low: float | None
    nation_high: float | None
    nation_n: float | None
    nation_n_suppression: str
    explanation: Html

    @property
    def estimate(self) -> float | None:
        """The value, where it is estimated."""
        return self.value if self.status == "estimated" else None


def section(view: View) -> None:
    """Every check of the main method: value, interval and n, the nation's, and what it shows."""
    place = view.place
    values = queries.checks(view.snapshot, place.level, place.place_id, view.period)
    has_values = values["value"].notna().any()
    spec = TableSpec(
        key="checks",
        title=_("Are closed cases really resolved?"),
        explanation=_(
            "A closed case is not necessarily a paid one. None of these checks enters the "
            "score. One that differs from the nation proves nothing; several together are "
            "a reason to inspect case files."
        ),
        anchor="closings",
        # The nation is not compared with itself.
        columns=check_columns(with_nation=place.level != "nation"),
        empty_text=_("Too few closed cases for any of the checks."),
        source=Source(extra=_("Small print: 95% interval.")),
        download=lambda: values,
    )
    rows = [check_row(view, line) for line in values.itertuples(index=False)]
    table_block(view, spec, rows if has_values else [])


def check_row(view: View, line: CheckEstimate) -> CheckRow:
    """A row of the table from a row of the query of checks."""
    check = next(check for check in view.snapshot.main.checks if check.id == line.check)
    return CheckRow(
        check=check,
        value=line.value,
        low=line.low,
        high=line.high,
        n=line.n,
        n_suppression=line.n_suppression,
        status=line.status,
        nation=line.nation,
        nation_low=line.nation_low,
        nation_high=line.nation_high,
        nation_n=line.nation_n,
        nation_n_suppression=line.nation_n_suppression,
        explanation=provenance_note(view, check, line),
    )


def check_columns(*, with_nation: bool) -> list[Column[CheckRow]]:
    """Columns of the table; `with_nation` sets the nation's value beside that of the place."""
    nation_columns: list[Column[CheckRow]] = [
        value_column(
            _("Nation"),
            lambda row: row.nation,
            "share",
            interval=lambda row: (row.nation_low, row.nation_high),
            n="nation_n",
        ),
        text_column(_("Compared with the nation"), compare_check, css_class="one-line"),
    ]
    return [
        text_column(
            _("Check"),
            lambda row: join(localise(row.check.name), " ", row.explanation),
            lambda row: quotient_text(row.check),
            css_class="check",
        ),
        value_column(
            _("Value"),
            lambda row: row.estimate,
            "share",
            interval=lambda row: (row.low, row.high),
            reason=lambda row: components.status_reason(row.status),
        ),
        count_column("n"),
        *(nation_columns if with_nation else []),
        share_whisker_column(
            lambda row: row.estimate,
            lambda row: (row.low, row.high),
            (lambda row: row.nation) if with_nation else None,
            note=_("Dot: value. Line: 95% interval. Tick: nation."),
        ),
        text_column(_("What it may reveal"), lambda row: localise(row.check.why), css_class="fine"),
    ]


def compare_check(row: CheckRow) -> str:
    """Whether the interval of a check lies above or below the nation's, or overlaps it."""
    if formats.is_missing(row.estimate):
        return formats.NO_VALUE
    return {
        IntervalPosition.ABOVE: _("above the nation"),
        IntervalPosition.BELOW: _("below the nation"),
        IntervalPosition.OVERLAPPING: _("no clear difference"),
        IntervalPosition.UNKNOWN: formats.NO_VALUE,
    }[interval_position(row.low, row.high, row.nation_low, row.nation_high)]
