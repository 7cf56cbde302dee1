"""Cases and auctions tell the same story, in the honest world and in the gamed one."""

import pytest

from tests.sample.conftest import Sample

STEPS = ("notified_on", "queried_on", "seized_on", "priced_on")


@pytest.fixture(params=["world", "twin"])
def sample(request: pytest.FixtureRequest) -> Sample:
    found: Sample = request.getfixturevalue(request.param)
    return found


def broken(sample: Sample, condition: str, of: str = "auction_rounds") -> int:
    return int(sample.one(f"SELECT COUNT(*) FROM {of} WHERE {condition}"))


def test_cash_is_a_completed_case(sample: Sample) -> None:
    completed = "case_type <> 'preservation' AND close_mode = 'completed'"
    early = "(SELECT place_id FROM sample_truth WHERE role = 'early_payments')"
    unlike = f"{completed} AND paid_out_on IS DISTINCT FROM closed_on"
    assert broken(sample, f"{unlike} AND court_id NOT IN {early}", "cases") == 0
    paid = f"{completed} AND case_type = 'first' AND court_id IN {early}"
    assert broken(sample, f"{paid} AND COALESCE(paid_out_on NOT BETWEEN filed_on AND closed_on, TRUE)", "cases") == 0
    assert broken(sample, f"{paid} AND paid_out_on < closed_on", "cases") > 0.8 * broken(sample, paid, "cases") > 20
    assert broken(sample, "paid_out_on IS NOT NULL AND close_mode <> 'completed'", "cases") == 0
    assert broken(sample, "recovered_amount < 0 OR claim_amount <= 0", "cases") == 0
    reason = "(close_reason IS NULL) = (close_mode = 'terminated')"
    assert broken(sample, f"close_mode IS NOT NULL AND {reason}", "cases") == 0


def test_rounds_are_numbered_and_follow_each_other(sample: Sample) -> None:
    assert broken(sample, "first_round <> 1 OR last_round <> rounds", "lots") == 0
    follows = """(
        SELECT listed_on, stage, status,
               LAG(ended_on) OVER lot AS before, LAG(stage) OVER lot AS stage_before,
               LAG(status) OVER lot AS status_before, round_no,
               LAG(start_price) OVER lot AS start_before, start_price
        FROM auction_rounds WINDOW lot AS (PARTITION BY case_id, reference_price ORDER BY round_no))"""
    assert broken(sample, "round_no > 1 AND COALESCE(before >= listed_on, TRUE)", follows) == 0
    assert broken(sample, "(round_no = 1) <> (stage = 'first')", follows) == 0
    assert broken(sample, "stage = 'second' AND stage_before <> 'first'", follows) == 0
    assert broken(sample, "stage = 'sale' AND stage_before <> 'second'", follows) == 0
    assert broken(sample, "stage = 'relisted' AND status_before <> 'defaulted'", follows) == 0
    assert broken(sample, "stage <> 'relisted' AND status_before <> 'failed'", follows) == 0


def test_one_platform_in_eight_gives_every_round_an_id_of_its_own(sample: Sample) -> None:
    assert broken(sample, "ids NOT IN (1, rounds)", "lots") == 0
    courts = "(SELECT court_id, BOOL_OR(ids > 1) AS is_each FROM lots GROUP BY court_id HAVING MAX(rounds) > 1)"
    share = broken(sample, "is_each", courts) / broken(sample, "TRUE", courts)
    assert 0.08 < share < 0.17
    mixed = "(SELECT court_id FROM lots WHERE rounds > 1 GROUP BY court_id HAVING COUNT(DISTINCT ids > 1) > 1)"
    assert broken(sample, "TRUE", mixed) == 0


def test_some_cases_are_filed_together_and_share_their_fate(sample: Sample) -> None:
    """Three in a hundred, eight at a time: of one court and day, ended alike on one day."""
    batches = """(
        SELECT COUNT(*) AS n FROM first_cases WHERE closed_on IS NOT NULL
        GROUP BY court_id, filed_on, closed_on, close_mode HAVING COUNT(*) >= 7)"""
    batched = sample.one(f"SELECT SUM(n) FROM {batches}")
    closed = sample.one("SELECT COUNT(*) FROM first_cases WHERE closed_on IS NOT NULL")
    assert 0.02 < batched / closed < 0.04


def test_prices(sample: Sample) -> None:
    bought = "status IN ('sold', 'defaulted')"
    slipped = "final_price / reference_price NOT BETWEEN 0.05 AND 20"
    assert broken(sample, f"{bought} AND (final_price < start_price AND NOT {slipped} OR bidders < 1)") == 0
    # typed in 万元, or in yuan as 万元
    assert 0 < broken(sample, f"{bought} AND {slipped}") < 0.01 * broken(sample, bought)
    assert (
        broken(
            sample,
            f"{slipped} AND final_price * 10000 / reference_price NOT BETWEEN 0.5 AND 20"
            " AND final_price / 10000 / reference_price NOT BETWEEN 0.5 AND 20",
        )
        == 0
    )
    assert broken(sample, "status IN ('failed', 'withdrawn') AND final_price IS NOT NULL") == 0
    assert broken(sample, "stage = 'first' AND start_price > reference_price * 1.0001 + 1") == 0
    assert broken(sample, "stage <> 'first' AND start_price < reference_price * 0.56") == 0


def test_the_notice_of_the_law(sample: Sample) -> None:
    held = "status IN ('sold', 'failed', 'setoff') AND stage"
    notice = "CASE WHEN asset_class IN ('vehicle', 'other') THEN {} ELSE {} END"
    assert broken(sample, f"{held} = 'first' AND ended_on - listed_on < {notice.format(15, 30)}") == 0
    assert broken(sample, f"{held} = 'second' AND ended_on - listed_on < {notice.format(7, 15)}") == 0
    assert broken(sample, "stage = 'sale' AND ended_on - listed_on > 60") == 0


def test_a_sale_leads_to_cash(sample: Sample) -> None:
    """A case one of whose lots was sold is paid after the sale, or the money is on its way."""
    sold = """(
        SELECT cases.*, MAX(ended_on) AS sold_on
        FROM auction_rounds JOIN cases USING (case_id)
        WHERE status = 'sold' AND cases.filed_on IS NOT NULL GROUP BY ALL)"""
    assert broken(sample, "sold_on > closed_on", sold) == 0
    unpaid = "closed_on IS NOT NULL AND close_mode <> 'completed'"
    assert broken(sample, unpaid, sold) <= 2  # a further lot may be sold before a case is gamed
    late = "closed_on IS NULL AND sold_on < DATE '2025-03-01'"
    assert broken(sample, late, sold) < 0.02 * broken(sample, "TRUE", sold)
    assert broken(sample, "close_mode = 'completed'", sold) > 1000


def test_what_a_sole_lot_brought_is_what_was_recovered(twin: Sample) -> None:
    sole = """(
        SELECT recovered_amount, claim_amount, any_value(final_price) AS price
        FROM auction_rounds JOIN cases USING (case_id)
        WHERE close_mode = 'completed' AND recovered_amount <= claim_amount
        GROUP BY case_id, recovered_amount, claim_amount
        HAVING COUNT(*) = 1 AND MAX(status) = 'sold' AND MAX(final_price / reference_price) BETWEEN 0.05 AND 20)"""
    assert broken(twin, "TRUE", sole) > 100
    # costs come off the price; the creditor gets no more than the claim
    expected = "LEAST(claim_amount, price * 0.97)"
    assert broken(twin, f"ABS(recovered_amount - {expected}) > 1 + 0.001 * price", sole) == 0


def test_first_listing_is_that_of_a_lot(sample: Sample) -> None:
    listed = """(
        SELECT cases.case_id, first_listed_on, filed_on, closed_on, has_assets,
               MIN(lots.listed_on) AS lot_listed_on
        FROM cases LEFT JOIN lots USING (case_id) WHERE case_type = 'first' GROUP BY ALL)"""
    assert broken(sample, "lot_listed_on < first_listed_on", listed) == 0
    since = "first_listed_on >= DATE '2019-01-01'"
    assert broken(sample, f"{since} AND lot_listed_on IS DISTINCT FROM first_listed_on", listed) == 0
    assert broken(sample, "first_listed_on IS NULL AND lot_listed_on IS NOT NULL", listed) == 0
    assert broken(sample, "first_listed_on IS NOT NULL AND NOT has_assets", listed) == 0
    assert broken(sample, "first_listed_on NOT BETWEEN filed_on AND closed_on", listed) == 0


def court_on(court: str, day: str) -> str:
    """SQL for the court that has, on a day, what a court filed: another one since it was abolished."""
    last_day = f"(SELECT valid_to FROM courts WHERE courts.court_id = {court})"
    successor = "(SELECT DISTINCT successor_court_id FROM cases WHERE successor_court_id IS NOT NULL)"
    return f"CASE WHEN {day} > {last_day} THEN {successor} ELSE {court} END"


def test_no_round_outlives_its_case(sample: Sample) -> None:
    of_case = "auction_rounds JOIN cases USING (case_id)"
    assert broken(sample, "ended_on > closed_on OR listed_on >= closed_on", of_case) == 0
    late = "(SELECT place_id FROM sample_truth WHERE role = 'late_results')"
    told = f"cases.court_id NOT IN {late}"
    assert broken(sample, f"closed_on IS NOT NULL AND status IS NULL AND {told}", of_case) == 0
    assert broken(sample, f"auction_rounds.court_id <> {court_on('cases.court_id', 'listed_on')}", of_case) == 0


def test_resumed_cases_name_a_parent_closed_as_zhongben(sample: Sample) -> None:
    resumed = """(
        SELECT cases.filed_on, cases.court_id, parent.closed_on AS parent_closed,
               parent.close_mode AS parent_mode, parent.court_id AS parent_court,
               cases.claim_amount, parent.claim_amount - parent.recovered_amount AS rest
        FROM cases LEFT JOIN cases AS parent ON parent.case_id = cases.parent_case_id
        WHERE cases.case_type = 'resumed')"""
    assert broken(sample, "parent_mode IS DISTINCT FROM 'zhongben'", resumed) == 0
    assert broken(sample, "filed_on <= parent_closed", resumed) == 0
    assert broken(sample, f"court_id <> {court_on('parent_court', 'filed_on')}", resumed) == 0


def test_creditors_from_elsewhere_wait_longer_where_courts_are_weak(twin: Sample) -> None:
    rows = twin.all(
        """
        SELECT MEDIAN(days) FILTER (NOT creditor_local) / MEDIAN(days) FILTER (creditor_local)
        FROM first_cases
        WHERE close_mode = 'completed' AND has_assets AND filed_on < DATE '2023-01-01'
        GROUP BY tier ORDER BY tier
        """
    )
    ratios = [ratio for (ratio,) in rows]
    assert ratios[0] == pytest.approx(1.03, abs=0.08)
    assert ratios[2] > 1.05 and ratios[3] > 1.05


def test_the_steps_of_a_case_are_in_the_order_of_the_procedure(sample: Sample) -> None:
    for earlier, later in (
        ("filed_on", "notified_on"),
        ("notified_on", "queried_on"),
        ("filed_on", "priced_on"),
        ("seized_on", "priced_on"),
        ("priced_on", "first_listed_on"),
        *((step, "closed_on") for step in STEPS),
        *((step, "DATE '2025-12-31'") for step in STEPS),
    ):
        assert broken(sample, f"{earlier} > {later}", "first_cases") == 0, (earlier, later)
    for step in STEPS:
        assert broken(sample, f"{step} IS NOT NULL AND case_type <> 'first'", "cases") == 0
    assert broken(sample, "priced_on IS NOT NULL AND NOT has_assets", "first_cases") == 0
    preserved = broken(sample, "has_assets AND seized_on < filed_on", "first_cases")
    assert preserved / broken(sample, "has_assets", "first_cases") == pytest.approx(0.2, abs=0.02)
    missing = broken(sample, "first_listed_on IS NOT NULL AND priced_on IS NULL", "first_cases")
    assert 0 < missing < 0.06 * broken(sample, "first_listed_on IS NOT NULL", "first_cases")


def test_weak_tiers_take_longer_for_every_step(twin: Sample) -> None:
    for start, step in (
        ("filed_on", "notified_on"),
        ("filed_on", "queried_on"),
        ("seized_on", "priced_on"),
        ("priced_on", "first_listed_on"),
    ):
        rows = twin.all(
            f"SELECT MEDIAN({step} - {start}) FROM first_cases"
            f" WHERE has_assets AND {start} >= filed_on AND filed_on < DATE '2024-01-01'"
            " GROUP BY tier ORDER BY tier"
        )
        days = [median for (median,) in rows]
        assert days == sorted(days) and days[0] < days[-1], step
