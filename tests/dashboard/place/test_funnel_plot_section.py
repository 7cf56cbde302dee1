"""The funnel plot of a place: its figure in the address, who is drawn how, what is said of it."""

import json
import math
from array import array
from base64 import b64decode
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.place import funnel_plot_section
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import i18n
from dashboard.ui import theme
from dashboard.ui.charts import funnel_plot
from index_engine import queries
from tests.dashboard.running import Open, text

UNITS = pd.DataFrame(
    {
        "place_id": ["a", "b", "c", "d", "e"],
        "name": ["甲", "乙", "<丙>", "丁", "戊"],
        "name_hant": [None] * 5,
        "name_en": ["A", "B", "<C>", "D", "E"],
        "parent": ["x", "x", "y", "y", "y"],
        "n": [10.0, 100.0, 1000.0, 50.0, 40.0],
        "part": [math.nan, 20.0, 900.0, math.nan, 12.0],
        "part_suppression": ["<10", "", "", "<10", ""],
        "value": [0.5, 0.2, 0.9, 0.02, 0.3],
        "z": [0.4, -1.0, 6.0, -2.2, 0.1],
        "flag": ["in", "in", "very_high", "low", "in"],
    }
)
LIMITS = pd.DataFrame(
    {"n": [10.0, 1000.0], "low998": [0.0, 0.2], "low95": [0.05, 0.25], "high95": [0.7, 0.45], "high998": [0.9, 0.5]}
)


pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def province(sample: CachedSnapshot) -> View:
    """The province with the most courts in the funnel, at the latest period."""
    period = sample.periods()[-1]
    plot = queries.funnel_plot(sample, "city", period, funnel_plot_section.DEFAULT_STATISTIC)
    assert plot is not None
    most = plot.places["parent"].value_counts().index[0]
    return View(sample, period, sample.place("province", most))


def drawn(app: AppTest) -> dict[str, Any]:
    """The funnel of a page as Plotly gets it."""
    charts = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    [found] = [chart for chart in charts if chart["layout"]["xaxis"].get("type") == "log"]
    return found


def points(figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if trace["mode"] == "markers"]


def numbers(axis: Any) -> list[float]:
    """The numbers of an axis, which Plotly may pack."""
    if not isinstance(axis, dict):
        return [float(number) for number in axis]
    kinds = {"f8": "d", "f4": "f", "i4": "i", "i2": "h", "i1": "b", "u1": "B", "u2": "H"}
    return [float(n) for n in array(kinds[axis["dtype"]], b64decode(axis["bdata"]))]


def names(trace: dict[str, Any]) -> set[str]:
    return {words.split("<br>")[0] for words in trace["text"]}


# ---------------------------------------------------------------- the drawing


def test_mine_are_coloured_others_grey_and_those_outside_have_a_shape() -> None:
    figure = funnel_plot.draw_funnel_plot(UNITS, LIMITS, 0.35, {"a", "b"}, "")
    others, mine = points(figure.to_dict())
    assert names(mine) == {"A", "B"}
    assert set(mine["marker"]["color"]) == {theme.LIGHT.accent}
    assert mine["marker"]["symbol"] == ["circle", "circle"]
    assert others["marker"]["symbol"] == ["diamond", "diamond", "circle"]
    assert others["marker"]["color"][2] == theme.LIGHT.others
    # Only beyond the limits at 99.8 % is the edge dark.
    assert others["marker"]["line"]["color"] == [theme.LIGHT.ink, "#ffffff", "#ffffff"]


def test_the_place_in_view_is_a_point_of_its_own() -> None:
    figure = funnel_plot.draw_funnel_plot(UNITS, LIMITS, 0.35, set(), "d").to_dict()
    others, here = points(figure)
    assert names(here) == {"D"}
    assert len(numbers(others["x"])) == 4
    assert max(here["marker"]["size"]) > max(others["marker"]["size"])


def test_hover_names_the_rate_and_both_numbers_and_no_name_is_markup() -> None:
    figure = funnel_plot.draw_funnel_plot(UNITS, LIMITS, 0.35, set(), "").to_dict()
    [trace] = points(figure)
    assert trace["text"][1] == "B<br>20.0% · 20 of 100"
    assert trace["text"][2].startswith("&lt;C&gt;")


def test_four_limits_and_the_centre_are_drawn_in_per_cent() -> None:
    figure = funnel_plot.draw_funnel_plot(UNITS, LIMITS, 0.35, set(), "").to_dict()
    lines = [trace for trace in figure["data"] if trace["mode"] == "lines"]
    ends = sorted(numbers(line["y"])[-1] for line in lines)
    assert ends == pytest.approx([20, 25, 35, 45, 50])
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < 2  # every point is inside the range
    assert high > 90


# ---------------------------------------------------------------- on the page


def test_the_address_names_the_figure_and_a_wrong_one_is_not_taken(open_page: Open, province: View) -> None:
    at = {"level": "province", "unit": province.place.place_id, "lang": "en"}
    other = "closure_rate"
    assert open_page("place", **at).selectbox(key="choose-funnel").value == funnel_plot_section.DEFAULT_STATISTIC
    app = open_page("place", funnel=other, **at)
    assert app.selectbox(key="choose-funnel").value == other
    plot = queries.funnel_plot(province.snapshot, "city", province.period, other)
    assert sum(len(numbers(trace["x"])) for trace in points(drawn(app))) == len(plot.places)
    wrong = open_page("place", funnel="no_such", **at)
    assert wrong.selectbox(key="choose-funnel").value == funnel_plot_section.DEFAULT_STATISTIC


def test_choosing_a_figure_writes_it_into_the_address(open_page: Open, province: View) -> None:
    app = open_page("place", level="province", unit=province.place.place_id)
    i18n.set_language("")  # what is read back is in the language of the page
    app.selectbox(key="choose-funnel").set_value("closure_rate").run()
    assert app.query_params["funnel"] == "closure_rate"
    app.selectbox(key="choose-funnel").set_value(funnel_plot_section.DEFAULT_STATISTIC).run()
    assert "funnel" not in app.query_params  # the default needs no words


@pytest.mark.parametrize("level", ["city", "court"])
def test_the_places_of_a_province_are_highlighted(open_page: Open, province: View, level: str) -> None:
    data, place = province.snapshot, province.place
    plot = queries.funnel_plot(data, level, province.period, funnel_plot_section.DEFAULT_STATISTIC)
    cities = {unit.place_id for unit in data.children("province", place.place_id)}
    above = {place.place_id} if level == "city" else cities | {place.place_id}
    mine = plot.places[plot.places["parent"].isin(above)]
    assert len(mine) > 1
    app = open_page("place", level="province", unit=place.place_id, among=level, lang="en")
    others, highlighted = points(drawn(app))
    assert len(numbers(highlighted["x"])) == len(mine)
    assert len(numbers(others["x"])) == len(plot.places) - len(mine)
    i18n.set_language("en")
    out = (mine["flag"] != "in").sum()
    assert f"{'Cities' if level == 'city' else 'Courts'} here: {len(mine)}, of which {out} outside" in text(app)


def test_courts_of_a_province_are_those_of_its_cities_and_its_own(province: View) -> None:
    place = province.place
    city = province.snapshot.children("province", place.place_id)[0].place_id
    units = pd.DataFrame({"place_id": ["of-city", "of-province", "else"], "parent": [city, place.place_id, "x"]})
    assert funnel_plot_section.place_member_ids(province, units, "court") == {"of-city", "of-province"}
    assert funnel_plot_section.place_member_ids(province, units, "city") == {"of-province"}
    assert (
        funnel_plot_section.place_member_ids(replace(province, place=province.snapshot.nation), units, "court") == set()
    )


def test_a_court_is_highlighted_among_all_courts(open_page: Open, sample: CachedSnapshot) -> None:
    period = sample.periods()[-1]
    plot = queries.funnel_plot(sample, "court", period, funnel_plot_section.DEFAULT_STATISTIC)
    line = plot.places.sort_values("n").iloc[-1]
    app = open_page("place", level="court", unit=line["place_id"], lang="en")
    _others, here = points(drawn(app))
    assert numbers(here["x"]) == [line["n"]]
    assert numbers(here["y"]) == pytest.approx([100 * line["value"]])
    assert f"{line['part']:,.0f} of {line['n']:,.0f}" in text(app)
    assert "a reason to look closer, not a verdict" in text(app)


def test_a_court_with_too_few_cases_is_said_to_be_in_no_funnel(open_page: Open, sample: CachedSnapshot) -> None:
    period = sample.periods()[-1]
    plot = queries.funnel_plot(sample, "court", period, funnel_plot_section.DEFAULT_STATISTIC)
    small = sorted(set(queries.scores(sample, "court", period)["place_id"]) - set(plot.places["place_id"]))
    assert small, "every court of the sample is in the funnel"
    app = open_page("place", level="court", unit=small[0], lang="en")
    assert "is not in the plot" in text(app)


# ---------------------------------------------------------------- in words


def test_those_outside_are_counted_beside_what_chance_would_put_there() -> None:
    many = pd.concat([UNITS] * 8, ignore_index=True)  # 40 units, 16 outside, 8 of them far
    said = funnel_plot_section.outside_count_text(many, "court")
    assert said.startswith("Of 40 courts, 16 are outside the 95% limits and 8 of these outside")
    assert "About 2 would be outside the 95% limits by chance" in said


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("in", "inside the limits."),
        ("high", "above the upper 95% limit."),
        ("very_high", "above the upper 99.8% limit."),
        ("low", "below the lower 95% limit."),
        ("very_low", "below the lower 99.8% limit."),
    ],
)
def test_the_place_itself_is_said_to_be_inside_or_outside(province: View, flag: str, said: str) -> None:
    line = SimpleNamespace(value=0.441, part=41.0, part_suppression="", n=93.0, flag=flag)
    found = funnel_plot_section.focus_text(province, line)
    assert found.endswith(f"44.1% (41 of 93), {said}")


def test_every_level_has_a_funnel_of_a_level_that_is_computed() -> None:
    for level in ("nation", "province", "city", "court"):
        assert set(funnel_plot_section.place_funnel_levels(level)) <= set(funnel_plot_section.FUNNEL_LEVELS)
