"""Freezing a build: everything that a release says of it, as files."""

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from index_engine import periods
from index_engine.errors import InputError
from index_engine.method import Method
from index_engine.queries import LEVELS, Snapshot
from index_engine.releases.declarations import DATA_KIND, FOLDER, Table, data_kind, statement, tables
from index_engine.releases.description import description_files
from index_engine.releases.pack import (
    DRAFT_SUFFIX,
    MANIFEST,
    csv_bytes,
    json_bytes,
    manifest_bytes,
    new_folder,
    parquet_bytes,
    sha256,
    write_files,
    write_zip,
)

RELEASE_FILE = "release.json"
MARK_FILE = "SYNTHETIC.txt"


def write_draft(snapshot: Snapshot, out: Path, period: str, vintage: int) -> Path:
    """Write the folder of a draft into `out`, and one zip of it beside; returns the folder.

    `period`: the last one that it speaks of; `vintage`: from 1, which telling of it this is. The same build
    gives the same bytes. Raises InputError for a vintage below 1 and where files were imported since the build.
    """
    if vintage < 1:
        raise InputError("vintage_range", vintage=vintage)
    if snapshot.stale:
        raise InputError("release_of_stale_build", warehouse=snapshot.path)
    facts = _facts(snapshot, period, vintage)
    methods = snapshot.methods | snapshot.superseded
    arrow = release_tables(snapshot, period)
    data = {f"data/{name}.csv": csv_bytes(table) for name, table in arrow.items()}
    files = {
        **data,
        **{f"data/{name}.parquet": parquet_bytes(table) for name, table in arrow.items()},
        **{f"method/{method.id}.toml": method.text.encode() for method in methods.values()},
        **description_files(facts, methods, data),
        RELEASE_FILE: json_bytes(facts),
    }
    if snapshot.synthetic:
        files[MARK_FILE] = "模拟数据，不得发布。\nSYNTHETIC DATA: not to be published.\n".encode()
    files[MANIFEST] = manifest_bytes(files)
    folder = out / f"{facts['folder']}{DRAFT_SUFFIX}"
    with new_folder(folder) as draft:
        write_files(draft, files)
    write_zip(folder)
    return folder


def release_tables(snapshot: Snapshot, period: str) -> dict[str, pa.Table]:
    """Every table by name, with the columns and types that it is declared with."""
    parameters: dict[str, object] = {
        "period": period,
        "methods": list(snapshot.methods),
        "ranked_levels": [level for level in LEVELS if snapshot.publishes_ranks(level)],
        "sources": list(snapshot.source_ids),
    }
    return {
        name: _places(snapshot, table) if name == "places" else _read(snapshot, table, parameters)
        for name, table in tables().items()
    }


def _read(snapshot: Snapshot, table: Table, parameters: Mapping[str, object]) -> pa.Table:
    sql = statement(table.name)
    used = {name: value for name, value in parameters.items() if f"${name}" in sql}
    rows = snapshot.cursor().sql(sql, params=used or None).to_arrow_table()
    rows = rows.append_column(DATA_KIND, pa.array([data_kind(snapshot.synthetic)] * len(rows), pa.string()))
    columns = []
    for field in table.schema:
        column = rows.column(field.name)
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        columns.append(column.cast(field.type))
    return pa.table(columns, schema=table.schema)


def _places(snapshot: Snapshot, table: Table) -> pa.Table:
    places = sorted(snapshot.places(), key=lambda place: (place.level, place.place_id))
    kind = data_kind(snapshot.synthetic)
    columns = {
        name: [kind if name == DATA_KIND else getattr(place, name) for place in places] for name in table.schema.names
    }
    return pa.table(columns, table.schema)


def _facts(snapshot: Snapshot, period: str, vintage: int) -> dict[str, Any]:
    first_day, last_day = snapshot.period_dates(period)
    main = snapshot.main
    return {
        "folder": f"{main.id}_{period}-{vintage}" + ("_synthetic" if snapshot.synthetic else ""),
        "id": f"{period}-{vintage}",
        "index": main.id,
        "name": {language: name for language, name in main.name.items() if language in ("zh_Hans", "en")},
        "period": period,
        "vintage": vintage,
        "periods": [known for known in snapshot.periods() if periods.parse(known) <= periods.parse(period)],
        "window": [first_day.isoformat(), last_day.isoformat()],
        "observed": [snapshot.observed_from.isoformat(), snapshot.observed_to.isoformat()],
        "synthetic": snapshot.synthetic,
        "data_version": snapshot.version,
        "least_cell": main.min_cell,
        "confidence": main.confidence,
        "ranked_levels": [level for level in LEVELS if snapshot.publishes_ranks(level)],
        "methods": [_method_facts(method) for method in snapshot.methods.values()],
        "superseded_methods": [_method_facts(method) for method in snapshot.superseded.values()],
        "engine": {"version": _engine_version(), "sha256": engine_digest()},
    }


def _method_facts(method: Method) -> dict[str, str]:
    return {"id": method.id, "version": method.version, "sha256": sha256(method.text.encode())}


def _engine_version() -> str:
    text = (FOLDER.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    version: str = tomllib.loads(text)["project"]["version"]
    return version


@cache
def engine_digest() -> str:
    """SHA-256 of the sources of the engine, by name and content: which code made a release."""
    digest = hashlib.sha256()
    engine = FOLDER.parent
    for file in sorted(f for f in engine.rglob("*") if f.suffix in {".py", ".sql", ".toml"}):
        digest.update(f"{file.relative_to(engine).as_posix()}\0{sha256(file.read_bytes())}\n".encode())
    return digest.hexdigest()
