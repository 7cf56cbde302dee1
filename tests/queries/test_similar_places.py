"""Which places are like one: found again from the rows of the world, in plain Python."""

import math
from collections import Counter
from datetime import date

import pytest

from index_engine import queries
from index_engine.estimates.similarity import SIZE_SCALE_DECADES
from index_engine.method import load_method
from index_engine.queries import Snapshot
from tests.measures.strata_of import stratum_of_case
from tests.queries.test_counts import cases_in
from tests.worlds import World

PERIOD, WINDOW = "2024Q3", (date(2023, 10, 1), date(2024, 9, 30))


def mixes_by_place(rows: World, level: str, places: list[str]) -> dict[str, Counter]:
    """How many cases of each stratum each place filed in the window."""
    method = load_method()
    strata = {
        case.case_id: stratum_of_case(case, method)
        for case in rows.cases
        if WINDOW[0] <= case.filed_on <= WINDOW[1] and case.case_type == "first"
    }
    return {
        place: Counter(strata[case.case_id] for case in cases_in(rows, level, place) if case.case_id in strata)
        for place in places
    }


def apart(one: Counter, other: Counter) -> float:
    shares = [{k: n / c.total() for k, n in c.items()} for c in (one, other)]
    gaps = (math.sqrt(shares[0].get(k, 0)) - math.sqrt(shares[1].get(k, 0)) for k in one | other)
    return math.sqrt(sum(gap**2 for gap in gaps) / 2)


@pytest.mark.parametrize(("level", "unit"), [("city", "1102"), ("court", "B1301")])
def test_the_nearest_are_those_of_a_count_by_hand(snapshot: Snapshot, rows: World, level: str, unit: str):
    scores = queries.scores(snapshot, level, PERIOD).set_index("place_id")
    mixes = mixes_by_place(rows, level, list(scores.index))
    expected = {}
    for other, row in scores.iterrows():
        if other not in (unit, "V") and row["status"] == "scored":
            size = math.log10(row["n"] / scores.loc[unit, "n"]) / SIZE_SCALE_DECADES
            expected[other] = math.hypot(apart(mixes[unit], mixes[other]), size)
    assert len(expected) > 3
    found = queries.similar_places(snapshot, level, unit, PERIOD, k=3)
    assert found["place_id"].tolist() == sorted(expected, key=expected.get)[:3]
    assert found["distance"].tolist() == pytest.approx([expected[u] for u in found["place_id"]])
    for row in found.itertuples():
        assert (row.n, row.score) == tuple(scores.loc[row.place_id, ["n", "score"]])
        assert row.name == snapshot.place(level, row.place_id).name
    columns = "place_id name name_hant name_en parent distance n n_suppression score"
    assert list(found.columns) == columns.split()


def test_a_special_court_is_like_no_ordinary_one(snapshot: Snapshot):
    assert queries.similar_places(snapshot, "court", "V", PERIOD).empty
    assert "V" not in queries.similar_places(snapshot, "court", "B1301", PERIOD, k=99)["place_id"].tolist()


def test_no_place_is_like_one_without_a_period(snapshot: Snapshot):
    assert queries.similar_places(snapshot, "city", "1102", "2031Q1").empty
    assert queries.similar_places(snapshot, "nation", "CN", PERIOD).empty
    with pytest.raises(KeyError):
        queries.similar_places(snapshot, "city", "9999", PERIOD)
