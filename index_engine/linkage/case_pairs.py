"""Cases that two sources may both have under numbers of their own: of one court, filed within days, with
one claim.

Sources date a case otherwise, as by its application or its registration, and round its claim otherwise.
How they do is learnt from how many cases of the one look like cases of the other at each number of days
between their filings: where the two have the same cases, some of these numbers stand out.
"""

from pathlib import Path

import duckdb

from index_engine.chance import is_no_coincidence

SQL_FOLDER = Path(__file__).parent
# Sources that have the same cases date their filings by so many days apart at most.
MAX_DAYS_APART = 7
# So many days on or back, whole weeks since courts file on weekdays, what looks alike does so by chance.
CHANCE_DAYS = (-21, -14, 14, 21)
MIN_EXCESS = 2  # times as many as by chance
# What makes two cases one rather than two others, the surest first, in addition to court, days and claim.
EVIDENCE = (("closed_on", "cause"), ("closed_on",), ("cause",), ())

# Claims of a court and day in one source that are those of another: by the ways of rounding and the days
# from the filing in the earlier source to that in the later one.
ALIKE_BY_DAYS = """
WITH earlier_claims AS (
    SELECT earlier_name, later_name, rounding, court_id, claim, filed_on FROM case_claims WHERE name = earlier_name
),
later_claims AS (
    SELECT earlier_name, later_name, rounding, court_id, claim, filed_on FROM case_claims WHERE name = later_name
),
-- Few claims are in both: nothing of the others is sorted or counted. No day within reach lies beyond the
-- spans of days beside its own.
earlier AS (
    SELECT DISTINCT *, UNNEST([day // $reach - 1, day // $reach, day // $reach + 1]) AS span
    FROM (SELECT *, filed_on - DATE '1970-01-01' AS day FROM earlier_claims)
    SEMI JOIN later_claims USING (earlier_name, later_name, rounding, court_id, claim)
),
later AS (
    SELECT DISTINCT *, (filed_on - DATE '1970-01-01') // $reach AS span FROM later_claims
)
SELECT earlier_name, later_name, rounding, (later.filed_on - earlier.filed_on)::INTEGER AS days, COUNT(*) AS alike
FROM earlier JOIN later USING (earlier_name, later_name, rounding, court_id, claim, span)
WHERE days BETWEEN -$reach AND $reach
GROUP BY ALL
"""

# Cases of two sources whose court and claim the other one has too.
CANDIDATES = """
CREATE OR REPLACE TEMP TABLE candidates AS
WITH compared AS (FROM case_claims WHERE earlier_name = $earlier AND later_name = $later)
SELECT * FROM compared
SEMI JOIN (SELECT court_id, claim FROM compared GROUP BY ALL HAVING MIN(name) <> MAX(name)) USING (court_id, claim)
"""

# The first closed with the first closed, of those that look alike.
MATCH = """
INSERT INTO matched_cases
WITH free_cases AS (
    SELECT * FROM candidates
    ANTI JOIN (
        SELECT earlier_name, later_name, UNNEST([earlier_case, later_case]) AS case_id FROM matched_cases
    ) USING (earlier_name, later_name, case_id)
),
earlier AS (
    SELECT *, filed_on + $days::INTEGER AS later_day,
           ROW_NUMBER() OVER (PARTITION BY court_id, filed_on, claim{keys} ORDER BY closed_on NULLS LAST, case_id) AS n
    FROM free_cases WHERE name = earlier_name
),
later AS (
    SELECT *, filed_on AS later_day,
           ROW_NUMBER() OVER (PARTITION BY court_id, filed_on, claim{keys} ORDER BY closed_on NULLS LAST, case_id) AS n
    FROM free_cases WHERE name = later_name
)
SELECT earlier.earlier_name, earlier.later_name, court_id, earlier.filed_on, claim, earlier.unit,
       earlier.case_id AS earlier_case, later.case_id AS later_case, $days AS days_apart
FROM earlier JOIN later USING (court_id, later_day, claim, n{keys})
"""


def create_case_pairs(con: duckdb.DuckDBPyConnection) -> None:
    """`case_pairs`: one to one, the cases of each two sources that look alike; and `case_claims`: the
    cases that were compared, see case_claims.sql."""
    con.execute(read_sql("rounding_unit"))
    con.execute(f"CREATE OR REPLACE TEMP TABLE case_claims AS {read_sql('case_claims')}")
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE matched_cases (
            earlier_name VARCHAR, later_name VARCHAR, court_id VARCHAR, filed_on DATE, claim BIGINT, unit INTEGER,
            earlier_case VARCHAR, later_case VARCHAR, days_apart INTEGER
        )
        """
    )
    reach = max(CHANCE_DAYS) + MAX_DAYS_APART
    counts = con.execute(ALIKE_BY_DAYS, {"reach": reach}).fetchall()
    alike: dict[tuple[str, str], dict[str, dict[int, int]]] = {}
    for earlier, later, rounding, days, n in counts:
        alike.setdefault((earlier, later), {}).setdefault(rounding, {})[days] = n
    for (earlier, later), by_rounding in sorted(alike.items()):
        rounding = max(sorted(by_rounding, key="nearest".__ne__), key=lambda each: _n_near(by_rounding[each]))
        names = {"earlier": earlier, "later": later}
        con.execute(
            "DELETE FROM case_claims WHERE earlier_name = $earlier AND later_name = $later AND rounding <> $rounding",
            names | {"rounding": rounding},
        )
        con.execute(CANDIDATES, names)
        for keys in EVIDENCE:
            for days in _days_apart(by_rounding[rounding]):
                con.execute(MATCH.format(keys="".join(f", {key}" for key in keys)), {"days": days})
        con.execute("DROP TABLE candidates")
    con.execute(f"CREATE OR REPLACE TEMP TABLE case_pairs AS {read_sql('case_pairs')}")
    con.execute("DROP TABLE matched_cases")


def drop_case_pairs(con: duckdb.DuckDBPyConnection) -> None:
    """Remove what `create_case_pairs` made."""
    con.execute("DROP TABLE case_pairs")
    con.execute("DROP TABLE case_claims")


def _n_near(alike: dict[int, int]) -> int:
    return sum(n for days, n in alike.items() if abs(days) <= MAX_DAYS_APART)


def _days_apart(alike: dict[int, int]) -> list[int]:
    """The numbers of days between the filings of one case in two sources, the commonest first: those at
    which far more cases look alike than by chance; and none, since batches are alike on one day."""
    found = [0]
    for days in range(-MAX_DAYS_APART, MAX_DAYS_APART + 1):
        chance = max([alike.get(days + shift, 0) for shift in CHANCE_DAYS] + [1])
        n = alike.get(days, 0)
        if days and n > MIN_EXCESS * chance and is_no_coincidence(n, chance):
            found.append(days)
    return sorted(found, key=lambda days: (-alike.get(days, 0), abs(days), days))


def read_sql(name: str) -> str:
    """The text of a file of this folder."""
    return (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
