"""The one door into the warehouse: typed rows are judged, kept or rejected, and counted.

Files come through the importer, the synthetic sample comes straight here; both are held to the
same rules. Every row that is staged is either in its contract table or in `rejects`, never in
both and never in neither.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import duckdb

from index_engine.errors import InputError
from index_engine.sources.contract import Contract, contract
from index_engine.sources.judge import deliveries, relations
from index_engine.sources.judge.across import judge_across
from index_engine.sources.judge.deliveries import Changes
from index_engine.sources.judge.redaction import redacted
from index_engine.sources.judge.relations import Rows
from index_engine.sources.judge.rules import Rule, rules_for

EARLIEST = date(1990, 1, 1)

_FINDING = "STRUCT(field VARCHAR, value VARCHAR, rule VARCHAR, message VARCHAR, action VARCHAR)"


@dataclass(frozen=True)
class Source:
    """What the `sources` table says of a file, and what its rows are judged against.

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
    earliest: date = EARLIEST
    law: str = "CN"
    complete: bool = False
    mapping: str | None = None  # the text of the mapping that the file was read with


@dataclass(frozen=True)
class Outcome:
    """What became of the rows of one source: rows == kept + rejected, and with_warning are kept.

    Each mapping is rule -> number of rows; a row that fails two rules counts under both, so
    `reasons` may add up to more than `rejected`. Rows under `cleared` lost a value, rows under
    `warned` and `noted` nothing; a cleared row may still be rejected for another reason.
    """

    source_id: int
    rows: int
    kept: int
    rejected: int
    with_warning: int
    changes: Changes
    reasons: dict[str, int]
    cleared: dict[str, int] = field(default_factory=dict)
    warned: dict[str, int] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)


def accept(
    con: duckdb.DuckDBPyConnection,
    staged: str,
    source: Source,
    *,
    findings: str | None = None,
    clearable: Collection[str] = (),
) -> Outcome:
    """Judge the rows of `staged`, fill the contract table and `rejects`, and register the source.

    `staged` names a table or view with `row_no` BIGINT (unique, from 1) and the typed columns of
    the contract; absent columns are NULL.

    `findings` names a table (row_no, field, value, rule, message) of values that could not be
    read. Such a row is rejected and judged no further, unless the field is in `clearable`: then
    the value alone is dropped; a column `action` may decide otherwise. The same holds for a value
    of a clearable field that breaks a rule; fields are cleared in the contract's order, and each is
    judged on what is left.

    Of several rows with one key the first acceptable one is kept.

    Raises InputError if the rows as a whole cannot stand: regions without a nation, a delivery
    that does not follow on the one before it, or takes out what others need. ValueError if `staged`
    has columns the contract does not know.
    """
    agreed = contract(source.kind)
    before = deliveries.earlier(con, source.kind, source.name)
    _check_follows(con, source, before)
    rules = rules_for(agreed, source.law)
    rows = _rows(con, staged, agreed, rules, source, clearable)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE accept_findings (row_no BIGINT, field VARCHAR,"
        " value VARCHAR, rule VARCHAR, message VARCHAR, action VARCHAR)"
    )
    try:
        if findings is not None:
            _take_findings(con, findings, clearable)
        _judge(con, rows, rules)
        relations.judge(con, rows, agreed, source.name, before)
        judge_across(con, rows, agreed, source.law)
        return _settle(con, rows, agreed, source, before)
    finally:
        con.execute("DROP TABLE accept_findings")


def _check_follows(con: duckdb.DuckDBPyConnection, source: Source, before: list[int]) -> None:
    """Deliveries share one window of observation, so no day may be left out between them; and they
    come in the order of time, since each replaces what the one before it said."""
    ends = source.observed_to
    if ends is not None and ends > _last_day() and not source.synthetic:
        raise InputError(
            f"{source.name}: observed_to = {ends} is still to come; give the last day whose events"
            " the file records"
        )
    [(upto,)] = con.execute(
        "SELECT max(observed_to) FROM sources"
        " WHERE list_contains(CAST($before AS INTEGER[]), source_id)",
        {"before": before},
    ).fetchall()
    begins = source.observed_from
    if upto is not None and begins is not None and begins > upto + timedelta(days=1):
        raise InputError(
            f"{source.name}: observed_from = {begins}, but the delivery before it ends on {upto};"
            " the days between are observed by neither: correct the date, or give another name"
        )
    if upto is not None and ends is not None and ends < upto:
        raise InputError(
            f"{source.name}: observed_to = {ends}, but the delivery before it ends on {upto}; older"
            " rows would replace newer ones: correct the date, undo that delivery, or give another"
            " name"
        )


def _rows(
    con: duckdb.DuckDBPyConnection,
    staged: str,
    agreed: Contract,
    rules: tuple[Rule, ...],
    source: Source,
    clearable: Collection[str],
) -> Rows:
    """Return SQL for the staged rows as the contract has them, bad values of `clearable` dropped.

    Beside the contract's fields stand row_no, what the rules know of the source (observed_from,
    observed_to, earliest), and `cleared`: a list of what was dropped, NULL where nothing was.
    """
    present = {row[0] for row in con.execute(f'DESCRIBE "{staged}"').fetchall()}
    unknown = present - {"row_no", *agreed.names}
    if unknown or "row_no" not in present:
        raise ValueError(
            f"{staged}: staged {agreed.kind} have row_no and fields of the contract only;"
            f" found {sorted(present)}"
        )
    columns = ", ".join(
        f"CAST({f.name if f.name in present else 'NULL'} AS {f.type}) AS {f.name}"
        for f in agreed.fields
    )
    sql = (
        f"SELECT row_no, {columns}, CAST($observed_from AS DATE) AS observed_from,"
        " CAST($observed_to AS DATE) AS observed_to, CAST($earliest AS DATE) AS earliest,"
        f' CAST(NULL AS {_FINDING}[]) AS cleared FROM "{staged}"'
    )
    # One nested query a field, so that a rule on a later field sees what was cleared before it.
    for name in agreed.names:
        errors = [rule for rule in rules if rule.field == name and rule.severity == "error"]
        if name in clearable and errors:
            fires = f"{name} IS NOT NULL AND ({_any(errors)})"
            dropped = ", ".join(rule.finding("cleared") for rule in errors)
            sql = (
                f"SELECT * REPLACE (CASE WHEN {fires} THEN NULL ELSE {name} END AS {name},"
                f" CASE WHEN {fires} THEN list_concat(cleared, [{dropped}]) ELSE cleared END"
                f" AS cleared) FROM ({sql})"
            )
    period = {
        "observed_from": source.observed_from,
        "observed_to": source.observed_to or _last_day(),
        "earliest": source.earliest,
    }
    return Rows(f"({sql})", period)


def _last_day() -> date:
    """The last day that can have been, wherever on earth the file is from."""
    return datetime.now(UTC).date() + timedelta(days=1)


def _any(rules: Collection[Rule]) -> str:
    return " OR ".join(f"({rule.when})" for rule in rules)


def _take_findings(
    con: duckdb.DuckDBPyConnection, findings: str, clearable: Collection[str]
) -> None:
    columns = {row[0] for row in con.execute(f'DESCRIBE "{findings}"').fetchall()}
    con.execute(
        f"INSERT INTO accept_findings SELECT row_no, field, value, rule, message,"
        f" coalesce({'action' if 'action' in columns else 'NULL'},"
        " CASE WHEN list_contains(CAST($clearable AS VARCHAR[]), field) THEN 'cleared'"
        f" ELSE 'rejected' END) FROM \"{findings}\"",
        {"clearable": list(clearable)},
    )


def _judge(con: duckdb.DuckDBPyConnection, rows: Rows, rules: tuple[Rule, ...]) -> None:
    """Note what every row breaks in one scan: conditions on all rows, texts on those that fail.

    Rows that could not be read are left out: what else is wrong with them cannot be told.
    """
    found = ", ".join(rule.finding(rule.action) for rule in rules)
    con.execute(
        "INSERT INTO accept_findings"
        " SELECT row_no, f.field, f.value, f.rule, f.message, f.action FROM ("
        f" SELECT row_no, unnest(list_concat(cleared, [{found}])) AS f FROM {rows.sql}"
        f" WHERE (cleared IS NOT NULL OR {_any(rules)}) AND {relations.NOT_REJECTED}"
        ") WHERE f IS NOT NULL",
        rows.parameters,
    )


def _settle(
    con: duckdb.DuckDBPyConnection,
    rows: Rows,
    agreed: Contract,
    source: Source,
    before: list[int],
) -> Outcome:
    """Put the kept rows, the findings and the source in their tables, and count them."""
    source_id = next_source_id(con)
    total = _one(con, f"SELECT count(*) FROM {rows.sql}", rows.parameters)
    rejected, warned = (
        _one(
            con,
            "SELECT count(DISTINCT row_no) FROM accept_findings"
            f" WHERE action = '{action}' AND {condition}",
        )
        for action, condition in (("rejected", "true"), ("warned", relations.NOT_REJECTED))
    )
    if source.complete and before:
        deliveries.check_told(con, rows, agreed, source.name)
    changes = deliveries.deliver(con, rows, agreed, source_id, before, complete=source.complete)
    if changes.gone and source.complete:
        mend = "that it takes out; add them to the file, or say complete = false"
        deliveries.check_references(con, source.name, mend)
    kept = changes.added + changes.changed + changes.same
    if total != kept + rejected:
        raise AssertionError(
            f"internal error: {source.name}: {total} rows staged, but {kept} kept and"
            f" {rejected} rejected; is row_no unique and without gaps of NULL?"
        )
    _record_findings(con, source_id)
    con.execute(
        "INSERT INTO sources (source_id, kind, name, sha256, imported_at, rows, rejected, warned,"
        " added, changed, gone, mapping, observed_from, observed_to, synthetic)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            source_id,
            source.kind,
            source.name,
            source.sha256,
            datetime.now(UTC).replace(tzinfo=None),
            total,
            rejected,
            warned,
            changes.added,
            changes.changed,
            changes.gone,
            source.mapping,
            source.observed_from,
            source.observed_to,
            source.synthetic,
        ],
    )
    reasons, cleared, warnings, noted = (
        _counts(con, source_id, action) for action in ("rejected", "cleared", "warned", "noted")
    )
    return Outcome(
        source_id, total, kept, rejected, warned, changes, reasons, cleared, warnings, noted
    )


def next_source_id(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the next source; none is given twice, not even after an undo."""
    return _one(
        con,
        "SELECT coalesce(max(source_id), 0) + 1"
        " FROM (SELECT source_id FROM sources UNION ALL SELECT source_id FROM undone)",
    )


def _record_findings(con: duckdb.DuckDBPyConnection, source_id: int) -> None:
    """Write the findings to `rejects`, without words that may be the name of a person.

    A warning about a row that is not there helps nobody; what was cleared may be why it is not.
    """
    con.execute(
        "INSERT INTO rejects SELECT $source_id, row_no, field, kept, rule,"
        " CASE WHEN kept <> value THEN replace(message, value, kept) ELSE message END, action"
        f" FROM (SELECT *, {redacted('value', 'field')} AS kept FROM accept_findings"
        f" WHERE action IN ('rejected', 'cleared') OR {relations.NOT_REJECTED})"
        " ORDER BY row_no, action, field, rule",
        {"source_id": source_id},
    )


def _counts(con: duckdb.DuckDBPyConnection, source_id: int, action: str) -> dict[str, int]:
    return dict(
        con.execute(
            "SELECT rule, count(DISTINCT row_no) FROM rejects"
            " WHERE source_id = ? AND action = ? GROUP BY rule ORDER BY rule",
            [source_id, action],
        ).fetchall()
    )


def _one(con: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> int:
    row = con.execute(sql, parameters).fetchone()
    assert row is not None
    return int(row[0])
