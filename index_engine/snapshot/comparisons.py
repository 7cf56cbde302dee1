"""All places of one level: scores, ranks and their doubt, other weights, other methods."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.estimates import likeness
from index_engine.index import composite, inputs
from index_engine.index.composite import Array
from index_engine.index.score import (
    BAND_CONFIDENCE,
    DECIMALS,
    bands,
    change_interval,
    compute,
    interval,
)
from index_engine.method.model import quantile
from index_engine.method.reweigh import reweighed
from index_engine.snapshot import court_kinds
from index_engine.snapshot.core import NAMES, Core, query

# What says of a place where it stands among the others.
RANKS = (
    *("rank", "tied", "rank_low", "rank_high", "rank_low_all", "rank_high_all", "top_share"),
    *("default_rank", "rank_change", "other_rank", "other_tied", "rank_difference"),
)
YEAR = 4  # quarters between the two windows of a change on the year


class Comparisons(Core):
    """What is asked of all units of a level at once."""

    def in_order(self, level: str) -> bool:
        """Whether places of a level are published in the order of their scores, with ranks; else
        in that of their bands, and inside a band of their codes. The main method says so for all
        methods of a build (publication.court_order in method.toml)."""
        return self.main.in_order(level)

    def scores(self, level: str, period: str, parent: str | None = None) -> pd.DataFrame:
        """One row a unit, best first (see `in_order`), unscored last.

        Columns: unit_id, name, name_hant, name_en, parent; score, se, low and high (at the method's
        confidence), low90, high90; rank (smallest of ties: of scores equal at the published
        decimal), tied (units that share it, this one included), rank_low and rank_high (its 95 %
        confidence set for this unit alone), rank_low_all and rank_high_all (for all units at
        once), top_share (probability of being in the top quarter), all missing where the level is
        not published in order; band (NULL where the interval supports none); n (cases under way),
        status ('scored' | 'low_coverage' | 'too_few' | 'not_estimable'); change_quarter,
        change_year (points; NaN where there is no earlier score), change_year_low and
        change_year_high (its interval, at the method's confidence; NaN where the windows share a
        quarter); adjusted, adjusted_low, adjusted_high (to the national case mix); shrunk,
        shrunk_low, shrunk_high (drawn to its peers); peers and peers_members; and one column of
        points (0-100) per dimension id: cycle, closure, auction.
        """
        end = periods.parse(period)
        earlier = [periods.label(end - 1), periods.label(end - YEAR)]
        rows = self._frame(query("scores"), [self.method.id, level, period, *earlier])
        rows = self._with_change(rows)
        at = rows.columns.get_loc("rank")
        rows.insert(at + 1, "tied", rows["rank"].map(rows["rank"].value_counts()))
        rows = rows.merge(self._dimension_columns(level, "period", period), on="unit_id")
        rows = self._named(level, rows)
        if parent is not None:
            rows = rows[rows["parent"] == parent]
        return self._published(level, rows)

    def histories(self, level: str) -> pd.DataFrame:
        """Scores of all quarters: one row a unit, by unit_id; one column a period, oldest first;
        NaN where there is no score."""
        rows = self._frame(
            "SELECT unit_id, period, score FROM index.scores "
            "WHERE method = ? AND basis = 'observed' AND level = ?",
            [self.method.id, level],
        )
        wide = rows.pivot(index="unit_id", columns="period", values="score")
        wide.columns.name = None
        return wide.reindex(columns=self.periods())

    def courts(self) -> pd.DataFrame:
        """One row a court that has a row of scores: unit_id, court_level ('basic' |
        'intermediate' | 'high' | 'supreme'), special, kind (of a special court, such as 'railway',
        see `court_kinds`; empty of others)."""
        rows = self._frame(
            "SELECT court_id AS unit_id, level AS court_level, special, name, name_en FROM courts "
            "WHERE court_id IN (SELECT unit_id FROM index.scores WHERE level = 'court') "
            "ORDER BY court_id",
            [],
        )
        named = zip(rows["special"], rows.pop("name"), rows.pop("name_en"), strict=True)
        rows["kind"] = [court_kinds.of(a, b) if special else "" for special, a, b in named]
        return rows

    @property
    def court_kinds(self) -> Mapping[str, Mapping[str, str]]:
        """Kinds of special courts by id, in order, with their names by language."""
        return court_kinds.names()

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
        low90, high90, rank, tied, band, n, status, default_score, default_rank, rank_change (places
        gained, above 0, or lost); order and ranks as in `scores`. Raises ValueError for an unknown
        id, a negative weight, or a dimension left with no weight.
        """
        method = reweighed(self.method, weights)
        default = self.scores(level, period)
        given = inputs.read(self._cursor(), method, "observed", level, period)
        at = pd.Index(given.keys["unit_id"]).get_indexer(default["unit_id"])
        found = compute(method, given.value[at], given.variance[at], given.own[at])
        scored = default["score"].notna().to_numpy()
        total = np.where(scored, found.score, np.nan)
        rows = default[["unit_id", *NAMES, "n", "status"]].assign(
            score=total.round(DECIMALS),
            default_score=default["score"],
            default_rank=default["rank"],
        )
        for ending, z in (("", method.z), ("90", quantile(BAND_CONFIDENCE))):
            low, high = interval(total, np.where(scored, found.se, np.nan), z)
            rows[f"low{ending}"], rows[f"high{ending}"] = low.round(DECIMALS), high.round(DECIMALS)
        rows["band"] = bands(method.bands, rows["low90"].to_numpy(), rows["high90"].to_numpy())
        ranked = rows["score"].mask(default["rank"].isna())
        rows["rank"] = pd.array(composite.rank(ranked.to_numpy(dtype=float)), dtype="Int64")
        rows["tied"] = rows["rank"].map(rows["rank"].value_counts())
        rows["rank_change"] = rows["default_rank"].astype("Int64") - rows["rank"]
        return self._published(level, rows.sort_values(["rank", "unit_id"]))

    def methods_compared(self, level: str, period: str, other: str) -> pd.DataFrame:
        """Places under this method and another of the build, those that differ most in rank first.

        Columns: unit_id, name, name_hant, name_en, parent, n, score, low, high, rank, other_score,
        other_low, other_high, other_rank, tied and other_tied (as in `scores`), rank_difference
        (other_rank - rank: above 0 where the other method sees the place worse). Only units that
        both methods score; where the level is not published in order (`in_order`) without ranks, by
        unit_id. Raises KeyError for an unknown method.
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
        for prefix in ("", "other_"):
            ranks = composite.rank(rows[f"{prefix}score"].to_numpy(dtype=float)).astype(int)
            rows[f"{prefix}rank"] = ranks
            rows[f"{prefix}tied"] = rows[f"{prefix}rank"].map(rows[f"{prefix}rank"].value_counts())
        rows["rank_difference"] = rows["other_rank"] - rows["rank"]
        order = rows["rank_difference"].abs().sort_values(ascending=False, kind="stable").index
        rows = self._named(level, rows.loc[order].reset_index(drop=True))
        if self.in_order(level):
            return rows
        return _without_ranks(rows).sort_values("unit_id", ignore_index=True)

    def _published(self, level: str, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows in the order in which the level is published, with ranks only if that is theirs.

        Where it is not, nothing is left that an order of scores could be read from at a glance:
        bands are in order, codes inside a band.
        """
        if self.in_order(level):
            return rows.reset_index(drop=True)
        place = rows["band"].map(self.method.band_position, na_action=None)
        keys = pd.DataFrame({"none": rows["score"].isna(), "band": place, "id": rows["unit_id"]})
        order = keys.sort_values(["none", "band", "id"]).index
        return _without_ranks(rows.loc[order].reset_index(drop=True))

    def _with_change(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of the query `scores` with the interval of the change on the year."""
        now = tuple(rows[column].to_numpy(dtype=float) for column in ("low", "score", "high"))
        before = tuple(
            rows.pop(f"{column}_before").to_numpy(dtype=float)
            for column in ("low", "score", "high")
        )
        low, high = change_interval(now, before)
        if self.method.window_quarters > YEAR:
            low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
        at = rows.columns.get_loc("change_year")
        rows.insert(at + 1, "change_year_low", low.round(DECIMALS))
        rows.insert(at + 2, "change_year_high", high.round(DECIMALS))
        return rows


def _without_ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """The same with nothing in the columns that tell a place in an order."""
    return rows.assign(**{name: np.nan for name in RANKS if name in rows.columns})
