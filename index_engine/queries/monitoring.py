"""Courts over time: are creditors from elsewhere paid alike, and which places changed against their
own past?"""

import pandas as pd

from index_engine.errors import InputError
from index_engine.estimates.creditor_gap import gap_indicators
from index_engine.method import Check, Indicator, Statistic
from index_engine.queries.snapshot import SnapshotBase, query_text


class MonitoringQueries(SnapshotBase):
    """Local and other creditors, and statistical exceptions; both of the main method."""

    def creditor_gap_indicators(self) -> list[Indicator]:
        """The indicators that local and other creditors are compared by."""
        return gap_indicators(self.main)

    def creditor_gaps(
        self, level: str, period: str, indicator: str, parent: str | None = None
    ) -> pd.DataFrame:
        """One row a unit, in order of code: what became of the claims of local creditors, and of
        those of creditors from elsewhere.

        Columns: place_id, name, name_hant, name_en, parent; local, local_n, non_local, non_local_n
        (values on the indicator's scale; cases under way, NaN below the least cell); gap (local
        less non-local), gap_low, gap_high (at the method's confidence), status ('estimated' |
        'too_few' | 'not_estimable' | 'no_data', of the two together); and with both sides brought
        to the place's own mix of cases adjusted_local, adjusted_non_local, adjusted_gap,
        adjusted_low, adjusted_high, adjusted_status. Only cases of which it is known where the
        creditor is.
        """
        rows = self._read_creditor_gaps(level, indicator, period, None).drop(columns="period")
        rows = self._add_names(level, rows)
        if parent is not None:
            rows = rows[rows["parent"] == parent]
        return rows.reset_index(drop=True)

    def creditor_gap_history(self, level: str, place_id: str, indicator: str) -> pd.DataFrame:
        """The same of one unit, one row a quarter: period and the columns from local on."""
        rows = self._read_creditor_gaps(level, indicator, None, place_id)
        return rows.drop(columns="place_id").sort_values("period", ignore_index=True)

    def _read_creditor_gaps(
        self, level: str, indicator: str, period: str | None, place_id: str | None
    ) -> pd.DataFrame:
        rows = self._data_frame(query_text("creditor_gaps"), [level, period, place_id])
        rows = rows[rows["indicator"] == indicator].drop(columns="indicator")
        for gap_column, prefix in (("gap", "gap"), ("adjusted_gap", "adjusted")):
            half_width = self.main.z * rows.pop(f"{prefix}_se")
            position = int(rows.columns.get_loc(gap_column)) + 1
            rows.insert(position, f"{prefix}_low", rows[gap_column] - half_width)
            rows.insert(position + 1, f"{prefix}_high", rows[gap_column] + half_width)
        return rows.reset_index(drop=True)

    def monitoring_summary(self, period: str) -> pd.DataFrame:
        """How much is monitored: level, statistic, series (places with enough quarters), signals, and
        expected (signals by chance, had nothing changed)."""
        return self._data_frame(
            "SELECT level, statistic, series, signals, expected FROM index.monitored_series "
            "WHERE period = ? ORDER BY level, statistic",
            [period],
        )

    def monitored_entry(self, statistic: str) -> Statistic | Check | Indicator:
        """What the method says of a statistic that is monitored. Raises InputError for any other."""
        main_method = self.main
        for entry in (*main_method.statistics, *main_method.checks, *main_method.indicators):
            if entry.id == statistic:
                return entry
        raise InputError("statistic_not_monitored", statistic=statistic)

    def exceptions(self, level: str, period: str) -> pd.DataFrame:
        """Units of a level (province, city, court) with a statistic that changed against their own
        past within the four quarters to `period`; the latest signal first, then the strongest.

        Columns: place_id, name, name_hant, name_en, parent, statistic, direction ('up' | 'down'),
        since and signalled (quarters), strength (the sum over its limit), before (rate of the
        baseline at the same seasons), before_n, after, after_n, baseline (quarters), spread. How
        they are found: index_engine/applications/control.py.
        """
        rows = self._data_frame(
            "SELECT place_id, statistic, direction, since, signalled, strength, before, before_n,"
            " after, after_n, baseline, spread FROM index.exceptions WHERE level = ? AND period = ?"
            " ORDER BY signalled DESC, strength DESC, place_id, statistic",
            [level, period],
        )
        return self._add_names(level, rows)

    def exception_series(self, level: str, period: str) -> pd.DataFrame:
        """The quarters behind every exception of a level and period, oldest first: place_id, statistic,
        quarter, value, n (both NaN below the least cell), expected, low, high (the band of 95 % of
        quarters without a change), total (the CUSUM in the signal's direction, NaN in the baseline)
        and alarm (its limit)."""
        return self._data_frame(
            "SELECT place_id, statistic, quarter, value, n, expected, low, high, total, alarm"
            " FROM index.exception_series WHERE level = ? AND period = ?"
            " ORDER BY place_id, statistic, quarter",
            [level, period],
        )
