"""Fields that no column of their own feeds: from case numbers, from stages, from titles."""

import re
from calendar import monthrange
from datetime import date
from typing import Any

from index_engine.errors import Message, Term
from index_engine.importing.case_numbers.grammar import parse
from index_engine.importing.contract import Field, read_contract
from index_engine.importing.recognise.case_lists import is_zhongben_date
from index_engine.importing.recognise.code_synonyms import stage_words
from index_engine.importing.recognise.column_matching import MIN_CONFIDENCE, SourceColumn
from index_engine.importing.recognise.normalise import (
    half_width,
    heading_key,
    match_key,
    non_null_values,
    reference_data,
    share,
    stated_values,
)
from index_engine.importing.recognise.proposal import ProposedColumn
from index_engine.importing.recognise.table_layout import Layout
from index_engine.importing.recognise.value_fit import assess_fit, case_number_share
from index_engine.importing.values.dates import MONTH, YEAR

# The number at the end of an address, what asks or points after it left out.
_ADDRESS_NUMBER = r"(\d{6,})(?:\.s?html?)?/?(?:[?#].*)?$"

# What stands before and after the sign between two days.
_SPAN_SIGN = r"\s*(?:至|到|[~～—–]+|\s-+\s)\s*"
_SPAN_SIDES = {"bidding_on": rf"^\s*(\d.*?){_SPAN_SIGN}\d", "ended_on": rf"\d{_SPAN_SIGN}(\d.*)$"}
_MIN_SPAN_SHARE = 0.8

# Case numbers are read where nearly all values are some.
_MIN_CASE_NUMBER_SHARE = 0.8

# Periods as titles state them: the pattern, then the months they begin and end in.
_PERIOD_PATTERNS = (
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
_DAY_PATTERN = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_MULTI_YEAR_PATTERN = re.compile(r"\d{4}年?(度|\d{1,2}月)?(\d{1,2}日)?[-至~到—–、]+\d{4}年")


def derive_fields(
    kind: str, layout: Layout, source_columns: list[SourceColumn], columns: list[ProposedColumn]
) -> list[ProposedColumn]:
    """Return the columns with those added that feed fields left without one."""
    derived_columns: list[ProposedColumn] = []
    match kind:
        case "cases":
            derived_columns = _case_number_columns(kind, source_columns, columns, ("court_id", "case_type"))
            derived_columns += _case_type_from_title(layout, [*columns, *derived_columns])
            derived_columns += _close_mode_from_heading(source_columns, columns)
        case "auctions":
            columns, derived_columns = _split_spans(layout, source_columns, columns)
            derived_columns += _case_number_columns(kind, source_columns, columns, ("court_id",))
            derived_columns += _stage_from_title(layout, columns)
            derived_columns += _round_or_stage_column(layout, source_columns, [*columns, *derived_columns])
            derived_columns += _lot_id_from_address(layout, columns)
            derived_columns += _title_column(layout, [*columns, *derived_columns])
            derived_columns += _lot_id_column(source_columns, [*columns, *derived_columns])
        case "claims":
            derived_columns = _case_number_columns(kind, source_columns, columns, ("court_id",))
            derived_columns += _cut_off_date(layout, columns)
        case "court_periods":
            derived_columns = _period_end_column(layout, source_columns, columns)
            derived_columns += _period_columns(layout, [*columns, *derived_columns])
        case "courts" if not _mapped_column(columns, "special"):
            derived_columns = [
                _constant_column(
                    "special", False, 0.4, Message("no_column_says_so"), Message("ordinary_courts_assumed")
                )
            ]
    return [*columns, *derived_columns]


def _cut_off_date(layout: Layout, columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """The cut-off date of claims as the title or a note of their list states it."""
    if _mapped_column(columns, "as_of"):
        return []
    words = reference_data("headers")["fields"]["claims"]["as_of"]
    for text in (*layout.titles, *layout.notes):
        plain = half_width(text)
        for word in words:
            if (stated := re.search(rf"{re.escape(word)}[为是:\s]*{_DAY_PATTERN}", plain, re.IGNORECASE)) is None:
                continue
            try:
                day = date(*map(int, stated.groups()))
            except ValueError:
                continue
            return [_constant_column("as_of", day, 0.9, Message("title_says_so"), Message("cut_off_in_title", day=day))]
    return []


def _mapped_column(columns: list[ProposedColumn], field: str) -> ProposedColumn | None:
    return next((column for column in columns if column.field == field), None)


def _case_number_columns(
    kind: str, source_columns: list[SourceColumn], columns: list[ProposedColumn], fields: tuple[str, ...]
) -> list[ProposedColumn]:
    """Court and type as case numbers tell them, where no column does."""
    case_number_column = _mapped_column(columns, "case_id")
    if case_number_column is None:
        return []
    texts = next(
        source_column.texts for source_column in source_columns if source_column.position == case_number_column.position
    )
    number_share = case_number_share(texts)
    if number_share < _MIN_CASE_NUMBER_SHARE:
        return []
    # A number may tell one and not the other: before 2016 none has the code of its court.
    court_share = share(texts, lambda text: parse(text).court is not None)
    type_share = share(texts, lambda text: parse(text).case_type is not None)
    told = {
        "court_id": ("court", court_share, Message("court_in_case_numbers", share=court_share)),
        "case_type": ("type", type_share, Message("type_in_case_numbers", share=type_share)),
    }
    return [
        ProposedColumn(
            header=case_number_column.header,
            position=case_number_column.position,
            field=field,
            confidence=round(0.9 * case_number_column.confidence * part_share, 2),
            reason=reason,
            settings={"column": case_number_column.header, "part": part},
            samples=case_number_column.samples,
            note=Message("values_fit", share=part_share) if part_share < _MIN_CASE_NUMBER_SHARE else None,
        )
        for field, (part, part_share, reason) in told.items()
        if field in fields
        and part_share >= MIN_CONFIDENCE
        and field in read_contract(kind).field_names
        and not _mapped_column(columns, field)
    ]


def _case_type_from_title(layout: Layout, columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """A type of case that the title states for all of them."""
    if _mapped_column(columns, "case_type"):
        return []
    title = match_key(" ".join(layout.titles))
    case_types = [code for code, words in reference_data("headers")["titles"].items() if _contains_word(title, words)]
    if len(case_types) != 1:
        return []
    return [_constant_column("case_type", case_types[0], 0.6, Message("title_says_so"), Message("taken_from_title"))]


def _close_mode_from_heading(source_columns: list[SourceColumn], columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """终本 where the heading of the closing day says so, and every row has one."""
    closing = _mapped_column(columns, "closed_on")
    if _mapped_column(columns, "close_mode") or closing is None or not is_zhongben_date(closing.header):
        return []
    cells = next(column for column in source_columns if column.position == closing.position)
    if cells.row_count != len(stated_values(list(cells.texts))):
        return []
    reason = Message("heading_says_so", column=closing.header)
    return [_constant_column("close_mode", "zhongben", 0.8, reason, Message("zhongben_in_all_rows"))]


def _contains_word(text: str, words: list[str]) -> bool:
    return any(match_key(word) in text for word in words)


def _round_or_stage_column(
    layout: Layout, source_columns: list[SourceColumn], columns: list[ProposedColumn]
) -> list[ProposedColumn]:
    """The round from the column of stages, or the stage from that of rounds."""
    for field, source_field in (("round_no", "stage"), ("stage", "round_no")):
        source_proposal = _mapped_column(columns, source_field)
        if _mapped_column(columns, field) or source_proposal is None:
            continue
        proposal = _reused_column(read_contract("auctions").field(field), source_proposal, layout, source_columns)
        return [proposal] if proposal.confidence >= MIN_CONFIDENCE else []
    return []


def _stage_from_title(layout: Layout, columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """The stage that titles of lots tell: 【第二次拍卖】. Nothing else of a title is read."""
    if _mapped_column(columns, "stage") or _mapped_column(columns, "round_no"):
        return []
    target = read_contract("auctions").field("stage")
    words = sorted((word for words in stage_words().values() for word in words), key=len, reverse=True)
    pattern = f"({'|'.join(map(re.escape, words))})"
    for position, header in _headers_named(layout, "lot_titles"):
        texts = non_null_values(layout.column_cells(position))
        stages = [found[1] for text in texts if (found := re.search(pattern, text))]
        told_share = len(stages) / len(texts) if texts else 0.0
        if told_share >= MIN_CONFIDENCE:
            note = Message("stage_from_title")
            settings = {
                "column": header,
                "pattern": pattern,
                "values": assess_fit(target, header, stages, None).settings["values"],
            }
            reason = Message("title_of_lots_tells", share=told_share)
            return [ProposedColumn(header, position, "stage", round(0.8 * told_share, 2), reason, settings, note=note)]
    return []


def _split_spans(
    layout: Layout, source_columns: list[SourceColumn], columns: list[ProposedColumn]
) -> tuple[list[ProposedColumn], list[ProposedColumn]]:
    """The first and last day of bidding from a column that has both in a cell; also the other columns, without what
    such a column feeds as a whole."""
    contract = read_contract("auctions")
    for source_column in source_columns:
        fed = [column for column in columns if column.position == source_column.position and column.field is not None]
        if source_column.personal_reason or any(column.confidence >= MIN_CONFIDENCE for column in fed):
            continue
        sides = [
            [found[1] for text in source_column.texts if (found := re.search(pattern, text))]
            for pattern in _SPAN_SIDES.values()
        ]
        if not sides[0] or min(map(len, sides)) < _MIN_SPAN_SHARE * len(source_column.texts):
            continue
        derived = []
        for (field, pattern), texts in zip(_SPAN_SIDES.items(), sides, strict=True):
            fit = assess_fit(contract.field(field), source_column.header, texts, None)
            if fit.share < _MIN_SPAN_SHARE:
                break
            settings = {"column": source_column.header, "pattern": pattern, **fit.settings}
            reason = Message("span_of_time", share=fit.share)
            derived.append(
                ProposedColumn(
                    source_column.header, source_column.position, field, round(0.9 * fit.share, 2), reason, settings
                )
            )
        others = [column for column in columns if column not in fed]
        if len(derived) == len(sides) and not any(column.field in _SPAN_SIDES for column in others):
            return others, derived
    return columns, []


def _lot_id_from_address(layout: Layout, columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """The number of the lot at the end of its page's address."""
    if _mapped_column(columns, "lot_id"):
        return []
    for position, header in _headers_named(layout, "lot_addresses"):
        texts = non_null_values(layout.column_cells(position))
        told_share = share(texts, lambda text: re.search(_ADDRESS_NUMBER, text) is not None)
        if told_share >= _MIN_CASE_NUMBER_SHARE:
            reason = Message("address_tells", share=told_share)
            settings = {"column": header, "pattern": _ADDRESS_NUMBER}
            note = Message("id_of_each_round")
            return [ProposedColumn(header, position, "lot_id", round(0.6 * told_share, 2), reason, settings, note=note)]
    return []


def _title_column(layout: Layout, columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """The titles of lots where a platform numbers each round and no case links them; for a person to confirm."""
    lot_column = _mapped_column(columns, "lot_id")
    if lot_column is None or _mapped_column(columns, "title") or _mapped_column(columns, "case_id"):
        return []
    platform_words = {match_key(word) for word in reference_data("headers")["platform"]["item_headers"]}
    if "pattern" not in lot_column.settings and match_key(lot_column.header) not in platform_words:
        return []
    for position, header in _headers_named(layout, "lot_titles"):
        reason, note = Message("titles_link_rounds"), Message("title_kept_as_hash")
        return [ProposedColumn(header, position, "title", 0.6, reason, {"column": header}, note=note)]
    return []


def _headers_named(layout: Layout, name: str) -> list[tuple[int, str]]:
    """Return the columns whose heading is one of a list, with their places."""
    words = {match_key(word) for word in reference_data("headers")[name]["words"]}
    return [(place, header) for place, header in enumerate(layout.headers) if header and heading_key(header) in words]


def _reused_column(
    target: Field, source_proposal: ProposedColumn, layout: Layout, source_columns: list[SourceColumn]
) -> ProposedColumn:
    """A field read from a column that feeds another one already, with the same pattern if it has one."""
    texts = next(
        source_column.texts for source_column in source_columns if source_column.position == source_proposal.position
    )
    pattern_settings = {}
    if (pattern := source_proposal.settings.get("pattern")) is not None:
        texts = [found[1] for text in texts if (found := re.search(pattern, text))]
        pattern_settings = {"pattern": pattern}
    field_fit = assess_fit(target, source_proposal.header, texts, layout.unit_at(source_proposal.position))
    return ProposedColumn(
        header=source_proposal.header,
        position=source_proposal.position,
        field=target.name,
        confidence=round(0.9 * source_proposal.confidence * field_fit.share, 2),
        reason=Message("read_from_other_field", field=Term("field", source_proposal.field or "", target.kind)),
        settings={"column": source_proposal.header, **pattern_settings, **field_fit.settings},
        samples=source_proposal.samples,
        unknown_words=field_fit.unknown_words,
        note=field_fit.note,
    )


def _lot_id_column(source_columns: list[SourceColumn], columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """A lot without an id: its number within the case, else each row for itself."""
    if _mapped_column(columns, "lot_id"):
        return []
    words = {match_key(word) for word in reference_data("headers")["lot_number"]["words"]}
    lot_number_header = next(
        (source_column.header for source_column in source_columns if heading_key(source_column.header) in words), None
    )
    case_column = _mapped_column(columns, "case_id")
    reason = Message("no_column_has_it")
    if lot_number_header and case_column and not set("{}") & set(lot_number_header + case_column.header):
        template = f"{{{case_column.header}}}-{{{lot_number_header}}}"
        note = Message("lots_by_number_in_case")
        return [_computed_column("lot_id", {"template": template}, 0.6, reason, note)]
    note = Message("lots_by_case" if case_column else "lots_without_id")
    return [_computed_column("lot_id", {"template": "{row_no}"}, 0.3, reason, note)]


def _period_end_column(
    layout: Layout, source_columns: list[SourceColumn], columns: list[ProposedColumn]
) -> list[ProposedColumn]:
    """The end of a period from the column of months or years that tells its beginning."""
    source_proposal = _mapped_column(columns, "period_start")
    whole_period_formats = ([MONTH], [YEAR])
    if (
        _mapped_column(columns, "period_end")
        or source_proposal is None
        or source_proposal.settings.get("format") not in whole_period_formats
    ):
        return []
    return [_reused_column(read_contract("court_periods").field("period_end"), source_proposal, layout, source_columns)]


def _period_columns(layout: Layout, columns: list[ProposedColumn]) -> list[ProposedColumn]:
    """The period that a title states for the whole table."""
    period = next((title_period for title in layout.titles if (title_period := parse_period(title))), None)
    if period is None:
        return []
    return [
        _constant_column(field, day, 0.6, Message("title_says_so"), Message("taken_from_title"))
        for field, day in zip(("period_start", "period_end"), period, strict=True)
        if not _mapped_column(columns, field)
    ]


def parse_period(title: str) -> tuple[date, date] | None:
    """Return the first and last day of the period that a title states, None if it states none.

    A title over several years states none: which of them a row is of stands elsewhere.
    """
    text = half_width(title).replace(" ", "")
    if _MULTI_YEAR_PATTERN.search(text):
        return None
    for pattern, months in _PERIOD_PATTERNS:
        if not (pattern_match := re.search(pattern, text)):
            continue
        year, *month_numbers = map(int, pattern_match.groups())
        first, last = months or (month_numbers[0], month_numbers[-1])
        if 1 <= first <= last <= 12 and 1950 <= year <= 2100:
            return date(year, first, 1), date(year, last, monthrange(year, last)[1])
    return None


def _constant_column(field: str, value: Any, confidence: float, reason: Message, note: Message) -> ProposedColumn:
    return _computed_column(field, {"constant": value}, confidence, reason, note)


def _computed_column(
    field: str, settings: dict[str, Any], confidence: float, reason: Message, note: Message
) -> ProposedColumn:
    return ProposedColumn("", None, field, confidence, reason, settings, note=note)
