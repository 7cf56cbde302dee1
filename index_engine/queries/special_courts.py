"""Kinds of special courts: what court_kinds.toml says a name tells."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _court_kinds() -> Mapping[str, Mapping[str, Any]]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def kind_names() -> dict[str, dict[str, str]]:
    """Names of the kinds by id and language, in order."""
    return {
        kind: {language: name for language, name in entry.items() if language != "words"}
        for kind, entry in _court_kinds().items()
    }


def kind_from_name(name: str, name_en: str | None) -> str:
    """Id of the kind of a special court, told by its names; 'other' where they do not tell."""
    text = f"{name} {name_en or ''}".casefold()
    return next(
        kind
        for kind, entry in _court_kinds().items()
        if any(word in text for word in entry["words"])
    )
