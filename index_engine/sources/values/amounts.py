"""Numbers as text, and SQL that reads them: marks, units, signs of money, percentages.

Most cells hold digits and a point and are read by one cast. Whatever that cannot read is looked at
sign by sign, which costs ten times as much.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from index_engine.sources.values.columns import SHARES, UNITS, Column, is_money
from index_engine.sources.values.signs import VALUES

# 18 digits before the point, 10 after.
_NUMBER = "DECIMAL(28, 10)"

Bind = Callable[[object], str]


def plain_amount_sql(cell: str, column: Column, bind: Bind) -> str:
    """Return SQL for the amount in a cell of nothing but a number, NULL for any other.

    For a power of ten as factor the point is moved in the text, 12.5 to 12.5e4: ten times as fast
    as the product of wide decimals.
    """
    type_ = column.field.type
    if any(re.search(r"\d", word) for word in column.no_value):
        # A word such as 0 for no value has to be looked at before the number.
        return f"CAST(NULL AS {type_})"
    number = cell
    if column.thousands or column.decimal != ".":
        number = _unmarked(cell, column, bind)
    _, digits, exponent = column.factor.normalize().as_tuple()
    if digits != (1,):
        amount = f"TRY_CAST({number} AS {_NUMBER}) * {column.factor:f}"
    else:
        amount = f"{number} || 'e{exponent}'" if exponent else number
    # A cast takes 2023_04 for a number.
    return f"CASE WHEN NOT contains({cell}, '_') THEN TRY_CAST({amount} AS {type_}) END"


def amount_sql(plain: str, column: Column, bind: Bind) -> str:
    """Return SQL for the amount that a text names, NULL where it names none.

    `plain` is a column with the text in signs of plain width. The unit in the text goes before that
    of the column. All in decimals, rounded half away from zero to the digits of the field.
    """
    own = units_of(column)
    unit = f"regexp_extract({plain}, {bind(f'({_any(own)})')})"
    number = f"TRY_CAST({_digits(plain, column, bind)} AS {_NUMBER})"
    factors = {name: factor for name, factor in own.items() if factor != column.factor}
    # Literals, since DuckDB takes the digits of a product from those of its parts.
    cases = " ".join(
        f"WHEN {bind(name)} THEN TRY_CAST({number} * {factor:f} AS {column.field.type})"
        for name, factor in factors.items()
    )
    otherwise = f"TRY_CAST({number} * {column.factor:f} AS {column.field.type})"
    amount = f"CASE {unit} {cases} ELSE {otherwise} END" if cases else otherwise
    return f"CASE WHEN regexp_full_match({plain}, {bind(_shape(column, own))}) THEN {amount} END"


def integer_sql(plain: str, column: Column, bind: Bind) -> str:
    """Return SQL for the whole number that a text of plain signs names, NULL where it is none."""
    number = f"TRY_CAST({_digits(plain, column, bind)} AS {_NUMBER})"
    return (
        f"CASE WHEN regexp_full_match({plain}, {bind('[+-]?' + _pattern(column))})"
        f" AND {number} = trunc({number}) THEN TRY_CAST({number} AS INTEGER) END"
    )


def units_of(column: Column) -> dict[str, Decimal]:
    """Return the units that a cell of the column may name, with their factors.

    Sums of money have two places, as the contract has them; rates have more.
    """
    short = {name: UNITS[full] for name, full in VALUES["short_units"].items()}
    return UNITS | short | ({} if is_money(column.field) else SHARES)


def _shape(column: Column, units: dict[str, Decimal]) -> str:
    """Return the pattern of an amount: signs of money, at most one sign, a number, a unit.

    Negative amounts may stand in parentheses, as accountants write them.
    """
    number, blanks = _pattern(column), r"[\s\x{a0}]*"
    unit = f"{blanks}(?:{_any(units)})?"
    money = f"(?:(?i:{_any(VALUES['currency'])}){blanks})"
    signs = f"(?:[+-]{blanks}{money}?|{money}[+-]?)?{blanks}"
    return rf"(?:{signs}{number}{unit}|\({money}?{number}{unit}\){unit})"


def _pattern(column: Column) -> str:
    """Return the pattern of a number without a sign, with the marks of the column.

    Thousands are marked every three digits or not at all: 1,5 is not fifteen.
    """
    groups = rf"\d{{1,3}}(?:[{column.thousands}]\d{{3}})+|" if column.thousands else ""
    point = f"[{column.decimal}]"
    return rf"(?:(?:{groups}\d+)(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?"


def _digits(plain: str, column: Column, bind: Bind) -> str:
    """Return SQL for the number in a text of the right shape, as SQL writes it."""
    number = f"regexp_extract({plain}, {bind(_pattern(column))})"
    marks = column.decimal + column.thousands
    return (
        f"CASE WHEN regexp_matches({plain}, '^[^0-9]*[(-]') THEN '-' ELSE '' END"
        f" || translate({number}, {bind(marks)}, '.')"
    )


def _unmarked(cell: str, column: Column, bind: Bind) -> str:
    """Return SQL for the number in a cell of nothing else, NULL where marks are out of place."""
    bare = f"replace({cell}, {bind(column.thousands)}, '')" if column.thousands else cell
    return (
        f"CASE WHEN regexp_full_match({cell}, {bind('[+-]?' + _pattern(column))})"
        f" THEN replace({bare}, {bind(column.decimal)}, '.') END"
    )


def _any(words: dict[str, Decimal] | list[str]) -> str:
    """Return the pattern of any of the words, the longest first: 万元 before 万."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
