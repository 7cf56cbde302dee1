"""Seasons and a moving festival, recovered from series that have known ones."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from index_engine.estimates import seasonal
from index_engine.estimates.seasonal import design_matrix, festival_regressor, read_festivals, seasonal_factors

DAYS = read_festivals()
MONTHS = list(range(2016 * 12, 2026 * 12))
MONTH_EFFECT = np.array([-0.4, -0.1, 0.2, 0.05, 0.0, 0.15, -0.05, 0.0, 0.1, -0.1, 0.05, 0.1])
FESTIVAL = -0.9  # of a month that holds the whole window, on the logarithm


def truth(months: list[int], festival: float = FESTIVAL) -> np.ndarray:
    """Seasonal factors of the world the test makes, scaled as the engine scales its own."""
    effect = MONTH_EFFECT - MONTH_EFFECT.mean()
    scale = np.exp(effect).mean()
    return np.exp(effect[np.array(months) % 12] + festival * festival_regressor(months, DAYS)) / scale


def drawn(rng: np.random.Generator, level: float, festival: float = FESTIVAL) -> np.ndarray:
    trend = level * np.exp(0.3 * np.sin(np.linspace(0, 2, len(MONTHS))))
    return rng.poisson(trend * truth(MONTHS, festival)).astype(float)


# ---------------------------------------------------------------- the festival


def new_moon(near: date) -> date:
    """Day in Beijing of the new moon nearest to a day (Meeus, Astronomical Algorithms, chapter 49,
    with the largest terms only: good to a quarter of an hour)."""
    k = round((near.year + (near.timetuple().tm_yday - 1) / 365.25 - 2000) * 12.3685)
    t = k / 1236.85
    jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t**2
    sun, moon = (math.radians(x) for x in (2.5534 + 29.1053567 * k, 201.5643 + 385.81693528 * k))
    node = math.radians(160.7108 + 390.67050284 * k)
    jde += -0.4072 * math.sin(moon) + 0.17241 * math.sin(sun) + 0.01608 * math.sin(2 * moon)
    jde += 0.01039 * math.sin(2 * node) + 0.00739 * math.sin(moon - sun)
    jde += -0.00514 * math.sin(moon + sun) + 0.00208 * math.sin(2 * sun)
    beijing = jde - 69 / 86400 + 8 / 24  # from dynamical to universal time, then eight hours on
    return date(2000, 1, 1) + timedelta(days=math.floor(beijing - 2451544.5))


def test_the_festivals_are_new_moons_near_the_beginning_of_spring():
    assert [day.year for day in DAYS] == list(range(2010, 2036))
    for day in DAYS:
        assert new_moon(day) == day
        # A month is 29 or 30 days: no other new moon is as near to the solar term, 4 February.
        assert abs(day - date(day.year, 2, 4)) <= timedelta(days=16)


def test_the_regressor_is_the_share_of_the_window_less_what_is_usual():
    year = [2023 * 12 + month for month in range(12)]  # 22 January: all but four days in January
    found = festival_regressor(year, DAYS)
    first = date(2023, 1, 22)
    window = [first + timedelta(days=offset) for offset in range(-7, 14)]
    january = sum(day.month == 1 for day in window) / len(window)
    every = [d + timedelta(days=offset) for d in DAYS for offset in range(-7, 14)]
    usual = sum(day.month == 1 for day in every) / len(every)
    assert found[0] == pytest.approx(january - usual)
    assert found.sum() == pytest.approx(0.0, abs=1e-12)
    assert (found[3:] == 0).all()


def test_over_all_years_the_regressor_is_no_season_of_its_own():
    months = list(range(2010 * 12, 2036 * 12))
    found = festival_regressor(months, DAYS)
    for month in range(12):
        assert found[np.array(months) % 12 == month].mean() == pytest.approx(0.0, abs=1e-12)


def test_without_dates_there_is_no_festival():
    assert (festival_regressor(MONTHS, []) == 0).all()
    assert (festival_regressor([2050 * 12], DAYS) == 0).all()
    assert design_matrix(MONTHS, [])[0].shape[1] == design_matrix(MONTHS, DAYS)[0].shape[1] - 1


# ---------------------------------------------------------------- the adjustment


def test_a_known_season_and_festival_are_recovered():
    counts = np.array([drawn(np.random.default_rng(seed), 4000.0) for seed in range(5)])
    found = seasonal_factors(counts, MONTHS, DAYS)
    assert found == pytest.approx(np.broadcast_to(truth(MONTHS), found.shape), rel=0.03)


def test_a_calendar_alone_would_take_the_moving_festival_for_a_fall():
    counts = drawn(np.random.default_rng(1), 4000.0)[None]
    first_quarter = np.array(MONTHS) % 12 < 2
    errors = [
        np.abs(seasonal_factors(counts, MONTHS, days)[0] / truth(MONTHS) - 1)[first_quarter].max()
        for days in (DAYS, [])
    ]
    assert errors[0] < 0.03 < 0.2 < errors[1]


def test_where_there_is_no_season_little_is_changed():
    rng = np.random.default_rng(2)
    counts = rng.poisson(5000.0, (3, len(MONTHS))).astype(float)
    assert seasonal_factors(counts, MONTHS, DAYS) == pytest.approx(1.0, abs=0.03)


def test_the_fit_is_that_of_a_poisson_regression():
    import statsmodels.api as sm

    counts = drawn(np.random.default_rng(3), 40.0)
    counts[17] = 0.0
    columns, of_trend = design_matrix(MONTHS, DAYS)
    fit = sm.GLM(counts, columns, family=sm.families.Poisson()).fit(tol=1e-12)
    season = columns[:, of_trend:] @ fit.params[of_trend:]
    months = np.exp(seasonal._month_contrasts() @ fit.params[of_trend : of_trend + 11])
    assert seasonal_factors(counts[None], MONTHS, DAYS)[0] == pytest.approx(np.exp(season) / months.mean(), rel=1e-6)


def test_a_mean_year_has_a_mean_factor_of_one():
    found = seasonal_factors(drawn(np.random.default_rng(4), 300.0, 0.0)[None], MONTHS, [])[0]
    assert found[:12].mean() == pytest.approx(1.0)
