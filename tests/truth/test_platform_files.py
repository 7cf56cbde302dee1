"""Files of two platforms as scrapers write them, from the file to the map without a script: what is proposed
is taken as it is, and the map says what really happened.

One has the round in a title, the number in an address and no day of the notice; the other an id for each round.
"""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from index_engine import queries
from index_engine.importing import api
from index_engine.queries import Snapshot
from tests.dashboard.running import run_page, text
from tests.truth.lot_simulator import TRUTH, Offer, offers
from tests.truth.product import build_main_method
from tests.truth.simulator import CourtPlan, World, all_cases
from tests.truth.test_designs import CUT, START, WINDOW, bring_in

PERIOD = "2024Q4"
TITLED = ("浙江省杭州市上城区人民法院", "浙江省杭州市拱墅区人民法院", "浙江省宁波市鄞州区人民法院")
NUMBERED = ("广东省深圳市福田区人民法院", "广东省深圳市南山区人民法院", "广东省广州市天河区人民法院")
SIGNS = {1: "【第一次拍卖】", 2: "【第二次拍卖】"}


def write_titled(path: Path, found: Sequence[Offer]) -> Path:
    """The columns of a scrape of 阿里 that is public, with prices and days as its pages print them."""
    headings = (
        "标题", "起拍价", "评估价", "成交价", "拍卖状态", "围观次数", "报名人数", "开始时间", "结束时间", "处置单位", "链接",
    )  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for number, offer in enumerate(found):
            begins = offer.ended_on - timedelta(days=1)
            is_sold = offer.sold_for is not None
            price = f"¥{round(offer.reference_price * (offer.sold_for or 0)):,}" if is_sold else ""
            writer.writerow(
                (
                    f"{SIGNS[offer.round_no]}{offer.court[3:6]}{offer.lot}号房产",
                    f"¥{round(offer.reference_price * 0.6):,}",
                    f"¥{offer.reference_price:,}",
                    price,
                    "已成交" if is_sold else "已流拍",
                    1234,
                    2 if is_sold else 0,
                    f"{begins:%Y年%m月%d日} 10:00:00",
                    f"{offer.ended_on:%Y年%m月%d日} 10:00:00",
                    offer.court,
                    f"https://sf-item.example/sf_item/{612342740000 + number}.htm",
                )
            )
    return path


def write_numbered(path: Path, found: Sequence[Offer]) -> Path:
    """The columns of another, in which each round has an item of its own."""
    headings = (
        "item_id", "案号", "court_name", "标的物类型", "拍卖阶段", "公告日期", "结束时间", "评估价", "起拍价", "成交价", "拍卖结果",
    )  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for number, offer in enumerate(found):
            price = "" if offer.sold_for is None else f"{offer.reference_price * offer.sold_for:.2f}"
            writer.writerow(
                (
                    572189316132 + number,
                    f"c-{offer.estate}",
                    offer.court,
                    "住宅用房",
                    "一拍" if offer.round_no == 1 else "二拍",
                    offer.listed_on.isoformat(),
                    offer.ended_on.isoformat(),
                    offer.reference_price,
                    round(offer.reference_price * 0.6),
                    price,
                    "成交" if price else "流拍",
                )
            )
    return path


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("platforms")
    plans = tuple(CourtPlan(name, cases_per_month=25.0) for name in (*TITLED, *NUMBERED))
    path = bring_in(folder, World(plans, START, CUT, seed=5).simulate(), all_cases, "all_cases", WINDOW)
    for name, courts, write, seed in (("titled", TITLED, write_titled, 3), ("numbered", NUMBERED, write_numbered, 4)):
        found = [
            offer
            for offer in offers(courts, START, date(2024, 12, 31), lots_per_month=20.0, seed=seed)
            if offer.ended_on <= CUT
        ]
        file = write(folder / f"{name}.csv", found)
        text_of_mapping = api.mapping_text(api.propose_mapping(file, "auctions"))
        outcome = api.import_file(path, "auctions", file, text_of_mapping, lambda *progress: None)
        assert outcome.rejected_rows == 0
    build_main_method(path)
    return path


@pytest.mark.parametrize("province", ["330000", "440000"])
def test_the_map_says_what_happened_to_the_lots(warehouse: Path, province: str) -> None:
    with Snapshot(warehouse) as snapshot:
        for indicator, truth in TRUTH.items():
            rows = queries.indicator_values(snapshot, "province", PERIOD, indicator).set_index("place_id")
            row = rows.loc[province]
            assert row["status"] == "estimated"
            assert abs(row["value"] - truth) < 3.5 * row["se"], (indicator, row["value"], row["se"])


def test_the_page_of_the_map_opens_on_them(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(warehouse))
    shown = text(run_page("overview", lang="zh", layer="lot_sold_12m"))
    assert "浙江省" in shown and "广东省" in shown
