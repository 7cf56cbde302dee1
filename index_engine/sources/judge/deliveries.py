"""Deliveries: files of one kind and name, of which a later one corrects and completes the earlier.

Rows are told apart by the key of their contract. A row that a delivery changes or withdraws moves
to the schema `replaced`, with the number of that delivery; taking the delivery back moves it home.
"""

from dataclasses import dataclass, field

import duckdb

from index_engine.errors import InputError
from index_engine.sources.contract import Contract, contract
from index_engine.sources.judge.relations import NOT_REJECTED, Rows

# Rejected rows that were never data, and those whose key is not that of a case.
_ASIDES = ("total_row", "footnote")
_UNREAD = ("masked_number", "unreadable_batch")


@dataclass(frozen=True)
class Changes:
    """What a delivery does to the rows of those before it: kept == added + changed + same.

    `fields` says of each field how many rows it changes. `gone` are rows of earlier deliveries that
    are not in this one: they stay, unless the delivery says that it is complete.
    """

    added: int
    changed: int = 0
    same: int = 0
    gone: int = 0
    fields: dict[str, int] = field(default_factory=dict)


def earlier(con: duckdb.DuckDBPyConnection, kind: str, name: str) -> list[int]:
    """Return the numbers of the deliveries of a source, the first one first."""
    found = con.execute(
        "SELECT source_id FROM sources WHERE kind = ? AND name = ? ORDER BY source_id", [kind, name]
    ).fetchall()
    return [source_id for (source_id,) in found]


def deliver(
    con: duckdb.DuckDBPyConnection,
    rows: Rows,
    agreed: Contract,
    source_id: int,
    before: list[int],
    *,
    complete: bool,
) -> Changes:
    """Put the acceptable rows in their table and say what changed.

    `before` are the earlier deliveries of the same source; a row that one of them has already and
    that has not changed stays as it is. With `complete`, rows that are not in this delivery go.
    """
    if not before:
        return Changes(added=_insert(con, rows, agreed, source_id, ""))
    _compare(con, rows, agreed)
    gone = _withdraw(con, rows, agreed, source_id, before, complete)
    _replace(con, agreed, source_id)
    same = "row_no NOT IN (SELECT row_no FROM delivery_known WHERE len(fields) = 0)"
    inserted = _insert(con, rows, agreed, source_id, f"AND {same}")
    [(known, changed)] = con.execute(
        "SELECT count(*), count(*) FILTER (len(fields) > 0) FROM delivery_known"
    ).fetchall()
    fields = con.execute(
        "SELECT unnest(fields) AS field, count(*) FROM delivery_known GROUP BY 1 ORDER BY 1"
    ).fetchall()
    con.execute("DROP TABLE delivery_known")
    return Changes(inserted - changed, changed, known - changed, gone, dict(fields))


def _insert(
    con: duckdb.DuckDBPyConnection, rows: Rows, agreed: Contract, source_id: int, condition: str
) -> int:
    fields = ", ".join(agreed.names)
    [(inserted,)] = con.execute(
        f"INSERT INTO {agreed.table} ({fields}, source_id)"
        f" SELECT {fields}, {source_id} FROM {rows.sql}"
        f" WHERE {NOT_REJECTED} {condition}",
        rows.parameters,
    ).fetchall()
    return int(inserted)


def _compare(con: duckdb.DuckDBPyConnection, rows: Rows, agreed: Contract) -> None:
    """`delivery_known`: the rows whose key is known, and which of their fields have changed."""
    key = ", ".join(agreed.key)
    differing = ", ".join(
        f"CASE WHEN delivered.{name} IS DISTINCT FROM known.{name} THEN '{name}' END"
        for name in agreed.names
        if name not in agreed.key
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE delivery_known AS
        SELECT row_no, {key}, list_filter([{differing}], lambda name: name IS NOT NULL) AS fields
        FROM (SELECT * FROM {rows.sql} WHERE {NOT_REJECTED}) AS delivered
        JOIN {agreed.table} AS known USING ({key})""",
        rows.parameters,
    )


def _replace(con: duckdb.DuckDBPyConnection, agreed: Contract, source_id: int) -> None:
    """Move what has changed out of the way of its new version."""
    key = ", ".join(agreed.key)
    _move(
        con,
        agreed,
        source_id,
        f"({key}) IN (SELECT ({key}) FROM delivery_known WHERE len(fields) > 0)",
    )


def _withdraw(
    con: duckdb.DuckDBPyConnection,
    rows: Rows,
    agreed: Contract,
    source_id: int,
    before: list[int],
    complete: bool,
) -> int:
    """Count the rows that this delivery no longer has, and with `complete` take them out.

    A row that is in the file but could not be accepted is not gone.
    """
    key = ", ".join(agreed.key)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE delivery_gone AS SELECT {key} FROM {agreed.table} AS known"
        f" ANTI JOIN (SELECT {key} FROM {rows.sql}) AS delivered USING ({key})"
        " WHERE list_contains(CAST($before AS INTEGER[]), known.source_id)",
        rows.parameters | {"before": before},
    )
    [(gone,)] = con.execute("SELECT count(*) FROM delivery_gone").fetchall()
    if complete and gone:
        _move(con, agreed, source_id, f"({key}) IN (SELECT ({key}) FROM delivery_gone)")
    con.execute("DROP TABLE delivery_gone")
    return int(gone)


def check_told(con: duckdb.DuckDBPyConnection, rows: Rows, agreed: Contract, name: str) -> None:
    """Raise InputError if a complete delivery has rows that do not tell which they are.

    Their earlier versions would be taken out as if the file no longer had them.
    """
    untold = " OR ".join(f"{field} IS NULL" for field in agreed.key)
    asides, unread = (", ".join(f"'{rule}'" for rule in rules) for rules in (_ASIDES, _UNREAD))
    [(count, first)] = con.execute(
        f"SELECT count(DISTINCT row_no), min(row_no) FROM {rows.sql}"
        " JOIN (SELECT row_no, rule FROM accept_findings WHERE action = 'rejected') USING (row_no)"
        f" WHERE rule NOT IN ({asides}) AND ({untold} OR rule IN ({unread}))",
        rows.parameters,
    ).fetchall()
    if count:
        raise InputError(
            f"{name}: complete = true, but {count} rows do not tell which they are, the first in"
            f" line {first}: what the file no longer has cannot be told; mend them, or say"
            " complete = false"
        )


def _move(con: duckdb.DuckDBPyConnection, agreed: Contract, source_id: int, which: str) -> None:
    columns = ", ".join((*agreed.names, "source_id"))
    con.execute(
        f"INSERT INTO replaced.{agreed.table} ({columns}, replaced_by)"
        f" SELECT {columns}, {source_id} FROM {agreed.table} WHERE {which}"
    )
    con.execute(f"DELETE FROM {agreed.table} WHERE {which}")


def take_back(con: duckdb.DuckDBPyConnection, source_id: int) -> None:
    """Undo a delivery: its rows go, what it changed or withdrew comes back, and it is noted.

    Raises InputError if there is no such source, if a later delivery of the same source stands on
    it, or if other rows need the regions or courts that it brought.
    """
    found = con.execute(
        "SELECT kind, name FROM sources WHERE source_id = ?", [source_id]
    ).fetchall()
    if not found:
        raise InputError(f"source {source_id}: there is none; 'sources' lists them")
    [(kind, name)] = found
    later = [number for number in earlier(con, kind, name) if number > source_id]
    if later:
        raise InputError(
            f"source {source_id} ({name}): later deliveries stand on it; first undo"
            f" {', '.join(map(str, reversed(later)))}"
        )
    agreed = contract(kind)
    columns = ", ".join((*agreed.names, "source_id"))
    con.execute(f"DELETE FROM {agreed.table} WHERE source_id = ?", [source_id])
    con.execute(
        f"INSERT INTO {agreed.table} ({columns})"
        f" SELECT {columns} FROM replaced.{agreed.table} WHERE replaced_by = ?",
        [source_id],
    )
    con.execute(f"DELETE FROM replaced.{agreed.table} WHERE replaced_by = ?", [source_id])
    _drop_courts_brought_along(con, kind, source_id)
    check_references(con, f"source {source_id} ({name})", "it brought; undo their sources first")
    for table in ("rejects", "case_sequences"):
        con.execute(f"DELETE FROM {table} WHERE source_id = ?", [source_id])
    con.execute(
        "INSERT INTO undone SELECT *, now()::TIMESTAMP FROM sources WHERE source_id = ?",
        [source_id],
    )
    con.execute("DELETE FROM sources WHERE source_id = ?", [source_id])


def _drop_courts_brought_along(con: duckdb.DuckDBPyConnection, kind: str, source_id: int) -> None:
    """Courts that came with a file of cases go with it, unless others have cases of them by now, or
    had: those may come back. They then go with the last of these."""
    if kind != "courts":
        used = " UNION ".join(
            f"SELECT court_id FROM {schema}.{table}"
            for schema in ("main", "replaced")
            for table in ("cases", "auction_rounds", "court_periods")
        )
        con.execute(
            "DELETE FROM courts WHERE (source_id = $source_id"
            " OR source_id NOT IN (SELECT source_id FROM sources))"
            f" AND court_id NOT IN ({used})",
            {"source_id": source_id},
        )


def check_references(con: duckdb.DuckDBPyConnection, start: str, mend: str) -> None:
    """Raise InputError, with this start and end, if rows need regions or courts that are not there.

    Replaced rows count too: undoing a delivery brings them back.
    """
    for kind in ("courts", "court_names", "cases", "auctions", "court_periods"):
        agreed = contract(kind)
        for of in agreed.fields:
            if of.refers_to is None:
                continue
            table, column = of.refers_to
            [(left,)] = con.execute(
                f"SELECT count(*) FROM (SELECT {of.name} FROM {agreed.table}"
                f" UNION ALL SELECT {of.name} FROM replaced.{agreed.table})"
                f" WHERE {of.name} NOT IN (SELECT {column} FROM {table})"
            ).fetchall()
            if left:
                raise InputError(f"{start}: {left} rows of {agreed.table} need the {table} {mend}")
