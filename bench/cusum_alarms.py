"""How often charts without a change signal, and how soon a change is found, by simulation.

Series of 16 quarters, the last four watched, as index_engine/monitoring/cusum.py charts them; `spread` is
the standard deviation of quarters beyond chance on the logit scale, `correlation` that of neighbouring
quarters. `python -m bench.cusum_alarms` writes a section of docs/evidence.md; with --limits it draws
cusum.ALARM_LIMITS again instead and prints them.
"""

import argparse

import numpy as np

from bench.evidence import write_section
from index_engine.monitoring import cusum

QUARTERS = cusum.MAX_BASELINE + cusum.MONITORED_QUARTERS
NO_SEASON = np.zeros(QUARTERS)
SERIES = 200_000
LIMIT_DRAWS = 1_000_000
NO_CHANGE_SETTINGS = (  # n, rate, spread, correlation
    (40, 0.1, 0.0, 0.0),
    (300, 0.35, 0.0, 0.0),
    (300, 0.35, 0.15, 0.0),
    (1_000, 0.35, 0.3, 0.0),
    (100, 0.35, 0.3, 0.5),
    (300, 0.35, 0.15, 0.5),
    (300, 0.35, 0.3, 0.5),
    (1_000, 0.35, 0.3, 0.5),
    (1_000, 0.35, 0.3, 0.8),
)
SHIFTS = (0.05, 0.10, 0.15)
SIZES = (60, 150, 300)


def simulate_counts(
    rng: np.random.Generator, series: int, n: int, rate: object, spread: float = 0.0, correlation: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Numerators and denominators `n` (series, quarter) of `rate` (one, or one a quarter) but for a
    normal deviation on the logit scale, of standard deviation `spread` and autoregressive with
    `correlation`."""
    deviation = rng.normal(size=(series, QUARTERS))
    for quarter in range(1, QUARTERS):
        fresh = np.sqrt(1.0 - correlation**2) * deviation[:, quarter]
        deviation[:, quarter] = correlation * deviation[:, quarter - 1] + fresh
    logit = np.log(np.asarray(rate) / (1.0 - np.asarray(rate))) + spread * deviation
    numerator = rng.binomial(n, 1.0 / (1.0 + np.exp(-logit))).astype(float)
    return numerator, np.full(numerator.shape, float(n))


def detect_signals(numerator: np.ndarray, denominator: np.ndarray, seasonal: np.ndarray = NO_SEASON) -> np.ndarray:
    """(series, watched): whether a chart has signalled by that quarter."""
    charts = cusum.compute_charts(numerator, denominator, seasonal)
    has_signal = np.maximum(charts.upper_sum, charts.lower_sum) > charts.limit[:, None]
    return np.logical_or.accumulate(has_signal, axis=1) & charts.has_chart[:, None]


def simulate_signals(
    series: int, n: int, rate: np.ndarray, spread: float, seed: int, correlation: float = 0.0
) -> np.ndarray:
    """`detect_signals` of `simulate_counts`."""
    return detect_signals(*simulate_counts(np.random.default_rng(seed), series, n, rate, spread, correlation))


FalseAlarms = list[tuple[int, float, float, float, float]]
Power = list[tuple[int, float, float, float]]


def measure() -> tuple[FalseAlarms, Power]:
    """False alarms within the four quarters, (n, rate, spread, correlation, per 1,000 series); and
    the power to find a shift from 35 % within one and two quarters, (n, shift, one, two)."""
    false_alarms = []
    for n, rate, spread, correlation in NO_CHANGE_SETTINGS:
        has_signal = simulate_signals(SERIES, n, np.full(QUARTERS, rate), spread, 1, correlation)
        false_alarms.append((n, rate, spread, correlation, 1_000 * float(has_signal[:, -1].mean())))
    power = []
    for n in SIZES:
        for shift in SHIFTS:
            rate = np.full(QUARTERS, 0.35)
            rate[-2:] += shift
            has_signal = simulate_signals(20_000, n, rate, 0.0, seed=2)
            power.append((n, shift, float(has_signal[:, -2].mean()), float(has_signal[:, -1].mean())))
    return false_alarms, power


def report(results: tuple[FalseAlarms, Power]) -> str:
    false_alarms, power = results
    stated_rate = 1_000 * cusum.FALSE_ALARM_RATE
    lines = [
        "`python -m bench.cusum_alarms`",
        "",
        f"Signals within four quarters where nothing changed, of {SERIES:,} series each; the page "
        f"says {stated_rate:.0f} in 1,000.",
        "",
        "| n a quarter | rate | spread between quarters | autocorrelation | per 1,000 |",
        "|---:|---:|---:|---:|---:|",
        *(
            f"| {n:,} | {rate:.2f} | {spread:.2f} | {correlation:.1f} | {rate_per_1000:.2f} |"
            for n, rate, spread, correlation, rate_per_1000 in false_alarms
        ),
        "",
        "A change from 35 % that lasts, found by the end of its first and of its second quarter:",
        "",
        "| n a quarter | points | first | second |",
        "|---:|---:|---:|---:|",
        *(f"| {n} | {100 * shift:.0f} | {first:.2f} | {second:.2f} |" for n, shift, first, second in power),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.cusum_alarms")
    parser.add_argument("--limits", action="store_true", help="draw the control limits again")
    if parser.parse_args().limits:
        print_limits()
    else:
        write_section("Exceptions", report(measure()))


def print_limits() -> None:
    for baseline in range(cusum.MIN_BASELINE, cusum.MAX_BASELINE + 1):
        limits = [cusum.alarm_limit(baseline, LIMIT_DRAWS, 7, float(c)) for c in cusum.ALARM_CORRELATIONS]
        print(baseline, [round(limit, 2) for limit in limits])


if __name__ == "__main__":
    main()
