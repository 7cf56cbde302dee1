"""Monthly flows, counted again from the rows of the world."""

from collections import Counter
from datetime import date

import pytest

from index_engine import queries
from index_engine.queries import Snapshot
from tests.queries.test_counts import cases_in
from tests.worlds import World

FIRST, LAST = date(2021, 1, 1), date(2024, 12, 31)


@pytest.mark.parametrize("place", [("nation", "CN"), ("province", "11"), ("city", "1101")])
def test_filings_and_closings_by_month(snapshot: Snapshot, rows: World, place: tuple[str, str]):
    found = queries.monthly_flows(snapshot, *place)
    assert list(found.columns) == ["flow", "month", "n", "adjusted"]
    cases = cases_in(rows, *place)
    for flow, days in (("filed", [c.filed_on for c in cases]), ("closed", [c.closed_on for c in cases if c.closed_on])):
        expected = Counter(f"{d:%Y-%m}" for d in days if FIRST <= d <= LAST)
        mine = found[found["flow"] == flow].set_index("month")["n"]
        if expected.total() / 48 < 30:
            assert mine.empty, "too few a month"
            continue
        assert len(mine) == 48
        for month, n in mine.items():
            hidden = expected[month] < snapshot.method.min_cell
            assert n != n if hidden else n == expected[month]


def test_the_adjusted_series_keeps_the_whole(snapshot: Snapshot):
    found = queries.monthly_flows(snapshot, "nation", "CN")
    for flow in ("filed", "closed"):
        mine = found[found["flow"] == flow]
        assert mine["adjusted"].sum() == pytest.approx(mine["n"].sum(), rel=0.02)
        assert (mine["adjusted"] - mine["n"]).abs().max() > 0


def test_a_court_with_few_cases_has_none(snapshot: Snapshot):
    assert queries.monthly_flows(snapshot, "court", "T90").empty
    assert queries.monthly_flows(snapshot, "city", "9999").empty


def test_a_change_has_the_quarter_alone_beside_that_of_a_year_before(snapshot: Snapshot, rows: World):
    period, earlier = snapshot.periods()[-1], snapshot.periods()[-2]
    found = queries.score_changes(snapshot, "province", period, earlier).set_index("place_id")
    n_known = 0
    for place_id, row in found.iterrows():
        flows = queries.monthly_flows(snapshot, "province", place_id).set_index(["flow", "month"])["n"]
        year = int(period[:4])
        for suffix, in_year in (("", year), ("_before", year - 1)):
            first = 3 * int(period[-1]) - 2
            for flow in ("closed", "paid"):
                months = [flows.get((flow, f"{in_year}-{month:02}"), float("nan")) for month in range(first, first + 3)]
                expected = sum(months)
                value = row[f"quarter_{flow}{suffix}"]
                assert value == expected or (value != value and expected != expected)
                n_known += expected == expected
    assert n_known, "no quarter is known: nothing is tested"
