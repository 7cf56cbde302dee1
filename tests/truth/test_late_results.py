"""Results of auctions that reach the file weeks after the auction: the window ends earlier, and what is
left is right."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from index_engine.method import load_method
from tests.truth.lot_simulator import TRUTH, import_offers, offers
from tests.truth.product import build_main_method
from tests.truth.test_worlds import court_names

START, CUT = date(2021, 1, 1), date(2024, 12, 31)


@pytest.mark.parametrize("mean_lag", [0.0, 60.0])
def test_lots_that_are_sold_but_not_yet_told_are_not_on_offer(tmp_path: Path, mean_lag: float) -> None:
    """Counted as on offer to the end of the file they were .50 sold within a year for .58."""
    found = offers(court_names(4), START, CUT, lots_per_month=50, seed=3)
    warehouse = tmp_path / "w.duckdb"
    notices = import_offers(warehouse, found, (START, CUT), "platform", mean_lag=mean_lag).notices
    build_main_method(warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(last_day, late)] = con.execute(
            "SELECT DISTINCT DATE '1970-01-01' + end_day - 1, late_days FROM measures.windows"
        ).fetchall()
        rows = con.execute(
            "SELECT period, indicator, (value - ?) / se FROM estimates.indicators"
            " WHERE level = 'nation' AND basis = 'observed' AND indicator = 'lot_sold_12m'"
            " AND method = ? AND status = 'estimated' AND period >= '2022Q4'",
            [TRUTH["lot_sold_12m"], load_method().id],
        ).fetchall()
    assert last_day == CUT - timedelta(days=late)
    assert (late > 0) == (mean_lag > 0)
    assert [(notice.code, notice.parameters["days"]) for notice in notices] == [("late_results", late)] * (late > 0)
    assert len(rows) >= (9 if not late else 7)
    assert all(abs(z) < 3 for _, _, z in rows), (late, [(p, round(z, 1)) for p, _, z in rows])
