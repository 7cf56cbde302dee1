"""The way in for people: what the data page and the command line ask of imports.

Reads any warehouse, built or not.
"""

import fcntl
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from index_engine.build import STEPS, build
from index_engine.errors import InputError
from index_engine.sources.contract import KINDS, Field, contract
from index_engine.sources.judge.accept import Outcome
from index_engine.sources.judge.deliveries import take_back
from index_engine.sources.mapping import read as read_mapping
from index_engine.sources.progress import Progress, Report
from index_engine.sources.recognise.proposal import Proposal, ProposedColumn
from index_engine.sources.recognise.recognise import recognise
from index_engine.sources.recognise.words import list_of, standard, typed
from index_engine.sources.recognise.write import mapping_text
from index_engine.sources.values.columns import SHARES, UNITS, is_money
from index_engine.warehouse.snapshots import cursor, lock_path, open_locked, replacing

__all__ = [
    "KINDS",
    "STEPS",
    "Field",
    "Holdings",
    "Outcome",
    "Proposal",
    "ProposedColumn",
    "State",
    "Trial",
    "build",
    "mapping_text",
    "recognise",
]

Look = Callable[[duckdb.DuckDBPyConnection, Outcome], None]

QUERIES = Path(__file__).with_name("queries")
MOST_FINDINGS = 20_000  # that a trial hands over; an import keeps all


@dataclass(frozen=True)
class State:
    """How far a warehouse has come: `stale` where files came or went since it was built."""

    files: int
    has_cases: bool
    synthetic: bool
    built: bool
    stale: bool


@dataclass(frozen=True)
class Holdings:
    """What a warehouse holds, all of one state of it: how far it has come, and what `sources` and
    `coverage` tell."""

    state: State
    sources: pd.DataFrame
    coverage: pd.DataFrame


@dataclass(frozen=True)
class Trial:
    """What an import would do. `findings`: row_no, field, value, rule, message, action, what is
    rejected first, at most MOST_FINDINGS; `new_courts`: court_id, name, level, region."""

    outcome: Outcome
    findings: pd.DataFrame
    new_courts: pd.DataFrame


def create(warehouse: Path) -> None:
    """Make an empty warehouse; one that is there stays as it is."""
    with replacing(warehouse, trial=warehouse.exists()):
        pass


def state(warehouse: Path) -> State:
    """Return how far a warehouse has come. Raises InputError if there is none at that path."""
    return _state(_ask(warehouse, "intake_state"))


def holdings(warehouse: Path) -> Holdings:
    """Return all that the data page tells of a warehouse. Raises InputError as `state` does."""
    con = open_locked(warehouse)
    try:
        return Holdings(
            _state(_answer(con, "intake_state")),
            _answer(con, "all_sources"),
            _answer(con, "coverage_by_court"),
        )
    finally:
        con.close()


def _state(answer: pd.DataFrame) -> State:
    [row] = answer.itertuples(index=False)
    built = row.built if isinstance(row.built, str) else None
    present = row.present if isinstance(row.present, str) else ""
    return State(
        files=int(row.files),
        has_cases=bool(row.of_cases),
        synthetic=bool(row.synthetic),
        built=built is not None,
        stale=bool(row.of_cases) if built is None else built != present,
    )


def busy(warehouse: Path) -> bool:
    """Whether somebody is writing to a warehouse, so that the next one has to wait."""
    path = lock_path(warehouse)
    if not path.exists():
        return False
    with path.open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def fields(kind: str) -> tuple[Field, ...]:
    """The fields that a file of a kind may feed, in the order of the contract."""
    return contract(kind).fields


def usual_words(field: Field) -> dict[str, str]:
    """The usual Chinese word of each code that a field may hold; empty where it holds no codes."""
    name = list_of(field)
    return {} if name is None else {code: word for word, code in standard(name).items()}


def typed_codes(field: Field, words: Mapping[str, str]) -> dict[str, str | bool | int]:
    """Words and their codes as a mapping writes them; an empty code says that there is no value."""
    return {word: typed(field, code) if code else "" for word, code in words.items()}


def units_of(field: Field) -> tuple[str, ...]:
    """The units that a column of amounts or shares may be in, the plain one first."""
    if not field.type.startswith("DECIMAL") or field.name == "mean_days":
        return ()
    return tuple(UNITS) if is_money(field) else ("", *SHARES)


def kind_of_mapping(text: str) -> str:
    """The kind of file that the text of a mapping is for. Raises InputError if it names none."""
    try:
        kind = tomllib.loads(text).get("kind")
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"mapping: is not TOML: {error}") from error
    if kind not in KINDS:
        raise InputError(f"mapping: kind is {kind!r}; write one of {', '.join(KINDS)}")
    return str(kind)


def check(warehouse: Path, kind: str, file: Path, mapping: str, report: Report) -> Trial:
    """Import a file by the text of a mapping and keep nothing: say what an import would do.

    Raises InputError as `take_in` does.
    """
    seen: list[pd.DataFrame] = []

    def look(con: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
        for query, values in (
            ("first_findings", [outcome.source_id, MOST_FINDINGS]),
            ("courts_of_source", [outcome.source_id]),
        ):
            seen.append(con.execute(_sql(query), values).df())

    outcome = _import(warehouse, kind, file, mapping, report, look)
    findings, courts = seen
    return Trial(outcome, findings, courts if kind != "courts" else courts.head(0))


def take_in(warehouse: Path, kind: str, file: Path, mapping: str, report: Report) -> Outcome:
    """Import a file of a kind by the text of a mapping; writers to one warehouse take turns.

    Raises InputError, one line for a person, where the file or the mapping cannot be used.
    """
    return _import(warehouse, kind, file, mapping, report, None)


def _import(
    warehouse: Path, kind: str, file: Path, mapping: str, report: Report, look: Look | None
) -> Outcome:
    """Import a file; where somebody looks at the result, it is a trial."""
    # Loaded when it is needed: it brings the readers of workbooks and Parquet.
    from index_engine.sources.importer import import_file

    plan = read_mapping(mapping, kind, Path("mapping"))
    progress = Progress(report=report)
    return import_file(warehouse, kind, file, plan, progress, trial=look is not None, look=look)


def sources(warehouse: Path) -> pd.DataFrame:
    """Every file that was imported, the last one first: source_id, kind, name, rows, kept, warned,
    rejected, added, changed, gone, observed_from, observed_to, synthetic, imported_at, sha256 and
    undone_at, NaT unless it was taken back.
    """
    return _ask(warehouse, "all_sources")


def rejects(warehouse: Path, source_id: int | None = None) -> pd.DataFrame:
    """Every finding about the rows of one file, or of all: source (name), row_no (line of its data,
    from 1), field, value, rule, message, action."""
    return _ask(warehouse, "rejects", source_id)


def coverage(warehouse: Path) -> pd.DataFrame:
    """Of every court and year with case numbers: court_id, name, year, received, highest (the
    highest number seen), missing. Numbers run without gaps, so what is missing was not sent.
    """
    return _ask(warehouse, "coverage_by_court")


def undo(warehouse: Path, source_id: int) -> None:
    """Take an import back; what it changed or withdrew is as it was before.

    Raises InputError if there is no such import, or something later stands on it.
    """
    with replacing(warehouse) as con:
        take_back(con, source_id)


def _ask(warehouse: Path, query: str, *values: object) -> pd.DataFrame:
    con = open_locked(warehouse)
    try:
        return _answer(con, query, *values)
    finally:
        con.close()


def _answer(con: duckdb.DuckDBPyConnection, query: str, *values: object) -> pd.DataFrame:
    return cursor(con).execute(_sql(query), list(values)).df()


def _sql(query: str) -> str:
    return (QUERIES / f"{query}.sql").read_text(encoding="utf-8")
