"""What the map of the overview is painted by: the score, or another layer where the address says
so or where there is no score; and what a place says of itself in each."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.overview import band_layer, cluster_layer, layer_list, map_layers
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import i18n
from dashboard.ui import theme
from dashboard.ui.method_switch import is_main_method
from index_engine import queries
from index_engine.build import build
from tests.dashboard.running import Open, run_page, text
from tests.warehouses import shared_warehouse
from tests.worlds import random_world

CLUSTERS = ["high-high", "high-low", "low-high", "low-low", "none", "island"]


@pytest.fixture(scope="module")
def cases_only() -> Path:
    """What a person has who imported cases and no auctions yet."""
    rows = random_world(seed=5, cases=3000)
    cases = tuple(replace(case, has_assets=None, first_listed_on=None) for case in rows.cases)
    world = replace(rows, cases=cases, rounds=())
    return shared_warehouse("cases-only", lambda path: build(world.write(path)))


@pytest.fixture
def shown(sample: CachedSnapshot) -> Iterator[View]:
    """The whole country at the latest period, in English."""
    i18n.set_language("en")
    yield View(sample, sample.periods()[-1], sample.nation)
    i18n.set_language("")


@pytest.fixture(scope="module")
def under_official(warehouse: Path) -> Iterator[CachedSnapshot]:
    with CachedSnapshot(warehouse, "official-1") as snapshot:
        yield snapshot


def painted_by(app: AppTest) -> str:
    """The layer chosen in the box, by its name."""
    box = app.selectbox(key="choose-layer")
    return box.options[box.index or 0]


def listed(shown: str) -> list[str]:
    """Codes of the places of the page, in its order."""
    return list(dict.fromkeys(re.findall(r"unit=(\d{6})\b", shown)))


def row(**changes: object) -> pd.DataFrame:
    """One row of scores."""
    plain = {
        "place_id": "110000",
        "name": "甲省",
        "name_hant": "",
        "name_en": "A",
        "parent": "100000",
        "score": 55.0,
        "low": 50.0,
        "high": 60.0,
        "low90": 51.0,
        "high90": 59.0,
        "rank": 3,
        "rank_low": 1,
        "rank_high": 9,
        "band": "A",
        "n": 900,
        "status": "scored",
        "cycle": 60.0,
        "closure": 50.0,
        "auction": 40.0,
        "adjusted": 57.0,
        "adjusted_low": 52.0,
        "adjusted_high": 62.0,
    }
    return pd.DataFrame([plain | changes])


def line(**changes: object) -> object:
    return next(row(**changes).itertuples(index=False))


# ---------------------------------------------------------------- which layer


def test_the_score_unless_the_address_says_otherwise(open_page: Open, sample: CachedSnapshot) -> None:
    assert painted_by(open_page("overview", lang="en")) == "Score"
    app = open_page("overview", lang="en", layer="closure")
    assert painted_by(app) == "Closure"
    shown = text(app)
    assert "Provinces by closure" in shown
    units = queries.scores(sample, "province", sample.periods()[-1])
    ordered = units.sort_values("closure", ascending=False, kind="stable")["place_id"]
    assert listed(shown) == list(ordered)


def test_a_layer_that_is_none_means_the_score(open_page: Open) -> None:
    assert painted_by(open_page("overview", lang="en", layer="magic")) == "Score"


def test_without_auctions_the_first_dimension_is_shown_and_the_missing_one_named(
    cases_only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(cases_only))
    app = run_page("overview", lang="en")
    assert not app.exception
    shown = text(app)
    assert "Provinces by cycle length" in shown or "Provinces by closure" in shown
    assert "too few cases: Auction success" in shown


@pytest.mark.parametrize("layer", ["band", "adjusted", "clusters"])
def test_a_layer_stays_while_one_looks_inside_a_place(open_page: Open, sample: CachedSnapshot, layer: str) -> None:
    app = open_page("overview", lang="en", layer=layer)
    assert painted_by(app).lower() == layer
    shown = text(app)
    assert re.search(rf"\./\?lang=en&layer={layer}&level=province&unit=\d+", shown)
    province = sample.children("nation", sample.nation.place_id)[0].place_id
    assert painted_by(open_page("overview", lang="en", layer=layer, level="province", unit=province)).lower() == layer


def test_courts_have_no_neighbours_and_so_no_clusters(open_page: Open, sample: CachedSnapshot) -> None:
    city = queries.scores(sample, "court", sample.periods()[-1])["parent"].iloc[0]
    app = open_page("overview", lang="en", layer="clusters", level="city", unit=city)
    assert not app.exception
    assert "Courts by score" in text(app)


# ---------------------------------------------------------------- what a layer says of a place


def test_a_band_is_its_own_colour_and_two_are_the_one_between(shown: View) -> None:
    layer = layer_list.available_layers(shown, "province")["band"]
    top, second = shown.snapshot.method.bands[:2]
    colour = {
        band: layer.classes[layer.class_index(line(band=band))].colour
        for band in (top.id, second.id, f"{top.id}-{second.id}")
    }
    assert colour[top.id] == theme.LIGHT.score_colours[-1]
    between = theme.blend(colour[second.id], colour[top.id], 0.5)
    assert colour[f"{top.id}-{second.id}"] == between
    assert len(set(colour.values())) == 3


def test_an_interval_too_wide_for_a_band_is_grey_and_says_so(shown: View) -> None:
    layer = layer_list.available_layers(shown, "province")["band"]
    wide, unscored = line(band=None), line(band=None, score=None, cycle=None, status="too_few")
    assert layer.classes[layer.class_index(wide)].label == "interval too wide"
    assert layer.classes[layer.class_index(unscored)].label == "no score"
    assert layer.is_grey(wide) and layer.is_grey(unscored) and not layer.is_grey(line())
    units = pd.concat([row(), row(band=None), row(band=None)], ignore_index=True)
    assert "interval too wide (2)" in map_layers.legend(layer, units)
    assert band_layer.band_text(wide) == "Band: interval too wide"


def test_every_band_of_the_sample_has_a_class(shown: View) -> None:
    layer = layer_list.available_layers(shown, "city")["band"]
    for level in ("province", "city", "court"):
        for one in shown.scores(level).itertuples(index=False):
            label = layer.classes[layer.class_index(one)].label
            if isinstance(one.band, str):
                assert label.replace("–", "-") == one.band
            else:
                assert label in ("interval too wide", "no score")


def test_an_adjusted_score_is_shown_apart_from_the_score_as_it_stands(shown: View) -> None:
    layer = layer_list.available_layers(shown, "province")["adjusted"]
    known, unknown = line(), line(adjusted=None, adjusted_low=None, adjusted_high=None)
    assert layer.class_index(known) == theme.score_class(57.0)
    assert layer.tooltip_lines(known) == ["Adjusted score 57.0 (95% interval 52.0–62.0)"]
    assert layer.classes[layer.class_index(unknown)].label == "not adjusted"
    assert "case mix overlaps too little" in layer.tooltip_lines(unknown)[0]
    cells = [column.cell(known) for column in layer.columns]
    assert cells[-2:] == ["57.0", "55.0"]


def test_clusters_are_told_without_colour_and_come_in_order(shown: View) -> None:
    layer = layer_list.available_layers(shown, "province")["clusters"]
    rows = pd.concat([row(cluster=c, q=0.01) for c in CLUSTERS], ignore_index=True)
    numbers = [layer.class_index(one) for one in rows.itertuples(index=False)]
    assert numbers == sorted(numbers)
    labels = [layer.classes[number].label for number in numbers]
    assert labels[0] == "high among high" and labels[-1] == "no neighbour with a score"
    assert len(set(labels)) == len(CLUSTERS)
    colours = [layer.classes[number].colour for number in numbers]
    assert len(set(colours)) == len(CLUSTERS)
    legend = map_layers.legend(layer, rows)
    for label in labels:
        assert f"{label} (1)" in legend
    assert layer.tooltip_lines(line(cluster="low-low", q=0.0004)) == ["Among its neighbours: low among low (q < 0.001)"]
    assert layer.classes[layer.class_index(line())].label == "not compared"


def test_clusters_are_those_of_the_build(shown: View) -> None:
    layer = layer_list.available_layers(shown, "province")["clusters"]
    units = layer.sort_rows(shown.scores("province"))
    found = queries.local_clusters(shown.snapshot, "province", shown.period).set_index("place_id")["cluster"]
    assert len(found) and len(units) == len(shown.scores("province"))
    for one in units[units["score"].notna()].itertuples(index=False):
        assert one.cluster == found[one.place_id]


def test_morans_i_stands_under_the_map_with_its_n_and_islands(open_page: Open, sample: CachedSnapshot) -> None:
    rows = queries.spatial_autocorrelation(sample, "province", sample.periods()[-1]).set_index("layer")
    found = rows.loc["score"]
    assert found["status"] == "estimated"
    shown = text(open_page("overview", lang="en", layer="clusters"))
    i = f"{found['i']:.2f}".replace("-", "−")
    assert f"Moran's I of provinces {i} (n = {found['n']}, one-sided p" in shown
    assert f"{found['islands']} without a scored neighbour left out" in shown
    assert "Moran" not in text(open_page("overview", lang="en"))


def test_neighbours_of_another_method_are_said_not_to_be_compared(
    sample: CachedSnapshot, under_official: CachedSnapshot
) -> None:
    i18n.set_language("en")
    official = View(under_official, under_official.periods()[-1], under_official.nation)
    assert not is_main_method(official.snapshot)
    layer = layer_list.available_layers(official, "province")["clusters"]
    units = layer.sort_rows(official.scores("province"))
    labels = {layer.classes[layer.class_index(one)].label for one in units.itertuples(index=False)}
    assert labels <= {"not compared", "no score"} and "not compared" in labels
    assert cluster_layer.moran_text(official, "province") == "Moran's I: not computed"
    assert is_main_method(sample)


def test_another_method_says_so_on_the_page(open_page: Open) -> None:
    said = "Neighbours are compared under the main method only."
    assert said in text(open_page("overview", lang="en", layer="clusters", method="official-1"))
    assert said not in text(open_page("overview", lang="en", layer="clusters"))


# ---------------------------------------------------------------- the pointer and the cards


@pytest.mark.parametrize("layer", ["score", "band", "adjusted", "clusters", "cycle"])
def test_the_pointer_reads_score_interval_rank_set_band_and_n(
    open_page: Open, sample: CachedSnapshot, layer: str
) -> None:
    app = open_page("overview", lang="en", layer=layer)
    traces = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    drawn = "\n".join(words for trace in traces for words in trace.get("text", ()))
    units = queries.scores(sample, "province", sample.periods()[-1])
    first = units.iloc[0]
    ranked = int(units["rank"].notna().sum())
    assert f"Score {first['score']} (95% interval {first['low']}–{first['high']})" in drawn
    low, high = first["rank_low"], first["rank_high"]
    reach = f"{low}" if low == high else f"{low}–{high}"
    assert f"Rank 1 of {ranked} (95% confidence set {reach})" in drawn
    assert "Band" in drawn and f"{first['n']:,.0f} cases under way" in drawn


def test_the_score_card_shows_interval_rank_set_and_band(open_page: Open, sample: CachedSnapshot) -> None:
    units = queries.scores(sample, "province", sample.periods()[-1])
    one = units.iloc[0]
    shown = text(open_page("overview", lang="en", level="province", unit=one["place_id"]))
    card = re.search(r'<section class="card main">.*?</section>', shown, re.S)
    assert card
    assert f"95% interval {one['low']}–{one['high']}" in card.group()
    assert f"of {units['rank'].notna().sum()} (95% confidence set)" in card.group()
    assert "Band" in card.group()
    nation = re.search(r'<section class="card main">.*?</section>', text(open_page(lang="en")), re.S)
    assert nation and "confidence set" not in nation.group()  # the nation has no rank
