"""From warehouse to measures: additive counts by court and period, one SQL file a measure.

The SQL keeps to what DuckDB and Spark both run unchanged. What differs between them stands here:
the day-number macro, the compact types, and where a result is stored.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.ages import Ages
from index_engine.errors import InputError
from index_engine.measures import strata
from index_engine.method import CLOCK_EVENTS, Method

HERE = Path(__file__).parent
MEASURES = (
    "entered",
    "exits",
    "carried",
    "case_counts",
    "coverage",
    "round_counts",
    "lot_counts",
    "price_ratios",
)
EPOCH = date(1970, 1, 1)
LONGEST_SPELL_DAYS = 73_050  # two centuries: longer than any case, short enough for a table

# A period is a whole number that grows with time; quarters in production, months or years in tests.
PeriodOf = Callable[[date], int]


CLOCKS = ("case", *CLOCK_EVENTS)
# Counts of random groups of cases, from which it is learned how estimates vary together.
GROUPED = ("entered", "exits", "carried", "case_counts", "round_counts", "price_ratios")
# Counts of the cases of local creditors and of those from elsewhere, a court's apart.
BY_CREDITOR = ("entered", "exits", "carried")
LOCAL, ELSEWHERE = "local", "elsewhere"
GROUPS = 100
LEAST_PER_GROUP = 1_500  # cases: fewer, and there are fewer groups
LEAST_GROUPS = 20  # of fewer a correlation is not worth having
MOST_GROUPED = 400_000  # cases: more would tell the same more slowly


def measure(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    period_of: PeriodOf = periods.quarter_of,
    progress: Callable[[str], None] = lambda stage: None,
) -> None:
    """Write the tables of schema `measures`, one for each name in MEASURES, `monthly`, `strata`
    and `windows`: the days on which the deliveries of each source watched its cases.

    Each row is a sum over one court, one period, one stratum (coverage: of all strata, since nobody
    knows what the missing are) and the keys named in the SQL file; a region, a year or a filter is
    a sum of rows. Schema `grouped` has the tables in GROUPED once
    more, with random groups of cases in place of courts; none if there are too few cases. Schema
    `by_creditor` has the tables in BY_CREDITOR once more, of the case clock, with 'local:' or
    'elsewhere:' before the court, of cases whose creditor is known to be either. Raises InputError
    where there is nothing to measure.
    """
    for schema in ("measures", "grouped", "by_creditor"):
        con.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        con.execute(f"CREATE SCHEMA {schema}")
    progress("spells")
    _prepare(con, method, period_of)
    _views(con)
    _spells(con, "measures")
    for name in MEASURES:
        progress(name)
        # Clustered by period: a page reads one window and skips the rest.
        con.execute(f"CREATE TABLE measures.{name} AS {_sql(name)} ORDER BY period")
    # By calendar month whatever the periods are, and of all strata: what seasons are told from.
    con.execute(f"CREATE TABLE measures.monthly AS {_sql('monthly')} ORDER BY month")
    progress("creditors")
    _measure_by_creditor(con)
    progress("random groups")
    _measure_groups(con)
    _drop_temporary(con)


def _measure_by_creditor(con: duckdb.DuckDBPyConnection) -> None:
    """The measures of the case clock by where the creditor is: the same SQL over views in which the
    two sides of a court stand for two courts."""
    side = f"CASE WHEN creditor_local THEN '{LOCAL}:' ELSE '{ELSEWHERE}:' END || court_id"
    columns = f"* REPLACE ({side} AS court_id)"
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW first_enforcement AS SELECT {columns} "
        f"FROM ({_sql('first_enforcement')}) WHERE creditor_local IS NOT NULL"
    )
    _spells(con, "by_creditor", "WHERE clock = 'case'")
    for name in BY_CREDITOR:
        con.execute(f"CREATE TABLE by_creditor.{name} AS {_sql(name)} ORDER BY period")


def _measure_groups(con: duckdb.DuckDBPyConnection) -> None:
    """The measures of random groups: the same SQL over views in which a group stands for a court.

    A lot goes with its case, so that what happens together stays together.
    """
    [(cases,)] = con.execute("SELECT COUNT(*) FROM cases WHERE case_type = 'first'").fetchall()
    groups = min(GROUPS, cases // LEAST_PER_GROUP)
    if groups < LEAST_GROUPS:
        return
    one_in = max(1, round(cases / MOST_GROUPED))
    _views(con, f"hash({{id}}) % {one_in} = 0", f"(hash({{id}}) // {one_in}) % {groups}")
    _spells(con, "grouped")
    for name in GROUPED:
        con.execute(f"CREATE TABLE grouped.{name} AS {_sql(name)} ORDER BY period")


def _views(con: duckdb.DuckDBPyConnection, chosen: str = "", group: str = "") -> None:
    """`first_enforcement`, `rounds` and `lots` as the SQL of the measures reads them; with `group`,
    the `chosen` of them with the number of their group as court."""
    for name, number in (
        ("first_enforcement", "case_id"),
        ("rounds", "COALESCE(case_id, lot_id)"),
    ):
        # A group is of every stratum: nothing of it is adjusted.
        grouped = f"* REPLACE (format('g{{:03d}}', {group}) AS court_id, 0 AS stratum)"
        columns = grouped if group else "*"
        where = f"WHERE {chosen}" if chosen else ""
        sql = f"SELECT {columns} FROM ({_sql(name)}) {where}"
        con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql.replace('{id}', number)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE lots AS {_sql('lots')}")


def _prepare(con: duckdb.DuckDBPyConnection, method: Method, period_of: PeriodOf) -> None:
    """Create what the SQL files read beside the facts: windows, days, ages, codes, parameters."""
    con.execute("CREATE OR REPLACE TEMP MACRO unix_date(d) AS (d - DATE '1970-01-01')::INTEGER")
    con.execute(
        """
        CREATE TABLE measures.windows AS
        -- Deliveries of one source follow one another and share one window: a case of the first
        -- that the last no longer mentions was watched all along. So does a delivery without rows
        -- of its own: a month in which nothing happened, or rows that were all corrected since.
        SELECT source_id, kind,
               unix_date(COALESCE(MIN(observed_from) OVER deliveries,
                                  MIN(first_seen) OVER deliveries)) AS from_day,
               unix_date(MAX(COALESCE(observed_to, last_seen)) OVER deliveries) + 1 AS until_day
        FROM sources
        LEFT JOIN (
            SELECT source_id, MIN(filed_on) AS first_seen,
                   MAX(GREATEST(filed_on, COALESCE(closed_on, filed_on))) AS last_seen
            FROM cases GROUP BY source_id
            UNION ALL
            SELECT source_id, MIN(listed_on),
                   MAX(GREATEST(listed_on, COALESCE(ended_on, listed_on)))
            FROM auction_rounds GROUP BY source_id
        ) USING (source_id)
        WINDOW deliveries AS (PARTITION BY kind, name)
        QUALIFY COUNT(first_seen) OVER deliveries > 0
        """
    )
    [(first, until)] = con.execute(
        "SELECT MIN(from_day), MAX(until_day) FROM measures.windows"
    ).fetchall()
    if first is None:
        raise InputError("the warehouse has no cases and no auctions; import some first")
    _calendar(con, first, until, period_of)
    _ages(con, method.ages)
    strata.prepare(con, method)
    bands = list(method.strata.claim_bands) if method.strata else []
    axes = strata.grid(method)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE parameters AS "
        "SELECT ?::DOUBLE AS claim_cap, ?::DOUBLE AS ratio_step, ?::INTEGER AS claim_bands, "
        "?::INTEGER AS debtor_count, ?::DOUBLE AS band_1, ?::DOUBLE AS band_2, ?::DOUBLE AS band_3",
        [
            method.claim_cap,
            method.ratio_step,
            axes.bands,
            len(axes.debtors),
            *(bands + [strata.NO_LIMIT] * 3)[:3],
        ],
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE recorded AS {_sql('recorded')}")
    _closing_events(con, method)
    _types(con, method)


def _calendar(con: duckdb.DuckDBPyConnection, first: int, until: int, period_of: PeriodOf) -> None:
    """`days`: the period of every day. `crossed`: the period starts a spell lives across."""
    days = pd.DataFrame({"day": range(first, until + 1)})
    days["period"] = [period_of(EPOCH + timedelta(days=day)) for day in days["day"]]
    con.register("days_frame", days)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE days AS "
        "SELECT day::INTEGER AS day, period::INTEGER AS period FROM days_frame"
    )
    con.unregister("days_frame")
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE crossed AS
        WITH starts AS (SELECT period, MIN(day) AS starts_day FROM days GROUP BY period)
        SELECT a.period AS from_period, b.period AS stop_period, starts.period, starts.starts_day
        FROM starts AS a
        JOIN starts AS b ON b.period > a.period
        JOIN starts ON starts.period > a.period AND starts.period <= b.period
        """
    )


def _ages(con: duckdb.DuckDBPyConnection, grid: Ages) -> None:
    """`ages`: the bin of every age in days and the days of the bin already passed. Ages beyond the
    grid share one bin more."""
    age = np.arange(LONGEST_SPELL_DAYS)
    age_bin = grid.bin_of(age)
    passed = age - np.array(grid.edges)[age_bin]
    con.register("ages_frame", pd.DataFrame({"age": age, "age_bin": age_bin, "passed": passed}))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE ages AS SELECT age::INTEGER AS age, "
        "age_bin::SMALLINT AS age_bin, passed::INTEGER AS passed FROM ages_frame"
    )
    con.unregister("ages_frame")


def _closing_events(con: duckdb.DuckDBPyConnection, method: Method) -> None:
    """`closing_events`: the event that a closing mode and a recovery mode are, '' for unknown."""
    seen = con.execute(
        "SELECT DISTINCT COALESCE(close_mode, ''), COALESCE(recovery_mode, '') FROM cases"
    ).fetchall()
    con.execute(
        "CREATE OR REPLACE TEMP TABLE closing_events "
        "(close_mode VARCHAR, recovery_mode VARCHAR, event VARCHAR)"
    )
    for closed, recovered in sorted(seen):
        con.execute(
            "INSERT INTO closing_events VALUES (?, ?, ?)",
            [closed, recovered, method.event_of(closed, recovered)],
        )


def _types(con: duckdb.DuckDBPyConnection, method: Method) -> None:
    """Short keys as enumerations: grouping is then by small whole numbers."""
    events = {event for clock in CLOCKS for event in method.clock_events(clock)}
    con.execute(f"CREATE TYPE measures.event AS ENUM ({_quoted(sorted({*events, 'open'}))})")
    con.execute(f"CREATE TYPE measures.clock AS ENUM ({_quoted(list(CLOCKS))})")
    con.execute(
        "CREATE TYPE measures.court AS ENUM (SELECT court_id FROM courts ORDER BY court_id)"
    )
    con.execute(
        "CREATE TYPE by_creditor.court AS ENUM (SELECT side || ':' || court_id AS court "
        f"FROM courts, (VALUES ('{LOCAL}'), ('{ELSEWHERE}')) AS sides(side) ORDER BY court)"
    )
    numbers = [f"g{number:03d}" for number in range(GROUPS)]
    con.execute(f"CREATE TYPE grouped.court AS ENUM ({_quoted(numbers)})")


def _spells(con: duckdb.DuckDBPyConnection, schema: str, where: str = "") -> None:
    """`spells`, by what stands for courts in a schema."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE spells AS
        SELECT clock::measures.clock AS clock, court_id::{schema}.court AS court_id,
               stratum::SMALLINT AS stratum,
               start_day::INTEGER AS start_day, from_day::INTEGER AS from_day,
               stop_day::INTEGER AS stop_day, event::measures.event AS event,
               cohort::INTEGER AS cohort, from_period::INTEGER AS from_period,
               stop_period::INTEGER AS stop_period
        FROM ({_sql("spells")}) {where}
        """
    )


def _drop_temporary(con: duckdb.DuckDBPyConnection) -> None:
    for table in ("spells", "lots", "recorded"):
        con.execute(f"DROP TABLE {table}")
    for view in ("first_enforcement", "rounds"):
        con.execute(f"DROP VIEW {view}")


def _quoted(words: list[str]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)


def _sql(name: str) -> str:
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")
