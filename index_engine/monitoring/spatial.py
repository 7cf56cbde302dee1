"""Do neighbours resemble each other? Moran's I, and where: local clusters of high or low values.

Who borders whom comes from data/neighbours.csv. A place's neighbours weigh the same, 1 / (their
number). Units without a value leave the map, and weights are those among the places that stay. Places
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

from index_engine.arrays import Array, BoolArray
from index_engine.errors import InputError

Status = Literal["estimated", "too_few", "constant"]

NEIGHBOURS_FILE = Path(__file__).parents[2] / "data" / "neighbours.csv"
LEVELS = ("province", "city")
MIN_PLACES = 10  # with neighbours: for fewer there is no result
# A lone cluster among 375 places needs a p below 0.05 / 375; so many draws go down to 0.00005.
PERMUTATIONS = 39_999
FALSE_DISCOVERY_RATE = 0.05  # expected share of them among the clusters named


@dataclass(frozen=True)
class Neighbours:
    """Places in order of code, and which of them are neighbours: symmetric, (place, place)."""

    ids: tuple[str, ...]
    adjacent: BoolArray

    @property
    def degree(self) -> npt.NDArray[np.int64]:
        """Number of neighbours of each place, (place,)."""
        degree: npt.NDArray[np.int64] = self.adjacent.sum(axis=1)
        return degree

    @property
    def islands(self) -> tuple[str, ...]:
        """Units without a neighbour."""
        return tuple(self.ids[position] for position in np.flatnonzero(self.degree == 0))

    def subset(self, present: BoolArray) -> "Neighbours":
        """The places of a mask (place,), and who are neighbours among them."""
        positions = np.flatnonzero(present)
        ids = tuple(self.ids[position] for position in positions)
        return Neighbours(ids, self.adjacent[np.ix_(positions, positions)])


@dataclass(frozen=True)
class Moran:
    """Moran's I of the `n` places with neighbours, NaN where `status` says why; `p` one-sided."""

    i: float
    expected: float
    variance: float
    z: float
    p: float
    n: int
    islands: tuple[str, ...]
    status: Status


@dataclass(frozen=True)
class LocalMoran:
    """Local Moran's I: arrays (place,) over `ids`, the places with neighbours; empty where `status`
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


def read_neighbours(level: str, file: Path = NEIGHBOURS_FILE) -> Neighbours:
    """The places of a level, `province` or `city`, and their neighbours.

    Raises InputError if the file is missing.
    """
    if not file.exists():
        raise InputError("neighbours_missing", file=file)
    with file.open(encoding="utf-8", newline="") as stream:
        neighbour_codes = {
            row["code"]: row["neighbours"].split() for row in csv.DictReader(stream) if row["level"] == level
        }
    ids = tuple(sorted(neighbour_codes))
    position_by_code = {code: position for position, code in enumerate(ids)}
    adjacent = np.zeros((len(ids), len(ids)), dtype=np.bool_)
    for code, codes in neighbour_codes.items():
        adjacent[position_by_code[code], [position_by_code[neighbour] for neighbour in codes]] = True
    return Neighbours(ids, adjacent)


@dataclass(frozen=True)
class _SpatialInput:
    """What takes part: `z` deviations from the mean and `lag` the mean deviation of a place's
    neighbours, both (place,)."""

    neighbours: Neighbours
    z: Array
    lag: Array
    islands: tuple[str, ...]
    status: Status


def _spatial_input(values: Array, neighbours: Neighbours) -> _SpatialInput:
    observed_places = neighbours.subset(~np.isnan(values))
    has_neighbour = observed_places.degree > 0
    linked_places = observed_places.subset(has_neighbour)
    observed_values = values[~np.isnan(values)][has_neighbour]
    z = observed_values - observed_values.sum() / max(observed_values.size, 1)
    lag = linked_places.adjacent @ z / linked_places.degree
    status: Status = "estimated"
    if observed_values.size < MIN_PLACES:
        status = "too_few"
    elif np.ptp(observed_values) == 0:
        status = "constant"
    return _SpatialInput(linked_places, z, lag, observed_places.islands, status)


def moran(values: Array, neighbours: Neighbours) -> Moran:
    """Moran's I of values (place,) in the order of `near.ids`.

    I and its moments under randomisation are those of Cliff and Ord (1981, p. 21). `p` is the
    chance, in the normal approximation, of an I as large where values lie at random.
    """
    return _moran(_spatial_input(values, neighbours))


def _moran(field: _SpatialInput) -> Moran:
    n = len(field.z)
    if field.status != "estimated":
        nan = np.nan
        return Moran(nan, nan, nan, nan, nan, n, field.islands, field.status)
    weights = field.neighbours.adjacent / field.neighbours.degree[:, None]
    # Sums of weights: of all, of both directions of a pair squared, of row and column squared.
    s0 = float(n)
    s1 = float(((weights + weights.T) ** 2).sum()) / 2.0
    s2 = float(((1.0 + weights.sum(axis=0)) ** 2).sum())
    second_moment = float((field.z**2).mean())
    kurtosis = float((field.z**4).mean()) / second_moment**2
    i = float((field.z * field.lag).mean()) / second_moment
    expected = -1.0 / (n - 1)
    expected_square = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    expected_square -= kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    variance = expected_square / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    z = (i - expected) / variance**0.5
    return Moran(i, expected, variance, z, float(_upper_tail(z)), n, field.islands, "estimated")


def local_moran(values: Array, neighbours: Neighbours, *, permutations: int = PERMUTATIONS, seed: int) -> LocalMoran:
    """Local Moran's I of values (place,) in the order of `near.ids`, and the clusters.

    I of a place is its z times the mean z of its neighbours, over the mean of z² (Anselin 1995, the
    local Moran). Its mean and variance are those with the place's own value kept and all others
    shuffled (Sokal, Oden and Thomson 1998, eqs. A7 and A8). The normal approximation to that errs
    where values are skewed, so clusters rest on shuffling itself: `pseudo_p` is twice the share of
    draws at least as high, or at least as low, whichever are fewer, with the data counted as one
    draw more (Davison and Hinkley 1997, section 4.2). `q` corrects for testing every place
    (Benjamini and Hochberg 1995).
    """
    return _local(_spatial_input(values, neighbours), permutations, seed)


def _local(field: _SpatialInput, permutations: int, seed: int) -> LocalMoran:
    from scipy.stats import false_discovery_control

    if field.status != "estimated":
        empty, labels = np.empty(0), np.empty(0, dtype=np.str_)
        numbers = (empty, empty, empty, empty, empty, empty, empty)
        return LocalMoran((), *numbers, labels, field.islands, field.status)
    z, lag, n = field.z, field.lag, len(field.z)
    second_moment = (z**2).mean()
    i = z * lag / second_moment
    expected = -(z**2) / ((n - 1) * second_moment)
    variance = (z / second_moment) ** 2 * (n / (n - 2)) * (1.0 / field.neighbours.degree - 1.0 / (n - 1))
    variance *= second_moment - z**2 / (n - 1)
    # A place at the mean has I = 0 whoever its neighbours are, and one beside all others the same I
    # however they are shuffled: without a spread there is no z.
    sd = np.sqrt(np.where(variance > 1e-24, variance, np.nan))
    score = (i - expected) / sd
    pseudo_p = _pseudo_p(field, permutations, seed)
    q = false_discovery_control(pseudo_p)
    return LocalMoran(
        field.neighbours.ids,
        i,
        expected,
        variance,
        score,
        2.0 * _upper_tail(np.abs(score)),
        pseudo_p,
        q,
        _clusters(z, lag, q),
        field.islands,
        "estimated",
    )


def _upper_tail(z: Array | float) -> Array:
    """Chance of a standard normal number above z."""
    from scipy.special import ndtr

    chance: Array = ndtr(-np.asarray(z))
    return chance


def _clusters(z: Array, lag: Array, q: Array) -> npt.NDArray[np.str_]:
    place_side = np.where(z > 0, "high", "low")
    neighbour_side = np.where(lag > 0, "-high", "-low")
    is_cluster = (q <= FALSE_DISCOVERY_RATE) & (z != 0)
    return np.where(is_cluster, np.char.add(place_side, neighbour_side), "none")


@dataclass(frozen=True)
class _Draws:
    """Different places at random, (k, draw): the first j of a draw are a random set of j places.

    `turn` and `draw` say when each place was drawn: place u from `starts[u]` on.
    """

    places: npt.NDArray[np.uint16]
    turn: npt.NDArray[np.int64]
    draw: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]


@lru_cache(maxsize=4)
def _draws(n: int, k: int, draws: int, seed: int) -> _Draws:
    random = np.random.Generator(np.random.PCG64(seed))
    places = np.empty((k, draws), dtype=np.uint16)
    for turn in range(k):
        duplicates = np.arange(draws)
        while duplicates.size:
            places[turn, duplicates] = random.integers(n, size=duplicates.size, dtype=np.uint16)
            duplicates = duplicates[(places[:turn, duplicates] == places[turn, duplicates]).any(axis=0)]
    order = np.argsort(places, axis=None, kind="stable")
    starts = np.searchsorted(places.ravel()[order], np.arange(n + 1))
    return _Draws(places, order // draws, order % draws, starts)


def _pseudo_p(field: _SpatialInput, permutations: int, seed: int) -> Array:
    """Two-sided p of each place (place,): where the mean of its neighbours lies among the means of as
    many other places at random.

    One set of draws serves all places: for a place with k neighbours, the first k of each draw, but
    not where the place itself is among them.
    """
    degree = field.neighbours.degree
    draws = _draws(len(degree), int(degree.max()), permutations, seed)
    sums = np.cumsum(field.z[draws.places], axis=0)
    # The same values added in another order are no other sum.
    tolerance = 1e-9 * float(np.abs(field.z).max())
    p = np.empty(len(degree))
    for place, (k, lag) in enumerate(zip(degree.tolist(), field.lag.tolist(), strict=True)):
        place_draws = slice(draws.starts[place], draws.starts[place + 1])
        own_sums = sums[k - 1, draws.draw[place_draws][draws.turn[place_draws] < k]]
        upper, lower = k * lag - tolerance, k * lag + tolerance
        high = np.count_nonzero(sums[k - 1] >= upper) - np.count_nonzero(own_sums >= upper)
        low = np.count_nonzero(sums[k - 1] <= lower) - np.count_nonzero(own_sums <= lower)
        p[place] = 2.0 * (1 + min(high, low)) / (1 + permutations - own_sums.size)
    return np.minimum(p, 1.0)


def write(con: duckdb.DuckDBPyConnection, method_id: str, *, seed: int = 0) -> None:
    """Add the rows of a method to index.spatial and index.clusters.

    Read are the observed scores and dimensions of provinces and cities in index.scores and
    index.dimensions. A level none of whose places is on the map (another country's) has no rows.
    """
    rows = con.execute(
        "SELECT level, period, 'score' AS layer, place_id, score AS value FROM index.scores"
        " WHERE method = $method AND basis = 'observed'"
        " UNION ALL BY NAME"
        " SELECT level, period, dimension AS layer, place_id, points AS value FROM index.dimensions"
        " WHERE method = $method AND basis = 'observed'",
        {"method": method_id},
    ).df()
    rows = rows[rows["value"].notna()]
    for level in LEVELS:
        neighbours = read_neighbours(level)
        level_rows = rows[(rows["level"] == level) & rows["place_id"].isin(neighbours.ids)]
        if level_rows.empty:
            continue
        wide = level_rows.pivot(index=["period", "layer"], columns="place_id", values="value")
        wide = wide.sort_index().reindex(columns=list(neighbours.ids))
        keys = pd.DataFrame({"method": method_id, "level": level}, index=wide.index).reset_index()
        _write_level(con, keys, wide.to_numpy(dtype=np.float64), neighbours, seed)


def _write_level(
    con: duckdb.DuckDBPyConnection, keys: pd.DataFrame, values: Array, neighbours: Neighbours, seed: int
) -> None:
    """Rows of one level from values (map, place); `keys` has a row for each map."""
    global_rows: list[dict[str, object]] = []
    ids: list[str] = []
    clusters: list[str] = []
    numbers: list[Array] = []
    for map_values in values:
        field = _spatial_input(map_values, neighbours)
        global_result, local_result = _moran(field), _local(field, PERMUTATIONS, seed)
        global_rows.append({**vars(global_result), "islands": len(global_result.islands)})
        ids += [*local_result.ids, *local_result.islands]
        clusters += [*local_result.cluster.tolist(), *["island"] * len(local_result.islands)]
        local_numbers = np.column_stack([local_result.i, local_result.z, local_result.pseudo_p, local_result.q])
        numbers.append(np.vstack([local_numbers, np.full((len(local_result.islands), 4), np.nan)]))
    _insert(con, "spatial", pd.concat([keys, pd.DataFrame(global_rows)], axis=1))
    counts = [len(rows) for rows in numbers]
    place_rows = keys.loc[keys.index.repeat(counts)].assign(place_id=ids, cluster=clusters)
    place_rows[["i", "z", "p", "q"]] = np.vstack(numbers)
    _insert(con, "clusters", place_rows)


def _insert(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Append the columns that the table has."""
    columns = [name for name, *_ in con.execute(f"DESCRIBE index.{table}").fetchall()]
    con.register("spatial_frame", frame.reindex(columns=columns).round(9))
    con.execute(f"INSERT INTO index.{table} BY NAME SELECT * FROM spatial_frame")
    con.unregister("spatial_frame")
