"""Control charts: the sums by hand, false alarms as often as said, and a change that is found."""

from math import asin, exp, log, sqrt

import numpy as np
import pytest

from bench.cusum_alarms import QUARTERS, detect_signals, simulate_counts
from index_engine.monitoring import cusum
from index_engine.monitoring.cusum import ALARM_LIMITS, FALSE_ALARM_RATE, MIN_N, MONITORED_QUARTERS

FLAT = np.zeros(QUARTERS)


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize(("baseline", "position"), [(6, 0), (12, 0), (12, 5), (8, 9)])
def test_limits_are_those_that_a_simulation_finds(baseline: int, position: int):
    correlation = float(cusum.ALARM_CORRELATIONS[position])
    again = cusum.alarm_limit(baseline, 400_000, seed=11, correlation=correlation)
    assert again == pytest.approx(ALARM_LIMITS[baseline][position], rel=0.03)


def test_a_shorter_baseline_and_a_higher_correlation_have_a_higher_limit():
    limits = np.array([ALARM_LIMITS[m] for m in range(cusum.MIN_BASELINE, cusum.MAX_BASELINE + 1)])
    assert limits.shape[1] == len(cusum.ALARM_CORRELATIONS)
    assert (np.diff(limits, axis=0) < 0).all()
    assert (np.diff(limits, axis=1) > 0).all()


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.6, 0.8])
def test_the_autocorrelation_of_a_level_is_found(correlation: float):
    """About means of the same few quarters, of which a plain estimate would be far too low."""
    part, whole = simulate_counts(np.random.default_rng(3), 3_000, 20_000, 0.4, 0.3, correlation)
    found = cusum.compute_charts(part, whole, FLAT).autocorrelation
    assert found == pytest.approx(correlation, abs=0.04)


def test_of_few_series_the_autocorrelation_errs_to_the_high_side():
    estimates = []
    for seed in range(100):
        part, whole = simulate_counts(np.random.default_rng(seed), 5, 20_000, 0.4, 0.3, 0.4)
        estimates.append(cusum.compute_charts(part, whole, FLAT).autocorrelation)
    assert np.mean(estimates) > 0.45
    assert np.mean(np.array(estimates) < 0.3) < 0.3


# ---------------------------------------------------------------- one chart by hand


def test_the_chart_is_what_the_definition_says():
    rng = np.random.default_rng(5)
    part, whole = simulate_counts(rng, 1, 80, 0.4, spread=0.2)
    part[0, -1] = 60  # far above
    found = cusum.compute_charts(part, whole, FLAT)
    y, n = part[0].tolist(), whole[0].tolist()
    base = QUARTERS - MONITORED_QUARTERS
    rate = log((sum(y[:base]) + 0.5) / (sum(n[:base]) - sum(y[:base]) + 0.5))
    theta = asin(sqrt(1 / (1 + exp(-rate))))
    w = [2 * sqrt(b) * (asin(sqrt((a + 0.375) / (b + 0.75))) - theta) for a, b in zip(y, n, strict=True)]
    mean = sum(w[:base]) / base  # all n are one
    own = sum((x - mean) ** 2 for x in w[:base]) / (base - 1)
    usual = 1 + max(own - 1, 0.0)
    variance = (cusum.PRIOR_QUARTERS * usual + (base - 1) * own) / (cusum.PRIOR_QUARTERS + base - 1)
    spread = sqrt(max(variance, 1.0))
    up = down = 0.0
    for quarter in range(MONITORED_QUARTERS):
        z = (w[base + quarter] - mean) / spread
        up, down = max(0.0, up + z - 0.5), max(0.0, down - z - 0.5)
        assert found.upper_sum[0, quarter] == pytest.approx(up)
        assert found.lower_sum[0, quarter] == pytest.approx(down)
    assert found.dispersion[0] == pytest.approx(spread)
    # One series tells little of its autocorrelation: plus one standard error.
    e = [x - mean for x in w[:base]]
    products = sum(2 * (4 - k) / 4 * e[t] * e[t + k] for k in (1, 2, 3) for t in range(base - k))
    upper = products / sum(x * x for x in e) + sqrt((1.5**2 + 1 + 0.5**2) / base)
    expected = []
    for rho in cusum.ALARM_CORRELATIONS:
        c = [[rho ** abs(i - j) for j in range(base)] for i in range(base)]
        row, all_of = [sum(r) / base for r in c], sum(map(sum, c)) / base**2
        centred = [[c[i][j] - row[i] - row[j] + all_of for j in range(base)] for i in range(base)]
        lagged = sum(2 * (4 - k) / 4 * centred[t][t + k] for k in (1, 2, 3) for t in range(base - k))
        expected.append(lagged / sum(centred[t][t] for t in range(base)))
    correlation = np.interp(upper, expected, cusum.ALARM_CORRELATIONS)
    assert found.autocorrelation == pytest.approx(correlation)
    assert found.limit[0] == pytest.approx(np.interp(correlation, cusum.ALARM_CORRELATIONS, ALARM_LIMITS[base]))


@pytest.mark.parametrize(("at", "charted"), [(QUARTERS - 1, False), (QUARTERS - MONITORED_QUARTERS, False), (0, True)])
def test_every_quarter_watched_must_have_enough_cases(at: int, charted: bool):
    part, whole = simulate_counts(np.random.default_rng(1), 1, 60, 0.5)
    whole[0, at] = MIN_N - 1
    part[0, at] = 10
    assert cusum.compute_charts(part, whole, FLAT).has_chart.tolist() == [charted]


def test_five_quarters_are_no_baseline():
    part, whole = simulate_counts(np.random.default_rng(1), 2, 60, 0.5)
    whole[0, : QUARTERS - MONITORED_QUARTERS - 5] = 0
    part[0, : QUARTERS - MONITORED_QUARTERS - 5] = 0
    whole[1, : QUARTERS - MONITORED_QUARTERS - 6] = 0
    part[1, : QUARTERS - MONITORED_QUARTERS - 6] = 0
    assert cusum.compute_charts(part, whole, FLAT).has_chart.tolist() == [False, True]


# ---------------------------------------------------------------- season


def test_the_season_of_the_nation_is_found_and_taken_out():
    quarters = np.arange(8_000, 8_000 + QUARTERS)
    season = np.array([-0.3, -0.1, 0.0, 0.4])[quarters % 4]
    logit = -0.5 + 0.02 * np.arange(QUARTERS) + season
    rate = 1 / (1 + np.exp(-logit))
    whole = np.full(QUARTERS, 1e7)
    assert cusum.seasonal_effects(rate * whole, whole, quarters) == pytest.approx(season, abs=1e-3)
    rng = np.random.default_rng(3)
    seasonal_rate = 1 / (1 + np.exp(0.5 - season))
    part, counts = simulate_counts(rng, 400, 2_000, seasonal_rate)
    blind = cusum.compute_charts(part, counts, FLAT)
    seeing = cusum.compute_charts(part, counts, season)
    assert np.median(blind.dispersion) > 2 * np.median(seeing.dispersion)


# ---------------------------------------------------------------- how often, and how soon


@pytest.mark.parametrize(
    ("n", "rate", "spread", "correlation"),
    [
        (40, 0.1, 0.0, 0.0),
        (300, 0.4, 0.0, 0.0),
        (300, 0.4, 0.3, 0.0),
        # Where quarters are alike; of small n chance adds noise without memory.
        (300, 0.35, 0.15, 0.5),
        (1_000, 0.35, 0.3, 0.5),
        (1_000, 0.35, 0.3, 0.75),
    ],
)
def test_false_alarms_are_no_more_than_said(n: int, rate: float, spread: float, correlation: float):
    units = 40_000
    part, whole = simulate_counts(np.random.default_rng(17), units, n, rate, spread, correlation)
    found = detect_signals(part, whole)[:, -1].sum()
    expected = units * FALSE_ALARM_RATE
    assert found <= expected + 3.5 * sqrt(expected)
    if spread:  # where quarters differ beyond chance the limit is met, and not only kept below
        assert found >= expected - 3.5 * sqrt(expected)


def test_a_change_of_fifteen_points_is_found_within_two_quarters():
    rng = np.random.default_rng(23)
    rate = np.full((2_000, QUARTERS), 0.35)
    rate[:, -2:] = 0.5
    part, whole = simulate_counts(rng, 2_000, 300, rate)
    assert detect_signals(part, whole)[:, -1].mean() > 0.9


def test_a_change_is_found_in_either_direction():
    rng = np.random.default_rng(29)
    rate = np.full((2, QUARTERS), 0.5)
    rate[0, -3:], rate[1, -3:] = 0.7, 0.3
    found = cusum.compute_charts(*simulate_counts(rng, 2, 300, rate), FLAT)
    assert found.upper_sum[0, -1] > found.limit[0] > found.lower_sum[0, -1]
    assert found.lower_sum[1, -1] > found.limit[1] > found.upper_sum[1, -1]


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
    assert cusum.change_position(np.array(z), np.array(total), signal) == begun


def test_most_changes_are_dated_to_their_quarter():
    rate = np.full((600, QUARTERS), 0.35)
    rate[:, -2:] = 0.5
    part, whole = simulate_counts(np.random.default_rng(31), 600, 300, rate)
    found = cusum.compute_charts(part, whole, FLAT)
    passed = found.upper_sum > found.limit[:, None]
    told = np.flatnonzero(passed.any(axis=1))
    begun = [
        cusum.change_position(found.z[unit, -MONITORED_QUARTERS:], found.upper_sum[unit], int(passed[unit].argmax()))
        for unit in told
    ]
    assert np.mean(np.array(begun) == MONITORED_QUARTERS - 2) > 0.75
