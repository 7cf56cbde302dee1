"""XLSX and XLS workbooks."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import duckdb

from index_engine.errors import InputError, Message
from index_engine.importing.files.sheets import Sheet, read_sheets
from index_engine.importing.files.staging import Record, column_headers, common_header, stage_records
from index_engine.importing.files.workbook_parts import counts_from_1904
from index_engine.importing.progress import Progress


class XlsxFile:
    """One sheet of an XLSX or XLS file, the first if none is named; '*': all that share a header.

    The header is the first `header_rows` rows that are not blank from row `header` on.
    """

    def __init__(self, file: Path, sheet: str | None, header: int = 1, header_rows: int = 1) -> None:
        sheets = read_sheets(file)
        names = [candidate.name for candidate in sheets]
        if sheet not in (None, "*", *names):
            raise InputError("no_such_sheet", file=file, sheet=sheet, sheets=names)
        selection = sheets if sheet == "*" else [sheets[0 if sheet is None else names.index(sheet)]]
        self._header_line, self._header_rows = header, header_rows
        self.counts_from_1904 = counts_from_1904(file)
        # Empty sheets stand in many workbooks; only one that is asked for has to hold something.
        filled_sheets = [
            candidate for candidate in selection if self._may_be_table(candidate, is_one_of_many=sheet == "*")
        ]
        if not filled_sheets:
            raise InputError("sheet_empty", file=file, sheet=selection[0].name)
        headers = {
            candidate.name: column_headers(file, [values for _, values in self._read_header(candidate)])
            for candidate in filled_sheets
        }
        self.headers = common_header(file, headers)
        self._sheets = [candidate for candidate in filled_sheets if headers[candidate.name] == self.headers]

    def stage(self, con: duckdb.DuckDBPyConnection, column_positions: Sequence[int], progress: Progress) -> None:
        """See readers.Reader."""
        with progress.steps(Message("stage_read"), sum(sheet.height for sheet in self._sheets)) as bar:

            def numbered_records() -> Iterator[Record]:
                row_no = 0
                for sheet in self._sheets:
                    header_end = self._read_header(sheet)[-1][0]
                    for line, values in sheet.rows(header_end=header_end):
                        bar.update()
                        if line > header_end:
                            row_no += 1
                            yield row_no, values

            stage_records(con, column_positions, numbered_records())

    def _may_be_table(self, sheet: Sheet, *, is_one_of_many: bool) -> bool:
        """Say whether a sheet holds something; among others that share a header, where that would stand."""
        rows = self._read_header(sheet) if is_one_of_many else sheet.rows()
        return any(any(cell and cell.strip() for cell in values) for _, values in rows)

    def _read_header(self, sheet: Sheet) -> list[tuple[int, list[str | None]]]:
        """Return the rows of the header, with their numbers."""
        rows = (row for row in sheet.rows() if row[0] >= self._header_line)
        return list(islice(rows, self._header_rows))
