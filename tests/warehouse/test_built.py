"""One declaration of every table that a build makes, and the versions that follow from it."""

import re
from pathlib import Path

import duckdb
import pytest

from index_engine.warehouse import built
from index_engine.warehouse import file as warehouse_file
from index_engine.warehouse.built import create_schema

ENGINE = Path(warehouse_file.__file__).parents[1]
SCHEMAS = ("measures", "estimates", "index")


def columns(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Schema, table and column of all tables of the built schemas, in order."""
    return con.execute(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns()"
        f" WHERE schema_name IN {SCHEMAS} ORDER BY schema_name, table_name, column_index"
    ).fetchall()


def test_a_built_warehouse_has_the_declared_tables_and_no_others(built_world: Path):
    with duckdb.connect() as con:
        con.execute("CREATE TABLE event_codes AS SELECT 'open' AS event")
        con.execute("CREATE TABLE process_codes AS SELECT 'case' AS process, 0 AS position")
        con.execute("CREATE TABLE courts AS SELECT 'K1' AS court_id")
        for schema in SCHEMAS:
            create_schema(con, schema)
        declared = columns(con)
    with duckdb.connect(str(built_world), read_only=True) as con:
        assert columns(con) == declared


def test_every_declared_column_of_the_measures_is_filled(built_world: Path):
    """Rows are inserted by name, which leaves NULL what the SQL of a measure forgot."""
    with duckdb.connect(str(built_world), read_only=True) as con:
        # Of closings alone there are none: the sources of the sample hold all cases.
        measured = [c for c in columns(con) if c[0] == "measures" and c[1] != "closings_alone"]
        empty = [
            (table, column)
            for schema, table, column in measured
            if con.execute(f'SELECT COUNT("{column}") FROM {schema}.{table}').fetchone() == (0,)
        ]
    assert empty == []
    assert len(measured) > 50


def test_no_other_file_declares_a_table_of_a_built_schema():
    pattern = re.compile(rf"CREATE (?:OR REPLACE )?TABLE (?:IF NOT EXISTS )?(?:{'|'.join(SCHEMAS)})\.")
    declaring = [
        path.name
        for path in ENGINE.rglob("*")
        if path.suffix in (".py", ".sql") and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert declaring == ["built.sql"]


def test_a_schema_made_again_is_empty_and_leaves_the_others():
    with duckdb.connect() as con:
        create_schema(con, "estimates")
        create_schema(con, "index")
        con.execute("INSERT INTO estimates.correlations (indicator) VALUES ('x')")
        con.execute("INSERT INTO index.coherence (item) VALUES ('x')")
        create_schema(con, "estimates")
        assert con.execute("FROM estimates.correlations").fetchall() == []
        assert len(con.execute("FROM index.coherence").fetchall()) == 1


def test_a_schema_that_is_not_declared_is_refused():
    with duckdb.connect() as con, pytest.raises(KeyError):
        create_schema(con, "main")


def test_built_sql_only_creates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "built.sql").write_text("DROP TABLE cases;", encoding="utf-8")
    monkeypatch.setattr(built, "BUILT_FILE", tmp_path / "built.sql")
    built._statements_by_schema.cache_clear()
    with duckdb.connect() as con, pytest.raises(ValueError, match="only create"):
        create_schema(con, "index")
    built._statements_by_schema.cache_clear()


# ---------------------------------------------------------------- versions


def schema_version(sql: str) -> str:
    return warehouse_file._version(warehouse_file._without_comments(sql))


def test_the_version_of_the_facts_is_that_of_their_columns():
    sql = warehouse_file.SCHEMA_FILE.read_text(encoding="utf-8")
    assert schema_version(sql) == warehouse_file.SCHEMA_VERSION
    assert schema_version(f"-- better put\n\n{sql}\n") == warehouse_file.SCHEMA_VERSION
    for old, new in (("claim_amount", "claimed_amount"), ("level     VARCHAR", "level INTEGER")):
        assert old in sql
        assert schema_version(sql.replace(old, new)) != warehouse_file.SCHEMA_VERSION


def test_the_version_of_a_build_is_that_of_the_text_that_declares_it():
    sql = warehouse_file.BUILT_FILE.read_text(encoding="utf-8")
    assert warehouse_file._version(sql) == warehouse_file.BUILD_VERSION
    assert "| very_low" in sql
    assert warehouse_file._version(sql.replace("| very_low", "| lowest")) != (warehouse_file.BUILD_VERSION)
