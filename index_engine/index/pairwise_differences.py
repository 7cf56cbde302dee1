"""Studentised differences of all pairs of places in draws of their errors, for sets of ranks.

A law draws the errors z of all scores. The statistic of places j and k in a draw is
(z_j - z_k) / s_jk with s_jk the standard error of the difference. Upper quantiles of the largest
need only those above some floor, and a law finds them: `independent` without looking at all pairs,
`dependent` by looking at all.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index_engine.arrays import Array, ratio

Singles = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]
Counts = npt.NDArray[np.int32]

LIST_THRESHOLD = 1.75  # standard errors; places less far out in a draw are not listed
BINS_PER_SE = 16  # bins of the lists' table in one standard error; a power of two divides exactly
BINS = 6 * BINS_PER_SE
ROUNDING_MARGIN = 1e-4  # far above what float32 rounds away of a statistic
PILOT_PLACES, PILOT_DRAWS = 24, 1_000
BLOCK = 1 << 21  # elements of a temporary array


@dataclass(frozen=True)
class Exceedances:
    """Where a place's statistics (z_j - z_k) / s_jk exceed a floor in size: `draw`, the `other` place
    k and the signed `statistic`, each (item,)."""

    draw: Indices
    partner: Indices
    statistic: Array


class ErrorDraws(Protocol):
    """Draws of the errors of all scores."""

    def difference_errors(self, place: int) -> Array:
        """Standard errors s_jk of the differences from a place, shape (place,); 0 with itself."""

    def floor_guesses(self, level: float) -> Array:
        """A guess of the `level` quantile of each place's largest statistic, shape (place,)."""

    def exceedances(self, place: int, floor: float) -> Exceedances:
        """All statistics of a place that exceed `floor` >= 0 in size."""


def validate_standard_errors(se: Array) -> Array:
    """Standard errors that can be worked with, or ValueError."""
    if not (np.isfinite(se) & (se >= 0.0)).all():
        raise ValueError("a score has a standard error that is missing, infinite or negative")
    return np.asarray(se, dtype=np.float64)


# ---------------------------------------------------------------- independent places


@dataclass(frozen=True)
class IndependentDraws:
    """Draws of independent units: z = u x se with u standard normal.

    With a = s_j / s_jk and b = s_k / s_jk the statistic is a u_j - b u_k, and a^2 + b^2 = 1: to
    exceed a floor, one of the two must lie far out (Cauchy and Schwarz: the statistic is at most
    sqrt(u_j^2 + u_k^2)). For every draw and sign the places beyond DEPTH are listed, the farthest
    first, with a table of how many lie beyond each bin; a place then meets only the head of a list
    that is long enough for its own place in that draw.

    normal (place, draw) and by_draw, its transpose; farthest (draw,), the largest u^2. The lists run
    one after another, those of negative places by draw and then those of positive ones: `value` and
    `unit` (item,), `start` (2 draws,) and `beyond` (bin, 2 draws), the number of places in a bin or
    farther out.
    """

    se: Array
    normal: Singles
    normal_by_draw: Singles
    max_square: Singles
    value: Singles
    place: Counts
    start: Indices
    tail_count: Counts

    def difference_errors(self, place: int) -> Array:
        errors: Array = np.sqrt(self.se**2 + self.se[place] ** 2)
        errors[place] = 0.0
        return errors

    def floor_guesses(self, level: float) -> Array:
        """From the first draws of a few places: the quantile depends on a place only through its
        standard error."""
        order = np.argsort(self.se, kind="stable")
        positions = np.linspace(0, order.size - 1, min(PILOT_PLACES, order.size)).astype(np.intp)
        draws, quantiles = self.normal_by_draw[:PILOT_DRAWS], []
        for place in order[positions]:
            a, b = (part.astype(np.float32) for part in self._coefficients(place))
            statistic = np.outer(draws[:, place], a)
            statistic -= draws * b
            quantiles.append(np.quantile(np.abs(statistic).max(axis=1), level))
        return np.interp(self.se, self.se[order[positions]], quantiles) if quantiles else np.empty(0)

    def exceedances(self, place: int, floor: float) -> Exceedances:
        coefficients = self._coefficients(place)
        coefficients32 = coefficients[0].astype(np.float32), coefficients[1].astype(np.float32)
        loose_floor = max(floor - ROUNDING_MARGIN, 0.0)
        candidates = np.flatnonzero(self.normal[place] ** 2 + self.max_square >= loose_floor**2)
        own_coefficients = coefficients[0][coefficients[0] + coefficients[1] > 0.0]
        min_distance, same_side_distance = _min_partner_distance(
            self.normal[place, candidates], own_coefficients, loose_floor
        )
        use_lists = min_distance >= LIST_THRESHOLD
        matches = [
            self._matches_from_lists(
                place, candidates[use_lists], min_distance[use_lists], same_side_distance, coefficients32, loose_floor
            )
        ]
        full_rows = candidates[~use_lists]
        step = max(1, BLOCK // self.se.size)
        blocks = np.split(full_rows, list(range(step, full_rows.size, step)))
        matches.extend(self._matches_from_pairs(place, rows, coefficients32, loose_floor) for rows in blocks)
        draw, partner = (np.concatenate(columns) for columns in zip(*matches, strict=True))
        # float32 chose, float64 decides: the same numbers as from looking at every pair.
        statistic = coefficients[0][partner] * self.normal[place, draw]
        statistic -= coefficients[1][partner] * self.normal_by_draw[draw, partner]
        exceeds = np.abs(statistic) > floor
        return Exceedances(draw[exceeds], partner[exceeds], statistic[exceeds])

    def _matches_from_lists(
        self,
        place: int,
        rows: Indices,
        min_distance: Array,
        same_side_distance: float,
        coefficients: tuple[Singles, Singles],
        loose_floor: float,
    ) -> tuple[Indices, Indices]:
        """Draws, among `rows`, and partners above `loose` from the heads of the lists: those on the
        other side of 0 as far in as `needed` (row,), those on the place's own as far as `mirrored`.
        """
        normal, draws = self.normal[place], self.max_square.size
        side = np.where(normal[rows] > 0.0, 0, draws)
        lists = np.concatenate([rows + side, rows + draws - side])
        bins = np.concatenate([_bin_index(min_distance), np.full(rows.size, _bin_index(np.array(same_side_distance)))])
        count = self.tail_count[bins, lists]
        nonempty = np.flatnonzero(count)
        lists, count = lists[nonempty], count[nonempty]
        ends = np.cumsum(count)
        item = np.arange(count.sum()) + np.repeat(self.start[lists] - (ends - count), count)
        draw, partner = np.repeat(lists % draws, count), self.place[item]
        statistic = coefficients[0][partner] * normal[draw] - coefficients[1][partner] * self.value[item]
        exceeds = np.flatnonzero(np.abs(statistic) > loose_floor)
        return draw[exceeds], partner[exceeds].astype(np.intp)

    def _matches_from_pairs(
        self, place: int, rows: Indices, coefficients: tuple[Singles, Singles], loose_floor: float
    ) -> tuple[Indices, Indices]:
        """Draws, among `rows`, and partners above `loose`, from all partners."""
        statistic = np.outer(self.normal[place, rows], coefficients[0])
        statistic -= self.normal_by_draw[rows] * coefficients[1]
        positions = np.flatnonzero(np.abs(statistic) > loose_floor)
        return rows[positions // self.se.size], positions % self.se.size

    def _coefficients(self, place: int) -> tuple[Array, Array]:
        """a and b for a place and each other, (place,); both 0 where the difference is certain."""
        errors = self.difference_errors(place)
        return ratio(self.se[place], errors, 0.0), ratio(self.se, errors, 0.0)


def independent_draws(se: Array, draws: int, rng: np.random.Generator) -> IndependentDraws:
    """Draw independent errors with standard errors `se` (place,); ValueError if one is missing,
    infinite or negative."""
    normal = rng.standard_normal((se.size, draws), dtype=np.float32)
    by_draw = np.ascontiguousarray(normal.T)
    farthest = np.zeros(draws, dtype=np.float32)
    for place_normal in normal:
        np.maximum(farthest, place_normal**2, out=farthest)
    row_lists, place_lists, value_lists = [], [], []
    for side, is_far in enumerate((by_draw < -LIST_THRESHOLD, by_draw > LIST_THRESHOLD)):
        draw, place = np.divmod(np.flatnonzero(is_far), max(1, se.size))
        value = by_draw[draw, place]
        order = np.argsort(draw * 32.0 - np.abs(value), kind="stable")
        row_lists.append(draw[order] + side * draws)
        place_lists.append(place[order].astype(np.int32))
        value_lists.append(value[order])
    row, value = np.concatenate(row_lists), np.concatenate(value_lists)
    cell = _bin_index(np.abs(value)) * (2 * draws) + row
    table = np.bincount(cell, minlength=2 * draws * BINS).reshape(BINS, 2 * draws)
    tail_count = np.cumsum(table[::-1], axis=0, dtype=np.int32)[::-1]
    start = np.searchsorted(row, np.arange(2 * draws))
    place = np.concatenate(place_lists)
    return IndependentDraws(validate_standard_errors(se), normal, by_draw, farthest, value, place, start, tail_count)


def _bin_index(distance: npt.NDArray[np.floating]) -> Indices:
    index: Indices = np.minimum(distance * BINS_PER_SE, BINS - 1).astype(np.intp)
    return index


def _min_partner_distance(normal: Singles, coefficients: Array, floor: float) -> tuple[Array, float]:
    """How far out a partner must lie for the statistic to exceed `floor`.

    `place` (draw,): the place's own u; `shares`: the values that a takes. On the other side of 0 the
    statistic is a |u_j| + sqrt(1 - a^2) |u_k|, and the least sufficient |u_k| over all a is that at
    a = |u_j| / floor, where Cauchy and Schwarz's bound is reached, or else at the nearest a there
    is: first result, (draw,). On the same side the statistic is at most the larger of its two
    terms: second result. Where the lists would not tell, the first is 0: look at all.
    """
    size = np.abs(normal).astype(np.float64)
    if not coefficients.size:
        return np.full(size.shape, np.inf), np.inf
    max_slope = np.sqrt(1.0 - coefficients.min() ** 2)
    same_side_distance = float(floor / max_slope - ROUNDING_MARGIN) if max_slope > 0.0 else np.inf
    if same_side_distance < LIST_THRESHOLD:
        return np.zeros(size.shape), same_side_distance
    # A floor of 0 asks for everything: any share will do, and the largest is the limit of size / 0.
    ideal_coefficient = size / floor if floor > 0.0 else np.full_like(size, np.inf)
    coefficient = np.clip(ideal_coefficient, coefficients.min(), min(coefficients.max(), 1.0 - 1e-6))
    min_distance = (floor - coefficient * size) / np.sqrt(1.0 - coefficient**2) - ROUNDING_MARGIN
    min_distance[size * coefficients.max() >= floor] = 0.0
    return min_distance, same_side_distance


# ---------------------------------------------------------------- dependent places


@dataclass(frozen=True)
class CorrelatedDraws:
    """Draws of errors z (draw, place), and the variances of their differences (place, place)."""

    errors: Array
    variance: Array

    def difference_errors(self, place: int) -> Array:
        errors: Array = np.sqrt(self.variance[place])
        return errors

    def floor_guesses(self, level: float) -> Array:
        places = range(self.variance.shape[0])
        quantiles = [np.quantile(np.abs(self._statistics(j)).max(axis=1), level) for j in places]
        return np.array(quantiles, dtype=np.float64)

    def exceedances(self, place: int, floor: float) -> Exceedances:
        statistic = self._statistics(place)
        draw, partner = np.nonzero(np.abs(statistic) > floor)
        return Exceedances(draw, partner, statistic[draw, partner])

    def _statistics(self, place: int) -> Array:
        errors = self.difference_errors(place)
        difference = self.errors[:, [place]] - self.errors
        return ratio(difference, errors, 0.0)


def correlated_draws(covariance: Array, draws: int, rng: np.random.Generator) -> CorrelatedDraws:
    """Draw errors with a covariance (place, place), by its eigenvectors, whose last digits depend on
    the machine's linear algebra; ValueError if it is not finite, symmetric and positive
    semi-definite."""
    if not np.isfinite(covariance).all() or not np.allclose(covariance, covariance.T):
        raise ValueError("the covariance must be finite and symmetric")
    eigenvalues, eigenvectors = np.linalg.eigh(covariance)
    if eigenvalues.size and eigenvalues[0] < -1e-8 * max(eigenvalues[-1], 0.0):
        raise ValueError("the covariance must be positive semi-definite")
    factor = eigenvectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    diagonal = np.diag(covariance)
    sums = diagonal[:, None] + diagonal
    variance = sums - 2.0 * covariance
    variance[variance <= 1e-12 * sums] = 0.0  # one moves with the other: what is left is rounding
    np.fill_diagonal(variance, 0.0)
    return CorrelatedDraws(rng.standard_normal((draws, diagonal.size)) @ factor.T, variance)
