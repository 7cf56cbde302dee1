"""Auction rounds, what courts state of themselves, and deliveries that correct earlier ones."""

from dataclasses import replace
from datetime import date
from typing import Any

from tests.corpus.messy import (
    CLOSED,
    CODES,
    COURT,
    KEPT,
    MODES,
    PLAIN,
    RECOVERED,
    Columns,
    Expected,
    cases,
    csv_bytes,
    messy,
    table,
    workbook,
)

ROUNDS: Columns = {
    "标的编号": ["L1", "L1", "L2", "L3"],
    "案号": ["（2023）粤0304执101号", "（2023）粤0304执101号", "（2023）粤0304执102号", ""],
    "处置法院": [COURT] * 4,
    "标的物类型": ["住宅用房", "住宅用房", "机动车", "商业用房"],
    "拍卖阶段": ["一拍", "二拍", "一拍", "一拍"],
    "公告日期": ["2023-03-01", "2023-05-05", "2023-04-01", "2023-09-01"],
    "结束时间": ["2023-04-05", "2023-05-25", "2023-04-20", None],
    "评估价": [1000000, 1000000, 80000, 2500000],
    "起拍价": [700000, 560000, 64000, 1750000],
    "成交价": [None, 590000, 70000, None],
    "报名人数": [0, 2, 3, None],
    "拍卖结果": ["流拍", "成交", "成交", None],
}
ROUNDS_FED: dict[str, str | None] = {
    "lot_id": "标的编号",
    "case_id": "案号",
    "court_id": "处置法院",
    "asset_class": "标的物类型",
    "stage": "拍卖阶段",
    "round_no": "拍卖阶段",
    "listed_on": "公告日期",
    "ended_on": "结束时间",
    "reference_price": "评估价",
    "start_price": "起拍价",
    "final_price": "成交价",
    "bidders": "报名人数",
    "status": "拍卖结果",
}
SOUND = Expected(
    kind="auctions",
    fed=ROUNDS_FED,
    kept=4,
    values={
        "court_id": ["粤0304"] * 4,
        "stage": ["first", "second", "first", "first"],
        "round_no": [1, 2, 1, 1],
        "start_price": [700000, 560000, 64000, 1750000],
        "final_price": [None, 590000, 70000, None],
        "status": ["failed", "sold", "sold", None],
    },
)


def rounds(renamed: dict[str, str] | None = None, **changed: list[Any] | None) -> list[list[Any]]:
    """The plain table of four rounds of three lots."""
    return table(ROUNDS | changed, renamed)


@messy("rounds.xlsx", SOUND)
def _() -> bytes:
    return workbook(明细=rounds())


@messy(
    "amounts_in_fen.csv",
    replace(
        SOUND,
        fed=ROUNDS_FED
        | {"reference_price": "consult_price", "start_price": "init_price"}
        | {"final_price": "bid_price"},
        settings={("start_price", "unit"): "分"},
    ),
)
def _() -> bytes:
    platform = {"评估价": "consult_price", "起拍价": "init_price", "成交价": "bid_price"}
    prices = {name: [cell and cell * 100 for cell in ROUNDS[name]] for name in platform}
    return csv_bytes(rounds(platform, **prices))


@messy(
    "start_price_in_wan_yuan.csv",
    replace(
        SOUND,
        fed=ROUNDS_FED | {"reference_price": "评估价（元）"},
        settings={("start_price", "unit"): "万元"},
        doubts=("起拍价 is taken to be in 万元; confirm it",),
    ),
)
def _() -> bytes:
    prices = {"起拍价": [price / 10_000 for price in ROUNDS["起拍价"]]}
    return csv_bytes(rounds({"评估价": "评估价（元）"}, **prices))


@messy(
    "second_cut_over_20_percent.csv",
    replace(
        SOUND,
        with_warning=1,
        warned={"cut_over_20_percent": 1, "start_below_56_percent": 1},
        values={"start_price": [700000, 500000, 64000, 1750000]},
    ),
)
def _() -> bytes:
    return csv_bytes(rounds(起拍价=[700000, 500000, 64000, 1750000]))


@messy("sold_then_relisted.csv", replace(SOUND, with_warning=1, warned={"sold_then_relisted": 1}, values={}))
def _() -> bytes:
    return csv_bytes(
        rounds(拍卖结果=["成交", "成交", "成交", None], 成交价=[750000, 590000, 70000, None], 报名人数=[2, 2, 3, 0])
    )


@messy("rounds_out_of_order.csv", replace(SOUND, with_warning=1, warned={"rounds_out_of_order": 1}, values={}))
def _() -> bytes:
    return csv_bytes(rounds(公告日期=["2023-03-01", "2023-03-20", "2023-04-01", "2023-09-01"]))


@messy("rounds_as_numbers.csv", replace(SOUND, fed=ROUNDS_FED | {"stage": "拍次", "round_no": "拍次"}))
def _() -> bytes:
    return csv_bytes(rounds({"拍卖阶段": "拍次"}, 拍卖阶段=[1, 2, 1, 1]))


WITHOUT_NOTICE = {name: header for name, header in ROUNDS_FED.items() if name != "listed_on"}
BIDDING = ["2023-04-04 10:00:00", "2023-05-24 10:00:00", "2023-04-19 10:00:00", "2023-10-01 10:00:00"]


@messy(
    "only_when_bidding_began.csv",
    replace(
        SOUND,
        fed=WITHOUT_NOTICE | {"bidding_on": "开始时间"},
        doubts=("only when bidding begins (开始时间)",),
        noted={"second_listed_late": 1},
        # 30 days before a first round of homes and shops, 15 before a second one and before one of cars.
        values=SOUND.values
        | {
            "listed_on": ["2023-03-05", "2023-05-09", "2023-04-04", "2023-09-01"],
            "listing_inferred": [True] * 4,
            "bidding_on": ["2023-04-04", "2023-05-24", "2023-04-19", "2023-10-01"],
        },
    ),
)
def _() -> bytes:
    return csv_bytes(rounds({"公告日期": "开始时间"}, 公告日期=BIDDING))


@messy(
    "notices_of_some_rounds.csv",
    replace(
        SOUND,
        fed=ROUNDS_FED | {"bidding_on": "竞价开始时间"},
        noted={"second_listed_late": 1},
        values={
            "listed_on": ["2023-03-01", "2023-05-09", "2023-04-04", "2023-09-01"],
            "listing_inferred": [False, True, True, False],
        },
    ),
)
def _() -> bytes:
    return csv_bytes(rounds(公告日期=["2023-03-01", None, None, "2023-09-01"], 竞价开始时间=BIDDING))


@messy(
    "start_times_alone.csv",
    replace(
        SOUND,
        fed={name: header for name, header in WITHOUT_NOTICE.items() if name != "ended_on"}
        | {"bidding_on": "开始时间"},
        doubts=("no column tells when a round ended",),
        kept=2,
        with_warning=1,
        rejected={"sold_without_end": 2},
        warned={"failed_without_end": 1},
        values={},
    ),
)
def _() -> bytes:
    return csv_bytes(rounds({"公告日期": "开始时间"}, 公告日期=BIDDING, 结束时间=None))


@messy(
    "round_in_the_title.csv",
    Expected(
        kind="auctions",
        fed={
            "stage": "标题",
            "round_no": "标题",
            "lot_id": "链接",
            "title": "标题",
            "court_id": "处置单位",
            "bidding_on": "开始时间",
            "ended_on": "结束时间",
            "reference_price": "评估价",
            "start_price": "起拍价",
            "final_price": "成交价",
            "bidders": "报名人数",
            "status": "拍卖状态",
        },
        doubts=("only when bidding begins (开始时间)",),
        personal=frozenset({"标题"}),
        kept=4,
        # The rounds under other numbers are found by the title.
        values={
            "stage": ["first", "second", "sale", "first"],
            "round_no": [1, 2, 3, 1],
            "listed_on": ["2022-12-06", "2023-02-18", "2023-04-20", "2022-12-06"],
            "status": ["failed", "failed", "sold", "sold"],
            "final_price": [None, None, 610000, 710000],
        },
        planted=("香蜜街", "612342740001"),
    ),
)
def _() -> bytes:
    titles = [f"【{stage}】深圳市福田区香蜜街{lot}号房产" for stage, lot in
              (("第一次拍卖", 1), ("第二次拍卖", 1), ("变卖", 1), ("第一次拍卖", 2))]  # fmt: skip
    starts = ["2023年01月05日", "2023年03月05日", "2023年05月05日", "2023年01月05日"]
    ends = ["2023年01月06日", "2023年03月06日", "2023年05月06日", "2023年01月06日"]
    return csv_bytes(
        table(
            {
                "标题": titles,
                "起拍价": ["¥700,000", "¥560,000", "¥560,000", "¥700,000"],
                "评估价": ["¥1,000,000"] * 4,
                "成交价": [None, None, "¥610,000", "¥710,000"],
                "拍卖状态": ["已流拍", "已流拍", "已成交", "已成交"],
                "围观次数": [1234] * 4,
                "报名人数": [0, 0, 2, 2],
                "开始时间": [f"{day} 10:00:00" for day in starts],
                "结束时间": [f"{day} 10:00:00" for day in ends],
                "处置单位": [COURT] * 4,
                "链接": [f"https://sf-item.example.com/sf_item/61234274000{n}.htm" for n in range(4)],
            }
        )
    )


@messy(
    "lots_without_an_id.csv",
    replace(
        SOUND,
        fed=ROUNDS_FED | {"lot_id": None},
        doubts=("each row begins as a lot of its own",),
    ),
)
def _() -> bytes:
    return csv_bytes(rounds(标的编号=None))


@messy(
    "notice_too_short.csv",
    replace(SOUND, with_warning=1, warned={"notice_too_short": 1}, noted={"second_listed_late": 1}, values={}),
)
def _() -> bytes:
    """A first auction of a home with 10 days' notice; the law asks for 30."""
    return csv_bytes(rounds(结束时间=["2023-03-11", "2023-05-25", "2023-04-20", None]))


@messy("default_before.csv", replace(SOUND, observed_to=date(2023, 9, 30)))
def _() -> bytes:
    return csv_bytes(rounds())


@messy(
    "default_after_sale.csv",
    replace(
        SOUND,
        observed_to=date(2023, 12, 31),
        changed={"status": 1},
        values={"status": ["failed", "sold", None, "defaulted"]},
    ),
    after="default_before.csv",
)
def _() -> bytes:
    return csv_bytes(rounds(拍卖结果=["流拍", "成交", "悔拍", None]))


# ------------------------------------------------------------------------------- later deliveries


@messy("late_closings_before.csv", replace(PLAIN, observed_to=date(2023, 12, 31)))
def _() -> bytes:
    return csv_bytes(cases())


@messy(
    "late_closings.csv",
    replace(
        PLAIN,
        observed_to=date(2024, 3, 31),
        changed={"close_mode": 1, "closed_on": 1, "recovered_amount": 1},
        values={
            "closed_on": [*CLOSED[:2], *CLOSED[3:], "2024-02-20"],
            "close_mode": [*CODES[:2], *CODES[3:], "zhongben"],
            "filed_on": [*KEPT["filed_on"][:2], *KEPT["filed_on"][3:], KEPT["filed_on"][2]],
        },
    ),
    after="late_closings_before.csv",
)
def _() -> bytes:
    closed, modes, paid = list(CLOSED), list(MODES), list(RECOVERED)
    closed[2], modes[2], paid[2] = "2024-02-20", "终结本次执行程序", 0
    return csv_bytes(cases(结案日期=closed, 结案方式=modes, 实际到位金额=paid))


@messy(
    "same_rows_in_other_spellings.csv",
    replace(PLAIN, observed_to=date(2024, 3, 31), changed={}),
    after="late_closings_before.csv",
)
def _() -> bytes:
    """A delivery that changes nothing: other brackets, other days, another order of columns."""
    numbers = [f"(2023)粤0304执{number}号" for number in range(101, 106)]
    rows = cases(案号=numbers, 立案日期=[day.replace("-", "/") for day in KEPT["filed_on"]])
    return csv_bytes([row[::-1] for row in rows])


# ----------------------------------------------------------------------------- stated of themselves

STATED: Columns = {
    "法院": [COURT, "深圳市罗湖区人民法院"],
    "统计起始日期": ["2023-01-01"] * 2,
    "统计截止日期": ["2023-12-31"] * 2,
    "旧存": [1200, 900],
    "新收": [8800, 7100],
    "结案": [8500, 7000],
    "结案率": ["85%", "87.5%"],
}
STATED_FED: dict[str, str | None] = {
    "court_id": "法院",
    "period_start": "统计起始日期",
    "period_end": "统计截止日期",
    "opening_stock": "旧存",
    "filed": "新收",
    "closed": "结案",
    "closure_rate": "结案率",
}
STATES = Expected(
    kind="court_periods", fed=STATED_FED, kept=2, values={"closed": [8500, 7000], "closure_rate": [0.85, 0.875]}
)


@messy("percent_signs.csv", STATES)
def _() -> bytes:
    return csv_bytes(table(STATED))


@messy(
    "percent_in_the_header.csv",
    replace(STATES, fed=STATED_FED | {"closure_rate": "结案率（%）"}, settings={("closure_rate", "unit"): "%"}),
)
def _() -> bytes:
    return csv_bytes(table(STATED | {"结案率": [85, 87.5]}, {"结案率": "结案率（%）"}))


@messy(
    "swapped_price_columns.csv",
    replace(
        STATES,
        fed=STATED_FED | {"price_to_principal": "本金回收率", "price_to_claim": "本息回收率"},
        kept=1,
        rejected={"swapped_columns": 1},
        values={"price_to_principal": [0.069]},
    ),
)
def _() -> bytes:
    """As the quarterly report of 2024Q4 was copied: 4.8 % of principal, 7.3 % of all."""
    rates = {"本金回收率": ["4.8%", "6.9%"], "本息回收率": ["7.3%", "4.1%"]}
    return csv_bytes(table(STATED | rates))


@messy("clearance_called_closure.csv", replace(STATES, with_warning=1, warned={"clearance_as_closure": 1}, values={}))
def _() -> bytes:
    return csv_bytes(table(STATED | {"结案率": ["96.59%", "87.5%"]}))


@messy(
    "period_in_the_title.xlsx",
    replace(
        STATES,
        fed=STATED_FED | {"period_start": None, "period_end": None},
        values={"period_start": ["2023-01-01"] * 2, "period_end": ["2023-06-30"] * 2},
        rejected={"total_row": 1},
    ),
)
def _() -> bytes:
    columns = {name: cells for name, cells in STATED.items() if not name.startswith("统计")}
    total = ["合计", 2100, 15900, 15500, "86.1%"]
    return workbook(统计=[["2023年上半年执行工作统计表"], *table(columns), total])


WIDE: Columns = {
    "标的编号": ["L1", "L2", "L3", "L4"],
    "处置法院": [COURT] * 4,
    "评估价": [1000000, 1000000, 80000, 2500000],
    "一拍起拍价": [700000, 700000, 64000, 1750000],
    "一拍时间": ["2023-04-05", "2023-04-05", "2023-04-20", "2023-09-01"],
    "一拍结果": ["流拍", "成交", "流拍", "流拍"],
    "二拍起拍价": [560000, None, 51200, 1400000],
    "二拍时间": ["2023-05-25", "", "2023-05-30", "2023-10-20"],
    "二拍结果": ["成交", None, "流拍", "流拍"],
    "变卖价": [None, None, 51200, None],
    "变卖时间": [None, "-", "2023-07-30", None],
    "变卖结果": [None, None, "流拍", None],
    "成交价": [590000, 710000, None, None],
}


WIDE_FED: dict[str, str | None] = {
    "lot_id": "标的编号",
    "court_id": "处置法院",
    "reference_price": "评估价",
    "start_price": "一拍起拍价 / 二拍起拍价 / 变卖价",
    "ended_on": "一拍时间 / 二拍时间 / 变卖时间",
    "bidding_on": "一拍时间 / 二拍时间 / 变卖时间",
    "status": "一拍结果 / 二拍结果 / 变卖结果",
    "final_price": "成交价",
    "stage": None,
    "round_no": None,
}


@messy(
    "rounds_side_by_side.xlsx",
    Expected(
        kind="auctions",
        fed=WIDE_FED,
        doubts=("side by side (一拍起拍价",),
        kept=8,
        noted={"second_listed_late": 2},
        values={
            "round_no": [1, 1, 1, 1, 2, 2, 3, 2],
            "stage": ["first"] * 4 + ["second", "second", "sale", "second"],
            "start_price": [700000, 700000, 64000, 1750000, 560000, 51200, 51200, 1400000],
            "reference_price": [1000000, 1000000, 80000, 2500000, 1000000, 80000, 80000, 2500000],
            "status": ["failed", "sold", "failed", "failed", "sold", "failed", "failed", "failed"],
            "final_price": [None, 710000, None, None, 590000, None, None, None],
            "listed_on": [
                "2023-03-06",
                "2023-03-06",
                "2023-03-21",
                "2023-08-02",
                "2023-05-10",
                "2023-05-15",
                "2023-07-15",
                "2023-10-05",
            ],
        },
    ),
)
def _() -> bytes:
    return workbook(明细=table(WIDE))


@messy(
    "a_round_side_by_side_without_its_day.csv",
    Expected(
        kind="auctions",
        fed=WIDE_FED,
        kept=7,
        rejected={"missing": 1},
        values={"round_no": [1, 1, 1, 1, 2, 3, 2]},
        noted={"second_listed_late": 2, "earlier_rounds_missing": 1},
    ),
)
def _() -> bytes:
    return csv_bytes(table(WIDE | {"二拍时间": ["2023-05-25", "", "", "2023-10-20"]}))
