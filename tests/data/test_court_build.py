"""How the registry of courts is made: places of old lists followed to the places of today."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from data.build import courts, former_divisions
from data.build.divisions import Division
from data.build.former_divisions import FormerPlace

ROWS = {
    row.code: row
    for row in (
        Division("100000", "nation", "", "全国"),
        Division("330000", "province", "100000", "浙江省", "", "Zhejiang"),
        Division("330100", "city", "330000", "杭州市", "", "Hangzhou"),
        Division("330102", "county", "330100", "上城区", "", "Shangcheng"),
        Division("330112", "county", "330100", "临安区", "", "Lin'an"),
        Division("330185", "county", "330100", "丙县", "", "Bing"),
    )
}


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], dict[str, str]]:
    """Changes told by hand; filled by a test."""
    told: dict[tuple[str, str], dict[str, str]] = {}
    monkeypatch.setattr(former_divisions, "read_changes", lambda: told)
    return told


def former(name: str, code: str, *, city: str = "杭州市") -> list[FormerPlace]:
    lists = {"201604": {"330100": city, code: name}, "201904": {"330100": "杭州市"}}
    return [place for place in former_divisions.former_places(lists, ROWS) if place.code == code]


class TestFormerPlaces:
    def test_followed_by_name(self, changes: object) -> None:
        (place,) = former("临安市", "330181")
        assert (place.successor, place.is_merger, place.has_code) == ("330112", False, True)

    def test_followed_by_code(self, changes: object) -> None:
        (place,) = former("乙县", "330185")
        assert place.successor == "330185"

    def test_followed_by_hand_first(self, changes: dict[tuple[str, str], dict[str, str]]) -> None:
        changes["330104", "江干区"] = {"became": "330102", "kind": "merged", "ended": "2021-04-08"}
        (place,) = former("江干区", "330104")
        assert (place.successor, place.is_merger, place.end_date) == ("330102", True, date(2021, 4, 8))

    def test_without_a_day_by_hand_the_last_list_tells(self, changes: dict[tuple[str, str], dict[str, str]]) -> None:
        changes["330104", "江干区"] = {"became": "330102", "kind": "merged", "ended": ""}
        assert former("江干区", "330104")[0].end_date == date(2016, 4, 30)

    def test_a_place_that_cannot_be_followed_stops_the_build(self, changes: object) -> None:
        with pytest.raises(ValueError, match="what became of 330104 江干区"):
            former("江干区", "330104")

    def test_a_change_of_no_place_stops_the_build(self, changes: dict[tuple[str, str], dict[str, str]]) -> None:
        changes["330199", "无区"] = {"became": "330102", "kind": "renamed", "ended": ""}
        with pytest.raises(ValueError, match="no list has"):
            former("临安市", "330181")


@pytest.mark.parametrize(
    ("level", "province", "city", "name", "full"),
    [
        ("high", "广东省", "", "广东省", "广东省高级人民法院"),
        ("intermediate", "广东省", "", "深圳市", "广东省深圳市中级人民法院"),
        ("basic", "广东省", "深圳市", "罗湖区", "广东省深圳市罗湖区人民法院"),
        ("basic", "江苏省", "苏州市", "昆山市", "江苏省昆山市人民法院"),
        ("basic", "北京市", "", "朝阳区", "北京市朝阳区人民法院"),
    ],
)
def test_full_names(level: str, province: str, city: str, name: str, full: str) -> None:
    assert courts.full_name(level, province, city, name) == full


def test_a_table_has_one_column_a_field() -> None:
    text = courts.as_csv(courts.CourtName, [courts.CourtName("浙0112", "浙0185")]).decode()
    assert list(csv.DictReader(io.StringIO(text))) == [
        {"court_id": "浙0112", "name": "浙0185", "valid_from": "", "valid_to": ""}
    ]
