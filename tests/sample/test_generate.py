"""The generator: the same rows again, the rows it promises, the twin, and what it refuses."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from index_engine.errors import InputError
from index_engine.sample import generate
from tests.sample.conftest import CASES, Sample

TABLES = ("regions", "courts", "cases", "auction_rounds", "rejects", "sample_truth")


def fingerprints(path: Path) -> dict[str, int]:
    """A hash of the rows of every table, in any order."""
    with duckdb.connect(str(path), read_only=True) as con:
        prints = {
            table: con.execute(f"SELECT SUM(hash(t)::HUGEINT) FROM {table} AS t").fetchall()[0][0] for table in TABLES
        }
        prints["sources"] = con.execute(
            "SELECT SUM(hash(t)::HUGEINT) FROM (SELECT * EXCLUDE (imported_at) FROM sources) AS t"
        ).fetchall()[0][0]
        return prints


def test_one_seed_is_one_world_on_any_number_of_threads(tmp_path: Path) -> None:
    prints = []
    for threads in (1, 2):
        path = tmp_path / f"{threads}.duckdb"
        generate(path, 15_000, seed=7, threads=threads)
        prints.append(fingerprints(path))
    assert prints[0] == prints[1]


def test_another_seed_is_another_world(tmp_path: Path) -> None:
    prints = []
    for seed in (7, 8):
        path = tmp_path / f"{seed}.duckdb"
        generate(path, 1_000, seed=seed)
        prints.append(fingerprints(path))
    assert prints[0]["cases"] != prints[1]["cases"]
    assert prints[0]["courts"] != prints[1]["courts"]


def test_chunks_do_not_change_the_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(tmp_path / "whole.duckdb", 3_000)
    monkeypatch.setattr("index_engine.sample.generator.CHUNK_SIZE", 1_700)
    generate(tmp_path / "parts.duckdb", 3_000)
    with duckdb.connect() as con:
        for name in ("whole", "parts"):
            con.execute(f"ATTACH '{tmp_path / name}.duckdb' AS {name} (READ_ONLY)")
        for table in ("cases", "auction_rounds"):
            rows = "SELECT * EXCLUDE (source_id) FROM {}." + table
            assert con.execute(f"{rows.format('whole')} EXCEPT {rows.format('parts')}").fetchall() == []
            assert con.execute(f"{rows.format('parts')} EXCEPT {rows.format('whole')}").fetchall() == []
        assert con.execute("SELECT COUNT(*) FROM parts.sources").fetchall()[0][0] > 4


def test_counts(world: Sample, twin: Sample) -> None:
    assert abs(twin.summary.cases - CASES) <= 1
    assert abs(world.summary.cases - CASES) < CASES / 100
    for sample in (world, twin):
        kept = sample.summary
        assert kept.cases == kept.first + kept.resumed + kept.preservation
        assert min(kept.first, kept.resumed, kept.preservation) > 0
        assert 0.15 < kept.rounds / kept.cases < 0.30
        assert kept.lots == sample.one("SELECT COUNT(*) FROM lots")


def test_every_row_is_kept_or_rejected(world: Sample) -> None:
    for kind, table in (
        ("regions", "regions"),
        ("courts", "courts"),
        ("cases", "cases"),
        ("auctions", "auction_rounds"),
    ):
        ((rows, rejected),) = world.all("SELECT SUM(rows), SUM(rejected) FROM sources WHERE kind = ?", kind)
        assert rows - rejected == world.one(f"SELECT COUNT(*) FROM {table}")
    assert world.summary.rejected_rows == world.one("SELECT SUM(rejected) FROM sources")


def test_sources_say_what_they_are(world: Sample) -> None:
    assert world.all(
        "SELECT DISTINCT synthetic, observed_from, observed_to FROM sources WHERE kind <> 'published'"
    ) == world.all("SELECT TRUE, DATE '2019-01-01', DATE '2025-12-31'")
    assert world.one("SELECT COUNT(DISTINCT sha256) = COUNT(*) FROM sources")


def test_seeded_defects_and_no_others(world: Sample) -> None:
    assert world.summary.rejection_counts.keys() == {"closed_before_filed", "duplicate"}
    assert world.summary.rejection_counts["duplicate"] / CASES == pytest.approx(0.01, abs=0.002)
    assert world.summary.rejection_counts["closed_before_filed"] / CASES == pytest.approx(0.009, abs=0.002)
    found = dict(world.all("SELECT rule, COUNT(*) FROM rejects WHERE action <> 'rejected' GROUP BY 1"))
    assert found.keys() == {
        "claim_improbably_small",
        "date_out_of_line",  # the oldest case of a creditor's list of few
        "earlier_rounds_missing",
        "final_in_another_unit",
        "recovered_in_another_unit",
        "taken_over",
        "recovered_over_claim",
        "single_bidder_above_start",
        "sold_below_start",  # typed in 万元
        "start_below_70_percent",
        "unplaced",
        "zhongben_before_day_90",
    }
    firsts = world.one("SELECT COUNT(*) FROM auction_rounds WHERE stage = 'first'")
    assert found["start_below_70_percent"] / firsts == pytest.approx(0.005, abs=0.002)
    alone = "SELECT COUNT(*) FROM auction_rounds WHERE round_no > 1 AND lot_id NOT IN ({})"
    firsts_of_ids = "SELECT lot_id FROM auction_rounds WHERE round_no = 1"
    assert found["earlier_rounds_missing"] == world.one(alone.format(firsts_of_ids))  # under an id of their own


def test_nothing_is_known_after_the_window_or_closed_before_it(world: Sample) -> None:
    assert world.one("SELECT MAX(GREATEST(filed_on, closed_on, first_listed_on)) FROM cases").year == 2025
    assert world.one("SELECT MAX(GREATEST(listed_on, ended_on)) FROM auction_rounds").year == 2025
    assert str(world.one("SELECT MIN(closed_on) FROM cases")) >= "2019-01-01"
    assert str(world.one("SELECT MIN(filed_on) FROM cases")) >= "2016-01-01"
    open_case = "SELECT COUNT(*) FROM cases WHERE closed_on IS NULL"
    assert world.one(open_case) > 1000
    assert world.one(f"{open_case} AND (close_mode IS NOT NULL OR paid_out_on IS NOT NULL)") == 0
    open_round = "SELECT COUNT(*) FROM auction_rounds WHERE status IS NULL"
    assert world.one(open_round) > 50
    assert world.one(f"{open_round} AND (ended_on IS NOT NULL OR final_price IS NOT NULL)") == 0


def test_gaming_changes_the_gamed_courts_only(world: Sample, twin: Sample) -> None:
    elsewhere = (
        "SELECT SUM(hash(t)::HUGEINT) FROM {} AS t JOIN sample_truth ON place_id = t.court_id"
        " WHERE role IS DISTINCT FROM 'gamed'"
    )
    for table in ("cases", "auction_rounds", "courts"):
        assert world.one(elsewhere.format(table)) == twin.one(elsewhere.format(table))
    same_cases = "SELECT SUM(hash(case_id, filed_on, claim_amount)::HUGEINT) FROM first_cases"
    assert world.one(same_cases) == twin.one(same_cases)


def test_gaming_looks_good_and_pays_less(world: Sample, twin: Sample) -> None:
    closed = "SELECT AVG((closed_on IS NOT NULL)::INTEGER) FROM first_cases WHERE role = 'gamed'"
    days = "SELECT AVG(days) FROM first_cases WHERE role = 'gamed'"
    cash = (
        "SELECT AVG(COALESCE(close_mode = 'completed' AND days <= 730, FALSE)::INTEGER)"
        " FROM first_cases WHERE role = 'gamed' AND has_assets"
        " AND filed_on BETWEEN DATE '2019-01-01' AND DATE '2023-12-31'"
    )
    assert world.one(closed) > twin.one(closed)
    assert world.one(days) < 0.9 * twin.one(days)
    assert world.one(cash) < 0.6 * twin.one(cash)


@pytest.mark.parametrize(("settings", "names"), [({"cases": 10}, "cases: 10"), ({"seed": -1}, "seed: -1")])
def test_settings_that_cannot_be_used(tmp_path: Path, settings: dict[str, int], names: str) -> None:
    with pytest.raises(InputError, match=names):
        generate(tmp_path / "w.duckdb", **settings)  # type: ignore[arg-type]
    assert not (tmp_path / "w.duckdb").exists()


def test_a_missing_folder_and_a_missing_table_of_divisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="does not exist"):
        generate(tmp_path / "none" / "w.duckdb")
    monkeypatch.setattr("index_engine.sample.generator.DIVISIONS", tmp_path / "divisions.csv")
    with pytest.raises(InputError, match="divisions"):
        generate(tmp_path / "w.duckdb")


def test_progress_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(tmp_path / "w.duckdb", 1_000, progress=True)
    assert "cases" in capsys.readouterr().err


def test_courts_sit_where_they_are_asked_for(tmp_path: Path) -> None:
    """The rest of the country stays; a window that is overridden bounds what is observed."""
    path = tmp_path / "w.duckdb"
    window = {"first_day": date(2021, 1, 1), "observed_from": date(2024, 1, 1)}
    cities = ["320500", "330100", "510100", "630100"]
    generate(path, 2_000, cities=cities, overrides=window)
    with duckdb.connect(str(path), read_only=True) as con:
        courts = con.execute("SELECT DISTINCT region FROM courts ORDER BY ALL").fetchall()
        assert courts == [(city,) for city in cities]
        assert con.execute("SELECT COUNT(*) FROM regions WHERE level = 'province'").fetchall() == [(34,)]
        [(filed, observed)] = con.execute(
            "SELECT MIN(filed_on), (SELECT MIN(observed_from) FROM sources WHERE kind = 'cases') FROM cases"
        ).fetchall()
        assert filed >= window["first_day"]
        assert observed == window["observed_from"]
        tiers = "SELECT place_id, tier FROM sample_truth WHERE level = 'province' ORDER BY ALL"
        few = con.execute(tiers).fetchall()
    generate(tmp_path / "whole.duckdb", 1_000)
    with duckdb.connect(str(tmp_path / "whole.duckdb"), read_only=True) as con:
        assert set(few) < set(con.execute(tiers).fetchall()), "a tier is the same in either"


@pytest.mark.parametrize("settings", [{"cities": ["320000"]}, {"overrides": {"first": 1}}])
def test_what_is_not_there_cannot_be_asked_for(settings: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"320000|first"):
        generate(tmp_path / "w.duckdb", 1_000, **settings)
    assert not (tmp_path / "w.duckdb").exists()


def test_an_asset_manager_has_cases_of_courts_under_numbers_of_its_own(world: Sample) -> None:
    manager = "SELECT source_id FROM sources WHERE holds = 'creditor_cases' AND same_cases"
    bought = f"FROM cases WHERE source_id IN ({manager})"
    assert world.one(f"SELECT COUNT(*) > 50 {bought}")
    assert world.one(f"SELECT COUNT(*) {bought} AND (acquired_on < filed_on OR acquired_on >= closed_on)") == 0
    theirs = f"SELECT court_id, filed_on, claim_amount, closed_on {bought}"
    others = f"SELECT court_id, filed_on, claim_amount, closed_on FROM cases WHERE source_id NOT IN ({manager})"
    assert world.all(f"{theirs} EXCEPT {others}") == []
