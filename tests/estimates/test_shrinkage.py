"""Shrinkage against lme4, against priors and posteriors found on a grid, and in simulation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp

from bench import small_courts
from index_engine.estimates import shrinkage
from index_engine.estimates.shrinkage import ShrinkageEstimate

NAN = np.nan
Array = np.ndarray
FITS = [shrinkage.normal, shrinkage.beta_binomial, shrinkage.gamma_poisson]
COUNTS = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 400)), min_size=5, max_size=25)


def logit(p: Array) -> Array:
    return np.log(p / (1.0 - p))


def courts(seed: int, k: int, sd: float, median: float = 300.0) -> tuple[Array, Array, Array]:
    """Cases closed, cases and true share of k courts of very different sizes around 40 %."""
    rng = np.random.Generator(np.random.PCG64(seed))
    whole = np.ceil(rng.lognormal(np.log(median), 1.2, k))
    prior = 0.24 / sd**2 - 1.0
    true = rng.beta(0.4 * prior, 0.6 * prior, k)
    return rng.binomial(whole.astype(int), true).astype(float), whole, true


# ---------------------------------------------------------------- lme4


def test_normal_is_lme4_where_units_are_balanced(shared: Path):
    """lmer(Reaction ~ Days + (1 | Subject)): 18 subjects with the same ten days, so the mean of a
    subject after taking out the common slope is all the data know of it.

    lme4's posterior sd is given the estimated variances and centre: it is sqrt(sampling variance x
    weight). Ours has what their estimation adds, and so is larger.
    """
    folder = shared / "verify" / "multilevel"
    data = pd.read_csv(folder / "sleepstudy.csv")
    fitted = pd.read_csv(folder / "lmer_sleepstudy_par.csv").iloc[0]
    expected = pd.read_csv(folder / "lmer_sleepstudy_ranef.csv")
    subjects = data.groupby("Subject")
    days = data.Days - subjects.Days.transform("mean")
    reaction = data.Reaction - subjects.Reaction.transform("mean")
    slope = (days * reaction).sum() / (days**2).sum()
    sigma = np.sqrt(((reaction - slope * days) ** 2).sum() / (len(data) - 18 - 1))
    mean = (subjects.Reaction.mean() - slope * subjects.Days.mean()).to_numpy()
    found = shrinkage.normal(mean, np.full(18, sigma / np.sqrt(10)))

    assert sigma == pytest.approx(fitted.sigma, rel=1e-7)
    assert found.centre == pytest.approx(fitted.fix0, rel=1e-10)
    assert found.spread == pytest.approx(fitted.sd_subj, rel=1e-7)
    assert found.value - found.centre == pytest.approx(expected.ranef.to_numpy(), abs=1e-6)
    conditional = np.sqrt(sigma**2 / 10 * found.weight)
    assert conditional == pytest.approx(expected.post_sd.to_numpy(), rel=1e-7)
    assert (found.se > conditional).all()
    assert found.se == pytest.approx(conditional, rel=0.03)


def test_beta_binomial_is_near_a_logit_normal_model(shared: Path):
    """glmer(incidence ~ 1 + (1 | herd)), 15 herds. Not equal: there the logits of herds are normal,
    here their shares are beta, which is more skewed at 14 % and draws low herds less far up. Order
    is the same; shares differ by less than a quarter of their standard error."""
    folder = shared / "verify" / "multilevel"
    herds = pd.read_csv(folder / "cbpp.csv").groupby("herd")[["incidence", "size"]].sum()
    fitted = pd.read_csv(folder / "glmer_cbpp_par.csv").iloc[0]
    expected = pd.read_csv(folder / "glmer_cbpp_ranef.csv").set_index("herd").loc[herds.index]
    found = shrinkage.beta_binomial(herds["incidence"].to_numpy(float), herds["size"].to_numpy(float))
    ours, theirs = logit(found.value), fitted.intercept + expected.ranef.to_numpy()
    slope = 1.0 / (found.value * (1.0 - found.value))

    order, other = ours.argsort().argsort(), theirs.argsort().argsort()
    assert np.corrcoef(order, other)[0, 1] > 0.98
    assert np.abs(ours - theirs).max() < 0.1
    assert (np.abs(ours - theirs) < 0.25 * found.se * slope).all()
    assert found.se * slope == pytest.approx(expected.post_sd.to_numpy(), rel=0.15)
    spread = found.spread[0] / (found.centre[0] * (1.0 - found.centre[0]))
    assert spread == pytest.approx(fitted.sd_herd, rel=0.15)


# ---------------------------------------------------------------- priors and posteriors by grid


def rising(start: Array, count: int) -> Array:
    """log of start x (start + 1) x ..., `count` factors."""
    return sum((np.log(start + j) for j in range(count)), np.zeros_like(start))


def beta_likelihood(x: Array, n: Array, mean: Array, precision: Array) -> Array:
    """The beta-binomial likelihood written out as products (Griffiths 1973)."""
    a, b = mean * precision, (1.0 - mean) * precision
    each = zip(x.astype(int), n.astype(int), strict=True)
    return sum(rising(a, i) + rising(b, m - i) - rising(a + b, m) for i, m in each)


def gamma_likelihood(o: Array, e: Array, mean: Array, shape: Array) -> Array:
    """The negative binomial likelihood written out as products."""
    rate = shape / mean
    return sum(
        rising(shape, int(i)) + shape * np.log(rate / (rate + m)) - i * np.log(rate + m)
        for i, m in zip(o, e, strict=True)
    )


def averaged(likelihood: Array, mean: Array, variance: Array, value: Array) -> Array:
    """Mean square around `value` (unit,) over a grid of priors, all alike beforehand."""
    share = np.exp(likelihood - likelihood.max())
    share /= share.sum()
    return np.tensordot(share, variance + (mean - value) ** 2, axes=2)


@pytest.mark.parametrize(("seed", "sd"), [(1, 0.02), (2, 0.1), (3, 0.1), (4, 0.3)])
def test_beta_binomial_against_a_grid(seed: int, sd: float):
    x, n, _ = courts(seed, 20, sd, median=40.0)
    found = shrinkage.beta_binomial(x, n)
    centres, roots = np.linspace(0.2, 0.65, 181), np.linspace(0.002, 0.9, 250)
    mean, root = np.meshgrid(centres, roots, indexing="ij")
    precision = 1.0 / root**2 - 1.0
    likelihood = beta_likelihood(x, n, mean, precision)

    root_found = found.spread[0] / np.sqrt(found.centre[0] * (1.0 - found.centre[0]))
    best = np.unravel_index(likelihood.argmax(), likelihood.shape)
    assert found.centre[0] == pytest.approx(mean[best], abs=0.003)
    assert root_found == pytest.approx(root[best], abs=0.005)
    if root_found > 0.01:
        at = np.array(found.centre[0]), np.array(1.0 / root_found**2 - 1.0)
        assert beta_likelihood(x, n, *at) >= likelihood.max() - 1e-6

    a, b = (mean * precision)[..., None], ((1.0 - mean) * precision)[..., None]
    posterior = (a + x) / (a + b + n)
    variance = posterior * (1.0 - posterior) / (a + b + n + 1.0)
    expected = np.sqrt(averaged(likelihood, posterior, variance, found.value))
    assert found.se == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(("seed", "variation"), [(1, 0.05), (2, 0.3), (3, 0.3), (4, 1.0)])
def test_gamma_poisson_against_a_grid(seed: int, variation: float):
    rng = np.random.Generator(np.random.PCG64(seed))
    e = rng.lognormal(np.log(15.0), 1.0, 20)
    o = rng.poisson(e * rng.gamma(variation**-2, variation**2, 20)).astype(float)
    found = shrinkage.gamma_poisson(o, e)
    mean, c = np.meshgrid(np.linspace(0.3, 2.5, 221), np.linspace(0.004, 2.0, 250), indexing="ij")
    likelihood = gamma_likelihood(o, e, mean, c**-2)

    c_found = found.spread[0] / found.centre[0]
    best = np.unravel_index(likelihood.argmax(), likelihood.shape)
    assert found.centre[0] == pytest.approx(mean[best], abs=0.011)
    assert c_found == pytest.approx(c[best], abs=0.011)
    if c_found > 0.02:
        at = np.array(found.centre[0]), np.array(c_found**-2)
        assert gamma_likelihood(o, e, *at) >= likelihood.max() - 1e-6

    shape, rate = (c**-2)[..., None], (c**-2 / mean)[..., None]
    posterior, variance = (shape + o) / (rate + e), (shape + o) / (rate + e) ** 2
    expected = np.sqrt(averaged(likelihood, posterior, variance, found.value))
    assert found.se == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(("seed", "sd"), [(1, 0.0), (2, 0.5), (3, 2.0), (4, 20.0)])
def test_normal_against_a_grid_with_errors_a_hundredfold_apart(seed: int, sd: float):
    rng = np.random.Generator(np.random.PCG64(seed))
    se = np.geomspace(0.1, 10.0, 30)
    y = 50.0 + rng.normal(0.0, sd, 30) + rng.normal(0.0, se)
    found = shrinkage.normal(y, se)
    tau = np.linspace(0.0, max(5.0, 3.0 * sd), 700)
    mu = found.centre[0] + np.linspace(-1.0, 1.0, 241) * max(1.0, sd)
    mean, spread = np.meshgrid(mu, tau, indexing="ij")
    total = se**2 + spread[..., None] ** 2
    likelihood = -0.5 * (np.log(total) + (y - mean[..., None]) ** 2 / total).sum(axis=-1)
    restricted = logsumexp(likelihood, axis=0)
    assert found.spread[0] == pytest.approx(tau[restricted.argmax()], abs=tau[1])

    weight = spread[..., None] ** 2 / total
    posterior = mean[..., None] + weight * (y - mean[..., None])
    expected = np.sqrt(averaged(likelihood, posterior, se**2 * weight, found.value))
    assert found.se == pytest.approx(expected, rel=0.02)


# ---------------------------------------------------------------- edges


def check(found: ShrinkageEstimate, own: Array) -> None:
    """What holds for every shrunk unit, whatever the data."""
    for result in vars(found).values():
        assert np.isfinite(result).all()
    assert (found.se > 0).all()
    assert ((found.weight >= 0) & (found.weight <= 1)).all()
    low, high = np.minimum(own, found.centre), np.maximum(own, found.centre)
    assert ((found.value >= low - 1e-9) & (found.value <= high + 1e-9)).all()
    assert np.ptp(found.centre) == np.ptp(found.spread) == 0.0


@given(COUNTS)
def test_any_shares(counts: list[tuple[int, int]]):
    x, more = np.array(counts, dtype=float).T
    check(shrinkage.beta_binomial(x, x + more - 1.0 + (x == 0)), x / (x + more - 1.0 + (x == 0)))


@given(COUNTS)
def test_any_ratios(counts: list[tuple[int, int]]):
    o, e = np.array(counts, dtype=float).T
    check(shrinkage.gamma_poisson(o, e / 10.0), o / e * 10.0)


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0.1, 10.0)), min_size=5, max_size=25))
def test_any_estimates(units: list[tuple[float, float]]):
    y, se = np.array(units).T
    check(shrinkage.normal(y, se), y)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_equal_shares_are_wholly_shrunk_and_yet_not_certain(share: float):
    whole = np.array([2.0, 10.0, 40.0, 100.0, 300.0, 1000.0])
    found = shrinkage.beta_binomial(share * whole, whole)
    assert found.value == pytest.approx(share)
    assert (found.spread == 0).all() and (found.weight == 0).all()
    assert ((found.se > 0.0005) & (found.se < 0.05)).all()


def test_nothing_observed_is_a_ratio_of_0_and_not_certain():
    found = shrinkage.gamma_poisson(np.zeros(6), np.full(6, 5.0))
    assert (found.value == 0).all()
    assert found.se == pytest.approx(np.sqrt(0.5) / 30.0)


def test_shares_of_single_cases_say_nothing_of_the_spread():
    found = shrinkage.beta_binomial(np.array([0.0, 1, 1, 0, 0, 1, 0]), np.ones(7))
    assert found.value == pytest.approx(3 / 7)
    assert (found.se > 0.15).all(), "courts may all differ, and this cannot tell"


def test_courts_that_do_all_or_nothing_are_hardly_shrunk():
    whole = np.full(8, 200.0)
    found = shrinkage.beta_binomial(whole * np.array([0, 1, 0, 1, 0, 1, 0, 0]), whole)
    assert (found.weight > 0.99).all()


@pytest.mark.parametrize("fit", FITS)
def test_missing_units_stay_missing_and_change_nothing(fit):
    x, n, _ = courts(5, 12, 0.1)
    a, b = (x / n, 0.5 / np.sqrt(n)) if fit is shrinkage.normal else (x, n)
    alone = fit(a, b)
    gone = fit(np.insert(a, [0, 4, 12], [NAN, 0.0, 1.0]), np.insert(b, [0, 4, 12], [9.0, 0.0, NAN]))
    for name, found in vars(gone).items():
        assert np.isnan(found[[0, 5, 14]]).all()
        assert np.delete(found, [0, 5, 14]) == pytest.approx(getattr(alone, name), rel=1e-12)


@pytest.mark.parametrize("fit", FITS)
def test_too_few_units_have_no_peers_to_lean_on(fit):
    found = fit(np.array([1.0, 2, 3, 1]), np.array([4.0, 4, 4, 4]))
    assert np.isnan(list(vars(found).values())).all()


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="above its whole"):
        shrinkage.beta_binomial(np.array([1.0, 3]), np.array([4.0, 2]))
    with pytest.raises(ValueError, match="below 0"):
        shrinkage.gamma_poisson(np.array([1.0, -3]), np.array([4.0, 2]))


def test_groups_are_shrunk_apart():
    x, n, _ = courts(6, 40, 0.05)
    groups = np.array(["a", "b", "", "c"] + ["a", "b"] * 18)
    found = shrinkage.fit_by_group(shrinkage.beta_binomial, groups, x, n)
    assert np.isnan(found.value[[2, 3]]).all(), "no group, and a group of one"
    for label in "ab":
        inside = groups == label
        alone = shrinkage.beta_binomial(x[inside], n[inside])
        for name, result in vars(found).items():
            assert result[inside].tolist() == getattr(alone, name).tolist()


# ---------------------------------------------------------------- in simulation


@pytest.mark.parametrize(("fit", "seed"), [(FITS[0], 11), (FITS[1], 12), (FITS[2], 13)])
@pytest.mark.parametrize("sd", [0.005, 0.03, 0.1])
def test_intervals_cover(fit, seed: int, sd: float):
    """95 % intervals of 20 courts cover 92 % or more of the truths: also where the spread is small
    and often estimated as 0, and intervals that take the estimated prior for known cover few."""
    covered, naive = [], []
    for world in range(120):
        x, n, true = courts(1000 * seed + world, 20, sd)
        own, error = x / n, np.sqrt(0.24 / n)
        if fit is shrinkage.gamma_poisson:
            x = np.random.Generator(np.random.PCG64(world)).poisson(true * n).astype(float)
            error = np.sqrt(0.4 / n)
        found = fit(*((own, error) if fit is shrinkage.normal else (x, n)))
        off = np.abs(found.value - true)
        covered.append(off < 1.96 * found.se)
        naive.append(off < 1.96 * error * np.sqrt(found.weight))
    assert np.mean(covered) > 0.92
    if sd == 0.005:
        assert np.mean(naive) < 0.7


def test_shrunk_is_closer_and_small_courts_do_not_crowd_the_ends():
    found = small_courts.five_sizes(seed=7, worlds=60)
    by_size = zip(found.raw.error, found.shrunk.error, strict=True)
    assert all(shrunk < raw for raw, shrunk in by_size)
    assert found.truth.value == pytest.approx(0.4, abs=4 * found.truth.error)
    assert found.raw.small_share.value > found.truth.value + 10 * found.raw.small_share.error
    assert found.shrunk.small_share.value < 0.25, "the courts known best stand out"
    assert found.shrunk.top_hits.value > found.raw.top_hits.value


def test_one_size_keeps_its_order():
    """With as many cases in every court shrinkage moves none past another."""
    found = small_courts.one_size(cases=100, seed=7, worlds=30)
    assert found.raw.top_hits.value == found.shrunk.top_hits.value
    assert found.shrunk.rmse.value < found.raw.rmse.value


@pytest.mark.parametrize(("spread", "least"), [(0.08, 0.93), (0.03, 0.98), (0.0, 0.99)])
def test_a_newcomer_is_covered_by_what_its_peers_say(spread: float, least: float):
    """A court of which nothing is known, among 12 peers of 40 cases: its truth lies in the 95 %
    interval around their mean as often as stated, though their spread is estimated from them."""
    rng = np.random.Generator(np.random.PCG64(11))
    worlds, covered = 2_000, 0
    for _ in range(worlds):
        truth = rng.normal(0.4, spread, 13)
        seen = rng.binomial(40, np.clip(truth[:12], 0, 1)) / 40
        group = shrinkage.normal(seen, np.sqrt(0.24 / 40) * np.ones(12))
        covered += abs(truth[12] - group.centre[0]) <= 1.96 * group.prediction_error[0]
    assert covered / worlds >= least - 2 * np.sqrt(least * (1 - least) / worlds)
    assert spread == 0.0 or covered / worlds < 0.998, "not by being boundless"


def test_the_error_of_a_newcomer_is_that_of_a_draw_from_the_prior():
    """Over the spreads that the peers allow: how far places differ, and how well their mean is
    known for each spread. With equal errors the mean is the same for every spread."""
    rng = np.random.Generator(np.random.PCG64(3))
    n_peers, se = 15, 0.05
    y = rng.normal(0.4, 0.06, n_peers) + rng.normal(0.0, se, n_peers)
    found = shrinkage.normal(y, np.full(n_peers, se))
    tau = np.linspace(0.0, 1.0, 20_001)
    total = se**2 + tau**2
    likelihood = -0.5 * (n_peers - 1) * (np.log(total) + y.var(ddof=1) / total)
    share = np.exp(likelihood - likelihood.max())
    share /= share.sum()
    expected = np.sqrt((share * (tau**2 + total / n_peers)).sum())
    assert found.prediction_error == pytest.approx(np.full(n_peers, expected), rel=0.005)
    # Neither of the parts is small enough to be lost in the tolerance.
    assert np.sqrt((share * tau**2).sum()) < 0.98 * expected
    assert np.sqrt((share * total / n_peers).sum()) < 0.5 * expected


def test_the_error_of_a_newcomer_has_the_error_of_the_mean_that_moves_with_the_spread():
    """With unequal errors another spread has another mean, and the reported one is one of them."""
    se = np.repeat([0.03, 0.1], 6)
    y = np.concatenate([np.linspace(0.25, 0.35, 6), np.linspace(0.5, 0.6, 6)])
    found = shrinkage.normal(y, se)
    tau = np.linspace(0.0, 3.0, 60_001)[:, None]
    total = se**2 + tau**2
    information = (1.0 / total).sum(axis=1)
    centre = (y / total).sum(axis=1) / information
    likelihood = -0.5 * (
        np.log(total).sum(axis=1) + np.log(information) + ((y - centre[:, None]) ** 2 / total).sum(axis=1)
    )
    share = np.exp(likelihood - likelihood.max())
    share /= share.sum()
    parts = tau[:, 0] ** 2, 1.0 / information, (centre - found.centre[0]) ** 2
    expected = [float((share * part).sum()) for part in parts]
    assert found.prediction_error[0] == pytest.approx(np.sqrt(sum(expected)), rel=0.002)
    assert expected[2] > 0.01 * sum(expected), "a shift too small to be seen"


@pytest.mark.parametrize(
    ("fit", "arrays"),
    [
        (shrinkage.normal, ([0.2, 0.3, 0.4, 0.5, 0.6], [0.05] * 5)),
        (shrinkage.beta_binomial, ([2.0, 3.0, 4.0, 5.0, 6.0], [10.0] * 5)),
        (shrinkage.gamma_poisson, ([8.0, 9.0, 10.0, 11.0, 12.0], [10.0] * 5)),
    ],
)
def test_the_least_number_of_places_is_enough_and_one_fewer_is_not(fit, arrays):
    first, second = (np.array(array) for array in arrays)
    assert len(first) == shrinkage.MIN_PLACES
    assert np.isfinite(fit(first, second).value).all()
    assert np.isnan(fit(first[1:], second[1:]).value).all()
