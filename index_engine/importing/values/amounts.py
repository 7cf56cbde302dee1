"""Numbers as text, and SQL that reads them: marks, units, currency marks, percentages.

Most cells hold digits and a point and are read by one cast. Whatever that cannot read is read
character by character, which costs ten times as much.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from index_engine.importing.values.characters import NOTATION, replace_if_match_sql
from index_engine.importing.values.column_settings import SHARES, UNITS, ColumnSettings, is_money

# 18 digits before the point, 10 after.
_NUMBER_TYPE = "DECIMAL(28, 10)"

Bind = Callable[[object], str]


def plain_amount_sql(cell: str, column: ColumnSettings, bind: Bind) -> str:
    """Return SQL for the amount in a cell of nothing but a number, NULL for any other.

    For a power of ten as factor the point is moved in the text, 12.5 to 12.5e4: ten times as fast
    as the product of wide decimals.
    """
    type_ = column.field.type
    if any(re.search(r"\d", word) for word in column.null_words):
        # A word such as 0 for no value has to be looked at before the number.
        return f"CAST(NULL AS {type_})"
    number = cell
    if column.thousands or column.decimal != ".":
        number = _remove_marks_sql(cell, column, bind)
    _, digits, exponent = column.factor.normalize().as_tuple()
    if digits != (1,):
        amount = f"TRY_CAST({number} AS {_NUMBER_TYPE}) * {column.factor:f}"
    else:
        amount = f"{number} || 'e{exponent}'" if exponent else number
    # A cast takes 2023_04 for a number.
    return f"CASE WHEN NOT contains({cell}, '_') THEN TRY_CAST({amount} AS {type_}) END"


def amount_sql(plain_text: str, column: ColumnSettings, bind: Bind) -> str:
    """Return SQL for the amount that a text names, NULL where it names none.

    `plain_text` is a column with the text in characters of plain width. The unit in the text goes before that
    of the column. All in decimals, rounded half away from zero to the digits of the field.
    """
    units = accepted_units(column)
    unit = f"regexp_extract({plain_text}, {bind(f'({_alternatives(units)})')})"
    number = f"TRY_CAST({_number_sql(plain_text, column, bind)} AS {_NUMBER_TYPE})"
    factors = {name: factor for name, factor in units.items() if factor != column.factor}
    # Literals, since DuckDB takes the digits of a product from those of its parts.
    cases = " ".join(
        f"WHEN {bind(name)} THEN TRY_CAST({number} * {factor:f} AS {column.field.type})"
        for name, factor in factors.items()
    )
    default_sql = f"TRY_CAST({number} * {column.factor:f} AS {column.field.type})"
    amount = f"CASE {unit} {cases} ELSE {default_sql} END" if cases else default_sql
    return f"CASE WHEN regexp_full_match({plain_text}, {bind(_amount_pattern(column, units))}) THEN {amount} END"


def bare_amount_sql(plain_text: str) -> str:
    """Return SQL for a text of plain characters without the words that change no amount."""
    words = NOTATION["amount_words"]
    before, after, between = (_alternatives(words[place]) for place in ("before", "after", "between"))
    numbers = f"regexp_replace({plain_text}, '([0-9万亿])(?:{between})([万亿元])', '\\1\\2')"
    bare = f"regexp_replace(regexp_replace({numbers}, '^(?:{before})\\s*', ''), '([0-9万亿元分])(?:{after})$', '\\1')"
    letters = "".join(sorted({letter for place in words.values() for word in place for letter in word}))
    return replace_if_match_sql(plain_text, f"[{letters}]", bare)


def integer_sql(plain_text: str, column: ColumnSettings, bind: Bind) -> str:
    """Return SQL for the whole number that a text of plain characters names, NULL where it is none.

    What is counted may stand behind it.
    """
    number = f"TRY_CAST({_number_sql(plain_text, column, bind)} AS {_NUMBER_TYPE})"
    counter = rf"\s*(?:{_alternatives(NOTATION['counters']['words'])})?"
    return (
        f"CASE WHEN regexp_full_match({plain_text}, {bind('[+-]?' + _number_pattern(column) + counter)})"
        f" AND {number} = trunc({number}) THEN TRY_CAST({number} AS INTEGER) END"
    )


def accepted_units(column: ColumnSettings) -> dict[str, Decimal]:
    """Return the units that a cell of the column may name, with their factors.

    Sums of money have two places, as the contract has them; rates have more.
    """
    short = {name: UNITS[full] for name, full in NOTATION["short_units"].items()}
    return UNITS | short | ({} if is_money(column.field) else SHARES)


def _amount_pattern(column: ColumnSettings, units: dict[str, Decimal]) -> str:
    """Return the pattern of an amount: currency marks, at most one sign, a number, a unit.

    Negative amounts may stand in parentheses, as accountants write them.
    """
    number, blanks = _number_pattern(column), r"[\s\x{a0}]*"
    unit = f"{blanks}(?:{_alternatives(units)})?"
    money = f"(?:(?i:{_alternatives(NOTATION['currency'])}){blanks})"
    signs = f"(?:[+-]{blanks}{money}?|{money}[+-]?)?{blanks}"
    return rf"(?:{signs}{number}{unit}|\({money}?{number}{unit}\){unit})"


def _number_pattern(column: ColumnSettings) -> str:
    """Return the pattern of a number without a sign, with the marks of the column.

    Thousands are marked every three digits or not at all: 1,5 is not fifteen.
    """
    groups = rf"\d{{1,3}}(?:[{column.thousands}]\d{{3}})+|" if column.thousands else ""
    point = f"[{column.decimal}]"
    return rf"(?:(?:{groups}\d+)(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?"


def _number_sql(plain_text: str, column: ColumnSettings, bind: Bind) -> str:
    """Return SQL for the number in a text of the right shape, as SQL writes it."""
    number = f"regexp_extract({plain_text}, {bind(_number_pattern(column))})"
    marks = column.decimal + column.thousands
    return (
        f"CASE WHEN regexp_matches({plain_text}, '^[^0-9]*[(-]') THEN '-' ELSE '' END"
        f" || translate({number}, {bind(marks)}, '.')"
    )


def _remove_marks_sql(cell: str, column: ColumnSettings, bind: Bind) -> str:
    """Return SQL for the number in a cell of nothing else, NULL where marks are out of place."""
    ungrouped_number = f"replace({cell}, {bind(column.thousands)}, '')" if column.thousands else cell
    return (
        f"CASE WHEN regexp_full_match({cell}, {bind('[+-]?' + _number_pattern(column))})"
        f" THEN replace({ungrouped_number}, {bind(column.decimal)}, '.') END"
    )


def _alternatives(words: dict[str, Decimal] | list[str]) -> str:
    """Return the pattern of any of the words, the longest first: 万元 before 万."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
