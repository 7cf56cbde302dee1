"""A file that leaves the house says what it is, and cannot run anything in a spreadsheet."""

import csv
import io
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.state.cache import CachedSnapshot, View
from dashboard.ui import export
from index_engine import formula_escaping

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


@given(st.text())
def test_no_text_cell_starts_a_formula(cell: str) -> None:
    safe = formula_escaping.escape_cell(cell)
    assert not str(safe).startswith(DANGEROUS)
    assert str(safe).removeprefix("'") == cell.removeprefix("'")  # and nothing is lost


@given(st.sampled_from(DANGEROUS), st.text())
def test_a_formula_is_kept_readable_behind_an_apostrophe(start: str, rest: str) -> None:
    assert formula_escaping.escape_cell(start + rest) == "'" + start + rest


@pytest.fixture(scope="module")
def view(sample: CachedSnapshot) -> View:
    return View(sample, sample.periods()[-1], sample.nation)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_row_says_period_method_version_and_synthetic(view: View) -> None:
    rows = rows_of(export.csv_bytes(view.scores("province"), view))
    assert len(rows) == len(view.scores("province"))
    for row in rows:
        assert row["period"] == view.period
        assert row["method"].endswith(view.snapshot.method.version)
        assert row["data_version"] == view.snapshot.version
        assert "SYNTHETIC" in row["data_kind"] and "模拟数据" in row["data_kind"]
    assert "synthetic" in export.csv_file_name("x", view)


def test_every_column_holds_what_it_is_named_for(view: View) -> None:
    table = view.scores("city")
    rows = rows_of(export.csv_bytes(table, view))
    first, last = view.snapshot.period_dates(view.period)
    assert first < last
    added = {
        "period": view.period,
        "period_from": first.isoformat(),
        "period_to": last.isoformat(),
        "method": f"{view.snapshot.method.id} {view.snapshot.method.version}",
        "data_version": view.snapshot.version,
        "data_kind": export.SYNTHETIC,
    }
    assert list(rows[0]) == [*table.columns, *added]
    for row, (_index, place) in zip(rows, table.iterrows(), strict=True):
        assert {name: row[name] for name in added} == added
        for name in ("place_id", "name", "name_en", "parent", "status"):
            assert row[name] == ("" if pd.isna(place[name]) else place[name]), name
        for name in ("score", "low", "high", "low90", "high90", "n", "rank", "adjusted", "shrunk"):
            assert row[name] == "" if pd.isna(place[name]) else float(row[name]) == place[name], name


def test_a_row_keeps_the_period_the_place_and_the_kind_of_data_that_it_is_of(view: View) -> None:
    first_period = view.snapshot.periods()[0]
    table = pd.DataFrame({"period": [first_period, view.period], "data_kind": ["published", "observed"]})
    province = view.snapshot.provinces()[0]
    rows = rows_of(export.csv_bytes(table, View(view.snapshot, view.period, province)))
    for row, period in zip(rows, (first_period, view.period), strict=True):
        first, last = view.snapshot.period_dates(period)
        assert (row["period"], row["period_from"], row["period_to"]) == (period, str(first), str(last))
        assert (row["place_level"], row["place_id"]) == ("province", province.place_id)
    assert [row["data_kind"] for row in rows] == ["published", "observed"]
    assert province.place_id in export.csv_file_name("history", View(view.snapshot, view.period, province))
    own = rows_of(export.csv_bytes(pd.DataFrame({"place_id": ["x"]}), view))
    assert own[0]["place_id"] == "x" and "place_level" not in own[0]


def test_observed_data_do_not_carry_the_synthetic_mark(view: View) -> None:
    data = SimpleNamespace(
        synthetic=False,
        version="abc",
        method=view.snapshot.method,
        main=view.snapshot.main,
        period_dates=view.snapshot.period_dates,
    )
    observed = View(data, view.period, view.place)
    [row] = rows_of(export.csv_bytes(pd.DataFrame({"a": [1]}), observed))
    assert row["data_kind"] == "observed"
    assert "synthetic" not in export.csv_file_name("x", observed)


def test_names_are_disarmed_and_numbers_are_not(view: View) -> None:
    table = pd.DataFrame({"name": ["=1+1", "青川", None], "@head": ["a", "b", "c"], "x": [-1, 2, 3]})
    rows = rows_of(export.csv_bytes(table, view))
    assert [row["name"] for row in rows] == ["'=1+1", "青川", ""]
    assert [row["x"] for row in rows] == ["-1", "2", "3"]
    assert "'@head" in rows[0]


def test_excel_reads_it_as_utf8(view: View) -> None:
    assert export.csv_bytes(pd.DataFrame({"a": ["青川"]}), view).startswith(b"\xef\xbb\xbf")
