"""The months by which shares of cases are paid: quantiles of a curve, read off by hand."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest

from index_engine import queries
from index_engine.queries import Snapshot


@pytest.fixture(scope="module")
def snapshot(warehouse: Path) -> Iterator[Snapshot]:
    with Snapshot(warehouse) as opened:
        yield opened


def months(snapshot: Snapshot, cash: list[float], error: float) -> dict[float, queries.MonthsToShare]:
    curve = pd.DataFrame({"month": range(len(cash)), "cash": cash, "se_cash": error})
    with patch("index_engine.queries.incidence.incidence", lambda *_args, **_options: curve):
        return queries.months_to_shares(snapshot, "nation", "CN", "2024Q4", "cash")


def test_a_month_is_the_first_at_which_the_curve_reaches_the_share(snapshot: Snapshot) -> None:
    found = months(snapshot, [0.0, 0.05, 0.10, 0.20, 0.30], error=0.0)
    assert [found[share].month for share in (0.10, 0.25, 0.50)] == [2, 4, None]
    assert found[0.10] == queries.MonthsToShare(2, 2, 2, 4)
    assert found[0.50].last_month == 4


def test_the_interval_is_where_the_edges_of_the_curve_reach_it(snapshot: Snapshot) -> None:
    found = months(snapshot, [0.0, 0.08, 0.16, 0.24, 0.26], error=0.04 / snapshot.method.z)
    assert found[0.10] == queries.MonthsToShare(2, 1, 2, 4)  # .12 at month 1, .12 at month 2
    assert found[0.25] == queries.MonthsToShare(4, 3, None, 4)  # .28 at month 3; the lower edge ends at .22


def test_shares_of_the_built_sample_are_on_its_curve(snapshot: Snapshot) -> None:
    period, nation = snapshot.periods()[-1], snapshot.nation
    curve = queries.incidence(snapshot, "nation", nation.place_id, period=period).set_index("month")["cash"]
    for share, reached in queries.months_to_shares(snapshot, "nation", nation.place_id, period, "cash").items():
        if reached.month is None:
            assert curve.iloc[-1] < share
        else:
            assert curve[reached.month] >= share
            assert reached.month == 0 or curve[reached.month - 1] < share
