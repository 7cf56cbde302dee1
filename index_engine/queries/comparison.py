"""Several places beside each other over time, and the difference of two taken apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.arrays import Array
from index_engine.estimates.indicator_estimate import ADJUSTED, CONSTANT_MIX, OBSERVED
from index_engine.index import decomposition, score_inputs
from index_engine.index.decomposition import Decomposition
from index_engine.index.score import compute_scores
from index_engine.queries.snapshot import SnapshotBase, query_text

QUARTERS_PER_YEAR = (
    4  # quarters between the periods of a change that is split into performance and mix
)
PlacePeriod = tuple[str, str, str]  # level, place_id and period


@dataclass(frozen=True)
class Comparison:
    """The difference of two scores, after less before, in points of the score.

    `parts`, one row an indicator of the method: indicator, dimension, before and after (points),
    part, low, high (at the method's confidence), performance and mix (which add up to the part;
    NaN where the difference is not split). `total`, `low`, `high`, `performance` and `mix` are of
    the whole: sums of the columns, but for the interval. `split`: the basis by which it is split,
    'adjusted' (two places, each at the national mix) or 'constant_mix' (one place, the later period
    with the cases of the earlier); '' where it is not. `overlap`: quarters that both windows have.
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
class _ScoreState:
    """One state on one basis."""

    points: Array
    variance: Array
    has_score: bool


class ComparisonQueries(SnapshotBase):
    """What is asked of a few places together."""

    def trends(self, places: Sequence[tuple[str, str]], measure: str) -> pd.DataFrame:
        """A measure of some units, (level, place_id) each, over all periods: one row a unit and
        period, in the order of `units`.

        `measure` is 'score', the id of a dimension or of an indicator; values are points, of an
        indicator on its own scale. Columns: level, place_id, period, value, low, high (at the
        method's confidence), n, status, adjusted, adjusted_low, adjusted_high (to the national case
        mix). Raises KeyError for an unknown measure.
        """
        upper_bound = 100.0
        if measure == "score":
            measure_kind = "score"
        elif measure in {d.id for d in self.method.dimensions}:
            measure_kind = "dimension"
        else:
            measure_kind = "indicator"
            upper_bound = 1.0 if self.method.indicator(measure).unit == "share" else float("inf")
        place_keys = [{"level": level, "place_id": place_id} for level, place_id in places]
        rows = self._data_frame(
            query_text("trends"),
            [self.method.id, place_keys, measure_kind, measure, self.method.z],
        )
        bound_columns = ["low", "high", "adjusted_low", "adjusted_high"]
        rows[bound_columns] = rows[bound_columns].clip(lower=0.0, upper=upper_bound)
        return rows

    def comparison(self, baseline: PlacePeriod, target: PlacePeriod) -> Comparison:
        """The score of `after` less that of `before`, by indicator: index/contributions.py.

        The two are taken as independent; windows of one place that overlap share cases, and the
        interval is then too wide if anything. Two places are split by bringing both to the national
        mix; one place only where the periods are a year apart, as in `changes`.
        """
        baseline_state, target_state = (
            self._read_state(baseline, OBSERVED),
            self._read_state(target, OBSERVED),
        )
        difference = self._contributions(baseline_state, target_state)
        performance, basis = self._performance_parts(baseline, target, baseline_state, target_state)
        case_mix = difference.contribution - performance
        half_width, total_half_width = (
            self.method.z * difference.se,
            self.method.z * float(difference.total_se),
        )
        table = pd.DataFrame(
            {
                "indicator": [i.id for i in self.method.indicators],
                "dimension": [i.dimension for i in self.method.indicators],
                "before": baseline_state.points,
                "after": target_state.points,
                "part": difference.contribution,
                "low": difference.contribution - half_width,
                "high": difference.contribution + half_width,
                "performance": performance,
                "mix": case_mix,
            }
        )
        total = float(difference.total)
        return Comparison(
            table,
            total,
            total - total_half_width,
            total + total_half_width,
            float(performance.sum()),
            float(case_mix.sum()),
            basis,
            self._shared_quarters(baseline, target),
        )

    def _performance_parts(
        self,
        baseline: PlacePeriod,
        target: PlacePeriod,
        baseline_state: _ScoreState,
        target_state: _ScoreState,
    ) -> tuple[Array, str]:
        """The part of each contribution (indicator,) that is left between states of one mix, and
        the basis on which they have one. An indicator that cannot be brought to a mix keeps its
        whole part."""
        n_quarters = periods.parse(target[2]) - periods.parse(baseline[2])
        if baseline[:2] != target[:2] and not n_quarters:
            basis, standardised_states = (
                ADJUSTED,
                (self._read_state(baseline, ADJUSTED), self._read_state(target, ADJUSTED)),
            )
        elif baseline[:2] == target[:2] and n_quarters == QUARTERS_PER_YEAR:
            basis, standardised_states = (
                CONSTANT_MIX,
                (baseline_state, self._read_state(target, CONSTANT_MIX)),
            )
        else:
            return np.full(len(self.method.indicators), np.nan), ""
        if not all(
            state.has_score for state in (baseline_state, target_state, *standardised_states)
        ):
            return np.full(len(self.method.indicators), np.nan), ""
        factor, *imputed_points = decomposition.factors(
            self.method, baseline_state.points, target_state.points
        )
        standardised_points = [
            np.where(np.isnan(state.points), points, state.points)
            for state, points in zip(standardised_states, imputed_points, strict=True)
        ]
        return factor * (standardised_points[1] - standardised_points[0]), basis

    def _contributions(
        self, baseline_state: _ScoreState, target_state: _ScoreState
    ) -> Decomposition:
        return decomposition.decompose(
            self.method,
            (baseline_state.points, target_state.points),
            (baseline_state.variance, target_state.variance),
            np.array([baseline_state.has_score, target_state.has_score]),
        )

    def _read_state(self, key: PlacePeriod, basis: str) -> _ScoreState:
        level, place_id, period = key
        input_estimates = score_inputs.read_inputs(
            self._cursor(), self.method, basis, level, period, place_id
        )
        n_indicators = len(self.method.indicators)
        if input_estimates.keys.empty:
            return _ScoreState(
                np.full(n_indicators, np.nan), np.zeros((n_indicators, n_indicators)), False
            )
        scores = compute_scores(
            self.method, input_estimates.value, input_estimates.variance, input_estimates.direct
        )
        has_coverage = not input_estimates.coverage[0] < self.method.min_coverage
        return _ScoreState(
            scores.points[0],
            input_estimates.variance[0],
            has_coverage and not np.isnan(scores.score[0]),
        )

    def _shared_quarters(self, baseline: PlacePeriod, target: PlacePeriod) -> int:
        if baseline[:2] != target[:2]:
            return 0
        n_quarters = abs(periods.parse(target[2]) - periods.parse(baseline[2]))
        return max(self.method.window_quarters - n_quarters, 0)
