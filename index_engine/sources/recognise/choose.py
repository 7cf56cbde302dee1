"""Columns as a person chose them: what each feeds is given, and how it is read is found anew."""

from collections.abc import Mapping
from dataclasses import replace

from index_engine.sources.contract import contract
from index_engine.sources.recognise.columns import Seen
from index_engine.sources.recognise.fits import fit
from index_engine.sources.recognise.layout import Layout
from index_engine.sources.recognise.proposal import ProposedColumn

# By position in the file: the field that a column is to feed, None for none.
Chosen = Mapping[int, str | None]


def choose(
    kind: str, layout: Layout, seen: list[Seen], proposed: list[ProposedColumn], chosen: Chosen
) -> list[ProposedColumn]:
    """Return the proposed columns, one for each seen, with what a person chose in its place.

    A column about people feeds nothing, whatever was chosen.
    """
    taken = {field for field in chosen.values() if field is not None}
    columns = []
    for column, proposal in zip(seen, proposed, strict=True):
        given = chosen.get(column.position, proposal.field)
        if column.position not in chosen and proposal.field in taken:
            given = None
        if column.personal or given == proposal.field:
            columns.append(proposal)
        else:
            columns.append(_chosen(kind, layout, column, proposal, given))
    return columns


def _chosen(
    kind: str, layout: Layout, column: Seen, proposal: ProposedColumn, field: str | None
) -> ProposedColumn:
    if field is None:
        return replace(
            proposal, field=None, confidence=0.0, why="not chosen", settings={}, unknown_words=()
        )
    judged = fit(contract(kind).field(field), column.header, column.texts, layout.unit)
    return replace(
        proposal,
        field=field,
        confidence=round(judged.share, 2),
        why=f"chosen, {judged.share:.0%} of {len(column.texts)} values fit",
        settings={"column": column.header, **judged.settings},
        unknown_words=judged.unknown_words,
        note=judged.note,
    )
