"""What values look like: dates and their format, numbers and their marks, people."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from math import isfinite

from index_engine.sources.recognise.texts import data, fold, plain, share
from index_engine.sources.values.signs import VALUES

# Days in serial numbers of spreadsheets: 1982 to 2064.
_SERIALS = 30_000, 60_000
_EPOCH = datetime(1899, 12, 30)

# How dates are written, as a pattern and as strptime has it; a time of day may follow.
_DAYS = (
    (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"),
    (r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", "%Y.%m.%d"),
    (r"\d{4}年\d{1,2}月\d{1,2}日", "%Y年%m月%d日"),
    (r"\d{4}年\d{1,2}月\d{1,2}", "%Y年%m月%d"),
    (r"\d{8}", "%Y%m%d"),
    (r"\d{2}年\d{1,2}月\d{1,2}日", "%y年%m月%d日"),
)
_TIMES = (
    ("", ""),
    (r" \d{1,2}:\d{2}:\d{2}", " %H:%M:%S"),
    (r" \d{1,2}:\d{2}", " %H:%M"),
    (r"T\d{2}:\d{2}:\d{2}", "T%H:%M:%S"),
)
_FORMATS = tuple(
    (re.compile(day + time), strptime + clock) for day, strptime in _DAYS for time, clock in _TIMES
)
_YEAR = re.compile(r"(?:19|20)\d{2}(?:年度?)?")
_MONTH = re.compile(r"\d{4}(?:[-/.]|年)(?:0?[1-9]|1[0-2])月?")

# Three numbers whose order is to be found out.
_THREE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})")

# An amount with what an import reads beside the digits: a currency before, a unit after.
_SUFFIXES = [*VALUES["units"], *VALUES["short_units"], *VALUES["shares"]]
_NUMBER = re.compile(
    rf"(?:{'|'.join(VALUES['currency'])})?\s*"
    r"([+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?(?:e[+-]?\d+)?)\s*"
    rf"({'|'.join(sorted(_SUFFIXES, key=len, reverse=True))})?",
    re.IGNORECASE,
)

_IDENTITY = re.compile(r"(?<!\d)(\d{17}[\dXx])(?!\d)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_CARD = re.compile(r"(?:62|4|5)\d{14,17}")
# GB 11643-1999: weights of the digits and the check character of their sum modulo 11.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def date_formats(texts: list[str]) -> tuple[list[str], float]:
    """Return the formats in which dates are written, commonest first, and the share they read.

    A format is left out where its order of day and month cannot be told. ISO is '%Y-%m-%d'.
    """
    counts: Counter[str] = Counter()
    orders = _orders(texts)
    for text in texts:
        written = plain(text)
        found = next(
            (format_ for pattern, format_ in _FORMATS if _is_date(written, pattern, format_)), None
        )
        if found is None and (three := _THREE.fullmatch(written)):
            order = orders.get(three[2], "")
            found = order if order and _reads(written, order) else None
        if found is None and _is_serial(written):
            found = "excel"
        if found is not None:
            counts[found] += 1
    read = sum(counts.values()) / len(texts) if texts else 0.0
    return [format_ for format_, _ in counts.most_common()], read


def _is_date(text: str, pattern: re.Pattern[str], format_: str) -> bool:
    return pattern.fullmatch(text) is not None and _reads(text, format_)


def _reads(text: str, format_: str) -> bool:
    try:
        read = datetime.strptime(text, format_)
    except ValueError:
        return False
    return 1950 <= read.year <= date.today().year + 30


def is_month(text: str) -> bool:
    """Say whether a text is a month without a day."""
    return _MONTH.fullmatch(plain(text)) is not None


def is_year(text: str) -> bool:
    """Say whether a text is a year alone."""
    return _YEAR.fullmatch(plain(text)) is not None


def _is_serial(text: str) -> bool:
    number = number_of(text)
    return number is not None and _SERIALS[0] <= number <= _SERIALS[1] and "," not in text


def serial_day(number: float) -> date:
    """Return the day that a serial number of a spreadsheet stands for."""
    return (_EPOCH + timedelta(days=number)).date()


def _orders(texts: list[str]) -> dict[str, str]:
    """Return the format of dates of three short numbers by their mark, where only one is possible.

    21-3-28 may be of the year 2021 or 2028; it is told only where the other reading would put a
    date into the future or a month beyond 12.
    """
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for text in texts:
        if three := _THREE.fullmatch(plain(text)):
            groups.setdefault(three[2], []).append((three[1], three[3], three[4]))
    found = {}
    for mark, dates in groups.items():
        year = "%Y" if all(len(last) == 4 for *_, last in dates) else "%y"
        orders = [("%d", "%m", year), ("%m", "%d", year)]
        if year == "%y":
            orders.append(("%y", "%m", "%d"))
        possible = [order for order in orders if all(_fits(order, parts) for parts in dates)]
        if len(possible) == 1:
            found[mark] = mark.join(possible[0])
    return found


def _fits(order: tuple[str, str, str], parts: tuple[str, str, str]) -> bool:
    # A day in the future is no day on which something happened.
    most = {"%d": 31, "%m": 12, "%y": date.today().year % 100, "%Y": date.today().year}
    return all(
        int(part) <= most[place] and (place != "%y" or len(part) == 2)
        for place, part in zip(order, parts, strict=True)
    )


def number_of(text: str) -> float | None:
    """Return the number that a cell holds, a unit in the cell left out; None if it holds none.

    In brackets, as accountants write it, it is negative.
    """
    written = plain(text)
    bracketed = written.startswith("(") and written.endswith(")")
    found = _NUMBER.fullmatch(written[1:-1] if bracketed else written)
    if found is None:
        return None
    number = float(found[1].replace(",", ""))
    if not isfinite(number):  # 1e999
        return None
    return -number if bracketed else number


def has_thousands(texts: list[str]) -> bool:
    """Say whether numbers are written with commas."""
    return any("," in plain(text) for text in texts if number_of(text) is not None)


def unit_in(text: str) -> str | None:
    """Return the unit that stands in the cell itself."""
    found = _NUMBER.fullmatch(plain(text))
    return found[2] if found else None


def names_people(texts: list[str]) -> str | None:
    """Say by what values of a column look like personal data, None if they do not."""
    for what, holds, most in (
        ("identity numbers", _has_identity, 0.1),
        ("mobile numbers", _has_mobile, 0.3),
        ("bank cards", _is_card, 0.6),
    ):
        if share(texts, holds) >= most:
            return what
    return None


def names(texts: list[str]) -> str | None:
    """Say whether a column that nothing else explains holds names, of people or of companies."""
    if len(set(texts)) < 3:
        return None
    if share(texts, _is_name) >= 0.6:
        return "names of people"
    organisations = data("headers")["names"]["organisations"]
    if share(texts, lambda text: any(word in text for word in organisations)) >= 0.3:
        return "names of companies"
    return None


def _has_identity(text: str) -> bool:
    return any(_is_identity(number) for number in _IDENTITY.findall(plain(text)))


def _is_identity(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    return _CHECKS[total % 11] == number[17].upper() and _reads_birth(number[6:14])


def _reads_birth(text: str) -> bool:
    try:
        return 1900 <= datetime.strptime(text, "%Y%m%d").year <= date.today().year
    except ValueError:
        return False


def _has_mobile(text: str) -> bool:
    return _MOBILE.search(plain(text)) is not None


def _is_card(text: str) -> bool:
    """Say whether a number is one of bank cards: ISO/IEC 7812, the Luhn check digit."""
    digits = plain(text).replace(" ", "")
    if not _CARD.fullmatch(digits):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


@cache
def _families() -> frozenset[str]:
    return frozenset(data("headers")["names"]["families"])


def _is_name(text: str) -> bool:
    folded = fold(text)
    return 2 <= len(folded) <= 4 and folded[0] in _families() and folded.isalpha()
