"""Two warehouses shared by the tests of the sample: the world and its twin without gaming."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from index_engine.sample import Summary, generate

CASES = 100_000


@dataclass(frozen=True)
class Sample:
    """A generated warehouse, its summary, and a connection that reads it."""

    path: Path
    summary: Summary
    con: duckdb.DuckDBPyConnection

    def all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.con.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """The single value of a query of one row and column."""
        ((value,),) = self.all(sql, *values)
        return value


# First-enforcement cases with what the generator knows of their court.
FIRST = """
    CREATE TEMP VIEW first_cases AS
    SELECT cases.*, tier, role, closed_on - filed_on AS days
    FROM cases
    JOIN sample_truth ON level = 'court' AND place_id = court_id
    WHERE case_type = 'first'
"""
# By case and price: a platform gives every round an id of its own, and no two lots have one price.
LOTS = """
    CREATE TEMP VIEW lots AS
    SELECT case_id, reference_price, COUNT(DISTINCT lot_id) AS ids, any_value(court_id) AS court_id,
           MIN(listed_on) AS listed_on, max_by(COALESCE(status, 'open'), round_no) AS status,
           COUNT(*) AS rounds, MAX(round_no) AS last_round, MIN(round_no) AS first_round
    FROM auction_rounds
    GROUP BY case_id, reference_price
"""


def _sample(path: Path, gaming: bool) -> Iterator[Sample]:
    summary = generate(path, CASES, gaming=gaming)
    with duckdb.connect(str(path), read_only=True) as con:
        con.execute(FIRST)
        con.execute(LOTS)
        yield Sample(path, summary, con)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """100,000 case rows of the default seed."""
    yield from _sample(tmp_path_factory.mktemp("sample") / "world.duckdb", gaming=True)


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The same world, where the gamed courts are honest."""
    yield from _sample(tmp_path_factory.mktemp("sample") / "twin.duckdb", gaming=False)
