"""The terms of the data contract by their names: kinds of files, fields, codes and rules.

The names stand in terms.toml; a term that is not there goes by its id.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from dashboard.text.i18n import SIMPLIFIED_CHINESE, _, localise
from index_engine.importing import api
from index_engine.importing.api import FILE_KINDS

WHOLE_ROW = "(line)"


@cache
def read_terms() -> dict[str, Any]:
    """Kinds, fields and rules, each with its wording by language."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def file_kinds() -> list[str]:
    """All kinds of files that a warehouse takes in, those that people bring in most first."""
    return [kind for kind in read_terms()["kinds"] if kind in FILE_KINDS]


def file_kind_name(name: str) -> str:
    """A kind of file."""
    return _name_or_id(read_terms()["kinds"], name)


def design_name(name: str) -> str:
    """Which cases of its courts a file holds."""
    return _name_or_id(read_terms()["designs"], name)


def field_name(kind: str, name: str) -> str:
    """A field of a kind of file; "(line)" stands for none of them but the row."""
    if name == WHOLE_ROW:
        return _("the whole row")
    return _name_or_id(read_terms()["fields"].get(kind, {}), name)


def rule_text(name: str) -> str:
    """What a row fails."""
    return _name_or_id(read_terms()["rules"], name)


def code_name(field: api.Field, value: str) -> str:
    """A code that a field may hold."""
    usual = api.word_by_code(field).get(value)
    return localise({"en": value.replace("_", " ")} | ({SIMPLIFIED_CHINESE: usual} if usual else {}))


def _name_or_id(names: dict[str, dict[str, str]], name: str) -> str:
    return localise(names[name]) if name in names else name


def assumption_name(assumption: str) -> str:
    """A group of assumptions of the method that the sensitivity analysis varies."""
    return {
        "dimension_weights": _("weights of dimensions"),
        "indicator_weights": _("weights of indicators"),
        "aggregation": _("geometric or arithmetic mean"),
        "goalposts": _("goalposts"),
        "left_out": _("an indicator left out"),
        "shrinkage": _("shrinkage or none"),
    }.get(assumption, assumption)
