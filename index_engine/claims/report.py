"""The report of a valuation (标准化估值报告) as a workbook: result, claims, cash flow, assumptions, rows left out.

Made in memory, and the same bytes for the same package: its only time is the cut-off date.
"""

import io
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from index_engine.claims.claim import Assumptions
from index_engine.claims.common_shocks import CommonShocks
from index_engine.claims.package import Package
from index_engine.claims.package_file import cash_rows, claim_rows, package_shocks
from index_engine.claims.package_value import PackageValue
from index_engine.queries import Snapshot

_FILE = Path(__file__).with_suffix(".toml")
_SHARES = frozenset(("share", "loss_chance"))
_COLUMN_WIDTH, _TEXT_WIDTH = 16, 40
_TEXTS = frozenset(("defaults", "borrowed", "message"))


def report_workbook(snapshot: Snapshot, package: Package, value: PackageValue, assumptions: Assumptions) -> bytes:
    """The workbook as the content of an XLSX file; every number is a number, and no text a formula."""
    # Loaded when it is needed: few runs write a workbook.
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    )
    last_day = max(item.as_of for item in package.claims)
    book.set_properties({"title": _words("facts", "title"), "created": datetime.combine(last_day, datetime.min.time())})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "number": book.add_format({"num_format": "#,##0"}),
        "share": book.add_format({"num_format": "0.0%"}),
        "decimal": book.add_format({"num_format": "0.00"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    _write_summary(book, formats, snapshot, package, value)
    claims = claim_rows(snapshot, package, value).drop(columns=["place_hant"])
    _write_table(book, formats, "claims", claims)
    _write_table(book, formats, "cash", cash_rows(value))
    _write_table(book, formats, "assumptions", _assumption_table(assumptions, package_shocks(snapshot)))
    _write_table(book, formats, "findings", package.findings[["row_no", "field", "rule", "message", "action"]])
    book.close()
    return content.getvalue()


def _write_summary(
    book: Any, formats: Mapping[str, Any], snapshot: Snapshot, package: Package, value: PackageValue
) -> None:
    sheet = book.add_worksheet(_words("sheets", "summary"))
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, _TEXT_WIDTH)
    sheet.set_column(1, 1, _COLUMN_WIDTH + 4)
    sheet.write_string(0, 0, _words("facts", "title"), formats["title"])
    days = sorted({item.as_of.isoformat() for item in package.claims})
    facts: list[tuple[str, object, str]] = [
        ("as_of", " … ".join(dict.fromkeys((days[0], days[-1]))), ""),
        ("window", snapshot.periods()[-1], ""),
        ("rows", package.outcome.rows, "number"),
        ("n", len(package.claims), "number"),
        ("rejected", package.outcome.rejected_rows, "number"),
        ("repeated", len(package.repeated), "number"),
        ("amount", value.amount, "number"),
        ("expected", value.expected, "number"),
        ("share", value.expected / value.amount, "share"),
        ("low", value.low, "number"),
        ("median", value.median, "number"),
        ("high", value.high, "number"),
        ("average_life", value.average_life, "decimal"),
    ]
    row = 1
    if snapshot.synthetic or package.synthetic:
        sheet.write_string(row, 0, _words("facts", "synthetic"), formats["head"])
        row += 1
    for name, content, style in facts:
        sheet.write_string(row, 0, _words("facts", name))
        sheet.write(row, 1, content, formats.get(style))
        row += 1
    for name in ("limits", "signature"):
        row += 1
        sheet.merge_range(row, 0, row + 3, 1, _words("facts", name), formats["text"])
        row += 4


def _write_table(book: Any, formats: Mapping[str, Any], name: str, table: pd.DataFrame) -> None:
    sheet = book.add_worksheet(_words("sheets", name))
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for position, column in enumerate(table.columns):
        sheet.write_string(0, position, _words("columns", column, "\n"), formats["head"])
        sheet.set_column(position, position, _TEXT_WIDTH if column in _TEXTS else _COLUMN_WIDTH)
        style = formats["share"] if column in _SHARES else formats["number"]
        for row, cell in enumerate(table[column].tolist(), start=1):
            if isinstance(cell, str):
                sheet.write_string(row, position, cell)
            elif not pd.isna(cell):
                is_small = column == "value" and abs(cell) < 100
                sheet.write_number(row, position, cell, formats["decimal"] if is_small else style)
    sheet.autofilter(0, 0, max(len(table), 1), len(table.columns) - 1)


def _assumption_table(assumptions: Assumptions, shocks: CommonShocks) -> pd.DataFrame:
    told = {**vars(assumptions), **{f"hazards_{name}": each for name, each in vars(shocks.hazards).items()}}
    told |= {f"prices_{name}": each for name, each in vars(shocks.prices).items()}
    return pd.DataFrame({"assumption": list(told), "value": list(told.values())})


@cache
def _read_words() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _words(table: str, name: str, between: str = " ") -> str:
    """Chinese, and English after it."""
    entry = _read_words()[table][name]
    return f"{entry['zh_Hans']}{between}{entry['en']}"
