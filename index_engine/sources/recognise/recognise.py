"""From a file nobody has described to a proposed mapping: kind, header, fields, formats, units."""

import tempfile
from dataclasses import replace
from pathlib import Path

from index_engine.errors import InputError
from index_engine.sources.contract import KINDS, contract
from index_engine.sources.files.peek import Table, peek
from index_engine.sources.files.readers import Opening
from index_engine.sources.recognise.choose import Chosen, choose
from index_engine.sources.recognise.columns import propose_columns, see
from index_engine.sources.recognise.derived import derive
from index_engine.sources.recognise.headers import matches
from index_engine.sources.recognise.layout import Layout, layout_of
from index_engine.sources.recognise.proposal import Proposal, ProposedColumn
from index_engine.sources.recognise.units import check_units

_NOTHING: Chosen = {}

_AUTO = Opening(encoding="auto", delimiter="auto")

# A kind is told by at least so many of its fields.
_FEWEST_FIELDS = 2


def recognise(
    file: Path, kind: str | None = None, *, sheet: str | None = None, chosen: Chosen = _NOTHING
) -> Proposal:
    """Propose how to read a file, looking at its first 2,000 rows and some from further on.

    `kind` is one of contract.KINDS, None to have it told by the headers; `sheet` is one of a
    workbook, None for the one that looks most like a table; `chosen` says of columns, by position,
    what they are to feed.

    Raises InputError if the file cannot be opened, or no kind of file has such headers.
    """
    if kind is not None:
        contract(kind)
    with tempfile.TemporaryDirectory(prefix="recognise-") as folder:
        tables = peek(file, _AUTO, Path(folder))
    if not tables:
        raise InputError(f"{file}: holds no row")
    table, layout, notes = _choose(file, tables, sheet)
    if not any(layout.headers):
        raise InputError(f"{file}: no row names the columns")
    kind, why = _kind_of(file, layout, kind)
    if not layout.rows:
        raise InputError(f"{file}: has a header, but no rows")
    seen = see(kind, layout)
    columns = choose(kind, layout, seen, propose_columns(kind, layout, seen), chosen)
    columns = derive(kind, layout, seen, columns)
    columns, doubts = check_units(kind, layout, columns)
    return Proposal(
        kind=kind,
        why=why,
        opening=table.opening,
        sheets=tuple(one.opening.sheet for one in tables if one.opening.sheet is not None),
        columns=tuple(columns),
        missing=_missing(kind, columns),
        warnings=(*notes, *_doubtful(columns), *doubts),
        rows_seen=len(layout.rows),
    )


def _choose(
    file: Path, tables: list[Table], sheet: str | None
) -> tuple[Table, Layout, tuple[str, ...]]:
    """Return the table to read, taken apart, and what a person is to know of the others."""
    names = [table.opening.sheet for table in tables]
    if sheet is not None and sheet not in names:
        raise InputError(f"{file}: no sheet {sheet!r}; its sheets are {_listed(names)}")
    filled = [table for table in tables if table.head and sheet in (None, table.opening.sheet)]
    if not filled:
        raise InputError(f"{file}: holds no row")
    layouts = [layout_of(file, table) for table in filled]
    best = max(range(len(filled)), key=lambda place: (layouts[place].known, -place))
    table, layout = filled[best], layouts[best]
    alike = [place for place, other in enumerate(layouts) if _same(layout, other)]
    rest = [one for place, one in enumerate(filled) if place not in alike]
    notes = []
    if len(alike) > 1 and not any(_overlaps(layout, other) for other in rest):
        rows = tuple(row for place in alike for row in layouts[place].rows)
        layout = replace(layout, rows=rows)
        opening = replace(table.opening, sheet="*")
        notes = [f"{len(alike)} sheets with the same header are read one after the other"]
    else:
        rest = [one for one in filled if one is not table]
        opening = table.opening if table is not tables[0] else replace(table.opening, sheet=None)
    if rest:
        left = _listed([other.opening.sheet for other in rest])
        notes.append(f"not read: the sheets {left}")
    opening = replace(opening, header=layout.line, header_rows=layout.rows_of_header)
    return replace(table, opening=opening), layout, tuple(notes)


def _same(layout: Layout, other: Layout) -> bool:
    return (layout.headers, layout.line, layout.rows_of_header) == (
        other.headers,
        other.line,
        other.rows_of_header,
    )


def _overlaps(layout: Layout, other: Table) -> bool:
    """Say whether another sheet has some of the columns: then all cannot be read as one."""
    below = (row for line, row in other.head if line >= layout.line)
    first = next(below, ())
    return bool({(cell or "").strip() for cell in first} & set(filter(None, layout.headers)))


def _kind_of(file: Path, layout: Layout, kind: str | None) -> tuple[str, str]:
    """Return the kind of a file, and by which of its headers."""
    found = {one: _known_fields(one, layout) for one in ((kind,) if kind else KINDS)}
    best = max(found, key=lambda one: _likeness(one, found[one]))
    headers = found[best]
    if kind is None and len(headers) < _FEWEST_FIELDS:
        named = ", ".join(" ".join(header.split()) for header in layout.headers if header)
        raise InputError(
            f"{file}: its headers tell of no kind of file ({named}); say which it is:"
            f" {', '.join(KINDS)}"
        )
    listed = ", ".join(f"{header} = {field}" for field, (header, _) in headers.items())
    return best, f"as asked ({listed})" if kind else listed


def _known_fields(kind: str, layout: Layout) -> dict[str, tuple[str, float]]:
    """Return the fields of a kind that headers name, with the header and how sure it is."""
    found: dict[str, tuple[str, float]] = {}
    for header in filter(None, layout.headers):
        for match in matches(header, kind)[:1]:
            if match.score > 0.5 and match.score > found.get(match.field, ("", 0.0))[1]:
                found[match.field] = header, match.score
    return found


def _likeness(kind: str, found: dict[str, tuple[str, float]]) -> float:
    """Weigh a kind: each of its fields counts, and as much again the share of required ones."""
    required = [field.name for field in contract(kind).fields if field.required]
    covered = sum(name in found for name in required) / len(required)
    return sum(score for _, score in found.values()) * (1 + covered)


def _missing(kind: str, columns: list[ProposedColumn]) -> tuple[str, ...]:
    fed = {column.field for column in columns}
    return tuple(
        field.name for field in contract(kind).fields if field.required and field.name not in fed
    )


def _doubtful(columns: list[ProposedColumn]) -> list[str]:
    """Say which columns are read so that a person should look at them."""
    return [
        f"{column.field}: {column.header or column.why}: {column.note}"
        for column in columns
        if column.field is not None
        and column.note
        and (column.confidence < 0.7 or column.unknown_words)
    ]


def _listed(names: list[str | None]) -> str:
    return ", ".join(name for name in names if name is not None)
