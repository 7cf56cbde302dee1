"""The difference of two scores of a build, by indicator, split into performance and case mix.

The decomposition by indicator is that of index/decomposition.py. Being linear in points, each part
is split further by the points that the two states have at one case mix: what is left between those
is performance, the rest is the mix.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.arrays import Array
from index_engine.estimates.indicator_estimate import ADJUSTED, CONSTANT_MIX
from index_engine.index import decomposition
from index_engine.index.score import compute_scores, point_covariance
from index_engine.index.score_inputs import Inputs
from index_engine.method import Method


@dataclass(frozen=True)
class Comparison:
    """The difference of two scores, target less baseline, in points of the score.

    `contributions`, one row an indicator of the method: indicator, dimension, before and after
    (points), part, low, high (at the method's confidence), performance and mix (which add up to the
    part; NaN where the difference is not split). `total`, `low`, `high`, `performance` and
    `case_mix` are of the whole: sums of the columns, but for the interval. `basis`: that by which it
    is split, 'adjusted' (two places, each at the national mix) or 'constant_mix' (one place, the
    later period with the cases of the earlier); '' where it is not. `shared_quarters`: quarters that
    both windows have.
    """

    contributions: pd.DataFrame
    total: float
    low: float
    high: float
    performance: float
    case_mix: float
    basis: str
    shared_quarters: int


@dataclass(frozen=True)
class State:
    """Points (indicator,) of a place in a period on one basis, and their covariance (indicator,
    indicator)."""

    points: Array
    covariance: Array
    has_score: bool


def state(method: Method, inputs: Inputs) -> State:
    """The state that the inputs of one place and period, one row or none, make."""
    if inputs.keys.empty:
        n_indicators = len(method.indicators)
        missing = np.full(n_indicators, np.nan)
        return State(missing, np.zeros((n_indicators, n_indicators)), False)
    scores = compute_scores(method, inputs.value, inputs.variance, inputs.direct)
    has_coverage = not inputs.coverage[0] < method.min_coverage
    has_score = has_coverage and not np.isnan(scores.score[0])
    return State(scores.points[0], point_covariance(method, inputs.value, inputs.variance)[0], has_score)


def split_basis(same_place: bool, lag_quarters: int) -> str:
    """The basis on which two states have one case mix: 'adjusted' for two places in one period,
    'constant_mix' for one place a year apart; '' where there is none."""
    if same_place:
        return CONSTANT_MIX if lag_quarters == periods.QUARTERS_PER_YEAR else ""
    return "" if lag_quarters else ADJUSTED


def compare(
    method: Method,
    states: tuple[State, State],
    standardised_states: tuple[State, State] | None,
    basis: str,
    shared_quarters: int,
) -> Comparison:
    """The difference of two states, baseline first; `standardised_states`: the same at one case
    mix, None where they have none.

    The two are taken as independent; windows of one place that overlap share cases, and the
    interval is then too wide if anything.
    """
    baseline, target = states
    difference = decomposition.decompose(
        method,
        (baseline.points, target.points),
        (baseline.covariance, target.covariance),
        np.array([baseline.has_score, target.has_score]),
    )
    performance = np.full(len(method.indicators), np.nan)
    if standardised_states and all(s.has_score for s in (*states, *standardised_states)):
        performance = _performance(method, states, standardised_states)
    else:
        basis = ""
    case_mix = difference.contribution - performance
    half_width, total_half_width = method.z * difference.se, method.z * float(difference.total_se)
    total = float(difference.total)
    table = pd.DataFrame(
        {
            "indicator": [i.id for i in method.indicators],
            "dimension": [i.dimension for i in method.indicators],
            "before": baseline.points,
            "after": target.points,
            "part": difference.contribution,
            "low": difference.contribution - half_width,
            "high": difference.contribution + half_width,
            "performance": performance,
            "mix": case_mix,
        }
    )
    return Comparison(
        table,
        total,
        total - total_half_width,
        total + total_half_width,
        float(performance.sum()),
        float(case_mix.sum()),
        basis,
        shared_quarters,
    )


def _performance(method: Method, states: tuple[State, State], standardised_states: tuple[State, State]) -> Array:
    """The part of each contribution (indicator,) that is left between states of one case mix. An
    indicator that cannot be brought to a mix keeps its whole part."""
    factor, *imputed_points = decomposition.factors(method, states[0].points, states[1].points)
    points = [
        np.where(np.isnan(standardised.points), imputed, standardised.points)
        for standardised, imputed in zip(standardised_states, imputed_points, strict=True)
    ]
    performance: Array = factor * (points[1] - points[0])
    return performance
