"""Columns as a person chose them: what each feeds is given, and how it is read is found anew."""

from collections.abc import Mapping
from dataclasses import replace

from index_engine.errors import Message
from index_engine.importing.contract import read_contract
from index_engine.importing.recognise.column_matching import SourceColumn
from index_engine.importing.recognise.proposal import ProposedColumn
from index_engine.importing.recognise.table_layout import Layout
from index_engine.importing.recognise.value_fit import assess_fit

# By position in the file: the field that a column is to feed, None for none.
Overrides = Mapping[int, str | None]


def apply_overrides(
    kind: str, layout: Layout, source_columns: list[SourceColumn], proposals: list[ProposedColumn], overrides: Overrides
) -> list[ProposedColumn]:
    """Return the proposed columns, one for each seen, with what a person chose in its place.

    A column about people feeds nothing, whatever was chosen.
    """
    claimed_fields = {field for field in overrides.values() if field is not None}
    columns = []
    for column, proposal in zip(source_columns, proposals, strict=True):
        target_field = overrides.get(column.position, proposal.field)
        if column.position not in overrides and proposal.field in claimed_fields:
            target_field = None
        if column.personal_reason or target_field == proposal.field:
            columns.append(proposal)
        else:
            columns.append(_overridden_column(kind, layout, column, proposal, target_field))
    return columns


def _overridden_column(
    kind: str, layout: Layout, column: SourceColumn, proposal: ProposedColumn, field: str | None
) -> ProposedColumn:
    if field is None:
        return replace(
            proposal, field=None, confidence=0.0, reason=Message("not_chosen"), settings={}, unknown_words=()
        )
    field_fit = assess_fit(
        read_contract(kind).field(field), column.header, column.texts, layout.unit_at(column.position)
    )
    return replace(
        proposal,
        field=field,
        confidence=round(field_fit.share, 2),
        reason=Message("chosen_and_values_fit", share=field_fit.share, count=len(column.texts)),
        settings={"column": column.header, **field_fit.settings},
        unknown_words=field_fit.unknown_words,
        note=field_fit.note,
    )
