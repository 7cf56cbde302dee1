"""All places of one level: scores, ranks and their doubt, other weights, other methods."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.arrays import Array
from index_engine.estimates import similarity
from index_engine.index import composite, score_inputs
from index_engine.index.change_intervals import change_interval, interval
from index_engine.index.rank_changes import DECIMALS
from index_engine.index.rating import BAND_CONFIDENCE, assign_bands
from index_engine.index.score import compute_scores
from index_engine.method.model import z_value
from index_engine.method.reweigh import reweigh_method
from index_engine.queries import special_courts
from index_engine.queries.snapshot import PLACE_COLUMNS, SnapshotBase, query_text

# What says of a place where it stands among the others.
RANK_COLUMNS = (
    *("rank", "tied", "rank_low", "rank_high", "rank_low_all", "rank_high_all", "top_share"),
    *("default_rank", "rank_change", "other_rank", "other_tied", "rank_difference"),
)
QUARTERS_PER_YEAR = 4  # quarters between the two windows of a change on the year


class ScoreQueries(SnapshotBase):
    """What is asked of all units of a level at once."""

    def publishes_ranks(self, level: str) -> bool:
        """Whether places of a level are published in the order of their scores, with ranks; else
        in that of their bands, and inside a band of their codes. The main method says so for all
        methods of a build (publication.court_order of the method)."""
        return self.main.publishes_ranks(level)

    def scores(self, level: str, period: str, parent: str | None = None) -> pd.DataFrame:
        """One row a unit, best first (see `in_order`), unscored last.

        Columns: place_id, name, name_hant, name_en, parent; score, se, low and high (at the method's
        confidence), low90, high90; rank (smallest of ties: of scores equal at the published
        decimal), tied (units that share it, this one included), rank_low and rank_high (its 95 %
        confidence set for this unit alone), rank_low_all and rank_high_all (for all units at
        once), top_share (probability of being in the top quarter), all missing where the level is
        not published in order; band (NULL where the interval supports none); n (cases under way),
        status ('scored' | 'low_coverage' | 'too_few' | 'not_estimable'); change_quarter,
        change_year (points; NaN where there is no earlier score), change_year_low and
        change_year_high (its interval, at the method's confidence; NaN where the windows share a
        quarter); adjusted, adjusted_low, adjusted_high (to the national case mix); shrunk,
        shrunk_low, shrunk_high (drawn to its peers); peer_group and n_peers (places in it); and one column of
        points (0-100) per dimension id: cycle, closure, auction.
        """
        end = periods.parse(period)
        earlier_periods = [periods.label(end - 1), periods.label(end - QUARTERS_PER_YEAR)]
        rows = self._data_frame(
            query_text("scores"), [self.method.id, level, period, *earlier_periods]
        )
        rows = self._add_change_interval(rows)
        rank_position = rows.columns.get_loc("rank")
        rows.insert(rank_position + 1, "tied", rows["rank"].map(rows["rank"].value_counts()))
        rows = rows.merge(self._dimension_columns(level, "period", period), on="place_id")
        rows = self._add_names(level, rows)
        if parent is not None:
            rows = rows[rows["parent"] == parent]
        return self._publication_order(level, rows)

    def score_histories(self, level: str) -> pd.DataFrame:
        """Scores of all quarters: one row a unit, by place_id; one column a period, oldest first;
        NaN where there is no score."""
        rows = self._data_frame(
            "SELECT place_id, period, score FROM index.scores "
            "WHERE method = ? AND basis = 'observed' AND level = ?",
            [self.method.id, level],
        )
        wide = rows.pivot(index="place_id", columns="period", values="score")
        wide.columns.name = None
        return wide.reindex(columns=self.periods())

    def courts(self) -> pd.DataFrame:
        """One row a court that has a row of scores: place_id, court_level ('basic' |
        'intermediate' | 'high' | 'supreme'), special, kind (of a special court, such as 'railway',
        see `court_kinds`; empty of others)."""
        rows = self._data_frame(
            "SELECT court_id AS place_id, level AS court_level, special, name, name_en FROM courts "
            "WHERE court_id IN (SELECT place_id FROM index.scores WHERE level = 'court') "
            "ORDER BY court_id",
            [],
        )
        court_names = zip(rows["special"], rows.pop("name"), rows.pop("name_en"), strict=True)
        rows["kind"] = [
            special_courts.kind_from_name(name, name_en) if special else ""
            for special, name, name_en in court_names
        ]
        return rows

    @property
    def special_court_kinds(self) -> Mapping[str, Mapping[str, str]]:
        """Kinds of special courts by id, in order, with their names by language."""
        return special_courts.kind_names()

    def similar_places(self, level: str, place_id: str, period: str, k: int = 5) -> pd.DataFrame:
        """The `k` places of a level most like one in the cases that are brought to them.

        Nearest by case mix (filings of the period by stratum) and size (cases under way), never by
        outcome: see estimates/likeness.py. Only places with a score; special courts (railway,
        maritime ...) are alike only among themselves. Columns: place_id, name, name_hant, name_en,
        parent, distance (0: the same mix and size), n, score; no row where the place has no case.
        Raises KeyError where there is no such unit.
        """
        special = self._places[level, place_id].special
        rows = self.scores(level, period)
        case_mix, n = (
            self._case_mix(level, rows["place_id"], period),
            rows["n"].to_numpy(dtype=float),
        )
        is_self = rows["place_id"].to_numpy() == place_id
        if not is_self.any():
            return rows.assign(distance=np.nan)[
                ["place_id", *PLACE_COLUMNS, "distance", "n", "score"]
            ][:0]
        rows["distance"] = similarity.mix_and_size_distance(
            case_mix[is_self][0], n[is_self][0], case_mix, n
        )
        is_special = np.array(
            [self._places[level, candidate_id].special for candidate_id in rows["place_id"]]
        )
        rows = rows[
            ~is_self & (is_special == special) & rows["score"].notna() & rows["distance"].notna()
        ]
        nearest = rows.sort_values(["distance", "place_id"], ignore_index=True).head(k)
        return nearest[["place_id", *PLACE_COLUMNS, "distance", "n", "score"]]

    def _case_mix(self, level: str, place_ids: Iterable[str], period: str) -> Array:
        """Cases filed in the window of a period by unit and stratum, (unit, stratum)."""
        end = periods.parse(period)
        filings = (
            self._cursor()
            .execute(
                "SELECT CAST(court_id AS VARCHAR) AS court_id, "
                "CAST(stratum AS INTEGER) AS stratum, CAST(SUM(filed) AS DOUBLE) AS filed "
                "FROM measures.case_counts WHERE period BETWEEN ? AND ? GROUP BY ALL",
                [end - self.method.window_quarters + 1, end],
            )
            .fetchnumpy()
        )
        courts = pd.Index(
            [place_id for place_level, place_id in self._courts_by_place if place_level == "court"]
        )
        n_strata = int(filings["stratum"].max(initial=0)) + 1
        filings_by_court = np.zeros((len(courts), n_strata))
        filings_by_court[courts.get_indexer(pd.Index(filings["court_id"])), filings["stratum"]] = (
            filings["filed"]
        )
        return np.array(
            [
                filings_by_court[courts.get_indexer(self._courts_by_place[level, place_id])].sum(
                    axis=0
                )
                for place_id in place_ids
            ]
        ).reshape(-1, n_strata)

    def distribution(self, level: str, period: str) -> pd.DataFrame:
        """How the units of a level are spread: kind ('score' | 'dimension' | 'indicator' |
        'statistic'), item (its id), minimum, q25, median, q75, maximum, place_count (how many have a value).

        Values on the item's own scale; of an indicator, or a check of the method, only those that
        are estimated from the unit's own cases, of a figure those of units with a score. Quantiles
        are those of Hyndman and Fan (1996) type 7. Special courts are left out.
        """
        return self._data_frame(query_text("distribution"), [self.method.id, level, period])

    def reweighted_scores(
        self, level: str, period: str, weights: Mapping[str, float]
    ) -> pd.DataFrame:
        """Scores with other weights, best first: a what-if, never a release.

        `weights` are numbers of 0 and above by id of a dimension or an indicator; what is not named
        keeps its weight. Columns: place_id, name, name_hant, name_en, parent, score, low, high,
        low90, high90, rank, tied, band, n, status, default_score, default_rank, rank_change (places
        gained, above 0, or lost); order and ranks as in `scores`. Raises ValueError for an unknown
        id, a negative weight, or a dimension left with no weight.
        """
        method = reweigh_method(self.method, weights)
        default_scores = self.scores(level, period)
        input_estimates = score_inputs.read_inputs(
            self._cursor(), method, "observed", level, period
        )
        positions = pd.Index(input_estimates.keys["place_id"]).get_indexer(
            default_scores["place_id"]
        )
        new_scores = compute_scores(
            method,
            input_estimates.value[positions],
            input_estimates.variance[positions],
            input_estimates.direct[positions],
        )
        has_score = default_scores["score"].notna().to_numpy()
        score = np.where(has_score, new_scores.score, np.nan)
        rows = default_scores[["place_id", *PLACE_COLUMNS, "n", "status"]].assign(
            score=score.round(DECIMALS),
            default_score=default_scores["score"],
            default_rank=default_scores["rank"],
        )
        for suffix, z in (("", method.z), ("90", z_value(BAND_CONFIDENCE))):
            low, high = interval(score, np.where(has_score, new_scores.se, np.nan), z)
            rows[f"low{suffix}"], rows[f"high{suffix}"] = low.round(DECIMALS), high.round(DECIMALS)
        rows["band"] = assign_bands(
            method.bands, rows["low90"].to_numpy(), rows["high90"].to_numpy()
        )
        ranked_scores = rows["score"].mask(default_scores["rank"].isna())
        rows["rank"] = pd.array(composite.rank(ranked_scores.to_numpy(dtype=float)), dtype="Int64")
        rows["tied"] = rows["rank"].map(rows["rank"].value_counts())
        rows["rank_change"] = rows["default_rank"].astype("Int64") - rows["rank"]
        return self._publication_order(level, rows.sort_values(["rank", "place_id"]))

    def method_comparison(self, level: str, period: str, other_method: str) -> pd.DataFrame:
        """Places under this method and another of the build, those that differ most in rank first.

        Columns: place_id, name, name_hant, name_en, parent, n, score, low, high, rank, other_score,
        other_low, other_high, other_rank, tied and other_tied (as in `scores`), rank_difference
        (other_rank - rank: above 0 where the other method sees the place worse). Only units that
        both methods score; where the level is not published in order (`in_order`) without ranks, by
        place_id. Raises KeyError for an unknown method.
        """
        method_ids = [self.method.id, self.methods[other_method].id]
        rows = self._data_frame(
            "SELECT a.place_id, a.n, a.score, a.low, a.high, a.rank, b.score AS other_score, "
            "b.low AS other_low, b.high AS other_high, b.rank AS other_rank "
            "FROM index.scores AS a JOIN index.scores AS b USING (basis, level, period, place_id) "
            "WHERE a.method = ? AND b.method = ? AND basis = 'observed' AND level = ? "
            "AND period = ? AND a.rank IS NOT NULL AND b.rank IS NOT NULL",
            [*method_ids, level, period],
        )
        # Ranks among the units that both methods score, so that places can be compared.
        for prefix in ("", "other_"):
            ranks = composite.rank(rows[f"{prefix}score"].to_numpy(dtype=float)).astype(int)
            rows[f"{prefix}rank"] = ranks
            rows[f"{prefix}tied"] = rows[f"{prefix}rank"].map(rows[f"{prefix}rank"].value_counts())
        rows["rank_difference"] = rows["other_rank"] - rows["rank"]
        order = rows["rank_difference"].abs().sort_values(ascending=False, kind="stable").index
        rows = self._add_names(level, rows.loc[order].reset_index(drop=True))
        if self.publishes_ranks(level):
            return rows
        return _without_ranks(rows).sort_values("place_id", ignore_index=True)

    def _publication_order(self, level: str, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows in the order in which the level is published, with ranks only if that is theirs.

        Where it is not, nothing is left that an order of scores could be read from at a glance:
        bands are in order, codes inside a band.
        """
        if self.publishes_ranks(level):
            return rows.reset_index(drop=True)
        band_position = rows["band"].map(self.method.band_position, na_action=None)
        sort_keys = pd.DataFrame(
            {"none": rows["score"].isna(), "band": band_position, "id": rows["place_id"]}
        )
        row_order = sort_keys.sort_values(["none", "band", "id"]).index
        return _without_ranks(rows.loc[row_order].reset_index(drop=True))

    def _add_change_interval(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of the query `scores` with the interval of the change on the year."""
        current = tuple(rows[column].to_numpy(dtype=float) for column in ("low", "score", "high"))
        earlier = tuple(
            rows.pop(f"{column}_before").to_numpy(dtype=float)
            for column in ("low", "score", "high")
        )
        low, high = change_interval(current, earlier)
        if self.method.window_quarters > QUARTERS_PER_YEAR:
            low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
        position = rows.columns.get_loc("change_year")
        rows.insert(position + 1, "change_year_low", low.round(DECIMALS))
        rows.insert(position + 2, "change_year_high", high.round(DECIMALS))
        return rows


def _without_ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """The same with nothing in the columns that tell a place in an order."""
    return rows.assign(**{name: np.nan for name in RANK_COLUMNS if name in rows.columns})
