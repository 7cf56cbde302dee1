"""Numbers, dates and periods as each language writes them."""

from __future__ import annotations

import math
from datetime import date
from functools import lru_cache

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal

from dashboard.i18n import _, current

NOTHING = "—"
EXACT = 6  # decimals
MINUS = "\N{MINUS SIGN}"


def missing(value: object) -> bool:
    """Whether there is nothing here: None, NaN, or pandas' NA or NaT."""
    return bool(pd.isna(value))


def number(value: float | None, digits: int = 0) -> str:
    """A number with so many decimals, thousands grouped."""
    if missing(value):
        return NOTHING
    # "or 0.0": what rounds to nothing has no sign.
    return _decimal(round(float(value), digits) or 0.0, digits, current().catalogue)


def rank(value: float | None, tied: float | None = None) -> str:
    """A rank; with '=' after it where several share it."""
    shared = not missing(value) and not missing(tied) and tied > 1
    return number(value) + ("=" if shared else "")


def percent(value: float | None, digits: int = 1) -> str:
    """A share as a percentage."""
    return NOTHING if missing(value) else number(100 * float(value), digits) + "%"


def change(value: float | None, digits: int = 1) -> str:
    """A difference with its sign; no sign on what rounds to nothing."""
    if missing(value):
        return NOTHING
    rounded = round(float(value), digits)
    if rounded == 0:
        return number(0, digits)
    return ("+" if rounded > 0 else MINUS) + number(abs(rounded), digits)


def value(amount: float | None, unit: str) -> str:
    """A value of an indicator or a figure, with its unit."""
    if missing(amount):
        return NOTHING
    if unit == "share":
        return percent(amount)
    if unit == "ratio":
        return number(amount, 2)
    if unit == "months":
        return _("{number} months").format(number=number(amount, 1))
    if unit == "days":
        return _("{number} days").format(number=number(amount))
    raise ValueError(f"no such unit: {unit}")


def yuan(amount: float | None, digits: int = 1) -> str:
    """An amount of money in the units each language counts in, 万 and 亿 or thousands and millions,
    with at most so many decimals (EXACT for an amount that somebody set)."""
    if missing(amount):
        return NOTHING
    short = format_compact_decimal(amount, fraction_digits=digits, locale=current().catalogue)
    return _("{number} yuan").format(number=short.replace("-", MINUS))


def interval(low: float | None, high: float | None, unit: str) -> str:
    """The two ends of an interval, the unit named once."""
    if missing(low) or missing(high):
        return NOTHING
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


def day(when: date) -> str:
    return format_date(when, format="medium", locale=current().catalogue)


def window(first: date, last: date) -> str:
    """First and last day of a period."""
    return _("{first} to {last}").format(first=day(first), last=day(last))


@lru_cache(maxsize=50_000)
def _decimal(rounded: float, digits: int, locale: str) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    if math.isinf(rounded):
        raise ValueError("an infinite number reached a page")
    return format_decimal(rounded, format=pattern, locale=locale).replace("-", MINUS)
