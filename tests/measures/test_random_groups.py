"""Random groups of cases: dealt at random, whole, and counted by the same SQL as courts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest

from index_engine.measures import compute as module
from index_engine.measures.compute import RANDOM_GROUP_MEASURES, compute_measures
from index_engine.method import load_method
from tests.measures.tables import KEYS, read_counts, summed
from tests.worlds import OBSERVED, Case, Round, World, random_world

METHOD = load_method()
GROUPS = 8
SMALL = {"MAX_GROUPS": GROUPS, "MIN_GROUPS": 5, "MIN_BATCHES_PER_GROUP": 30}


@pytest.fixture(scope="module")
def world() -> World:
    return random_world(seed=13, cases=1500)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Groups already for a small world."""
    _set(monkeypatch, **SMALL)
    return monkeypatch


def _set(patch: pytest.MonkeyPatch, **constants: int) -> None:
    for name, value in constants.items():
        patch.setattr(module, name, value)


@pytest.fixture(scope="module")
def grouped(world: World) -> Iterator[duckdb.DuckDBPyConnection]:
    """The measures of `world`, by courts and by groups."""
    with world.connect() as con:
        with pytest.MonkeyPatch.context() as patch:
            _set(patch, **SMALL)
            compute_measures(con, METHOD)
        yield con


def tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    rows = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'random_groups'")
    return {name for (name,) in rows.fetchall()}


def groups(con: duckdb.DuckDBPyConnection, table: str = "case_counts") -> set[str]:
    rows = con.execute(f"SELECT DISTINCT court_id::VARCHAR FROM random_groups.{table}").fetchall()
    return {name for (name,) in rows}


def batches(cases: Iterable[Case]) -> set[tuple[str, date]]:
    return {(case.court_id, case.filed_on) for case in cases if case.case_type == "first"}


# ---------------------------------------------------------------- how many


def first_cases(world: World) -> list[Case]:
    """Cases of first enforcement that open a batch each."""
    cases: dict[tuple[str, date], Case] = {}
    for case in world.cases:
        if case.case_type == "first":
            cases.setdefault((case.court_id, case.filed_on), case)
    return list(cases.values())


def test_too_few_batches_make_no_groups(world: World):
    """However many cases they are of: a few days of one bank tell nothing of chance."""
    [case, *_] = first_cases(world)
    cases = tuple(replace(case, case_id=f"c{number}") for number in range(3000))
    with World(world.regions, world.courts, cases).connect() as con:
        compute_measures(con, METHOD)
        assert tables(con) == set()


@pytest.mark.parametrize(("spare", "made"), [(0, True), (-1, False)])
def test_as_many_batches_as_the_least_groups_need(world: World, small: pytest.MonkeyPatch, spare: int, made: bool):
    """Of first enforcement: the others are not counted, and so not needed."""
    least = 6
    firsts = first_cases(world)
    others = [case for case in world.cases if case.case_type != "first"]
    assert len(others) > least
    _set(small, MIN_GROUPS=least, MIN_BATCHES_PER_GROUP=30)
    cases = (*firsts[: least * 30 + spare], *others)
    with World(world.regions, world.courts, cases).connect() as con:
        compute_measures(con, METHOD)
        assert tables(con) == (set(RANDOM_GROUP_MEASURES) if made else set())
        if made:
            assert groups(con) == {f"g{number:03d}" for number in range(least)}


def test_there_are_no_more_groups_than_wanted(grouped: duckdb.DuckDBPyConnection, world: World):
    assert len(batches(world.cases)) // SMALL["MIN_BATCHES_PER_GROUP"] > GROUPS
    for table in RANDOM_GROUP_MEASURES:
        assert groups(grouped, table) == {f"g{number:03d}" for number in range(GROUPS)}, table


def test_groups_are_of_about_one_size(grouped: duckdb.DuckDBPyConnection):
    found = summed(read_counts(grouped, "case_counts", "random_groups"), 1, 2)
    cases = {group: cell["filed"] + cell["initial_stock"] for (group,), cell in found.items()}
    mean = sum(cases.values()) / GROUPS
    # A draw with equal chances: a standard deviation of the root of the mean, about.
    assert all(abs(n - mean) < 4 * mean**0.5 for n in cases.values()), cases
    assert len(set(cases.values())) > 1, "dealt in turn, not at random"


def test_groups_of_a_former_build_are_not_left(world: World, monkeypatch: pytest.MonkeyPatch):
    with world.connect() as con:
        with monkeypatch.context() as patch:
            _set(patch, **SMALL)
            compute_measures(con, METHOD)
        assert tables(con) == set(RANDOM_GROUP_MEASURES)
        monkeypatch.setattr(module, "MIN_BATCHES_PER_GROUP", len(world.cases))
        compute_measures(con, METHOD)
        assert tables(con) == set()


# ---------------------------------------------------------------- what is in them


@pytest.mark.parametrize("table", RANDOM_GROUP_MEASURES)
def test_all_groups_are_all_courts(grouped: duckdb.DuckDBPyConnection, table: str):
    away = [KEYS[table].index(name) for name in ("court_id", "stratum")]
    found = summed(read_counts(grouped, table, "random_groups"), *away)
    assert found == summed(read_counts(grouped, table), *away)
    assert found


@pytest.mark.parametrize("table", RANDOM_GROUP_MEASURES)
def test_a_group_is_of_every_stratum(grouped: duckdb.DuckDBPyConnection, table: str):
    [(strata,)] = grouped.execute(f"SELECT COUNT(DISTINCT stratum) FROM random_groups.{table}").fetchall()
    assert strata == 1


def days_apart(count: int) -> World:
    """Cases of which no two are filed, and lots of which no two are sold, on the same day, so that
    a day tells which it is. Lots are sold in another court, at their second round."""
    first, cases, rounds = OBSERVED[0], [], []
    for number in range(count):
        filed = first + timedelta(days=number)
        cases.append(Case(f"case {number}", "K1", filed))
        failed = Round(f"lot {number}", "K2", filed, filed, "failed", case_id=f"case {number}", asset_class="land")
        sold = replace(failed, status="sold", round_no=2, stage="second")
        prices = {"reference_price": 10, "start_price": 7, "final_price": 8}
        rounds += [replace(r, **prices) for r in (failed, sold)]
    return World(cases=tuple(cases), rounds=tuple(rounds))


def group_by_day(con: duckdb.DuckDBPyConnection, table: str, where: str) -> dict[int, str]:
    """Which group has what falls on a day: one."""
    rows = con.execute(f"SELECT period, court_id::VARCHAR FROM random_groups.{table} WHERE {where}").fetchall()
    assert len(rows) == len(dict(rows)), "two groups on one day"
    return dict(rows)


def test_a_case_is_in_one_group_and_its_lots_with_it(small: pytest.MonkeyPatch):
    days = 260
    _set(small, MIN_BATCHES_PER_GROUP=30)
    world = days_apart(days)
    last = OBSERVED[0] + timedelta(days=days - 1)
    world = replace(world, observed=dict.fromkeys(world.observed, (OBSERVED[0], last)))
    with world.connect() as con:
        compute_measures(con, METHOD, period_function=date.toordinal)
        cases = group_by_day(con, "case_counts", "filed = 1")
        assert len(cases) == days
        assert len(set(cases.values())) == GROUPS
        assert cases == group_by_day(con, "entries", "process = 'case'")
        assert cases == group_by_day(con, "entries", "process = 'lot'")
        assert cases == group_by_day(con, "exits", "process = 'lot' AND event = 'sold'")
        assert cases == group_by_day(con, "price_ratios", "n = 1")
        for stage in ("first", "second"):
            assert cases == group_by_day(con, "round_counts", f"stage = '{stage}'")


@pytest.mark.parametrize("case_id", ["none", "case elsewhere {}"])
def test_lots_of_no_known_case_are_dealt_too(small: pytest.MonkeyPatch, case_id: str):
    """Those of no case at all one by one, not all to one group; those of a case in no file too."""
    world = days_apart(400)
    strange = tuple(replace(r, case_id=None if case_id == "none" else case_id.format(r.lot_id)) for r in world.rounds)
    with replace(world, rounds=strange).connect() as con:
        compute_measures(con, METHOD)
        ended = summed(read_counts(con, "round_counts", "random_groups"), 0, 1, 2)
        sold = summed(read_counts(con, "price_ratios", "random_groups"), 1, 2, 3, 4)
    rounds = {stage: cell["rounds_ended"] for (stage,), cell in ended.items()}
    assert rounds == {"first": 400, "second": 400}
    lots = [cell["n"] for cell in sold.values()]
    assert len(lots) == GROUPS and sum(lots) == 400
    assert all(abs(n - 50) < 4 * 50**0.5 for n in lots), lots


# ---------------------------------------------------------------- no more than are needed


@pytest.mark.parametrize(("most", "one_in"), [(1400, 1), (700, 2), (350, 4), (175, 8)])
def test_of_very_many_cases_about_as_many_as_wanted_are_in(small: pytest.MonkeyPatch, most: int, one_in: int):
    """Also where the share and the number of groups have a divisor in common: no group is empty."""
    _set(small, MAX_GROUP_CASES=most)
    with days_apart(1400).connect() as con:
        compute_measures(con, METHOD)
        found = summed(read_counts(con, "case_counts", "random_groups"), 1, 2)
        lots = summed(read_counts(con, "price_ratios", "random_groups"), 1, 2, 3, 4)
    deviation = (1400 / one_in * (1 - 1 / one_in)) ** 0.5
    chosen = {group: cell["filed"] for (group,), cell in found.items()}
    assert abs(sum(chosen.values()) - most) <= 4 * deviation
    assert len(chosen) == GROUPS
    assert all(abs(n - most / GROUPS) < 4 * (most / GROUPS) ** 0.5 for n in chosen.values())
    assert chosen == {group: cell["n"] for (group,), cell in lots.items()}, "lots go with cases"


def test_the_order_of_rows_changes_no_group(grouped: duckdb.DuckDBPyConnection, world: World, small):
    turned = replace(world, cases=world.cases[::-1], rounds=world.rounds[::-1])
    with turned.connect() as con:
        compute_measures(con, METHOD)
        for table in RANDOM_GROUP_MEASURES:
            assert read_counts(con, table, "random_groups") == read_counts(grouped, table, "random_groups")
