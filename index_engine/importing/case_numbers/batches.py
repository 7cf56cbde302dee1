"""Batches: case numbers that name several cases, such as (2023)粤0304执15-18号.

Works on the staged text of an import (`import_text`, see files/staging.py).
"""

import duckdb

from index_engine.importing.case_numbers.grammar import expand_batch, parse
from index_engine.importing.mapping import Mapping

# Fields that speak of one case; of a batch the file states them once for all of it.
_AMOUNT_FIELDS = ("claim_amount", "recovered_amount")

# Before the last digits of a batch stands a mark of ranges or lists; of few other texts.
_BATCH_PATTERN = r"[-~～至—–―‐‑−,，、;；] *[0-9０-９]+ *[号號]? *$"


def expand_batches(con: duckdb.DuckDBPyConnection, mapping: Mapping, positions: dict[str, int]) -> None:
    """Make a row of every case in a batch such as (2023)粤0304执15-18号.

    Creates, both temporary, `import_lines` (row_no, line): which line of the file an added row came
    from; and `import_batches` (row_no, problem): the rows of batches. A batch that cannot be read
    keeps its one row and has a problem.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_lines (row_no BIGINT, line BIGINT);"
        "CREATE OR REPLACE TEMP TABLE import_batches (row_no BIGINT, problem VARCHAR)"
    )
    case_number_column = _case_number_column(mapping)
    if case_number_column is None:
        return
    number_column = f"c{positions[case_number_column]}"
    # Case numbers have characters beyond ASCII: ids such as A-12 are none.
    suspects = con.execute(
        f"SELECT row_no, {number_column} FROM import_text WHERE regexp_matches({number_column}, '{_BATCH_PATTERN}')"
        f" AND strlen({number_column}) > length({number_column}) ORDER BY row_no"
    ).fetchall()
    numbers, problems = [], []
    for row_no, text in suspects:
        if parse(text).style != "batch":
            continue
        try:
            numbers += [(row_no, number) for number in expand_batch(text)]
        except ValueError as error:
            problems.append((row_no, str(error)))
    if problems:
        con.executemany("INSERT INTO import_batches VALUES (?, ?)", problems)
    if numbers:
        _add_batch_rows(con, mapping, positions, number_column, numbers)


def _case_number_column(mapping: Mapping) -> str | None:
    """The column of the file that holds the numbers of cases; None where there is none."""
    if mapping.contract.kind != "cases":
        return None
    for column in mapping.columns:
        if column.field.name == "case_id":
            return column.header
    return None


def _add_batch_rows(
    con: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    positions: dict[str, int],
    number_column: str,
    numbers: list[tuple[int, str]],
) -> None:
    """Replace the row of each batch by one a case, the first in its place, the others at the end.

    The amounts of a batch are not those of any one case, and are left out.
    """
    con.execute("CREATE TEMP TABLE import_expansion (line BIGINT, number VARCHAR)")
    con.executemany("INSERT INTO import_expansion VALUES (?, ?)", numbers)
    cleared_columns = {
        f"c{positions[column.header]}"
        for column in mapping.columns
        if column.field.name in _AMOUNT_FIELDS and column.header is not None
    }
    null_columns_sql = "".join(f", NULL AS {name}" for name in sorted(cleared_columns))
    con.execute(
        f"""CREATE TEMP TABLE import_expanded AS
        WITH counted AS (
            SELECT line, number, row_number() OVER (PARTITION BY line) AS place,
                   row_number() OVER (ORDER BY line) AS running
            FROM import_expansion),
        top AS (SELECT greatest((SELECT max(row_no) FROM import_text),
                (SELECT coalesce(max(row_no), 0) FROM import_broken)) AS row_no)
        SELECT import_text.* REPLACE (
                   CASE WHEN place = 1 THEN line ELSE top.row_no + running END AS row_no,
                   number AS {number_column}{null_columns_sql}),
               line
        FROM import_text JOIN counted ON counted.line = import_text.row_no CROSS JOIN top"""
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_text_with_batches AS"
        " FROM import_text WHERE row_no NOT IN (SELECT line FROM import_expansion)"
        " UNION ALL SELECT * EXCLUDE (line) FROM import_expanded;"
        "CREATE OR REPLACE TEMP VIEW import_text AS FROM import_text_with_batches"
    )
    con.execute("INSERT INTO import_lines SELECT row_no, line FROM import_expanded WHERE row_no <> line")
    con.execute("INSERT INTO import_batches SELECT row_no, NULL FROM import_expanded")
    con.execute("DROP TABLE import_expansion; DROP TABLE import_expanded")


def restore_line_numbers(con: duckdb.DuckDBPyConnection, source_id: int) -> None:
    """Let the findings about rows that a batch added, and those of their duplicates, name the line
    of the batch."""
    con.execute(
        "UPDATE rejects SET message ="
        " replace(message, ' line ' || first_row || ' ', ' line ' || line || ' ')"
        " FROM (SELECT row_no AS first_row, line FROM import_lines)"
        " WHERE source_id = $source_id AND rule = 'duplicate'"
        " AND contains(message, ' line ' || first_row || ' ')",
        {"source_id": source_id},
    )
    con.execute(
        "UPDATE rejects SET row_no = line FROM import_lines"
        " WHERE rejects.row_no = import_lines.row_no AND source_id = $source_id",
        {"source_id": source_id},
    )
