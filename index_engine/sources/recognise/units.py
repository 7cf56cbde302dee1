"""Units of amounts, held against each other and mended where one column says what the other is."""

from dataclasses import replace

from index_engine.sources.contract import contract
from index_engine.sources.recognise.fits import MONEY, unit_setting
from index_engine.sources.recognise.headers import unit_of
from index_engine.sources.recognise.layout import Layout
from index_engine.sources.recognise.peers import Doubt, doubts
from index_engine.sources.recognise.proposal import ProposedColumn
from index_engine.sources.recognise.texts import data
from index_engine.sources.values.columns import UNITS

# How sure a column can be whose unit is in doubt, and one whose unit was inferred.
_DOUBTED, _INFERRED = 0.3, 0.5


def check_units(
    kind: str, layout: Layout, columns: list[ProposedColumn]
) -> tuple[list[ProposedColumn], list[str]]:
    """Return the columns with units in doubt made less sure, and a sentence for each doubt."""
    agreed = contract(kind)
    money = {
        column.field: column
        for column in columns
        if column.field is not None
        and column.position is not None
        and agreed.field(column.field).type == MONEY
    }
    cells = {
        name: layout.column(column.position)
        for name, column in money.items()
        if column.position is not None
    }
    found, small = doubts(cells, {name: _factor(column) for name, column in money.items()})
    warnings = []
    mended: set[str] = set()
    for doubt in found:
        if mended & {doubt.first, doubt.second}:
            continue  # said already
        changed, warning = _settle(doubt, money)
        money |= changed
        mended |= changed.keys() if len(changed) == 1 else set()
        warnings.append(warning)
    doubted = {name for doubt in found for name in (doubt.first, doubt.second)}
    for name in small:
        if name not in doubted and not _is_stated(money[name]):
            money[name] = _less_sure(money[name], _INFERRED, "small for yuan")
            warnings.append(
                f"{name}: half of the amounts are small for yuan; if {money[name].header} is in"
                ' 万元, add unit = "万元"'
            )
    return [money.get(column.field or "", column) for column in columns], warnings


def _settle(
    doubt: Doubt, money: dict[str, ProposedColumn]
) -> tuple[dict[str, ProposedColumn], str]:
    """Take the unit of the column that states one for right, and infer the other's."""
    first, second = money[doubt.first], money[doubt.second]
    times = f"{doubt.times:,.0f}" if doubt.times > 1 else f"1/{1 / doubt.times:,.0f}"
    start = f"{first.header} is about {times} times what {second.header} lets expect"
    wrong, factor = None, 1.0
    if _is_stated(second) and not _is_stated(first):
        wrong, factor = doubt.first, _factor(first) / doubt.times
    elif _is_stated(first) and not _is_stated(second):
        wrong, factor = doubt.second, _factor(second) * doubt.times
    named = {float(yuan): name for name, yuan in UNITS.items()}
    if wrong is None or factor not in named:
        changed = {
            name: _less_sure(money[name], _DOUBTED, "its unit is in doubt")
            for name in (doubt.first, doubt.second)
        }
        return changed, f"{start}: state the unit of each"
    column = money[wrong]
    settings = {key: value for key, value in column.settings.items() if key != "unit"}
    mended = replace(column, settings=settings | unit_setting(factor))
    changed = {wrong: _less_sure(mended, _INFERRED, f"unit {named[factor]} is inferred")}
    return changed, f"{start}: {column.header} is taken to be in {named[factor]}; confirm it"


def _is_stated(column: ProposedColumn) -> bool:
    return unit_of(column.header) is not None


def _factor(column: ProposedColumn) -> float:
    unit = column.settings.get("unit", "元")
    return float(data("headers")["units"].get(unit, unit) if isinstance(unit, str) else unit)


def _less_sure(column: ProposedColumn, most: float, note: str) -> ProposedColumn:
    return replace(column, confidence=min(column.confidence, most), note=note)
