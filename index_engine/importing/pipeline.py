"""Importing a file: read, parse, find its courts, validate, and swap the warehouse at the end."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

import duckdb

from index_engine.errors import InputError, Message, Term
from index_engine.importing import duplicates, observation_design, price_units, reference_data
from index_engine.importing import mapping as mappings
from index_engine.importing.case_numbers.batches import expand_batches, restore_line_numbers
from index_engine.importing.case_numbers.checks import check_case_numbers
from index_engine.importing.case_numbers.sequences import flag_outlying_numbers, store_sequences
from index_engine.importing.contract import read_contract
from index_engine.importing.files.limited_process import open_limited, release_staged
from index_engine.importing.files.readers import Reader, ReadOptions, sha256
from index_engine.importing.mapping import Mapping
from index_engine.importing.mapping_record import mapping_record
from index_engine.importing.progress import Progress
from index_engine.importing.round_series import spread_rounds
from index_engine.importing.validation.load import (
    LoadResult,
    Source,
    load_rows,
    next_source_id,
    row_count_by_rule,
)
from index_engine.importing.values.parse_values import parse_values
from index_engine.private_folder import temporary_folder
from index_engine.warehouse import salt as salts
from index_engine.warehouse.file import writable_copy

# DuckDB spills to disk above this; it takes about half as much again beside it.
_MEMORY_BYTES = 2 << 30
# Of control groups, versions 2 and 1.
_CONTAINER_LIMIT_FILES = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)

# How numbers of 16 and more digits come out of a spreadsheet: 2.02303040000001e+16, or with a point.
_ROUNDED_NUMBER = r"\d(\.\d+)?[eE]\+\d+|\d{16,}\.0+"

# A column of which so many values, and more than this share of them, cannot be read is not read as it is written;
# to reject its rows would leave those that have no value in it: of closing dates, the open cases.
_MIN_UNREAD_VALUES, _MAX_UNREAD_SHARE = 20, 0.8

# Kinds that need the places and courts of the country to be there.
_COURT_KINDS = ("cases", "auctions", "court_periods")

_DEFAULT_PROGRESS = Progress()

Inspector = Callable[[duckdb.DuckDBPyConnection, LoadResult], None]


def run_import(
    warehouse: Path,
    kind: str,
    file: Path,
    mapping: Path | Mapping | None,
    progress: Progress = _DEFAULT_PROGRESS,
    *,
    dry_run: bool = False,
    inspector: Inspector | None = None,
) -> LoadResult:
    """Import a file of one kind (see contract.FILE_KINDS) into a warehouse.

    Without a mapping the headers are the contract's field names and dates are ISO. The warehouse
    is made if there is none, with the courts of China if its first file names some, and changes
    only if the whole import succeeds. A `dry_run` does everything but keep the result: its outcome
    says what the import would add, change and reject; `inspector` is called with the warehouse
    before it is swapped in or thrown away.

    Raises InputError, one line for a person, if the file or the mapping cannot be used, if the
    same file was imported before, if hardly a value of a column or not one row can be read, or if it does not say what it
    holds and cannot hold all cases of its courts.
    """
    read_contract(kind)
    resolved_mapping = mappings.load_mapping(mapping, kind) if isinstance(mapping, Path) else mapping
    if resolved_mapping is not None and resolved_mapping.complete and not resolved_mapping.name:
        raise InputError("complete_without_name", file=file)
    options = resolved_mapping.options if resolved_mapping is not None else ReadOptions()
    with (
        temporary_folder("import-") as folder,
        open_limited(file, options, folder) as reader,
    ):
        resolved_mapping = resolved_mapping or mappings.identity_mapping(file, kind, reader.headers)
        if reader.counts_from_1904:
            resolved_mapping = resolved_mapping.counted_from_1904()
        _reject_undeclared_texts(resolved_mapping, file)
        positions = mappings.column_positions(resolved_mapping, file, reader.headers)
        digest = sha256(file, progress)
        with writable_copy(warehouse, dry_run=dry_run) as con:
            _reject_duplicate_file(con, kind, file, digest)
            _reject_mixed_synthetic(con, resolved_mapping, file)
            con.execute("SET memory_limit = $limit", {"limit": f"{_memory_limit()}B"})
            con.execute("SET temp_directory = $folder", {"folder": str(folder)})
            con.execute("SET max_temp_directory_size = $size", {"size": f"{_spill_limit(folder)}B"})
            salt = salts.load_salt(con, warehouse)
            try:
                outcome = _import_rows(con, reader, resolved_mapping, positions, digest, file, salt, progress)
            except duckdb.OutOfMemoryException as error:
                raise InputError("out_of_memory", file=file, megabytes=_memory_limit() >> 20) from error
            if inspector is not None:
                inspector(con, outcome)
            if not dry_run:
                salts.save_salt(con, warehouse, salt)
            return outcome


def _import_rows(
    con: duckdb.DuckDBPyConnection,
    reader: Reader,
    mapping: Mapping,
    positions: dict[str, int],
    digest: str,
    file: Path,
    salt: str,
    progress: Progress,
) -> LoadResult:
    kind = mapping.contract.kind
    with progress.steps(Message("stage_validate"), 3) as bar:
        if kind in _COURT_KINDS:
            reference_data.load_reference_data(con)
        reader.stage(con, sorted(set(positions.values())), progress)
        record = mapping_record(mapping, positions)
        reject_rounded_ids(con, mapping, positions, file)
        bar.update()
        expand_batches(con, mapping, positions)
        mapping, positions = spread_rounds(con, mapping, positions)
        parse_values(con, mapping, positions, salt, next_source_id(con))
        reject_unread_columns(con, mapping, file)
        release_staged(con)
        con.execute("DROP TABLE IF EXISTS import_text_with_batches; DROP TABLE IF EXISTS import_text_by_round")
        con.execute("ALTER TABLE import_findings ADD COLUMN action VARCHAR")
        has_case_numbers = kind == "cases" and _add_number_years(con)
        if has_case_numbers:
            check_case_numbers(con)
            flag_outlying_numbers(con)
        bar.update()
        source = Source(
            kind=kind,
            name=mapping.name or _made_name(con, kind),
            sha256=digest,
            observed_from=mapping.observed_from,
            observed_to=mapping.observed_to,
            synthetic=mapping.synthetic,
            earliest=mapping.earliest,
            law=mapping.law,
            complete=mapping.complete,
            holds=mapping.holds,
            same_cases=mapping.same_cases,
            same_lots=mapping.same_lots,
            mapping=record,
        )
        outcome = load_rows(con, "import_typed", source, findings="import_findings", clearable=mapping.clearable_fields)
        if has_case_numbers:
            store_sequences(con, outcome.source_id)
            restore_line_numbers(con, outcome.source_id)
        bar.update()
    if outcome.rows == 0:
        raise InputError("no_rows", file=file)
    if outcome.accepted_rows == 0:
        raise _empty_import_error(con, mapping, file, outcome)
    if kind == "auctions":
        if not mapping.prices_checked:
            price_units.check_prices(con, source.name, outcome.source_id, source.law)
        duplicates.check_lots(con, source.name, outcome.source_id, "import_typed")
        observation_design.check_rounds(con, source.name, outcome.source_id, "import_typed")
        note_counts = row_count_by_rule(con, outcome.source_id, "noted")
        restore_line_numbers(con, outcome.source_id)
        return replace(
            outcome,
            note_counts=note_counts,
            notices=_listing_notices(con, outcome.source_id) + observation_design.result_notices(con, source.name),
        )
    if kind == "cases":
        observation_design.check_lost_closings(con, source.name, outcome.source_id)
        observation_design.check_design(con, source.name)
        unmatched = duplicates.check_duplicates(con, source.name)
        return replace(outcome, notices=observation_design.observation_notices(con, source.name) + unmatched)
    return outcome


def _listing_notices(con: duckdb.DuckDBPyConnection, source_id: int) -> tuple[Message, ...]:
    """Say of how many rounds of a delivery the day of listing was not told, but worked out."""
    [(inferred, rounds)] = con.execute(
        "SELECT inferred, rows - rejected FROM sources WHERE source_id = $source_id", {"source_id": source_id}
    ).fetchall()
    return (Message("listings_inferred", inferred=inferred, rounds=rounds),) if inferred else ()


def _made_name(con: duckdb.DuckDBPyConnection, kind: str) -> str:
    """Return a name for a source that was given none: kind and day, and a number from the second on.

    Never the name of the file, which may be that of a person and is read by every visitor.
    """
    name = f"{kind} {datetime.now(UTC).date()}"
    taken_names = {row[0] for row in con.execute("SELECT name FROM sources WHERE kind = ?", [kind]).fetchall()}
    made_names = chain([name], (f"{name} ({number})" for number in count(2)))
    return next(made_name for made_name in made_names if made_name not in taken_names)


def reject_rounded_ids(con: duckdb.DuckDBPyConnection, mapping: Mapping, positions: dict[str, int], file: Path) -> None:
    """Raise InputError for a column of ids that a spreadsheet has made numbers of: it keeps 15 digits,
    so that ids of cases become those of others."""
    headers = {header for column in mapping.columns if column.field.hashed for header in column.source_headers}
    for header in sorted(headers):
        cell = f"c{positions[header]}"
        # Few ids have one of these signs; the pattern is for those alone.
        [(rows,)] = con.execute(
            f"SELECT count(*) FROM (SELECT trim({cell}) AS id FROM import_text"
            f" WHERE contains({cell}, '+') OR contains({cell}, '.0')) WHERE regexp_full_match(id, $rounded)",
            {"rounded": _ROUNDED_NUMBER},
        ).fetchall()
        if rows:
            raise InputError("ids_rounded", file=file, column=header, rows=rows)


def reject_unread_columns(con: duckdb.DuckDBPyConnection, mapping: Mapping, file: Path) -> None:
    """Raise InputError for a column of which hardly a value can be read, unless the mapping says that
    such values are to be left out."""
    header_by_field = {
        column.field.name: column.header
        for column in mapping.columns
        if column.header is not None and not column.is_clearable
    }
    unread_counts = con.execute(
        "SELECT field, count(*) AS unread FROM import_findings WHERE list_contains($fields, field)"
        " AND rule <> 'unknown_court' GROUP BY field HAVING unread >= $minimum ORDER BY field",
        {"fields": list(header_by_field), "minimum": _MIN_UNREAD_VALUES},
    ).fetchall()
    for field, unread in unread_counts:
        [(read,)] = con.execute(f"SELECT count({field}) FROM import_parsed").fetchall()
        if unread > _MAX_UNREAD_SHARE * (unread + read):
            raise InputError(
                "column_unread",
                file=file,
                column=header_by_field[field],
                field=Term("field", field, mapping.contract.kind),
                unread=unread,
                values=unread + read,
            )


def _add_number_years(con: duckdb.DuckDBPyConnection) -> bool:
    """Let the typed rows have the year of their case number; False if they have no numbers.

    Where the number is of another type than the row it tells nothing of how many there are of that
    type: such rows have no year, and no part in coverage.
    """
    columns = {row[0] for row in con.execute("DESCRIBE import_parsed").fetchall()}
    if "number_style" not in columns:
        return False
    number_columns = "number_style, number_court, number_type, number_sequence"
    con.execute(
        "CREATE OR REPLACE TEMP VIEW import_typed AS"
        f" SELECT * EXCLUDE (findings, {number_columns}) REPLACE (CASE WHEN number_style <> 'standard'"
        " OR number_type = case_type THEN number_year END AS number_year) FROM import_parsed"
    )
    return True


def _reject_duplicate_file(con: duckdb.DuckDBPyConnection, kind: str, file: Path, digest: str) -> None:
    earlier_sources = con.execute(
        "SELECT source_id, name, imported_at FROM sources WHERE kind = ? AND sha256 = ?", [kind, digest]
    ).fetchall()
    for source_id, name, import_time in earlier_sources:
        raise InputError(
            "already_imported", file=file, day=import_time, source_id=source_id, name=name, kind=Term("kind", kind)
        )


def _reject_undeclared_texts(mapping: Mapping, file: Path) -> None:
    """Raise InputError for a register whose names nothing can tell from those of people, unless its
    mapping says that they are public."""
    kind = mapping.contract.kind
    if kind not in mappings.REGISTER_KINDS or mapping.public_texts:
        return
    if kind == "published" or mapping.law != "CN":
        raise InputError("public_texts_undeclared", file=file, kind=Term("kind", kind))


def _reject_mixed_synthetic(con: duckdb.DuckDBPyConnection, mapping: Mapping, file: Path) -> None:
    """Real and made-up cases in one warehouse would give numbers that are neither."""
    if mapping.contract.kind not in _COURT_KINDS:
        return
    conflicting_sources = con.execute(
        "SELECT name FROM sources WHERE kind IN ('cases', 'auctions') AND synthetic <> ? LIMIT 1", [mapping.synthetic]
    ).fetchall()
    for (name,) in conflicting_sources:
        raise InputError("synthetic_into_real" if mapping.synthetic else "real_into_synthetic", file=file, name=name)


def _empty_import_error(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, file: Path, outcome: LoadResult
) -> InputError:
    """Say what is wrong with a file of which nothing could be kept: most likely the mapping."""
    [(row_no, field, rule, message)] = con.execute(
        "SELECT row_no, field, rule, CASE WHEN message LIKE 'is %' THEN coalesce(value || ' ', '') ELSE '' END"
        " || message FROM rejects WHERE source_id = ? AND action = 'rejected'"
        " ORDER BY row_no LIMIT 1",
        [outcome.source_id],
    ).fetchall()
    return InputError(
        "no_row_accepted",
        file=file,
        rows=outcome.rows,
        rules={Term("rule", rule): rows for rule, rows in outcome.rejection_counts.items()},
        line=row_no,
        field=Term("field", field, mapping.contract.kind),
        finding=Term("rule", rule, text=message),
    )


def _spill_limit(folder: Path) -> int:
    """Return how many bytes an import may spill to disk: not so many that others find it full."""
    return shutil.disk_usage(folder).free * 3 // 4


def _memory_limit() -> int:
    """Return how many bytes of memory an import lets DuckDB use."""
    physical_memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(_MEMORY_BYTES, physical_memory // 2, *(limit // 2 for limit in _container_limits()))


def _container_limits() -> list[int]:
    """Bytes that the container may use, beyond which the kernel ends its processes; [] without a limit."""
    texts = [file.read_text(encoding="ascii").strip() for file in _CONTAINER_LIMIT_FILES if file.exists()]
    return [int(text) for text in texts if text.isdigit()]
