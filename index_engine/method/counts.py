"""The counts that a method may name: columns of the measures, read from their SQL, and what is made
of them.

A column added to a measure can be named at once; the sums of products that errors need, called
numerator_x_denominator, cannot.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

MEASURES_FOLDER = Path(__file__).parents[1] / "measures"
KEY_COLUMNS = {"court_id", "stratum", "period", "stage"}
PRODUCT = "_x_"

# Of cases open at the end of a window: flows summed from the beginning.
STOCK_COUNTS = {"pending", "handled", "pending_days"}
# Sums of two counts.
COMPOSITE_COUNTS = {
    "recovered_in_kind": ("recovered_setoff", "recovered_asset_swap"),
    "recovered_arranged": ("recovered_instalment", "recovered_restructuring"),
}
# Columns of round_counts that are given once more for first rounds, as first_held and first_sold.
FIRST_ROUND_COLUMNS = ("held", "sold")

# Sums of amounts that a ratio of sums may be made of, and the count of cases behind it.
AMOUNTS = {
    ("recovered", "claimed"): "amount_cases",
    ("zhongben_recovered", "zhongben_claimed"): "zhongben_amount_cases",
}
# What is counted where a sum is of yuan or days: the count decides whether the sum is published.
COUNT_BY_SUM = {
    "value_finished": "lots_finished",
    "value_sold": "lots_sold",
    "start_value": "sold",
    "premium": "sold",
    "days_to_close": "closed",
    "pending_days": "handled",
}
MEANS = {("days_to_close", "closed")}  # sums over counted things, with a sum of squares
# What is a sum of yuan, and no count of things.
MONEY = {name for pair in AMOUNTS for name in pair}
MONEY |= {"premium", "start_value", "value_finished", "value_sold"}
# Sums that are no counts: a share of them has no binomial error.
NON_COUNTS = MONEY | {"days_to_close", "pending_days"}


def count_columns(measure: str) -> set[str]:
    """The counts in the result of a measure's SQL: its columns without keys and products."""
    sql = (MEASURES_FOLDER / f"{measure}.sql").read_text(encoding="utf-8")
    return {name for name in _result_columns(sql) if PRODUCT not in name} - KEY_COLUMNS


@cache
def _result_columns(sql: str) -> tuple[str, ...]:
    """Names of the columns of a query, from its syntax alone: its tables need not exist."""
    [(serialised,)] = duckdb.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    tree: dict[str, Any] = json.loads(serialised)
    if tree["error"]:
        raise ValueError(tree["error_message"])
    columns = tree["statements"][0]["node"]["select_list"]
    return tuple(column["alias"] or column["column_names"][-1] for column in columns)


CASE_COUNTS = count_columns("case_counts") | count_columns("coverage")
CASE_COUNTS |= STOCK_COUNTS | set(COMPOSITE_COUNTS)
# Of the cases that were closed in a window.
CLOSING_COUNTS = count_columns("case_counts") - {"filed", "initial_stock"} | set(COMPOSITE_COUNTS)
AUCTION_COUNTS = count_columns("round_counts") | count_columns("lot_counts")
AUCTION_COUNTS |= {f"first_{name}" for name in FIRST_ROUND_COLUMNS}
