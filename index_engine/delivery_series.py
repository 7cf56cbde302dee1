"""Deliveries of one source that follow those before them, and those that give up their cases.

A later delivery tells what became of the cases that the earlier ones had open. Where none does, as in files that have the
filings of their own year each, it is not known how those cases ended.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.chance import is_silence

# Each delivery with the last day that it or one before it tells of.
DELIVERIES = """
SELECT source_id, kind, name, MAX(COALESCE(unix_date(observed_to), last_seen)) OVER (
           PARTITION BY kind, name ORDER BY source_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
       ) AS last_day
FROM sources LEFT JOIN source_spans USING (source_id)
WHERE kind = 'cases' AND ($name IS NULL OR name = $name)
ORDER BY source_id
"""

# Cases by how many deliveries of their source had ended before they were filed, and before they were closed.
CASES_BY_DELIVERY = """
SELECT name, n_filed, n_closed, COUNT(*) AS n, SUM(filed_day) AS filed_day, SUM(closed_day) AS closed_day
FROM (
    SELECT name, filed_day, closed_day,
           LEN(LIST_FILTER(last_days, lambda last_day: last_day < filed_day)) AS n_filed,
           CASE WHEN closed_day IS NOT NULL THEN LEN(LIST_FILTER(last_days, lambda last_day: last_day < closed_day))
           END AS n_closed
    FROM (SELECT source_id, unix_date(filed_on) AS filed_day, unix_date(closed_on) AS closed_day FROM cases)
    JOIN sources USING (source_id)
    JOIN last_days_by_name USING (name)
)
GROUP BY ALL
"""


@dataclass(frozen=True)
class Unfollowed:
    """The last day of a delivery after which nothing is told of the cases that it and those before it have as open,
    and how many these are."""

    last_day: int
    open_cases: int


def unfollowed_deliveries(con: duckdb.DuckDBPyConnection, name: str | None = None) -> dict[str, list[Unfollowed]]:
    """Of each source of cases, or that of a `name`, the deliveries that are not followed up, in order;
    `source_spans`, first and last day seen by source, must be there."""
    deliveries = con.execute(DELIVERIES, {"name": name}).df()
    last_days = {
        str(name): np.unique(rows["last_day"].to_numpy(np.int64))
        for name, rows in deliveries[deliveries["last_day"].notna()].groupby("name")
        if rows["last_day"].nunique() > 1
    }
    if not last_days:
        return {}
    con.register("last_days_by_name", pd.DataFrame({"name": list(last_days), "last_days": list(last_days.values())}))
    cases = con.execute(CASES_BY_DELIVERY).df()
    con.unregister("last_days_by_name")
    return {str(name): _unfollowed(rows, last_days[str(name)]) for name, rows in cases.groupby("name")}


def _unfollowed(cases: pd.DataFrame, last_days: npt.NDArray[np.int64]) -> list[Unfollowed]:
    """Of the last days of the deliveries of a source, those after which none of the cases filed until then was
    closed though chance does not explain that: as where each delivery has the filings of its own year."""
    is_closed = cases["closed_day"].notna()
    found = []
    for position, day in enumerate(last_days[:-1]):
        is_filed = cases["n_filed"] <= position
        is_over = is_filed & is_closed & (cases["n_closed"] <= position)
        is_open = is_filed & ~is_over
        if (is_open & is_closed).any():
            continue
        days_before = cases["closed_day"].where(is_over, day * cases["n"]) - cases["filed_day"]
        days_after = (int(last_days[-1]) - int(day)) * float(cases.loc[is_open, "n"].sum())
        if is_silence(days_after, float(days_before[is_filed].sum()), float(cases.loc[is_over, "n"].sum())):
            found.append(Unfollowed(int(day), int(cases.loc[is_open, "n"].sum())))
    return found
