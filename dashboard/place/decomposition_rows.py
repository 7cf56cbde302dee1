"""Rows of the table of the score: the score itself, its dimensions, and their indicators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from dashboard.place.spine_chart import Distributions
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui.html import Html
from dashboard.ui.national_comparison import DIRECT_STATUSES
from dashboard.ui.point_scale import SCORE_SCALE, PointScale
from dashboard.ui.provenance import provenance_note
from index_engine import queries
from index_engine.queries import Distribution, IndicatorEstimate, Score


@dataclass(frozen=True)
class Estimates:
    """The estimates of an indicator, or of the score, in its own unit of measure.

    `value` is as observed, `shrunk` its shrinkage estimate, `adjusted` at the national case
    mix, each with the ends of its interval; None or NaN where there is none. `is_imputed` tells
    that the points are of the peers' value or of the shrinkage estimate, for want of cases;
    `direct_weight` is the weight of the place's own cases in the shrinkage estimate.
    """

    value: float | None
    low: float | None
    high: float | None
    n: float | None
    n_suppression: str
    status: str
    nation: float | None
    shrunk: float | None
    shrunk_low: float | None
    shrunk_high: float | None
    adjusted: float | None
    adjusted_low: float | None
    adjusted_high: float | None
    peer_mean: float | None = None
    direct_weight: float | None = None
    is_imputed: bool = False

    @property
    def is_direct(self) -> bool:
        """Whether the value is estimated from the place's own cases."""
        return self.status in DIRECT_STATUSES

    @property
    def adjustment(self) -> float | None:
        """The adjusted value less the observed; None where either is not known."""
        if not self.is_direct or formats.is_missing(self.value) or formats.is_missing(self.adjusted):
            return None
        return self.adjusted - self.value

    @property
    def scored_value(self) -> float | None:
        """The value that the points are of."""
        if not self.is_imputed:
            return self.value
        return self.peer_mean if formats.is_missing(self.shrunk) else self.shrunk

    @property
    def scored_interval(self) -> tuple[float | None, float | None]:
        """The interval of that value; of the peers' mean there is none."""
        return (self.shrunk_low, self.shrunk_high) if self.is_imputed else (self.low, self.high)


@dataclass(frozen=True)
class DecompositionRow:
    """One row: `nation_points` and `distribution` are shown on its spine chart, `weight` is its
    share of the score or of its dimension. A dimension has points, but no estimates."""

    kind: Literal["score", "dimension", "indicator"]
    name: str
    scale: PointScale
    points: float | None
    nation_points: float | None
    distribution: Distribution | None
    weight: float | None = None
    estimates: Estimates | None = None
    explanation: Html | None = None


def decomposition_rows(
    view: View, score_row: Score | None, values: pd.DataFrame, distributions: Distributions
) -> list[DecompositionRow]:
    """The score, then each dimension followed by its indicators.

    `score_row` is the place's row of scores (None where it has none), `values` the indicators of
    the place.
    """
    method = view.snapshot.method
    nation = view.score_row(view.snapshot.nation)
    nation_values = queries.indicators(view.snapshot, "nation", view.snapshot.nation.place_id, view.period)
    nation_points = dict(zip(nation_values["indicator"], nation_values["points"], strict=True))
    total_weight = sum(dimension.weight for dimension in method.dimensions)
    rows = [_score_row(score_row, nation, distributions)] if score_row else []
    for dimension in method.dimensions:
        rows.append(
            DecompositionRow(
                kind="dimension",
                name=localise(dimension.name),
                scale=SCORE_SCALE,
                points=getattr(score_row, dimension.id, None) if score_row else None,
                nation_points=getattr(nation, dimension.id, None) if nation else None,
                distribution=distributions.get(("dimension", dimension.id)),
                weight=dimension.weight / total_weight,
            )
        )
        lines = values[values["dimension"] == dimension.id].itertuples(index=False)
        rows.extend(_indicator_rows(view, lines, nation_points, distributions))
    return rows


def _score_row(row: Score, nation: Score | None, distributions: Distributions) -> DecompositionRow:
    nation_score = nation.score if nation else None
    return DecompositionRow(
        kind="score",
        name=_("Score"),
        scale=SCORE_SCALE,
        points=row.score,
        nation_points=nation_score,
        distribution=distributions.get(("score", "score")),
        estimates=Estimates(
            value=row.score,
            low=row.low,
            high=row.high,
            n=row.n,
            n_suppression=row.n_suppression,
            status=row.status,
            nation=nation_score,
            shrunk=row.shrunk,
            shrunk_low=row.shrunk_low,
            shrunk_high=row.shrunk_high,
            adjusted=row.adjusted,
            adjusted_low=row.adjusted_low,
            adjusted_high=row.adjusted_high,
        ),
    )


def _indicator_rows(
    view: View, lines: Iterable[IndicatorEstimate], nation_points: dict[str, float], distributions: Distributions
) -> Iterable[DecompositionRow]:
    for line in lines:
        indicator = view.snapshot.method.indicator(line.indicator)
        yield DecompositionRow(
            kind="indicator",
            name=localise(indicator.name),
            scale=indicator,
            points=line.points,
            nation_points=nation_points.get(line.indicator),
            distribution=distributions.get(("indicator", line.indicator)),
            weight=line.weight,
            estimates=Estimates(
                value=line.value,
                low=line.low,
                high=line.high,
                n=line.n,
                n_suppression=line.n_suppression,
                status=line.status,
                nation=line.nation,
                shrunk=line.shrunk,
                shrunk_low=line.shrunk_low,
                shrunk_high=line.shrunk_high,
                adjusted=line.adjusted,
                adjusted_low=line.adjusted_low,
                adjusted_high=line.adjusted_high,
                peer_mean=line.peers_value,
                direct_weight=line.own_weight,
                is_imputed=_is_imputed(line),
            ),
            explanation=provenance_note(view, indicator, line),
        )


def _is_imputed(line: IndicatorEstimate) -> bool:
    return not formats.is_missing(line.points) and not formats.is_missing(line.own) and not line.own
