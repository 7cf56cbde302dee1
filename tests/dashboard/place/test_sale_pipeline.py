"""The auction funnel: its steps add up, and a price stands beside its lawful floor."""

import pandas as pd
import pytest

from dashboard.place import sale_pipeline
from dashboard.state.cache import CachedSnapshot
from dashboard.text import formats
from index_engine import queries
from tests.dashboard.reading import part, plain, profile, row_of, scored
from tests.dashboard.running import Open

pytestmark = pytest.mark.usefixtures("in_english")

FUNNEL = pd.DataFrame(
    {
        "stage": ["first", "second", "sale"],
        "ended": [200, 120, 30],
        "held": [190, 118, 30],
        "sold": [20, 24, 6],
        "failed": [165, 90, 24],
        "defaulted": [3, 2, 0],
        "setoff": [2, 2, 0],
        "withdrawn": [10, 2, 0],
        "price_ratio": [0.8025, 0.6425, float("nan")],
        "price_count": [19, 24, 6],
        "sale_rate": [20 / 190, 24 / 118, 6 / 30],
    }
)
COUNTS = ("ended", "held", "sold", "failed", "defaulted", "setoff", "withdrawn", "price_count")
FUNNEL = FUNNEL.assign(**{f"{name}_suppression": "" for name in COUNTS})


def test_the_outcomes_of_a_stage_add_up_to_it() -> None:
    found = sale_pipeline.pipeline_rows(FUNNEL)
    stages = [at for at, step in enumerate(found) if step.kind == "stage"]
    assert [found[at].count for at in stages] == [190, 118, 30]
    for at in stages:
        stage, sold, unsold = found[at : at + 3]
        assert (sold.kind, unsold.kind) == ("sold", "unsold")
        assert sold.count + unsold.count == stage.count
        assert sold.first_auction_share + unsold.first_auction_share == pytest.approx(stage.first_auction_share)
    assert found[0].first_auction_share == 1
    assert found[stages[1]].first_auction_share == pytest.approx(118 / 190)
    withdrawn = [step for step in found if step.kind == "withdrawn"]
    assert [step.count for step in withdrawn] == [10, 2]


def test_shares_of_those_held_leave_withdrawn_ones_out() -> None:
    sold, unsold = sale_pipeline.pipeline_rows(FUNNEL)[1:3]
    assert sold.held_share == pytest.approx(20 / 190)
    assert unsold.held_share == pytest.approx(170 / 190)
    assert "defaulted 3" in unsold.detail and "payment 2" in unsold.detail


def test_a_small_number_sold_leaves_the_rates_and_no_exact_rest() -> None:
    few = FUNNEL.assign(sold=[float("nan")] * 3, sold_suppression="<10", sale_rate=[0.03, 0.05, 0.2])
    stage, sold, unsold = sale_pipeline.pipeline_rows(few)[:3]
    assert (sold.count_suppression, unsold.count_suppression) == ("<10", ">180")
    assert formats.is_missing(unsold.count)
    assert sold.first_auction_share == pytest.approx(0.03)
    assert stage.count == 190


def test_of_withheld_rounds_nothing_is_told_by_another_row() -> None:
    withheld = FUNNEL.assign(
        held=[190.0, float("nan"), float("nan")],
        held_suppression=["", "secondary", "<10"],
        sold=[20.0, float("nan"), float("nan")],
        sold_suppression=["", "secondary", "<10"],
    )
    rows = [row for row in sale_pipeline.pipeline_rows(withheld) if row.kind == "unsold"]
    assert [row.count_suppression for row in rows] == ["", "secondary", "<10"]
    assert all(formats.is_missing(row.first_auction_share) for row in rows[1:])


def test_floors_are_those_of_the_law() -> None:
    floors = [step.price_floor for step in sale_pipeline.pipeline_rows(FUNNEL) if step.kind == "sold"]
    assert floors == pytest.approx([0.7, 0.56, 0.56])
    assert sale_pipeline._price_position(0.4) == 0
    assert sale_pipeline._price_position(0.8) == pytest.approx(50)


def test_without_first_auctions_shares_are_of_all() -> None:
    later = FUNNEL[FUNNEL["stage"] != "first"]
    assert sale_pipeline.pipeline_rows(later)[0].first_auction_share == pytest.approx(118 / 148)


def yuan(amount: float) -> str:
    """An amount as English pages write it."""
    unit, letter = (1e9, "B") if amount >= 1e9 else (1e6, "M")
    return f"{amount / unit:.1f}".removesuffix(".0") + f"{letter} yuan"


def test_the_page_shows_the_answer_with_its_law_and_three_denominators(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    row = scored(sample, "province", period)
    funnel = queries.sale_pipeline(sample, "province", row.place_id, period).set_index("stage")
    section = part(profile(open_page, "province", row.place_id), "rounds")
    held = formats.count(funnel.loc["first", "held"], funnel.loc["first", "held_suppression"])
    assert held in plain(row_of(section, "First auction"))
    words = plain(section)
    assert "Fa Shi [2016] 18, arts 10 and 26" in words
    assert "floor 70%" in words and "floor 56%" in words
    figures = queries.statistics(sample, "province", row.place_id, period).set_index("statistic")
    for name in sale_pipeline.SALE_RATE_STATISTICS:
        line = figures.loc[name]
        assert f"{100 * line['value']:.1f}%" in words
        write = yuan if name == "sale_by_value" else "{:,.0f}".format
        sides = [
            "withheld (subtraction)" if line[f"{side}_suppression"] == "secondary" else write(line[side])
            for side in ("numerator", "denominator")
        ]
        assert " / ".join(sides) in words
