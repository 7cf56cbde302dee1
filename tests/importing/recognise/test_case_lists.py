"""Lists of cases that are no caseload, and files whose kind their values tell."""

import tomllib
from typing import Any

import pytest

from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.propose import propose_mapping
from tests.importing.conftest import Book
from tests.importing.tables import COURTS, MODES, NUMBERS, cases, confidence, fed, setting, table

_DAYS = ["2023-09-01", "2023-10-12"]


def test_a_list_of_zhongben_is_closed_as_such(book: Book) -> None:
    proposal = propose_mapping(book(cases(未履行金额=[1000, 2000], 终本日期=_DAYS)))
    assert fed(proposal)["closed_on"] == "终本日期"
    assert setting(proposal, "close_mode", "constant") == "zhongben"
    document = tomllib.loads(mapping_text(proposal))
    assert document["source"]["holds"] == "zhongben_list"
    assert "# Check: a list of 终本 cases" in mapping_text(proposal)
    assert tomllib.loads(mapping_text(proposal, holds="all_cases"))["source"]["holds"] == "all_cases"


def test_a_caseload_with_days_of_zhongben_is_no_list(book: Book) -> None:
    proposal = propose_mapping(
        book(cases(结案日期=[*_DAYS, None], 结案方式=[*MODES[:2], None], 终本日期=[None, _DAYS[0], None]))
    )
    assert proposal.holds is None
    assert fed(proposal)["closed_on"] == "结案日期"


def test_days_of_zhongben_in_some_rows_are_asked_about(book: Book) -> None:
    proposal = propose_mapping(book(cases(终本日期=[_DAYS[0], None])))
    assert proposal.holds is None
    assert "close_mode" not in fed(proposal)
    assert "the only day of closing is that of 终本" in str(proposal.design_doubt)


@pytest.mark.parametrize(
    ("title", "columns", "design"),
    [
        ("", {"失信被执行人行为具体情形": ["有履行能力而拒不履行"], "被执行人的履行情况": ["全部未履行"]}, "selected_cases"),
        ("", {"限制消费令对象": ["某公司"]}, "selected_cases"),
        ("限制高消费名单", {}, "selected_cases"),
        ("", {"借款人名称": ["某公司"], "贷款本金": [100], "欠息": [3]}, "creditor_cases"),
        ("某银行不良贷款转让清单", {}, "creditor_cases"),
        ("", {"iname": ["某公司"], "gistId": ["x"], "performance": ["全部未履行"], "disruptTypeName": ["规避执行"]}, "selected_cases"),
        ("", {"本金（万元）": [200], "表内息": [3], "抵质押物": ["房产"], "诉讼进展": ["执行中"]}, "creditor_cases"),
        ("", {"贷款本金": [200]}, None),
        ("", {"标的金额": [100_000]}, None),
        ("", {"担保方式": ["抵押"]}, None),
        ("", {"失信被执行人": ["是", "否"], "限制消费令": ["有"], "结案日期": [*_DAYS, None]}, None),
    ],
)  # fmt: skip
def test_what_a_list_is(book: Book, title: str, columns: dict[str, list[Any]], design: str | None) -> None:
    rows = cases(**columns)
    proposal = propose_mapping(book([[title], *rows] if title else rows))
    assert proposal.kind == "cases"
    assert proposal.holds == design


def test_the_name_of_a_sheet_or_file_tells_a_list_too(book: Book) -> None:
    assert propose_mapping(book(**{"限制消费人员": cases()})).holds == "selected_cases"
    file = book(cases())
    assert propose_mapping(file.rename(file.with_name("失信被执行人2023.xlsx"))).holds == "selected_cases"


def test_a_short_file_without_a_column_of_closings_is_asked_about(book: Book) -> None:
    proposal = propose_mapping(book(cases()[:6]))
    assert "no column feeds closed_on" in str(proposal.design_doubt)


def test_debtors_are_no_courts(book: Book) -> None:
    """By its headings a list of companies with codes and areas might be one of courts."""
    companies = [f"甲市{name}有限公司" for name in ("东方", "大华", "明达", "永兴")]
    rows = table(名称=companies, 案号=NUMBERS, 执行法院=COURTS, 立案时间=_DAYS, 级别=["失信"], 代码=["91440300"])
    assert propose_mapping(book(rows)).kind == "cases"


def test_courts_are_courts(book: Book) -> None:
    rows = table(名称=COURTS, 代字=["粤0304", "粤0305"], 级别=["基层法院"], 区划代码=["440304", "440305"])
    assert propose_mapping(book(rows)).kind == "courts"


@pytest.mark.parametrize("word", ["--", "NULL", "无", "N/A", "未结"])
def test_a_word_for_no_day_closes_no_case(book: Book, word: str) -> None:
    days = [*["2023-09-01"] * 20, *[word] * 20]
    proposal = propose_mapping(
        book(table(案号=[f"（2023）粤0304执{n}号" for n in range(40)], 立案日期=["2023-03-05"], 结案日期=days))
    )
    assert proposal.design_doubt is None
    assert confidence(proposal, "closed_on") == 1.0
    listed = propose_mapping(book(cases(终本日期=[_DAYS[0], word])))
    assert listed.holds is None
    assert "close_mode" not in fed(listed)
