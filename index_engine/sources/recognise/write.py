"""A proposal as the text of a mapping file, for a person to confirm or mend."""

import re
from datetime import date
from typing import Any

from index_engine.sources.files.readers import Opening
from index_engine.sources.recognise.proposal import Proposal, ProposedColumn

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def mapping_text(
    proposal: Proposal,
    *,
    name: str | None = None,
    observed_from: date | None = None,
    observed_to: date | None = None,
    complete: bool = False,
) -> str:
    """Return TOML that mapping.load reads, with a comment on every column.

    `name` is the source's, `observed_from` and `observed_to` are the first and last day it
    records; with `complete` it takes out what this file no longer has. Columns that feed no field
    are comments; of personal ones only the name is written.
    """
    about = {"name": name, "observed_from": observed_from, "observed_to": observed_to}
    source: dict[str, Any] = {key: value for key, value in about.items() if value is not None}
    source |= {"complete": True} if complete else {}
    source |= _opening(proposal.opening)
    lines = [f"kind = {_toml(proposal.kind)}", "", "[source]"]
    lines += [f"{key} = {_toml(value)}" for key, value in source.items()]
    lines += [_comment(f"Check: {warning}.") for warning in proposal.warnings]
    for column in proposal.columns:
        if column.field is not None:
            lines += ["", *_table(column)]
    for missing in proposal.missing:
        lines += ["", _comment(f"[columns.{missing}]: required, and nothing in the file feeds it.")]
    unused = [column for column in proposal.columns if column.field is None]
    if unused:
        lines += ["", "# Not read:"]
    for column in unused:
        kind = "personal, " if column.personal else ""
        note = f"; {column.note}" if column.note else ""
        lines.append(_comment(f"  {column.header}: {kind}{column.why}{note}"))
    return "\n".join(lines) + "\n"


def _opening(opening: Opening) -> dict[str, Any]:
    """Return what differs from how a file is opened without a mapping."""
    usual = Opening()
    return {
        key: getattr(opening, key)
        for key in ("encoding", "delimiter", "sheet", "header", "header_rows")
        if getattr(opening, key) != getattr(usual, key)
    }


def _table(column: ProposedColumn) -> list[str]:
    note = f"; {column.note}" if column.note else ""
    lines = [
        f"[columns.{column.field}]",
        _comment(f"{column.confidence:.0%} sure: {column.why}{note}"),
    ]
    lines += [f"{key} = {_toml(value)}" for key, value in column.settings.items()]
    if column.unknown_words:
        lines.append(_comment(f"To be translated: {', '.join(column.unknown_words)}"))
    return lines


def _comment(text: str) -> str:
    return "# " + _CONTROL.sub(" ", text)


def _toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            pairs = (f"{_key(key)} = {_toml(inner)}" for key, inner in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case _:
            return _quoted(str(value))


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'
