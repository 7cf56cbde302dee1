"""Units of amounts, held against each other and mended where one column says what the other is."""

from dataclasses import replace

from index_engine.errors import Message, Term
from index_engine.importing.contract import read_contract
from index_engine.importing.recognise.amount_ratios import (
    UnitMismatch,
    agreeing_fields,
    find_unit_mismatches,
    large_fields,
)
from index_engine.importing.recognise.header_matching import foreign_currency, header_unit
from index_engine.importing.recognise.normalise import match_key, reference_data, stated_values
from index_engine.importing.recognise.proposal import ProposedColumn
from index_engine.importing.recognise.table_layout import Layout
from index_engine.importing.recognise.value_fit import MONEY_TYPE, is_fen_header, unit_setting
from index_engine.importing.recognise.value_patterns import Marks
from index_engine.importing.values.column_settings import UNITS

# How sure a column can be whose unit is in doubt, and one whose unit was inferred.
_MISMATCH_CONFIDENCE, _INFERENCE_CONFIDENCE = 0.3, 0.5


def check_units(kind: str, layout: Layout, columns: list[ProposedColumn]) -> tuple[list[ProposedColumn], list[Message]]:
    """Return the columns with units in doubt made less sure, and a message for each doubt."""
    data_contract = read_contract(kind)
    money_columns = {
        column.field: column
        for column in columns
        if column.field is not None
        and column.position is not None
        and data_contract.field(column.field).type == MONEY_TYPE
    }
    cells = {
        name: layout.column_cells(column.position)
        for name, column in money_columns.items()
        if column.position is not None
    }
    factors = {name: _unit_factor(column) for name, column in money_columns.items()}
    marks = {name: _marks(column) for name, column in money_columns.items()}
    mismatches, small_fields = find_unit_mismatches(cells, factors, marks)
    suggested = {name for name, column in money_columns.items() if _is_unit_suggested(column)}
    agreeing = agreeing_fields(cells, factors, marks)
    warnings = []
    corrected_fields: set[str] = set()
    for mismatch in mismatches:
        if corrected_fields & {mismatch.first, mismatch.second}:
            continue  # said already
        updated_columns, warning = _resolve_mismatch(mismatch, money_columns)
        money_columns |= updated_columns
        corrected_fields |= updated_columns.keys() if len(updated_columns) == 1 else set()
        warnings.append(warning)
    mismatch_fields = {name for mismatch in mismatches for name in (mismatch.first, mismatch.second)}
    for name in _with_agreeing(small_fields, agreeing):
        if name not in mismatch_fields and not _has_explicit_unit(money_columns[name]):
            note = money_columns[name].note or Message("small_for_yuan")
            money_columns[name] = _cap_confidence(money_columns[name], _INFERENCE_CONFIDENCE, note)
            warnings.append(
                Message("amounts_small_for_yuan", field=Term("field", name, kind), column=money_columns[name].header)
            )
    for name in _with_agreeing(large_fields(cells, factors, marks), agreeing):
        if name not in mismatch_fields:
            money_columns[name] = _cap_confidence(money_columns[name], _INFERENCE_CONFIDENCE, Message("unit_in_doubt"))
            warnings.append(
                Message("amounts_large_for_unit", field=Term("field", name, kind), column=money_columns[name].header)
            )
    money_columns |= _doubt_foreign_money(layout, columns, money_columns)
    for name in suggested - mismatch_fields:
        # Two columns whose units the same words suggest tell nothing of each other.
        if not any(name in pair and not set(pair) <= suggested for pair in agreeing):
            note = Message("unit_by_heading_alone", unit=money_columns[name].settings["unit"])
            money_columns[name] = _cap_confidence(money_columns[name], _INFERENCE_CONFIDENCE, note)
    return [money_columns.get(column.field or "", column) for column in columns], warnings


def _doubt_foreign_money(
    layout: Layout, columns: list[ProposedColumn], money_columns: dict[str, ProposedColumn]
) -> dict[str, ProposedColumn]:
    """Return the columns of amounts that may be money of another country, by what stands around the table or in a
    column of currencies; above and below it, a heading that states its unit goes before that."""
    by_column = next(filter(None, (_foreign_word(layout, column) for column in columns)), None)
    word = by_column or layout.foreign_currency
    if word is None:
        return {}
    note = Message("foreign_currency_stated", currency=word)
    return {
        name: _cap_confidence(column, _MISMATCH_CONFIDENCE, note)
        for name, column in money_columns.items()
        if by_column or not _has_explicit_unit(column)
    }


def _foreign_word(layout: Layout, column: ProposedColumn) -> str | None:
    """Return what a column of currencies says of another than yuan: a word for it, or else its heading."""
    currencies = reference_data("headers")["foreign_currencies"]
    if column.position is None or match_key(column.header) not in set(map(match_key, currencies["columns"])):
        return None
    yuan = set(map(match_key, currencies["yuan"]))
    others = [text for text in stated_values(layout.column_cells(column.position)) if match_key(text) not in yuan]
    return next(filter(None, map(foreign_currency, others)), column.header) if others else None


def _with_agreeing(fields: list[str], agreeing: set[tuple[str, str]]) -> list[str]:
    """Return fields in doubt and those that go together with one: they are in the same unit, whichever it is."""
    doubted = list(fields)
    for name in doubted:
        doubted += [other for pair in sorted(agreeing) if name in pair for other in pair if other not in doubted]
    return doubted


def _is_unit_suggested(column: ProposedColumn) -> bool:
    """Whether the words of a heading suggest a unit that it does not state: an interface's names, of 分."""
    return "unit" in column.settings and is_fen_header(column.header)


def _resolve_mismatch(
    mismatch: UnitMismatch, money_columns: dict[str, ProposedColumn]
) -> tuple[dict[str, ProposedColumn], Message]:
    """Take the unit of the column that states one for right, and infer the other's."""
    first, second = money_columns[mismatch.first], money_columns[mismatch.second]
    ratio = f"{mismatch.factor:,.0f}" if mismatch.factor > 1 else f"1/{1 / mismatch.factor:,.0f}"
    wrong_field, factor = None, 1.0
    if _has_explicit_unit(second) and not _has_explicit_unit(first):
        wrong_field, factor = mismatch.first, _unit_factor(first) / mismatch.factor
    elif _has_explicit_unit(first) and not _has_explicit_unit(second):
        wrong_field, factor = mismatch.second, _unit_factor(second) * mismatch.factor
    unit_by_factor = {float(yuan): name for name, yuan in UNITS.items()}
    if wrong_field is None or factor not in unit_by_factor:
        updated_columns = {
            name: _cap_confidence(money_columns[name], _MISMATCH_CONFIDENCE, Message("unit_in_doubt"))
            for name in (mismatch.first, mismatch.second)
        }
        return updated_columns, Message("units_differ", first=first.header, ratio=ratio, second=second.header)
    column = money_columns[wrong_field]
    settings = {key: value for key, value in column.settings.items() if key != "unit"}
    corrected_column = replace(column, settings=settings | unit_setting(factor))
    updated_columns = {
        wrong_field: _cap_confidence(
            corrected_column, _INFERENCE_CONFIDENCE, Message("unit_inferred", unit=unit_by_factor[factor])
        )
    }
    return updated_columns, Message(
        "units_differ_one_inferred",
        first=first.header,
        ratio=ratio,
        second=second.header,
        column=column.header,
        unit=unit_by_factor[factor],
    )


def _has_explicit_unit(column: ProposedColumn) -> bool:
    return header_unit(column.header) is not None


def _unit_factor(column: ProposedColumn) -> float:
    unit = column.settings.get("unit", "元")
    return float(reference_data("headers")["units"].get(unit, unit) if isinstance(unit, str) else unit)


def _marks(column: ProposedColumn) -> Marks:
    thousands, decimal = (
        column.settings.get("thousands", ",").replace("\u00a0", " "),
        column.settings.get("decimal", "."),
    )
    return thousands, decimal


def _cap_confidence(column: ProposedColumn, maximum: float, note: Message) -> ProposedColumn:
    return replace(column, confidence=min(column.confidence, maximum), note=note)
