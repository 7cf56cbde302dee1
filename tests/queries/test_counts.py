"""The numbers of a snapshot counted again from the rows of the world, in plain Python."""

import math
import statistics
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import product

import pandas as pd
import pytest

from index_engine import queries
from index_engine.method.counts import COUNT_BY_SUM
from index_engine.queries import Snapshot
from tests.measures import recount
from tests.measures.linked_rows import linked_rounds
from tests.suppressed import HALF_COARSE, assert_published
from tests.worlds import Case, Round, World

PERIOD = "2024Q3"
WINDOW = (date(2023, 10, 1), date(2024, 9, 30))
PLACES = [("nation", "CN"), ("province", "12"), ("city", "1102"), ("court", "B1301"), ("court", "V")]


def courts_in(rows: World, level: str, unit: str) -> set[str]:
    """Courts of a place; a special one counts for itself alone."""
    if level == "court":
        return {unit}
    above = {region.code: region.parent for region in rows.regions}

    def lies_in(place: str | None) -> bool:
        return place is not None and (place == unit or lies_in(above[place]))

    return {c.court_id for c in rows.courts if not c.special and lies_in(c.region)}


def cases_in(rows: World, level: str, unit: str) -> list[Case]:
    """Observed first-enforcement cases of a place."""
    inside = courts_in(rows, level, unit)
    begins = rows.observed[1][0]
    return [
        case
        for case in rows.cases
        if case.court_id in inside
        and case.case_type == "first"
        and (case.closed_on is None or case.closed_on >= begins)
    ]


def rounds_in(rows: World, level: str, unit: str) -> list[Round]:
    inside = courts_in(rows, level, unit)
    return [r for r in linked_rounds(rows) if r.court_id in inside]


def during(day: date | None, window: tuple[date, date] = WINDOW) -> bool:
    return day is not None and window[0] <= day <= window[1]


# ---------------------------------------------------------------- indicators


def test_n_is_the_cases_under_way(snapshot: Snapshot, rows: World):
    """Open on the window's first day or filed in it, up to the horizon of 36 months."""
    horizon = recount.edges(snapshot.method)[-1]
    for level, unit in PLACES:
        found = queries.scores(snapshot, level, PERIOD).set_index("place_id").loc[unit, "n"]
        inside = courts_in(rows, level, unit)
        expected = 0
        for spell in recount.spells(rows, snapshot.method):
            enters = max(spell.entry, WINDOW[0])
            if spell.process == "case" and spell.court_id in inside and enters <= WINDOW[1]:
                expected += spell.last_day >= WINDOW[0] and spell.age(enters) < horizon
        assert found == expected, unit


@pytest.mark.parametrize(("level", "unit"), PLACES)
def test_counted_indicators(snapshot: Snapshot, rows: World, level: str, unit: str):
    found = queries.indicators(snapshot, level, unit, PERIOD).set_index("indicator")
    first = [
        r
        for r in rounds_in(rows, level, unit)
        if r.stage == "first" and during(r.ended_on) and r.status in ("sold", "failed", "defaulted", "setoff")
    ]
    sold = sum(r.status == "sold" for r in first)
    check(found.loc["first_round_sold"], sold / len(first) if first else None, len(first))
    claims, cap = Counter(), recount.claim_cap(rows, snapshot.method)
    for case in cases_in(rows, level, unit):
        if during(case.closed_on):
            claims.update(recount._closing(case, case.closed_on, cap))
    n = claims["zhongben_amount_cases"]
    checks = queries.checks(snapshot, level, unit, PERIOD).set_index("check")
    squares = claims["zhongben_claimed_x_zhongben_claimed"]
    if claims["zhongben_claimed"] ** 2 < snapshot.method.min_effective_n * squares:  # a few claims decide it
        assert math.isnan(checks.loc["zhongben_recovery", "value"])
    elif n >= 10:  # of fewer not even the number is told
        check(checks.loc["zhongben_recovery"], claims["zhongben_recovered"] / claims["zhongben_claimed"], n)
    ratios = sale_ratios(rows, level, unit)
    median = statistics.median(ratios) if ratios else None
    check(found.loc["price_ratio"], median, len(ratios), tolerance=0.015)


def check(row: pd.Series, value: float | None, n: int, tolerance: float = 1e-9) -> None:
    assert_published(row["n"], row["n_suppression"], n, 10)
    if n < 10:
        assert math.isnan(row["value"]), "a value from fewer than min_cell is not shown at all"
    else:
        assert row["value"] == pytest.approx(value, abs=tolerance + HALF_COARSE * bool(row["n_suppression"]))
        assert not row["n_suppression"] or row["value"] == round(row["value"], 3)


def sale_ratios(rows: World, level: str, unit: str, stage: str | None = None) -> list[float]:
    """Price to first reference of the lots sold in the window, in a round of that stage."""
    found = []
    for rounds in recount.lots(rounds_in(rows, level, unit)):
        ratio = recount.sale_ratio(rounds)
        last = rounds[-1]
        if ratio is not None and during(last.ended_on) and stage in (None, last.stage):
            found.append(min(ratio, 3.0))
    return found


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(("level", "unit"), PLACES)
def test_figures(snapshot: Snapshot, rows: World, level: str, unit: str):
    """Numerators and denominators of all figures from the rows, by their definitions in words."""
    found = queries.statistics(snapshot, level, unit, PERIOD)
    assert found["statistic"].tolist() == [f.id for f in snapshot.method.statistics]
    statistics_by_id = {f.id: f for f in snapshot.method.statistics}
    cases = cases_in(rows, level, unit)
    closed = [c for c in cases if during(c.closed_on)]
    filed = sum(during(c.filed_on) for c in cases)
    pending = sum(c.filed_on <= WINDOW[1] and (c.closed_on is None or c.closed_on > WINDOW[1]) for c in cases)
    before = sum(c.filed_on < WINDOW[0] and (c.closed_on is None or c.closed_on >= WINDOW[0]) for c in cases)
    assert before + filed == pending + len(closed), "the recount itself"
    ended = [r for r in rounds_in(rows, level, unit) if during(r.ended_on) and r.status is not None]
    held = [r for r in ended if r.status in ("sold", "failed", "defaulted", "setoff")]
    sold = [r for r in held if r.status == "sold"]
    priced = [r for r in sold if r.start_price is not None and r.final_price is not None]
    lots = [
        rounds
        for rounds in recount.lots(rounds_in(rows, level, unit))
        if during(rounds[-1].ended_on) and rounds[-1].status not in (None, "paid")
    ]
    lots_sold = [rounds for rounds in lots if rounds[-1].status == "sold"]
    days = (WINDOW[1] - WINDOW[0]).days + 1
    modes = Counter(c.close_mode for c in closed)
    recovered = Counter(c.recovery_mode for c in closed if c.close_mode == "completed")
    known = recovered.total() - recovered[None]
    numbered = sum(
        (
            cell
            for (court, period), cell in recount.coverage(rows, recount.QUARTERS).items()
            if court in {c.court_id for c in cases}
            and recount.QUARTERS.of(WINDOW[0]) <= period <= recount.QUARTERS.of(WINDOW[1])
        ),
        Counter(),
    )
    expected = {
        "closure_rate": (len(closed), before + filed),
        "clearance_rate": (len(closed), filed),
        "completion_rate": (modes["completed"], len(closed)),
        "zhongben_rate": (modes["zhongben"], len(closed)),
        "in_kind_rate": (recovered["setoff"] + recovered["asset_swap"], known),
        "instalment_or_restructured_rate": (recovered["instalment"] + recovered["restructuring"], known),
        "coverage": (numbered["numbered_received"], numbered["numbered_expected"]),
        "mean_days_closed": (sum((c.closed_on - c.filed_on).days for c in closed), len(closed)),
        "disposition_time": (pending * days, len(closed)),
        "sale_by_round": (len(sold), len(held)),
        "sale_by_lot": (len(lots_sold), len(lots)),
        "sale_by_value": (first_value(lots_sold), first_value(lots)),
        "premium_rate": (sum(r.final_price - r.start_price for r in priced), sum(r.start_price for r in priced)),
        "withdrawn_rate": (sum(r.status in ("withdrawn", "stopped", "paid") for r in ended), len(ended)),
    }
    for figure, (numerator, denominator) in expected.items():
        [row] = found[found["statistic"] == figure].itertuples()
        least = snapshot.method.min_cell
        for amount, suppression, side, name in (
            (row.numerator, row.numerator_suppression, numerator, statistics_by_id[figure].estimate.numerator),
            (row.denominator, row.denominator_suppression, denominator, statistics_by_id[figure].estimate.denominator),
        ):
            if name in COUNT_BY_SUM and suppression:
                assert math.isnan(amount)
            else:
                assert_published(amount, suppression, float(side), least, 1e-3)
        is_coarse = bool(row.numerator_suppression or row.denominator_suppression)
        if row.suppression:
            assert row.suppression == "too_few" and math.isnan(row.value)
            assert row.denominator_suppression == f"<{least}"
        elif denominator:
            rate = float(numerator) / float(denominator)
            assert row.value == pytest.approx(rate, abs=HALF_COARSE if is_coarse else None), figure
            assert not is_coarse or row.value == round(row.value, 3)
        else:
            assert math.isnan(row.value), figure


def first_value(lots: list[list[Round]]) -> Decimal:
    return sum((rounds[0].reference_price or Decimal(0) for rounds in lots), Decimal(0))


def test_no_figure_from_fewer_than_the_least_cell(snapshot: Snapshot, rows: World):
    """method.toml: 'a value from fewer cases, rounds or lots is not shown at all'."""
    counts = {"filed", "closed", "handled", "held", "lots_finished", "rounds_ended"}
    counted = {f.id for f in snapshot.method.statistics if f.estimate.denominator in counts}
    few = []
    for court in rows.courts:
        found = queries.statistics(snapshot, "court", court.court_id, PERIOD)
        small = found["denominator_suppression"] == f"<{snapshot.method.min_cell}"
        few.append(found[small & found["statistic"].isin(counted)])
    assert len(pd.concat(few)) > 5, "no small cell to test with"
    assert pd.concat(few)[["value", "denominator"]].isna().all(axis=None)


def test_no_amount_from_fewer_than_the_least_cell(snapshot: Snapshot, rows: World):
    """Below a rate of amounts stands a sum of prices: of one lot, its price."""
    few = 0
    for court in rows.courts:
        found = queries.statistics(snapshot, "court", court.court_id, PERIOD).set_index("statistic")
        for figure, by_count in (("sale_by_value", "sale_by_lot"), ("premium_rate", "sale_by_round")):
            amounts, counts = found.loc[figure], found.loc[by_count]
            withheld = [counts["denominator_suppression"], counts["numerator_suppression"]]
            if figure == "premium_rate":
                withheld = withheld[1:] * 2
            shown = amounts[["denominator", "numerator"]].notna().tolist()
            has_any = counts["denominator"] != 0
            assert shown == [reason == "" and has_any for reason in withheld], (court.court_id, figure)
            is_few = withheld[0] == f"<{snapshot.method.min_cell}"
            if is_few:
                assert math.isnan(amounts["value"])
            few += is_few
    assert few > 2, "no small cell to test with"


# ---------------------------------------------------------------- auctions


@pytest.mark.parametrize(("level", "unit"), PLACES)
def test_auction_funnel(snapshot: Snapshot, rows: World, level: str, unit: str):
    found = queries.sale_pipeline(snapshot, level, unit, PERIOD)
    rounds = [r for r in rounds_in(rows, level, unit) if during(r.ended_on) and r.status]
    stages = [s for s in ("first", "second", "sale", "relisted") if s in {r.stage for r in rounds}]
    assert found["stage"].tolist() == stages
    assert len(stages) >= 2
    for row in found.itertuples():
        of = Counter(r.status for r in rounds if r.stage == row.stage)
        held = of["sold"] + of["failed"] + of["defaulted"] + of["setoff"]
        least = snapshot.method.min_cell
        counted = {name: of[name] for name in ("sold", "failed", "defaulted", "setoff")}
        counted |= {"held": held, "ended": sum(of.values())}
        counted["withdrawn"] = of["withdrawn"] + of["stopped"] + of["paid"]
        for name, number in counted.items():
            assert_published(getattr(row, name), getattr(row, f"{name}_suppression"), number, least)
        rate = of["sold"] / held if held >= least else math.nan
        is_coarse = bool(row.held_suppression)
        assert row.sale_rate == pytest.approx(rate, abs=HALF_COARSE if is_coarse else None, nan_ok=True)
        assert not is_coarse or held < least or row.sale_rate == round(row.sale_rate, 3)
        ratios = sale_ratios(rows, level, unit, row.stage)
        assert_published(row.price_count, row.price_count_suppression, len(ratios), least)
        if len(ratios) >= least:
            # The median of a histogram: within a step of the middle values.
            assert statistics.median_low(ratios) - 0.006 <= row.price_ratio
            assert row.price_ratio <= statistics.median_high(ratios) + 0.006
        else:
            assert math.isnan(row.price_ratio)


# ---------------------------------------------------------------- curves


def test_no_curve_from_fewer_than_the_least_cell(snapshot: Snapshot, rows: World):
    """A curve is a value too. It ends where fewer than `min_at_risk` are under way, which is less
    than the least cell: without a rule of its own, of five to nine cases there would be one."""
    least = snapshot.method.min_cell
    clocks = {"case": "cash_24m", "listing": "listed_12m", "lot": "lot_sold_12m"}
    few = enough = 0
    for court, period in product((c.court_id for c in rows.courts), ("2023Q2", "2023Q4", PERIOD)):
        values = queries.indicators(snapshot, "court", court, period).set_index("indicator")
        checks = queries.checks(snapshot, "court", court, period).set_index("check")
        n, suppression = (pd.concat([values[c], checks[c]]) for c in ("n", "n_suppression"))
        for process, indicator in clocks.items():
            found = queries.incidence(snapshot, "court", court, process=process, period=period)
            few += suppression[indicator] == f"<{least}"
            is_few = n[indicator] == 0 or suppression[indicator] == f"<{least}"
            enough += not is_few and not found.empty
            assert found.empty or not is_few, (court, period, process)
            if not found.empty and suppression[indicator]:
                assert found[["n", "at_risk"]].isna().all(axis=None)
                assert (
                    found["cash" if process == "case" else "open"]
                    .round(2)
                    .equals(found["cash" if process == "case" else "open"])
                )
    assert few > 2, "no small cell to test with"
    assert enough > 5
    for court, year in product(rows.courts, (2021, 2022, 2023)):
        mine = [c for c in rows.cases if c.court_id == court.court_id and c.case_type == "first"]
        filed = sum(case.filed_on.year == year for case in mine)
        found = queries.incidence(snapshot, "court", court.court_id, cohort=str(year))
        assert found.empty == (filed < least), (court.court_id, year, filed)


def test_the_curve_of_an_old_cohort_is_a_plain_share(snapshot: Snapshot, rows: World):
    """All cases filed in 2021 were watched for 35 months: F(m) is how many ended within m, since
    bins end where months do."""
    for level, unit in PLACES:
        cohort = [c for c in cases_in(rows, level, unit) if c.filed_on.year == 2021]
        found = queries.incidence(snapshot, level, unit, cohort="2021").set_index("month")
        for month in (3, 6, 12, 24, 35):
            days = int(month * 365.25 / 12)
            ends = Counter()
            for case in cohort:
                paid = case.close_mode == "completed" and case.paid_out_on
                ended = case.paid_out_on if paid else case.closed_on
                if ended is not None and (ended - case.filed_on).days <= days:
                    in_kind = case.recovery_mode in ("setoff", "asset_swap")
                    cash = case.close_mode == "completed" and not in_kind
                    ends["cash" if cash else case.close_mode or "other"] += 1
            if month not in found.index:
                assert len(cohort) - ends.total() < snapshot.method.min_at_risk + 5
                continue
            for event in ("cash", "zhongben"):
                expected = ends[event] / len(cohort)
                assert found.loc[month, event] == pytest.approx(expected, abs=1e-9), (unit, month)


def test_no_check_tells_the_numerator_of_another(snapshot: Snapshot, rows: World):
    """终本 among closings is hidden of few closings: how many 终本 there were must not stand as the
    n of the next check."""
    least, hidden = snapshot.method.min_cell, 0
    for court in rows.courts:
        for period in snapshot.periods():
            found = queries.checks(snapshot, "court", court.court_id, period)
            known = found["n"].dropna()
            assert ((known == 0) | (known >= least)).all()
            hidden += int(found["n"].isna().sum())
    assert hidden > 10
