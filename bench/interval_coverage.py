"""Do the intervals of scores cover? Synthetic courts whose true score is known.

    python -m bench.interval_coverage [--cases 2000000] [--least 1] [--folder var/bench]

A world is made in which all courts of a tier work alike, so the score of a whole tier, from all of
its cases, is the truth for each of its courts. How often the interval of a court holds that truth,
by the number of cases under way, is its coverage. With --least 1 every least n of the method is 1,
and the table shows from where on intervals cover: the least n of the method comes from it.
"""

import argparse
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from unittest import mock

import duckdb
import numpy as np
import pandas as pd

from index_engine import queries
from index_engine.build import build
from index_engine.method import load_method
from index_engine.queries import Snapshot
from index_engine.sample import generate, parameters
from index_engine.warehouse import file as warehouse_file

SPREAD_PARAMETERS = ("province_sd", "city_sd", "court_sd")  # how far courts of a tier differ: not at all, here
PERIODS = ("2020Q4", "2021Q4", "2022Q4", "2023Q4", "2024Q4", "2025Q4")  # windows that share no day
SIZES = (0, 30, 60, 100, 150, 200, 300, 500, 1000, 10**9)
LOTS = (0, 10, 20, 30, 50, 100, 10**9)  # lots on offer in the period
SEEDS = (20260101, 20260102)
# Tiers become provinces, so that the build itself scores them whole; the gaming courts and the
# province that was locked down for a time follow another law and are left out.
REGROUP = """
CREATE TEMP TABLE truth AS
SELECT place_id, tier FROM sample_truth
WHERE level = 'court' AND COALESCE(role, '') NOT IN ('gamed', 'special');
DELETE FROM regions WHERE level <> 'nation';
INSERT INTO regions (code, level, name, parent)
SELECT tier, 'province', tier, '100000' FROM (SELECT DISTINCT tier FROM truth);
UPDATE courts SET special = court_id NOT IN (SELECT place_id FROM truth),
    region = COALESCE((SELECT tier FROM truth WHERE place_id = court_id), '100000');
DROP TABLE truth;
"""


@dataclass(frozen=True)
class CourtInterval:
    """One court and period: its score with intervals, and the score of its tier."""

    n: int
    lots: int
    truth: float
    score: float
    se: float
    covered90: bool
    covered95: bool


def measure(folder: Path, cases: int, seeds: tuple[int, ...] = SEEDS, min_n: int | None = None) -> pd.DataFrame:
    """Scored courts and periods of all worlds, one row each; `least` in place of every least n."""
    text = load_method().text
    if min_n is not None:
        text = re.sub(r"^min_n = \d+", f"min_n = {min_n}", text, flags=re.M)
    method = folder / "coverage_method.toml"
    method.write_text(text, encoding="utf-8")
    return pd.concat([_world(folder, cases, seed, method) for seed in seeds], ignore_index=True)


def _world(folder: Path, cases: int, seed: int, method: Path) -> pd.DataFrame:
    path = folder / f"coverage_{cases}_{seed}.duckdb"
    text = parameters.PARAMETERS_FILE.read_text(encoding="utf-8")
    for name in SPREAD_PARAMETERS:
        text, replacements = re.subn(rf"^{name} = [\d.]+", f"{name} = 0.0", text, flags=re.M)
        assert replacements == 1, name
    # One law for every time of the year and place: no lockdown.
    text, replacements = re.subn(r"^lockdown_filings = [\d.]+", "lockdown_filings = 1.0", text, flags=re.M)
    assert replacements == 1
    file = folder / "coverage_parameters.toml"
    file.write_text(text, encoding="utf-8")
    with mock.patch.object(parameters, "PARAMETERS_FILE", file):
        generate(path, cases=cases, seed=seed, gaming=False)
    with warehouse_file.writable_copy(path) as con:
        tier_by_court = dict(con.execute("SELECT place_id, tier FROM sample_truth WHERE level = 'court'").fetchall())
        con.execute(REGROUP)
    build(path, [method])
    with Snapshot(path) as snapshot:
        return pd.DataFrame(court for period in PERIODS for court in _courts(snapshot, period, tier_by_court))


def _courts(snapshot: Snapshot, period: str, tier_by_court: dict[str, str]) -> list[CourtInterval]:
    tier_scores = queries.scores(snapshot, "province", period).set_index("place_id")["score"]
    lots = _lots(snapshot, period)
    courts = []
    for row in queries.scores(snapshot, "court", period).itertuples(index=False):
        truth = tier_scores.get(tier_by_court[row.place_id], np.nan)
        if not (np.isnan(row.score) or np.isnan(truth)):
            courts.append(
                CourtInterval(
                    int(row.n),
                    lots.get(row.place_id, 0),
                    float(truth),
                    float(row.score),
                    float(row.se),
                    bool(row.low90 <= truth <= row.high90),
                    bool(row.low <= truth <= row.high),
                )
            )
    return courts


def _lots(snapshot: Snapshot, period: str) -> dict[str, int]:
    """Lots on offer, by court."""
    with duckdb.connect(str(snapshot.path), read_only=True) as con:
        rows = con.execute(
            "SELECT place_id, n FROM estimates.indicators WHERE indicator = 'lot_sold_12m'"
            " AND level = 'court' AND basis = 'observed' AND period = ?",
            [period],
        ).fetchall()
    return dict(rows)


def report(courts: pd.DataFrame) -> str:
    """Tables of coverage by the number of cases under way, and by that of lots on offer."""
    parts = []
    for column, edges, name in (("n", SIZES, "cases under way"), ("lots", LOTS, "lots on offer")):
        lines = [
            f"| {name} | courts x periods | 95 % interval covers | 90 % | bias | sd / se |",
            "|---:|---:|---:|---:|---:|---:|",
        ]
        for low, high in pairwise(edges):
            rows = courts[(courts[column] >= low) & (courts[column] < high)]
            if len(rows):
                label = f"{low:,}-{high - 1:,}" if high < 10**9 else f"{low:,}+"
                lines.append(_line(label, rows))
        if column == "n":
            lines.append(_line("200 and more", courts[courts["n"] >= 200]))
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _line(name: str, rows: pd.DataFrame) -> str:
    def share(column: str) -> str:
        p = rows[column].mean()
        return f"{100 * p:.1f} ± {196 * np.sqrt(p * (1 - p) / len(rows)):.1f}"

    error = rows["score"] - rows["truth"]
    ratio = np.sqrt((error**2).mean() / (rows["se"] ** 2).mean())
    return (
        f"| {name} | {len(rows):,} | {share('covered95')} | {share('covered90')} | {error.mean():+.2f} | {ratio:.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.interval_coverage")
    parser.add_argument("--cases", type=int, default=2_000_000)
    parser.add_argument("--least", type=int, help="in place of every least n of the method")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--folder", type=Path, default=Path("var/bench"))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    seeds = tuple(arguments.seeds)
    print(report(measure(arguments.folder, arguments.cases, seeds, arguments.least)))


if __name__ == "__main__":
    main()
