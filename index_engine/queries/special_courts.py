"""Kinds of special courts, as special_courts.toml recognises them by their names."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _court_kinds() -> Mapping[str, Mapping[str, Any]]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def special_court_kinds() -> Mapping[str, Mapping[str, str]]:
    """Kinds of special courts by id, in order, with their names by language."""
    return {
        kind: {language: name for language, name in entry.items() if language != "words"}
        for kind, entry in _court_kinds().items()
    }


def kind_from_name(name: str, name_en: str | None) -> str:
    """Id of the kind of a special court, by the words in its names; 'other' where none is known."""
    text = f"{name} {name_en or ''}".casefold()
    return next(kind for kind, entry in _court_kinds().items() if any(word in text for word in entry["words"]))
