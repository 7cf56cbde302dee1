"""Rounds that stand side by side in one row: 一拍起拍价, 二拍起拍价 ... A mapping lists the columns of a field round by
round, and the row becomes one row a round.

Works on the staged text of an import (`import_text`, see files/staging.py).
"""

from collections.abc import Mapping as Map
from dataclasses import replace

import duckdb

from index_engine.importing.mapping import Mapping
from index_engine.importing.values.characters import trim_sql
from index_engine.importing.values.column_settings import ColumnSettings


def spread_rounds(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, positions: Map[str, int]
) -> tuple[Mapping, dict[str, int]]:
    """Make a row of every round in `import_text`, and return the mapping and places by which such rows are read.

    A round is there where one of its columns has a value; a row without any stays one row. The first round
    keeps the number of its row, the others follow at the end. Creates `import_lines` (row_no, line), temporary:
    which line of the file an added row came from.
    """
    listed = [column for column in mapping.columns if column.series]
    if not listed:
        return mapping, dict(positions)
    rounds = range(len(listed[0].series))
    place = 1 + max(
        int(name[1:]) for (name, *_) in con.execute("DESCRIBE import_text").fetchall() if name.startswith("c")
    )
    spread_positions = dict(positions)
    columns, items = [], []
    for column in mapping.columns:
        if not column.series and not column.is_of_last_round:
            columns.append(column)
            continue
        name = column.series_name
        spread_positions[name] = place
        items.append(f"{_round_cell_sql(column, positions, rounds)} AS c{place}")
        columns.append(replace(column, header=name, series=(), is_constant_series=False, is_of_last_round=False))
        place += 1
    present = ", ".join(
        f"CASE WHEN {_is_present_sql(listed, positions, number)} THEN {number} END" for number in rounds
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE import_text_by_round AS
        WITH known AS (
            SELECT *, row_no AS line, list_filter([{present}], lambda n: n IS NOT NULL) AS present FROM import_text
        ),
        spread AS (
            SELECT * EXCLUDE (present), unnest(CASE WHEN len(present) = 0 THEN [-1] ELSE present END) AS round_place,
                   coalesce(list_min(present), -1) AS first_place, coalesce(list_max(present), -1) AS last_place
            FROM known
        ),
        top AS (
            SELECT greatest((SELECT max(row_no) FROM import_text), (SELECT coalesce(max(row_no), 0) FROM import_broken))
                AS top_row
        )
        SELECT * EXCLUDE (round_place, first_place, last_place, top_row) REPLACE (
                CASE WHEN round_place = first_place THEN line
                     ELSE top_row + row_number() OVER (PARTITION BY round_place = first_place ORDER BY line, round_place)
                END AS row_no
            ), {", ".join(items)}
        FROM spread CROSS JOIN top
        """
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_lines AS"
        " SELECT row_no, line FROM import_text_by_round WHERE row_no <> line;"
        "CREATE OR REPLACE TEMP VIEW import_text AS SELECT * EXCLUDE (line) FROM import_text_by_round"
    )
    return replace(mapping, columns=tuple(columns)), spread_positions


def _is_present_sql(listed: list[ColumnSettings], positions: Map[str, int], number: int) -> str:
    conditions = []
    for column in listed:
        if column.is_constant_series or not column.series[number]:
            continue
        text = trim_sql(f"c{positions[column.series[number]]}")
        words = ", ".join(_quoted(word) for word in ("", *column.null_words))
        conditions.append(f"{text} NOT IN ({words})")
    return " OR ".join(f"coalesce({condition}, false)" for condition in conditions) or "false"


def _round_cell_sql(column: ColumnSettings, positions: Map[str, int], rounds: range) -> str:
    """Return SQL for the cell of a field in the round `round_place`, the last one for fields of that alone."""
    if column.is_of_last_round:
        return f"CASE WHEN round_place = last_place THEN c{positions[column.header or '']} END"
    cells = [
        _quoted(column.series[number])
        if column.is_constant_series
        else f"c{positions[column.series[number]]}"
        if column.series[number]
        else "NULL"
        for number in rounds
    ]
    return f"CASE round_place {' '.join(f'WHEN {number} THEN {cells[number]}' for number in rounds)} END"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
