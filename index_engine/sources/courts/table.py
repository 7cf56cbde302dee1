"""The courts of a file in SQL: a table that leads from its words to courts, by day."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import duckdb

from index_engine.sources.courts.resolve import CourtFinder, Found

TABLE = "import_courts"


@dataclass(frozen=True)
class NewCourt:
    """A court that a file names and no registry lists, for the table courts."""

    court_id: str
    name: str
    level: str
    region: str
    special: bool


# Of words that may mean several courts: the court codes in the case numbers beside each.
CodesBeside = Callable[[list[str]], Mapping[str, Iterable[str]]]


def resolve_words(
    con: duckdb.DuckDBPyConnection,
    words: Iterable[str],
    *,
    province: str | None = None,
    codes_beside: CodesBeside = lambda unsure: {},
) -> list[NewCourt]:
    """Make the temporary table import_courts (word, court_id, valid_from, valid_to, problem).

    Every distinct word has one row for each span of days on which it means one court (no end on
    a side: NULL; spans of a word do not overlap), or one row without a court whose `problem` says
    for a person why. Returns the courts among them that are not in the table courts, in order of
    id: they are beside the divisions (special), and it is for the caller to add them.
    `province` holds for all words, see CourtFinder.find. `codes_beside` is asked about words that
    are unsure: where the codes all name one of the courts that the word may mean, it is that court.
    """
    finder = CourtFinder.of(con)
    meant = {word: finder.find(word, province=province) for word in sorted(set(words))}
    unsure = [word for word, found in meant.items() if found.how == "unsure"]
    codes = codes_beside(unsure) if unsure else {}
    rows: list[tuple[object, ...]] = []
    new: dict[str, NewCourt] = {}
    for word, found in meant.items():
        if (court := new_court(found)) is not None:
            new[court.court_id] = court
            rows.append((word, court.court_id, None, None, None))
        elif (agreed := _agreed(finder, found, codes.get(word, ()))) is not None:
            rows.append((word, agreed, None, None, None))
        elif found.matches:
            rows += [(word, m.court_id, m.valid_from, m.valid_to, None) for m in found.matches]
        else:
            rows.append((word, None, None, None, found.message))
    _store(con, rows)
    return [new[court_id] for court_id in sorted(new)]


def _agreed(finder: CourtFinder, found: Found, codes: Iterable[str]) -> str | None:
    """The one candidate that every code names; None if there is no such court."""
    named = {match.court_id for code in codes for match in finder.find(code).matches}
    return named.pop() if len(named) == 1 and named <= set(found.candidates) else None


def new_court(found: Found) -> NewCourt | None:
    """The row of `courts` for a court that is placed; None for any other finding."""
    if found.how != "placed":
        return None
    assert found.name and found.level and found.place
    return NewCourt(found.name, found.name, found.level, found.place, found.special)


def _store(con: duckdb.DuckDBPyConnection, rows: list[tuple[object, ...]]) -> None:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {TABLE}"
        " (word VARCHAR, court_id VARCHAR, valid_from DATE, valid_to DATE, problem VARCHAR)"
    )
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
    con.execute(
        f"INSERT INTO {TABLE} SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]),"
        " unnest($3::DATE[]), unnest($4::DATE[]), unnest($5::VARCHAR[])",
        columns,
    )
