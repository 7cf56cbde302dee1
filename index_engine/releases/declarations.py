"""The tables of a release as they are declared in tables.toml: what reads, describes and checks them follows it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from index_engine.method import Method, Names

FOLDER = Path(__file__).parent
DATA_KIND = "data_kind"  # the last column of every table: synthetic rows say so wherever they are copied to
ARROW_TYPES = {
    "string": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


@dataclass(frozen=True)
class Column:
    """A column of a table. `meaning` by language; `empty`: why a cell may be empty, none where it never is; `codes`:
    what its values are listed under, '' where they are not."""

    name: str
    type: str
    meaning: Names
    unit: str
    codes: str
    empty: Names | None


@dataclass(frozen=True)
class Table:
    """A table of a release; the columns of `key` name a row."""

    name: str
    title: Names
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(column.name, ARROW_TYPES[column.type]) for column in self.columns])


@dataclass(frozen=True)
class Code:
    """A value that cells may have, in words; of an indicator or statistic with its unit and what it is a share of."""

    list: str
    code: str
    name: Names
    unit: str = ""
    numerator: Names | None = None
    denominator: Names | None = None


@cache
def tables() -> Mapping[str, Table]:
    """All tables by name, in order."""
    shared = _read("columns.toml")["columns"]
    return {
        name: Table(
            name,
            entry["title"],
            tuple(entry["key"]),
            tuple(
                _column(column, fields, shared)
                for column, fields in (entry["columns"] | {DATA_KIND: {"type": "string", "codes": DATA_KIND}}).items()
            ),
        )
        for name, entry in _read("tables.toml").items()
    }


def data_kind(synthetic: bool) -> str:
    """What the last column says."""
    return "synthetic" if synthetic else "observed"


def codes(methods: Mapping[str, Method]) -> list[Code]:
    """Every code of the tables under these methods, the main one first."""
    main = next(iter(methods.values()))
    found = [Code("method", method.id, _version_names(method)) for method in methods.values()]
    for name, entries in _read("columns.toml")["codes"].items():
        for code, words in entries.items():
            label = f"<{main.min_cell}" if (name, code) == ("suppression", "few") else code
            found.append(Code(name, label, words))
    bands = [band.id for method in methods.values() for band in method.bands]
    spans = [f"{better.id}-{worse.id}" for method in methods.values() for better, worse in pairwise(method.bands)]
    found += [Code("band", band, {"zh_Hans": band, "en": band}) for band in dict.fromkeys([*bands, *spans])]
    dimensions = {d.id: d for method in methods.values() for d in method.dimensions}
    found += [Code("dimension", d.id, d.name) for d in dimensions.values()]
    for name, items in (
        ("indicator", [item for method in methods.values() for item in method.estimands]),
        ("statistic", list(main.statistics)),
    ):
        by_id = {item.id: item for item in items}
        found += [Code(name, i.id, i.name, i.unit, i.numerator, i.denominator) for i in by_id.values()]
    return found


def statement(name: str) -> str:
    """The statement that reads a table from a warehouse."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def _version_names(method: Method) -> Names:
    return {language: f"{name} {method.version}" for language, name in method.name.items()}


def _column(name: str, fields: dict[str, Any], shared: dict[str, Any]) -> Column:
    words = fields if "en" in fields else shared[name]
    meaning = {language: words[language] for language in ("zh_Hans", "en")}
    return Column(name, fields["type"], meaning, fields.get("unit", ""), fields.get("codes", ""), fields.get("empty"))


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
