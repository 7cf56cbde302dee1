"""The tables of spatial statistics in a warehouse."""

import itertools
import random
from collections.abc import Iterable

import duckdb
import pandas as pd
import pytest

from index_engine.monitoring import spatial
from index_engine.warehouse.built import create_schema


def scored(units: dict[str, Iterable[str]], periods: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """A warehouse of scores at random; beside the observed ones of `ours` some of another basis."""
    draw = random.Random(11)
    scores, dimensions = [], []
    for level, codes in units.items():
        for code, period in itertools.product(codes, periods):
            for method, basis in (("ours", "observed"), ("ours", "shrunk"), ("theirs", "observed")):
                key = (method, basis, level, code, period)
                scores.append((*key, round(draw.gauss(50, 10), 1)))
                dimensions += [(*key, "speed", draw.gauss(50, 10)), (*key, "recovery", None)]
    keys = ["method", "basis", "level", "place_id", "period"]
    con = duckdb.connect()
    create_schema(con, "index")
    con.register("s", pd.DataFrame(scores, columns=[*keys, "score"]))
    con.register("d", pd.DataFrame(dimensions, columns=[*keys, "dimension", "points"]))
    con.execute("INSERT INTO index.scores BY NAME SELECT * FROM s")
    con.execute("INSERT INTO index.dimensions BY NAME SELECT * FROM d")
    return con


CHINA = {level: spatial.read_neighbours(level).ids for level in spatial.LEVELS}


def test_write():
    con = scored({**CHINA, "nation": ["100000"]}, ["2025Q3", "2025Q4"])
    con.execute(
        "UPDATE index.scores SET score = NULL WHERE level = 'province' AND period = '2025Q4'"
        " AND place_id IN ('120000', '130000')"  # the neighbours of 110000
    )
    spatial.write(con, "ours")
    rows = con.execute("SELECT level, period, layer, n, islands, status FROM index.spatial ORDER BY ALL").fetchall()
    assert rows == [
        ("city", "2025Q3", "score", 372, 3, "estimated"),
        ("city", "2025Q3", "speed", 372, 3, "estimated"),
        ("city", "2025Q4", "score", 372, 3, "estimated"),
        ("city", "2025Q4", "speed", 372, 3, "estimated"),
        ("province", "2025Q3", "score", 32, 2, "estimated"),
        ("province", "2025Q3", "speed", 32, 2, "estimated"),
        ("province", "2025Q4", "score", 29, 3, "estimated"),
        ("province", "2025Q4", "speed", 32, 2, "estimated"),
    ]
    lost = con.execute(
        "SELECT place_id, i, z, p, q, cluster FROM index.clusters WHERE level = 'province'"
        " AND period = '2025Q4' AND layer = 'score' AND i IS NULL ORDER BY place_id"
    ).fetchall()
    empty = (None, None, None, None, "island")
    assert lost == [("110000", *empty), ("460000", *empty), ("710000", *empty)]


def test_written_is_what_the_functions_say():
    con = scored(CHINA, ["2025Q4"])
    spatial.write(con, "ours", seed=3)
    of = "WHERE method = 'ours' AND level = 'city' AND {} ORDER BY place_id"
    values = con.execute("SELECT score FROM index.scores " + of.format("basis = 'observed'")).fetchnumpy()["score"]
    near = spatial.read_neighbours("city")
    whole, parts = spatial.moran(values, near), spatial.local_moran(values, near, seed=3)
    (row,) = con.execute(
        "SELECT i, expected, z, p FROM index.spatial WHERE level = 'city' AND layer = 'score'"
    ).fetchall()
    assert row == pytest.approx((whole.i, whole.expected, whole.z, whole.p), abs=1e-9)
    found = con.execute(
        "SELECT place_id, i, z, p, q, cluster FROM index.clusters "
        + of.format("layer = 'score' AND cluster <> 'island'")
    ).df()
    assert tuple(found["place_id"]) == parts.ids
    assert found["cluster"].tolist() == parts.cluster.tolist()
    for name, column in {"i": parts.i, "z": parts.z, "p": parts.pseudo_p, "q": parts.q}.items():
        assert found[name].to_numpy() == pytest.approx(column, abs=1e-9), name


def test_methods_are_added_to_each_other_and_rows_are_the_same_again():
    tables = {}
    for turn in range(2):
        con = scored(CHINA, ["2025Q4"])
        for method in ("ours", "theirs"):
            spatial.write(con, method)
        tables[turn] = [con.execute(f"SELECT * FROM index.{name}").fetchall() for name in ("spatial", "clusters")]
    assert tables[0] == tables[1]
    assert {row[0] for row in tables[0][0]} == {"ours", "theirs"}
    assert len(tables[0][1]) == 2 * 2 * (34 + 375)


def test_few_places_have_a_row_that_says_so():
    con = scored({"province": CHINA["province"][:5]}, ["2025Q4"])
    spatial.write(con, "ours")
    assert con.execute("SELECT i, p, n, islands, status FROM index.spatial WHERE layer = 'score'").fetchall() == [
        (None, None, 5, 0, "too_few")
    ]
    assert con.execute("SELECT count(*) FROM index.clusters").fetchone() == (0,)


def test_another_country_has_no_rows():
    con = scored({"province": ["DE1", "DE2"], "city": ["DE11"], "nation": ["DE"]}, ["2025Q4"])
    spatial.write(con, "ours")
    assert con.execute("SELECT count(*) FROM index.spatial").fetchone() == (0,)
    assert con.execute("SELECT count(*) FROM index.clusters").fetchone() == (0,)
