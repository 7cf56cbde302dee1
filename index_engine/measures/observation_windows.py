"""On which days each court is observed, from what its sources state and else from their rows.

A file of cases that states no first day observes a court from the day after its first closing: cases
filed before are stock that enters late. That closing itself tells that observation has begun, and
counted without the days before it, it would make closings too frequent; of closed cases alone, whose
frequency nobody estimates, it counts.

Whatever is stated, a court is not observed on days before its first closings, or after its last ones,
on which it had none though chance does not explain that, in a source or, where it is in several, in all of
them together, since one may have too few of its cases to tell; nor on the last days of a file where closings are
thin against the year before, or rounds lack results, since some have not reached it yet; nor on days on which the court
did not exist. A payment is known when its case is closed: clocks end before the last day by the usual
time from the one to the other.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.chance import is_silence
from index_engine.closing_days import (
    BLOCK_DAYS,
    NO_CLOSINGS,
    USUAL_SHARE,
    YEAR_DAYS,
    Closings,
    late_days,
    late_result_days,
    read_results,
)
from index_engine.court_mergers import unmarked_mergers
from index_engine.day_span import source_spans
from index_engine.delivery_series import DELIVERIES, unfollowed_deliveries

# A year and a month without a closing is no season.
SILENT_DAYS = 400
# Less is, where on the same days of the year before or after it closed as little. Courts did close for two or three
# months in the epidemic of 2020.
SILENT_SEASON_DAYS = 120
# So many times fewer closings than on the same days of another year are growth, or chance.
USUAL_GROWTH = 3.0
# A court that never closed anything was to close so many at the rate of its source: exp(-14), once in a
# million.
SILENT_CLOSINGS = 14
# Designs of which nothing but closings is counted.
CLOSING_LISTS = ("closed_cases", "zhongben_list")
# Payments that tell how long a court takes from them to the closing.
MIN_PAYMENTS = 20
FOREVER = 1 << 30
CASE_COURTS = Path(__file__).with_name("case_courts.sql").read_text(encoding="utf-8")

SOURCES = """
-- Deliveries of one source follow one another and share one window: a case of the first that the last
-- no longer mentions was watched all along; but not where they tell nothing more of such cases, see
-- delivery_series.py. So does a delivery without rows of its own: a month in which nothing happened, or
-- rows that were all corrected since. What a delivery does not state, one before or after it may.
SELECT source_id, kind, CONCAT_WS('/', name, NULLIF(series, 0)) AS name,
       COALESCE(LAST_VALUE(holds IGNORE NULLS) OVER deliveries, 'all_cases') AS holds,
       unix_date(MIN(observed_from) OVER deliveries) AS stated_from,
       MIN(first_seen) OVER deliveries AS first_seen,
       MAX(COALESCE(unix_date(observed_to), last_seen)) OVER deliveries + 1 AS end_day
FROM sources LEFT JOIN source_spans USING (source_id) JOIN delivery_series USING (source_id)
WINDOW deliveries AS (
    PARTITION BY kind, name, series ORDER BY source_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
)
QUALIFY COUNT(first_seen) OVER deliveries > 0
ORDER BY source_id
"""

# What the list of each source tells, whatever case is that of another source.
SOURCE_CASES = f"WITH linked_cases AS (FROM cases) {CASE_COURTS}"

# A case or a round that several sources have counts for the one whose row stands.
COURTS = """
SELECT kind, name, source_id, court_id, COALESCE(n, 0) AS n,
       unix_date(valid_from) AS life_from, unix_date(valid_to) + 1 AS life_end
FROM (
    -- Of an abolished court those of its cases tell nothing that another court took over.
    SELECT * FROM (
        SELECT DISTINCT source_id, holder_id AS court_id FROM source_cases
        WHERE left_day IS NULL OR unix_date(closed_on) < left_day
    )
    LEFT JOIN (
        SELECT window_source_id AS source_id, holder_id AS court_id, COUNT(*) AS n FROM case_courts GROUP BY ALL
    ) USING (source_id, court_id)
    UNION ALL
    SELECT * FROM (SELECT DISTINCT source_id, court_id FROM auction_rounds)
    LEFT JOIN (SELECT source_id, court_id, COUNT(*) AS n FROM linked_rounds GROUP BY ALL) USING (source_id, court_id)
)
JOIN source_windows USING (source_id) JOIN (SELECT court_id, valid_from, valid_to FROM courts) USING (court_id)
ORDER BY ALL
"""

CLOSINGS = """
SELECT name, holder_id AS court_id, unix_date(closed_on) AS day, COUNT(DISTINCT filed_on) AS n
FROM source_cases JOIN source_windows USING (source_id)
WHERE unix_date(closed_on) < end_day
    AND (left_day IS NULL OR unix_date(closed_on) < left_day)
    AND (entered_day IS NULL OR unix_date(closed_on) >= entered_day)
GROUP BY ALL ORDER BY ALL
"""

# Days under way from when a case is in the file, over all courts of a source: its rate of closings.
EXPOSURES = """
SELECT name, court_id, SUM(CASE WHEN closed_day < until_day THEN 1 ELSE 0 END) AS n_closed,
       SUM(LEAST(COALESCE(closed_day, until_day), until_day) - since_day) AS days
FROM (
    SELECT name, holder_id AS court_id, unix_date(closed_on) AS closed_day,
           GREATEST(unix_date(filed_on), stated_from, entered_day) AS since_day, LEAST(left_day, end_day) AS until_day
    FROM source_cases JOIN source_windows USING (source_id)
)
WHERE COALESCE(closed_day, until_day) > since_day AND since_day < until_day
GROUP BY ALL
"""

# Days from which and to which a case is under way, of courts that closed nothing for long.
UNDER_WAY = """
SELECT name, court_id, first_day, last_day AS end_day
FROM (
    SELECT name, holder_id AS court_id, GREATEST(unix_date(filed_on), entered_day) AS first_day,
           LEAST(unix_date(closed_on), left_day, end_day) AS last_day
    FROM source_cases JOIN source_windows USING (source_id)
) JOIN silent_courts USING (name, court_id)
WHERE last_day > first_day
"""

# Of a source, court_id NULL, and of its courts with payments enough to tell.
LAGS = """
SELECT name, holder_id, QUANTILE_DISC(GREATEST(closed_on - COALESCE(paid_out_on, closed_on), 0), $share) AS lag
FROM source_cases JOIN source_windows USING (source_id)
WHERE case_type = 'first' AND close_mode = 'completed' AND COALESCE(paid_out_on, closed_on) >= filed_on
    AND unix_date(closed_on) BETWEEN end_day - $year AND end_day - 1
    AND (left_day IS NULL OR unix_date(closed_on) < left_day)
    AND (entered_day IS NULL OR unix_date(closed_on) >= entered_day)
GROUP BY GROUPING SETS ((name), (name, holder_id))
HAVING holder_id IS NULL OR COUNT(*) >= $least
"""


def create_windows(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `measures.windows` and `measures.court_windows`; the macro unix_date, `case_courts` and what it
    reads must be there."""
    spans = source_spans(con, "cases") | source_spans(con, "auctions")
    rows = [(source_id, *span) for source_id, span in spans.items()]
    con.register("source_spans", pd.DataFrame(rows, columns=["source_id", "first_seen", "last_seen"], dtype="int64"))
    series = _delivery_series(con)
    con.register("delivery_series", series)
    con.execute(f"CREATE OR REPLACE TEMP TABLE source_windows AS {SOURCES}")
    con.unregister("delivery_series")
    con.unregister("source_spans")
    con.execute(f"CREATE OR REPLACE TEMP VIEW source_cases AS {SOURCE_CASES}")
    sources = con.execute("SELECT * FROM source_windows ORDER BY source_id").df()
    courts_by_source = dict(list(con.execute(COURTS).df().groupby(["kind", "name"])))
    closings_by_source = {
        name: {court: _closings(rows) for court, rows in frame.groupby("court_id")}
        for name, frame in con.execute(CLOSINGS).df().groupby("name")
    }
    results_by_source = read_results(con)
    under_way = _read_under_way(con, sources, closings_by_source)
    expected = _expected_closings(con.execute(EXPOSURES).df())
    together = _courts_together(sources, closings_by_source, under_way, expected)
    merged = unmarked_mergers(con)
    lag_values = {"share": USUAL_SHARE, "year": YEAR_DAYS, "least": MIN_PAYMENTS}
    lags = {(name, court): int(lag) for name, court, lag in con.execute(LAGS, lag_values).fetchall()}
    ends = dict(sources.loc[_is_complete(sources), ["name", "end_day"]].itertuples(index=False))
    con.execute("DROP VIEW source_cases")
    con.execute("DROP TABLE source_windows")
    windows: list[tuple[object, ...]] = []
    court_windows: list[tuple[object, ...]] = []
    for (kind, name), deliveries in sources.groupby(["kind", "name"], sort=False):
        delivery = deliveries.iloc[0]
        closings = closings_by_source.get(name, {}) if kind == "cases" else {}
        late = late_days(_merge(list(closings.values())), int(delivery["end_day"])) if closings else 0
        if kind == "auctions" and name in results_by_source:
            late = late_result_days(results_by_source[name], int(delivery["end_day"]))
        source = _Source(
            kind=kind,
            holds=delivery["holds"],
            stated_from=None if pd.isna(delivery["stated_from"]) else int(delivery["stated_from"]),
            first_seen=int(delivery["first_seen"]),
            end=int(delivery["end_day"]),
            late=late,
            payment_lag=lags.get((name, None), 0) if kind == "cases" else 0,
        )
        first_closing = min((int(each.days[0]) for each in closings.values()), default=source.first_seen)
        first = first_closing if source.stated_from is None else source.stated_from
        windows += [(source_id, kind, first, source.end - late, late) for source_id in deliveries["source_id"]]
        for court_id, rows in courts_by_source[kind, name].groupby("court_id"):
            court = rows.iloc[0]
            life = (
                -FOREVER if pd.isna(court["life_from"]) else int(court["life_from"]),
                FOREVER if pd.isna(court["life_end"]) else int(court["life_end"]),
            )
            own = _CourtRecord(
                closings.get(court_id, NO_CLOSINGS),
                under_way.get((name, court_id), NO_CASES),
                expected.get((name, court_id), 0.0),
            )
            days = _court_days(
                replace(source, payment_lag=lags.get((name, court_id), source.payment_lag)),
                own,
                together.get(court_id, own),
                _last_closings(source, court_id, ends, closings_by_source),
                life,
                merged.get((name, court_id), -FOREVER),
            )
            court_windows += [
                (source_id, kind, court_id, source.holds, *days, n)
                for source_id, n in zip(rows["source_id"], rows["n"], strict=True)
            ]
    _insert(con, "windows", windows)
    _insert(con, "court_windows", court_windows)


def _is_complete(sources: pd.DataFrame) -> pd.Series:
    return (sources["kind"] == "cases") & (sources["holds"] == "all_cases")


def _delivery_series(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Columns source_id, series: of each delivery, how many times before its end the deliveries of its source
    gave up the cases of those before; `source_spans` must be there."""
    deliveries = con.execute(DELIVERIES, {"name": None}).df()
    others = con.execute("SELECT source_id, 0 AS series FROM sources WHERE kind <> 'cases'").df()
    deliveries["series"] = 0
    for name, unfollowed in unfollowed_deliveries(con).items():
        for delivery in unfollowed:
            is_later = (deliveries["name"] == name) & (deliveries["last_day"] > delivery.last_day)
            deliveries.loc[is_later, "series"] += 1
    return pd.concat([deliveries[["source_id", "series"]], others])


def _last_closings(
    source: "_Source", court: str, ends: dict[str, int], closings_by_source: dict[str, dict[str, Closings]]
) -> Closings:
    """Of a source with all cases the closings of a court in it and in the others that tell of its last days, which
    together have enough to show that they are late."""
    if source.kind != "cases" or source.holds != "all_cases":
        return NO_CLOSINGS
    names = [name for name, end in ends.items() if end >= source.end and court in closings_by_source.get(name, {})]
    return _merge([closings_by_source[name][court] for name in names]) if len(names) > 1 else NO_CLOSINGS


@dataclass(frozen=True)
class _Source:
    """What holds for all courts of a source; `end`: the day after its last one, `late`: how many days
    before it are thin, `payment_lag`: the usual days from a payment to the closing that tells of it."""

    kind: str
    holds: str
    stated_from: int | None
    first_seen: int
    end: int
    late: int
    payment_lag: int


@dataclass(frozen=True)
class _UnderWay:
    """Cases of a court under way, each from its first day to the day before its end."""

    first: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]

    def case_days(self, first: int, end: int) -> int:
        """Days of all cases from `first` to the day before `end`."""
        return int(np.maximum(np.minimum(self.end, end) - np.maximum(self.first, first), 0).sum())


NO_CASES = _UnderWay(np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True)
class _CourtRecord:
    """What sources have of a court; `expected`: closings at the rate of the others of the sources."""

    closings: Closings
    under_way: _UnderWay
    expected: float


def _courts_together(
    sources: pd.DataFrame,
    closings_by_source: dict[str, dict[str, Closings]],
    under_way: dict[tuple[str, str], _UnderWay],
    expected: dict[tuple[str, str], float],
) -> dict[str, _CourtRecord]:
    """Of courts in several sources that hold all cases what these have together."""
    names_by_court: dict[str, list[str]] = {}
    for name in sources.loc[_is_complete(sources), "name"].unique():
        for court in closings_by_source.get(name, {}):
            names_by_court.setdefault(court, []).append(name)
    return {
        court: _CourtRecord(
            _merge([closings_by_source[name][court] for name in names]),
            _merge_under_way([under_way[name, court] for name in names if (name, court) in under_way]),
            sum(expected.get((name, court), 0.0) for name in names),
        )
        for court, names in names_by_court.items()
        if len(names) > 1
    }


def _merge_under_way(parts: list[_UnderWay]) -> _UnderWay:
    parts = [NO_CASES, *parts]
    return _UnderWay(np.concatenate([part.first for part in parts]), np.concatenate([part.end for part in parts]))


def _court_days(
    source: _Source, own: _CourtRecord, together: _CourtRecord, last: Closings, life: tuple[int, int], since: int
) -> tuple[int, ...]:
    """First day of a court in a source, not before `since`, day after the last, the same of clocks, and days cut as
    late: by `last`, its closings in all sources that tell of the last days, too."""
    end = min(source.end, life[1])
    if source.kind != "cases":
        first = source.first_seen if source.stated_from is None else source.stated_from
        until = min(end, source.end - source.late)
        first = min(max(first, life[0]), until)
        return first, until, until, end - until
    # By its own closings: those of a source that ends before are no late ones.
    late = max(late_days(own.closings, end), source.late - (source.end - end), 0)
    if len(last.days):
        late = max(late, late_days(last, end))
    records = (own, together) if source.holds == "all_cases" else (own,)
    counts_first = source.holds in CLOSING_LISTS
    spans = [
        observed_span(
            record.closings,
            record.under_way,
            source.stated_from,
            end - late,
            record.expected,
            counts_first=counts_first,
        )
        for record in records
    ]
    first, until = max(first for first, _ in spans), min(until for _, until in spans)
    first = min(max(first, life[0], since), until)
    # What an abolished court still paid is known: its cases were closed, or went to another court.
    clock_end = max(first, min(until, source.end - max(late, source.late) - source.payment_lag))
    return first, until, clock_end, late


def observed_span(
    closings: Closings,
    under_way: _UnderWay,
    stated_from: int | None,
    end: int,
    expected: float,
    *,
    counts_first: bool,
) -> tuple[int, int]:
    """First day and day after the last on which a court is observed, equal where it is not.

    `expected`: the closings that a court without any was to have at the rate of the others of its
    source. `counts_first`: a first closing that tells that observation began is counted too.
    """
    days = closings.days
    within = days < end if stated_from is None else (days >= stated_from) & (days < end)
    days, counts = days[within], closings.counts[within]
    if not len(days):
        is_observed = stated_from is not None and expected < SILENT_CLOSINGS
        return (stated_from if is_observed and stated_from is not None else end), end
    last = int(days[-1])
    first = stated_from
    previous_days = np.concatenate([[days[0] if stated_from is None else stated_from], days[:-1]])
    begins = 0
    for position in np.flatnonzero(days - previous_days > SILENT_SEASON_DAYS)[::-1]:
        day, since = int(days[position]), int(previous_days[position])
        is_no_season = day - since > SILENT_DAYS and is_silence(
            under_way.case_days(since, day), under_way.case_days(day, last + 1), int(counts[position:].sum()) - 1
        )
        if is_no_season or _closes_in_other_years(Closings(days, counts), since + 1, day):
            begins, first = int(position), None
            break
    if first is None:
        first = int(days[begins]) + (not counts_first)
    if end - last > SILENT_DAYS:
        silent = under_way.case_days(last + 1, end)
        if is_silence(silent, under_way.case_days(first, last + 1), int(counts[begins:].sum()) - 1):
            end = last + counts_first
    return min(first, end), end


def _closes_in_other_years(closings: Closings, first: int, end: int) -> bool:
    """Whether the same days a year before or after, from `first` to the day before `end`, have so many closings that
    chance does not explain that these have none, even of a court that grew. A season may come a month earlier or
    later."""
    first, end = first + BLOCK_DAYS, end - BLOCK_DAYS
    n = max(closings.between(first + shift, end + shift) for shift in (-YEAR_DAYS, YEAR_DAYS))
    return is_silence(1.0, USUAL_GROWTH, n)


def _read_under_way(
    con: duckdb.DuckDBPyConnection, sources: pd.DataFrame, closings_by_source: dict[str, dict[str, Closings]]
) -> dict[tuple[str, str], _UnderWay]:
    """The cases of courts, by source and court, that closed nothing for SILENT_DAYS at some time."""
    silent = []
    cases = sources[sources["kind"] == "cases"].drop_duplicates("name")
    for source in cases.itertuples():
        for court, closings in closings_by_source.get(str(source.name), {}).items():
            edges = [] if pd.isna(source.stated_from) else [int(source.stated_from)]
            if (np.diff(np.concatenate([edges, closings.days, [source.end_day]])) > SILENT_DAYS).any():
                silent.append((source.name, court))
    con.register("silent_courts", pd.DataFrame(silent, columns=["name", "court_id"], dtype="str"))
    rows = con.execute(UNDER_WAY).df()
    con.unregister("silent_courts")
    return {
        (str(name), str(court)): _UnderWay(frame["first_day"].to_numpy(np.int64), frame["end_day"].to_numpy(np.int64))
        for (name, court), frame in rows.groupby(["name", "court_id"])
    }


def _closings(rows: pd.DataFrame) -> Closings:
    return Closings(rows["day"].to_numpy(np.int64), rows["n"].to_numpy(np.int64))


def _merge(parts: list[Closings]) -> Closings:
    days, position = np.unique(np.concatenate([part.days for part in parts]), return_inverse=True)
    counts = np.bincount(position, np.concatenate([part.counts for part in parts]), len(days))
    return Closings(days, counts.astype(np.int64))


def _expected_closings(exposures: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Closings by source and court at the rate of all courts of the source together."""
    expected: dict[tuple[str, str], float] = {}
    for name, rows in exposures.groupby("name"):
        rate = float(rows["n_closed"].sum() / rows["days"].sum())
        expected |= {(str(name), row.court_id): rate * float(row.days) for row in rows.itertuples()}
    return expected


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[object, ...]]) -> None:
    columns = [name for name, *_ in con.execute(f"DESCRIBE measures.{table}").fetchall()]
    con.register("window_rows", pd.DataFrame(rows, columns=columns))
    con.execute(f"INSERT INTO measures.{table} SELECT * FROM window_rows ORDER BY ALL")
    con.unregister("window_rows")
