"""Scores against the steps written out one by one, and their errors against differences."""

import math
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import duckdb
import numpy as np
import pytest

from index_engine.index import score
from index_engine.index.change_intervals import interval
from index_engine.index.score import compute_scores
from index_engine.method import Indicator, Method
from index_engine.method.reweigh import reweigh_method
from index_engine.warehouse.built import create_schema
from tests.fixed_method import fixed_method

METHOD = fixed_method()
IDS = [i.id for i in METHOD.indicators]
NAN = math.nan


def plain_score(method: Method, values: dict[str, float]) -> tuple[float, dict[str, float]]:
    """Score and points by dimension from the method's own words, one unit at a time."""
    dimensions = {}
    for dimension in method.dimensions:
        of = method.dimension_indicators(dimension.id)
        there = [i for i in of if not math.isnan(values[i.id])]
        present = sum(i.weight for i in there) / sum(i.weight for i in of)
        mean = sum(i.weight * plain_points(i, values[i.id], method.floor) for i in there)
        enough = bool(there) and present >= method.min_weight_present
        dimensions[dimension.id] = mean / sum(i.weight for i in there) if enough else NAN
    total = sum(d.weight for d in method.dimensions)
    log = sum(d.weight / total * math.log(dimensions[d.id]) for d in method.dimensions)
    return math.exp(log), dimensions


def plain_points(indicator: Indicator, value: float, floor: float) -> float:
    points = 100 * (value - indicator.worst) / (indicator.best - indicator.worst)
    return min(max(points, floor), 100.0)


def random_values(rng: Random, missing: float = 0.0, margin: float = 0.3) -> dict[str, float]:
    """Values around the goalposts, up to `margin` of their distance beyond them."""
    found = {}
    for i in METHOD.indicators:
        at = rng.uniform(-margin, 1 + margin)
        found[i.id] = NAN if rng.random() < missing else i.worst + at * (i.best - i.worst)
    return found


def rows(values: list[dict[str, float]]) -> np.ndarray:
    return np.array([[row[name] for name in IDS] for row in values])


def no_variance(count: int) -> np.ndarray:
    return np.zeros((count, len(IDS), len(IDS)))


def test_scores_are_the_steps_one_by_one():
    rng = Random(2)
    values = [random_values(rng, missing=rng.choice([0, 0.1, 0.3])) for _ in range(400)]
    found = compute_scores(METHOD, rows(values), no_variance(len(values)))
    scored = 0
    for row, mine in enumerate(values):
        expected, dimensions = plain_score(METHOD, mine)
        assert found.score[row] == pytest.approx(expected, nan_ok=True)
        assert found.dimension[row] == pytest.approx(list(dimensions.values()), nan_ok=True)
        for column, indicator in enumerate(METHOD.indicators):
            points = plain_points(indicator, mine[indicator.id], METHOD.floor)
            expected_points = NAN if math.isnan(mine[indicator.id]) else points
            assert found.points[row, column] == pytest.approx(expected_points, nan_ok=True)
        scored += not math.isnan(expected)
    assert 50 < scored < 350, "some with a score and some without"


def test_weights_shown_are_those_used():
    values = random_values(Random(4), margin=0)
    values["listed_12m"] = NAN
    found = compute_scores(METHOD, rows([values]), no_variance(1))
    weight = dict(zip(IDS, found.weight[0], strict=True))
    assert weight["months_to_cash"] == 1.0
    assert weight["listed_12m"] == 0.0
    assert [weight[n] for n in ("cash_24m", "zhongben_24m", "recovery")] == [0.5, 0.25, 0.25]


# ---------------------------------------------------------------- what is missing


@pytest.mark.parametrize(
    ("missing", "scored"),
    [
        ((), True),
        (("listed_12m",), True),  # two thirds of the cycle's weight are there
        (("months_to_cash",), False),  # a third is not enough
        (("recovery",), True),
        (("recovery", "zhongben_24m"), False),  # half of the closure's weight
        (("cash_24m",), False),
        (("price_ratio", "listed_12m", "recovery"), True),
        (("lot_sold_12m", "price_ratio", "first_round_sold"), False),  # a whole dimension
        (tuple(IDS), False),
    ],
)
def test_a_score_needs_enough_of_every_dimension(missing: tuple[str, ...], scored: bool):
    values = random_values(Random(1), margin=0) | dict.fromkeys(missing, NAN)
    found = compute_scores(METHOD, rows([values]), no_variance(1))
    assert (not math.isnan(found.score[0])) == scored
    assert (not math.isnan(found.se[0])) == scored


def test_exactly_the_required_weight_is_enough():
    """13 of 20 is 0.65, whatever binary fractions make of it."""
    method = reweigh_method(METHOD, {"months_to_cash": 13, "listed_12m": 7})
    assert [i.weight for i in method.dimension_indicators("cycle")] == [13, 7]
    values = random_values(Random(1), margin=0) | {"listed_12m": NAN}
    assert not math.isnan(compute_scores(method, rows([values]), no_variance(1)).score[0])
    stricter = replace(method, min_weight_present=0.66)
    assert math.isnan(compute_scores(stricter, rows([values]), no_variance(1)).score[0])


def test_the_worst_of_everything_still_has_a_score_and_a_finite_error():
    values = {i.id: i.worst for i in METHOD.indicators}
    variance = np.broadcast_to(np.eye(len(IDS)) * 0.01, (1, len(IDS), len(IDS)))
    found = compute_scores(METHOD, rows([values]), variance)
    assert found.score == pytest.approx([METHOD.floor])
    assert np.isfinite(found.se).all()


# ---------------------------------------------------------------- the error


def test_the_error_is_that_of_the_numerical_gradient():
    """Delta method: sqrt(g V g) with g by central differences of the score, V with covariances."""
    rng = Random(6)
    for _ in range(40):
        values = random_values(rng, missing=0.1, margin=-0.05)  # inside the goalposts
        if math.isnan(plain_score(METHOD, values)[0]):
            continue
        gradient = np.zeros(len(IDS))
        for column, i in enumerate(METHOD.indicators):
            if not math.isnan(values[i.id]):
                step = 1e-6 * abs(i.best - i.worst)
                up, down = (values | {i.id: values[i.id] + step}, values | {i.id: values[i.id] - step})
                rise = plain_score(METHOD, up)[0] - plain_score(METHOD, down)[0]
                gradient[column] = rise / (2 * step)
        variance = _covariance(rng)
        found = compute_scores(METHOD, rows([values]), variance[None])
        assert found.se[0] == pytest.approx(math.sqrt(gradient @ variance @ gradient), rel=1e-5)
        alone = compute_scores(METHOD, rows([values]), np.diag(np.diag(variance))[None])
        assert alone.se[0] != pytest.approx(found.se[0], rel=1e-3), "covariance does not enter"


def _covariance(rng: Random) -> np.ndarray:
    """A covariance matrix on the scales of the indicators."""
    scale = np.array([abs(i.best - i.worst) * 0.05 for i in METHOD.indicators])
    root = np.array([[rng.gauss(0, 1) for _ in IDS] for _ in IDS])
    return (root @ root.T) * np.outer(scale, scale)


def test_at_a_goalpost_the_error_does_not_vanish_and_beyond_it_fades():
    """A value clipped at 100 points is not known better than one just below; one that is ten errors
    beyond has 100 points for certain."""
    at = {d: {i.id: i.best + d * 0.05 * (i.best - i.worst) for i in METHOD.indicators} for d in (-0.001, 0, 1, 10)}
    variance = np.stack([np.diag([(0.05 * (i.best - i.worst)) ** 2 for i in METHOD.indicators])] * 4)
    found = compute_scores(METHOD, rows(list(at.values())), variance)
    assert found.score[1:].tolist() == pytest.approx([100.0] * 3)
    assert found.se[1] == pytest.approx(found.se[0], rel=1e-4), "no jump at the goalpost"
    assert found.se[1] > 1 > found.se[2] > 0.3
    assert found.se[3] < 1e-6


@pytest.mark.parametrize(("at", "spread"), [(50, 6), (94, 6), (100, 6), (104, 10), (97, 12), (120, 6), (20, 8)])
def test_intervals_cover_beside_goalposts_without_being_too_wide(at: float, spread: float):
    """Every indicator `at` true points with an error of `spread`; clipped, the slope inside the goalposts
    would make intervals up to thirty times as wide as they have to be."""
    rng = np.random.default_rng(4)
    slope = np.array([100 / (i.best - i.worst) for i in METHOD.indicators])
    worst = np.array([i.worst for i in METHOD.indicators])
    correlation = 0.8 * np.eye(len(IDS)) + 0.2
    points = rng.multivariate_normal(np.full(len(IDS), at), spread**2 * correlation, 4000)
    variance = np.broadcast_to(spread**2 * correlation / np.outer(slope, slope), (4000, len(IDS), len(IDS)))
    found = compute_scores(METHOD, points / slope + worst, variance)
    low, high = interval(found.score, found.se, METHOD.z)
    truth = min(max(at, METHOD.floor), 100.0)
    covered = ((low <= truth + 1e-9) & (truth <= high)).mean()
    assert covered > 0.95 - 0.012
    if at >= 120:
        assert (high - low).mean() < 1.0


# ---------------------------------------------------------------- the tables


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory connection with the tables of the estimates, and no courts, empty."""
    with duckdb.connect() as found:
        create_schema(found, "estimates")
        found.execute("CREATE TABLE courts (court_id VARCHAR, special BOOLEAN)")
        create_schema(found, "index")
        yield found


def give(con, unit: str, values: dict[str, float | None], level="province", period="2024Q4", **more):
    """Estimates of one unit; `more` gives the status of some indicators, else by the value."""
    for i in METHOD.indicators:
        value = values[i.id]
        status = more.get(i.id, "estimated" if value is not None else "not_estimable")
        con.execute(
            "INSERT INTO estimates.indicators VALUES (?, 'observed', ?, ?, ?, ?, ?, ?, ?, ?, '')",
            [METHOD.id, level, unit, period, i.id, value, None if value is None else 0.01, 500, status],
        )


def at(share: float, **other: float | None) -> dict[str, float | None]:
    """Every indicator at this share of the way from worst to best."""
    found = {i.id: i.worst + share * (i.best - i.worst) for i in METHOD.indicators}
    return found | {name: other[name] for name in other}


def scores(con, where: str = "TRUE") -> dict[str, dict]:
    rows = con.execute(f"SELECT * FROM index.scores WHERE basis = 'observed' AND {where}").fetchall()
    names = [column[0] for column in con.description]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return {row["place_id"]: row for row in found}


def test_ranks_by_the_published_score(con):
    """A difference that two decimals do not show is a tie, and the next rank is left free."""
    give(con, "11", at(0.5))
    give(con, "12", at(0.5000001))
    give(con, "13", at(0.6))
    give(con, "14", at(0.4))
    give(con, "15", at(0.4, cash_24m=None))
    give(con, "K1", at(0.1), level="court")
    score.write_scores(con, METHOD)
    found = scores(con)
    ranks = {unit: row["rank"] for unit, row in found.items()}
    assert ranks == {"13": 1, "11": 2, "12": 2, "14": 4, "15": None, "K1": 1}
    assert found["11"]["score"] == found["12"]["score"] == 50.0


def test_an_interval_is_the_score_and_its_error_both_ways_within_the_scale(con):
    give(con, "11", at(0.5))
    give(con, "12", at(1.0))
    score.write_scores(con, METHOD)
    middle, top = scores(con)["11"], scores(con)["12"]
    assert middle["high"] - middle["score"] == pytest.approx(1.959964 * middle["se"], abs=0.11)
    assert middle["score"] - middle["low"] == pytest.approx(1.959964 * middle["se"], abs=0.11)
    assert top["score"] == top["high"] == 100.0
    assert top["low"] < 100.0


def test_what_is_not_estimated_counts_as_missing_even_with_a_value(con):
    """A value from too few cases is shown but enters no score."""
    give(con, "11", at(0.5, recovery=0.8), recovery="too_few")
    give(con, "12", at(0.5, recovery=None), recovery="too_few")
    score.write_scores(con, METHOD)
    found = scores(con)
    assert found["11"]["score"] == found["12"]["score"]
    shown = con.execute(
        "SELECT points, weight FROM index.points WHERE place_id = '11' AND indicator = 'recovery'"
    ).fetchall()
    assert shown == [(None, 0.0)]


def test_why_there_is_no_score(con):
    give(con, "11", at(0.5, cash_24m=None))
    give(con, "12", at(0.5, cash_24m=None), cash_24m="too_few")
    give(con, "13", at(0.5, cash_24m=None), cash_24m="no_data")
    give(con, "14", at(0.5, recovery=None), recovery="too_few")
    score.write_scores(con, METHOD)
    statuses = {unit: row["status"] for unit, row in scores(con).items()}
    assert statuses == {"11": "not_estimable", "12": "too_few", "13": "too_few", "14": "scored"}


def cover(con, unit: str, coverage: float | None, level="province", period="2024Q4"):
    con.execute(
        "INSERT INTO estimates.statistics VALUES (?, ?, ?, 'coverage', ?, NULL, 500, '', '')",
        [level, unit, period, coverage],
    )


def test_no_score_from_too_few_of_the_numbered_cases(con):
    for unit in ("11", "12", "13", "14"):
        give(con, unit, at(0.5))
    give(con, "15", at(0.5, cash_24m=None), cash_24m="too_few")
    give(con, "11", at(0.5), period="2025Q1")
    for unit, coverage in (("11", 0.59), ("12", 0.6), ("13", None), ("15", 0.3)):
        cover(con, unit, coverage)
    cover(con, "14", 0.1, level="city")  # of another unit with the same code
    score.write_scores(con, METHOD)
    found = scores(con, "period = '2024Q4'")
    assert {unit: row["status"] for unit, row in found.items()} == {
        "11": "low_coverage",
        "12": "scored",
        "13": "scored",
        "14": "scored",
        "15": "low_coverage",
    }
    assert [found["11"][name] for name in ("score", "se", "low", "high", "rank")] == [None] * 5
    assert scores(con, "period = '2025Q1'")["11"]["status"] == "scored"
    points = con.execute(
        "SELECT COUNT(points) FROM index.points WHERE place_id = '11' AND period = '2024Q4'"
    ).fetchall()
    assert points == [(len(IDS),)], "what was estimated stays to be seen"


def test_a_method_without_a_least_coverage_scores_all(con):
    give(con, "11", at(0.5))
    cover(con, "11", 0.1)
    score.write_scores(con, replace(METHOD, min_coverage=0.0))
    assert scores(con)["11"]["status"] == "scored"


def test_covariances_widen_or_narrow_the_interval(con):
    """Cash and 终本 read off one curve: where one is high the other is low, and both are good."""
    give(con, "11", at(0.5))
    give(con, "12", at(0.5))
    con.execute(
        "INSERT INTO estimates.covariances VALUES"
        " (?, 'observed', 'province', '12', '2024Q4', 'cash_24m', 'zhongben_24m', -0.00009),"
        " (?, 'observed', 'province', '12', '2024Q4', 'months_to_cash', 'cash_24m', NULL)",
        [METHOD.id] * 2,
    )
    score.write_scores(con, METHOD)
    found = scores(con)
    assert found["11"]["score"] == found["12"]["score"]
    assert found["12"]["se"] > found["11"]["se"]
    assert found["12"]["high"] > found["11"]["high"]


def test_periods_and_levels_are_ranked_apart(con):
    give(con, "11", at(0.3))
    give(con, "12", at(0.4))
    give(con, "11", at(0.8), period="2025Q1")
    give(con, "12", at(0.4), period="2025Q1")
    score.write_scores(con, METHOD)
    assert [scores(con, "period = '2024Q4'")[u]["rank"] for u in ("11", "12")] == [2, 1]
    assert [scores(con, "period = '2025Q1'")[u]["rank"] for u in ("11", "12")] == [1, 2]
    assert {row["n"] for row in scores(con).values()} == {500}
