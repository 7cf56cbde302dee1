"""Control charts of quarterly rates: has a place changed against its own past?

A rate of one quarter is set against the same place's rate over a baseline of up to three years that
ends a year before, with the season taken out, and the differences of the four quarters since are
added up: a two-sided tabular CUSUM (Page 1954, Biometrika 41: 100-115; Montgomery, Introduction to
Statistical Quality Control, section 9.1). Quarters are used, not rolling years, which share months
with each other and so drift by themselves.

Differences are taken on the arcsine scale, where the binomial error is 1 / (2 sqrt n) whatever the
rate, and are divided by the spread of the place's own baseline quarters where that is wider than
binomial (overdispersion; Spiegelhalter 2005, Quality and Safety in Health Care 14: 347-351). A
spread known from few quarters is steadied by that of all places of the level (Smyth 2004,
Statistical Applications in Genetics and Molecular Biology 3: article 3).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

WATCHED = 4  # quarters in which a change may have come
MOST_BASELINE, LEAST_BASELINE = 12, 6  # quarters before these
LEAST_N = 30  # of the denominator in a quarter that counts
ALLOWANCE = 0.5  # k, in standard deviations: half the shift that is found soonest
STEADIED_BY = 12  # quarters that the spread of all places counts as beside the place's own
FALSE_ALARM = 0.001  # probability that a series without a change signals within the four quarters
# h by number of baseline quarters: what `alarm_limit` finds for FALSE_ALARM in two million draws
# each (seed 7); a test draws them again.
LIMITS = {6: 6.92, 7: 6.69, 8: 6.52, 9: 6.39, 10: 6.3, 11: 6.2, 12: 6.13}


@dataclass(frozen=True)
class Chart:
    """The charts of one figure of a level as seen from one period. Arrays are (unit,) or (unit,
    quarter), quarters being those of the baseline and the four watched.

    `counted`: quarters of enough n; `charted`: units with enough of them; `season` (quarter,) on
    the logit scale; `level` the logit of the unit's baseline rate; `theta` what is expected on the
    arcsine scale; `spread` see index.exceptions; `z` differences in standard deviations; `up` and
    `down` (unit, watched) the two sums; `alarm` (unit,) their limit.
    """

    counted: Mask
    charted: Mask
    theta: Array
    spread: Array
    z: Array
    up: Array
    down: Array
    alarm: Array


# ---------------------------------------------------------------- the chart


def season(part: Array, whole: Array, quarters: npt.NDArray[np.int64]) -> Array:
    """Seasonal component of a rate on the logit scale, (quarter,), from the counts of the nation.

    Least squares of the logits on a straight line in time and the quarter of the year, whose four
    effects add up to nothing. Quarters without a case take no part.
    """
    # Half a case more on both sides keeps a logit finite (Haldane 1956).
    logit = np.log((part + 0.5) / (whole - part + 0.5))
    of_year = quarters % 4
    design = np.column_stack(
        [np.ones(len(quarters)), np.arange(len(quarters)) - len(quarters) / 2.0]
        + [(of_year == q).astype(float) - (of_year == 3) for q in range(3)]
    )
    known = whole > 0
    found, *_ = np.linalg.lstsq(design[known], logit[known], rcond=None)
    effects = np.append(found[2:], -found[2:].sum())
    return np.asarray(effects[of_year])


def chart(part: Array, whole: Array, seasonal: Array) -> Chart:
    """Charts of the rates `part` / `whole`, (unit, quarter), the last four quarters watched."""
    counted = whole >= LEAST_N
    baseline = counted.copy()
    baseline[:, -WATCHED:] = False
    m = baseline.sum(axis=1)
    charted = (m >= LEAST_BASELINE) & counted[:, -WATCHED:].all(axis=1)
    expected = _level(part, whole, baseline)[:, None] + seasonal
    theta = np.arcsin(np.sqrt(_expit(expected)))
    with np.errstate(invalid="ignore"):  # quarters without a case, which are not counted
        seen = np.arcsin(np.sqrt((part + 0.375) / (whole + 0.75)))  # Anscombe 1948
    w = np.where(counted, 2.0 * np.sqrt(whole) * (seen - theta), 0.0)
    # The level is settled on the scale of the chart: baseline differences, by root n, add up to 0.
    root = np.sqrt(whole)
    shift = _ratio((w * root * baseline).sum(axis=1), (whole * baseline).sum(axis=1))
    w = np.where(counted, w - shift[:, None] * root, 0.0)
    theta = theta + shift[:, None] / 2.0
    own = _ratio((w**2 * baseline).sum(axis=1), m - 1.0)
    mean_n = _ratio((whole * baseline).sum(axis=1), m)
    spread = np.sqrt(np.maximum(_steadied(own, m, mean_n, charted), 1.0))
    z = w / spread[:, None]
    up, down = _sums(z[:, -WATCHED:])
    alarm = np.array([LIMITS.get(int(count), np.nan) for count in m])
    return Chart(counted, charted, theta, spread, z, up, down, alarm)


def _level(part: Array, whole: Array, baseline: Mask) -> Array:
    """Logit of the rate of the baseline, (unit,)."""
    y, n = (part * baseline).sum(axis=1), (whole * baseline).sum(axis=1)
    found: Array = np.log((y + 0.5) / (n - y + 0.5))
    return found


def _steadied(own: Array, m: npt.NDArray[np.int64], mean_n: Array, charted: Mask) -> Array:
    """Variances (unit,) of which `own` is known from m - 1 degrees of freedom only, drawn to what
    is usual at the level: 1 of chance, and as much more as quarters differ beyond it, which tells
    the more the larger n is. Each counts by its degrees of freedom."""
    beyond = (own - 1.0)[charted].sum() / max(mean_n[charted].sum(), 1.0)
    usual = 1.0 + max(beyond, 0.0) * mean_n
    degrees = m - 1.0
    found: Array = (STEADIED_BY * usual + degrees * own) / (STEADIED_BY + degrees)
    return found


def _sums(z: Array) -> tuple[Array, Array]:
    """Both tabular sums (unit, watched), from 0 before the first quarter watched."""
    up, down = np.zeros_like(z), np.zeros_like(z)
    high = low = np.zeros(len(z))
    for quarter in range(z.shape[1]):
        high = np.maximum(0.0, high + z[:, quarter] - ALLOWANCE)
        low = np.maximum(0.0, low - z[:, quarter] - ALLOWANCE)
        up[:, quarter], down[:, quarter] = high, low
    return up, down


def begins(z: Array, total: Array, signal: int) -> int:
    """Position of the quarter in which the change most likely began, among those watched.

    Candidates follow the last quarter before the signal in which the sum was 0; of them the one
    from which on the mean of `z` (watched,) is farthest from 0, in its own standard errors: the
    likeliest one under normal noise (Hinkley 1970, Biometrika 57: 1-17).
    """
    first = max((q + 1 for q in range(signal) if total[q] == 0.0), default=0)
    distance = [abs(z[q:].sum()) / np.sqrt(len(z) - q) for q in range(first, signal + 1)]
    return first + int(np.argmax(distance))


def _expit(x: Array) -> Array:
    found: Array = 1.0 / (1.0 + np.exp(-x))
    return found


def _ratio(x: Array, y: Array) -> Array:
    found: Array = np.divide(x, y, out=np.zeros(len(x)), where=y > 0)
    return found


def alarm_limit(baseline: int, draws: int, seed: int) -> float:
    """The limit h that a series without a change, of `baseline` quarters of normal noise, passes
    within the four quarters with probability FALSE_ALARM, by simulation.

    The level and the spread are estimated from the same few quarters, as on a chart, so that h is
    higher the fewer these are (Jones, Champ and Rigdon 2004, Technometrics 46: 95-108).
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((draws, baseline + WATCHED), dtype=np.float32).astype(float)
    past = x[:, :baseline]
    variance = past.var(axis=1, ddof=1)
    degrees = baseline - 1
    steadied = (STEADIED_BY + degrees * variance) / (STEADIED_BY + degrees)
    z = (x[:, baseline:] - past.mean(axis=1, keepdims=True)) / np.sqrt(steadied)[:, None]
    up, down = _sums(z)
    return float(np.quantile(np.maximum(up, down).max(axis=1), 1.0 - FALSE_ALARM))
