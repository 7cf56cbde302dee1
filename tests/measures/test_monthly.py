"""Flows by calendar month: which day decides, and what lies outside the window."""

from datetime import date
from decimal import Decimal

from index_engine.measures.compute import compute_measures
from index_engine.method import load_method
from tests.worlds import Case, Round, World

CASES = (
    # Money is in before the case is closed: paid in March, closed in April.
    Case(
        *("a", "K1", date(2022, 1, 31)),
        closed_on=date(2022, 4, 2),
        close_mode="completed",
        paid_out_on=date(2022, 3, 30),
    ),
    # Without a day of payment the closing stands for it.
    Case("b", "K1", date(2022, 2, 1), closed_on=date(2022, 4, 30), close_mode="completed"),
    # Closed without recovery: a closing, no payment.
    Case("c", "K1", date(2022, 2, 28), closed_on=date(2022, 6, 1), close_mode="zhongben"),
    # Filed before the window: its closing counts, its filing does not.
    Case("d", "K1", date(2020, 12, 31), closed_on=date(2021, 1, 1), close_mode="completed"),
    # Closed after the window, and of another type.
    Case("e", "K1", date(2024, 12, 31), closed_on=date(2025, 1, 1), close_mode="completed"),
    Case("f", "K1", date(2022, 2, 2), case_type="resumed"),
)
ROUNDS = (
    Round("x", "K2", date(2022, 5, 1), date(2022, 5, 31), "failed", 1),
    Round("x", "K2", date(2022, 6, 9), date(2022, 7, 1), "sold", 2, final_price=Decimal(9)),
    Round("y", "K2", date(2022, 5, 1), date(2022, 6, 30), "withdrawn", 1),
)


def test_by_the_day_that_each_flow_goes_by():
    with World(cases=CASES, rounds=ROUNDS).connect() as con:
        compute_measures(con, load_method())
        rows = con.execute(
            "SELECT CAST(court_id AS VARCHAR), month, filed, closed, paid, sold FROM measures.monthly ORDER BY ALL"
        ).fetchall()
    assert rows == [
        ("K1", 2021 * 12 + 0, 0, 1, 1, 0),
        ("K1", 2022 * 12 + 0, 1, 0, 0, 0),
        ("K1", 2022 * 12 + 1, 2, 0, 0, 0),
        ("K1", 2022 * 12 + 2, 0, 0, 1, 0),
        ("K1", 2022 * 12 + 3, 0, 2, 1, 0),
        ("K1", 2022 * 12 + 5, 0, 1, 0, 0),
        ("K1", 2024 * 12 + 11, 1, 0, 0, 0),
        ("K2", 2022 * 12 + 6, 0, 0, 0, 1),
    ]
