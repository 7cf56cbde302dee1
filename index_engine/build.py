"""Build a warehouse: measures, then estimates, then scores. The path of every number, in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index_engine.estimates.estimate import estimate, estimate_steps
from index_engine.index import score, uncertainty
from index_engine.measures.compute import MEASURE_STEPS, TEMPORARY_SCHEMAS, compute_measures
from index_engine.method import load_methods, load_superseded
from index_engine.monitoring import exceptions, spatial
from index_engine.warehouse import file as warehouse_file
from index_engine.warehouse.built import create_schema

INDEX_STEPS = ("scores", "uncertainty", "neighbours", "exceptions")


@dataclass(frozen=True)
class BuildStep:
    """A step of a build that begins: `position` from 1 to `total`."""

    name: str
    position: int
    total: int


def build(
    warehouse: Path,
    method_files: Sequence[Path] = (),
    *,
    threads: int | None = None,
    progress: Callable[[BuildStep], None] = lambda step: None,
) -> None:
    """Compute everything that pages show from the facts in `warehouse`, and swap it in.

    `method_files` are the methods, the main one first; without any, those beside the engine.
    `progress` is called with each step as it begins. The same facts and methods give
    the same scores, byte for byte, whatever the number of threads.

    Raises InputError for a bad method file, a missing warehouse or one without cases.
    """
    methods = load_methods(method_files)
    # Only beside the engine's own: who brings a method decides what it is compared with.
    superseded = () if method_files else load_superseded(methods[0])
    warehouse_file.check_schema(warehouse)
    names = (*MEASURE_STEPS, *estimate_steps((*methods, *superseded)), *INDEX_STEPS)

    def begin(name: str) -> None:
        progress(BuildStep(name, names.index(name) + 1, len(names)))

    with warehouse_file.writable_copy(warehouse) as con:
        if threads is not None:
            con.execute("SET threads = ?", [threads])
        con.execute("SET preserve_insertion_order = false")
        compute_measures(con, methods[0], progress=begin)
        estimate(con, (*methods, *superseded), progress=begin)
        begin("scores")
        create_schema(con, "index")
        scores_by_method = {method.id: score.write_scores(con, method) for method in (*methods, *superseded)}
        begin("uncertainty")
        for method in methods:
            uncertainty.write(con, method, scores_by_method[method.id])
        begin("neighbours")
        spatial.write(con, methods[0].id)
        begin("exceptions")
        exceptions.write(con, methods[0])
        for schema in TEMPORARY_SCHEMAS:
            con.execute(f"DROP SCHEMA {schema} CASCADE")
        con.execute("INSERT OR REPLACE INTO meta VALUES ('build', ?)", [warehouse_file.BUILD_VERSION])
        con.execute("DELETE FROM meta WHERE starts_with(key, 'method')")
        for position, method in enumerate(methods):
            key = f"method.{position}" if position else "method"
            con.execute("INSERT INTO meta VALUES (?, ?)", [key, method.text])
        for position, method in enumerate(superseded):
            con.execute("INSERT INTO meta VALUES (?, ?)", [f"method_superseded.{position}", method.text])
        con.execute(
            "INSERT OR REPLACE INTO meta "
            "SELECT 'built_sources', string_agg(source_id, ',' ORDER BY source_id) FROM sources"
        )
