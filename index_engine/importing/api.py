"""What the data page and the command line ask of imports.

Reads any warehouse, built or not.
"""

import fcntl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from index_engine.build import BuildStep, build
from index_engine.errors import InputError
from index_engine.importing.contract import FILE_KINDS, Field, read_contract
from index_engine.importing.mapping import read_mapping
from index_engine.importing.mapping_toml import MAX_CHARACTERS as MAX_MAPPING_CHARACTERS
from index_engine.importing.mapping_toml import MappingTomlError, parse_mapping_toml
from index_engine.importing.observation_design import DESIGNS_BY_KIND
from index_engine.importing.progress import Progress, ProgressCallback
from index_engine.importing.recognise.code_synonyms import code_value, standard_words, word_list_name
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.proposal import Proposal, ProposedColumn
from index_engine.importing.recognise.propose import propose_mapping
from index_engine.importing.validation.deliveries import undo_import
from index_engine.importing.validation.load import LoadResult
from index_engine.importing.validation.redaction import withheld_characters
from index_engine.importing.values.column_settings import SHARES, UNITS, is_money
from index_engine.warehouse.file import BUILD_VERSION, cursor, lock_path, open_read_only, writable_copy

__all__ = [
    "DESIGNS_BY_KIND",
    "FILE_KINDS",
    "MAX_MAPPING_CHARACTERS",
    "BuildStep",
    "DryRun",
    "Field",
    "Inventory",
    "LoadResult",
    "Proposal",
    "ProposedColumn",
    "WarehouseState",
    "build",
    "mapping_text",
    "propose_mapping",
    "withheld_characters",
]

Inspector = Callable[[duckdb.DuckDBPyConnection, LoadResult], None]

QUESTIONS = Path(__file__).parent / "questions"
MAX_FINDINGS = 20_000  # that a trial hands over; an import keeps all


@dataclass(frozen=True)
class WarehouseState:
    """How far a warehouse has come: `is_stale` where files came or went since it was built, or another
    version built it."""

    files: int
    has_cases: bool
    synthetic: bool
    is_built: bool
    is_stale: bool


@dataclass(frozen=True)
class Inventory:
    """What a warehouse holds, all of one state of it: how far it has come, and what `sources` and
    `coverage` tell."""

    state: WarehouseState
    sources: pd.DataFrame
    coverage: pd.DataFrame


@dataclass(frozen=True)
class DryRun:
    """What an import would do. `findings`: row_no, field, value, rule, message, action, what is
    rejected first, at most MAX_FINDINGS; `new_courts`: court_id, name, level, region."""

    outcome: LoadResult
    findings: pd.DataFrame
    new_courts: pd.DataFrame


def create_warehouse(warehouse: Path) -> None:
    """Make an empty warehouse; one that is there stays as it is."""
    with writable_copy(warehouse, dry_run=warehouse.exists()):
        pass


def read_state(warehouse: Path) -> WarehouseState:
    """Return how far a warehouse has come. Raises InputError if there is none at that path."""
    return _parse_state(_query_warehouse(warehouse, "import_state"))


def read_inventory(warehouse: Path) -> Inventory:
    """Return all that the data page tells of a warehouse. Raises InputError as `state` does."""
    con = open_read_only(warehouse)
    try:
        return Inventory(
            _parse_state(_query_connection(con, "import_state")),
            _query_connection(con, "all_sources"),
            _query_connection(con, "coverage_by_court"),
        )
    finally:
        con.close()


def _parse_state(state_frame: pd.DataFrame) -> WarehouseState:
    [row] = state_frame.itertuples(index=False)
    built_sources = row.built_sources if isinstance(row.built_sources, str) else None
    present_sources = row.present_sources if isinstance(row.present_sources, str) else ""
    return WarehouseState(
        files=int(row.files),
        has_cases=bool(row.case_files),
        synthetic=bool(row.synthetic),
        is_built=built_sources is not None,
        is_stale=bool(row.case_files)
        if built_sources is None
        else built_sources != present_sources or row.build_version != BUILD_VERSION,
    )


def has_writer(warehouse: Path) -> bool:
    """Whether another process is writing to a warehouse, so that the next one has to wait."""
    path = lock_path(warehouse)
    if not path.exists():
        return False
    with path.open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def contract_fields(kind: str) -> tuple[Field, ...]:
    """The fields that a file of a kind may feed, in the order of the contract."""
    return read_contract(kind).fields


def word_by_code(field: Field) -> dict[str, str]:
    """The usual Chinese word of each code that a field may hold; empty where it holds no codes."""
    name = word_list_name(field)
    return {} if name is None else {code: word for word, code in standard_words(name).items()}


def typed_codes(field: Field, words: Mapping[str, str]) -> dict[str, str | bool | int]:
    """Words and their codes as a mapping writes them; an empty code says that there is no value."""
    return {word: code_value(field, code) if code else "" for word, code in words.items()}


def available_units(field: Field) -> tuple[str, ...]:
    """The units that a column of amounts or shares may be in, the plain one first."""
    if not field.type.startswith("DECIMAL") or field.name == "mean_days":
        return ()
    return tuple(UNITS) if is_money(field) else ("", *SHARES)


def mapping_kind(text: str) -> str:
    """The kind of file that the text of a mapping is for. Raises InputError if it names none."""
    try:
        kind = parse_mapping_toml(text).get("kind")
    except MappingTomlError as error:
        problem = error.reason
        reason = problem.parameters.get("reason", problem)
        raise InputError("uploaded_mapping_not_toml", reason=reason) from error
    if kind not in FILE_KINDS:
        raise InputError("mapping_kind_unknown", given=kind, kinds=FILE_KINDS)
    return str(kind)


def dry_run(warehouse: Path, kind: str, file: Path, mapping: str, report: ProgressCallback) -> DryRun:
    """Import a file by the text of a mapping and keep nothing: say what an import would do.

    Raises InputError as `import_file` does.
    """
    frames: list[pd.DataFrame] = []

    def inspect_result(con: duckdb.DuckDBPyConnection, outcome: LoadResult) -> None:
        for query, values in (
            ("findings_preview", [outcome.source_id, MAX_FINDINGS]),
            ("source_courts", [outcome.source_id]),
        ):
            frames.append(con.execute(_read_sql(query), values).df())

    outcome = _run_import(warehouse, kind, file, mapping, report, inspect_result)
    findings, new_courts = frames
    return DryRun(outcome, findings, new_courts if kind != "courts" else new_courts.head(0))


def import_file(warehouse: Path, kind: str, file: Path, mapping: str, report: ProgressCallback) -> LoadResult:
    """Import a file of a kind by the text of a mapping; writers to one warehouse take turns.

    Raises InputError, one line for a person, where the file or the mapping cannot be used.
    """
    return _run_import(warehouse, kind, file, mapping, report, None)


def _run_import(
    warehouse: Path, kind: str, file: Path, mapping: str, report: ProgressCallback, inspector: Inspector | None
) -> LoadResult:
    """Import a file; with an inspector it is a dry run."""
    # Loaded when it is needed: it brings the readers of workbooks and Parquet.
    from index_engine.importing.pipeline import run_import

    resolved_mapping = read_mapping(mapping, kind, Path("mapping"))
    progress = Progress(report=report)
    return run_import(
        warehouse, kind, file, resolved_mapping, progress, dry_run=inspector is not None, inspector=inspector
    )


def list_sources(warehouse: Path) -> pd.DataFrame:
    """Every file that was imported, the last one first: source_id, kind, name, rows, kept, warned,
    rejected, added, changed, gone, observed_from, observed_to, holds, synthetic, imported_at, sha256
    and undone_at, NaT unless it was taken back.
    """
    return _query_warehouse(warehouse, "all_sources")


def list_findings(warehouse: Path, source_id: int | None = None) -> pd.DataFrame:
    """Every finding about the rows of one file, or of all: source (name), row_no (line of its data,
    from 1), field, value, rule, message, action."""
    return _query_warehouse(warehouse, "rejects", source_id)


def number_coverage(warehouse: Path) -> pd.DataFrame:
    """Of every court and year with case numbers: court_id, name, year, received, highest (the
    highest number seen), missing. Numbers run without gaps, so what is missing was not sent.
    """
    return _query_warehouse(warehouse, "coverage_by_court")


def undo_source(warehouse: Path, source_id: int) -> None:
    """Take an import back; what it changed or withdrew is as it was before.

    Raises InputError if there is no such import, or something later stands on it.
    """
    with writable_copy(warehouse) as con:
        undo_import(con, source_id)


def _query_warehouse(warehouse: Path, query: str, *values: object) -> pd.DataFrame:
    con = open_read_only(warehouse)
    try:
        return _query_connection(con, query, *values)
    finally:
        con.close()


def _query_connection(con: duckdb.DuckDBPyConnection, query: str, *values: object) -> pd.DataFrame:
    return cursor(con).execute(_read_sql(query), list(values)).df()


def _read_sql(query: str) -> str:
    return (QUESTIONS / f"{query}.sql").read_text(encoding="utf-8")
