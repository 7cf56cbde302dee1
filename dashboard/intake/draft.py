"""What a person decided about a file, put into the proposal of how to read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from index_engine import intake
from index_engine.intake import Proposal, ProposedColumn

NO_VALUE = ""  # what a mapping writes for a word that says nothing


@dataclass(frozen=True)
class Choices:
    """Decisions by field of the contract: the unit, the date formats and the words of its column,
    and what is the same in all rows; then what holds for the whole file."""

    units: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, list[str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    observed_from: date | None = None
    observed_to: date | None = None
    complete: bool = False
    clear: bool = False  # drop optional values that cannot be read, and keep their rows


def mapping(proposal: Proposal, choices: Choices) -> str:
    """The text of the mapping file that reads the file as decided."""
    agreed = {one.name: one for one in intake.fields(proposal.kind)}
    columns = [_decided(column, agreed, choices) for column in proposal.columns]
    columns += [
        ProposedColumn("", None, name, 1.0, "the same in all rows", {"constant": value})
        for name, value in choices.constants.items()
    ]
    missing = tuple(name for name in proposal.missing if name not in choices.constants)
    decided = replace(proposal, columns=tuple(columns), missing=missing, warnings=())
    return intake.mapping_text(
        decided,
        name=choices.name or None,
        observed_from=choices.observed_from,
        observed_to=choices.observed_to,
        complete=choices.complete,
    )


def _decided(
    column: ProposedColumn, agreed: Mapping[str, intake.Field], choices: Choices
) -> ProposedColumn:
    """The column with its settings as decided. Words that are still open are not written down: the
    mapping is kept with the data, and in a wrong column they could be names of people."""
    name = column.field
    if name is None:
        return column
    settings = dict(column.settings)
    if name in choices.units:
        settings.pop("unit", None)
        plain = intake.units_of(agreed[name])[0]
        settings |= {"unit": choices.units[name]} if choices.units[name] != plain else {}
    if name in choices.formats:
        settings.pop("format", None)
        settings |= {"format": choices.formats[name]} if choices.formats[name] else {}
    if choices.words.get(name):
        known = settings.get("values", {})
        settings["values"] = known | intake.typed_codes(agreed[name], choices.words[name])
    if choices.clear and not agreed[name].required and "column" in settings:
        settings["on_bad"] = "clear"
    return replace(column, settings=settings, unknown_words=())


def twice(chosen: Mapping[int, str | None]) -> list[str]:
    """Fields that more than one column is to feed."""
    fed = Counter(name for name in chosen.values() if name is not None)
    return [name for name, times in fed.items() if times > 1]


def once(chosen: Mapping[int, str | None]) -> dict[int, str | None]:
    """The same, but of several columns for one field only the first feeds it."""
    first: dict[str | None, int] = {}
    for position, name in sorted(chosen.items()):
        first.setdefault(name, position)
    return {
        position: name if first[name] == position else None for position, name in chosen.items()
    }


def open_fields(proposal: Proposal, constants: Mapping[str, Any]) -> list[str]:
    """Required fields that nothing feeds yet."""
    return [name for name in proposal.missing if name not in constants]


def of_file(proposal: Proposal) -> list[ProposedColumn]:
    """The columns of the file, each once, in their order; people's are not among them."""
    found: dict[int, ProposedColumn] = {}
    for column in proposal.columns:
        if column.position is not None and not column.personal and "part" not in column.settings:
            found.setdefault(column.position, column)
    return [found[position] for position in sorted(found)]


def derived(proposal: Proposal) -> list[ProposedColumn]:
    """What feeds a field without being its column: a constant, a template, part of a number."""
    own = {id(column) for column in of_file(proposal)}
    return [one for one in proposal.columns if one.field is not None and id(one) not in own]


def warnings(proposal: Proposal) -> list[str]:
    """What to look at before an import, but for what is said beside the column it is about."""
    beside = tuple(f"{c.field}: {c.header}: " for c in of_file(proposal) if c.field is not None)
    return [warning for warning in proposal.warnings if not warning.startswith(beside)]
