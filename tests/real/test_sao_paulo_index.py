"""The index of real courts in another country, through the command line: a region table, a court
table, two mappings and a method file, and nothing else. `pytest -s` prints it."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from index_engine import queries
from index_engine.age_grid import months_to_days
from index_engine.cli import main
from index_engine.queries import Snapshot
from tests.oracle import incidence as oracle
from tests.oracle.incidence import Spell
from tests.real import sao_paulo
from tests.real.test_sao_paulo_import import case_faults, day, lot_faults, read

pytestmark = pytest.mark.skipif(
    not sao_paulo.DATA.is_dir(),
    reason="the São Paulo court files are not beside the checkout (../shared/real/sao_paulo)",
)

FIRST, AFTER = date(2010, 1, 1), date(2021, 11, 11)
PERIOD, BEGINS, ENDS = "2018Q4", date(2016, 1, 1), date(2019, 1, 1)


def run(*arguments: object) -> None:
    assert main([str(argument) for argument in arguments]) == 0


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sao_paulo_index")
    path = folder / "w.duckdb"
    regions, courts = sao_paulo.derive(folder)
    run("import", "regions", regions, "--mapping", sao_paulo.REGIONS_MAPPING, "--warehouse", path)
    run("import", "courts", courts, "--mapping", sao_paulo.COURTS_MAPPING, "--warehouse", path)
    cases, lots = sao_paulo.CASES, sao_paulo.LOTS
    run("import", "cases", cases, "--warehouse", path, "--mapping", sao_paulo.CASES_MAPPING)
    run("import", "auctions", lots, "--warehouse", path, "--mapping", sao_paulo.LOTS_MAPPING)
    run("build", "--warehouse", path, "--method", sao_paulo.HERE / "method.toml")
    return path


def test_its_index_by_comarca_and_court(warehouse: Path, capsys: pytest.CaptureFixture) -> None:
    # One of the 261 courts has a single case, whose filing date is missing.
    for level, scored, units in (("city", 5, 212), ("court", 5, 260)):
        run("scores", "--warehouse", warehouse, "--level", level, "--period", PERIOD, "--format", "csv")
        text = capsys.readouterr().out
        rows = list(csv.DictReader(io.StringIO(text)))
        with capsys.disabled():
            print(f"\n{level}, three years to {PERIOD}: score (95 %), cycle, closure, auction")
            for row in rows[:scored]:
                print(
                    f"  {row['name']:32} {row['score']:>6} ({row['low']} to {row['high']})"
                    f"  {float(row['cycle']):5.1f} {float(row['closure']):5.1f}"
                    f" {float(row['auction']):5.1f}  n={row['n']}"
                )
        assert len(rows) == units
        assert sum(row["status"] == "scored" for row in rows) == scored
        assert all(row["score"] == "" for row in rows if row["status"] != "scored")
        assert all(row["synthetic"] == "False" for row in rows)


def test_closure_within_24_months_equals_the_oracle(warehouse: Path) -> None:
    spells = [
        Spell(
            filed.toordinal(),
            max(filed, FIRST).toordinal(),
            (closed or AFTER).toordinal(),
            "closed" if closed else "open",
        )
        for case in read(sao_paulo.CASES)
        if not case_faults(case) and (filed := day(case["filing_date"]))
        for closed in [day(case["close_date"])]
    ]
    seen = oracle.within(spells, BEGINS.toordinal(), ENDS.toordinal())
    value, variance = oracle.incidence(seen, "closed", months_to_days(24))
    found = queries.indicators(Snapshot(warehouse), "nation", sao_paulo.NATION, PERIOD)
    mine = found.set_index("indicator").loc["closed_24m"]
    on_grid = sum(enters <= months_to_days(36) for enters, _, _ in seen)
    assert mine["n"] == on_grid, "cases under way in the window, older ones left out"
    assert mine["value"] == pytest.approx(value, abs=0.005)
    assert mine["se"] == pytest.approx(variance**0.5, rel=0.03)


def test_lots_sold_equal_a_recount(warehouse: Path) -> None:
    kept = [lot for lot in read(sao_paulo.LOTS) if not lot_faults(lot)]
    last = ENDS - timedelta(days=1)
    ended = [lot for lot in kept if lot["sold"] and BEGINS <= (day(lot["auction_date_raw"]) or AFTER) <= last]
    figures = queries.statistics(Snapshot(warehouse), "nation", sao_paulo.NATION, PERIOD).set_index("statistic")
    assert figures.loc["sale_by_lot", "denominator"] == len(ended)
    assert figures.loc["sale_by_lot", "numerator"] == sum(lot["sold"] == "1.0" for lot in ended)


def test_scores_as_json_say_what_they_are(warehouse: Path, capsys: pytest.CaptureFixture) -> None:
    run("scores", "--warehouse", warehouse, "--level", "nation", "--format", "json")
    [row] = json.loads(capsys.readouterr().out)
    assert (row["place_id"], row["status"], row["synthetic"]) == ("BR", "scored", False)
