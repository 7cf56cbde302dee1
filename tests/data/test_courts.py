"""The committed registry of courts: one court a division, each name leading to one court a day."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data"
CODE = re.compile(r"最高法|[京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新兵](\d{4}|\d\d)?")
DIGITS = {"supreme": 0, "high": 0, "intermediate": 2, "basic": 4}


@cache
def rows(name: str) -> list[dict[str, str]]:
    """Rows of a table of the folder."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def courts() -> dict[str, dict[str, str]]:
    """Courts by id."""
    found = {row["court_id"]: row for row in rows("courts.csv")}
    assert len(found) == len(rows("courts.csv")), "an id stands twice in courts.csv"
    return found


@cache
def divisions() -> dict[str, dict[str, str]]:
    """Divisions by code."""
    return {row["code"]: row for row in rows("divisions.csv")}


class TestCourts:
    def test_counts(self) -> None:
        counted = Counter(
            row["level"] for row in courts().values() if row["special"] == "false" and not row["valid_to"]
        )
        # 31 provinces; 2,845 or so counties with a court.
        assert counted["supreme"] == 1 and counted["high"] == 31
        assert 340 < counted["intermediate"] < 360
        assert 2830 < counted["basic"] < 2860

    def test_every_name_can_be_typed(self) -> None:
        """In Latin letters, and by one initial a character that is read."""
        for row in courts().values():
            *spellings, initials = row["pinyin"].split()
            assert all(re.fullmatch("[0-9a-z]+", key) for key in (*spellings, initials)), row
            assert len(initials) == len(re.sub(r"[^\w]", "", row["name"])), row
        assert courts()["陕01"]["pinyin"].split()[1].startswith("shaanxishengxianshi")
        assert courts()["黑01"]["pinyin"].endswith(" hljshebszjrmfy")

    def test_parents_are_courts_of_the_level_above(self) -> None:
        above = {"high": {"supreme"}, "intermediate": {"high"}, "basic": {"intermediate"}}
        for row in courts().values():
            if row["level"] == "supreme":
                assert row["parent"] == ""
                continue
            parent = courts()[row["parent"]]
            assert parent["level"] in above[row["level"]], row
            assert parent["valid_to"] == "", row

    def test_codes_have_the_form_of_their_level(self) -> None:
        for row in courts().values():
            code = row["code"]
            assert row["court_id"] == (code or row["name"])
            if code:
                assert CODE.fullmatch(code), row
                assert len(code.lstrip("最高法")) == 0 or len(code) - 1 == DIGITS[row["level"]]

    def test_regions_are_of_the_level_that_a_court_serves(self) -> None:
        for row in courts().values():
            level = divisions()[row["region"]]["level"]
            if row["special"] == "true" or row["level"] == "supreme":
                continue
            if row["level"] == "high":
                assert level == "province"
            elif row["level"] == "basic":
                assert level in ("county", "city"), row

    def test_every_county_has_one_court(self) -> None:
        served = Counter(
            row["region"]
            for row in courts().values()
            if row["level"] == "basic" and row["special"] == "false" and not row["valid_to"]
        )
        counties = {
            code for code, row in divisions().items() if row["level"] == "county" and code[:2] not in ("71", "81", "82")
        }
        without = {code for code in counties if not served[code]}
        # 三亚 and 三沙 have one basic court each; 大柴旦 is no division of the ministry's list.
        assert without == {
            *("460202", "460203", "460204", "460205"),
            *("460302", "460303", "460321", "460322", "460323"),
            "632857",
        }
        assert {code for code in counties if served[code] > 1} == set()

    @pytest.mark.parametrize(
        ("court_id", "name", "parent", "region"),
        [
            ("京", "北京市高级人民法院", "最高法", "110000"),
            ("京0105", "北京市朝阳区人民法院", "京03", "110105"),  # not under 京01
            ("沪0115", "上海市浦东新区人民法院", "沪01", "310115"),
            ("渝0229", "重庆市城口县人民法院", "渝02", "500229"),
            ("粤0304", "广东省深圳市福田区人民法院", "粤03", "440304"),
            ("粤1972", "广东省东莞市第二人民法院", "粤19", "441900"),
            ("苏0583", "江苏省昆山市人民法院", "苏05", "320583"),
            ("鄂9004", "湖北省仙桃市人民法院", "鄂96", "429004"),
            ("鄂9021", "湖北省神农架林区人民法院", "鄂05", "429021"),
            ("豫9001", "河南省济源市人民法院", "豫96", "419001"),
            ("琼9007", "海南省东方市人民法院", "琼97", "469007"),
            ("新4002", "新疆维吾尔自治区伊宁市人民法院", "新40", "654002"),
            ("内0105", "内蒙古自治区呼和浩特市赛罕区人民法院", "内01", "150105"),
            ("兵08", "新疆生产建设兵团第八师中级人民法院", "兵", "650000"),
            ("京74", "北京金融法院", "京", "110100"),
        ],
    )
    def test_known_courts(self, court_id: str, name: str, parent: str, region: str) -> None:
        row = courts()[court_id]
        assert (row["name"], row["parent"], row["region"]) == (name, parent, region)

    def test_courts_beside_the_divisions_are_special(self) -> None:
        words = re.compile("铁路|海事|知识产权|金融|互联网|兵团|农垦")
        for row in courts().values():
            if words.search(row["name"]):
                assert row["special"] == "true", row


class TestNames:
    def test_they_name_known_courts(self) -> None:
        assert {row["court_id"] for row in rows("court_names.csv")} <= courts().keys()

    def test_no_name_means_two_courts_on_one_day(self) -> None:
        spans = defaultdict(list)
        for row in courts().values():
            for text in {row["name"], row["code"]} - {""}:
                spans[text].append((row["court_id"], row["valid_from"], row["valid_to"]))
        for row in rows("court_names.csv"):
            spans[row["name"]].append((row["court_id"], row["valid_from"], row["valid_to"]))
        for text, found in spans.items():
            for (_, from_1, to_1), (_, from_2, to_2) in combinations(found, 2):
                assert to_1 and to_2 == "" and from_2, text
                assert date.fromisoformat(from_2) == date.fromisoformat(to_1) + timedelta(1), text
                assert from_1 == "", text

    @pytest.mark.parametrize(
        ("name", "court_id"),
        [
            ("湖北省襄樊市中级人民法院", "鄂06"),  # 襄阳 since 2010
            ("湖北省襄樊市樊城区人民法院", "鄂0606"),
            ("浙0185", "浙0112"),  # 临安, a district since 2017
            ("浙江省临安市人民法院", "浙0112"),
            ("湖南省宁乡县人民法院", "湘0182"),
            ("云南省普洱哈尼族彝族自治县人民法院", "云0821"),
            ("黑龙江省伊春市伊春区人民法院", "黑0717"),
        ],
    )
    def test_known_names(self, name: str, court_id: str) -> None:
        assert court_id in [r["court_id"] for r in rows("court_names.csv") if r["name"] == name]

    def test_no_code_is_older_than_court_codes(self) -> None:
        """深圳's counties of 2002 never had a court code: 法〔2015〕137号 begins on 2016-01-01."""
        codes = {row["name"] for row in rows("court_names.csv") if CODE.fullmatch(row["name"])}
        assert codes
        # 永新区 (南宁, until 2004) and 卢湾区 (上海, until 2011).
        assert not codes & {"桂0106", "沪0103"}
