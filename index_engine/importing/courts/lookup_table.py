"""The courts of a file in SQL: a table that leads from its words to courts, by day."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import duckdb

from index_engine.importing.courts.finder import CourtFinder, Resolution, Status

COURT_TABLE = "import_courts"


@dataclass(frozen=True)
class NewCourt:
    """A court that a file names and no registry lists, for the table courts."""

    court_id: str
    name: str
    level: str
    region: str
    special: bool


# Of words that may mean several courts: the court codes in the case numbers beside each.
FindCodes = Callable[[list[str]], Mapping[str, Iterable[str]]]


def resolve_words(
    con: duckdb.DuckDBPyConnection,
    words: Iterable[str],
    *,
    province: str | None = None,
    find_codes: FindCodes = lambda words: {},
) -> list[NewCourt]:
    """Make the temporary table import_courts (word, court_id, valid_from, valid_to, problem).

    Every distinct word has one row for each span of days on which it means one court (no end on
    a side: NULL; spans of a word do not overlap), or one row without a court whose `problem` says
    for a person why. Returns the courts among them that are not in the table courts, in order of
    id: they are beside the divisions (special), and it is for the caller to add them.
    `province` holds for all words, see CourtFinder.find. `find_codes` is called with the ambiguous
    words: where its codes all name one of the courts that the word may mean, it is that court.
    """
    finder = CourtFinder.from_warehouse(con)
    resolution_by_word = {word: finder.find(word, province=province) for word in sorted(set(words))}
    ambiguous_words = [word for word, resolution in resolution_by_word.items() if resolution.status == Status.AMBIGUOUS]
    codes_by_word = find_codes(ambiguous_words) if ambiguous_words else {}
    rows: list[tuple[object, ...]] = []
    new_courts: dict[str, NewCourt] = {}
    for word, resolution in resolution_by_word.items():
        if (court := new_court(resolution)) is not None:
            new_courts[court.court_id] = court
            rows.append((word, court.court_id, None, None, None))
        elif (named_court := _court_from_codes(finder, resolution, codes_by_word.get(word, ()))) is not None:
            rows.append((word, named_court, None, None, None))
        elif resolution.spans:
            rows += [(word, span.court_id, span.valid_from, span.valid_to, None) for span in resolution.spans]
        else:
            rows.append((word, None, None, None, resolution.message))
    _store_table(con, rows)
    return [new_courts[court_id] for court_id in sorted(new_courts)]


def _court_from_codes(finder: CourtFinder, resolution: Resolution, codes: Iterable[str]) -> str | None:
    """The one candidate that every code names; None if there is no such court."""
    court_ids = {span.court_id for code in codes for span in finder.find(code).spans}
    return court_ids.pop() if len(court_ids) == 1 and court_ids <= set(resolution.candidates) else None


def new_court(resolution: Resolution) -> NewCourt | None:
    """The row of `courts` for a special court; None for any other resolution."""
    if resolution.status != Status.SPECIAL:
        return None
    assert resolution.name and resolution.level and resolution.region
    return NewCourt(resolution.name, resolution.name, resolution.level, resolution.region, resolution.special)


def _store_table(con: duckdb.DuckDBPyConnection, rows: list[tuple[object, ...]]) -> None:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {COURT_TABLE}"
        " (word VARCHAR, court_id VARCHAR, valid_from DATE, valid_to DATE, problem VARCHAR)"
    )
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
    con.execute(
        f"INSERT INTO {COURT_TABLE} SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]),"
        " unnest($3::DATE[]), unnest($4::DATE[]), unnest($5::VARCHAR[])",
        columns,
    )
