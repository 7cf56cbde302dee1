"""From warehouse to measures: additive counts by court and period, one SQL file a measure.

The SQL keeps to what DuckDB and Spark both run unchanged. What differs between them stands here:
the day-number macro, the compact types, and where a result is stored.
"""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.age_grid import AgeGrid
from index_engine.day_span import EPOCH, create_day_macro
from index_engine.errors import InputError
from index_engine.linkage.link import create_linked_tables, drop_linked_tables
from index_engine.measures import strata
from index_engine.measures.observation_windows import SOURCE_CASES, create_windows
from index_engine.method import PROCESS_EVENTS, Method
from index_engine.warehouse.built import create_schema

SQL_FOLDER = Path(__file__).parent
MEASURES = (
    "entries",
    "exits",
    "opening_stock",
    "case_counts",
    "coverage",
    "closings_alone",
    "observed_days",
    "round_counts",
    "lot_counts",
    "price_ratios",
)
# What compute_measures reports as it begins, in order.
MEASURE_STEPS = ("spells", *MEASURES, "creditors", "random groups")
MAX_SPELL_DAYS = 73_050  # two centuries: longer than any case, short enough for a table

# A period is a whole number that grows with time; quarters in production, months or years in tests.
PeriodFunction = Callable[[date], int]


PROCESSES = ("case", *PROCESS_EVENTS)
# Counts of random groups of cases, from which the sampling correlations are estimated.
RANDOM_GROUP_MEASURES = ("entries", "exits", "opening_stock", "case_counts", "round_counts", "price_ratios")
# Counts of the cases of local and of non-local creditors of each court.
CREDITOR_MEASURES = ("entries", "exits", "opening_stock")
LOCAL, NON_LOCAL = "local", "non_local"
# What a build needs and no page reads.
TEMPORARY_SCHEMAS = ("random_groups", "by_creditor", "creditor_lists")
MAX_GROUPS = 100
MIN_BATCHES_PER_GROUP = 5  # fewer, and there are fewer groups
MIN_GROUPS = 20  # fewer do not estimate a correlation
MAX_GROUP_CASES = 400_000  # more cost time and change little
# Of which something is estimated by groups: the others have no spells, and no rate to vary.
FOLLOWED = "holds = 'all_cases'"


def compute_measures(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    period_function: PeriodFunction = periods.quarter_from_date,
    progress: Callable[[str], None] = lambda stage: None,
) -> None:
    """Fill the tables of schema `measures` (see built.sql): one for each name in MEASURES,
    `monthly`, `strata`, and `windows` and `court_windows`, the days on which the deliveries of each
    source observe its cases.

    Each row is a sum over one court, one period, one stratum (coverage: of all strata, since nobody
    knows what the missing are) and the keys named in the SQL file; a region, a year or a filter is
    a sum of rows. Schema `random_groups` has the tables in RANDOM_GROUP_MEASURES once more, with
    random groups of cases in place of courts; none if there are too few batches. Schema `by_creditor`
    has those in CREDITOR_MEASURES once more, of the case process, with 'local:' or 'non_local:'
    before the court, of cases whose creditor is known to be either; schema `creditor_lists` likewise,
    of each creditor's own list of cases, with its position in creditor_lists.creditors before the court.
    Raises InputError where there is nothing to measure.
    """
    _create_schemas(con, method)
    progress("spells")
    create_linked_tables(con)
    _create_inputs(con, method, period_function)
    _create_views(con)
    _create_spells(con, "measures")
    for name in MEASURES:
        progress(name)
        # Clustered by period: a page reads one window and skips the rest.
        con.execute(f"INSERT INTO measures.{name} BY NAME {_read_sql(name)} ORDER BY period")
    con.execute(f"INSERT INTO measures.monthly BY NAME {_read_sql('monthly')} ORDER BY month")
    progress("creditors")
    _compute_by_creditor(con)
    progress("random groups")
    _compute_random_groups(con)
    _compute_creditor_lists(con)
    _drop_temporary_tables(con)


def _create_schemas(con: duckdb.DuckDBPyConnection, method: Method) -> None:
    """The schemas of the measures, empty; those of creditors and of random groups, whose tables are
    gone when the build is over, get their own names of courts."""
    events = {event for process in PROCESSES for event in method.process_events(process)}
    con.register("event_codes", pd.DataFrame({"event": sorted({*events, "open"})}))
    con.register("process_codes", pd.DataFrame({"process": PROCESSES, "position": range(len(PROCESSES))}))
    create_schema(con, "measures")
    con.unregister("event_codes")
    con.unregister("process_codes")
    for schema in TEMPORARY_SCHEMAS:
        con.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        con.execute(f"CREATE SCHEMA {schema}")
    con.execute(
        "CREATE TYPE by_creditor.court AS ENUM (SELECT side || ':' || court_id AS court "
        f"FROM courts, (VALUES ('{LOCAL}'), ('{NON_LOCAL}')) AS sides(side) ORDER BY court)"
    )
    con.execute(
        "CREATE TABLE creditor_lists.creditors AS SELECT CAST(ROW_NUMBER() OVER (ORDER BY name) AS INTEGER) AS position, name "
        "FROM (SELECT DISTINCT name FROM sources WHERE kind = 'cases' AND holds = 'creditor_cases')"
    )
    con.execute(
        "CREATE TYPE creditor_lists.court AS ENUM (SELECT position || ':' || court_id AS court "
        "FROM courts, creditor_lists.creditors ORDER BY court)"
    )
    group_names = ", ".join(f"'g{number:03d}'" for number in range(MAX_GROUPS))
    con.execute(f"CREATE TYPE random_groups.court AS ENUM ({group_names})")


def _compute_by_creditor(con: duckdb.DuckDBPyConnection) -> None:
    """The measures of the case process by where the creditor is: the same SQL over views in which
    the two groups of creditors of a court stand for two courts."""
    court_expression = f"CASE WHEN creditor_local THEN '{LOCAL}:' ELSE '{NON_LOCAL}:' END || court_id"
    columns = f"* REPLACE ({court_expression} AS court_id)"
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW first_enforcement AS SELECT {columns} "
        f"FROM ({_court_cases_sql()}) WHERE creditor_local IS NOT NULL"
    )
    _compute_creditor_measures(con, "by_creditor")


def _compute_creditor_lists(con: duckdb.DuckDBPyConnection) -> None:
    """The measures of the case process of each creditor's own list of cases: the same SQL over views in
    which the cases of a creditor and court stand for all cases of a court, each from the day on which the
    creditor acquired it, on the days of that list alone. Of cases whose day is not known it is not known
    since when they were watched."""
    [(any_list,)] = con.execute("SELECT COUNT(*) > 0 FROM creditor_lists.creditors").fetchall()
    if not any_list:
        return
    _create_views(con)  # those of random groups stand there
    con.execute(f"CREATE OR REPLACE TEMP VIEW case_courts AS {SOURCE_CASES}")
    con.execute("DELETE FROM case_spans")
    con.execute(
        "CREATE OR REPLACE TEMP VIEW first_enforcement AS "
        "SELECT * EXCLUDE (position) REPLACE (position || ':' || court_id AS court_id, 'all_cases' AS holds, "
        "CASE WHEN unix_date(acquired_on) > from_day THEN unix_date(acquired_on) ELSE from_day END AS from_day) "
        f"FROM ({_read_sql('first_enforcement')}) "
        "JOIN (SELECT source_id, position FROM sources JOIN creditor_lists.creditors USING (name) WHERE kind = 'cases') "
        "USING (source_id) WHERE acquired_on IS NOT NULL AND holds = 'creditor_cases'"
    )
    _compute_creditor_measures(con, "creditor_lists")


def _compute_creditor_measures(con: duckdb.DuckDBPyConnection, schema: str) -> None:
    _create_spells(con, schema, "WHERE process = 'case'")
    for name in CREDITOR_MEASURES:
        con.execute(f"CREATE TABLE {schema}.{name} AS {_read_sql(name)} ORDER BY period")


def _court_cases_sql() -> str:
    """Cases of which something can be said of their courts: not of open ones alone, nor of those that a
    creditor or a register has."""
    designs = "'all_cases', 'closed_cases', 'zhongben_list'"
    return f"SELECT * FROM ({_read_sql('first_enforcement')}) WHERE holds IN ({designs})"


def _compute_random_groups(con: duckdb.DuckDBPyConnection) -> None:
    """The measures of random groups: the same SQL over views in which a group stands for a court.

    Whole batches are dealt to groups, since what may share a fate must not be taken for independent:
    all cases that a court files on one day (one debtor, one estate, the claims of one bank), with
    their lots and with the cases that resume them; of lots whose case is in no file, those of one
    case, or else those first listed on one day. Where cases are too few, groups are of lots alone.
    """
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE batches AS
        SELECT cases.case_id, cases.case_type,
               hash(COALESCE(parents.court_id, cases.court_id),
                    COALESCE(parents.filed_on, cases.filed_on)) AS batch
        FROM linked_cases AS cases LEFT JOIN linked_cases AS parents ON parents.case_id = cases.parent_case_id
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE lot_batches AS
        SELECT lot_id, COALESCE(MIN(batch),
               hash(MIN(court_id), COALESCE(MIN(rounds.case_id), CAST(MIN(listed_on) AS VARCHAR)))) AS batch
        FROM rounds LEFT JOIN batches USING (case_id) GROUP BY lot_id
        """
    )
    [(n_cases, case_batches, n_lots, lot_batches)] = con.execute(
        "SELECT * FROM (SELECT COUNT(*), COUNT(DISTINCT batch) FROM batches WHERE case_type = 'first')"
        " CROSS JOIN (SELECT COUNT(*), COUNT(DISTINCT batch) FROM lot_batches)"
    ).fetchall()
    case_groups, lot_groups = (batches // MIN_BATCHES_PER_GROUP for batches in (case_batches, lot_batches))
    has_cases = case_groups >= MIN_GROUPS
    n_groups = min(MAX_GROUPS, case_groups if has_cases else lot_groups)
    if n_groups >= MIN_GROUPS:
        sampling_interval = max(1, round((n_cases if has_cases else n_lots) / MAX_GROUP_CASES))
        _create_group_measures(con, n_groups, sampling_interval, FOLLOWED if has_cases else "FALSE")
    con.execute("DROP TABLE batches")
    con.execute("DROP TABLE lot_batches")


def _create_group_measures(
    con: duckdb.DuckDBPyConnection, n_groups: int, sampling_interval: int, followed: str
) -> None:
    """The measures of so many groups, of one in `sampling_interval` batches; of cases, those `followed`."""
    for name, batches, key, condition in (
        ("first_enforcement", "batches", "case_id", followed),
        ("rounds", "lot_batches", "lot_id", "TRUE"),
    ):
        group = f"format('g{{:03d}}', (batch // {sampling_interval}) % {n_groups})"
        con.execute(
            # A group is of every stratum: nothing of it is adjusted.
            f"CREATE OR REPLACE TEMP VIEW {name} AS "
            f"SELECT * EXCLUDE (batch) REPLACE ({group} AS court_id, 0 AS stratum) "
            f"FROM ({_read_sql(name)}) JOIN (SELECT {key}, batch FROM {batches}) USING ({key}) "
            f"WHERE batch % {sampling_interval} = 0 AND {condition}"
        )
    con.execute(f"CREATE OR REPLACE TEMP TABLE lots AS {_read_sql('lots')}")
    _create_spells(con, "random_groups")
    for name in RANDOM_GROUP_MEASURES:
        con.execute(f"CREATE TABLE random_groups.{name} AS {_read_sql(name)} ORDER BY period")


def _create_views(con: duckdb.DuckDBPyConnection) -> None:
    """`first_enforcement`, `rounds` and `lots` as the SQL of the measures reads them."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW first_enforcement AS {_court_cases_sql()}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW rounds AS {_read_sql('rounds')}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE lots AS {_read_sql('lots')}")


def _create_inputs(con: duckdb.DuckDBPyConnection, method: Method, period_function: PeriodFunction) -> None:
    """Create what the SQL files read beside the facts: windows, days, ages, codes, parameters."""
    create_day_macro(con)
    con.execute("CREATE OR REPLACE TEMP TABLE home_sources (court_id VARCHAR, source_id INTEGER)")
    con.execute(f"CREATE OR REPLACE TEMP VIEW case_courts AS {_read_sql('case_courts')}")
    create_windows(con)
    con.execute(f"INSERT INTO home_sources {_read_sql('home_sources')}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE case_spans AS {_read_sql('case_spans')}")
    [(first_day, end_day)] = con.execute("SELECT MIN(from_day), MAX(end_day) FROM measures.windows").fetchall()
    if first_day is None:
        raise InputError("warehouse_empty")
    _create_calendar(con, first_day, end_day, period_function)
    _create_ages(con, method.ages)
    strata.create_strata(con, method)
    claim_limits = list(method.strata.claim_classes) if method.strata else []
    axes = strata.stratum_grid(method)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE parameters AS "
        "SELECT ?::DOUBLE AS claim_cap, ?::DOUBLE AS ratio_step, ?::INTEGER AS claim_classes, "
        "?::INTEGER AS debtor_count, ?::DOUBLE AS claim_limit_1, ?::DOUBLE AS claim_limit_2, ?::DOUBLE AS claim_limit_3",
        [
            _claim_cap(con, method),
            method.ratio_step,
            axes.n_claim_classes,
            len(axes.debtor_kinds),
            *(claim_limits + [strata.NO_LIMIT] * 3)[:3],
        ],
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE step_recording AS {_read_sql('step_recording')}")
    _create_closing_events(con, method)


def _claim_cap(con: duckdb.DuckDBPyConnection, method: Method) -> float:
    """The claim in yuan that a larger one weighs as much as: a quantile of the claims of all cases of
    the warehouse, so that it is large or small by what is usual here. Kept in measures.claim_cap."""
    con.execute(
        "INSERT INTO measures.claim_cap SELECT $1, CAST(QUANTILE_DISC(claim_amount, $1) AS DOUBLE) "
        "FROM linked_cases WHERE case_type = 'first' AND claim_amount > 0",
        [method.claim_cap_quantile],
    )
    [(cap,)] = con.execute("SELECT COALESCE(yuan, 0.0) FROM measures.claim_cap").fetchall()
    return float(cap)


def _create_calendar(
    con: duckdb.DuckDBPyConnection, first_day: int, end_day: int, period_function: PeriodFunction
) -> None:
    """`days`: the period of every day. `period_crossings`: the period starts a spell lives
    across."""
    days = pd.DataFrame({"day": range(first_day, end_day + 1)})
    days["period"] = [period_function(EPOCH + timedelta(days=day)) for day in days["day"]]
    con.register("days_frame", days)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE days AS SELECT day::INTEGER AS day, period::INTEGER AS period FROM days_frame"
    )
    con.unregister("days_frame")
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE period_crossings AS
        WITH starts AS (SELECT period, MIN(day) AS starts_day FROM days GROUP BY period)
        SELECT a.period AS from_period, b.period AS stop_period, starts.period, starts.starts_day
        FROM starts AS a
        JOIN starts AS b ON b.period > a.period
        JOIN starts ON starts.period > a.period AND starts.period <= b.period
        """
    )


def _create_ages(con: duckdb.DuckDBPyConnection, grid: AgeGrid) -> None:
    """`ages`: the bin of every age in days and the days of the bin already over. Ages beyond the
    grid share one bin more."""
    age = np.arange(MAX_SPELL_DAYS)
    age_bin = grid.bin_index(age)
    elapsed_days = age - np.array(grid.edges)[age_bin]
    con.register("ages_frame", pd.DataFrame({"age": age, "age_bin": age_bin, "elapsed_days": elapsed_days}))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE ages AS SELECT age::INTEGER AS age, "
        "age_bin::SMALLINT AS age_bin, elapsed_days::INTEGER AS elapsed_days FROM ages_frame"
    )
    con.unregister("ages_frame")


def _create_closing_events(con: duckdb.DuckDBPyConnection, method: Method) -> None:
    """`closing_events`: the event that a closing mode and a recovery mode are, '' for unknown, where
    the amount recovered covers the claim and where it does not."""
    mode_pairs = con.execute(
        "SELECT DISTINCT COALESCE(close_mode, ''), COALESCE(recovery_mode, '') FROM linked_cases"
    ).fetchall()
    con.execute(
        "CREATE OR REPLACE TEMP TABLE closing_events (close_mode VARCHAR, recovery_mode VARCHAR, is_covered BOOLEAN, event VARCHAR)"
    )
    for (close_mode, recovery_mode), is_covered in product(sorted(mode_pairs), (False, True)):
        con.execute(
            "INSERT INTO closing_events VALUES (?, ?, ?, ?)",
            [close_mode, recovery_mode, is_covered, method.closing_event(close_mode, recovery_mode, is_covered)],
        )


def _create_spells(con: duckdb.DuckDBPyConnection, schema: str, where_clause: str = "") -> None:
    """`spells`, by what stands for courts in a schema."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE spells AS
        SELECT process::measures.process AS process, court_id::{schema}.court AS court_id,
               stratum::SMALLINT AS stratum,
               start_day::INTEGER AS start_day, from_day::INTEGER AS from_day,
               stop_day::INTEGER AS stop_day, event::measures.event AS event, claim, recovery,
               cohort::INTEGER AS cohort, from_period::INTEGER AS from_period,
               stop_period::INTEGER AS stop_period
        FROM ({_read_sql("spells")}) {where_clause}
        """
    )


def _drop_temporary_tables(con: duckdb.DuckDBPyConnection) -> None:
    for table in ("spells", "lots", "step_recording"):
        con.execute(f"DROP TABLE {table}")
    for view in ("first_enforcement", "rounds", "case_courts"):
        con.execute(f"DROP VIEW {view}")
    con.execute("DROP TABLE home_sources")
    con.execute("DROP TABLE case_spans")
    drop_linked_tables(con)


def _read_sql(name: str) -> str:
    return (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
