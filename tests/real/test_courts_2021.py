"""3,510 real court names of 2021, and 63 real pairs of code and name, as the registry finds them.

The truth is read from the list's own columns: the province, and the city in the name of the court
above; county and district by name within them. No name may be decided wrongly: what is not found
must be unsure or unknown.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pytest

from index_engine.importing import reference_data
from index_engine.importing.courts.finder import CourtFinder, Resolution
from index_engine.warehouse.file import SCHEMA_FILE

LEAST_IN_PROVINCE = 0.99
LEAST_IN_COUNTY = 0.97
# Names of which less is left: many districts share one.
LEAST_FOUND = {"without province": 0.97, "without city": 0.94, "people's dropped": 0.985, "court dropped": 0.86}
XPCC = "新疆生产建设兵团"
COLUMNS = ("court", "parent", "province", "court_type")


@dataclass(frozen=True)
class Truth:
    """Where a real court sits; `county` is None where that is not to be read from the list."""

    name: str
    type: str
    province: str
    city: str | None
    county: str | None


class Divisions:
    """divisions.csv, read without the engine."""

    def __init__(self) -> None:
        with (reference_data.DATA_FOLDER / "divisions.csv").open(encoding="utf-8", newline="") as lines:
            self.rows = {row["code"]: row for row in csv.DictReader(lines)}
        self.provinces = {r["name"]: c for c, r in self.rows.items() if r["level"] == "province"}
        self.provinces[XPCC] = "650000"
        self.hant = {
            ord(here): there
            for row in self.rows.values()
            for here, there in zip(row["name"], row["name_hant"], strict=True)
        }

    @cache  # noqa: B019 - lives as long as the module
    def within(self, above: str, level: str) -> dict[str, str]:
        """Codes by name of the places of a level in a province or city."""
        return {
            row["name"]: code for code, row in self.rows.items() if row["level"] == level and above in self.path(code)
        }

    def path(self, code: str) -> list[str]:
        path = [code]
        while parent := self.rows[path[-1]]["parent"]:
            path.append(parent)
        return path


@pytest.fixture(scope="module")
def divisions() -> Divisions:
    return Divisions()


@pytest.fixture(scope="module")
def changed(shared: Path) -> dict[tuple[str, str], str]:
    """What counties became, by another hand: (province, name) -> name."""
    lines = (shared / "geo" / "jionlp_china_location_change.txt").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in lines.splitlines()]
    named = [row for row in rows if len(row) == 10]  # the others are of cities
    counted = Counter((row[2], row[6]) for row in named)
    # 城区 of two cities is not to be told apart by province; 乌马河区 went to 乌翠区.
    return {(row[2], row[6]): row[9] for row in named if counted[row[2], row[6]] == 1 and row[6] != "乌马河区"}


@pytest.fixture(scope="module")
def truths(shared: Path, divisions: Divisions, changed: dict[tuple[str, str], str]) -> list[Truth]:
    with (shared / "reference" / "courts_2021.csv").open(encoding="utf-8", newline="") as lines:
        rows = [[row[column] for column in COLUMNS] for row in csv.DictReader(lines)]
    assert len(rows) == 3510
    return [truth(divisions, changed, *row) for row in rows if row[3] != "supreme"]


def truth(
    divisions: Divisions, changed: dict[tuple[str, str], str], name: str, parent: str, province: str, type_: str
) -> Truth:
    code = divisions.provinces[province]
    above = name if type_ == "intermediate" else parent
    cities = divisions.within(code, "city")
    city = cities.get(above.removesuffix("中级人民法院").removeprefix(province))
    if type_ != "basic" or province == XPCC or not name.endswith("人民法院"):
        return Truth(name, type_, code, None if province == XPCC else city, None)
    around = city or code
    # 仙桃, 神农架: counties by rank, cities in the table; their courts are under another city's.
    direct = {one: at for one, at in cities.items() if not at.endswith("00")}
    counties = direct | divisions.within(around, "county")
    own = name.removesuffix("人民法院").removeprefix(divisions.rows[around]["name"])
    later = changed.get((province, own), "")
    # A zone named after its county is not the county: the name must be all of it.
    county = counties.get(own) or divisions.within(code, "county").get(later)
    return Truth(name, type_, code, city, county)


@pytest.fixture(scope="module")
def china() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(SCHEMA_FILE.read_text(encoding="utf-8"))
        reference_data.load_reference_data(con)
        yield con


@pytest.fixture(scope="module")
def finder(china: duckdb.DuckDBPyConnection) -> CourtFinder:
    return CourtFinder.from_warehouse(china)


@pytest.fixture(scope="module")
def parents(china: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(china.execute("SELECT court_id, parent FROM courts").fetchall())


def decided(found: Resolution) -> bool:
    return found.status not in ("ambiguous", "unknown")


def is_wrong(divisions: Divisions, real: Truth, found: Resolution) -> bool:
    """Whether a decided place contradicts the truth; a place above the true one does not."""
    assert found.region is not None
    path = divisions.path(found.region)
    if real.province not in path:
        return True
    if real.county is not None:
        return found.region != real.county
    wrong_city = real.city is not None and not found.special and real.city not in path
    return wrong_city


def count(
    divisions: Divisions, finder: CourtFinder, truths: list[Truth], write: Callable[[Truth], str]
) -> tuple[Counter[str], list[str]]:
    """How the names are found when written in one way, and those that are decided wrongly."""
    counted: Counter[str] = Counter()
    wrong = []
    for real in truths:
        found = finder.find(write(real))
        counted[found.status] += 1
        counted["all"] += 1
        counted["counties"] += real.county is not None
        if decided(found):
            if is_wrong(divisions, real, found):
                wrong.append(f"{write(real)}: {found.name} in {found.region}, not {real}")
                continue
            counted["in province"] += 1
            counted["in county"] += real.county is not None
    return counted, wrong


def test_real_names(divisions: Divisions, finder: CourtFinder, truths: list[Truth]) -> None:
    counted, wrong = count(divisions, finder, truths, lambda real: real.name)
    print("\n" + "\n".join(f"{what:12} {number:5}" for what, number in counted.most_common()))
    assert wrong == []
    assert counted["in province"] >= LEAST_IN_PROVINCE * counted["all"]
    assert counted["counties"] > 2600
    assert counted["in county"] >= LEAST_IN_COUNTY * counted["counties"]


def without_province(divisions: Divisions, real: Truth) -> str:
    return real.name.removeprefix(divisions.rows[real.province]["name"]) or real.name


def without_city(divisions: Divisions, real: Truth) -> str:
    name = without_province(divisions, real)
    city = divisions.rows[real.city]["name"] if real.city else ""
    shorter = name.removeprefix(city)
    return name if shorter.startswith(("人民", "中级")) else shorter


WAYS: dict[str, Callable[[Divisions, Truth], str]] = {
    "without province": without_province,
    "without city": without_city,
    "with province": lambda divisions, real: divisions.rows[real.province]["name"] + without_province(divisions, real),
    "traditional": lambda divisions, real: real.name.translate(divisions.hant).replace("级", "級").replace("铁", "鐵"),
    "wide, with blanks": lambda divisions, real: "\u3000".join(real.name) + " ",
    "people's dropped": lambda divisions, real: real.name.replace("人民", ""),
    "with its bureau": lambda divisions, real: real.name + "（执行局）",
    "court dropped": lambda divisions, real: real.name.removesuffix("人民法院"),
}


@pytest.mark.parametrize("way", WAYS)
def test_real_names_written_otherwise(divisions: Divisions, finder: CourtFinder, truths: list[Truth], way: str) -> None:
    counted, wrong = count(divisions, finder, truths, lambda real: WAYS[way](divisions, real))
    print(f"\n{way}: {dict(counted)}")
    assert wrong == []
    assert counted["in province"] >= LEAST_FOUND.get(way, LEAST_IN_PROVINCE) * counted["all"]


def test_a_province_decides_between_courts_of_one_name(
    divisions: Divisions, finder: CourtFinder, truths: list[Truth]
) -> None:
    """With the province nearly all names are found without their city, and none wrongly."""
    wrong, unfound = [], 0
    for real in truths:
        found = finder.find(without_city(divisions, real), province=real.province)
        unfound += not decided(found)
        if decided(found) and is_wrong(divisions, real, found):
            wrong.append((real.name, found.name))
    assert wrong == []
    assert unfound <= 0.02 * len(truths)


def test_courts_stand_under_the_courts_of_the_list(shared: Path, finder: CourtFinder, parents: dict[str, str]) -> None:
    """The court above, where both are in the registry; 公主岭 moved to 长春 in 2020."""
    with (shared / "reference" / "courts_2021.csv").open(encoding="utf-8", newline="") as lines:
        pairs = [(row["court"], row["parent"]) for row in csv.DictReader(lines)]
    differing, compared = [], 0
    for name, above in pairs:
        court, parent = finder.find(name), finder.find(above)
        if not (court.spans and parent.spans) or court.special:
            continue
        compared += 1
        if parents[court.spans[0].court_id] != parent.spans[0].court_id:
            differing.append(name)
    assert differing == ["公主岭市人民法院"]
    assert compared > 3200


def test_codes_and_names_of_real_pairs_agree(shared: Path, finder: CourtFinder) -> None:
    """A code and a name of one court lead to one court, or one of them is not decided."""
    with (shared / "reference" / "court_codes_sample.csv").open(encoding="utf-8") as lines:
        pairs = [(row["court_code"], row["court"]) for row in csv.DictReader(lines)]
    assert len(pairs) == 63
    undecided = []
    for code, name in pairs:
        by_code, by_name = finder.find(code), finder.find(name)
        if not (decided(by_code) and decided(by_name)):
            undecided.append((code, name))
        elif by_code.spans:
            assert by_code.spans[-1].court_id == by_name.spans[-1].court_id, (code, name)
        else:
            assert by_code.region == by_name.region, (code, name)
    assert len(undecided) <= 3, undecided
