"""Observation designs: which cases of its courts a file holds, and whether it can be what it seems.

    all_cases       every case that was open on the first day or filed since
    closed_cases    those that were closed in a period; none is open
    open_cases      those that are still open
    creditor_cases  those of one creditor, with the day on which it acquired each
    zhongben_list   those that were closed as 终本
    selected_cases  those that another rule chose, as a list of 失信 or 限制高消费

A file that does not say is taken to hold all cases, unless that is impossible by chance. Cases of one
court and filing day may share one fate, so a day counts as one case. The chance of a wrong question
is at most MAX_CHANCE where cases are closed at ages like those of the closings that the file tells
of; a court that had cleared all it had would be asked too, and states all_cases.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from index_engine.chance import MAX_CHANCE, is_impossible
from index_engine.closing_days import Closings, late_days, late_result_days, read_results
from index_engine.court_mergers import unmarked_mergers
from index_engine.day_span import EPOCH, create_day_macro, source_spans
from index_engine.delivery_series import unfollowed_deliveries
from index_engine.errors import InputError, Message

DESIGNS = ("all_cases", "closed_cases", "open_cases", "creditor_cases", "zhongben_list", "selected_cases")
# Of auctions: which rounds of its lots a file has.
ROUND_DESIGNS = ("all_rounds", "last_rounds")
DESIGNS_BY_KIND = {"cases": DESIGNS, "auctions": ROUND_DESIGNS}

# Of what must be there, more than this share is no lack: rates may have changed over the years.
MAX_PRESENT_SHARE = 0.1
# Half of the cases of a very slow court are closed after so many days (a constant hazard).
SLOW_HALF_LIFE = 3 * 365
# More closings without a date that can be read than this share are no slips.
MAX_LOST_SHARE = 0.1
MIN_LOST_CLOSINGS = 20
DATED_RULES = ("in_future", "closed_before_filed")  # findings on closing dates that were read
# A round follows the one before it within so many days: 网拍规定 art. 26 has it within 30 of the failure.
LATEST_NEXT_ROUND = 120
# Of fewer later rounds, or if fewer stand alone, the file has rounds and lacks some.
MIN_LATER_ROUNDS, MAX_ALONE_SHARE = 20, 0.8
# Of all closings, no court has more as 终本.
MAX_ZHONGBEN_SHARE = 0.9


def check_lost_closings(con: duckdb.DuckDBPyConnection, name: str, source_id: int) -> None:
    """Raise InputError where so many closings of a file have no date that can be read that the cases
    that are left are not those of its courts, whatever the mapping says."""
    [(lost, kept)] = con.execute(
        f"""
        SELECT (
            SELECT count(DISTINCT row_no) FROM rejects
            WHERE source_id = $source AND action IN ('rejected', 'cleared')
                AND (rule = 'mode_without_closing'
                     OR (field = 'closed_on' AND rule NOT IN ({", ".join(f"'{rule}'" for rule in DATED_RULES)})))
        ), (SELECT count(*) FROM cases WHERE source_id = $source AND closed_on IS NOT NULL)
        """,
        {"source": source_id},
    ).fetchall()
    if lost >= MIN_LOST_CLOSINGS and lost > MAX_LOST_SHARE * (lost + kept):
        raise InputError("closings_lost", name=name, lost=lost, closings=lost + kept)


def check_design(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Raise InputError where no delivery of the source `name` says what the source holds and its
    cases of first enforcement, of all deliveries together, cannot be all of its courts."""
    [(is_stated,)] = con.execute(
        "SELECT bool_or(holds IS NOT NULL) FROM sources WHERE kind = 'cases' AND name = ?", [name]
    ).fetchall()
    end = _last_day(con, name)
    if is_stated or end is None:
        return
    [(acquired,)] = con.execute(
        "SELECT count(acquired_on) FROM cases JOIN sources USING (source_id) WHERE kind = 'cases' AND name = ?", [name]
    ).fetchall()
    if acquired:
        raise InputError("seems_creditor_cases", name=name, rows=acquired)
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE design_cases AS
        WITH known AS (
            -- What was closed after the last day observed was open on it.
            SELECT court_id, filed_on,
                   CASE WHEN closed_on <= $end THEN closed_on END AS closed_on,
                   CASE WHEN closed_on <= $end THEN close_mode END AS close_mode
            FROM cases JOIN sources USING (source_id)
            WHERE kind = 'cases' AND name = $name AND case_type = 'first' AND filed_on <= $end
        )
        SELECT *, CAST($end AS DATE) - filed_on AS final_age FROM known
        """,
        {"name": name, "end": end},
    )
    try:
        _check_any_closing(con, name)
        _check_open_cases(con, name)
        _check_closing_modes(con, name)
    finally:
        con.execute("DROP TABLE design_cases")


def check_rounds(con: duckdb.DuckDBPyConnection, name: str, source_id: int, typed: str) -> None:
    """Raise InputError where nobody says which rounds the source `name` has, and hardly one of the later rounds of
    the delivery `source_id` has the round before it: one row a lot, or an id for each round. `typed` has its rows.

    Rounds soon after the first day may go on from before it.
    """
    [(is_answered,)] = con.execute(
        "SELECT bool_or(holds IS NOT NULL OR same_lots IS NOT NULL) FROM sources WHERE kind = 'auctions' AND name = ?",
        [name],
    ).fetchall()
    if is_answered:
        return
    [(later, alone)] = con.execute(
        f"""
        SELECT count(*), count(*) FILTER (row_no IN (
            SELECT row_no FROM rejects WHERE source_id = $source AND rule = 'earlier_rounds_missing'
        ))
        FROM {typed}
        WHERE round_no > 1 AND listed_on > (SELECT min(listed_on) FROM {typed}) + {LATEST_NEXT_ROUND}
            AND row_no NOT IN (SELECT row_no FROM rejects WHERE source_id = $source AND action = 'rejected')
        """,
        {"source": source_id},
    ).fetchall()
    if later >= MIN_LATER_ROUNDS and alone > MAX_ALONE_SHARE * later:
        raise InputError("earlier_rounds_unknown", name=name, alone=alone, later=later)


def observation_notices(con: duckdb.DuckDBPyConnection, name: str) -> tuple[Message, ...]:
    """What to know of the days that the source `name` of cases observes: whether its last closings are late, whether
    deliveries tell what became of the cases of those before, whether it marks those that a court took over and, of
    a creditor's cases, whether it is known since when they are watched."""
    create_day_macro(con)
    return (
        _late_closings(con, name)
        + _unfollowed_deliveries(con, name)
        + _unmarked_mergers(con, name)
        + _unknown_acquisitions(con, name)
    )


def result_notices(con: duckdb.DuckDBPyConnection, name: str) -> tuple[Message, ...]:
    """Whether the last results of the source `name` of auctions are late."""
    create_day_macro(con)
    results = read_results(con, name).get(name)
    end = _last_day(con, name, "auctions")
    if results is None or end is None:
        return ()
    late = late_result_days(results, (end - EPOCH).days + 1)
    return (Message("late_results", name=name, days=late),) if late else ()


def _unfollowed_deliveries(con: duckdb.DuckDBPyConnection, name: str) -> tuple[Message, ...]:
    deliveries = con.execute("SELECT source_id FROM sources WHERE kind = 'cases' AND name = ?", [name]).fetchall()
    if len(deliveries) < 2:
        return ()
    with _source_spans(con, [source_id for (source_id,) in deliveries]):
        unfollowed = unfollowed_deliveries(con, name).get(name, [])
    if not unfollowed:
        return ()
    last = unfollowed[-1]
    day = EPOCH + timedelta(days=last.last_day)
    return (Message("unfollowed_deliveries", name=name, deliveries=len(unfollowed), day=day, cases=last.open_cases),)


def _unmarked_mergers(con: duckdb.DuckDBPyConnection, name: str) -> tuple[Message, ...]:
    """Courts that have the cases they took over under numbers of their own; of a list of all cases alone does that
    tell when they are observed."""
    [(holds,)] = con.execute(
        "SELECT last(holds ORDER BY source_id) FILTER (holds IS NOT NULL) FROM sources WHERE kind = 'cases' AND name = ?",
        [name],
    ).fetchall()
    if holds not in (None, "all_cases"):
        return ()
    con.execute(
        """
        CREATE OR REPLACE TEMP VIEW source_cases AS
        SELECT source_id, filed_on, closed_on, COALESCE(successor_court_id, court_id) AS holder_id,
               successor_court_id AS entered_day
        FROM cases
        """
    )
    deliveries = con.execute("SELECT source_id FROM sources WHERE kind = 'cases' AND name = ?", [name]).fetchall()
    with _source_spans(con, [source_id for (source_id,) in deliveries]):
        con.execute(
            """
            CREATE OR REPLACE TEMP TABLE source_windows AS
            SELECT source_id, name, unix_date(MIN(observed_from) OVER ()) AS stated_from,
                   MIN(first_seen) OVER () AS first_seen,
                   MAX(COALESCE(unix_date(observed_to), last_seen)) OVER () + 1 AS end_day
            FROM sources JOIN source_spans USING (source_id)
            """
        )
    mergers = unmarked_mergers(con)
    con.execute("DROP VIEW source_cases; DROP TABLE source_windows")
    names = dict(
        con.execute("SELECT court_id, name FROM courts WHERE court_id IN ?", [[c for _, c in mergers]]).fetchall()
    )
    return tuple(
        Message("unmarked_merger", name=name, court=names[court], day=EPOCH + timedelta(days=day))
        for (_, court), day in sorted(mergers.items())
    )


@contextmanager
def _source_spans(con: duckdb.DuckDBPyConnection, source_ids: list[int]) -> Iterator[None]:
    """The relation `source_spans`: first and last day seen of each source."""
    rows = [(source_id, *span) for source_id, span in source_spans(con, "cases", source_ids).items()]
    con.register("source_spans", pd.DataFrame(rows, columns=["source_id", "first_seen", "last_seen"], dtype="int64"))
    try:
        yield
    finally:
        con.unregister("source_spans")


def _unknown_acquisitions(con: duckdb.DuckDBPyConnection, name: str) -> tuple[Message, ...]:
    [(rows, unknown, is_of_creditor)] = con.execute(
        """
        SELECT count(*), count(*) FILTER (acquired_on IS NULL), bool_or(holds = 'creditor_cases')
        FROM cases JOIN sources USING (source_id) WHERE kind = 'cases' AND name = ? AND case_type = 'first'
        """,
        [name],
    ).fetchall()
    return (
        (Message("acquisition_unknown", name=name, rows=rows, unknown=unknown),) if is_of_creditor and unknown else ()
    )


def _late_closings(con: duckdb.DuckDBPyConnection, name: str) -> tuple[Message, ...]:
    rows = con.execute(
        """
        SELECT closed_on - DATE '1970-01-01' AS day, COUNT(DISTINCT (court_id, filed_on)) AS n
        FROM cases JOIN sources USING (source_id)
        WHERE kind = 'cases' AND name = ? AND closed_on IS NOT NULL
        GROUP BY ALL ORDER BY ALL
        """,
        [name],
    ).fetchall()
    end = _last_day(con, name)
    if not rows or end is None:
        return ()
    days, counts = np.array(rows, dtype=np.int64).T
    late = late_days(Closings(days, counts), (end - EPOCH).days + 1)
    return (Message("late_closings", name=name, days=late),) if late else ()


def _last_day(con: duckdb.DuckDBPyConnection, name: str, kind: str = "cases") -> date | None:
    """The last day that the deliveries of a source state, or tell of by their dates."""
    deliveries = con.execute(
        "SELECT source_id, observed_to FROM sources WHERE kind = ? AND name = ?", [kind, name]
    ).fetchall()
    spans = source_spans(con, kind, [source_id for source_id, stated in deliveries if stated is None])
    last_days = [span.dates[1] for span in spans.values()]
    return max([stated for _, stated in deliveries if stated is not None] + last_days, default=None)


def _check_any_closing(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """A file without closings, of cases of which even a very slow court had closed some."""
    [(rows, closed)] = con.execute("SELECT count(*), count(closed_on) FROM design_cases").fetchall()
    if not rows or closed:
        return
    [(expected,)] = con.execute(
        f"SELECT sum(1 - pow(0.5, final_age / {SLOW_HALF_LIFE}))"
        " FROM (SELECT any_value(final_age) AS final_age FROM design_cases GROUP BY court_id, filed_on)"
    ).fetchall()
    if is_impossible(0, expected):
        raise InputError("seems_open_cases", name=name, rows=rows, expected=round(expected))


def _check_open_cases(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """A file of which far fewer cases are open than must be; all courts together, then each."""
    for court, rows, n_open, open_days, expected in _open_case_counts(con):
        if open_days > MAX_PRESENT_SHARE * expected or not is_impossible(open_days, expected):
            continue
        must = round(expected)
        if court is not None:
            raise InputError(
                "court_seems_closed_cases",
                name=name,
                court=court,
                rows=rows,
                open=n_open,
                expected=must,
            )
        if _closing_modes(con) == {"zhongben"}:
            raise InputError("seems_zhongben_list", name=name, rows=rows, open=n_open, expected=must)
        raise InputError("seems_closed_cases", name=name, rows=rows, open=n_open, expected=must)


def _open_case_counts(
    con: duckdb.DuckDBPyConnection,
) -> list[tuple[str | None, int, int, float, float]]:
    """Rows of a court (None: of all together, first) of which few cases are open: name, cases, those open, and open
    cases and how many must be open, each filing day of a court counting as one case.

    A case, closed or not, is open at its age on the last day with the share of closings that came at
    a higher age: of a court whose filings and closings are steady, the ages at closing are those at
    which its cases close.
    """
    counts = []
    con.execute(
        "CREATE OR REPLACE TEMP TABLE design_days AS"
        " SELECT court_id, 1 - count(closed_on) / count(*) AS open_share FROM design_cases GROUP BY court_id, filed_on"
    )
    for place in ("''", "court_id"):
        counts += con.execute(
            f"""
            -- No more days can be expected to be open than there are: where more than the share of them
            -- are, what is expected need not be worked out.
            WITH doubtful AS (
                SELECT {place} AS place FROM design_days
                GROUP BY ALL HAVING sum(open_share) <= {MAX_PRESENT_SHARE} * count(*)
            ),
            closings AS (
                SELECT {place} AS place, closed_on - filed_on AS age, count(*) AS n
                FROM design_cases WHERE closed_on IS NOT NULL AND {place} IN (FROM doubtful) GROUP BY ALL
            ),
            shares AS (
                SELECT place, age, sum(n) OVER (PARTITION BY place ORDER BY age)
                    / sum(n) OVER (PARTITION BY place) AS closed_share
                FROM closings
            ),
            final_cases AS (
                SELECT {place} AS place, court_id, filed_on, final_age AS age,
                       CAST(closed_on IS NULL AS INTEGER) AS is_open
                FROM design_cases WHERE {place} IN (SELECT place FROM closings)
            ),
            filing_days AS (
                SELECT final_cases.place, court_id, filed_on, count(*) AS n, sum(is_open) AS n_open,
                       avg(is_open) AS open_share, avg(1 - coalesce(closed_share, 0)) AS expected
                FROM final_cases
                ASOF LEFT JOIN shares
                    ON final_cases.place = shares.place AND final_cases.age >= shares.age
                GROUP BY ALL
            ),
            places AS (
                SELECT place, sum(n)::BIGINT AS n, sum(n_open)::BIGINT AS n_open,
                       sum(open_share) AS open_days, sum(expected) AS expected
                FROM filing_days GROUP BY place
            )
            SELECT courts.name, places.* EXCLUDE (place)
            FROM places LEFT JOIN courts ON court_id = place ORDER BY place
            """
        ).fetchall()
    con.execute("DROP TABLE design_days")
    return counts


def _check_closing_modes(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """A file without open cases whose closings all are 终本, too many for chance."""
    [(rows, closed)] = con.execute("SELECT count(*), count(closed_on) FROM design_cases").fetchall()
    if closed < rows or _closing_modes(con) != {"zhongben"}:
        return
    [(n_days,)] = con.execute("SELECT count(DISTINCT (court_id, filed_on)) FROM design_cases").fetchall()
    if MAX_ZHONGBEN_SHARE**n_days < MAX_CHANCE:
        raise InputError("only_zhongben", name=name, rows=rows)


def _closing_modes(con: duckdb.DuckDBPyConnection) -> set[str | None]:
    """The modes of the closings; None among them where one is not known."""
    modes = con.execute("SELECT DISTINCT close_mode FROM design_cases WHERE closed_on IS NOT NULL").fetchall()
    return {mode for (mode,) in modes}
