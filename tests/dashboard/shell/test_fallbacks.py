"""A page that shows something else than its address asks for says so."""

import re
from html import unescape
from urllib.parse import parse_qs

import pytest

from dashboard.state.cache import CachedSnapshot
from dashboard.text import formats
from tests.dashboard.running import Open, text
from tests.dashboard.test_pages import clean

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ("period", "the quarter"),
        ("data", "the data set"),
        ("method", "the method"),
        ("level", "the level"),
        ("version", "the version"),
    ],
)
@pytest.mark.parametrize("page", ["overview", "rankings"])
def test_what_is_not_there_is_said_and_what_is_shown(
    open_page: Open, sample: CachedSnapshot, period: str, page: str, parameter: str, words: str
) -> None:
    app = open_page(page, lang="en", **{parameter: "<b>1999Q9" + "x" * 60})
    [markup] = [block.value for block in app.html if "The address asks for " in block.value]
    assert "<b>" not in markup and "x" * 41 not in markup
    sentence = unescape(markup).partition("The address asks for ")[2]
    assert sentence.startswith(f"{words} “<b>1999Q9xxx")
    instead = {"period": formats.period(period), "method": sample.method.name["en"], "level": "the usual level"}
    instead["version"] = f"{sample.version[:12]}-{sample.method.version}"
    assert f"which is not there: {instead.get(parameter, 'warehouse')}" in sentence


def test_a_citation_names_data_and_method_and_its_address_checks_them(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    markup = clean(open_page("rankings", lang="en", level="city"))
    note = markup.split('<details class="cite')[1].split("</details>")[0]
    said = unescape(note)
    for fact in (formats.period(period), sample.version[:12], sample.method.version, "Synthetic data", "@misc{"):
        assert fact in said
    [query] = set(re.findall(r'href="\?([^"]*)"', said))
    assert f"version={sample.version[:12]}-{sample.method.version}" in query and f"period={period}" in query
    parameters = {name: values[0] for name, values in parse_qs(query).items()}
    assert "The address asks for" not in text(open_page("rankings", **parameters))


def test_an_address_of_what_there_is_says_nothing(open_page: Open, sample: CachedSnapshot) -> None:
    first = sample.periods()[0]
    shown = text(open_page("rankings", lang="en", period=first, level="city", method=sample.method.id))
    assert "The address asks for" not in shown
