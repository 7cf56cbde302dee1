"""Lengths and positions of the small charts in cells, read back from their markup in per cent."""

import re

import pytest

from dashboard.ui import cells
from dashboard.ui.html import Html
from dashboard.ui.national_comparison import IntervalPosition, Verdict, interval_position, verdict
from dashboard.ui.point_scale import SCORE_SCALE, axis_position, difference_in_points
from index_engine.method import load_method

METHOD = load_method()

pytestmark = pytest.mark.usefixtures("in_english")


def lengths(markup: Html, name: str) -> list[float]:
    """All values of a length of the markup, `x` for a position and `w` for a width."""
    return [float(value) for value in re.findall(rf"--{name}:(-?[\d.]+)", markup)]


def test_a_share_is_as_long_as_its_per_cent() -> None:
    assert lengths(cells.share_bar(0.42), "w") == [42.0]
    assert ">42%<" in cells.share_bar(0.42)
    assert cells.share_bar(None) == "—"
    stacked = cells.stacked_bar([(30.0, "red", "a"), (50.0, "blue", "b"), (0.0, "green", "")], 200.0)
    assert lengths(stacked, "w") == [15.0, 25.0]
    nested = cells.nested_bar(0.25, 0.75, "")
    assert lengths(nested, "w") == [75.0, 25.0], "the outer one is drawn first"


def test_a_share_lies_at_its_per_cent_between_the_ends_of_its_interval() -> None:
    whisker = cells.share_whisker(0.40, 0.30, 0.55, 0.62)
    assert lengths(whisker, "x") == [62.0, 30.0, 40.0], "nation, interval, value"
    assert lengths(whisker, "w") == [25.0]
    assert lengths(cells.whisker(40.0, 30.0, 55.0, 62.0), "x") == [62.0, 30.0, 40.0]


def test_ranks_lie_in_the_middle_of_their_steps_from_the_first_on_the_left() -> None:
    whisker = cells.rank_whisker(3, 6, 4, 20)
    assert lengths(whisker, "x") == [10.0, 17.5], "range, then the rank"
    assert lengths(whisker, "w") == [20.0]
    assert cells.rank_whisker(None, None, 4, 20) == ""


def test_bars_of_a_change_go_right_for_more_and_left_for_less() -> None:
    bars = cells.part_bars((1.0, -0.5), 2.0)
    assert lengths(bars, "x") == [50.0, 37.5]
    assert lengths(bars, "w") == [25.0, 12.5]
    assert re.findall(r"background:(var\(--\w+\))", bars) == [cells.PERFORMANCE, cells.CASE_MIX]
    assert re.findall(r'title="([^"]+)"', bars) == ["Performance +1.0", "Case mix −0.5"]
    missing = cells.part_bars((None, -9.0), 2.0)
    assert lengths(missing, "w") == [50.0], "what is longer than half is cut off"


@pytest.mark.parametrize(
    ("value", "start", "end", "position"),
    [
        (0.7, 0.4, 1.2, 37.5),
        (0.1, 0.4, 1.2, 0.0),
        (9.0, 0.4, 1.2, 100.0),
        (30.0, 36.0, 18.0, 100 / 3),  # an axis that runs down
    ],
)
def test_a_position_on_an_axis(value: float, start: float, end: float, position: float) -> None:
    assert axis_position(value, start, end) == pytest.approx(position)


def test_points_rise_towards_the_better_goalpost() -> None:
    for indicator in METHOD.indicators:
        better = 0.1 * (indicator.best - indicator.worst)
        assert difference_in_points(better, indicator) == pytest.approx(10.0)
    assert difference_in_points(3.5, SCORE_SCALE) == 3.5
    assert difference_in_points(float("nan"), SCORE_SCALE) is None


@pytest.mark.parametrize(
    ("interval", "reference", "position"),
    [
        ((0.3, 0.4), (0.2, None), IntervalPosition.ABOVE),
        ((0.3, 0.4), (0.5, None), IntervalPosition.BELOW),
        ((0.3, 0.4), (0.3, None), IntervalPosition.OVERLAPPING),  # an end touches
        ((0.3, 0.4), (0.1, 0.29), IntervalPosition.ABOVE),
        ((0.3, 0.4), (0.1, 0.3), IntervalPosition.OVERLAPPING),
        ((0.3, 0.4), (0.41, 0.5), IntervalPosition.BELOW),
        ((float("nan"), 0.4), (0.2, None), IntervalPosition.UNKNOWN),
        ((0.3, 0.4), (None, None), IntervalPosition.UNKNOWN),
    ],
)
def test_an_interval_differs_only_where_it_lies_wholly_on_one_side(
    interval: tuple[float, float], reference: tuple[float | None, float | None], position: IntervalPosition
) -> None:
    assert interval_position(*interval, *reference) is position


def test_above_is_better_only_where_higher_is() -> None:
    assert verdict(IntervalPosition.ABOVE, higher_is_better=True) is Verdict.BETTER
    assert verdict(IntervalPosition.ABOVE, higher_is_better=False) is Verdict.WORSE
    assert verdict(IntervalPosition.BELOW, higher_is_better=True) is Verdict.WORSE
    assert verdict(IntervalPosition.BELOW, higher_is_better=False) is Verdict.BETTER
    assert verdict(IntervalPosition.OVERLAPPING, higher_is_better=True) is Verdict.SIMILAR
    assert verdict(IntervalPosition.UNKNOWN, higher_is_better=True) is Verdict.NOT_COMPARABLE
