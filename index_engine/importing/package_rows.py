"""Reading a package of claims (债权清单): as an import does, into memory, and nothing of it is kept."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from index_engine.errors import InputError
from index_engine.importing.contract import PACKAGE_KIND, PACKAGE_SCHEMA_FILE, read_contract
from index_engine.importing.courts.name_forms import NameNormaliser
from index_engine.importing.courts.regions import RegionIndex
from index_engine.importing.files.limited_process import open_limited, release_staged
from index_engine.importing.files.readers import ReadOptions
from index_engine.importing.mapping import Mapping, column_positions, identity_mapping
from index_engine.importing.pipeline import reject_rounded_ids, reject_unread_columns
from index_engine.importing.progress import Progress
from index_engine.importing.validation.load import LoadResult, Source, load_rows
from index_engine.importing.values.column_settings import ColumnSettings
from index_engine.importing.values.parse_values import parse_values
from index_engine.private_folder import temporary_folder
from index_engine.warehouse.file import SCHEMA_FILE

MAX_ROWS = 50_000
# What may be wrong in a row that keeps its value: the place stands in for the court, the rest has a default.
_CLEARABLE_FIELDS = frozenset(("court_id", "place", "debtor_kind", "appraised_on", "asked_price"))


@dataclass(frozen=True)
class PackageRows:
    """The claims that could be read, one row each (see claims/package.sql; `place` is the code of a region), what is
    wrong with which line (row_no, field, value, rule, message, action) and the counts of both."""

    claims: pd.DataFrame
    findings: pd.DataFrame
    outcome: LoadResult


def read_package_rows(
    file: Path, mapping: Mapping | None, registers: dict[str, pd.DataFrame], as_of: date | None = None
) -> PackageRows:
    """Read a file of claims by a mapping; `registers` are the regions, courts and names of courts of a warehouse,
    `as_of` the cut-off date, in place of that of the file.

    Raises InputError, one line for a person, where the file or the mapping cannot be used.
    """
    options = ReadOptions() if mapping is None else mapping.options
    with temporary_folder("package-") as folder, open_limited(file, options, folder) as reader, duckdb.connect() as con:
        # Memory alone: what does not fit is refused, not written to a disk.
        con.execute("SET temp_directory = ''")
        mapping = mapping or identity_mapping(file, PACKAGE_KIND, reader.headers)
        if reader.counts_from_1904:
            mapping = mapping.counted_from_1904()
        mapping = _with_line_numbers(mapping, as_of)
        positions = column_positions(mapping, file, reader.headers)
        _create_tables(con, registers)
        reader.stage(con, sorted(set(positions.values())), Progress())
        [(rows,)] = con.execute(
            "SELECT (SELECT count(*) FROM import_text) + (FROM import_broken SELECT count(*))"
        ).fetchall()
        if rows == 0:
            raise InputError("no_rows", file=file)
        if rows > MAX_ROWS:
            raise InputError("package_too_long", file=file, rows=rows, limit=MAX_ROWS)
        reject_rounded_ids(con, mapping, positions, file)
        parse_values(con, mapping, positions, secrets.token_hex(32), 1)
        reject_unread_columns(con, mapping, file)
        release_staged(con)
        con.execute("ALTER TABLE import_findings ADD COLUMN action VARCHAR")
        if any(column.field.name == "place" for column in mapping.columns):
            _resolve_places(con, registers["regions"])
        source = Source(
            kind=PACKAGE_KIND,
            name=PACKAGE_KIND,
            sha256="",
            observed_from=None,
            observed_to=None,
            synthetic=mapping.synthetic,
            law=mapping.law,
        )
        clearable = _CLEARABLE_FIELDS | mapping.clearable_fields
        outcome = load_rows(con, "import_typed", source, findings="import_findings", clearable=clearable)
        claims = con.execute("SELECT * EXCLUDE (source_id) FROM claims ORDER BY line").df()
        findings = con.execute("SELECT * EXCLUDE (source_id) FROM rejects ORDER BY row_no, action, field, rule").df()
    return PackageRows(claims, findings, outcome)


def _with_line_numbers(mapping: Mapping, as_of: date | None) -> Mapping:
    contract = read_contract(PACKAGE_KIND)
    columns = [ColumnSettings(contract.field("line"), template="{row_no}")]
    if as_of is not None:
        columns.append(ColumnSettings(contract.field("as_of"), constant=as_of.isoformat()))
    told = {column.field.name for column in columns}
    return replace(mapping, columns=(*columns, *(each for each in mapping.columns if each.field.name not in told)))


def _create_tables(con: duckdb.DuckDBPyConnection, registers: dict[str, pd.DataFrame]) -> None:
    for schema in (SCHEMA_FILE, PACKAGE_SCHEMA_FILE):
        con.execute(schema.read_text(encoding="utf-8"))
    for name, rows in registers.items():
        con.register("register_rows", rows)
        con.execute(f"INSERT INTO {name} BY NAME FROM register_rows")
        con.unregister("register_rows")


def _resolve_places(con: duckdb.DuckDBPyConnection, regions: pd.DataFrame) -> None:
    """Give the words for places the codes of their regions; a word that is none is a finding of its row."""
    texts = [
        text for (text,) in con.execute("SELECT DISTINCT place FROM import_parsed WHERE place IS NOT NULL").fetchall()
    ]
    codes = _region_codes(texts, regions)
    con.execute(
        "CREATE TEMP TABLE import_places AS SELECT unnest(CAST($texts AS VARCHAR[])) AS text,"
        " unnest(CAST($codes AS VARCHAR[])) AS code",
        {"texts": texts, "codes": codes},
    )
    con.execute(
        "INSERT INTO import_findings SELECT row_no, 'place', place, 'unknown_place',"
        " 'begins with the name of no place, or of several', NULL"
        " FROM import_parsed JOIN import_places ON text = place WHERE code IS NULL"
    )
    con.execute("UPDATE import_parsed SET place = code FROM import_places WHERE text = place")


def _region_codes(texts: Iterable[str], regions: pd.DataFrame) -> list[str | None]:
    """The region that each text begins with: an address, or a place and a branch of a bank."""
    normaliser = NameNormaliser(zip(_texts(regions["name"]), _texts(regions["name_hant"]), strict=True))
    columns = ("code", "level", "name", "parent")
    index = RegionIndex(zip(*(_texts(regions[name]) for name in columns), strict=True), normaliser)
    codes: list[str | None] = []
    for text in texts:
        match = index.match_prefix(normaliser.normalise(text), None)
        # 北京银行杭州分行 is not in Beijing.
        codes.append(match[0] if match and "银行" not in match[1] else None)
    return codes


def _texts(column: pd.Series) -> list[Any]:
    return [None if pd.isna(text) else text for text in column]
