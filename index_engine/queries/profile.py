"""One place: its score over time, its indicators, curves, auctions and figures."""

from collections.abc import Mapping, Sequence

import pandas as pd

from index_engine import periods
from index_engine.estimates import curves
from index_engine.method import Check, Indicator, Method
from index_engine.queries.snapshot import SnapshotBase, query_text
from index_engine.warehouse.reported_metrics import Metric, read_metrics


class ProfileQueries(SnapshotBase):
    """What is asked of one unit."""

    def score_history(self, level: str, place_id: str) -> pd.DataFrame:
        """One row a quarter: period, score, low, high (at the method's confidence), low90, high90,
        status, n, adjusted, adjusted_low, adjusted_high (to the national case mix), shrunk, and a
        column per dimension."""
        rows = self._data_frame(
            "SELECT own.period, own.score, own.low, own.high, own.low90, own.high90, own.status,"
            " own.n, adjusted.score AS adjusted, adjusted.low AS adjusted_low,"
            " adjusted.high AS adjusted_high, shrunk.score AS shrunk"
            " FROM index.scores AS own"
            " LEFT JOIN index.scores AS adjusted ON adjusted.method = own.method"
            " AND adjusted.basis = 'adjusted' AND adjusted.level = own.level"
            " AND adjusted.place_id = own.place_id AND adjusted.period = own.period"
            " LEFT JOIN index.scores AS shrunk ON shrunk.method = own.method"
            " AND shrunk.basis = 'shrunk' AND shrunk.level = own.level"
            " AND shrunk.place_id = own.place_id AND shrunk.period = own.period"
            " WHERE own.method = ? AND own.basis = 'observed' AND own.level = ?"
            " AND own.place_id = ? ORDER BY own.period",
            [self.method.id, level, place_id],
        )
        return rows.merge(self._dimension_columns(level, "place_id", place_id), on="period")

    def indicators(self, level: str, place_id: str, period: str) -> pd.DataFrame:
        """One row an indicator of the method, in its order.

        Columns: indicator, dimension, value, se, low, high (of the value), n, status
        ('estimated' | 'too_few' | 'not_estimable' | 'no_data'), points (0-100),
        weight (its share of the dimension's weight among those present), own (False where the unit
        has too few cases: its points, if any, are of its peers' value), nation, nation_se, nation_n
        (its value for the nation, same period); adjusted, adjusted_low, adjusted_high (to the
        national case mix); shrunk, shrunk_low, shrunk_high (drawn to its peers), own_weight
        (share of its own cases in that) and peers_value (what it is drawn to).
        """
        rows = self._estimates(self.method, level, place_id, period, self.method.indicators)
        rows.insert(1, "dimension", [i.dimension for i in self.method.indicators])
        return rows

    def checks(self, level: str, place_id: str, period: str) -> pd.DataFrame:
        """One row a check of the main method, in its order: whether closings are real.

        Columns: check, value, se, low, high, n (NaN below the least cell), status, nation,
        nation_low, nation_high, nation_n.
        """
        rows = self._estimates(self.main, level, place_id, period, self.main.checks)
        half_width = self.main.z * rows["nation_se"]
        rows["nation_low"] = (rows["nation"] - half_width).clip(lower=0.0)
        rows["nation_high"] = (rows["nation"] + half_width).clip(upper=1.0)
        columns = ["value", "se", "low", "high", "n", "status"]
        columns += ["nation", "nation_low", "nation_high", "nation_n"]
        return rows.rename(columns={"indicator": "check"})[["check", *columns]]

    def _estimates(
        self,
        method: Method,
        level: str,
        place_id: str,
        period: str,
        entries: Sequence[Indicator | Check],
    ) -> pd.DataFrame:
        """Estimates of some entries of a method, with intervals inside what is possible."""
        rows = self._data_frame(query_text("indicators"), [method.id, level, place_id, period])
        rows = rows.set_index("indicator").reindex([e.id for e in entries]).reset_index()
        share_ids = {e.id for e in entries if e.unit == "share"}
        upper_bound = rows["indicator"].map(lambda name: 1.0 if name in share_ids else float("inf"))
        for position, (column, prefix) in enumerate(
            (("value", ""), ("adjusted", "adjusted_"), ("shrunk", "shrunk_"))
        ):
            half_width = method.z * rows["se" if not prefix else f"{column}_se"]
            bounds = (
                (rows[column] - half_width).clip(lower=0.0),
                (rows[column] + half_width).clip(upper=upper_bound),
            )
            if position == 0:
                rows.insert(3, "low", bounds[0])
                rows.insert(4, "high", bounds[1])
            else:
                rows[f"{prefix}low"], rows[f"{prefix}high"] = bounds
        return rows

    def change_decomposition(self, level: str, place_id: str, period: str) -> pd.DataFrame:
        """The change on a year before, split into performance and mix of cases: 'score' first, then
        every indicator.

        Columns: item, before, constant (now, had the cases been those of a year before), now,
        performance (constant - before) and mix (now - constant), which add up to now - before.
        NaN where one of the three is not known. The split in this order is that of Kitagawa (1955,
        JASA 50: 1168-1194) without its interaction, which goes to mix.
        """
        earlier_period = periods.label(periods.parse(period) - 4)
        rows = self._data_frame(
            query_text("change_decomposition"),
            [self.method.id, level, place_id, period, earlier_period],
        )
        values_by_key = rows.set_index(["item", "basis", "period"])["value"]
        items = ["score", *(i.id for i in self.method.indicators)]

        def column(basis: str, quarter: str) -> list[float]:
            return [
                float(values_by_key.get((item, basis, quarter), float("nan"))) for item in items
            ]

        table = pd.DataFrame(
            {
                "item": items,
                "before": column("observed", earlier_period),
                "constant": column("constant_mix", period),
                "now": column("observed", period),
            }
        )
        table["performance"] = table["constant"] - table["before"]
        table["mix"] = table["now"] - table["constant"]
        return table

    def indirect_ratio(self, level: str, place_id: str, period: str) -> pd.DataFrame:
        """Payments of the unit over those that the nation's rates expect of its mix of cases.

        One row, or none where too few are expected: event, observed, expected, ratio, low, high
        (exact-type interval), shrunk, shrunk_low, shrunk_high (drawn to the level).
        """
        return self._data_frame(
            "SELECT event, observed, expected, ratio, low, high, shrunk, shrunk_low, shrunk_high "
            "FROM estimates.indirect_ratios WHERE level = ? AND place_id = ? AND period = ? "
            "AND ratio IS NOT NULL",
            [level, place_id, period],
        )

    def mix_overlap(self, level: str, place_id: str, period: str) -> pd.DataFrame:
        """Share of the national case mix that the unit has cases of: process, overlap."""
        return self._data_frame(
            "SELECT process, overlap FROM estimates.mix_overlap "
            "WHERE level = ? AND place_id = ? AND period = ? ORDER BY process",
            [level, place_id, period],
        )

    def statistics(self, level: str, place_id: str, period: str) -> pd.DataFrame:
        """Statistics beside the score: statistic, value, numerator, denominator (sums, as numbers)."""
        rows = self._data_frame(
            "SELECT statistic, value, numerator, denominator FROM estimates.statistics "
            "WHERE level = ? AND place_id = ? AND period = ?",
            [level, place_id, period],
        ).set_index("statistic")
        return rows.reindex([f.id for f in self.main.statistics]).reset_index()

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """What the metrics of `stated` mean, by id."""
        return read_metrics()

    def reported_statistics(self, level: str, place_id: str, period: str) -> pd.DataFrame:
        """Figures that courts and others state of a unit; nothing that is computed uses them.

        Those whose period overlaps the window that `period` ends; of a metric and speaker without
        one, the latest before it. Columns: metric, name, name_en, unit_name (of whom), value,
        measured_in (its unit), period_start, period_end, basis ('reported' or how derived),
        address (or the name of the file), note, computed (the figure of the same formula, unit and
        days, in the same unit; else NaN), figure_id.
        """
        metric_rows = [
            {"metric": m.id, "court_column": m.column, "shown_in": m.measured_in, "same": m.same_as}
            for m in self.metrics.values()
        ]
        windows = [
            {"first_day": first_day, "last_day": last_day, "period": name}
            for name in self._periods
            for first_day, last_day in [self.period_dates(name)]
        ]
        rows = self._data_frame(
            query_text("reported_statistics"),
            [
                level,
                place_id,
                *self.period_dates(period),
                self._built_source_ids,
                metric_rows,
                windows,
            ],
        )
        names = [self.metrics[metric].name for metric in rows["metric"]]
        rows.insert(1, "name", pd.Series([name["zh_Hans"] for name in names], dtype="str"))
        rows.insert(2, "name_en", pd.Series([name["en"] for name in names], dtype="str"))
        return rows

    def monthly_flows(self, level: str, place_id: str) -> pd.DataFrame:
        """Flows by calendar month: flow ('filed' | 'closed' | 'paid' | 'sold'), month ('2024-03'),
        n (NaN below the least cell) and adjusted (without season and Spring Festival, see
        estimates/seasonal.py; NaN too where there are fewer than three years). Only flows with
        enough a month."""
        return self._data_frame(
            "SELECT flow, month, n, adjusted FROM estimates.monthly_flows "
            "WHERE level = ? AND place_id = ? "
            "ORDER BY list_position(['filed', 'closed', 'paid', 'sold'], flow), month",
            [level, place_id],
        )

    def cohorts(self) -> list[str]:
        """Filing years such as '2023' observed from filing on, oldest first."""
        years = self._rows(
            "SELECT DISTINCT cohort // 4 FROM measures.exits WHERE cohort > 0 ORDER BY 1"
        )
        return [str(year) for (year,) in years]

    def incidence(
        self,
        level: str,
        place_id: str,
        *,
        process: str = "case",
        period: str | None = None,
        cohort: str | None = None,
    ) -> pd.DataFrame:
        """Curves by month since filing (or listing): give either `period` or `cohort`.

        Columns: month (0..36), at_risk, one column per event of the process (cumulative incidence,
        0-1), se_<event>, and 'open' = 1 - their sum. Rows end where too few are at risk.
        Raises ValueError unless exactly one of the two is given.
        """
        courts = self._courts_by_place[level, place_id]
        if period is not None and cohort is None:
            return curves.read_period_curve(
                self._cursor(), self.method, courts, process, periods.parse(period)
            )
        if cohort is not None and period is None:
            return curves.read_cohort_curve(
                self._cursor(), self.method, courts, process, int(cohort)
            )
        raise ValueError("give either a period or a cohort")

    def sale_pipeline(self, level: str, place_id: str, period: str) -> pd.DataFrame:
        """One row a stage (first, second, sale, relisted) of the rounds that ended in the window:
        stage, ended (held or withdrawn), held, sold, failed, defaulted, setoff, withdrawn
        (withdrawn or stopped), price_ratio (median of final price to first reference of the
        `price_count` lots sold of which both are known), price_count, sale_rate (sold / held); both NaN from
        fewer than the method's least cell."""
        courts = list(self._courts_by_place[level, place_id])
        end = periods.parse(period)
        start = end - self.method.window_quarters + 1
        return self._data_frame(
            query_text("sale_pipeline"),
            [courts, start, end, self.method.ratio_step, self.method.min_cell],
        )
