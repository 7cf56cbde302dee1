"""What a map shows of all units of a level: one indicator, one figure, what moved; and where courts
sit."""

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.arrays import Array
from index_engine.index.change_intervals import change_interval, window_correlation
from index_engine.index.composite import normalise
from index_engine.index.decomposition import contributions
from index_engine.index.rank_changes import DECIMALS
from index_engine.queries.snapshot import SnapshotBase, query_text


class MapQueries(SnapshotBase):
    """What is asked of all units of a level for a map of them."""

    def indicator_values(self, level: str, period: str, indicator: str) -> pd.DataFrame:
        """One indicator of the method, one row a unit in order of code.

        Columns: place_id, value, se, low, high (at the method's confidence, inside what is
        possible), n, status ('estimated' | 'too_few' | 'not_estimable' | 'no_data'), points,
        points_low, points_high (0-100; those of the interval's ends, the lower first). Points are
        of the unit's own value: where its peers' stands in for it there are none. Raises KeyError
        for an unknown indicator.
        """
        entry = self.method.indicator(indicator)
        rows = self._data_frame(
            query_text("indicator_values"), [self.method.id, level, period, indicator]
        )
        half_width = self.method.z * rows["se"]
        upper_bound = 1.0 if entry.unit == "share" else float("inf")
        rows.insert(3, "low", (rows["value"] - half_width).clip(lower=0.0))
        rows.insert(4, "high", (rows["value"] + half_width).clip(upper=upper_bound))
        bound_points = np.column_stack(
            [
                normalise(rows[bound].to_numpy(float), entry.worst, entry.best, self.method.floor)
                for bound in ("low", "high")
            ]
        )
        rows["points_low"], rows["points_high"] = np.sort(bound_points, axis=1).T
        return rows

    def statistic_values(self, level: str, period: str, statistic: str) -> pd.DataFrame:
        """One statistic beside the score: place_id, value, numerator, denominator (sums), in order of
        code; NaN where there is none."""
        return self._data_frame(
            "SELECT place_id, value, numerator, denominator FROM estimates.statistics "
            "WHERE statistic = ? AND level = ? AND period = ? ORDER BY place_id",
            [statistic, level, period],
        )

    def court_seats(self, period: str) -> pd.DataFrame:
        """Courts that stood on the last day of a period, special ones left out: place_id, tier
        ('supreme' | 'high' | 'intermediate' | 'basic'), region (code of the place it serves), alone
        (whether it is the only basic court of that place)."""
        return self._data_frame(query_text("court_seats"), [self.period_dates(period)[1]])

    def score_changes(self, level: str, period: str, earlier_period: str) -> pd.DataFrame:
        """How scores changed between two periods, one row a unit that has both, the largest rise
        first; by code where the level is not published in order.

        Columns: place_id, name, name_hant, name_en, parent, score, score_before, change (of the
        scores as printed), low, high (of the change, at the method's confidence), beyond (whether
        that interval leaves out 0), n, n_before; and of the indicator that moved the score most:
        indicator, part (points of the change, see index.contributions), value, value_before (NaN
        where its peers' stands in), indicator_n, indicator_n_before.
        """
        rows = self._data_frame(
            query_text("score_changes"), [self.method.id, level, period, earlier_period]
        )
        score_intervals = [
            tuple(rows[f"{column}{suffix}"].to_numpy(float) for column in ("low", "score", "high"))
            for suffix in ("", "_before")
        ]
        n_quarters = periods.parse(period) - periods.parse(earlier_period)
        correlation = window_correlation(n_quarters, self.method.window_quarters)
        low, high = change_interval(score_intervals[0], score_intervals[1], correlation)
        rows = rows[["place_id", "score", "score_before", "n", "n_before"]]
        rows.insert(3, "change", (rows["score"] - rows["score_before"]).round(DECIMALS))
        rows.insert(4, "low", low.round(2))
        rows.insert(5, "high", high.round(2))
        rows.insert(6, "beyond", (rows["low"] > 0.0) | (rows["high"] < 0.0))
        rows = rows.join(
            self._largest_contributions(level, period, earlier_period, rows["place_id"])
        )
        if self.main.publishes_ranks(level):
            sort_columns = ["change", "place_id"]
            rows = rows.sort_values(sort_columns, ascending=[False, True], ignore_index=True)
        return self._add_names(level, rows)

    def _largest_contributions(
        self, level: str, period: str, earlier_period: str, place_ids: pd.Series
    ) -> pd.DataFrame:
        """Of each unit the indicator with the largest part in its change, by row of `units`."""
        point_rows = self._data_frame(
            query_text("indicator_points"), [self.method.id, level, period, earlier_period]
        )
        indicator_ids = [i.id for i in self.method.indicators]
        wide = point_rows.pivot(index="place_id", columns=["period", "indicator"])

        def wide_matrix(column: str, quarter: str) -> Array:
            keys = pd.MultiIndex.from_product([[column], [quarter], indicator_ids])
            rows: Array = wide.reindex(index=place_ids, columns=keys).to_numpy(dtype=float)
            return rows

        parts = contributions(
            self.method, wide_matrix("points", earlier_period), wide_matrix("points", period)
        )
        magnitude = np.where(np.isnan(parts), -1.0, np.abs(parts))
        largest_index = np.arange(len(place_ids)), magnitude.argmax(axis=1)
        values = {
            quarter: np.where(
                wide_matrix("own", quarter)[largest_index] == 1.0,
                wide_matrix("value", quarter)[largest_index],
                np.nan,
            )
            for quarter in (period, earlier_period)
        }
        return pd.DataFrame(
            {
                "indicator": np.array(indicator_ids, dtype=object)[largest_index[1]],
                "part": parts[largest_index].round(2),
                "value": values[period],
                "value_before": values[earlier_period],
                "indicator_n": wide_matrix("n", period)[largest_index],
                "indicator_n_before": wide_matrix("n", earlier_period)[largest_index],
            },
            index=place_ids.index,
        )
