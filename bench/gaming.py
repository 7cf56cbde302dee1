"""What courts gain that make their numbers look better without paying more.

    python -m bench.gaming [--cases 1000000] [--cases-per-month 200] [--folder var/bench]

First, in courts of known hazards (tests/truth): the same cases handled honestly and in each way of
gaming. Then what turning open cases into 终本 does to a region of the sample, under every method.

The sample's two gaming courts, which close 60 % of what is unpaid as 终本, and the same courts with
the same cases handled honestly: scores, official figures and checks side by side, at the last
period.
"""

import argparse
import shutil
from datetime import date
from pathlib import Path

import duckdb

from index_engine import queries
from index_engine.build import build
from index_engine.method import load_methods
from index_engine.queries import Snapshot
from index_engine.sample import generate
from tests.truth.gaming import GAMERS, built
from tests.truth.simulator import CourtPlan, World
from tests.truth.test_worlds import court_names

CITY = "SELECT place_id FROM sample_truth WHERE level = 'city' AND role = 'gamed'"


def gaming_worlds(folder: Path, cases_per_month: float) -> dict[str, tuple[float, float, float]]:
    """Mean score of the courts of each gamer, honest and gamed, and the standard error of the gain."""
    names = court_names(2 * len(GAMERS))
    gamers = dict(zip(names, [*GAMERS.values(), *GAMERS.values()], strict=True))
    plans = tuple(CourtPlan(name, cases_per_month=cases_per_month) for name in names)
    world = World(plans, date(2020, 1, 1), date(2024, 12, 31), seed=1).simulate()
    scores = {}
    for name, ways in (("honest", {}), ("gamed", gamers)):
        shutil.rmtree(folder / name, ignore_errors=True)
        frame, _ = built(folder / name, world, ways)
        scores[name] = frame.set_index(["court", "period"])["score"]
    gain = scores["gamed"] - scores["honest"]
    found = {}
    for title, gamer in GAMERS.items():
        courts = [court for court, way in gamers.items() if way is gamer]
        honest, gamed, gains = (s.loc[courts] for s in (scores["honest"], scores["gamed"], gain))
        found[title] = (float(honest.mean()), float(gamed.mean()), float(gains.std() / len(gains) ** 0.5))
    return found


def report_worlds(found: dict[str, tuple[float, float, float]]) -> str:
    lines = ["| what a court does | honest | gamed | gain |", "|:--|--:|--:|--:|"]
    lines += [
        f"| {title} | {honest:.1f} | {gamed:.1f} | {gamed - honest:+.1f} ± {error:.1f} |"
        for title, (honest, gamed, error) in found.items()
    ]
    return "\n".join(lines) + "\n"


def measure(folder: Path, cases: int) -> dict[str, dict[str, str]]:
    """What is said of the gaming city in each world, by line of the table."""
    values_by_line: dict[str, dict[str, str]] = {}
    for world, gaming in (("honest", False), ("gamed", True)):
        path = folder / f"{world}_{cases}.duckdb"
        generate(path, cases=cases, gaming=gaming)
        build(path)
        for line, value in _lines(path):
            values_by_line.setdefault(line, {})[world] = value
    return values_by_line


def _lines(path: Path) -> list[tuple[str, str]]:
    lines = []
    [(city,)] = _query(path, CITY)
    for method in load_methods():
        with Snapshot(path, method.id) as snapshot:
            period = snapshot.periods()[-1]
            scores = queries.scores(snapshot, "city", period).set_index("place_id")
            row = scores.loc[city]
            ranked_count = int(scores["rank"].notna().sum())
            value = f"{row.score:.1f} ({row.low:.1f} to {row.high:.1f}), {row['rank']} of {ranked_count}"
            lines.append((f"score and rank, {method.name['en']}", value))
    with Snapshot(path) as snapshot:
        names = {i.id: i.name["en"] for i in snapshot.method.estimands}
        indicators = queries.indicators(snapshot, "city", city, period).set_index("indicator")
        indicator_ids = ("cash_24m", "genuine_closure_24m", "recovered_24m")
        lines += [(names[name], _share(indicators.loc[name])) for name in indicator_ids]
        statistics = queries.statistics(snapshot, "city", city, period).set_index("statistic")
        lines.append(("Closure rate 结案率", f"{100 * statistics.loc['closure_rate', 'value']:.1f} %"))
        days = statistics.loc["mean_days_closed", "value"]
        lines.append(("Mean days of closed cases", f"{days:.0f}"))
        checks = queries.checks(snapshot, "city", city, period).set_index("check")
        lines += [(names[name], _share(row)) for name, row in checks.iterrows()]
    return lines


def _query(path: Path, sql: str) -> list[tuple[str]]:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(sql).fetchall()


def _share(row: object) -> str:
    value, low, high, n = (getattr(row, name) for name in ("value", "low", "high", "n"))
    return f"{100 * value:.1f} % ({100 * low:.1f} to {100 * high:.1f}; n = {n:,.0f})"


def report(values_by_line: dict[str, dict[str, str]]) -> str:
    lines = ["| | honest | gamed |", "|---|---:|---:|"]
    lines += [f"| {line} | {worlds['honest']} | {worlds['gamed']} |" for line, worlds in values_by_line.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.gaming")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--cases-per-month", type=float, default=200.0)
    parser.add_argument("--folder", type=Path, default=Path("var/bench"))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    print(report_worlds(gaming_worlds(arguments.folder, arguments.cases_per_month)))
    print(report(measure(arguments.folder, arguments.cases)))


if __name__ == "__main__":
    main()
