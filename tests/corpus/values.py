"""Dates, amounts and words as cells hold them."""

from dataclasses import replace
from datetime import date
from typing import Any

from tests.corpus.messy import (
    CLAIMS,
    CLOSED,
    FED,
    FILED,
    KEPT,
    MODES,
    NUMBERS,
    PLAIN,
    RECOVERED,
    cases,
    csv_bytes,
    messy,
)

CLAIM, PAID = "申请执行标的金额", "实际到位金额"


def days(written: str, *columns: str) -> dict[str, list[Any]]:
    """The columns of days, written in a strftime format."""
    plain = {"立案日期": FILED, "结案日期": CLOSED}
    return {
        name: [day and date.fromisoformat(day).strftime(written) for day in plain[name]] for name in columns or plain
    }


@messy("chinese_dates.csv", PLAIN)
def _() -> bytes:
    return csv_bytes(cases(**days("%Y年%-m月%-d日")))


@messy("compact_dates.csv", PLAIN)
def _() -> bytes:
    return csv_bytes(cases(**days("%Y%m%d")))


@messy("dates_with_hours.csv", PLAIN)
def _() -> bytes:
    return csv_bytes(cases(**days("%Y/%-m/%-d 9:30")))


@messy("mixed_date_styles.csv", PLAIN)
def _() -> bytes:
    mixed = ["2023年1月9日", "2023/2/14", "2023.3.20", "20230508", "2023-07-03"]
    return csv_bytes(cases(立案日期=mixed))


@messy("dates_day_first.csv", replace(PLAIN, settings={("filed_on", "format"): ["%d/%m/%Y"]}))
def _() -> bytes:
    return csv_bytes(cases(**days("%d/%m/%Y", "立案日期")))


@messy("dates_in_chinese_numerals.csv", PLAIN)
def _() -> bytes:
    numerals = ["二〇二三年一月九日", "二○二三年二月十四日", "二零二三年三月二十日"]
    return csv_bytes(cases(立案日期=[*numerals, "2023-05-08", "2023-07-03"]))


@messy("impossible_dates.csv", replace(PLAIN, kept=3, rejected={"unreadable_date": 2}, values={"filed_on": FILED[2:]}))
def _() -> bytes:
    return csv_bytes(cases(立案日期=["2023-02-30", "2023-13-01", *FILED[2:]]))


@messy("closed_before_filed.csv", replace(PLAIN, kept=4, rejected={"closed_before_filed": 1}, values={}))
def _() -> bytes:
    return csv_bytes(cases(结案日期=["2022-06-30", *CLOSED[1:]]))


@messy("zhongben_too_early.csv", replace(PLAIN, with_warning=1, warned={"zhongben_before_day_90": 1}, values={}))
def _() -> bytes:
    early = [*CLOSED[:1], "2023-03-01", *CLOSED[2:]]
    return csv_bytes(cases(结案日期=early))


@messy(
    "closed_after_the_last_day.csv",
    replace(PLAIN, observed_to=date(2023, 12, 31), noted={"closed_after_observation": 1}, values={}),
)
def _() -> bytes:
    return csv_bytes(cases(结案日期=["2024-06-30", *CLOSED[1:]]))


# ------------------------------------------------------------------------------------------ amounts


@messy(
    "amounts_in_wan_yuan_in_header.csv",
    replace(
        PLAIN,
        fed=FED | {"claim_amount": CLAIM + "（万元）", "recovered_amount": PAID + "(万元)"},
        settings={("claim_amount", "unit"): "万元", ("recovered_amount", "unit"): "万元"},
    ),
)
def _() -> bytes:
    renamed = {CLAIM: CLAIM + "（万元）", PAID: PAID + "(万元)"}
    paid = [None if amount is None else amount / 10_000 for amount in RECOVERED]
    claims = [amount / 10_000 for amount in CLAIMS]
    return csv_bytes(cases(renamed, **{CLAIM: claims, PAID: paid}))


@messy(
    "wan_yuan_taken_as_yuan.csv",
    replace(
        PLAIN,
        doubts=("claim_amount: half of the amounts are small for yuan",),
        noted={"claim_improbably_small": 5},
        values={"claim_amount": [12.5, 38, 4.2, 9.6, 1.58]},
    ),
)
def _() -> bytes:
    return csv_bytes(cases(**{CLAIM: [12.5, 38, 4.2, 9.6, 1.58], PAID: [12.5, 0, None, 3, 1.58]}))


@messy(
    "recovered_in_another_unit.csv",
    replace(
        PLAIN,
        doubts=("state the unit of each",),
        with_warning=3,
        warned={"recovered_in_another_unit": 3},
        noted={"claim_improbably_small": 5},
        values={},
    ),
)
def _() -> bytes:
    return csv_bytes(cases(**{CLAIM: [12.5, 38, 4.2, 9.6, 1.58]}))


@messy("units_in_the_cells.csv", PLAIN)
def _() -> bytes:
    claims = ["12.5万元", "380000元", "42,000.50", "9.6万", "1.58 万元"]
    return csv_bytes(cases(**{CLAIM: claims}))


@messy("currency_signs.csv", PLAIN)
def _() -> bytes:
    claims = ["￥125000", "¥380,000.00", "RMB 42000.5", "人民币96000元", "CNY15800"]
    return csv_bytes(cases(**{CLAIM: claims}))


@messy("thousands_marks.csv", replace(PLAIN, settings={("claim_amount", "thousands"): ","}))
def _() -> bytes:
    return csv_bytes(cases(**{CLAIM: [f"{amount:,.2f}" for amount in CLAIMS]}))


@messy("full_width_digits.csv", PLAIN)
def _() -> bytes:
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    filed = [day.translate(wide) for day in FILED]
    claims = [str(amount).translate(wide) for amount in CLAIMS]
    return csv_bytes(cases(立案日期=filed, **{CLAIM: claims}))


@messy("negative_amounts.csv", replace(PLAIN, kept=3, rejected={"negative_amount": 2}, values={}))
def _() -> bytes:
    return csv_bytes(cases(**{CLAIM: [-125000, "(380,000.00)", *CLAIMS[2:]]}))


@messy(
    "amounts_that_are_words.csv",
    replace(
        PLAIN,
        mends=((f'column = "{CLAIM}"\n', f'column = "{CLAIM}"\non_bad = "clear"\n'),),
        cleared={"unreadable_number": 1},
        values={"claim_amount": [None, 380000, None, 96000, 15800]},
    ),
)
def _() -> bytes:
    return csv_bytes(cases(**{CLAIM: ["排除妨害", 380000, "不详", 96000, 15800]}))


@messy("scientific_notation.csv", PLAIN)
def _() -> bytes:
    return csv_bytes(cases(**{CLAIM: ["1.25E+05", "3.8E+05", 42000.5, "9.6e4", 15800]}))


# -------------------------------------------------------------------------------------------- words


@messy(
    "status_words_of_its_own.csv",
    replace(PLAIN, doubts=("close_mode",), mends=(("values = { ", 'values = { "参与分配完毕" = "completed", '),)),
)
def _() -> bytes:
    return csv_bytes(cases(结案方式=["参与分配完毕", *MODES[1:]]))


@messy(
    "status_words_not_translated.csv",
    replace(PLAIN, kept=4, rejected={"unknown_code": 1}, values={"close_mode": KEPT["close_mode"][1:]}),
)
def _() -> bytes:
    return csv_bytes(cases(结案方式=["参与分配完毕", *MODES[1:]]))


@messy(
    "yes_no_marks.csv",
    replace(
        PLAIN,
        fed=FED | {"has_assets": "有无财产", "creditor_local": "申请人是否本地"},
        values={"has_assets": [True, False, None, True, False], "creditor_local": [True, False, True, True, False]},
    ),
)
def _() -> bytes:
    marks = ["√", "×", "", "√", "×"]
    local = ["本地", "外地", "本地", "本地", "外地"]
    return csv_bytes(cases(有无财产=marks, 申请人是否本地=local))


@messy("words_for_no_value.csv", PLAIN)
def _() -> bytes:
    closed, modes = list(CLOSED), list(MODES)
    closed[2], modes[2] = "——", "/"
    return csv_bytes(cases(结案日期=closed, 结案方式=modes, **{PAID: [*RECOVERED[:2], "-", *RECOVERED[3:]]}))


@messy("zero_width_and_nbsp.csv", PLAIN)
def _() -> bytes:
    return csv_bytes(
        cases(
            案号=[f"\u200b{number}\xa0" for number in NUMBERS],
            立案日期=[f"\xa0{day}\u3000" for day in FILED],
            结案日期=[day and f"{day}\u200b" for day in CLOSED],
            结案方式=[mode and f"\ufeff{mode}\u200b" for mode in MODES],
            **{CLAIM: [f"{amount}\u200b" for amount in CLAIMS]},
        )
    )


@messy("duplicated_rows.csv", replace(PLAIN, rejected={"duplicate": 2}))
def _() -> bytes:
    rows = cases()
    return csv_bytes([*rows, rows[1], rows[4]])


REPEATED = dict.fromkeys(
    ("unknown_code", "unknown_court", "unreadable_case_number", "unreadable_date", "unreadable_number"), 1
)


@messy("header_repeated_inside.csv", replace(PLAIN, rejected=REPEATED))
def _() -> bytes:
    header, *rows = cases()
    return csv_bytes([header, *rows[:3], header, *rows[3:]])


# ------------------------------------------------------------------------------------------ steps


STEPS = {
    "notified_on": "执行通知书送达日期",
    "queried_on": "总对总查询日期",
    "seized_on": "首次查封（扣押、冻结）日期",
    "priced_on": "參考價確定日期",
}


@messy(
    "steps_of_the_procedure.csv",
    replace(
        PLAIN,
        fed=FED | STEPS,
        with_warning=2,
        warned={"step_before_filed": 1, "step_after_closing": 1},
        values=KEPT
        | {
            "notified_on": ["2023-01-08", "2023-02-20", None, "2023-05-12", "2023-07-10"],
            "queried_on": ["2023-01-12", "2023-02-21", "2023-03-28", None, "2023-07-11"],
            "seized_on": ["2022-11-30", None, "2023-04-10", "2023-06-01", None],
            "priced_on": [None, None, None, "2023-12-01", None],
        },
    ),
)
def _() -> bytes:
    """Preserved before filing is no fault; notified before it, or priced after closing, is one."""
    steps = {
        "执行通知书送达日期": ["2023年1月8日", "2023/2/20", "", "2023-05-12", "20230710"],
        "总对总查询日期": ["2023-01-12", "2023-02-21", "2023-03-28", None, "2023-07-11"],
        "首次查封（扣押、冻结）日期": ["2022.11.30", None, "2023.4.10", "2023.6.1", None],
        "參考價確定日期": [None, None, None, "2023-12-01", None],
    }
    return csv_bytes(cases(**steps))
