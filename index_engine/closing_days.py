"""Closings by day, and how many of the last days of a file are thin, since closings reach it late."""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from index_engine.chance import is_impossible, is_no_coincidence

# The last days are thin where they have less than a share of the closings to be expected and chance does
# not explain it: less than the first share, or the second where the season is known. Where they are,
# reports are late, and so are some of the blocks before, until one has hardly less than was to be
# expected: lags differ.
BLOCK_DAYS = 30
THIN_SHARE = 0.6
THIN_SHARE_OF_SEASON = 0.8
FULL_SHARE = 0.93
MAX_BLOCKS = 12
YEAR_DAYS = 365
# Of payments before a closing, and of rounds, so many are known to be over after the usual time.
USUAL_SHARE = 0.95
MIN_SEASON = 400  # closings of a block that tell its season to a twentieth


@dataclass(frozen=True)
class Closings:
    """Closings by day, days from EPOCH in order; those of one court, filing day and closing day may
    share a fate and count as one."""

    days: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    def between(self, first: int, end: int) -> int:
        """How many came from `first` to the day before `end`."""
        left, right = np.searchsorted(self.days, [first, end])
        return int(self.counts[left:right].sum())


NO_CLOSINGS = Closings(np.empty(0, np.int64), np.empty(0, np.int64))


def late_days(closings: Closings, end: int) -> int:
    """How many days before `end` are thin, a multiple of BLOCK_DAYS; 0 where chance explains it or the
    year before has too few closings to tell."""
    late = 0
    while late < MAX_BLOCKS * BLOCK_DAYS:
        first, block_end = end - late - BLOCK_DAYS, end - late
        n = closings.between(first, block_end)
        expected, thin_share = _expected(closings, first)
        if n >= (FULL_SHARE if late else thin_share) * expected or not is_impossible(n, expected):
            break
        late += BLOCK_DAYS
    return late


@dataclass(frozen=True)
class Results:
    """Rounds by the day on which they were to be over, in order: listed the usual time before it; and of how
    many the result is told."""

    days: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    told: npt.NDArray[np.int64]

    def between(self, first: int, end: int) -> tuple[int, int]:
        """How many were to be over from `first` to the day before `end`, and of how many it is told."""
        left, right = np.searchsorted(self.days, [first, end])
        return int(self.counts[left:right].sum()), int(self.told[left:right].sum())


# Rounds by the day on which they were to be over, and whether their result is told.
RESULTS_OF_ROUNDS = """
SELECT name, unix_date(listed_on) + usual_days AS day, COUNT(*) AS n, COUNT(status) AS told
FROM auction_rounds
JOIN sources USING (source_id)
JOIN (
    SELECT name, QUANTILE_DISC(ended_on - listed_on, $share) AS usual_days
    FROM auction_rounds JOIN sources USING (source_id)
    WHERE status IS NOT NULL AND ended_on >= listed_on AND ($name IS NULL OR name = $name)
    GROUP BY name
) USING (name)
GROUP BY ALL ORDER BY ALL
"""


def read_results(con: duckdb.DuckDBPyConnection, name: str | None = None) -> dict[str, Results]:
    """The rounds of each source of auctions, or of that of a `name`."""
    rows = con.execute(RESULTS_OF_ROUNDS, {"share": USUAL_SHARE, "name": name}).df()
    return {
        str(name): Results(*(frame[column].to_numpy(np.int64) for column in ("day", "n", "told")))
        for name, frame in rows.groupby("name")
    }


def late_result_days(results: Results, end: int) -> int:
    """How many days before `end` lack results that of rounds a year older are told, a multiple of BLOCK_DAYS. That
    a round is over tells more than how many are told, since it needs no season."""
    n_old, told_of_old = results.between(-(1 << 30), end - YEAR_DAYS)
    usual_share = told_of_old / n_old if n_old else 1.0
    late = 0
    while late < MAX_BLOCKS * BLOCK_DAYS:
        n, told = results.between(end - late - BLOCK_DAYS, end - late)
        if told >= FULL_SHARE * usual_share * n or not is_no_coincidence(n - told, n * (1.0 - usual_share)):
            break
        late += BLOCK_DAYS
    return late


def _expected(closings: Closings, first: int) -> tuple[float, float]:
    """Closings to be expected of the block that begins with `first`, and of which share of them fewer are
    thin. As many as on the same days a year before, at the level of this year if the year before is
    known; where those days have too few to tell a season, no more than the year has on average."""
    year = closings.between(first - YEAR_DAYS, first)
    season = closings.between(first - YEAR_DAYS, first - YEAR_DAYS + BLOCK_DAYS)
    if season < MIN_SEASON or closings.days[0] > first - YEAR_DAYS:
        return min(season, year * BLOCK_DAYS / YEAR_DAYS), THIN_SHARE
    if closings.days[0] > first - 2 * YEAR_DAYS:
        return season, THIN_SHARE_OF_SEASON
    return season * year / closings.between(first - 2 * YEAR_DAYS, first - YEAR_DAYS), THIN_SHARE_OF_SEASON
