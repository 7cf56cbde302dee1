"""CSV files for people to keep: each row says what it is, and no cell can act as a formula."""

from __future__ import annotations

import re

import pandas as pd

from dashboard.data import View
from dashboard.i18n import current
from index_engine.spreadsheets import disarmed

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
    # The byte order mark tells Excel that this is UTF-8; without it Chinese turns to noise.
    return b"\xef\xbb\xbf" + disarmed(stamped).to_csv(index=False, lineterminator="\r\n").encode()


def file_name(subject: str, view: View) -> str:
    """Name of a CSV file to take away."""
    return stem(subject, view) + ".csv"


def stem(subject: str, view: View) -> str:
    """Name of a download without its ending: subject, method if it is not the main one, period,
    language, and the synthetic mark."""
    kind = "_synthetic" if view.data.synthetic else ""
    method = view.data.method.id
    if method != view.data.main.id:
        subject = f"{subject}_{method}"
    safe = re.sub(r"[^\w-]+", "-", subject)
    return f"jeci_{safe}_{view.period}_{current().code}{kind}"
