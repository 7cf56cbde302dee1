"""The overview: which level is painted, by what, at which quarter, and what changed."""

import json
import math
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.overview import basemap, layer_list, map_chart, map_layers
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import i18n
from dashboard.ui import theme
from dashboard.ui.charts import choropleth as maps
from index_engine import queries
from index_engine.queries import Snapshot
from tests.dashboard.running import Open, run_page, text

SUZHOU = "320500"


def figure(app: AppTest) -> dict:
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def traces(app: AppTest, kind: str) -> list[dict]:
    """Traces of the large frame."""
    return [t for t in figure(app)["data"] if t["type"] == kind and t["geo"] == "geo"]


def opened(open_page: Open, **parameters: str) -> AppTest:
    app = open_page("overview", lang="en", **parameters)
    i18n.set_language("en")
    assert not app.exception, app.exception[0].message
    return app


@pytest.fixture(scope="module")
def on_counties(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample with courts moved to counties: one alone in its county, two that share one."""
    path = tmp_path_factory.mktemp("counties") / "w.duckdb"
    shutil.copyfile(warehouse, path)
    with Snapshot(path) as snapshot:
        courts = queries.scores(snapshot, "court", snapshot.periods()[-1]).set_index("place_id")
        alone, city = courts.index[0], courts["parent"].iloc[0]  # the best, with a score
        elsewhere = courts[courts["parent"] != city].groupby("parent").groups
        other, pair = next((p, list(c[:2])) for p, c in elsewhere.items() if len(c) >= 2)
    counties = {p: next(iter(maps.outline_names("county.geojson", p))) for p in (city, other)}
    with duckdb.connect(path) as con:
        for parent, county in counties.items():
            con.execute(
                "INSERT INTO regions (code, level, name, parent) VALUES (?, 'county', '区', ?)", [county, parent]
            )
        con.execute("UPDATE courts SET region = ? WHERE court_id = ?", [counties[city], alone])
        for court in pair:
            con.execute("UPDATE courts SET region = ? WHERE court_id = ?", [counties[other], court])
    (path.parent / "told.json").write_text(
        json.dumps({"alone": [counties[city], alone], "shared": [counties[other], pair]})
    )
    yield path


# ---------------------------------------------------------------- the level painted


@pytest.mark.parametrize(("by", "outlines"), [("", 34), ("city", 375), ("court", 2891)])
def test_the_whole_country_at_every_level(open_page: Open, by: str, outlines: int) -> None:
    app = opened(open_page, **({"by": by} if by else {}))
    painted = [place for trace in traces(app, "choropleth") for place in trace["locations"]]
    assert len(painted) == len(set(painted)) == outlines


def test_figures_of_thousands_of_outlines_stay_small(open_page: Open) -> None:
    for by, most in (("", 60_000), ("city", 250_000), ("court", 600_000)):
        spec = opened(open_page, by=by).get("plotly_chart")[0].proto.spec
        assert len(spec) < most
        assert "coordinates" not in spec


def test_a_level_that_is_none_means_the_one_below(open_page: Open) -> None:
    assert len(traces(opened(open_page, by="street"), "choropleth")[0]["locations"]) < 35
    # A province has cities and courts, and no provinces.
    inside = opened(open_page, by="province", level="province", unit="320000")
    assert "Cities by " in text(inside)


def test_courts_without_a_county_are_dots_in_their_city(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    [dots] = traces(opened(open_page, by="court"), "scattergeo")[1:]  # after the ten dashes
    units = queries.scores(sample, "court", period).set_index("place_id")
    special = {unit.place_id for unit in sample.places() if unit.special}
    [(abolished,)] = sample.cursor().execute("SELECT court_id FROM courts WHERE valid_to IS NOT NULL").fetchall()
    assert set(dots["customdata"]) == set(units.index) - special - {abolished}
    for court, x, y in zip(dots["customdata"], dots["lon"], dots["lat"], strict=True):
        room = maps.inscribed_circle(units.loc[court, "parent"])
        assert room is not None
        east = (x - room[0]) * math.cos(math.radians(room[1])) * 111_320
        north = (y - room[1]) * 111_320
        assert math.hypot(east, north) <= room[2]
    assert len(set(zip(dots["lon"], dots["lat"], strict=True))) == len(dots["lon"])


def test_a_county_has_the_colour_of_its_only_court(on_counties: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = json.loads((on_counties.parent / "told.json").read_text())
    monkeypatch.setenv("JECI_WAREHOUSE", str(on_counties))
    app = run_page("overview", lang="en", by="court")
    assert not app.exception
    grey, painted = traces(app, "choropleth")
    county, court = told["alone"]
    assert painted["locations"] == [county]
    with Snapshot(on_counties) as snapshot:
        row = queries.scores(snapshot, "court", snapshot.periods()[-1]).set_index("place_id").loc[court]
    assert painted["z"] == [theme.score_class(row["score"])]
    told_of = unescape(painted["text"][0])
    assert f"Score {row['score']}" in told_of and row["name_en"] in told_of
    shared, pair = told["shared"]
    assert shared in grey["locations"]
    dots = traces(app, "scattergeo")[-1]["customdata"]
    assert court not in dots and set(pair) <= set(dots)
    assert "no single court" in grey["hovertemplate"]


def test_a_click_on_a_county_means_its_court_and_on_a_dot_the_court_itself() -> None:
    land = basemap.Basemap("court", "", {"1": "a", "2": "b"}, {"1": "K"}, {}, None, (0,) * 4, False)
    assert map_chart.selected_place(land, {"location": "1"}) == "K"
    assert map_chart.selected_place(land, {"location": "2"}) is None
    assert map_chart.selected_place(land, {"location": None, "customdata": "D"}) == "D"
    assert map_chart.selected_place(land, {"customdata": ["D"]}) == "D"


def test_ranks_of_courts_are_not_told(open_page: Open) -> None:
    app = opened(open_page, by="court")
    drawn = json.dumps(figure(app))
    assert "Rank" not in drawn and "interval" in drawn
    shown = text(app)
    assert "Courts in each class" in shown and "not in order" in shown
    assert not re.search(r"unit=syn-\d+", shown.split("What changed")[0])


def test_classes_of_a_lower_level_add_up(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    table = text(opened(open_page, by="city")).split("Cities in each class", 1)[1]
    table = table.split("</table>")[0]
    counts = [int(n) for n in re.findall(r'<td class="number">([\d,]+)</td>', table)[::1]]
    assert sum(counts) == len(queries.scores(sample, "city", period))


# ---------------------------------------------------------------- what it is painted by


def test_every_indicator_is_a_layer(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    for indicator in sample.method.indicators:
        app = opened(open_page, layer=indicator.id)
        assert app.selectbox(key="choose-layer").value == indicator.id
        values = queries.indicator_values(sample, "province", period, indicator.id)
        best = values.loc[values["points"] == values["points"].max(), "place_id"]
        shown = text(app)
        table = shown.split('class="data"', 1)[1]
        assert re.findall(r"unit=(\d{6})", table)[0] in best.tolist()
        name = i18n.localise(indicator.name)
        drawn = "\n".join(t for trace in traces(app, "choropleth") for t in trace.get("text", ()))
        assert "<b>" in drawn and f"{name}: " in drawn and ", n = " in drawn


def test_an_indicator_is_chosen_in_the_box_and_left_there(open_page: Open) -> None:
    app = opened(open_page)
    app.selectbox(key="choose-layer").set_value("cash_24m").run()
    assert app.query_params["layer"] == "cash_24m"
    assert not app.exception
    app.selectbox(key="choose-layer").set_value("score").run()
    assert "layer" not in app.query_params or app.query_params["layer"] == "score"
    assert "Provinces by score" in text(app)


def test_peers_values_are_not_painted_as_a_places_own(sample: CachedSnapshot, period: str) -> None:
    i18n.set_language("en")
    shown = View(sample, period, sample.nation)
    layer = layer_list.available_layers(shown, "court")["cash_24m"]
    values = queries.indicator_values(sample, "court", period, "cash_24m").set_index("place_id")
    units = layer.sort_rows(queries.scores(sample, "court", period))
    greys = {line.place_id for line in units.itertuples(index=False) if layer.is_grey(line)}
    assert greys == set(values.index[values["points"].isna()])
    assert greys > set(values.index[values["value"].isna()]) > set(), "too few cases are grey as well"


def test_coverage_without_case_numbers_says_so(open_page: Open) -> None:
    shown = text(opened(open_page, layer="coverage"))
    assert "no case numbers in the data (31)" in shown
    assert "No score is given below 60% of the numbered cases." in shown


def test_coverage_is_painted_by_the_share_received(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.duckdb"
    shutil.copyfile(warehouse, path)
    with duckdb.connect(path) as con:
        con.execute(
            "UPDATE estimates.statistics SET value = 0.5, numerator = 50, denominator = 100 "
            "WHERE statistic = 'coverage' AND place_id = '320000'"
        )
        con.execute(
            "UPDATE estimates.statistics SET value = 0.995, numerator = 199, denominator = 200 "
            "WHERE statistic = 'coverage' AND place_id = '330000'"
        )
    monkeypatch.setenv("JECI_WAREHOUSE", str(path))
    app = run_page("overview", lang="en", layer="coverage")
    painted = traces(app, "choropleth")[1]
    of = dict(zip(painted["locations"], painted["z"], strict=True))
    assert (of["320000"], of["330000"]) == (0, 6) and set(of.values()) == {0, 6, 7}
    drawn = "\n".join(painted["text"])
    assert "Coverage by case numbers: 50.0%, 50 of 100 numbered cases" in drawn


def test_what_has_no_value_is_drawn_inside_a_darker_line(open_page: Open, sample: CachedSnapshot) -> None:
    painted = traces(opened(open_page, by="city"), "choropleth")[1]
    borders = painted["marker"]["line"]["color"]
    greys = {n for n, z in enumerate(painted["z"]) if z >= len(theme.SCORE_BREAKS) + 1}
    assert greys and len(greys) < len(borders)
    assert {n for n, colour in enumerate(borders) if colour == theme.LIGHT.faint} == greys


def test_the_legend_counts_places_and_columns_show_it(open_page: Open, sample: CachedSnapshot) -> None:
    shown = text(opened(open_page))
    legend = re.search(r'<ul class="legend".*?</ul>', shown, re.S)
    assert legend
    counts = [int(n) for n in re.findall(r"<small> (\d+)</small>", legend.group())]
    units = queries.scores(sample, "province", sample.periods()[-1])
    expected = [0] * len(theme.LIGHT.score_colours)
    for score in units["score"].dropna():
        expected[theme.score_class(score)] += 1
    assert counts == expected
    heights = [float(h) for h in re.findall(r"--h:([\d.]+)", legend.group())]
    assert heights == [round(n / max(expected), 3) for n in expected]


def test_bands_between_two_are_counted(sample: CachedSnapshot, period: str) -> None:
    i18n.set_language("en")
    shown = View(sample, period, sample.nation)
    layer = layer_list.available_layers(shown, "province")["band"]
    units = queries.scores(sample, "province", period)
    counts = map_layers.count_classes(layer, units)
    assert sum(row.count for row in counts) == len(units)
    between = units["band"].str.contains("-", na=False).sum()
    assert sum(row.count for row in counts if not row.colour_class.in_legend) == between > 0
    assert f"between two ({between})" in map_layers.legend(layer, units)
    # From low to high: each pair between its two, and what has no band last.
    classes = [row.colour_class for row in counts]
    names = [item.label for item in classes if not item.is_grey]
    order = [band.id for band in sample.method.bands[::-1]]
    places = [sum(map(order.index, name.split("–"))) / len(name.split("–")) for name in names]
    assert places == sorted(places)
    assert [item.is_grey for item in classes] == sorted(item.is_grey for item in classes)


def test_the_map_is_told_in_words(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    said = opened(open_page).get("plotly_chart")[0].proto.alt
    units = queries.scores(sample, "province", period)
    scored = units.dropna(subset="score")
    assert f"{len(scored)} with a value, {len(units) - len(scored)} without" in said
    best, worst = scored.iloc[0], scored.iloc[-1]
    assert best["name_en"] in said.split("Highest class")[1].split("Lowest class")[0]
    assert "Lowest class" in said
    lowest = theme.score_class(worst["score"])
    count = sum(theme.score_class(score) == lowest for score in scored["score"])
    assert f": {count} (" in said.split("Lowest class")[1]


# ---------------------------------------------------------------- the quarter


def test_the_slider_holds_the_quarter_and_writes_it(open_page: Open, sample: CachedSnapshot) -> None:
    periods = sample.periods()
    app = opened(open_page, period=periods[2])
    slider = app.select_slider(key="choose-period")
    assert slider.value == periods[2]
    slider.set_value(periods[4]).run()
    assert app.query_params["period"] == periods[4]
    app.select_slider(key="choose-period").set_value(periods[-1]).run()
    assert "period" not in app.query_params
    assert f'data-periods="{" ".join(periods)}"' in text(app)


def test_a_colour_means_the_same_in_every_quarter(open_page: Open, sample: CachedSnapshot) -> None:
    found = set()
    for period in (sample.periods()[0], sample.periods()[-1]):
        painted = traces(opened(open_page, period=period), "choropleth")[1]
        found.add(json.dumps([painted["colorscale"], painted["zmin"], painted["zmax"]]))
    assert len(found) == 1


# ---------------------------------------------------------------- what changed


@pytest.mark.parametrize("since", ["quarter", "year"])
@pytest.mark.parametrize("by", ["province", "city"])
def test_changes_beyond_sampling_stand_side_by_side(
    open_page: Open, sample: CachedSnapshot, period: str, by: str, since: str
) -> None:
    before = sample.periods()[-2 if since == "quarter" else -5]
    moved = queries.score_changes(sample, by, period, before)
    beyond = moved[moved["beyond"]]
    shown = text(opened(open_page, by=by, since=since)).split('id="changed"')[1]
    still, n = len(moved) - len(beyond), len(moved)
    if not n:
        assert "No place here has a score in both periods." in shown
        return
    assert f"{still} of the {n} places with a score in both periods" in shown
    single = ((moved["low"] > 0) | (moved["high"] < 0)).sum()
    assert f"Judged one by one, {single} have" in shown
    assert f"chance alone would make about {0.05 * n:,.1f}" in shown
    assert f"Risen ({(beyond['change'] > 0).sum()})" in shown
    assert f"Fallen ({(beyond['change'] < 0).sum()})" in shown
    risen, fallen = beyond[beyond["change"] > 0], beyond[beyond["change"] < 0]
    for line in pd.concat([risen.head(3), fallen.tail(3)]).itertuples(index=False):
        assert f"{line.score_before} → {line.score}" in shown
        assert line.name_en in shown
    # Where none is beyond chance the largest are shown all the same, and called what they are.
    chance = moved[~moved["beyond"]]
    if risen.empty and not chance.empty and chance["change"].iloc[0] > 0:
        assert "The largest that may be chance:" in shown
        assert f"{chance['score_before'].iloc[0]} → {chance['score'].iloc[0]}" in shown
        assert f"rank {chance['rank_before'].iloc[0]:.0f} → {chance['rank'].iloc[0]:.0f}" in shown


def test_the_reason_is_told_with_its_numbers(sample: CachedSnapshot, period: str) -> None:
    i18n.set_language("en")
    from dashboard.overview import score_changes

    shown = View(sample, period, sample.nation)
    moved = queries.score_changes(sample, "province", period, sample.periods()[-5]).dropna(subset="value_before")
    line = next(moved.dropna(subset="value").itertuples(index=False))
    said = score_changes._main_contribution(shown, line)
    assert i18n.localise(sample.method.indicator(line.indicator).name) in said
    for n in (line.indicator_n_before, line.indicator_n):
        assert f"(n = {n:,.0f})" in said
    other = line._replace(value_before=float("nan"))
    assert "it is imputed from peers" in score_changes._main_contribution(shown, other)


def test_the_first_quarter_has_nothing_to_compare_with(open_page: Open, sample: CachedSnapshot) -> None:
    shown = text(opened(open_page, period=sample.periods()[0]))
    assert "There is no score for" in shown
