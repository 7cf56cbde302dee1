"""A page that shows something else than its address asks for says so."""

from html import unescape

import pytest

from dashboard.state.cache import CachedSnapshot
from dashboard.text import formats
from tests.dashboard.running import Open, text

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.mark.parametrize(
    ("parameter", "words"),
    [("period", "the quarter"), ("data", "the data set"), ("method", "the method"), ("level", "the level")],
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
    assert f"which is not there: {instead.get(parameter, 'warehouse')}" in sentence


def test_an_address_of_what_there_is_says_nothing(open_page: Open, sample: CachedSnapshot) -> None:
    first = sample.periods()[0]
    shown = text(open_page("rankings", lang="en", period=first, level="city", method=sample.method.id))
    assert "The address asks for" not in shown
