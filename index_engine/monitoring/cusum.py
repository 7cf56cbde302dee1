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

Quarters that follow one another may be alike for reasons that last (a bank's portfolio, a judge), and a chart
that takes them for independent signals by itself (Johnson and Bagshaw 1974, Technometrics 16: 103-112). So the
autocorrelation is estimated from the baselines of all places of the level, and the limit is that of a
series that has it (Lu and Reynolds 2001, Journal of Quality Technology 33: 316-334).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index_engine.arrays import Array, BoolArray, ratio

MONITORED_QUARTERS = 4  # quarters in which a change may have come
MAX_BASELINE, MIN_BASELINE = 12, 6  # quarters before these
MIN_N = 30  # of the denominator in a quarter that counts
ALLOWANCE = 0.5  # k, in standard deviations: half the shift that is found soonest
PRIOR_QUARTERS = 12  # quarters that the spread of all places counts as beside the place's own
FALSE_ALARM_RATE = 0.001  # probability that a series without a change signals within the four quarters
# Autocorrelations of neighbouring quarters for which there are limits; in between a straight line.
ALARM_CORRELATIONS = np.arange(10) / 10.0
# h by number of baseline quarters, one for each of these: what `alarm_limit` finds for
# FALSE_ALARM_RATE in a million draws each (seed 7); a test draws some of them again.
ALARM_LIMITS = {
    6: (6.92, 7.7, 8.56, 9.51, 10.57, 11.74, 12.94, 14.36, 15.79, 17.21),
    7: (6.68, 7.41, 8.22, 9.12, 10.13, 11.25, 12.5, 13.82, 15.22, 16.58),
    8: (6.5, 7.21, 8.01, 8.87, 9.84, 10.92, 12.12, 13.4, 14.72, 16.06),
    9: (6.39, 7.06, 7.83, 8.66, 9.59, 10.65, 11.79, 13.05, 14.39, 15.71),
    10: (6.32, 7.02, 7.76, 8.59, 9.49, 10.53, 11.64, 12.82, 14.14, 15.44),
    11: (6.2, 6.87, 7.61, 8.46, 9.36, 10.34, 11.44, 12.62, 13.89, 15.19),
    12: (6.15, 6.82, 7.54, 8.33, 9.22, 10.17, 11.21, 12.4, 13.67, 14.96),
}
# A chart adds up four quarters: lags 1 to 3 count as often as their products are among them.
LAG_WEIGHTS = 2.0 * (MONITORED_QUARTERS - np.arange(1, MONITORED_QUARTERS)) / MONITORED_QUARTERS


@dataclass(frozen=True)
class CusumCharts:
    """The control charts of one rate at one level in one period. Arrays are (place,) or (place, quarter);
    quarters are those of the baseline and the MONITORED_QUARTERS after it.

    usable (place, quarter): n is at least MIN_N. has_chart (place,): at least MIN_BASELINE usable quarters
    before, and all monitored ones. theta (place, quarter): expected rate on the arcsine scale. dispersion
    (place,): standard deviation of the baseline in units of binomial error, at least 1. z (place,
    quarter): differences in those standard deviations, 0 where not usable. upper_sum, lower_sum (place,
    monitored quarter): the two sums; autocorrelation: of neighbouring quarters, that of all places; limit
    (place,): the value at which the sums signal, NaN without one.
    """

    usable: BoolArray
    has_chart: BoolArray
    theta: Array
    dispersion: Array
    z: Array
    upper_sum: Array
    lower_sum: Array
    autocorrelation: float
    limit: Array


# ---------------------------------------------------------------- the chart


def seasonal_effects(numerator: Array, denominator: Array, quarters: npt.NDArray[np.int64]) -> Array:
    """Seasonal component of a rate on the logit scale, (quarter,), from the counts of the nation.

    Least squares of the logits on a straight line in time and the quarter of the year, whose four
    effects add up to nothing. Quarters without a case take no part.
    """
    # Half a case more on both sides keeps a logit finite (Haldane 1956).
    logit = np.log((numerator + 0.5) / (denominator - numerator + 0.5))
    quarter_of_year = quarters % 4
    design = np.column_stack(
        [np.ones(len(quarters)), np.arange(len(quarters)) - len(quarters) / 2.0]
        + [(quarter_of_year == q).astype(float) - (quarter_of_year == 3) for q in range(3)]
    )
    has_cases = denominator > 0
    coefficients, *_ = np.linalg.lstsq(design[has_cases], logit[has_cases], rcond=None)
    effects = np.append(coefficients[2:], -coefficients[2:].sum())
    return np.asarray(effects[quarter_of_year])


def compute_charts(numerator: Array, denominator: Array, seasonal: Array) -> CusumCharts:
    """Control charts of the rates numerator / denominator, both (place, quarter), over the last
    MONITORED_QUARTERS; `seasonal` (quarter,) on the logit scale."""
    usable = denominator >= MIN_N
    baseline = usable.copy()
    baseline[:, -MONITORED_QUARTERS:] = False
    m = baseline.sum(axis=1)
    has_chart = (m >= MIN_BASELINE) & usable[:, -MONITORED_QUARTERS:].all(axis=1)
    expected_logit = _baseline_logit(numerator, denominator, baseline)[:, None] + seasonal
    theta = np.arcsin(np.sqrt(_expit(expected_logit)))
    with np.errstate(invalid="ignore"):  # quarters without a case, which are not counted
        observed_theta = np.arcsin(np.sqrt((numerator + 0.375) / (denominator + 0.75)))  # Anscombe 1948
    w = np.where(usable, 2.0 * np.sqrt(denominator) * (observed_theta - theta), 0.0)
    # The level is settled on the scale of the chart: baseline differences, by root n, add up to 0.
    root = np.sqrt(denominator)
    shift = ratio((w * root * baseline).sum(axis=1), (denominator * baseline).sum(axis=1), 0.0)
    w = np.where(usable, w - shift[:, None] * root, 0.0)
    theta = theta + shift[:, None] / 2.0
    place_variance = ratio((w**2 * baseline).sum(axis=1), m - 1.0, 0.0)
    mean_n = ratio((denominator * baseline).sum(axis=1), m, 0.0)
    prior_variance = _usual_variances(place_variance, mean_n, has_chart)
    degrees = m - 1.0
    shrunk_variance = (PRIOR_QUARTERS * prior_variance + degrees * place_variance) / (PRIOR_QUARTERS + degrees)
    dispersion = np.sqrt(np.maximum(shrunk_variance, 1.0))
    z = w / dispersion[:, None]
    upper_sum, lower_sum = _cusum(z[:, -MONITORED_QUARTERS:])
    # By what is usual, not by a place's own spread: places that vary by a lasting cause would count less.
    scaled = (w / np.sqrt(prior_variance)[:, None])[has_chart, :-MONITORED_QUARTERS]
    autocorrelation = estimate_autocorrelation(scaled, baseline[has_chart, :-MONITORED_QUARTERS])
    limit_by_count = {
        count: float(np.interp(autocorrelation, ALARM_CORRELATIONS, limits)) for count, limits in ALARM_LIMITS.items()
    }
    limit = np.array([limit_by_count.get(int(count), np.nan) for count in m])
    return CusumCharts(usable, has_chart, theta, dispersion, z, upper_sum, lower_sum, autocorrelation, limit)


def _baseline_logit(numerator: Array, denominator: Array, baseline: BoolArray) -> Array:
    """Logit of the rate over the baseline quarters (a mask (place, quarter)), (place,)."""
    y, n = (numerator * baseline).sum(axis=1), (denominator * baseline).sum(axis=1)
    logit: Array = np.log((y + 0.5) / (n - y + 0.5))
    return logit


def _usual_variances(place_variance: Array, mean_n: Array, has_chart: BoolArray) -> Array:
    """Prior variances (place,) of the level, towards which those of places are shrunk, each weighing by its
    degrees of freedom, the prior PRIOR_QUARTERS (Smyth 2004, section 3): 1 for chance and an excess in
    proportion to mean n."""
    excess_variance = (place_variance - 1.0)[has_chart].sum() / max(mean_n[has_chart].sum(), 1.0)
    usual: Array = 1.0 + max(excess_variance, 0.0) * mean_n
    return usual


# ---------------------------------------------------------------- autocorrelation


def estimate_autocorrelation(differences: Array, usable: BoolArray) -> float:
    """Autocorrelation of neighbouring quarters, 0 to the highest with a limit, of differences (place,
    quarter) of one variance from what is expected; those not `usable` take no part.

    Of the autoregression of first order in which sums of four quarters vary as much as they do here.
    Lag 1 alone would promise too little: counts add noise without memory to what lasts, so that
    correlations begin lower and fall off more slowly. Products of deviations from each place's own
    mean are negative on average without any correlation; they are compared with their expectation,
    so that the estimate is not biased by it (Marriott and Pope 1954, Biometrika 41: 390-402). One
    standard error is added, which matters where a level has few places.
    """
    m = usable.sum(axis=1)
    if not m.sum():
        return 0.0
    mean = ratio((differences * usable).sum(axis=1), m.astype(float), 0.0)
    deviation = np.where(usable, differences - mean[:, None], 0.0)
    observed = _weighted_products(deviation) / max((deviation**2).sum(), 1e-12)
    standard_error = float(np.sqrt((LAG_WEIGHTS**2).sum() / m.sum()))
    expected = []
    counts, frequencies = np.unique(m[m > 1], return_counts=True)
    for correlation in ALARM_CORRELATIONS:
        products = squares = 0.0
        for count, frequency in zip(counts, frequencies, strict=True):
            numerator, denominator = _expected_products(int(count), float(correlation))
            products, squares = products + frequency * numerator, squares + frequency * denominator
        expected.append(products / squares)
    return float(np.interp(observed + standard_error, expected, ALARM_CORRELATIONS))


def _weighted_products(deviation: Array) -> float:
    """Products of deviations (place, quarter) at lags 1 to 3, added up with LAG_WEIGHTS."""
    return sum(
        float(weight * (deviation[:, lag:] * deviation[:, :-lag]).sum()) for lag, weight in enumerate(LAG_WEIGHTS, 1)
    )


def _expected_products(count: int, correlation: float) -> tuple[float, float]:
    """Expected weighted products, and squares, of `count` quarters of an autoregression about
    their own mean."""
    lag = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    centring = np.eye(count) - 1.0 / count
    covariance = centring @ correlation**lag @ centring
    products = sum(weight * np.trace(covariance, offset=k) for k, weight in enumerate(LAG_WEIGHTS, 1))
    return float(products), float(np.trace(covariance))


def _cusum(z: Array) -> tuple[Array, Array]:
    """Upper and lower tabular sums, both as `z` (place, monitored quarter); they start from 0 (Page 1954)."""
    upper_sum, lower_sum = np.zeros_like(z), np.zeros_like(z)
    high = low = np.zeros(len(z))
    for quarter in range(z.shape[1]):
        high = np.maximum(0.0, high + z[:, quarter] - ALLOWANCE)
        low = np.maximum(0.0, low - z[:, quarter] - ALLOWANCE)
        upper_sum[:, quarter], lower_sum[:, quarter] = high, low
    return upper_sum, lower_sum


def change_position(z: Array, sums: Array, signal: int) -> int:
    """Position, among the monitored quarters, of the one in which the change most likely began.

    Candidates follow the last quarter before the signal in which the sum was 0; of them the one
    from which on the mean of `z` (monitored quarter,) is farthest from 0, in its own standard errors: the
    likeliest one under normal noise (Hinkley 1970, Biometrika 57: 1-17).
    """
    first = max((q + 1 for q in range(signal) if sums[q] == 0.0), default=0)
    distance = [abs(z[q:].sum()) / np.sqrt(len(z) - q) for q in range(first, signal + 1)]
    return first + int(np.argmax(distance))


def _expit(x: Array) -> Array:
    probability: Array = 1.0 / (1.0 + np.exp(-x))
    return probability


def alarm_limit(baseline: int, draws: int, seed: int, correlation: float = 0.0) -> float:
    """The limit h that a series without a change, of `baseline` quarters of normal noise with an
    autocorrelation, passes within the four quarters with probability FALSE_ALARM_RATE, by simulation.

    The level and the spread are estimated from the same few quarters, as on a chart, so that h is
    higher the fewer these are (Jones, Champ and Rigdon 2004, Technometrics 46: 95-108). What is usual
    at the level is known from many places, but about their own means like the spread of one.
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((draws, baseline + MONITORED_QUARTERS), dtype=np.float32).astype(float)
    for quarter in range(1, x.shape[1]):
        x[:, quarter] = correlation * x[:, quarter - 1] + np.sqrt(1.0 - correlation**2) * x[:, quarter]
    baseline_values = x[:, :baseline]
    variance = baseline_values.var(axis=1, ddof=1)
    degrees = baseline - 1
    usual_variance = _expected_products(baseline, correlation)[1] / degrees
    shrunk_variance = (PRIOR_QUARTERS * usual_variance + degrees * variance) / (PRIOR_QUARTERS + degrees)
    z = (x[:, baseline:] - baseline_values.mean(axis=1, keepdims=True)) / np.sqrt(shrunk_variance)[:, None]
    upper_sum, lower_sum = _cusum(z)
    return float(np.quantile(np.maximum(upper_sum, lower_sum).max(axis=1), 1.0 - FALSE_ALARM_RATE))
