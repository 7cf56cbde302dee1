"""Waits at the nodes of the procedure, counted again from the rows day by day in plain Python."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from index_engine import queries
from index_engine.age_grid import months_to_days
from index_engine.errors import InputError
from index_engine.estimates import waiting_times
from index_engine.queries import ProcedureStep, Snapshot
from tests.measures import recount
from tests.measures.recount import Spell
from tests.queries.test_counts import courts_in
from tests.suppressed import assert_published
from tests.worlds import World

PERIOD = "2024Q3"
FIRST, LAST = date(2023, 10, 1), date(2024, 9, 30)
AFTER = LAST + timedelta(days=1)
PLACES = [("nation", "CN"), ("province", "12"), ("city", "1102"), ("court", "V")]
PLACES += [("court", "M1101")]  # records no step
BIN = 8  # days, the widest of the grid


@pytest.fixture(scope="module")
def spells(rows: World, snapshot: Snapshot) -> list[Spell]:
    return recount.spells(rows, snapshot.main)


def under_way(spells: list[Spell], courts: set[str], node: ProcedureStep) -> list[Spell]:
    """Waits of a node that were observed on a day of the window."""
    return [
        s
        for s in spells
        if s.process == node.process and s.court_id in courts and s.entry <= LAST and s.last_day >= FIRST
    ]


def ended_in_window(s: Spell) -> bool:
    return s.event != "open" and s.stop <= LAST


def by_day(found: list[Spell], node: ProcedureStep) -> list[float]:
    """Cumulative incidence of passing the node by the end of day 0, 1, ... of a wait."""
    stops = [(s.age(min(s.stop, AFTER)), s) for s in found]
    entries = [s.age(max(s.entry, FIRST)) for s in found]
    staying, share, curve = 1.0, 0.0, []
    for day in range(months_to_days(36) + 1):
        # At risk on a day: those watched from its start on who had not stopped before it.
        risk = sum(
            enters <= day and (stop > day or (stop == day and ended_in_window(s)))
            for enters, (stop, s) in zip(entries, stops, strict=True)
        )
        ended = [s for stop, s in stops if stop == day and ended_in_window(s)]
        passed = sum(node.is_end_event(s.event) for s in ended)
        if risk:
            share += staying * passed / risk
            staying *= 1 - len(ended) / risk
        curve.append(share)
    return curve


def test_counts(snapshot: Snapshot, spells: list[Spell], rows: World):
    seen = {"beyond": 0, "waiting": 0, "too few": 0, "none": 0}
    for level, unit in PLACES:
        table = queries.waiting_times(snapshot, level, unit, PERIOD).set_index("node")
        courts = courts_in(rows, level, unit)
        for node in queries.read_steps():
            found = under_way(spells, courts, node)
            line = table.loc[node.id]
            if len(found) < snapshot.main.min_cell:
                numbers = line[[name for name in line.index if not name.endswith("_suppression")]]
                assert numbers.drop("n").isna().all()
                assert line["n"] == 0 if not found else math.isnan(line["n"])
                assert line["n_suppression"] == (f"<{snapshot.main.min_cell}" if found else "")
                seen["too few" if found else "none"] += 1
                continue
            done = sum(ended_in_window(s) and node.is_end_event(s.event) for s in found)
            waiting = [s for s in found if not ended_in_window(s) and s.last_day >= LAST]
            for name, number in (("n", len(found)), ("done", done), ("waiting", len(waiting))):
                assert_published(line[name], line[f"{name}_suppression"], number, snapshot.main.min_cell)
            seen["waiting"] += len(waiting)
            if node.limit != "most":
                assert math.isnan(line["beyond"])
                continue
            assert node.limit_days is not None
            beyond = sum(s.age(AFTER) > node.limit_days for s in waiting)
            assert_published(line["beyond"], line["beyond_suppression"], beyond, snapshot.main.min_cell)
            seen["beyond"] += beyond
    assert all(seen.values()), seen


def test_curves(snapshot: Snapshot, spells: list[Spell], rows: World):
    """A quartile is where the curve by day reaches it, to within a bin; a share within a limit,
    which ends a bin, is the same to what a life table of weeks can differ by."""
    seen = 0
    for level, unit in PLACES[:2]:
        table = queries.waiting_times(snapshot, level, unit, PERIOD).set_index("node")
        for node in queries.read_steps():
            line = table.loc[node.id]
            found = under_way(spells, courts_in(rows, level, unit), node)
            if len(found) < 100:
                continue
            curve = by_day(found, node)
            for column, at in (("q25", 0.25), ("median", 0.5), ("q75", 0.75)):
                if math.isnan(line[column]):
                    assert max(curve[: int(line["until"])]) < at + 0.02
                    continue
                earlier = next(day for day, share in enumerate(curve) if share >= at - 0.015)
                later = next((d for d, share in enumerate(curve) if share >= at + 0.015), 9999)
                assert earlier - BIN <= line[column] <= later + BIN, (node.id, column)
                seen += 1
            if node.limit_days is not None:
                share = curve[node.limit_days]
                kept = share if node.limit == "most" else 1 - share
                assert line["within"] == pytest.approx(kept, abs=0.02)
                assert line["within_low"] < line["within"] < line["within_high"]
    assert seen > 12


def test_the_interval_of_a_median_holds_it_and_narrows(snapshot: Snapshot):
    wide = queries.waiting_times(snapshot, "city", "1102", PERIOD).set_index("node").loc["case"]
    narrow = queries.waiting_times(snapshot, "nation", "CN", PERIOD).set_index("node").loc["case"]
    for line in (wide, narrow):
        assert line["median_low"] < line["median"]
        assert math.isnan(line["median_high"]) or line["median"] < line["median_high"]
    assert narrow["median"] - narrow["median_low"] < wide["median"] - wide["median_low"]


def test_an_interval_stays_within_0_and_1_and_around_the_share():
    """Also a hair from either end, where rounding leaves curves, and with an error out of scale."""
    share = np.array([0.0, 1e-15, 1e-6, 0.3, 0.5, 1 - 1e-6, 1 - 1e-16, 1.0])
    for error in (0.0, 1e-9, 0.05, 10.0):
        low, high = waiting_times._log_log_interval(share, np.full_like(share, error), 1.96)
        assert (low >= 0).all() and (high <= 1).all()
        assert (low <= share + 1e-12).all() and (share <= high + 1e-12).all()
    low, high = waiting_times._log_log_interval(np.array([0.3]), np.array([0.05]), 1.96)
    # On the scale log(-log(1 - F)), by hand: 1 - 0.7 ** exp(+-1.96 * 0.05 / (0.7 * -log 0.7)).
    spread = math.exp(1.96 * 0.05 / (0.7 * -math.log(0.7)))
    assert (low[0], high[0]) == pytest.approx((1 - 0.7 ** (1 / spread), 1 - 0.7**spread))


def test_limits_end_a_bin_of_the_grid(snapshot: Snapshot):
    """Else it were not known which waits of a bin are beyond it."""
    limits = {n.limit_days for n in queries.read_steps() if n.limit_days is not None}
    assert limits and all(days + 1 in snapshot.main.ages.edges for days in limits)


def test_every_node_has_a_clock_of_its_own_and_known_events(snapshot: Snapshot):
    clocks = [node.process for node in queries.read_steps()]
    assert len(clocks) == len(set(clocks))
    for node in queries.read_steps():
        assert set(node.events) <= {"*", *snapshot.main.process_events(node.process)}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"limit_days": 30}, "go together"),
        ({"limit_days": 30, "limit": "about"}, "not 'about'"),
        ({"limit_days": 30, "limit": "most"}, "needs the law"),
    ],
)
def test_a_limit_is_whole_or_refused(wrong: dict, told: str):
    names = {"en": "Step"}
    with pytest.raises(InputError, match=told):
        ProcedureStep("step", "case", ("*",), names, names, **wrong)
