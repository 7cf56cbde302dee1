"""Time and memory of confidence sets for ranks, against looking at every pair in every draw.

The yardstick is the plain method at its barest: one float32 pass over all pairs, blocked to stay in
cache, that takes each unit's largest statistic in each draw; no quantile, no step-down, no
simultaneous sets. It runs over few draws and is multiplied up to all of them. The sets it is set
against are the whole of it: marginal and simultaneous, both by step-down, with their quantiles.
"""

import statistics
from dataclasses import dataclass

from bench import fresh_process

RUNS = 3
PLACE_COUNTS = (34, 375, 3_500)  # provinces, cities, courts
DRAWS = 10_000
PLAIN_DRAWS = 100
AIM_SECONDS, AIM_GIB = 60.0, 2.0
# Standard errors differ by a factor of about 9 between the 2nd and the 98th of 100 units, as the
# sizes of courts make them; scores spread by three times the middle one.
WORLD = """
import json, resource, sys, time
import numpy as np
units, draws = int(sys.argv[1]), int(sys.argv[2])
rng = np.random.default_rng(units)
se = np.exp(rng.normal(0.7, 0.55, units))
score = rng.normal(60.0, 6.0, units) + se * rng.normal(size=units)
def done(start):
    wall = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"wall": wall, "peak": peak}))
"""
SETS = """
from index_engine.index.ranks import confidence_sets
start = time.perf_counter()
confidence_sets(score, se, draws=draws, seed=1)
done(start)
"""
PLAIN = """
start = time.perf_counter()
errors = rng.standard_normal((draws, units), dtype=np.float32) * se.astype(np.float32)
largest = np.empty_like(errors)
inverse = np.empty((units, units), dtype=np.float32)
for unit in range(units):
    inverse[unit] = 1.0 / np.sqrt(se**2 + se[unit] ** 2)
rows = max(1, (1 << 18) // units)
statistic = np.empty((rows, units), dtype=np.float32)
for draw in range(draws):
    z = errors[draw]
    for first in range(0, units, rows):
        block = statistic[: min(rows, units - first)]
        np.subtract(z[first : first + rows, None], z, out=block)
        np.multiply(block, inverse[first : first + rows], out=block)
        np.abs(block, out=block)
        block.max(axis=1, out=largest[draw, first : first + rows])
done(start)
"""


@dataclass(frozen=True)
class RankCost:
    """Median seconds of the sets and of the plain pass over all draws; GiB at most."""

    places: int
    wall: float
    peak: float
    plain: float


def measure() -> list[RankCost]:
    """Take the sets and the yardstick in turn, each in a fresh process."""
    costs = []
    for places in PLACE_COUNTS:
        runs, plain = [], []
        for _ in range(RUNS):
            runs.append(fresh_process.run(WORLD + SETS, str(places), str(DRAWS)))
            plain_run = fresh_process.run(WORLD + PLAIN, str(places), str(PLAIN_DRAWS))
            plain.append(plain_run["wall"] * DRAWS / PLAIN_DRAWS)
        costs.append(
            RankCost(
                places=places,
                wall=statistics.median(run["wall"] for run in runs),
                peak=max(run["peak"] for run in runs),
                plain=statistics.median(plain),
            )
        )
    return costs


def report(costs: list[RankCost]) -> str:
    largest = max(costs, key=lambda r: r.places)
    within_aim = largest.wall <= AIM_SECONDS and largest.peak <= AIM_GIB
    lines = [
        "## Rank",
        "",
        "Confidence sets for ranks of one quarter, marginal and simultaneous, by step-down from "
        f"{DRAWS:,} draws. The plain pass only takes each unit's largest statistic over all pairs, "
        f"in float32; it is measured on {PLAIN_DRAWS} draws and multiplied up. Aim: "
        f"{AIM_SECONDS:.0f} s and {AIM_GIB:.0f} GiB for {largest.places:,} courts; "
        f"{'met' if within_aim else 'missed'}.",
        "",
        "| units | sets | plain pass | sets in plain passes | peak memory |",
        "|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.places:,} | {r.wall:.2f} s | {r.plain:.2f} s | {r.wall / r.plain:.2f} | {r.peak:.2f} GiB |"
        for r in costs
    ]
    return "\n".join([*lines, ""])
