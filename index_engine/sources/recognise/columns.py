"""Which column feeds which field: what headers say, weighed with what the values look like."""

from dataclasses import dataclass

from index_engine.sources.contract import contract
from index_engine.sources.recognise.fits import Fit, fit
from index_engine.sources.recognise.headers import Match, matches, personal_word
from index_engine.sources.recognise.layout import Layout
from index_engine.sources.recognise.proposal import ProposedColumn
from index_engine.sources.recognise.texts import distinct, values_of
from index_engine.sources.recognise.values import names, names_people

# Below this a column is not mapped; what it may be is said in its note.
LEAST = 0.2
# A header that only holds a known word feeds a field only if its values leave no doubt.
_WEAK, _SURE_VALUES = 0.5, 0.9
_SAMPLES, _SAMPLE_LENGTH = 5, 40


@dataclass(frozen=True)
class Seen:
    """A column as it was seen; `personal` says by what it is about people, '' if it is not."""

    position: int
    header: str
    texts: list[str]
    personal: str

    @property
    def samples(self) -> tuple[str, ...]:
        if self.personal:
            return ()
        return tuple(text[:_SAMPLE_LENGTH] for text in distinct(self.texts)[:_SAMPLES])


@dataclass(frozen=True)
class Candidate:
    """One way to feed a field."""

    column: Seen
    match: Match
    fit: Fit

    @property
    def confidence(self) -> float:
        return round(self.match.score * self.fit.share, 2)


def see(kind: str, layout: Layout) -> list[Seen]:
    """Return the columns of a table that have a name."""
    columns = []
    for position, header in enumerate(layout.headers):
        if not header:
            continue
        texts = values_of(layout.column(position))
        columns.append(Seen(position, header, texts, _personal(kind, header, texts)))
    return columns


def _personal(kind: str, header: str, texts: list[str]) -> str:
    """Say why a column is about people: its values go before its header, a field before a word."""
    if (what := names_people(texts)) and not _is_number_of_something(kind, header):
        return f"its values look like {what}"
    found = matches(header, kind)
    if found and found[0].score > _WEAK:
        return ""
    if (word := personal_word(header)) is not None:
        return f"{word} in its header"
    if what := names(texts):
        return f"its values look like {what}"
    return ""


def _is_number_of_something(kind: str, header: str) -> bool:
    """Long numbers of lots and amounts may pass for those of people."""
    found = matches(header, kind)
    if not found or found[0].score <= _WEAK:
        return False
    field = contract(kind).field(found[0].field)
    return field.name == "lot_id" or field.type.startswith("DECIMAL")


def propose_columns(kind: str, layout: Layout, seen: list[Seen]) -> list[ProposedColumn]:
    """Give each field the column that fits it best, each column to one field at most."""
    candidates = sorted(
        _candidates(kind, layout, seen), key=lambda one: (-one.confidence, one.column.position)
    )
    given: dict[int, Candidate] = {}
    beside: dict[int, str] = {}
    fed: dict[str, Candidate] = {}
    for candidate in candidates:
        position, field = candidate.column.position, candidate.match.field
        if candidate.confidence < LEAST or position in given:
            continue
        if field in fed:
            beside.setdefault(position, f"also fits {field}, fed by {fed[field].column.header}")
            continue
        given[position], fed[field] = candidate, candidate
    rivals = {
        candidate.match.field
        for candidate in candidates
        if (winner := fed.get(candidate.match.field)) is not None
        and candidate.column.position not in given
        and candidate.confidence == winner.confidence
    }
    hints = {one.column.position: f"may be {one.match.field}" for one in reversed(candidates)}
    return [
        _proposed(column, given.get(column.position), rivals)
        if column.position in given
        else _unused(column, beside.get(column.position) or hints.get(column.position, ""))
        for column in seen
    ]


def _candidates(kind: str, layout: Layout, seen: list[Seen]) -> list[Candidate]:
    agreed = contract(kind)
    found = []
    for column in seen:
        if column.personal:
            continue
        for match in matches(column.header, kind):
            target = agreed.field(match.field)
            judged = fit(target, column.header, column.texts, layout.unit)
            weak = match.score <= _WEAK
            if weak and (judged.share < _SURE_VALUES or not target.required):
                continue
            found.append(Candidate(column, match, judged))
    return found


def _proposed(column: Seen, winner: Candidate | None, rivals: set[str]) -> ProposedColumn:
    assert winner is not None
    field, confidence, note = winner.match.field, winner.confidence, winner.fit.note
    if field in rivals:
        confidence, note = round(confidence / 2, 2), "another column fits as well"
    elif winner.match.score <= _WEAK:
        note = note or "its header only holds a known word"
    elif confidence < 0.7 and not note:
        note = f"{winner.fit.share:.0%} of its values fit"
    return ProposedColumn(
        header=column.header,
        position=column.position,
        field=field,
        confidence=confidence,
        why=f"header {winner.match.word}, {winner.fit.share:.0%} of {len(column.texts)} values fit",
        settings={"column": column.header, **winner.fit.settings},
        samples=column.samples,
        unknown_words=winner.fit.unknown_words,
        note=note,
    )


def _unused(column: Seen, note: str) -> ProposedColumn:
    return ProposedColumn(
        header=column.header,
        position=column.position,
        field=None,
        confidence=0.0,
        why=column.personal or "feeds no field",
        samples=column.samples,
        personal=bool(column.personal),
        note="" if column.personal else note,
    )
