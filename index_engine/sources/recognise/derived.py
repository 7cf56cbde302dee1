"""Fields that no column of their own feeds: from case numbers, from stages, from titles."""

import re
from calendar import monthrange
from datetime import date
from typing import Any

from index_engine.sources.contract import Field, contract
from index_engine.sources.recognise.columns import LEAST, Seen
from index_engine.sources.recognise.fits import fit, has_numbers
from index_engine.sources.recognise.layout import Layout
from index_engine.sources.recognise.proposal import ProposedColumn
from index_engine.sources.recognise.texts import data, fold, plain
from index_engine.sources.values.dates import MONTH, YEAR

# Case numbers are read where nearly all values are some.
_NEARLY_ALL = 0.8

# Periods as titles state them: the pattern, then the months they begin and end in.
_PERIODS = (
    (r"(\d{4})年(\d{1,2})[月]?[-至~到—](\d{1,2})月", None),
    (r"(\d{4})年第?[一1]季度", (1, 3)),
    (r"(\d{4})年第?[二2]季度", (4, 6)),
    (r"(\d{4})年第?[三3]季度", (7, 9)),
    (r"(\d{4})年第?[四4]季度", (10, 12)),
    (r"(\d{4})年上半年", (1, 6)),
    (r"(\d{4})年下半年", (7, 12)),
    (r"(\d{4})年(\d{1,2})月(?!\d)", None),
    (r"(\d{4})年(?:度|全年|$|[^\d第])", (1, 12)),
)
_SEVERAL_YEARS = re.compile(r"\d{4}年?(度|\d{1,2}月)?(\d{1,2}日)?[-至~到—–、]+\d{4}年")


def derive(
    kind: str, layout: Layout, seen: list[Seen], columns: list[ProposedColumn]
) -> list[ProposedColumn]:
    """Return the columns with those added that feed fields left without one."""
    added: list[ProposedColumn] = []
    match kind:
        case "cases":
            added = _from_numbers(kind, seen, columns, ("court_id", "case_type"))
            added += _from_title(layout, [*columns, *added])
        case "auctions":
            added = _from_numbers(kind, seen, columns, ("court_id",))
            added += _from_stages(layout, seen, columns)
            added += _lot(seen, columns)
        case "court_periods":
            added = _end_of_period(layout, seen, columns)
            added += _from_period(layout, [*columns, *added])
        case "courts" if not _fed(columns, "special"):
            added = [
                _constant("special", False, 0.4, "no column says so", "taken for ordinary courts")
            ]
    return [*columns, *added]


def _fed(columns: list[ProposedColumn], field: str) -> ProposedColumn | None:
    return next((column for column in columns if column.field == field), None)


def _from_numbers(
    kind: str, seen: list[Seen], columns: list[ProposedColumn], fields: tuple[str, ...]
) -> list[ProposedColumn]:
    """Court and type as case numbers tell them, where no column does."""
    number = _fed(columns, "case_id")
    if number is None:
        return []
    texts = next(one.texts for one in seen if one.position == number.position)
    sure = has_numbers(texts)
    if sure < _NEARLY_ALL:
        return []
    parts = {"court_id": "court", "case_type": "type"}
    return [
        ProposedColumn(
            header=number.header,
            position=number.position,
            field=field,
            confidence=round(0.9 * number.confidence * sure, 2),
            why=f"no column has it; {sure:.0%} of case numbers tell the {parts[field]}",
            settings={"column": number.header, "part": parts[field]},
            samples=number.samples,
        )
        for field in fields
        if field in contract(kind).names and not _fed(columns, field)
    ]


def _from_title(layout: Layout, columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """A type of case that the title states for all of them."""
    if _fed(columns, "case_type"):
        return []
    title = fold(" ".join(layout.titles))
    said = [code for code, words in data("headers")["titles"].items() if _holds(title, words)]
    if len(said) != 1:
        return []
    return [_constant("case_type", said[0], 0.6, "the title says so", "taken from the title")]


def _holds(text: str, words: list[str]) -> bool:
    return any(fold(word) in text for word in words)


def _from_stages(
    layout: Layout, seen: list[Seen], columns: list[ProposedColumn]
) -> list[ProposedColumn]:
    """The round from the column of stages, or the stage from that of rounds."""
    for field, other in (("round_no", "stage"), ("stage", "round_no")):
        source = _fed(columns, other)
        if _fed(columns, field) or source is None:
            continue
        told = _told(contract("auctions").field(field), source, layout, seen)
        return [told] if told.confidence >= LEAST else []
    return []


def _told(
    target: Field, source: ProposedColumn, layout: Layout, seen: list[Seen]
) -> ProposedColumn:
    """A field read from a column that feeds another one already."""
    texts = next(one.texts for one in seen if one.position == source.position)
    judged = fit(target, source.header, texts, layout.unit)
    return ProposedColumn(
        header=source.header,
        position=source.position,
        field=target.name,
        confidence=round(0.9 * source.confidence * judged.share, 2),
        why=f"no column has it; told by {source.field}",
        settings={"column": source.header, **judged.settings},
        samples=source.samples,
        unknown_words=judged.unknown_words,
        note=judged.note,
    )


def _lot(seen: list[Seen], columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """A lot without an id: its number within the case, else each row for itself."""
    if _fed(columns, "lot_id"):
        return []
    words = {fold(word) for word in data("headers")["lot_number"]["words"]}
    number = next((one.header for one in seen if fold(one.header) in words), None)
    case = _fed(columns, "case_id")
    if number and case and not set("{}") & set(number + case.header):
        template = f"{{{case.header}}}-{{{number}}}"
        note = "lots are told apart by their number within the case"
        return [_other("lot_id", {"template": template}, 0.6, "no column has it", note)]
    note = "no id of lots: each row counts as a lot of its own, its rounds cannot be linked"
    return [_other("lot_id", {"template": "{row_no}"}, 0.3, "no column has it", note)]


def _end_of_period(
    layout: Layout, seen: list[Seen], columns: list[ProposedColumn]
) -> list[ProposedColumn]:
    """The end of a period from the column of months or years that tells its beginning."""
    source = _fed(columns, "period_start")
    whole = ([MONTH], [YEAR])
    if _fed(columns, "period_end") or source is None or source.settings.get("format") not in whole:
        return []
    return [_told(contract("court_periods").field("period_end"), source, layout, seen)]


def _from_period(layout: Layout, columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """The period that a title states for the whole table."""
    found = next((days for title in layout.titles if (days := period_in(title))), None)
    if found is None:
        return []
    return [
        _constant(field, day, 0.6, "the title says so", "taken from the title")
        for field, day in zip(("period_start", "period_end"), found, strict=True)
        if not _fed(columns, field)
    ]


def period_in(title: str) -> tuple[date, date] | None:
    """Return the first and last day of the period that a title states, None if it states none.

    A title over several years states none: which of them a row is of stands elsewhere.
    """
    text = plain(title).replace(" ", "")
    if _SEVERAL_YEARS.search(text):
        return None
    for pattern, months in _PERIODS:
        if not (found := re.search(pattern, text)):
            continue
        year, *said = map(int, found.groups())
        first, last = months or (said[0], said[-1])
        if 1 <= first <= last <= 12 and 1950 <= year <= 2100:
            return date(year, first, 1), date(year, last, monthrange(year, last)[1])
    return None


def _constant(field: str, value: Any, confidence: float, why: str, note: str) -> ProposedColumn:
    return _other(field, {"constant": value}, confidence, why, note)


def _other(
    field: str, settings: dict[str, Any], confidence: float, why: str, note: str
) -> ProposedColumn:
    return ProposedColumn("", None, field, confidence, why, settings, note=note)
