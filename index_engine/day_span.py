"""First and last day of the dates of a source, less dates so far from all others that they are slips."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt

from index_engine.chance import is_silence

YEAR_DAYS = 365
# More dates than this share of all are no slips, but a pause.
MAX_SLIP_SHARE = 0.001


EPOCH = date(1970, 1, 1)


def create_day_macro(con: duckdb.DuckDBPyConnection) -> None:
    """Let the SQL of a connection count days from EPOCH: unix_date(day)."""
    con.execute("CREATE OR REPLACE TEMP MACRO unix_date(d) AS (d - DATE '1970-01-01')::INTEGER")


class DaySpan(NamedTuple):
    """Days from EPOCH, both of them in it."""

    first: int
    last: int

    @property
    def dates(self) -> tuple[date, date]:
        return EPOCH + timedelta(days=self.first), EPOCH + timedelta(days=self.last)


def span_without_slips(days: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> DaySpan:
    """Return the span of different `days`, in order, on which `counts` dates fall.

    Dates beyond a gap are slips where they are no more than MAX_SLIP_SHARE of all, or a single one, and
    where chance does not explain that all days of the gap and of the year on its other side fall into that
    year. Days count, not dates, since cases filed together share theirs.
    """
    most = max(1, int(MAX_SLIP_SHARE * counts.sum()))
    last = _end_without_slips(days, counts, most)
    first = -_end_without_slips(-days[::-1], counts[::-1], most)
    return DaySpan(min(first, last), last)


def _end_without_slips(days: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], most: int) -> int:
    beyond = 0
    end = int(days[-1])
    for position in range(len(days) - 1, 0, -1):
        beyond += int(counts[position])
        if beyond > most:
            break
        previous = int(days[position - 1])
        others = position - 1 - int(np.searchsorted(days, previous - YEAR_DAYS, side="right"))
        gap = int(days[position]) - previous - 1
        if is_silence(gap, YEAR_DAYS, others):
            end = previous
    return end


# Dates on which something happened, by kind of file.
DATE_FIELDS = {"cases": ("filed_on", "closed_on"), "auctions": ("listed_on", "ended_on")}
_TABLES = {"cases": "cases", "auctions": "auction_rounds"}


def source_spans(con: duckdb.DuckDBPyConnection, kind: str, source_ids: list[int] | None = None) -> dict[int, DaySpan]:
    """Return the span of the dates of each source of `kind`, cases or auctions, that has rows."""
    condition = "$sources IS NULL OR list_contains(CAST($sources AS INTEGER[]), source_id)"
    rows = f"(SELECT * FROM {_TABLES[kind]} WHERE {condition})"
    return _spans(con, rows, kind, "source_id", {"sources": source_ids})


def rows_span(con: duckdb.DuckDBPyConnection, rows: str, kind: str, parameters: Mapping[str, object]) -> DaySpan | None:
    """Return the span of the dates of rows of `kind`, SQL with bound `parameters`; None without any date."""
    return _spans(con, rows, kind, "0", parameters).get(0)


def _spans(
    con: duckdb.DuckDBPyConnection, rows: str, kind: str, group: str, parameters: Mapping[str, object]
) -> dict[int, DaySpan]:
    # Counted first and joined after: unnest() would make two rows of each.
    counts = " UNION ALL ".join(
        f"SELECT {group} AS source, {field} AS date, COUNT(*) AS n FROM {rows} WHERE {field} IS NOT NULL GROUP BY ALL"
        for field in DATE_FIELDS[kind]
    )
    frame = con.execute(
        "SELECT source, date - DATE '1970-01-01' AS day, CAST(SUM(n) AS BIGINT) AS n"
        f" FROM ({counts}) GROUP BY ALL ORDER BY ALL",
        dict(parameters),
    ).df()
    return {
        int(source): span_without_slips(days["day"].to_numpy(np.int64), days["n"].to_numpy(np.int64))
        for source, days in frame.groupby("source")
    }
