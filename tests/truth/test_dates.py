"""Dates that a file has beyond its last day, by right or by a slip, move no number."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.truth.product import build_main_method, court_estimates
from tests.truth.simulator import Row, World, all_cases
from tests.truth.test_designs import CUT, START, bring_in
from tests.truth.test_observed_days import assert_right, simulated

LAST = date(2023, 12, 31)
SLIP = date(2026, 6, 1)


def test_what_was_closed_after_the_last_day_was_open_on_it(tmp_path: Path) -> None:
    """A file of today, of which a window is stated that ends a year before it was written."""
    world = simulated({}, {})
    warehouse = bring_in(tmp_path, world, all_cases, "all_cases", (START, LAST))
    build_main_method(warehouse)
    rows = court_estimates(warehouse, "cash_24m")
    assert rows["period"].max() == "2023Q4"
    assert_right(rows[rows["period"] >= "2021Q4"])
    filed = [row for row in all_cases(world) if row.case.filed_on <= LAST]
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(kept,)] = con.execute("SELECT COUNT(*) FROM cases").fetchall()
        [(under_way,)] = con.execute("SELECT SUM(initial_stock + filed - closed) FROM measures.case_counts").fetchall()
    assert kept == len(filed)
    assert under_way == sum(row.closed_on is None or row.closed_on > LAST for row in filed)


@pytest.mark.parametrize("field", ["filed_on", "closed_on"])
def test_one_mistyped_date_moves_nothing(tmp_path: Path, field: str) -> None:
    """A year of 2026 in a file that ends in 2024 and states no window."""
    world = simulated({}, {})

    def with_slip(world: World) -> list[Row]:
        rows = all_cases(world)
        place = next(n for n, row in enumerate(rows) if row.closed_on is not None)
        row = rows[place]
        if field == "closed_on":
            rows[place] = replace(row, closed_on=SLIP)
        else:
            rows[place] = replace(row, case=replace(row.case, filed_on=SLIP), closed_on=None, closing=None)
        return rows

    values = {}
    for name, design in (("plain", all_cases), ("slip", with_slip)):
        folder = tmp_path / name
        folder.mkdir()
        warehouse = bring_in(folder, world, design, "all_cases")
        build_main_method(warehouse)
        rows = court_estimates(warehouse, "cash_24m")
        values[name] = rows[rows["status"] == "estimated"].set_index(["court", "period"])
        with duckdb.connect(str(warehouse), read_only=True) as con:
            [(end,)] = con.execute("SELECT MAX(end_day) FROM measures.windows").fetchall()
            found = con.execute("SELECT field, value FROM rejects WHERE rule = 'date_out_of_line'").fetchall()
        assert end == (CUT - date(1970, 1, 1)).days + 1
        assert found == ([(field, str(SLIP))] if name == "slip" else [])
    assert values["slip"].index.equals(values["plain"].index)
    assert ((values["slip"]["value"] - values["plain"]["value"]).abs() < 0.01).all()
