"""The tables that a build makes, declared in built.sql for the stages that fill and read them."""

import re
from functools import cache

import duckdb

from index_engine.warehouse.file import BUILT_FILE

_CREATED = re.compile(r"CREATE (?:SCHEMA|TYPE|TABLE|VIEW|MACRO) (\w+)")


def create_schema(con: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make a schema of built.sql (measures, estimates or index) anew, its tables empty.

    Schema `measures` needs the facts and the tables event_codes and process_codes. Raises KeyError
    for a schema that built.sql does not declare.
    """
    statements = _statements_by_schema()[schema]
    con.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    for statement in statements:
        con.execute(statement)


@cache
def _statements_by_schema() -> dict[str, list[str]]:
    """The statements of built.sql, in order, by the schema that they create or create in."""
    statements: dict[str, list[str]] = {}
    for statement in duckdb.extract_statements(BUILT_FILE.read_text(encoding="utf-8")):
        created = _CREATED.search(statement.query)
        if created is None:
            raise ValueError(f"{BUILT_FILE.name} may only create: {statement.query}")
        statements.setdefault(created[1], []).append(statement.query)
    return statements
