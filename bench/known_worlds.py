"""Do intervals hold in worlds whose truth is known in closed form, whatever habits files have?

    python -m bench.known_worlds [--seeds 3] [--worlds NAME ...] [--folder var/bench]

Forty identical courts (tests/truth), each world as many times as there are seeds. Every year of each court
is a window that shares no day with another; the newest is where reports are late. Writes a section of
docs/evidence.md where all worlds are run.
"""

import argparse
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from bench.evidence import write_section
from index_engine import periods, queries
from index_engine.build import build
from index_engine.estimates.intervals import bounded_interval
from index_engine.importing.reference_data import load_reference_data
from index_engine.method import load_method
from index_engine.queries import Snapshot
from index_engine.warehouse.file import writable_copy
from tests.truth import lot_simulator
from tests.truth.gaming import method_without_auctions
from tests.truth.product import import_file, mapping_text
from tests.truth.simulator import (
    CourtPlan,
    Design,
    Hazards,
    Row,
    World,
    all_cases,
    closed_cases,
    filed_cases,
    late_reports,
    merged,
    payments_before_closing,
    reported_after,
    until_abolished,
    write_cases,
    zhongben_list,
)
from tests.truth.test_creditor_lists import bought, list_mapping, list_rows, write_purchases
from tests.truth.test_successive_lists import known_between, year
from tests.truth.test_worlds import court_names, registered_courts

COURTS = 40
START, CUT = date(2020, 1, 1), date(2024, 12, 31)
YEARS = 3  # windows of a court, back from the newest; those before have no two years behind them
METHOD = load_method()
SCORE, CHANGE = "score", "change on a year"
PLAN = CourtPlan("", cases_per_month=40.0)
DECEMBER = (0.6, 0.6, *[0.9] * 9, 3.0)


@dataclass(frozen=True)
class CaseWorld:
    """`plan`: what all courts are; `varied`: of some by their position; `holds`: what the mapping says."""

    plan: CourtPlan = PLAN
    design: Design = all_cases
    holds: str = "all_cases"
    observed: tuple[date, date] | None = (START, CUT)
    varied: Callable[[int, CourtPlan], CourtPlan] = lambda position, plan: plan
    has_numbers: bool = False  # whether cases have numbers that tell their court
    second: Design | None = None  # of another source that has the same cases under other numbers
    has_yearly_lists: bool = False  # whether each year has a list of its own, of the cases under way in it

    def run(self, folder: Path, seed: int) -> pd.DataFrame:
        plans = tuple(
            replace(self.varied(k, self.plan), name=court["name"], code=court["code"] if self.has_numbers else "")
            for k, court in enumerate(registered_courts(COURTS))
        )
        world = World(plans, START, CUT, seed=seed).simulate()
        warehouse = folder / "world.duckdb"
        with writable_copy(warehouse) as con:
            load_reference_data(con)
            for plan in plans:
                con.execute("UPDATE courts SET valid_to = ? WHERE name = ?", [_known(plan.last_day), plan.name])
        stated = f'holds = "{self.holds}"'
        if self.has_yearly_lists:
            for number in range(START.year, CUT.year + 1):
                rows = known_between(self.design(world), *year(number))
                _import_list(warehouse, f"list of {number}", rows, year(number), stated)
        else:
            _import_list(warehouse, "court list", self.design(world), self.observed, stated)
        if self.second is not None:
            stated = 'holds = "creditor_cases"\nsame_cases = true'
            _import_list(warehouse, "bank", self.second(world), self.observed, stated)
        build(warehouse, [method_without_auctions(folder)], threads=2)
        # What is paid is closed genuinely, and nothing else is: of the two shares one is enough.
        truth = {name: self.plan.true_incidence("cash", 24) for name in ("cash_24m", "recovered_24m")}
        truth["months_to_cash"] = self.plan.true_restricted_mean("cash", 36)
        truth["zhongben_24m"] = self.plan.true_incidence("zhongben", 24)
        truth["zhongben_share"] = self.plan.hazards.zhongben / self.plan.hazards.total
        score = true_score(truth | {"genuine_closure_24m": truth["cash_24m"]})
        return _measured(warehouse, truth, [plan.name for plan in plans], score)


@dataclass(frozen=True)
class PurchaseWorld:
    """The cases that a creditor bought while they were open, beside the list of their courts: paid as often as
    national rates expect of their kinds and ages."""

    def run(self, folder: Path, seed: int) -> pd.DataFrame:
        names = court_names(COURTS)
        world = World(tuple(replace(PLAN, name=name) for name in names), START, CUT, seed=seed).simulate()
        warehouse = folder / "world.duckdb"
        _import_list(warehouse, "court list", all_cases(world), (START, CUT), 'holds = "all_cases"')
        purchases = write_purchases(warehouse.with_name("manager.csv"), bought(world, seed))
        import_file(warehouse, "cases", purchases, list_mapping((START, CUT)))
        build(warehouse, [method_without_auctions(folder)], threads=2)
        rows = list_rows(warehouse).query("level == 'court'")
        rows["court"] = rows["place_id"].map(dict(snapshot_rows(warehouse, "SELECT court_id, name FROM courts")))
        rows = rows.set_index(["court", "period"])
        newest = periods.parse(rows.index.get_level_values("period").max())
        found = []
        for age in range(YEARS):
            for court in names:
                at = (court, periods.label(newest - 4 * age))
                row = {"number": "payments over those expected", "age": age, "court": court, "truth": 1.0}
                told = rows.loc[at, ["ratio", "low", "high"]] if at in rows.index else pd.Series(dtype=float)
                value, low, high = (float(told.get(name, np.nan)) for name in ("ratio", "low", "high"))
                status = "no row" if told.empty else "estimated"
                found.append(row | {"value": value, "low": low, "high": high, "status": status})
        return pd.DataFrame(found)


def _import_list(
    warehouse: Path, name: str, rows: Sequence[Row], observed: tuple[date, date] | None, stated: str
) -> None:
    text = mapping_text(name, observed).replace("[source]", f"[source]\n{stated}")
    import_file(warehouse, "cases", write_cases(warehouse.with_name(f"{name}.csv"), rows), text)


@dataclass(frozen=True)
class LotWorld:
    """`platforms`: into how many files, in each of which every round has an id of its own."""

    estate_size: int = 1
    platforms: int = 0

    def run(self, folder: Path, seed: int) -> pd.DataFrame:
        names = court_names(COURTS)
        rate = 15.0 * min(self.estate_size, 3)
        found = lot_simulator.offers(names, START, CUT, lots_per_month=rate, seed=seed, estate_size=self.estate_size)
        warehouse = folder / "world.duckdb"
        rng = np.random.default_rng(seed)
        file_of = rng.integers(0, max(self.platforms, 1), len(found))
        for number in range(max(self.platforms, 1)):
            part = [offer for offer, file in zip(found, file_of, strict=True) if file == number]
            lot_simulator.import_offers(warehouse, part, (START, CUT), f"platform {number}", id_each=self.platforms > 0)
        build(warehouse, threads=2)
        return _measured(warehouse, lot_simulator.TRUTH, names, None)


def _known(last_day: date) -> date | None:
    return last_day if last_day <= CUT else None


def _bank_ledger(world: World) -> list[object]:
    rows = all_cases(world)[::2]
    return [replace(row, case=replace(row.case, number=f"bank-{k}")) for k, row in enumerate(rows)]


def _opening_and_closing(position: int, plan: CourtPlan) -> CourtPlan:
    if position % 4 == 0:
        return replace(plan, first_day=date(2021, 7, 1))
    return replace(plan, last_day=date(2023, 3, 31)) if position % 4 == 1 else plan


def _merging(position: int, plan: CourtPlan) -> CourtPlan:
    return replace(plan, last_day=date(2023, 3, 31)) if position % 4 == 1 else plan


BATCHES = CourtPlan("", cases_per_month=90.0, batch_size=15)
WORLDS: dict[str, CaseWorld | LotWorld | PurchaseWorld] = {
    "constant hazards": CaseWorld(),
    "Weibull hazards, shape 0.7": CaseWorld(CourtPlan("", 40.0, Hazards(shape=0.7))),
    "Weibull hazards, shape 1.4": CaseWorld(CourtPlan("", 40.0, Hazards(shape=1.4))),
    "few cases, 8 a month": CaseWorld(CourtPlan("", 8.0)),
    "three times as fast in December": CaseWorld(CourtPlan("", 40.0, season=DECEMBER)),
    "batches of 15 with one fate": CaseWorld(BATCHES),
    "batches of 15, half of each with one fate": CaseWorld(replace(BATCHES, shared_fate=0.5)),
    "claims of log-sd 2.5": CaseWorld(CourtPlan("", 40.0, claim_log_sd=2.5)),
    "paid 100 days before closing": CaseWorld(design=payments_before_closing(100)),
    "closings reach the file after 30 days": CaseWorld(design=late_reports(30)),
    "closings reach the file after 60 days": CaseWorld(design=late_reports(60)),
    "closings reach the file after 100 days": CaseWorld(design=late_reports(100)),
    "closings reach the file after 10 days on average": CaseWorld(design=reported_after(10)),
    "closings reach the file after 30 days on average": CaseWorld(design=reported_after(30)),
    "closings reach the file after 90 days on average": CaseWorld(design=reported_after(90)),
    "courts that open and are abolished": CaseWorld(design=until_abolished, varied=_opening_and_closing),
    "a court in four merged into another": CaseWorld(design=merged, varied=_merging, has_numbers=True),
    "no window stated": CaseWorld(observed=None),
    "cases filed from the first day on": CaseWorld(design=filed_cases),
    "closed cases alone": CaseWorld(design=closed_cases, holds="closed_cases"),
    "a list of 终本": CaseWorld(design=zhongben_list, holds="zhongben_list"),
    "open cases alone": CaseWorld(design=late_reports(9_999), holds="open_cases"),
    "cases of one creditor": CaseWorld(design=lambda world: all_cases(world)[::2], holds="creditor_cases"),
    "a list of each year": CaseWorld(has_yearly_lists=True),
    "cases that a creditor bought": PurchaseWorld(),
    "a bank's ledger beside the court's list": CaseWorld(second=_bank_ledger),  # type: ignore[arg-type]
    "lots": LotWorld(),
    "lots on three platforms, an id a round": LotWorld(platforms=3),
    "estates of 10 lots that sell alike": LotWorld(estate_size=10),
}


def true_score(values: dict[str, float]) -> float:
    """What the method makes of true values: means of points by weight in a dimension, their geometric
    mean over dimensions (cycle and closure, since these worlds have no auctions)."""
    points: dict[str, list[tuple[float, float]]] = {}
    for indicator in METHOD.indicators:
        if indicator.id in values:
            share = (values[indicator.id] - indicator.worst) / (indicator.best - indicator.worst)
            points.setdefault(indicator.dimension, []).append((100 * min(max(share, 0.01), 1.0), indicator.weight))
    means = [np.average([p for p, _ in pairs], weights=[w for _, w in pairs]) for pairs in points.values()]
    return float(np.exp(np.mean(np.log(means))))


def _measured(warehouse: Path, truth: dict[str, float], courts: list[str], score: float | None) -> pd.DataFrame:
    """One row a number, court and window: number, age (0 of the newest window), court, truth, value, low,
    high, status."""
    units = {entry.id: entry.unit for entry in METHOD.estimands}
    rows = []
    with Snapshot(warehouse) as snapshot:
        all_periods = snapshot.periods()
        newest = periods.parse(all_periods[-1])
        windows = [(age, periods.label(newest - 4 * age)) for age in range(YEARS)]
        names = dict(snapshot_rows(warehouse, "SELECT court_id, name FROM courts"))
        with duckdb.connect(str(warehouse), read_only=True) as con:
            found = con.execute(
                "SELECT place_id, period, indicator, value, se, status FROM estimates.indicators"
                " WHERE level = 'court' AND basis = 'observed' AND method = ?",
                [METHOD.id],
            ).df()
            scores = con.execute(
                "SELECT place_id, period, score AS value, low, high, status FROM index.scores"
                " WHERE level = 'court' AND basis = 'observed' AND method = ?",
                [METHOD.id],
            ).df()
        found["low"], found["high"] = bounded_interval(
            found["value"], found["se"], METHOD.z, [units[name] for name in found["indicator"]]
        )
        scores["indicator"] = SCORE
        truths = dict(truth)
        if score is not None:
            truths[SCORE] = score
            found = pd.concat([found, scores])
            truths[CHANGE] = 0.0
            changes = queries.score_changes(snapshot, "court", windows[0][1], windows[1][1])
            found = pd.concat(
                [
                    found,
                    pd.DataFrame(
                        {
                            "place_id": changes["place_id"],
                            "period": windows[0][1],
                            "indicator": CHANGE,
                            "value": changes["change"],
                            "low": changes["low"],
                            "high": changes["high"],
                            "status": np.where(changes["beyond"], "named", "estimated"),
                        }
                    ),
                ]
            )
    found["court"] = found["place_id"].map(names)
    found = found.set_index(["indicator", "court", "period"])
    for name, true_value in truths.items():
        for age, period in windows[: 1 if name == CHANGE else None]:
            for court in courts:
                row = {"number": name, "age": age, "court": court, "truth": true_value, "status": "no row"}
                if (name, court, period) in found.index:
                    row |= found.loc[(name, court, period), ["value", "low", "high", "status"]].to_dict()
                rows.append(row)
    return pd.DataFrame(rows, columns=["number", "age", "court", "truth", "value", "low", "high", "status"])


def snapshot_rows(warehouse: Path, sql: str) -> list[tuple[str, str]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def measure(folder: Path, world: CaseWorld | LotWorld | PurchaseWorld, seeds: int) -> pd.DataFrame:
    frames = []
    for seed in range(1, seeds + 1):
        place = folder / "known_worlds"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        frames.append(world.run(place, seed).assign(seed=seed))
        shutil.rmtree(place)
    return pd.concat(frames, ignore_index=True)


def lines(title: str, rows: pd.DataFrame) -> list[str]:
    """Lines of the table, one a number."""
    return [_line(title, str(name), part) for name, part in rows.groupby("number", sort=False)]


def _line(title: str, number: str, rows: pd.DataFrame) -> str:
    known = rows[rows["value"].notna()]
    withheld = rows.loc[rows["value"].isna(), "status"].value_counts(normalize=True) * (1 - len(known) / len(rows))
    reasons = ", ".join(f"{100 * share:.0f} {status}" for status, share in withheld.items()) or "0"
    if known.empty:
        return f"| {title} | {number} | | | {reasons} | |"
    error = known["value"] - known["truth"]
    bias, bias_error = error.mean(), error.std() / len(error) ** 0.5
    digits = 1 if number in (SCORE, CHANGE) else 2 if number == "months_to_cash" else 4
    return (
        f"| {title} | {number} | {_coverage(known)} | {_coverage(known[known['age'] == 0])} | {reasons} |"
        f" {bias:+.{digits}f} ± {1.96 * bias_error:.{digits}f} |"
    )


def _coverage(known: pd.DataFrame) -> str:
    """In %, with twice the standard error over courts: the windows of one court need not be independent."""
    if known.empty:
        return ""
    covered = (known["low"] <= known["truth"]) & (known["truth"] <= known["high"])
    by_court = covered.groupby([known["seed"], known["court"]]).mean()
    return f"{100 * covered.mean():.1f} ± {196 * by_court.std() / len(by_court) ** 0.5:.1f}"


def report(table: list[str], seeds: int) -> str:
    return "\n".join(
        [
            f"`python -m bench.known_worlds --seeds {seeds}`: forty identical courts in worlds whose truth is in closed",
            "form (`tests/truth/simulator.py`, `lot_simulator.py`), written as files with the habits of real ones, imported",
            f"and built; {seeds} times each, up to {YEARS} years of every court. Errors of coverage are twice the standard",
            "error over courts. Cash .04, 终本 .03, other .005 a month unless a line says otherwise, 40 cases a month (90 of",
            "batches); 15 lots a month, 45 of estates. *score*: of cycle and closure; *change on a year*: whether the",
            "interval of the change holds 0. Bias in points, months or shares. Worlds that differ in what the file tells",
            "alone have the same cases: what chance does to one it does to all of them.",
            "",
            "| world | number | 95 % intervals that hold, % | newest window | withheld, % | bias |",
            "|:--|:--|---:|---:|:--|---:|",
            *table,
            "",
            "Merged courts hold because the number of a case tells the court that filed it. Where a list has numbers of its",
            "own for the cases it took over, nothing tells them from others, and the years before the merger are withheld.",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.known_worlds")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=list(WORLDS))
    parser.add_argument("--folder", type=Path, default=Path("var/bench"))
    arguments = parser.parse_args()
    table: list[str] = []
    for title in arguments.worlds:
        new = lines(title, measure(arguments.folder, WORLDS[title], arguments.seeds))
        print("\n".join(new), flush=True)
        table += new
    if arguments.worlds == list(WORLDS):
        write_section("Do intervals cover?", report(table, arguments.seeds))


if __name__ == "__main__":
    main()
