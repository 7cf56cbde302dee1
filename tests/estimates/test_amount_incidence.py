"""Money per yuan claimed over all claims under way: against plain Python, against the incidence of
cases where claims are equal, and what is made of amounts that nobody wrote down."""

from bisect import bisect_right
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from index_engine.estimates import amount_incidence, curve_estimates, panel
from index_engine.estimates.case_mix import CaseWeights
from index_engine.estimates.indicator_estimate import WITHHELD, IndicatorEstimate, Status
from index_engine.estimates.places import Places
from index_engine.estimates.windows import Windows, read_windows
from index_engine.measures.compute import compute_measures
from index_engine.measures.strata import stratum_grid
from index_engine.method import Method, load_method
from tests.measures import recount
from tests.worlds import Case, World

METHOD = load_method()
MONTHS = 24
MODES = ("completed", "completed", "zhongben", "terminated")
WINDOW = (date(2023, 1, 1), date(2024, 1, 1))  # from the one to the day before the other
LAST = "2023Q4"


def cases(n: int, seed: int, claim_log_sd: float) -> list[Case]:
    random = Random(seed)
    found = []
    for number in range(n):
        filed = date(2019, 6, 1) + timedelta(days=random.randrange(2000))
        days = int(random.expovariate(1 / 400))
        mode = random.choice(MODES)
        claim = Decimal(round(100_000 * random.lognormvariate(0, claim_log_sd)))
        share = {"completed": 1.0, "zhongben": random.choice((0.0, 0.3)), "terminated": 0.0}[mode]
        closed = filed + timedelta(days=days)
        if closed < date(2021, 1, 1):
            continue
        is_closed = closed <= date(2024, 12, 31)
        found.append(
            Case(
                f"c{number}",
                random.choice(("K1", "K2")),
                filed,
                closed if is_closed else None,
                mode if is_closed else None,
                claim,
                (claim * Decimal(share)).quantize(Decimal(1)) if is_closed else None,
            )
        )
    return found


def estimated(found: list[Case], method: Method = METHOD) -> tuple[IndicatorEstimate, IndicatorEstimate]:
    """The money and the incidence of payment in the whole of both courts, (1, window)."""
    with World(cases=tuple(found)).connect() as con:
        compute_measures(con, method)
        windows = read_windows(con, method)
        events = method.process_events("case")
        cells = panel.read_process_cells(con, windows.axes, "case", events, method.ages, has_amounts=True)
    places = Places("nation", ("CN",), [np.arange(len(windows.axes.courts))])
    weights = CaseWeights.uniform(1, len(windows.ends), stratum_grid(method).n_strata)
    money_indicator, cash_indicator = method.indicator("recovered_24m"), method.indicator("cash_24m")
    [money] = amount_incidence.estimates(cells, places, weights, windows, [money_indicator], method).values()
    cash, _ = curve_estimates.estimates(cells, places, weights, windows, [cash_indicator], method)
    at = window_position(windows)
    return tuple(  # type: ignore[return-value]
        IndicatorEstimate(
            *(array[:, [at]] for array in (e.value, e.se, e.n, e.estimable)),
            withheld=None if e.withheld is None else e.withheld[:, [at]],
        )
        for e in (money, cash["cash_24m"])
    )


def window_position(windows: Windows) -> int:
    return windows.labels.index(LAST)


def plain_value(found: list[Case], method: Method) -> tuple[float, int]:
    """The estimate and the number of cases by their definition, one case at a time."""
    grid = recount.edges(method)
    n_bins = MONTHS * method.bins_per_month
    risk, left, money = ([0.0] * n_bins for _ in range(3))
    n, cap = 0, recount.claim_cap(World(cases=tuple(found)), method)
    for case in found:
        begins = max(case.filed_on, WINDOW[0])
        ends = min(case.closed_on or WINDOW[1], WINDOW[1])
        if begins >= WINDOW[1] or ends < begins or case.claim_amount is None:
            continue
        weight = round(min(float(case.claim_amount), cap))
        enters, leaves = (begins - case.filed_on).days, (ends - case.filed_on).days
        first, last = bisect_right(grid, enters) - 1, bisect_right(grid, leaves) - 1
        is_exit = case.closed_on is not None and case.closed_on < WINDOW[1]
        if first < n_bins:
            n += 1
        for position in range(first, min(last, n_bins - 1) + 1):
            width = grid[position + 1] - grid[position]
            present = 1.0
            if position == first:
                present -= (enters - grid[position]) / width
            if position == last and not is_exit:
                present -= 1.0 - (leaves - grid[position]) / width
            risk[position] += weight * present
        if is_exit and last < n_bins:
            left[last] += weight
            assert case.recovered_amount is not None
            money[last] += weight * float(case.recovered_amount / case.claim_amount)
    surviving, value = 1.0, 0.0
    for at_risk, gone, recovered in zip(risk, left, money, strict=True):
        at_risk = max(at_risk, gone)
        if at_risk > 0:
            value += surviving * recovered / at_risk
            surviving *= 1 - gone / at_risk
    return value, n


@pytest.mark.parametrize("seed", range(4))
def test_the_value_is_that_of_the_definition(seed: int) -> None:
    """Within what the mean age of a cell hides: its cases share a week of ages."""
    found = cases(800, seed, 1.0)
    money, _ = estimated(found)
    value, n = plain_value(found, METHOD)
    assert money.estimable.all()
    assert money.value[0, 0] == pytest.approx(value, abs=1e-3)
    assert money.n[0, 0] == n


def test_with_equal_claims_paid_whole_or_not_at_all_it_is_the_incidence_of_payment() -> None:
    found = [
        replace(
            case,
            claim_amount=Decimal(50_000),
            recovered_amount=None if case.closed_on is None else Decimal(50_000 * (case.close_mode == "completed")),
        )
        for case in cases(500, 9, 0.0)
    ]
    money, cash = estimated(found)
    assert money.value[0, 0] == pytest.approx(cash.value[0, 0], abs=1e-12)
    assert money.se[0, 0] == pytest.approx(cash.se[0, 0], rel=1e-9)


def test_a_claim_far_beyond_the_others_weighs_as_they_do() -> None:
    found = cases(400, 3, 1.0)
    [at] = [n for n, c in enumerate(found) if c.claim_amount == max(c.claim_amount or 0 for c in found)]
    huge = [replace(c, claim_amount=(c.claim_amount or 0) * 10**6) if n == at else c for n, c in enumerate(found)]
    huge[at] = replace(huge[at], recovered_amount=None if found[at].recovered_amount is None else Decimal(0))
    found[at] = replace(found[at], recovered_amount=huge[at].recovered_amount)
    assert estimated(huge)[0].value == estimated(found)[0].value


def test_a_claim_left_open_counts_against_the_court() -> None:
    """Closed or open, what is not paid within the horizon is not recovered: never 100 %."""
    found = [
        c if c.close_mode == "completed" else replace(c, closed_on=None, close_mode=None, recovered_amount=None)
        for c in cases(600, 5, 1.0)
    ]
    money, _ = estimated(found)
    assert money.value[0, 0] < 0.9


def test_no_amount_of_an_unpaid_closing_is_nothing_recovered() -> None:
    found = [replace(c, recovered_amount=Decimal(0)) if c.close_mode == "zhongben" else c for c in cases(500, 1, 1.0)]
    blank = [c if c.close_mode in ("completed", None) else replace(c, recovered_amount=None) for c in found]
    recorded, unrecorded = estimated(found)[0], estimated(blank)[0]
    assert unrecorded.estimable.all()
    assert unrecorded.value == recorded.value and unrecorded.se == recorded.se


@pytest.mark.parametrize(("share", "is_estimable"), [(0.03, True), (0.5, False)])
def test_no_amount_of_a_payment_is_asked_for_and_never_counts_in_favour(share: float, is_estimable: bool) -> None:
    """Few such lower the value; where they could decide, there is none."""
    random = Random(2)
    found = cases(900, 6, 1.0)
    blank = [
        replace(c, recovered_amount=None) if c.close_mode == "completed" and random.random() < share else c
        for c in found
    ]
    money = estimated(blank)[0]
    assert money.estimable.all() == is_estimable
    if is_estimable:
        assert money.value[0, 0] < estimated(found)[0].value[0, 0]


def test_a_closing_of_unknown_mode_without_amount_is_not_known() -> None:
    found = [
        c if c.close_mode != "zhongben" else replace(c, close_mode=None, recovered_amount=None)
        for c in cases(500, 8, 1.0)
    ]
    assert not estimated(found)[0].estimable.any()


@pytest.mark.parametrize(("share", "is_estimable"), [(0.02, True), (0.2, False)])
def test_nothing_is_said_where_many_claims_are_unknown(share: float, is_estimable: bool) -> None:
    random = Random(4)
    found = [
        replace(c, claim_amount=None, recovered_amount=None) if random.random() < share else c
        for c in cases(900, 7, 1.0)
    ]
    money = estimated(found)[0]
    assert money.estimable.all() == is_estimable
    assert money.withheld is not None
    assert WITHHELD[money.withheld[0, 0]] == (None if is_estimable else Status.AMOUNTS_UNKNOWN)


def test_nothing_recovered_is_not_certain() -> None:
    found = [
        c if c.closed_on is None else replace(c, close_mode="zhongben", recovered_amount=Decimal(0))
        for c in cases(500, 1, 1.0)
    ]
    money, _ = estimated(found)
    assert money.value[0, 0] == 0 and money.se[0, 0] > 0.002


def test_what_few_large_claims_decide_is_withheld() -> None:
    """The cap is of all claims: where a fifth are a thousand times the others, a few still weigh most."""
    random = Random(3)
    even = [replace(c, recovered_amount=None if c.closed_on is None else Decimal(0)) for c in cases(120, 2, 0.0)]
    few = [replace(c, claim_amount=(c.claim_amount or 0) * (1000 if random.random() < 0.2 else 1)) for c in even]
    low = replace(METHOD, min_at_risk=1)
    assert estimated(even, low)[0].estimable.all()
    assert not estimated(few, replace(low, min_effective_n=40))[0].estimable.any()
