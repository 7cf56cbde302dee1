"""What the product makes of the habits of real records that the sample has: it says, ends or withholds, and the
numbers beside them stay."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

WINDOWS = """
SELECT court_windows.*, DATE '1970-01-01' + end_day - 1 AS last_day, end_day - clock_end_day AS payment_lag
FROM measures.court_windows JOIN sample_truth ON place_id = court_id
WHERE role = ? AND kind = ? AND holds <> 'creditor_cases'
"""


@pytest.fixture(scope="module")
def con(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse), read_only=True) as found:
        yield found


def courts(con: duckdb.DuckDBPyConnection, role: str) -> list[str]:
    rows = con.execute("SELECT place_id FROM sample_truth WHERE role = ? ORDER BY 1", [role]).fetchall()
    return [court for (court,) in rows]


def test_every_habit_has_its_courts(con: duckdb.DuckDBPyConnection) -> None:
    counts = {role: len(courts(con, role)) for role in ("late_reports", "late_results", "early_payments")}
    assert counts == {"late_reports": 1, "late_results": 3, "early_payments": 1}


def test_closings_that_are_told_late_end_the_days_of_their_court(con: duckdb.DuckDBPyConnection) -> None:
    windows = con.execute(WINDOWS, ["late_reports", "cases"]).df()
    assert (windows["late_days"] >= 30).all()
    others = "SELECT count(*) FROM ({}) WHERE late_days > 0"
    of_others = con.execute(others.format(WINDOWS.replace("role = ?", "role IS NOT DISTINCT FROM ?")), [None, "cases"])
    assert of_others.fetchall() == [(0,)]


def test_results_that_are_told_late_end_the_days_of_their_file(con: duckdb.DuckDBPyConnection) -> None:
    late = con.execute(WINDOWS, ["late_results", "auctions"]).df()
    most = late.sort_values("n").tail(3)
    assert (most["late_days"] >= 60).all()
    assert not con.execute(WINDOWS, ["gamed", "auctions"]).df()["late_days"].any()


def test_payments_long_before_closing_end_the_clocks_of_their_court(con: duckdb.DuckDBPyConnection) -> None:
    lags = con.execute(WINDOWS, ["early_payments", "cases"]).df().sort_values("n")["payment_lag"]
    assert 30 < lags.iloc[-1] < 200
    assert not con.execute(WINDOWS, ["gamed", "cases"]).df()["payment_lag"].any()


def test_prices_typed_ten_thousand_times_off_are_said_and_move_no_median(con: duckdb.DuckDBPyConnection) -> None:
    [(slipped, said, with_them, without)] = con.execute(
        """
        SELECT count(*) FILTER (ratio NOT BETWEEN 0.05 AND 20),
               (SELECT count(DISTINCT (source_id, row_no)) FROM rejects WHERE rule = 'final_in_another_unit'),
               median(ratio), median(ratio) FILTER (ratio BETWEEN 0.05 AND 20)
        FROM (SELECT final_price / reference_price AS ratio FROM auction_rounds WHERE status IN ('sold', 'defaulted'))
        """
    ).fetchall()
    assert slipped == said > 20
    assert abs(with_them - without) < 0.002
