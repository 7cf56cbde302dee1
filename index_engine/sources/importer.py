"""Importing a file: read, parse, judge, and swap the warehouse in when all of it is done."""

import os
import tempfile
from pathlib import Path

import duckdb

from index_engine.errors import InputError
from index_engine.sources import mapping as mappings
from index_engine.sources.accept import Outcome, Source, accept
from index_engine.sources.contract import contract
from index_engine.sources.files.readers import Opening, Reader, open_file, sha256
from index_engine.sources.mapping import Mapping
from index_engine.sources.parse import parse
from index_engine.sources.progress import Progress
from index_engine.warehouse.snapshots import replacing

# DuckDB spills to disk above this; it takes about half as much again beside it.
_MEMORY_BYTES = 4 << 30


def import_file(
    warehouse: Path, kind: str, file: Path, mapping: Path | None, progress: bool = False
) -> Outcome:
    """Import a file of one kind (regions, courts, cases, auctions) into a warehouse.

    Without a mapping the headers are the contract's field names and dates are ISO. The warehouse
    is made if there is none, and changes only if the whole import succeeds. `progress` asks for
    bars on stderr even where that is no terminal.

    Raises InputError, one line for a person, if the file or the mapping cannot be used, if the
    same file was imported before, or if not one row of it can be kept.
    """
    bars = Progress(progress)
    contract(kind)
    plan = mappings.load(mapping, kind) if mapping is not None else None
    opening = plan.opening if plan is not None else Opening()
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        reader = open_file(file, opening, Path(folder))
        plan = plan or mappings.as_is(file, kind, reader.headers)
        positions = mappings.positions(plan, file, reader.headers)
        digest = sha256(file, bars)
        with replacing(warehouse) as con:
            _refuse_twice(con, kind, file, digest)
            con.execute("SET memory_limit = $limit", {"limit": f"{_memory()}B"})
            con.execute("SET temp_directory = $folder", {"folder": folder})
            try:
                return _import(con, reader, plan, positions, digest, file, bars)
            except duckdb.OutOfMemoryException as error:
                raise InputError(
                    f"{file}: does not fit into {_memory() >> 20} MB of memory and the disk behind"
                    f" {tempfile.gettempdir()}; split the file"
                ) from error


def _import(
    con: duckdb.DuckDBPyConnection,
    reader: Reader,
    plan: Mapping,
    positions: dict[str, int],
    digest: str,
    file: Path,
    bars: Progress,
) -> Outcome:
    with bars.steps("read, parse, judge", 3) as bar:
        reader.stage(con, sorted(set(positions.values())), bars)
        bar.update()
        parse(con, plan, positions)
        con.execute("DROP TABLE import_text")
        bar.update()
        source = Source(
            kind=plan.contract.kind,
            name=plan.name or file.name,
            sha256=digest,
            observed_from=plan.observed_from,
            observed_to=plan.observed_to,
            synthetic=plan.synthetic,
            earliest=plan.earliest,
            law=plan.law,
        )
        outcome = accept(
            con, "import_typed", source, findings="import_findings", clearable=plan.clearable
        )
        bar.update()
    if outcome.rows == 0:
        raise InputError(f"{file}: has a header, but no rows")
    if outcome.kept == 0:
        raise InputError(f"{file}: {_why_nothing(con, outcome)}")
    return outcome


def _refuse_twice(con: duckdb.DuckDBPyConnection, kind: str, file: Path, digest: str) -> None:
    known = con.execute(
        "SELECT source_id, name, imported_at FROM sources WHERE kind = ? AND sha256 = ?",
        [kind, digest],
    ).fetchone()
    if known is not None:
        source_id, name, imported_at = known
        raise InputError(
            f"{file}: already imported on {imported_at:%Y-%m-%d} as source {source_id} ({name}) of"
            f" {kind}; to read it anew, start a new warehouse"
        )


def _why_nothing(con: duckdb.DuckDBPyConnection, outcome: Outcome) -> str:
    """Say what is wrong with a file of which nothing could be kept: most likely the mapping."""
    first = con.execute(
        "SELECT row_no, field, message FROM rejects WHERE source_id = ? AND action = 'rejected'"
        " ORDER BY row_no LIMIT 1",
        [outcome.source_id],
    ).fetchone()
    assert first is not None
    return (
        f"none of its {outcome.rows} rows can be kept ("
        + ", ".join(f"{rule}: {rows}" for rule, rows in outcome.reasons.items())
        + f"); line {first[0]}: {first[1]}: {first[2]}; check the mapping, nothing was imported"
    )


def _memory() -> int:
    """Return how many bytes of memory an import lets DuckDB use."""
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(_MEMORY_BYTES, installed // 2)
