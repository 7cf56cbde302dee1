"""Control charts: the sums by hand, false alarms as often as said, and a change that is found."""

from math import asin, exp, log, sqrt

import numpy as np
import pytest

from index_engine.applications import control
from index_engine.applications.control import FALSE_ALARM, LEAST_N, LIMITS, WATCHED

QUARTERS = 16
FLAT = np.zeros(QUARTERS)


def drawn(rng: np.random.Generator, units: int, n: int, rate: object, spread: float = 0.0):
    """Counts (unit, quarter) of a rate that is the same every quarter but for a normal deviation of
    standard deviation `spread` on the logit scale."""
    logit = np.log(np.asarray(rate) / (1 - np.asarray(rate)))
    rates = 1 / (1 + np.exp(-logit - spread * rng.normal(size=(units, QUARTERS))))
    whole = np.full((units, QUARTERS), float(n))
    return rng.binomial(n, rates).astype(float), whole


def signals(part: np.ndarray, whole: np.ndarray, seasonal: np.ndarray = FLAT) -> np.ndarray:
    """(unit, watched): whether the chart has signalled by that quarter."""
    found = control.chart(part, whole, seasonal)
    over = np.maximum(found.up, found.down) > found.alarm[:, None]
    return np.logical_or.accumulate(over, axis=1) & found.charted[:, None]


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("baseline", [6, 12])
def test_limits_are_those_that_a_simulation_finds(baseline: int):
    again = control.alarm_limit(baseline, 400_000, seed=11)
    assert again == pytest.approx(LIMITS[baseline], rel=0.03)


def test_a_shorter_baseline_has_a_higher_limit():
    limits = [LIMITS[m] for m in range(control.LEAST_BASELINE, control.MOST_BASELINE + 1)]
    assert limits == sorted(limits, reverse=True)


# ---------------------------------------------------------------- one chart by hand


def test_the_chart_is_what_the_definition_says():
    rng = np.random.default_rng(5)
    part, whole = drawn(rng, 1, 80, 0.4, spread=0.2)
    part[0, -1] = 60  # far above
    found = control.chart(part, whole, FLAT)
    y, n = part[0].tolist(), whole[0].tolist()
    base = QUARTERS - WATCHED
    rate = log((sum(y[:base]) + 0.5) / (sum(n[:base]) - sum(y[:base]) + 0.5))
    theta = asin(sqrt(1 / (1 + exp(-rate))))
    w = [
        2 * sqrt(b) * (asin(sqrt((a + 0.375) / (b + 0.75))) - theta)
        for a, b in zip(y, n, strict=True)
    ]
    mean = sum(w[:base]) / base  # all n are one
    own = sum((x - mean) ** 2 for x in w[:base]) / (base - 1)
    usual = 1 + max(own - 1, 0.0)
    variance = (control.STEADIED_BY * usual + (base - 1) * own) / (control.STEADIED_BY + base - 1)
    spread = sqrt(max(variance, 1.0))
    up = down = 0.0
    for quarter in range(WATCHED):
        z = (w[base + quarter] - mean) / spread
        up, down = max(0.0, up + z - 0.5), max(0.0, down - z - 0.5)
        assert found.up[0, quarter] == pytest.approx(up)
        assert found.down[0, quarter] == pytest.approx(down)
    assert found.spread[0] == pytest.approx(spread)
    assert found.alarm[0] == LIMITS[base]


@pytest.mark.parametrize(
    ("at", "charted"), [(QUARTERS - 1, False), (QUARTERS - WATCHED, False), (0, True)]
)
def test_every_quarter_watched_must_have_enough_cases(at: int, charted: bool):
    part, whole = drawn(np.random.default_rng(1), 1, 60, 0.5)
    whole[0, at] = LEAST_N - 1
    part[0, at] = 10
    assert control.chart(part, whole, FLAT).charted.tolist() == [charted]


def test_five_quarters_are_no_baseline():
    part, whole = drawn(np.random.default_rng(1), 2, 60, 0.5)
    whole[0, : QUARTERS - WATCHED - 5] = 0
    part[0, : QUARTERS - WATCHED - 5] = 0
    whole[1, : QUARTERS - WATCHED - 6] = 0
    part[1, : QUARTERS - WATCHED - 6] = 0
    assert control.chart(part, whole, FLAT).charted.tolist() == [False, True]


# ---------------------------------------------------------------- season


def test_the_season_of_the_nation_is_found_and_taken_out():
    quarters = np.arange(8_000, 8_000 + QUARTERS)
    season = np.array([-0.3, -0.1, 0.0, 0.4])[quarters % 4]
    logit = -0.5 + 0.02 * np.arange(QUARTERS) + season
    rate = 1 / (1 + np.exp(-logit))
    whole = np.full(QUARTERS, 1e7)
    assert control.season(rate * whole, whole, quarters) == pytest.approx(season, abs=1e-3)
    rng = np.random.default_rng(3)
    seasonal_rate = 1 / (1 + np.exp(0.5 - season))
    part, counts = drawn(rng, 400, 2_000, seasonal_rate)
    blind = control.chart(part, counts, FLAT)
    seeing = control.chart(part, counts, season)
    assert np.median(blind.spread) > 2 * np.median(seeing.spread)


# ---------------------------------------------------------------- how often, and how soon


@pytest.mark.parametrize(
    ("n", "rate", "spread"), [(40, 0.1, 0.0), (300, 0.4, 0.0), (300, 0.4, 0.3)]
)
def test_false_alarms_are_no_more_than_said(n: int, rate: float, spread: float):
    units = 40_000
    part, whole = drawn(np.random.default_rng(17), units, n, rate, spread)
    found = signals(part, whole)[:, -1].sum()
    expected = units * FALSE_ALARM
    assert found <= expected + 3.5 * sqrt(expected)
    if spread:  # where quarters differ beyond chance the limit is met, and not only kept below
        assert found >= expected - 3.5 * sqrt(expected)


def test_a_change_of_fifteen_points_is_found_within_two_quarters():
    rng = np.random.default_rng(23)
    rate = np.full((2_000, QUARTERS), 0.35)
    rate[:, -2:] = 0.5
    part, whole = drawn(rng, 2_000, 300, rate)
    assert signals(part, whole)[:, -1].mean() > 0.9


def test_a_change_is_found_in_either_direction():
    rng = np.random.default_rng(29)
    rate = np.full((2, QUARTERS), 0.5)
    rate[0, -3:], rate[1, -3:] = 0.7, 0.3
    found = control.chart(*drawn(rng, 2, 300, rate), FLAT)
    assert found.up[0, -1] > found.alarm[0] > found.down[0, -1]
    assert found.down[1, -1] > found.alarm[1] > found.up[1, -1]


@pytest.mark.parametrize(
    ("z", "total", "signal", "begun"),
    [
        ([0.6, 0.7, 5.0, 6.0], [0.1, 0.3, 4.8, 10.3], 3, 2),  # the first two were chance
        ([0.0, 9.0, 0.0, 0.0], [0.0, 8.5, 8.0, 7.5], 1, 1),  # no candidate after the signal
        ([4.0, 4.0, 4.0, 4.0], [3.5, 7.0, 10.5, 14.0], 1, 0),
        ([9.0, -9.0, 9.0, 9.0], [8.5, 0.0, 8.5, 17.0], 2, 2),  # begins anew after a sum of 0
    ],
)
def test_a_change_begins_where_it_most_likely_did(z, total, signal, begun):
    assert control.begins(np.array(z), np.array(total), signal) == begun


def test_most_changes_are_dated_to_their_quarter():
    rate = np.full((600, QUARTERS), 0.35)
    rate[:, -2:] = 0.5
    part, whole = drawn(np.random.default_rng(31), 600, 300, rate)
    found = control.chart(part, whole, FLAT)
    passed = found.up > found.alarm[:, None]
    told = np.flatnonzero(passed.any(axis=1))
    begun = [
        control.begins(found.z[unit, -WATCHED:], found.up[unit], int(passed[unit].argmax()))
        for unit in told
    ]
    assert np.mean(np.array(begun) == WATCHED - 2) > 0.75
