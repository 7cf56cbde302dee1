"""A place among all places: how its value stands to the nation's, how it is drawn and said."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard.place import notable_indicators, score_decomposition, spine_chart
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import formats
from dashboard.ui.national_comparison import Verdict, compare_with_nation
from index_engine import queries
from index_engine.method import load_method
from tests.dashboard.reading import part, plain, profile, row_of, scored
from tests.dashboard.running import Open, text

METHOD = load_method()

pytestmark = pytest.mark.usefixtures("in_english")


def line(value: float, low: float, high: float, status: str = "estimated") -> SimpleNamespace:
    return SimpleNamespace(value=value, low=low, high=high, status=status)


# ---------------------------------------------------------------- how a value stands


@pytest.mark.parametrize(
    ("low", "high", "nation", "higher", "stands"),
    [
        (0.4, 0.6, 0.5, True, "similar"),
        (0.4, 0.6, 0.4, True, "similar"),  # an end is inside
        (0.4, 0.6, 0.3, True, "better"),
        (0.4, 0.6, 0.7, True, "worse"),
        (0.4, 0.6, 0.3, False, "worse"),
        (0.4, 0.6, 0.7, False, "better"),
        (0.4, 0.6, float("nan"), True, "alone"),
        (float("nan"), float("nan"), 0.3, True, "alone"),
    ],
)
def test_only_an_interval_that_leaves_the_nation_out_sets_apart(
    low: float, high: float, nation: float, higher: bool, stands: str
) -> None:
    assert compare_with_nation(line(0.5, low, high), nation, higher_is_better=higher) == stands


def test_what_is_not_of_the_places_own_cases_is_not_compared() -> None:
    found = line(0.5, 0.4, 0.6, "too_few")
    assert compare_with_nation(found, 0.1, higher_is_better=True) == "alone"


def test_shape_and_colour_say_the_same() -> None:
    """One class carries both, so that neither can be changed without the other."""
    drawn = spine_chart.draw_spine(
        60, 55, 65, 50, spine_chart.PointDistribution(10, 30, 70, 90), Verdict.BETTER, "told"
    )
    assert '<i class="better" style="--x:60.00">' in drawn
    assert drawn.count("<u ") == 2
    assert 'style="--x:10.00;--w:80.00"' in drawn
    assert 'class="middle" style="--x:30.00;--w:40.00"' in drawn
    assert '<s style="--x:50.00">' in drawn
    assert 'title="told"' in drawn


def test_right_is_better_where_fewer_months_are() -> None:
    item = METHOD.indicator("months_to_cash")
    row = SimpleNamespace(minimum=item.best, q25=20.0, q75=26.0, maximum=item.worst)
    found = score_decomposition.distribution_in_points(row, item)
    assert (found.minimum, found.maximum) == (100.0, 0.0)
    # The drawing spans them whichever is on the left.
    assert "--x:0.00;--w:100.00" in spine_chart.draw_spine(50, None, None, None, found, Verdict.NOT_COMPARABLE)


# ---------------------------------------------------------------- on the page


@pytest.mark.parametrize("level", ["province", "city", "court"])
def test_the_spine_is_drawn_from_the_spread(open_page: Open, sample: CachedSnapshot, period: str, level: str) -> None:
    row = scored(sample, level, period)
    values = queries.indicators(sample, level, row.place_id, period).set_index("indicator")
    spread = queries.distribution(sample, level, period).set_index(["kind", "item"])
    table = part(profile(open_page, level, row.place_id), "score")
    for item in METHOD.indicators:
        [drawn] = [r for r in re.findall(r"<tr.*?</tr>", table) if f"About: {item.name['en']}" in r]
        if pd.isna(values.loc[item.id, "points"]):
            assert '<span class="spine"' not in drawn
            continue
        if ("indicator", item.id) in spread.index:  # places of the level have a value of it
            told = spread.loc["indicator", item.id]
            assert f"{int(told['place_count'])} places: " in drawn
        own = values.loc[item.id]
        stands = compare_with_nation(own, own["nation"], higher_is_better=item.higher_is_better)
        assert f'<i class="{stands}"' in drawn
    assert len(spread.loc["indicator"]) > 5
    units = int(spread.loc[("score", "score"), "place_count"])
    assert f"({units}), minimum to maximum" in table


def test_the_nation_stands_among_its_provinces_and_beside_nothing(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    table = part(profile(open_page, "nation", sample.nation.place_id), "score")
    assert "all provinces" in table
    assert "better than the nation" not in table
    assert "Peer group mean" not in table


def test_every_number_tells_what_it_is_of(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    row = scored(sample, "province", period)
    values = queries.indicators(sample, "province", row.place_id, period).set_index("indicator")
    table = part(profile(open_page, "province", row.place_id), "score")
    for item in METHOD.indicators:
        words = row_of(table, item.name["en"])
        for said in (item.numerator, item.denominator, item.goalposts):
            assert said["en"] in words
        assert formats.count(values.loc[item.id, "n"], values.loc[item.id, "n_suppression"]) in words
        assert "Period" in words
        assert "generated sample" in words
        assert f'href="./method?lang=en#{item.id}"' in table


def test_the_method_has_a_place_for_every_number(open_page: Open) -> None:
    shown = text(open_page("method", lang="en"))
    anchors = re.findall(r'<\w+ id="([\w-]+)"', shown)
    wanted = [item.id for item in METHOD.indicators]
    wanted += [f"check-{item.id}" for item in METHOD.checks]
    wanted += [f"figure-{item.id}" for item in METHOD.statistics]
    assert set(wanted) <= set(anchors)
    assert len(anchors) == len(set(anchors))


# ---------------------------------------------------------------- in words


def test_what_stands_out_is_what_the_interval_sets_apart(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    row = scored(sample, "province", period)
    shown = View(sample, period, sample.place("province", row.place_id))
    values = queries.indicators(sample, "province", row.place_id, period)
    found = notable_indicators.national_comparisons(shown, values)
    assert [f.item.id for f in found if f.verdict != "similar"], "nothing to tell of the best"
    sizes = [abs(f.points) for f in found]
    assert sizes == sorted(sizes, reverse=True)
    section = part(profile(open_page, "province", row.place_id), "stands-out")
    words = plain(section)
    for finding in found:
        own, item = finding.line, finding.item
        apart = own.nation < own.low or own.nation > own.high
        assert apart == (finding.verdict in ("better", "worse"))
        if apart:
            assert (finding.points > 0) == (finding.verdict == "better")
            expected = 100 * (own.value - own.nation) / (item.best - item.worst)
            assert finding.points == pytest.approx(expected)
        assert item.name["en"] in words
    for stands in ("better", "worse"):
        told = [f for f in found if f.verdict == stands]
        assert section.count(f'spine-mark {stands}"') == min(len(told), 3)
        for finding in told[:3]:
            assert plain(notable_indicators.comparison_sentence(finding)) in words
    alike = [f.item.name["en"] for f in found if f.verdict == "similar"]
    if alike:
        assert f"No clear difference from the nation: {', '.join(alike)}." in words


def test_a_sentence_carries_value_interval_n_and_the_nations_value() -> None:
    own = SimpleNamespace(value=0.512, low=0.49, high=0.53, n=1234, n_suppression="", nation=0.416)
    found = notable_indicators.IndicatorComparison(METHOD.indicator("cash_24m"), own, "better", 16.0)
    assert notable_indicators.comparison_sentence(found) == (
        "Paid within 24 months: 51.2% (95% interval 49.0–53.0%, n = 1,234), "
        "above the national 41.6%; a difference of 16 points."
    )
    own = SimpleNamespace(value=0.30, low=0.28, high=0.33, n=50, n_suppression="", nation=0.416)
    found = notable_indicators.IndicatorComparison(METHOD.indicator("genuine_closure_24m"), own, "better", 19.0)
    assert "below the national 41.6%" in notable_indicators.comparison_sentence(found)


def test_what_stands_out_has_no_words_of_praise_or_blame(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    row = scored(sample, "city", period)
    words = plain(part(profile(open_page, "city", row.place_id), "stands-out")).lower()
    # A definition may count rounds that failed.
    words, definitions = re.subn(r"numerator.*?denominator.*?\bn\b", "", words, flags=re.DOTALL)
    assert definitions > 0
    assert not re.search(r"excellent|good|strong|poor|bad|weak|fail|best|worst", words)


# ---------------------------------------------------------------- places alike


def test_places_alike_stand_below_the_place_nearest_first(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    row = scored(sample, "city", period)
    near = queries.similar_places(sample, "city", row.place_id, period)
    section = part(profile(open_page, "city", row.place_id), "alike")
    names = re.findall(r'<th class="text" scope="row"><a [^>]*>([^<]+)</a>', section)
    assert names == [row.name_en, *near["name_en"]]
    chosen = ",".join(f"city:{unit}" for unit in [row.place_id, *near["place_id"]])
    assert f'href="./compare?lang=en&units={chosen}"' in section
    for line in near.itertuples(index=False):
        assert f"{line.distance:.2f}" in plain(section)


# ---------------------------------------------------------------- official figures


def test_official_figures_stand_beside_the_nations_and_are_not_judged(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    row = scored(sample, "province", period)
    own = queries.statistics(sample, "province", row.place_id, period).set_index("statistic")
    nation = queries.statistics(sample, "nation", sample.nation.place_id, period).set_index("statistic")
    spread = queries.distribution(sample, "province", period).set_index(["kind", "item"])
    section = part(profile(open_page, "province", row.place_id), "figures")
    assert not re.search(r'<i class="(better|worse)"', section)
    for item in METHOD.statistics:
        if pd.isna(own.loc[item.id, "value"]):
            continue
        words = row_of(section, item.name["en"])
        for value in (own.loc[item.id, "value"], nation.loc[item.id, "value"]):
            assert formats.value(value, item.unit) in words
        told = spread.loc["statistic", item.id]
        least, most = (formats.value(told[end], item.unit) for end in ("minimum", "maximum"))
        assert f"{int(told['place_count'])} places: {least} to {most}" in section


def test_a_figure_that_is_the_same_everywhere_has_no_range() -> None:
    same = SimpleNamespace(minimum=0.5, q25=0.5, q75=0.5, maximum=0.5)
    assert spine_chart.draw_range(0.5, 0.5, same, "") == ""
    drawn = spine_chart.draw_range(0.4, 0.9, SimpleNamespace(minimum=0.2, q25=0.3, q75=0.5, maximum=0.7), "")
    assert '<i class="similar" style="--x:40.00">' in drawn
    assert '<s style="--x:100.00">' in drawn  # beyond the range: at its end
