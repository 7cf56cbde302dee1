"""Spreadsheets nobody has described: which column feeds what, and how sure of it."""

import re
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from index_engine.errors import InputError
from index_engine.importing.contract import READ_KINDS, read_contract, read_vocabulary
from index_engine.importing.recognise.header_matching import foreign_currency
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.normalise import match_key, reference_data
from index_engine.importing.recognise.propose import propose_mapping
from tests.importing.conftest import Book
from tests.importing.tables import COURTS, MODES, NUMBERS, Table, cases, confidence, fed, personal, setting, table

# ------------------------------------------------------------------------------------------ fields


def test_words_of_courts(book: Book) -> None:
    """The labels of the data standard's table 首次执行案件."""
    proposal = propose_mapping(
        book(
            cases(
                结案日期=["2023-09-01", None],
                结案方式=[*MODES[:1], None],
                应执行标的金额=[1000, 2000],
                实际到位金额=[900, 0],
                是否有财产=["是", "否"],
                立案案由=["民间借贷纠纷", "买卖合同纠纷"],
                首次执行案号=[None],
                执行超期天数=[0, 3],
                尚未执行金额=[100, 2000],
                申请人放弃金额=[0, 0],
            )
        )
    )
    assert proposal.kind == "cases"
    assert fed(proposal) == {
        "case_id": "案号",
        "court_id": "执行法院",
        "filed_on": "立案日期",
        "closed_on": "结案日期",
        "close_mode": "结案方式",
        "claim_amount": "应执行标的金额",
        "recovered_amount": "实际到位金额",
        "has_assets": "是否有财产",
        "cause": "立案案由",
        "parent_case_id": "首次执行案号",
        "case_type": "案号",
    }
    assert proposal.missing_fields == ()
    assert setting(proposal, "cause", "values") == {"民间借贷纠纷": "private_loan", "买卖合同纠纷": "sale"}


def test_headers_in_other_words(book: Book) -> None:
    rows = table(
        案件编号=NUMBERS,
        承办法院=COURTS,
        案件类别=["首执", "恢执"],
        收案时间=["2023/3/5"],
        报结日期=["2023/9/1"],
        结案类型=["终本", "执毕"],
        申请标的额=[1000],
        执行到位标的额=[10],
        发还日期=["2023/10/1"],
    )
    proposal = propose_mapping(book(rows))
    assert fed(proposal) == {
        "case_id": "案件编号",
        "court_id": "承办法院",
        "case_type": "案件类别",
        "filed_on": "收案时间",
        "closed_on": "报结日期",
        "close_mode": "结案类型",
        "claim_amount": "申请标的额",
        "recovered_amount": "执行到位标的额",
        "paid_out_on": "发还日期",
    }
    values = setting(proposal, "close_mode", "values")
    assert (values["终本"], values["执毕"]) == ("zhongben", "completed")
    assert values["不予执行"] == "refused", "usual words are there for rows not looked at"


def test_traditional_script_signs_and_line_ends(book: Book) -> None:
    rows = table(**{"＊案號": NUMBERS, "執行法院": COURTS, "立案\n日期": ["2023-03-05"], "結案方式：": MODES})
    assert fed(propose_mapping(book(rows))) == {
        "case_id": "＊案號",
        "court_id": "執行法院",
        "filed_on": "立案\n日期",
        "close_mode": "結案方式：",
        "case_type": "＊案號",
    }


def test_english_headers(book: Book) -> None:
    rows = table(
        **{
            "Case No.": [f"A-{number}" for number in range(30)],
            "Court": ["K1", "K2"],
            "Case type": ["first"],
            "Filing date": [date(2023, 1, 5)],
            "Claim": [1000],
            "Debtor": ["Somebody"],
        }
    )
    proposal = propose_mapping(book(rows))
    assert fed(proposal) == {
        "case_id": "Case No.",
        "court_id": "Court",
        "case_type": "Case type",
        "filed_on": "Filing date",
        "claim_amount": "Claim",
    }
    assert personal(proposal) == {"Debtor"}
    assert setting(proposal, "case_type", "values") is None


def test_headers_of_interfaces_and_in_pinyin(book: Book) -> None:
    register = table(caseCode=NUMBERS, execCourtName=COURTS, caseCreateTime=["2023-03-05"], execMoney=[120_000])
    assert fed(propose_mapping(book(register))) == {
        "case_id": "caseCode",
        "court_id": "execCourtName",
        "filed_on": "caseCreateTime",
        "claim_amount": "execMoney",
        "case_type": "caseCode",
    }
    initials = table(AH=NUMBERS, FYMC=COURTS, LARQ=["2023-03-05"], JARQ=["2023-09-05"], JAFS=MODES, SJDWJE=[5_000])
    assert fed(propose_mapping(book(initials))) == {
        "case_id": "AH",
        "court_id": "FYMC",
        "filed_on": "LARQ",
        "closed_on": "JARQ",
        "close_mode": "JAFS",
        "recovered_amount": "SJDWJE",
        "case_type": "AH",
    }
    pinyin = table(
        ajbs=NUMBERS, fydm=COURTS, sqbd=[5_000], SHOUANSHIJIAN=["2023-03-05"], jie_an_ri_qi=["2023-09-05"],
        bjfs=MODES, lasj2=["x"],
    )  # fmt: skip
    assert fed(propose_mapping(book(pinyin))) == {
        "case_id": "ajbs",
        "court_id": "fydm",
        "claim_amount": "sqbd",
        "filed_on": "SHOUANSHIJIAN",
        "closed_on": "jie_an_ri_qi",
        "close_mode": "bjfs",
        "case_type": "ajbs",
    }
    # What only looks like one of these.
    other = table(案号=NUMBERS, AHEAD=["x"], larquay=["2023-03-05"], 收案日期=["2023-03-05"])
    assert fed(propose_mapping(book(other)))["filed_on"] == "收案日期"


@pytest.mark.parametrize(
    ("field", "headers"),
    [
        ("notified_on", ["发出执行通知日期", "執行通知書送達日期", "Notice served"]),
        ("queried_on", ["网络查控日期", "总对总查询日期", "財產調查日期", "Asset query date"]),
        ("seized_on", ["首次查封日期", "查封（扣押、冻结）日期", "凍結日期", "Seizure date"]),
        ("priced_on", ["参考价确定日期", "评估报告日期", "定价日期", "Appraisal date"]),
    ],
)  # fmt: skip
def test_steps_of_the_procedure(book: Book, field: str, headers: list[str]) -> None:
    for header in headers:
        proposal = propose_mapping(book(cases(**{header: ["2023-05-05", "2023-06-01"]})))
        assert fed(proposal)[field] == header
    # What only sounds like it: the end of a seizure, the cost of an appraisal.
    alike = propose_mapping(book(cases(查封期限届满日期=["2024-05-05"], 评估费=[800])))
    assert field not in fed(alike)


def test_a_column_that_sounds_alike_is_left_alone(book: Book) -> None:
    proposal = propose_mapping(
        book(
            cases(
                一审案号=["（2022）粤0304民初1号"],
                判决立案日期=["2022-01-01"],
                尚未到位金额=[5],
                平均结案天数=[3],
                评估费=[800],
                终本约谈日期=["2023-05-05"],
            )
        )
    )
    assert fed(proposal) == {"case_id": "案号", "court_id": "执行法院", "filed_on": "立案日期", "case_type": "案号"}


def test_two_columns_for_one_field(book: Book) -> None:
    proposal = propose_mapping(book(cases(收案日期=["2023-03-01"])))
    assert proposal.mapped_column("filed_on").header == "立案日期"  # type: ignore[union-attr]
    (other,) = [column for column in proposal.columns if column.header == "收案日期"]
    assert (other.field, str(other.note)) == (None, "also fits filed_on, fed by 立案日期")


def test_a_name_that_stands_twice(book: Book) -> None:
    rows = cases()
    for row, value in zip(rows, ["标的金额"] + [1000] * 40, strict=True):
        row += [value, value]
    proposal = propose_mapping(book(rows))
    column = proposal.mapped_column("claim_amount")
    assert column is not None
    assert column.header == "标的金额 (1)"
    assert column.confidence <= 0.5
    assert any("another column fits as well" in str(warning) for warning in proposal.warnings)


def test_a_header_that_only_holds_a_known_word_is_doubtful(book: Book) -> None:
    proposal = propose_mapping(book(table(案号=NUMBERS, 法院=COURTS, 本庭立案日期记录=["2023-03-05"])))
    assert confidence(proposal, "filed_on") <= 0.4
    assert any(str(warning).startswith("filed_on") for warning in proposal.warnings)


def test_a_known_heading_is_kept_though_no_value_can_be_read(book: Book) -> None:
    """Left out without a word, closing dates in a form that nobody knows would leave every case open."""
    rows = cases(立案日期=["甲", "乙", "丙"], 结案日期=["第3日"], 标的金额=["若干"])
    proposal = propose_mapping(book(rows))
    for field, header in (("filed_on", "立案日期"), ("closed_on", "结案日期"), ("claim_amount", "标的金额")):
        assert fed(proposal)[field] == header
        assert confidence(proposal, field) == 0
        assert any(str(warning).startswith(field) for warning in proposal.warnings)


def test_values_go_before_headings(book: Book) -> None:
    """Of two columns whose headings speak of a field, that is taken whose values can be read."""
    proposal = propose_mapping(book(cases(立案日期=["甲", "乙", "丙"], 收案日期=["2023-03-05"])))
    assert fed(proposal)["filed_on"] == "收案日期"
    assert confidence(proposal, "filed_on") > 0.9


def test_names_under_a_heading_of_codes_are_not_shown(book: Book) -> None:
    names = [f"王{given}" for given in "伟芳娜敏静丽强磊军洋"]
    proposal = propose_mapping(book(cases(是否有财产=names)))
    assert "has_assets" not in fed(proposal)


def test_court_and_type_come_from_case_numbers(book: Book) -> None:
    proposal = propose_mapping(book(table(案号=NUMBERS, 收案日期=["2023-03-05"])))
    assert setting(proposal, "court_id", "part") == "court"
    assert setting(proposal, "case_type", "part") == "type"
    assert proposal.missing_fields == ()


def test_what_case_numbers_do_not_tell_is_not_taken_from_them(book: Book) -> None:
    """Before 2016 no number has the code of its court, and a civil number tells no kind of enforcement."""
    old = [f"（2014）深福法执字第{number}号" for number in range(100, 140)]
    proposal = propose_mapping(book(table(案号=old, 收案日期=["2014-03-05"])))
    assert proposal.missing_fields == ("court_id",)
    assert confidence(proposal, "case_type") > 0.8
    civil = [f"（2023）粤0304民初{number}号" for number in range(100, 140)]
    proposal = propose_mapping(book(table(案号=civil, 收案日期=["2023-03-05"])))
    assert proposal.missing_fields == ("case_type",)
    mixed = [*old[:20], *NUMBERS[:20]]
    proposal = propose_mapping(book(table(案号=mixed, 收案日期=["2016-03-05"])))
    assert 0.4 <= confidence(proposal, "court_id") <= 0.5
    assert any(str(warning).startswith("court_id") for warning in proposal.warnings)


def test_own_ids_tell_no_court(book: Book) -> None:
    ids = [f"C{number:06}" for number in range(40)]
    proposal = propose_mapping(book(table(案号=ids, 收案日期=["2023-03-05"], 结案方式=MODES)))
    assert proposal.missing_fields == ("court_id", "case_type")


def test_the_type_of_case_comes_from_the_title(book: Book) -> None:
    ids = [f"C{number:06}" for number in range(40)]
    rows = table(案号=ids, 法院=COURTS, 立案日期=["2023-03-05"], 结案方式=MODES)
    proposal = propose_mapping(book([["甲市法院2023年首次执行案件一览表"], *rows]))
    assert setting(proposal, "case_type", "constant") == "first"
    assert confidence(proposal, "case_type") < 0.7


# ------------------------------------------------------------------------------------ coded values


def test_unknown_words_are_left_for_a_person(book: Book) -> None:
    proposal = propose_mapping(book(cases(结案方式=[*MODES, "转为参与分配"])))
    column = proposal.mapped_column("close_mode")
    assert column is not None
    assert column.unknown_words == ("转为参与分配",)
    assert "转为参与分配" not in column.settings["values"]
    assert column.confidence == pytest.approx(0.75, abs=0.01)


def test_yes_and_no_in_other_words(book: Book) -> None:
    proposal = propose_mapping(book(cases(有无财产=["√", "×"], 是否本地=["本地", "外地"])))
    assert setting(proposal, "has_assets", "values") is None, "signs that every import reads"
    assert setting(proposal, "creditor_local", "values") == {"本地": True, "外地": False}


def test_every_code_has_words() -> None:
    words = reference_data("code_synonyms")
    for name, codes in read_vocabulary().items():
        assert set(words[name]) == set(codes), name
        for code, listed in words[name].items():
            assert listed, f"{name}: {code}"


def test_every_character_of_a_heading_has_its_pinyin() -> None:
    words = (word for fields in reference_data("headers")["fields"].values() for word in chain(*fields.values()))
    readings = "".join(reference_data("headers")["pinyin"].values())
    assert sorted({sign for sign in "".join(words) if sign > "〇"} - set(readings)) == []
    assert len(set(readings)) == len(readings)


def test_every_word_of_a_header_is_of_a_field() -> None:
    for kind, fields in reference_data("headers")["fields"].items():
        assert set(fields) <= set(read_contract(kind).field_names)
        required = {field.name for field in read_contract(kind).fields if field.required}
        assert required <= set(fields), kind
        for field, words in fields.items():
            folded = [match_key(word) for word in words]
            assert all(folded), f"{kind}.{field}"
            assert len(set(folded)) == len(folded), f"{kind}.{field} has a word twice"
    assert set(reference_data("headers")["fields"]) == set(READ_KINDS)


# ---------------------------------------------------------------------------------------- auctions


@pytest.mark.parametrize(("header", "unit"), [("consult_price", "分"), ("consultPrice", None)])
def test_prices_are_in_fen_under_the_names_of_the_interface_alone(book: Book, header: str, unit: str | None) -> None:
    prices = {header: ["20740000" if unit else "207400"], "处置法院": COURTS, "拍卖阶段": ["一拍", "二拍"]}
    [column] = [c for c in propose_mapping(book(table(**prices)), "auctions").columns if c.field == "reference_price"]
    assert column.settings.get("unit") == unit


def test_a_platforms_export(book: Book) -> None:
    rows = table(
        item_id=[str(700_000_000_001 + number) for number in range(30)],
        court_name=COURTS,
        标的名称=["张三名下房产"],
        标的物类型=["住宅用房", "机动车"],
        拍卖阶段=["一拍", "二拍", "变卖"],
        consult_price=[100_000_000],
        init_price=[70_000_000],
        bid_price=[80_000_000, None],
        发布时间=["2023-01-05 10:00:00"],
        结束时间=["2023-02-15 10:00:00"],
        报名人数=[3, 0],
        状态=["成交", "流拍"],
    )
    proposal = propose_mapping(book(rows))
    assert proposal.kind == "auctions"
    assert proposal.missing_fields == ()
    assert fed(proposal) == {
        "lot_id": "item_id",
        "court_id": "court_name",
        "asset_class": "标的物类型",
        "stage": "拍卖阶段",
        "round_no": "拍卖阶段",
        "reference_price": "consult_price",
        "start_price": "init_price",
        "final_price": "bid_price",
        "listed_on": "发布时间",
        "title": "标的名称",
        "ended_on": "结束时间",
        "bidders": "报名人数",
        "status": "状态",
    }
    assert personal(proposal) == {"标的名称"}
    for price in ("reference_price", "start_price", "final_price"):
        assert setting(proposal, price, "unit") == "分"
    assert setting(proposal, "stage", "values")["变卖"] == "sale"
    assert setting(proposal, "round_no", "values") == {"一拍": 1, "二拍": 2, "变卖": 3}


def auction(**columns: list[Any]) -> Table:
    usual = {"处置法院": COURTS, "公告日期": ["2023-01-05"], "起拍价": [700_000]}
    return table(**columns, **usual)


def test_lots_without_an_id(book: Book) -> None:
    numbered = propose_mapping(book(auction(案号=NUMBERS, 标的序号=[1, 2], 拍次=[1, 2])))
    assert setting(numbered, "lot_id", "template") == "{案号}-{标的序号}"
    nothing = propose_mapping(book(auction(案号=NUMBERS, 拍次=[1, 2])))
    assert setting(nothing, "lot_id", "template") == "{row_no}"
    assert any("are linked by case, court, price and title" in str(said) for said in nothing.warnings)
    without_case = propose_mapping(book(auction(拍次=[1, 2])))
    assert any("each row counts as a lot of its own" in str(said) for said in without_case.warnings)


def test_a_number_within_the_case_is_no_id_of_a_lot(book: Book) -> None:
    proposal = propose_mapping(book(auction(案号=NUMBERS, 标的号=["1", "2"], 拍次=[1, 2])))
    assert setting(proposal, "lot_id", "column") is None
    assert confidence(proposal, "lot_id") <= 0.6


def test_rounds_tell_the_stage(book: Book) -> None:
    counted = propose_mapping(book(auction(案号=NUMBERS, 拍次=[1, 2, 3])))
    assert setting(counted, "stage", "values") == {"1": "first", "2": "second", "3": "sale"}
    assert setting(counted, "round_no", "values") is None
    named = propose_mapping(book(auction(案号=NUMBERS, 拍次=["第一次拍卖", "第二次拍卖"])))
    assert setting(named, "round_no", "values")["第二次拍卖"] == 2
    assert setting(named, "stage", "values")["第二次拍卖"] == "second"


# ------------------------------------------------------------------------------------- other kinds


def test_courts_and_regions(book: Book) -> None:
    rows = table(
        法院编号=["K1", "K2"], 法院名称=COURTS, 法院级别=["基层法院", "中级法院"], 行政区划代码=["4401", "4402"]
    )
    courts = propose_mapping(book(rows))
    assert (courts.kind, courts.missing_fields) == ("courts", ())
    assert setting(courts, "special", "constant") is False
    assert setting(courts, "level", "values")["中级法院"] == "intermediate"
    rows = table(行政区划代码=["44", "4401"], 名称=["甲省", "甲市"], 级别=["省", "地级市"])
    assert propose_mapping(book(rows)).kind == "regions"


def test_what_courts_state_of_a_period(book: Book) -> None:
    rows = table(法院=COURTS, 旧存=[10, 20], 新收=[100, 90], 结案=[95, 80], 结案率=["86.4%", "72.7%"])
    proposal = propose_mapping(book([["2024年上半年执行工作情况"], *rows]))
    assert (proposal.kind, proposal.missing_fields) == ("court_periods", ())
    assert setting(proposal, "period_start", "constant") == date(2024, 1, 1)
    assert setting(proposal, "period_end", "constant") == date(2024, 6, 30)
    assert fed(proposal)["closure_rate"] == "结案率"


def test_stated_figures_by_month(book: Book) -> None:
    rows = table(
        指标=["结案率", "到位率"],
        数值=[85.3, 40.1],
        单位=["%"],
        层级=["court"],
        单位名称=COURTS,
        开始日期=["2024-01", "2024年2月"],
        结束日期=["2024-01", "2024年2月"],
        口径=["reported"],
        网址=["https://example.org/1"],
        编号=["1", "2"],
    )
    proposal = propose_mapping(book(rows))
    assert (proposal.kind, proposal.missing_fields) == ("published", ())
    assert fed(proposal)["measured_in"] == "单位"
    assert setting(proposal, "period_start", "format") == ["month"]
    assert setting(proposal, "period_end", "format") == ["month_end"]
    assert fed(proposal)["address"] == "网址"


def test_a_kind_can_be_asked_for(book: Book) -> None:
    proposal = propose_mapping(book(cases()), "auctions")
    assert proposal.kind == "auctions"
    assert "listed_on" in proposal.missing_fields
    with pytest.raises(InputError, match="unknown kind of file 'trials'"):
        propose_mapping(book(cases()), "trials")


def test_stage_and_lot_of_a_platform_stand_in_title_and_address(book: Book) -> None:
    """As scrapers have them; nothing of the title but the words of the stage is shown or written down."""
    titles = [
        "【第一次拍卖】王小明名下甲市乙路1号房产",
        "【第二次拍卖】甲市乙路1号",
        "【变卖】粤B00001车辆",
        "甲市丙路2号",
    ]
    rows = table(
        标题=titles,
        处置单位=COURTS,
        起拍价=["700,000"],
        链接=[f"https://example.org/item/61234{n:05}.htm?spm=a1#x" for n in range(40)],
    )
    proposal = propose_mapping(book(rows), "auctions")
    for field in ("stage", "round_no"):
        assert fed(proposal)[field] == "标题"
    assert setting(proposal, "stage", "values") == {
        "第一次拍卖": "first",
        "第二次拍卖": "second",
        "变卖": "sale",
        "一拍": "first",
        "二拍": "second",
        "重新挂拍": "relisted",
    }
    assert setting(proposal, "round_no", "values")["第二次拍卖"] == 2
    assert 0.5 <= confidence(proposal, "stage") <= 0.7
    assert fed(proposal)["lot_id"] == "链接"
    assert (
        re.search(setting(proposal, "lot_id", "pattern"), "https://example.org/item/6123400007.htm?spm=a1#x")[1]
        == "6123400007"
    )  # type: ignore[index]
    text = mapping_text(proposal)
    assert not any(part in text for part in ("小明", "乙路", "粤B"))
    assert not [column.samples for column in proposal.columns if column.header == "标题" and column.samples]


def test_a_column_of_stages_goes_before_titles(book: Book) -> None:
    rows = table(标题=["【第二次拍卖】甲"], 拍卖阶段=["一拍"], 标的编号=[f"L{n}" for n in range(40)], 处置法院=COURTS)
    proposal = propose_mapping(book(rows), "auctions")
    assert (fed(proposal)["stage"], fed(proposal)["lot_id"]) == ("拍卖阶段", "标的编号")


def test_the_beginning_of_bidding_is_no_day_of_notice(book: Book) -> None:
    rows = table(
        标的编号=[f"L{n}" for n in range(40)], 处置法院=COURTS, 拍卖阶段=["一拍"], 开始时间=["2023-04-04 10:00:00"]
    )
    proposal = propose_mapping(book(rows), "auctions")
    assert proposal.missing_fields == ()
    assert fed(proposal)["bidding_on"] == "开始时间"
    assert "listed_on" not in fed(proposal)
    assert any("only when bidding begins (开始时间)" in str(warning) for warning in proposal.warnings)
    with_notice = propose_mapping(
        book([[*row, day] for row, day in zip(rows, ["公告日期"] + ["2023-03-01"] * 40, strict=True)]), "auctions"
    )
    assert with_notice.missing_fields == ()
    assert fed(with_notice)["listed_on"] == "公告日期"
    assert not any("bidding" in str(warning) for warning in with_notice.warnings)


def test_rounds_side_by_side_are_joined(book: Book) -> None:
    wide = table(
        标的编号=[f"L{n}" for n in range(40)],
        处置法院=COURTS,
        一拍起拍价=[700_000],
        一拍时间=["2023-03-05"],
        一拍结果=["流拍"],
        二拍起拍价=[560_000],
        二拍结果=["成交"],
        二拍时间=["2023-05-05"],
        变卖价=[None],
        成交价=[570_000],
    )
    proposal = propose_mapping(book(wide), "auctions")
    assert proposal.missing_fields == ()
    assert setting(proposal, "start_price", "column") == ["一拍起拍价", "二拍起拍价", "变卖价"]
    assert setting(proposal, "ended_on", "column") == ["一拍时间", "二拍时间", ""]
    assert setting(proposal, "bidding_on", "column") == ["一拍时间", "二拍时间", ""]
    assert setting(proposal, "stage", "constant") == ["first", "second", "sale"]
    assert setting(proposal, "round_no", "constant") == [1, 2, 3]
    assert setting(proposal, "final_price", "rounds") == "last"
    warnings = [str(warning) for warning in proposal.warnings]
    assert any("side by side (一拍起拍价" in warning for warning in warnings)
    one_round = table(
        标的编号=[f"L{n}" for n in range(40)], 处置法院=COURTS, 一拍公告日期=["2023-03-01"], 拍卖阶段=["一拍"]
    )
    assert not any("side by side" in str(warning) for warning in propose_mapping(book(one_round), "auctions").warnings)


def test_rounds_side_by_side_below_names_over_several_columns(book: Book) -> None:
    """Names that stand more than once are told apart by those above them."""
    upper = ["标的", None, None, None, "第一次拍卖", None, None, "第二次拍卖", None, None, "变卖"]
    lower = ["编号", "执行案号", "处置法院", "评估价", *["开拍日期", "起拍价", "成交价"] * 2, "开始日期"]
    rows = [
        [f"L{n}", NUMBERS[n], COURTS[0], 100, "2023-03-05", 70, None, "2023-05-05", 56, 60, None] for n in range(20)
    ]
    proposal = propose_mapping(book([["明细（价格单位：万元）"], upper, lower, *rows]), "auctions")
    assert (proposal.options.header, proposal.options.header_rows) == (2, 2)
    assert setting(proposal, "start_price", "column") == ["第一次拍卖 起拍价", "第二次拍卖 起拍价", ""]
    assert setting(proposal, "start_price", "unit") == "万元"
    assert setting(proposal, "bidding_on", "column") == [
        *["第一次拍卖 开拍日期", "第二次拍卖 开拍日期"],
        "变卖 开始日期",
    ]
    assert proposal.missing_fields == ()


@pytest.mark.parametrize("header", ["竞价时间", "拍卖时间"])
@pytest.mark.parametrize("sign", [" 至 ", "至", "~", " - ", "—"])
def test_a_span_of_time_in_a_cell_is_its_first_and_last_day(book: Book, header: str, sign: str) -> None:
    spans = [f"2023-03-{day:02} 10:00:00{sign}2023-03-{day + 1:02} 10:00:00" for day in range(5, 25)]
    rows = table(标的编号=[f"L{n}" for n in range(20)], 法院=COURTS, 拍次=["一拍"], **{header: spans})
    proposal = propose_mapping(book(rows), "auctions")
    for field, place in (("bidding_on", 0), ("ended_on", 1)):
        column = proposal.mapped_column(field)
        assert column is not None and column.header == header and column.confidence > 0.7
        told = re.search(column.settings["pattern"], spans[3])
        assert told is not None and told[1].strip() == spans[3].split(sign)[place].strip()


@pytest.mark.parametrize("factor", [100, 0.01, 10_000, 0.0001])
@pytest.mark.parametrize("field", ["起拍价", "成交价"])
def test_a_price_in_another_unit_than_the_reference_is_in_doubt(book: Book, field: str, factor: float) -> None:
    """A start price is 56 to 100 % of the reference by law, so that in 分 it is less than 100 times of it."""
    prices = {"评估价": 1_000_000.0, "起拍价": 560_000.0, "成交价": 610_000.0}
    prices[field] *= factor
    rows = table(
        标的编号=[f"L{n}" for n in range(40)], 处置法院=COURTS, 拍卖阶段=["二拍"], 公告日期=["2023-03-01"],
        **{name: [price] for name, price in prices.items()},
    )  # fmt: skip
    proposal = propose_mapping(book(rows), "auctions")
    assert confidence(proposal, {"起拍价": "start_price", "成交价": "final_price"}[field]) < 0.7


def test_a_unit_that_the_name_of_a_column_suggests_is_to_be_confirmed_unless_a_price_agrees(book: Book) -> None:
    shared = {
        "item_id": [f"6{n:011}" for n in range(40)],
        "court_name": COURTS,
        "拍卖阶段": ["一拍"],
        "公告日期": ["2023-03-01"],
    }
    alone = propose_mapping(book(table(**shared, consult_price=[100_000_000], init_price=[70_000_000])), "auctions")
    assert (setting(alone, "reference_price", "unit"), confidence(alone, "reference_price")) == ("分", 0.5)
    agreed = propose_mapping(
        book(table(**shared, consult_price=[100_000_000], **{"起拍价（元）": [700_000]})), "auctions"
    )
    assert setting(agreed, "reference_price", "unit") == "分" and confidence(agreed, "reference_price") > 0.9


def test_amounts_too_large_for_the_unit_of_their_heading_are_in_doubt(book: Book) -> None:
    headed = {"申请执行标的金额（万元）": [120_000, 380_000, 42_000]}
    proposal = propose_mapping(book(cases(**headed)))
    assert confidence(proposal, "claim_amount") == 0.5
    assert any("are its numbers in yuan" in str(warning) for warning in proposal.warnings)
    fits = propose_mapping(book(cases(**{"申请执行标的金额（万元）": [12, 38, 4.2]})))
    assert confidence(fits, "claim_amount") > 0.9


@pytest.mark.parametrize("hidden", [0, 3])
def test_rows_that_a_workbook_hides_are_named(tmp_path: Path, hidden: int) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in cases():
        sheet.append(row)
    sheet.auto_filter.ref = "A1:C20"
    for line in range(2, 2 + hidden):
        sheet.row_dimensions[line].hidden = True
    other = book.create_sheet("说明")
    other.append(["本表由法院填报"])
    other.row_dimensions[1].hidden = True
    book.save(tmp_path / "f.xlsx")
    warnings = [
        str(warning) for warning in propose_mapping(tmp_path / "f.xlsx").warnings if "rows of the sheet" in str(warning)
    ]
    assert [warning.split(" are")[0] for warning in warnings] == (
        [f"3 rows of the sheet {sheet.title}"] if hidden else []
    )


def test_counts_with_marks_and_what_they_count(book: Book) -> None:
    rows = table(法院名称=COURTS, 年度=["2023年"], 新收=["1,204件", "980件"], 结案=["3,001"], 旧存=["12件"])
    proposal = propose_mapping(book(rows))
    assert proposal.kind == "court_periods"
    assert (setting(proposal, "filed", "thousands"), setting(proposal, "closed", "thousands")) == (",", ",")
    assert "thousands" not in proposal.mapped_column("opening_stock").settings


def test_a_price_that_agrees_with_one_in_doubt_is_in_doubt(book: Book) -> None:
    """Of prices in 万元 without a word the sold ones alone may be large enough for yuan."""
    prices = {"评估价": [150, 90, 120, 9000], "起拍价": [120, 70, 90, 8000], "成交价": [None, None, None, 8100]}
    usual = {
        "标的编号": [f"L{n}" for n in range(12)],
        "处置法院": COURTS,
        "公告日期": ["2023-01-05"],
        "拍卖阶段": ["一拍"],
    }
    rows = table(**(usual | {name: [*cells, *cells, *cells] for name, cells in prices.items()}))
    proposal = propose_mapping(book(rows))
    assert all(confidence(proposal, field) < 0.7 for field in ("reference_price", "start_price", "final_price"))


def test_a_unit_above_the_names_of_columns_counts(book: Book) -> None:
    header, *rows = cases(申请标的=[125, 4000], 实际到位=[100, 0])
    above = [*["基本情况", None, None], "金额（万元）", None]
    proposal = propose_mapping(book([above, header, *rows]))
    assert proposal.options.header == 2
    assert [setting(proposal, field, "unit") for field in ("claim_amount", "recovered_amount")] == ["万元", "万元"]
    assert confidence(proposal, "claim_amount") > 0.9
    header[4] = "实际到位（元）"
    assert "unit" not in propose_mapping(book([above, header, *rows])).mapped_column("recovered_amount").settings


def test_names_in_two_rows_none_of_them_merged(book: Book) -> None:
    upper = ["案号", "执行法院", "立案", "结案", "结案"]
    lower = [None, None, "日期", "日期", "方式"]
    rows = table(a=NUMBERS, b=COURTS, c=["2023-03-05"], d=["2023-09-01", None], e=["执行完毕", None])[1:]
    proposal = propose_mapping(book([upper, lower, *rows]))
    assert (proposal.options.header, proposal.options.header_rows) == (1, 2)
    assert {"filed_on": "立案 日期", "closed_on": "结案 日期", "close_mode": "结案 方式"}.items() <= fed(
        proposal
    ).items()


def test_the_heading_printed_again_is_no_row(book: Book) -> None:
    header, *rows = cases(案件类型=["首次执行"], 结案方式=["终本", "执行完毕"])
    proposal = propose_mapping(book([header, *rows, header, *rows]))
    assert all(not column.unknown_words for column in proposal.columns)
    assert confidence(proposal, "filed_on") == 1.0


def test_one_row_a_lot_is_asked_about(book: Book) -> None:
    """In the shape of case 11 of the intake: rounds are counted, and the last of each lot is the row."""
    lots: dict[str, list[Any]] = {
        "Auction_key": [1, 2, 3], "Auction_count": [2, 1, 3], "Total_appraisal_price": [836_000_000, 200_000_000, 500_000_000],
        "Minimum_sales_price": [668_800_000, 200_000_000, 320_000_000], "First_auction_date": ["2018-02-13"],
        "Final_auction_date": ["2018-03-20"], "Final_result": ["낙찰"], "Hammer_price": [760_000_000, 210_000_000, 330_000_000],
    }  # fmt: skip
    proposal = propose_mapping(book(table(**lots)))
    assert proposal.kind == "auctions"
    assert (fed(proposal)["round_no"], fed(proposal)["final_price"]) == ("Auction_count", "Hammer_price")
    assert 'holds = "last_rounds"' in str(proposal.design_doubt)
    assert proposal.missing_fields == ("court_id", "listed_on")
    rounds = table(标的编号=["A", "A", "B"], 拍次=[1, 2, 1], 处置法院=COURTS, 公告日期=["2023-01-05"])
    assert propose_mapping(book(rounds)).design_doubt is None
    assert propose_mapping(book(rounds[:2])).design_doubt is None


AMOUNTS: dict[str, list[Any]] = {"执行标的": [125_000, 300_000], "实际到位金额": [25_000, 30_000]}


@pytest.mark.parametrize("header", ["标的额（美元）", "标的额(USD)", "申请标的 港币", "标的额（万美元）"])
def test_money_of_another_country_is_asked_about(book: Book, header: str) -> None:
    proposal = propose_mapping(book(cases(**{header: [125_000, 300_000]})))
    column = proposal.mapped_column("claim_amount")
    assert column is None or (column.confidence < 0.7 and "another country" in str(column.note))


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (["执行案件明细表（单位：万美元）"], []),
        (["某行债权清单", None, None, "币种：美元"], []),
        (["Claims of a branch, in USD"], []),
        ([None, None, None, "金额（万美元）"], []),
        ([], ["注：本表金额均为港币"]),
        ([], ["单位：万美元"]),
    ],
)
def test_money_of_another_country_is_asked_about_where_the_table_says_so(
    book: Book, above: list[Any], below: list[Any]
) -> None:
    header, *rows = cases(**AMOUNTS)
    table_rows = [header, *rows, below] if below else [above + [None] * (len(header) - len(above)), header, *rows]
    for name in ("claim_amount", "recovered_amount"):
        column = propose_mapping(book(table_rows)).mapped_column(name)
        assert column.confidence < 0.7
        assert "another country" in str(column.note)


def test_a_heading_in_yuan_goes_before_a_title(book: Book) -> None:
    header, *rows = cases(**{"标的额（元）": [125_000, 300_000]})
    proposal = propose_mapping(book([["美元债券违约案件"] + [None] * (len(header) - 1), header, *rows]))
    assert "another country" not in str(
        [column.note for column in proposal.columns if column.header.endswith("（元）")]
    )


@pytest.mark.parametrize(
    ("currencies", "is_asked"),
    [
        (["人民币", "CNY"], False),
        (["人民币", "美元"], True),
        (["USD", "USD"], True),
        (["人民币", "014"], True),
        ([None, "人民币"], False),
    ],
)
def test_a_column_of_currencies_is_heeded(book: Book, currencies: list[str | None], is_asked: bool) -> None:
    header, *rows = cases(**AMOUNTS)
    rows = [[*row, currencies[number % 2]] for number, row in enumerate(rows)]
    column = propose_mapping(book([[*header, "币种"], *rows])).mapped_column("claim_amount")
    assert ("another country" in str(column.note)) == is_asked == (column.confidence < 0.7)


def test_a_unit_below_the_header_may_be_of_another_country(book: Book) -> None:
    header, *rows = cases(**AMOUNTS)
    proposal = propose_mapping(book([header, [None] * (len(header) - 2) + ["万美元", "万美元"], *rows]))
    assert proposal.options.header_rows == 2
    column = proposal.mapped_column("claim_amount")
    assert column.confidence < 0.7


def test_numbers_and_colons_of_headings_tell_nothing(book: Book) -> None:
    upper = ["案号", "执行法院", "4.立案", "5.结案", "6.结案", "执行标的"]
    lower = [None, None, "1.时间", "2.时间", "3.方式", None]
    rows = table(a=NUMBERS, b=COURTS, c=["2023-03-05"], d=["2023-09-01", None], e=["执行完毕", None], f=[1000])[1:]
    assert {"filed_on", "closed_on", "close_mode"} <= fed(propose_mapping(book([upper, lower, *rows]))).keys()
    proposal = propose_mapping(book(cases(**{"执行标的/万元：": [12.5, 30]})))
    assert setting(proposal, "claim_amount", "unit") == "万元"


@pytest.mark.parametrize(
    ("below", "asked"),
    [
        ({}, set()),
        ({"立案日期": "收案日期", "实际到位金额": "到位金额"}, set()),
        ({"执行标的": "执行标的（万元）"}, {"claim_amount"}),
        ({"执行标的": "实际到位金额", "实际到位金额": "执行标的"}, {"claim_amount", "recovered_amount"}),
        ({"立案日期": "结案日期"}, {"filed_on"}),
    ],
)
def test_a_table_that_goes_on_under_other_names_is_asked_about(
    book: Book, below: dict[str, str], asked: set[str]
) -> None:
    header, *rows = cases(**AMOUNTS)
    other = [below.get(name, name) for name in header]
    proposal = propose_mapping(book([header, *rows, other, *rows]))
    doubtful = {column.field for column in proposal.columns if "further down another header" in str(column.note)}
    assert doubtful == asked
    assert all(proposal.mapped_column(field).confidence < 0.7 for field in asked)


def test_a_note_below_the_table_states_the_unit(book: Book) -> None:
    header, *rows = cases(**AMOUNTS)
    for note in ("注：金额单位为万元。", "说明：1.单位：万元"):
        proposal = propose_mapping(book([header, *rows, [note]]))
        assert setting(proposal, "claim_amount", "unit") == "万元"


@pytest.mark.parametrize("text", ["EUROPE", "seurat", "Neural", "USDA", "单位：万元", "人民币元"])
def test_words_that_hold_the_letters_of_a_currency_are_none(text: str) -> None:
    assert foreign_currency(text) is None


def test_months_of_six_digits_are_periods(book: Book) -> None:
    proposal = propose_mapping(book(table(法院=COURTS, 统计月份=[202301, 202302], 新收=[100], 结案=[90])))
    assert setting(proposal, "period_start", "format") == ["month"]
    assert setting(proposal, "period_end", "format") == ["month_end"]
    assert propose_mapping(book(cases(结案日期=[202301, 202302]))).mapped_column("closed_on").confidence < 0.7


def test_names_in_two_rows_go_before_those_above_alone(book: Book) -> None:
    """收案 and 结案 are names of figures of courts too."""
    upper = ["案号", "执行法院", "收案", "结案", "结案", "执行标的"]
    lower = [None, None, "时间", "时间", "方式", None]
    rows = table(a=NUMBERS, b=COURTS, c=["2023-03-05"], d=["2023-09-01", None], e=["执行完毕", None], f=[1000])[1:]
    proposal = propose_mapping(book([upper, lower, *rows]))
    assert proposal.options.header_rows == 2
    assert {"filed_on": "收案 时间", "closed_on": "结案 时间", "close_mode": "结案 方式"}.items() <= fed(
        proposal
    ).items()
