"""What the contract says of each kind of file: its table, fields, keys, codes and references.

Names, types and what may be missing are read from the warehouse's schema.sql, codes from
vocabulary.toml, so neither is written down twice.
"""

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from index_engine.errors import InputError, Term
from index_engine.warehouse.file import SCHEMA_FILE

# A package of claims is read like any other file and never stored: its table is in no warehouse.
PACKAGE_KIND = "claims"
PACKAGE_SCHEMA_FILE = Path(__file__).parents[1] / "claims" / "package.sql"
_VOCABULARY_FILE = SCHEMA_FILE.with_name("vocabulary.toml")

# Which table a kind of file fills, and what makes a row of it one of a kind.
_TABLE_BY_KIND = {
    "regions": ("regions", ("code",)),
    "courts": ("courts", ("court_id",)),
    "cases": ("cases", ("case_id",)),
    "auctions": ("auction_rounds", ("lot_id", "round_no")),
    "court_names": ("court_names", ("court_id", "name")),
    "court_periods": ("court_periods", ("court_id", "period_start", "period_end")),
    "published": ("published_figures", ("figure_id",)),
    PACKAGE_KIND: ("claims", ("line",)),
}

# Which list of vocabulary.toml the codes of a field come from.
_CODE_LIST_BY_FIELD = {
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
    ("claims", "asset_class"): "asset_class",
    ("claims", "claim_stage"): "claim_stage",
    ("claims", "debtor_kind"): "debtor_kind",
}

# Which field must name a row that is already in another table of the warehouse.
_REFERENCE_BY_FIELD = {
    ("courts", "region"): ("regions", "code"),
    ("cases", "court_id"): ("courts", "court_id"),
    ("cases", "successor_court_id"): ("courts", "court_id"),
    ("auctions", "court_id"): ("courts", "court_id"),
    ("court_names", "court_id"): ("courts", "court_id"),
    ("court_periods", "court_id"): ("courts", "court_id"),
    ("claims", "court_id"): ("courts", "court_id"),
}

# Which required field can be worked out from another one (see values/listing_days.py).
_SUBSTITUTE_BY_FIELD = {("auctions", "listed_on"): "bidding_on"}

# Which fields may hold case numbers or lead to one; only their salted hashes are stored.
_HASHED_FIELDS = {
    ("cases", "case_id"),
    ("cases", "parent_case_id"),
    ("auctions", "case_id"),
    ("auctions", "lot_id"),
    ("auctions", "title"),
    ("claims", "claim_id"),
    ("claims", "collateral_id"),
    ("claims", "case_id"),
}

READ_KINDS = tuple(_TABLE_BY_KIND)
FILE_KINDS = tuple(kind for kind in READ_KINDS if kind != PACKAGE_KIND)  # of files that a warehouse takes in


@dataclass(frozen=True)
class Field:
    """One field of the contract: `type` is DuckDB's name of it, `codes` are all it may hold."""

    name: str
    type: str
    required: bool
    codes: tuple[str, ...] | None
    reference: tuple[str, str] | None  # table, column
    hashed: bool = False  # stored as a salted hash
    kind: str = ""  # of the files that feed it
    substitute: str | None = None  # the field it is worked out from where nothing feeds it

    @property
    def term(self) -> Term:
        """The field in a message."""
        return Term("field", self.name, self.kind)


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

    def terms(self, names: Iterable[str]) -> list[Term]:
        """Return fields of this kind as they stand in a message."""
        return [Term("field", name, self.kind) for name in names]

    def unfed_fields(self, fed_fields: Collection[str]) -> tuple[str, ...]:
        """Return the required fields that nothing feeds, nor what they are worked out from."""
        return tuple(
            field.name
            for field in self.fields
            if field.required and field.name not in fed_fields and field.substitute not in fed_fields
        )

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)


@cache
def read_contract(kind: str) -> Contract:
    """Return the contract of a kind, one of READ_KINDS.

    Raises InputError for any other kind.
    """
    if kind not in _TABLE_BY_KIND:
        raise InputError("kind_unknown", given=kind, kinds=list(READ_KINDS))
    table, key = _TABLE_BY_KIND[kind]
    codes = read_vocabulary()
    with duckdb.connect() as con:
        for file in (SCHEMA_FILE, PACKAGE_SCHEMA_FILE):
            con.execute(file.read_text(encoding="utf-8"))
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
            codes=codes[_CODE_LIST_BY_FIELD[kind, name]] if (kind, name) in _CODE_LIST_BY_FIELD else None,
            reference=_REFERENCE_BY_FIELD.get((kind, name)),
            hashed=(kind, name) in _HASHED_FIELDS,
            kind=kind,
            substitute=_SUBSTITUTE_BY_FIELD.get((kind, name)),
        )
        for name, type_, nullable in columns
    )
    return Contract(kind, table, key, fields)


@cache
def read_vocabulary() -> dict[str, tuple[str, ...]]:
    """Return the codes of every list in vocabulary.toml, in the order they stand there."""
    code_lists = tomllib.loads(_VOCABULARY_FILE.read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in code_lists.items()}
