"""Which stratum cases and lots fall into, and that telling them apart changes no total."""

import tomllib
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from index_engine import warehouse
from index_engine.measures import strata
from index_engine.measures.compute import MEASURES, PROCESSES, compute_measures
from index_engine.method import Method, load_method
from index_engine.method.model import Strata
from tests.measures import step_waits
from tests.measures.tables import KEYS, labels, read_counts, summed
from tests.steps import with_steps
from tests.worlds import Case, Round, World, random_world

STRATA = Strata(
    classes={"rest": ("*",), "loans": ("private_loan", "credit_card")},
    assets={"homes": ("residential",), "things": ("*",), "premises": ("land",)},
    claim_classes=(100, 200, 300),
)
METHOD = replace(load_method(), strata=STRATA)
PLAIN = replace(METHOD, strata=None)
VOCABULARY = tomllib.loads((Path(warehouse.__file__).parent / "vocabulary.toml").read_text(encoding="utf-8"))
OF_CASES = ("case_counts",)
OF_LOTS = ("round_counts", "lot_counts", "price_ratios")


def counted(world: World, table: str, method: Method = METHOD) -> dict[tuple, Counter]:
    with world.connect() as con:
        compute_measures(con, method)
        return read_counts(con, table)


def strata_of(case: Case, method: Method = METHOD) -> tuple:
    """The class, claim band and debtor under which a case is counted, once."""
    [((_, (kind, *mix, asset), _), cell)] = counted(World(cases=(case,)), "case_counts", method).items()
    assert (kind, asset, cell) == ("case", None, Counter(filed=1))
    return tuple(mix)


def filed(**fields) -> Case:
    return Case("c1", "K1", date(2022, 1, 10), **fields)


def with_bands(*bands: int) -> Method:
    return replace(METHOD, strata=replace(STRATA, claim_classes=bands))


# ---------------------------------------------------------------- cases


@pytest.mark.parametrize(
    ("cause", "case_class"),
    [("private_loan", "loans"), ("credit_card", "loans"), ("labour", "rest"), ("other", "rest"), (None, "rest")],
)
def test_a_cause_not_named_or_not_known_is_of_the_rest(cause: str | None, case_class: str):
    assert strata_of(filed(cause=cause)) == (case_class, None, "")


@pytest.mark.parametrize(
    ("claim", "band"),
    [
        (None, None),
        ("-5", None),
        ("0", None),
        ("0.01", 0),
        ("99.99", 0),
        ("100", 1),
        ("199.99", 1),
        ("200", 2),
        ("299.99", 2),
        ("300", 3),
        ("9999999999999999.99", 3),
    ],
)
def test_a_claim_at_the_edge_of_a_band_is_of_the_upper_one(claim: str | None, band: int | None):
    case = filed(claim_amount=None if claim is None else Decimal(claim))
    assert strata_of(case) == ("rest", band, "")


@pytest.mark.parametrize("bands", [(), (100,), (100, 200)])
def test_fewer_bands_end_with_all_that_is_larger(bands: tuple[int, ...]):
    method = with_bands(*bands)
    largest = filed(claim_amount=Decimal("9999999999999999.99"))
    assert strata_of(largest, method) == ("rest", len(bands), "")
    assert strata_of(filed(claim_amount=Decimal(50)), method) == ("rest", 0, "")
    assert strata_of(filed(), method) == ("rest", None, "")


@pytest.mark.parametrize("debtor", ["person", "company", "other", None])
def test_an_unknown_debtor_is_a_kind_of_its_own(debtor: str | None):
    assert strata_of(filed(debtor_kind=debtor)) == ("rest", None, debtor or "")


def test_every_code_of_the_vocabulary_has_a_stratum():
    """A code without one would take its case out of every count."""
    codes = [("cause", code) for code in VOCABULARY["cause"]]
    codes += [("debtor_kind", code) for code in VOCABULARY["debtor_kind"]]
    cases = tuple(replace(filed(**{field: code}), case_id=f"c{number}") for number, (field, code) in enumerate(codes))
    rounds = tuple(
        Round(f"L{code}", "K1", date(2022, 1, 10), date(2022, 2, 20), "failed", asset_class=code)
        for code in VOCABULARY["asset_class"]
    )
    for method in (METHOD, PLAIN):
        found = summed(counted(World(cases=cases, rounds=rounds), "case_counts", method), 0, 1, 2)
        assert found == {(): Counter(filed=len(cases))}
        found = summed(counted(World(cases=cases, rounds=rounds), "lot_counts", method), 0, 1, 2)
        assert found[()]["lots_finished"] == len(rounds)


def test_every_clock_of_a_case_keeps_its_stratum():
    case = filed(
        closed_on=date(2022, 6, 1),
        close_mode="zhongben",
        has_assets=True,
        cause="private_loan",
        claim_amount=Decimal(250),
        debtor_kind="company",
    )
    again = replace(filed(), case_id="r1", case_type="resumed", parent_case_id="c0")
    for table in ("entries", "exits", "opening_stock"):
        found = {key[:3] for key in counted(World(cases=(case, again)), table)}
        stratum = ("case", "loans", 2, "company", None)
        assert found == {(process, "K1", stratum) for process in ("case", "listing", "resume")}


# ---------------------------------------------------------------- lots


@pytest.mark.parametrize(
    ("asset", "group"), [("residential", "homes"), ("land", "premises"), ("vehicle", "things"), (None, "things")]
)
def test_an_asset_class_not_named_or_not_known_is_of_the_rest(asset: str | None, group: str):
    world = World(rounds=_sold_at_the_second(asset, asset))
    for table in OF_LOTS:
        found = counted(world, table)
        assert {key[1] for key in found} == {("lot", None, None, None, group)}, table


def test_a_lot_is_of_the_asset_class_of_its_first_round():
    """A round counts by what its own listing says."""
    world = World(rounds=_sold_at_the_second("residential", "land"))
    home, land = (("lot", None, None, None, group) for group in ("homes", "premises"))
    found = counted(world, "round_counts")
    assert {(key[1], key[-1]) for key in found} == {(home, "first"), (land, "second")}
    for table in ("lot_counts", "price_ratios"):
        assert [key[1] for key in counted(world, table)] == [home], table
    assert {key[2] for key in counted(world, "exits")} == {home}


def _sold_at_the_second(*assets: str | None) -> tuple[Round, Round]:
    price = {"reference_price": Decimal(1000), "final_price": Decimal(800)}
    first = Round("L", "K1", date(2022, 1, 10), date(2022, 2, 20), "failed", **price)
    second = replace(first, round_no=2, stage="second", ended_on=date(2022, 5, 9), status="sold")
    return tuple(replace(r, asset_class=a) for r, a in zip((first, second), assets, strict=True))


# ---------------------------------------------------------------- the whole


@pytest.fixture(scope="module")
def world() -> World:
    return with_steps(random_world(seed=15, cases=1500))


def test_without_strata_there_is_one_of_cases_and_one_of_lots(world: World):
    with world.connect() as con:
        compute_measures(con, PLAIN)
        assert labels(con) == {0: ("case", "all", 0, "all", None), 1: ("lot", None, None, None, "all")}
        assert _numbers(con, OF_CASES) == {0}
        assert _numbers(con, OF_LOTS) == {1}
        clocks = con.execute("SELECT DISTINCT process::VARCHAR, stratum FROM measures.exits")
        strata = dict.fromkeys(PROCESSES, 1) | dict.fromkeys(("case", "listing", "resume"), 0)
        strata |= {process: None for process, *_ in step_waits.CLOCKS}  # of all
        assert set(clocks.fetchall()) == set(strata.items())


def _numbers(con: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> set[int]:
    union = " UNION ".join(f"SELECT stratum FROM measures.{table}" for table in tables)
    return {number for (number,) in con.execute(union).fetchall()}


@pytest.mark.parametrize("method", [METHOD, with_bands(50_000), load_method()], ids=["3", "1", "shipped"])
def test_sums_over_strata_are_what_is_counted_without_them(world: World, method: Method):
    with world.connect() as apart, world.connect() as together:
        compute_measures(apart, method)
        compute_measures(together, PLAIN)
        for table in MEASURES:
            found, expected = (read_counts(con, table) for con in (apart, together))
            if "stratum" in KEYS[table]:
                at = KEYS[table].index("stratum")
                assert len({key[at] for key in found}) > 1, f"{table}: hardly told apart"
                found, expected = summed(found, at), summed(expected, at)
            assert found == expected, table


def test_strata_are_numbered_alike_in_every_build_of_a_method(world: World):
    small = World(cases=(filed(cause="labour", debtor_kind="other"),))
    numbers = []
    for each in (small, world):
        with each.connect() as con:
            compute_measures(con, METHOD)
            numbers.append(labels(con))
    assert numbers[0] == numbers[1]
    axes = strata.stratum_grid(METHOD)
    assert sorted(numbers[0]) == list(range(axes.n_strata))
    assert axes.n_case_strata == 2 * 5 * 4, "two classes, four bands and unknown, three debtors and unknown"
    assert {n for n, label in numbers[0].items() if label[0] == "case"} == set(range(axes.n_case_strata))
    assert axes.n_strata - axes.n_case_strata == 3
