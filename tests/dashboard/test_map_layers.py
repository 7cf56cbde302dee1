"""What the map of the overview is painted by: the score, or a dimension where the address says so
or where there is no score."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.data import Answers
from index_engine.build import build
from tests.dashboard.running import Open, run_page, text
from tests.worlds import random_world


@pytest.fixture(scope="module")
def cases_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a person has who imported cases and no auctions yet."""
    rows = random_world(seed=5, cases=3000)
    cases = tuple(replace(case, has_assets=None, first_listed_on=None) for case in rows.cases)
    path = tmp_path_factory.mktemp("cases_only") / "w.duckdb"
    replace(rows, cases=cases, rounds=()).write(path)
    build(path)
    return path


def painted_by(shown: str) -> str:
    """The chosen one of the layers."""
    switch = re.search(r'<nav class="switch".*?</nav>', shown, re.S)
    assert switch
    [name] = re.findall(r'aria-current="true"[^>]*>([^<]+)<', switch.group())
    return name


def test_the_score_unless_the_address_says_otherwise(open_page: Open, sample: Answers) -> None:
    assert painted_by(text(open_page("overview", lang="en"))) == "Score"
    shown = text(open_page("overview", lang="en", layer="closure"))
    assert painted_by(shown) == "Closure"
    assert "Provinces by closure" in shown
    units = sample.scores("province", sample.periods()[-1])
    ordered = units.sort_values("closure", ascending=False, kind="stable")["unit_id"]
    assert list(dict.fromkeys(re.findall(r"unit=(\d{6})\b", shown))) == list(ordered)


def test_a_layer_that_is_none_means_the_score(open_page: Open) -> None:
    assert painted_by(text(open_page("overview", lang="en", layer="magic"))) == "Score"


def test_without_auctions_the_first_dimension_is_shown_and_the_missing_one_named(
    cases_only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(cases_only))
    app = run_page("overview", lang="en")
    assert not app.exception
    shown = text(app)
    assert "Provinces by cycle length" in shown or "Provinces by closure" in shown
    assert "too few cases: Auction success" in shown
