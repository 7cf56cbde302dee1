"""What a profile says of closings, of other methods and of choices: no surer than its numbers."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard.place import closing_checks, rank_uncertainty
from dashboard.place.closing_checks import CheckRow
from dashboard.state.cache import CachedSnapshot
from dashboard.text import formats, terms
from dashboard.ui.html import Html
from index_engine import queries
from index_engine.method import load_method
from tests.dashboard.reading import in_order, part, plain, profile, row_of, scored
from tests.dashboard.running import Open

METHOD = load_method()


pytestmark = pytest.mark.usefixtures("in_english")


# ---------------------------------------------------------------- closings


def test_every_check_stands_beside_the_nation(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    row = scored(sample, "province", period)
    values = queries.checks(sample, "province", row.place_id, period)
    assert len(values) == len(METHOD.checks) == 8
    markup = part(profile(open_page, "province", row.place_id), "closings")
    known = {check.id: check for check in METHOD.checks}
    for line in values[values["status"] == "estimated"].itertuples(index=False):
        check = known[line.check]
        assert in_order(
            row_of(markup, check.name["en"]),
            check.numerator["en"],
            check.denominator["en"],
            formats.percent(line.value),
            formats.interval(line.low, line.high, "share"),
            formats.number(line.n),
            formats.percent(line.nation),
            formats.interval(line.nation_low, line.nation_high, "share"),
            f"n = {formats.number(line.nation_n)}",
            check.why["en"],
        ), line


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.3, 0.4, "above the nation"),
        (0.0, 0.1, "below the nation"),
        (0.20, 0.30, "no clear difference"),
        (0.10, 0.20, "no clear difference"),
    ],
)
def test_a_check_differs_only_where_intervals_are_apart(low: float, high: float, said: str) -> None:
    row = CheckRow(
        check=METHOD.checks[0],
        value=(low + high) / 2,
        low=low,
        high=high,
        n=100,
        n_suppression="",
        status="estimated",
        nation=0.2,
        nation_low=0.19,
        nation_high=0.21,
        nation_n=1000,
        nation_n_suppression="",
        explanation=Html(""),
    )
    assert closing_checks.compare_check(row) == said
    assert closing_checks.compare_check(replace(row, status="too_few")) == formats.NO_VALUE


def test_other_methods_stand_beside_this_one(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    [other] = [method for method in sample.methods.values() if method.id != sample.method.id]
    table = queries.method_comparison(sample, "province", period, other.id)
    line = next(table.itertuples(index=False))  # the one that differs most
    assert line.rank_difference, "the methods agree on every province"
    shown = plain(part(profile(open_page, "province", line.place_id), "closings"))
    assert formats.interval(line.other_low, line.other_high, "score") in shown
    assert f"of {len(table)} scored by both" in shown
    side = "lower" if line.rank_difference > 0 else "higher"
    assert f"ranks {abs(line.rank_difference)} places {side} than" in shown
    assert other.purpose["en"] in shown


def test_the_gamed_province_is_higher_by_official_definitions(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    """What the section is for: where far more is closed unpaid than in the nation, official
    definitions see a better place than this method does."""
    [other] = [method for method in sample.methods.values() if method.id != sample.method.id]
    table = queries.method_comparison(sample, "province", period, other.id).set_index("place_id")
    excess = {}
    for unit in table.index:
        share = queries.checks(sample, "province", unit, period).set_index("check").loc["zhongben_share"]
        excess[unit] = share["low"] - share["nation_high"]
    gamed = max(excess, key=excess.__getitem__)
    assert excess[gamed] > 0
    assert table.loc[gamed, "rank_difference"] < 0
    shown = plain(part(profile(open_page, "province", gamed), "closings"))
    assert "above" in shown
    assert "places higher than" in shown


# ---------------------------------------------------------------- choices


def test_sampling_and_choices_stand_apart(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    varied = queries.sensitivity(sample, "province")
    apart = varied["rank_set_low"].lt(varied["rank_low"])
    apart &= varied["rank_set_high"].gt(varied["rank_high"])
    line = next(varied[apart].itertuples(index=False))
    markup = part(profile(open_page, "province", line.place_id), "choices")
    by_chance = formats.rank_range(line.rank_set_low, line.rank_set_high)
    by_choice = formats.rank_range(line.rank_low, line.rank_high)
    assert row_of(markup, "Sampling error").split()[-1] == by_chance
    assert row_of(markup, "Assumptions of the method").split()[-1] == by_choice
    indices = queries.sobol(sample, "province", line.place_id)
    for index in indices.itertuples(index=False):
        row = row_of(markup, terms.assumption_name(index.choice))
        halves = (index.first_half, index.total_half)
        assert index.reason or in_order(row, *(f"± {formats.number(h, 2)}" for h in halves))


def test_every_choice_has_words(sample: CachedSnapshot) -> None:
    for choice in queries.sobol(sample, "province")["choice"]:
        named = terms.assumption_name(choice)
        assert "_" not in named
        assert named != choice or choice == "goalposts"


@pytest.mark.parametrize(
    ("total", "half", "reasons", "ranks", "said"),
    [
        ([0.8, 0.2], [0.1, 0.1], ["", ""], (1, 5), "Largest effect: goalposts."),
        ([0.6, 0.5], [0.1, 0.1], ["", ""], (1, 5), "Largest effect, though not clearly so: goalposts"),
        ([0.6, 0.5], [0.1, 0.1], ["no effect", ""], (1, 5), "Largest effect: shrinkage or none."),
        ([1.0, 0.0], [0.4, 0.0], ["", "no effect"], (1, 1), "The rank hardly changes"),
        ([1.0, 0.0], [1.4, 0.0], ["", "no effect"], (1, 1), "Which assumption matters most cannot be told"),
        ([0.67, 0.3], [1.73, 0.2], ["", ""], (1, 5), "Which assumption matters most cannot be told"),
        ([0.0, 0.0], [0.0, 0.0], ["no effect"] * 2, (1, 1), "The rank does not depend on any assumption."),
    ],
)
def test_the_choice_that_matters_most_is_said_no_surer_than_it_is(
    total: list[float], half: list[float], reasons: list[str], ranks: tuple[int, int], said: str
) -> None:
    found = pd.DataFrame({"choice": ["goalposts", "shrinkage"], "total": total, "total_half": half, "reason": reasons})
    line = SimpleNamespace(rank_low=ranks[0], rank_high=ranks[1])
    assert rank_uncertainty.leading_assumption_text(found, line).startswith(said)


def test_what_is_varied_at_the_last_period_says_so_in_an_earlier(open_page: Open, sample: CachedSnapshot) -> None:
    line = next(queries.sensitivity(sample, "province").itertuples(index=False))
    earlier = sample.periods()[-2]
    shown = part(profile(open_page, "province", line.place_id, period=earlier), "choices")
    last = formats.date_range(*sample.period_dates(sample.periods()[-1]))
    assert f"Period: {last}" in shown
