"""Real court files with their real dirt: how many rows are kept, and why each other one is not.

Every number is written here and found again by a plain-Python reading of the files.
"""

import csv
import hashlib
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from index_engine.importing.pipeline import run_import
from index_engine.importing.validation.load import LoadResult
from tests.real import sao_paulo

pytestmark = pytest.mark.skipif(
    not sao_paulo.DATA.is_dir(),
    reason="the São Paulo court files are not beside the checkout (../shared/real/sao_paulo)",
)

FIRST, LAST = date(2010, 1, 1), date(2021, 11, 10)

CASE_REASONS = {
    "missing": 37,  # no filing date
    "before_earliest": 7,  # the years 15, 17, 18, 202, 205 and 213, and 2000-03-31
    "after_observation": 1,  # filed in 3013
    "closed_before_filed": 135,  # that one among them, and 95 closed on 0001-01-01
}
LOT_REASONS = {
    "missing": 331,  # no notice date
    "before_earliest": 9,  # notice of 1901-04-13
    "ended_before_listed": 1391,
    "sold_without_end": 227,
}
# Of the 6,515 lots marked as sold.
SOLD = {
    "kept": 5291,
    "missing": 135,  # no notice date
    "ended_before_listed": 924,  # 316 of 1901-12-09, one of the year 201, 607 by days or years
    "sold_without_end": 165,  # beyond those without a notice date
}


Imported = tuple[Path, dict[str, LoadResult]]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """The warehouse with all four files, and what became of each."""
    folder = tmp_path_factory.mktemp("sao_paulo")
    warehouse = folder / "warehouse.duckdb"
    regions, courts = sao_paulo.derive(folder)
    return warehouse, {
        "regions": run_import(warehouse, "regions", regions, sao_paulo.REGIONS_MAPPING),
        "courts": run_import(warehouse, "courts", courts, sao_paulo.COURTS_MAPPING),
        "cases": run_import(warehouse, "cases", sao_paulo.CASES, sao_paulo.CASES_MAPPING),
        "auctions": run_import(warehouse, "auctions", sao_paulo.LOTS, sao_paulo.LOTS_MAPPING),
    }


@pytest.fixture
def con(imported: Imported) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(imported[0]), read_only=True) as connection:
        yield connection


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def day(text: str) -> date | None:
    """A date as people typed it: ISO, day/month/year, or a spreadsheet's serial day."""
    if text in ("", "-"):
        return None
    if "/" in text:
        day_, month, year = map(int, text.split("/"))
        return date(year, month, day_)
    if "-" in text:
        return date(*map(int, text.split("-")))
    return date(1899, 12, 30) + timedelta(days=int(float(text)))


def case_faults(case: dict[str, str]) -> set[str]:
    filed, closed = day(case["filing_date"]), day(case["close_date"])
    if filed is None:
        return {"missing"}
    faults = {
        "before_earliest": filed < FIRST,
        "after_observation": filed > LAST,
        "in_future": closed is not None and closed > date.today(),
        "closed_before_filed": closed is not None and closed < filed,
    }
    return {rule for rule, fails in faults.items() if fails}


def lot_faults(lot: dict[str, str]) -> set[str]:
    listed, ended = day(lot["notice_date"]), day(lot["auction_date_raw"])
    faults = {
        "missing": listed is None,
        "before_earliest": listed is not None and listed < FIRST,
        "after_observation": listed is not None and listed > LAST,
        "in_future": ended is not None and ended > date.today(),
        "ended_before_listed": bool(listed and ended and ended < listed),
        "sold_without_end": lot["sold"] == "1.0" and ended is None,
    }
    return {rule for rule, fails in faults.items() if fails}


def tally(faults: list[set[str]]) -> dict[str, int]:
    return dict(Counter(rule for of_row in faults for rule in of_row))


def test_courts_and_their_places_are_derived_from_the_cases(imported: Imported) -> None:
    outcomes = imported[1]
    assert (outcomes["regions"].accepted_rows, outcomes["regions"].rejected_rows) == (1 + 1 + 212, 0)
    assert (outcomes["courts"].accepted_rows, outcomes["courts"].rejected_rows) == (261, 0)


def test_each_case_is_kept_or_rejected_for_a_reason(imported: Imported) -> None:
    outcome = imported[1]["cases"]
    assert (outcome.rows, outcome.accepted_rows, outcome.rejected_rows) == (7404, 7225, 179)
    assert outcome.rejection_counts == CASE_REASONS
    faults = [case_faults(case) for case in read(sao_paulo.CASES)]
    assert tally(faults) == CASE_REASONS
    assert sum(not of_row for of_row in faults) == outcome.accepted_rows


def test_each_lot_is_kept_or_rejected_for_a_reason(imported: Imported) -> None:
    outcome = imported[1]["auctions"]
    assert (outcome.rows, outcome.accepted_rows, outcome.rejected_rows) == (22662, 20766, 1896)
    assert outcome.rejection_counts == LOT_REASONS
    faults = [lot_faults(lot) for lot in read(sao_paulo.LOTS)]
    assert tally(faults) == LOT_REASONS
    assert sum(not of_row for of_row in faults) == outcome.accepted_rows


@pytest.mark.parametrize(
    ("source_id", "path", "faults_of"),
    [(3, sao_paulo.CASES, case_faults), (4, sao_paulo.LOTS, lot_faults)],
    ids=["cases", "lots"],
)
def test_the_very_rows_are_rejected(
    con: duckdb.DuckDBPyConnection, source_id: int, path: Path, faults_of: Callable[[dict[str, str]], set[str]]
) -> None:
    """Not only as many: the same line numbers for the same rules."""
    listed = con.execute(
        "SELECT row_no, rule FROM rejects WHERE source_id = ? AND action = 'rejected'", [source_id]
    ).fetchall()
    assert set(listed) == {(line, rule) for line, row in enumerate(read(path), start=1) for rule in faults_of(row)}


def test_closed_cases_took_a_median_of_300_days(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute("SELECT closed_on - filed_on FROM cases WHERE closed_on IS NOT NULL").fetchall()
    days = [days for (days,) in found]
    assert (len(days), statistics.median(days)) == (5833, 300)
    again = [
        (closed - filed).days
        for case in read(sao_paulo.CASES)
        if not case_faults(case) and (closed := day(case["close_date"])) and (filed := day(case["filing_date"]))
    ]
    assert sorted(again) == sorted(days)
    assert con.execute("SELECT min(filed_on), max(filed_on) FROM cases").fetchone() == (
        date(2010, 1, 8),
        date(2021, 8, 22),
    )


def test_sold_lots_add_up(con: duckdb.DuckDBPyConnection) -> None:
    """A sale is lost only with its date; the price of 40 is unknown, and that costs no sale."""
    sold = [lot_faults(lot) for lot in read(sao_paulo.LOTS) if lot["sold"] == "1.0"]
    rules = ("missing", "ended_before_listed", "sold_without_end")  # a lot counts under the first
    split = Counter(next((rule for rule in rules if rule in faults), "kept") for faults in sold)
    assert split == SOLD
    assert sum(SOLD.values()) == 6515
    assert con.execute(
        "SELECT count(*), count(ended_on), count(final_price) FROM auction_rounds WHERE status = 'sold'"
    ).fetchone() == (5291, 5291, 5251)
    assert con.execute(
        "SELECT rule, count(*) FROM rejects WHERE action = 'warned' GROUP BY rule ORDER BY rule"
    ).fetchall() == [
        ("ended_without_status", 453),
        ("failed_without_end", 430),
        ("final_in_another_unit", 118),  # a twentieth of the reference and less
        ("sold_without_price", 40),
        ("zero_reference", 184),
    ]


def test_lots_keep_what_the_file_says(con: duckdb.DuckDBPyConnection) -> None:
    [(path,)] = con.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchall()
    salt = Path(path + ".salt").read_text(encoding="ascii").strip()
    lots = {
        hashlib.sha256(f"{salt}{lot['case_id']}-{number}".encode()).hexdigest()[:32]: lot
        for number, lot in enumerate(read(sao_paulo.LOTS), start=1)
    }
    kept = con.execute(
        "SELECT lot_id, listed_on, ended_on, reference_price, final_price, status FROM auction_rounds"
    ).fetchall()
    words = {"1.0": "sold", "0.0": "failed", "": None}
    for lot_id, listed, ended, reference, final, status in kept:
        lot = lots[lot_id]
        assert (listed, ended) == (day(lot["notice_date"]), day(lot["auction_date_raw"]))
        assert status == words[lot["sold"]]
        assert reference == amount(lot["appraisal_value_brl"])
        assert final == amount(lot["sale_value_brl"])


def amount(text: str) -> Decimal | None:
    return Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP) if text else None


def test_courts_without_a_place_serve_the_state(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute(
        "SELECT court_id, count(*) FROM cases JOIN courts USING (court_id)"
        " WHERE region = ? GROUP BY court_id ORDER BY court_id",
        [sao_paulo.PROVINCE],
    ).fetchall() == [("8.26.0514", 10), ("8.26.0529", 23)]  # one more has no filing date
