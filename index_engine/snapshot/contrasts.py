"""Several places beside each other over time, and the difference of two taken apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.estimates.estimated import ADJUSTED, CONSTANT_MIX, OBSERVED
from index_engine.index import contributions, inputs
from index_engine.index.composite import Array
from index_engine.index.contributions import Parts
from index_engine.index.score import compute
from index_engine.snapshot.core import Core, query

A_YEAR = 4  # quarters between the periods of a change that is split into performance and mix
State = tuple[str, str, str]  # level, unit_id and period


@dataclass(frozen=True)
class Contrast:
    """The difference of two scores, after less before, in points of the score.

    `parts`, one row an indicator of the method: indicator, dimension, before and after (points),
    part, low, high (at the method's confidence), performance and mix (which add up to the part;
    NaN where the difference is not split). `total`, `low`, `high`, `performance` and `mix` are of
    the whole: sums of the columns, but for the interval. `split`: the basis by which it is split,
    'adjusted' (two places, each at the national mix) or 'constant_mix' (one place, the later period
    with the cases of the earlier); '' where it is not. `overlap`: quarters that both windows have.
    """

    parts: pd.DataFrame
    total: float
    low: float
    high: float
    performance: float
    mix: float
    split: str
    overlap: int


@dataclass(frozen=True)
class _Read:
    """One state on one basis."""

    points: Array
    variance: Array
    scored: bool


class Contrasts(Core):
    """What is asked of a few places together."""

    def courses(self, units: Sequence[tuple[str, str]], measure: str) -> pd.DataFrame:
        """A measure of some units, (level, unit_id) each, over all periods: one row a unit and
        period, in the order of `units`.

        `measure` is 'score', the id of a dimension or of an indicator; values are points, of an
        indicator on its own scale. Columns: level, unit_id, period, value, low, high (at the
        method's confidence), n, status, adjusted, adjusted_low, adjusted_high (to the national case
        mix). Raises KeyError for an unknown measure.
        """
        top = 100.0
        if measure == "score":
            kind = "score"
        elif measure in {d.id for d in self.method.dimensions}:
            kind = "dimension"
        else:
            kind = "indicator"
            top = 1.0 if self.method.indicator(measure).unit == "share" else float("inf")
        wanted = [{"level": level, "unit_id": unit_id} for level, unit_id in units]
        rows = self._frame(query("courses"), [self.method.id, wanted, kind, measure, self.method.z])
        ends = ["low", "high", "adjusted_low", "adjusted_high"]
        rows[ends] = rows[ends].clip(lower=0.0, upper=top)
        return rows

    def contrast(self, before: State, after: State) -> Contrast:
        """The score of `after` less that of `before`, by indicator: index/contributions.py.

        The two are taken as independent; windows of one place that overlap share cases, and the
        interval is then too wide if anything. Two places are split by bringing both to the national
        mix; one place only where the periods are a year apart, as in `changes`.
        """
        start, end = self._read(before, OBSERVED), self._read(after, OBSERVED)
        whole = self._parts(start, end)
        performance, split = self._performance(before, after, start, end)
        mix = whole.part - performance
        half, total_half = self.method.z * whole.se, self.method.z * float(whole.total_se)
        frame = pd.DataFrame(
            {
                "indicator": [i.id for i in self.method.indicators],
                "dimension": [i.dimension for i in self.method.indicators],
                "before": start.points,
                "after": end.points,
                "part": whole.part,
                "low": whole.part - half,
                "high": whole.part + half,
                "performance": performance,
                "mix": mix,
            }
        )
        total = float(whole.total)
        return Contrast(
            frame,
            total,
            total - total_half,
            total + total_half,
            float(performance.sum()),
            float(mix.sum()),
            split,
            self._overlap(before, after),
        )

    def _performance(
        self, before: State, after: State, start: _Read, end: _Read
    ) -> tuple[Array, str]:
        """The part of each contribution (indicator,) that is left between states of one mix, and
        the basis on which they have one. An indicator that cannot be brought to a mix keeps its
        whole part."""
        apart = periods.parse(after[2]) - periods.parse(before[2])
        if before[:2] != after[:2] and not apart:
            split, fair = ADJUSTED, (self._read(before, ADJUSTED), self._read(after, ADJUSTED))
        elif before[:2] == after[:2] and apart == A_YEAR:
            split, fair = CONSTANT_MIX, (start, self._read(after, CONSTANT_MIX))
        else:
            return np.full(len(self.method.indicators), np.nan), ""
        if not all(state.scored for state in (start, end, *fair)):
            return np.full(len(self.method.indicators), np.nan), ""
        factor, *filled = contributions.factors(self.method, start.points, end.points)
        brought = [
            np.where(np.isnan(state.points), points, state.points)
            for state, points in zip(fair, filled, strict=True)
        ]
        return factor * (brought[1] - brought[0]), split

    def _parts(self, before: _Read, after: _Read) -> Parts:
        return contributions.parts(
            self.method,
            (before.points, after.points),
            (before.variance, after.variance),
            np.array([before.scored, after.scored]),
        )

    def _read(self, state: State, basis: str) -> _Read:
        level, unit_id, period = state
        given = inputs.read(self._cursor(), self.method, basis, level, period, unit_id)
        count = len(self.method.indicators)
        if given.keys.empty:
            return _Read(np.full(count, np.nan), np.zeros((count, count)), False)
        found = compute(self.method, given.value, given.variance, given.own)
        covered = not given.coverage[0] < self.method.min_coverage
        return _Read(found.points[0], given.variance[0], covered and not np.isnan(found.score[0]))

    def _overlap(self, before: State, after: State) -> int:
        if before[:2] != after[:2]:
            return 0
        apart = abs(periods.parse(after[2]) - periods.parse(before[2]))
        return max(self.method.window_quarters - apart, 0)
