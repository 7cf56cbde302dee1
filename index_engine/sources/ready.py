"""From typed rows to rows ready to be judged: the words for courts become courts.

A file names its courts as it likes; each different word is looked up once. Which court a name or
code means can change on a day, so the day of the row decides.
"""

import duckdb

from index_engine.sources.courts.table import resolve_words
from index_engine.sources.mapping import Mapping

# The day of a row that decides which court its word means.
_DAYS = {"cases": "filed_on", "auctions": "listed_on", "court_periods": "period_start"}


def make_ready(con: duckdb.DuckDBPyConnection, plan: Mapping, source_id: int) -> None:
    """Make `import_ready` from `import_typed`: courts found, and the year of the case number added.

    Courts that are no division's and not in the table of courts, of a development zone for one,
    are added to it under `source_id`, kept apart as special. Words that no court is found for, or
    more than one, go to `import_findings`, which gets a column `action`.
    """
    con.execute("ALTER TABLE import_findings ADD COLUMN action VARCHAR")
    kind = plan.contract.kind
    if kind not in _DAYS:
        con.execute("CREATE OR REPLACE TEMP TABLE import_ready AS SELECT * FROM import_typed")
        return
    _find_courts(con, plan, source_id)
    fed = {column.field.name for column in plan.columns}
    year, without = "", "court_id"
    if kind == "cases" and "number_year" not in fed:
        year = ", number.year AS number_year"
    day = _DAYS[kind]
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE import_ready AS
        SELECT typed.* EXCLUDE ({without}), court.court_id{year}
        FROM import_typed AS typed
        LEFT JOIN import_courts AS court
          ON court.word = typed.court_id
         AND coalesce(typed.{day} >= court.valid_from, court.valid_to IS NULL)
         AND coalesce(typed.{day} <= court.valid_to, court.valid_to IS NULL)
        LEFT JOIN import_numbers AS number USING (row_no)"""
    )
    con.execute(
        """INSERT INTO import_findings (row_no, field, value, rule, message)
        SELECT row_no, 'court_id', typed.court_id, 'unknown_court',
               coalesce(problem, 'no court of that name or code on that day')
        FROM import_typed AS typed
        JOIN import_ready AS ready USING (row_no)
        LEFT JOIN (SELECT word, any_value(problem) AS problem FROM import_courts GROUP BY word)
          AS court ON court.word = typed.court_id
        WHERE typed.court_id IS NOT NULL AND ready.court_id IS NULL"""
    )


def _find_courts(con: duckdb.DuckDBPyConnection, plan: Mapping, source_id: int) -> None:
    words = con.execute(
        "SELECT DISTINCT court_id FROM import_typed WHERE court_id IS NOT NULL ORDER BY 1"
    ).fetchall()
    codes = con.execute(
        "SELECT court_id, list(DISTINCT court) FROM import_numbers JOIN import_typed USING (row_no)"
        " WHERE court IS NOT NULL AND court_id IS NOT NULL GROUP BY court_id"
    ).fetchall()
    found = resolve_words(
        con, [word for (word,) in words], province=plan.province, codes=dict(codes)
    )
    for court in found:
        con.execute(
            "INSERT INTO courts (court_id, name, level, region, special, source_id)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [court.court_id, court.name, court.level, court.region, court.special, source_id],
        )
