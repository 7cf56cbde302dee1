"""Reading the profile of a place: its sections, its tables, its words."""

import re
from datetime import date
from html import unescape
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard.state.cache import CachedSnapshot
from dashboard.text import i18n
from index_engine import queries
from tests.dashboard.running import Open, text


def scored(sample: CachedSnapshot, level: str, period: str) -> SimpleNamespace:
    """The best unit of a level that has a score."""
    units = queries.scores(sample, level, period)
    return next(units[units["score"].notna()].itertuples(index=False))


def profile(open_page: Open, level: str, unit: str, **more: str) -> str:
    app = open_page("place", level=level, unit=unit, lang="en", **more)
    i18n.set_language("en")  # a page sets its own
    assert not app.exception, app.exception[0].message
    return text(app)


def part(shown: str, anchor: str) -> str:
    """The markup from the heading with an anchor to the next section."""
    _, found, rest = shown.partition(f'id="{anchor}"')
    assert found, f"no section {anchor}"
    return rest.partition('class="section"')[0]


def in_order(shown: str, *words: str) -> bool:
    """Whether the words stand in a text one after another, nothing but other words between."""
    at = 0
    for each in words:
        at = shown.find(each, at)
        if at < 0:
            return False
        at += len(each)
    return True


def row_of(markup: str, name: str) -> str:
    """The words of the one table row that starts with a name."""
    rows = [plain(row) for row in re.findall(r"<tr.*?</tr>", markup)]
    [found] = [row for row in rows if row.split("i  Numerator")[0].strip().startswith(name)]
    return found


def plain(markup: str) -> str:
    return re.sub(r"<(?!\d)[^>]+>", " ", markup)  # but '<10' is a count


def assert_same_rows(rows: list[dict[str, str]], expected: pd.DataFrame) -> None:
    """Rows of a CSV file hold the columns of a table, in its order."""
    assert len(rows) == len(expected)
    expected = queries.with_printed_counts(expected)
    for column in expected:
        for row, value in zip(rows, expected[column], strict=True):
            cell = row[column]
            if pd.isna(value):
                assert cell == "", (column, row)
            elif isinstance(value, str | date) or pd.api.types.is_bool(value):
                assert cell.removeprefix("'") == str(value), (column, row)
            else:
                assert float(cell) == pytest.approx(float(value)), (column, row)


def table_rows(markup: str, caption: str) -> list[dict[str, str]]:
    """The words of the table with a caption, a dict for each row by its headings; rows that are
    headings of groups are left out. Two columns of one heading are told by a number: 'Largest 2'."""
    tables = re.findall(r"<table.*?</table>", markup, re.S)
    [table] = [t for t in tables if f">{caption}</caption>" in t]
    head, body = table.split("</thead>")
    headings: list[str] = []
    for cell in re.findall(r"<th[ >].*?</th>", head, re.S):
        name = words(cell.partition("<details")[0])
        repeats = sum(heading.partition(" ·")[0] == name for heading in headings)
        headings.append(f"{name} {repeats + 1}" if repeats else name)
    rows = []
    for row in re.findall(r"<tr.*?</tr>", body, re.S):
        cells = re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.S)
        if len(cells) == len(headings):
            rows.append(dict(zip(headings, map(words, cells), strict=True)))
    return rows


def words(markup: str) -> str:
    """Markup without its tags, one space between words, and without the arrows of sorting."""
    return " ".join(unescape(plain(markup)).split()).rstrip(" ↓↑↕")
