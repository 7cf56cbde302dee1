"""The box that finds places: what its list holds, how it is sent, and what names are typed as."""

import json
import re
from pathlib import Path

import pytest

from dashboard.shell import place_names
from dashboard.shell.server import routes
from dashboard.state.cache import CachedSnapshot
from index_engine.queries import Place
from tests.dashboard.running import Open
from tests.dashboard.shell.test_server import served


@pytest.mark.parametrize(
    ("name_en", "pinyin", "expected"),
    [
        ("Suzhou", "suzhoushi szs", "suzhoushi szs"),
        ("Xi'an", "xianshi xas", "xianshi xas"),
        ("Lüliang", "lvliangshi luliangshi lls", "lvliangshi luliangshi lls"),
        ("Hohhot", "huhehaoteshi hhhts", "huhehaoteshi hhhts hohhot"),
        ("São Paulo", "", "saopaulo"),
    ],
)
def test_a_name_is_found_as_it_is_typed(name_en: str, pinyin: str, expected: str) -> None:
    place = Place("city", "1", "", "", name_en, None, pinyin=pinyin)
    assert place_names.search_keys(place) == expected


def test_every_city_and_court_is_found_by_its_initials(sample: CachedSnapshot) -> None:
    keys = {(level, unit): words for level, unit, *_, words in place_names.place_index(sample)["places"]}
    for place in sample.places():
        characters = re.sub(r"[^\u4e00-\u9fff]", "", place.name.removesuffix("（模拟）"))
        initials = [word for word in keys[place.level, place.place_id].split() if len(word) == len(characters)]
        assert initials, place.name
        assert all(word.isascii() and word.isalpha() for word in initials)
    assert "haerbinshi hebs" in keys["city", "230100"]
    assert keys["province", "610000"].split()[:3] == ["shanxisheng", "shaanxisheng", "sxs"]


def test_every_unit_is_in_the_list_once_with_what_it_is_found_by(sample: CachedSnapshot) -> None:
    found = place_names.place_index(sample)
    places = found["places"]
    assert [(level, unit) for level, unit, *_ in places] == [(unit.level, unit.place_id) for unit in sample.places()]
    by_id = {unit: rest for _, unit, *rest in places}
    assert by_id["320500"] == ["苏州市", "Suzhou", "江苏省", "suzhoushi szs"]
    assert by_id["100000"][2] == by_id["320000"][2] == ""  # nothing is above them worth saying
    assert found["simplified"]["蘇"] == "苏" and found["simplified"]["區"] == "区"
    assert "苏" not in found["simplified"]


def test_in_english_the_english_name_comes_first(sample: CachedSnapshot, in_english: None) -> None:
    by_id = {unit: rest for _, unit, *rest in place_names.place_index(sample)["places"]}
    assert by_id["320500"][:3] == ["Suzhou", "苏州市", "Jiangsu"]


def test_the_list_is_sent_once_and_kept(
    warehouse: Path, sample: CachedSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(warehouse))
    client = served(routes())
    first = client.get("/names.json?lang=en")
    assert json.loads(first.text)["places"][0][2] == "China"
    assert int(first.headers["content-length"]) < 40 * len(sample.places())
    again = client.get("/names.json?lang=en", headers={"if-none-match": first.headers["etag"]})
    assert again.status == 304 and not again.content
    plain = client.get("/names.json", headers={"Accept-Encoding": "identity"})
    assert json.loads(plain.text)["places"][0][2] == "全国"
    assert plain.headers["etag"] != first.headers["etag"]


def test_without_data_there_is_no_list() -> None:
    assert served(routes()).get("/names.json").status == 404


@pytest.mark.parametrize("page", ["overview", "rankings", "place", "method", "data"])
def test_the_box_is_on_every_page_and_carries_no_names(open_page: Open, page: str) -> None:
    app = open_page(page, lang="en", period="2025Q3")
    [box] = [block.value for block in app.html if 'class="search"' in block.value]
    assert len(box) < 1_000
    assert 'data-names="./names.json?lang=en"' in box
    way = "place" if page != "overview" else ""
    assert f'data-place-way="./{way}?lang=en&amp;period=2025Q3"' in box
    assert 'data-court-way="./place?lang=en&amp;period=2025Q3"' in box
