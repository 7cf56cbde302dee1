"""Every court of the committed registry is found by its own names, written as files write them."""

import csv
from collections.abc import Callable, Iterator

import duckdb
import pytest

from index_engine.importing import reference_data
from index_engine.importing.courts.finder import CourtFinder
from index_engine.warehouse.file import SCHEMA_FILE


@pytest.fixture(scope="module")
def finder() -> Iterator[CourtFinder]:
    with duckdb.connect() as con:
        con.execute(SCHEMA_FILE.read_text(encoding="utf-8"))
        reference_data.load_reference_data(con)
        yield CourtFinder.from_warehouse(con)


def read(name: str) -> list[dict[str, str]]:
    with (reference_data.DATA_FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """The names in full of courts of today, and the province of each."""
    provinces = {row["code"]: row["name"] for row in read("divisions.csv")}
    return {
        row["name"]: provinces[row["region"][:2] + "0000"]
        for row in read("courts.csv")
        if row["region"] != "100000" and not row["valid_to"]
    }


def test_every_name_and_code_leads_to_its_court(finder: CourtFinder) -> None:
    rows = [*read("courts.csv"), *read("court_names.csv")]
    assert len(rows) > 3_500
    owners: dict[str, set[str]] = {}
    for row in rows:
        owners.setdefault(row["name"], set()).add(row["court_id"])
        if row.get("code"):
            owners.setdefault(row["code"], set()).add(row["court_id"])
    for word, court_ids in owners.items():
        assert {span.court_id for span in finder.find(word).spans} == court_ids, word


# How a file may shorten a name, and how many of them may mean no one court afterwards, without the
# province and with it: what is left of many a name is the name of others too, or says too little.
SHORTENED: dict[str, tuple[Callable[[str, str], str], int, int]] = {
    "without province": (lambda name, province: name.removeprefix(province), 56, 33),
    "people's dropped": (lambda name, province: name.replace("人民", ""), 4, 4),
    "its bureau added": (lambda name, province: f"{name}执行局", 2, 2),
}


@pytest.mark.parametrize("form", SHORTENED)
@pytest.mark.parametrize("with_province", [False, True])
def test_a_shortened_name_is_never_decided_wrongly(
    finder: CourtFinder, names: dict[str, str], form: str, with_province: bool
) -> None:
    shorten, *most = SHORTENED[form]
    undecided = 0
    for name, province in names.items():
        court_ids = {span.court_id for span in finder.find(name).spans}
        result = finder.find(shorten(name, province), province=province if with_province else None)
        assert {span.court_id for span in result.spans} <= court_ids, name
        undecided += not result.spans
    assert len(names) > 3_300
    assert undecided <= most[with_province]
