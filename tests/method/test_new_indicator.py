"""An indicator of existing events is one new file: it is scored, and every page and download has it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from index_engine import queries
from index_engine.build import build
from index_engine.method import builtin_methods, load_method, parse_method
from index_engine.queries import Snapshot
from tests.dashboard.running import run_page, text
from tests.warehouses import shared_warehouse
from tests.worlds import random_world

ENDED = """\
[[indicator]]
id = "ended_6m"
dimension = "cycle"
weight = 1
unit = "share"
worst = 0.1
best = 0.9
min_n = 60
estimate = { kind = "incidence", process = "case", event = ["cash", "satisfied", "zhongben", "other"], months = 6 }

[indicator.name]
zh_Hans = "六个月内结案的案件"
en = "Ended in any way within 6 months"

[indicator.numerator]
zh_Hans = "立案后六个月内以任何方式结案"
en = "cases ended in any way within 6 months of filing"

[indicator.denominator]
zh_Hans = "期内在办的首次执行案件"
en = "first-enforcement cases under way in the period"

[indicator.goalposts]
zh_Hans = "一成至九成。"
en = "One in ten to nine in ten."
"""
NAME = "Ended in any way within 6 months"


@pytest.fixture(scope="module")
def extended() -> Path:
    """A small world built with the methods of the engine and one file more."""

    def make(path: Path) -> None:
        folders = [shutil.copytree(p, path.with_name(p.name)) for p in builtin_methods()]
        (folders[0] / "indicators" / "ended_6m.toml").write_text(ENDED, encoding="utf-8")
        build(random_world(cases=4000).write(path), folders)

    return shared_warehouse("new-indicator", make)


@pytest.fixture
def downloads(extended: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes | str]:
    """What the download buttons of the pages that a test opens give, by key."""
    files: dict[str, bytes | str] = {}

    def download_button(label: str, data: str | Callable[[], bytes], *, key: str, **options: Any) -> bool:
        files[key] = data if isinstance(data, str) else data()
        return False

    monkeypatch.setattr(st, "download_button", download_button)
    monkeypatch.setenv("JECI_WAREHOUSE", str(extended))
    return files


def opened(page: str, **parameters: str) -> AppTest:
    app = run_page(page, lang="en", **parameters)
    assert not app.exception, app.exception[0].message
    assert not app.error
    return app


def test_it_is_estimated_as_all_that_is_no_longer_open(extended: Path) -> None:
    with Snapshot(extended) as snapshot:
        period = snapshot.periods()[-1]
        row = queries.indicators(snapshot, "nation", "CN", period).set_index("indicator").loc["ended_6m"]
        curve = queries.incidence(snapshot, "nation", "CN", period=period).set_index("month").loc[6]
    assert row["value"] == pytest.approx(1.0 - curve["open"], abs=1e-9)
    assert row["value"] == pytest.approx(curve[["cash", "satisfied", "zhongben", "other"]].sum(), abs=1e-9)
    # The errors of exclusive events lean against one another.
    errors = curve[["se_cash", "se_zhongben", "se_other"]]
    assert 0 < row["se"] < (errors**2).sum() ** 0.5
    assert row["points"] == pytest.approx((row["value"] - 0.1) / 0.8 * 100, abs=1e-5)


def test_it_enters_the_score_after_those_that_have_an_order(extended: Path) -> None:
    with Snapshot(extended) as snapshot:
        ids = [i.id for i in snapshot.method.dimension_indicators("cycle")]
        shipped = [i.id for i in load_method().dimension_indicators("cycle")]
        assert ids == [*shipped, "ended_6m"]
        period = snapshot.periods()[-1]
        [scored] = queries.scores(snapshot, "nation", period).to_dict("records")
        rows = queries.indicators(snapshot, "nation", "CN", period).set_index("indicator")
        weight = [snapshot.method.indicator(name).weight for name in ids]
        weighted = np.average(rows.loc[ids, "points"], weights=weight)
        assert scored["cycle"] == pytest.approx(weighted, abs=1e-5)
        without = queries.reweighted_scores(snapshot, "nation", period, {"ended_6m": 0})["score"].item()
        assert scored["score"] != without


def test_the_page_of_a_place_has_it(downloads: dict[str, bytes | str]) -> None:
    assert NAME in text(opened("place", level="province", unit="13"))


def test_the_map_has_a_layer_of_it_and_its_download_the_values(
    extended: Path, downloads: dict[str, bytes | str]
) -> None:
    app = opened("overview", layer="ended_6m")
    assert NAME in text(app)
    table = downloads["download-province-ended_6m"]
    assert isinstance(table, bytes)
    header, *lines = table.decode("utf-8-sig").split("\r\n")[:-1]
    rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    with Snapshot(extended) as snapshot:
        period = snapshot.periods()[-1]
        for row in rows:
            place = queries.indicators(snapshot, "province", row["place_id"], period)
            stored = place.set_index("indicator").loc["ended_6m"]
            assert float(row["value"]) == pytest.approx(stored["value"])
            assert float(row["points"]) == pytest.approx(stored["points"])
    assert {row["place_id"] for row in rows} == {"11", "12", "13"}


def test_the_method_page_and_its_file_have_it(downloads: dict[str, bytes | str]) -> None:
    words = text(opened("method"))
    assert NAME in words and "cases ended in any way within 6 months of filing" in words
    file = downloads["download-method"]
    assert isinstance(file, str)
    assert parse_method(file, "download").indicator("ended_6m").estimate.months == 6
    assert file.replace(f"\n# indicators/ended_6m.toml\n{ENDED}", "") == load_method().text
