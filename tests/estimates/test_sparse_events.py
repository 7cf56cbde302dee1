"""No estimate is certain because nothing happened: intervals of curves with few events, against worlds
of known hazard. `python -m bench.sparse_events` has more of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.sparse_events import GRID, TruthCurve, simulate_curves
from index_engine.estimates import incidence, rates
from index_engine.method.model import z_value

Z = z_value(0.95)


@given(st.integers(1, 2000), st.data())
def test_of_a_cohort_the_variance_is_that_of_a_share(n: int, data: st.DataObject) -> None:
    """Cases followed from their beginning to their end: the curve is a share, whenever they ended."""
    ended = data.draw(st.integers(0, n))
    bins = data.draw(st.lists(st.integers(0, 95), min_size=ended, max_size=ended)) if n < 50 else [0] * ended
    events = np.bincount(np.array(bins, dtype=int), minlength=GRID.n_bins).astype(float)
    risk = n - np.cumsum(events) + events
    curves = incidence.aalen_johansen(events[None], risk, 1, 1.0)
    weights = incidence.incidence_weights(GRID, 24)
    variance = incidence.sampling_variance(curves, 0, weights, GRID)
    _, se = rates.share(np.array([float(ended)]), np.array([float(n)]))
    # The cases that the exposure speaks of are n but where all of them ended at once.
    assert variance == pytest.approx(se[0] ** 2, rel=1e-9)


@pytest.mark.parametrize("events", [0.5, 1, 2, 4, 8])
@pytest.mark.parametrize("per_year", [60, 300])
def test_intervals_of_few_events_hold(events: float, per_year: int) -> None:
    truth = TruthCurve(share=events / per_year, other=0.03)
    curves = simulate_curves(truth, per_year, 400, np.random.default_rng(7))
    weights = incidence.incidence_weights(GRID, 24)
    value = incidence.mass_functional(curves, 0, weights).value
    se = np.sqrt(incidence.sampling_variance(curves, 0, weights, GRID))
    is_known = ~np.isnan(value)
    assert is_known.mean() > 0.95
    covered = (np.abs(value - truth.share) <= Z * se)[is_known]
    assert covered.mean() > 0.93 - 2 * 0.0128
    assert (se[is_known] > 0).all()


def test_all_events_are_not_certain_either() -> None:
    truth = TruthCurve(share=0.985, other=1e-9)
    curves = simulate_curves(truth, 200, 400, np.random.default_rng(8))
    weights = incidence.incidence_weights(GRID, 24)
    value = incidence.mass_functional(curves, 0, weights).value
    se = np.sqrt(incidence.sampling_variance(curves, 0, weights, GRID))
    assert (value > 0.999).any(), "none in which every case ended"
    covered = np.abs(value - truth.share) <= Z * se
    assert covered[~np.isnan(value)].mean() > 0.93 - 2 * 0.0128


@pytest.mark.parametrize("months", [24, 36])
def test_a_restricted_mean_without_events_has_an_error(months: int) -> None:
    nothing = np.zeros((1, GRID.n_bins))
    curves = incidence.aalen_johansen(nothing, np.full(GRID.n_bins, 80.0), 5, 0.05)
    weights = incidence.restricted_mean_weights(GRID, months)
    se = float(np.sqrt(incidence.sampling_variance(curves, 0, weights, GRID)))
    # Two events in 84, spread evenly: each saves half of the months, in squares a third of them.
    assert se == pytest.approx(months * (2 / 84 / 3 - (1 / 84) ** 2) ** 0.5 / 80**0.5, rel=0.01)
