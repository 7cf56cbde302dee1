"""A proposal as the text of a mapping file, for a person to confirm or mend."""

import re
from datetime import date
from typing import Any

from index_engine.importing.files.readers import ReadOptions
from index_engine.importing.recognise.header_matching import known_part
from index_engine.importing.recognise.proposal import Proposal, ProposedColumn

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")


def mapping_text(
    proposal: Proposal,
    *,
    name: str | None = None,
    holds: str | None = None,
    same_cases: bool | None = None,
    same_lots: bool | None = None,
    prices_checked: bool = False,
    observed_from: date | None = None,
    observed_to: date | None = None,
    complete: bool = False,
) -> str:
    """Return TOML that mapping.load reads, with a comment on every column.

    `name` is the source's, `holds` which cases it has, `same_cases` whether those that other sources seem to
    have too are the same, `same_lots` whether rounds that seem to be of one lot are, `prices_checked` that prices
    are in their units, `observed_from` and `observed_to` are the first and last day it
    records; with `complete` it takes out what this file no longer has. Columns that feed no field
    are comments; of personal ones only the name is written.
    """
    source_fields = {
        "name": name,
        "holds": holds or proposal.holds,
        "same_cases": same_cases,
        "same_lots": same_lots,
        "prices_checked": prices_checked or None,
        "observed_from": observed_from,
        "observed_to": observed_to,
    }
    source: dict[str, Any] = {key: value for key, value in source_fields.items() if value is not None}
    source |= {"complete": True} if complete else {}
    source |= _non_default_options(proposal.options)
    lines = [f"kind = {toml_value(proposal.kind)}", "", "[source]"]
    lines += [f"{key} = {toml_value(value)}" for key, value in source.items()]
    doubt = [proposal.design_doubt] if proposal.design_doubt else []
    lines += [_comment(f"Check: {warning}.") for warning in (*proposal.warnings, *doubt)]
    for column in proposal.columns:
        if column.field is not None:
            lines += ["", *_column_lines(column)]
    for missing_field in proposal.missing_fields:
        lines += ["", _comment(f"[columns.{missing_field}]: required, and nothing in the file feeds it.")]
    unmapped_columns = [column for column in proposal.columns if column.field is None and not column.is_in_series]
    if unmapped_columns:
        lines += ["", "# Not read:"]
    for column in unmapped_columns:
        personal_label = "personal, " if column.is_personal else ""
        note = f"; {column.note}" if column.note else ""
        lines.append(_comment(f"  {column_label(column)}: {personal_label}{column.reason}{note}"))
    return "\n".join(lines) + "\n"


def column_label(column: ProposedColumn) -> str:
    """Return the heading of a column that feeds a field; of any other, which may hold a name, the known part
    of it, else its place."""
    if column.field is not None:
        return column.header
    return known_part(column.header) or f"column {(column.position or 0) + 1}"


def _non_default_options(options: ReadOptions) -> dict[str, Any]:
    """Return what differs from how a file is opened without a mapping."""
    default_options = ReadOptions()
    return {
        key: getattr(options, key)
        for key in ("encoding", "delimiter", "sheet", "header", "header_rows")
        if getattr(options, key) != getattr(default_options, key)
    }


def _column_lines(column: ProposedColumn) -> list[str]:
    note = f"; {column.note}" if column.note else ""
    lines = [f"[columns.{column.field}]", _comment(f"{column.confidence:.0%} sure: {column.reason}{note}")]
    lines += [f"{key} = {toml_value(value)}" for key, value in column.settings.items()]
    if column.unknown_words:
        # The words themselves may be names of people: they stand in the file.
        lines.append(_comment(f'To be translated: {len(column.unknown_words)} words of this column, as "…" = "code"'))
    return lines


def _comment(text: str) -> str:
    return "# " + _CONTROL_CHARACTER.sub(" ", text)


def toml_value(value: Any) -> str:
    """Return a value as TOML writes it."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(map(toml_value, value))}]"
        case dict():
            pairs = (f"{_toml_key(key)} = {toml_value(inner)}" for key, inner in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case _:
            return _toml_string(str(value))


def _toml_key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _toml_string(key)


def _toml_string(text: str) -> str:
    escaped_text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _CONTROL_CHARACTER.sub(lambda control_match: f"\\u{ord(control_match[0]):04x}", escaped_text) + '"'
