"""Annual tables and ledgers kept by hand: which days a row is of, and wordings of their headers."""

import pytest

from index_engine.importing.recognise.derived_fields import parse_period
from index_engine.importing.recognise.propose import propose_mapping
from tests.importing.conftest import Book
from tests.importing.tables import COURTS, NUMBERS, fed, setting, table


def test_what_courts_state_year_by_year(book: Book) -> None:
    """The year of each row goes before a title over all of them."""
    rows = table(
        年份=["2022年", "2023", "2024年度"],
        法院名称=COURTS,
        上年旧存=[10, 20],
        本年收案数=[100, 90],
        本年结案数=[95, 80],
        期末未结=[15, 30],
        实际执行到位率=["41.90%", "50%"],
    )
    proposal = propose_mapping(book([["某省法院2022-2024年执行质效数据"], *rows]))
    assert (proposal.kind, proposal.missing_fields) == ("court_periods", ())
    assert setting(proposal, "period_start", "format") == ["year"]
    assert setting(proposal, "period_end", "format") == ["year_end"]
    assert fed(proposal) == {
        "period_start": "年份",
        "period_end": "年份",
        "court_id": "法院名称",
        "opening_stock": "上年旧存",
        "filed": "本年收案数",
        "closed": "本年结案数",
        "pending": "期末未结",
        "recovery_rate": "实际执行到位率",
    }


@pytest.mark.parametrize(
    "title", ["2022-2024年执行质效数据", "2022年—2024年数据", "2022年7月至2024年6月", "2022、2023年数据"]
)
def test_a_title_over_several_years_states_no_period(title: str) -> None:
    assert parse_period(title) is None


def test_a_month_tells_the_end_of_its_period_too(book: Book) -> None:
    rows = table(统计月份=["2024-01", "2024-02"], 法院=COURTS, 新收=[100, 90], 结案=[95, 80])
    proposal = propose_mapping(book(rows))
    assert proposal.missing_fields == ()
    assert setting(proposal, "period_start", "format") == ["month"]
    assert setting(proposal, "period_end", "format") == ["month_end"]


def test_words_of_ledgers_and_platforms(book: Book) -> None:
    """Wordings met in ledgers that offices keep by hand and in what platforms export."""
    ledger = table(执行案件号=NUMBERS, 承办法院=COURTS, 收案日=["2023-03-05"], 申执金额=[1000], 已到位款=[900])
    found = fed(propose_mapping(book(ledger)))
    assert found["filed_on"] == "收案日"
    assert found["claim_amount"] == "申执金额"
    assert found["recovered_amount"] == "已到位款"
    lots = table(
        拍品ID=[f"{number}" for number in range(40)],
        执行文书=NUMBERS,
        处置法院=COURTS,
        第几次拍卖=["一拍"],
        公告日期=["2024-03-05"],
        竞价状态=["已成交", "流拍"],
    )
    found = fed(propose_mapping(book(lots)))
    assert (found["case_id"], found["status"]) == ("执行文书", "竞价状态")
