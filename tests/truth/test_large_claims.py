"""A nation whose claims vary a thousandfold, and one claim of ten billion."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from tests.truth.product import court_estimates, import_and_build
from tests.truth.simulator import CourtPlan, Hazards, World, all_cases, write_cases
from tests.truth.test_worlds import court_names

START, CUT = date(2021, 1, 1), date(2024, 12, 31)
TEN_BILLION = 1e10


def test_one_case_decides_nothing(tmp_path: Path) -> None:
    names = court_names(20)
    plans = tuple(CourtPlan(name, cases_per_month=8, claim_log_sd=2.5) for name in names)
    world = World(plans, START, CUT, seed=5).simulate()
    cases = list(world.cases)
    # Of the first court, one case of the last year that is not paid: of ten billion.
    largest = next(
        k
        for k, case in enumerate(cases)
        if case.court == names[0] and case.event == "zhongben" and date(2024, 2, 1) < case.ended_on < date(2024, 12, 1)
    )
    cases[largest] = replace(cases[largest], claim=TEN_BILLION)
    file = write_cases(tmp_path / "cases.csv", all_cases(replace(world, cases=tuple(cases))))
    warehouse = import_and_build(file, tmp_path / "world.duckdb", (START, CUT))
    truth = Hazards().incidence("cash", 24)  # whatever they claim
    rows = court_estimates(warehouse, "recovered_24m")
    rows = rows[rows["period"].isin(["2021Q4", "2022Q4", "2023Q4", "2024Q4"])]
    assert set(rows["status"]) <= {"estimated", "concentrated", "not_estimable"}
    known = rows[rows["status"] == "estimated"]
    assert len(known) > 0.9 * len(rows) == 0.9 * 80
    covered = ((known["value"] - truth).abs() < 1.96 * known["se"]).mean()
    assert covered > 0.95 - 4 * (0.95 * 0.05 / len(known)) ** 0.5
    [hit] = known[(known["court"] == names[0]) & (known["period"] == "2024Q4")].itertuples()
    assert abs(hit.value - truth) < 1.96 * hit.se
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(quantile, cap)] = con.execute("SELECT quantile, yuan FROM measures.claim_cap").fetchall()
    assert quantile == 0.85
    assert 5e4 < cap < 3e6, "exp(11 + 2.5 x 1.04) is 800,000"
