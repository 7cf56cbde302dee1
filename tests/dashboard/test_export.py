"""A file that leaves the house says what it is, and cannot run anything in a spreadsheet."""

import csv
import io
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import export
from dashboard.data import Answers, View
from index_engine import spreadsheets

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


@given(st.text())
def test_no_text_cell_starts_a_formula(cell: str) -> None:
    safe = spreadsheets.disarm(cell)
    assert not str(safe).startswith(DANGEROUS)
    assert str(safe).removeprefix("'") == cell.removeprefix("'")  # and nothing is lost


@given(st.sampled_from(DANGEROUS), st.text())
def test_a_formula_is_kept_readable_behind_an_apostrophe(start: str, rest: str) -> None:
    assert spreadsheets.disarm(start + rest) == "'" + start + rest


@pytest.fixture(scope="module")
def view(sample: Answers) -> View:
    return View(sample, sample.periods()[-1], sample.nation)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_row_says_period_method_version_and_synthetic(view: View) -> None:
    rows = rows_of(export.csv(view.scores("province"), view))
    assert len(rows) == len(view.scores("province"))
    for row in rows:
        assert row["period"] == view.period
        assert row["method"].endswith(view.data.method.version)
        assert row["data_version"] == view.data.version
        assert "SYNTHETIC" in row["data_kind"] and "模拟数据" in row["data_kind"]
    assert "synthetic" in export.file_name("x", view)


def test_observed_data_do_not_carry_the_synthetic_mark(view: View) -> None:
    data = SimpleNamespace(
        synthetic=False,
        version="abc",
        method=view.data.method,
        main=view.data.main,
        period_dates=view.data.period_dates,
    )
    observed = View(data, view.period, view.place)
    [row] = rows_of(export.csv(pd.DataFrame({"a": [1]}), observed))
    assert row["data_kind"] == "observed"
    assert "synthetic" not in export.file_name("x", observed)


def test_names_are_disarmed_and_numbers_are_not(view: View) -> None:
    table = pd.DataFrame(
        {"name": ["=1+1", "青川", None], "@head": ["a", "b", "c"], "x": [-1, 2, 3]}
    )
    rows = rows_of(export.csv(table, view))
    assert [row["name"] for row in rows] == ["'=1+1", "青川", ""]
    assert [row["x"] for row in rows] == ["-1", "2", "3"]
    assert "'@head" in rows[0]


def test_excel_reads_it_as_utf8(view: View) -> None:
    assert export.csv(pd.DataFrame({"a": ["青川"]}), view).startswith(b"\xef\xbb\xbf")
