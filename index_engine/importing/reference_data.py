"""China's divisions, courts and published figures: what an empty warehouse can start with."""

import hashlib
from pathlib import Path

import duckdb

from index_engine.errors import InputError
from index_engine.importing.validation.load import Source, load_rows

DATA_FOLDER = Path(__file__).parents[2] / "data"
# In this order: courts refer to regions, names to courts.
REFERENCE_FILES = {
    "regions": "divisions.csv",
    "courts": "courts.csv",
    "court_names": "court_names.csv",
    "published": "published_figures.csv",
}


def load_reference_data(con: duckdb.DuckDBPyConnection) -> None:
    """Fill regions, courts, their names and published figures from the folder `data`.

    A warehouse that has regions or courts already stays as it is: it has a country of its own.
    Raises InputError if a file is missing.
    """
    if con.execute("SELECT 1 FROM regions UNION ALL SELECT 1 FROM courts LIMIT 1").fetchall():
        return
    for kind, name in REFERENCE_FILES.items():
        file = DATA_FOLDER / name
        if not file.exists():
            raise InputError("reference_data_missing", file=file)
        _stage_reference_file(con, file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        outcome = load_rows(con, "registry_rows", Source(kind, name, digest, None, None, False))
        con.execute("DROP TABLE registry_rows")
        if outcome.rejected_rows:
            raise AssertionError(f"internal error: {name}: {outcome.rejection_counts}")


def _stage_reference_file(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Make the table registry_rows: the file's columns as text, an empty field for no value."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE registry_rows AS"
        " SELECT row_number() OVER () AS row_no, * FROM"
        " read_csv($file, header = true, all_varchar = true, delim = ',', quote = '\"')",
        {"file": str(file)},
    )
