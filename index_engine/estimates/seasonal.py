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
from index_engine.estimates.places import Places
from index_engine.measures.compute import EPOCH
from index_engine.method import Method

FLOWS = ("filed", "closed", "paid", "sold")
FESTIVAL_FILE = Path(__file__).parents[2] / "data" / "spring_festival.csv"
LEAD_DAYS, LAG_DAYS = 7, 14  # days of the window before the first day of the year, and from it on
MIN_MONTHS = 36  # fewer, and a season is told from chance by two years at most
MIN_MONTHLY_MEAN = 30.0  # events a month
MAX_ITERATIONS, CONVERGENCE_TOLERANCE = 30, 1e-8  # of the iteration


def read_festivals(path: Path = FESTIVAL_FILE) -> list[date]:
    """First days of the Chinese year; none where there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as file:
        return [date.fromisoformat(row["date"]) for row in csv.DictReader(file)]


def festival_regressor(months: Sequence[int], festival_days: Sequence[date]) -> Array:
    """h (month,) of months numbered 12 x year + month - 1, see the module. Zero throughout where
    the festival of one of their years is not known."""
    months = list(months)
    if not {month // 12 for month in months} <= {day.year for day in festival_days}:
        return np.zeros(len(months))
    share_by_month: dict[int, float] = {}
    for festival_day in festival_days:
        for offset in range(-LEAD_DAYS, LAG_DAYS):
            day = festival_day + timedelta(days=offset)
            month_number = day.year * 12 + day.month - 1
            share_by_month[month_number] = share_by_month.get(month_number, 0.0) + 1.0 / (
                LEAD_DAYS + LAG_DAYS
            )
    years = [day.year for day in festival_days]
    mean_share = np.array(
        [sum(share_by_month.get(y * 12 + m, 0.0) for y in years) for m in range(12)]
    )
    mean_share /= len(years)
    return np.array([share_by_month.get(month, 0.0) - mean_share[month % 12] for month in months])


def design_matrix(months: Sequence[int], festival_days: Sequence[date]) -> tuple[Array, int]:
    """Columns of the regression (month, column) and how many of them, the first, are the trend."""
    month_positions = np.arange(len(months), dtype=np.float64)
    knots = np.linspace(0.0, len(months) - 1.0, max(round(len(months) / 12), 1) + 1)
    trend = np.column_stack([np.interp(month_positions, knots, row) for row in np.eye(len(knots))])
    calendar_months = np.eye(12)[np.asarray(months) % 12]
    columns = [trend, calendar_months[:, :11] - calendar_months[:, 11:]]
    festival = festival_regressor(months, festival_days)
    if festival.any():
        columns.append(festival[:, None])
    return np.column_stack(columns), trend.shape[1]


def seasonal_factors(counts: Array, months: Sequence[int], festival_days: Sequence[date]) -> Array:
    """Seasonal factors (series, month) of counts (series, month), by iteratively reweighted least
    squares, all series at once; every series needs some events in every part of the trend."""
    columns, n_trend = design_matrix(months, festival_days)
    eta = np.log(counts + 0.5)
    ridge = 1e-9 * np.eye(columns.shape[1])
    coefficients = np.zeros((len(counts), columns.shape[1]))
    for _step in range(MAX_ITERATIONS):
        mean = np.exp(np.clip(eta, -20.0, 30.0))
        working_response = eta + (counts - mean) / mean
        normal_matrix = np.einsum("st,ti,tj->sij", mean, columns, columns, optimize=True) + ridge
        right_side = np.einsum("st,ti->si", mean * working_response, columns)
        solution = np.linalg.solve(normal_matrix, right_side[..., None])[..., 0]
        largest_change = np.abs(solution - coefficients).max(initial=0.0)
        coefficients, eta = solution, solution @ columns.T
        if largest_change < CONVERGENCE_TOLERANCE:
            break
    season_effect = np.exp(coefficients[:, n_trend:] @ columns[:, n_trend:].T)
    month_effect = np.exp(coefficients[:, n_trend : n_trend + 11] @ _month_contrasts().T)
    scaled_factors: Array = season_effect / month_effect.mean(axis=1, keepdims=True)
    return scaled_factors


def _month_contrasts() -> Array:
    """Calendar months (month, column) as the regression codes them."""
    return np.eye(12)[:, :11] - np.eye(12)[:, 11:]


def write_monthly_flows(
    con: duckdb.DuckDBPyConnection, levels: Sequence[Places], method: Method
) -> None:
    """Fill estimates.monthly_flows: counts by month and adjusted, of every unit with enough of a flow.

    A month with fewer than the least cell is left out of both columns, though it was adjusted with.
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
    court_row = np.array(
        [position.get(court, -1) for court in court_months["court_id"]], dtype=np.int64
    )
    is_inside = court_row >= 0
    festival_days = read_festivals()
    for flow in FLOWS:
        court_counts = np.zeros((len(courts), len(months)))
        cell_index = (court_row[is_inside], court_months["month"][is_inside] - months[0])
        np.add.at(court_counts, cell_index, court_months[flow][is_inside].astype(float))
        for places in levels:
            place_counts = np.array(
                [court_counts[members].sum(axis=0) for members in places.members]
            )
            _store_flow(con, places, flow, place_counts, months, festival_days, method.min_cell)


def _store_flow(
    con: duckdb.DuckDBPyConnection,
    places: Places,
    flow: str,
    counts: Array,
    months: Sequence[int],
    festival_days: Sequence[date],
    min_cell: int,
) -> None:
    place_rows = np.flatnonzero(counts.mean(axis=1) >= MIN_MONTHLY_MEAN)
    counts = counts[place_rows]
    if not len(place_rows):
        return
    adjusted_counts = np.full_like(counts, np.nan)
    if len(months) >= MIN_MONTHS:
        adjusted_counts = (counts / seasonal_factors(counts, months, festival_days)).round(4)
    below_min_cell = counts < min_cell
    labels = [f"{month // 12}-{month % 12 + 1:02d}" for month in months]
    place, month = np.indices(counts.shape)
    rows = pa.table(
        {
            "level": pa.array([places.level] * counts.size),
            "place_id": pa.array(np.array(places.ids, dtype=object)[place_rows][place.ravel()]),
            "month": pa.array(np.array(labels, dtype=object)[month.ravel()]),
            "flow": pa.array([flow] * counts.size),
            "n": pa.array(np.where(below_min_cell, np.nan, counts).ravel(), from_pandas=True),
            "adjusted": pa.array(
                np.where(below_min_cell, np.nan, adjusted_counts).ravel(), from_pandas=True
            ),
        }
    )
    con.register("monthly_rows", rows)
    con.execute("INSERT INTO estimates.monthly_flows BY NAME SELECT * FROM monthly_rows")
    con.unregister("monthly_rows")


def _complete_months(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Months that every kind of source observes from the first day to the last."""
    [(first_day, end_day)] = con.execute(
        "SELECT MAX(from_day), MIN(end_day) FROM (SELECT kind, MIN(from_day) AS from_day, "
        "MAX(end_day) AS end_day FROM measures.windows GROUP BY kind)"
    ).fetchall()
    last_gap_date, first_gap_date = (
        EPOCH + timedelta(days=first_day - 1),
        EPOCH + timedelta(days=end_day),
    )
    return list(
        range(
            last_gap_date.year * 12 + last_gap_date.month,
            first_gap_date.year * 12 + first_gap_date.month - 1,
        )
    )
