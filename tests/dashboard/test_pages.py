"""Every page, in both languages, at every level: it runs, says where it is and what it is."""

import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.shell.pages import PAGES
from dashboard.state.cache import CachedSnapshot
from index_engine import queries
from tests.dashboard.running import Open, run_page, text

MARK = {"zh": "模拟数据", "en": "Synthetic data"}


def best(sample: CachedSnapshot, level: str) -> tuple[str, str, str]:
    """Id, Chinese and English name of the best unit of a level, scored or not."""
    row = queries.scores(sample, level, sample.periods()[-1]).iloc[0]
    return row["place_id"], row["name"], row["name_en"]


def clean(app: AppTest) -> str:
    """The page's markup, after checking that nothing went wrong in it."""
    assert not app.exception, app.exception[0].message
    assert not app.error
    return text(app)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", [page.name for page in PAGES if page.shows_scores])
def test_page_runs_and_carries_the_synthetic_mark(open_page: Open, page: str, language: str) -> None:
    shown = clean(open_page(page, lang=language))
    assert MARK[language] in shown
    assert MARK[{"zh": "en", "en": "zh"}[language]] not in shown
    assert 'class="site"' in shown  # the header and the footer


@pytest.mark.parametrize("level", ["province", "city", "court"])
@pytest.mark.parametrize("page", ["overview", "place"])
def test_page_shows_the_place_of_the_address(open_page: Open, sample: CachedSnapshot, page: str, level: str) -> None:
    unit, name, name_en = best(sample, level)
    assert name in clean(open_page(page, level=level, unit=unit))
    assert name_en in clean(open_page(page, level=level, unit=unit, lang="en"))


@pytest.mark.parametrize("level", ["province", "city", "court"])
def test_rankings_list_every_unit_once(open_page: Open, sample: CachedSnapshot, level: str) -> None:
    shown = clean(open_page("rankings", level=level, all="1"))
    units = queries.scores(sample, level, sample.periods()[-1])
    for unit in units["place_id"].head(100):
        assert len(re.findall(rf"unit={unit}\b", shown)) == 1
    assert ("最高人民法院" in shown) == (level == "court")


def test_rankings_sort_and_filter(open_page: Open, sample: CachedSnapshot) -> None:
    units = queries.scores(sample, "province", sample.periods()[-1])
    scored = units[units["score"].notna()]
    for sort, first in (("score", scored.iloc[-1]), ("-score", scored.iloc[0])):
        table = clean(open_page("rankings", sort=sort)).split("<table", 1)[1]
        assert re.findall(r"unit=(\d+)", table)[0] == first["place_id"]
    one, other = units.iloc[0], units.iloc[-1]
    found = clean(open_page("rankings", q=one["name_en"].upper()))
    assert f"unit={one['place_id']}" in found
    assert f"unit={other['place_id']}" not in found
    cities = queries.scores(sample, "city", sample.periods()[-1])
    within = clean(open_page("rankings", level="city", within=one["place_id"], all="1"))
    listed = set(re.findall(r"unit=([^&\"]+)", within))
    assert listed == set(cities.loc[cities["parent"] == one["place_id"], "place_id"])


def test_unscored_units_have_no_rank(open_page: Open, sample: CachedSnapshot) -> None:
    shown = clean(open_page("rankings", level="court", all="1"))
    units = queries.scores(sample, "court", sample.periods()[-1])
    unscored = set(units.loc[units["score"].isna(), "place_id"].head(100))
    assert unscored, "the sample has courts too small for a score"
    ranked, _, rest = shown.rpartition("<table")  # the last table is that of the unscored
    assert not unscored & set(re.findall(r"unit=([^&\"]+)", ranked))
    assert unscored <= set(re.findall(r"unit=([^&\"]+)", rest))


def test_a_period_in_the_address_is_shown_and_a_wrong_one_is_not(open_page: Open, sample: CachedSnapshot) -> None:
    earlier = sample.periods()[-2]
    last = sample.period_dates(earlier)[1]
    shown = clean(open_page("place", period=earlier))
    assert f"{last.year}年{last.month}月{last.day}日" in shown
    assert open_page("place", period="1999Q1").selectbox[0].value == sample.periods()[-1]


def test_choosing_a_period_writes_it_into_the_address(open_page: Open, sample: CachedSnapshot) -> None:
    app = open_page("place")
    earlier = sample.periods()[-3]
    app.selectbox(key="choose-period").set_value(earlier).run()
    assert app.query_params["period"] == earlier
    app.selectbox(key="choose-period").set_value(sample.periods()[-1]).run()
    assert "period" not in app.query_params  # the latest needs no words


def test_choosing_a_cohort_writes_it(open_page: Open, sample: CachedSnapshot) -> None:
    app = open_page("place")
    app.selectbox(key="choose-cohort").set_value(queries.cohorts(sample)[0]).run()
    assert app.query_params["cohort"] == queries.cohorts(sample)[0]
    assert not app.exception


def test_an_unknown_place_is_said_to_be_unknown(open_page: Open) -> None:
    app = open_page("place", level="province", unit="999999")
    assert not app.exception
    assert "数据集中没有这个地区" in text(app)


@pytest.mark.parametrize("page", ["overview", "rankings", "place", "method"])
def test_no_warehouse_says_what_to_do(page: str) -> None:
    app = run_page(page)  # without the fixture: the environment names a file that is not there
    assert not app.exception
    assert "还没有可以展示的数据" in text(app)
    assert "make run" in text(app)


def test_a_new_file_in_place_of_the_old_is_shown_without_a_restart(
    open_page: Open, warehouse: Path, built_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "swapped.duckdb"
    monkeypatch.setenv("JECI_WAREHOUSE", str(path))
    app = open_page()
    assert "还没有可以展示的数据" in text(app)
    versions = []
    for source in (warehouse, built_world):
        copy = tmp_path / "copy.duckdb"
        shutil.copyfile(source, copy)
        copy.rename(path)  # as a build does: one rename, while the old file is still open
        app.run()
        versions += re.findall(r"数据版本 (\w+)", clean(app))
    assert len(set(versions)) == 2
