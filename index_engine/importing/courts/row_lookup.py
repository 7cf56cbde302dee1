"""From the words for courts in rows to courts. Which court a name or code means can change on a
day, so the day of the row decides."""

from collections.abc import Mapping as Map

import duckdb

from index_engine.importing.contract import Contract
from index_engine.importing.courts.lookup_table import COURT_TABLE, resolve_words

# The day of a row that decides which court its word means.
_DATE_FIELDS = {"cases": "filed_on", "auctions": "listed_on", "court_periods": "period_start", "claims": "as_of"}


def has_courts(contract: Contract) -> bool:
    """Say whether rows of this kind name courts in words of the file."""
    return contract.kind in _DATE_FIELDS


def resolve_courts(
    con: duckdb.DuckDBPyConnection,
    rows_sql: str,
    parameters: Map[str, object],
    source_id: int,
    *,
    words_sql: str | None = None,
    codes_sql: str | None = None,
    province: str | None = None,
    has_numbers: bool = False,
) -> None:
    """Look the words up and make the table import_courts, see lookup_table.resolve_words.

    `rows_sql` is a query with a column court_id of words, and with `has_numbers` a column
    number_court of the codes in case numbers; `words_sql` a query of the different words, if there
    is a quicker one, and `codes_sql` one of the codes in case numbers of rows that name no court. Special courts
    that the table of courts lacks are added to it.
    """
    word_rows = con.execute(
        words_sql or f"SELECT DISTINCT court_id FROM ({rows_sql})", {} if words_sql else dict(parameters)
    ).fetchall()
    if codes_sql is not None:
        word_rows += con.execute(codes_sql, dict(parameters)).fetchall()

    def find_codes(ambiguous_words: list[str]) -> dict[str, list[str]]:
        if not has_numbers:
            return {}
        return dict(
            con.execute(
                f"SELECT court_id, list(DISTINCT number_court) FROM ({rows_sql})"
                " WHERE number_court IS NOT NULL"
                " AND list_contains(CAST($unsure AS VARCHAR[]), court_id) GROUP BY court_id",
                {**parameters, "unsure": ambiguous_words},
            ).fetchall()
        )

    new_courts = resolve_words(
        con, [word for (word,) in word_rows if word is not None], province=province, find_codes=find_codes
    )
    for court in new_courts:
        con.execute(
            "INSERT INTO courts (court_id, name, level, region, special, source_id) VALUES (?, ?, ?, ?, ?, ?)",
            [court.court_id, court.name, court.level, court.region, court.special, source_id],
        )


def join_courts_sql(contract: Contract, rows_sql: str) -> str:
    """Return the query `rows_sql` with courts for words, and columns lost_court and court_problem: the
    word that leads to no court on that day, and why if it never does."""
    date_field = _DATE_FIELDS[contract.kind]
    return (
        "SELECT typed.* REPLACE (court.court_id AS court_id),"
        " CASE WHEN court.court_id IS NULL THEN typed.court_id END AS lost_court,"
        f" court.problem AS court_problem FROM ({rows_sql}) AS typed LEFT JOIN {COURT_TABLE} AS court"
        " ON court.word = typed.court_id"
        # Of a row without a day, what the word means today.
        f" AND CASE WHEN typed.{date_field} IS NULL THEN court.valid_to IS NULL"
        f" ELSE (court.valid_from IS NULL OR typed.{date_field} >= court.valid_from)"
        f" AND (court.valid_to IS NULL OR typed.{date_field} <= court.valid_to) END"
    )
