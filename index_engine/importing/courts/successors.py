"""Cases that an abolished court left to another: filed by the one, and since that day with the other.

Where two courts merge, the list of the one that remains has the open cases of the other under their old
filing dates and numbers. Taken for its own, they would be cases that nobody closed for years.
"""

from datetime import date

import duckdb


def assign_successors(
    con: duckdb.DuckDBPyConnection, observed_to: date | None, *, has_closings: bool, has_numbers: bool
) -> None:
    """Give rows of cases in `import_parsed` the court that filed them, and a column successor_court_id.

    A case number names the court that filed a case. If that one was abolished while the case was open,
    the court of the row took it over. A row that names the abolished court itself although it was closed
    later is with the one that the registry calls by its name since; so are open rows of that court, since
    the file goes on where the court ended. `observed_to`: last day of the file, None if not stated.
    """
    con.execute("ALTER TABLE import_parsed ADD COLUMN successor_court_id VARCHAR")
    parameters = {"observed_to": observed_to}
    closed_on = "closed_on" if has_closings else "CAST(NULL AS DATE)"
    if has_numbers:
        con.execute(
            f"""
            UPDATE import_parsed
            SET court_id = former.court_id,
                successor_court_id = CASE
                    WHEN coalesce({closed_on} > former.valid_to, true) THEN import_parsed.court_id END
            FROM courts AS former
            WHERE import_parsed.number_style = 'standard' AND import_parsed.number_court = former.code
                AND import_parsed.filed_on BETWEEN coalesce(former.valid_from, import_parsed.filed_on) AND former.valid_to
                AND import_parsed.court_id <> former.court_id
                AND coalesce(CAST($observed_to AS DATE) > former.valid_to, true)
            """,
            parameters,
        )
    con.execute(
        f"""
        UPDATE import_parsed SET successor_court_id = heirs.heir_id
        FROM (
            SELECT former.court_id, former.valid_to, any_value(names.court_id) AS heir_id,
                   any_value($observed_to > former.valid_to AND former.court_id IN (
                       SELECT closed.court_id FROM import_parsed AS closed JOIN courts USING (court_id)
                       WHERE {closed_on} > courts.valid_to AND closed.filed_on <= courts.valid_to
                   )) AS goes_on
            FROM courts AS former
            JOIN court_names AS names
                ON names.name IN (former.name, former.code) AND names.valid_from > former.valid_to
            GROUP BY ALL HAVING count(DISTINCT names.court_id) = 1
        ) AS heirs
        WHERE import_parsed.court_id = heirs.court_id AND import_parsed.successor_court_id IS NULL
            AND import_parsed.filed_on <= heirs.valid_to
            AND coalesce({closed_on} > heirs.valid_to, heirs.goes_on, false)
        """,
        parameters,
    )
