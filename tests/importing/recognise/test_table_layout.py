"""Tables below titles, over sheets, in any encoding; columns about people; tables at random."""

from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index_engine.errors import InputError
from index_engine.importing.recognise.propose import propose_mapping
from tests.importing import tables
from tests.importing.conftest import Book
from tests.importing.tables import Table, cases, fed, personal

# ------------------------------------------------------------------------------------------ layout


def test_a_header_below_titles_and_blank_rows(book: Book) -> None:
    rows = cases(标的金额=[1000])
    title = ["甲市2023年执行案件明细表", None, None, None]
    proposal = propose_mapping(book([title, [], ["制表单位：执行局"], *rows], merged=("A1:D1",)))
    assert (proposal.options.header, proposal.options.header_rows) == (4, 1)
    assert proposal.inspected_row_count == 40
    assert proposal.missing_fields == ()


def test_a_header_of_two_rows_with_merged_cells(book: Book) -> None:
    rows = cases(申请=[1000], 到位=[900])
    upper = [*rows[0][:3], "执行金额", None]
    lower = [None, None, None, "申请", "到位"]
    merged = ("D2:E2", "A2:A3", "B2:B3", "C2:C3", "A1:E1")
    proposal = propose_mapping(book([["执行情况表"], upper, lower, *rows[1:]], merged=merged))
    assert (proposal.options.header, proposal.options.header_rows) == (2, 2)
    assert fed(proposal)["recovered_amount"] == "执行金额 到位"
    assert proposal.inspected_row_count == 40


def test_totals_and_footnotes_are_no_rows(book: Book) -> None:
    rows = cases(标的金额=[1000])
    total = ["合　计", None, None, 40_000]
    proposal = propose_mapping(book([*rows, total, ["注：不含执行保全案件"], ["制表人：某某"]]))
    assert proposal.inspected_row_count == 40


def test_the_sheet_with_the_table_is_found(book: Book) -> None:
    file = book(封面=[["甲市法院"], ["执行情况"]], 空白=[], 明细=cases())
    proposal = propose_mapping(file)
    assert proposal.sheets == ("封面", "空白", "明细")
    assert proposal.options.sheet == "明细"
    assert [*map(str, proposal.warnings)] == ["not read: the sheets 封面"]
    with pytest.raises(InputError, match="no sheet '年报'; its sheets are 封面, 空白, 明细"):
        propose_mapping(file, sheet="年报")
    with pytest.raises(InputError, match="its headers tell of no kind of file"):
        propose_mapping(file, sheet="封面")


def test_sheets_of_one_header_are_read_together(book: Book) -> None:
    rows = cases()
    proposal = propose_mapping(book(**{"说明": [["填报说明"]], "1月": rows, "2月": rows, "3月": rows}))
    assert proposal.options.sheet == "*"
    assert proposal.inspected_row_count == 120
    assert str(proposal.warnings[0]) == "3 sheets with the same header are read one after the other"
    assert str(proposal.warnings[1]) == "not read: the sheets 说明"


def test_a_sheet_with_one_more_column_forbids_reading_all(book: Book) -> None:
    proposal = propose_mapping(book(**{"1月": cases(), "2月": cases(), "3月": cases(案由=["离婚纠纷"])}))
    assert proposal.options.sheet == "3月", "the sheet of which most is known"
    assert [*map(str, proposal.warnings)] == ["not read: the sheets 1月, 2月"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(("suffix", "delimiter"), [(".csv", ","), (".txt", "\t"), (".csv", ";")])
def test_text_in_any_encoding(tmp_path: Path, encoding: str, suffix: str, delimiter: str) -> None:
    file = tmp_path / f"f{suffix}"
    lines = [delimiter.join(map(str, row)) for row in cases(标的金额=[1000])]
    file.write_bytes("\r\n".join(lines).encode(encoding))
    proposal = propose_mapping(file)
    assert proposal.options.encoding == encoding.removesuffix("-sig")
    assert proposal.options.delimiter == delimiter
    assert proposal.missing_fields == ()


# ----------------------------------------------------------------------------------- personal data

IDENTITIES = ["11010519491231002X", "440524188001010014"]  # of GB 11643-1999, annexes
PEOPLE = ["张小明", "李建国", "王芳", "刘洋", "陈晓东"]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("当事人", ["甲"]),
        ("申请执行人", ["乙公司"]),
        ("被执行人姓名", PEOPLE),
        ("联系电话", ["1"]),
        ("标的物名称", ["某某名下房产"]),
        ("编码A", ["11010519491231002X"]),
        ("栏目1", ["备注 11010519491231002X 已核", "无"]),
        ("栏目2", ["13912345678", "13812345678"]),
        ("栏目3", ["6222020200066666666", "4111111111111111"]),
        ("栏目4", PEOPLE),
        ("栏目5", ["甲乙有限公司", "丙丁银行支行", "戊己合作社"]),
        ("案由", ["11010519491231002X"]),
    ],
)
def test_columns_about_people_are_named_and_never_mapped(book: Book, header: str, cells: list[str]) -> None:
    proposal = propose_mapping(book(cases(**{header: cells})))
    (column,) = [column for column in proposal.columns if column.header == header]
    assert column.is_personal
    assert (column.field, column.samples, column.unknown_words) == (None, (), ())
    assert header not in fed(proposal).values()


def test_fields_that_only_mention_people_are_mapped(book: Book) -> None:
    proposal = propose_mapping(book(cases(被执行人类型=["自然人", "企业法人"], 申请执行人是否本地=["是", "否"])))
    assert fed(proposal)["debtor_kind"] == "被执行人类型"
    assert fed(proposal)["creditor_local"] == "申请执行人是否本地"
    assert personal(proposal) == set()


def test_no_value_about_people_is_in_a_proposal(book: Book) -> None:
    proposal = propose_mapping(book(cases(被执行人=PEOPLE, 身份证号=IDENTITIES, 栏目=PEOPLE)))
    assert not any(value in repr(proposal) for value in (*PEOPLE, *IDENTITIES))


# -------------------------------------------------------------------------------------- any table


def test_merged_cells_count_in_all_their_rows(book: Book) -> None:
    lots = [["L1", "甲市第一人民法院", "一拍", 100_000], [None, None, "二拍", 80_000], ["L2", None, "一拍", 50_000]]
    rows = [["标的物编号", "处置法院", "拍卖阶段", "起拍价"], *lots]
    proposal = propose_mapping(book([["拍卖情况表"], *rows], merged=("A1:D1", "A3:A4", "B3:B5")), "auctions")
    assert proposal.options.header == 2
    court = proposal.mapped_column("court_id")
    assert court is not None
    assert "3 values" in str(court.reason)
    assert [str(note) for note in proposal.warnings if "merged" in str(note)] == [
        "merged cells count in each of their rows: 标的物编号, 处置法院"
    ]


def test_blanks_in_a_required_column_are_named(book: Book) -> None:
    """As a sheet has them whose cells were merged once, or whose values stand over groups of rows."""
    proposal = propose_mapping(book(cases(执行法院=["甲市第一人民法院", None])))
    assert any("执行法院 is blank in 20 of the rows" in str(warning) for warning in proposal.warnings)


def test_hidden_sheets_are_named(tmp_path: Path) -> None:
    file = tables.book(tmp_path / "f.xlsx", 案件=cases(), 作废=cases())
    workbook = openpyxl.load_workbook(file)
    workbook["作废"].sheet_state = "hidden"
    workbook.save(file)
    assert "hidden in the workbook: 作废" in map(str, propose_mapping(file).warnings)


cells = st.one_of(
    st.text(st.sampled_from("案号法院日期金额年月执0123456789-/.,（）()%* \n\"'=甲张"), max_size=12),
    st.sampled_from(["案号", "执行法院", "立案日期", "标的金额（万元）", "状态", "合计", "终本"]),
    st.integers(-(10**12), 10**12),
    st.none(),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(cells, max_size=6), max_size=8), kind=st.sampled_from([None, "cases"]))
def test_no_table_is_too_odd(book: Book, rows: Table, kind: str | None) -> None:
    """Any table gives a proposal that is consistent, or an InputError."""
    try:
        proposal = propose_mapping(book(rows), kind)
    except InputError as error:
        assert "\n" not in str(error)
        return
    fields = [column.field for column in proposal.columns if column.field]
    assert len(set(fields)) == len(fields)
    assert not set(fields) & set(proposal.missing_fields)
    assert all(0 <= column.confidence <= 1 for column in proposal.columns)
    assert all(column.field is None for column in proposal.columns if column.is_personal)
