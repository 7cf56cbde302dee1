"""Rounds of a lot side by side in one row: which columns are of which round, and of which field."""

from collections.abc import Collection
from dataclasses import replace

from index_engine.errors import Message, Term
from index_engine.importing.contract import read_contract
from index_engine.importing.recognise.code_synonyms import stage_words
from index_engine.importing.recognise.column_matching import SourceColumn
from index_engine.importing.recognise.header_matching import match_header
from index_engine.importing.recognise.normalise import heading_key, match_key, reference_data
from index_engine.importing.recognise.proposal import ProposedColumn
from index_engine.importing.recognise.table_layout import Layout
from index_engine.importing.recognise.value_fit import assess_fit

_STAGES = ("first", "second", "sale")
_ROUND_NUMBERS = {"first": 1, "second": 2, "sale": 3}
# What differs from round to round; of the rest a row says one thing for all of them.
_ROUND_FIELDS = ("listed_on", "bidding_on", "ended_on", "start_price", "final_price", "bidders", "status")
# What, told once, is of the round that ended the lot.
_LAST_ROUND_FIELDS = ("ended_on", "final_price", "bidders", "status")
_MIN_SCORE = 0.7
_CONFIDENCE = 0.8

Series = dict[str, dict[str, SourceColumn]]  # field -> stage -> column


def join_rounds(
    kind: str,
    layout: Layout,
    source_columns: list[SourceColumn],
    columns: list[ProposedColumn],
    chosen_positions: Collection[int],
) -> list[ProposedColumn]:
    """Return the proposed columns with those of several rounds joined to one field each; as they are where a row
    is one round. What a person chose for a column stays."""
    if kind != "auctions":
        return columns
    series = _find_series([column for column in source_columns if column.position not in chosen_positions])
    stages = [stage for stage in _STAGES if any(stage in by_stage for by_stage in series.values())]
    if not {"first", "second"} <= set(stages):
        return columns
    position_fields = {column.position: field for field, by_stage in series.items() for column in by_stage.values()}
    kept = [_kept_column(column, position_fields, series) for column in columns]
    joined = [_joined_column(field, by_stage, stages, layout) for field, by_stage in series.items()]
    bidding, ended = series.get("bidding_on", {}), series.get("ended_on", {})
    if "listed_on" not in series and ended and not set(bidding) & set(ended):
        joined = [column for column in joined if column.field != "bidding_on"]
        note = Message("day_of_auction_is_both")
        joined.append(_joined_column("bidding_on", ended | bidding, stages, layout, note=note))
    fed_fields = {column.field for column in [*kept, *joined]}
    numbers: dict[str, list[str | int]] = {"stage": list(stages), "round_no": [_ROUND_NUMBERS[s] for s in stages]}
    headers = [header for stage in stages for header in _headers_of(stage, series)[:1]]
    constants = [
        ProposedColumn("", None, field, 0.9, Message("rounds_by_heading", columns=headers), {"constant": values})
        for field, values in numbers.items()
        if field not in fed_fields
    ]
    return [*kept, *joined, *constants]


def _find_series(source_columns: list[SourceColumn]) -> Series:
    series: Series = {}
    for column in source_columns:
        stage, field = _round_field(column.header)
        if stage is not None and field is not None and not column.personal_reason:
            series.setdefault(field, {}).setdefault(stage, column)
    return series


def _round_field(header: str) -> tuple[str | None, str | None]:
    """Return of which round and field a heading speaks: 二拍起拍价 is the start price of the second."""
    key = heading_key(header)
    for stage in _STAGES:
        words = sorted(map(match_key, stage_words()[stage]), key=len, reverse=True)
        for word in words:
            if not key.startswith(word) or key == word:
                continue
            rest = key[len(word) :]
            if rest in {match_key(day) for day in reference_data("headers")["auction_days"]["words"]}:
                return stage, "ended_on"
            for text in (rest, key):
                matches = [match for match in match_header(text, "auctions") if match.score >= _MIN_SCORE]
                if matches and matches[0].field in _ROUND_FIELDS:
                    return stage, matches[0].field
    return None, None


def _headers_of(stage: str, series: Series) -> list[str]:
    return [by_stage[stage].header for by_stage in series.values() if stage in by_stage]


def _kept_column(column: ProposedColumn, position_fields: dict[int, str], series: Series) -> ProposedColumn:
    """A column as it was, or as one of several rounds, or as one that tells of the last round."""
    if column.position is not None and column.position in position_fields:
        field = Term("field", position_fields[column.position], "auctions")
        return replace(
            column, field=None, confidence=0.0, reason=Message("read_round_by_round", field=field), settings={},
            unknown_words=(), note=None, is_in_series=True,
        )  # fmt: skip
    if column.field in series:
        return replace(
            column, field=None, confidence=0.0, reason=Message("told_round_by_round"), settings={}, unknown_words=()
        )
    if column.field in _LAST_ROUND_FIELDS:
        note = Message("taken_for_last_round")
        return replace(
            column,
            confidence=min(column.confidence, _CONFIDENCE),
            settings=column.settings | {"rounds": "last"},
            note=note,
        )
    return column


def _joined_column(
    field: str, by_stage: dict[str, SourceColumn], stages: list[str], layout: Layout, note: Message | None = None
) -> ProposedColumn:
    headers = [by_stage[stage].header if stage in by_stage else "" for stage in stages]
    texts = [text for column in by_stage.values() for text in column.texts]
    unit = layout.unit_at(next(iter(by_stage.values())).position)
    fit = assess_fit(read_contract("auctions").field(field), next(filter(None, headers)), texts, unit)
    return ProposedColumn(
        header=" / ".join(filter(None, headers)),
        position=None,
        field=field,
        confidence=round((0.6 if note else _CONFIDENCE + 0.1) * fit.share, 2),
        reason=Message("rounds_by_heading", columns=[header for header in headers if header]),
        settings={"column": headers, **fit.settings},
        unknown_words=fit.unknown_words,
        note=note or fit.note,
    )
