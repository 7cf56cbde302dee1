"""Monthly flows without their seasons: calendar months, and a Spring Festival that moves.

Counts y of month t follow a quasi-Poisson regression with logarithmic link (McCullagh and Nelder
1989, Generalized Linear Models, 2nd ed., chapters 6 and 9):

    log E y_t = trend_t + month_t + b h_t

The trend is linear between knots a year apart; months sum to zero; h is the share of the days of
the festival's window that lie in the month, less its mean for that calendar month over all years
known, as X-13ARIMA-SEATS makes regressors of moving holidays (Findley et al. 1998, J. Business and
Economic Statistics 16: 127-152; Lin and Liu 2002 for the Chinese New Year). The adjusted series is
y over the seasonal factor, exp(month_t + b h_t), scaled so that the mean factor of a year is one.
Zeros need no care, as they would in a regression of logarithms.
"""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from index_engine.estimates.incidence import Array
from index_engine.estimates.units import Units
from index_engine.measures.measure import EPOCH
from index_engine.method import Method

FLOWS = ("filed", "closed", "paid", "sold")
FESTIVALS = Path(__file__).parents[2] / "data" / "spring_festival.csv"
BEFORE, AFTER = 7, 14  # days of the window before the first day of the year, and from it on
LEAST_MONTHS = 36  # fewer, and a season is told from chance by two years at most
LEAST_MEAN = 30.0  # events a month
STEPS, CLOSE = 30, 1e-8  # of the iteration


def festivals(path: Path = FESTIVALS) -> list[date]:
    """First days of the Chinese year; none where there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as file:
        return [date.fromisoformat(row["date"]) for row in csv.DictReader(file)]


def festival_regressor(months: Sequence[int], days: Sequence[date]) -> Array:
    """h (month,) of months numbered 12 x year + month - 1, see the module. Zero throughout where
    the festival of one of their years is not known."""
    months = list(months)
    if not {month // 12 for month in months} <= {day.year for day in days}:
        return np.zeros(len(months))
    share: dict[int, float] = {}
    for first in days:
        for offset in range(-BEFORE, AFTER):
            day = first + timedelta(days=offset)
            at = day.year * 12 + day.month - 1
            share[at] = share.get(at, 0.0) + 1.0 / (BEFORE + AFTER)
    years = [day.year for day in days]
    usual = np.array([sum(share.get(y * 12 + m, 0.0) for y in years) for m in range(12)])
    usual /= len(years)
    return np.array([share.get(month, 0.0) - usual[month % 12] for month in months])


def design(months: Sequence[int], days: Sequence[date]) -> tuple[Array, int]:
    """Columns of the regression (month, column) and how many of them, the first, are the trend."""
    at = np.arange(len(months), dtype=np.float64)
    knots = np.linspace(0.0, len(months) - 1.0, max(round(len(months) / 12), 1) + 1)
    trend = np.column_stack([np.interp(at, knots, row) for row in np.eye(len(knots))])
    of_year = np.eye(12)[np.asarray(months) % 12]
    columns = [trend, of_year[:, :11] - of_year[:, 11:]]
    moving = festival_regressor(months, days)
    if moving.any():
        columns.append(moving[:, None])
    return np.column_stack(columns), trend.shape[1]


def factors(counts: Array, months: Sequence[int], days: Sequence[date]) -> Array:
    """Seasonal factors (series, month) of counts (series, month), by iteratively reweighted least
    squares, all series at once; every series needs some events in every part of the trend."""
    columns, of_trend = design(months, days)
    eta = np.log(counts + 0.5)
    ridge = 1e-9 * np.eye(columns.shape[1])
    coefficients = np.zeros((len(counts), columns.shape[1]))
    for _step in range(STEPS):
        mean = np.exp(np.clip(eta, -20.0, 30.0))
        working = eta + (counts - mean) / mean
        cross = np.einsum("st,ti,tj->sij", mean, columns, columns, optimize=True) + ridge
        right = np.einsum("st,ti->si", mean * working, columns)
        found = np.linalg.solve(cross, right[..., None])[..., 0]
        moved = np.abs(found - coefficients).max(initial=0.0)
        coefficients, eta = found, found @ columns.T
        if moved < CLOSE:
            break
    season = np.exp(coefficients[:, of_trend:] @ columns[:, of_trend:].T)
    month_only = np.exp(coefficients[:, of_trend : of_trend + 11] @ _contrasts().T)
    scaled: Array = season / month_only.mean(axis=1, keepdims=True)
    return scaled


def _contrasts() -> Array:
    """Calendar months (month, column) as the regression codes them."""
    return np.eye(12)[:, :11] - np.eye(12)[:, 11:]


def write(con: duckdb.DuckDBPyConnection, levels: Sequence[Units], method: Method) -> None:
    """Fill estimates.monthly: counts by month and adjusted, of every unit with enough of a flow.

    A month with fewer than the least cell is left out of both columns, though it was adjusted with.
    """
    months = _whole_months(con)
    if not months:
        return
    read = con.execute(
        "SELECT CAST(court_id AS VARCHAR) AS court_id, month, filed, closed, paid, sold "
        "FROM measures.monthly WHERE month BETWEEN ? AND ?",
        [months[0], months[-1]],
    ).fetchnumpy()
    courts = next(level for level in levels if level.level == "court").ids
    position = {court: row for row, court in enumerate(courts)}
    row = np.array([position.get(court, -1) for court in read["court_id"]], dtype=np.int64)
    kept = row >= 0
    days = festivals()
    for flow in FLOWS:
        of_courts = np.zeros((len(courts), len(months)))
        at = (row[kept], read["month"][kept] - months[0])
        np.add.at(of_courts, at, read[flow][kept].astype(float))
        for level in levels:
            counts = np.array([of_courts[members].sum(axis=0) for members in level.members])
            _store(con, level, flow, counts, months, days, method.min_cell)


def _store(
    con: duckdb.DuckDBPyConnection,
    level: Units,
    flow: str,
    counts: Array,
    months: Sequence[int],
    days: Sequence[date],
    min_cell: int,
) -> None:
    chosen = np.flatnonzero(counts.mean(axis=1) >= LEAST_MEAN)
    counts = counts[chosen]
    if not len(chosen):
        return
    adjusted = np.full_like(counts, np.nan)
    if len(months) >= LEAST_MONTHS:
        adjusted = (counts / factors(counts, months, days)).round(4)
    hidden = counts < min_cell
    labels = [f"{month // 12}-{month % 12 + 1:02d}" for month in months]
    unit, month = np.indices(counts.shape)
    rows = pa.table(
        {
            "level": pa.array([level.level] * counts.size),
            "unit_id": pa.array(np.array(level.ids, dtype=object)[chosen][unit.ravel()]),
            "month": pa.array(np.array(labels, dtype=object)[month.ravel()]),
            "flow": pa.array([flow] * counts.size),
            "n": pa.array(np.where(hidden, np.nan, counts).ravel(), from_pandas=True),
            "adjusted": pa.array(np.where(hidden, np.nan, adjusted).ravel(), from_pandas=True),
        }
    )
    con.register("monthly_rows", rows)
    con.execute("INSERT INTO estimates.monthly BY NAME SELECT * FROM monthly_rows")
    con.unregister("monthly_rows")


def _whole_months(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Months that every kind of source observes from the first day to the last."""
    [(first, until)] = con.execute(
        "SELECT MAX(from_day), MIN(until_day) FROM (SELECT kind, MIN(from_day) AS from_day, "
        "MAX(until_day) AS until_day FROM measures.windows GROUP BY kind)"
    ).fetchall()
    before, after = EPOCH + timedelta(days=first - 1), EPOCH + timedelta(days=until)
    return list(range(before.year * 12 + before.month, after.year * 12 + after.month - 1))
