"""No number that is withheld can be worked out from all that pages, files and commands say: attacked with
every question, over levels, categories, months, quarters and windows. Rates of enough cases times n say small
numerators, which are not printed and not secret (decision 84)."""

import math
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from dashboard.state.cache import CachedSnapshot
from index_engine import periods, queries
from index_engine.estimates.visibility import coarse_error
from index_engine.method import Check, Indicator, Statistic
from index_engine.method.counts import COUNT_BY_SUM
from index_engine.queries import LEVELS, Snapshot
from tests.attack import Relation, restored, solve

Key = tuple[str, str, str]  # name of a count, level, place
STAGES = ("first", "second", "sale", "relisted")
OUTCOMES = ("sold", "failed", "defaulted", "setoff")
PIPELINE_NAMES = {"first_held": "first:held", "first_sold": "first:sold"}
FLOWS = ("filed", "closed", "sold")


class Published:
    """What is known of one period: every count that some answer tells."""

    def __init__(self, snapshot: Snapshot, period: str, province: str = "") -> None:
        """Of the places of one `province`, where it is given, what the pages of a place tell; of all what tables
        of places tell."""
        self.snapshot, self.period = snapshot, period
        ids = {province, *snapshot.region_ids(province)} if province else set()
        self.pages = [p for p in snapshot.places() if not province or p.place_id in ids or p.parent in ids]
        self.known: dict[Key, float] = {}
        self.rates: dict[tuple[Key, Key], tuple[float, bool]] = {}  # by numerator and denominator; whether coarse
        self.few: set[Key] = set()  # what is said to be fewer than the least cell
        self.least = snapshot.main.min_cell
        for place in self.pages:
            self._read_place(place.level, place.place_id)
        for level in LEVELS:
            for method in snapshot.methods:
                self._read_level(snapshot.with_method(method), level)
        rows = snapshot.frame("suppressions", period)
        self.few |= {
            (row.count, row.level, row.place_id)
            for row in rows[rows["suppression"].str.startswith("<")].itertuples(index=False, name="Row")
        }

    def rate(self, level: str, place: str, numerator: str, denominator: str, value: float, is_coarse: bool) -> None:
        """A rate that is published; a sum of yuan or days is no count."""
        if not (math.isnan(value) or {numerator, denominator} & COUNT_BY_SUM.keys()):
            self.rates[(numerator, level, place), (denominator, level, place)] = value, is_coarse

    def derive(self) -> set[Key]:
        """All that follows: counts by subtraction, numerators as rates times denominators, denominators as
        numerators over rates, where one whole number fits."""
        numbers = dict(self.known)
        relations = list(self.relations())
        while True:
            solved = solve(relations, numbers)
            numbers |= solved
            for (numerator, denominator), (value, is_coarse) in self.rates.items():
                half = 0.0005 + 1e-9 if is_coarse else 1e-9
                if denominator in numbers and numerator not in numbers:
                    n = numbers[denominator]
                    low, high = math.ceil((value - half) * n - 1e-6), math.floor((value + half) * n + 1e-6)
                    if low == high:
                        solved[numerator] = float(low)
                elif numerator in numbers and denominator not in numbers and value > half:
                    n = numbers[numerator]
                    low, high = math.ceil(n / (value + half) - 1e-6), math.floor(n / (value - half) + 1e-6)
                    if low == high and n > 0:
                        solved[denominator] = float(low)
            numbers |= solved
            if not solved:
                return set(numbers)

    @property
    def secrets(self) -> set[Key]:
        """The few, but for what a rate of enough cases says, its numerator, and for parts of that."""
        told = {numerator for (numerator, denominator) in self.rates if denominator in self.known}
        told |= {(PIPELINE_NAMES.get(name, name), *at) for name, *at in told}
        method = self.snapshot.main
        sides = {
            (e.estimate.numerator, e.estimate.denominator)
            for e in (*method.statistics, *method.checks, *method.indicators)
        }
        parts = {key for key in self.few for name, whole in sides if key[0] == name and (whole, *key[1:]) in told}
        return self.few - told - parts

    def tell(self, name: str, level: str, place: str, number: float, suppression: str = "") -> None:
        key = (name, level, place)
        assert isinstance(suppression, str), key
        if suppression.startswith("<"):
            self.few.add(key)
        if suppression:
            assert math.isnan(number), key
        if math.isnan(number):
            return
        assert not 0 < number < self.least, f"{key}: {number} is printed"
        assert self.known.setdefault(key, number) == pytest.approx(number, abs=1e-6), key

    def _read_place(self, level: str, place: str) -> None:
        snapshot, period = self.snapshot, self.period
        statistics = {s.id: s for s in snapshot.main.statistics}
        for row in queries.statistics(snapshot, level, place, period).itertuples():
            self._tell_statistic(statistics[row.statistic], level, place, row)
        checks = {c.id: c for c in snapshot.main.checks}
        for row in queries.checks(snapshot, level, place, period).itertuples():
            self._tell_share(checks[row.check], level, place, row)
        for row in queries.sale_pipeline(snapshot, level, place, period).itertuples():
            for name in ("ended", "held", "withdrawn", *OUTCOMES, "price_count"):
                number, suppression = getattr(row, name), getattr(row, f"{name}_suppression")
                self.tell(f"{row.stage}:{name}", level, place, number, suppression)
            sold, held = f"{row.stage}:sold", f"{row.stage}:held"
            self.rate(level, place, sold, held, row.sale_rate, bool(row.held_suppression))
        for row in queries.waiting_times(snapshot, level, place, period).itertuples():
            for name in ("n", "done", "waiting", "beyond"):
                number, suppression = getattr(row, name), getattr(row, f"{name}_suppression")
                self.tell(f"wait:{row.node}:{name}", level, place, number, suppression)
        if (ratio := queries.indirect_ratio(snapshot, level, place, period)) is not None:
            self.tell("paid", level, place, ratio.observed, ratio.suppression)
        for process in ("case", "lot"):
            curve = queries.incidence(snapshot, level, place, process=process, period=period)
            if len(curve):
                self.tell(f"process:{process}", level, place, curve["n"].iloc[0])
                assert not curve["at_risk"].between(1, self.least - 1).any()

    def _read_level(self, snapshot: Snapshot, level: str) -> None:
        period = self.period
        for indicator in snapshot.method.indicators:
            for row in queries.indicator_values(snapshot, level, period, indicator.id).itertuples():
                self._tell_share(indicator, level, row.place_id, row)
        if snapshot.method.id == snapshot.main.id:
            for row in queries.scores(snapshot, level, period).itertuples():
                self.tell("process:case", level, row.place_id, row.n, row.n_suppression)
            for statistic in snapshot.main.statistics:
                for row in queries.statistic_values(snapshot, level, period, statistic.id).itertuples():
                    self._tell_statistic(statistic, level, row.place_id, row)
            for indicator in queries.creditor_gap_indicators(snapshot):
                for row in queries.creditor_gaps(snapshot, level, period, indicator.id).itertuples():
                    self.tell("local", level, row.place_id, row.local_n, row.local_n_suppression)
                    self.tell("non_local", level, row.place_id, row.non_local_n, row.non_local_n_suppression)
        if level not in ("city", "court"):
            return
        for statistic in queries.funnel_statistics(snapshot):
            if (plot := queries.funnel_plot(snapshot, level, period, statistic.id)) is not None:
                for row in plot.places.itertuples():
                    self.tell(statistic.estimate.denominator, level, row.place_id, row.n)
                    self.tell(statistic.estimate.numerator, level, row.place_id, row.part)
                    sides = statistic.estimate.numerator, statistic.estimate.denominator
                    self.rate(level, row.place_id, *sides, row.value, bool(row.part_suppression))

    def _tell_share(self, entry: Indicator | Check, level: str, place: str, row: Any) -> None:
        self.tell(base(entry), level, place, row.n, row.n_suppression)
        if entry.estimate.kind == "share":
            sides = entry.estimate.numerator, entry.estimate.denominator
            self.rate(level, place, *sides, row.value, bool(row.n_suppression))

    def _tell_statistic(self, statistic: Statistic, level: str, place: str, row: Any) -> None:
        sides = statistic.estimate.numerator, statistic.estimate.denominator
        is_coarse = bool(row.numerator_suppression or row.denominator_suppression)
        self.rate(level, place, *sides, row.value, is_coarse)
        for side in ("numerator", "denominator"):
            name = getattr(statistic.estimate, side)
            number, suppression = getattr(row, side), getattr(row, f"{side}_suppression")
            if name not in COUNT_BY_SUM:
                self.tell(name, level, place, number, suppression)
            elif suppression:
                assert math.isnan(number), (statistic.id, level, place)

    def relations(self) -> Iterator[Relation]:
        """What the counts are of one another: a place of those in it, a count of its kinds."""
        names = sorted({name for name, _, _ in (*self.known, *self.few)})
        for level, place, children in parents(self.snapshot):
            for name in names:
                yield {(name, level, place): 1, **{(name, *child): -1 for child in children}}
        for place in self.snapshot.places():
            at = (place.level, place.place_id)
            yield {("rounds_ended", *at): 1, ("held", *at): -1, ("withdrawn", *at): -1}
            for name, total in (("ended", "rounds_ended"), ("held", "held"), ("sold", "sold"), ("withdrawn",) * 2):
                yield {(total, *at): 1, **{(f"{stage}:{name}", *at): -1 for stage in STAGES}}
            for name, stage_name in PIPELINE_NAMES.items():
                yield {(name, *at): 1, (stage_name, *at): -1}
            for stage in STAGES:
                yield {(f"{stage}:{name}", *at): sign for name, sign in (("ended", 1), ("held", -1), ("withdrawn", -1))}
                yield {(f"{stage}:held", *at): 1, **{(f"{stage}:{name}", *at): -1 for name in OUTCOMES}}

    def stages_without_rounds(self) -> None:
        """A stage that has no row at a place has no round there, and neither in what lies in it."""
        for place in self.pages:
            at = (place.level, place.place_id)
            present = set(queries.sale_pipeline(self.snapshot, *at, self.period)["stage"])
            for stage in set(STAGES) - present:
                for name in ("ended", "held", "withdrawn", *OUTCOMES, "price_count"):
                    self.known[f"{stage}:{name}", *at] = 0.0


def base(entry: Indicator | Check) -> str:
    spec = entry.estimate
    if spec.process:
        return f"{'amounts' if spec.kind == 'amount_incidence' else 'process'}:{spec.process}"
    return {"median": "prices", "amount_rate": f"amount:{spec.denominator}"}.get(spec.kind, spec.denominator)


def parents(snapshot: Snapshot) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Places with the places directly in them, by the parents that the snapshot names."""
    children: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for place in snapshot.places():
        above = None if place.special else snapshot.parent_place(place)
        if above is not None:
            children.setdefault((above.level, above.place_id), []).append((place.level, place.place_id))
    for (level, place_id), found in children.items():
        yield level, place_id, found


def assert_nothing_is_restored(snapshot: Snapshot, period: str, province: str = "") -> Published:
    found = Published(snapshot, period, province)
    found.stages_without_rounds()
    assert not found.few & found.known.keys()
    assert not found.secrets & restored(found.relations(), set(found.known)), period
    assert not found.secrets & found.derive(), period
    return found


@pytest.fixture(scope="module")
def snapshot(built_world: Path) -> Iterator[CachedSnapshot]:
    """The random world, with its answers kept."""
    with CachedSnapshot(built_world) as found:
        yield found


def test_nothing_of_the_random_world_is_restored(snapshot: Snapshot) -> None:
    n_few = 0
    for period in snapshot.periods()[::8]:
        n_few += len(assert_nothing_is_restored(snapshot, period).few)
    assert n_few > 100, "little to attack"


def test_nothing_of_the_sample_is_restored(warehouse: Path) -> None:
    with CachedSnapshot(warehouse) as sample:
        found = assert_nothing_is_restored(sample, sample.periods()[-1], "330000")
        assert len(found.few) > 100
        assert len(found.known) > 3 * len(found.few), "little is published"


def test_the_attack_finds_what_one_withheld_place_gives_away(snapshot: Snapshot) -> None:
    """Were only the few ones withheld, subtraction would tell them."""
    found = Published(snapshot, snapshot.periods()[-1])
    found.stages_without_rounds()
    every = {key for relation in found.relations() for key in relation}
    assert len(found.few & restored(found.relations(), every - found.few)) > 10


def test_the_attack_finds_what_a_numerator_over_its_rate_gives_away(snapshot: Snapshot, built_world: Path) -> None:
    """Were numerators printed beside the rates of withheld denominators, division would tell these."""
    period = snapshot.periods()[-1]
    found = Published(snapshot, period)
    found.stages_without_rounds()
    numerators = {s.id: s.estimate.numerator for s in snapshot.main.statistics}
    with duckdb.connect(built_world, read_only=True) as con:
        rows = con.execute(
            "SELECT statistic, level, place_id, numerator FROM estimates.statistics"
            " WHERE period = ? AND denominator_suppression = 'secondary' AND numerator IS NOT NULL",
            [period],
        ).fetchall()
    for statistic, level, place, numerator in rows:
        if numerators[statistic] not in COUNT_BY_SUM:
            found.known.setdefault((numerators[statistic], level, place), numerator)
    assert found.secrets & found.derive()


def test_the_points_of_a_dimension_tell_no_withheld_n(snapshot: Snapshot) -> None:
    """Of one indicator they are a fraction of n, which their decimals would tell; their error falls with its root."""
    period, n_hidden = snapshot.periods()[-1], 0
    for method in snapshot.methods:
        of_method = snapshot.with_method(method)
        for level in ("city", "court"):
            scores = queries.scores(of_method, level, period).set_index("place_id")
            for indicator in of_method.method.indicators:
                rows = queries.indicator_values(of_method, level, period, indicator.id).set_index("place_id")
                hidden = scores.index.intersection(rows.index[rows["n_suppression"] != ""])
                points = scores.loc[hidden, indicator.dimension].dropna()
                assert (points.round(1) == points).all(), (method, indicator.id)
                n_hidden += len(points)
                for place in points.index[:3]:
                    trend = queries.trends(of_method, [(level, place)], indicator.dimension)
                    row = trend[trend["period"] == period].iloc[0]
                    se = (row["high"] - row["value"]) / of_method.method.z
                    if math.isnan(se) or row["high"] == 100.0:
                        continue
                    assert se == pytest.approx(float(coarse_error(np.array([se]))[0]), abs=1e-5)
    assert n_hidden > 10


# ---------------------------------------------------------------- over time


def time_relations(snapshot: Snapshot, name: str) -> Iterator[Relation]:
    """Windows are four quarters, a quarter is three months."""
    quarters = range(
        *(snapshot.window(p)[at] + at for p, at in ((snapshot.periods()[0], 0), (snapshot.periods()[-1], 1)))
    )
    months = {q: [f"{q // 4}-{q % 4 * 3 + m:02d}" for m in (1, 2, 3)] for q in quarters}
    for place in snapshot.places():
        at = (place.level, place.place_id)
        for period in snapshot.periods():
            first, last = snapshot.window(period)
            yield {(name, *at, period): 1, **{(name, *at, q): -1 for q in range(first, last + 1)}}
        for quarter, of_quarter in months.items():
            yield {(name, *at, quarter): 1, **{(name, *at, month): -1 for month in of_quarter}}
    times: list[Hashable] = [*snapshot.periods(), *quarters, *(m for ms in months.values() for m in ms)]
    for level, place_id, children in parents(snapshot):
        for time in times:
            yield {(name, level, place_id, time): 1, **{(name, *child, time): -1 for child in children}}


def test_nothing_is_restored_over_months_quarters_and_windows(snapshot: Snapshot, built_world: Path) -> None:
    statistics = {
        s.id: s.estimate for s in (*snapshot.main.statistics, *snapshot.main.checks, *snapshot.main.indicators)
    }
    known: set[Hashable] = set()
    for period in snapshot.periods():
        for level in LEVELS:
            for statistic in snapshot.main.statistics:
                for row in queries.statistic_values(snapshot, level, period, statistic.id).itertuples():
                    for side in ("numerator", "denominator"):
                        if not math.isnan(getattr(row, side)):
                            known.add((getattr(statistic.estimate, side), level, row.place_id, period))
        for level in ("province", "city", "court"):
            for row in queries.exception_series(snapshot, level, period).itertuples():
                if not math.isnan(row.n):
                    spec, quarter = statistics[row.statistic], periods.parse(row.quarter)
                    known |= {(n, level, row.place_id, quarter) for n in (spec.numerator, spec.denominator)}
    for place in snapshot.places():
        for row in queries.monthly_flows(snapshot, place.level, place.place_id).itertuples():
            if not math.isnan(row.n):
                known.add((row.flow, place.level, place.place_id, row.month))
    n_few = 0
    for name in FLOWS:
        few = few_windows(built_world, snapshot, name) | few_months(built_world, snapshot, name)
        assert not few & known
        assert not few & restored(time_relations(snapshot, name), known), name
        n_few += len(few)
    assert n_few > 100


def few_months(path: Path, snapshot: Snapshot, name: str) -> set[Hashable]:
    """Months with fewer than the least cell, of every place, from the measures."""
    with duckdb.connect(path, read_only=True) as con:
        rows = con.execute(
            f"SELECT court_id::VARCHAR, month, sum({name}) FROM measures.monthly GROUP BY ALL"
        ).fetchall()
    return _few(snapshot, name, ((court, f"{m // 12}-{m % 12 + 1:02d}", n) for court, m, n in rows))


def few_windows(path: Path, snapshot: Snapshot, name: str) -> set[Hashable]:
    table = "round_counts" if name == "sold" else "case_counts"
    with duckdb.connect(path, read_only=True) as con:
        rows = con.execute(
            f"SELECT court_id::VARCHAR, period, sum({name}) FROM measures.{table} GROUP BY ALL"
        ).fetchall()
    return _few(
        snapshot,
        name,
        (
            (court, period, n)
            for court, quarter, n in rows
            for period in snapshot.periods()
            if snapshot.window(period)[0] <= quarter <= snapshot.window(period)[1]
        ),
    )


def _few(snapshot: Snapshot, name: str, court_counts: Iterator[tuple[str, str, int]]) -> set[Hashable]:
    counts: dict[Hashable, int] = {}
    places_of: dict[str, list[tuple[str, str]]] = {}
    for place in snapshot.places():
        for court in snapshot.court_ids(place.level, place.place_id):
            places_of.setdefault(court, []).append((place.level, place.place_id))
    for court, time, n in court_counts:
        for at in places_of.get(court, ()):
            counts[name, *at, time] = counts.get((name, *at, time), 0) + int(n)
    return {key for key, n in counts.items() if 0 < n < snapshot.main.min_cell}
