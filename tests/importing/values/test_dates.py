"""Dates as files write them: every usual way is read, and what is not clear is never guessed."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index_engine.importing.recognise.value_patterns import date_formats
from index_engine.importing.values.dates import is_date_format
from tests.importing.reading import read

many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

FORMATS = ["%Y-%m-%d", "%Y年%m月%d日", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%Y.%m.%d", "%d %B %Y"]
USUAL = ["{y}-{m}-{d}", "{y}/{m}/{d}", "{y}.{m}.{d}", "{y}年{m}月{d}日", "{y} 年 {m} 月 {d} 日"]
USUAL += ["{y}-{m:02}-{d:02}", "{y}/{m:02}/{d:02}", "{y}{m:02}{d:02}", "{y}年{m:02}月{d:02}日"]
TIMES = ["", " 0:00", " 10:20:30", "T10:20:30", "  09:05", " 23:59:59.000", "\u30008:00", "\u00a08:00", " 10时20分"]

_days = st.dates(date(1900, 3, 1), date(9999, 12, 31))


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def serial(day: date) -> int:
    """The spreadsheet's number of a day from March 1900 on."""
    return (day - date(1899, 12, 30)).days


def test_serial_helper_agrees_with_a_known_day() -> None:
    assert serial(date(2017, 10, 16)) == 43024
    assert date(1899, 12, 30) + timedelta(days=61) == date(1900, 3, 1)


# -------------------------------------------------------------------------------- without a format


@many
@given(
    days=st.lists(st.dates(date(1000, 1, 1)), min_size=1, max_size=10),
    usual=st.sampled_from(USUAL),
    time=st.sampled_from(TIMES),
    wide=st.booleans(),
)
def test_usual_ways_need_no_format(
    con: duckdb.DuckDBPyConnection, days: list[date], usual: str, time: str, wide: bool
) -> None:
    texts = [usual.format(y=day.year, m=day.month, d=day.day) + time for day in days]
    if wide:
        texts = [text.translate(str.maketrans("0123456789-/.", "０１２３４５６７８９－／．")) for text in texts]
    assert read(con, "filed_on", texts) == (days, [])


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二四年三月五日", date(2024, 3, 5)),
        ("二○二四年十月十日", date(2024, 10, 10)),
        ("二零一九年十二月三十一日", date(2019, 12, 31)),
        ("二〇二四年十一月二十日", date(2024, 11, 20)),
        ("2024年3月5日10:20", date(2024, 3, 5)),
        ("2024年3月5日 10时", date(2024, 3, 5)),
        ("2024/3/5 0:00:00", date(2024, 3, 5)),
        ("0001-01-01", date(1, 1, 1)),
        ("3013-08-23", date(3013, 8, 23)),
        ("2023/5/20 下午 3:05", date(2023, 5, 20)),
        ("2023年5月20日上午9时30分", date(2023, 5, 20)),
        ("2023/5/20 11:05:10 PM", date(2023, 5, 20)),
        ("2023年5月20日 星期六", date(2023, 5, 20)),
        ("2023-05-20（周六）", date(2023, 5, 20)),
        ("民国112年2月20日", date(2023, 2, 20)),
        ("中華民國一百一十二年二月二十日", date(2023, 2, 20)),
        ("民國一百零五年十月十日", date(2016, 10, 10)),
        ("Jun 02, 2023", date(2023, 6, 2)),
        ("June 2nd 2023 10:00", date(2023, 6, 2)),
        ("2 June 2023", date(2023, 6, 2)),
        ("02-Jun-2023", date(2023, 6, 2)),
        ("Fri, 2 Jun 2023", date(2023, 6, 2)),
        ("Sept. 3, 2023", date(2023, 9, 3)),
        ("Fri Jun 02 2023 08:00:00 GMT+0800 (China Standard Time)", date(2023, 6, 2)),
    ],
)
def test_a_date_with_more_around_it(con: duckdb.DuckDBPyConnection, text: str, day: date) -> None:
    """Strange years are dates too; whether they can be is for the rules to say."""
    assert read(con, "filed_on", [text]) == ([day], [])


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-30",
        "2020-13-01",
        "2020",
        "去年",
        "2020-01-05x",
        "2020-01-05 (BC)",
        "2020-01/05",
        "infinity",
        "epoch",
        "24-3-5",  # of which century?
        "3/5/2024",  # March or May?
        "05.03.2024",
        "2024305",
        "43024",  # a serial day only where the mapping says so
        "1717286400",  # seconds since 1970 only where the mapping says so
        "112/02/20",  # so is a year of the Republic without its name
        "Juni 2 2023",
        "Jun 31, 2023",
        "民国112年13月1日",
        "2024-03",  # which day of the month?
        "2024年3月",
        "202403",
        "2024-3-5 25:00",
        "2024-03-05 至 2024-03-09",
        "00000101",
        "0000-01-01",
        "0000年3月5日",
    ],
)
def test_what_is_no_date_is_found(con: duckdb.DuckDBPyConnection, text: str) -> None:
    assert read(con, "filed_on", [text, "2020-01-01"]) == ([None, date(2020, 1, 1)], [(1, "unreadable_date")])


def _oracle(text: str) -> date | None:
    """Year, month and day with one kind of sign between them, or eight digits."""
    found = re.fullmatch(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d\d)(\d\d))", text)
    if found is None:
        return None
    year, _, month, day, month_of_8, day_of_8 = found.groups()
    try:
        return date(int(year), int(month or month_of_8), int(day or day_of_8))
    except ValueError:
        return None


@many
@given(st.lists(st.from_regex(r"\A[0-9]{3,4}([-/.]?[0-9]{1,2}){1,3}\Z"), min_size=1, max_size=20))
def test_only_clear_dates_are_read(con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    days = [_oracle(text) for text in texts]
    lost = [(row_no, "unreadable_date") for row_no, day in enumerate(days, start=1) if day is None]
    assert read(con, "filed_on", texts) == (days, lost)


# ----------------------------------------------------------------------------------- with a format


@many
@given(days=st.lists(_days, min_size=1, max_size=20), format_=st.sampled_from(FORMATS))
def test_dates_in_every_format_come_back(con: duckdb.DuckDBPyConnection, days: list[date], format_: str) -> None:
    texts = [day.strftime(format_.replace("%Y", f"{day.year:04d}")) for day in days]
    assert read(con, "filed_on", texts, formats=(format_,)) == (days, [])
    assert read(con, "filed_on", [f"{text} 9:30" for text in texts], formats=(format_,)) == (days, [])


@many
@given(days=st.lists(_days, min_size=1, max_size=20), suffix=st.sampled_from(["", ".0", ".75"]))
def test_serial_days_come_back(con: duckdb.DuckDBPyConnection, days: list[date], suffix: str) -> None:
    texts = [f"{serial(day)}{suffix}" for day in days]
    assert read(con, "filed_on", texts, formats=("excel",)) == (days, [])


def test_serial_days_before_the_leap_day_that_never_was(con: duckdb.DuckDBPyConnection) -> None:
    values, findings = read(con, "filed_on", ["1", "59", "60", "61", "0", "-5", "2958466"], formats=("excel",))
    assert values[:4] == [date(1900, 1, 1), date(1900, 2, 28), None, date(1900, 3, 1)]
    assert [row_no for row_no, _ in findings] == [3, 5, 6, 7]


def test_serial_days_from_a_year_that_is_named(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["0", "59", "60", "43899.5", "-1", "2957004"]
    values, findings = read(con, "filed_on", texts, formats=("excel_1904",))
    assert values[:4] == [date(1904, 1, 1), date(1904, 2, 29), date(1904, 3, 1), date(2024, 3, 10)]
    assert [row_no for row_no, _ in findings] == [5, 6]
    assert read(con, "filed_on", ["45361"], formats=("excel_1900",)) == ([date(2024, 3, 10)], [])


@pytest.mark.parametrize("formats", [(), ("%Y年%m月%d日",)])
def test_blanks_within_a_date_say_nothing(con: duckdb.DuckDBPyConnection, formats: tuple[str, ...]) -> None:
    texts = [
        "2023 年 5 月 3 日",
        "2023年 5月 3日",
        " 2023\u3000年5月 3 日 ",
        "二〇二三 年 五 月 三 日",
        "2023 年 5 月 3 日 15:05",
    ]
    assert read(con, "filed_on", texts, formats=formats) == ([date(2023, 5, 3)] * len(texts), [])


def test_days_as_programs_print_them(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["20230503140509", "May-03-2023", "Wed May 03 14:05:09 CST 2023", "May 03 14:05:09 GMT+08:00 2023"]
    assert read(con, "filed_on", texts) == ([date(2023, 5, 3)] * 4, [])
    assert date_formats(texts)[1] == 1.0
    assert read(con, "filed_on", ["20230503140509"], formats=date_formats(["20230503140509"])[0])[0] == [
        date(2023, 5, 3)
    ]
    assert read(con, "filed_on", ["20231350140509", "1683093600000"])[1] == [
        (1, "unreadable_date"),
        (2, "unreadable_date"),
    ]


def test_formats_are_tried_in_order_and_iso_last(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["02/03/2020", "43024.0", "2020-03-04", " 2020/5/6 ", "２０２０-０３-０４", "20200304"]
    values, findings = read(con, "filed_on", texts, formats=("%d/%m/%Y", "excel", "%m/%d/%Y", "%Y/%m/%d"))
    assert values == [date(2020, 3, 2), date(2017, 10, 16), date(2020, 3, 4), date(2020, 5, 6), date(2020, 3, 4), None]
    assert findings == [(6, "unreadable_date")]


def test_months_are_days_only_where_the_mapping_says_so(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["2024年2月", "2024-02", "2024/2", "2024.02", "202402", "２０２４年２月", "2024-02-09"]
    first, last = date(2024, 2, 1), date(2024, 2, 29)
    values, findings = read(con, "filed_on", [*texts, "2024-13"], formats=("month",))
    assert values == [first] * 6 + [date(2024, 2, 9), None]
    assert findings == [(8, "unreadable_date")]
    values, _ = read(con, "filed_on", texts[:6], formats=("month_end",))
    assert values == [last] * 6


def test_years_are_days_only_where_the_mapping_says_so(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["2024", "2024年", "2024年度", "２０２４年", "2024-02-09", "24年", "20240"]
    values, findings = read(con, "filed_on", texts, formats=("year",))
    assert values == [date(2024, 1, 1)] * 4 + [date(2024, 2, 9), None, None]
    assert findings == [(6, "unreadable_date"), (7, "unreadable_date")]
    values, _ = read(con, "filed_on", texts[:4], formats=("year_end",))
    assert values == [date(2024, 12, 31)] * 4
    assert read(con, "filed_on", texts[:1]) == ([None], [(1, "unreadable_date")])


@many
@given(
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2089, 12, 31)),
    offset=st.integers(-12, 14),
    mark=st.sampled_from(["T", " "]),
    fraction=st.sampled_from(["", ".000", ".5", ".123456"]),
)
def test_a_time_with_a_zone_is_of_its_day_in_beijing(
    con: duckdb.DuckDBPyConnection, moment: datetime, offset: int, mark: str, fraction: str
) -> None:
    zones = [f"{offset:+03}:00", f"{offset:+03}00", f"{offset:+03}"] + (["Z"] if offset == 0 else [])
    texts = [f"{moment:%Y-%m-%d}{mark}{moment:%H:%M:%S}{fraction}{zone}" for zone in zones]
    day = (moment - timedelta(hours=offset) + timedelta(hours=8)).date()
    assert read(con, "filed_on", texts) == ([day] * len(texts), [])
    # A format that passes over the zone does not make another day of it.
    assert read(con, "filed_on", texts[:1], formats=("%Y-%m-%dT%H:%M:%S+00:00",)) == ([day], [])


@many
@given(moment=st.datetimes(datetime(2001, 9, 10), datetime(2089, 12, 31)))
def test_seconds_since_1970_are_of_their_day_in_beijing(con: duckdb.DuckDBPyConnection, moment: datetime) -> None:
    seconds = int((moment.replace(microsecond=0) - datetime(1970, 1, 1)).total_seconds())
    texts = [f"{seconds}", f"{seconds}.0", f"{seconds * 1000 + 999}"]
    day = (moment + timedelta(hours=8)).date()
    assert read(con, "filed_on", texts, formats=("unix",)) == ([day] * 3, [])


@many
@given(day=st.dates(date(1912, 1, 1), date(2110, 12, 31)))
def test_years_of_the_republic(con: duckdb.DuckDBPyConnection, day: date) -> None:
    year = day.year - 1911
    texts = [f"民国{year}年{day.month}月{day.day}日", f"民國{year}.{day.month}.{day.day}"]
    assert read(con, "filed_on", texts) == ([day] * 2, [])
    short_texts = [f"{year:02}/{day.month:02}/{day.day:02}", f"{year:02}年{day.month}月{day.day}日"]
    assert read(con, "filed_on", short_texts, formats=("minguo",)) == ([day] * 2, [])


def test_an_open_case_may_say_so_in_place_of_its_closing(con: duckdb.DuckDBPyConnection) -> None:
    assert read(con, "closed_on", ["未结", "尚未结案", "暂无"]) == ([None] * 3, [])


def test_what_a_format_is() -> None:
    assert is_date_format("%Y年%m月%d日")
    assert is_date_format("%d %B %Y")
    assert not is_date_format("%Y-%m")
    assert not is_date_format("%Q")
