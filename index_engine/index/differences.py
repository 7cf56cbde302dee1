"""Studentised differences of all pairs of units in draws of their errors, for sets of ranks.

A law draws the errors z of all scores. The statistic of units j and k in a draw is
(z_j - z_k) / s_jk with s_jk the standard error of the difference. Upper quantiles of the largest
need only those above some floor, and a law finds them: `independent` without looking at all pairs,
`dependent` by looking at all.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]
Counts = npt.NDArray[np.int32]

DEPTH = 1.75  # standard errors; units less far out in a draw are not listed
STEPS = 16  # bins of the lists' table in one standard error; a power of two divides exactly
BINS = 6 * STEPS
SLACK = 1e-4  # far above what float32 rounds away of a statistic
PILOT_UNITS, PILOT_DRAWS = 24, 1_000
BLOCK = 1 << 21  # elements of a temporary array


@dataclass(frozen=True)
class Exceedances:
    """Where a unit's statistics (z_j - z_k) / s_jk exceed a floor in size: `draw`, the `other` unit
    k and the signed `statistic`, each (item,)."""

    draw: Indices
    other: Indices
    statistic: Array


class Law(Protocol):
    """Draws of the errors of all scores."""

    def widths(self, unit: int) -> Array:
        """Standard errors s_jk of the differences from a unit, shape (unit,); 0 with itself."""

    def floors(self, level: float) -> Array:
        """A guess of the `level` quantile of each unit's largest statistic, shape (unit,)."""

    def exceedances(self, unit: int, floor: float) -> Exceedances:
        """All statistics of a unit that exceed `floor` >= 0 in size."""


def checked(se: Array) -> Array:
    """Standard errors that can be worked with, or ValueError."""
    if not (np.isfinite(se) & (se >= 0.0)).all():
        raise ValueError("a score has a standard error that is missing, infinite or negative")
    return np.asarray(se, dtype=np.float64)


# ---------------------------------------------------------------- independent units


@dataclass(frozen=True)
class Independent:
    """Draws of independent units: z = u x se with u standard normal.

    With a = s_j / s_jk and b = s_k / s_jk the statistic is a u_j - b u_k, and a^2 + b^2 = 1: to
    exceed a floor, one of the two must lie far out (Cauchy and Schwarz: the statistic is at most
    sqrt(u_j^2 + u_k^2)). For every draw and sign the units beyond DEPTH are listed, the farthest
    first, with a table of how many lie beyond each bin; a unit then meets only the head of a list
    that is long enough for its own place in that draw.

    normal (unit, draw) and by_draw, its transpose; farthest (draw,), the largest u^2. The lists run
    one after another, those of negative units by draw and then those of positive ones: `value` and
    `unit` (item,), `start` (2 draws,) and `beyond` (bin, 2 draws), the number of units in a bin or
    farther out.
    """

    se: Array
    normal: Singles
    by_draw: Singles
    farthest: Singles
    value: Singles
    unit: Counts
    start: Indices
    beyond: Counts

    def widths(self, unit: int) -> Array:
        width: Array = np.sqrt(self.se**2 + self.se[unit] ** 2)
        width[unit] = 0.0
        return width

    def floors(self, level: float) -> Array:
        """From the first draws of a few units: the quantile depends on a unit only through its
        standard error."""
        order = np.argsort(self.se, kind="stable")
        places = np.linspace(0, order.size - 1, min(PILOT_UNITS, order.size)).astype(np.intp)
        draws, found = self.by_draw[:PILOT_DRAWS], []
        for unit in order[places]:
            own, other = (part.astype(np.float32) for part in self._shares(unit))
            statistic = np.outer(draws[:, unit], own)
            statistic -= draws * other
            found.append(np.quantile(np.abs(statistic).max(axis=1), level))
        return np.interp(self.se, self.se[order[places]], found) if found else np.empty(0)

    def exceedances(self, unit: int, floor: float) -> Exceedances:
        shares = self._shares(unit)
        singles = shares[0].astype(np.float32), shares[1].astype(np.float32)
        loose = max(floor - SLACK, 0.0)
        able = np.flatnonzero(self.normal[unit] ** 2 + self.farthest >= loose**2)
        values = shares[0][shares[0] + shares[1] > 0.0]
        needed, mirrored = _needed(self.normal[unit, able], values, loose)
        listed = needed >= DEPTH
        found = [self._met(unit, able[listed], needed[listed], mirrored, singles, loose)]
        whole = able[~listed]
        step = max(1, BLOCK // self.se.size)
        blocks = np.split(whole, list(range(step, whole.size, step)))
        found.extend(self._compared(unit, rows, singles, loose) for rows in blocks)
        draw, partner = (np.concatenate(items) for items in zip(*found, strict=True))
        # float32 chose, float64 decides: the same numbers as from looking at every pair.
        statistic = shares[0][partner] * self.normal[unit, draw]
        statistic -= shares[1][partner] * self.by_draw[draw, partner]
        above = np.abs(statistic) > floor
        return Exceedances(draw[above], partner[above], statistic[above])

    def _met(
        self,
        unit: int,
        rows: Indices,
        needed: Array,
        mirrored: float,
        shares: tuple[Singles, Singles],
        loose: float,
    ) -> tuple[Indices, Indices]:
        """Draws, among `rows`, and partners above `loose` from the heads of the lists: those on the
        other side of 0 as far in as `needed` (row,), those on the unit's own as far as `mirrored`.
        """
        place, draws = self.normal[unit], self.farthest.size
        side = np.where(place[rows] > 0.0, 0, draws)
        lists = np.concatenate([rows + side, rows + draws - side])
        bins = np.concatenate([_bins(needed), np.full(rows.size, _bins(np.array(mirrored)))])
        count = self.beyond[bins, lists]
        hit = np.flatnonzero(count)
        lists, count = lists[hit], count[hit]
        ends = np.cumsum(count)
        item = np.arange(count.sum()) + np.repeat(self.start[lists] - (ends - count), count)
        draw, partner = np.repeat(lists % draws, count), self.unit[item]
        statistic = shares[0][partner] * place[draw] - shares[1][partner] * self.value[item]
        above = np.flatnonzero(np.abs(statistic) > loose)
        return draw[above], partner[above].astype(np.intp)

    def _compared(
        self, unit: int, rows: Indices, shares: tuple[Singles, Singles], loose: float
    ) -> tuple[Indices, Indices]:
        """Draws, among `rows`, and partners above `loose`, from all partners."""
        statistic = np.outer(self.normal[unit, rows], shares[0])
        statistic -= self.by_draw[rows] * shares[1]
        place = np.flatnonzero(np.abs(statistic) > loose)
        return rows[place // self.se.size], place % self.se.size

    def _shares(self, unit: int) -> tuple[Array, Array]:
        """a and b for a unit and each other, (unit,); both 0 where the difference is certain."""
        width = self.widths(unit)
        own = np.divide(self.se[unit], width, out=np.zeros_like(width), where=width > 0.0)
        other = np.divide(self.se, width, out=np.zeros_like(width), where=width > 0.0)
        return own, other


def independent(se: Array, draws: int, rng: np.random.Generator) -> Independent:
    """Draw independent errors with standard errors `se` (unit,); ValueError if one is missing,
    infinite or negative."""
    normal = rng.standard_normal((se.size, draws), dtype=np.float32)
    by_draw = np.ascontiguousarray(normal.T)
    farthest = np.zeros(draws, dtype=np.float32)
    for place in normal:
        np.maximum(farthest, place**2, out=farthest)
    lists, units, values = [], [], []
    for side, far in enumerate((by_draw < -DEPTH, by_draw > DEPTH)):
        draw, unit = np.divmod(np.flatnonzero(far), max(1, se.size))
        value = by_draw[draw, unit]
        order = np.argsort(draw * 32.0 - np.abs(value), kind="stable")
        lists.append(draw[order] + side * draws)
        units.append(unit[order].astype(np.int32))
        values.append(value[order])
    row, value = np.concatenate(lists), np.concatenate(values)
    cell = _bins(np.abs(value)) * (2 * draws) + row
    table = np.bincount(cell, minlength=2 * draws * BINS).reshape(BINS, 2 * draws)
    beyond = np.cumsum(table[::-1], axis=0, dtype=np.int32)[::-1]
    start = np.searchsorted(row, np.arange(2 * draws))
    unit = np.concatenate(units)
    return Independent(checked(se), normal, by_draw, farthest, value, unit, start, beyond)


def _bins(distance: npt.NDArray[np.floating]) -> Indices:
    bins: Indices = np.minimum(distance * STEPS, BINS - 1).astype(np.intp)
    return bins


def _needed(place: Singles, shares: Array, floor: float) -> tuple[Array, float]:
    """How far out a partner must lie for the statistic to exceed `floor`.

    `place` (draw,): the unit's own u; `shares`: the values that a takes. On the other side of 0 the
    statistic is a |u_j| + sqrt(1 - a^2) |u_k|, and the least sufficient |u_k| over all a is that at
    a = |u_j| / floor, where Cauchy and Schwarz's bound is reached, or else at the nearest a there
    is: first result, (draw,). On the same side the statistic is at most the larger of its two
    terms: second result. Where the lists would not tell, the first is 0: look at all.
    """
    size = np.abs(place).astype(np.float64)
    if not shares.size:
        return np.full(size.shape, np.inf), np.inf
    steepest = np.sqrt(1.0 - shares.min() ** 2)
    mirrored = float(floor / steepest - SLACK) if steepest > 0.0 else np.inf
    if mirrored < DEPTH:
        return np.zeros(size.shape), mirrored
    # A floor of 0 asks for everything: any share will do, and the largest is the limit of size / 0.
    wanted = size / floor if floor > 0.0 else np.full_like(size, np.inf)
    share = np.clip(wanted, shares.min(), min(shares.max(), 1.0 - 1e-6))
    needed = (floor - share * size) / np.sqrt(1.0 - share**2) - SLACK
    needed[size * shares.max() >= floor] = 0.0
    return needed, mirrored


# ---------------------------------------------------------------- dependent units


@dataclass(frozen=True)
class Dependent:
    """Draws of errors z (draw, unit), and the variances of their differences (unit, unit)."""

    errors: Array
    variance: Array

    def widths(self, unit: int) -> Array:
        width: Array = np.sqrt(self.variance[unit])
        return width

    def floors(self, level: float) -> Array:
        units = range(self.variance.shape[0])
        found = [np.quantile(np.abs(self._statistics(j)).max(axis=1), level) for j in units]
        return np.array(found, dtype=np.float64)

    def exceedances(self, unit: int, floor: float) -> Exceedances:
        statistic = self._statistics(unit)
        draw, partner = np.nonzero(np.abs(statistic) > floor)
        return Exceedances(draw, partner, statistic[draw, partner])

    def _statistics(self, unit: int) -> Array:
        width = self.widths(unit)
        difference = self.errors[:, [unit]] - self.errors
        return np.divide(difference, width, out=np.zeros_like(difference), where=width > 0.0)


def dependent(covariance: Array, draws: int, rng: np.random.Generator) -> Dependent:
    """Draw errors with a covariance (unit, unit), by its eigenvectors, whose last digits depend on
    the machine's linear algebra; ValueError if it is not finite, symmetric and positive
    semi-definite."""
    if not np.isfinite(covariance).all() or not np.allclose(covariance, covariance.T):
        raise ValueError("the covariance must be finite and symmetric")
    roots, vectors = np.linalg.eigh(covariance)
    if roots.size and roots[0] < -1e-8 * max(roots[-1], 0.0):
        raise ValueError("the covariance must be positive semi-definite")
    factor = vectors * np.sqrt(np.maximum(roots, 0.0))
    own = np.diag(covariance)
    sums = own[:, None] + own
    variance = sums - 2.0 * covariance
    variance[variance <= 1e-12 * sums] = 0.0  # one moves with the other: what is left is rounding
    np.fill_diagonal(variance, 0.0)
    return Dependent(rng.standard_normal((draws, own.size)) @ factor.T, variance)
