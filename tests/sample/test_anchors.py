"""The sample reproduces the published national figures, within tolerances stated here.

The figures' sources are named in parameters.toml. A tolerance covers the sampling error of 100,000
rows (of which some 2,000 are lots of one year) and the sample's own inexactness: what a claim is
worth and how courts differ is assumed, so figures are reproduced to their first digits only.
"""

from itertools import pairwise

import pytest

from tests.sample.conftest import Sample
from tests.sample.incidence import incidence


def share(world: Sample, condition: str, of: str) -> float:
    """The share of first-enforcement cases under `of` that meet `condition`."""
    return float(world.one(f"SELECT AVG(COALESCE({condition}, FALSE)::INTEGER) FROM first_cases WHERE {of}"))


def test_closing_mix(world: Sample) -> None:
    closed = "closed_on IS NOT NULL"
    assert 0.40 <= share(world, "close_mode = 'completed'", closed) <= 0.44
    assert 0.34 <= share(world, "close_mode = 'zhongben'", closed) <= 0.45
    assert share(world, "close_mode = 'terminated'", closed) == pytest.approx(0.20, abs=0.02)


@pytest.mark.parametrize(
    ("tier", "completed", "zhongben"), [("T1", 0.48, 0.29), ("T2", 0.44, 0.34), ("T3", 0.395, 0.39), ("T4", 0.34, 0.47)]
)
def test_closing_mix_of_a_tier(world: Sample, tier: str, completed: float, zhongben: float) -> None:
    of = f"closed_on IS NOT NULL AND tier = '{tier}'"
    assert share(world, "close_mode = 'completed'", of) == pytest.approx(completed, abs=0.02)
    assert share(world, "close_mode = 'zhongben'", of) == pytest.approx(zhongben, abs=0.02)


def test_recovery(world: Sample) -> None:
    """54.3 % and 56.7 % published; 1 point of tolerance for the heavy tail of claims."""
    recovered = world.one(
        "SELECT SUM(LEAST(recovered_amount, claim_amount)) / SUM(claim_amount)"
        " FROM first_cases WHERE closed_on IS NOT NULL"
    )
    assert 0.53 <= recovered <= 0.58
    by_tier = world.all(
        "SELECT SUM(LEAST(recovered_amount, claim_amount)) / SUM(claim_amount)"
        " FROM first_cases WHERE closed_on IS NOT NULL GROUP BY tier ORDER BY tier"
    )
    for (tier_recovered,), wanted in zip(by_tier, (0.62, 0.57, 0.50, 0.42), strict=True):
        assert tier_recovered == pytest.approx(wanted, abs=0.05)


@pytest.mark.parametrize(("tier", "wanted"), [("T1", 0.80), ("T2", 0.68), ("T3", 0.53), ("T4", 0.36)])
def test_cash_of_collateral_cases_within_24_months(twin: Sample, tier: str, wanted: float) -> None:
    """Aalen-Johansen with delayed entry, so the stock open at the start is under the same law."""
    spells = twin.all(
        """
        SELECT GREATEST(filed_on, DATE '2019-01-01') - filed_on,
               COALESCE(closed_on, DATE '2026-01-01') - filed_on,
               CASE WHEN closed_on IS NULL THEN 'open' WHEN close_mode = 'completed' THEN 'cash'
                    ELSE close_mode END
        FROM first_cases WHERE has_assets AND tier = ?
        """,
        tier,
    )
    assert incidence(spells, "cash", 730) == pytest.approx(wanted, abs=0.04)


def test_the_opening_stock_follows_the_law_of_later_filings(twin: Sample) -> None:
    """A first window, which rests on cases filed before it, gives the curve of a later one."""
    curves = []
    for start, end in (("2019-01-01", "2020-12-31"), ("2023-01-01", "2024-12-31")):
        spells = twin.all(
            """
            SELECT GREATEST(filed_on, $start) - filed_on,
                   LEAST(COALESCE(closed_on, $end + 1), $end + 1) - filed_on,
                   CASE WHEN COALESCE(closed_on > $end, TRUE) THEN 'open'
                        WHEN close_mode = 'completed' THEN 'cash' ELSE 'other' END
            FROM (SELECT *, ?::DATE AS start_day, ?::DATE AS end_day FROM first_cases)
            WHERE has_assets AND tier IN ('T2', 'T3')
              AND filed_on <= $end AND COALESCE(closed_on >= $start, TRUE)
            """.replace("$start", "start_day").replace("$end", "end_day"),
            start,
            end,
        )
        curves.append(incidence(spells, "cash", 730))
    assert curves[0] == pytest.approx(curves[1], abs=0.05)


def test_tiers_are_in_order(world: Sample) -> None:
    cash = "close_mode = 'completed' AND days <= 730"
    listed = "first_listed_on - filed_on <= 365"
    for condition, of in ((cash, "TRUE"), (cash, "has_assets"), (listed, "has_assets")):
        cohort = f"{of} AND filed_on BETWEEN DATE '2019-01-01' AND DATE '2023-12-31'"
        tiers = [
            share(world, condition, f"{cohort} AND tier = '{tier}' AND role IS NULL")
            for tier in ("T1", "T2", "T3", "T4")
        ]
        assert tiers == sorted(tiers, reverse=True)
        assert min(a - b for a, b in pairwise(tiers)) > 0.02


def test_days_from_filing_to_first_listing(world: Sample) -> None:
    medians = world.all(
        "SELECT MEDIAN(first_listed_on - filed_on) FROM first_cases"
        " WHERE has_assets AND filed_on BETWEEN DATE '2019-01-01' AND DATE '2023-12-31'"
        " GROUP BY tier ORDER BY tier"
    )
    for (days,), wanted in zip(medians, (120, 160, 230, 330), strict=True):
        assert days == pytest.approx(wanted, rel=0.1)


def test_zhongben_falls_after_three_months(world: Sample) -> None:
    of = "close_mode = 'zhongben' AND role IS NULL"
    for tier in ("T1", "T2", "T3"):
        assert share(world, "days < 90", f"{of} AND tier = '{tier}'") == 0
    assert share(world, "days < 90", f"{of} AND tier = 'T4'") == pytest.approx(0.03, abs=0.01)
    assert share(world, "days BETWEEN 91 AND 121", of) == pytest.approx(0.64, abs=0.03)
    assert share(world, "days BETWEEN 170 AND 186", of) == pytest.approx(0.185, abs=0.02)


def test_seasons(world: Sample) -> None:
    december = share(world, "month(closed_on) = 12", "closed_on IS NOT NULL")
    assert december == pytest.approx(0.125, abs=0.006)
    before_the_ban = "filed_on BETWEEN DATE '2019-01-01' AND DATE '2023-12-31'"
    assert share(world, "quarter(filed_on) = 4", before_the_ban) == pytest.approx(0.218, abs=0.006)
    for month in (1, 2):
        assert share(world, f"month(closed_on) = {month}", "closed_on IS NOT NULL") < 0.06


def test_growth_and_shocks(world: Sample) -> None:
    filed = dict(world.all("SELECT year(filed_on), COUNT(*) FROM first_cases GROUP BY 1"))
    for year, index in zip(range(2019, 2026), (100, 102, 91, 93, 103, 97, 111), strict=True):
        assert filed[year] / filed[2019] == pytest.approx(index / 100, abs=0.04)
    assert sum(filed[year] for year in (2016, 2017, 2018)) < filed[2019] / 2
    ((february, april),) = world.all(
        "SELECT COUNT(*) FILTER (month(filed_on) = 2), COUNT(*) FILTER (month(filed_on) = 4)"
        " FROM first_cases WHERE year(filed_on) = 2020"
    )
    assert february < april / 2


def test_rounds_and_lots_of_2024(world: Sample) -> None:
    """Published for 2024: 12.9 % of rounds and 22.9 % of lots sold, 1.9 rounds per sold lot."""
    held = dict(
        world.all(
            "SELECT stage, AVG((status = 'sold')::INTEGER) FROM auction_rounds"
            " WHERE year(listed_on) IN (2024, 2025)"
            " AND status IN ('sold', 'failed', 'defaulted', 'setoff') GROUP BY stage"
        )
    )
    assert held["first"] == pytest.approx(0.083, abs=0.025)
    assert held["second"] == pytest.approx(0.18, abs=0.03)
    assert held["sale"] == pytest.approx(0.22, abs=0.05)
    of_rounds = "SELECT AVG((status = 'sold')::INTEGER) FROM auction_rounds"
    assert world.one(f"{of_rounds} WHERE year(ended_on) = 2024") == pytest.approx(0.13, abs=0.02)
    ((sold, withdrawn, rounds),) = world.all(
        "SELECT AVG((status = 'sold')::INTEGER), AVG((status = 'withdrawn')::INTEGER),"
        " AVG(rounds) FILTER (status = 'sold') FROM lots WHERE year(listed_on) = 2024"
    )
    assert sold == pytest.approx(0.23, abs=0.035)
    assert withdrawn == pytest.approx(0.084, abs=0.02)
    assert rounds == pytest.approx(1.9, abs=0.15)


def test_sales_grow_rarer_and_cheaper(world: Sample) -> None:
    sold, prices = [], []
    for years in ((2019, 2020), (2022, 2023), (2024, 2025)):
        first = "stage = 'first' AND status IN ('sold', 'failed', 'defaulted', 'setoff')"
        when = f"year(ended_on) IN {years}"
        sold.append(world.one(f"SELECT AVG((status = 'sold')::INTEGER) FROM auction_rounds WHERE {first} AND {when}"))
        prices.append(
            world.one(f"SELECT AVG(final_price / reference_price) FROM auction_rounds WHERE status = 'sold' AND {when}")
        )
    assert sold == sorted(sold, reverse=True) and sold[0] > 1.5 * sold[2]
    assert prices == sorted(prices, reverse=True)
    assert 0.74 <= prices[2] <= 0.78


def test_resumed_cases(world: Sample) -> None:
    """Half of 终本 cases are resumed in the best tier, two thirds of them paid."""
    rows = world.all(
        """
        SELECT COUNT(resumed.case_id) / COUNT(*), AVG((resumed.close_mode = 'completed')::INTEGER)
        FROM first_cases LEFT JOIN cases AS resumed ON resumed.parent_case_id = first_cases.case_id
        WHERE first_cases.close_mode = 'zhongben' AND first_cases.closed_on < DATE '2022-12-01'
        GROUP BY tier ORDER BY tier
        """
    )
    wanted = ((0.50, 0.68), (0.45, 0.65), (0.35, 0.58), (0.25, 0.50))
    for (resumed, cash), (wanted_resumed, wanted_cash) in zip(rows, wanted, strict=True):
        assert resumed == pytest.approx(wanted_resumed, abs=0.04)
        assert cash == pytest.approx(wanted_cash, abs=0.07)
