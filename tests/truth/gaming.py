"""Courts that make their numbers look better without paying anybody more: each way turns what really
happened to a case into what its court does or writes instead.

Independent of the sample's generator and of the engine, as the simulator is.
"""

import csv
import math
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from index_engine.build import build
from index_engine.method import DEFAULT
from tests.truth.product import import_file, mapping_text
from tests.truth.simulator import CLOSING_WORDS, MONTH, Case, World

MEDIAN_CLAIM = math.exp(11.0)  # of the simulator
BEYOND = 24 * MONTH + 30  # days: after the horizon of the indicators
# Windows that share no day. Gamed and honest courts have the same cases, but not the same at risk.
PERIODS = ("2021Q4", "2022Q4", "2023Q4", "2024Q4")
EARLIEST_ZHONGBEN = 95  # days: the law asks for three months


@dataclass(frozen=True)
class Outcome:
    """What a court does with a case and writes of it. `days` from filing, None: it stays open.
    `recovered`: share of the claim, None: not recorded. `listed_days`: from filing to the first
    auction, None: none."""

    case: Case
    event: str
    days: float | None
    recovered: float | None
    has_property: bool
    listed_days: float | None

    @property
    def closed_on(self) -> date | None:
        return None if self.days is None else self.case.filed_on + timedelta(days=int(self.days))


Gamer = Callable[[Outcome], Outcome]


def honest(outcome: Outcome) -> Outcome:
    return outcome


def never_close_unpaid(outcome: Outcome) -> Outcome:
    return outcome if outcome.event == "cash" else replace(outcome, days=None)


def hold_zhongben_back(outcome: Outcome) -> Outcome:
    is_held = outcome.event == "zhongben" and outcome.days is not None
    return replace(outcome, days=max(outcome.days or 0, BEYOND)) if is_held else outcome


def leave_large_unpaid_open(outcome: Outcome) -> Outcome:
    is_left = outcome.event != "cash" and outcome.case.claim > MEDIAN_CLAIM
    return replace(outcome, days=None) if is_left else outcome


def book_zhongben_as_terminated(outcome: Outcome) -> Outcome:
    return replace(outcome, event="other") if outcome.event == "zhongben" else outcome


def pay_nobody_and_close(outcome: Outcome) -> Outcome:
    return replace(outcome, event="zhongben", recovered=0.0) if outcome.event == "cash" else outcome


def pay_nobody_and_leave_open(outcome: Outcome) -> Outcome:
    return replace(outcome, days=None, recovered=0.0) if outcome.event == "cash" else outcome


def record_property_when_listed(outcome: Outcome) -> Outcome:
    return replace(outcome, has_property=outcome.listed_days is not None)


def close_payers_early(outcome: Outcome) -> Outcome:
    is_early = outcome.event == "cash" and outcome.days is not None and outcome.days > EARLIEST_ZHONGBEN
    return replace(outcome, event="zhongben", days=EARLIEST_ZHONGBEN, recovered=0.0) if is_early else outcome


def record_no_unpaid_amounts(outcome: Outcome) -> Outcome:
    """Recovered amounts of unpaid closings are left blank: nothing was recovered."""
    return outcome if outcome.event == "cash" else replace(outcome, recovered=None)


GAMERS: dict[str, Gamer] = {
    "never closing the unpaid": never_close_unpaid,
    "holding 终本 back beyond month 24": hold_zhongben_back,
    "leaving large unpaid cases open": leave_large_unpaid_open,
    "booking 终本 as 终结执行": book_zhongben_as_terminated,
    "paying nobody, closed": pay_nobody_and_close,
    "paying nobody, left open": pay_nobody_and_leave_open,
    "recording property only when listed": record_property_when_listed,
    "early 终本 of cases that would pay": close_payers_early,
    "no amounts of unpaid closings": record_no_unpaid_amounts,
}


def outcomes(world: World, gamers: dict[str, Gamer]) -> list[Outcome]:
    """What the courts of a world do, by name of court; a court without a gamer is honest."""
    found = []
    for number, case in enumerate(world.cases):
        days = (case.ended_on - case.filed_on).days
        # Half of the cases have property; it is listed after five to twenty months, if still open.
        has_property = number % 2 == 0
        listed_days = 150 + number * 37 % 450 if has_property else None
        is_listed = listed_days is not None and listed_days < days
        truth = Outcome(
            case,
            case.event,
            days,
            1.0 if case.event == "cash" else 0.0,
            has_property,
            listed_days if is_listed else None,
        )
        found.append(gamers.get(case.court, honest)(truth))
    return found


def gaming_mapping(name: str, observed: tuple[date, date]) -> str:
    return mapping_text(name, observed) + (
        '[columns.has_assets]\ncolumn = "有无财产"\nvalues = { "有" = true, "无" = false }\n'
        '[columns.first_listed_on]\ncolumn = "首次挂拍日期"\n'
    )


def write_outcomes(path: Path, world: World, found: Sequence[Outcome]) -> Path:
    """The file of the courts: what was open on or filed after the first day, as known at the cut."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        headings = "编号 执行法院 立案日期 结案日期 结案方式 申请执行标的（元） 实际到位金额（元） 案款发放日期"
        writer.writerow((*headings.split(), "有无财产", "首次挂拍日期"))
        for outcome in found:
            case, closed_on = outcome.case, outcome.closed_on
            if closed_on is not None and closed_on < world.start:
                continue
            is_closed = closed_on is not None and closed_on <= world.cut
            listed_on = None
            if outcome.listed_days is not None:
                listed_on = case.filed_on + timedelta(days=int(outcome.listed_days))
            is_listed = listed_on is not None and listed_on <= world.cut
            has_recovery = is_closed and outcome.recovered is not None
            writer.writerow(
                (
                    case.number,
                    case.court,
                    case.filed_on,
                    closed_on if is_closed else "",
                    CLOSING_WORDS[outcome.event] if is_closed else "",
                    f"{case.claim:.2f}",
                    f"{case.claim * (outcome.recovered or 0):.2f}" if has_recovery else "",
                    "",
                    "有" if outcome.has_property else "无",
                    listed_on if is_listed else "",
                )
            )
    return path


def method_without_auctions(folder: Path) -> Path:
    """The shipped method for courts of which only cases are known."""
    method = shutil.copytree(DEFAULT, folder / "method")
    for file in (method / "indicators").iterdir():
        if 'dimension = "auction"' in file.read_text(encoding="utf-8"):
            file.unlink()
    main = method / "method.toml"
    text, n = re.subn(r'\[\[dimension\]\]\nid = "auction".*', "", main.read_text(encoding="utf-8"), flags=re.S)
    assert n == 1
    main.write_text(text, encoding="utf-8")
    return method


def built(folder: Path, world: World, gamers: dict[str, Gamer]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores and indicators of the courts of a world in PERIODS."""
    folder.mkdir()
    file = write_outcomes(folder / "cases.csv", world, outcomes(world, gamers))
    text = gaming_mapping("court list", (world.start, world.cut))
    warehouse = folder / "world.duckdb"
    import_file(warehouse, "cases", file, text)
    build(warehouse, [method_without_auctions(folder)], threads=2)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        scores, indicators = (
            con.execute(
                f"SELECT courts.name AS court, rows.* FROM {table} AS rows JOIN courts ON court_id = place_id"
                " WHERE rows.level = 'court' AND basis = 'observed' ORDER BY court, period"
            ).df()
            for table in ("index.scores", "estimates.indicators")
        )
    return scores[scores["period"].isin(PERIODS)], indicators[indicators["period"].isin(PERIODS)]
