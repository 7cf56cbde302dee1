"""Lots of many courts whose truth is known, written as files like those of courts and platforms.

A lot is offered in rounds of 30 days, 20 days apart: the first sells with chance FIRST, the second
with SECOND, and what fails twice is listed no more. A sale brings a share of the reference price
that is uniform between LOWEST and 1. Lots of one estate are listed on one day and sell alike, for
alike shares.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from index_engine.importing.validation.load import LoadResult
from tests.truth.product import import_file
from tests.truth.simulator import MONTH

FIRST, SECOND, LOWEST = 0.4, 0.3, 0.6
TRUTH = {"lot_sold_12m": FIRST + (1 - FIRST) * SECOND, "first_round_sold": FIRST, "price_ratio": (LOWEST + 1) / 2}
ROUND_DAYS, PAUSE_DAYS = 30, 20
STAGES = ("first", "second")
TITLES = {"first": "【第一次拍卖】", "second": "（二拍）"}
COLUMNS = {
    "lot_id": "标的编号",
    "case_id": "案号",
    "court_id": "法院",
    "round_no": "轮次",
    "stage": "阶段",
    "title": "标题",
    "listed_on": "公告日",
    "ended_on": "结束日",
    "reference_price": "评估价",
    "start_price": "起拍价",
    "final_price": "成交价",
    "status": "结果",
}


@dataclass(frozen=True)
class Offer:
    """A round of a lot; `sold_for`: share of the reference price, None where it was not sold."""

    court: str
    estate: str
    lot: str
    round_no: int
    listed_on: date
    reference_price: int
    sold_for: float | None

    @property
    def ended_on(self) -> date:
        return self.listed_on + timedelta(days=ROUND_DAYS)


def offers(
    courts: Sequence[str], start: date, cut: date, *, lots_per_month: float, seed: int, estate_size: int = 1
) -> list[Offer]:
    """All rounds that are listed from the first day to the last."""
    found: list[Offer] = []
    for court, stream in zip(courts, np.random.SeedSequence(seed).spawn(len(courts)), strict=True):
        rng = np.random.default_rng(stream)
        n_days = (cut - start).days + 1
        listing_days = rng.integers(0, n_days, rng.poisson(lots_per_month / estate_size * n_days / MONTH))
        for number, day in enumerate(listing_days):
            is_sold = [bool(rng.random() < chance) for chance in (FIRST, SECOND)]
            share = float(rng.uniform(LOWEST, 1))
            prices = rng.integers(200_000, 2_000_000, estate_size)
            estate = f"{court}-{number}"
            for place, price in enumerate(prices):
                listed_on = start + timedelta(days=int(day))
                for round_no, sold in enumerate(is_sold, start=1):
                    if listed_on <= cut:
                        found.append(
                            Offer(
                                court,
                                estate,
                                f"{estate}/{place}",
                                round_no,
                                listed_on,
                                int(price),
                                share if sold else None,
                            )
                        )
                    if sold:
                        break
                    listed_on += timedelta(days=ROUND_DAYS + PAUSE_DAYS)
    return found


def import_offers(
    warehouse: Path,
    found: Sequence[Offer],
    observed: tuple[date, date],
    name: str,
    *,
    id_each: bool = False,
    mean_lag: float = 0.0,
) -> LoadResult:
    """Import the file of a source; `id_each`: every round has an id of its own, as platforms number them;
    `mean_lag`: days, exponential, after which the result of a round reaches the file."""
    lags = np.random.default_rng(len(found)).exponential(mean_lag, len(found))
    file = warehouse.with_name(f"{name}.csv")
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(COLUMNS.values())
        for position, offer in enumerate(found):
            is_over = offer.ended_on + timedelta(days=float(lags[position])) <= observed[1]
            is_sold = is_over and offer.sold_for is not None
            stage = STAGES[offer.round_no - 1]
            writer.writerow(
                (
                    f"{name}-{position}" if id_each else offer.lot,
                    offer.estate,
                    offer.court,
                    offer.round_no,
                    stage,
                    f"{TITLES[stage]}{offer.lot.rpartition('-')[2]} 号",
                    offer.listed_on,
                    offer.ended_on if is_over else "",
                    offer.reference_price,
                    offer.reference_price * 7 // 10 if offer.round_no == 1 else offer.reference_price * 56 // 100,
                    round(offer.reference_price * (offer.sold_for or 0)) if is_sold else "",
                    ("sold" if is_sold else "failed") if is_over else "",
                )
            )
    text = "\n".join(
        [f'kind = "auctions"\n[source]\nname = "{name}"\nobserved_from = {observed[0]}\nobserved_to = {observed[1]}']
        + [f'[columns.{field}]\ncolumn = "{column}"' for field, column in COLUMNS.items()]
    )
    return import_file(warehouse, "auctions", file, text)
