"""All places of one level: scores, ranks and their doubt, other weights, other methods."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.estimates import likeness
from index_engine.index import composite, inputs
from index_engine.index.composite import Array
from index_engine.index.score import DECIMALS, compute, interval
from index_engine.method.reweigh import reweighed
from index_engine.snapshot.core import NAMES, Core, query


class Comparisons(Core):
    """What is asked of all units of a level at once."""

    def scores(self, level: str, period: str, parent: str | None = None) -> pd.DataFrame:
        """One row a unit, best first, unscored last.

        Columns: unit_id, name, name_hant, name_en, parent; score, se, low and high (at the method's
        confidence), low90, high90; rank (smallest of ties), rank_low and rank_high (its 95 %
        confidence set for this unit alone), rank_low_all and rank_high_all (for all units at
        once), top_share (probability of being in the top quarter); band (NULL where the interval
        supports none); n (cases under way), status ('scored' | 'low_coverage' | 'too_few' |
        'not_estimable'); change_quarter, change_year (points; NaN where there is no earlier
        score); adjusted, adjusted_low, adjusted_high (to the national case mix); shrunk,
        shrunk_low, shrunk_high (drawn to its peers); peers and peers_members; and one column of
        points (0-100) per dimension id: cycle, closure, auction.
        """
        end = periods.parse(period)
        earlier = [periods.label(end - 1), periods.label(end - 4)]
        rows = self._frame(query("scores"), [self.method.id, level, period, *earlier])
        rows = rows.merge(self._dimension_columns(level, "period", period), on="unit_id")
        rows = self._named(level, rows)
        if parent is not None:
            rows = rows[rows["parent"] == parent]
        return rows.reset_index(drop=True)

    def alike(self, level: str, unit_id: str, period: str, k: int = 5) -> pd.DataFrame:
        """The `k` places of a level most like one in the cases that are brought to them.

        Nearest by case mix (filings of the period by stratum) and size (cases under way), never by
        outcome: see estimates/likeness.py. Only places with a score; special courts (railway,
        maritime ...) are alike only among themselves. Columns: unit_id, name, name_hant, name_en,
        parent, distance (0: the same mix and size), n, score; no row where the place has no case.
        Raises KeyError where there is no such unit.
        """
        special = self._units[level, unit_id].special
        rows = self.scores(level, period)
        mix, n = self._mix(level, rows["unit_id"], period), rows["n"].to_numpy(dtype=float)
        own = rows["unit_id"].to_numpy() == unit_id
        if not own.any():
            return rows.assign(distance=np.nan)[["unit_id", *NAMES, "distance", "n", "score"]][:0]
        rows["distance"] = likeness.distance(mix[own][0], n[own][0], mix, n)
        kind = np.array([self._units[level, unit].special for unit in rows["unit_id"]])
        rows = rows[~own & (kind == special) & rows["score"].notna() & rows["distance"].notna()]
        nearest = rows.sort_values(["distance", "unit_id"], ignore_index=True).head(k)
        return nearest[["unit_id", *NAMES, "distance", "n", "score"]]

    def _mix(self, level: str, units: Iterable[str], period: str) -> Array:
        """Cases filed in the window of a period by unit and stratum, (unit, stratum)."""
        end = periods.parse(period)
        found = (
            self._cursor()
            .execute(
                "SELECT CAST(court_id AS VARCHAR) AS court_id, "
                "CAST(stratum AS INTEGER) AS stratum, CAST(SUM(filed) AS DOUBLE) AS filed "
                "FROM measures.case_counts WHERE period BETWEEN ? AND ? GROUP BY ALL",
                [end - self.method.window_quarters + 1, end],
            )
            .fetchnumpy()
        )
        courts = pd.Index([unit for kind, unit in self._courts if kind == "court"])
        strata = int(found["stratum"].max(initial=0)) + 1
        filed = np.zeros((len(courts), strata))
        filed[courts.get_indexer(pd.Index(found["court_id"])), found["stratum"]] = found["filed"]
        return np.array(
            [filed[courts.get_indexer(self._courts[level, unit])].sum(axis=0) for unit in units]
        ).reshape(-1, strata)

    def spread(self, level: str, period: str) -> pd.DataFrame:
        """How the units of a level are spread: kind ('score' | 'dimension' | 'indicator' |
        'figure'), item (its id), least, q25, median, q75, most, units (how many have a value).

        Values on the item's own scale; of an indicator, or a check of the method, only those that
        are estimated from the unit's own cases, of a figure those of units with a score. Quantiles
        are those of Hyndman and Fan (1996) type 7. Special courts are left out.
        """
        return self._frame(query("spread"), [self.method.id, level, period])

    def reweighted(self, level: str, period: str, weights: Mapping[str, float]) -> pd.DataFrame:
        """Scores with other weights, best first: a what-if, never a release.

        `weights` are numbers of 0 and above by id of a dimension or an indicator; what is not named
        keeps its weight. Columns: unit_id, name, name_hant, name_en, parent, score, low, high,
        rank, n, default_score, default_rank, rank_change (places gained, above 0, or lost). Raises
        ValueError for an unknown id, a negative weight, or a dimension left with no weight.
        """
        method = reweighed(self.method, weights)
        default = self.scores(level, period)
        given = inputs.read(self._cursor(), method, "observed", level, period)
        at = pd.Index(given.keys["unit_id"]).get_indexer(default["unit_id"])
        found = compute(method, given.value[at], given.variance[at], given.own[at])
        scored = default["score"].notna().to_numpy()
        total = np.where(scored, found.score, np.nan)
        low, high = interval(total, np.where(scored, found.se, np.nan), method.z)
        rows = default[["unit_id", *NAMES, "n"]].assign(
            score=total.round(DECIMALS),
            low=low.round(DECIMALS),
            high=high.round(DECIMALS),
            default_score=default["score"],
            default_rank=default["rank"],
        )
        ranked = rows["score"].mask(default["rank"].isna())
        rows["rank"] = pd.array(composite.rank(ranked.to_numpy(dtype=float)), dtype="Int64")
        rows["rank_change"] = rows["default_rank"].astype("Int64") - rows["rank"]
        return rows.sort_values(["rank", "unit_id"], ignore_index=True)

    def methods_compared(self, level: str, period: str, other: str) -> pd.DataFrame:
        """Places under this method and another of the build, those that differ most in rank first.

        Columns: unit_id, name, name_hant, name_en, parent, n, score, low, high, rank, other_score,
        other_low, other_high, other_rank, rank_difference (other_rank - rank: above 0 where the
        other method sees the place worse). Only units that both methods score. Raises KeyError for
        an unknown method.
        """
        wanted = [self.method.id, self.methods[other].id]
        rows = self._frame(
            "SELECT a.unit_id, a.n, a.score, a.low, a.high, a.rank, b.score AS other_score, "
            "b.low AS other_low, b.high AS other_high, b.rank AS other_rank "
            "FROM index.scores AS a JOIN index.scores AS b USING (basis, level, period, unit_id) "
            "WHERE a.method = ? AND b.method = ? AND basis = 'observed' AND level = ? "
            "AND period = ? AND a.rank IS NOT NULL AND b.rank IS NOT NULL",
            [*wanted, level, period],
        )
        # Ranks among the units that both methods score, so that places can be compared.
        for column, of in (("rank", "score"), ("other_rank", "other_score")):
            rows[column] = composite.rank(rows[of].to_numpy(dtype=float)).astype(int)
        rows["rank_difference"] = rows["other_rank"] - rows["rank"]
        order = rows["rank_difference"].abs().sort_values(ascending=False, kind="stable").index
        return self._named(level, rows.loc[order].reset_index(drop=True))
