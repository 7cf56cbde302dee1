"""From rows as sources tell them to the cases and lots that they are of: what the measures read.

`linked_cases` has one row a case, though several sources have it, under one number or several;
`linked_rounds` has the rounds of auctions with what later rounds and the case of the lot say of them.
Set-based SQL of DuckDB alone: measures, which also run elsewhere, begin with its result.
"""

from pathlib import Path

import duckdb

SQL_FOLDER = Path(__file__).parent
LINKED_TABLES = ("linked_rounds", "linked_ids")
# Days from the withdrawal of a lot within which its claim is paid if that is why it was withdrawn: money
# is paid out within 30 days of the notice of its receipt (court rule), and the case is closed thereupon.
PAYMENT_DAYS = 60
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
    _create_linked_ids(con)
    _create_linked_cases(con)
    con.execute(f"CREATE OR REPLACE TEMP TABLE linked_rounds AS {_read_sql('rounds')}", {"payment_days": PAYMENT_DAYS})


def drop_linked_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Remove what `create_linked_tables` made."""
    con.execute("DROP VIEW linked_cases")
    con.execute("DROP TABLE IF EXISTS merged_cases")
    for table in LINKED_TABLES:
        con.execute(f"DROP TABLE {table}")


def create_case_pairs(con: duckdb.DuckDBPyConnection) -> None:
    """`case_pairs`: cases that two sources may both have, see case_pairs.sql."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE case_pairs AS {_read_sql('case_pairs')}")


def _create_linked_ids(con: duckdb.DuckDBPyConnection) -> None:
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
            UNION SELECT earlier_case FROM case_pairs WHERE is_same
            UNION SELECT later_case FROM case_pairs WHERE is_same
        )
        """
    )
    # The least id goes from case to case along the pairs, a step a round, until none changes: as many
    # rounds as there are sources.
    spread = """
        UPDATE linked_ids SET linked_id = least_id
        FROM (
            SELECT ends.case_id, MIN(other.linked_id) AS least_id
            FROM (
                SELECT earlier_case AS case_id, later_case AS other_id FROM case_pairs WHERE is_same
                UNION ALL SELECT later_case, earlier_case FROM case_pairs WHERE is_same
            ) AS ends
            JOIN linked_ids AS other ON other.case_id = ends.other_id
            GROUP BY ends.case_id
        ) AS least
        WHERE linked_ids.case_id = least.case_id AND least_id < linked_ids.linked_id
    """
    while con.execute(spread).fetchall() != [(0,)]:
        pass
    con.execute("DROP TABLE case_pairs")


def _create_linked_cases(con: duckdb.DuckDBPyConnection) -> None:
    [(is_linked,)] = con.execute("SELECT COUNT(*) > 0 FROM linked_ids").fetchall()
    if not is_linked:
        con.execute("CREATE OR REPLACE TEMP VIEW linked_cases AS SELECT * FROM cases")
        return
    con.execute(f"CREATE OR REPLACE TEMP TABLE merged_cases AS {_read_sql('merged_cases')}")
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


def _read_sql(name: str) -> str:
    return (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
