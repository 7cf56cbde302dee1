"""The table block and the factories of its columns."""

from dataclasses import dataclass

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.text import i18n
from dashboard.ui.columns import (
    change_column,
    number_column,
    place_column,
    score_whisker_column,
    share_column,
    text_column,
    value_column,
)
from dashboard.ui.table import RowGroup, html_table
from tests.dashboard.running import text


@dataclass(frozen=True)
class PlaceRow:
    place_id: str
    name: str
    name_hant: str
    name_en: str
    score: float | None
    share: float | None
    n: float | None
    n_suppression: str = ""


FIRST = PlaceRow("320000", "江苏省", "江蘇省", "Jiangsu", 71.25, 0.123, 1234)
EMPTY = PlaceRow("330000", "浙江省", "浙江省", "Zhejiang", None, float("nan"), None)


@pytest.fixture(autouse=True)
def english(in_english: None) -> None:
    """All words here are English."""


@pytest.mark.parametrize(
    ("column", "filled", "empty"),
    [
        (number_column("n", lambda row: row.n), "1,234", "—"),
        (number_column("n", lambda row: row.n, reason=lambda row: "too few"), "1,234", "too few"),
        (share_column("s", lambda row: row.share), "12.3%", "—"),
        (change_column("d", lambda row: row.score), "+71.2", "—"),
        (change_column("d", lambda row: row.share, "share"), "+12.3 pp", "—"),
        (value_column("v", lambda row: row.share, "share"), "12.3%", "—"),
        (
            value_column(
                "v",
                lambda row: row.score,
                lambda row: "score",
                interval=lambda row: (70.0, 72.5),
                n="n",
                reason=lambda row: "no <data>",
            ),
            "71.2<small>70.0–72.5 · n = 1,234</small>",
            "—<small>no &lt;data&gt;</small>",
        ),
        (text_column("t", lambda row: row.name_en, lambda row: "<b>"), "<small>&lt;b&gt;", "<b>"),
    ],
)
def test_a_factory_writes_values_and_what_is_missing(column, filled, empty):
    first = str(column.cell(FIRST))
    assert filled in first or first == filled
    if column.heading != "t":
        assert str(column.cell(EMPTY)) == empty


def test_a_name_is_a_link_to_its_place(monkeypatch):
    monkeypatch.setattr("dashboard.state.address.get", lambda name: "")
    column = place_column("Name", "province", lambda row: f"{row.place_id}!")
    cell = str(column.cell(FIRST))
    assert "level=province&amp;unit=320000" in cell
    assert ">Jiangsu</a><small>320000!</small>" in cell
    i18n.set_language("zh")
    assert "江苏省" in str(column.cell(FIRST))


def test_a_whisker_stands_only_where_there_is_a_score():
    column = score_whisker_column(lambda row: row.score, lambda row: (70.0, 72.5), 50.0, reason=lambda row: "too few")
    cell = str(column.cell(FIRST))
    assert "--x:71.25" in cell
    assert "--x:70.00;--w:2.50" in cell  # the interval
    assert "--x:50.00" in cell  # the nation
    assert column.cell(EMPTY) == "too few"


def test_rows_and_groups_become_a_table():
    columns = [text_column("Name", lambda row: row.name_en), number_column("n", lambda row: row.n, sort="n")]
    rows = [RowGroup("A & B"), FIRST, EMPTY]
    markup = str(html_table(columns[:1], rows, caption="Places", row_class=lambda row: row.place_id))
    assert '<tr class="head"><th colspan="1" scope="colgroup"><span>A &amp; B</span>' in markup
    assert '<tr class="320000"><th class="text" scope="row">Jiangsu</th></tr>' in markup


def _page() -> None:
    """Three blocks: with more rows than are drawn, empty with a sentence, and empty without."""
    from dashboard.ui.columns import text_column
    from dashboard.ui.html import tag
    from dashboard.ui.table import TableSpec, table_block

    columns = [text_column("Letter", lambda row: row)]
    table_block(
        None,
        TableSpec(
            key="letters",
            title="Letters",
            explanation="All of them.",
            anchor="letters",
            columns=columns,
            introduction=["Before"],
            notes=[None, "After <it>", tag("p", "Markup")],
            max_rows=2,
        ),
        iter("abc"),
    )
    table_block(None, TableSpec(key="none", title="Empty", heading="chart", columns=columns, empty_text="No row."), [])
    table_block(None, TableSpec(key="nothing", title="Not drawn", columns=columns), [])


def test_a_block_draws_what_belongs_to_a_table():
    app = AppTest.from_function(_page).run()
    assert not app.exception
    pieces = [block.value for block in app.html]
    assert 'id="letters"' in pieces[0]
    assert "All of them." in pieces[0]
    assert pieces[1] == '<p class="said">Before</p>'
    assert ">b</th>" in pieces[2]
    assert ">c</th>" not in pieces[2]
    assert "2" in pieces[3] and "3" in pieces[3]
    assert pieces[4] == '<p class="said">After &lt;it&gt;</p>'
    assert pieces[5] == "<p>Markup</p>"
    assert ">Empty</h3>" in pieces[6]
    assert pieces[7] == '<p class="quiet">No row.</p>'
    assert len(pieces) == 8


def test_a_block_of_data_has_source_and_download(open_page):
    """The places most like one, as the page of a place draws them."""
    app = open_page("place", level="province", unit="320000", lang="en")
    assert not app.exception
    markup = text(app)
    section = markup[markup.index('id="alike"') :]
    assert "Compare with these" in section
    source = section[: section.index("Compare with these") + 2000]
    assert "Distance: 0 means the same case mix and caseload" in source
    assert "download-alike" in [button.key for button in app.get("download_button")]


def test_the_first_rows_are_those_of_the_frame():
    frame = pd.DataFrame({"place_id": ["1", "2"], "n": [1, 2]})
    columns = [number_column("n", lambda row: row.n)]
    markup = str(html_table(columns, frame.itertuples(index=False), caption="c"))
    assert markup.index(">1<") < markup.index(">2<")
