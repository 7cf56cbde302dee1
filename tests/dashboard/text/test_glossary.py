"""The glossary and the screen use the same words."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from dashboard.text import i18n
from tests.dashboard.running import ROOT
from tests.dashboard.text.test_catalogues import catalogue

ROW = re.compile(r"\| (?P<term>[^|]+) \| (?P<words>[^|]+) \| (?P<forbidden>[^|]*)\| [^|]+ \|")


def glossary() -> list[tuple[str, list[str], list[str]]]:
    """Terms, the Chinese words that stand on the screen, and those that never do."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [row for row in ROW.finditer(text) if row["term"] != "term" and not row["term"].startswith("---")]
    return [
        (
            row["term"],
            [word for word in re.split("[、（）]", row["words"]) if word and not word.startswith("*")],
            [word for word in row["forbidden"].strip().split("、") if word],
        )
        for row in rows
    ]


def strings(value: Any) -> Iterator[str]:
    """All text in a TOML document but that of its comments."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


@cache
def screen() -> str:
    """All that pages say in Simplified Chinese: the catalogue, and the words of methods, rules and errors."""
    texts = []
    for message in catalogue("zh_Hans"):
        if message.id:
            texts += [message.string] if isinstance(message.string, str) else list(message.string)
    for folder in ("dashboard", "index_engine/methods", "index_engine/method", "index_engine/messages"):
        for path in sorted((ROOT / folder).rglob("*.toml")):
            texts += strings(tomllib.loads(path.read_text(encoding="utf-8")))
    return "\n".join(texts)


def test_the_glossary_is_read_whole() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = [term for term, _words, _forbidden in glossary()]
    headings = text.count("| term |")
    assert len(terms) == sum(line.startswith("| ") for line in text.splitlines()) - headings > 60
    assert len(set(terms)) == len(terms)


@pytest.mark.parametrize(
    "term, words, forbidden", glossary(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_term_has_its_word_on_the_screen_and_no_other(term: str, words: list[str], forbidden: list[str]) -> None:
    assert [word for word in words if word not in screen()] == []
    traditional = i18n.to_traditional(screen())
    for word in forbidden:
        assert word not in screen(), f"{term}: {word}"
        assert i18n.to_traditional(word) not in traditional, f"{term}: {word}"
