"""What case numbers tell beyond naming a case: batches of several, and gaps where some are missing.

Works on the staged text of an import (`import_text`, see files/staging.py).
"""

import duckdb

from index_engine.sources import case_numbers
from index_engine.sources.mapping import Mapping

# Fields that speak of one case; of a batch the file states them once for all of it.
_AMOUNTS = ("claim_amount", "recovered_amount")

# What every batch has and few other texts: a type word, and a range or list of numbers after it.
_LIKE_A_BATCH = r"[执執保].*\d\s*[号號]?\s*[-~～至—–―,，、;；]\s*\d"


def read_numbers(con: duckdb.DuckDBPyConnection, plan: Mapping, positions: dict[str, int]) -> None:
    """Make a row of every case in a batch such as (2023)粤0304执15-18号, and read all numbers.

    Creates, all temporary:
    - `import_lines` (row_no, line): which line of the file an added row came from;
    - `import_batches` (row_no, problem): the rows of batches; one that cannot be read keeps its one
      row and has a problem;
    - `import_numbers` (row_no, style, year, court, case_type, sequence): what parts_sql of
      case_numbers.py tells; empty where the file names its cases otherwise.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_lines (row_no BIGINT, line BIGINT);"
        "CREATE OR REPLACE TEMP TABLE import_batches (row_no BIGINT, problem VARCHAR);"
        "CREATE OR REPLACE TEMP TABLE import_numbers (row_no BIGINT, style VARCHAR, year INTEGER,"
        " court VARCHAR, case_type VARCHAR, sequence INTEGER)"
    )
    column = _numbered(plan)
    if column is None:
        return
    cell = f"c{positions[column]}"
    _expand_batches(con, plan, positions, cell)
    con.execute(
        "INSERT INTO import_numbers SELECT row_no, n.style, n.year, n.court, n.case_type,"
        f" n.sequence FROM (SELECT row_no, {case_numbers.parts_sql(cell)} AS n FROM import_text)"
        " WHERE n.style <> 'other'"
    )


def _expand_batches(
    con: duckdb.DuckDBPyConnection, plan: Mapping, positions: dict[str, int], cell: str
) -> None:
    suspects = con.execute(
        f"SELECT row_no, {cell} FROM import_text WHERE regexp_matches({cell}, $pattern)"
        " ORDER BY row_no",
        {"pattern": _LIKE_A_BATCH},
    ).fetchall()
    numbers, problems = [], []
    for row_no, text in suspects:
        if case_numbers.parse(text).style != "batch":
            continue
        try:
            numbers += [(row_no, number) for number in case_numbers.expand(text)]
        except ValueError as error:
            problems.append((row_no, str(error)))
    if problems:
        con.executemany("INSERT INTO import_batches VALUES (?, ?)", problems)
    if numbers:
        _add_rows(con, plan, positions, cell, numbers)


def _numbered(plan: Mapping) -> str | None:
    """The column of the file that holds the numbers of cases; None where there is none."""
    if plan.contract.kind != "cases":
        return None
    for column in plan.columns:
        if column.field.name == "case_id":
            return column.column
    return None


def _add_rows(
    con: duckdb.DuckDBPyConnection,
    plan: Mapping,
    positions: dict[str, int],
    cell: str,
    numbers: list[tuple[int, str]],
) -> None:
    """Replace the row of each batch by one a case, the first in its place, the others at the end.

    The amounts of a batch are not those of any one case, and are left out.
    """
    con.execute("CREATE TEMP TABLE import_expansion (line BIGINT, number VARCHAR)")
    con.executemany("INSERT INTO import_expansion VALUES (?, ?)", numbers)
    left_out = {
        f"c{positions[column.column]}"
        for column in plan.columns
        if column.field.name in _AMOUNTS and column.column is not None
    }
    emptied = "".join(f", NULL AS {name}" for name in sorted(left_out))
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
                   number AS {cell}{emptied}),
               line
        FROM import_text JOIN counted ON counted.line = import_text.row_no CROSS JOIN top"""
    )
    con.execute("DELETE FROM import_text WHERE row_no IN (SELECT line FROM import_expansion)")
    con.execute("INSERT INTO import_text SELECT * EXCLUDE (line) FROM import_expanded")
    con.execute(
        "INSERT INTO import_lines SELECT row_no, line FROM import_expanded WHERE row_no <> line"
    )
    con.execute("INSERT INTO import_batches SELECT row_no, NULL FROM import_expanded")
    con.execute("DROP TABLE import_expansion; DROP TABLE import_expanded")


def judge_numbers(con: duckdb.DuckDBPyConnection) -> None:
    """Add to `import_findings` (with a column `action`) what the numbers of cases show.

    `import_ready` has the rows as they will be judged, courts found.
    """
    for field, rule, action, message, which in _FINDINGS:
        con.execute(
            "INSERT INTO import_findings (row_no, field, rule, message, action)"
            f" SELECT row_no, $field, $rule, {message}, $action FROM {which}",
            {"field": field, "rule": rule, "action": action},
        )


_FINDINGS = (
    (
        "case_id",
        "masked_number",
        "rejected",
        "'signs of the case number are masked: two cases could have this one number'",
        "import_numbers WHERE style = 'masked'",
    ),
    (
        "case_id",
        "unreadable_batch",
        "rejected",
        "problem",
        "import_batches WHERE problem IS NOT NULL",
    ),
    (
        "case_id",
        "batch_expanded",
        "noted",
        "'one case of a batch: its amounts are those of all and were left out'",
        "import_batches WHERE problem IS NULL",
    ),
    (
        "case_id",
        "legacy_number",
        "noted",
        "'a number of the form before 2016, which has no court code'",
        "import_numbers WHERE style = 'legacy'",
    ),
    (
        "case_id",
        "not_a_case_number",
        "warned",
        "'no case number, though most cases of the file have one'",
        "import_ready WHERE row_no NOT IN (SELECT row_no FROM import_numbers)"
        " AND case_id IS NOT NULL"
        " AND (SELECT count(*) FROM import_numbers) * 2 > (SELECT count(*) FROM import_ready)",
    ),
    (
        "court_id",
        "number_of_another_court",
        "warned",
        "'the case number names the court ' || number.court || ', the row ' || known.code",
        "import_numbers AS number JOIN import_ready USING (row_no)"
        " JOIN courts AS known USING (court_id)"
        " WHERE number.court <> known.code AND NOT EXISTS (SELECT 1 FROM court_names"
        " WHERE court_names.court_id = known.court_id AND court_names.name = number.court)",
    ),
    (
        "case_type",
        "number_of_another_type",
        "warned",
        "'the case number is of type ' || number.case_type || ', the row of ' || ready.case_type",
        "import_numbers AS number JOIN import_ready AS ready USING (row_no)"
        " WHERE number.case_type <> ready.case_type",
    ),
)


def keep_sequences(con: duckdb.DuckDBPyConnection, source_id: int) -> None:
    """Note per court, type and year how far the numbers of the kept rows run, and how many came.

    Only cases filed under observation count: of earlier ones a source has those still open. Where
    it observes the whole year, numbers begin with 1.
    """
    con.execute(
        """INSERT INTO case_sequences
        SELECT source_id, court_id, ready.case_type, year,
               CASE WHEN make_date(year, 1, 1) >= any_value(observed_from) THEN 1
                    ELSE min(sequence) END,
               max(sequence), count(DISTINCT sequence)
        FROM import_numbers AS number
        JOIN import_ready AS ready USING (row_no)
        JOIN sources ON source_id = $source_id
        WHERE style = 'standard' AND filed_on >= coalesce(observed_from, filed_on)
          AND row_no NOT IN (SELECT row_no FROM rejects
                             WHERE rejects.source_id = $source_id AND action = 'rejected')
        GROUP BY source_id, court_id, ready.case_type, year""",
        {"source_id": source_id},
    )


def name_lines(con: duckdb.DuckDBPyConnection, source_id: int) -> None:
    """Let the findings about rows that a batch added name the line of the batch."""
    con.execute(
        "UPDATE rejects SET row_no = line FROM import_lines"
        " WHERE rejects.row_no = import_lines.row_no AND source_id = $source_id",
        {"source_id": source_id},
    )
