"""Dates as text: which formats there are, and SQL that reads them."""

from collections.abc import Callable, Sequence
from itertools import groupby

import duckdb

from index_engine.importing.values.characters import half_width_sql, replace_if_match_sql

# Among formats these stand for what strptime does not know: the serial day numbers of
# spreadsheets, and months and years without a day, which become their first or last day.
EXCEL, MONTH, MONTH_END = "excel", "month", "month_end"
YEAR, YEAR_END = "year", "year_end"
NAMED_FORMATS = (EXCEL, MONTH, MONTH_END, YEAR, YEAR_END)

# What is read without a format: year, month and day in this order, which no country takes for
# another. A year has four digits, a date without marks between them eight.
ISO_FORMAT, _ISO_PATTERN = "%Y-%m-%d", r"\d{4}-\d{1,2}-\d{1,2}"  # read beside the formats of a mapping
DEFAULT_FORMATS = {
    ISO_FORMAT: _ISO_PATTERN,
    "%Y/%m/%d": r"\d{4}/\d{1,2}/\d{1,2}",
    "%Y.%m.%d": r"\d{4}\.\d{1,2}\.\d{1,2}",
    "%Y%m%d": r"\d{8}",
    "%Y年%m月%d日": r"\d{4}年\d{1,2}月\d{1,2}日",
}

_MONTH_FORMATS = ("%Y-%m-%d", "%Y/%m-%d", "%Y.%m-%d", "%Y%m-%d", "%Y年%m月-%d")
_MONTH_PATTERN = r"\d{4}([-/.]\d{1,2}|\d{2}|年\d{1,2}月)"
_YEAR_PATTERN = r"\d{4}(年度?)?"

# A time of day and what parts it from its date.
_HOURS = r"([01]?\d|2[0-3])"
_TIME = rf"{_HOURS}:[0-5]?\d(:[0-5]?\d(\.\d+)?)?|{_HOURS}[时点](\d{{1,2}}分(\d{{1,2}}秒)?)?"
_TRAILING_TIME = rf"(?:(日)\s*|[T\s]\s*)(?:{_TIME})$"

# 二〇二四年三月十五日, as judgments are dated.
_CHINESE_NUMERALS, _DIGITS = "〇○零一二三四五六七八九\u00a0", "000123456789 "
_TENS = ((r"(\d)十(\d)", r"\1\2"), (r"(\d)十", r"\10"), (r"十(\d)", r"1\1"), ("十", "10"))

# A day whose year, month and day cannot be taken for one another.
_TEST_DATE = "2023-11-24"

Bind = Callable[[object], str]


def is_date_format(text: str) -> bool:
    """Say whether a strptime format gives a whole date: year, month and day, and back again."""
    with duckdb.connect() as con:
        try:
            row = con.execute(
                "SELECT CAST(strptime(strftime(CAST($day AS DATE), $format), $format) AS DATE) = CAST($day AS DATE)",
                {"day": _TEST_DATE, "format": text},
            ).fetchone()
        except duckdb.Error:
            return False
    return row == (True,)


def format_hint(formats: Sequence[str]) -> str:
    """Say for a person how dates are to be written."""
    return " or ".join((*formats, ISO_FORMAT) if formats else DEFAULT_FORMATS)


def normalise_date_sql(text: str) -> str:
    """Return SQL for a date with plain digits, whichever it is written with."""
    text = half_width_sql(text)
    numeric_text = f"translate({text}, '{_CHINESE_NUMERALS}', '{_DIGITS}')"
    for pattern, digits in _TENS:
        numeric_text = f"regexp_replace({numeric_text}, '{pattern}', '{digits}', 'g')"
    return replace_if_match_sql(text, f"[{_CHINESE_NUMERALS}十]", numeric_text)


def date_sql(plain_text: str, formats: Sequence[str], bind: Bind) -> str:
    """Return SQL for the day that a text names, NULL where it names none.

    `plain_text` is a column with plain_date_sql() of the text. Tries the formats in their order, then
    ISO; without formats, all usual ways of writing year, month and day in this order. A time of day
    after the date is passed over. `bind` takes a value and returns how the query refers to it.
    """
    day = rf"regexp_replace({plain_text}, {bind(_TRAILING_TIME)}, '\1')"
    compact = rf"regexp_replace({day}, '\s', '', 'g')"
    fallback_formats = (ISO_FORMAT,) if formats else tuple(DEFAULT_FORMATS)
    shape = "|".join(DEFAULT_FORMATS[date_format] for date_format in fallback_formats)
    attempts = [
        attempt
        for candidate_text in (plain_text, day)
        for attempt in _format_attempts(candidate_text, compact, formats, bind)
    ]
    return f"coalesce({', '.join([*attempts, _pattern_date_sql(compact, shape, fallback_formats, bind)])})"


def _format_attempts(text: str, compact: str, formats: Sequence[str], bind: Bind) -> list[str]:
    """Return SQL for each run of formats that can be tried at once."""
    attempts = []
    for named_format, format_run in groupby(formats, key=lambda text: text if text in NAMED_FORMATS else ""):
        if named_format == EXCEL:
            attempts.append(_serial_date_sql(text))
        elif named_format in (YEAR, YEAR_END):
            attempts.append(_year_date_sql(compact, named_format, bind))
        elif named_format:
            attempts.append(_month_date_sql(compact, named_format, bind))
        else:
            # strptime takes these words for days, whatever the format.
            attempts.append(
                f"CASE WHEN lower({text}) NOT IN ('infinity', '-infinity', 'epoch')"
                f" THEN CAST(try_strptime({text}, {bind(list(format_run))}) AS DATE) END"
            )
    return attempts


def _serial_date_sql(text: str) -> str:
    """Return SQL for a serial day: the number of days since 1899-12-30.

    Days before 1900-03-01 count from 1899-12-31, since spreadsheets hold 1900 for a leap year
    (serial 60 is no day at all).
    """
    number = f"TRY_CAST({text} AS DOUBLE)"
    days = f"CAST(floor({number}) AS INTEGER)"
    return (
        f"CASE WHEN {number} BETWEEN 61 AND 2958465.99999 THEN DATE '1899-12-30' + {days}"
        f" WHEN {number} BETWEEN 1 AND 59.99999 THEN DATE '1899-12-31' + {days} END"
    )


def _month_date_sql(text: str, named_format: str, bind: Bind) -> str:
    first = _pattern_date_sql(text, _MONTH_PATTERN, _MONTH_FORMATS, bind, "|| '-1'")
    return f"last_day({first})" if named_format == MONTH_END else first


def _year_date_sql(text: str, named_format: str, bind: Bind) -> str:
    day = bind("-12-31" if named_format == YEAR_END else "-01-01")
    return (
        f"CASE WHEN regexp_full_match({text}, {bind(_YEAR_PATTERN)})"
        f" THEN TRY_CAST(left({text}, 4) || {day} AS DATE) END"
    )


def _pattern_date_sql(text: str, pattern: str, formats: Sequence[str], bind: Bind, suffix: str = "") -> str:
    """Return SQL for the day of a text of that shape; strptime alone would take 3 for a year, and
    0000 for the year before the first."""
    return (
        f"CASE WHEN regexp_full_match({text}, {bind(pattern)}) AND NOT starts_with({text}, '0000')"
        f" THEN CAST(try_strptime({text} {suffix}, {bind(list(formats))}) AS DATE) END"
    )
