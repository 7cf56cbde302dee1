"""Do intervals hold where hardly anything happened, or nearly everything did?

    python -m bench.sparse_events

Writes a section of docs/evidence.md. Curves: courts whose cases end in an event at a constant hazard,
others in a competing one, watched for a year with the stock before it, so that the truth is in
closed form. Shares: exact, from the binomial distribution. Medians: of prices of four shapes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom

from bench.evidence import write_section
from index_engine.age_grid import MONTH_DAYS, AgeGrid
from index_engine.arrays import Array
from index_engine.estimates import incidence, rates
from index_engine.method.model import z_value

GRID = AgeGrid.by_month(36, 4)  # that of the method
MONTHS, MEAN_MONTHS = 24, 36
YEARS = 4  # of filings; the last is watched, and older cases are beyond the grid
Z = z_value(0.95)
REPLICATES = 4_000
EVENT_COUNTS = (0.5, 1.0, 2.0, 4.0, 8.0)
SHARES = (0.3, 0.7, 0.9, 0.97)
CASES_PER_YEAR = (60, 120, 400)
SHARE_CASES = (10, 20, 30, 60, 300)


@dataclass(frozen=True)
class TruthCurve:
    """Constant hazards a month: of the event so that `share` have it within 24 months, of what competes
    with it `other`."""

    share: float
    other: float

    @property
    def hazard(self) -> float:
        def excess(hazard: float) -> float:
            return hazard / (hazard + self.other) * -np.expm1(-(hazard + self.other) * MONTHS) - self.share

        return float(brentq(excess, 1e-12, 50.0, xtol=1e-14))

    @property
    def restricted_mean(self) -> float:
        total = self.hazard + self.other
        return float(MEAN_MONTHS - self.hazard / total * (MEAN_MONTHS + np.expm1(-total * MEAN_MONTHS) / total))


def simulate_curves(
    truth: TruthCurve, cases_per_year: float, courts: int, rng: np.random.Generator
) -> incidence.IncidenceCurves:
    """Curves (court,) of one year, events first; cases are filed evenly, and those open are counted."""
    start, end = int((YEARS - 1) * 12 * MONTH_DAYS), int(YEARS * 12 * MONTH_DAYS)
    n = rng.poisson(cases_per_year * YEARS, courts)
    court = np.repeat(np.arange(courts), n)
    filed = rng.integers(0, end, n.sum())
    total = truth.hazard + truth.other
    age = (rng.exponential(1.0 / total, n.sum()) * MONTH_DAYS).astype(int)
    event = (rng.random(n.sum()) < truth.other / total).astype(int)
    entry_age, end_age = np.maximum(start - filed, 0), end - filed
    watched = (age >= entry_age) & (entry_age < GRID.edges[-1])
    court, age, event, entry_age, end_age = (a[watched] for a in (court, age, event, entry_age, end_age))
    has_event = age < end_age

    def count(rows: Array, ages: Array, weights: Array | None = None) -> Array:
        bins = GRID.bin_index(ages)
        cells = np.bincount(rows * (GRID.n_bins + 1) + bins, weights, courts * (GRID.n_bins + 1))
        return cells.reshape(courts, -1)[:, :-1].astype(float)

    def elapsed(ages: Array) -> Array:
        return ages - np.array(GRID.edges)[GRID.bin_index(ages)]

    events = np.stack(
        [count(court[has_event & (event == k)], age[has_event & (event == k)]) for k in (0, 1)],
        axis=1,
    )
    censored_court, censored_age = court[~has_event], end_age[~has_event]
    risk = incidence.number_at_risk(
        count(court, entry_age),
        count(court, entry_age, elapsed(entry_age)),
        count(censored_court, censored_age),
        count(censored_court, censored_age, elapsed(censored_age)),
        events,
        GRID,
    )
    return incidence.aalen_johansen(events, risk, 5, 0.05)


def _curve_line(truth: TruthCurve, cases_per_year: int) -> str:
    curves = simulate_curves(truth, cases_per_year, REPLICATES, np.random.default_rng(1))
    cells = []
    for kind, weights, true_value in (
        ("share", incidence.incidence_weights(GRID, MONTHS), truth.share),
        ("mean", incidence.restricted_mean_weights(GRID, MEAN_MONTHS), truth.restricted_mean),
    ):
        functional = incidence.mass_functional(curves, 0, weights)
        if kind == "mean":
            functional = functional.complement(MEAN_MONTHS)
        is_known = ~np.isnan(functional.value)
        formula = np.maximum(incidence.covariance(curves, functional, functional), 0.0)
        for variance in (formula, incidence.sampling_variance(curves, 0, weights, GRID)):
            covered = np.abs(functional.value - true_value) <= Z * np.sqrt(variance)
            cells.append(f"{100 * covered[is_known].mean():.1f}")
        cells.append(f"{100 * is_known.mean():.0f}")
    other = "yes" if truth.other > 1e-6 else "no"
    return f"| {cases_per_year} | {100 * truth.share:.2f} | {other} | {' | '.join(cells)} |"


def _share_coverage(n: int, p: float, se: Callable[[Array, Array], Array]) -> float:
    part = np.arange(n + 1.0)
    covered = np.abs(part / n - p) <= Z * se(part, np.full(n + 1, float(n)))
    return float(binom.pmf(part, n, p)[covered].sum())


def _shifted_share_se(part: Array, n: Array) -> Array:
    shifted = (part + 2.0) / (n + 4.0)
    return np.asarray(np.sqrt(shifted * (1.0 - shifted) / (n + 4.0)))


def _plain_share_se(part: Array, n: Array) -> Array:
    return np.asarray(np.sqrt(part / n * (1.0 - part / n) / n))


def _share_line(n: int) -> str:
    grid = np.linspace(0.005, 0.995, 199)
    cells = []
    for se in (_plain_share_se, _shifted_share_se, lambda part, total: rates.share(part, total)[1]):
        coverage = [_share_coverage(n, p, se) for p in grid]
        few = np.mean([_share_coverage(n, k / n, se) for k in EVENT_COUNTS])
        cells += [f"{100 * np.mean(coverage):.1f}", f"{100 * few:.1f}"]
    return f"| {n} | {' | '.join(cells)} |"


PRICES: dict[str, Callable[[np.random.Generator, tuple[int, int]], Array]] = {
    "normal": lambda rng, shape: rng.normal(0.8, 0.15, shape),
    "lognormal": lambda rng, shape: 0.75 * np.exp(0.35 * rng.standard_normal(shape)),
    "a third at 0.70, a quarter at 0.56": lambda rng, shape: np.where(
        rng.random(shape) < 0.35, 0.7, np.where(rng.random(shape) < 0.4, 0.56, rng.uniform(0.6, 1.3, shape))
    ),
    "uniform": lambda rng, shape: rng.uniform(0.5, 1.2, shape),
}


def _median_line(name: str, n: int) -> str:
    rng, step = np.random.default_rng(3), 0.005

    def histograms(values: Array) -> Array:
        bins = np.clip((values / step + 1e-9).astype(int), 0, 600)
        rows = np.repeat(np.arange(len(values)), values.shape[1])
        return np.bincount(rows * 601 + bins.ravel(), minlength=601 * len(values)).reshape(-1, 601).astype(float)

    truth = rates.median(histograms(PRICES[name](rng, (1, 400_000))), step)[0][0]
    value, se = rates.median(histograms(PRICES[name](rng, (REPLICATES, n))), step)
    return f"| {name} | {n} | {100 * (np.abs(value - truth) <= Z * se + 1e-12).mean():.1f} |"


def report() -> str:
    curves = [
        _curve_line(TruthCurve(share, other), cases)
        for cases in CASES_PER_YEAR
        for share, other in [(k / cases, 0.03) for k in EVENT_COUNTS]
        + [(0.3, 0.03)]
        + [(share, 1e-9) for share in SHARES]
    ]
    medians = [_median_line(name, n) for name in PRICES for n in (10, 20, 100)]
    return "\n".join(
        [
            "`python -m bench.sparse_events`: how often 95 % intervals hold, in %.",
            "",
            f"Shares and restricted means read off curves, {REPLICATES:,} courts a line, constant hazards; with the",
            "formula alone (Greenwood's) and with four pseudo-cases, as published. *Curves*: of how many courts",
            "the curve was long enough; where few were, they are no fair sample of all.",
            "",
            "| cases filed a year | true share within 24 months, % | others compete | share, formula | published "
            "| curves | mean months of 36, formula | published | curves |",
            "|---:|---:|:--|---:|---:|---:|---:|---:|---:|",
            *curves,
            "",
            "Shares k / n, exact: mean over true shares from 0 to 1, and where 0.5 to 8 of n are expected. The",
            "errors: sqrt(p (1 - p) / n); that of Agresti and Coull around p; the same on n, as published.",
            "",
            "| n | plain | few expected | Agresti and Coull | few expected | published | few expected |",
            "|---:|---:|---:|---:|---:|---:|---:|",
            *(_share_line(n) for n in SHARE_CASES),
            "",
            "Medians of price ratios:",
            "",
            "| prices | lots | covered |",
            "|:--|---:|---:|",
            *medians,
        ]
    )


if __name__ == "__main__":
    write_section("Few events", report())
