"""Build a warehouse: measures, then estimates, then scores. The path of every number, in order."""

from collections.abc import Callable
from pathlib import Path

from index_engine.estimates.estimate import estimate
from index_engine.index.score import score
from index_engine.measures.measure import MEASURES, measure
from index_engine.method import DEFAULT, load
from index_engine.warehouse import snapshots

STEPS = 1 + len(MEASURES) + 3 + 1 + 1  # spells, measures, three clocks, rates, scores


def build(
    warehouse: Path,
    method_file: Path = DEFAULT,
    *,
    threads: int | None = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> None:
    """Compute everything that pages show from the facts in `warehouse`, and swap it in.

    `progress` is called with the name of each step as it begins. The same facts and method give the
    same scores, byte for byte, whatever the number of threads.

    Raises InputError for a bad method file, a missing warehouse or one without cases.
    """
    method = load(method_file)
    snapshots.check(warehouse)
    with snapshots.replacing(warehouse) as con:
        if threads is not None:
            con.execute("SET threads = ?", [threads])
        con.execute("SET preserve_insertion_order = false")
        measure(con, method, progress=progress)
        estimate(con, method, progress=progress)
        progress("scores")
        score(con, method)
        con.execute("INSERT OR REPLACE INTO meta VALUES ('method', ?)", [method.text])
        con.execute(
            "INSERT OR REPLACE INTO meta "
            "SELECT 'built_sources', string_agg(source_id, ',' ORDER BY source_id) FROM sources"
        )
