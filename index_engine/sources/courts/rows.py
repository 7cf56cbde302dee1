"""From the words for courts in rows to courts. Which court a name or code means can change on a
day, so the day of the row decides."""

from collections.abc import Mapping as Map

import duckdb

from index_engine.sources.contract import Contract
from index_engine.sources.courts.table import TABLE, resolve_words

# The day of a row that decides which court its word means.
_DAYS = {"cases": "filed_on", "auctions": "listed_on", "court_periods": "period_start"}


def has_courts(contract: Contract) -> bool:
    """Say whether rows of this kind name courts in words of the file."""
    return contract.kind in _DAYS


def find_courts(
    con: duckdb.DuckDBPyConnection,
    rows: str,
    parameters: Map[str, object],
    source_id: int,
    *,
    words: str | None = None,
    province: str | None = None,
    numbered: bool = False,
) -> None:
    """Look the words up and make the table import_courts, see table.resolve_words.

    `rows` is a query with a column court_id of words, and where `numbered` a column number_court
    of the codes in case numbers; `words` a query of the different words, if there is a quicker one.
    Courts that are beside the divisions and not in the table of courts are added to it.
    """
    found = con.execute(
        words or f"SELECT DISTINCT court_id FROM ({rows})", {} if words else dict(parameters)
    ).fetchall()

    def codes_beside(unsure: list[str]) -> dict[str, list[str]]:
        if not numbered:
            return {}
        return dict(
            con.execute(
                f"SELECT court_id, list(DISTINCT number_court) FROM ({rows})"
                " WHERE number_court IS NOT NULL"
                " AND list_contains(CAST($unsure AS VARCHAR[]), court_id) GROUP BY court_id",
                {**parameters, "unsure": unsure},
            ).fetchall()
        )

    new = resolve_words(
        con,
        [word for (word,) in found if word is not None],
        province=province,
        codes_beside=codes_beside,
    )
    for court in new:
        con.execute(
            "INSERT INTO courts (court_id, name, level, region, special, source_id)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [court.court_id, court.name, court.level, court.region, court.special, source_id],
        )


def with_courts(contract: Contract, rows: str) -> str:
    """Return the query `rows` with courts for words, and columns lost_court and court_problem: the
    word that leads to no court on that day, and why if it never does."""
    day = _DAYS[contract.kind]
    return (
        "SELECT typed.* REPLACE (court.court_id AS court_id),"
        " CASE WHEN court.court_id IS NULL THEN typed.court_id END AS lost_court,"
        f" court.problem AS court_problem FROM ({rows}) AS typed LEFT JOIN {TABLE} AS court"
        " ON court.word = typed.court_id"
        f" AND coalesce(typed.{day} >= court.valid_from, court.valid_to IS NULL)"
        f" AND coalesce(typed.{day} <= court.valid_to, court.valid_to IS NULL)"
    )
