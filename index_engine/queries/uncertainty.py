"""How far the numbers depend on choices, and what lies outside what chance explains."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from index_engine.estimates.funnel_plot import FunnelModel, limits
from index_engine.estimates.funnel_tables import funnel_statistics
from index_engine.method import Statistic
from index_engine.queries.snapshot import SnapshotBase

CURVE_POINTS = 120  # points of a drawn limit


@dataclass(frozen=True)
class FunnelPlot:
    """A funnel of one figure: `units` place_id, name, name_hant, name_en, parent, n (denominator),
    part, value, z, flag ('in' | 'high' | 'very_high' | 'low' | 'very_low'); `limits` n, low998,
    low95, high95, high998 (as rates); `centre` the rate of all together; `tau` the standard
    deviation between units beyond chance; `fitted` how many units it was fitted on."""

    places: pd.DataFrame
    limits: pd.DataFrame
    centre: float
    tau: float
    phi: float
    n_places: int


class UncertaintyQueries(SnapshotBase):
    """What is asked of the method itself, on the data of one level and period."""

    def funnel_statistics(self) -> list[Statistic]:
        """The figures that have funnels."""
        return list(funnel_statistics(self.main))

    def funnel_plot(self, level: str, period: str, statistic: str) -> FunnelPlot | None:
        """The funnel of a figure at level 'city' or 'court'; None where too few units have it."""
        fit_rows = self._rows(
            "SELECT centre, tau, phi, n_places FROM estimates.funnel_plots "
            "WHERE level = ? AND period = ? AND statistic = ?",
            [level, period, statistic],
        )
        if not fit_rows:
            return None
        [(centre, tau, phi, n_places)] = fit_rows
        rows = self._data_frame(
            "SELECT place_id, statistics.denominator AS n, statistics.numerator AS part, statistics.value, "
            "outliers.z, outliers.flag FROM estimates.outliers AS outliers "
            "JOIN estimates.statistics AS statistics USING (level, place_id, period, statistic) "
            "WHERE level = ? AND period = ? AND statistic = ? AND flag <> '' ORDER BY place_id",
            [level, period, statistic],
        )
        largest_n = float(rows["n"].max())
        n = np.unique(np.geomspace(float(rows["n"].min()), largest_n, CURVE_POINTS).round())
        control_limits = limits(FunnelModel(centre, tau, phi, n_places), n)
        names = ("low998", "low95", "high95", "high998")
        limit_curve = pd.DataFrame(
            {"n": n, **{k: control_limits[:, c] for c, k in enumerate(names)}}
        )
        return FunnelPlot(self._add_names(level, rows), limit_curve, centre, tau, phi, n_places)

    def sensitivity(self, level: str) -> pd.DataFrame:
        """The choices of the method varied all at once, at the last period; provinces and cities.

        One row a unit in order of rank: place_id, name, name_hant, name_en, parent, score,
        score_low, score_high, rank, rank_low, rank_median, rank_high (5, 50 and 95 % of the
        replicates), scored (share of replicates with a score), rank_set_low and rank_set_high (from
        sampling, to be set beside it).
        """
        rows = self._data_frame(
            "SELECT place_id, s.score, s.score_low, s.score_high, s.rank, s.rank_low, "
            "s.rank_median, s.rank_high, s.scored, r.low AS rank_set_low, r.high AS rank_set_high "
            "FROM index.sensitivity AS s "
            "LEFT JOIN index.ranks AS r USING (method, level, place_id, period) "
            "WHERE method = ? AND level = ? ORDER BY s.rank NULLS LAST, place_id",
            [self.method.id, level],
        )
        return self._add_names(level, rows)

    def perturbations(self, level: str) -> pd.DataFrame:
        """Each choice alone, at the last period: perturbation, item, units, lost, rank_mean,
        rank_max, rank_moved, score_mean, score_max, score_moved, reason ('' | 'no effect' | 'no
        scores')."""
        return self._data_frame(
            "SELECT * EXCLUDE (method, level, period) FROM index.perturbations "
            "WHERE method = ? AND level = ?",
            [self.method.id, level],
        )

    def sobol(self, level: str, place_id: str | None = None) -> pd.DataFrame:
        """Sobol indices of the groups of choices, at the last period: of the mean change of rank
        over all units, or of the rank of one. Columns: choice, first, first_half, total,
        total_half (half widths of their intervals), reason."""
        return self._data_frame(
            "SELECT choice, first, first_half, total, total_half, reason FROM index.sobol "
            "WHERE method = ? AND level = ? AND place_id IS NOT DISTINCT FROM ?",
            [self.method.id, level, place_id],
        )

    def coherence(self, level: str) -> pd.DataFrame:
        """The audit of the index at the last period: kind, item, other, value, n; the kinds are
        told in index_engine/index/coherence.py."""
        return self._data_frame(
            "SELECT kind, item, other, value, n FROM index.coherence "
            "WHERE method = ? AND level = ?",
            [self.method.id, level],
        )

    def spatial_autocorrelation(self, level: str, period: str) -> pd.DataFrame:
        """Moran's I of the maps of the main method: layer, i, expected, z, p, n, islands,
        status."""
        return self._data_frame(
            "SELECT layer, i, expected, z, p, n, islands, status FROM index.spatial "
            "WHERE method = ? AND level = ? AND period = ? ORDER BY layer",
            [self.method.id, level, period],
        )

    def local_clusters(self, level: str, period: str, layer: str = "score") -> pd.DataFrame:
        """Local clusters on a map: place_id, i, z, p, q (corrected for testing every place), cluster
        ('high-high' | 'low-low' | 'high-low' | 'low-high' | 'none' | 'island')."""
        return self._data_frame(
            "SELECT place_id, i, z, p, q, cluster FROM index.clusters "
            "WHERE method = ? AND level = ? AND period = ? AND layer = ? ORDER BY place_id",
            [self.method.id, level, period, layer],
        )

    def design_effects(self) -> pd.DataFrame:
        """How much wider errors are than if cases were independent: indicator, design_effect, n_groups."""
        return self._data_frame("SELECT * FROM estimates.design_effects ORDER BY indicator", [])
