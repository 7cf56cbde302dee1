"""What pages ask: one read-only view of a built warehouse, in the words of the screen.

A page never writes SQL and never computes a statistic; it asks here and draws what it gets.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from index_engine import periods
from index_engine.errors import InputError
from index_engine.estimates import curves
from index_engine.estimates.units import LEVELS, all_courts, units
from index_engine.method import parse
from index_engine.warehouse.metrics import Metric, metrics
from index_engine.warehouse.snapshots import cursor, open_locked

__all__ = ["LEVELS", "Snapshot", "Unit"]

QUERIES = Path(__file__).with_name("queries")


@dataclass(frozen=True)
class Unit:
    """A place or court that has a score: `level` is nation, province, city or court."""

    level: str
    unit_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None  # unit_id of the region above
    special: bool = False


class Snapshot:
    """A built warehouse, open read-only and locked down; safe to share between threads.

    Raises InputError if there is no warehouse at `path` or it has not been built.
    """

    def __init__(self, path: Path, *, memory_limit: str = "2GB") -> None:
        self.path = Path(path)
        self._con = open_locked(self.path, memory_limit=memory_limit)
        meta = dict(self._rows("SELECT key, value FROM meta"))
        if "method" not in meta:
            self._con.close()
            raise InputError(
                f"{path}: nothing is built in it yet; "
                f"run 'python -m index_engine build --warehouse {path}'"
            )
        self.method = parse(meta["method"], f"{path} (method)")
        # What was imported after the build is not in the scores, so it is not shown with them.
        self._built_sources = [int(number) for number in meta["built_sources"].split(",")]
        present = [number for (number,) in self._rows("SELECT source_id FROM sources")]
        self.stale = sorted(present) != self._built_sources
        self.version = self._fingerprint(meta["method"])
        self.synthetic = bool(self.sources()["synthetic"].any())
        [(self.observed_from, self.observed_to)] = self._rows(
            "SELECT DATE '1970-01-01' + MIN(from_day), DATE '1970-01-01' + MAX(until_day) - 1 "
            "FROM measures.windows"
        )
        self._periods = [p for (p,) in self._rows("SELECT DISTINCT period FROM index.scores")]
        self._periods.sort()
        self._units = self._read_units()
        courts = all_courts(self._cursor())
        self._courts = {
            (level.level, unit): tuple(courts[row] for row in rows)
            for level in units(self._cursor())
            for unit, rows in zip(level.ids, level.members, strict=True)
        }

    stale: bool  # files were imported or taken back since the build
    synthetic: bool
    observed_from: date
    observed_to: date

    def periods(self) -> list[str]:
        """Scored quarters such as '2025Q4', oldest first; each ends a rolling window."""
        return list(self._periods)

    def period_dates(self, period: str) -> tuple[date, date]:
        """First and last day of the window that `period` ends."""
        end = periods.parse(period)
        return periods.first_day(end - self.method.window_quarters + 1), periods.last_day(end)

    def unit(self, level: str, unit_id: str) -> Unit:
        """Raises KeyError where there is no such unit."""
        return self._units[level, unit_id]

    def children(self, level: str, unit_id: str) -> list[Unit]:
        """Scored units of the level below, in order of code: provinces, cities, courts."""
        if level == LEVELS[-1]:
            return []
        below = LEVELS[LEVELS.index(level) + 1]
        return [
            unit
            for (kind, _), unit in sorted(self._units.items())
            if kind == below and unit.parent == unit_id
        ]

    def scores(self, level: str, period: str, parent: str | None = None) -> pd.DataFrame:
        """One row a unit, best first, unscored last.

        Columns: unit_id, name, name_hant, name_en, parent, score, se, low, high, rank (smallest
        of ties), n (cases under way), status ('scored' | 'low_coverage' | 'too_few' |
        'not_estimable'),
        change_quarter, change_year (points; NaN where there is no earlier score), and one column
        of points (0-100) per dimension id: cycle, closure, auction.
        """
        end = periods.parse(period)
        rows = self._frame(
            _query("scores"), [level, period, periods.label(end - 1), periods.label(end - 4)]
        )
        rows = rows.merge(self._dimension_columns(level, "period", period), on="unit_id")
        names = [self._units[level, unit] for unit in rows["unit_id"]]
        for position, column in enumerate(("name", "name_hant", "name_en", "parent"), start=1):
            rows.insert(position, column, [getattr(unit, column) for unit in names])
        if parent is not None:
            rows = rows[rows["parent"] == parent]
        return rows.reset_index(drop=True)

    def history(self, level: str, unit_id: str) -> pd.DataFrame:
        """One row a quarter: period, score, low, high, status, n and a column per dimension."""
        rows = self._frame(
            "SELECT period, score, low, high, status, n FROM index.scores "
            "WHERE level = ? AND unit_id = ? ORDER BY period",
            [level, unit_id],
        )
        return rows.merge(self._dimension_columns(level, "unit_id", unit_id), on="period")

    def indicators(self, level: str, unit_id: str, period: str) -> pd.DataFrame:
        """One row an indicator of the method, in its order.

        Columns: indicator, dimension, value, se, low, high (of the value), n, status
        ('estimated' | 'too_few' | 'not_estimable' | 'no_data'), points (0-100),
        weight (its share of the dimension's weight among those present), nation (its value for
        the nation, same period).
        """
        rows = self._frame(_query("indicators"), [level, unit_id, period]).set_index("indicator")
        rows = rows.reindex([i.id for i in self.method.indicators]).reset_index()
        rows.insert(1, "dimension", [i.dimension for i in self.method.indicators])
        half = self.method.z * rows["se"]
        bounded = {i.id for i in self.method.indicators if i.unit == "share"}
        upper = rows["indicator"].map(lambda name: 1.0 if name in bounded else float("inf"))
        rows.insert(4, "low", (rows["value"] - half).clip(lower=0.0))
        rows.insert(5, "high", (rows["value"] + half).clip(upper=upper))
        return rows

    def figures(self, level: str, unit_id: str, period: str) -> pd.DataFrame:
        """Figures beside the score: figure, value, numerator, denominator (sums, as numbers)."""
        rows = self._frame(
            "SELECT figure, value, numerator, denominator FROM estimates.figures "
            "WHERE level = ? AND unit_id = ? AND period = ?",
            [level, unit_id, period],
        ).set_index("figure")
        return rows.reindex([f.id for f in self.method.figures]).reset_index()

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """What the metrics of `stated` mean, by id."""
        return metrics()

    def stated(self, level: str, unit_id: str, period: str) -> pd.DataFrame:
        """Figures that courts and others state of a unit; nothing that is computed uses them.

        Those whose period overlaps the window that `period` ends; of a metric and speaker without
        one, the latest before it. Columns: metric, name, name_en, unit_name (of whom), value,
        measured_in (its unit), period_start, period_end, basis ('reported' or how derived),
        address (or the name of the file), note, computed (the figure of the same formula, unit and
        days, in the same unit; else NaN), figure_id.
        """
        known = [
            {"metric": m.id, "court_column": m.column, "shown_in": m.measured_in, "same": m.same_as}
            for m in self.metrics.values()
        ]
        windows = [
            {"first_day": first, "last_day": last, "period": name}
            for name in self._periods
            for first, last in [self.period_dates(name)]
        ]
        rows = self._frame(
            _query("stated"),
            [level, unit_id, *self.period_dates(period), self._built_sources, known, windows],
        )
        names = [self.metrics[metric].name for metric in rows["metric"]]
        rows.insert(1, "name", pd.Series([name["zh_Hans"] for name in names], dtype="str"))
        rows.insert(2, "name_en", pd.Series([name["en"] for name in names], dtype="str"))
        return rows

    def cohorts(self) -> list[str]:
        """Filing years such as '2023' observed from filing on, oldest first."""
        years = self._rows(
            "SELECT DISTINCT cohort // 4 FROM measures.exits WHERE cohort > 0 ORDER BY 1"
        )
        return [str(year) for (year,) in years]

    def incidence(
        self,
        level: str,
        unit_id: str,
        *,
        clock: str = "case",
        period: str | None = None,
        cohort: str | None = None,
    ) -> pd.DataFrame:
        """Curves by month since filing (or listing): give either `period` or `cohort`.

        Columns: month (0..36), at_risk, one column per event of the clock (cumulative incidence,
        0-1), se_<event>, and 'open' = 1 - their sum. Rows end where too few are at risk.
        Raises ValueError unless exactly one of the two is given.
        """
        courts = self._courts[level, unit_id]
        if period is not None and cohort is None:
            return curves.of_period(
                self._cursor(), self.method, courts, clock, periods.parse(period)
            )
        if cohort is not None and period is None:
            return curves.of_cohort(self._cursor(), self.method, courts, clock, int(cohort))
        raise ValueError("give either a period or a cohort")

    def auction_funnel(self, level: str, unit_id: str, period: str) -> pd.DataFrame:
        """One row a stage (first, second, sale, relisted): stage, held, sold, failed, defaulted,
        setoff, withdrawn (withdrawn or stopped), price_ratio (median of sold lots' final price to
        first reference), sale_rate (sold / held); NaN from fewer than the method's least cell."""
        courts = list(self._courts[level, unit_id])
        end = periods.parse(period)
        start = end - self.method.window_quarters + 1
        return self._frame(
            _query("auction_funnel"),
            [courts, start, end, self.method.ratio_step, self.method.min_cell],
        )

    def sources(self) -> pd.DataFrame:
        """What the build was made from: source_id, kind, name, sha256, rows, rejected, warned,
        observed_from, observed_to, synthetic. What was taken back since is still in the scores."""
        return self._frame(
            "SELECT source_id, kind, name, sha256, rows, rejected, warned, observed_from, "
            "observed_to, synthetic "
            "FROM (FROM sources UNION ALL BY NAME SELECT * EXCLUDE (undone_at) FROM undone) "
            "WHERE list_contains(CAST(? AS INTEGER[]), source_id) ORDER BY source_id",
            [self._built_sources],
        )

    def close(self) -> None:
        self._con.close()

    def __enter__(self) -> "Snapshot":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    # ------------------------------------------------------------ below: how it is read

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return cursor(self._con)

    def _rows(self, sql: str) -> list[tuple]:  # type: ignore[type-arg]
        return self._cursor().execute(sql).fetchall()

    def _frame(self, sql: str, values: list[object]) -> pd.DataFrame:
        return self._cursor().execute(sql, values).df()

    def _fingerprint(self, method_text: str) -> str:
        """Twelve hex digits that change when a source or the method does."""
        digest = hashlib.sha256(method_text.encode())
        for row in self.sources().itertuples(index=False):
            digest.update(repr(tuple(row)).encode())
        return digest.hexdigest()[:12]

    def _read_units(self) -> dict[tuple[str, str], Unit]:
        return {(row[0], row[1]): Unit(*row) for row in self._rows(_query("units"))}

    def _dimension_columns(self, level: str, key: str, value: str) -> pd.DataFrame:
        """Points by dimension, one column each, for one period or one unit."""
        other = "unit_id" if key == "period" else "period"
        rows = self._frame(
            f"SELECT {other}, dimension, points FROM index.dimensions "
            f"WHERE level = ? AND {key} = ?",
            [level, value],
        )
        wide = rows.pivot(index=other, columns="dimension", values="points")
        wide.columns.name = None
        return wide.reindex(columns=[d.id for d in self.method.dimensions]).reset_index()


def _query(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
