"""Build a warehouse: measures, then estimates, then scores. The path of every number, in order."""

from collections.abc import Callable, Sequence
from pathlib import Path

from index_engine.applications import exceptions, spatial
from index_engine.estimates.estimate import estimate
from index_engine.index import doubts, score
from index_engine.measures.measure import MEASURES, measure
from index_engine.method import load_all
from index_engine.warehouse import snapshots

# Spells, measures, creditors, random groups counted and estimated, four clocks, rates, small units,
# local and other creditors; scores, doubts, neighbours, exceptions.
STEPS = 1 + len(MEASURES) + 1 + 2 + 4 + 1 + 1 + 1 + 4


def build(
    warehouse: Path,
    method_files: Sequence[Path] = (),
    *,
    threads: int | None = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> None:
    """Compute everything that pages show from the facts in `warehouse`, and swap it in.

    `method_files` are the methods, the main one first; without any, those beside the engine.
    `progress` is called with the name of each step as it begins. The same facts and methods give
    the same scores, byte for byte, whatever the number of threads.

    Raises InputError for a bad method file, a missing warehouse or one without cases.
    """
    methods = load_all(method_files)
    snapshots.check(warehouse)
    with snapshots.replacing(warehouse) as con:
        if threads is not None:
            con.execute("SET threads = ?", [threads])
        con.execute("SET preserve_insertion_order = false")
        measure(con, methods[0], progress=progress)
        estimate(con, methods, progress=progress)
        progress("scores")
        score.create(con)
        found = {method.id: score.score(con, method) for method in methods}
        progress("doubts")
        for method in methods:
            doubts.write(con, method, found[method.id])
        progress("neighbours")
        spatial.write(con, methods[0].id)
        progress("exceptions")
        exceptions.write(con, methods[0])
        for schema in ("grouped", "by_creditor"):
            con.execute(f"DROP SCHEMA {schema} CASCADE")
        con.execute("INSERT OR REPLACE INTO meta VALUES ('build', ?)", [snapshots.BUILD_VERSION])
        con.execute("DELETE FROM meta WHERE starts_with(key, 'method')")
        for position, method in enumerate(methods):
            key = f"method.{position}" if position else "method"
            con.execute("INSERT INTO meta VALUES (?, ?)", [key, method.text])
        con.execute(
            "INSERT OR REPLACE INTO meta "
            "SELECT 'built_sources', string_agg(source_id, ',' ORDER BY source_id) FROM sources"
        )
