"""Small pieces: markup that cannot be broken out of, numbers as written, colours, kept answers."""

import math
import re
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.overview.map_layers import ordinal_classes
from dashboard.state.cache import CachedSnapshot
from dashboard.state.static_files import ASSETS
from dashboard.text import formats, i18n
from dashboard.ui import cells, components, table, theme
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column, RowGroup
from index_engine import queries
from index_engine.queries import Snapshot
from tests.dashboard.running import ROOT


@pytest.fixture(autouse=True)
def english():
    i18n.set_language("en")
    yield
    i18n.set_language("zh")


@given(st.text(), st.text())
def test_text_never_becomes_markup(content: str, attribute: str) -> None:
    class Reader(HTMLParser):
        tags: list[tuple[str, dict[str, str | None]]]

        def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append((name, dict(attrs)))

    reader = Reader()
    reader.tags = []
    reader.feed(tag("p", content, title=attribute))
    reader.close()
    assert [name for name, _ in reader.tags] == ["p"]
    assert set(reader.tags[0][1]) == {"title"}


def test_attributes_and_nested_markup() -> None:
    made = tag("a", tag("b", "1<2"), None, href="?a=1&b=2", data_in=True, title=None, hidden=False)
    assert made == '<a href="?a=1&amp;b=2" data-in><b>1&lt;2</b></a>'
    assert isinstance(made, Html)


def test_missing_cases_are_not_blamed_on_the_dimension_without_points() -> None:
    names = ("cycle", "closure", "auction")
    dimensions = [SimpleNamespace(id=name, name={"en": name}) for name in names]
    data: Any = SimpleNamespace(method=SimpleNamespace(dimensions=dimensions))
    points = {"cycle": 40.0, "closure": 50.0, "auction": math.nan}
    few = SimpleNamespace(status="too_few", **points)
    missing = SimpleNamespace(status="low_coverage", **points)
    assert components.no_score_reason(data, few) == "too few cases: auction"
    assert components.no_score_reason(data, missing) == "too many numbered cases missing"


def test_numbers_dates_and_intervals() -> None:
    assert formats.number(1234567) == "1,234,567"
    assert formats.number(-1234.5, 1) == "−1,234.5"
    assert formats.number(-0.04, 1) == "0.0"
    assert formats.change(1.26) == "+1.3"
    assert formats.change(-1.26) == "−1.3"
    assert formats.change(-0.04) == "0.0"  # what rounds to nothing has no sign
    assert formats.percent(0.4123) == "41.2%"
    assert formats.value(24.06, "months") == "24.1 months"
    assert formats.interval(0.401, 0.422, "share") == "40.1–42.2%"
    assert formats.yuan(264_815_447) == "264.8M yuan"
    assert formats.yuan(-39_923_377) == "−39.9M yuan"
    assert formats.yuan(None) == formats.NO_VALUE
    assert formats.period("2025Q4") == "Q4 2025"
    for nothing in (None, math.nan, pd.NA, pd.NaT):
        assert formats.number(nothing) == formats.NO_VALUE
        assert formats.value(nothing, "share") == formats.NO_VALUE
    i18n.set_language("zh")
    assert formats.period("2025Q4") == "2025年第4季度"
    assert formats.value(24.06, "months") == "24.1 个月"


def test_an_unknown_unit_is_an_error() -> None:
    with pytest.raises(ValueError, match="furlong"):
        formats.value(1, "furlong")


@given(st.floats(0, 100))
def test_every_score_has_a_class_and_the_scale_agrees(score: float) -> None:
    number = theme.score_class(score)
    edges = (0, *theme.SCORE_BREAKS, 100)
    assert edges[number] <= score
    assert score < edges[number + 1] or score == 100 == edges[number + 1]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_lightness_moves_evenly_so_that_classes_stay_apart_in_grey() -> None:
    for palette, sign in ((theme.LIGHT, 1), (theme.DARK, -1)):
        steps = [116 * luminance(c) ** (1 / 3) - 16 for c in palette.score_colours]
        falls = [sign * (a - b) for a, b in pairwise(steps)]
        assert min(falls) > 8, (palette.name, falls)


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=lambda palette: palette.name)
def test_words_can_be_read_on_their_ground(palette: theme.Palette) -> None:
    for words in (palette.ink, palette.muted, palette.accent, palette.bad, palette.warn_ink):
        for ground in (palette.ground, palette.wash):
            assert contrast(words, ground) >= 4.5, (words, ground)
    assert contrast(palette.warn_ink, palette.warn) >= 4.5
    for ground in (*palette.score_colours, *palette.outcome_colours.values()):
        assert contrast(theme.text_colour(ground), ground) >= 4.5, ground


def test_a_look_is_of_one_run_and_names_its_variables() -> None:
    assert theme.set_palette("dark") is theme.DARK and theme.current_palette() is theme.DARK
    chart = go.Figure(layout=theme.layout(height=100))
    assert chart.layout.template.layout.xaxis.gridcolor == theme.DARK.line
    assert chart.layout.template.layout.font.color == theme.DARK.ink
    assert theme.set_palette("purple") is theme.LIGHT
    sheet = theme.css_variables()
    assert f":root {{ color-scheme: light; --ground: {theme.LIGHT.ground};" in sheet
    assert f":root[data-look=dark] {{ color-scheme: dark; --ground: {theme.DARK.ground};" in sheet


def test_widgets_have_the_colours_of_the_palettes() -> None:
    """Streamlit reads its own file of settings, before there is a page."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    for palette in (theme.LIGHT, theme.DARK):
        assert settings["theme"][palette.name] == {
            "primaryColor": palette.accent,
            "backgroundColor": palette.ground,
            "secondaryBackgroundColor": palette.wash,
            "textColor": palette.ink,
            "linkColor": palette.accent,
            "borderColor": palette.line,
        }
    assert settings["theme"]["font"] == settings["theme"]["headingFont"] == theme.FONT


@pytest.mark.parametrize("breaks", [(50,), (20, 40, 60, 80), tuple(range(10, 100, 10))])
def test_another_number_of_classes_is_a_matter_of_one_line(
    monkeypatch: pytest.MonkeyPatch, breaks: tuple[int, ...]
) -> None:
    monkeypatch.setattr(theme, "SCORE_BREAKS", breaks)
    classes = ordinal_classes()
    assert len({entry.colour for entry in classes}) == len(breaks) + 1
    for score in (0.0, 49.9, 50.0, 100.0):
        assert theme.score_colour(score) == classes[theme.score_class(score)].colour


def test_style_sheets_use_no_colour_that_has_no_name() -> None:
    names = set(re.findall(r"--([\w-]+):", theme.css_variables()))
    of_markup = {"x", "w", "h", "drop", "browse", "aspect"}  # lengths and words that elements bring themselves
    sheets = sorted(ASSETS.folder.glob("*.css"))
    assert sheets
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", text), sheet.name
        assert set(re.findall(r"var\(--([\w-]+)\)", text)) <= names | of_markup, sheet.name


def test_table_marks_rows_groups_and_order() -> None:
    columns = [
        Column("Name", lambda row: row.name, sort="name"),
        Column("Score", lambda row: row.score, kind="number", sort="score"),
    ]
    rows = list(pd.DataFrame({"name": ["<b>", "b"], "score": [1, 2]}).itertuples(index=False))
    made = table.html_table(columns, [RowGroup("G"), *rows], caption="c", sort_order="-score")
    assert '<th colspan="2" scope="colgroup"><span>G</span></th>' in made
    assert "&lt;b&gt;" in made and "<b>" not in made
    assert 'aria-sort="descending"' in made
    assert 'href="?sort=score"' in made  # a second click turns the order
    assert 'href="?sort=name"' in made  # names start from A


def test_whisker_draws_nothing_for_no_score() -> None:
    assert "<i" not in cells.whisker(None, None, None, 50)
    assert "--x:40.00;--w:20.00" in cells.whisker(50, 40, 60)


@pytest.fixture
def computed() -> list[str]:
    """Levels that `levels` was computed for, in order."""
    return []


@pytest.fixture
def levels(computed: list[str]) -> Callable[..., pd.DataFrame]:
    """A question that takes down how often it is computed."""

    @queries.question
    def levels(snapshot: Snapshot, level: str, period: str = "") -> pd.DataFrame:
        computed.append(level)
        return pd.DataFrame({"level": [level]})

    return levels


def test_a_question_is_asked_once_and_its_answer_cannot_be_spoiled(
    warehouse: Path, levels: Callable[..., pd.DataFrame], computed: list[str]
) -> None:
    with CachedSnapshot(warehouse) as snapshot:
        first = levels(snapshot, "city", period="2025Q4")
        first["level"] = "spoiled"
        first.loc[0, "level"] = "spoiled"
        assert levels(snapshot, "city", "2025Q4")["level"].tolist() == ["city"]
        assert computed == ["city"]
        levels(snapshot, "court", period="2025Q4")
        assert computed == ["city", "court"]
        levels(snapshot.with_method("official-1"), "court", "2025Q4")  # its answers are its own
        assert computed == ["city", "court", "court"]
    with Snapshot(warehouse) as snapshot:  # keeps nothing
        assert levels(snapshot, "city").equals(levels(snapshot, "city"))
        assert computed[3:] == ["city", "city"]


def test_the_least_used_answers_go_first(
    warehouse: Path, levels: Callable[..., pd.DataFrame], computed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.state.cache.CACHE_SIZE", 2)
    with CachedSnapshot(warehouse) as snapshot:
        for level in ("a", "b", "a", "c", "a", "b"):
            levels(snapshot, level)
    assert computed == ["a", "b", "c", "b"]


def test_a_chart_says_of_how_many_rounds_the_listed_day_was_inferred(monkeypatch: pytest.MonkeyPatch) -> None:
    def sources(inferred: int) -> pd.DataFrame:
        return pd.DataFrame({"kind": ["cases", "auctions"], "rows": [900, 1200], "rejected": [0, 100],
                             "inferred": [0, inferred]})  # fmt: skip

    for inferred, text in ((1000, "Listed day inferred for 1,000 of 1,100 auction rounds"), (0, "")):
        monkeypatch.setattr(queries, "sources", lambda _, n=inferred: sources(n))
        assert components._inferred_listings_text(SimpleNamespace()) == text
