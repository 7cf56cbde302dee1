"""Numbers, dates and periods as each language writes them."""

from __future__ import annotations

import math
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal

from dashboard.text.i18n import _, current_language

if TYPE_CHECKING:
    from typing_extensions import TypeIs

NO_VALUE = "—"
SECONDARY = "secondary"  # a count that is withheld so that another cannot be restored
EXACT_DIGITS = 6  # decimals
MINUS = "\N{MINUS SIGN}"


def is_missing(value: object) -> TypeIs[None]:
    """Whether there is nothing here: None, NaN, or pandas' NA or NaT.

    To the type checker all of these are None: what is not missing is a value.
    """
    return bool(pd.isna(value))


def number(value: float | None, digits: int = 0) -> str:
    """A number with so many decimals, thousands grouped."""
    if is_missing(value):
        return NO_VALUE
    # "or 0.0": what rounds to nothing has no sign.
    return _format_number(round(float(value), digits) or 0.0, digits, current_language().catalogue)


def count(n: float | None, suppression: str | None) -> str:
    """A count of cases, rounds or lots; where it is suppressed, what is printed in its place ('<10') or that it
    is withheld for another's sake."""
    if is_missing(suppression) or not suppression:
        return number(n)
    return suppression_text() if suppression == SECONDARY else suppression


def suppression_text() -> str:
    """What stands in place of a number that would restore another."""
    return _("withheld (subtraction)")


def rank(value: float | None, tie_count: float | None = None) -> str:
    """A rank; with '=' after it where several share it."""
    has_ties = not is_missing(value) and not is_missing(tie_count) and tie_count > 1
    return number(value) + ("=" if has_ties else "")


def rank_range(low: float | None, high: float | None) -> str:
    """Two ranks as a range; one rank where they are the same."""
    if is_missing(low) or is_missing(high):
        return NO_VALUE
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share as a percentage."""
    return NO_VALUE if is_missing(value) else number(100 * float(value), digits) + "%"


def change(value: float | None, digits: int = 1) -> str:
    """A difference with its sign; no sign on what rounds to nothing."""
    if is_missing(value):
        return NO_VALUE
    amount = round(float(value), digits)
    if amount == 0:
        return number(0, digits)
    return ("+" if amount > 0 else MINUS) + number(abs(amount), digits)


def value(amount: float | None, unit: str) -> str:
    """A value of an indicator, a statistic or a score, with its unit of measure.

    Raises ValueError on a unit that no method may declare.
    """
    if is_missing(amount):
        return NO_VALUE
    if unit == "score":
        return number(amount, 1)
    if unit == "share":
        return percent(amount)
    if unit == "ratio":
        return number(amount, 2)
    if unit == "months":
        return _("{number} months").format(number=number(amount, 1))
    if unit == "days":
        return _("{number} days").format(number=number(amount))
    raise ValueError(f"no such unit: {unit}")


def difference(amount: float | None, unit: str) -> str:
    """A difference of two values with its sign and unit; of shares in percentage points."""
    if is_missing(amount):
        return NO_VALUE
    if unit == "share":
        return _("{number} pp").format(number=change(100 * amount))
    if unit == "months":
        return _("{number} months").format(number=change(amount, 2))
    if unit == "days":
        return _("{number} days").format(number=change(amount))
    return change(amount, 3 if unit == "ratio" else 1)


def yuan(amount: float | None, digits: int = 1) -> str:
    """An amount of money in the units each language counts in, 万 and 亿 or thousands and millions,
    with at most so many decimals (EXACT for an amount that somebody set)."""
    if is_missing(amount):
        return NO_VALUE
    compact = format_compact_decimal(amount, fraction_digits=digits, locale=current_language().catalogue)
    return _("{number} yuan").format(number=compact.replace("-", MINUS))


def interval(low: float | None, high: float | None, unit: str) -> str:
    """The two ends of an interval, the unit named once."""
    if is_missing(low) or is_missing(high):
        return NO_VALUE
    if unit == "share":
        return f"{number(100 * low, 1)}–{percent(high)}"
    digits = {"ratio": 2, "months": 1, "days": 0, "score": 1}[unit]
    return f"{number(low, digits)}–{number(high, digits)}"


def goalpost(amount: float, unit: str) -> str:
    """A goalpost, short: it is a round number by design."""
    if unit == "share":
        return percent(amount, 0)
    return number(amount, 1 if unit == "ratio" else 0)


def period(name: str) -> str:
    """A quarter such as '2025Q4', as a person reads it."""
    return _("Q{quarter} {year}").format(year=name[:4], quarter=name[5:])


def day(calendar_day: date) -> str:
    return format_date(calendar_day, format="medium", locale=current_language().catalogue)


def date_range(first: date, last: date) -> str:
    """First and last day of a period."""
    return _("{first} to {last}").format(first=day(first), last=day(last))


@lru_cache(maxsize=50_000)
def _format_number(amount: float, digits: int, locale: str) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    if math.isinf(amount):
        raise ValueError("an infinite number reached a page")
    return format_decimal(amount, format=pattern, locale=locale).replace("-", MINUS)
