"""A method with other weights: what may be given, what is left, and what scores become."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pytest

from index_engine import queries
from index_engine.index.rank_changes import DECIMALS
from index_engine.method import Method, load_methods
from index_engine.method.reweigh import reweigh_method
from index_engine.queries import Snapshot

METHOD, OFFICIAL = load_methods(())
LAST = "2024Q4"


def weights_of(method: Method) -> dict[str, float]:
    return {entry.id: entry.weight for entry in (*method.dimensions, *method.indicators)}


# ---------------------------------------------------------------- the method


def test_no_weights_or_its_own_change_nothing():
    assert reweigh_method(METHOD, {}) == METHOD
    assert reweigh_method(METHOD, weights_of(METHOD)) == METHOD


def test_only_what_is_named_changes():
    found = reweigh_method(METHOD, {"cycle": 4, "recovered_24m": 0.5})
    assert weights_of(found) == weights_of(METHOD) | {"cycle": 4, "recovered_24m": 0.5}
    assert found.bands == METHOD.bands and found.checks == METHOD.checks


@pytest.mark.parametrize("name", ["", "cash", "cash_24M", "zhongben_share", "closure_rate"])
def test_what_has_no_weight_is_refused(name: str):
    """Checks and figures have none: a mistyped name must not pass for a change."""
    with pytest.raises(ValueError, match="no dimension and no indicator"):
        reweigh_method(METHOD, {"cycle": 1, name: 1})


@pytest.mark.parametrize("weight", [-1, -1e-9, math.nan, math.inf, -math.inf])
def test_a_weight_that_is_none_is_refused(weight: float):
    with pytest.raises(ValueError, match="cash_24m: the weight"):
        reweigh_method(METHOD, {"cash_24m": weight})


@pytest.mark.parametrize(
    "weights",
    [
        {d.id: 0 for d in METHOD.dimensions},
        {i.id: 0 for i in METHOD.indicators},
        {"cycle": 0, "closure": 0, "lot_sold_12m": 0, "price_ratio": 0, "first_round_sold": 0},
    ],
)
def test_something_must_be_left(weights: Mapping[str, float]):
    with pytest.raises(ValueError, match="all weights are 0"):
        reweigh_method(METHOD, weights)


@pytest.mark.parametrize("weights", [{"auction": 0}, {i.id: 0 for i in METHOD.dimension_indicators("auction")}])
def test_a_dimension_goes_with_its_indicators_and_they_with_it(weights: Mapping[str, float]):
    found = reweigh_method(METHOD, weights)
    assert [d.id for d in found.dimensions] == ["cycle", "closure"]
    assert [i.id for i in found.indicators] == [i.id for i in METHOD.indicators if i.dimension != "auction"]


def test_an_indicator_of_no_weight_is_no_part():
    found = reweigh_method(METHOD, {"price_ratio": 0})
    assert [d.id for d in found.dimensions] == [d.id for d in METHOD.dimensions]
    assert [i.id for i in found.indicators] == [i.id for i in METHOD.indicators if i.id != "price_ratio"]


# ---------------------------------------------------------------- what scores become


@pytest.fixture(scope="module", params=["main", "official"])
def snapshot(request: pytest.FixtureRequest, ranked_world: Path) -> Iterator[Snapshot]:
    with Snapshot(ranked_world, "" if request.param == "main" else OFFICIAL.id) as found:
        yield found


@pytest.mark.parametrize("level", ["nation", "province", "city", "court"])
def test_the_weights_of_the_method_give_its_scores(snapshot: Snapshot, level: str):
    """Those not named, named as they are, or all of them three times as heavy."""
    own = weights_of(snapshot.method)
    thrice = {name: 3 * weight for name, weight in own.items()}
    published = queries.scores(snapshot, level, LAST).set_index("place_id")
    for weights in ({}, own, thrice):
        found = queries.reweighted_scores(snapshot, level, LAST, weights).set_index("place_id")
        assert set(found.index) == set(published.index)
        for column in ("score", "low", "high", "low90", "high90", "rank", "tied", "n"):
            pd.testing.assert_series_equal(
                found[column].astype(float), published.loc[found.index, column].astype(float), check_names=False
            )
        assert found["band"].fillna("").eq(published["band"].fillna("")).all()
        assert (found["rank_change"].dropna() == 0).all()
    assert published["score"].notna().any()


def test_scores_by_one_dimension_alone_are_its_points(snapshot: Snapshot):
    """What a score is made of with all other weights 0: points of that dimension, as stored."""
    method = snapshot.method
    for dimension in method.dimensions:
        others = {d.id: 0 for d in method.dimensions if d.id != dimension.id}
        found = queries.reweighted_scores(snapshot, "city", LAST, others).set_index("place_id")
        points = queries.scores(snapshot, "city", LAST).set_index("place_id")[dimension.id]
        scored = found["score"].dropna()
        assert len(scored) > 2
        expected = points.loc[scored.index]
        assert scored.tolist() == pytest.approx(expected.tolist(), abs=0.5 * 10**-DECIMALS + 1e-6)
        assert found["rank"].dropna().is_monotonic_increasing, "best first"


def test_other_weights_move_ranks_and_say_how_far(snapshot: Snapshot):
    first = snapshot.method.dimensions[0].id
    found = queries.reweighted_scores(snapshot, "court", LAST, {first: 5}).set_index("place_id")
    known = found.dropna(subset=["rank", "default_rank"])
    moved = known["default_rank"].astype(int) - known["rank"].astype(int)
    assert known["rank_change"].astype(int).tolist() == moved.tolist()
    assert (known["score"] != known["default_score"]).any()
    special = queries.reweighted_scores(snapshot, "court", LAST, {first: 5}).set_index("place_id").loc["V"]
    assert pd.isna(special["rank"])
    assert pd.notna(special["score"]) == pd.notna(special["default_score"])


def test_a_wrong_weight_is_refused(snapshot: Snapshot):
    with pytest.raises(ValueError, match="no dimension and no indicator"):
        queries.reweighted_scores(snapshot, "city", LAST, {"nothing": 1})
