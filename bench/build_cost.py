"""Time and memory of making a sample and of building it, against one bare pass."""

import json
import shutil
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench import fresh_process

RUNS = 3
AIM_PASSES = 20
# Texts are read by their length: counting a column without gaps would read nothing.
BARE_QUERIES = (
    """
SELECT COUNT(*), SUM(strlen(court_id)), SUM(strlen(case_type)), SUM(filed_on - DATE '2000-01-01'),
       SUM(closed_on - DATE '2000-01-01'), SUM(strlen(close_mode)), SUM(claim_amount),
       SUM(recovered_amount), SUM(paid_out_on - DATE '2000-01-01'), SUM(has_assets::INTEGER),
       SUM(notified_on - DATE '2000-01-01'), SUM(queried_on - DATE '2000-01-01'),
       SUM(seized_on - DATE '2000-01-01'), SUM(priced_on - DATE '2000-01-01'),
       SUM(first_listed_on - DATE '2000-01-01'), SUM(source_id)
FROM cases
""",
    """
SELECT COUNT(*), SUM(strlen(lot_id)), SUM(strlen(court_id)), SUM(listed_on - DATE '2000-01-01'),
       SUM(ended_on - DATE '2000-01-01'), SUM(strlen(stage)), SUM(reference_price),
       SUM(start_price), SUM(final_price), SUM(strlen(status)), SUM(round_no), SUM(source_id)
FROM auction_rounds
""",
)
# A fresh process each time, so that its peak memory is the build's own.
BUILD = """
import json, resource, sys, time
from pathlib import Path
from index_engine.build import build
steps, last = [], [None, time.perf_counter()]
def progress(step):
    now = time.perf_counter()
    steps.append((last[0], now - last[1]))
    last[:] = [step and step.name, now]
start = time.perf_counter()
build(Path(sys.argv[1]), progress=progress)
progress(None)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps({"wall": time.perf_counter() - start, "peak": peak, "steps": steps}))
"""
SAMPLE = """
import json, resource, sys, time
from pathlib import Path
from index_engine.sample import generate
start = time.perf_counter()
generate(Path(sys.argv[1]), cases=int(sys.argv[2]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps({"wall": time.perf_counter() - start, "peak": peak}))
"""


@dataclass(frozen=True)
class BuildCost:
    """Seconds and GiB; `steps` are seconds by step of the median build."""

    cases: int
    rounds: int
    sample_wall: float
    sample_peak: float
    bare_pass: float
    wall: float
    peak: float
    steps: dict[str, float]


def sample(path: Path, cases: int) -> Path:
    """Make the sample and keep beside it what making it took."""
    cost_file = path.with_suffix(".json")
    if not (path.exists() and cost_file.exists()):
        cost_file.write_text(json.dumps(fresh_process.run(SAMPLE, str(path), str(cases))))
    return path


def measure(warehouse: Path, cases: int) -> BuildCost:
    """Build copies of the sample and pass over it bare, in turn."""
    passes, builds = [], []
    for _ in range(RUNS):
        passes.append(_bare_pass(warehouse))
        copy = warehouse.with_suffix(".build.duckdb")
        shutil.copyfile(warehouse, copy)
        builds.append(fresh_process.run(BUILD, str(copy)))
        passes.append(_bare_pass(warehouse))
    copy.replace(warehouse)
    sample_cost = json.loads(warehouse.with_suffix(".json").read_text())
    builds.sort(key=lambda run: run["wall"])
    median_run = builds[len(builds) // 2]
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(rounds,)] = con.execute("SELECT COUNT(*) FROM auction_rounds").fetchall()
    return BuildCost(
        cases=cases,
        rounds=rounds,
        sample_wall=sample_cost["wall"],
        sample_peak=sample_cost["peak"],
        bare_pass=statistics.median(passes),
        wall=median_run["wall"],
        peak=max(run["peak"] for run in builds),
        steps={step or "copy of the file": seconds for step, seconds in median_run["steps"]},
    )


def _bare_pass(warehouse: Path) -> float:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        _pass(con)  # once to warm the file's pages, as the build finds them
        start = time.perf_counter()
        _pass(con)
        return time.perf_counter() - start


def _pass(con: duckdb.DuckDBPyConnection) -> None:
    for query in BARE_QUERIES:
        con.execute(query).fetchall()


def report(costs: list[BuildCost]) -> str:
    lines = [
        "## Build",
        "",
        "One pass reads every column that the build reads and only counts and adds. "
        f"Aim: at most {AIM_PASSES} passes and 6 GB at 10 million cases.",
        "",
        "| cases | rounds | sample made in | one bare pass | build | passes | peak memory |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {b.cases:,} | {b.rounds:,} | {b.sample_wall:.0f} s, {b.sample_peak:.1f} GiB | "
        f"{b.bare_pass:.2f} s | {b.wall:.1f} s | {b.wall / b.bare_pass:.0f} | {b.peak:.1f} GiB |"
        for b in costs
    ]
    lines += ["", "Where the time goes (seconds, and passes of the same size):", ""]
    lines += ["| step | " + " | ".join(f"{b.cases:,}" for b in costs) + " |"]
    lines += ["|---|" + "---:|" * len(costs)]
    for step in costs[-1].steps:
        cells = [f"{b.steps[step]:.1f} s ({b.steps[step] / b.bare_pass:.1f})" for b in costs]
        lines.append(f"| {step} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", *_time_breakdown(costs[-1]), ""])


def _time_breakdown(largest: BuildCost) -> list[str]:
    """What the build spends beyond the bare pass, in words, from the same figures."""
    arithmetic_seconds = sum(
        seconds for step, seconds in largest.steps.items() if step.startswith("curves") or step in ("rates", "scores")
    )
    grouping_seconds = sum(largest.steps[step] for step in ("spells", "entries", "exits", "opening_stock"))
    passes = largest.wall / largest.bare_pass
    verdict = "met" if passes <= AIM_PASSES else f"missed by {passes - AIM_PASSES:.0f} passes"
    return [
        f"The aim of {AIM_PASSES} passes at {largest.cases:,} cases is {verdict}. A bare pass "
        "reads compressed columns at memory speed; the build makes a spell of every case and lot "
        f"and groups them into millions of cells by court, quarter and age ({grouping_seconds:.1f} s). The "
        f"curves, rates and scores of every unit and quarter take {arithmetic_seconds:.1f} s whatever the "
        "number of cases."
    ]
