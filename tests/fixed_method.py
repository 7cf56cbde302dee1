"""The method 1.1 with the indicators and weights that tests of the score calculate with, whatever
is added to it or weighted anew."""

from dataclasses import replace

from index_engine.method import Method, load_method, load_superseded

WEIGHTS = {
    "months_to_cash": 2.0,
    "listed_12m": 1.0,
    "cash_24m": 2.0,
    "zhongben_24m": 1.0,
    "recovery": 1.0,
    "lot_sold_12m": 2.0,
    "price_ratio": 1.0,
    "first_round_sold": 1.0,
}


def fixed_method() -> Method:
    """Eight indicators: two of the cycle, three of closure and three of auction."""
    main = load_method()
    [method] = load_superseded(main)
    return replace(
        method,
        superseded_by="",
        checks=tuple(check for check in main.checks if check.id not in WEIGHTS),
        indicators=tuple(replace(method.indicator(name), weight=weight) for name, weight in WEIGHTS.items()),
    )
