"""Workbooks: titles, headers over several rows, totals, sheets, and days as serial numbers."""

import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.corpus.messy import CLAIMS, CLOSED, FED, FILED, PLAIN, RECOVERED, Expected, cases, csv_bytes, messy, workbook
from tests.importing.old_workbooks import old_workbook

WAN: dict[str, list[Any]] = {
    "申请执行标的金额": [amount / 10_000 for amount in CLAIMS],
    "实际到位金额": [None if amount is None else amount / 10_000 for amount in RECOVERED],
}


def serial(day: str | None) -> int | None:
    """The number of a day in a spreadsheet: days since 1899-12-30."""
    return None if day is None else (date.fromisoformat(day) - date(1899, 12, 30)).days


@messy("title_rows_above_header.xlsx", PLAIN)
def _() -> bytes:
    title = [["某区人民法院执行案件明细表"], ["（2023年度）"], []]
    return workbook("A1:G1", 明细=[*title, *cases()])


@messy("xlsx_named_csv.csv", PLAIN)
def _() -> bytes:
    return workbook(明细=cases())


@messy("csv_named_xlsx.xlsx", PLAIN)
def _() -> bytes:
    return csv_bytes(cases())


@messy(
    "merged_two_row_header.xlsx",
    replace(
        PLAIN,
        fed=FED
        | {
            "closed_on": "结案情况 日期",
            "close_mode": "结案情况 方式",
            "claim_amount": "金额（元） 申请执行标的",
            "recovered_amount": "金额（元） 实际到位",
        },
    ),
)
def _() -> bytes:
    upper = ["案号", "执行法院", "立案日期", "结案情况", None, "金额（元）", None]
    lower = [None, None, None, "日期", "方式", "申请执行标的", "实际到位"]
    merged = ("A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1")
    return workbook(*merged, 明细=[upper, lower, *cases()[1:]])


@messy("footnote_rows.xlsx", replace(PLAIN, rejected={"footnote": 2}))
def _() -> bytes:
    notes = [["注：本表不含保全案件"], ["填表人：某某", None, "审核人：某某"]]
    return workbook(明细=[*cases(), *notes])


@messy("totals_at_the_bottom.csv", replace(PLAIN, rejected={"total_row": 1}))
def _() -> bytes:
    return csv_bytes([*cases(), ["合计", "", "", "", "", 658800.5, 170800]])


@messy("subtotals_inside.xlsx", replace(PLAIN, rejected={"total_row": 2}))
def _() -> bytes:
    header, *rows = cases()
    total = ["小 计", None, None, None, None, 1, 1]
    return workbook(明细=[header, *rows[:2], total, *rows[2:], total])


@messy(
    "unit_in_title_row.xlsx",
    replace(PLAIN, settings={("claim_amount", "unit"): "万元", ("recovered_amount", "unit"): "万元"}),
)
def _() -> bytes:
    return workbook(明细=[["执行案件明细表"], ["单位：万元"], *cases(**WAN)])


@messy(
    "unit_row_below_header.xlsx",
    replace(
        PLAIN,
        fed=FED | {"claim_amount": "申请执行标的金额 万元", "recovered_amount": "实际到位金额 万元"},
        settings={("claim_amount", "unit"): "万元", ("recovered_amount", "unit"): "万元"},
    ),
)
def _() -> bytes:
    header, *rows = cases(**WAN)
    return workbook(明细=[header, [*[None] * 5, "万元", "万元"], *rows])


@messy("excel_serial_dates.xlsx", replace(PLAIN, settings={("filed_on", "format"): ["excel"]}))
def _() -> bytes:
    return workbook(明细=cases(立案日期=[*map(serial, FILED)], 结案日期=[*map(serial, CLOSED)]))


def from_1904(content: bytes) -> bytes:
    """The workbook as one that counts its days from 1904."""
    return changed_part(content, "xl/workbook.xml", b"<workbookPr ", b'<workbookPr date1904="1" ')


def changed_part(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(changed, "w") as copy:
        for name in archive.namelist():
            text = archive.read(name)
            if name == part:
                assert text.count(old) == 1
                text = text.replace(old, new)
            copy.writestr(name, text)
    return changed.getvalue()


def serial_from_1904(day: str | None) -> int | None:
    return None if day is None else (date.fromisoformat(day) - date(1904, 1, 1)).days


@messy(
    "serial_dates_from_1904.xlsx",
    replace(PLAIN, settings={("filed_on", "format"): ["excel"]}, doubts=("in a workbook that counts from 1904",)),
)
def _() -> bytes:
    days = {"立案日期": [*map(serial_from_1904, FILED)], "结案日期": [*map(serial_from_1904, CLOSED)]}
    return from_1904(workbook(明细=cases(**days)))


@messy(
    "serial_dates_from_1904.xls",
    replace(PLAIN, settings={("filed_on", "format"): ["excel"]}, doubts=("in a workbook that counts from 1904",)),
)
def _() -> bytes:
    days = {"立案日期": [*map(serial_from_1904, FILED)], "结案日期": [*map(serial_from_1904, CLOSED)]}
    return old_workbook(cases(**days), from_1904=True)


@messy(
    "serial_dates_from_1900_in_a_workbook_from_1904.xlsx",
    replace(
        PLAIN, mends=(('format = ["excel"]\n\n[columns.closed_on]', 'format = "excel_1900"\n\n[columns.closed_on]'),)
    ),
)
def _() -> bytes:
    return from_1904(workbook(明细=cases(立案日期=[*map(serial, FILED)])))


@messy("dates_of_a_workbook_from_1904.xlsx", PLAIN)
def _() -> bytes:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    filed = [date.fromisoformat(day) for day in FILED]
    for row in cases(立案日期=filed):
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def dimension(cells: str) -> bytes:
    return changed_part(workbook(明细=cases()), "xl/worksheets/sheet1.xml", b'ref="A1:G6"', f'ref="{cells}"'.encode())


@messy("dimension_too_small.xlsx", PLAIN)
def _() -> bytes:
    return dimension("A1:B2")


@messy("dimension_too_large.xlsx", PLAIN)
def _() -> bytes:
    return dimension("A1:XFD1048576")


@messy("dimension_elsewhere.xlsx", PLAIN)
def _() -> bytes:
    return dimension("C9:D12")


@messy("cells_that_are_dates.xlsx", PLAIN)
def _() -> bytes:
    filed = [date.fromisoformat(day) for day in FILED]
    return workbook(明细=cases(立案日期=filed))


@messy(
    "several_sheets_by_month.xlsx",
    replace(PLAIN, doubts=("3 sheets with the same header are read one after the other",)),
)
def _() -> bytes:
    header, *rows = cases()
    return workbook(**{"1月": [header, *rows[:2]], "2月": [header, rows[2]], "3月": [header, *rows[3:]]})


@messy(
    "sheets_of_one_header_and_a_short_one.xlsx",
    replace(PLAIN, doubts=("2 sheets with the same header are read one after the other", "not read: the sheets 说明")),
)
def _() -> bytes:
    header, *rows = cases()
    title: list[list[Any]] = [["某区人民法院执行案件明细表"], []]
    return workbook(说明=[["请按要求填写"]], **{"1月": [*title, header, *rows[:2]], "2月": [*title, header, *rows[2:]]})


@messy("second_sheet_is_the_one.xlsx", replace(PLAIN, doubts=("not read: the sheets 封面",)))
def _() -> bytes:
    return workbook(封面=[["某区人民法院"], ["2023年执行案件"]], 明细=cases())


@messy("empty_sheet_first.xlsx", PLAIN)
def _() -> bytes:
    return workbook(Sheet1=[], 明细=cases())


@messy("blank_rows_and_columns.xlsx", PLAIN)
def _() -> bytes:
    rows = [[None, *row[:3], None, *row[3:]] for row in cases()]
    return workbook(明细=[[], [], *rows[:3], [], *rows[3:]])


@messy(
    "formulas.csv",
    replace(PLAIN, kept=4, rejected={"unreadable_number": 1}, values={"claim_amount": [125000, 42000.5, 96000, 15800]}),
)
def _() -> bytes:
    return csv_bytes(cases(申请执行标的金额=[125000, "=SUM(A1:A9)", 42000.5, 96000, 15800]))


@messy("numbers_as_text.xlsx", PLAIN)
def _() -> bytes:
    return workbook(明细=cases(申请执行标的金额=[str(amount) for amount in CLAIMS]))


@messy("only_a_title.xlsx", Expected(fed={}, refused="its headers tell of no kind of file"))
def _() -> bytes:
    return workbook(Sheet1=[["执行工作总结"], ["全年工作取得新进展。"]])


@messy("serial_dates_with_hours.xlsx", replace(PLAIN, settings={("filed_on", "format"): ["excel"]}))
def _() -> bytes:
    half = timedelta(hours=12) / timedelta(days=1)
    return workbook(明细=cases(立案日期=[(serial(day) or 0) + half for day in FILED], 结案日期=[*map(serial, CLOSED)]))
