"""What all readers share: the tables in which the rows of a file are staged as text.

`import_text` (row_no BIGINT, c<position> VARCHAR for the first column and each wanted one), a view of
`import_rows`, has the rows, and `import_broken` (row_no BIGINT, rule VARCHAR, message VARCHAR) those that
are no data: lines that cannot be taken apart, totals, footnotes. Rows are counted from 1 in file order
after the header, broken ones with them; empty lines are not. A row without any value in the columns
that are read is counted and left out. What the values mean is not read here.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import duckdb

from index_engine.errors import InputError
from index_engine.importing.files.non_data_rows import NonDataReason, find_non_data_rows, is_blank, non_data_reason

UNREADABLE_LINE = "unreadable_line"

# As many as a spreadsheet can have.
MAX_COLUMNS = 16_384

# Characters of a cell that a look at a file shows, and those of a header that are its name.
PREVIEW_LENGTH = 1_000

# What exports of spreadsheets put around a cell so that it stays a text: ="0012", or '0012.
_TEXT_MARK = r"""^(?:="([^"]*)"|'([^'].*))$"""
_TEXT_MARK_RE = re.compile(_TEXT_MARK)
# How such a mark begins.
TEXT_MARK_SIGNS = b"='"

RESET_STAGING_SQL = (
    "CREATE OR REPLACE TABLE import_broken (row_no BIGINT, rule VARCHAR, message VARCHAR);"
    "DROP VIEW IF EXISTS import_text; DROP TABLE IF EXISTS import_rows"
)

# Rows put into DuckDB at a time where Python reads them.
_BATCH_SIZE = 50_000

# One row of a file read in Python: its number, and its values or what is wrong with it.
Record = tuple[int, Sequence[str | None] | NonDataReason]


def column_headers(file: Path, rows: Sequence[Sequence[str | None]]) -> list[str]:
    """Return the names of columns from the rows of a header, one or more; InputError if all blank.

    Where a cell is merged over several columns its text stands over the first of them; it goes
    before the names below it. Names that stand more than once are numbered: '金额 (1)'.
    """
    check_width(file, max(map(len, rows), default=0))
    names = joined_names(rows)
    if not any(names):
        raise InputError("header_blank", file=file)
    counts, seen = Counter(names), Counter[str]()
    headers = []
    for name in names:
        seen[name] += 1
        headers.append(f"{name} ({seen[name]})" if name and counts[name] > 1 else name)
    return headers


def common_header(file: Path, headers: Mapping[str, list[str]]) -> list[str]:
    """Return the header that most sheets have, of those of each.

    A sheet of other columns, such as a cover, is to be left out. InputError if a sheet has some of the columns but
    not all: what it holds would be lost.
    """
    header_counts = Counter(tuple(header) for header in headers.values())
    header = list(header_counts.most_common(1)[0][0])
    for name, sheet_header in headers.items():
        if sheet_header != header and set(filter(None, sheet_header)) & set(filter(None, header)):
            raise InputError("sheet_header_differs", file=file, sheet=name)
    return header


def joined_names(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """Return the names of column_headers(), not numbered."""
    width = max(map(len, rows), default=0)
    names = [""] * width
    for row in rows:
        names = _merge_header_rows(
            names,
            [without_text_mark((cell or "").strip())[:PREVIEW_LENGTH] for cell in row] + [""] * (width - len(row)),
        )
    return names


def without_text_mark(cell: str) -> str:
    """Return what a cell says, without the marks that keep it a text in a spreadsheet."""
    if not cell.startswith(("=", "'")):
        return cell
    return _TEXT_MARK_RE.sub(r"\1\2", cell)


def _remove_text_marks(con: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> None:
    """Do the same to every cell of `import_rows`; columns without a mark cost one look at their cells."""
    looks = ", ".join(f"bool_or(starts_with({column}, '=') OR starts_with({column}, chr(39)))" for column in columns)
    [row] = con.execute(f"SELECT {looks} FROM import_rows").fetchall()
    marked = [column for column, is_marked in zip(columns, row, strict=True) if is_marked]
    if marked:
        changes = ", ".join(f"{column} = regexp_replace({column}, $mark, '\\1\\2')" for column in marked)
        con.execute(f"UPDATE import_rows SET {changes}", {"mark": _TEXT_MARK})


def check_width(file: Path, width: int) -> None:
    """Raise InputError for more columns than a table can have."""
    if width > MAX_COLUMNS:
        raise InputError("too_many_columns", file=file, count=width, limit=MAX_COLUMNS)


def _merge_header_rows(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    names, group = [], ""
    for upper_name, lower_name in zip(upper, lower, strict=True):
        if upper_name:
            # A name with nothing below it is merged downwards: it spans no other column.
            group = upper_name if lower_name else ""
        prefix = upper_name or (group if lower_name else "")
        names.append(f"{prefix} {lower_name}".strip())
    return names


def staged_positions(column_positions: Sequence[int]) -> list[int]:
    """Return the positions to stage: those wanted, and the first, where totals say so."""
    return sorted({0, *column_positions})


def glob_safe_path(file: Path, workdir: Path) -> Path:
    """Return a path that DuckDB takes as it is: *, ? and [ make it look for a pattern of names."""
    if not set("*?[") & set(str(file)):
        return file
    link = workdir / f"input{file.suffix}"
    link.symlink_to(file.resolve())
    return link


def stage_records(con: duckdb.DuckDBPyConnection, column_positions: Sequence[int], records: Iterator[Record]) -> None:
    """Stage rows that Python has read; values are taken at the wanted positions."""
    positions = staged_positions(column_positions)
    columns = [f"c{position}" for position in positions]
    con.execute(RESET_STAGING_SQL)
    con.execute("CREATE TABLE import_rows (row_no BIGINT" + "".join(f", {column} VARCHAR" for column in columns) + ")")
    con.execute("CREATE VIEW import_text AS FROM import_rows")
    while batch := list(islice(records, _BATCH_SIZE)):
        non_data_rows, data_rows = [], []
        for row_no, values in batch:
            if isinstance(values, NonDataReason):
                non_data_rows.append((row_no, *values))
                continue
            row_values = [values[position] for position in positions]
            if is_blank(row_values):
                continue
            reason = non_data_reason(row_values)
            if reason is None:
                data_rows.append((row_no, *row_values))
            else:
                non_data_rows.append((row_no, *reason))
        _append(con, "import_rows", data_rows)
        _append(con, "import_broken", non_data_rows)
    _remove_text_marks(con, columns)


def stage_query(
    con: duckdb.DuckDBPyConnection,
    column_positions: Sequence[int],
    source: str,
    parameters: dict[str, object],
    *,
    may_have_marks: bool = True,
) -> None:
    """Stage what `source` selects: SQL of a table of all rows of a file, in order, with the columns as text.

    `may_have_marks` says whether any cell can have a mark that keeps it a text.
    """
    columns = [f"c{position}" for position in staged_positions(column_positions)]
    con.execute(RESET_STAGING_SQL)
    con.execute(f"CREATE TABLE import_rows AS SELECT {', '.join(columns)} FROM {source}", parameters)
    if may_have_marks:
        _remove_text_marks(con, columns)
    # Rows are stored in their order. To number them by row_number() would take them through one thread.
    numbered_rows = f"SELECT rowid + 1 AS row_no, {', '.join(columns)} FROM import_rows"
    if find_non_data_rows(con, f"({numbered_rows})", columns):
        numbered_rows += " WHERE rowid + 1 NOT IN (SELECT row_no FROM import_left_out)"
    con.execute(f"CREATE VIEW import_text AS {numbered_rows}")


def _append(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Add rows of a number and texts to a table."""
    # Loaded where it is needed: it takes longer than all the rest of a child of limited_process.py.
    import pyarrow as pa

    if not rows:
        return
    numbers, *texts = zip(*rows, strict=True)
    arrays = [pa.array(numbers, pa.int64()), *(pa.array(column, pa.string()) for column in texts)]
    con.register("import_batch", pa.table(arrays, names=[f"v{position}" for position in range(len(arrays))]))
    con.execute(f"INSERT INTO {table} SELECT * FROM import_batch")
    con.unregister("import_batch")
