"""How much rolling windows are taken to share of their error, and what that does to a change."""

import math

import numpy as np
import pytest

from index_engine.index.change_intervals import change_interval, window_correlation


@pytest.mark.parametrize(("apart", "shared"), [(1, 0.5), (2, 0.25), (3, 0.0), (4, 0.0), (9, 0.0)])
def test_of_what_windows_share_a_quarter_is_left_out(apart: int, shared: float) -> None:
    assert window_correlation(apart, 4) == shared


@pytest.mark.parametrize("correlation", [0.0, 0.25, 0.5])
def test_the_interval_of_a_change_of_symmetric_scores_is_the_usual_one(correlation: float) -> None:
    now, before = (np.array([each]) for each in (50.0, 44.0))
    half, half_before = 3.0, 4.0
    low, high = change_interval(
        (now - half, now, now + half), (before - half_before, before, before + half_before), correlation
    )
    off = math.sqrt(9 + 16 - 2 * correlation * 12)
    assert (low[0], high[0]) == pytest.approx((6.0 - off, 6.0 + off))


def half_width(se: float, correlation: float) -> float:
    """Of the interval of a change between two scores with this error, in standard errors."""
    score, end = np.array([50.0]), np.array([se])
    low, high = change_interval((score - end, score, score + end), (score - end, score, score + end), correlation)
    return float(high[0] - low[0]) / 2


def test_the_rule_is_wider_than_chance_where_quarters_are_alike() -> None:
    # A score as the mean of four quarters with independent errors: what two windows differ by.
    rng = np.random.default_rng(11)
    quarters = rng.standard_normal((200_000, 5))
    change = quarters[:, 1:].mean(axis=1) - quarters[:, :-1].mean(axis=1)
    told = half_width(0.5, window_correlation(1, 4))  # 0.5 is the error of the mean of four
    assert change.std() == pytest.approx(0.5 / math.sqrt(2), rel=0.01)
    assert told == pytest.approx(0.5)
    assert (np.abs(change) > 1.96 * told).mean() < 0.01  # of 0.05 that an exact rule would give


@pytest.mark.parametrize("heavy", [1.0, 2.0, 3.0])
def test_it_stays_wide_while_the_new_quarter_weighs_no_more_than_the_rest(heavy: float) -> None:
    """The outer quarters with `heavy` times the cases of an inner one: their error is smaller, and
    their weight in the score is larger."""
    rng = np.random.default_rng(5)
    cases = np.array([heavy, 1.0, 1.0, 1.0, heavy])
    quarters = rng.standard_normal((200_000, 5)) / np.sqrt(cases)

    def mean(of: slice) -> np.ndarray:
        return (quarters[:, of] * cases[of]).sum(axis=1) / cases[of].sum()

    change = mean(slice(1, 5)) - mean(slice(0, 4))
    told = half_width(1.0 / math.sqrt(cases[:4].sum()), window_correlation(1, 4))
    assert change.std() <= told * 1.01
