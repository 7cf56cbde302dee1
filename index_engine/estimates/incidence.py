"""Cumulative incidence with competing events, delayed entry and censoring, from additive cells.

Arrays run (..., event, bin): any leading axes for places and periods, then the events of the
process, then bins of age (see index_engine.ages).

The estimator is Aalen-Johansen on the grid of bins (Aalen and Johansen 1978; Andersen, Borgan, Gill
and Keiding 1993, section IV.4). On a grid of days it is exact; wider bins are a life table whose
exposures are exact, because each entry and each censoring brings the part of its bin that it
missed. Variances are of Greenwood type: the hazards of a bin are multinomial over those at risk,
independent between bins, and everything reported is a smooth function of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index_engine.age_grid import MONTH_DAYS, AgeGrid, months_to_days
from index_engine.arrays import Array, BoolArray, IntArray


def number_at_risk(
    entries: Array,
    entries_elapsed_days: Array,
    censored: Array,
    censored_elapsed_days: Array,
    events: Array,
    age_grid: AgeGrid,
) -> Array:
    """Number at risk in each bin, shape (..., bin).

    entries, censored: spells that came under, or left, observation in a bin without an event, shape
    (..., bin); *_elapsed_days: the days of that bin already over then, summed. events: exits by
    event, shape (..., event, bin), at risk through their whole bin.
    """
    exits = events.sum(axis=-2)
    net_entries = entries - censored - exits
    number_at_start = np.cumsum(net_entries, axis=-1) - net_entries
    missed_exposure = entries_elapsed_days / age_grid.widths
    censored_exposure = censored_elapsed_days / age_grid.widths
    risk: Array = number_at_start + (entries - missed_exposure) - (censored - censored_exposure)
    return risk


@dataclass(frozen=True)
class IncidenceCurves:
    """Incidence curves. `hazard`: of each event in each bin among those at risk, shape (..., event,
    bin); `total_hazard`: of any event, (..., bin); `survival`: probability of no event before the
    bin; `risk`: numbers at risk; `n_estimable_bins`: number of leading bins that can be estimated,
    shape (...)."""

    hazard: Array
    total_hazard: Array
    survival: Array
    risk: Array
    n_estimable_bins: IntArray

    def select(self, *index: int | BoolArray) -> "IncidenceCurves":
        """The curve at one place of the leading axes, or those where a mask of them is true."""
        return IncidenceCurves(
            self.hazard[index],
            self.total_hazard[index],
            self.survival[index],
            self.risk[index],
            self.n_estimable_bins[index],
        )

    @property
    def mass(self) -> Array:
        """Probability of each event in each bin, shape (..., event, bin)."""
        return self.survival[..., None, :] * self.hazard


def aalen_johansen(events: Array, risk: Array, min_at_risk: float, max_unresolved: float) -> IncidenceCurves:
    """Curves from exits (..., event, bin) and numbers at risk (..., bin).

    A curve ends before the first bin with fewer than `min_at_risk` at risk, unless by then at most
    the share `max_unresolved` is still without an event: that share bounds what the few can decide,
    and a court is not to go without a number because it finishes nearly all of its cases.
    """
    exits = events.sum(axis=-2)
    # More exits than at risk come only from bins with almost nobody at risk; capped, so that a
    # probability stays one.
    capped_risk = np.maximum(risk, exits)
    inverse_risk = np.divide(1.0, capped_risk, out=np.zeros_like(capped_risk), where=capped_risk > 0)
    total_hazard = exits * inverse_risk
    survival_at_end = np.cumprod(1.0 - total_hazard, axis=-1)
    survival = np.concatenate([np.ones_like(survival_at_end[..., :1]), survival_at_end[..., :-1]], axis=-1)
    # A little above zero: n times 1 / n need not be 1.
    is_estimable = (risk >= min_at_risk) | (survival <= max(max_unresolved, 1e-12))
    return IncidenceCurves(
        hazard=events * inverse_risk[..., None, :],
        total_hazard=total_hazard,
        survival=survival,
        risk=capped_risk,
        n_estimable_bins=np.where(is_estimable.all(axis=-1), is_estimable.shape[-1], is_estimable.argmin(axis=-1)),
    )


def incidence_weights(age_grid: AgeGrid, months: float) -> Array:
    """Weights w with F(months) = sum of mass x w: 1 for bins passed, 0 for later ones, a share of a
    bin that the horizon cuts."""
    return np.clip((months_to_days(months) + 1 - age_grid.starts) / age_grid.widths, 0.0, 1.0)


def restricted_mean_weights(age_grid: AgeGrid, months: float) -> Array:
    """Weights w with (mean months before the event, up to `months`) = months - sum of mass x w.

    The mean is the integral of 1 - F over 0..months; an event at age t saves months - t, and within
    a bin events are spread evenly over its days.
    """
    horizon_days = months_to_days(months)
    saved_days = np.maximum(horizon_days - np.arange(age_grid.edges[-1]), 0).astype(np.float64)
    mean_by_bin: Array = np.add.reduceat(saved_days, age_grid.starts) / age_grid.widths
    return mean_by_bin / horizon_days * months


@dataclass(frozen=True)
class Functional:
    """A weighted sum of the mass of some events, for many curves at once.

    `value` (...), NaN where the curve ends too early. Its derivatives to the hazards of a bin are
    `gain` - `loss` for each of `events` and -`loss` for any other, both of shape (..., bin), up to the
    last bin with a weight; after it they are 0.
    """

    value: Array
    events: tuple[int, ...]
    gain: Array
    loss: Array

    def complement(self, constant: float) -> "Functional":
        """constant - this."""
        return Functional(constant - self.value, self.events, -self.gain, -self.loss)


def mass_functional(curves: IncidenceCurves, event: int | tuple[int, ...], weights: Array) -> Functional:
    """Sum over bins of mass[event] x weights[..., bin], with its derivatives to the hazards.

    Of several events, pooled to one: the sum of their masses. Raising the hazard of `event` in bin
    j adds surviving[j] x weights[j]; raising any hazard takes the share 1 / (1 - hazard[j]) of what
    was still to come.
    """
    events = (event,) if isinstance(event, int) else event
    n_needed_bins = _n_needed_bins(weights)
    last = int(np.max(n_needed_bins))
    gain = curves.survival[..., :last] * weights[..., :last]
    cumulative = np.cumsum(gain * _pooled_hazard(curves, events, last), axis=-1)
    value = cumulative[..., -1]
    bin_survival = 1.0 - curves.total_hazard[..., :last]
    loss = np.divide(value[..., None] - cumulative, bin_survival, out=np.zeros_like(gain), where=bin_survival > 1e-12)
    is_estimable = curves.n_estimable_bins >= n_needed_bins
    return Functional(np.where(is_estimable, value, np.nan), events, gain, loss)


def _pooled_hazard(curves: IncidenceCurves, events: Sequence[int], n_bins: int) -> Array:
    """Hazard of any of `events` in each of the first bins, shape (..., bin)."""
    hazard = curves.hazard[..., events[0], :n_bins]
    for event in events[1:]:
        hazard = hazard + curves.hazard[..., event, :n_bins]
    return hazard


def covariance(curves: IncidenceCurves, a: Functional, b: Functional) -> Array:
    """Covariance (...) of two functionals of the same curves; with a = b, the variance.

    The hazards of a bin are multinomial: the covariance of derivatives over its outcomes, divided
    by the number at risk, summed over bins. For F itself this is the delta-method variance of
    Aalen-Johansen (Marubini and Valsecchi 1995, section 10.4), and Greenwood's for one event
    without competitors.
    """
    last = min(a.gain.shape[-1], b.gain.shape[-1])  # after it the derivatives of one of them are 0
    (gain_a, loss_a), (gain_b, loss_b) = ((f.gain[..., :last], f.loss[..., :last]) for f in (a, b))
    total_hazard, risk = curves.total_hazard[..., :last], curves.risk[..., :last]
    gained_a, gained_b = (gain * _pooled_hazard(curves, f.events, last) for gain, f in ((gain_a, a), (gain_b, b)))
    lost_a, lost_b = loss_a * total_hazard, loss_b * total_hazard
    products = lost_a * loss_b - loss_a * gained_b - loss_b * gained_a
    shared_events = [event for event in a.events if event in b.events]
    if shared_events:
        products += gain_a * _pooled_hazard(curves, shared_events, last) * gain_b
    bin_covariance = products - (gained_a - lost_a) * (gained_b - lost_b)
    per_bin = np.divide(bin_covariance, risk, out=np.zeros_like(bin_covariance), where=risk > 0)
    return np.where(np.isnan(a.value) | np.isnan(b.value), np.nan, per_bin.sum(axis=-1))


PSEUDO_CASES = 4.0  # half of them with the event: Agresti and Coull (1998)


def sampling_variance(
    curves: IncidenceCurves, event: int | tuple[int, ...], weights: Array, age_grid: AgeGrid
) -> Array:
    """Variance (...) of the sum over bins of mass[event] x weights[..., bin], above 0 also where no
    case ended in the event within the bins that have a weight, or every one.

    The delta-method variance of `covariance` is 0 there, and too small while events are few, since
    a hazard of 0 is taken to be known. So the hazards are those with four pseudo-cases added, two
    with the event, spread evenly over the days of those bins, and two without any: the shares of
    Agresti and Coull (1998, The American Statistician 52: 119-126), here of a curve. Of n cases followed
    to their end it is p~(1 - p~) / n, their share p~ = (k + 2) / (n + 4) on the cases there are.
    `python -m bench.sparse_events` says how well intervals hold.
    """
    events = (event,) if isinstance(event, int) else event
    n_needed_bins = _n_needed_bins(weights)
    last = int(np.max(n_needed_bins))  # what comes after it is not read: half of the bins, of a year
    weights, curve_risk = weights[..., :last], curves.risk[..., :last]
    days = np.where(weights > 0.0, age_grid.widths[:last], 0)
    pseudo_events = PSEUDO_CASES / 2.0 * days / days.sum(axis=-1, keepdims=True)
    pseudo_risk = PSEUDO_CASES - (np.cumsum(pseudo_events, axis=-1) - pseudo_events)
    risk = curve_risk + pseudo_risk
    hazard = (_pooled_hazard(curves, events, last) * curve_risk + pseudo_events) / risk
    total_hazard = (curves.total_hazard[..., :last] * curve_risk + pseudo_events) / risk
    bin_survival = 1.0 - total_hazard
    survival = np.ones_like(bin_survival)
    np.cumprod(bin_survival[..., :-1], axis=-1, out=survival[..., 1:])
    # As in `mass_functional` and `covariance`, of one event and of a functional with itself.
    gain = survival * weights
    gained = gain * hazard
    remaining = np.cumsum(gained[..., ::-1], axis=-1)[..., ::-1] - gained
    loss = remaining / bin_survival  # two of the pseudo-cases never have the event, so that it is above 0
    lost = loss * total_hazard
    squares = gained * (gain - 2.0 * loss) + loss * lost - (gained - lost) ** 2
    # Cases that would give this exposure, followed from their beginning.
    n_cases = (curve_risk * days).sum(axis=-1) / (curves.survival[..., :last] * days).sum(axis=-1)
    inflation = np.divide(n_cases + PSEUDO_CASES, n_cases, out=np.full_like(n_cases, np.nan), where=n_cases > 0)
    variance = (squares / risk).sum(axis=-1) * inflation
    return np.where(curves.n_estimable_bins >= n_needed_bins, variance, np.nan)


def _n_needed_bins(weights: Array) -> IntArray:
    """Number of leading bins (...) up to the last with a weight."""
    n_bins: IntArray = weights.shape[-1] - (weights[..., ::-1] > 0).argmax(axis=-1)
    return n_bins


def months_to_reach(curves: IncidenceCurves, event: int, share: float, age_grid: AgeGrid) -> Array:
    """First age in months at which F reaches `share`, read off at the ends of bins; NaN where the
    curve never does."""
    exceeds_share = np.cumsum(curves.mass[..., event, :], axis=-1) >= share
    first_bin = exceeds_share.argmax(axis=-1)
    is_estimable = exceeds_share.any(axis=-1) & (first_bin < curves.n_estimable_bins)
    return np.where(is_estimable, (np.array(age_grid.edges[1:])[first_bin] - 1) / MONTH_DAYS, np.nan)
