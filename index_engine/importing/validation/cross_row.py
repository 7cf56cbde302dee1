"""What only several rows together show: dates far from all others, a lot's rounds one after another,
and amounts in a unit that no other court of the file uses.

The rules stand in rules/cross_row.toml; here is what they look at. Nothing they find rejects a row.
"""

from datetime import date

import duckdb

from index_engine.day_span import rows_span
from index_engine.importing.contract import Contract
from index_engine.importing.validation.findings import NOT_REJECTED_SQL, StagedRows, insert_findings
from index_engine.importing.validation.rules import Rule, applicable_cross_row_rules

DATE_RULE = "date_out_of_line"
MIN_CASES = 20  # of a court, and of the others, before what is usual there says anything


def validate_cross_row(
    con: duckdb.DuckDBPyConnection, rows: StagedRows, data_contract: Contract, law: str = "CN"
) -> None:
    """Add to the findings of the import under way what its acceptable rows show together.

    Rounds are also held against rounds of the same lots that are in the warehouse already.
    """
    rules = applicable_cross_row_rules(data_contract.kind, law)
    if not rules:
        return
    date_rules = tuple(rule for rule in rules if rule.id == DATE_RULE)
    _check_dates(con, rows, data_contract.kind, date_rules)
    rules = tuple(rule for rule in rules if rule.id != DATE_RULE)
    if data_contract.kind == "auctions":
        _apply_rules(con, _ROUND_SEQUENCES.format(rows=rows.sql), rules, rows)
    elif data_contract.kind == "cases":
        _check_amount_units(con, rows, rules)


def _check_dates(con: duckdb.DuckDBPyConnection, rows: StagedRows, kind: str, rules: tuple[Rule, ...]) -> None:
    """Warn about dates that the span of the file's days leaves out."""
    span = rows_span(con, f"(SELECT * FROM {rows.sql} WHERE {NOT_REJECTED_SQL})", kind, rows.parameters)
    if span is None:
        return
    query = (
        f"SELECT *, CAST($usual_from AS DATE) AS usual_from, CAST($usual_to AS DATE) AS usual_to FROM {rows.sql}"
        f" WHERE {NOT_REJECTED_SQL}"
    )
    usual_from, usual_to = span.dates
    _apply_rules(con, query, rules, rows, usual_from=usual_from, usual_to=usual_to)


def _apply_rules(
    con: duckdb.DuckDBPyConnection, query: str, rules: tuple[Rule, ...], rows: StagedRows, **parameters: date
) -> None:
    findings_sql = ", ".join(rule.finding_sql(rule.action) for rule in rules)
    condition = " OR ".join(f"({rule.when})" for rule in rules)
    # Of a field without a value nothing is found.
    insert_findings(
        con,
        f"SELECT row_no, list_filter([{findings_sql}], lambda f: f.value IS NOT NULL) AS findings"
        f" FROM ({query}) WHERE row_no IS NOT NULL AND ({condition})",
        {**rows.parameters, **parameters},
    )


# Every acceptable round of the file with the round before it, from the file or the warehouse; of a
# round that is in both, the file's row stands. Rounds of the warehouse have no row_no.
_ROUND_SEQUENCES = f"""
WITH here AS (SELECT * FROM {{rows}} WHERE {NOT_REJECTED_SQL}),
rounds AS (
    SELECT row_no, lot_id, round_no, stage, status, listed_on, ended_on, start_price,
           reference_price, listing_inferred
    FROM here
    UNION ALL
    SELECT NULL, lot_id, round_no, stage, status, listed_on, ended_on, start_price,
           reference_price, listing_inferred
    FROM auction_rounds
    SEMI JOIN here USING (lot_id)
    ANTI JOIN here USING (lot_id, round_no))
SELECT *,
       lag(round_no) OVER lot AS earlier_round,
       lag(stage) OVER lot AS earlier_stage,
       lag(status) OVER lot AS earlier_status,
       lag(listed_on) OVER lot AS earlier_listed_on,
       lag(ended_on) OVER lot AS earlier_ended_on,
       lag(start_price) OVER lot AS earlier_start_price,
       lag(reference_price) OVER lot AS earlier_reference_price,
       first_value(listed_on) OVER lot AS first_listed_on,
       first_value(reference_price) OVER lot AS first_reference_price
FROM rounds
WINDOW lot AS (PARTITION BY lot_id ORDER BY round_no)
"""


def _check_amount_units(con: duckdb.DuckDBPyConnection, rows: StagedRows, rules: tuple[Rule, ...]) -> None:
    """Warn about the rows of courts whose usual amounts are far from everyone else's.

    The courts come first: mostly none is doubtful, and then no row is looked at again.
    """
    condition = " OR ".join(f"({rule.when})" for rule in rules)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE doubtful AS SELECT * FROM ({_TYPICAL_AMOUNTS.format(rows=rows.sql)})"
        f" WHERE {condition}",
        rows.parameters | {"least": MIN_CASES},
    )
    [(doubtful_count,)] = con.execute("SELECT count(*) FROM doubtful").fetchall()
    if doubtful_count:
        query = f"SELECT * FROM {rows.sql} JOIN doubtful USING (court_id) WHERE {NOT_REJECTED_SQL}"
        _apply_rules(con, query, rules, rows)
    con.execute("DROP TABLE doubtful")


def _rounded_amount_sql(logarithm: str) -> str:
    """Return SQL for the amount, to two digits, that has this logarithm."""
    return f"round(pow(10, {logarithm}), 1 - CAST(floor({logarithm}) AS INTEGER))"


# What is usual in each court: geometric means of positive amounts, to two digits. Where a unit is
# wrong they lie 10,000 times apart, so that medians would say no more, and these take a tenth of
# the time. Logarithms are summed as whole thousandths, which no order of rows changes.
#   courts_claim, elsewhere_claim   claims of the court, and of all others in the file
#   paid_claim, paid_recovered      of its completed cases with both amounts
# NULL where there are too few cases.
_TYPICAL_AMOUNTS = f"""
WITH amounts AS (
    SELECT court_id, coalesce(close_mode = 'completed' AND recovered_amount > 0, false) AS paid,
           CAST(1000 * log10(CAST(claim_amount AS DOUBLE)) AS INTEGER) AS claim,
           CASE WHEN paid THEN CAST(1000 * log10(CAST(recovered_amount AS DOUBLE)) AS INTEGER) END
               AS recovered
    FROM {{rows}} WHERE claim_amount > 0 AND {NOT_REJECTED_SQL}),
courts AS (
    SELECT court_id, count(*) AS n, sum(claim) AS claims, count(*) FILTER (paid) AS n_paid,
           sum(claim) FILTER (paid) AS paid_claims, sum(recovered) AS recoveries
    FROM amounts GROUP BY court_id),
compared AS (
    SELECT *, sum(n) OVER () - n AS n_elsewhere, sum(claims) OVER () - claims AS claims_elsewhere
    FROM courts),
means AS (
    SELECT court_id,
           CASE WHEN n >= $least THEN claims / n / 1000 END AS court,
           CASE WHEN n_elsewhere >= $least THEN claims_elsewhere / n_elsewhere / 1000 END
               AS elsewhere,
           CASE WHEN n_paid >= $least THEN paid_claims / n_paid / 1000 END AS paid_claim,
           CASE WHEN n_paid >= $least THEN recoveries / n_paid / 1000 END AS paid_recovered
    FROM compared)
SELECT court_id,
       {_rounded_amount_sql("court")} AS courts_claim,
       {_rounded_amount_sql("elsewhere")} AS elsewhere_claim,
       {_rounded_amount_sql("paid_claim")} AS paid_claim,
       {_rounded_amount_sql("paid_recovered")} AS paid_recovered
FROM means
"""
