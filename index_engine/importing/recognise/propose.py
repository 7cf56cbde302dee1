"""From a file without a mapping to a proposed one: kind, header, fields, formats, units."""

from dataclasses import replace
from pathlib import Path

from index_engine.errors import InputError, Message, Term
from index_engine.importing.contract import FILE_KINDS, read_contract
from index_engine.importing.files.limited_process import preview_limited
from index_engine.importing.files.preview import MAX_COLUMNS, TablePreview, UnreadableLines
from index_engine.importing.files.readers import ReadOptions
from index_engine.importing.files.staging import UNREADABLE_LINE
from index_engine.importing.recognise.case_lists import is_zhongben_date, recognise_case_list
from index_engine.importing.recognise.column_matching import describe_columns, propose_columns
from index_engine.importing.recognise.derived_fields import derive_fields
from index_engine.importing.recognise.header_matching import (
    foreign_currency,
    header_unit,
    known_part,
    match_header,
    shown_headers,
)
from index_engine.importing.recognise.normalise import match_key, non_null_values, stated_values
from index_engine.importing.recognise.overrides import Overrides, apply_overrides
from index_engine.importing.recognise.proposal import Proposal, ProposedColumn
from index_engine.importing.recognise.side_by_side import join_rounds
from index_engine.importing.recognise.table_layout import Layout, detect_layout
from index_engine.importing.recognise.unit_checks import check_units
from index_engine.importing.recognise.value_fit import assess_fit
from index_engine.importing.values.dates import EXCEL
from index_engine.private_folder import temporary_folder

_NO_OVERRIDES: Overrides = {}

_DETECT_FORMAT = ReadOptions(encoding="auto", delimiter="auto")

# Of fewer rows it is no wonder that all are closed, or none.
_MIN_DESIGN_ROWS = 30

# A required column with a smaller share of blank cells than this has slips.
_MIN_BLANK_SHARE = 0.05

# By so many rows the kind of a file is told; a heading whose values do not fit says this much of it.
_KIND_ROWS, _MIN_KIND_FIT = 200, 0.1
# How sure days are that may be counted from another year.
_SERIAL_CONFIDENCE = 0.5
# And a column that another header renames below.
_OTHER_HEADER_CONFIDENCE = 0.3
# A kind is recognised by at least so many of its fields.
_MIN_FIELDS = 2


def propose_mapping(
    file: Path, kind: str | None = None, *, sheet: str | None = None, overrides: Overrides = _NO_OVERRIDES
) -> Proposal:
    """Propose how to read a file, looking at its first 2,000 rows and some from further on.

    `kind` is one of contract.READ_KINDS, None to recognise by the headers one that a warehouse takes in; `sheet` is one of a
    workbook, None for the one that looks most like a table; `overrides` say of columns, by
    position, what they are to feed.

    Raises InputError if the file cannot be opened, or no kind of file has such headers.
    """
    if kind is not None:
        read_contract(kind)
    with temporary_folder("recognise-") as folder:
        tables = preview_limited(file, _DETECT_FORMAT, folder)
    if not tables:
        raise InputError("holds_no_row", file=file)
    table, layout, notes = _select_table(file, tables, sheet)
    if not any(layout.headers):
        raise InputError("header_missing", file=file)
    kind, kind_reason = _detect_kind(file, layout, kind)
    if not layout.rows:
        if table.unreadable_lines is None:
            raise InputError("no_rows", file=file)
        raise _unreadable_error(file, table.unreadable_lines)
    source_columns = describe_columns(kind, layout)
    columns = apply_overrides(kind, layout, source_columns, propose_columns(kind, layout, source_columns), overrides)
    columns = join_rounds(kind, layout, source_columns, columns, overrides)
    columns = derive_fields(kind, layout, source_columns, columns)
    columns, unit_warnings = check_units(kind, layout, columns)
    columns = [_doubt_other_header(kind, layout, column) for column in columns]
    if table.counts_from_1904:
        columns = [_doubt_serials(column) for column in columns]
    sheet_name = tables[0].options.sheet if table.options.sheet is None else table.options.sheet
    names = (file.stem, sheet_name or "")
    case_list = recognise_case_list(layout, columns, names) if kind == "cases" else None
    doubt = case_list.reason if case_list else _design_doubt(kind, layout, columns)
    if kind == "auctions":
        doubt = _round_design_doubt(layout, columns)
    return Proposal(
        kind=kind,
        kind_reason=kind_reason,
        options=table.options,
        sheets=tuple(sheet_table.options.sheet for sheet_table in tables if sheet_table.options.sheet is not None),
        columns=tuple(columns),
        missing_fields=_missing_fields(kind, columns),
        warnings=(
            *notes,
            *_review_warnings(kind, columns),
            *_blank_warnings(kind, layout, columns),
            *_unknown_day_warnings(kind, columns),
            *_wide_round_warnings(columns),
            *unit_warnings,
        ),
        inspected_row_count=len(layout.rows),
        holds=case_list.design if case_list else None,
        design_doubt=doubt,
    )


def _unreadable_error(file: Path, unreadable: UnreadableLines) -> InputError:
    return InputError(
        "no_row_readable",
        file=file,
        rows=unreadable.lines,
        line=unreadable.first_line,
        reason=Term("rule", UNREADABLE_LINE, text=unreadable.message),
    )


def _select_table(
    file: Path, tables: list[TablePreview], sheet: str | None
) -> tuple[TablePreview, Layout, tuple[Message, ...]]:
    """Return the table to read, taken apart, and what a person is to know of the others."""
    sheet_names = [table.options.sheet for table in tables]
    if sheet is not None and sheet not in sheet_names:
        raise InputError(
            "no_such_sheet", file=file, sheet=sheet, sheets=[name for name in sheet_names if name is not None]
        )
    nonempty_tables = [table for table in tables if table.head_rows and sheet in (None, table.options.sheet)]
    if not nonempty_tables:
        unreadable = tables[0].unreadable_lines
        if unreadable is None:
            raise InputError("holds_no_row", file=file)
        raise _unreadable_error(file, unreadable)
    layouts = [detect_layout(file, table) for table in nonempty_tables]
    best_index = max(range(len(nonempty_tables)), key=lambda index: (layouts[index].known_header_count, -index))
    table, layout = nonempty_tables[best_index], layouts[best_index]
    matching_indices = [index for index, candidate in enumerate(layouts) if _has_same_header(layout, candidate)]
    skipped_tables = [
        candidate_table for index, candidate_table in enumerate(nonempty_tables) if index not in matching_indices
    ]
    notes: list[Message] = []
    if len(matching_indices) > 1 and not any(_shares_headers(layout, candidate) for candidate in skipped_tables):
        rows = tuple(row for index in matching_indices for row in layouts[index].rows)
        layout = replace(layout, rows=rows)
        options = replace(table.options, sheet="*")
        notes = [Message("sheets_read_in_turn", count=len(matching_indices))]
    else:
        skipped_tables = [candidate_table for candidate_table in nonempty_tables if candidate_table is not table]
        options = table.options if table is not tables[0] else replace(table.options, sheet=None)
    if skipped_tables:
        skipped_sheets = [candidate.options.sheet or "" for candidate in skipped_tables]
        notes.append(Message("sheets_not_read", sheets=skipped_sheets))
    if hidden_sheets := [candidate.options.sheet or "" for candidate in nonempty_tables if candidate.is_hidden]:
        notes.append(Message("sheets_hidden", sheets=hidden_sheets))
    is_read = options.sheet == "*"
    for candidate in nonempty_tables:
        if candidate.hidden_rows and (is_read or candidate is table):
            notes.append(Message("rows_hidden", sheet=candidate.options.sheet or "", rows=candidate.hidden_rows))
    if layout.merged_columns:
        merged_headers = shown_headers([layout.headers[column] for column in layout.merged_columns])
        notes.append(Message("merged_cells_filled", columns=merged_headers))
    if table.omitted_columns:
        notes.append(Message("columns_omitted", count=table.omitted_columns, limit=MAX_COLUMNS))
    options = replace(options, header=layout.header_line, header_rows=layout.header_row_count)
    return replace(table, options=options), layout, tuple(notes)


def _has_same_header(layout: Layout, candidate: Layout) -> bool:
    return (layout.headers, layout.header_line, layout.header_row_count) == (
        candidate.headers,
        candidate.header_line,
        candidate.header_row_count,
    )


def _shares_headers(layout: Layout, candidate: TablePreview) -> bool:
    """Say whether another sheet has some of the columns: then all cannot be read as one."""
    candidate_rows = (row for line, row in candidate.head_rows if line >= layout.header_line)
    first_row = next(candidate_rows, ())
    return bool({(cell or "").strip() for cell in first_row} & set(filter(None, layout.headers)))


def _detect_kind(file: Path, layout: Layout, kind: str | None) -> tuple[str, Message]:
    """Return the kind of a file, and by which of its headers."""
    fields_by_kind = {
        candidate_kind: _matched_fields(candidate_kind, layout, are_values_weighed=kind is None)
        for candidate_kind in ((kind,) if kind else FILE_KINDS)
    }
    best_kind = max(
        fields_by_kind, key=lambda candidate_kind: _kind_score(candidate_kind, fields_by_kind[candidate_kind])
    )
    headers = fields_by_kind[best_kind]
    if kind is None and len(headers) < _MIN_FIELDS:
        raise InputError(
            "kind_not_recognised",
            file=file,
            headers=shown_headers(layout.headers),
            kinds=[Term("kind", name) for name in FILE_KINDS],
        )
    fields = [
        Message("header_means", header=header, field=Term("field", field, best_kind))
        for field, (header, _) in headers.items()
    ]
    return best_kind, Message("kind_as_asked" if kind else "kind_by_headers", fields=fields)


def _matched_fields(kind: str, layout: Layout, *, are_values_weighed: bool) -> dict[str, tuple[str, float]]:
    """Return the fields of a kind that headers name, with the header and how sure header and values are."""
    matched_fields: dict[str, tuple[str, float]] = {}
    for position, header in enumerate(layout.headers):
        for match in match_header(header, kind)[:1] if header else ():
            if match.score <= 0.5:
                continue
            score = match.score
            if are_values_weighed:
                texts = non_null_values(layout.column_cells(position)[:_KIND_ROWS])
                fit = assess_fit(read_contract(kind).field(match.field), header, texts, layout.unit_at(position))
                score *= max(fit.share, _MIN_KIND_FIT)
            if score > matched_fields.get(match.field, ("", 0.0))[1]:
                matched_fields[match.field] = header, score
    return matched_fields


def _kind_score(kind: str, matched_fields: dict[str, tuple[str, float]]) -> float:
    """Weigh a kind: each of its fields counts, and as much again the share of required ones."""
    required_names = [field.name for field in read_contract(kind).fields if field.required]
    required_share = sum(name in matched_fields for name in required_names) / len(required_names)
    return sum(score for _, score in matched_fields.values()) * (1 + required_share)


def _doubt_serials(column: ProposedColumn) -> ProposedColumn:
    """Ask about bare numbers of days in a workbook that counts from 1904: copied from another they count from 1900."""
    if EXCEL not in column.settings.get("format", ()):
        return column
    note = Message("serials_from_1904")
    return replace(column, confidence=min(column.confidence, _SERIAL_CONFIDENCE), note=note)


def _doubt_other_header(kind: str, layout: Layout, column: ProposedColumn) -> ProposedColumn:
    """Ask about a column that a header further down calls by a name of another field or unit."""
    if column.field is None or column.position is None:
        return column
    told = _told_by(column.header, kind)
    for row in layout.other_headers:
        name = (row[column.position] if column.position < len(row) else None) or ""
        if name.strip() and match_key(name) != match_key(column.header) and _told_by(name, kind) != told:
            note = Message(
                "other_header_below", header=known_part(name) or Message("characters_withheld", count=len(name))
            )
            return replace(column, confidence=min(column.confidence, _OTHER_HEADER_CONFIDENCE), note=note)
    return column


def _told_by(header: str, kind: str) -> tuple[str | None, str | None, str | None]:
    matches = match_header(header, kind) if header else []
    return matches[0].field if matches else None, header_unit(header), foreign_currency(header)


def _missing_fields(kind: str, columns: list[ProposedColumn]) -> tuple[str, ...]:
    return read_contract(kind).unfed_fields({column.field for column in columns if column.field is not None})


def _design_doubt(kind: str, layout: Layout, columns: list[ProposedColumn]) -> Message | None:
    """Say why a file of cases may not hold all cases of its courts: in the rows looked at all are
    closed, or none is. Its import tests it on all rows."""
    if kind != "cases":
        return None
    closing = next((column for column in columns if column.field == "closed_on"), None)
    if closing is None or closing.position is None:
        return Message("no_closing_column")
    if len(layout.rows) < _MIN_DESIGN_ROWS:
        return None
    if is_zhongben_date(closing.header):
        return Message("zhongben_dates_alone", column=closing.header)
    closed = len(stated_values(layout.column_cells(closing.position)))
    if closed == len(layout.rows):
        return Message("all_rows_closed", column=closing.header, rows=closed)
    if closed == 0:
        return Message("no_row_closed", column=closing.header, rows=len(layout.rows))
    return None


def _round_design_doubt(layout: Layout, columns: list[ProposedColumn]) -> Message | None:
    """Say why a file of auctions may have the last round of each lot alone: no lot, case or title has two rows, and
    some rows are of later rounds."""
    column_by_field = {column.field: column for column in columns if column.position is not None}
    round_column = column_by_field.get("round_no")
    if round_column is None or "lot_id" not in column_by_field or round_column.settings.get("values"):
        return None
    for field in ("lot_id", "case_id", "title"):
        if field in column_by_field:
            texts = stated_values(layout.column_cells(column_by_field[field].position or 0))
            if len(set(texts)) < len(texts):
                return None
    later = sum(text not in ("1", "1.0") for text in stated_values(layout.column_cells(round_column.position or 0)))
    return Message("one_row_a_lot", column=round_column.header, rows=later) if later else None


def _blank_warnings(kind: str, layout: Layout, columns: list[ProposedColumn]) -> list[Message]:
    """Name the required columns that are blank in rows that hold something: their rows will be rejected."""
    warnings = []
    for column in columns:
        if column.field is None or column.position is None or not read_contract(kind).field(column.field).required:
            continue
        blanks = len(layout.rows) - len(stated_values(layout.column_cells(column.position)))
        if _MIN_BLANK_SHARE * len(layout.rows) <= blanks < len(layout.rows) and blanks:
            field = Term("field", column.field, kind)
            warnings.append(Message("required_blank", column=column.header, field=field, rows=blanks))
    return warnings


def _unknown_day_warnings(kind: str, columns: list[ProposedColumn]) -> list[Message]:
    """Say of a file of auctions which days it does not tell, and what becomes of its rounds."""
    if kind != "auctions":
        return []
    column_by_field = {column.field: column for column in columns}
    warnings = []
    if "listed_on" not in column_by_field and (bidding := column_by_field.get("bidding_on")):
        warnings.append(Message("listing_inferred_from_bidding", column=bidding.header))
    if "ended_on" not in column_by_field and (status := column_by_field.get("status")):
        warnings.append(Message("no_end_of_rounds", column=status.header))
    return warnings


def _wide_round_warnings(columns: list[ProposedColumn]) -> list[Message]:
    """Say of a table with a lot's rounds side by side that a row becomes several."""
    headings = [column.header for column in columns if column.is_in_series]
    return [Message("rounds_side_by_side", columns=headings)] if headings else []


def _review_warnings(kind: str, columns: list[ProposedColumn]) -> list[Message]:
    """Say which columns are read so that a person should look at them."""
    warnings = []
    for column in columns:
        if column.field is None or column.note is None:
            continue
        if column.confidence < 0.7 or column.unknown_words:
            field = Term("field", column.field, kind)
            warnings.append(
                Message("check_column", field=field, column=column.header, note=column.note)
                if column.header
                else Message("check_field", field=field, reason=column.reason, note=column.note)
            )
    return warnings
