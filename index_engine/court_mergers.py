"""Mergers of courts that the list of the heir does not mark: it has the cases of both under numbers of its own."""

import duckdb
import numpy as np

from index_engine.closing_days import YEAR_DAYS

# Of a merger that the registry knows, chance in a thousand is little: most courts took over open cases.
MERGER_Z = 3.1

# Closings, and days under way, in the years before and after the day on which a court took over another, of its
# cases filed before that day; not where the list tells which of them it took over. `n_apart`: closings of one
# filing and closing day, which may share a fate, as one.
MERGERS = """
WITH mergers AS (
    SELECT DISTINCT court_names.court_id AS holder_id, unix_date(former.valid_to) + 1 AS merged_day
    FROM courts AS former
    JOIN court_names
        ON court_names.name IN (former.name, former.code) AND court_names.valid_from > former.valid_to
),
filed_before AS (
    SELECT name, holder_id, merged_day, unix_date(filed_on) AS filed_day, unix_date(closed_on) AS closed_day,
           COUNT(*) AS n, COUNT(entered_day) AS n_entered
    FROM source_cases
    JOIN source_windows USING (source_id)
    JOIN mergers USING (holder_id)
    WHERE unix_date(filed_on) < merged_day AND COALESCE(unix_date(closed_on), end_day) >= merged_day - $year
        AND end_day >= merged_day + $year AND COALESCE(stated_from, first_seen) <= merged_day - $year
    GROUP BY ALL
),
years AS (
    SELECT *, UNNEST([merged_day - $year, merged_day]) AS first_day, UNNEST(['before', 'after']) AS side
    FROM filed_before
)
SELECT name, holder_id AS court_id, merged_day, side,
       SUM(n) FILTER (closed_day >= first_day AND closed_day < first_day + $year) AS n_closed,
       COUNT(*) FILTER (closed_day >= first_day AND closed_day < first_day + $year) AS n_apart,
       SUM(n * GREATEST(LEAST(COALESCE(closed_day, first_day + $year), first_day + $year)
                        - GREATEST(filed_day, first_day), 0)) AS days
FROM years
GROUP BY ALL HAVING SUM(n_entered) = 0
"""


def unmarked_mergers(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """The day of the last merger, by source and court, before which the court's cases were closed at a lower rate
    than after it though chance does not explain that. Cases that it took over are then among them under numbers
    of its own: under way before the merger without any closing, since what their court closed is not in the list.
    `source_cases`, cases by the court that holds them, and `source_windows` must be there."""
    years = con.execute(MERGERS, {"year": YEAR_DAYS}).df()
    found: dict[tuple[str, str], int] = {}
    for (name, court, day), sides in years.groupby(["name", "court_id", "merged_day"]):
        by_side = sides.set_index("side")[["n_closed", "n_apart", "days"]].fillna(0.0)
        if not {"before", "after"} <= {*by_side.index}:
            continue
        n, n_apart, days = by_side["n_closed"], by_side["n_apart"], by_side["days"]
        if not n.sum() or not days.min():
            continue
        share = days["before"] / days.sum()
        z = (n.sum() * share - n["before"]) / np.sqrt(n.sum() * share * (1.0 - share))
        if z * np.sqrt(n_apart.sum() / n.sum()) > MERGER_Z:
            found[name, court] = max(int(day), found.get((name, court), int(day)))
    return found
