"""Whether a source has cases that another one has too, under numbers of its own, or one lot under several.

Cases of one court and filing day with one claim may differ all the same: claims are round, and a bank
files many alike on one day. How often that happens is seen among the cases of one source, which are all
different; more pairs across two sources than that explains are asked about.
"""

import duckdb

from index_engine.chance import is_no_coincidence
from index_engine.errors import InputError
from index_engine.linkage.link import create_case_pairs, create_linked_ids, create_lot_pairs

# One pair in so many of two cases of one court and day has equal claims, though the files show none.
MIN_COINCIDENCE_RATE = 1e-3

# Of each two sources: pairs that look alike and on how many filing days of a court, and on how many such
# days chance would make one. Pairs of one day share one fate and count once.
SUSPICIONS = f"""
WITH unanswered AS (
    SELECT earlier_name, later_name, unit, COUNT(*) AS pairs, COUNT(DISTINCT (court_id, filed_on)) AS days
    FROM case_pairs
    WHERE NOT is_answered AND $name IN (earlier_name, later_name)
    GROUP BY ALL
),
claims AS (
    SELECT earlier_name, later_name, name, court_id, filed_on, ROUND(claim_amount / unit)::BIGINT AS claim, COUNT(*) AS n
    FROM (
        SELECT *, earlier_name AS name FROM unanswered UNION ALL SELECT *, later_name AS name FROM unanswered
    )
    JOIN sources USING (name) JOIN cases USING (source_id)
    WHERE case_type = 'first' AND claim_amount > 0
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
           GREATEST(ANY_VALUE(rate), SUM(equal_pairs) / GREATEST(SUM(n * (n - 1)), 1), {MIN_COINCIDENCE_RATE}) AS rate
    FROM filing_days JOIN usual_claims USING (earlier_name, later_name, name)
    GROUP BY ALL
),
expected_days AS (
    SELECT earlier_name, later_name, SUM(LEAST(1, earlier.n * later.n * pair_rates.rate)) AS expected
    FROM filing_days AS earlier
    JOIN filing_days AS later USING (earlier_name, later_name, court_id, filed_on)
    JOIN (SELECT earlier_name, later_name, MAX(rate) AS rate FROM rates GROUP BY ALL) AS pair_rates
        USING (earlier_name, later_name)
    WHERE earlier.name = earlier_name AND later.name = later_name
    GROUP BY ALL
)
SELECT earlier_name, later_name, pairs, days, expected
FROM unanswered JOIN expected_days USING (earlier_name, later_name)
ORDER BY pairs DESC, earlier_name, later_name
"""


def check_duplicates(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Raise InputError where the source `name` and another seem to have the same cases, and no delivery
    of either says whether they are."""
    create_case_pairs(con)
    suspicions = con.execute(SUSPICIONS, {"name": name}).fetchall()
    con.execute("DROP TABLE case_pairs")
    for earlier, later, pairs, days, expected in suspicions:
        if is_no_coincidence(days, expected):
            other = earlier if later == name else later
            raise InputError("possible_duplicates", name=name, pairs=pairs, other=other)


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
