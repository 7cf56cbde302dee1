"""CSV files for people to keep: each row says what it is, and no cell can act as a formula."""

from __future__ import annotations

import re

import pandas as pd

from dashboard.data import View
from dashboard.i18n import current

# What a spreadsheet takes for the start of a formula, or drops and then finds one; East Asian
# editions take the full-width signs too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SYNTHETIC = "SYNTHETIC 模拟数据"


def csv(table: pd.DataFrame, view: View) -> bytes:
    """`table` as CSV, with period, method, data version and the synthetic mark in every row.

    They are columns, not comment lines above: rows get copied, and comments get lost.
    """
    first, last = view.data.period_dates(view.period)
    method = view.data.method
    stamped = table.assign(
        period=view.period,
        period_from=first.isoformat(),
        period_to=last.isoformat(),
        method=f"{method.id} {method.version}",
        data_version=view.data.version,
        data_kind=SYNTHETIC if view.data.synthetic else "observed",
    )
    for column in stamped.columns:
        if not pd.api.types.is_numeric_dtype(stamped[column]):
            stamped[column] = stamped[column].map(disarm)
    stamped.columns = [disarm(str(column)) for column in stamped.columns]
    # The byte order mark tells Excel that this is UTF-8; without it Chinese turns to noise.
    return b"\xef\xbb\xbf" + stamped.to_csv(index=False, lineterminator="\r\n").encode()


def disarm(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return cell


def file_name(subject: str, view: View) -> str:
    """Name of a download: subject, period, language, and the synthetic mark."""
    kind = "_synthetic" if view.data.synthetic else ""
    safe = re.sub(r"[^\w-]+", "-", subject)
    return f"jeci_{safe}_{view.period}_{current().code}{kind}.csv"
