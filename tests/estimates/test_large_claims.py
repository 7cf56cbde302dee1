"""Few claims that are most of the money: intervals of recovery hold, or there is none. `python -m
bench.large_claims` has more of it."""

import numpy as np
import pytest

from bench.large_claims import METHOD, RECOVERIES, amount_sums, coverage
from index_engine.estimates import rates
from index_engine.estimates.count_estimates import ratio_estimate
from index_engine.estimates.indicator_tables import status_column
from tests.fixed_method import fixed_method

ROUNDING = 2 * (0.95 * 0.05 / 3_000) ** 0.5
PARTLY_PAID = [name for name in RECOVERIES if name != "10 % paid whole"]


@pytest.mark.parametrize("log_sd", [1.0, 1.8, 2.5])
@pytest.mark.parametrize("recovery", PARTLY_PAID)
def test_intervals_hold_from_the_least_n_on(log_sd: float, recovery: str) -> None:
    least = fixed_method().indicator("recovery").min_n
    _, published, covered = coverage(least, log_sd, METHOD.claim_cap_quantile, RECOVERIES[recovery], 3_000, seed=2)
    assert 0.93 - ROUNDING < covered < 0.975 + ROUNDING
    assert published > 0.95


def recovery_of(claims: np.ndarray) -> tuple[bool, str]:
    """Whether the recovery of claims of which every other is paid is estimable, and its status."""
    recovered = claims * (np.arange(claims.size) % 2)
    y, x, yy, xy, xx = amount_sums(claims[None], recovered[None])
    counts = {
        "recovered": y,
        "claimed": x,
        "recovered_x_recovered": yy,
        "claimed_x_recovered": xy,
        "claimed_x_claimed": xx,
        "amount_cases": np.array([float(claims.size)]),
    }
    indicator = fixed_method().indicator("recovery")
    found = ratio_estimate(indicator.estimate, counts, METHOD.min_effective_n)
    status = status_column(found.n, found.n, indicator.min_n, found.estimable, withheld=found.withheld)
    return bool(found.estimable[0]), str(status.categories[int(status.codes[0])])


def test_what_few_claims_decide_is_withheld_and_says_why() -> None:
    equal = np.full(60, 1e5)
    assert recovery_of(equal) == (True, "estimated")
    concentrated = np.concatenate([np.full(5, 1e7), equal[5:]])
    assert recovery_of(concentrated) == (False, "concentrated")
    assert recovery_of(equal[:20]) == (True, "too_few")


def test_the_effective_number_is_that_of_equal_claims() -> None:
    claims = np.array([[3.0] * 8, [24.0] + [0.0] * 7, [4.0, 4.0, 4.0, 4.0, 0.0, 0.0, 0.0, 0.0]])
    assert rates.effective_number(claims.sum(axis=1), (claims**2).sum(axis=1)).tolist() == [8.0, 1.0, 4.0]
