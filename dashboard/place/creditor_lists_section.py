"""What became of the cases of single creditors, beside all cases of the place at the same rates."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui.columns import number_column, text_column, value_column
from dashboard.ui.table import Source, TableSpec, table_block
from index_engine import queries


@dataclass(frozen=True)
class PaymentRatio:
    """Payments of a creditor's cases, or of all cases of the place, and those expected."""

    creditor: str
    observed: float
    expected: float
    ratio: float
    low: float
    high: float
    suppression: str


def payment_ratios(view: View) -> list[PaymentRatio]:
    """One row a creditor, and all cases of the place last; none where no creditor has a list."""
    key = view.place.level, view.place.place_id, view.period
    lists = queries.creditor_lists(view.snapshot, *key)
    rows = [
        PaymentRatio(line.creditor, line.observed, line.expected, line.ratio, line.low, line.high, line.suppression)
        for line in lists.itertuples(index=False)
    ]
    place = queries.indirect_ratio(view.snapshot, *key)
    if rows and place is not None:
        name = _("All cases of the courts")
        rows.append(
            PaymentRatio(name, place.observed, place.expected, place.ratio, place.low, place.high, place.suppression)
        )
    return rows


def section(view: View) -> None:
    """Payments of each creditor's cases over those expected, and the same of all cases of the place."""
    rows = payment_ratios(view)
    months = formats.number(view.snapshot.main.horizon_months)
    spec: TableSpec[PaymentRatio] = TableSpec(
        key="creditor-lists",
        title=_("Cases of single creditors"),
        anchor="creditor-lists",
        explanation=_(
            "Cases paid, over those that national rates lead one to expect of cases of the same kinds and "
            "ages. A creditor's case counts from the day on which it was acquired, up to {months} months after "
            "filing. No score is made of these cases: a creditor chooses what it files and what it buys."
        ).format(months=months),
        columns=[
            text_column(_("Creditor"), lambda row: row.creditor),
            number_column(_("Cases paid"), lambda row: row.observed, reason=_count_reason),
            number_column(_("Payments expected"), lambda row: row.expected, reason=_count_reason),
            value_column(
                _("Paid over expected"), lambda row: row.ratio, "ratio", interval=lambda row: (row.low, row.high)
            ),
        ],
        source=Source(),
        download=lambda: pd.DataFrame(rows),
    )
    table_block(view, spec, rows)


def _count_reason(row: PaymentRatio) -> str:
    return formats.count(float("nan"), row.suppression)
