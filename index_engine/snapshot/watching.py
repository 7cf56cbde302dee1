"""Courts over time: are creditors from elsewhere paid alike, and which places changed against their
own past?"""

import pandas as pd

from index_engine.errors import InputError
from index_engine.estimates.localities import compared
from index_engine.method import Check, Figure, Indicator
from index_engine.snapshot.core import Core, query


class Watching(Core):
    """Local and other creditors, and statistical exceptions; both of the main method."""

    def compared_by_locality(self) -> list[Indicator]:
        """The indicators that local and other creditors are compared by."""
        return compared(self.main)

    def locality(
        self, level: str, period: str, indicator: str, parent: str | None = None
    ) -> pd.DataFrame:
        """One row a unit, in order of code: what became of the claims of local creditors, and of
        those of creditors from elsewhere.

        Columns: unit_id, name, name_hant, name_en, parent; local, local_n, elsewhere, elsewhere_n
        (values on the indicator's scale; cases under way, NaN below the least cell); gap (local
        less elsewhere), gap_low, gap_high (at the method's confidence), status ('estimated' |
        'too_few' | 'not_estimable' | 'no_data', of the two together); and with both sides brought
        to the place's own mix of cases adjusted_local, adjusted_elsewhere, adjusted_gap,
        adjusted_low, adjusted_high, adjusted_status. Only cases of which it is known where the
        creditor is.
        """
        rows = self._gaps(level, indicator, period, None).drop(columns="period")
        rows = self._named(level, rows)
        if parent is not None:
            rows = rows[rows["parent"] == parent]
        return rows.reset_index(drop=True)

    def locality_history(self, level: str, unit_id: str, indicator: str) -> pd.DataFrame:
        """The same of one unit, one row a quarter: period and the columns from local on."""
        rows = self._gaps(level, indicator, None, unit_id)
        return rows.drop(columns="unit_id").sort_values("period", ignore_index=True)

    def _gaps(
        self, level: str, indicator: str, period: str | None, unit_id: str | None
    ) -> pd.DataFrame:
        rows = self._frame(query("localities"), [level, period, unit_id])
        rows = rows[rows["indicator"] == indicator].drop(columns="indicator")
        for gap, prefix in (("gap", "gap"), ("adjusted_gap", "adjusted")):
            half = self.main.z * rows.pop(f"{prefix}_se")
            at = int(rows.columns.get_loc(gap)) + 1
            rows.insert(at, f"{prefix}_low", rows[gap] - half)
            rows.insert(at + 1, f"{prefix}_high", rows[gap] + half)
        return rows.reset_index(drop=True)

    def watched(self, period: str) -> pd.DataFrame:
        """How much was watched: level, figure, series (places with enough quarters), signals, and
        expected (signals by chance, had nothing changed)."""
        return self._frame(
            "SELECT level, figure, series, signals, expected FROM index.watched "
            "WHERE period = ? ORDER BY level, figure",
            [period],
        )

    def watched_entry(self, figure: str) -> Figure | Check | Indicator:
        """What the method says of a figure that is watched. Raises InputError for any other."""
        main = self.main
        for entry in (*main.figures, *main.checks, *main.indicators):
            if entry.id == figure:
                return entry
        raise InputError(f"no figure {figure!r} is watched")

    def exceptions(self, level: str, period: str) -> pd.DataFrame:
        """Units of a level (province, city, court) with a figure that changed against their own
        past within the four quarters to `period`; the latest signal first, then the strongest.

        Columns: unit_id, name, name_hant, name_en, parent, figure, direction ('up' | 'down'),
        since and signalled (quarters), strength (the sum over its limit), before (rate of the
        baseline at the same seasons), before_n, after, after_n, baseline (quarters), spread. How
        they are found: index_engine/applications/control.py.
        """
        rows = self._frame(
            "SELECT unit_id, figure, direction, since, signalled, strength, before, before_n,"
            " after, after_n, baseline, spread FROM index.exceptions WHERE level = ? AND period = ?"
            " ORDER BY signalled DESC, strength DESC, unit_id, figure",
            [level, period],
        )
        return self._named(level, rows)

    def exception_series(self, level: str, period: str) -> pd.DataFrame:
        """The quarters behind every exception of a level and period, oldest first: unit_id, figure,
        quarter, value, n (both NaN below the least cell), expected, low, high (the band of 95 % of
        quarters without a change), total (the CUSUM in the signal's direction, NaN in the baseline)
        and alarm (its limit)."""
        return self._frame(
            "SELECT unit_id, figure, quarter, value, n, expected, low, high, total, alarm"
            " FROM index.exception_series WHERE level = ? AND period = ?"
            " ORDER BY unit_id, figure, quarter",
            [level, period],
        )
