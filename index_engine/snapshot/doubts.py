"""How far the numbers depend on choices, and what lies outside what chance explains."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from index_engine.estimates.funnel import Funnel, limits
from index_engine.estimates.funnels import drawn
from index_engine.method import Figure
from index_engine.snapshot.core import Core

CURVE = 120  # points of a drawn limit


@dataclass(frozen=True)
class FunnelPlot:
    """A funnel of one figure: `units` unit_id, name, name_hant, name_en, parent, n (denominator),
    part, value, z, flag ('in' | 'high' | 'very_high' | 'low' | 'very_low'); `limits` n, low998,
    low95, high95, high998 (as rates); `centre` the rate of all together; `tau` the standard
    deviation between units beyond chance; `fitted` how many units it was fitted on."""

    units: pd.DataFrame
    limits: pd.DataFrame
    centre: float
    tau: float
    phi: float
    fitted: int


class Doubts(Core):
    """What is asked of the method itself, on the data of one level and period."""

    def funnel_figures(self) -> list[Figure]:
        """The figures that have funnels."""
        return list(drawn(self.main))

    def funnel(self, level: str, period: str, figure: str) -> FunnelPlot | None:
        """The funnel of a figure at level 'city' or 'court'; None where too few units have it."""
        fitted = self._rows(
            "SELECT centre, tau, phi, units FROM estimates.funnels "
            "WHERE level = ? AND period = ? AND figure = ?",
            [level, period, figure],
        )
        if not fitted:
            return None
        [(centre, tau, phi, count)] = fitted
        rows = self._frame(
            "SELECT unit_id, figures.denominator AS n, figures.numerator AS part, figures.value, "
            "outliers.z, outliers.flag FROM estimates.outliers AS outliers "
            "JOIN estimates.figures AS figures USING (level, unit_id, period, figure) "
            "WHERE level = ? AND period = ? AND figure = ? AND flag <> '' ORDER BY unit_id",
            [level, period, figure],
        )
        most = float(rows["n"].max())
        n = np.unique(np.geomspace(float(rows["n"].min()), most, CURVE).round())
        edges = limits(Funnel(centre, tau, phi, count), n)
        names = ("low998", "low95", "high95", "high998")
        curve = pd.DataFrame({"n": n, **{k: edges[:, c] for c, k in enumerate(names)}})
        return FunnelPlot(self._named(level, rows), curve, centre, tau, phi, count)

    def sensitivity(self, level: str) -> pd.DataFrame:
        """The choices of the method varied all at once, at the last period; provinces and cities.

        One row a unit in order of rank: unit_id, name, name_hant, name_en, parent, score,
        score_low, score_high, rank, rank_low, rank_median, rank_high (5, 50 and 95 % of the
        replicates), scored (share of replicates with a score), rank_set_low and rank_set_high (from
        sampling, to be set beside it).
        """
        rows = self._frame(
            "SELECT unit_id, s.score, s.score_low, s.score_high, s.rank, s.rank_low, "
            "s.rank_median, s.rank_high, s.scored, r.low AS rank_set_low, r.high AS rank_set_high "
            "FROM index.sensitivity AS s "
            "LEFT JOIN index.ranks AS r USING (method, level, unit_id, period) "
            "WHERE method = ? AND level = ? ORDER BY s.rank NULLS LAST, unit_id",
            [self.method.id, level],
        )
        return self._named(level, rows)

    def perturbations(self, level: str) -> pd.DataFrame:
        """Each choice alone, at the last period: perturbation, item, units, lost, rank_mean,
        rank_max, rank_moved, score_mean, score_max, score_moved, reason ('' | 'no effect' | 'no
        scores')."""
        return self._frame(
            "SELECT * EXCLUDE (method, level, period) FROM index.perturbations "
            "WHERE method = ? AND level = ?",
            [self.method.id, level],
        )

    def sobol(self, level: str, unit_id: str | None = None) -> pd.DataFrame:
        """Sobol indices of the groups of choices, at the last period: of the mean change of rank
        over all units, or of the rank of one. Columns: choice, first, first_half, total,
        total_half (half widths of their intervals), reason."""
        return self._frame(
            "SELECT choice, first, first_half, total, total_half, reason FROM index.sobol "
            "WHERE method = ? AND level = ? AND unit_id IS NOT DISTINCT FROM ?",
            [self.method.id, level, unit_id],
        )

    def coherence(self, level: str) -> pd.DataFrame:
        """The audit of the index at the last period: kind, item, other, value, n; the kinds are
        told in index_engine/index/coherence.py."""
        return self._frame(
            "SELECT kind, item, other, value, n FROM index.coherence "
            "WHERE method = ? AND level = ?",
            [self.method.id, level],
        )

    def spatial(self, level: str, period: str) -> pd.DataFrame:
        """Moran's I of the maps of the main method: layer, i, expected, z, p, n, islands,
        status."""
        return self._frame(
            "SELECT layer, i, expected, z, p, n, islands, status FROM index.spatial "
            "WHERE method = ? AND level = ? AND period = ? ORDER BY layer",
            [self.method.id, level, period],
        )

    def clusters(self, level: str, period: str, layer: str = "score") -> pd.DataFrame:
        """Local clusters on a map: unit_id, i, z, p, q (corrected for testing every place), cluster
        ('high-high' | 'low-low' | 'high-low' | 'low-high' | 'none' | 'island')."""
        return self._frame(
            "SELECT unit_id, i, z, p, q, cluster FROM index.clusters "
            "WHERE method = ? AND level = ? AND period = ? AND layer = ? ORDER BY unit_id",
            [self.method.id, level, period, layer],
        )

    def design_effects(self) -> pd.DataFrame:
        """How much wider errors are than if cases were independent: indicator, effect, groups."""
        return self._frame("SELECT * FROM estimates.design_effects ORDER BY indicator", [])
