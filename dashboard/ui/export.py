"""CSV files for people to keep: each row says what it is, and no cell can act as a formula."""

from __future__ import annotations

import re

import pandas as pd

from dashboard.state.cache import View
from dashboard.text.columns import column_meaning
from dashboard.text.i18n import _, current_language, place_name
from index_engine import queries
from index_engine.formula_escaping import escape_table

SYNTHETIC = "SYNTHETIC 模拟数据"
OBSERVED = "observed"
PUBLISHED = "published"  # by somebody else, and no result of the method


def csv_bytes(table: pd.DataFrame, view: View) -> bytes:
    """`stamped_table` as CSV."""
    return _as_csv(escape_table(stamped_table(table, view)))


def worded_csv_bytes(table: pd.DataFrame, view: View) -> bytes:
    """The same file with heads in the reader's language: the meanings of its dictionary, with the name of the column
    where two mean the same."""
    exported = escape_table(stamped_table(table, view))
    meanings = [column_meaning(str(name), view.snapshot.method).text for name in exported.columns]
    exported.columns = pd.Index(
        [f"{text} ({name})" if meanings.count(text) > 1 else text
         for text, name in zip(meanings, exported.columns, strict=True)]
    )  # fmt: skip
    return _as_csv(exported)


def dictionary_bytes(table: pd.DataFrame, view: View) -> bytes:
    """What stands beside a file: each of its columns by name, with its meaning, unit and type, and why a cell of it
    may be empty, in the reader's language."""
    exported, method = stamped_table(table, view), view.snapshot.method
    meanings = {name: column_meaning(str(name), method) for name in exported.columns}
    rows = {
        _("Column"): list(exported.columns),
        _("Meaning"): [meaning.text for meaning in meanings.values()],
        _("Unit"): [meaning.unit for meaning in meanings.values()],
        _("Type"): [_type_name(exported[name]) for name in exported.columns],
        _("Why a cell is empty"): [_missing_reason(name, exported) for name in exported.columns],
    }
    return _as_csv(pd.DataFrame(rows))


def _type_name(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return _("yes or no")
    return _("number") if pd.api.types.is_numeric_dtype(column) else _("text")


def _missing_reason(name: str, table: pd.DataFrame) -> str:
    """Why a column has empty cells; empty where it has none."""
    if not table[name].isna().any():
        return ""
    for reason in (f"{name}_suppression", f"{name}_status", "status", "reason"):
        if reason in table and reason != name:
            return _("see the column {name}").format(name=reason)
    return _("too few cases, or not known of the row")


def _as_csv(table: pd.DataFrame) -> bytes:
    # The byte order mark tells Excel that this is UTF-8; without it Chinese turns to noise.
    text: str = table.to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + text.encode()


def stamped_table(table: pd.DataFrame, view: View) -> pd.DataFrame:
    """`table` with place, period, method, data version and the synthetic mark in every row.

    They are columns, not comment lines above: rows get copied, and comments get lost. What a row says
    itself of its place, its period or the kind of its data stands.
    """
    method = view.snapshot.method
    export_table = queries.with_printed_counts(table)
    if "place_id" not in export_table:
        export_table = export_table.assign(
            place_level=view.place.level, place_id=view.place.place_id, place_name=place_name(view.place)
        )
    if "period" not in export_table:
        export_table = export_table.assign(period=view.period)
    windows = {period: view.snapshot.period_dates(period) for period in export_table["period"].unique()}
    export_table = export_table.assign(
        period_from=[windows[period][0].isoformat() for period in export_table["period"]],
        period_to=[windows[period][1].isoformat() for period in export_table["period"]],
        method=f"{method.id} {method.version}",
        data_version=view.snapshot.version,
    )
    if "data_kind" not in export_table:
        export_table = export_table.assign(data_kind=SYNTHETIC if view.snapshot.synthetic else OBSERVED)
    return export_table


def csv_file_name(subject: str, view: View) -> str:
    """Name of a CSV file to take away."""
    return file_stem(subject, view) + ".csv"


def file_stem(subject: str, view: View) -> str:
    """Name of a download without its ending: subject, place if it is not the whole country, method if it is not the
    main one, period, language, and the synthetic mark."""
    suffix = "_synthetic" if view.snapshot.synthetic else ""
    method = view.snapshot.method.id
    if view.place.level != "nation":
        subject = f"{subject}_{view.place.place_id}"
    if method != view.snapshot.main.id:
        subject = f"{subject}_{method}"
    safe_subject = re.sub(r"[^\w-]+", "-", subject)
    return f"jeci_{safe_subject}_{view.period}_{current_language().code}{suffix}"
