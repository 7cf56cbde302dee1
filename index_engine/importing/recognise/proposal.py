"""What is proposed for a file: a mapping with how sure it is of every column, and why."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from index_engine.errors import Message
from index_engine.importing.files.readers import ReadOptions


@dataclass(frozen=True)
class ProposedColumn:
    """One column of the file and the field it feeds, or a field fed from elsewhere.

    `confidence` is from 0 to 1; `settings` are the keys of [columns.<field>]. A column that feeds
    two fields stands here twice, one that feeds none once with `field` None. `position` is None
    where a field is fed by a constant or a template. `samples` are the commonest different values,
    none of a column with `is_personal`. `unknown_words` are values for which no code is known.
    """

    header: str
    position: int | None
    field: str | None
    confidence: float
    reason: Message
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)
    samples: tuple[str, ...] = ()
    is_personal: bool = False
    unknown_words: tuple[str, ...] = ()
    note: Message | None = None
    is_in_series: bool = False  # another entry reads it, as the column of one of several rounds


@dataclass(frozen=True)
class Proposal:
    """A mapping to be confirmed or mended by a person.

    `missing_fields` are required fields that nothing feeds: with one of them the mapping is not
    complete. `warnings` say what to check before importing.
    """

    kind: str
    kind_reason: Message
    options: ReadOptions
    sheets: tuple[str, ...]
    columns: tuple[ProposedColumn, ...]
    missing_fields: tuple[str, ...]
    warnings: tuple[Message, ...]
    inspected_row_count: int
    holds: str | None = None  # the observation design of a list that is no caseload, None where none is seen
    design_doubt: Message | None = None  # why it is to be asked which cases the file holds

    def mapped_column(self, name: str) -> ProposedColumn | None:
        """Return what feeds a field, None if nothing does."""
        return next((column for column in self.columns if column.field == name), None)
