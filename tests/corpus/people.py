"""Files that name people where they should not, or anywhere at all. All of them are made up.

The identity numbers are those printed as examples in GB 11643-1999, annex A.
"""

from dataclasses import replace

from tests.corpus.messy import (
    CLAIMS,
    COURT,
    FILED,
    KEPT,
    MODES,
    NUMBERS,
    PLAIN,
    cases,
    csv_bytes,
    csv_text,
    messy,
    workbook,
)

NAMES = ("张试样", "李虚构", "王样本", "刘某例", "陈测验")
IDENTITY = ("11010519491231002X", "440524188001010014")
MOBILE = ("13900001234", "18600005678")
COMPANIES = ("甲乙样本贸易有限公司", "丙丁虚构银行支行")
ALL = (*NAMES, *IDENTITY, *MOBILE, *COMPANIES)


@messy(
    "personal_columns.xlsx",
    replace(
        PLAIN, personal=frozenset({"申请执行人", "被执行人姓名", "身份证号码", "联系电话", "承办法官"}), planted=ALL
    ),
)
def _() -> bytes:
    return workbook(
        明细=cases(
            申请执行人=[*COMPANIES, *NAMES[:3]],
            被执行人姓名=list(NAMES),
            身份证号码=[*IDENTITY, *IDENTITY, IDENTITY[0]],
            联系电话=[*MOBILE, *MOBILE, MOBILE[0]],
            承办法官=[NAMES[4], *NAMES[:4]],
        )
    )


@messy(
    "personal_values_unlabelled.csv",
    replace(PLAIN, personal=frozenset({"栏目甲", "栏目乙", "栏目丙", "栏目丁"}), planted=ALL),
)
def _() -> bytes:
    return csv_bytes(
        cases(
            栏目甲=list(NAMES),
            栏目乙=[*IDENTITY, *IDENTITY, IDENTITY[0]],
            栏目丙=[*MOBILE, *MOBILE, MOBILE[0]],
            栏目丁=[*COMPANIES, "戊己样本合作社", *COMPANIES],
        )
    )


@messy(
    "names_among_the_closing_modes.csv",
    replace(
        PLAIN, kept=4, rejected={"unknown_code": 1}, values={"close_mode": KEPT["close_mode"][1:]}, planted=NAMES[:1]
    ),
)
def _() -> bytes:
    return csv_bytes(cases(结案方式=[NAMES[0], *MODES[1:]]))


@messy(
    "identity_number_for_an_amount.csv",
    replace(
        PLAIN,
        kept=3,
        rejected={"unreadable_number": 2},
        values={"claim_amount": KEPT["claim_amount"][2:]},
        planted=(NAMES[0], IDENTITY[0]),
    ),
)
def _() -> bytes:
    return csv_bytes(cases(申请执行标的金额=[NAMES[0], IDENTITY[0], *CLAIMS[2:]]))


@messy(
    "phone_number_for_a_day.csv",
    replace(
        PLAIN, kept=3, rejected={"unreadable_date": 2}, values={"filed_on": FILED[2:]}, planted=(NAMES[1], MOBILE[0])
    ),
)
def _() -> bytes:
    return csv_bytes(cases(立案日期=[MOBILE[0], NAMES[1], *FILED[2:]]))


@messy(
    "name_for_a_court.csv",
    replace(PLAIN, kept=3, rejected={"unknown_court": 2}, values={}, planted=(NAMES[2], MOBILE[1])),
)
def _() -> bytes:
    return csv_bytes(cases(执行法院=[NAMES[2], f"{COURT} {MOBILE[1]}", *[COURT] * 3]))


@messy(
    "name_for_a_case_number.csv",
    replace(PLAIN, kept=4, rejected={"unreadable_case_number": 1}, values={}, planted=NAMES[3:4]),
)
def _() -> bytes:
    return csv_bytes(cases(案号=[NAMES[3], *NUMBERS[1:]]))


@messy("name_in_a_broken_line.csv", replace(PLAIN, rejected={"unreadable_line": 1}, planted=(NAMES[4], MOBILE[0])))
def _() -> bytes:
    return (csv_text(cases()) + f"（2023）粤0304执106号,{NAMES[4]},{MOBILE[0]}\r\n").encode()


@messy("names_below_the_table.xlsx", replace(PLAIN, rejected={"footnote": 2}, planted=(NAMES[0], MOBILE[1])))
def _() -> bytes:
    notes = [[f"填表人：{NAMES[0]}"], [f"联系电话：{MOBILE[1]}"]]
    return workbook(明细=[*cases(), *notes])


@messy("names_above_the_table.xlsx", replace(PLAIN, planted=(NAMES[1], MOBILE[0])))
def _() -> bytes:
    title = [["执行案件明细表"], [f"制表人：{NAMES[1]}", None, f"电话：{MOBILE[0]}"]]
    return workbook(明细=[*title, *cases()])


@messy("sheet_named_for_a_person.xlsx", replace(PLAIN, planted=(NAMES[2],)))
def _() -> bytes:
    return workbook(**{"明细": cases(), f"{NAMES[2]}备忘": [["待办"], ["回电话"]]})
