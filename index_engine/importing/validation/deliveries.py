"""Deliveries: files of one kind and name, of which a later one corrects and completes the earlier.

Rows are identified by the key of their contract. A row that a delivery changes or withdraws moves
to the schema `replaced`, with the number of that delivery; taking the delivery back moves it home.
"""

from dataclasses import dataclass, field

import duckdb

from index_engine.errors import InputError, Term
from index_engine.importing.contract import Contract, read_contract
from index_engine.importing.validation.findings import NOT_REJECTED_SQL, StagedRows

# Rejected rows that were never data, and those whose key is not that of a case.
_NON_DATA_RULES = ("total_row", "footnote")
_UNREADABLE_KEY_RULES = ("masked_number", "unreadable_batch")


@dataclass(frozen=True)
class Changes:
    """What a delivery does to the rows of those before it: accepted == added + changed + unchanged.

    `changes_by_field` says of each field how many rows it changes. `absent_rows` are rows of earlier
    deliveries that are not in this one: they stay, unless the delivery says that it is complete.
    """

    added_rows: int
    changed_rows: int = 0
    unchanged_rows: int = 0
    absent_rows: int = 0
    changes_by_field: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DanglingReference:
    """How many rows of a kind refer to rows of another that are not there."""

    rows: int
    kind: Term
    referent: Term


def delivery_ids(con: duckdb.DuckDBPyConnection, kind: str, name: str) -> list[int]:
    """Return the numbers of the deliveries of a source, the first one first."""
    delivery_rows = con.execute(
        "SELECT source_id FROM sources WHERE kind = ? AND name = ? ORDER BY source_id", [kind, name]
    ).fetchall()
    return [source_id for (source_id,) in delivery_rows]


def apply_delivery(
    con: duckdb.DuckDBPyConnection,
    rows: StagedRows,
    data_contract: Contract,
    source_id: int,
    earlier_ids: list[int],
    *,
    complete: bool,
) -> Changes:
    """Put the acceptable rows in their table and say what changed.

    `before` are the earlier deliveries of the same source; a row that one of them has already and
    that has not changed stays as it is. With `complete`, rows that are not in this delivery go.
    """
    if not earlier_ids:
        return Changes(added_rows=_insert_rows(con, rows, data_contract, source_id, ""))
    _compare_versions(con, rows, data_contract, earlier_ids)
    absent_rows = _withdraw_absent_rows(con, rows, data_contract, source_id, earlier_ids, complete)
    _archive_changed_rows(con, data_contract, source_id, earlier_ids)
    new_or_changed_sql = "row_no NOT IN (SELECT row_no FROM delivery_known WHERE len(fields) = 0)"
    inserted_rows = _insert_rows(con, rows, data_contract, source_id, f"AND {new_or_changed_sql}")
    [(known_rows, changed_rows)] = con.execute(
        "SELECT count(*), count(*) FILTER (len(fields) > 0) FROM delivery_known"
    ).fetchall()
    changes_by_field = con.execute(
        "SELECT unnest(fields) AS field, count(*) FROM delivery_known GROUP BY 1 ORDER BY 1"
    ).fetchall()
    con.execute("DROP TABLE delivery_known")
    return Changes(
        inserted_rows - changed_rows, changed_rows, known_rows - changed_rows, absent_rows, dict(changes_by_field)
    )


def _insert_rows(
    con: duckdb.DuckDBPyConnection, rows: StagedRows, data_contract: Contract, source_id: int, condition: str
) -> int:
    fields = ", ".join(data_contract.field_names)
    # In the order of the file, the rows of a court and year are in that of its case numbers, which would
    # give every number back. Salted hashes are in no order.
    is_hashed = any(data_contract.field(name).hashed for name in data_contract.key)
    # A hash of theirs is ordered in half the time.
    order_sql = f" ORDER BY hash({', '.join(data_contract.key)})" if is_hashed else ""
    [(row_count,)] = con.execute(
        f"INSERT INTO {data_contract.table} ({fields}, source_id)"
        f" SELECT {fields}, {source_id} FROM {rows.sql}"
        f" WHERE {NOT_REJECTED_SQL} {condition}{order_sql}",
        rows.parameters,
    ).fetchall()
    return int(row_count)


def _compare_versions(
    con: duckdb.DuckDBPyConnection, rows: StagedRows, data_contract: Contract, earlier_ids: list[int]
) -> None:
    """`delivery_known`: the rows whose key is known, and which of their fields have changed."""
    key = ", ".join(data_contract.key)
    changed_fields_sql = ", ".join(
        f"CASE WHEN delivered.{name} IS DISTINCT FROM known.{name} THEN '{name}' END"
        for name in data_contract.field_names
        if name not in data_contract.key
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE delivery_known AS
        SELECT row_no, {key}, list_filter([{changed_fields_sql}], lambda name: name IS NOT NULL) AS fields
        FROM (SELECT * FROM {rows.sql} WHERE {NOT_REJECTED_SQL}) AS delivered
        JOIN (SELECT * FROM {data_contract.table}
              WHERE list_contains(CAST($before AS INTEGER[]), source_id)) AS known USING ({key})""",
        rows.parameters | {"before": earlier_ids},
    )


def _archive_changed_rows(
    con: duckdb.DuckDBPyConnection, data_contract: Contract, source_id: int, earlier_ids: list[int]
) -> None:
    """Move what has changed out of the way of its new version."""
    key = ", ".join(data_contract.key)
    _archive_rows(
        con,
        data_contract,
        source_id,
        earlier_ids,
        f"({key}) IN (SELECT ({key}) FROM delivery_known WHERE len(fields) > 0)",
    )


def _withdraw_absent_rows(
    con: duckdb.DuckDBPyConnection,
    rows: StagedRows,
    data_contract: Contract,
    source_id: int,
    earlier_ids: list[int],
    complete: bool,
) -> int:
    """Count the rows that this delivery no longer has, and with `complete` take them out.

    A row that is in the file but could not be accepted is not gone.
    """
    key = ", ".join(data_contract.key)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE delivery_gone AS SELECT {key} FROM {data_contract.table} AS known"
        f" ANTI JOIN (SELECT {key} FROM {rows.sql}) AS delivered USING ({key})"
        " WHERE list_contains(CAST($before AS INTEGER[]), known.source_id)",
        rows.parameters | {"before": earlier_ids},
    )
    [(absent_rows,)] = con.execute("SELECT count(*) FROM delivery_gone").fetchall()
    if complete and absent_rows:
        _archive_rows(con, data_contract, source_id, earlier_ids, f"({key}) IN (SELECT ({key}) FROM delivery_gone)")
    con.execute("DROP TABLE delivery_gone")
    return int(absent_rows)


def check_rows_identifiable(
    con: duckdb.DuckDBPyConnection, rows: StagedRows, data_contract: Contract, name: str
) -> None:
    """Raise InputError if a complete delivery has rows that do not tell which they are.

    Their earlier versions would be taken out as if the file no longer had them.
    """
    missing_key_sql = " OR ".join(f"{field} IS NULL" for field in data_contract.key)
    non_data_rules, unreadable_key_rules = (
        ", ".join(f"'{rule}'" for rule in rules) for rules in (_NON_DATA_RULES, _UNREADABLE_KEY_RULES)
    )
    [(count, first_row)] = con.execute(
        f"SELECT count(DISTINCT row_no), min(row_no) FROM {rows.sql}"
        " JOIN (SELECT row_no, rule FROM validation_findings WHERE action = 'rejected') USING (row_no)"
        f" WHERE rule NOT IN ({non_data_rules}) AND ({missing_key_sql} OR rule IN ({unreadable_key_rules}))",
        rows.parameters,
    ).fetchall()
    if count:
        raise InputError("rows_unidentifiable", name=name, count=count, line=first_row)


def _archive_rows(
    con: duckdb.DuckDBPyConnection, data_contract: Contract, source_id: int, earlier_ids: list[int], condition: str
) -> None:
    """Move rows of earlier deliveries to `replaced`; other sources may have rows of the same key."""
    columns = ", ".join((*data_contract.field_names, "source_id"))
    condition = f"source_id IN ({', '.join(map(str, earlier_ids))}) AND {condition}"
    con.execute(
        f"INSERT INTO replaced.{data_contract.table} ({columns}, replaced_by)"
        f" SELECT {columns}, {source_id} FROM {data_contract.table} WHERE {condition}"
    )
    con.execute(f"DELETE FROM {data_contract.table} WHERE {condition}")


def undo_import(con: duckdb.DuckDBPyConnection, source_id: int) -> None:
    """Undo a delivery: its rows go, what it changed or withdrew comes back, and it is noted.

    Raises InputError if there is no such source, if a later delivery of the same source stands on
    it, or if other rows need the regions or courts that it brought.
    """
    source_rows = con.execute("SELECT kind, name FROM sources WHERE source_id = ?", [source_id]).fetchall()
    if not source_rows:
        raise InputError("no_such_source", source_id=source_id)
    [(kind, name)] = source_rows
    later_ids = [delivery_id for delivery_id in delivery_ids(con, kind, name) if delivery_id > source_id]
    if later_ids:
        raise InputError("later_deliveries", source_id=source_id, name=name, later_ids=list(reversed(later_ids)))
    data_contract = read_contract(kind)
    columns = ", ".join((*data_contract.field_names, "source_id"))
    con.execute(f"DELETE FROM {data_contract.table} WHERE source_id = ?", [source_id])
    con.execute(
        f"INSERT INTO {data_contract.table} ({columns})"
        f" SELECT {columns} FROM replaced.{data_contract.table} WHERE replaced_by = ?",
        [source_id],
    )
    con.execute(f"DELETE FROM replaced.{data_contract.table} WHERE replaced_by = ?", [source_id])
    _drop_accompanying_courts(con, kind, source_id)
    if dangling := first_dangling_reference(con):
        raise InputError(
            "source_needed",
            source_id=source_id,
            name=name,
            rows=dangling.rows,
            kind=dangling.kind,
            referent=dangling.referent,
        )
    for table in ("rejects", "case_sequences"):
        con.execute(f"DELETE FROM {table} WHERE source_id = ?", [source_id])
    con.execute("INSERT INTO undone SELECT *, now()::TIMESTAMP FROM sources WHERE source_id = ?", [source_id])
    con.execute("DELETE FROM sources WHERE source_id = ?", [source_id])


def _drop_accompanying_courts(con: duckdb.DuckDBPyConnection, kind: str, source_id: int) -> None:
    """Courts that came with a file of cases go with it, unless others have cases of them by now, or
    had: those may come back. They then go with the last of these."""
    if kind != "courts":
        used_courts_sql = " UNION ".join(
            f"SELECT court_id FROM {schema}.{table}"
            for schema in ("main", "replaced")
            for table in ("cases", "auction_rounds", "court_periods")
        )
        con.execute(
            "DELETE FROM courts WHERE (source_id = $source_id"
            " OR source_id NOT IN (SELECT source_id FROM sources))"
            f" AND court_id NOT IN ({used_courts_sql})",
            {"source_id": source_id},
        )


def first_dangling_reference(con: duckdb.DuckDBPyConnection) -> DanglingReference | None:
    """Return rows that need regions or courts that are not there; None if there are none.

    Replaced rows count too: undoing a delivery brings them back.
    """
    for kind in ("courts", "court_names", "cases", "auctions", "court_periods"):
        data_contract = read_contract(kind)
        for reference in data_contract.fields:
            if reference.reference is None:
                continue
            table, column = reference.reference
            [(dangling_rows,)] = con.execute(
                f"SELECT count(*) FROM (SELECT {reference.name} FROM {data_contract.table}"
                f" UNION ALL SELECT {reference.name} FROM replaced.{data_contract.table})"
                f" WHERE {reference.name} NOT IN (SELECT {column} FROM {table})"
            ).fetchall()
            if dangling_rows:
                # The tables that are referred to have the names of their kinds.
                return DanglingReference(
                    dangling_rows, Term("kind", kind, text=data_contract.table), Term("kind", table)
                )
    return None
