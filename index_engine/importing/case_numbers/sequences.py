"""How far the numbers of cases run by court, type and year: what shows that cases are missing.

Works on the rows of an import as parsed (`import_parsed`, see values/parse_values.py).
"""

import duckdb

# A number is out of line where it is at least twice the next, and where cases missing at random
# would leave such a gap less than once in a million times. With a highest number h, n cases drawn
# at random all lie at or below m with a chance of (m / h) ^ n.
_MIN_OUTLIER_RATIO = 2
_MAX_GAP_PROBABILITY = 1e-6

# More than these are no slips of the pen, but numbers that begin anew further up.
_MAX_OUTLIER_SHARE = 0.05

# Below that many numbers a case nothing can be out of line: one in twenty may be, and stands at
# twice the next, which is at least the count of those below it. Most courts are left out by it.
_MIN_NUMBERS_PER_CASE = 1.5

# Numbers rise with the days of filing: a high one after months without any is what a gap looks
# like, so only cases filed from shortly before it on speak against it.
_LOOKBACK_DAYS = 30
# Beyond that ratio no gap explains it: the first three days of a year would have to be all.
_CERTAIN_OUTLIER_RATIO = 100


def flag_outlying_numbers(con: duckdb.DuckDBPyConnection) -> None:
    """Find numbers far beyond the others of their court, type and year: slips of the pen.

    One such slip, 执9999999号, would say that nearly all cases of a province are missing. Adds
    warnings to `import_findings`, and makes the temporary table import_slips (court_id, case_type,
    number_year, cut): numbers from `cut` on do not tell how far the numbers run. Numbers are held
    against the others of the file and against what came in earlier ones.
    """
    con.execute(
        """CREATE OR REPLACE TEMP TABLE import_slips AS
        WITH numbers AS (
            SELECT court_id, case_type, number_year, number_sequence AS number,
                   min(filed_on) AS filed_on
            FROM import_parsed
            SEMI JOIN (
                SELECT court_id, case_type, number_year FROM import_parsed
                WHERE number_style = 'standard'
                GROUP BY ALL HAVING max(number_sequence) > $full * count(*))
                USING (court_id, case_type, number_year)
            WHERE number_style = 'standard' AND number_type = case_type
              AND court_id IS NOT NULL AND filed_on IS NOT NULL
            GROUP BY ALL),
        known AS (
            SELECT court_id, case_type, number_year, max(highest) AS highest
            FROM case_sequences GROUP BY ALL),
        placed AS (
            SELECT numbers.*, coalesce(highest, 0) AS highest,
                   greatest(lag(number, 1, 0) OVER up, coalesce(highest, 0)) AS next,
                   count(*) OVER same AS n, row_number() OVER up AS place
            FROM numbers LEFT JOIN known USING (court_id, case_type, number_year)
            WINDOW same AS (PARTITION BY court_id, case_type, number_year),
                   up AS (PARTITION BY court_id, case_type, number_year ORDER BY number)),
        suspects AS (
            SELECT * FROM placed
            WHERE next > 0 AND number >= $least * next
              AND n - place + 1 <= greatest(1, $slips * n)),
        here AS (
            SELECT suspects.court_id, suspects.case_type, suspects.number_year, suspects.number,
                   count(*) AS others
            FROM suspects JOIN numbers USING (court_id, case_type, number_year)
            WHERE numbers.number < suspects.number
              AND (numbers.filed_on >= suspects.filed_on - $days
                   OR suspects.number >= $surely * next)
            GROUP BY ALL),
        earlier AS (
            SELECT suspects.court_id, suspects.case_type, suspects.number_year, suspects.number,
                   count(*) AS others
            FROM suspects JOIN cases USING (court_id, case_type, number_year)
            WHERE cases.filed_on >= suspects.filed_on - $days
               OR suspects.number >= $surely * next
            GROUP BY ALL)
        SELECT court_id, case_type, number_year, min(number) AS cut
        FROM suspects
        LEFT JOIN here USING (court_id, case_type, number_year, number)
        LEFT JOIN earlier USING (court_id, case_type, number_year, number)
        WHERE pow(next / number, greatest(coalesce(here.others, 0), coalesce(earlier.others, 0)))
              < $rare
        GROUP BY ALL""",
        {
            "full": _MIN_NUMBERS_PER_CASE,
            "least": _MIN_OUTLIER_RATIO,
            "slips": _MAX_OUTLIER_SHARE,
            "days": _LOOKBACK_DAYS,
            "surely": _CERTAIN_OUTLIER_RATIO,
            "rare": _MAX_GAP_PROBABILITY,
        },
    )
    con.execute(
        """INSERT INTO import_findings (row_no, field, rule, message, action)
        SELECT row_no, 'case_id', 'number_out_of_line',
               'the number is far beyond the others of its court and year: mistyped? It does not'
               || ' count as the highest', 'warned'
        FROM import_parsed JOIN import_slips USING (court_id, case_type, number_year)
        WHERE number_style = 'standard' AND number_type = case_type AND number_sequence >= cut"""
    )


def store_sequences(con: duckdb.DuckDBPyConnection, source_id: int) -> None:
    """Note per court, type and year how far the numbers of the kept rows run, and how many came.

    Only cases filed under observation count: of earlier ones a source has those still open. Where
    it observes the whole year, numbers begin with 1. Numbers out of line are left out.
    """
    con.execute(
        """INSERT INTO case_sequences
        SELECT source_id, court_id, case_type, number_year,
               CASE WHEN make_date(number_year, 1, 1) >= any_value(observed_from) THEN 1
                    ELSE min(number_sequence) END,
               max(number_sequence), count(DISTINCT number_sequence)
        FROM import_parsed
        LEFT JOIN import_slips USING (court_id, case_type, number_year)
        JOIN sources ON source_id = $source_id
        WHERE number_style = 'standard' AND number_type = case_type
          AND filed_on >= coalesce(observed_from, filed_on)
          AND (cut IS NULL OR number_sequence < cut)
          AND row_no NOT IN (SELECT row_no FROM rejects
                             WHERE rejects.source_id = $source_id AND action = 'rejected')
        GROUP BY source_id, court_id, case_type, number_year""",
        {"source_id": source_id},
    )
