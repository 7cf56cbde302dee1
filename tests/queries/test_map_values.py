"""What maps are told: the same numbers as profiles, courts where they sit, and what moved."""

import math
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from statistics import NormalDist

import duckdb
import pytest

from index_engine import queries
from index_engine.queries import Snapshot
from tests.worlds import World

PERIOD, BEFORE, YEAR_BEFORE = "2024Q3", "2024Q2", "2023Q3"
LEVELS = ["nation", "province", "city", "court"]
Z = NormalDist().inv_cdf(0.975)


# ---------------------------------------------------------------- one indicator of all


@pytest.mark.parametrize("level", LEVELS)
def test_an_indicator_of_all_is_that_of_each(snapshot: Snapshot, level: str) -> None:
    for indicator in snapshot.method.indicators:
        found = queries.indicator_values(snapshot, level, PERIOD, indicator.id)
        assert found["place_id"].tolist() == sorted(queries.scores(snapshot, level, PERIOD)["place_id"])
        for line in found.itertuples(index=False):
            rows = queries.indicators(snapshot, level, line.place_id, PERIOD).set_index("indicator")
            one = rows.loc[indicator.id]
            for column in ("value", "low", "high", "n"):
                assert getattr(line, column) == pytest.approx(one[column], nan_ok=True)
            assert line.status == one["status"]
            own = one["points"] if one["own"] is True or one["own"] == 1 else math.nan
            assert line.points == pytest.approx(own, nan_ok=True)


def test_points_of_the_ends_lie_around_the_points(snapshot: Snapshot) -> None:
    for indicator in snapshot.method.indicators:
        found = queries.indicator_values(snapshot, "court", PERIOD, indicator.id).dropna()
        assert (found["points_low"] <= found["points"] + 1e-6).all()
        assert (found["points"] <= found["points_high"] + 1e-6).all()
        for line in found.itertuples(index=False):
            scale = 100.0 / (indicator.best - indicator.worst)
            ends = sorted((end - indicator.worst) * scale for end in (line.low, line.high))
            floor = snapshot.method.floor
            expected = [min(max(end, floor), 100.0) for end in ends]
            assert [line.points_low, line.points_high] == pytest.approx(expected)


def test_an_unknown_indicator_is_no_empty_answer(snapshot: Snapshot) -> None:
    with pytest.raises(KeyError):
        queries.indicator_values(snapshot, "court", PERIOD, "magic")


def test_a_figure_of_all_is_that_of_each(snapshot: Snapshot) -> None:
    for figure in ("closure_rate", "coverage"):
        found = queries.statistic_values(snapshot, "court", PERIOD, figure)
        assert len(found) == len(queries.scores(snapshot, "court", PERIOD))
        for line in found.itertuples(index=False):
            rows = queries.statistics(snapshot, "court", line.place_id, PERIOD).set_index("statistic")
            for column in ("value", "numerator", "denominator"):
                expected = rows.loc[figure, column]
                assert getattr(line, column) == pytest.approx(expected, nan_ok=True)


# ---------------------------------------------------------------- where courts sit


def test_a_court_is_alone_where_no_other_basic_court_serves(snapshot: Snapshot, rows: World) -> None:
    found = queries.court_seats(snapshot, PERIOD).set_index("place_id")
    ordinary = {court.court_id: court for court in rows.courts if not court.special}
    assert set(found.index) == set(ordinary)
    served = Counter(court.region for court in ordinary.values() if court.level == "basic")
    for court in ordinary.values():
        line = found.loc[court.court_id]
        assert (line["tier"], line["region"]) == (court.level, court.region)
        assert line["alone"] == (court.level == "basic" and served[court.region] == 1)
    assert found["alone"].any() and not found["alone"].all()


def test_a_court_that_ended_leaves_the_other_alone(built_world: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    shutil.copyfile(built_world, path)
    with duckdb.connect(path) as con:
        con.execute("UPDATE courts SET valid_to = DATE '2023-12-31' WHERE court_id = 'T90'")
    with Snapshot(path) as ended:
        assert ended.period_dates("2023Q4")[1] == date(2023, 12, 31)
        before, after = (queries.court_seats(ended, p).set_index("place_id") for p in ("2023Q4", "2024Q1"))
    assert "T90" in before.index and not before.loc["B1202", "alone"]
    assert "T90" not in after.index and after.loc["B1202", "alone"]


# ---------------------------------------------------------------- what moved


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("before", "shared"), [(BEFORE, 0.5), (YEAR_BEFORE, 0.0)])
def test_changes_carry_their_error(snapshot: Snapshot, level: str, before: str, shared: float) -> None:
    now, earlier = (
        queries.scores(snapshot, level, p).dropna(subset="score").set_index("place_id") for p in (PERIOD, before)
    )
    found = queries.score_changes(snapshot, level, PERIOD, before)
    assert set(found["place_id"]) == set(now.index) & set(earlier.index) and len(found)
    if snapshot.publishes_ranks(level):
        assert found["change"].is_monotonic_decreasing
    else:
        assert found["place_id"].is_monotonic_increasing
    p_values: dict[str, float] = {}
    for line in found.itertuples(index=False):
        a, b = now.loc[line.place_id], earlier.loc[line.place_id]
        assert (line.score, line.score_before) == (a["score"], b["score"])
        assert (line.n, line.n_before) == (a["n"], b["n"])
        assert line.change == pytest.approx(a["score"] - b["score"], abs=1e-9)
        down, up = a["score"] - a["low"], a["high"] - a["score"]
        down_before, up_before = b["score"] - b["low"], b["high"] - b["score"]
        low = line.change - math.sqrt(down**2 + up_before**2 - 2 * shared * down * up_before)
        high = line.change + math.sqrt(up**2 + down_before**2 - 2 * shared * up * down_before)
        assert (line.low, line.high) == pytest.approx((low, high), abs=0.006)
        p_values[line.place_id] = 2 * NormalDist().cdf(-Z * line.change / (line.change - low))
        if line.change < 0:
            p_values[line.place_id] = 2 * NormalDist().cdf(-Z * line.change / (line.change - high))
    named = set(found[found["beyond"]]["place_id"])
    assert named == false_discoveries_controlled(p_values, 0.05)


def false_discoveries_controlled(p_values: dict[str, float], rate: float) -> set[str]:
    """Benjamini and Hochberg's step-up rule, one p after the other."""
    order = sorted(p_values, key=p_values.__getitem__)
    passing = [k for k, name in enumerate(order, 1) if p_values[name] <= rate * k / len(order)]
    return set(order[: max(passing, default=0)])


def test_the_indicator_named_moved_the_score_most(snapshot: Snapshot) -> None:
    """By brute force: put the earlier points of one indicator back, the others between."""
    n_compared = n_withheld = 0
    for line in queries.score_changes(snapshot, "court", PERIOD, YEAR_BEFORE).itertuples(index=False):
        now, before = (
            queries.indicators(snapshot, "court", line.place_id, p).set_index("indicator")
            for p in (PERIOD, YEAR_BEFORE)
        )
        is_coarse = any(frame["n_suppression"].eq("secondary").any() for frame in (now, before))
        n_withheld += is_coarse
        n_compared += 1
        parts = _parts(snapshot, now, before)
        # Points are to one decimal where an n is withheld, and an indicator is a quarter of a score at most.
        assert line.part == pytest.approx(parts[line.indicator], abs=0.03 if is_coarse else 0.006)
        largest = max(map(abs, parts.values()))
        assert abs(parts[line.indicator]) == pytest.approx(largest, abs=0.05 if is_coarse else 1e-6)
        own = {when: frame.loc[line.indicator, "own"] for when, frame in (("n", now), ("b", before))}
        expected = now.loc[line.indicator, "value"] if own["n"] == 1 else math.nan
        assert line.value == pytest.approx(expected, nan_ok=True)
        expected = before.loc[line.indicator, "value"] if own["b"] == 1 else math.nan
        assert line.value_before == pytest.approx(expected, nan_ok=True)
        assert line.indicator_n == pytest.approx(now.loc[line.indicator, "n"], nan_ok=True)
        assert line.indicator_n_suppression == now.loc[line.indicator, "n_suppression"]
        assert math.fsum(parts.values()) == pytest.approx(line.change, abs=0.11)  # both rounded
    assert n_compared > 2 and n_withheld > 0


def _parts(snapshot: Snapshot, now, before) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """The logarithmic decomposition in plain Python."""

    def mean(a: float, b: float) -> float:
        return a if math.isclose(a, b) else (a - b) / math.log(a / b)

    method = snapshot.method
    total = sum(d.weight for d in method.dimensions)
    weighed = [{i: 0.0 if math.isnan(p) else p * w for i, p, w in _weighed(frame)} for frame in (now, before)]
    sums = [
        {d.id: sum(part[i.id] for i in method.indicators if i.dimension == d.id) for d in method.dimensions}
        for part in weighed
    ]
    scores = [math.prod(s[d.id] ** (d.weight / total) for d in method.dimensions) for s in sums]
    found = {}
    for indicator in method.indicators:
        [dimension] = [d for d in method.dimensions if d.id == indicator.dimension]
        inside = mean(sums[0][dimension.id], sums[1][dimension.id])
        share = dimension.weight / total * mean(*scores) / inside
        found[indicator.id] = share * (weighed[0][indicator.id] - weighed[1][indicator.id])
    return found


def _weighed(frame):  # type: ignore[no-untyped-def]
    return [(i, row["points"], row["weight"]) for i, row in frame.iterrows()]
