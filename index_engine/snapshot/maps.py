"""What a map shows of all units of a level: one indicator, one figure, what moved; and where courts
sit."""

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.index.composite import Array, normalise
from index_engine.index.contributions import contributions
from index_engine.index.score import DECIMALS, change_interval, window_correlation
from index_engine.snapshot.core import Core, query


class Maps(Core):
    """What is asked of all units of a level for a map of them."""

    def indicator_values(self, level: str, period: str, indicator: str) -> pd.DataFrame:
        """One indicator of the method, one row a unit in order of code.

        Columns: unit_id, value, se, low, high (at the method's confidence, inside what is
        possible), n, status ('estimated' | 'too_few' | 'not_estimable' | 'no_data'), points,
        points_low, points_high (0-100; those of the interval's ends, the lower first). Points are
        of the unit's own value: where its peers' stands in for it there are none. Raises KeyError
        for an unknown indicator.
        """
        entry = self.method.indicator(indicator)
        rows = self._frame(query("indicator_of_all"), [self.method.id, level, period, indicator])
        half = self.method.z * rows["se"]
        upper = 1.0 if entry.unit == "share" else float("inf")
        rows.insert(3, "low", (rows["value"] - half).clip(lower=0.0))
        rows.insert(4, "high", (rows["value"] + half).clip(upper=upper))
        ends = np.column_stack(
            [
                normalise(rows[end].to_numpy(float), entry.worst, entry.best, self.method.floor)
                for end in ("low", "high")
            ]
        )
        rows["points_low"], rows["points_high"] = np.sort(ends, axis=1).T
        return rows

    def figure_values(self, level: str, period: str, figure: str) -> pd.DataFrame:
        """One figure beside the score: unit_id, value, numerator, denominator (sums), in order of
        code; NaN where there is none."""
        return self._frame(
            "SELECT unit_id, value, numerator, denominator FROM estimates.figures "
            "WHERE figure = ? AND level = ? AND period = ? ORDER BY unit_id",
            [figure, level, period],
        )

    def seats(self, period: str) -> pd.DataFrame:
        """Courts that stood on the last day of a period, special ones left out: unit_id, tier
        ('supreme' | 'high' | 'intermediate' | 'basic'), region (code of the place it serves), alone
        (whether it is the only basic court of that place)."""
        return self._frame(query("seats"), [self.period_dates(period)[1]])

    def moved(self, level: str, period: str, before: str) -> pd.DataFrame:
        """How scores changed between two periods, one row a unit that has both, the largest rise
        first; by code where the level is not published in order.

        Columns: unit_id, name, name_hant, name_en, parent, score, score_before, change (of the
        scores as printed), low, high (of the change, at the method's confidence), beyond (whether
        that interval leaves out 0), n, n_before; and of the indicator that moved the score most:
        indicator, part (points of the change, see index.contributions), value, value_before (NaN
        where its peers' stands in), indicator_n, indicator_n_before.
        """
        rows = self._frame(query("moved"), [self.method.id, level, period, before])
        states = [
            tuple(rows[f"{column}{ending}"].to_numpy(float) for column in ("low", "score", "high"))
            for ending in ("", "_before")
        ]
        apart = periods.parse(period) - periods.parse(before)
        correlation = window_correlation(apart, self.method.window_quarters)
        low, high = change_interval(states[0], states[1], correlation)
        rows = rows[["unit_id", "score", "score_before", "n", "n_before"]]
        rows.insert(3, "change", (rows["score"] - rows["score_before"]).round(DECIMALS))
        rows.insert(4, "low", low.round(2))
        rows.insert(5, "high", high.round(2))
        rows.insert(6, "beyond", (rows["low"] > 0.0) | (rows["high"] < 0.0))
        rows = rows.join(self._movers(level, period, before, rows["unit_id"]))
        if self.main.in_order(level):
            order = ["change", "unit_id"]
            rows = rows.sort_values(order, ascending=[False, True], ignore_index=True)
        return self._named(level, rows)

    def _movers(self, level: str, period: str, before: str, units: pd.Series) -> pd.DataFrame:
        """Of each unit the indicator with the largest part in its change, by row of `units`."""
        found = self._frame(query("points_of_all"), [self.method.id, level, period, before])
        names = [i.id for i in self.method.indicators]
        wide = found.pivot(index="unit_id", columns=["period", "indicator"])

        def table(column: str, when: str) -> Array:
            keys = pd.MultiIndex.from_product([[column], [when], names])
            rows: Array = wide.reindex(index=units, columns=keys).to_numpy(dtype=float)
            return rows

        parts = contributions(self.method, table("points", before), table("points", period))
        size = np.where(np.isnan(parts), -1.0, np.abs(parts))
        at = np.arange(len(units)), size.argmax(axis=1)
        values = {
            when: np.where(table("own", when)[at] == 1.0, table("value", when)[at], np.nan)
            for when in (period, before)
        }
        return pd.DataFrame(
            {
                "indicator": np.array(names, dtype=object)[at[1]],
                "part": parts[at].round(2),
                "value": values[period],
                "value_before": values[before],
                "indicator_n": table("n", period)[at],
                "indicator_n_before": table("n", before)[at],
            },
            index=units.index,
        )
