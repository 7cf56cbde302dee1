"""Several events counted as one: the sum of their cumulative incidences, with the variance of the
pooled event, against plain Python in which every one of them bears one name."""

import numpy as np
import pytest

from index_engine.age_grid import months_to_days
from index_engine.estimates import incidence
from tests.estimates.test_incidence import DAYS, EVENTS, curves, random_spells
from tests.oracle import incidence as oracle

POOLS = [("cash", "zhongben"), ("other", "zhongben"), ("cash", "other", "zhongben")]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("pool", POOLS, ids="+".join)
def test_pooled_events_equal_the_oracle_of_one_event(seed: int, pool: tuple[str, ...]) -> None:
    seen = oracle.within(random_spells(seed), 365, 730)
    renamed = [(enters, leaves, "ended" if how in pool else how) for enters, leaves, how in seen]
    positions = tuple(EVENTS.index(event) for event in pool)
    for months in (6, 12, 24):
        weights = incidence.incidence_weights(DAYS, months)
        item = incidence.mass_functional(curves(seen, EVENTS, DAYS), positions, weights)
        value, variance = oracle.incidence(renamed, "ended", months_to_days(months))
        assert item.value == pytest.approx(value, abs=1e-12)
        found = incidence.covariance(curves(seen, EVENTS, DAYS), item, item)
        assert found == pytest.approx(variance, rel=1e-9)


def test_covariance_of_pools_that_share_an_event_equals_the_oracle() -> None:
    """The shared event counts once: by differences over single hazards, in plain Python."""
    seen = oracle.within(random_spells(5), 365, 730)
    curve = curves(seen, EVENTS, DAYS)
    weights = incidence.incidence_weights(DAYS, 12)
    plain = oracle.Curve(
        [
            {event: float(curve.hazard[row, day]) for row, event in enumerate(EVENTS)}
            for day in range(curve.risk.shape[-1])
        ],
        [float(risk) for risk in curve.risk],
        curve.risk.shape[-1],
    )
    singles = [(event, [float(w) for w in weights]) for event in EVENTS]
    apart = np.array([[oracle.covariance(plain, one, other) for other in singles] for one in singles])
    for a, b in (((0, 1), (1, 2)), ((0, 1), (2,)), ((0, 1, 2), (0, 2))):
        one, other = (incidence.mass_functional(curve, events, weights) for events in (a, b))
        expected = apart[np.ix_(a, b)].sum()
        assert incidence.covariance(curve, one, other) == pytest.approx(expected, rel=1e-7)


def test_the_restricted_mean_of_all_events_is_that_of_the_open_share() -> None:
    """Months before a case ends in any way: the area under the share still open, day by day."""
    curve = curves(oracle.within(random_spells(2, 900), 365, 730), EVENTS, DAYS)
    weights = incidence.restricted_mean_weights(DAYS, 12)
    mean = incidence.mass_functional(curve, (0, 1, 2), weights).complement(12)
    days = months_to_days(12)
    area = float(curve.survival[1 : days + 1].sum()) / days * 12
    assert mean.value == pytest.approx(area, abs=0.02)
