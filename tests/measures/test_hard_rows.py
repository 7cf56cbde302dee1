"""Rows that an import lets through and that are easy to count wrongly."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from index_engine.errors import InputError
from index_engine.measures.compute import MEASURES, compute_measures
from index_engine.method import load_method, parse_method
from tests.measures import recount
from tests.measures.recount import MONTHS, QUARTERS
from tests.measures.tables import nonzero, read_cells, read_counts
from tests.worlds import AUCTIONS, CASES, OBSERVED, Case, Round, World, random_world

METHOD = load_method()
THOUSAND = Decimal(1000)


def measured(world: World, table: str, columns: str, where: str = "TRUE", method=METHOD) -> list:
    """Rows of one measure by quarter, in order."""
    with world.connect() as con:
        compute_measures(con, method)
        return con.execute(f"SELECT {columns} FROM measures.{table} WHERE {where} ORDER BY ALL").fetchall()


def one(day: str, **fields) -> Case:
    """A case filed in January 2022 and closed on `day`."""
    closed = date.fromisoformat(day)
    return Case("c1", "K1", date(2022, 1, 10), closed, **({"close_mode": "completed"} | fields))


# ---------------------------------------------------------------- cases


def test_money_paid_after_closing_counts_on_the_day_it_is_paid():
    world = World(cases=(one("2022-03-01", paid_out_on=date(2022, 8, 1)),))
    out = measured(world, "exits", "event::VARCHAR, period", "process = 'case'")
    assert out == [("cash", QUARTERS.of(date(2022, 8, 1)))]
    closed = measured(world, "case_counts", "period", "closed = 1")
    assert closed == [(QUARTERS.of(date(2022, 3, 1)),)], "a closing is counted where it is recorded"


def test_money_not_yet_paid_when_observation_ends_is_not_in():
    world = World(cases=(one("2024-12-20", paid_out_on=date(2025, 1, 5)),))
    assert measured(world, "exits", "event::VARCHAR", "process = 'case'") == [("open",)]


def test_a_payment_dated_before_filing_does_not_lose_the_case():
    """Imports warn of it and keep the case ('paid_before_filed'), so the curve has to as well."""
    world = World(cases=(one("2022-03-01", paid_out_on=date(2022, 1, 1)),))
    assert measured(world, "case_counts", "SUM(filed), SUM(closed)") == [(1, 1)]
    assert measured(world, "exits", "event::VARCHAR, n", "process = 'case'") == [("cash", 1)]


def test_a_listing_dated_before_filing_does_not_lose_the_case():
    """Imports warn of it and keep the case ('listed_before_filed')."""
    case = one("2022-03-01", has_assets=True, first_listed_on=date(2022, 1, 1))
    found = measured(World(cases=(case,)), "exits", "event::VARCHAR, n", "process = 'listing'")
    assert found == [("listed", 1)]


def test_only_first_enforcement_is_counted():
    kinds = ("first", "resumed", "preservation", "objection", "other")
    cases = tuple(Case(kind, "K1", date(2022, 1, 10), case_type=kind) for kind in kinds)
    assert measured(World(cases=cases), "case_counts", "SUM(filed)") == [(1,)]
    assert measured(World(cases=cases), "entries", "SUM(n)") == [(1,)]


def test_modes_become_the_events_that_the_method_says():
    text = METHOD.text.replace('cash = ["completed"]', 'cash = ["completed", "cancelled"]')
    modes = ("completed", "cancelled", "zhongben", "terminated", None)
    cases = tuple(
        Case(f"c{number}", "K1", date(2022, 1, 10), date(2022, 6, 1), mode) for number, mode in enumerate(modes)
    )
    found = measured(World(cases=cases), "exits", "event::VARCHAR, n", "process = 'case'", parse_method(text, "test"))
    assert found == [("cash", 2), ("other", 2), ("zhongben", 1)]


def test_a_claim_weighs_at_most_the_cap_and_its_recovery_in_proportion():
    """The cap is the claim that 85 of 100 are no larger than; those without one are not among them."""
    cap = Decimal(20_000)
    others = (THOUSAND,) * 14 + (cap,) * 4  # what was recovered of them is not known
    cases = (
        *(one("2022-03-01", claim_amount=claim, recovered_amount=None) for claim in others),
        one("2022-03-01", claim_amount=cap * 4, recovered_amount=cap),
        one("2022-03-01", claim_amount=THOUSAND, recovered_amount=THOUSAND * 2),
        one("2022-03-01", claim_amount=THOUSAND, recovered_amount=None),
        one("2022-03-01", claim_amount=Decimal(0), recovered_amount=Decimal(0)),
    )
    amounts = "SUM(amount_cases), SUM(claimed), SUM(recovered)"
    found = measured(World(cases=cases), "case_counts", amounts)
    assert found[-1] == (2, 20_000 + 1000, 20_000 // 4 + 1000)


def test_amounts_in_two_units_tell_neither_that_a_claim_was_paid_nor_how_much():
    """A claim of 6 with 60,000 recovered was written in 万元: closed without a payment, it was not covered."""
    cases = tuple(
        one("2022-03-01", close_mode=mode, claim_amount=Decimal(6), recovered_amount=amount)
        for mode, amount in (
            ("terminated", Decimal(60_000)),  # in another unit
            ("terminated", Decimal(599)),  # a hundredfold is the least that is
            ("completed", Decimal(60_000)),
            ("zhongben", Decimal(60_000)),
        )
    )
    out = measured(
        World(cases=cases), "exits", "event::VARCHAR, SUM(recovery), SUM(claim_unknown)", "process = 'case' GROUP BY 1"
    )
    assert out == [("cash", 0, 6), ("other", 0, 6), ("satisfied", 6, 0), ("zhongben", 0, 6)]
    assert measured(World(cases=cases), "case_counts", "SUM(amount_cases)") == [(1,)]


@pytest.mark.parametrize(
    ("day", "december"), [("2022-11-30", 0), ("2022-12-01", 1), ("2022-12-31", 1), ("2023-01-01", 0)]
)
def test_closed_in_december(day: str, december: int):
    """Of whatever mode, and in the period in which it was closed."""
    cases = tuple(one(day, close_mode=mode) for mode in ("completed", "zhongben", "terminated", None))
    found = measured(World(cases=cases), "case_counts", "period, closed, closed_december", "closed > 0")
    assert found == [(QUARTERS.of(date.fromisoformat(day)), 4, 4 * december)]


def test_only_decembers_inside_the_window_count():
    cases = tuple(
        Case(day, "K1", date(2020, 1, 10), date.fromisoformat(day), "completed")
        for day in ("2020-12-31", "2021-12-01", "2024-12-31", "2025-12-01")
    )
    found = measured(World(cases=cases), "case_counts", "SUM(closed), SUM(closed_december)")
    assert found == [(2, 2)]


@pytest.mark.parametrize(
    ("days", "before_90", "within_120"), [(0, 1, 1), (89, 1, 1), (90, 0, 1), (120, 0, 1), (121, 0, 0)]
)
def test_how_soon_a_case_was_closed_as_zhongben(days: int, before_90: int, within_120: int):
    filed = date(2022, 1, 10)
    cases = tuple(
        Case(f"c{number}", "K1", filed, filed + timedelta(days=days), mode)
        for number, mode in enumerate(("zhongben", "completed", "terminated", None))
    )
    columns = "SUM(zhongben), SUM(zhongben_before_90), SUM(zhongben_within_120)"
    assert measured(World(cases=cases), "case_counts", columns) == [(1, before_90, within_120)]
    squares = "SUM(days_to_close), SUM(days_to_close_x_days_to_close)"
    assert measured(World(cases=cases), "case_counts", squares) == [(4 * days, 4 * days**2)]


def test_days_squared_of_very_old_cases_fit():
    """Forty cases of fifty years: more than 32 bits hold."""
    cases = tuple(Case(f"c{number}", "K1", date(1972, 1, 1), date(2022, 1, 1), "completed") for number in range(40))
    days = (date(2022, 1, 1) - date(1972, 1, 1)).days
    found = measured(World(cases=cases), "case_counts", "days_to_close_x_days_to_close", "closed > 0")
    assert found == [(40 * days**2,)] and 40 * days**2 > 2**33


def test_amounts_of_zhongben_are_those_of_the_cases_closed_so():
    claims = {"claim_amount": THOUSAND, "recovered_amount": THOUSAND / 4}
    cases = (
        one("2022-03-01", close_mode="zhongben", **claims),
        one("2022-03-01", close_mode="zhongben", **(claims | {"claim_amount": THOUSAND / 10})),
        one("2022-03-01", close_mode="zhongben", claim_amount=THOUSAND),
        one("2022-03-01", close_mode="zhongben", claim_amount=Decimal(0), recovered_amount=THOUSAND),
        one("2022-03-01", close_mode="completed", **claims),
    )
    columns = (
        "amount_cases",
        "claimed",
        "zhongben_amount_cases",
        "zhongben_claimed",
        "zhongben_recovered",
        "zhongben_claimed_x_zhongben_claimed",
        "zhongben_claimed_x_zhongben_recovered",
        "zhongben_recovered_x_zhongben_recovered",
    )
    sums = ", ".join(f"SUM({column})" for column in columns)
    [found] = measured(World(cases=cases), "case_counts", sums)
    # 1000 and 100 claimed; 250 and, at most whole, 100 recovered.
    assert found == (3, 2100, 2, 1100, 350, 1_010_000, 260_000, 72_500)


# ---------------------------------------------------------------- lots

FAILED = Round(
    "L", "K1", date(2022, 1, 10), date(2022, 2, 20), "failed", reference_price=THOUSAND, start_price=THOUSAND * 7 / 10
)


def again(status: str | None, ended: date | None, **fields) -> Round:
    """The second round of the same lot."""
    given = {"round_no": 2, "stage": "second", "reference_price": THOUSAND} | fields
    return Round("L", "K1", date(2022, 4, 1), ended, status, **given)


def test_a_lot_is_in_the_state_of_its_last_round():
    world = World(rounds=(FAILED, again("sold", date(2022, 5, 9), final_price=THOUSAND)))
    out = measured(world, "exits", "event::VARCHAR, period", "process = 'lot'")
    assert out == [("sold", QUARTERS.of(date(2022, 5, 9)))]
    lots = measured(world, "lot_counts", "period, lots_finished, lots_sold, value_sold")
    assert lots == [(QUARTERS.of(date(2022, 5, 9)), 1, 1, THOUSAND)]


def test_a_lot_listed_again_is_not_finished():
    world = World(rounds=(FAILED, again(None, None)))
    assert measured(world, "lot_counts", "lots_finished") == []
    assert measured(world, "exits", "event::VARCHAR", "process = 'lot'") == [("open",)]


def test_a_last_round_without_its_end_takes_no_other_rounds_end():
    """Withdrawn, day unknown: neither gone nor finished on the day on which round 1 failed."""
    world = World(rounds=(FAILED, again("withdrawn", None)))
    assert measured(world, "lot_counts", "lots_finished") == []
    assert measured(world, "exits", "event::VARCHAR", "process = 'lot'") == [("open",)]


def test_a_sale_without_its_price_takes_no_other_rounds_price():
    """rules/auctions.toml promises: it drops out of the measures of price alone."""
    defaulted = Round(
        "L", "K1", date(2022, 1, 10), date(2022, 2, 20), "defaulted", reference_price=THOUSAND, final_price=THOUSAND * 3
    )
    world = World(rounds=(defaulted, again("sold", date(2022, 5, 9), final_price=None)))
    assert measured(world, "lot_counts", "lots_sold") == [(1,)]
    assert measured(world, "price_ratios", "n") == []


def test_the_first_reference_price_is_that_of_the_first_listing():
    """Where it is missing, a later appraisal does not stand in for it."""
    unpriced = Round("L", "K1", date(2022, 1, 10), date(2022, 2, 20), "failed")
    world = World(rounds=(unpriced, again("sold", date(2022, 5, 9), final_price=THOUSAND)))
    assert measured(world, "price_ratios", "n") == []


# ---------------------------------------------------------------- windows of sources


def test_a_lot_whose_rounds_came_in_two_files_is_watched_to_the_end_of_the_second():
    """The first round in the file of one quarter, the sale in that of the next."""
    later = 3
    world = World(
        rounds=(FAILED, again("sold", date(2022, 5, 9), final_price=THOUSAND, source_id=later)),
        observed={AUCTIONS: (date(2022, 1, 1), date(2022, 3, 31)), later: (date(2022, 4, 1), date(2022, 6, 30))},
    )
    out = measured(world, "exits", "event::VARCHAR, period", "process = 'lot'")
    assert out == [("sold", QUARTERS.of(date(2022, 5, 9)))]


def test_rounds_before_their_sources_window_are_not_counted():
    """A file of 2022 shows the earlier rounds of its lots, but not all rounds of the year before:
    that another file begins earlier does not make them complete."""
    world = World(
        cases=(Case("c1", "K1", date(2021, 5, 1)),),
        rounds=(Round("L", "K1", date(2021, 10, 1), date(2021, 11, 20), "failed"), again("sold", date(2022, 5, 9))),
        observed={CASES: (date(2021, 1, 1), date(2022, 12, 31)), AUCTIONS: (date(2022, 1, 1), date(2022, 12, 31))},
    )
    found = measured(world, "round_counts", "period, stage, rounds_ended")
    assert found == [(QUARTERS.of(date(2022, 5, 9)), "second", 1)]


def test_windows_that_differ_and_cut_periods():
    """Every measure, with windows of two sources that begin and end within months."""
    world = random_world(seed=5, cases=1500)
    observed = {CASES: (date(2020, 7, 15), date(2024, 11, 20)), AUCTIONS: (date(2021, 3, 10), date(2024, 12, 31))}
    cases = tuple(c for c in world.cases if c.filed_on <= observed[CASES][1])
    world = World(world.regions, world.courts, cases, world.rounds, observed)
    spells, grid = recount.spells(world, METHOD), recount.edges(METHOD)
    with world.connect() as con:
        compute_measures(con, METHOD, period_function=MONTHS.of)
        assert read_cells(con, "entries") == recount.entries(spells, MONTHS, grid)
        assert read_cells(con, "opening_stock") == recount.opening_stock(spells, MONTHS, grid)
        [(out,)] = con.execute("SELECT SUM(n) FROM measures.exits").fetchall()
        assert out == len(spells)
        for table in ("case_counts", "round_counts", "lot_counts", "price_ratios"):
            expected = getattr(recount, table)(world, MONTHS, METHOD)
            assert read_counts(con, table) == nonzero(expected), table


def test_a_window_that_no_source_states_begins_after_the_first_closing_of_the_court():
    """Closings tell since when they are recorded; a court without any, K2, is not observed."""
    cases = (
        Case("c0", "K1", date(2021, 1, 10), date(2022, 2, 20), "completed"),
        Case("c1", "K1", date(2022, 1, 10), date(2022, 3, 1), "completed"),
        Case("c2", "K1", date(2022, 2, 10)),
        Case("c3", "K2", date(2022, 2, 10)),
    )
    with World(cases=cases).connect() as con:
        con.execute("UPDATE sources SET observed_from = NULL, observed_to = NULL")
        compute_measures(con, METHOD, period_function=date.toordinal)
        out = con.execute("SELECT event::VARCHAR, period FROM measures.exits ORDER BY 1").fetchall()
        entered = con.execute("SELECT DISTINCT period FROM measures.entries").fetchall()
    last = date(2022, 3, 1).toordinal()
    assert out == [("cash", last), ("open", last)]
    assert entered == [(date(2022, 2, 21).toordinal(),)]


@pytest.mark.parametrize(("years", "first"), [(1, date(2020, 1, 2)), (3, date(2023, 1, 2))])
def test_observation_begins_anew_after_a_silence_that_chance_does_not_explain(years: int, first: date):
    """One closing on a day of its own, then one a week from `years` later on."""
    closings = [date(2020, 1, 1)]
    closings += [date(2020 + years, 1, 1) + timedelta(days=7 * week) for week in range(60)]
    cases = tuple(Case(f"c{number}", "K1", date(2019, 12, 1), day, "completed") for number, day in enumerate(closings))
    with World(cases=cases).connect() as con:
        con.execute("UPDATE sources SET observed_from = NULL, observed_to = NULL")
        compute_measures(con, METHOD)
        begins = con.execute("SELECT DATE '1970-01-01' + from_day FROM measures.court_windows").fetchall()
    assert begins == [(first,)]


# ---------------------------------------------------------------- the whole


def test_nothing_to_measure_is_an_input_error():
    with World().connect() as con, pytest.raises(InputError, match="no cases"):
        compute_measures(con, METHOD)


def test_measuring_twice_changes_nothing():
    world = random_world(seed=9, cases=400)
    with world.connect() as con:
        tables = []
        for _ in range(2):
            compute_measures(con, METHOD)
            tables.append([con.execute(f"SELECT * FROM measures.{m} ORDER BY ALL").fetchall() for m in MEASURES])
    assert tables[0] == tables[1]
    # Of closings alone there are none: its sources hold all cases.
    assert [m for m, rows in zip(MEASURES, tables[0], strict=True) if not rows] == ["closings_alone"]


def test_the_order_of_rows_changes_nothing():
    world = random_world(seed=9, cases=400)
    turned = World(
        world.regions[::-1], world.courts[::-1], world.cases[::-1], world.rounds[::-1], sequences=world.sequences[::-1]
    )
    tables = []
    for each in (world, turned):
        with each.connect() as con:
            compute_measures(con, METHOD)
            tables.append([con.execute(f"SELECT * FROM measures.{m} ORDER BY ALL").fetchall() for m in MEASURES])
    assert tables[0] == tables[1]
    assert world.observed == turned.observed == dict.fromkeys((CASES, AUCTIONS), OBSERVED)
