"""How often charts without a change signal, and how soon a change is found, by simulation.

Series of 16 quarters, the last four watched, as index_engine/applications/control.py charts them;
`spread` is the standard deviation of quarters beyond chance on the logit scale.
"""

import numpy as np

from index_engine.applications import control

QUARTERS = control.MOST_BASELINE + control.WATCHED
UNITS = 200_000
QUIET = ((40, 0.1, 0.0), (300, 0.35, 0.0), (300, 0.35, 0.15), (1_000, 0.35, 0.3))
SHIFTS = (0.05, 0.10, 0.15)
SIZES = (60, 150, 300)


def signalled(units: int, n: int, rate: np.ndarray, spread: float, seed: int) -> np.ndarray:
    """(unit, watched): whether a chart has signalled by that quarter; `rate` (quarter,)."""
    rng = np.random.default_rng(seed)
    logit = np.log(rate / (1 - rate)) + spread * rng.normal(size=(units, QUARTERS))
    part = rng.binomial(n, 1 / (1 + np.exp(-logit))).astype(float)
    found = control.chart(part, np.full(part.shape, float(n)), np.zeros(QUARTERS))
    over = np.maximum(found.up, found.down) > found.alarm[:, None]
    return np.logical_or.accumulate(over, axis=1)


def measure() -> tuple[
    list[tuple[int, float, float, float]], list[tuple[int, float, float, float]]
]:
    """False alarms within the four quarters, (n, rate, spread, per 1,000 series); and the power to
    find a shift from 35 % within one and two quarters, (n, shift, one, two)."""
    quiet = []
    for n, rate, spread in QUIET:
        found = signalled(UNITS, n, np.full(QUARTERS, rate), spread, seed=1)
        quiet.append((n, rate, spread, 1_000 * float(found[:, -1].mean())))
    power = []
    for n in SIZES:
        for shift in SHIFTS:
            rate = np.full(QUARTERS, 0.35)
            rate[-2:] += shift
            found = signalled(20_000, n, rate, 0.0, seed=2)
            power.append((n, shift, float(found[:, -2].mean()), float(found[:, -1].mean())))
    return quiet, power


def report(
    found: tuple[list[tuple[int, float, float, float]], list[tuple[int, float, float, float]]],
) -> str:
    quiet, power = found
    said = 1_000 * control.FALSE_ALARM
    lines = [
        "## Exceptions",
        "",
        f"Signals within four quarters where nothing changed, of {UNITS:,} series each; the page "
        f"says {said:.0f} in 1,000.",
        "",
        "| n a quarter | rate | spread between quarters | per 1,000 |",
        "|---:|---:|---:|---:|",
        *(f"| {n:,} | {rate:.2f} | {spread:.2f} | {per:.2f} |" for n, rate, spread, per in quiet),
        "",
        "A change from 35 % that lasts, found by the end of its first and of its second quarter:",
        "",
        "| n a quarter | points | first | second |",
        "|---:|---:|---:|---:|",
        *(f"| {n} | {100 * by:.0f} | {one:.2f} | {two:.2f} |" for n, by, one, two in power),
    ]
    return "\n".join(lines) + "\n"
