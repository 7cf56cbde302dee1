"""Cumulative incidence with competing events, delayed entry and censoring, from additive cells.

Arrays run (..., event, bin): any leading axes for units and periods, then the events of the clock,
then bins of age (see index_engine.ages).

The estimator is Aalen-Johansen on the grid of bins (Aalen and Johansen 1978; Andersen, Borgan, Gill
and Keiding 1993, section IV.4). On a grid of days it is exact; wider bins are a life table whose
exposures are exact, because each entry and each censoring brings the part of its bin that it
missed. Variances are of Greenwood type: the hazards of a bin are multinomial over those at risk,
independent between bins, and everything reported is a smooth function of them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index_engine.ages import MONTH_DAYS, Ages, days_of

Array = npt.NDArray[np.float64]


def at_risk(
    entries: Array,
    entries_elapsed: Array,
    leaves: Array,
    leaves_elapsed: Array,
    events: Array,
    grid: Ages,
) -> Array:
    """Number at risk in each bin, shape (..., bin).

    entries, leaves: spells that came under, or left, observation in a bin without an event, shape
    (..., bin); *_elapsed: the days of that bin already passed then, summed. events: exits by event,
    shape (..., event, bin), at risk through their whole bin.
    """
    ended = events.sum(axis=-2)
    net = entries - leaves - ended
    before = np.cumsum(net, axis=-1) - net
    missed = entries_elapsed / grid.widths
    stayed = leaves_elapsed / grid.widths
    risk: Array = before + (entries - missed) - (leaves - stayed)
    return risk


@dataclass(frozen=True)
class Curves:
    """Incidence curves. `hazard`: of each event in each bin among those at risk, shape (..., event,
    bin); `total`: of any event, (..., bin); `surviving`: probability of no event before the bin;
    `risk`: numbers at risk; `reach`: number of leading bins that can be estimated, shape (...)."""

    hazard: Array
    total: Array
    surviving: Array
    risk: Array
    reach: npt.NDArray[np.int64]

    def at(self, *index: int) -> "Curves":
        """The curve at one place of the leading axes."""
        return Curves(
            self.hazard[index],
            self.total[index],
            self.surviving[index],
            self.risk[index],
            self.reach[index],
        )

    @property
    def mass(self) -> Array:
        """Probability of each event in each bin, shape (..., event, bin)."""
        return self.surviving[..., None, :] * self.hazard


def aalen_johansen(events: Array, risk: Array, min_at_risk: float, max_unresolved: float) -> Curves:
    """Curves from exits (..., event, bin) and numbers at risk (..., bin).

    A curve ends before the first bin with fewer than `min_at_risk` at risk, unless by then at most
    the share `max_unresolved` is still without an event: that share bounds what the few can decide,
    and a court is not to go without a number because it finishes nearly all of its cases.
    """
    ended = events.sum(axis=-2)
    # More exits than at risk come only from bins with almost nobody at risk; capped, so that a
    # probability stays one.
    base = np.maximum(risk, ended)
    share = np.divide(1.0, base, out=np.zeros_like(base), where=base > 0)
    total = ended * share
    through = np.cumprod(1.0 - total, axis=-1)
    surviving = np.concatenate([np.ones_like(through[..., :1]), through[..., :-1]], axis=-1)
    # A hair above zero: n times 1 / n need not be 1.
    known = (risk >= min_at_risk) | (surviving <= max(max_unresolved, 1e-12))
    return Curves(
        hazard=events * share[..., None, :],
        total=total,
        surviving=surviving,
        risk=base,
        reach=np.where(known.all(axis=-1), known.shape[-1], known.argmin(axis=-1)),
    )


def incidence_weights(grid: Ages, months: float) -> Array:
    """Weights w with F(months) = sum of mass x w: 1 for bins passed, 0 for later ones, a share of a
    bin that the horizon cuts."""
    return np.clip((days_of(months) + 1 - grid.starts) / grid.widths, 0.0, 1.0)


def saved_time_weights(grid: Ages, months: float) -> Array:
    """Weights w with (mean months before the event, up to `months`) = months - sum of mass x w.

    The mean is the integral of 1 - F over 0..months; an event at age t saves months - t, and within
    a bin events are spread evenly over its days.
    """
    horizon = days_of(months)
    saved = np.maximum(horizon - np.arange(grid.edges[-1]), 0).astype(np.float64)
    by_bin: Array = np.add.reduceat(saved, grid.starts) / grid.widths
    return by_bin / horizon * months


@dataclass(frozen=True)
class Functional:
    """A weighted sum of one event's mass, for many curves at once.

    `value` (...), NaN where the curve ends too early. Its derivatives to the hazards of a bin are
    `gain` - `loss` for the event itself and -`loss` for any other, both of shape (..., bin).
    """

    value: Array
    event: int
    gain: Array
    loss: Array

    def subtracted_from(self, constant: float) -> "Functional":
        """constant - this."""
        return Functional(constant - self.value, self.event, -self.gain, -self.loss)


def functional(curves: Curves, event: int, weights: Array) -> Functional:
    """Sum over bins of mass[event] x weights[..., bin], with its derivatives to the hazards.

    Raising the hazard of `event` in bin j adds surviving[j] x weights[j]; raising any hazard takes
    the share 1 / (1 - hazard[j]) of what was still to come.
    """
    gain = curves.surviving * weights
    running = np.cumsum(gain * curves.hazard[..., event, :], axis=-1)
    value = running[..., -1]
    staying = 1.0 - curves.total
    loss = np.divide(
        value[..., None] - running, staying, out=np.zeros_like(gain), where=staying > 1e-12
    )
    needed = weights.shape[-1] - (weights[..., ::-1] > 0).argmax(axis=-1)
    return Functional(np.where(curves.reach >= needed, value, np.nan), event, gain, loss)


def covariance(curves: Curves, a: Functional, b: Functional) -> Array:
    """Covariance (...) of two functionals of the same curves; with a = b, the variance.

    The hazards of a bin are multinomial: the covariance of derivatives over its outcomes, divided
    by the number at risk, summed over bins. For F itself this is the delta-method variance of
    Aalen-Johansen (Marubini and Valsecchi 1995, section 10.4), and Greenwood's for one event
    without competitors.
    """
    gain_a = a.gain * curves.hazard[..., a.event, :]
    gain_b = b.gain * curves.hazard[..., b.event, :]
    lost_a, lost_b = a.loss * curves.total, b.loss * curves.total
    products = lost_a * b.loss - a.loss * gain_b - b.loss * gain_a
    if a.event == b.event:
        products += gain_a * b.gain
    spread = products - (gain_a - lost_a) * (gain_b - lost_b)
    per_bin = np.divide(spread, curves.risk, out=np.zeros_like(spread), where=curves.risk > 0)
    return np.where(np.isnan(a.value) | np.isnan(b.value), np.nan, per_bin.sum(axis=-1))


def months_to_reach(curves: Curves, event: int, share: float, grid: Ages) -> Array:
    """First age in months at which F reaches `share`, read off at the ends of bins; NaN where the
    curve never does."""
    reached = np.cumsum(curves.mass[..., event, :], axis=-1) >= share
    first = reached.argmax(axis=-1)
    known = reached.any(axis=-1) & (first < curves.reach)
    return np.where(known, (np.array(grid.edges[1:])[first] - 1) / MONTH_DAYS, np.nan)
