"""Flows of every place by calendar month, counted and seasonally adjusted, as a table."""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from index_engine.arrays import Array, BoolArray
from index_engine.day_span import EPOCH
from index_engine.estimates.places import Places
from index_engine.estimates.seasonal import read_festivals, seasonal_factors
from index_engine.estimates.visibility import CountRegistry, Suppression, suppress
from index_engine.estimates.windows import read_observed_span
from index_engine.method import Method

FLOWS = ("filed", "closed", "paid", "sold")
MIN_MONTHS = 36  # fewer, and a season is told from chance by two years at most
MONTHS_PER_QUARTER = 3
MIN_MONTHLY_MEAN = 30.0  # events a month


def write_monthly_flows(
    con: duckdb.DuckDBPyConnection,
    levels: Sequence[Places],
    registry: CountRegistry,
    method: Method,
) -> None:
    """Fill estimates.monthly_flows: counts by month and adjusted, of every place with enough of a
    flow.

    A month that is withheld is left out of both columns, though it was adjusted with.
    """
    months = _complete_months(con)
    if not months:
        return
    court_months = con.execute(
        "SELECT CAST(court_id AS VARCHAR) AS court_id, month, filed, closed, paid, sold "
        "FROM measures.monthly WHERE month BETWEEN ? AND ?",
        [months[0], months[-1]],
    ).fetchnumpy()
    courts = next(places for places in levels if places.level == "court").ids
    position = {court: court_row for court_row, court in enumerate(courts)}
    court_row = np.array([position.get(court, -1) for court in court_months["court_id"]], dtype=np.int64)
    is_inside = court_row >= 0
    festival_days = read_festivals()
    for flow in FLOWS:
        court_counts = np.zeros((len(courts), len(months)))
        cell_index = (court_row[is_inside], court_months["month"][is_inside] - months[0])
        np.add.at(court_counts, cell_index, court_months[flow][is_inside].astype(float))
        place_counts = {
            places.level: np.array([court_counts[members].sum(axis=0) for members in places.members])
            for places in levels
        }
        visible = _visible_months(registry, flow, place_counts, months, method)
        for places in levels:
            level_visible = visible[registry.hierarchy.rows[places.level]]
            _store_flow(con, places, flow, place_counts[places.level], level_visible, months, festival_days)


def _visible_months(
    registry: CountRegistry, flow: str, place_counts: dict[str, Array], months: Sequence[int], method: Method
) -> BoolArray:
    """Where months may be published (place, month), all levels in one.

    The months of a quarter are withheld together: what a quarter has in all is known from windows that follow
    one another, and of two months withheld in different places the levels would tell one. Of a place with a
    window that is withheld no month is published, since its quarters would add up to it.
    """
    counts = registry.hierarchy.stack(place_counts)
    quarter = np.array(months) // MONTHS_PER_QUARTER
    quarter -= quarter[0]
    parts = np.zeros((len(counts), quarter[-1] + 1, MONTHS_PER_QUARTER))
    parts[:, quarter, np.array(months) % MONTHS_PER_QUARTER] = counts
    withheld = np.zeros(parts.shape[:2], dtype=bool)
    if flow in registry.names:
        withheld |= (registry.codes(flow) != Suppression.NONE).any(axis=1)[:, None]
    visible: BoolArray = suppress(parts, registry.hierarchy, method.min_cell, withheld) == Suppression.NONE
    return visible[:, quarter]


def _store_flow(
    con: duckdb.DuckDBPyConnection,
    places: Places,
    flow: str,
    counts: Array,
    visible: BoolArray,
    months: Sequence[int],
    festival_days: Sequence[date],
) -> None:
    place_rows = np.flatnonzero(counts.mean(axis=1) >= MIN_MONTHLY_MEAN)
    counts, visible = counts[place_rows], visible[place_rows]
    if not len(place_rows):
        return
    adjusted_counts = np.full_like(counts, np.nan)
    if len(months) >= MIN_MONTHS:
        adjusted_counts = (counts / seasonal_factors(counts, months, festival_days)).round(4)
    labels = [f"{month // 12}-{month % 12 + 1:02d}" for month in months]
    place, month = np.indices(counts.shape)
    rows = pa.table(
        {
            "level": pa.array([places.level] * counts.size),
            "place_id": pa.array(np.array(places.ids, dtype=object)[place_rows][place.ravel()]),
            "month": pa.array(np.array(labels, dtype=object)[month.ravel()]),
            "flow": pa.array([flow] * counts.size),
            "n": pa.array(np.where(visible, counts, np.nan).ravel(), from_pandas=True),
            "adjusted": pa.array(np.where(visible, adjusted_counts, np.nan).ravel(), from_pandas=True),
        }
    )
    con.register("monthly_rows", rows)
    con.execute("INSERT INTO estimates.monthly_flows BY NAME SELECT * FROM monthly_rows")
    con.unregister("monthly_rows")


def _complete_months(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Months that every kind of source observes from the first day to the last."""
    span = read_observed_span(con)
    day_before, day_after = (EPOCH + timedelta(days=day) for day in (span.first_day - 1, span.end_day))
    return list(range(day_before.year * 12 + day_before.month, day_after.year * 12 + day_after.month - 1))
