"""Time and memory of varying the choices of a method, against scoring that often.

    python -m bench.sensitivity [--units 375]

The yardstick is the method's own scores of the same units, made once, times the replicates.
"""

import argparse
from dataclasses import dataclass

from bench import fresh_process

PLACES, REPLICATES, BASE = 375, 1000, 256
RUNS = 3
AIM_SECONDS = 10
# A fresh process each time, so that its peak memory is the work's own. The indicators are made up:
# what they are does not change what the arithmetic costs.
PROGRAM = """
import json, resource, statistics, sys, time
import numpy as np
from index_engine.index import sensitivity, sobol
from index_engine.method import load

part, units, replicates, base = sys.argv[1], *map(int, sys.argv[2:])
method = load()
worst = np.array([i.worst for i in method.indicators])
best = np.array([i.best for i in method.indicators])
rng = np.random.Generator(np.random.PCG64(1))
place = rng.normal(0.5, 0.1, (units, 1)) + rng.normal(0.0, 0.1, (units, worst.size))
value = worst + place * (best - worst)
shrunk = 0.7 * value + 0.3 * value.mean(axis=0)
spread = {"concentration": 40.0, "goalpost_shift": 0.1, "seed": 1}
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10

def nominal():
    sensitivity.evaluate(method, value, shrunk, sensitivity.nominal(method))

def uncertainty():
    sensitivity.uncertainty(method, value, shrunk, replicates=replicates, **spread)

def alone():
    sensitivity.alone(method, value, shrunk, goalpost_shift=0.1)

def indices():
    sobol.sobol(method, value, shrunk, base=base, **spread)

work, times = {"nominal": (nominal, 51), "uncertainty": (uncertainty, 1), "alone": (alone, 1),
               "indices": (indices, 1)}[part]
import SALib.analyze.sobol, SALib.sample.sobol, scipy.special  # once a build, not once a period
before, walls = peak(), []
for _ in range(times):
    start = time.perf_counter()
    work()
    walls.append(time.perf_counter() - start)
print(json.dumps({"wall": statistics.median(walls), "peak": peak(), "added": peak() - before}))
"""


@dataclass(frozen=True)
class Cost:
    """Seconds and MiB; `added` to what the process held before, libraries loaded."""

    wall: float
    peak: float
    growth: float


@dataclass(frozen=True)
class SensitivityCost:
    """What it took for `units`, with as many runs of the model as `runs` says of each part."""

    places: int
    runs: dict[str, int]
    nominal: Cost
    parts: dict[str, Cost]


def measure(places: int = PLACES) -> SensitivityCost:
    """Each part in a process of its own; the middle of several."""
    from index_engine.index.sensitivity import GROUPS

    parts = {part: _cost(part, places) for part in ("uncertainty", "alone", "indices")}
    runs = {"uncertainty": REPLICATES, "indices": BASE * (len(GROUPS) + 2)}
    return SensitivityCost(places, runs, _cost("nominal", places), parts)


def _cost(part: str, places: int) -> Cost:
    arguments = [part, str(places), str(REPLICATES), str(BASE)]
    costs = [Cost(**fresh_process.run(PROGRAM, *arguments)) for _ in range(RUNS)]
    return sorted(costs, key=lambda cost: cost.wall)[RUNS // 2]


def report(result: SensitivityCost) -> str:
    names = {
        "uncertainty": f"all choices at once, {result.runs['uncertainty']:,} replicates",
        "alone": "each choice alone",
        "indices": f"Sobol indices, {result.runs['indices']:,} runs, also of each unit",
    }
    lines = [
        "## Sensitivity",
        "",
        f"{result.places:,} units. Scoring them once takes {result.nominal.wall * 1000:.2f} ms; the "
        f"ratio is to that, {REPLICATES:,} times over. Aim: {REPLICATES:,} replicates in under "
        f"{AIM_SECONDS} s and 500 MB.",
        "",
        f"| what | time | ratio to scoring {REPLICATES:,} times | peak memory | of it added |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {names[part]} | {cost.wall:.3f} s | {cost.wall / (result.nominal.wall * REPLICATES):.2f}"
        f" | {cost.peak:.0f} MiB | {cost.growth:.0f} MiB |"
        for part, cost in result.parts.items()
    ]
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sensitivity")
    parser.add_argument("--units", type=int, default=PLACES)
    print(report(measure(parser.parse_args().units)))


if __name__ == "__main__":
    main()
