"""How places are spread, read again from the answers for every single place, in plain Python."""

import math

import pytest

from index_engine import queries
from index_engine.queries import LEVELS, Snapshot

PERIOD = "2024Q3"
COLUMNS = ["kind", "item", "minimum", "q25", "median", "q75", "maximum", "place_count"]


def quantile(values: list[float], share: float) -> float:
    """Type 7 of Hyndman and Fan: a straight line between neighbours in rank."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def values_of(snapshot: Snapshot, level: str) -> dict[tuple[str, str], list[float]]:
    """Every number that counts, place by place."""
    found: dict[tuple[str, str], list[float]] = {}

    def put(kind: str, item: str, value: float | None) -> None:
        if value is not None and not math.isnan(value):
            found.setdefault((kind, item), []).append(value)

    for row in queries.scores(snapshot, level, PERIOD).itertuples(index=False):
        if snapshot.place(level, row.place_id).special:
            continue
        put("score", "score", row.score)
        for dimension in snapshot.method.dimensions:
            put("dimension", dimension.id, getattr(row, dimension.id))
        for line in queries.indicators(snapshot, level, row.place_id, PERIOD).itertuples(index=False):
            put("indicator", line.indicator, line.value if line.status == "estimated" else None)
        for line in queries.checks(snapshot, level, row.place_id, PERIOD).itertuples(index=False):
            put("indicator", line.check, line.value if line.status == "estimated" else None)
        if row.status == "scored":
            for line in queries.statistics(snapshot, level, row.place_id, PERIOD).itertuples(index=False):
                put("statistic", line.statistic, line.value)
    return found


@pytest.mark.parametrize("level", LEVELS)
def test_the_spread_is_that_of_the_places(snapshot: Snapshot, level: str) -> None:
    found = queries.distribution(snapshot, level, PERIOD)
    assert list(found.columns) == COLUMNS
    expected = values_of(snapshot, level)
    assert {(line.kind, line.item) for line in found.itertuples()} == set(expected)
    for line in found.itertuples():
        values = expected[line.kind, line.item]
        told = (line.minimum, line.q25, line.median, line.q75, line.maximum)
        shares = (0, 0.25, 0.5, 0.75, 1)
        assert told == pytest.approx([quantile(values, s) for s in shares], rel=1e-9), line.item
        assert line.place_count == len(values)


def test_a_special_court_has_values_that_are_no_part_of_it(snapshot: Snapshot) -> None:
    """So that leaving it out, above, is seen."""
    values = queries.indicators(snapshot, "court", "V", PERIOD).set_index("indicator")
    known = values[values["status"] == "estimated"].index
    assert len(known)
    spread = queries.distribution(snapshot, "court", PERIOD).set_index(["kind", "item"])["place_count"]
    courts = queries.scores(snapshot, "court", PERIOD)["place_id"]
    for item in known:
        of_all = [
            queries.indicators(snapshot, "court", court, PERIOD).set_index("indicator").loc[item, "status"]
            for court in courts
        ]
        assert spread["indicator", item] == of_all.count("estimated") - 1


def test_a_period_without_scores_has_no_spread(snapshot: Snapshot) -> None:
    assert queries.distribution(snapshot, "province", "2031Q1").empty
