"""What all readers share: the tables in which the rows of a file are staged as text.

`import_text` (row_no BIGINT, c<position> VARCHAR for each wanted column) has the rows, and
`import_broken` (row_no BIGINT, message VARCHAR) the lines that cannot be taken apart. Rows are
counted from 1 in file order, broken lines with them; blank lines are no rows. What the values
mean is not read here.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from index_engine.errors import InputError

STAGING = (
    "CREATE OR REPLACE TEMP TABLE import_broken (row_no BIGINT, message VARCHAR);"
    "DROP TABLE IF EXISTS import_text"
)

# Rows put into DuckDB at a time where Python reads them.
_BATCH = 50_000

# One row of a file read in Python: its number, and its values or what is wrong with it.
Record = tuple[int, Sequence[str | None] | str]


def headers_of(file: Path, names: Sequence[str]) -> list[str]:
    """Return header names without the blanks around them; InputError if there are none."""
    headers = [name.strip() for name in names]
    if not any(headers):
        raise InputError(f"{file}: the first line is to name the columns, and is blank")
    return headers


def plain_path(file: Path, workdir: Path) -> Path:
    """Return a path that DuckDB takes as it is: *, ? and [ make it look for a pattern of names."""
    if not set("*?[") & set(str(file)):
        return file
    link = workdir / f"input{file.suffix}"
    link.symlink_to(file.resolve())
    return link


def stage_records(
    con: duckdb.DuckDBPyConnection, wanted: Sequence[int], records: Iterator[Record]
) -> None:
    """Stage rows that Python has read; values are taken at the wanted positions."""
    columns = [f"c{position}" for position in wanted]
    con.execute(STAGING)
    con.execute(
        "CREATE TEMP TABLE import_text (row_no BIGINT"
        + "".join(f", {column} VARCHAR" for column in columns)
        + ")"
    )
    texts = pa.schema([("row_no", pa.int64()), *((column, pa.string()) for column in columns)])
    problems = pa.schema([("row_no", pa.int64()), ("message", pa.string())])
    while batch := list(islice(records, _BATCH)):
        broken = [record for record in batch if isinstance(record[1], str)]
        whole = [
            (row_no, *(values[position] for position in wanted))
            for row_no, values in batch
            if not isinstance(values, str)
        ]
        _append(con, "import_text", texts, whole)
        _append(con, "import_broken", problems, broken)


def _append(
    con: duckdb.DuckDBPyConnection, table: str, schema: pa.Schema, rows: Sequence[Sequence[object]]
) -> None:
    if not rows:
        return
    columns = zip(zip(*rows, strict=True), schema.types, strict=True)
    arrays = [pa.array(values, type_) for values, type_ in columns]
    con.register("import_batch", pa.table(arrays, schema=schema))
    con.execute(f"INSERT INTO {table} SELECT * FROM import_batch")
    con.unregister("import_batch")
