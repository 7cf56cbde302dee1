"""Do neighbours resemble each other? Moran's I, and where: local clusters of high or low values.

Who borders whom comes from data/neighbours.csv. A unit's neighbours weigh the same, 1 / (their
number). Units without a value leave the map, and weights are those among the units that stay. Units
left without a neighbour (islands, and those whose neighbours have no value) take no part and are
named. Values are NaN where missing.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.errors import InputError

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Status = Literal["estimated", "too_few", "constant"]

FILE = Path(__file__).parents[2] / "data" / "neighbours.csv"
LEVELS = ("province", "city")
LEAST_UNITS = 10  # with neighbours: for fewer there is no result
# A lone cluster among 375 places needs a p below 0.05 / 375; so many draws go down to 0.00005.
PERMUTATIONS = 39_999
FALSE_DISCOVERIES = 0.05  # expected share of them among the clusters named

SCHEMA = """
CREATE TABLE IF NOT EXISTS index.spatial (
    method VARCHAR, level VARCHAR, period VARCHAR,
    layer VARCHAR,      -- score, or a dimension
    i DOUBLE, expected DOUBLE, z DOUBLE,
    p DOUBLE,           -- one-sided, towards likeness of neighbours
    n INTEGER,          -- units with a value and a neighbour that has one
    islands INTEGER,    -- units with a value and no such neighbour: left out
    status VARCHAR      -- estimated | too_few | constant
);
CREATE TABLE IF NOT EXISTS index.clusters (
    method VARCHAR, level VARCHAR, period VARCHAR, layer VARCHAR, unit_id VARCHAR,
    i DOUBLE, z DOUBLE, -- NULL for an island
    p DOUBLE, q DOUBLE, -- two-sided, by permutation; the same corrected for testing every unit
    cluster VARCHAR     -- high-high | low-low | high-low | low-high | none | island
);
"""


@dataclass(frozen=True)
class Neighbours:
    """Units in order of code, and which of them are neighbours: symmetric, (unit, unit)."""

    ids: tuple[str, ...]
    adjacent: Mask

    @property
    def degree(self) -> npt.NDArray[np.int64]:
        """Number of neighbours of each unit, (unit,)."""
        degree: npt.NDArray[np.int64] = self.adjacent.sum(axis=1)
        return degree

    @property
    def islands(self) -> tuple[str, ...]:
        """Units without a neighbour."""
        return tuple(self.ids[place] for place in np.flatnonzero(self.degree == 0))

    def among(self, present: Mask) -> "Neighbours":
        """The units of a mask (unit,), and who are neighbours among them."""
        kept = np.flatnonzero(present)
        ids = tuple(self.ids[place] for place in kept)
        return Neighbours(ids, self.adjacent[np.ix_(kept, kept)])


@dataclass(frozen=True)
class Moran:
    """Moran's I of the `n` units with neighbours, NaN where `status` says why; `p` one-sided."""

    i: float
    expected: float
    variance: float
    z: float
    p: float
    n: int
    islands: tuple[str, ...]
    status: Status


@dataclass(frozen=True)
class Local:
    """Local Moran's I: arrays (unit,) over `ids`, the units with neighbours; empty where `status`
    says why.

    `z` and `p` are the normal approximation, `pseudo_p` comes from permutations; both two-sided.
    `q` is `pseudo_p` after Benjamini and Hochberg. `cluster` is high-high, low-low (like its
    neighbours), high-low, low-high (unlike them) or none.
    """

    ids: tuple[str, ...]
    i: Array
    expected: Array
    variance: Array
    z: Array
    p: Array
    pseudo_p: Array
    q: Array
    cluster: npt.NDArray[np.str_]
    islands: tuple[str, ...]
    status: Status


def neighbours(level: str, file: Path = FILE) -> Neighbours:
    """The places of a level, `province` or `city`, and their neighbours.

    Raises InputError if the file is missing.
    """
    if not file.exists():
        raise InputError(f"{file}: the table of neighbours is missing; restore the file")
    with file.open(encoding="utf-8", newline="") as lines:
        listed = {
            row["code"]: row["neighbours"].split()
            for row in csv.DictReader(lines)
            if row["level"] == level
        }
    ids = tuple(sorted(listed))
    place = {code: at for at, code in enumerate(ids)}
    adjacent = np.zeros((len(ids), len(ids)), dtype=np.bool_)
    for code, others in listed.items():
        adjacent[place[code], [place[other] for other in others]] = True
    return Neighbours(ids, adjacent)


@dataclass(frozen=True)
class _Field:
    """What takes part: `z` deviations from the mean and `lag` the mean deviation of a unit's
    neighbours, both (unit,)."""

    near: Neighbours
    z: Array
    lag: Array
    islands: tuple[str, ...]
    status: Status


def _field(values: Array, near: Neighbours) -> _Field:
    present = near.among(~np.isnan(values))
    beside = present.degree > 0
    kept = present.among(beside)
    known = values[~np.isnan(values)][beside]
    z = known - known.sum() / max(known.size, 1)
    lag = kept.adjacent @ z / kept.degree
    status: Status = "estimated"
    if known.size < LEAST_UNITS:
        status = "too_few"
    elif np.ptp(known) == 0:
        status = "constant"
    return _Field(kept, z, lag, present.islands, status)


def moran(values: Array, near: Neighbours) -> Moran:
    """Moran's I of values (unit,) in the order of `near.ids`.

    I and its moments under randomisation are those of Cliff and Ord (1981, p. 21). `p` is the
    chance, in the normal approximation, of an I as large where values lie at random.
    """
    return _moran(_field(values, near))


def _moran(found: _Field) -> Moran:
    n = len(found.z)
    if found.status != "estimated":
        none = np.nan
        return Moran(none, none, none, none, none, n, found.islands, found.status)
    weights = found.near.adjacent / found.near.degree[:, None]
    # Sums of weights: of all, of both directions of a pair squared, of row and column squared.
    s0 = float(n)
    s1 = float(((weights + weights.T) ** 2).sum()) / 2.0
    s2 = float(((1.0 + weights.sum(axis=0)) ** 2).sum())
    second = float((found.z**2).mean())
    kurtosis = float((found.z**4).mean()) / second**2
    i = float((found.z * found.lag).mean()) / second
    expected = -1.0 / (n - 1)
    square = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    square -= kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    variance = square / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    z = (i - expected) / variance**0.5
    return Moran(i, expected, variance, z, float(_above(z)), n, found.islands, "estimated")


def local(values: Array, near: Neighbours, *, permutations: int = PERMUTATIONS, seed: int) -> Local:
    """Local Moran's I of values (unit,) in the order of `near.ids`, and the clusters.

    I of a unit is its z times the mean z of its neighbours, over the mean of z² (Anselin 1995, the
    local Moran). Its mean and variance are those with the unit's own value kept and all others
    shuffled (Sokal, Oden and Thomson 1998, eqs. A7 and A8). The normal approximation to that errs
    where values are skewed, so clusters rest on shuffling itself: `pseudo_p` is twice the share of
    draws at least as high, or at least as low, whichever are fewer, with the data counted as one
    draw more (Davison and Hinkley 1997, section 4.2). `q` corrects for testing every unit
    (Benjamini and Hochberg 1995).
    """
    return _local(_field(values, near), permutations, seed)


def _local(found: _Field, permutations: int, seed: int) -> Local:
    from scipy.stats import false_discovery_control

    if found.status != "estimated":
        none, words = np.empty(0), np.empty(0, dtype=np.str_)
        numbers = (none, none, none, none, none, none, none)
        return Local((), *numbers, words, found.islands, found.status)
    z, lag, n = found.z, found.lag, len(found.z)
    second = (z**2).mean()
    i = z * lag / second
    expected = -(z**2) / ((n - 1) * second)
    variance = (z / second) ** 2 * (n / (n - 2)) * (1.0 / found.near.degree - 1.0 / (n - 1))
    variance *= second - z**2 / (n - 1)
    # A unit at the mean has I = 0 whoever its neighbours are, and one beside all others the same I
    # however they are shuffled: without a spread there is no z.
    spread = np.sqrt(np.where(variance > 1e-24, variance, np.nan))
    score = (i - expected) / spread
    pseudo_p = _pseudo_p(found, permutations, seed)
    q = false_discovery_control(pseudo_p)
    return Local(
        found.near.ids,
        i,
        expected,
        variance,
        score,
        2.0 * _above(np.abs(score)),
        pseudo_p,
        q,
        _clusters(z, lag, q),
        found.islands,
        "estimated",
    )


def _above(z: Array | float) -> Array:
    """Chance of a standard normal number above z."""
    from scipy.special import ndtr

    chance: Array = ndtr(-np.asarray(z))
    return chance


def _clusters(z: Array, lag: Array, q: Array) -> npt.NDArray[np.str_]:
    own = np.where(z > 0, "high", "low")
    around = np.where(lag > 0, "-high", "-low")
    named = (q <= FALSE_DISCOVERIES) & (z != 0)
    return np.where(named, np.char.add(own, around), "none")


@dataclass(frozen=True)
class _Draws:
    """Different units at random, (k, draw): the first j of a draw are a random set of j units.

    `turn` and `draw` say when each unit was drawn: unit u from `starts[u]` on.
    """

    units: npt.NDArray[np.uint16]
    turn: npt.NDArray[np.int64]
    draw: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]


@lru_cache(maxsize=4)
def _draws(n: int, k: int, draws: int, seed: int) -> _Draws:
    random = np.random.Generator(np.random.PCG64(seed))
    units = np.empty((k, draws), dtype=np.uint16)
    for turn in range(k):
        again = np.arange(draws)
        while again.size:
            units[turn, again] = random.integers(n, size=again.size, dtype=np.uint16)
            again = again[(units[:turn, again] == units[turn, again]).any(axis=0)]
    order = np.argsort(units, axis=None, kind="stable")
    starts = np.searchsorted(units.ravel()[order], np.arange(n + 1))
    return _Draws(units, order // draws, order % draws, starts)


def _pseudo_p(found: _Field, permutations: int, seed: int) -> Array:
    """Two-sided p of each unit (unit,): where the mean of its neighbours lies among the means of as
    many other units at random.

    One set of draws serves all units: for a unit with k neighbours, the first k of each draw, but
    not where the unit itself is among them.
    """
    degree = found.near.degree
    draws = _draws(len(degree), int(degree.max()), permutations, seed)
    sums = np.cumsum(found.z[draws.units], axis=0)
    # The same values added in another order are no other sum.
    hair = 1e-9 * float(np.abs(found.z).max())
    p = np.empty(len(degree))
    for unit, (k, lag) in enumerate(zip(degree.tolist(), found.lag.tolist(), strict=True)):
        mine = slice(draws.starts[unit], draws.starts[unit + 1])
        own = sums[k - 1, draws.draw[mine][draws.turn[mine] < k]]
        most, least = k * lag - hair, k * lag + hair
        high = np.count_nonzero(sums[k - 1] >= most) - np.count_nonzero(own >= most)
        low = np.count_nonzero(sums[k - 1] <= least) - np.count_nonzero(own <= least)
        p[unit] = 2.0 * (1 + min(high, low)) / (1 + permutations - own.size)
    return np.minimum(p, 1.0)


def write(con: duckdb.DuckDBPyConnection, method_id: str, *, seed: int = 0) -> None:
    """Add the rows of a method to index.spatial and index.clusters.

    Read are the observed scores and dimensions of provinces and cities in index.scores and
    index.dimensions. A level none of whose units is on the map (another country's) has no rows.
    """
    con.execute(SCHEMA)
    rows = con.execute(
        "SELECT level, period, 'score' AS layer, unit_id, score AS value FROM index.scores"
        " WHERE method = $method AND basis = 'observed'"
        " UNION ALL BY NAME"
        " SELECT level, period, dimension AS layer, unit_id, points AS value FROM index.dimensions"
        " WHERE method = $method AND basis = 'observed'",
        {"method": method_id},
    ).df()
    rows = rows[rows["value"].notna()]
    for level in LEVELS:
        near = neighbours(level)
        known = rows[(rows["level"] == level) & rows["unit_id"].isin(near.ids)]
        if known.empty:
            continue
        wide = known.pivot(index=["period", "layer"], columns="unit_id", values="value")
        wide = wide.sort_index().reindex(columns=list(near.ids))
        keys = pd.DataFrame({"method": method_id, "level": level}, index=wide.index).reset_index()
        _write_level(con, keys, wide.to_numpy(dtype=np.float64), near, seed)


def _write_level(
    con: duckdb.DuckDBPyConnection, keys: pd.DataFrame, values: Array, near: Neighbours, seed: int
) -> None:
    """Rows of one level from values (map, unit); `keys` has a row for each map."""
    whole: list[dict[str, object]] = []
    ids: list[str] = []
    clusters: list[str] = []
    numbers: list[Array] = []
    for of_map in values:
        found = _field(of_map, near)
        total, places = _moran(found), _local(found, PERMUTATIONS, seed)
        whole.append({**vars(total), "islands": len(total.islands)})
        ids += [*places.ids, *places.islands]
        clusters += [*places.cluster.tolist(), *["island"] * len(places.islands)]
        tested = np.column_stack([places.i, places.z, places.pseudo_p, places.q])
        numbers.append(np.vstack([tested, np.full((len(places.islands), 4), np.nan)]))
    _insert(con, "spatial", pd.concat([keys, pd.DataFrame(whole)], axis=1))
    counts = [len(rows) for rows in numbers]
    of_unit = keys.loc[keys.index.repeat(counts)].assign(unit_id=ids, cluster=clusters)
    of_unit[["i", "z", "p", "q"]] = np.vstack(numbers)
    _insert(con, "clusters", of_unit)


def _insert(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Append the columns that the table has."""
    columns = [name for name, *_ in con.execute(f"DESCRIBE index.{table}").fetchall()]
    con.register("spatial_frame", frame.reindex(columns=columns).round(9))
    con.execute(f"INSERT INTO index.{table} BY NAME SELECT * FROM spatial_frame")
    con.unregister("spatial_frame")
