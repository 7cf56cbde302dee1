"""Places over time and differences taken apart, against what the snapshot says of one place."""

import numpy as np
import pytest

from index_engine import queries
from index_engine.queries import Snapshot

PERIOD, BEFORE = "2024Q3", "2023Q3"
ONE, OTHER = ("city", "1102"), ("province", "12")


def test_the_score_over_time_is_the_history_of_each(snapshot: Snapshot):
    found = queries.trends(snapshot, [OTHER, ONE], "score")
    assert list(dict.fromkeys(zip(found["level"], found["place_id"], strict=True))) == [OTHER, ONE]
    for place in (ONE, OTHER):
        own = found[found["place_id"] == place[1]]
        history = queries.score_history(snapshot, *place)
        assert own["period"].tolist() == history["period"].tolist()
        for column, of in (("value", "score"), ("low", "low"), ("high", "high"), ("n", "n")):
            assert own[column].to_numpy(float) == pytest.approx(history[of].to_numpy(float), nan_ok=True)
        for column in ("adjusted", "adjusted_low", "adjusted_high"):
            assert own[column].to_numpy() == pytest.approx(history[column].to_numpy(), nan_ok=True)
        assert own["status"].tolist() == history["status"].tolist()


def test_a_dimension_over_time_has_the_error_of_its_indicators(snapshot: Snapshot):
    found = queries.trends(snapshot, [ONE], "closure").set_index("period").loc[PERIOD]
    assert found["value"] == pytest.approx(
        queries.score_history(snapshot, *ONE).set_index("period").loc[PERIOD, "closure"]
    )
    values = queries.indicators(snapshot, *ONE, PERIOD).set_index("indicator")
    mine = snapshot.method.dimension_indicators("closure")
    assert values.loc[[i.id for i in mine], "own"].all()
    sides = [values.loc[i.id, "weight"] * 100 * values.loc[i.id, "se"] / abs(i.best - i.worst) for i in mine]
    half = (found["high"] - found["low"]) / 2
    # Between wholly opposed and wholly together; indicators of one curve are neither.
    assert 0 < half <= snapshot.method.z * sum(sides) * (1 + 1e-6)


def test_an_indicator_over_time_is_that_of_each_period(snapshot: Snapshot):
    found = queries.trends(snapshot, [ONE], "cash_24m")
    for row in found.itertuples():
        single = queries.indicators(snapshot, *ONE, row.period).set_index("indicator").loc["cash_24m"]
        for column in ("value", "low", "high", "n", "adjusted", "adjusted_low", "adjusted_high"):
            assert getattr(row, column) == pytest.approx(single[column], nan_ok=True)
    assert found["value"].notna().any()


def test_no_such_measure(snapshot: Snapshot):
    with pytest.raises(KeyError):
        queries.trends(snapshot, [ONE], "beauty")


def test_the_same_place_of_another_level_is_another(snapshot: Snapshot):
    assert queries.trends(snapshot, [("court", "1102")], "score").empty


@pytest.mark.parametrize(
    ("before", "after", "split"),
    [
        ((*ONE, PERIOD), (*OTHER, PERIOD), "adjusted"),
        ((*OTHER, BEFORE), (*OTHER, PERIOD), "constant_mix"),
        ((*OTHER, "2022Q4"), (*OTHER, PERIOD), ""),
    ],
)
def test_parts_add_up(snapshot: Snapshot, before, after, split):
    found = queries.comparison(snapshot, before, after)
    scores = [
        queries.scores(snapshot, state[0], state[2]).set_index("place_id").loc[state[1]] for state in (before, after)
    ]
    difference = scores[1]["score"] - scores[0]["score"]
    assert found.total == pytest.approx(difference, abs=0.11), "scores are printed to one decimal"
    assert found.contributions["part"].sum() == pytest.approx(found.total, abs=1e-9)
    error = np.hypot(scores[0]["se"], scores[1]["se"])
    withheld = [
        queries.indicators(snapshot, *state)["n_suppression"].eq("secondary").any() for state in (before, after)
    ]
    width = 2 * snapshot.method.z * error
    assert found.high - found.low == pytest.approx(width, rel=1e-3) or (
        any(withheld) and width <= found.high - found.low <= width + 0.2
    )
    for column, state in (("before", before), ("after", after)):
        points = queries.indicators(snapshot, *state)["points"]
        assert found.contributions[column].to_numpy() == pytest.approx(points.to_numpy(), abs=1e-5)
    assert found.basis == split
    if split:
        both = found.contributions["performance"] + found.contributions["mix"]
        assert both.to_numpy() == pytest.approx(found.contributions["part"].to_numpy(), abs=1e-9)
        assert found.performance + found.case_mix == pytest.approx(found.total, abs=1e-9)
        assert abs(found.contributions["mix"]).max() > 0
    else:
        assert np.isnan(found.contributions["mix"]).all()


def test_a_split_in_time_is_nearly_that_of_the_whole_score(snapshot: Snapshot):
    found = queries.comparison(snapshot, (*OTHER, BEFORE), (*OTHER, PERIOD))
    whole = queries.change_decomposition(snapshot, *OTHER, PERIOD).set_index("item").loc["score"]
    assert found.performance == pytest.approx(whole["performance"], abs=0.1)
    assert found.case_mix == pytest.approx(whole["mix"], abs=0.1)


def test_the_way_back_turns_every_sign(snapshot: Snapshot):
    there = queries.comparison(snapshot, (*ONE, PERIOD), (*OTHER, PERIOD))
    back = queries.comparison(snapshot, (*OTHER, PERIOD), (*ONE, PERIOD))
    for column in ("part", "performance", "mix"):
        assert there.contributions[column].to_numpy() == pytest.approx(-back.contributions[column].to_numpy())
    assert there.low == pytest.approx(-back.high)


def test_windows_that_overlap(snapshot: Snapshot):
    def overlap(one: str, other: str) -> int:
        return queries.comparison(snapshot, (*ONE, one), (*ONE, other)).shared_quarters

    assert [overlap(p, PERIOD) for p in ("2024Q2", "2024Q1", BEFORE, "2023Q2")] == [3, 2, 0, 0]
    assert queries.comparison(snapshot, (*ONE, PERIOD), (*OTHER, PERIOD)).shared_quarters == 0


def test_nothing_is_taken_apart_where_one_has_no_score(snapshot: Snapshot):
    rows = queries.scores(snapshot, "court", PERIOD)
    [without, *_] = rows.loc[rows["score"].isna(), "place_id"]
    found = queries.comparison(snapshot, ("court", without, PERIOD), ("court", "B1301", PERIOD))
    assert np.isnan(found.total)
    assert found.contributions["part"].isna().all()
    assert found.basis == ""
    unknown = queries.comparison(snapshot, (*ONE, "2031Q1"), (*ONE, PERIOD))
    assert np.isnan(unknown.total)
