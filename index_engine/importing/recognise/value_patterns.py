"""What values look like: dates and their format, numbers and their marks, people."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from math import isfinite

from index_engine.errors import Message
from index_engine.importing.recognise.normalise import half_width, match_key, reference_data, share
from index_engine.importing.values.characters import NOTATION
from index_engine.importing.values.dates import DEFAULT_FORMATS

# Days in serial numbers of spreadsheets: 1982 to 2064.
_SERIAL_RANGE = 30_000, 60_000
_EPOCH = datetime(1899, 12, 30)

# How dates are written, as a pattern and as strptime has it; a time of day may follow.
_DATE_PATTERNS = (
    *((pattern, date_format) for date_format, pattern in DEFAULT_FORMATS.items()),
    (r"\d{4}年\d{1,2}月\d{1,2}", "%Y年%m月%d"),
    (r"\d{2}年\d{1,2}月\d{1,2}日", "%y年%m月%d日"),
)
_TIME_PATTERNS = (
    ("", ""),
    (r" \d{1,2}:\d{2}:\d{2}", " %H:%M:%S"),
    (r" \d{1,2}:\d{2}", " %H:%M"),
    (r"T\d{2}:\d{2}:\d{2}", "T%H:%M:%S"),
)
_FORMATS = tuple(
    (re.compile(day + time), strptime + clock) for day, strptime in _DATE_PATTERNS for time, clock in _TIME_PATTERNS
)
_YEAR = re.compile(r"(?:19|20)\d{2}(?:年度?)?")
_MONTH = re.compile(r"\d{4}(?:[-/.]|年)(?:0?[1-9]|1[0-2])月?")

# Three numbers whose order is to be found out.
_THREE_NUMBERS = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})")

# An amount with what an import reads beside the digits: a currency before, a unit after.
_SUFFIXES = [*NOTATION["units"], *NOTATION["short_units"], *NOTATION["shares"]]
_NUMBER = re.compile(
    rf"(?:{'|'.join(NOTATION['currency'])})?\s*"
    r"([+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?(?:e[+-]?\d+)?)\s*"
    rf"({'|'.join(sorted(_SUFFIXES, key=len, reverse=True))})?",
    re.IGNORECASE,
)

_IDENTITY_NUMBER = re.compile(r"(?<!\d)(\d{17}[\dXx])(?!\d)")
_MOBILE_NUMBER = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_BANK_CARD_NUMBER = re.compile(r"(?:62|4|5)\d{14,17}")
# GB 11643-1999: weights of the digits and the check character of their sum modulo 11.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


def date_formats(texts: list[str]) -> tuple[list[str], float]:
    """Return the formats in which dates are written, commonest first, and the share they read.

    A format is left out where its order of day and month cannot be told. ISO is '%Y-%m-%d'.
    """
    counts: Counter[str] = Counter()
    orders = _date_orders(texts)
    for text in texts:
        plain_text = half_width(text)
        matched_format = next(
            (format_ for pattern, format_ in _FORMATS if _is_date(plain_text, pattern, format_)), None
        )
        if matched_format is None and (three_numbers := _THREE_NUMBERS.fullmatch(plain_text)):
            order = orders.get(three_numbers[2], "")
            matched_format = order if order and _is_parseable(plain_text, order) else None
        if matched_format is None and _is_serial(plain_text):
            matched_format = "excel"
        if matched_format is not None:
            counts[matched_format] += 1
    readable_share = sum(counts.values()) / len(texts) if texts else 0.0
    return [format_ for format_, _ in counts.most_common()], readable_share


def _is_date(text: str, pattern: re.Pattern[str], format_: str) -> bool:
    return pattern.fullmatch(text) is not None and _is_parseable(text, format_)


def _is_parseable(text: str, format_: str) -> bool:
    try:
        parsed_date = datetime.strptime(text, format_)
    except ValueError:
        return False
    return 1950 <= parsed_date.year <= date.today().year + 30


def is_month(text: str) -> bool:
    """Say whether a text is a month without a day."""
    return _MONTH.fullmatch(half_width(text)) is not None


def is_year(text: str) -> bool:
    """Say whether a text is a year alone."""
    return _YEAR.fullmatch(half_width(text)) is not None


def _is_serial(text: str) -> bool:
    number = parse_number(text)
    return number is not None and _SERIAL_RANGE[0] <= number <= _SERIAL_RANGE[1] and "," not in text


def serial_day(number: float) -> date:
    """Return the day that a serial number of a spreadsheet stands for."""
    return (_EPOCH + timedelta(days=number)).date()


def _date_orders(texts: list[str]) -> dict[str, str]:
    """Return the format of dates of three short numbers by their mark, where only one is possible.

    21-3-28 may be of the year 2021 or 2028; it is decided only where the other reading would put a
    date into the future or a month beyond 12.
    """
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for text in texts:
        if three_numbers := _THREE_NUMBERS.fullmatch(half_width(text)):
            groups.setdefault(three_numbers[2], []).append((three_numbers[1], three_numbers[3], three_numbers[4]))
    order_by_separator = {}
    for separator, dates in groups.items():
        year = "%Y" if all(len(last) == 4 for *_, last in dates) else "%y"
        orders = [("%d", "%m", year), ("%m", "%d", year)]
        if year == "%y":
            orders.append(("%y", "%m", "%d"))
        possible = [order for order in orders if all(_is_possible_order(order, parts) for parts in dates)]
        if len(possible) == 1:
            order_by_separator[separator] = separator.join(possible[0])
    return order_by_separator


def _is_possible_order(order: tuple[str, str, str], parts: tuple[str, str, str]) -> bool:
    # A day in the future is no day on which something happened.
    max_by_directive = {"%d": 31, "%m": 12, "%y": date.today().year % 100, "%Y": date.today().year}
    return all(
        int(part) <= max_by_directive[directive] and (directive != "%y" or len(part) == 2)
        for directive, part in zip(order, parts, strict=True)
    )


def parse_number(text: str) -> float | None:
    """Return the number that a cell holds, a unit in the cell left out; None if it holds none.

    In brackets, as accountants write it, it is negative.
    """
    plain_text = half_width(text)
    is_negative = plain_text.startswith("(") and plain_text.endswith(")")
    number_match = _NUMBER.fullmatch(plain_text[1:-1] if is_negative else plain_text)
    if number_match is None:
        return None
    number = float(number_match[1].replace(",", ""))
    if not isfinite(number):  # 1e999
        return None
    return -number if is_negative else number


def has_thousands(texts: list[str]) -> bool:
    """Say whether numbers are written with commas."""
    return any("," in half_width(text) for text in texts if parse_number(text) is not None)


def cell_unit(text: str) -> str | None:
    """Return the unit that stands in the cell itself."""
    number_match = _NUMBER.fullmatch(half_width(text))
    return number_match[2] if number_match else None


def personal_data_type(texts: list[str]) -> Message | None:
    """Say by what values of a column look like personal data, None if they do not."""
    for data_type, condition, threshold in (
        (Message("identity_numbers"), _has_identity, 0.1),
        (Message("mobile_numbers"), _has_mobile, 0.3),
        (Message("bank_cards"), _is_card, 0.6),
    ):
        if share(texts, condition) >= threshold:
            return data_type
    return None


def name_type(texts: list[str]) -> Message | None:
    """Say whether a column that nothing else explains holds names, of people or of companies."""
    if len(set(texts)) < 3:
        return None
    if share(texts, _is_name) >= 0.6:
        return Message("names_of_people")
    organisations = reference_data("headers")["names"]["organisations"]
    if share(texts, lambda text: any(word in text for word in organisations)) >= 0.3:
        return Message("names_of_companies")
    return None


def _has_identity(text: str) -> bool:
    return any(_is_identity(number) for number in _IDENTITY_NUMBER.findall(half_width(text)))


def _is_identity(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    return _CHECK_CHARACTERS[total % 11] == number[17].upper() and _is_birth_date(number[6:14])


def _is_birth_date(text: str) -> bool:
    try:
        return 1900 <= datetime.strptime(text, "%Y%m%d").year <= date.today().year
    except ValueError:
        return False


def _has_mobile(text: str) -> bool:
    return _MOBILE_NUMBER.search(half_width(text)) is not None


def _is_card(text: str) -> bool:
    """Say whether a number is one of bank cards: ISO/IEC 7812, the Luhn check digit."""
    digits = half_width(text).replace(" ", "")
    if not _BANK_CARD_NUMBER.fullmatch(digits):
        return False
    weighted_digits = [int(digit) * (1 + position % 2) for position, digit in enumerate(reversed(digits))]
    return sum(number - 9 * (number > 9) for number in weighted_digits) % 10 == 0


@cache
def _surnames() -> frozenset[str]:
    return frozenset(reference_data("headers")["names"]["surnames"])


def _is_name(text: str) -> bool:
    key = match_key(text)
    return 2 <= len(key) <= 4 and key[0] in _surnames() and key.isalpha()
