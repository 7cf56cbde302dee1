"""Loading: typed rows are validated, accepted or rejected, counted, and stored in the warehouse.

Files come through pipeline.py, the synthetic sample comes straight here; both are held to the
same rules. Every row that is staged is either in its contract table or in `rejects`, never in
both and never in neither.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import duckdb

from index_engine.errors import InputError, Message
from index_engine.importing.contract import Contract, read_contract
from index_engine.importing.validation import deliveries, references
from index_engine.importing.validation.cross_row import validate_cross_row
from index_engine.importing.validation.deliveries import Changes
from index_engine.importing.validation.findings import (
    FINDING_TYPE,
    NOT_REJECTED_SQL,
    StagedRows,
    create_findings,
    drop_findings,
    insert_findings,
)
from index_engine.importing.validation.redaction import redact_message_sql, redact_sql
from index_engine.importing.validation.rules import Rule, applicable_row_rules

EARLIEST_DATE = date(1990, 1, 1)


@dataclass(frozen=True)
class Source:
    """What the `sources` table says of a file, and what its rows are validated against.

    Files of one kind and name are deliveries of one source: a later one corrects the rows of those
    before it, and with `complete` also takes out those that it no longer has. `observed_from` and
    `observed_to` are the first and last day whose events the source records (None: not stated);
    `earliest` is the first day that can be a date of it at all; `law` picks the rules that hold
    under one country's law only.
    """

    kind: str
    name: str
    sha256: str
    observed_from: date | None
    observed_to: date | None
    synthetic: bool
    earliest: date = EARLIEST_DATE
    law: str = "CN"
    complete: bool = False
    holds: str | None = None  # which cases of its courts, see observation_design.py
    same_cases: bool | None = None  # what other sources seem to have too is the same, see duplicates.py
    same_lots: bool | None = None  # rounds under several ids that seem to be of one lot are
    mapping: str | None = None  # the text of the mapping that the file was read with


@dataclass(frozen=True)
class LoadResult:
    """What became of the rows of one source: rows == accepted_rows + rejected_rows, and warned_rows
    are among the accepted.

    The counts are rule -> number of rows; a row that fails two rules counts under both, so
    `rejection_counts` may add up to more than `rejected_rows`. Rows under `clearing_counts` lost a
    value, rows under `warning_counts` and `note_counts` nothing; a cleared row may still be
    rejected for another reason. `notices` are of the source as a whole.
    """

    source_id: int
    rows: int
    accepted_rows: int
    rejected_rows: int
    warned_rows: int
    changes: Changes
    rejection_counts: dict[str, int]
    clearing_counts: dict[str, int] = field(default_factory=dict)
    warning_counts: dict[str, int] = field(default_factory=dict)
    note_counts: dict[str, int] = field(default_factory=dict)
    notices: tuple[Message, ...] = ()


def load_rows(
    con: duckdb.DuckDBPyConnection,
    staging_table: str,
    source: Source,
    *,
    findings: str | None = None,
    clearable: Collection[str] = (),
) -> LoadResult:
    """Validate staged rows, fill the contract table and `rejects`, and register the source.

    `staging_table` names a table or view with `row_no` BIGINT (unique, from 1) and the typed columns of
    the contract; absent columns are NULL.

    `findings` names a table (row_no, field, value, rule, message) of values that could not be
    read. Such a row is rejected and validated no further, unless the field is in `clearable`: then
    the value alone is dropped; a column `action` may decide otherwise. The same holds for a value
    of a clearable field that breaks a rule; fields are cleared in the contract's order, and each is
    validated on what is left.

    Of several rows with one key the first acceptable one is kept.

    Raises InputError if the rows as a whole cannot stand: regions without a nation, a delivery
    that does not follow on the one before it, or takes out what others need. ValueError if
    `staging_table` has columns the contract does not know.
    """
    data_contract = read_contract(source.kind)
    earlier_ids = deliveries.delivery_ids(con, source.kind, source.name)
    _check_delivery_dates(con, source, earlier_ids)
    rules = applicable_row_rules(data_contract, source.law)
    rows = _contract_rows(con, staging_table, data_contract, rules, source, clearable)
    create_findings(con)
    try:
        if findings is not None:
            _copy_findings(con, findings, clearable)
        _apply_rules(con, rows, rules)
        references.validate_references(con, rows, data_contract, source.name, earlier_ids)
        validate_cross_row(con, rows, data_contract, source.law)
        return _store_rows(con, rows, data_contract, source, earlier_ids)
    finally:
        drop_findings(con)


def _check_delivery_dates(con: duckdb.DuckDBPyConnection, source: Source, earlier_ids: list[int]) -> None:
    """Deliveries share one window of observation, so no day may be left out between them; and they
    come in the order of time, since each replaces what the one before it said."""
    end = source.observed_to
    if end is not None and end > _latest_possible_date() and not source.synthetic:
        raise InputError("observed_in_future", name=source.name, end=end)
    [(previous_end,)] = con.execute(
        "SELECT max(observed_to) FROM sources WHERE list_contains(CAST($before AS INTEGER[]), source_id)",
        {"before": earlier_ids},
    ).fetchall()
    start = source.observed_from
    if previous_end is not None and start is not None and start > previous_end + timedelta(days=1):
        raise InputError("observation_gap", name=source.name, start=start, previous_end=previous_end)
    if previous_end is not None and end is not None and end < previous_end:
        raise InputError("delivery_out_of_order", name=source.name, end=end, previous_end=previous_end)


def _contract_rows(
    con: duckdb.DuckDBPyConnection,
    staging_table: str,
    data_contract: Contract,
    rules: tuple[Rule, ...],
    source: Source,
    clearable: Collection[str],
) -> StagedRows:
    """Return SQL for the staged rows as the contract has them, bad values of `clearable` dropped.

    Beside the contract's fields stand row_no, what the rules know of the source (observed_from,
    observed_to, earliest, latest), and `cleared`: a list of what was dropped, NULL where nothing was.
    """
    staged_columns = {row[0] for row in con.execute(f'DESCRIBE "{staging_table}"').fetchall()}
    unknown_columns = staged_columns - {"row_no", *data_contract.field_names}
    if unknown_columns or "row_no" not in staged_columns:
        raise ValueError(
            f"{staging_table}: staged {data_contract.kind} have row_no and fields of the contract only;"
            f" found {sorted(staged_columns)}"
        )
    columns = ", ".join(
        f"CAST({f.name if f.name in staged_columns else 'NULL'} AS {f.type}) AS {f.name}" for f in data_contract.fields
    )
    sql = (
        f"SELECT row_no, {columns}, CAST($observed_from AS DATE) AS observed_from,"
        " CAST($observed_to AS DATE) AS observed_to, CAST($earliest AS DATE) AS earliest,"
        " CAST($latest AS DATE) AS latest,"
        f' CAST(NULL AS {FINDING_TYPE}[]) AS cleared FROM "{staging_table}"'
    )
    # One nested query a field, so that a rule on a later field sees what was cleared before it.
    for name in data_contract.field_names:
        errors = [rule for rule in rules if rule.field == name and rule.severity == "error"]
        if name in clearable and errors:
            condition = f"{name} IS NOT NULL AND ({_any_rule_sql(errors)})"
            cleared_findings = ", ".join(rule.finding_sql("cleared") for rule in errors)
            sql = (
                f"SELECT * REPLACE (CASE WHEN {condition} THEN NULL ELSE {name} END AS {name},"
                f" CASE WHEN {condition} THEN list_concat(cleared, [{cleared_findings}]) ELSE cleared END"
                f" AS cleared) FROM ({sql})"
            )
    parameters = {
        "observed_from": source.observed_from,
        "observed_to": source.observed_to or _latest_possible_date(),
        "earliest": source.earliest,
        "latest": max(source.observed_to or _latest_possible_date(), _latest_possible_date()),
    }
    return StagedRows(f"({sql})", parameters)


def _latest_possible_date() -> date:
    """The last day that can have been, wherever on earth the file is from."""
    return datetime.now(UTC).date() + timedelta(days=1)


def _any_rule_sql(rules: Collection[Rule]) -> str:
    return " OR ".join(f"({rule.when})" for rule in rules)


def _copy_findings(con: duckdb.DuckDBPyConnection, findings: str, clearable: Collection[str]) -> None:
    columns = {row[0] for row in con.execute(f'DESCRIBE "{findings}"').fetchall()}
    con.execute(
        f"INSERT INTO validation_findings SELECT row_no, field, value, rule, message,"
        f" coalesce({'action' if 'action' in columns else 'NULL'},"
        " CASE WHEN list_contains(CAST($clearable AS VARCHAR[]), field) THEN 'cleared'"
        f" ELSE 'rejected' END) FROM \"{findings}\"",
        {"clearable": list(clearable)},
    )


def _apply_rules(con: duckdb.DuckDBPyConnection, rows: StagedRows, rules: tuple[Rule, ...]) -> None:
    """Note what every row breaks: conditions on all rows, texts on those that fail, if there are any.

    Rows that could not be read are left out: what else is wrong with them is unknown.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE rows_with_findings AS SELECT * FROM {rows.sql}"
        f" WHERE (cleared IS NOT NULL OR {_any_rule_sql(rules)}) AND {NOT_REJECTED_SQL}",
        rows.parameters,
    )
    # To plan the texts of all rules takes longer than to look through a small file.
    if _scalar(con, "SELECT count(*) FROM rows_with_findings"):
        findings_sql = ", ".join(rule.finding_sql(rule.action) for rule in rules)
        insert_findings(
            con, f"SELECT row_no, list_concat(cleared, [{findings_sql}]) AS findings FROM rows_with_findings", {}
        )
    con.execute("DROP TABLE rows_with_findings")


def _store_rows(
    con: duckdb.DuckDBPyConnection, rows: StagedRows, data_contract: Contract, source: Source, earlier_ids: list[int]
) -> LoadResult:
    """Put the kept rows, the findings and the source in their tables, and count them."""
    source_id = next_source_id(con)
    row_count = _scalar(con, f"SELECT count(*) FROM {rows.sql}", rows.parameters)
    rejected_rows, warned_rows = (
        _scalar(
            con, f"SELECT count(DISTINCT row_no) FROM validation_findings WHERE action = '{action}' AND {condition}"
        )
        for action, condition in (("rejected", "true"), ("warned", NOT_REJECTED_SQL))
    )
    if source.complete and earlier_ids:
        deliveries.check_rows_identifiable(con, rows, data_contract, source.name)
    changes = deliveries.apply_delivery(con, rows, data_contract, source_id, earlier_ids, complete=source.complete)
    dangling = deliveries.first_dangling_reference(con) if source.complete else None
    if changes.absent_rows and dangling:
        raise InputError(
            "withdrawn_rows_needed",
            name=source.name,
            rows=dangling.rows,
            kind=dangling.kind,
            referent=dangling.referent,
        )
    accepted_rows = changes.added_rows + changes.changed_rows + changes.unchanged_rows
    if row_count != accepted_rows + rejected_rows:
        raise AssertionError(
            f"internal error: {source.name}: {row_count} rows staged, but {accepted_rows} kept and"
            f" {rejected_rows} rejected; is row_no unique and without gaps of NULL?"
        )
    _record_findings(con, source_id)
    con.execute(
        "INSERT INTO sources (source_id, kind, name, sha256, imported_at, rows, rejected, warned,"
        " added, changed, gone, mapping, observed_from, observed_to, holds, same_cases, same_lots, inferred, synthetic)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            source_id,
            source.kind,
            source.name,
            source.sha256,
            datetime.now(UTC).replace(tzinfo=None),
            row_count,
            rejected_rows,
            warned_rows,
            changes.added_rows,
            changes.changed_rows,
            changes.absent_rows,
            source.mapping,
            source.observed_from,
            source.observed_to,
            source.holds,
            source.same_cases,
            source.same_lots,
            _inferred_count(con, source, source_id),
            source.synthetic,
        ],
    )
    rejection_counts, clearing_counts, warning_counts, note_counts = (
        row_count_by_rule(con, source_id, action) for action in ("rejected", "cleared", "warned", "noted")
    )
    return LoadResult(
        source_id,
        row_count,
        accepted_rows,
        rejected_rows,
        warned_rows,
        changes,
        rejection_counts,
        clearing_counts,
        warning_counts,
        note_counts,
    )


def _inferred_count(con: duckdb.DuckDBPyConnection, source: Source, source_id: int) -> int | None:
    """Return how many rounds of a delivery have a day of listing that was worked out; None of other kinds."""
    if source.kind != "auctions":
        return None
    return _scalar(
        con,
        "SELECT count(*) FILTER (listing_inferred) FROM auction_rounds WHERE source_id = $source_id",
        {"source_id": source_id},
    )


def next_source_id(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the next source; none is given twice, not even after an undo."""
    return _scalar(
        con,
        "SELECT coalesce(max(source_id), 0) + 1"
        " FROM (SELECT source_id FROM sources UNION ALL SELECT source_id FROM undone)",
    )


def _record_findings(con: duckdb.DuckDBPyConnection, source_id: int) -> None:
    """Write the findings to `rejects`, without words that may be the name of a person.

    Warnings about rejected rows are left out; what was cleared may be why it is not.
    """
    # What a message says of a court quotes the cell once; the full names beside it are of known courts.
    message = (
        "CASE WHEN value IS NULL OR kept = value THEN message"
        " WHEN field = 'court_id' AND contains(message, chr(39) || value || chr(39))"
        " THEN replace(message, chr(39) || value || chr(39), chr(39) || kept || chr(39))"
        " ELSE replace(message, value, kept) END"
    )
    con.execute(
        "INSERT INTO rejects SELECT $source_id, row_no, field, kept, rule,"
        f" {redact_message_sql(message)}, action"
        f" FROM (SELECT *, {redact_sql('value', 'field')} AS kept FROM validation_findings"
        f" WHERE action IN ('rejected', 'cleared') OR {NOT_REJECTED_SQL})"
        " ORDER BY row_no, action, field, rule",
        {"source_id": source_id},
    )


def row_count_by_rule(con: duckdb.DuckDBPyConnection, source_id: int, action: str) -> dict[str, int]:
    return dict(
        con.execute(
            "SELECT rule, count(DISTINCT row_no) FROM rejects"
            " WHERE source_id = ? AND action = ? GROUP BY rule ORDER BY rule",
            [source_id, action],
        ).fetchall()
    )


def _scalar(con: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> int:
    row = con.execute(sql, parameters).fetchone()
    assert row is not None
    return int(row[0])
