"""Dates as text: which formats there are, and SQL that reads them."""

import re
from collections.abc import Callable, Sequence
from itertools import groupby

import duckdb

from index_engine.importing.values.characters import half_width_sql, replace_if_match_sql

# Among formats these stand for what strptime does not know: the serial day numbers of spreadsheets, as the workbook
# counts them, or from the year that is named;
# seconds or milliseconds since 1970; years of the Republic (民国), which count from 1911; and months and
# years without a day, which become their first or last day.
EXCEL, EXCEL_1900, EXCEL_1904 = "excel", "excel_1900", "excel_1904"
UNIX, MINGUO, MONTH, MONTH_END = "unix", "minguo", "month", "month_end"
YEAR, YEAR_END = "year", "year_end"
NAMED_FORMATS = (EXCEL, EXCEL_1900, EXCEL_1904, UNIX, MINGUO, MONTH, MONTH_END, YEAR, YEAR_END)

# What is read without a format: year, month and day in this order, which no country takes for
# another. A year has four digits, a date without marks between them eight.
ISO_FORMAT, _ISO_PATTERN = "%Y-%m-%d", r"\d{4}-\d{1,2}-\d{1,2}"  # read beside the formats of a mapping
DEFAULT_FORMATS = {
    ISO_FORMAT: _ISO_PATTERN,
    "%Y/%m/%d": r"\d{4}/\d{1,2}/\d{1,2}",
    "%Y.%m.%d": r"\d{4}\.\d{1,2}\.\d{1,2}",
    "%Y%m%d": r"\d{8}",
    "%Y年%m月%d日": r"\d{4}年\d{1,2}月\d{1,2}日",
    "%Y%m%d%H%M%S": r"\d{14}",
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
_TENS = (
    (r"(\d)百(\d?)十", r"\1\2十"),
    (r"(\d)百(\d\d)", r"\1\2"),
    (r"(\d)十(\d)", r"\1\2"),
    (r"(\d)十", r"\10"),
    (r"十(\d)", r"1\1"),
    ("十", "10"),
)

# Courts and platforms of China keep one time, eight hours before UTC.
_BEIJING_HOURS = 8
_ZONED_TIME = r"^\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}(:?\d{2})?)$"
_UNIX_TIME = r"(\d{10}|\d{13})(\.\d*)?"

_MINGUO_YEAR, _FIRST_MINGUO_YEAR = r"^(?:中[华華])?民[国國]\s*(\d{1,3})\s*([年./-])", 1911
_MINGUO_DATE = (
    r"(?:(?:中[华華])?民[国國])?(\d{2,3})(?:年|([-/.]))(\d{1,2})(?:月|[-/.])(\d{1,2})日?|(\d{3})(\d{2})(\d{2})"
)

# Digits and their marks, a time without a zone: no step of normal_date_steps() has anything to do.
PLAIN_DATE = "[0-9./-]*( [0-9:.]*)?"

# What stands beside a date without changing the day: the day of the week, the half of the day with its time.
_CLOCK = r"\d{1,2}(?:[:时点]\d{0,2}){0,2}[分秒]?"
_HALF_DAY = (
    rf"\s*(?:上午|下午|凌晨|清晨|早上|早晨|中午|傍晚|晚上|夜间)\s*(?:{_CLOCK})?$|\s+{_CLOCK}\s*[AaPp]\.?[Mm]\.?$"
)
_WEEKDAY = r"\s*[(]?(?:星期|礼拜|周)[1-7日天][)]?|^(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\s+|\s+GMT\+0800(?:\s+\([^)]*\))?$"

_MONTH_NAME = (
    r"((?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?))"
)
# Jun 02, 2023 and 2 June 2023, whose order the name of the month tells.
_NAMED_MONTHS = (
    (rf"^{_MONTH_NAME}\.?[\s/-]*(\d{{1,2}})(?:st|nd|rd|th)?,?[\s/-]+(\d{{4}})", r"\2", r"\1", r"\3"),
    # As Java prints a day in China.
    (rf"^{_MONTH_NAME} (\d{{1,2}}) \d{{2}}:\d{{2}}:\d{{2}} (?:CST|GMT\+08:00) (\d{{4}})$", r"\2", r"\1", r"\3"),
    (rf"^(\d{{1,2}})(?:st|nd|rd|th)?[\s/-]*{_MONTH_NAME}\.?,?[\s/-]*(\d{{4}})", r"\1", r"\2", r"\3"),
)

# A day whose year, month and day cannot be taken for one another.
_TEST_DATE = "2023-11-24"

Bind = Callable[[object], str]


def plain_dates(texts: Sequence[str]) -> list[str]:
    """Return texts in the plain spelling that formats are tried on, in their order."""
    sql = "SELECT n, text AS plain FROM (SELECT unnest($texts) AS text, generate_subscripts($texts, 1) AS n)"
    for step in normal_date_steps():
        sql = f"SELECT * REPLACE ({step('plain')} AS plain) FROM ({sql})"
    with duckdb.connect() as con:
        return [
            plain
            for (plain,) in con.execute(f"SELECT plain FROM ({sql}) ORDER BY n", {"texts": list(texts)}).fetchall()
        ]


def without_time(plain_text: str) -> str:
    """Return a date in plain spelling without the time of day after it."""
    return re.sub(_TRAILING_TIME, lambda found: found[1] or "", plain_text)


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


def normal_date_steps() -> tuple[Callable[[str], str], ...]:
    """Return the steps that make one plain spelling of all unambiguous ones: SQL of the SQL of a column each.

    Each is for a query of its own, since a step names its text more than once. A time with a zone
    becomes the day that it is in Beijing.
    """
    return (
        half_width_sql,
        _closed_up_sql,
        _plain_numerals_sql,
        _zoned_day_sql,
        _common_era_sql,
        _bare_date_sql,
        *_NAMED_MONTH_STEPS,
    )


def _closed_up_sql(text: str) -> str:
    """2023 年 5 月 3 日 without its blanks."""
    after = rf"regexp_replace({text}, '([年月])\s+', '\1', 'g')"
    closed_up = rf"regexp_replace({after}, '\s+([年月日])', '\1', 'g')"
    return replace_if_match_sql(text, r"\s[年月日]|[年月]\s", closed_up)


def _plain_numerals_sql(text: str) -> str:
    numeric_text = f"translate({text}, '{_CHINESE_NUMERALS}', '{_DIGITS}')"
    for pattern, digits in _TENS:
        numeric_text = f"regexp_replace({numeric_text}, '{pattern}', '{digits}', 'g')"
    return replace_if_match_sql(text, f"[{_CHINESE_NUMERALS}十]", numeric_text)


def _zoned_day_sql(text: str) -> str:
    day = _beijing_day_sql(f"epoch_us(TRY_CAST({text} AS TIMESTAMPTZ))")
    return replace_if_match_sql(text, _ZONED_TIME, f"coalesce(CAST({day} AS VARCHAR), {text})")


def _beijing_day_sql(microseconds: str) -> str:
    """Return SQL for the day in Beijing of microseconds since 1970; without a zone of the session."""
    return f"CAST(make_timestamp({microseconds} + {_BEIJING_HOURS} * 3_600_000_000) AS DATE)"


def _common_era_sql(text: str) -> str:
    year = f"CAST(regexp_extract({text}, '{_MINGUO_YEAR}', 1) AS INTEGER) + {_FIRST_MINGUO_YEAR}"
    rest = f"regexp_replace({text}, '{_MINGUO_YEAR}', '\\2')"
    return replace_if_match_sql(text, _MINGUO_YEAR, f"CAST({year} AS VARCHAR) || {rest}")


def _bare_date_sql(text: str) -> str:
    bare = f"regexp_replace(regexp_replace({text}, '{_WEEKDAY}', '', 'g'), '{_HALF_DAY}', '')"
    return replace_if_match_sql(text, "[A-Za-z午上晚晨间周期拜]", bare)


def _named_month_step(pattern: str, day: str, month: str, year: str) -> Callable[[str], str]:
    def step(text: str) -> str:
        found_day, found_month, found_year = (
            f"regexp_extract({text}, '{pattern}', {group[1:]})" for group in (day, month, year)
        )
        parsed = f"try_strptime({found_day} || ' ' || left({found_month}, 3) || ' ' || {found_year}, '%d %b %Y')"
        rest = f"regexp_replace({text}, '{pattern}', '')"
        named_date = f"coalesce(strftime({parsed}, '%Y-%m-%d') || {rest}, {text})"
        return replace_if_match_sql(text, pattern, named_date)

    return step


_NAMED_MONTH_STEPS = tuple(_named_month_step(*named_month) for named_month in _NAMED_MONTHS)


def date_sql(plain_text: str, formats: Sequence[str], bind: Bind) -> str:
    """Return SQL for the day that a text names, NULL where it names none.

    `plain_text` is a column with the text after all normal_date_steps(). Tries the formats in their order, then
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
        if named_format in (EXCEL, EXCEL_1900):
            attempts.append(_serial_date_sql(text))
        elif named_format == EXCEL_1904:
            attempts.append(_serial_date_1904_sql(text))
        elif named_format == UNIX:
            attempts.append(_unix_date_sql(text, bind))
        elif named_format == MINGUO:
            attempts.append(_minguo_date_sql(compact, bind))
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


def _serial_date_1904_sql(text: str) -> str:
    """Return SQL for a serial day of a workbook that counts from 1904-01-01, which is its day 0."""
    number = f"TRY_CAST({text} AS DOUBLE)"
    return (
        f"CASE WHEN {number} BETWEEN 0 AND 2957003.99999 THEN DATE '1904-01-01' + CAST(floor({number}) AS INTEGER) END"
    )


def _unix_date_sql(text: str, bind: Bind) -> str:
    """Return SQL for the day in Beijing of seconds (ten digits) or milliseconds (thirteen) since 1970."""
    digits = f"regexp_extract({text}, '^\\d+')"
    scale = f"CASE WHEN length({digits}) = 10 THEN 1_000_000 ELSE 1_000 END"
    day = _beijing_day_sql(f"CAST({digits} AS BIGINT) * {scale}")
    return f"CASE WHEN regexp_full_match({text}, {bind(_UNIX_TIME)}) THEN {day} END"


def _minguo_date_sql(text: str, bind: Bind) -> str:
    """Return SQL for a date whose year counts from 1911: 112/02/20, 112年2月20日, 1120220."""
    pattern = bind(_MINGUO_DATE)
    year, month, day = (
        f"(regexp_extract({text}, {pattern}, {marked}) || regexp_extract({text}, {pattern}, {compact}))"
        for marked, compact in ((1, 5), (3, 6), (4, 7))
    )
    common_year = f"(CAST({year} AS INTEGER) + {_FIRST_MINGUO_YEAR})"
    return (
        f"CASE WHEN regexp_full_match({text}, {pattern})"
        f" THEN TRY_CAST({common_year} || '-' || {month} || '-' || {day} AS DATE) END"
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
