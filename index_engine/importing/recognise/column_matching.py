"""Which column feeds which field: what headers say, weighed with what the values look like."""

from dataclasses import dataclass

from index_engine.errors import Message, Term
from index_engine.importing.contract import Field, read_contract
from index_engine.importing.recognise.header_matching import Match, match_header, personal_word
from index_engine.importing.recognise.normalise import distinct_texts, non_null_values
from index_engine.importing.recognise.proposal import ProposedColumn
from index_engine.importing.recognise.table_layout import Layout
from index_engine.importing.recognise.value_fit import Fit, assess_fit
from index_engine.importing.recognise.value_patterns import name_type, personal_data_type

# Below this a column is not mapped; what it may be is said in its note. But a heading that is known keeps its
# column, though not one value can be read: without it every case might count as open.
MIN_CONFIDENCE = 0.2
_KNOWN_HEADING_SCORE = 0.8
# A header that only holds a known word feeds a field only if its values leave no doubt.
_WEAK_SCORE, _STRONG_FIT = 0.5, 0.9
_MAX_SAMPLES, _SAMPLE_LENGTH = 5, 40


@dataclass(frozen=True)
class SourceColumn:
    """A column of the file; `personal_reason` says by what it is about people, None if it is not."""

    position: int
    header: str
    texts: list[str]
    row_count: int
    personal_reason: Message | None

    @property
    def samples(self) -> tuple[str, ...]:
        if self.personal_reason:
            return ()
        return tuple(text[:_SAMPLE_LENGTH] for text in distinct_texts(self.texts)[:_MAX_SAMPLES])


@dataclass(frozen=True)
class Candidate:
    """One way to feed a field."""

    column: SourceColumn
    field: Field
    match: Match
    fit: Fit

    @property
    def confidence(self) -> float:
        return round(self.match.score * self.fit.share, 2)

    @property
    def is_tenable(self) -> bool:
        """Whether values speak for it, or the heading alone where values of the field have a form of their own.

        Names of people under a heading of codes are no such values: they are not to be shown.
        """
        has_value_form = self.field.type != "VARCHAR" or self.field.codes is not None
        is_heading_known = self.match.score >= _KNOWN_HEADING_SCORE and has_value_form
        return self.confidence >= MIN_CONFIDENCE or (is_heading_known and name_type(self.column.texts) is None)


def describe_columns(kind: str, layout: Layout) -> list[SourceColumn]:
    """Return the columns of a table that have a name."""
    columns = []
    for position, header in enumerate(layout.headers):
        if not header:
            continue
        texts = non_null_values(layout.column_cells(position))
        reason = _personal_data_reason(kind, header, texts)
        columns.append(SourceColumn(position, header, texts, len(layout.rows), reason))
    return columns


def _personal_data_reason(kind: str, header: str, texts: list[str]) -> Message | None:
    """Say why a column is about people: its values go before its header, a field before a word."""
    if (data_type := personal_data_type(texts)) and not _is_lot_id_or_amount(kind, header):
        return Message("values_look_like", data=data_type)
    header_matches = match_header(header, kind)
    if header_matches and header_matches[0].score > _WEAK_SCORE:
        return None
    if (word := personal_word(header)) is not None:
        return Message("word_in_header", word=word)
    if data_type := name_type(texts):
        return Message("values_look_like", data=data_type)
    return None


def _is_lot_id_or_amount(kind: str, header: str) -> bool:
    """Long numbers of lots and amounts may pass for those of people."""
    header_matches = match_header(header, kind)
    if not header_matches or header_matches[0].score <= _WEAK_SCORE:
        return False
    field = read_contract(kind).field(header_matches[0].field)
    return field.name == "lot_id" or field.type.startswith("DECIMAL")


def propose_columns(kind: str, layout: Layout, source_columns: list[SourceColumn]) -> list[ProposedColumn]:
    """Give each field the column that fits it best, each column to one field at most."""
    candidates = sorted(
        _candidates(kind, layout, source_columns), key=lambda option: (-option.confidence, option.column.position)
    )
    winner_by_position: dict[int, Candidate] = {}
    note_by_position: dict[int, Message] = {}
    winner_by_field: dict[str, Candidate] = {}
    for candidate in candidates:
        position, field = candidate.column.position, candidate.match.field
        if not candidate.is_tenable or position in winner_by_position:
            continue
        if field in winner_by_field:
            note_by_position.setdefault(
                position,
                Message("also_fits", field=Term("field", field, kind), column=winner_by_field[field].column.header),
            )
            continue
        winner_by_position[position], winner_by_field[field] = candidate, candidate
    tied_fields = {
        candidate.match.field
        for candidate in candidates
        if (winner := winner_by_field.get(candidate.match.field)) is not None
        and candidate.column.position not in winner_by_position
        and candidate.confidence == winner.confidence
    }
    hints = {
        option.column.position: Message("may_be", field=Term("field", option.match.field, kind))
        for option in reversed(candidates)
    }
    return [
        _mapped_proposal(column, winner_by_position.get(column.position), tied_fields)
        if column.position in winner_by_position
        else _unmapped_proposal(column, note_by_position.get(column.position) or hints.get(column.position))
        for column in source_columns
    ]


def _candidates(kind: str, layout: Layout, source_columns: list[SourceColumn]) -> list[Candidate]:
    data_contract = read_contract(kind)
    candidates = []
    for column in source_columns:
        if column.personal_reason:
            continue
        for match in match_header(column.header, kind):
            target = data_contract.field(match.field)
            field_fit = assess_fit(target, column.header, column.texts, layout.unit_at(column.position))
            is_weak = match.score <= _WEAK_SCORE
            if is_weak and (field_fit.share < _STRONG_FIT or not target.required):
                continue
            candidates.append(Candidate(column, target, match, field_fit))
    return candidates


def _mapped_proposal(column: SourceColumn, winner: Candidate | None, tied_fields: set[str]) -> ProposedColumn:
    assert winner is not None
    field, confidence, note = winner.match.field, winner.confidence, winner.fit.note
    if confidence < MIN_CONFIDENCE:
        note = note or Message("values_unread", share=winner.fit.share)
    elif field in tied_fields:
        confidence, note = round(confidence / 2, 2), Message("another_column_fits")
    elif winner.match.score <= _WEAK_SCORE:
        note = note or Message("header_holds_word")
    elif confidence < 0.7 and not note:
        note = Message("values_fit", share=winner.fit.share)
    return ProposedColumn(
        header=column.header,
        position=column.position,
        field=field,
        confidence=confidence,
        reason=Message(
            "header_and_values_fit", word=winner.match.word, share=winner.fit.share, count=len(column.texts)
        ),
        settings={"column": column.header, **winner.fit.settings},
        samples=column.samples,
        unknown_words=winner.fit.unknown_words,
        note=note,
    )


def _unmapped_proposal(column: SourceColumn, note: Message | None) -> ProposedColumn:
    return ProposedColumn(
        header=column.header,
        position=column.position,
        field=None,
        confidence=0.0,
        reason=column.personal_reason or Message("feeds_no_field"),
        samples=column.samples,
        is_personal=column.personal_reason is not None,
        note=None if column.personal_reason else note,
    )
