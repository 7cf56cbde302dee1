"""Reading parameters.toml into a DuckDB connection, where the sample's SQL finds every number."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

PARAMETERS_FILE = Path(__file__).with_name("parameters.toml")


def load_parameters(con: duckdb.DuckDBPyConnection, text: str, overrides: Mapping[str, Any] | None = None) -> None:
    """Make the parameters known to `con`.

    `text` is the content of a parameter file. Sections of single values become one struct, the
    variable `parameters`; sections of lists become temporary tables of the section's name, one list a
    column. `overrides` are single values by name that stand in place of those of the file.

    Raises ValueError if a name is given twice, an override names no parameter or the lists of a
    table differ in length.
    """
    parameters: dict[str, Any] = {}
    for section, values in tomllib.loads(text).items():
        if all(isinstance(value, list) for value in values.values()):
            _create_table(con, section, values)
            continue
        repeated_keys = parameters.keys() & values.keys()
        if repeated_keys:
            raise ValueError(f"parameters.toml: [{section}] gives {sorted(repeated_keys)} a second time")
        parameters |= values
    overrides = dict(overrides or {})
    unknown_keys = overrides.keys() - parameters.keys()
    if unknown_keys:
        raise ValueError(f"parameters.toml: no parameters {sorted(unknown_keys)}")
    con.execute("SET VARIABLE parameters = ?", [parameters | overrides])


def _create_table(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, list[Any]]) -> None:
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    con.execute(f"CREATE TEMP TABLE {name} AS SELECT unnest(?, recursive := true)", [rows])
