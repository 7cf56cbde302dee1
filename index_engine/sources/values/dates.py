"""Dates as text: which formats there are, and SQL that reads them."""

from collections.abc import Callable, Sequence
from itertools import groupby

import duckdb

from index_engine.sources.values.signs import mended_sql, plain_sql

# Among formats these stand for what strptime does not know: the serial day numbers of
# spreadsheets, and months and years without a day, which become their first or last day.
EXCEL, MONTH, MONTH_END = "excel", "month", "month_end"
YEAR, YEAR_END = "year", "year_end"
NAMED = (EXCEL, MONTH, MONTH_END, YEAR, YEAR_END)

# What is read without a format: year, month and day in this order, which no country takes for
# another. A year has four digits, a date without signs between them eight.
_USUAL = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
_USUAL_SHAPE = (
    r"\d{4}(-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2}|\d{4}|年\d{1,2}月\d{1,2}日)"
)
# What is read beside the formats of a mapping.
_ISO = ("%Y-%m-%d",)
_ISO_SHAPE = r"\d{4}-\d{1,2}-\d{1,2}"

_MONTHS = ("%Y-%m-%d", "%Y/%m-%d", "%Y.%m-%d", "%Y%m-%d", "%Y年%m月-%d")
_MONTH_SHAPE = r"\d{4}([-/.]\d{1,2}|\d{2}|年\d{1,2}月)"
_YEAR_SHAPE = r"\d{4}(年度?)?"

# A time of day and what parts it from its date.
_HOURS = r"([01]?\d|2[0-3])"
_TIME = rf"{_HOURS}:[0-5]?\d(:[0-5]?\d(\.\d+)?)?|{_HOURS}[时点](\d{{1,2}}分(\d{{1,2}}秒)?)?"
_TIME_AT_END = rf"(?:(日)\s*|[T\s]\s*)(?:{_TIME})$"

# 二〇二四年三月十五日, as judgments are dated.
_NUMERALS, _DIGITS = "〇○零一二三四五六七八九\u00a0", "000123456789 "
_TENS = ((r"(\d)十(\d)", r"\1\2"), (r"(\d)十", r"\10"), (r"十(\d)", r"1\1"), ("十", "10"))

# A day whose year, month and day cannot be taken for one another.
_PROBE = "2023-11-24"

Bind = Callable[[object], str]


def is_date_format(text: str) -> bool:
    """Say whether a strptime format gives a whole date: year, month and day, and back again."""
    with duckdb.connect() as con:
        try:
            row = con.execute(
                "SELECT CAST(strptime(strftime(CAST($day AS DATE), $format), $format) AS DATE)"
                " = CAST($day AS DATE)",
                {"day": _PROBE, "format": text},
            ).fetchone()
        except duckdb.Error:
            return False
    return row == (True,)


def wanted(formats: Sequence[str]) -> str:
    """Say for a person how dates are to be written."""
    return " or ".join((*formats, _ISO[0]) if formats else _USUAL)


def plain_date_sql(text: str) -> str:
    """Return SQL for a date with plain digits, whichever it is written with."""
    text = plain_sql(text)
    mended = f"translate({text}, '{_NUMERALS}', '{_DIGITS}')"
    for pattern, digits in _TENS:
        mended = f"regexp_replace({mended}, '{pattern}', '{digits}', 'g')"
    return mended_sql(text, f"[{_NUMERALS}十]", mended)


def date_sql(plain: str, formats: Sequence[str], bind: Bind) -> str:
    """Return SQL for the day that a text names, NULL where it names none.

    `plain` is a column with plain_date_sql() of the text. Tries the formats in their order, then
    ISO; without formats, all usual ways of writing year, month and day in this order. A time of day
    after the date is passed over. `bind` takes a value and returns how the query refers to it.
    """
    day = rf"regexp_replace({plain}, {bind(_TIME_AT_END)}, '\1')"
    compact = rf"regexp_replace({day}, '\s', '', 'g')"
    usual, shape = (_ISO, _ISO_SHAPE) if formats else (_USUAL, _USUAL_SHAPE)
    tries = [
        attempt for given in (plain, day) for attempt in _attempts(given, compact, formats, bind)
    ]
    return f"coalesce({', '.join([*tries, _shaped(compact, shape, usual, bind)])})"


def _attempts(text: str, compact: str, formats: Sequence[str], bind: Bind) -> list[str]:
    """Return SQL for each run of formats that can be tried at once."""
    attempts = []
    for named, run in groupby(formats, key=lambda text: text if text in NAMED else ""):
        if named == EXCEL:
            attempts.append(_serial(text))
        elif named in (YEAR, YEAR_END):
            attempts.append(_year(compact, named, bind))
        elif named:
            attempts.append(_month(compact, named, bind))
        else:
            # strptime takes these words for days, whatever the format.
            attempts.append(
                f"CASE WHEN lower({text}) NOT IN ('infinity', '-infinity', 'epoch')"
                f" THEN CAST(try_strptime({text}, {bind(list(run))}) AS DATE) END"
            )
    return attempts


def _serial(text: str) -> str:
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


def _month(text: str, named: str, bind: Bind) -> str:
    first = _shaped(text, _MONTH_SHAPE, _MONTHS, bind, "|| '-1'")
    return f"last_day({first})" if named == MONTH_END else first


def _year(text: str, named: str, bind: Bind) -> str:
    day = bind("-12-31" if named == YEAR_END else "-01-01")
    return (
        f"CASE WHEN regexp_full_match({text}, {bind(_YEAR_SHAPE)})"
        f" THEN TRY_CAST(left({text}, 4) || {day} AS DATE) END"
    )


def _shaped(text: str, shape: str, formats: Sequence[str], bind: Bind, more: str = "") -> str:
    """Return SQL for the day of a text of that shape; strptime alone would take 3 for a year."""
    return (
        f"CASE WHEN regexp_full_match({text}, {bind(shape)})"
        f" THEN CAST(try_strptime({text} {more}, {bind(list(formats))}) AS DATE) END"
    )
