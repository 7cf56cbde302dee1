"""Filters, pages and places to compare: all in the address, and told in words."""

import re
from pathlib import Path

import pandas as pd
import pytest

from dashboard.rankings import compare_selection, ranking_table
from dashboard.state.cache import CachedSnapshot
from dashboard.ui import compared_places
from index_engine import queries
from index_engine.queries import Snapshot
from tests.dashboard.rankings.test_court_publication import drawn
from tests.dashboard.running import Open, run_page
from tests.dashboard.test_pages import clean


@pytest.fixture(autouse=True)
def one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows at once, unless a test is about pages."""
    monkeypatch.setattr(ranking_table, "PAGE_SIZE", 10_000)


@pytest.fixture(scope="module")
def cities(sample: CachedSnapshot) -> pd.DataFrame:
    return queries.scores(sample, "city", sample.periods()[-1])


def all_units(shown: str) -> set[str]:
    """Units of all tables of the page."""
    return set(re.findall(r'href="\./place\?[^"]*unit=([\w-]+)', shown))


def sentence(shown: str) -> str:
    found = re.search(r'<p class="listed".*?</p>', shown, re.S)
    assert found
    return re.sub(r"<[^>]+>", "", found[0])


def test_without_a_filter_all_are_listed(open_page: Open, cities: pd.DataFrame) -> None:
    shown = clean(open_page("rankings", level="city", lang="en"))
    assert sentence(shown) == f"{len(cities)} of {len(cities)} cities are listed."


@pytest.mark.parametrize("words", ["SUZHOU", "苏州", "suzhou"])
def test_a_name_in_chinese_or_pinyin_finds_its_place(open_page: Open, cities: pd.DataFrame, words: str) -> None:
    shown = clean(open_page("rankings", level="city", q=words, lang="en"))
    expected = set(cities.loc[cities["name_en"] == "Suzhou", "place_id"])
    if words == "苏州":
        expected = {"320500"}
    assert all_units(shown) == expected
    assert f"{len(expected)} of {len(cities)} cities are listed: name contains “{words}”." in shown
    [back] = re.findall(r'<p class="listed".*?href="([^"]*)"', shown, re.S)
    assert "q=" not in back and "level=city" in back


def test_peers_and_small_samples(open_page: Open, sample: CachedSnapshot, cities: pd.DataFrame) -> None:
    group = cities["peer_group"].dropna().iloc[0]
    shown = clean(open_page("rankings", level="city", peers=group, lang="en"))
    assert all_units(shown) == set(cities.loc[cities["peer_group"] == group, "place_id"])
    limit = sample.method.peers.size_breaks[0]
    provinces = queries.scores(sample, "province", sample.periods()[-1])
    large = provinces[provinces["n"] >= limit]
    assert 0 < len(large) < len(provinces)
    shown = clean(open_page("rankings", small="out", lang="en"))
    assert all_units(shown) == set(large["place_id"])
    assert f"with at least {limit} cases" in sentence(shown)
    assert 'class="few"' not in shown.split("<tbody>")[1]


def test_filters_narrow_one_another(open_page: Open, cities: pd.DataFrame) -> None:
    province = cities["parent"].value_counts().index[0]
    group = cities.loc[cities["parent"] == province, "peer_group"].dropna().iloc[0]
    shown = clean(open_page("rankings", level="city", within=province, peers=group, lang="en"))
    expected = cities[(cities["parent"] == province) & (cities["peer_group"] == group)]
    assert all_units(shown) == set(expected["place_id"])
    assert sentence(shown).startswith(f"{len(expected)} of {len(cities)} cities are listed: in ")


def test_nothing_found_says_so_and_gives_the_way_back(open_page: Open) -> None:
    shown = clean(open_page("rankings", level="city", q="no such place", lang="en"))
    assert "No place matches." in shown
    assert sentence(shown).startswith("0 of ")


def test_courts_by_level_and_kind(built_world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The random world has basic, intermediate, high and special courts."""
    monkeypatch.setenv("JECI_WAREHOUSE", str(built_world))
    with Snapshot(built_world) as snapshot:
        courts = queries.courts(snapshot)
    ordinary = courts[~courts["special"]]
    app = run_page("rankings", level="court", lang="en")
    options = app.selectbox(key="choose-court").options
    assert len(options) == 1 + ordinary["court_level"].nunique() + courts["kind"].nunique() - 1
    for level, group in ordinary.groupby("court_level"):
        shown = clean(run_page("rankings", level="court", court=level, lang="en"))
        assert all_units(shown) == set(group["place_id"])
    [(kind, special)] = courts[courts["special"]].groupby("kind")["place_id"].agg(set).items()
    assert all_units(clean(run_page("rankings", level="court", court=kind))) == special


def test_a_filter_writes_the_address_and_goes_back_to_the_first_page(open_page: Open, cities: pd.DataFrame) -> None:
    app = open_page("rankings", level="city", part="2")
    province = cities["parent"].iloc[0]
    app.selectbox(key="choose-within").set_value(province).run()
    assert app.query_params["within"] == province
    assert "part" not in app.query_params
    app.text_input(key="name_filter").set_value("a").run()
    assert app.query_params["q"] == "a"
    assert not app.exception


# ---------------------------------------------------------------- pages


def test_pages_hold_every_unit_once(open_page: Open, sample: CachedSnapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking_table, "PAGE_SIZE", 7)
    units = queries.scores(sample, "province", sample.periods()[-1]).dropna(subset="score")
    units = units.sort_values(["rank_group", "place_id"])
    seen: list[str] = []
    last = -(-len(units) // 7)
    assert last > 2
    for page in range(1, last + 1):
        shown = clean(open_page("rankings", part=str(page), lang="en"))
        seen += drawn(shown)
        pager = re.search(r'<nav class="pager".*?</nav>', shown, re.S)
        assert pager and f">{page}</a>" in pager[0]
        assert re.findall(r'aria-current="page">(\d+)<', pager[0]) == [str(page)]
        assert ("Next" in pager[0]) == (page < last)
    assert seen == units["place_id"].tolist()


@pytest.mark.parametrize("page", ["0", "-1", "999", "two", "²", "1e3", "9" * 40])
def test_a_page_that_is_not_there_is_one_that_is(
    open_page: Open, sample: CachedSnapshot, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(ranking_table, "PAGE_SIZE", 7)
    units = queries.scores(sample, "province", sample.periods()[-1]).dropna(subset="score")
    units = units.sort_values(["rank_group", "place_id"])
    found = drawn(clean(open_page("rankings", part=page)))
    assert found == (units["place_id"].iloc[-(len(units) % 7 or 7) :] if page == "999"
                     else units["place_id"].head(7)).tolist()  # fmt: skip


# ---------------------------------------------------------------- places to compare


def test_a_row_adds_a_place_and_takes_it_back(open_page: Open, sample: CachedSnapshot) -> None:
    units = queries.scores(sample, "province", sample.periods()[-1]).dropna(subset="score")
    units = units.sort_values(["rank_group", "place_id"])["place_id"].tolist()
    shown = clean(open_page("rankings", pick=f"province:{units[0]}", lang="en"))
    adds = re.findall(r'<a href="\?([^"]*)"[^>]*class="pick"', shown)
    assert len(adds) == len(units)
    assert f"pick=province:{units[0]},province:{units[1]}" in adds[1]
    assert "pick=" not in adds[0], "the one picked is left again"
    assert "Add another with +" in shown and "units=" not in shown


def test_the_bar_leads_to_the_comparison(open_page: Open, sample: CachedSnapshot) -> None:
    units = queries.scores(sample, "province", sample.periods()[-1])
    one, two = units["place_id"].iloc[0], "320500"
    shown = clean(open_page("rankings", pick=f"province:{one},city:{two}", lang="en"))
    assert f'href="./compare?lang=en&amp;units=province:{one},city:{two}"' in shown or (
        f'href="./compare?lang=en&units=province:{one},city:{two}"' in shown
    )
    assert "Compare 2 places" in shown
    assert sample.place("city", two).name_en in shown


def test_a_watch_list_has_a_table_of_its_own_and_its_first_are_compared(
    open_page: Open, sample: CachedSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = queries.scores(sample, "province", sample.periods()[-1]).dropna(subset="score")["place_id"].tolist()
    many = ",".join(f"province:{unit}" for unit in units[:8])
    shown = clean(open_page("rankings", pick=many, lang="en"))
    assert "Compare the first 6" in shown and len(drawn(shown)) == len(units)
    [compared] = re.findall(r'href="\./compare\?[^"]*units=([^"&]*)"', shown)
    assert compared == ",".join(f"province:{unit}" for unit in units[: compared_places.MAX_PLACES])
    [alone] = re.findall(r'href="\?([^"]*listed=picked[^"]*)"', shown)
    assert f"pick={many}" in alone
    shown = clean(open_page("rankings", pick=many, listed="picked", lang="en"))
    assert sorted(drawn(shown)) == sorted(units[:8]) and "on the watch list" in shown
    monkeypatch.setattr(compare_selection, "MAX_WATCHED", 8)
    shown = clean(open_page("rankings", pick=many, sort="-score", lang="en"))
    assert len(re.findall(r'class="pick"', shown)) == 8, "only ways to leave one"
    shown = clean(open_page("rankings", pick="province:999999,<b>,city:", lang="en"))
    assert 'class="picks"' not in shown and "<b>," not in shown


def test_a_place_is_named_once(open_page: Open, sample: CachedSnapshot) -> None:
    unit = queries.scores(sample, "province", sample.periods()[-1])["place_id"].iloc[0]
    twice = f"province:{unit},province:{unit},city:320500"
    assert "Compare 2 places" in clean(open_page("rankings", pick=twice, lang="en"))
