"""Who borders whom, from the committed table: complete, known, and that of the maps."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from index_engine.errors import InputError
from index_engine.monitoring import spatial

DATA = Path(__file__).parents[2] / "data"

NAMES = {
    row["code"]: (row["level"], row["name"])
    for row in csv.DictReader((DATA / "divisions.csv").read_text(encoding="utf-8").splitlines())
}


@pytest.mark.parametrize("level", spatial.LEVELS)
def test_every_place_is_there_and_borders_go_both_ways(level: str):
    near = spatial.read_neighbours(level)
    assert near.ids == tuple(sorted(code for code, (of, _) in NAMES.items() if of == level))
    assert (near.adjacent == near.adjacent.T).all()
    assert not near.adjacent.diagonal().any()


@pytest.mark.parametrize(
    ("level", "one", "other", "expected"),
    [
        ("province", "广东省", "广西壮族自治区", True),
        ("province", "北京市", "河北省", True),
        ("province", "广东省", "香港特别行政区", True),
        ("province", "广东省", "澳门特别行政区", True),
        ("province", "广东省", "海南省", False),  # 20 km of water between them
        ("province", "福建省", "台湾省", False),
        ("province", "山东省", "辽宁省", False),
        ("city", "广州市", "佛山市", True),
        ("city", "深圳市", "东莞市", True),
        ("city", "厦门市", "漳州市", True),
        ("city", "宁波市", "舟山市", False),  # by bridge only
        ("city", "广州市", "深圳市", False),
    ],
)
def test_known_neighbours(level: str, one: str, other: str, expected: bool):
    near = spatial.read_neighbours(level)
    code = {name: code for code, (of, name) in NAMES.items() if of == level}
    assert near.adjacent[near.ids.index(code[one]), near.ids.index(code[other])] == expected


def test_islands_by_name():
    named = {level: [NAMES[code][1] for code in spatial.read_neighbours(level).islands] for level in spatial.LEVELS}
    assert named == {"province": ["海南省", "台湾省"], "city": ["舟山市", "三沙市", "台湾省"]}


@pytest.mark.parametrize(("level", "file"), [(level, f"{level}.geojson") for level in spatial.LEVELS])
def test_neighbours_are_those_of_the_map(level: str, file: str):
    """Distances between all polygons, one by one, without the index that the table was made with;
    five times the tolerance gives the same neighbours."""
    from shapely import distance, make_valid
    from shapely.geometry import shape

    features = json.loads((DATA / "boundaries" / file).read_text(encoding="utf-8"))["features"]
    features.sort(key=lambda feature: feature["id"])
    shapes = make_valid(np.array([shape(feature["geometry"]) for feature in features]))
    west, south, east, north = np.array([one.bounds for one in shapes]).T
    hair = 0.005
    near_boxes = (west[:, None] <= east + hair) & (south[:, None] <= north + hair)
    one, other = np.nonzero(near_boxes & near_boxes.T)
    apart = np.full(near_boxes.shape, np.inf)
    apart[one, other] = distance(shapes[one], shapes[other])
    np.fill_diagonal(apart, np.inf)
    near = spatial.read_neighbours(level)
    assert near.ids == tuple(feature["id"] for feature in features)
    assert (near.adjacent == (apart <= 0.001)).all()
    assert (near.adjacent == (apart <= hair)).all()


def test_a_missing_table_is_said(tmp_path: Path):
    with pytest.raises(InputError, match=r"table of neighbours is missing"):
        spatial.read_neighbours("city", tmp_path / "none.csv")
