"""The least cell: a number that rests on exactly so many cases is published, on one fewer it is
not, whatever the table."""

from collections.abc import Callable
from dataclasses import replace

import duckdb
import numpy as np
import pytest

from index_engine.estimates import creditor_gap, monthly_tables
from index_engine.estimates.estimate import store_statistic
from index_engine.estimates.funnel_tables import MIN_PLACES, store_funnel_plots
from index_engine.estimates.indicator_estimate import OBSERVED, IndicatorEstimate
from index_engine.estimates.indicator_tables import store_indicator
from index_engine.estimates.panel import PanelAxes
from index_engine.estimates.places import Places
from index_engine.estimates.random_groups import SamplingVariation
from index_engine.estimates.store import Store
from index_engine.estimates.visibility import (
    CountRegistry,
    Suppression,
    base_count,
    count_of,
    is_visible,
    place_hierarchy,
    suppress,
)
from index_engine.estimates.windows import Windows
from index_engine.method import load_method

METHOD = load_method()
LEAST = METHOD.min_cell
COURTS = Places("court", ("few", "enough"), [np.array([0]), np.array([1])])
N = np.array([[LEAST - 1.0], [LEAST]])
WINDOWS = Windows(PanelAxes(COURTS.ids, 8096, 8099), 4, np.array([3]))
ESTIMATE = IndicatorEstimate(np.full((2, 1), 0.5), np.full((2, 1), 0.1), N, np.full((2, 1), True))


def registry() -> CountRegistry:
    """One that knows every count of the two courts, as many as N."""
    found = CountRegistry([COURTS], [METHOD])
    for entry in (*METHOD.estimands, *METHOD.statistics):
        for name in (base_count(entry.estimate), count_of(entry.estimate.numerator)):
            found.add(name, "court", N)
    for side in ("local", "non_local"):
        found.add(side, "court", N)
    return found


def rows(fill: Callable[[Store], None], sql: str) -> list[tuple]:
    """What `sql` reads of the tables that `fill` appends to."""
    store = Store(WINDOWS, registry())
    fill(store)
    with duckdb.connect() as con:
        store.write(con, SamplingVariation({}, {}, 0))
        return con.execute(sql).fetchall()


def test_the_rule():
    assert LEAST > 1
    assert is_visible(np.array([0.0, LEAST - 1, LEAST, LEAST + 1]), METHOD).tolist() == [False, False, True, True]


def test_indicators_and_checks():
    sql = "SELECT place_id, value, se, n, n_suppression FROM estimates.published_indicators ORDER BY n NULLS FIRST"
    for entry in (METHOD.indicators[0], METHOD.checks[0]):
        found = rows(lambda store, e=entry: store_indicator(store, METHOD, e, COURTS, OBSERVED, ESTIMATE), sql)
        assert found == [("few", None, None, None, f"<{LEAST}"), ("enough", 0.5, 0.1, LEAST, "")]


def test_a_check_of_no_case_says_so():
    nothing = replace(ESTIMATE, n=np.zeros((2, 1)), estimable=np.full((2, 1), False))
    check = METHOD.checks[0]
    found = rows(
        lambda store: store_indicator(store, METHOD, check, COURTS, OBSERVED, nothing),
        "SELECT n, status FROM estimates.indicators",
    )
    assert found == [(0, "no_data")] * 2


def test_statistics():
    statistic = next(s for s in METHOD.statistics if s.estimate.kind == "share")
    spec = statistic.estimate
    totals = {spec.numerator: N - 1, spec.denominator: N}
    found = rows(
        lambda store: store_statistic(store, METHOD, statistic, totals, COURTS),
        "SELECT place_id, numerator, denominator, value IS NULL FROM estimates.statistics ORDER BY denominator",
    )
    assert found == [("few", None, LEAST - 1, True), ("enough", LEAST - 1, LEAST, False)]


@pytest.mark.parametrize("fewer_places", [0, 1])
def test_funnels_and_how_many_places_make_one(fewer_places: int):
    count = MIN_PLACES - fewer_places
    courts = Places("court", tuple(f"c{i:02d}" for i in range(count + 1)), [])
    total = np.array([[LEAST - 1.0]] + [[LEAST + i] for i in range(count)])
    totals = {
        name: total / (2 if name == s.estimate.numerator else 1)
        for s in METHOD.statistics
        for name in (s.estimate.denominator, s.estimate.numerator)
    }
    sql = "SELECT DISTINCT place_id FROM estimates.outliers WHERE flag <> '' ORDER BY 1"
    found = rows(lambda store: store_funnel_plots(store, METHOD, WINDOWS, courts, totals, frozenset()), sql)
    assert [place for (place,) in found] == ([] if fewer_places else list(courts.ids[1:]))


def test_creditor_gaps():
    [indicator, *_] = creditor_gap.gap_indicators(METHOD)
    many = replace(ESTIMATE, n=np.full((2, 1), 1000.0))
    for local, non_local, column in ((ESTIMATE, many, "local_n"), (many, ESTIMATE, "non_local_n")):
        found = rows(
            lambda store, a=local, b=non_local: creditor_gap._store_gap(
                store, COURTS, OBSERVED, indicator, a, b, METHOD
            ),
            f"SELECT place_id, {column} FROM estimates.creditor_gaps ORDER BY place_id DESC",
        )
        assert found == [("few", None), ("enough", LEAST)]


@pytest.mark.parametrize(("n", "status"), [(1.0, "too_few"), (0.0, "estimated")])
def test_a_gap_needs_the_least_n_of_its_indicator(n: float, status: str):
    [indicator, *_] = creditor_gap.gap_indicators(METHOD)
    side = replace(ESTIMATE, n=np.full((2, 1), indicator.min_n - n))
    many = replace(ESTIMATE, n=np.full((2, 1), 10_000.0))
    found = rows(
        lambda store: creditor_gap._store_gap(store, COURTS, OBSERVED, indicator, side, many, METHOD),
        "SELECT DISTINCT status, gap IS NULL FROM estimates.creditor_gaps",
    )
    assert found == [(status, status == "too_few")]


def test_months():
    months = range(2020 * 12, 2023 * 12)
    counts = np.full((2, len(months)), 50.0)
    counts[:, 0] = N[:, 0]
    with duckdb.connect() as con:
        Store(WINDOWS, registry()).write(con, SamplingVariation({}, {}, 0))
        visible = suppress(counts, place_hierarchy([COURTS]), LEAST) == Suppression.NONE
        monthly_tables._store_flow(con, COURTS, "filed", counts, visible, months, [])
        found = con.execute(
            "SELECT place_id, n, adjusted IS NULL FROM estimates.monthly_flows"
            " WHERE month = '2020-01' ORDER BY place_id DESC"
        ).fetchall()
    assert found == [("few", None, True), ("enough", LEAST, False)]
