"""The committed reference data: complete, drawable, traceable, and like an independent build."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from shapely import LinearRing, Point, make_valid
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

DATA = Path(__file__).parents[2] / "data"
BOUNDARIES = DATA / "boundaries"
INDEPENDENT = DATA.parents[1] / "shared" / "geo"
KILOBYTE = 1000
# Words by which a licence's text is known.
LICENCE_WORDS = {"MIT": "MIT", "BSD-2-Clause": "Redistribution and use in source and binary forms"}

# Places without a polygon: 大兴安岭's forest districts, 三沙 as the ministry now divides it, and
# two counties made in December 2024.
COUNTIES_WITHOUT_POLYGON = {
    *("232761", "232762", "232763", "232764"),
    *("460302", "460303", "460323"),
    *("653228", "653229"),
}
# The whole of a municipality, of Taiwan, Hong Kong or Macao: its code on the city map.
WHOLE_PROVINCE = {
    "110000": "110100",
    "120000": "120100",
    "310000": "310100",
    "500000": "500100",
    "710000": "719000",
    "810000": "819000",
    "820000": "829000",
}

Collection = dict[str, dict[str, Any]]


@cache
def features(path: Path) -> Collection:
    """Features of a GeoJSON file by id, in order."""
    found = json.loads(path.read_text(encoding="utf-8"))["features"]
    result = {feature["id"]: feature for feature in found}
    assert len(result) == len(found), f"{path.name}: two features have one id"
    return result


@cache
def shapes(path: Path) -> dict[str, BaseGeometry]:
    """Geometries of a GeoJSON file by id."""
    return {code: shape(feature["geometry"]) for code, feature in features(path).items()}


@cache
def divisions() -> dict[str, dict[str, str]]:
    """Rows of the table of divisions by code."""
    with (DATA / "divisions.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    result = {row["code"]: row for row in rows}
    assert len(result) == len(rows), "a code stands twice in divisions.csv"
    return result


def codes(level: str) -> set[str]:
    """Codes of one level."""
    return {code for code, row in divisions().items() if row["level"] == level}


PROVINCES = BOUNDARIES / "province.geojson"
CITIES = BOUNDARIES / "city.geojson"
COUNTY_MAPS = sorted((BOUNDARIES / "county").glob("*.geojson"))
COUNTIES = BOUNDARIES / "county.geojson"
MAPS = [PROVINCES, CITIES, COUNTIES, *COUNTY_MAPS]
SIDECARS = sorted(DATA.rglob("*.source.toml"))


def name(path: Path) -> str:
    """Short test id of a file."""
    return f"{path.parent.name}/{path.stem}"


class TestOrigin:
    @pytest.mark.parametrize("sidecar", SIDECARS, ids=name)
    def test_every_checksum_matches(self, sidecar: Path) -> None:
        origin = tomllib.loads(sidecar.read_text(encoding="utf-8"))
        listed = [(sidecar.parent / entry["path"], entry) for entry in origin["outputs"]]
        listed += [(DATA / entry["path"], entry) for entry in origin.get("own_inputs", [])]
        for path, entry in listed:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"], path.name

    @pytest.mark.parametrize("sidecar", SIDECARS, ids=name)
    def test_every_source_has_address_licence_and_date(self, sidecar: Path) -> None:
        origin = tomllib.loads(sidecar.read_text(encoding="utf-8"))
        assert origin["title"] and origin["producer"] and origin["edition"] and origin["command"]
        # A table kept by hand names the page of every row in the table itself.
        assert origin["inputs"] or origin["command"] == "kept by hand"
        for source in origin["inputs"]:
            assert source["address"].startswith("https://")
            assert len(source["sha256"]) == 64 and source["accessed"]
            licence = (DATA / source["licence_text"]).read_text(encoding="utf-8")
            assert LICENCE_WORDS[source["licence"]] in licence and source["copyright"] in licence

    def test_no_file_lacks_a_sidecar(self) -> None:
        described = {
            sidecar.parent / entry["path"]
            for sidecar in SIDECARS
            for entry in tomllib.loads(sidecar.read_text(encoding="utf-8"))["outputs"]
        }
        tables = DATA.glob("*.csv")
        files = {
            *tables,
            BOUNDARIES / "extent.json",
            BOUNDARIES / "inscribed_circles.json",
            *BOUNDARIES.rglob("*.geojson"),
        }
        assert files == described

    def test_maps_name_their_base_map(self) -> None:
        for sidecar in ("province.geojson.source.toml", "city.geojson.source.toml"):
            origin = tomllib.loads((BOUNDARIES / sidecar).read_text(encoding="utf-8"))
            assert origin["attribution"] == "底图数据：天地图"


class TestDivisions:
    def test_levels_and_parents(self) -> None:
        above = {"province": "nation", "city": "province", "county": "city"}
        for row in divisions().values():
            if row["level"] == "nation":
                assert row["code"] == "100000" and row["parent"] == ""
            else:
                assert divisions()[row["parent"]]["level"] == above[row["level"]], row

    def test_counts(self) -> None:
        counted = Counter(row["level"] for row in divisions().values())
        assert counted == {"nation": 1, "province": 34, "city": 375, "county": 2860}

    def test_every_name_is_there_in_three_languages(self) -> None:
        for row in divisions().values():
            assert row["name"] and row["name_hant"] and row["name_en"], row
            assert len(row["name"]) == len(row["name_hant"])
            assert row["name_en"][0].isupper()
            assert not any("\u4e00" <= character <= "\u9fff" for character in row["name_en"])

    @pytest.mark.parametrize(
        ("name", "keys"),
        [
            ("哈尔滨市", "haerbinshi hebs"),
            ("吕梁市", "lvliangshi luliangshi lls"),
            ("陕西省", "shanxisheng shaanxisheng sxs"),
            ("山西省", "shanxisheng sxs"),
            ("长治市", "changzhishi czs"),
            ("西安市", "xianshi xas"),
            ("单县", "shanxian sx"),
            ("六合区", "luhequ lhq"),
            ("呼和浩特市", "huhehaoteshi hhhts"),
        ],
    )
    def test_a_name_is_typed_as_it_is_read(self, name: str, keys: str) -> None:
        assert {row["pinyin"] for row in divisions().values() if row["name"] == name} == {keys}

    def test_every_name_can_be_typed(self) -> None:
        """In Latin letters, and by one initial a character."""
        for row in divisions().values():
            *spellings, initials = row["pinyin"].split()
            assert all(re.fullmatch("[a-z]+", key) for key in (*spellings, initials)), row
            assert len(initials) == len(row["name"]), row
            assert spellings[0].startswith(initials[0])

    def test_no_two_siblings_read_the_same_in_english(self) -> None:
        counted = Counter((row["parent"], row["name_en"]) for row in divisions().values())
        assert [pair for pair, count in counted.items() if count > 1] == []

    @pytest.mark.parametrize(
        ("code", "hans", "hant", "english"),
        [
            ("100000", "全国", "全國", "China"),
            ("140000", "山西省", "山西省", "Shanxi"),
            ("610000", "陕西省", "陝西省", "Shaanxi"),
            ("150000", "内蒙古自治区", "內蒙古自治區", "Inner Mongolia"),
            ("540000", "西藏自治区", "西藏自治區", "Tibet"),
            ("820000", "澳门特别行政区", "澳門特別行政區", "Macao"),
            ("140400", "长治市", "長治市", "Changzhi"),
            ("211300", "朝阳市", "朝陽市", "Chaoyang"),
            ("211321", "朝阳县", "朝陽縣", "Chaoyang County"),
            ("411100", "漯河市", "漯河市", "Luohe"),
            ("222404", "珲春市", "琿春市", "Hunchun"),
            ("610100", "西安市", "西安市", "Xi'an"),
            ("341500", "六安市", "六安市", "Lu'an"),
            ("310105", "长宁区", "長寧區", "Changning"),
            ("371722", "单县", "單縣", "Shanxian"),
            ("421303", "曾都区", "曾都區", "Zengdu"),
            ("230900", "七台河市", "七台河市", "Qitaihe"),
            ("331000", "台州市", "台州市", "Taizhou"),
            ("370600", "烟台市", "煙臺市", "Yantai"),
            ("141100", "吕梁市", "呂梁市", "Lüliang"),
            ("530322", "陆良县", "陸良縣", "Luliang"),
            ("220200", "吉林市", "吉林市", "Jilin City"),
            ("632500", "海南藏族自治州", "海南藏族自治州", "Hainan Prefecture"),
            ("222400", "延边朝鲜族自治州", "延邊朝鮮族自治州", "Yanbian"),
            ("150100", "呼和浩特市", "呼和浩特市", "Hohhot"),
            ("152500", "锡林郭勒盟", "錫林郭勒盟", "Xilingol"),
            ("650100", "乌鲁木齐市", "烏魯木齊市", "Urumqi"),
            ("653101", "喀什市", "喀什市", "Kashgar City"),
            ("441803", "清新区", "清新區", "Qingxin"),
            ("231202", "北林区", "北林區", "Beilin"),
            ("710012", "新北市", "新北市", "New Taipei"),
        ],
    )
    def test_tricky_names(self, code: str, hans: str, hant: str, english: str) -> None:
        row = divisions()[code]
        assert (row["name"], row["name_hant"], row["name_en"]) == (hans, hant, english)

    @pytest.mark.parametrize(
        ("code", "level", "parent"),
        [
            ("110100", "city", "110000"),  # the one city of a municipality
            ("110101", "county", "110100"),
            ("500229", "county", "500100"),  # the ministry lists it under 500200 县
            ("429004", "city", "420000"),  # a county directly under its province
            ("441900", "city", "440000"),  # a city without counties
            ("719000", "city", "710000"),  # our own code
            ("540481", "county", "540400"),  # 米林, 540422 until 2023
            ("232761", "county", "232700"),  # 加格达奇, without a code of the ministry
        ],
    )
    def test_places_in_the_hierarchy(self, code: str, level: str, parent: str) -> None:
        assert (divisions()[code]["level"], divisions()[code]["parent"]) == (level, parent)

    def test_placeholders_and_replaced_codes_are_left_out(self) -> None:
        absent = ("419000", "429000", "469000", "500200", "659000", "540422", "540530")
        assert [code for code in absent if code in divisions()] == []


class TestMaps:
    def test_every_province_and_city_is_drawn(self) -> None:
        assert set(features(PROVINCES)) == codes("province")
        assert set(features(CITIES)) == codes("city")
        assert [path.stem for path in COUNTY_MAPS] == sorted(codes("province"))

    def test_every_county_is_drawn_but_the_named_ones(self) -> None:
        drawn = {code for path in COUNTY_MAPS for code in features(path)}
        assert codes("county") - drawn == COUNTIES_WITHOUT_POLYGON
        divided = {divisions()[code]["parent"] for code in codes("county")}
        assert drawn - codes("county") == codes("city") - divided

    @pytest.mark.parametrize("path", MAPS, ids=name)
    def test_properties_agree_with_divisions(self, path: Path) -> None:
        for code, feature in features(path).items():
            row = divisions()[code]
            on_county_map = path == COUNTIES or path.parent.name == "county"
            stands_for_itself = on_county_map and row["level"] == "city"
            parent = code if stands_for_itself else row["parent"]
            assert feature["properties"] == {"adcode": code, "name": row["name"], "parent": parent}
            if on_county_map:
                assert path == COUNTIES or code[:2] == path.stem[:2]

    @pytest.mark.parametrize("path", MAPS, ids=name)
    def test_rings_are_clockwise_and_shapes_valid(self, path: Path) -> None:
        for code, geometry in shapes(path).items():
            assert geometry.is_valid, code
            for polygon in geometry.geoms:
                assert not LinearRing(polygon.exterior).is_ccw, code
                assert all(LinearRing(hole).is_ccw for hole in polygon.interiors), code

    def test_borders_are_common(self) -> None:
        provinces = list(shapes(PROVINCES).values())
        total = sum(province.area for province in provinces)
        common = sum(
            one.intersection(other).area for place, one in enumerate(provinces) for other in provinces[place + 1 :]
        )
        assert common < 1e-7 * total

    def test_the_whole_country_is_there(self) -> None:
        assert {"710000", "810000", "820000"} <= set(features(PROVINCES))
        places = {
            "钓鱼岛": ("710000", Point(123.475, 25.745)),
            "永兴岛": ("460000", Point(112.34, 16.83)),
            "太平岛": ("460000", Point(114.37, 10.38)),
            "黄岩岛": ("460000", Point(117.76, 15.15)),
            "曾母暗沙": ("460000", Point(112.28, 3.97)),
        }
        for place, (province, point) in places.items():
            assert shapes(PROVINCES)[province].distance(point) < 0.1, place

    def test_no_island_is_lost_between_the_levels(self) -> None:
        sansha = shapes(BOUNDARIES / "county" / "460000.geojson")
        islands = sum(len(sansha[code].geoms) for code in ("460321", "460322"))
        assert islands == len(shapes(CITIES)["460300"].geoms) > 100

    def test_ten_dashes(self) -> None:
        dashes = list(shapes(BOUNDARIES / "dashline.geojson").values())
        assert len(dashes) == 10
        assert {dash.geom_type for dash in dashes} == {"LineString"}
        # One of them lies east of Taiwan.
        assert sum(dash.bounds[0] > 121.9 and dash.bounds[1] > 22 for dash in dashes) == 1

    def test_sizes(self) -> None:
        assert PROVINCES.stat().st_size <= 120 * KILOBYTE
        assert CITIES.stat().st_size <= 320 * KILOBYTE
        assert max(path.stat().st_size for path in COUNTY_MAPS) <= 200 * KILOBYTE

    def test_extents_hold_every_polygon(self) -> None:
        extents = json.loads((BOUNDARIES / "extent.json").read_text(encoding="utf-8"))
        assert set(extents) == codes("province") | codes("city")
        for path in (PROVINCES, CITIES):
            for code, geometry in shapes(path).items():
                west, south, east, north = extents[code]
                bounds = geometry.bounds
                assert west <= bounds[0] and south <= bounds[1], code
                assert east >= bounds[2] and north >= bounds[3], code


def our_code(code: str, level: str) -> str:
    """The code here of a place of the independent build."""
    return code if level == "province" else WHOLE_PROVINCE.get(code, code)


def likeness(one: BaseGeometry, other: BaseGeometry) -> float:
    """Intersection over union of two shapes."""
    return one.intersection(other).area / one.union(other).area


@pytest.mark.skipif(not INDEPENDENT.exists(), reason="no independent build beside the checkout")
class TestIndependentBuild:
    """The same sources built by another hand: the two differ by roundings, and by reefs."""

    # Intersection over union of the worst place. Cities include slivers of a few square
    # kilometres, where one vertex more or less is two hundredths of the area.
    @pytest.mark.parametrize(("level", "path", "least"), [("province", PROVINCES, 0.999), ("city", CITIES, 0.97)])
    def test_same_places_and_shapes(self, level: str, path: Path, least: float) -> None:
        theirs = shapes(INDEPENDENT / f"{level}.geojson")
        assert {our_code(code, level) for code in theirs} == set(shapes(path))
        for code, geometry in theirs.items():
            assert likeness(make_valid(geometry), shapes(path)[our_code(code, level)]) > least, code

    @pytest.mark.parametrize("path", COUNTY_MAPS, ids=name)
    def test_same_counties(self, path: Path) -> None:
        theirs = shapes(INDEPENDENT / "prov_county" / path.name)
        assert {our_code(code, "county") for code in theirs} == set(shapes(path))
        if path.stem in ("810000", "820000"):
            return  # drawn finer here: that build leaves less than half of Macao
        area = sum(make_valid(geometry).area for geometry in theirs.values())
        assert sum(geometry.area for geometry in shapes(path).values()) == pytest.approx(area, 0.005)

    def test_same_names(self) -> None:
        with (INDEPENDENT / "adcodes_2024.csv").open(encoding="utf-8", newline="") as lines:
            theirs = {row["adcode"]: row["name"] for row in csv.DictReader(lines)}
        names = {code: row["name"] for code, row in divisions().items()}
        without = {code for code in names if code not in theirs}
        # The country itself, districts that are none in law, and the codes of cities made for three.
        assert without == {
            *("100000", "719000", "819000", "829000"),
            *("232761", "232762", "232763", "232764"),
        }
        assert {code: theirs[code] for code in names if code in theirs} == {
            code: name for code, name in names.items() if code in theirs
        }
