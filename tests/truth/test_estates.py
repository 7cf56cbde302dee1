"""Lots of one estate sell or fail together, also where no file has the cases that they belong to."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.truth.lot_simulator import TRUTH, import_offers, offers
from tests.truth.product import build_main_method, court_estimates
from tests.truth.test_worlds import court_names

WINDOW = (date(2020, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize("has_case_numbers", [True, False], ids=["by case", "by day of listing"])
def test_intervals_cover_where_lots_of_one_estate_sell_alike(tmp_path: Path, has_case_numbers: bool) -> None:
    found = offers(court_names(20), *WINDOW, lots_per_month=45, seed=4, estate_size=10)
    if not has_case_numbers:
        found = [replace(offer, estate="") for offer in found]
    warehouse = tmp_path / "w.duckdb"
    import_offers(warehouse, found, WINDOW, "platform")
    build_main_method(warehouse)
    for indicator, truth in TRUTH.items():
        rows = court_estimates(warehouse, indicator)
        rows = rows[rows["period"].isin(["2022Q4", "2023Q4", "2024Q4"])]
        assert len(rows) == 60 and (rows["status"] == "estimated").all(), indicator
        z = (rows["value"] - truth) / rows["se"]
        assert (z.abs() < 1.96).mean() > 0.95 - 4 * (0.95 * 0.05 / len(rows)) ** 0.5, indicator
        assert z.std() > 0.7, indicator  # nor are they wide without need
