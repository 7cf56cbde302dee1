"""What a person decided about a file, put into the proposal of how to read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from index_engine.errors import Message
from index_engine.importing import api
from index_engine.importing.api import Proposal, ProposedColumn

NO_VALUE = ""  # what a mapping writes for a word that says nothing


@dataclass(frozen=True)
class MappingChoices:
    """Decisions by field of the contract: the unit, the date formats and the words of its column,
    and what is the same in all rows; then what holds for the whole file."""

    units: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, list[str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    holds: str | None = None  # which cases of its courts; None where it is not stated
    same_cases: bool | None = None  # those that other sources seem to have too are the same; so for None
    same_lots: bool | None = None  # rounds under several ids that seem to be of one lot are
    prices_checked: bool = False
    observed_from: date | None = None
    observed_to: date | None = None
    complete: bool = False
    clear: bool = False  # drop optional values that cannot be read, and keep their rows


def mapping_text(proposal: Proposal, choices: MappingChoices) -> str:
    """The text of the mapping file that reads the file as decided."""
    contract_fields = {contract_field.name: contract_field for contract_field in api.contract_fields(proposal.kind)}
    columns = [_apply_choices(column, contract_fields, choices) for column in proposal.columns]
    columns += [
        ProposedColumn("", None, name, 1.0, Message("same_in_all_rows"), {"constant": value})
        for name, value in choices.constants.items()
    ]
    missing_fields = tuple(name for name in proposal.missing_fields if name not in choices.constants)
    final_proposal = replace(
        proposal,
        columns=tuple(columns),
        missing_fields=missing_fields,
        warnings=(),
        holds=None,
        design_doubt=None,
    )
    return api.mapping_text(
        final_proposal,
        name=choices.name or None,
        holds=choices.holds,
        same_cases=choices.same_cases,
        same_lots=choices.same_lots,
        prices_checked=choices.prices_checked,
        observed_from=choices.observed_from,
        observed_to=choices.observed_to,
        complete=choices.complete,
    )


def _apply_choices(
    column: ProposedColumn, contract_fields: Mapping[str, api.Field], choices: MappingChoices
) -> ProposedColumn:
    """The column with its settings as decided. Words that are still open are not written down: the
    mapping is kept with the data, and in a wrong column they could be names of people."""
    name = column.field
    if name is None:
        return column
    settings = dict(column.settings)
    if name in choices.units:
        settings.pop("unit", None)
        default_unit = api.available_units(contract_fields[name])[0]
        settings |= {"unit": choices.units[name]} if choices.units[name] != default_unit else {}
    if name in choices.formats:
        settings.pop("format", None)
        settings |= {"format": choices.formats[name]} if choices.formats[name] else {}
    if choices.words.get(name):
        known_words = settings.get("values", {})
        settings["values"] = known_words | api.typed_codes(contract_fields[name], choices.words[name])
    if choices.clear and not contract_fields[name].required and "column" in settings:
        settings["on_bad"] = "clear"
    return replace(column, settings=settings, unknown_words=())


def duplicate_fields(field_by_position: Mapping[int, str | None]) -> list[str]:
    """Fields that more than one column is to feed."""
    uses = Counter(name for name in field_by_position.values() if name is not None)
    return [name for name, times in uses.items() if times > 1]


def unique_fields(field_by_position: Mapping[int, str | None]) -> dict[int, str | None]:
    """The same, but of several columns for one field only the first feeds it."""
    first_position: dict[str | None, int] = {}
    for position, name in sorted(field_by_position.items()):
        first_position.setdefault(name, position)
    return {
        position: name if first_position[name] == position else None for position, name in field_by_position.items()
    }


def open_fields(proposal: Proposal, constants: Mapping[str, Any]) -> list[str]:
    """Required fields that nothing feeds yet."""
    return [name for name in proposal.missing_fields if name not in constants]


def file_columns(proposal: Proposal) -> list[ProposedColumn]:
    """The columns of the file, each once, in their order; people's are not among them."""
    columns_by_position: dict[int, ProposedColumn] = {}
    for column in proposal.columns:
        is_own = "part" not in column.settings and not column.is_in_series
        if column.position is not None and not column.is_personal and is_own:
            columns_by_position.setdefault(column.position, column)
    return [columns_by_position[position] for position in sorted(columns_by_position)]


def derived_columns(proposal: Proposal) -> list[ProposedColumn]:
    """What feeds a field without being its column: a constant, a template, part of a number."""
    file_column_ids = {id(column) for column in file_columns(proposal)}
    return [column for column in proposal.columns if column.field is not None and id(column) not in file_column_ids]


def general_warnings(proposal: Proposal) -> list[Message]:
    """Warnings before an import, without those shown beside the column they concern."""
    headers = {column.header for column in file_columns(proposal) if column.field is not None}
    return [
        warning
        for warning in proposal.warnings
        if not (warning.code == "check_column" and warning.parameters["column"] in headers)
    ]
