"""From rows as sources tell them to the cases and lots that they are of: what the measures read.

`linked_cases` has one row a case, though several sources have it, under one number or several;
`case_sources` has the sources of those of several;
`linked_rounds` has the rounds of auctions by lot, though a source numbers each round, with what later
rounds and the case of the lot say of them.
Set-based SQL of DuckDB alone: measures, which also run elsewhere, begin with its result.
"""

import duckdb

from index_engine.linkage.case_pairs import create_case_pairs, drop_case_pairs, read_sql

LINKED_TABLES = ("linked_rounds", "case_sources", "linked_ids", "linked_lots")
# Days from the withdrawal of a lot within which its claim is paid if that is why it was withdrawn: money
# is paid out within 30 days of the notice of its receipt (court rule), and the case is closed thereupon.
PAYMENT_DAYS = 60
# Two sources that list one round date its notice by no more days apart.
LISTING_DAYS_APART = 3
# Sources with cases of one court: where there are none, every case is in one source.
ANY_SHARED_COURT = """
SELECT COUNT(*) > 0
FROM (
    SELECT court_id
    FROM (SELECT DISTINCT court_id, source_id FROM cases) JOIN sources USING (source_id)
    GROUP BY court_id HAVING MIN(name) <> MAX(name)
)
"""


def create_linked_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the temporary tables and views of linked cases and rounds from the facts."""
    create_linked_ids(con)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE case_sources AS"
        " SELECT DISTINCT linked_id AS case_id, source_id FROM linked_ids JOIN cases USING (case_id)"
    )
    _create_linked_cases(con)
    _create_linked_lots(con)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE linked_rounds AS {read_sql('rounds')}",
        {"payment_days": PAYMENT_DAYS, "days_apart": LISTING_DAYS_APART},
    )


def drop_linked_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Remove what `create_linked_tables` made."""
    con.execute("DROP VIEW linked_cases")
    con.execute("DROP TABLE IF EXISTS merged_cases")
    for table in LINKED_TABLES:
        con.execute(f"DROP TABLE {table}")


def create_lot_pairs(con: duckdb.DuckDBPyConnection) -> None:
    """`lot_pairs`: lots under two ids, see lot_pairs.sql; table `linked_ids` must be there."""
    con.execute(read_sql("rounding_unit"))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE lot_pairs AS {read_sql('lot_pairs')}", {"days_apart": LISTING_DAYS_APART}
    )


def create_linked_ids(con: duckdb.DuckDBPyConnection) -> None:
    """`linked_ids`: the ids of the cases that several sources have, and the least of those of each."""
    con.execute("CREATE OR REPLACE TEMP TABLE linked_ids (case_id VARCHAR, linked_id VARCHAR)")
    [(is_shared,)] = con.execute(ANY_SHARED_COURT).fetchall()
    if not is_shared:
        return
    create_case_pairs(con)
    con.execute(
        """
        INSERT INTO linked_ids
        SELECT case_id, case_id
        FROM (
            SELECT case_id FROM cases GROUP BY case_id HAVING COUNT(*) > 1
            UNION SELECT UNNEST([earlier_case, later_case]) FROM case_pairs WHERE is_same
        )
        """
    )
    _spread_least_ids(con, "linked_ids", "case")
    drop_case_pairs(con)


def _create_linked_lots(con: duckdb.DuckDBPyConnection) -> None:
    """`linked_lots`: the ids of the lots that have several, and the least of those of each."""
    create_lot_pairs(con)
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE linked_lots AS
        SELECT DISTINCT lot_id, lot_id AS linked_id
        FROM (SELECT UNNEST([earlier_lot, later_lot]) AS lot_id FROM lot_pairs WHERE is_same)
        """
    )
    _spread_least_ids(con, "linked_lots", "lot")
    con.execute("DROP TABLE lot_pairs")


def _spread_least_ids(con: duckdb.DuckDBPyConnection, table: str, row: str) -> None:
    """Let the least id go from row to row along the pairs of cases or lots, a step a time, until none changes."""
    pairs = f"SELECT earlier_{row} AS {row}_id, later_{row} AS other_id FROM {row}_pairs WHERE is_same"
    back = f"SELECT later_{row}, earlier_{row} FROM {row}_pairs WHERE is_same"
    spread = f"""
        UPDATE {table} SET linked_id = least_id
        FROM (
            SELECT ends.{row}_id, MIN(other.linked_id) AS least_id
            FROM ({pairs} UNION ALL {back}) AS ends
            JOIN {table} AS other ON other.{row}_id = ends.other_id
            GROUP BY ends.{row}_id
        ) AS least
        WHERE {table}.{row}_id = least.{row}_id AND least_id < {table}.linked_id
    """
    while con.execute(spread).fetchall() != [(0,)]:
        pass


def _create_linked_cases(con: duckdb.DuckDBPyConnection) -> None:
    [(is_linked,)] = con.execute("SELECT COUNT(*) > 0 FROM linked_ids").fetchall()
    if not is_linked:
        con.execute("CREATE OR REPLACE TEMP VIEW linked_cases AS SELECT * FROM cases")
        return
    con.execute(f"CREATE OR REPLACE TEMP TABLE merged_cases AS {read_sql('merged_cases')}")
    # A resumption names its parent by any of the numbers of that case.
    con.execute(
        """
        CREATE OR REPLACE TEMP VIEW linked_cases AS
        SELECT versions.* REPLACE (COALESCE(parents.linked_id, parent_case_id) AS parent_case_id)
        FROM (
            SELECT * FROM cases ANTI JOIN linked_ids USING (case_id)
            UNION ALL BY NAME SELECT * FROM merged_cases
        ) AS versions
        LEFT JOIN linked_ids AS parents ON parents.case_id = versions.parent_case_id
        """
    )
