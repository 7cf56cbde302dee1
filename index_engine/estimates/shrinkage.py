"""Empirical Bayes: estimates of small places shrunk towards their peers, the more the less precise.

All arrays are (place,), the places of one peer group at one time (see
index_engine.estimates.peer_groups). Each place's estimate is taken as its own truth plus sampling
error, and the truths of a group as draws from one prior, whose centre and spread are estimated from
the group itself. What is returned for a place is its posterior mean, weight x own estimate + (1 -
weight) x centre (Efron and Morris 1975; Morris 1983, JASA 78: 47-55).

The standard error is not the usual posterior standard deviation given the estimated prior, which is
too short, most of all where the spread is estimated as 0 (Morris 1983, section 4). Two parts are
added. The centre is estimated: (1 - weight)^2 x its variance (Morris 1983, formula for s_i^2 with
r = 1; the same term is g2 of Prasad and Rao 1990, JASA 85: 163-171). And the spread is estimated:
the variance is averaged over spreads, each as likely as the data make it with every spread alike
beforehand, plus the squared distance of each one's mean from the value reported (Rubin 1981, J.
Educational Statistics 6: 377-401, section 4; flat on the standard deviation, Gelman 2006). So the
value is that of the most likely spread, the error says how little is known about the spread.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from index_engine.arrays import Array, BoolArray, TextArray

MIN_PLACES = 5  # with fewer, nothing can be said about how places differ
COARSE_STEPS, FINE_STEPS = (25, 33)  # spreads tried: over all magnitudes, then where the likelihood is
NEGLIGIBLE_LOG_RATIO = 8.0  # log-likelihoods this far below the best count for nothing
LIKELIHOOD_TOLERANCE = 1e-6  # a gain in log-likelihood below this is rounding: the spread is 0


@dataclass(frozen=True)
class ShrinkageEstimate:
    """Estimates after shrinkage, arrays (place,); NaN where a place has no estimate of its own.

    `value`: posterior mean; `se`: its standard error (see the module); `weight`: share of the
    place's own data in the value, 1 = not shrunk, 0 = the centre; `centre` and `spread`: mean and
    standard deviation of the prior of the place's group; `prediction_error`: standard error of the
    centre as a prediction of one more place of the group, of which nothing is known.
    """

    value: Array
    se: Array
    weight: Array
    centre: Array
    spread: Array
    prediction_error: Array


@dataclass(frozen=True)
class _Priors:
    """Priors of several spreads, one a row, and what each makes of the places.

    `likelihood` (row,): what the reported prior maximises; `evidence` (row,): log-likelihood with
    the centre integrated out; `centre`, `spread` and `centre_variance`, (row, 1); the rest (row,
    place), `variance` with the part that comes from estimating the centre.
    """

    likelihood: Array
    evidence: Array
    centre: Array
    spread: Array
    weight: Array
    mean: Array
    variance: Array
    centre_variance: Array


PriorFamily = Callable[[Array], _Priors]


def normal(value: Array, se: Array) -> ShrinkageEstimate:
    """Shrink estimates with known standard errors: normal prior, normal sampling.

    Spread by restricted maximum likelihood (REML; Harville 1977; with known variances Viechtbauer
    2005, section 2), centre by generalised least squares. REML rather than Paule and Mandel's or
    DerSimonian and Laird's moments, because with errors that differ a hundredfold these let the
    many imprecise places drown what the few precise ones say about the spread. With equal errors
    all three are the analysis of variance.

    A place without a value or with a standard error that is not above 0 stays NaN (an error of 0
    comes from too few cases, not from certainty), and all do where fewer than MIN_PLACES remain.
    """
    with np.errstate(invalid="ignore"):
        has_estimate = np.isfinite(value) & np.isfinite(se) & (se > 0)
    y, v = value[has_estimate], se[has_estimate] ** 2
    if y.size < MIN_PLACES:
        return _missing_estimate(has_estimate)

    def fit_priors(tau: Array) -> _Priors:
        total = v + tau[:, None] ** 2
        inverse = 1.0 / total
        information = inverse.sum(axis=1, keepdims=True)
        centre = (inverse * y).sum(axis=1, keepdims=True) / information
        deviation = y - centre
        restricted_likelihood = -0.5 * (
            np.log(total).sum(axis=1) + np.log(information[:, 0]) + (inverse * deviation**2).sum(axis=1)
        )
        weight = tau[:, None] ** 2 * inverse
        return _Priors(
            likelihood=restricted_likelihood,
            evidence=restricted_likelihood,
            centre=centre,
            spread=tau[:, None],
            weight=weight,
            mean=centre + weight * deviation,
            variance=v * weight + (1.0 - weight) ** 2 / information,
            centre_variance=1.0 / information,
        )

    # Beyond `max_spread` the likelihood can only fall: the spread would exceed all that is seen.
    max_spread = np.sqrt(10.0 * (np.ptp(y) ** 2 + v.max()))
    return _expand(has_estimate, _fit_spread(fit_priors, 1e-3 * np.sqrt(v.min()), max_spread))


def beta_binomial(part: Array, total: Array) -> ShrinkageEstimate:
    """Shrink shares part / total: beta prior, binomial sampling, counts that need not be whole.

    Prior by maximum marginal likelihood (Griffiths 1973, Biometrics 29: 637-648), in terms of the
    mean m and the correlation rho = 1 / (a + b + 1) of two cases of one place; for each rho, m
    starts from Kleinman's (1973, JASA 68: 46-54) moments. Posterior beta(a + part, b + total -
    part), so weight = total / (total + a + b). The variance of the centre is that of Agresti and
    Coull (1998; see rates.share) at its effective number of cases, so that a group of nothing but
    zeros is not called certain.

    A place without cases or with a NaN stays NaN, and all do where fewer than MIN_PLACES remain.
    Raises ValueError where part is negative or above total.
    """
    with np.errstate(invalid="ignore"):
        has_estimate = np.isfinite(part) & (total > 0)
        if ((part < 0) | (part > total)).any():
            raise ValueError("a part below 0 or above its whole")
    x, n = part[has_estimate], total[has_estimate]
    if x.size < MIN_PLACES:
        return _missing_estimate(has_estimate)
    min_spread = 1.0 / np.sqrt(1e3 * n.max())  # a prior worth a thousand of the largest place
    has_variation = 0.0 < x.sum() < n.sum()

    def fit_priors(root_rho: Array) -> _Priors:
        rho = root_rho[:, None] ** 2
        if has_variation:
            likelihood, centre, effective_cases = _beta_centres(x, n, np.maximum(rho, min_spread**2))
        else:
            likelihood, effective_cases = np.zeros(root_rho.size), np.full(rho.shape, n.sum())
            centre = np.full(rho.shape, x.sum() / n.sum())
        weight = n * rho / (n * rho + 1.0 - rho)
        mean = centre + weight * (x / n - centre)
        smoothed_share = (centre * effective_cases + 2.0) / (effective_cases + 4.0)
        centre_variance = smoothed_share * (1.0 - smoothed_share) / (effective_cases + 4.0)
        return _Priors(
            likelihood=likelihood,
            evidence=likelihood + 0.5 * np.log(centre_variance[:, 0]),
            centre=centre,
            spread=np.sqrt(rho * centre * (1.0 - centre)),
            weight=weight,
            mean=mean,
            variance=mean * (1.0 - mean) * rho / (1.0 + n * rho) + (1.0 - weight) ** 2 * centre_variance,
            centre_variance=centre_variance,
        )

    return _expand(has_estimate, _fit_spread(fit_priors, min_spread, 0.9995 if has_variation else 0.0))


def gamma_poisson(observed: Array, expected: Array) -> ShrinkageEstimate:
    """Shrink ratios observed / expected of counts: gamma prior, Poisson sampling.

    Clayton and Kaldor (1987, Biometrics 43: 671-681, section 3), with the prior by maximum
    marginal (negative binomial) likelihood, in terms of the mean m and the coefficient of
    variation c; the mean for a given c is their fixed point. Posterior gamma(1 / c^2 + observed,
    1 / (c^2 m) + expected). To the variance of the centre half a count is added (Jeffreys's prior),
    so that no count at all is not called certain.

    A place with nothing expected or with a NaN stays NaN, and all do where fewer than MIN_PLACES
    remain. Raises ValueError where an observed number is negative.
    """
    with np.errstate(invalid="ignore"):
        has_estimate = np.isfinite(observed) & np.isfinite(expected) & (expected > 0)
        if (observed < 0).any():
            raise ValueError("an observed number below 0")
    o, e = observed[has_estimate], expected[has_estimate]
    if o.size < MIN_PLACES:
        return _missing_estimate(has_estimate)
    has_variation = o.sum() > 0
    min_spread = 1.0 / np.sqrt(1e3 * max(1.0, e.max() * o.sum() / e.sum()))

    def fit_priors(variation: Array) -> _Priors:
        c2 = variation[:, None] ** 2
        centre = _gamma_centres(o, e, c2)
        likelihood = np.zeros(variation.size)
        if has_variation:
            likelihood = _negative_binomial(o, e, centre, np.maximum(c2, min_spread**2))
        centre_weight = 1.0 / (1.0 + c2 * centre * e)
        effective_exposure = (centre_weight * e).sum(axis=1, keepdims=True)
        centre_variance = (centre * effective_exposure + 0.5) / effective_exposure**2
        weight = 1.0 - centre_weight
        mean = centre + weight * (o / e - centre)
        return _Priors(
            likelihood=likelihood,
            evidence=likelihood + 0.5 * np.log(centre_variance[:, 0]),
            centre=centre,
            spread=variation[:, None] * centre,
            weight=weight,
            mean=mean,
            variance=mean * c2 * centre * centre_weight + centre_weight**2 * centre_variance,
            centre_variance=centre_variance,
        )

    return _expand(has_estimate, _fit_spread(fit_priors, min_spread, 10.0 if has_variation else 0.0))


def fit_by_group(
    fit: Callable[[Array, Array], ShrinkageEstimate], groups: TextArray, *arrays: Array
) -> ShrinkageEstimate:
    """Apply `fit` to `arrays` (place,) within each of `groups` (place,), labels of peers.

    A place whose label is empty has no peers and stays NaN, as do the places of a group with fewer
    than MIN_PLACES estimates.
    """
    result = _missing_estimate(np.zeros(groups.shape, dtype=bool))
    for label in np.unique(groups):
        if label:
            is_member = groups == label
            group_result = fit(*(array[is_member] for array in arrays))
            for name, column in vars(result).items():
                column[is_member] = getattr(group_result, name)
    return result


def _fit_spread(family: PriorFamily, min_spread: float, max_spread: float) -> ShrinkageEstimate:
    """Find the most likely spread between 0 and `max_spread`, and the uncertainty around it.

    `min_spread` is a spread that cannot be distinguished from 0. The grid is first geometric over
    all magnitudes and then, twice, even over where the likelihood is: it may have more than one
    peak when places differ much in size, so climbing from one place is not enough.
    """
    if max_spread == 0.0:
        prior = family(np.zeros(1))
        return _posterior_estimate(prior, prior.variance[0], float(prior.centre_variance[0, 0]))
    spreads = np.concatenate([[0.0], np.geomspace(min_spread, max_spread, COARSE_STEPS)])
    candidates = family(spreads)
    for _ in range(2):
        likely_rows = np.flatnonzero(candidates.evidence > candidates.evidence.max() - NEGLIGIBLE_LOG_RATIO)
        first, last = max(likely_rows[0] - 1, 0), min(likely_rows[-1] + 1, spreads.size - 1)
        spreads = np.linspace(spreads[first], spreads[last], FINE_STEPS)
        candidates = family(spreads)
    best = family(np.array([_most_likely_spread(family, spreads, candidates.likelihood)]))
    posterior = np.exp(candidates.evidence - candidates.evidence.max())
    posterior /= posterior.sum()
    squared_shift = (candidates.mean - best.mean) ** 2
    # Of one more place the prior is all there is, and how little is known of it matters most.
    centre_shift = (candidates.centre - best.centre) ** 2
    prediction_variance = posterior @ (candidates.spread**2 + candidates.centre_variance + centre_shift)[:, 0]
    return _posterior_estimate(best, posterior @ (candidates.variance + squared_shift), float(prediction_variance))


def _posterior_estimate(prior: _Priors, variance: Array, prediction_variance: float) -> ShrinkageEstimate:
    """The places (place,) under the one prior of `prior`, with their variances."""
    value = prior.mean[0]
    centre, spread = (np.full(value.shape, parameter[0, 0]) for parameter in (prior.centre, prior.spread))
    prediction_error = np.full(value.shape, np.sqrt(prediction_variance))
    return ShrinkageEstimate(value, np.sqrt(variance), prior.weight[0], centre, spread, prediction_error)


def _most_likely_spread(family: PriorFamily, spreads: Array, likelihood: Array) -> float:
    """The spread of the highest likelihood, refined between the neighbours of the best in
    `spreads`; 0 where no other is better."""
    from scipy.optimize import minimize_scalar

    peak = int(likelihood.argmax())
    low, high = spreads[max(peak - 1, 0)], spreads[min(peak + 1, spreads.size - 1)]
    optimum = minimize_scalar(
        lambda spread: -float(family(np.array([spread])).likelihood[0]),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-7 * (high - low)},
    )
    zero_spread_likelihood = float(family(np.zeros(1)).likelihood[0])
    return float(optimum.x) if -optimum.fun > zero_spread_likelihood + LIKELIHOOD_TOLERANCE else 0.0


def _beta_centres(x: Array, n: Array, rho: Array) -> tuple[Array, Array, Array]:
    """Log-likelihood (row,), most likely mean and its effective number of cases (row, 1) for each
    rho (row, 1).

    The likelihood is concave in the mean, so Newton's steps, kept inside 0..1, find it; the second
    derivative is a difference quotient of the first. Effective cases: information x m (1 - m).
    """
    from scipy.special import betaln, digamma

    precision = (1.0 - rho) / rho

    def slope(mean: Array) -> Array:
        a, b = precision * mean, precision * (1.0 - mean)
        gain = digamma(a + x) - digamma(a) - digamma(b + n - x) + digamma(b)
        total: Array = precision * gain.sum(axis=1, keepdims=True)
        return total

    weight = n / (1.0 + (n - 1.0) * rho)
    mean = (weight * x / n).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
    for _ in range(20):
        width = mean * (1.0 - mean)
        step = 1e-5 * width
        current_slope = slope(mean)
        information = (current_slope - slope(mean + step)) / step
        next_mean = np.clip(mean + current_slope / information, mean / 4.0, 1.0 - (1.0 - mean) / 4.0)
        is_close = bool((np.abs(next_mean - mean) < 1e-7 * width).all())
        mean = next_mean
        if is_close:
            break
    a, b = precision * mean, precision * (1.0 - mean)
    likelihood = (betaln(a + x, b + n - x) - betaln(a, b)).sum(axis=1)
    return likelihood, mean, information * mean * (1.0 - mean)


def _gamma_centres(o: Array, e: Array, c2: Array) -> Array:
    """Most likely mean (row, 1) of the ratios for each squared coefficient of variation (row, 1):
    the fixed point of sum(w o) / sum(w e), w = 1 / (1 + c2 m e)."""
    mean = np.full(c2.shape, o.sum() / e.sum())
    for _ in range(200):
        weight = 1.0 / (1.0 + c2 * mean * e)
        next_mean = (weight * o).sum(axis=1, keepdims=True) / (weight * e).sum(axis=1, keepdims=True)
        is_close = bool((np.abs(next_mean - mean) <= 1e-12 * mean).all())
        mean = next_mean
        if is_close:
            break
    return mean


def _negative_binomial(o: Array, e: Array, mean: Array, c2: Array) -> Array:
    """Log-likelihood (row,) without the terms that no parameter enters."""
    from scipy.special import gammaln

    shape = 1.0 / c2
    rate = shape / mean
    terms = gammaln(o + shape) - gammaln(shape) - o * np.log(rate + e)
    total: Array = (terms - shape * np.log1p(e / rate)).sum(axis=1)
    return total


def _missing_estimate(mask: BoolArray) -> ShrinkageEstimate:
    """NaN for every place of a mask (place,)."""
    return ShrinkageEstimate(*(np.full(mask.shape, np.nan) for _ in range(6)))


def _expand(has_estimate: BoolArray, shrunk: ShrinkageEstimate) -> ShrinkageEstimate:
    """Results of the known places at their places among all (place,)."""
    result = _missing_estimate(has_estimate)
    for name, column in vars(result).items():
        column[has_estimate] = getattr(shrunk, name)
    return result
