"""CSV files for people to keep: each row says what it is, and no cell can act as a formula."""

from __future__ import annotations

import re

import pandas as pd

from dashboard.state.cache import View
from dashboard.text.i18n import current_language
from index_engine import queries
from index_engine.formula_escaping import escape_table

SYNTHETIC = "SYNTHETIC 模拟数据"


def csv_bytes(table: pd.DataFrame, view: View) -> bytes:
    """`table` as CSV, with period, method, data version and the synthetic mark in every row.

    They are columns, not comment lines above: rows get copied, and comments get lost.
    """
    first, last = view.snapshot.period_dates(view.period)
    method = view.snapshot.method
    export_table = queries.with_printed_counts(table).assign(
        period=view.period,
        period_from=first.isoformat(),
        period_to=last.isoformat(),
        method=f"{method.id} {method.version}",
        data_version=view.snapshot.version,
        data_kind=SYNTHETIC if view.snapshot.synthetic else "observed",
    )
    # The byte order mark tells Excel that this is UTF-8; without it Chinese turns to noise.
    text: str = escape_table(export_table).to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + text.encode()


def csv_file_name(subject: str, view: View) -> str:
    """Name of a CSV file to take away."""
    return file_stem(subject, view) + ".csv"


def file_stem(subject: str, view: View) -> str:
    """Name of a download without its ending: subject, method if it is not the main one, period,
    language, and the synthetic mark."""
    suffix = "_synthetic" if view.snapshot.synthetic else ""
    method = view.snapshot.method.id
    if method != view.snapshot.main.id:
        subject = f"{subject}_{method}"
    safe_subject = re.sub(r"[^\w-]+", "-", subject)
    return f"jeci_{safe_subject}_{view.period}_{current_language().code}{suffix}"
