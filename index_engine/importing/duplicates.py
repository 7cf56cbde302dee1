"""Whether a source has cases that another one has too, under numbers of its own, or one lot under several.

Cases of one court and filing day with one claim may differ all the same: claims are round, and a bank
files many alike on one day. How often that happens is seen among the cases of one source, which are all
different; more across two sources than that explains are asked about.
"""

import math

import duckdb

from index_engine.chance import MAX_CHANCE, is_no_coincidence
from index_engine.errors import InputError, Message
from index_engine.linkage.case_pairs import create_case_pairs, drop_case_pairs
from index_engine.linkage.link import create_linked_ids, create_lot_pairs

# One pair in so many of two cases of one court and day has equal claims, though the files show none;
# or as many as they may have with a chance of MAX_CHANCE and yet show none, if they are large.
MIN_COINCIDENCE_RATE = 1e-3
UNSEEN_COINCIDENCES = -math.log(MAX_CHANCE)

# Of each two sources: pairs that look alike; of those filed on one day, how many claims of a court and day
# they have, and how many of these chance would make. Equal claims of one day share one fate and count once.
SUSPICIONS = f"""
WITH unanswered AS (
    SELECT earlier_name, later_name, COUNT(*) AS pairs, MAX(abs(days_apart)) AS days_apart,
           COUNT(DISTINCT (court_id, filed_on, claim)) FILTER (days_apart = 0) AS alike
    FROM case_pairs
    WHERE NOT is_answered AND $name IN (earlier_name, later_name)
    GROUP BY ALL
),
claims AS (
    SELECT earlier_name, later_name, name, court_id, filed_on, claim, COUNT(*) AS n
    FROM case_claims SEMI JOIN unanswered USING (earlier_name, later_name)
    GROUP BY ALL
),
filing_days AS (
    SELECT earlier_name, later_name, name, court_id, filed_on, SUM(n) AS n, SUM(n * (n - 1)) AS equal_pairs
    FROM claims GROUP BY ALL
),
usual_claims AS (
    SELECT earlier_name, later_name, name, SUM(n * (n - 1)) / GREATEST(SUM(n) * (SUM(n) - 1), 1) AS rate
    FROM (SELECT earlier_name, later_name, name, claim, SUM(n) AS n FROM claims GROUP BY ALL)
    GROUP BY ALL
),
rates AS (
    SELECT earlier_name, later_name, name,
           GREATEST(ANY_VALUE(rate), SUM(equal_pairs) / GREATEST(SUM(n * (n - 1)), 1),
                    LEAST({MIN_COINCIDENCE_RATE}, {UNSEEN_COINCIDENCES} / GREATEST(SUM(n * (n - 1)), 1))) AS rate
    FROM filing_days JOIN usual_claims USING (earlier_name, later_name, name)
    GROUP BY ALL
),
expected_claims AS (
    SELECT earlier_name, later_name, SUM(earlier.n * later.n * pair_rates.rate) AS expected
    FROM filing_days AS earlier
    JOIN filing_days AS later USING (earlier_name, later_name, court_id, filed_on)
    JOIN (SELECT earlier_name, later_name, MAX(rate) AS rate FROM rates GROUP BY ALL) AS pair_rates
        USING (earlier_name, later_name)
    WHERE earlier.name = earlier_name AND later.name = later_name
    GROUP BY ALL
)
SELECT earlier_name, later_name, pairs, days_apart, alike, COALESCE(expected, 0)
FROM unanswered LEFT JOIN expected_claims USING (earlier_name, later_name)
ORDER BY pairs DESC, earlier_name, later_name
"""


# Of the smaller of two sources that were said to have the same cases, how many the other has not.
UNMATCHED = """
SELECT smaller, CASE smaller WHEN earlier_name THEN later_name ELSE earlier_name END AS other, n - matched, n
FROM (
    SELECT earlier_name, later_name, MIN(n) AS n, ARG_MIN(name, n) AS smaller
    FROM (SELECT earlier_name, later_name, name, COUNT(*) AS n FROM case_claims GROUP BY ALL)
    GROUP BY ALL
)
JOIN (
    SELECT earlier_name, later_name, COUNT(*) AS matched
    FROM case_pairs WHERE is_same AND $name IN (earlier_name, later_name) GROUP BY ALL
) USING (earlier_name, later_name)
WHERE n > matched
ORDER BY ALL
"""


def check_duplicates(con: duckdb.DuckDBPyConnection, name: str) -> tuple[Message, ...]:
    """Raise InputError where the source `name` and another seem to have the same cases, and no delivery
    of either says whether they are; say where they are how many find no match."""
    create_case_pairs(con)
    suspicions = con.execute(SUSPICIONS, {"name": name}).fetchall()
    unmatched = con.execute(UNMATCHED, {"name": name}).fetchall()
    drop_case_pairs(con)
    for earlier, later, pairs, days_apart, alike, expected in suspicions:
        # Days apart are those at which more are alike than by chance.
        if days_apart or is_no_coincidence(alike, expected):
            other = earlier if later == name else later
            raise InputError("possible_duplicates", name=name, pairs=pairs, other=other)
    return tuple(
        Message("cases_without_match", name=smaller, other=other, unmatched=rows, cases=cases)
        for smaller, other, rows, cases in unmatched
    )


# A note on a round whose lot is known to have begun under another id. `typed` has the rows of the import.
ANSWERED_NOTES = """
DELETE FROM rejects
WHERE source_id = $source AND rule = 'earlier_rounds_missing' AND row_no IN (
    SELECT row_no
    FROM {typed} AS typed
    JOIN lot_pairs ON typed.lot_id = later_lot AND is_same
    JOIN auction_rounds AS earlier ON earlier.lot_id = earlier_lot AND earlier.listed_on < typed.listed_on
)
"""


def check_lots(con: duckdb.DuckDBPyConnection, name: str, source_id: int, typed: str) -> None:
    """Raise InputError where lots of the source `name` may be offered again under another id, which is not
    sure, and no delivery of either source says whether they are. Otherwise take back the notes on rounds whose
    earlier ones are found under another id; `typed` is the table of the rows of the import `source_id`."""
    create_linked_ids(con)
    create_lot_pairs(con)
    [(lots,)] = con.execute(
        "SELECT COUNT(*) FROM lot_pairs"
        " WHERE NOT is_sure AND NOT is_answered AND list_contains([earlier_name, later_name], $name)",
        {"name": name},
    ).fetchall()
    con.execute(ANSWERED_NOTES.format(typed=typed), {"source": source_id})
    con.execute("DROP TABLE lot_pairs")
    con.execute("DROP TABLE linked_ids")
    if lots:
        raise InputError("possible_same_lots", name=name, lots=lots)
