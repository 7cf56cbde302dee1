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

import numpy as np

from index_engine.arrays import Array

FESTIVAL_FILE = Path(__file__).parents[2] / "data" / "spring_festival.csv"
LEAD_DAYS, LAG_DAYS = 7, 14  # days of the window before the first day of the year, and from it on
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
            share_by_month[month_number] = share_by_month.get(month_number, 0.0) + 1.0 / (LEAD_DAYS + LAG_DAYS)
    years = [day.year for day in festival_days]
    mean_share = np.array([sum(share_by_month.get(y * 12 + m, 0.0) for y in years) for m in range(12)])
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
