"""Importing a file: read, parse, find its courts, judge, and swap the warehouse in at the end."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb

from index_engine.errors import InputError
from index_engine.sources import mapping as mappings
from index_engine.sources import numbering, registry, sequences
from index_engine.sources.contract import contract
from index_engine.sources.files.readers import Opening, Reader, open_file, sha256
from index_engine.sources.judge.accept import Outcome, Source, accept, next_source_id
from index_engine.sources.mapping import Mapping
from index_engine.sources.progress import Progress
from index_engine.sources.values.parse import parse
from index_engine.warehouse import salt as salts
from index_engine.warehouse.snapshots import replacing

# DuckDB spills to disk above this; it takes about half as much again beside it.
_MEMORY_BYTES = 2 << 30

# Kinds that need the places and courts of the country to be there.
_OF_COURTS = ("cases", "auctions", "court_periods")

_QUIET = Progress()

Look = Callable[[duckdb.DuckDBPyConnection, Outcome], None]


def import_file(
    warehouse: Path,
    kind: str,
    file: Path,
    mapping: Path | Mapping | None,
    progress: Progress = _QUIET,
    *,
    trial: bool = False,
    look: Look | None = None,
) -> Outcome:
    """Import a file of one kind (see contract.KINDS) into a warehouse.

    Without a mapping the headers are the contract's field names and dates are ISO. The warehouse
    is made if there is none, with the courts of China if its first file names some, and changes
    only if the whole import succeeds. A `trial` does everything but keep the result: its outcome
    says what the import would add, change and reject; `look` sees the warehouse before it is
    swapped in or thrown away.

    Raises InputError, one line for a person, if the file or the mapping cannot be used, if the
    same file was imported before, or if not one row of it can be kept.
    """
    contract(kind)
    plan = mappings.load(mapping, kind) if isinstance(mapping, Path) else mapping
    opening = plan.opening if plan is not None else Opening()
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        reader = open_file(file, opening, Path(folder))
        plan = plan or mappings.as_is(file, kind, reader.headers)
        positions = mappings.positions(plan, file, reader.headers)
        digest = sha256(file, progress)
        with replacing(warehouse, trial=trial) as con:
            _refuse_twice(con, kind, file, digest)
            _refuse_beside_synthetic(con, plan, file)
            con.execute("SET memory_limit = $limit", {"limit": f"{_memory()}B"})
            con.execute("SET temp_directory = $folder", {"folder": folder})
            con.execute("SET max_temp_directory_size = $size", {"size": f"{_disk(folder)}B"})
            salt = salts.find(con, warehouse)
            try:
                outcome = _import(con, reader, plan, positions, digest, file, salt, progress)
            except duckdb.OutOfMemoryException as error:
                raise InputError(
                    f"{file}: does not fit into {_memory() >> 20} MB of memory and the disk behind"
                    f" {tempfile.gettempdir()}; split the file"
                ) from error
            if look is not None:
                look(con, outcome)
            if not trial:
                salts.keep(con, warehouse, salt)
            return outcome


def _import(
    con: duckdb.DuckDBPyConnection,
    reader: Reader,
    plan: Mapping,
    positions: dict[str, int],
    digest: str,
    file: Path,
    salt: str,
    progress: Progress,
) -> Outcome:
    kind = plan.contract.kind
    with progress.steps("read, parse, judge", 3) as bar:
        if kind in _OF_COURTS:
            registry.start(con)
        reader.stage(con, sorted(set(positions.values())), progress)
        bar.update()
        numbering.expand_batches(con, plan, positions)
        parse(con, plan, positions, salt, next_source_id(con))
        con.execute("DROP TABLE import_text")
        con.execute("ALTER TABLE import_findings ADD COLUMN action VARCHAR")
        numbered = kind == "cases" and _add_years(con)
        if numbered:
            numbering.judge_numbers(con)
            sequences.judge_sequences(con)
        bar.update()
        source = Source(
            kind=kind,
            name=plan.name or file.name,
            sha256=digest,
            observed_from=plan.observed_from,
            observed_to=plan.observed_to,
            synthetic=plan.synthetic,
            earliest=plan.earliest,
            law=plan.law,
            complete=plan.complete,
            mapping=plan.text,
        )
        outcome = accept(
            con, "import_typed", source, findings="import_findings", clearable=plan.clearable
        )
        if numbered:
            sequences.keep_sequences(con, outcome.source_id)
            numbering.name_lines(con, outcome.source_id)
        bar.update()
    if outcome.rows == 0:
        raise InputError(f"{file}: has a header, but no rows")
    if outcome.kept == 0:
        raise InputError(f"{file}: {_why_nothing(con, outcome)}")
    return outcome


def _add_years(con: duckdb.DuckDBPyConnection) -> bool:
    """Let the typed rows have the year of their case number; False if they have no numbers.

    Where the number is of another type than the row it tells nothing of how many there are of that
    type: such rows have no year, and no part in coverage.
    """
    columns = {row[0] for row in con.execute("DESCRIBE import_parsed").fetchall()}
    if "number_style" not in columns:
        return False
    numbers = "number_style, number_court, number_type, number_sequence"
    con.execute(
        "CREATE OR REPLACE TEMP VIEW import_typed AS"
        f" SELECT * EXCLUDE (findings, {numbers}) REPLACE (CASE WHEN number_style <> 'standard'"
        " OR number_type = case_type THEN number_year END AS number_year) FROM import_parsed"
    )
    return True


def _refuse_twice(con: duckdb.DuckDBPyConnection, kind: str, file: Path, digest: str) -> None:
    known = con.execute(
        "SELECT source_id, name, imported_at FROM sources WHERE kind = ? AND sha256 = ?",
        [kind, digest],
    ).fetchall()
    for source_id, name, imported_at in known:
        raise InputError(
            f"{file}: already imported on {imported_at:%Y-%m-%d} as source {source_id} ({name}) of"
            f" {kind}; to read it anew, undo that source first"
        )


def _refuse_beside_synthetic(con: duckdb.DuckDBPyConnection, plan: Mapping, file: Path) -> None:
    """Real and made-up cases in one warehouse would give numbers that are neither."""
    if plan.contract.kind not in _OF_COURTS:
        return
    other = con.execute(
        "SELECT name FROM sources WHERE kind IN ('cases', 'auctions') AND synthetic <> ? LIMIT 1",
        [plan.synthetic],
    ).fetchall()
    for (name,) in other:
        what = ("synthetic", "real") if plan.synthetic else ("real", "synthetic")
        raise InputError(
            f"{file}: {what[0]} data, but the warehouse holds {what[1]} data ({name}); name a"
            " warehouse of its own"
        )


def _why_nothing(con: duckdb.DuckDBPyConnection, outcome: Outcome) -> str:
    """Say what is wrong with a file of which nothing could be kept: most likely the mapping."""
    [(row_no, field, message)] = con.execute(
        "SELECT row_no, field, CASE WHEN message LIKE 'is %' THEN value || ' ' ELSE '' END"
        " || message FROM rejects WHERE source_id = ? AND action = 'rejected'"
        " ORDER BY row_no LIMIT 1",
        [outcome.source_id],
    ).fetchall()
    return (
        f"none of its {outcome.rows} rows can be kept ("
        + ", ".join(f"{rule}: {rows}" for rule, rows in outcome.reasons.items())
        + f"); line {row_no}: {field}: {message}; check the mapping, nothing was imported"
    )


def _disk(folder: str) -> int:
    """Return how many bytes an import may spill to disk: not so many that others find it full."""
    return shutil.disk_usage(folder).free * 3 // 4


def _memory() -> int:
    """Return how many bytes of memory an import lets DuckDB use."""
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(_MEMORY_BYTES, installed // 2)
