"""Measures as dense arrays: units down, periods across, and age bins where there are any.

Courts are read once; a region is the sum of its courts along the first axis, a rolling window the
sum along the second. Nothing is counted again.
"""

from dataclasses import dataclass, replace

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.ages import Ages
from index_engine.estimates.incidence import Array

Index = npt.NDArray[np.int64]

BEFORE = -1  # period of what began before it was observed
QUARTER_DAYS = 365.25 / 4


@dataclass(frozen=True)
class Frame:
    """The axes of a panel: which courts and which calendar periods, both without gaps.

    `pooled`: the courts are summed while reading and make one row.
    """

    courts: tuple[str, ...]
    first_period: int
    last_period: int
    pooled: bool = False

    @property
    def rows(self) -> int:
        return 1 if self.pooled else len(self.courts)

    @property
    def periods(self) -> int:
        return self.last_period - self.first_period + 1


@dataclass(frozen=True)
class Cells:
    """Cells of one measure and clock as they are stored, one element a cell.

    `place` is the flat position in an array of `shape` (court, period, event, bin); the third axis
    has length one where a measure has no events. `began` is the period in which the spells of a
    cell began, BEFORE if that was before they were observed or before the first period.
    """

    place: Index
    stratum: Index
    began: Index
    n: Array
    elapsed: Array
    shape: tuple[int, int, int, int]

    def dense(self, values: Array) -> Array:
        """Values (cell,), such as n, added up over strata: an array of `shape`."""
        return _summed(self.place, values, self.shape)


@dataclass(frozen=True)
class ClockCells:
    """All cells of one clock: what came under observation, was carried over the first day of a
    period, left without an event, and ended with one."""

    entered: Cells
    carried: Cells
    left: Cells
    ended: Cells


@dataclass(frozen=True)
class ClockPanel:
    """Cells of one clock for some units. All arrays are (unit, period, bin) counts; `events` is
    (unit, period, event, bin); `carried` is the stock on the first day of a period."""

    entered: Array
    entered_elapsed: Array
    carried: Array
    carried_elapsed: Array
    left: Array
    left_elapsed: Array
    events: Array


def read_clock(
    con: duckdb.DuckDBPyConnection, frame: Frame, clock: str, events: tuple[str, ...], bins: int
) -> ClockPanel:
    """Read the cells of one clock for the courts of `frame`, summed over cohorts and strata."""
    return dense(_read(con, frame, clock, events, bins, "measures", None))


def dense(cells: ClockCells) -> ClockPanel:
    """The cells of one clock as arrays, summed over strata."""
    entered, carried, left = cells.entered, cells.carried, cells.left
    return ClockPanel(
        entered=entered.dense(entered.n)[:, :, 0],
        entered_elapsed=entered.dense(entered.elapsed)[:, :, 0],
        carried=carried.dense(carried.n)[:, :, 0],
        carried_elapsed=carried.dense(carried.elapsed)[:, :, 0],
        left=left.dense(left.n)[:, :, 0],
        left_elapsed=left.dense(left.elapsed)[:, :, 0],
        events=cells.ended.dense(cells.ended.n),
    )


def read_cells(
    con: duckdb.DuckDBPyConnection,
    frame: Frame,
    clock: str,
    events: tuple[str, ...],
    ages: Ages,
    schema: str = "measures",
) -> ClockCells:
    """Read the cells of one clock; `schema` grouped has random groups in place of courts."""
    return _read(con, frame, clock, events, ages.bins, schema, ages)


def _read(
    con: duckdb.DuckDBPyConnection,
    frame: Frame,
    clock: str,
    events: tuple[str, ...],
    bins: int,
    schema: str,
    ages: Ages | None,
) -> ClockCells:
    """`began` of the cells is told where `ages` are."""
    parts = []
    for table, chosen in (
        ("entered", ()),
        ("carried", ()),
        ("exits", ("open",)),
        ("exits", events),
    ):
        cells, cohort = _cells(con, frame, clock, bins, f"{schema}.{table}", chosen)
        if ages is not None:
            cells = replace(cells, began=_began(cells, cohort, table, frame, ages))
        parts.append(cells)
    return ClockCells(*parts)


def _began(cells: Cells, cohort: Index, table: str, frame: Frame, ages: Ages) -> Index:
    """Positions of the periods, quarters, in which the spells of cells (cell,) began."""
    _, periods, events, bins = cells.shape
    period, age = cells.place // (events * bins) % periods, cells.place % bins
    if table == "exits":
        began = np.where(cohort > 0, cohort - frame.first_period, BEFORE)
    elif table == "entered":
        began = np.where(age == 0, period, BEFORE)
    else:  # their age on the first day of the period is known to a bin, whose middle is taken
        days = ages.starts + (ages.widths - 1) / 2.0
        began = period - 1 - (days[age] // QUARTER_DAYS).astype(np.int64)
    return np.maximum(began, BEFORE)


def _cells(
    con: duckdb.DuckDBPyConnection,
    frame: Frame,
    clock: str,
    bins: int,
    table: str,
    events: tuple[str, ...],
) -> tuple[Cells, Index]:
    """The cells, and the cohort of each: 0 where it is not told."""
    shape = (frame.rows, frame.periods, len(events) or 1, bins)
    chosen = pd.DataFrame({"court_id": frame.courts, "court": range(len(frame.courts))})
    con.register("chosen_courts", chosen.assign(court=0) if frame.pooled else chosen)
    # Each cell carries its flat position in the array, and numpy adds up what shares one: cheaper
    # than a GROUP BY over millions of distinct cells. Pooled courts share most of them. In order,
    # so that weighted sums round alike on any number of threads.
    total = "SUM({})::BIGINT AS {}" if frame.pooled else "{} AS {}"
    rows = con.execute(
        f"""
        WITH chosen AS (
            SELECT court_id::{table.split(".")[0]}.court AS court_id, court::BIGINT AS court
            FROM chosen_courts
        )
        SELECT ((court * $periods + period - $first) * $events
                + {"list_position($names::measures.event[], event) - 1" if events else "0"}) * $bins
               + age_bin AS place, {"0" if frame.pooled else "stratum"} AS stratum,
               {"cohort" if events and not frame.pooled else "0"} AS cohort,
               {total.format("n", "n")}, {total.format("elapsed", "elapsed")}
        FROM {table} JOIN chosen USING (court_id)
        WHERE clock = $clock AND age_bin < $bins AND period BETWEEN $first AND $last
              {"AND list_contains($names::measures.event[], event)" if events else ""}
        {"GROUP BY place" if frame.pooled else "ORDER BY ALL"}
        """,
        {
            "periods": shape[1],
            "events": shape[2],
            "bins": bins,
            "first": frame.first_period,
            "last": frame.last_period,
            "clock": clock,
            **({"names": list(events)} if events else {}),
        },
    ).fetchnumpy()
    con.unregister("chosen_courts")
    at = rows["place"].astype(np.int64, copy=False)
    unknown = np.full(len(at), BEFORE)
    cells = Cells(at, rows["stratum"], unknown, rows["n"], rows["elapsed"], shape)
    return cells, rows["cohort"].astype(np.int64, copy=False)


def _summed(at: Index, values: Array, shape: tuple[int, ...]) -> Array:
    """Values added up at flat positions of an array of `shape`."""
    return (
        np.bincount(at, values, int(np.prod(shape))).astype(np.float64, copy=False).reshape(shape)
    )


@dataclass(frozen=True)
class CountRows:
    """Counts of one measure as they are stored, one element a court, period and stratum."""

    court: Index
    period: Index  # positions on the axes of the frame
    stratum: Index
    counts: dict[str, Array]


def read_count_rows(
    con: duckdb.DuckDBPyConnection,
    frame: Frame,
    table: str,
    where: str = "TRUE",
    schema: str = "measures",
) -> CountRows:
    """Read every count of a measure by stratum, summed over its other keys."""
    columns = _count_columns(con, f"{schema}.{table}")
    sums = ", ".join(f"SUM({name})::DOUBLE AS {name}" for name in columns)
    rows = con.execute(
        f"SELECT court_id::VARCHAR AS court_id, period, stratum::INTEGER AS stratum, {sums} "
        f"FROM {schema}.{table} WHERE {where} GROUP BY ALL ORDER BY ALL"
    ).df()
    position, period, kept = _place(rows, frame)
    return CountRows(
        position[kept],
        period[kept],
        rows["stratum"].to_numpy()[kept],
        {name: rows[name].to_numpy()[kept] for name in columns},
    )


def _count_columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    keys = ("court_id", "period", "stage", "stratum")
    return [n for n, *_ in con.execute(f"DESCRIBE {table}").fetchall() if n not in keys]


def read_counts(
    con: duckdb.DuckDBPyConnection,
    frame: Frame,
    table: str,
    where: str = "TRUE",
    schema: str = "measures",
) -> dict[str, Array]:
    """Read every count of a measure as (court, period) arrays, summed over its other keys."""
    columns = _count_columns(con, f"{schema}.{table}")
    sums = ", ".join(f"SUM({name})::DOUBLE AS {name}" for name in columns)
    rows = con.execute(
        f"SELECT court_id::VARCHAR AS court_id, period, {sums} FROM {schema}.{table} "
        f"WHERE {where} GROUP BY ALL"
    ).df()
    position, period, kept = _place(rows, frame)
    flat = position[kept] * frame.periods + period[kept]
    shape = (len(frame.courts), frame.periods)
    return {name: _summed(flat, rows[name].to_numpy()[kept], shape) for name in columns}


def read_ratios(con: duckdb.DuckDBPyConnection, frame: Frame, bins: int, schema: str) -> CountRows:
    """Read price_ratios by stratum; `counts` has ratio_bin, at most bins - 1, and n."""
    rows = con.execute(
        "SELECT court_id::VARCHAR AS court_id, period, stratum::INTEGER AS stratum, "
        f"LEAST(ratio_bin::INTEGER, {bins - 1}) AS ratio_bin, SUM(n)::DOUBLE AS n "
        f"FROM {schema}.price_ratios GROUP BY ALL ORDER BY ALL"
    ).df()
    position, period, kept = _place(rows, frame)
    counts = {name: rows[name].to_numpy()[kept] for name in ("ratio_bin", "n")}
    return CountRows(position[kept], period[kept], rows["stratum"].to_numpy()[kept], counts)


def histogram(rows: CountRows, frame: Frame, bins: int) -> Array:
    """Prices as a (court, period, ratio bin) array, summed over strata."""
    shape = (len(frame.courts), frame.periods, bins)
    ratio_bin = rows.counts["ratio_bin"].astype(np.int64)
    flat = (rows.court * frame.periods + rows.period) * bins + ratio_bin
    return _summed(flat, rows.counts["n"], shape)


def _place(rows: pd.DataFrame, frame: Frame) -> tuple[Index, Index, npt.NDArray[np.bool_]]:
    position = pd.Index(frame.courts).get_indexer(rows["court_id"])
    period = rows["period"].to_numpy() - frame.first_period
    return position, period, (position >= 0) & (period >= 0) & (period < frame.periods)


def gather(array: Array, members: list[Index]) -> Array:
    """Sum courts into units along the first axis; `members` lists each unit's court rows."""
    if all(len(rows) == 1 for rows in members):
        courts: Array = array[np.concatenate(members)]
        return courts
    out = np.zeros((len(members), *array.shape[1:]))
    for unit, rows in enumerate(members):
        out[unit] = array[rows].sum(axis=0)
    return out


def rolling(array: Array, window: int) -> Array:
    """Sums over `window` consecutive periods (axis 1), one for each period that can end one."""
    length = array.shape[1] - window + 1
    out: Array = array[:, :length].copy()
    for offset in range(1, window):
        out += array[:, offset : offset + length]
    return out
