"""Parquet files, through DuckDB."""

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from index_engine.errors import InputError
from index_engine.faults import fault_message
from index_engine.importing.files.staging import (
    PREVIEW_LENGTH,
    column_headers,
    glob_safe_path,
    stage_query,
    staged_positions,
)
from index_engine.importing.progress import Progress

# A small file can claim, or hold, more rows than any court system has cases.
MAX_ROWS = 200_000_000

# A text that stands in many rows is stored and counted in the footer once: 100 kB can be 20 GB.
MAX_TEXT_BYTES = 8 << 30
MAX_TEXT_LENGTH = 1 << 16  # of one text; spreadsheets allow half of it

# A look at a file, in memory alone.
_PREVIEW_MEGABYTES = 512
_PREVIEW_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": f"{_PREVIEW_MEGABYTES}MB",
    "temp_directory": "",
}

# How DuckDB writes the types of lists, records and the like.
_NESTED_TYPE = re.compile(r"\[\d*\]$|^(?:STRUCT|MAP|UNION|VARIANT)\b")


class ParquetFile:
    """A Parquet file; values become the text that a CSV file would have of them."""

    counts_from_1904 = False

    def __init__(self, file: Path, workdir: Path) -> None:
        self._file = file
        self._path = str(glob_safe_path(file, workdir))
        try:
            with duckdb.connect(config=_PREVIEW_CONFIG) as con:
                columns = con.execute("DESCRIBE FROM read_parquet($file)", {"file": self._path}).fetchall()
        except duckdb.Error as error:
            raise InputError("not_parquet", file=file) from error
        self.headers = column_headers(file, [[name for name, *_ in columns]])
        self._types = [type_ for _, type_, *_ in columns]
        # The file's own names stay out of SQL: columns are renamed by position.
        names = ", ".join(f"p{position}" for position in range(len(columns)))
        self._source_sql = f"read_parquet($file, file_row_number = true) AS t({names}, number)"

    def stage(self, con: duckdb.DuckDBPyConnection, column_positions: Sequence[int], progress: Progress) -> None:
        """See readers.Reader. InputError if the file is damaged, has too many rows, or has instants
        where days are wanted: midnight in China is the day before in the time zone of most servers. Lists
        and records are no values of a table.
        """
        for position in column_positions:
            if self._is_nested(position):
                raise InputError("nested_values", file=self._file, header=self.headers[position])
            if self._types[position] == "TIMESTAMP WITH TIME ZONE":
                raise InputError("times_with_zone", file=self._file, header=self.headers[position])
        columns = ", ".join(
            f"{self._text_sql(position)} AS c{position}" for position in staged_positions(column_positions)
        )
        try:
            self._check_text_size(con, staged_positions(column_positions))
            stage_query(
                con,
                column_positions,
                f"(SELECT {columns} FROM {self._source_sql} WHERE number <= $most)",
                {"file": self._path, "most": MAX_ROWS},
            )
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:
            if fault_message(error) is not None:
                raise
            raise InputError("parquet_damaged", file=self._file) from error
        row = con.execute("SELECT count(*) FROM import_rows").fetchone()
        if row is not None and row[0] > MAX_ROWS:
            raise InputError("too_many_rows", file=self._file, limit=MAX_ROWS)

    def _check_text_size(self, con: duckdb.DuckDBPyConnection, positions: Sequence[int]) -> None:
        """Count the text of some columns before any of it is kept: it streams by."""
        lengths = [f"strlen({self._text_sql(position)})" for position in positions]
        total = " + ".join(f"coalesce(sum({length}), 0)" for length in lengths)
        longest = ", ".join(f"coalesce(max({length}), 0)" for length in lengths)
        [(text, length)] = con.execute(
            f"SELECT {total}, greatest(0, {longest}) FROM {self._source_sql} WHERE number <= $most",
            {"file": self._path, "most": MAX_ROWS},
        ).fetchall()
        if text > MAX_TEXT_BYTES or length > MAX_TEXT_LENGTH:
            raise InputError(
                "too_much_text",
                file=self._file,
                megabytes=text >> 20,
                length=length,
                max_megabytes=MAX_TEXT_BYTES >> 20,
                max_length=MAX_TEXT_LENGTH,
            )

    def sample_rows(self, head_size: int, sample_size: int, width: int) -> list[tuple[str | None, ...]]:
        """Return the first rows and about as many further ones as asked for, in their order; of the
        first `width` columns."""
        columns = ", ".join(
            f"left({self._text_sql(position)}, {PREVIEW_LENGTH})" for position in range(min(width, len(self.headers)))
        )
        try:
            with duckdb.connect(config=_PREVIEW_CONFIG) as con:
                return con.execute(
                    f"SELECT {columns} FROM {self._source_sql}"
                    f" WHERE number < $first OR number % greatest(1, (SELECT count(*) FROM"
                    " read_parquet($file)) // $further) = 0 ORDER BY number",
                    {"file": self._path, "first": head_size, "further": sample_size},
                ).fetchall()
        except duckdb.OutOfMemoryException as error:
            raise InputError("parquet_rows_too_large", file=self._file, megabytes=_PREVIEW_MEGABYTES) from error
        except duckdb.Error as error:
            raise InputError("parquet_damaged", file=self._file) from error

    def _is_nested(self, position: int) -> bool:
        return _NESTED_TYPE.search(self._types[position]) is not None

    def _text_sql(self, position: int) -> str:
        if self._is_nested(position):
            return "CAST(NULL AS VARCHAR)"
        # A time of day would make an ISO date unreadable; the contract has days only.
        is_time = self._types[position].startswith("TIMESTAMP")
        value_sql = f"CAST(p{position} AS DATE)" if is_time else f"p{position}"
        return f"CAST({value_sql} AS VARCHAR)"
