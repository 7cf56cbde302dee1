"""What values look like: dates and their format, numbers and their marks, people."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import isfinite

from index_engine.errors import Message
from index_engine.importing.recognise.normalise import half_width, match_key, reference_data, share
from index_engine.importing.values.characters import NOTATION
from index_engine.importing.values.chinese_numbers import has_numerals, parse_chinese_amount
from index_engine.importing.values.dates import DEFAULT_FORMATS, EXCEL, MINGUO, UNIX, plain_dates, without_time

# Days in serial numbers of spreadsheets: 1982 to 2064.
_SERIAL_RANGE = 30_000, 60_000
_EPOCH = datetime(1899, 12, 30)

# How dates are written, as a pattern and as strptime has it; a time of day may follow.
_DATE_PATTERNS = (
    *((pattern, date_format) for date_format, pattern in DEFAULT_FORMATS.items()),
    (r"\d{4}年\d{1,2}月\d{1,2}", "%Y年%m月%d"),
    (r"\d{2}年\d{1,2}月\d{1,2}日", "%y年%m月%d日"),
    (r"\d{1,2}-[A-Za-z]{3}-\d{2}", "%d-%b-%y"),
)
# Nothing but these needs no other spelling before a format is looked for.
_PLAIN_DATE = re.compile(r"[\d\-/.: T]*|[\d年月日时分秒]*")
# Seconds or milliseconds since 1970, from 1990 on; a year of three digits counts from 1911.
_UNIX = re.compile(r"((?:[6-9]\d|1\d\d)\d{7})(\d{3})?(?:\.0*)?")
_MINGUO = re.compile(r"1\d\d(?:([-/.])\d{1,2}\1\d{1,2}|年\d{1,2}月\d{1,2}日?|[01]\d[0-3]\d)")
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
_MONTH = re.compile(r"\d{4}(?:[-/.]|年)(?:0?[1-9]|1[0-2])月?|(?:19|20)\d{2}(?:0[1-9]|1[0-2])")

# An order of day, month and year is that of a column where nearly all its dates have it and far fewer have another.
_MIN_ORDER_SHARE, _MAX_OTHER_SHARE = 0.95, 0.8
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

_AMOUNT_WORDS = NOTATION["amount_words"]
_BESIDE_AMOUNT = re.compile(
    rf"^(?:{'|'.join(_AMOUNT_WORDS['before'])})\s*|(?<=[\d万亿元分])(?:{'|'.join(_AMOUNT_WORDS['after'])})$"
)
_WITHIN_AMOUNT = re.compile(rf"(?<=[\d万亿])(?:{'|'.join(_AMOUNT_WORDS['between'])})(?=[万亿元])")

# Marks of thousands and of decimals: the usual ones, and those that a column may have in their place.
Marks = tuple[str, str]
PLAIN_MARKS = (",", ".")
_OTHER_MARKS = ((".", ","), (" ", "."), (" ", ","), ("'", "."))
# Of fewer numbers with a point it says nothing that three digits follow it in all.
_MIN_UNCLEAR = 3

_COUNT = re.compile(rf"(.*\d)\s*(?:{'|'.join(NOTATION['counters']['words'])})")

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
    plain_texts = _plain_spellings(texts)
    orders = _date_orders(plain_texts)
    for text in plain_texts:
        if (date_format := _date_format(text, orders) or _date_format(without_time(text), orders)) is not None:
            counts[date_format] += 1
    readable_share = sum(counts.values()) / len(texts) if texts else 0.0
    return [format_ for format_, _ in counts.most_common()], readable_share


def _plain_spellings(texts: list[str]) -> list[str]:
    """Return dates as an import spells them before it tries a format."""
    plain_texts = [half_width(text) for text in texts]
    other_texts = list({text for text in plain_texts if not _PLAIN_DATE.fullmatch(text)})
    spellings = dict(zip(other_texts, plain_dates(other_texts), strict=True)) if other_texts else {}
    return [spellings.get(text, text) for text in plain_texts]


def _date_format(text: str, orders: dict[tuple[str, bool], str]) -> str | None:
    """Return the format of a date in plain spelling, None where there is none or its order cannot be told."""
    for pattern, date_format in _FORMATS:
        if _is_date(text, pattern, date_format):
            return date_format
    if _MINGUO.fullmatch(text):
        return MINGUO
    if three_numbers := _THREE_NUMBERS.fullmatch(text):
        order = orders.get(_order_group(three_numbers))
        return order if order is not None and _is_parseable(text, order) else None
    if _is_serial(text):
        return EXCEL
    if (unix_time := _UNIX.fullmatch(text)) and int(unix_time[1]) <= datetime.now(UTC).timestamp() + 3e7:
        return UNIX
    return None


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


def _order_group(three_numbers: re.Match[str]) -> tuple[str, bool]:
    """What dates of one order share: their mark, and whether a year of four digits stands last."""
    return three_numbers[2], len(three_numbers[4]) == 4


def _date_orders(texts: list[str]) -> dict[tuple[str, bool], str]:
    """Return the format of dates of three short numbers by their group, where the column as a whole tells it.

    21-3-28 may be of the year 2021 or 2028; it is decided where the other reading would put a date into the
    future or a month beyond 12. Slips do not stand in the way of an order that nearly all dates share.
    """
    groups: dict[tuple[str, bool], list[tuple[str, str, str]]] = {}
    for text in texts:
        three_numbers = _THREE_NUMBERS.fullmatch(text) or _THREE_NUMBERS.fullmatch(without_time(text))
        if three_numbers and len(three_numbers[1]) < 4:
            parts = three_numbers[1], three_numbers[3], three_numbers[4]
            groups.setdefault(_order_group(three_numbers), []).append(parts)
    order_by_group = {}
    for (separator, has_long_year), dates in groups.items():
        year = "%Y" if has_long_year else "%y"
        orders = [("%d", "%m", year), ("%m", "%d", year)]
        if year == "%y":
            orders.append(("%y", "%m", "%d"))
        counts = {order: sum(_is_possible_order(order, parts) for parts in dates) for order in orders}
        best, second, *_ = sorted(counts.values(), reverse=True)
        is_certain = best == len(dates) > second
        is_shared = best >= _MIN_ORDER_SHARE * len(dates) and second <= _MAX_OTHER_SHARE * best
        if is_certain or is_shared:
            order = max(counts, key=lambda candidate: counts[candidate])
            order_by_group[separator, has_long_year] = separator.join(order)
    return order_by_group


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


def read_amount(text: str, marks: Marks = PLAIN_MARKS) -> float | None:
    """Return the number in a cell as an import reads it: words that change no amount and a unit left out,
    in Chinese numerals the amount in yuan; None if there is none."""
    plain_text = bare_amount(half_width(text))
    if marks != PLAIN_MARKS:
        plain_text = _mark_plainly(plain_text, marks)
    number = parse_number(plain_text)
    if number is None and has_numerals(plain_text):
        amount = parse_chinese_amount(plain_text)
        return None if amount is None else float(amount)
    return number


def bare_amount(plain_text: str) -> str:
    """Return an amount without the words that change none: 约12万元, 100000元整."""
    return _BESIDE_AMOUNT.sub("", _WITHIN_AMOUNT.sub("", plain_text))


def _mark_plainly(plain_text: str, marks: Marks) -> str:
    """Return an amount as it is written with a point and no mark of thousands; nothing where marks are out of place."""
    thousands, decimal = marks
    number = re.search(r"\d[\d.,' ]*", plain_text)
    if number is None:
        return ""
    digits = number[0].rstrip()
    shape = rf"(?:\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|\d+)(?:{re.escape(decimal)}\d*)?"
    if not re.fullmatch(shape, digits):
        return ""
    plain_digits = digits.replace(thousands, "").replace(decimal, ".")
    return plain_text[: number.start()] + plain_digits + plain_text[number.start() + len(digits) :]


def number_marks(texts: list[str]) -> Marks:
    """Return the marks of thousands and of decimals with which the most numbers of a column can be read."""
    shares = {
        marks: share(texts, lambda text, marks=marks: read_amount(text, marks) is not None)
        for marks in (PLAIN_MARKS, *_OTHER_MARKS)
    }
    return max(shares, key=lambda marks: shares[marks])


def are_points_unclear(texts: list[str]) -> bool:
    """Say whether points part three digits in all numbers that have one: thousands, or thousandths."""
    numbers = [half_width(text) for text in texts if "." in text]
    return len(numbers) >= _MIN_UNCLEAR and all(re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", number) for number in numbers)


def has_thousands(texts: list[str]) -> bool:
    """Say whether numbers are written with commas."""
    return any("," in half_width(text) for text in texts if parse_number(_uncounted(text)) is not None)


def is_count(text: str) -> bool:
    """Say whether a text is a whole number, with or without what is counted: 3人."""
    number = parse_number(_uncounted(text))
    return number is not None and number == int(number)


def _uncounted(text: str) -> str:
    """Return a count without what is counted."""
    counted = _COUNT.fullmatch(half_width(text))
    return counted[1] if counted else text


def cell_unit(text: str) -> str | None:
    """Return the unit that stands in the cell itself."""
    number_match = _NUMBER.fullmatch(bare_amount(half_width(text)))
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
