"""Funnel limits against scipy's binomial, and how many honest courts they flag."""

import subprocess
import sys
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from index_engine.estimates import funnel_plot
from index_engine.estimates.funnel_plot import FunnelModel

NAN = np.nan
Array = np.ndarray


def chance(centre: float) -> FunnelModel:
    return FunnelModel(centre, tau=0.0, phi=1.0, n_places=100)


def courts(seed: int, k: int, centre: float, tau: float, median: float) -> tuple[Array, Array]:
    rng = np.random.Generator(np.random.PCG64(seed))
    whole = np.ceil(rng.lognormal(np.log(median), 1.0, k))
    rate = np.full(k, centre)
    if tau:
        prior = centre * (1.0 - centre) / tau**2 - 1.0
        rate = rng.beta(centre * prior, (1.0 - centre) * prior, k)
    return rng.binomial(whole.astype(int), rate).astype(float), whole


def outside(flags: Array) -> tuple[float, float]:
    """Share outside the 95 % limits, and outside the 99.8 % limits."""
    return float((flags != "in").mean()), float(np.char.startswith(flags, "very").mean())


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("centre", [1e-4, 0.02, 0.4, 0.9])
def test_limits_are_binomial_quantiles(centre: float):
    """The formula of Spiegelhalter 2005, A.1.1, on scipy's distribution; 1e-12 bounds what is cut
    off the tails."""
    n = np.array([1, 2, 7, 30, 300, 5000, 200_000, 3_000_000])

    def lower(theta: float, p: float) -> Array:
        r = binom.ppf(p, n, theta)
        return (r - (binom.cdf(r, n, theta) - p) / binom.pmf(r, n, theta)) / n

    expected = [lower(centre, 0.001), lower(centre, 0.025)]
    expected += [1 - lower(1 - centre, 0.025), 1 - lower(1 - centre, 0.001)]
    found = funnel_plot.limits(chance(centre), n.astype(float), with_tau=False)
    assert found == pytest.approx(np.clip(np.array(expected).T, 0, 1), abs=1e-12)


def test_limits_of_large_courts_are_normal():
    n = np.array([1e5, 1e6])
    z = np.array([NormalDist().inv_cdf(p) for p in funnel_plot.PROBABILITIES])
    expected = 0.4 + z * np.sqrt(0.24 / n + 0.02**2)[:, None]
    found = funnel_plot.limits(FunnelModel(0.4, tau=0.02, phi=1.0, n_places=50), n)
    assert found == pytest.approx(expected, abs=2e-4)


@given(st.floats(0.001, 0.999), st.floats(0.0, 0.2), st.integers(1, 3000))
def test_limits_are_in_order_and_wider_with_overdispersion(centre: float, tau: float, n: int):
    shape = FunnelModel(centre, tau, phi=1.0, n_places=10)
    plain = funnel_plot.limits(shape, np.array([float(n)]), with_tau=False)[0]
    wide = funnel_plot.limits(shape, np.array([float(n)]))[0]
    for low2, low, high, high2 in (plain, wide):
        assert 0 <= low2 <= low <= high <= high2 <= 1
    assert wide[0] <= plain[0] + 1e-12 and wide[3] >= plain[3] - 1e-12


@given(st.floats(0.01, 0.99), st.integers(1, 400))
def test_no_count_is_flagged_that_is_likelier_than_stated(centre: float, n: int):
    """Exact: the probability of all flagged counts is at most 2.5 % and 0.1 % on each side."""
    x = np.arange(n + 1.0)
    probability = binom.pmf(x, n, centre)
    flags = funnel_plot.outlier_flags(chance(centre), x, np.full(n + 1, float(n)))
    for side in ("low", "high"):
        very = probability[flags == f"very_{side}"].sum()
        assert very <= 0.001 + 1e-9
        assert very + probability[flags == side].sum() <= 0.025 + 1e-9


def test_limits_need_no_scipy():
    program = (
        "import sys, numpy as np; from index_engine.estimates import funnel_plot;"
        "funnel_plot.limits(funnel_plot.FunnelModel(.4, .02, 1., 9), np.array([3., 300.]));"
        "sys.exit('scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# ---------------------------------------------------------------- overdispersion


def test_winsorised_square_of_honest_scores():
    z = norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    clipped = np.clip(z, *np.quantile(z, [0.1, 0.9]))
    assert funnel_plot.winsorised_square(0.1) == pytest.approx((clipped**2).mean(), abs=3e-5)
    assert funnel_plot.winsorised_square(0.0001) == pytest.approx(1.0, abs=0.002)


def test_honest_courts_are_flagged_as_often_as_stated():
    found = []
    for seed in range(40):
        part, whole = courts(seed, 500, 0.4, tau=0.0, median=1000)
        shape = funnel_plot.fit(part, whole)
        assert shape.tau < 0.01 and shape.phi < 1.35
        found.append([*outside(funnel_plot.outlier_flags(shape, part, whole, with_tau=False))])
        found[-1] += outside(funnel_plot.outlier_flags(shape, part, whole))
    plain, very, adjusted, very_adjusted = np.mean(found, axis=0)
    # 20,000 courts: standard errors 0.0015 and 0.0003; counts being whole, a little below nominal.
    assert 0.042 < plain < 0.052 and 0.001 < very < 0.003
    assert 0.038 < adjusted < 0.052 and 0.0005 < very_adjusted < 0.003


@pytest.mark.parametrize("tau", [0.02, 0.06])
def test_overdispersed_courts_are_flagged_as_often_as_stated(tau: float):
    found, taus, scores = [], [], []
    for seed in range(40):
        part, whole = courts(100 + seed, 500, 0.4, tau, median=1000)
        shape = funnel_plot.fit(part, whole)
        taus.append(shape.tau)
        assert shape.phi > 2
        scores.append(np.std(funnel_plot.z_scores(shape, part, whole)))
        found.append([*outside(funnel_plot.outlier_flags(shape, part, whole, with_tau=False))])
        found[-1] += outside(funnel_plot.outlier_flags(shape, part, whole))
    plain, very, adjusted, very_adjusted = np.mean(found, axis=0)
    assert plain > 0.2 and very > 0.05, "without the adjustment the plot cries wolf"
    assert 0.035 < adjusted < 0.06 and 0.0005 < very_adjusted < 0.005
    assert np.mean(taus) == pytest.approx(tau, rel=0.05)
    assert np.mean(scores) == pytest.approx(1.0, abs=0.05)


def test_outliers_do_not_hide_themselves():
    """Three courts in a hundred that do quite differently move tau little and stay flagged."""
    part, whole = courts(5, 100, 0.4, tau=0.03, median=2000)
    before = funnel_plot.fit(part, whole).tau
    whole[:3], part[:3] = 2000.0, [1600.0, 1500.0, 100.0]
    shape = funnel_plot.fit(part, whole)
    assert shape.tau < 1.25 * before
    flags = funnel_plot.outlier_flags(shape, part, whole)[:3]
    assert flags.tolist() == ["very_high", "very_high", "very_low"]


# ---------------------------------------------------------------- small numbers and edges


def test_rare_events_in_tiny_courts():
    """Courts of one to forty cases and 2 %: most have none, and honest ones are not flagged."""
    rng = np.random.Generator(np.random.PCG64(3))
    whole = rng.integers(1, 40, 2000).astype(float)
    part = rng.binomial(whole.astype(int), 0.02).astype(float)
    shape = funnel_plot.fit(part, whole)
    flags = funnel_plot.outlier_flags(shape, part, whole)
    assert (flags[part == 0] == "in").all()
    assert outside(flags)[0] < 0.05
    assert np.isfinite(funnel_plot.z_scores(shape, part, whole)).all()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=40))
def test_any_counts(counts: list[tuple[int, int]]):
    part, more = np.array(counts, dtype=float).T
    whole = part + more
    if not whole.any():
        with pytest.raises(ValueError, match="no unit"):
            funnel_plot.fit(part, whole)
        return
    shape = funnel_plot.fit(part, whole)
    assert shape.tau >= 0 and shape.phi >= 1 and shape.n_places == (whole > 0).sum()
    flags, scores = (funnel_plot.outlier_flags(shape, part, whole), funnel_plot.z_scores(shape, part, whole))
    assert ((flags == "") == (whole == 0)).all()
    assert (np.isnan(scores) == (whole == 0)).all()
    assert (scores[np.char.endswith(flags, "high")] > 0).all()
    assert (scores[np.char.endswith(flags, "low")] < 0).all()


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_nobody_or_everybody(rate: float):
    whole = np.array([3.0, 300.0])
    shape = funnel_plot.fit(rate * whole, whole)
    assert shape == FunnelModel(rate, 0.0, 1.0, 2)
    assert funnel_plot.outlier_flags(shape, rate * whole, whole).tolist() == ["in", "in"]
    assert funnel_plot.z_scores(shape, rate * whole, whole).tolist() == [0.0, 0.0]


def test_a_given_centre_and_missing_units():
    part, whole = np.array([40.0, NAN, 10.0, 0.0]), np.array([100.0, 50.0, NAN, 0.0])
    shape = funnel_plot.fit(part, whole, centre=0.1)
    assert (shape.centre, shape.n_places) == (0.1, 1)
    assert funnel_plot.outlier_flags(shape, part, whole, with_tau=False).tolist() == ["very_high", "", "", ""]
    assert funnel_plot.z_scores(shape, part, whole, with_tau=False)[0] == pytest.approx(10.0)
    with pytest.raises(ValueError, match="above its whole"):
        funnel_plot.fit(np.array([5.0]), np.array([4.0]))
