"""The simulator against closed forms, and the engine against the simulator where a file holds all
cases of its courts: the designs that go wrong are tried in the files beside this one."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.truth.product import court_estimates, import_and_build
from tests.truth.simulator import MONTH, CourtPlan, Hazards, World, all_cases, write_cases

COURTS_FILE = Path(__file__).parents[2] / "data" / "courts.csv"
START, CUT = date(2020, 1, 1), date(2024, 12, 31)


def court_names(count: int) -> list[str]:
    return [court["name"] for court in registered_courts(count)]


def registered_courts(count: int) -> list[dict[str, str]]:
    """Rows of basic courts of Zhejiang, which every warehouse knows."""
    with COURTS_FILE.open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["level"] == "basic"
            and row["court_id"].startswith("浙")
            and row["special"] == "false"
            and not row["valid_from"] + row["valid_to"]
        ]
    return rows[:count]


@pytest.mark.parametrize("hazards", [Hazards(), Hazards(shape=0.7), Hazards(0.08, 0.01, 0.002, 1.4)])
def test_simulated_cases_have_the_incidence_of_the_closed_form(hazards: Hazards) -> None:
    plan = CourtPlan("court", cases_per_month=600, hazards=hazards)
    world = World((plan,), START, CUT, seed=7).simulate()
    within = [(case.ended_on - case.filed_on).days < 24 * MONTH for case in world.cases]
    for event in ("cash", "zhongben", "other"):
        share = np.mean([case.event == event for case in world.cases] & np.array(within))
        truth = world.true_incidence("court", event, 24)
        error = (truth * (1 - truth) / len(world.cases)) ** 0.5
        assert abs(share - truth) < 4 * error + 0.002  # whole days


def test_the_restricted_mean_is_that_of_a_constant_hazard() -> None:
    hazards = Hazards(cash=0.05, zhongben=1e-12, other=1e-12)
    truth = (1 - np.exp(-0.05 * 36)) / 0.05
    assert hazards.restricted_mean("cash", 36) == pytest.approx(truth, rel=1e-6)


def test_all_of_a_batch_may_share_one_fate() -> None:
    plan = CourtPlan("court", cases_per_month=150, batch_size=15)
    world = World((plan,), START, CUT, seed=3).simulate()
    fates: dict[int, set[tuple[str, date]]] = {}
    for case in world.cases:
        fates.setdefault(case.batch, set()).add((case.event, case.ended_on))
    assert {len(endings) for endings in fates.values()} == {1}
    alone = World((replace(plan, shared_fate=0.0),), START, CUT, seed=3).simulate()
    assert len({(case.batch, case.event, case.ended_on) for case in alone.cases}) > len(fates)


def test_intervals_cover_where_a_file_holds_all_cases(tmp_path: Path) -> None:
    """Twenty identical courts, every case of five years and the stock before them."""
    plans = tuple(CourtPlan(name, cases_per_month=25) for name in court_names(20))
    world = World(plans, START, CUT, seed=11).simulate()
    file = write_cases(tmp_path / "cases.csv", all_cases(world))
    warehouse = import_and_build(file, tmp_path / "world.duckdb", (START, CUT))
    truth = {
        "cash_24m": Hazards().incidence("cash", 24),
        "zhongben_24m": Hazards().incidence("zhongben", 24),
        "months_to_cash": Hazards().restricted_mean("cash", 36),
    }
    for indicator, true_value in truth.items():
        rows = court_estimates(warehouse, indicator)
        rows = rows[rows["period"].isin(["2021Q4", "2022Q4", "2023Q4", "2024Q4"])]
        assert len(rows) == 80 and (rows["status"] == "estimated").all()
        z = (rows["value"] - true_value) / rows["se"]
        assert abs(z.mean()) < 4 / len(rows) ** 0.5  # no bias
        assert (z.abs() < 1.96).mean() > 0.95 - 4 * (0.95 * 0.05 / len(rows)) ** 0.5


def test_intervals_cover_where_cases_come_in_batches(tmp_path: Path) -> None:
    """Fifteen cases at a time, all of one fate: intervals that take them for independent are four
    times too narrow and cover half of the time."""
    plans = tuple(CourtPlan(name, cases_per_month=60, batch_size=15) for name in court_names(20))
    world = World(plans, START, CUT, seed=5).simulate()
    file = write_cases(tmp_path / "cases.csv", all_cases(world))
    warehouse = import_and_build(file, tmp_path / "world.duckdb", (START, CUT))
    rows = court_estimates(warehouse, "cash_24m")
    rows = rows[rows["period"].isin(["2021Q4", "2022Q4", "2023Q4", "2024Q4"])]
    z = (rows["value"] - Hazards().incidence("cash", 24)) / rows["se"]
    assert len(rows) == 80
    assert 0.8 < z.std() < 1.2
    assert (z.abs() < 1.96).mean() > 0.95 - 4 * (0.95 * 0.05 / len(rows)) ** 0.5
