"""What the columns of files to take away mean, by columns.toml and the names of the method."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dashboard.text.i18n import localise
from index_engine.method import Dimension, Method, Statistic


@dataclass(frozen=True)
class ColumnMeaning:
    """A column in words; `unit` is empty for text, and for values whose unit is that of their indicator."""

    text: str
    unit: str = ""


@cache
def read_columns() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def column_meaning(name: str, method: Method) -> ColumnMeaning:
    """The meaning of a column by its name. Raises KeyError for one that nothing describes."""
    words = read_columns()
    if name in words["columns"]:
        entry = words["columns"][name]
        unit = entry.get("unit", "")
        return ColumnMeaning(localise(entry), localise(words["units"][unit]) if unit else "")
    items: list[Dimension | Statistic] = [*method.dimensions, *method.indicators, *method.statistics]
    for item in items:
        if name == item.id:
            return ColumnMeaning(localise(item.name))
    for affixes, stem_of in ((words["suffixes"], name.removesuffix), (words["prefixes"], name.removeprefix)):
        for affix, template in affixes.items():
            stem = stem_of(affix)
            if stem != name:
                return ColumnMeaning(localise(template).format(stem=column_meaning(stem, method).text))
    raise KeyError(name)
