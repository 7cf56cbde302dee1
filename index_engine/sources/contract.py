"""What the contract says of each kind of file: its table, fields, keys, codes and references.

Names, types and what may be missing are read from the warehouse's schema.sql, codes from
vocabulary.toml, so neither is written down twice.
"""

import tomllib
from dataclasses import dataclass
from functools import cache

import duckdb

from index_engine.errors import InputError
from index_engine.warehouse.snapshots import SCHEMA_SQL

_VOCABULARY = SCHEMA_SQL.with_name("vocabulary.toml")

# Which table a kind of file fills, and what makes a row of it one of a kind.
_TABLES = {
    "regions": ("regions", ("code",)),
    "courts": ("courts", ("court_id",)),
    "cases": ("cases", ("case_id",)),
    "auctions": ("auction_rounds", ("lot_id", "round_no")),
    "court_names": ("court_names", ("court_id", "name")),
    "court_periods": ("court_periods", ("court_id", "period_start", "period_end")),
    "published": ("published_figures", ("figure_id",)),
}

# Which list of vocabulary.toml the codes of a field come from.
_CODES = {
    ("regions", "level"): "region_level",
    ("courts", "level"): "court_level",
    ("cases", "case_type"): "case_type",
    ("cases", "close_mode"): "close_mode",
    ("cases", "close_reason"): "close_reason",
    ("cases", "recovery_mode"): "recovery_mode",
    ("cases", "cause"): "cause",
    ("cases", "debtor_kind"): "debtor_kind",
    ("auctions", "asset_class"): "asset_class",
    ("auctions", "reference_method"): "reference_method",
    ("auctions", "stage"): "stage",
    ("auctions", "status"): "status",
}

# Which field must name a row that is already in another table of the warehouse.
_REFERENCES = {
    ("courts", "region"): ("regions", "code"),
    ("cases", "court_id"): ("courts", "court_id"),
    ("auctions", "court_id"): ("courts", "court_id"),
    ("court_names", "court_id"): ("courts", "court_id"),
    ("court_periods", "court_id"): ("courts", "court_id"),
}

# Which fields may hold case numbers or lead to one; only their salted hashes are stored.
_HASHED = {
    ("cases", "case_id"),
    ("cases", "parent_case_id"),
    ("auctions", "case_id"),
    ("auctions", "lot_id"),
}

KINDS = tuple(_TABLES)


@dataclass(frozen=True)
class Field:
    """One field of the contract: `type` is DuckDB's name of it, `codes` are all it may hold."""

    name: str
    type: str
    required: bool
    codes: tuple[str, ...] | None
    refers_to: tuple[str, str] | None  # table, column
    hashed: bool = False  # stored as a salted hash


@dataclass(frozen=True)
class Contract:
    """What a file of one kind gives: the table it fills, its key and its fields in order."""

    kind: str
    table: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field of that name; KeyError if the contract has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)


@cache
def contract(kind: str) -> Contract:
    """Return the contract of a kind, one of KINDS.

    Raises InputError for any other kind.
    """
    if kind not in _TABLES:
        raise InputError(f"unknown kind of file {kind!r}; it is one of {', '.join(_TABLES)}")
    table, key = _TABLES[kind]
    codes = vocabulary()
    with duckdb.connect() as con:
        con.execute(SCHEMA_SQL.read_text(encoding="utf-8"))
        columns = con.execute(
            "SELECT column_name, data_type, is_nullable FROM duckdb_columns()"
            " WHERE schema_name = 'main' AND table_name = ? AND column_name <> 'source_id'"
            " ORDER BY column_index",
            [table],
        ).fetchall()
    fields = tuple(
        Field(
            name=name,
            type=type_,
            required=not nullable,
            codes=codes[_CODES[kind, name]] if (kind, name) in _CODES else None,
            refers_to=_REFERENCES.get((kind, name)),
            hashed=(kind, name) in _HASHED,
        )
        for name, type_, nullable in columns
    )
    return Contract(kind, table, key, fields)


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """Return the codes of every list in vocabulary.toml, in the order they stand there."""
    lists = tomllib.loads(_VOCABULARY.read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in lists.items()}
