"""Links, markup, mathematics and Markdown in names of places, courts and files are text on every page."""

import json
import re
import shutil
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.shell.pages import PAGES
from dashboard.ui.charts.figure import build_figure
from dashboard.ui.html import Html, join_lines, markdown_literal, tag
from tests.dashboard.running import run_page

PLANTED = (
    '<a href="https://elsewhere.example">gold</a>',
    "<b>bold</b>",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "$x^2$",
    "[gold](https://elsewhere.example)",
    "**bold**",
    "&lt;i&gt;",
)
# What stands in these as markup, where Plotly reads it.
MARKUP = re.compile(r"<(?:a [^>]*elsewhere|b>bold|img|script)")
# All keys of a figure under which Plotly reads markup.
READ_AS_MARKUP = {"text", "hovertext", "ticktext", "name", "title", "hovertemplate", "texttemplate", "customdata"}


@pytest.fixture(scope="module")
def planted_warehouse(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with something planted in every name of a place, a court and a file."""
    path = Path(shutil.copy(warehouse, tmp_path_factory.mktemp("names") / "sample.duckdb"))
    texts = "[" + ", ".join(f"'{text}'" for text in PLANTED) + "]"
    with duckdb.connect(str(path)) as con:
        for table, columns in (
            ("regions", ("name", "name_hant", "name_en")),
            ("courts", ("name", "name_en")),
            ("sources", ("name",)),
        ):
            for column in columns:
                con.execute(
                    f"UPDATE {table} SET {column} ="
                    f" {texts}[1 + CAST(hash({column}) % {len(PLANTED)} AS INTEGER)] || coalesce({column}, '')"
                )
    return path


@pytest.fixture(autouse=True)
def shown(planted_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("JECI_WAREHOUSE", str(planted_warehouse))
    yield


def addresses() -> list[tuple[str, dict[str, str]]]:
    pages = [(page.path or "overview", {}) for page in PAGES]
    return [
        *pages,
        ("overview", {"level": "city"}),
        ("rankings", {"view": "caterpillar"}),
        ("rankings", {"level": "city", "view": "caterpillar"}),
        ("place", {"level": "province", "unit": "320000"}),
        ("place", {"level": "city", "unit": "320500"}),
        ("compare", {"units": "province:320000,province:330000"}),
        ("policy", {"level": "province", "unit": "320000"}),
    ]


def markup_texts(part: Any, key: str = "") -> Iterator[str]:
    """Every text of a figure that Plotly reads as markup."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from markup_texts(value, name)
    elif isinstance(part, list):
        for item in part:
            yield from markup_texts(item, key)
    elif isinstance(part, str) and key in READ_AS_MARKUP:
        yield part


class Elements(HTMLParser):
    """The elements of markup as a browser reads it, and those that were planted."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.planted: list[str] = []
        self._open = ""
        self.feed(markup)

    def handle_starttag(self, element: str, attributes: list[tuple[str, str | None]]) -> None:
        self._open = element
        values = dict(attributes)
        is_link = element == "a" and "elsewhere" in (values.get("href") or "")
        if is_link or (element == "img" and values.get("src") == "x") or any(name.startswith("on") for name in values):
            self.planted.append(str(self.get_starttag_text()))

    def handle_endtag(self, element: str) -> None:
        self._open = ""

    def handle_data(self, text: str) -> None:
        if (self._open == "b" and text == "bold") or (self._open == "script" and "alert" in text):
            self.planted.append(text)


def labels(app: AppTest) -> list[str]:
    """What Streamlit reads as Markdown."""
    controls = [*app.selectbox, *app.checkbox, *app.text_input, *app.slider, *app.expander, *app.button, *app.radio]
    return [control.label for control in controls] + [block.value for block in (*app.markdown, *app.caption)]


@pytest.mark.parametrize(("page", "parameters"), addresses(), ids=str)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_every_page(page: str, parameters: dict[str, str], language: str) -> None:
    app = run_page(page, lang=language, **parameters)
    assert not app.exception
    markup = "\n".join(block.value for block in app.html)
    assert Elements(markup).planted == []
    for chart in app.get("plotly_chart"):
        found = [text for text in markup_texts(json.loads(chart.proto.spec)) if MARKUP.search(text)]
        assert found == []
    assert [label for label in labels(app) if any(text in label for text in PLANTED)] == []


def test_markup_that_is_planted_is_found() -> None:
    found = Elements("".join(f"<p>{text}</p>" for text in PLANTED)).planted
    assert found == ['<a href="https://elsewhere.example">', "bold", "<img src=x onerror=alert(1)>", "alert(1)"]


def test_what_is_planted_reaches_charts() -> None:
    """As text: else the test above would find nothing wrong with charts of no names."""
    app = run_page("rankings", lang="en", view="caterpillar")
    charts = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    texts = "\n".join(text for chart in charts for text in markup_texts(chart))
    assert "&lt;a href=" in texts
    assert sum(escape(text, quote=False) in texts for text in PLANTED) > len(PLANTED) / 2


def test_texts_of_a_figure_are_escaped_and_markup_of_ours_is_not() -> None:
    name = "<b>\"A\" & 'B'</b>"
    escaped = "&lt;b&gt;\"A\" &amp; 'B'&lt;/b&gt;"
    trace = {"type": "scatter", "x": [1], "y": [1], "name": name, "text": [join_lines(tag("b", name), name)]}
    plain = trace | {"customdata": [name], "hovertemplate": "%{text}<extra></extra>"}
    told = trace | {"customdata": [name], "hovertemplate": "%{customdata}<extra></extra>"}
    axis = {"tickvals": [1], "ticktext": (name,), "title": {"text": name}}
    figure = build_figure([plain, told], {"xaxis": axis, "annotations": [{"text": name, "x": 1, "y": 1}]})
    spec = json.loads(figure.to_json())
    assert [data["name"] for data in spec["data"]] == [escaped] * 2
    assert spec["data"][0]["text"] == [f"<b>{escaped}</b><br>{escaped}".replace("'", "&#x27;")]
    assert [data["customdata"] for data in spec["data"]] == [[name], [escaped]]  # an id, a text
    assert spec["data"][0]["hovertemplate"] == "%{text}<extra></extra>"
    assert spec["layout"]["xaxis"] == {"tickvals": [1], "ticktext": [escaped], "title": {"text": escaped}}
    assert [note["text"] for note in spec["layout"]["annotations"]] == [escaped]


def test_every_figure_is_built_in_one_place() -> None:
    root = Path(__file__).parents[2] / "dashboard"
    builders = [path.name for path in root.rglob("*.py") if "go.Figure(" in path.read_text(encoding="utf-8")]
    assert builders == ["figure.py"]
    assert isinstance(build_figure([], {}), go.Figure)


@pytest.mark.parametrize("text", [*PLANTED, ":red[x]", ":material/home:", "www.elsewhere.example", "a@b.example"])
def test_labels_have_no_sign_that_markdown_reads(text: str) -> None:
    literal = markdown_literal(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>$:!~.@&]", literal)
    assert re.sub(r"\\(.)", r"\1", literal) == text
    assert not isinstance(literal, Html)
