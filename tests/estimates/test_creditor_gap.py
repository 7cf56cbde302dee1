"""Local and other creditors: each side is what the engine says of a world without the other."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import duckdb
import pytest

from index_engine.estimates.creditor_gap import gap_indicators
from index_engine.estimates.estimate import estimate
from index_engine.measures import compute as measures
from index_engine.measures import observation_windows
from index_engine.measures.compute import compute_measures
from index_engine.method import load_method
from tests.worlds import COURTS, OBSERVED, REGIONS, Case, World, random_world

METHOD = load_method()


def estimated(world: World) -> duckdb.DuckDBPyConnection:
    con = world.connect()
    compute_measures(con, METHOD)
    estimate(con, [METHOD])
    return con


def only(world: World, local: bool) -> World:
    """The same without the cases of other creditors; those that resume others stay."""
    return replace(world, cases=tuple(c for c in world.cases if c.case_type != "first" or c.creditor_local is local))


def test_compared_is_whether_and_when_cases_are_paid():
    assert [i.id for i in gap_indicators(METHOD)] == ["months_to_cash", "cash_24m"]


def test_each_side_is_what_it_would_be_alone(monkeypatch: pytest.MonkeyPatch):
    """But for the design effects and the usual time from a payment to the closing, which are of all cases together:
    here none is known."""
    monkeypatch.setattr(measures, "MIN_BATCHES_PER_GROUP", 9_000)
    monkeypatch.setattr(observation_windows, "MIN_PAYMENTS", 9_000)
    world = random_world(seed=31, cases=9_000)
    with estimated(world) as con:
        both = con.execute(
            "SELECT level, place_id, period, indicator, local, local_se, local_n, non_local,"
            " non_local_se, non_local_n, gap, gap_se FROM estimates.creditor_gaps"
            " WHERE basis = 'observed' AND status = 'estimated'"
        ).fetchall()
    assert len({row[0] for row in both}) >= 3
    for side, start in ((True, 4), (False, 7)):
        with estimated(only(world, side)) as con:
            alone = {
                tuple(row[:4]): row[4:]
                for row in con.execute(
                    "SELECT level, place_id, period, indicator, value, se, n"
                    " FROM estimates.indicators WHERE method = ? AND basis = 'observed'",
                    [METHOD.id],
                ).fetchall()
            }
        for row in both:
            assert row[start : start + 3] == pytest.approx(alone[tuple(row[:4])], rel=1e-8)
    for row in both:
        assert row[10] == pytest.approx(row[4] - row[7], abs=1e-9)
        assert row[11] == pytest.approx((row[5] ** 2 + row[8] ** 2) ** 0.5, rel=1e-6)


# ---------------------------------------------------------------- case mix


def confounded() -> World:
    """Loans are paid nine times in ten and trade claims three, whoever the creditor is; most local
    creditors bring loans, most others trade claims."""
    rng = Random(2)
    cases = []
    for number in range(6_000):
        local = number % 2 == 0
        loan = rng.random() < (0.7 if local else 0.3)
        filed = OBSERVED[0] + timedelta(days=rng.randrange(1_400))
        closed = filed + timedelta(days=rng.randrange(10, 300))
        paid = rng.random() < (0.9 if loan else 0.3)
        seen = closed <= date(2024, 12, 31)
        cases.append(
            Case(
                f"c{number}",
                COURTS[number % 4 // 2].court_id,
                filed,
                closed if seen else None,
                ("completed" if paid else "zhongben") if seen else None,
                cause="financial_loan" if loan else "sale",
                debtor_kind="company",
                creditor_local=local,
            )
        )
    return World(REGIONS, COURTS, tuple(cases))


def test_at_one_mix_of_cases_a_gap_of_mix_alone_is_gone():
    with estimated(confounded()) as con:
        rows = con.execute(
            "SELECT basis, gap, gap_se FROM estimates.creditor_gaps WHERE level = 'nation'"
            " AND indicator = 'cash_24m' AND status = 'estimated'"
        ).fetchall()
    observed = [row for row in rows if row[0] == "observed"]
    adjusted = [row for row in rows if row[0] == "adjusted"]
    assert len(observed) == len(adjusted) > 4
    assert all(gap > 4 * se for _, gap, se in observed)
    assert all(abs(gap) < 3.5 * se for _, gap, se in adjusted)


# ---------------------------------------------------------------- few, unknown


def test_of_few_on_one_side_it_is_said_that_they_are_few():
    world = confounded()
    cases = tuple(
        replace(case, creditor_local=True if number > 20 else case.creditor_local)
        for number, case in enumerate(world.cases)
    )
    with estimated(replace(world, cases=cases)) as con:
        rows = con.execute(
            "SELECT status, local, non_local, gap, local_n, non_local_n FROM estimates.creditor_gaps"
        ).fetchall()
    assert {row[0] for row in rows} == {"too_few"}
    assert {value for row in rows for value in row[1:4]} == {None}
    assert all(row[5] is None or row[5] >= METHOD.min_cell for row in rows)


def test_where_no_creditor_is_known_there_is_nothing():
    world = confounded()
    cases = tuple(replace(case, creditor_local=None) for case in world.cases)
    with estimated(replace(world, cases=cases)) as con:
        rows = con.execute("SELECT DISTINCT status FROM estimates.creditor_gaps").fetchall()
    assert rows == [("no_data",)]
