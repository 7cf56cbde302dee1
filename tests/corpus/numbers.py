"""Case numbers and courts as files write them."""

from dataclasses import replace
from typing import Any

from tests.corpus.messy import COURT, FED, KEPT, NUMBERS, PLAIN, cases, csv_bytes, messy, workbook

# Ids of a system of its own: no court and no type can be told from them.
OWN_IDS = [f"SJ-{number:05}" for number in range(101, 106)]
OWN_TYPE = '\n[columns.case_type]\nconstant = "first"\n'


@messy(
    "case_numbers_six_styles.csv", replace(PLAIN, kept=1, rejected={"duplicate": 5}, values={"court_id": ["粤0304"]})
)
def _() -> bytes:
    styles = [
        "（2023）粤0304执101号",
        "(2023)粤0304执101号",
        "〔2023〕粤0304执101号",
        "［２０２３］粤０３０４执１０１号",
        " ( 2023 ) 粤 0304 执 101 号 ",
        "【2023】粵0304執101號",
    ]
    header, first, *_ = cases()
    return csv_bytes([header, *([style, *first[1:]] for style in styles)])


@messy("leading_zeros_and_words.csv", replace(PLAIN, kept=1, rejected={"duplicate": 3}, values={}))
def _() -> bytes:
    styles = ["(2023)粤0304执101号", "(2023)粤0304执00101号", "2023粤0304执字第101号", "（2023）粤0304执字00101号"]
    header, first, *_ = cases()
    return csv_bytes([header, *([style, *first[1:]] for style in styles)])


@messy("formulas_that_keep_a_text.csv", PLAIN)
def _() -> bytes:
    header, *rows = cases()
    lines = [",".join(header)]
    for number, *cells in rows:
        lines.append(",".join([f'="{number}"', *("" if cell is None else f"'{cell}" for cell in cells)]))
    return "\r\n".join(lines).encode("utf-8-sig")


@messy(
    "ids_of_seventeen_digits.xlsx",
    replace(
        PLAIN,
        fed={field: header for field, header in FED.items() if field != "case_type"},
        added=OWN_TYPE,
        refused="more than 15 digits",
    ),
)
def _() -> bytes:
    return workbook(明细=cases(案号=[2.0230304000000101e16 + 16 * number for number in range(5)]))


@messy(
    "batch_ranges.csv",
    replace(
        PLAIN,
        kept=9,
        noted={"batch_expanded": 5},
        values={"claim_amount": [125000, 380000, 42000.5, 96000, *[None] * 5]},
    ),
)
def _() -> bytes:
    numbers = [*NUMBERS[:4], "（2023）粤0304执201-203、205-206号"]
    return csv_bytes(cases(案号=numbers))


@messy("batch_of_ten_thousand.csv", replace(PLAIN, kept=4, rejected={"unreadable_batch": 1}, values={}))
def _() -> bytes:
    return csv_bytes(cases(案号=["（2023）粤0304执1-9999号", *NUMBERS[1:]]))


@messy(
    "legacy_numbers.csv",
    replace(
        PLAIN,
        fed=FED | {"case_type": "案件类型"},
        noted={"legacy_number": 2},
        values={"filed_on": ["2012-05-04", "2014-02-14", "2023-03-20", "2023-05-08", "2023-07-03"]},
    ),
)
def _() -> bytes:
    old = ["（2012）深福法执字第66号", "（2014）深福法执字第7号之一"]
    filed = ["2012-05-04", "2014-02-14", "2023-03-20", "2023-05-08", "2023-07-03"]
    types = ["首次执行"] * 5
    return csv_bytes(cases(案号=[*old, *NUMBERS[2:]], 立案日期=filed, 案件类型=types))


@messy("masked_numbers.csv", replace(PLAIN, kept=3, rejected={"masked_number": 2}, values={}))
def _() -> bytes:
    return csv_bytes(cases(案号=["（2023）粤0304执1**号", "（2023）粤0304执×××号", *NUMBERS[2:]]))


@messy("number_of_another_year.csv", replace(PLAIN, with_warning=1, warned={"number_of_another_year": 1}, values={}))
def _() -> bytes:
    return csv_bytes(cases(立案日期=["2022-12-30", "2023-02-14", *["2023-03-20"] * 3]))


@messy(
    "number_of_another_court.csv",
    replace(PLAIN, with_warning=1, warned={"number_of_another_court": 1}, values={"court_id": KEPT["court_id"]}),
)
def _() -> bytes:
    return csv_bytes(cases(案号=["（2023）粤0305执101号", *NUMBERS[1:]]))


@messy(
    "types_in_the_numbers_only.csv",
    replace(
        PLAIN,
        with_warning=3,
        warned={"zhongben_of_another_type": 1, "resumed_without_parent": 1, "recovered_by_another_type": 1},
        values={"case_type": ["first", "objection", "resumed", "preservation", "first"]},
    ),
)
def _() -> bytes:
    words = ["执", "执异", "执恢", "执保", "执"]
    return csv_bytes(cases(案号=[f"（2023）粤0304{word}{n}号" for n, word in enumerate(words, 1)]))


@messy("own_ids.csv", replace(PLAIN, fed={k: v for k, v in FED.items() if k != "case_type"}, added=OWN_TYPE))
def _() -> bytes:
    return csv_bytes(cases(案号=OWN_IDS))


# ------------------------------------------------------------------------------------------- courts

OWN: dict[str, Any] = {"fed": {name: header for name, header in FED.items() if name != "case_type"}, "added": OWN_TYPE}


@messy("court_names_without_province.csv", replace(PLAIN, **OWN))
def _() -> bytes:
    names = ["福田区人民法院", "深圳市福田区人民法院", "福田区法院", "深圳福田法院", "深圳市福田法院"]
    return csv_bytes(cases(案号=OWN_IDS, 执行法院=names))


@messy("court_names_with_a_division.csv", replace(PLAIN, **OWN))
def _() -> bytes:
    divisions = ["", "执行局", "（执行裁判庭）", "执行二庭", "本院"]
    return csv_bytes(cases(案号=OWN_IDS, 执行法院=[COURT + one for one in divisions]))


@messy("court_codes_for_names.csv", replace(PLAIN, **OWN))
def _() -> bytes:
    return csv_bytes(cases(案号=OWN_IDS, 执行法院=["粤0304", "粤０３０４", "粵0304", *["粤0304"] * 2]))


@messy(
    "old_court_names.csv",
    replace(PLAIN, **OWN, values={"court_id": ["渝0151", "渝0120", "粤0304", "粤0304", "粤0304"]}),
)
def _() -> bytes:
    return csv_bytes(cases(案号=OWN_IDS, 执行法院=["铜梁县人民法院", "璧山县人民法院", *[COURT] * 3]))


@messy(
    "ambiguous_court.csv",
    replace(PLAIN, **OWN, kept=4, rejected={"unknown_court": 1}, values={"court_id": ["粤0304"] * 4}),
)
def _() -> bytes:
    return csv_bytes(cases(案号=OWN_IDS, 执行法院=["西湖区人民法院", *[COURT] * 4]))


@messy(
    "ambiguous_court_with_province.csv",
    replace(
        PLAIN, **OWN, mends=(("[source]\n", '[source]\nprovince = "浙江"\n'),), values={"court_id": ["浙0106"] * 5}
    ),
)
def _() -> bytes:
    return csv_bytes(cases(案号=OWN_IDS, 执行法院=["西湖区人民法院"] * 5))


@messy("ambiguous_court_with_its_code.csv", replace(PLAIN, values={"court_id": ["浙0106"] * 5}))
def _() -> bytes:
    numbers = [number.replace("粤0304", "浙0106") for number in NUMBERS]
    return csv_bytes(cases(案号=numbers, 执行法院=["西湖区人民法院"] * 5))


@messy(
    "special_courts.csv", replace(PLAIN, **OWN, values={"court_id": ["沪72", "京0491", "苏0591", "粤0304", "粤0304"]})
)
def _() -> bytes:
    names = ["上海海事法院", "北京互联网法院", "苏州工业园区人民法院", COURT, COURT]
    return csv_bytes(cases(案号=OWN_IDS, 执行法院=names))


@messy("court_that_is_none.csv", replace(PLAIN, kept=4, rejected={"unknown_court": 1}, values={}))
def _() -> bytes:
    return csv_bytes(cases(执行法院=["某某执行中心法院", *[COURT] * 4]))


@messy(
    "traditional_characters.csv",
    replace(
        PLAIN,
        fed={
            "case_id": "案號",
            "court_id": "執行法院",
            "case_type": "案號",
            "filed_on": "立案日期",
            "closed_on": "結案日期",
            "close_mode": "結案方式",
            "claim_amount": "申請執行標的金額",
            "recovered_amount": "實際到位金額",
        },
    ),
)
def _() -> bytes:
    headers = {
        "案号": "案號",
        "执行法院": "執行法院",
        "结案日期": "結案日期",
        "结案方式": "結案方式",
        "申请执行标的金额": "申請執行標的金額",
        "实际到位金额": "實際到位金額",
    }
    numbers = [number.replace("粤", "粵").replace("执", "執").replace("号", "號") for number in NUMBERS]
    modes = ["執行完畢", "終結本次執行程序", None, "終結執行", "執行完畢"]
    courts = ["深圳市福田區人民法院"] * 5
    return csv_bytes(cases(headers, 案号=numbers, 执行法院=courts, 结案方式=modes))
