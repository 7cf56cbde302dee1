"""Measures as dense arrays: places down, periods across, and age bins where there are any.

Courts are read once; a region is the sum of its courts along the first axis, a rolling window the
sum along the second. Nothing is counted again.
"""

from dataclasses import dataclass, field, replace

import duckdb
import numpy as np
import pandas as pd

from index_engine.age_grid import AgeGrid
from index_engine.arrays import Array, BoolArray, IntArray

# Columns of money of what enters or leaves, and those more of what ends.
CLAIM_COLUMNS = ("claims", "claim", "claim_x_claim")
RECOVERY_COLUMNS = ("recovery", "claim_x_recovery", "recovery_x_recovery", "claim_unknown")
BEFORE_OBSERVATION = -1  # period of what began before it was observed
QUARTER_DAYS = 365.25 / 4


@dataclass(frozen=True)
class PanelAxes:
    """The axes of a panel: which courts and which calendar periods, both without gaps.

    `pooled`: the courts are summed while reading and make one row.
    """

    courts: tuple[str, ...]
    first_period: int
    last_period: int
    is_pooled: bool = False

    @property
    def n_rows(self) -> int:
        return 1 if self.is_pooled else len(self.courts)

    @property
    def n_periods(self) -> int:
        return self.last_period - self.first_period + 1


@dataclass(frozen=True)
class Cells:
    """Cells of one measure and process as they are stored, one element a cell.

    `place` is the flat position in an array of `shape` (court, period, event, bin); the third axis
    has length one where a measure has no events. `start_period` is the period in which the spells
    of a cell began, BEFORE_OBSERVATION if that was before they were observed or before the first
    period. `amounts` are the columns of money, where they were asked for.
    """

    position: IntArray
    stratum: IntArray
    start_period: IntArray
    n: Array
    elapsed_days: Array
    shape: tuple[int, int, int, int]
    amounts: dict[str, Array] = field(default_factory=dict)

    def sum_over_strata(self, values: Array) -> Array:
        """Values (cell,), such as n, added up over strata: an array of `shape`."""
        return _sum_at_positions(self.position, values, self.shape)

    def up_to_age(self, n_bins: int) -> "Cells":
        """The cells of the first bins."""
        if n_bins == self.shape[-1]:
            return self
        row, age_bin = np.divmod(self.position, self.shape[-1])
        kept = np.flatnonzero(age_bin < n_bins)
        return Cells(
            row[kept] * n_bins + age_bin[kept],
            self.stratum[kept],
            self.start_period[kept],
            self.n[kept],
            self.elapsed_days[kept],
            (*self.shape[:-1], n_bins),
            {name: amounts[kept] for name, amounts in self.amounts.items()},
        )


@dataclass(frozen=True)
class ProcessCells:
    """All cells of one process: what came under observation, was open on the first day of a
    period, left without an event, and ended with one."""

    entries: Cells
    opening_stock: Cells
    censored: Cells
    events: Cells

    def up_to_age(self, n_bins: int) -> "ProcessCells":
        """The cells of the first bins: all that a curve up to there is made of."""
        return ProcessCells(*(part.up_to_age(n_bins) for part in vars(self).values()))


@dataclass(frozen=True)
class ProcessPanel:
    """Cells of one process for some places. All arrays are (place, period, bin) counts; `events` is
    (place, period, event, bin); `opening_stock` is the stock on the first day of a period."""

    entries: Array
    entries_elapsed_days: Array
    opening_stock: Array
    opening_stock_elapsed_days: Array
    censored: Array
    censored_elapsed_days: Array
    events: Array


def read_process_panel(
    con: duckdb.DuckDBPyConnection, axes: PanelAxes, process: str, events: tuple[str, ...], n_bins: int
) -> ProcessPanel:
    """Read the cells of one process for the courts of `axes`, summed over cohorts and strata."""
    return panel_from_cells(_read_tables(con, axes, process, events, n_bins, "measures", None))


def panel_from_cells(cells: ProcessCells) -> ProcessPanel:
    """The cells of one process as arrays, summed over strata."""
    entries, opening_stock, censored = cells.entries, cells.opening_stock, cells.censored
    return ProcessPanel(
        entries=entries.sum_over_strata(entries.n)[:, :, 0],
        entries_elapsed_days=entries.sum_over_strata(entries.elapsed_days)[:, :, 0],
        opening_stock=opening_stock.sum_over_strata(opening_stock.n)[:, :, 0],
        opening_stock_elapsed_days=opening_stock.sum_over_strata(opening_stock.elapsed_days)[:, :, 0],
        censored=censored.sum_over_strata(censored.n)[:, :, 0],
        censored_elapsed_days=censored.sum_over_strata(censored.elapsed_days)[:, :, 0],
        events=cells.events.sum_over_strata(cells.events.n),
    )


def read_process_cells(
    con: duckdb.DuckDBPyConnection,
    axes: PanelAxes,
    process: str,
    events: tuple[str, ...],
    age_grid: AgeGrid,
    schema: str = "measures",
    has_amounts: bool = False,
) -> ProcessCells:
    """Read the cells of one process; `schema` random_groups has random groups in place of
    courts."""
    return _read_tables(con, axes, process, events, age_grid.n_bins, schema, age_grid, has_amounts)


def _read_tables(
    con: duckdb.DuckDBPyConnection,
    axes: PanelAxes,
    process: str,
    events: tuple[str, ...],
    n_bins: int,
    schema: str,
    age_grid: AgeGrid | None,
    has_amounts: bool = False,
) -> ProcessCells:
    """`start_period` of the cells is known only with an `age_grid`."""
    parts = []
    _choose_courts(con, axes, schema)
    for table, event_names in (("entries", ()), ("opening_stock", ()), ("exits", ("open",)), ("exits", events)):
        amounts = (*CLAIM_COLUMNS, *(RECOVERY_COLUMNS if event_names == events else ())) if has_amounts else ()
        cells, cohort = _read_cells(con, axes, process, n_bins, f"{schema}.{table}", event_names, amounts)
        if age_grid is not None:
            cells = replace(cells, start_period=_start_periods(cells, cohort, table, axes, age_grid))
        parts.append(cells)
    con.execute("DROP TABLE chosen_courts")
    return ProcessCells(*parts)


def _choose_courts(con: duckdb.DuckDBPyConnection, axes: PanelAxes, schema: str) -> None:
    """Create the temporary table `chosen_courts`: court_id, and court, its row in a panel of `axes`. Once for all
    reads of a process: to read thousands of names as an enum takes longer than to read the cells of a small court."""
    courts = np.zeros(len(axes.courts), np.int64) if axes.is_pooled else np.arange(len(axes.courts))
    con.register("court_rows", pd.DataFrame({"court_id": axes.courts, "court": courts}))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE chosen_courts AS"
        f" SELECT court_id::{schema}.court AS court_id, court::BIGINT AS court FROM court_rows"
    )
    con.unregister("court_rows")


def _start_periods(cells: Cells, cohort: IntArray, table: str, axes: PanelAxes, age_grid: AgeGrid) -> IntArray:
    """Positions of the periods, quarters, in which the spells of cells (cell,) began."""
    _, n_periods, n_events, n_bins = cells.shape
    period, age = cells.position // (n_events * n_bins) % n_periods, cells.position % n_bins
    if table == "exits":
        start_period = np.where(cohort > 0, cohort - axes.first_period, BEFORE_OBSERVATION)
    elif table == "entries":
        start_period = np.where(age == 0, period, BEFORE_OBSERVATION)
    else:  # their age on the first day of the period is known to a bin, whose middle is taken
        start_days = age_grid.starts + (age_grid.widths - 1) / 2.0
        start_period = period - 1 - (start_days[age] // QUARTER_DAYS).astype(np.int64)
    return np.maximum(start_period, BEFORE_OBSERVATION)


def _read_cells(
    con: duckdb.DuckDBPyConnection,
    axes: PanelAxes,
    process: str,
    n_bins: int,
    table: str,
    events: tuple[str, ...],
    amounts: tuple[str, ...],
) -> tuple[Cells, IntArray]:
    """The cells, and the cohort of each: 0 where it is not told."""
    shape = (axes.n_rows, axes.n_periods, len(events) or 1, n_bins)
    # Each cell carries its flat position in the array, and numpy adds up what shares one: cheaper
    # than a GROUP BY over millions of distinct cells. Pooled courts share most of them. In order,
    # so that weighted sums round alike on any number of threads.
    sum_template = "SUM({})::BIGINT AS {}" if axes.is_pooled else "{} AS {}"
    amount_columns = "".join(f", {name}::DOUBLE AS {name}" for name in amounts)
    rows = con.execute(
        f"""
        SELECT ((court * $periods + period - $first) * $events
                + {"list_position($names::measures.event[], event) - 1" if events else "0"}) * $bins
               + age_bin AS place, {"0" if axes.is_pooled else "stratum"} AS stratum,
               {"cohort" if events and not axes.is_pooled else "0"} AS cohort,
               {sum_template.format("n", "n")}, {sum_template.format("elapsed_days", "elapsed_days")}
               {amount_columns}
        FROM {table} JOIN chosen_courts USING (court_id)
        WHERE process = $process AND age_bin < $bins AND period BETWEEN $first AND $last
              {"AND list_contains($names::measures.event[], event)" if events else ""}
        {"GROUP BY place" if axes.is_pooled else "ORDER BY ALL"}
        """,
        {
            "periods": shape[1],
            "events": shape[2],
            "bins": n_bins,
            "first": axes.first_period,
            "last": axes.last_period,
            "process": process,
            **({"names": list(events)} if events else {}),
        },
    ).fetchnumpy()
    positions = rows["place"].astype(np.int64, copy=False)
    unknown_start = np.full(len(positions), BEFORE_OBSERVATION)
    cells = Cells(positions, rows["stratum"], unknown_start, rows["n"], rows["elapsed_days"], shape)
    cells = replace(cells, amounts={name: rows[name] for name in amounts})
    return cells, rows["cohort"].astype(np.int64, copy=False)


def _sum_at_positions(positions: IntArray, values: Array, shape: tuple[int, ...]) -> Array:
    """Values added up at flat positions of an array of `shape`."""
    return np.bincount(positions, values, int(np.prod(shape))).astype(np.float64, copy=False).reshape(shape)


@dataclass(frozen=True)
class CountRows:
    """Counts of one measure as they are stored, one element a court, period and stratum."""

    court: IntArray
    period: IntArray  # positions on the axes of the panel
    stratum: IntArray
    counts: dict[str, Array]


def read_count_rows(
    con: duckdb.DuckDBPyConnection, axes: PanelAxes, table: str, where: str = "TRUE", schema: str = "measures"
) -> CountRows:
    """Read every count of a measure by stratum, summed over its other keys."""
    columns = _count_columns(con, f"{schema}.{table}")
    sums = ", ".join(f"SUM({name})::DOUBLE AS {name}" for name in columns)
    rows = con.execute(
        f"SELECT court_id::VARCHAR AS court_id, period, stratum::INTEGER AS stratum, {sums} "
        f"FROM {schema}.{table} WHERE {where} GROUP BY ALL ORDER BY ALL"
    ).df()
    court, period, is_inside = _axis_positions(rows, axes)
    return CountRows(
        court[is_inside],
        period[is_inside],
        rows["stratum"].to_numpy()[is_inside],
        {name: rows[name].to_numpy()[is_inside] for name in columns},
    )


def _count_columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    keys = ("court_id", "period", "stage", "stratum")
    return [n for n, *_ in con.execute(f"DESCRIBE {table}").fetchall() if n not in keys]


def read_counts(
    con: duckdb.DuckDBPyConnection, axes: PanelAxes, table: str, where: str = "TRUE", schema: str = "measures"
) -> dict[str, Array]:
    """Read every count of a measure as (court, period) arrays, summed over its other keys."""
    columns = _count_columns(con, f"{schema}.{table}")
    sums = ", ".join(f"SUM({name})::DOUBLE AS {name}" for name in columns)
    rows = con.execute(
        f"SELECT court_id::VARCHAR AS court_id, period, {sums} FROM {schema}.{table} WHERE {where} GROUP BY ALL"
    ).df()
    court, period, is_inside = _axis_positions(rows, axes)
    flat_index = court[is_inside] * axes.n_periods + period[is_inside]
    shape = (len(axes.courts), axes.n_periods)
    return {name: _sum_at_positions(flat_index, rows[name].to_numpy()[is_inside], shape) for name in columns}


def read_price_ratios(con: duckdb.DuckDBPyConnection, axes: PanelAxes, n_bins: int, schema: str) -> CountRows:
    """Read price_ratios by stratum; `counts` has ratio_bin, at most bins - 1, and n."""
    rows = con.execute(
        "SELECT court_id::VARCHAR AS court_id, period, stratum::INTEGER AS stratum, "
        f"LEAST(ratio_bin::INTEGER, {n_bins - 1}) AS ratio_bin, SUM(n)::DOUBLE AS n "
        f"FROM {schema}.price_ratios GROUP BY ALL ORDER BY ALL"
    ).df()
    court, period, is_inside = _axis_positions(rows, axes)
    counts = {name: rows[name].to_numpy()[is_inside] for name in ("ratio_bin", "n")}
    return CountRows(court[is_inside], period[is_inside], rows["stratum"].to_numpy()[is_inside], counts)


def price_histogram(rows: CountRows, axes: PanelAxes, n_bins: int) -> Array:
    """Prices as a (court, period, ratio bin) array, summed over strata."""
    shape = (len(axes.courts), axes.n_periods, n_bins)
    ratio_bin = rows.counts["ratio_bin"].astype(np.int64)
    flat_index = (rows.court * axes.n_periods + rows.period) * n_bins + ratio_bin
    return _sum_at_positions(flat_index, rows.counts["n"], shape)


def _axis_positions(rows: pd.DataFrame, axes: PanelAxes) -> tuple[IntArray, IntArray, BoolArray]:
    court = pd.Index(axes.courts).get_indexer(rows["court_id"])
    period = rows["period"].to_numpy() - axes.first_period
    return court, period, (court >= 0) & (period >= 0) & (period < axes.n_periods)


def sum_members(array: Array, members: list[IntArray]) -> Array:
    """Sum courts into places along the first axis; `members` lists each place's court rows."""
    if all(len(rows) == 1 for rows in members):
        courts: Array = array[np.concatenate(members)]
        return courts
    sums = np.zeros((len(members), *array.shape[1:]))
    for place, rows in enumerate(members):
        sums[place] = array[rows].sum(axis=0)
    return sums


def rolling_sums(array: Array, window: int) -> Array:
    """Sums over `window` consecutive periods (axis 1), one for each period that can end one."""
    length = array.shape[1] - window + 1
    sums: Array = array[:, :length].copy()
    for offset in range(1, window):
        sums += array[:, offset : offset + length]
    return sums
