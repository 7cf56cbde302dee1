"""The error of a share whose cases come in batches of one fate, where nearly none or all have the event."""

import numpy as np
import pytest
from scipy.stats import binom

from index_engine.estimates.rates import share, widened_error

BATCH = 60


@pytest.mark.parametrize("batches", [15, 40])
@pytest.mark.parametrize("p", [0.03, 0.06, 0.15, 0.5, 0.94])
def test_intervals_hold_where_a_few_batches_decide(batches: int, p: float) -> None:
    """Of so many batches k have the event; the coverage is summed over k, no draw is made."""
    k = np.arange(batches + 1.0)
    value, se = share(BATCH * k, np.full(k.shape, float(BATCH * batches)))
    error = widened_error(value, se, BATCH)
    covered = np.abs(value - p) <= 1.96 * error
    assert float((binom.pmf(k, batches, p) * covered).sum()) > 0.9
    # As of so many single cases, and no wider.
    assert error == pytest.approx(share(k, np.full(k.shape, float(batches)))[1], rel=1e-3)


def test_without_batches_nothing_is_widened() -> None:
    value, se = share(np.array([0.0, 3.0, 10.0]), np.full(3, 10.0))
    assert widened_error(value, se, 1.0) is se


def test_what_has_no_estimate_has_no_error() -> None:
    assert np.isnan(widened_error(np.array([np.nan]), np.array([np.nan]), 3.0)).all()
