"""Boundaries and data agree on their codes, and outlines run the way the browser needs."""

import json
from pathlib import Path

import pytest

from dashboard.state.cache import CachedSnapshot
from dashboard.ui import theme
from dashboard.ui.charts import choropleth as maps

FILES = sorted(maps.BOUNDARIES.glob("**/*.geojson"))


def polygons(file: Path) -> list[tuple[str, list[list[list[float]]]]]:
    """(id, rings) of every polygon of a file."""
    found = []
    for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
        shape = feature["geometry"]
        if shape["type"] == "Polygon":
            found.append((feature["id"], shape["coordinates"]))
        elif shape["type"] == "MultiPolygon":
            found += [(feature["id"], rings) for rings in shape["coordinates"]]
    return found


def area(ring: list[list[float]]) -> float:
    """Twice the signed area: negative where the ring runs clockwise."""
    following = [*ring[1:], ring[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_exterior_rings_run_clockwise(file: Path) -> None:
    # Plotly takes the other way round for "everything but": the whole panel would be filled.
    for place, rings in polygons(file):
        assert area(rings[0]) < 0, place
        for hole in rings[1:]:
            assert area(hole) > 0, place


def test_every_scored_place_has_an_outline_and_a_window(sample: CachedSnapshot) -> None:
    nation = sample.nation.place_id
    provinces = maps.outline_names("province.geojson", nation)
    assert len(provinces) == 34  # a map of China shows them all
    cities = maps.outline_names("city.geojson")
    for unit in sample.children("nation", nation):
        assert unit.place_id in provinces
        assert maps.place_extent(unit.place_id)
        for city in sample.children("province", unit.place_id):
            assert city.place_id in cities
            assert maps.has_outlines(f"county/{unit.place_id}.geojson", city.place_id)
            assert maps.place_extent(city.place_id)


def test_outlines_know_the_place_above(sample: CachedSnapshot) -> None:
    for province in maps.outline_names("province.geojson"):
        assert maps.outline_names("city.geojson", province) or province[:2] in ("71", "81", "82")


def test_the_ten_dashes_are_drawn_in_both_frames() -> None:
    figure = maps.figure(
        [maps.OutlineLayer("province.geojson", ["460000"], ["#000000", "#ffffff"], [1], ["x"])],
        maps.MAINLAND_EXTENT,
        inset=True,
    )
    lines = [trace for trace in figure.data if trace.type == "scattergeo" and trace.mode == "lines"]
    assert [line.geo for line in lines] == ["geo", "geo2"]
    for line in lines:
        assert sum(longitude is None for longitude in line.lon) == 10
    painted = [trace for trace in figure.data if trace.type == "choropleth"]
    assert {trace.geo for trace in painted} == {"geo", "geo2"}
    assert not figure.layout.geo.visible and figure.layout.geo2.showframe


def test_the_islands_of_the_south_china_sea_are_dots_in_its_frame() -> None:
    """Smaller than a pixel each, they were on no map; from the north of 西沙 to the south of 南沙."""
    layer = maps.OutlineLayer("province.geojson", ["460000"])
    figure = maps.figure([layer], maps.MAINLAND_EXTENT, inset=True)
    [dots] = [trace for trace in figure.data if trace.type == "scattergeo" and trace.mode == "markers"]
    assert dots.geo == "geo2" and dots.hoverinfo == "skip" and len(dots.lon) > 200
    west, south, east, north = maps.SOUTH_CHINA_SEA_EXTENT
    assert all(west < x < east and south < y < north for x, y in zip(dots.lon, dots.lat, strict=True))
    assert min(dots.lat) < 5 and max(dots.lat) > 16 and max(dots.lon) > 117


def test_boundaries_travel_by_address_and_not_inside_the_figure() -> None:
    layer = maps.OutlineLayer("city.geojson", ["320500"], hover=["x"])
    figure = maps.figure([layer], maps.place_extent("320000"), inset=False)
    address = figure.data[0].geojson
    assert address.startswith("boundaries/city.geojson?v=")  # relative: any base path will do
    assert len(figure.to_json()) < 10_000
    assert "://" not in json.dumps(maps.CONFIG)


@pytest.mark.parametrize("count", [1, 2, 7, 15])
def test_every_class_is_painted_in_its_own_colour(count: int) -> None:
    colours = theme.colour_ramp(count)
    assert len(set(colours)) == count
    places = [str(number) for number in range(count)]
    layer = maps.OutlineLayer("city.geojson", places, colours, range(count), places)
    trace = maps.figure([layer], maps.place_extent("320000"), inset=False).data[0]
    for number, colour in zip(trace.z, colours, strict=True):
        # What Plotly does: the value's place between zmin and zmax, looked up in the scale.
        at = (number - trace.zmin) / (trace.zmax - trace.zmin)
        low = max(edge for edge, _colour in trace.colorscale if edge <= at)
        assert {c for edge, c in trace.colorscale if edge >= low and edge <= at} & {colour}
        high = min(edge for edge, _colour in trace.colorscale if edge > at)
        assert low < at < high
        ends = [c for edge, c in trace.colorscale if edge in (low, high)]
        assert ends.count(colour) == 2, "the whole class has one colour"


def test_as_many_classes_as_colours_have_just_these() -> None:
    colours = list(theme.LIGHT.score_colours)
    assert theme.colour_ramp(len(colours)) == colours
    assert theme.blend("#000000", "#ffffff", 0.5) == "#808080"


def test_a_correlation_is_painted_by_its_sign_and_size() -> None:
    assert theme.diverging_colour(0) == "#ffffff"
    assert (theme.diverging_colour(-1), theme.diverging_colour(1)) == theme.LIGHT.diverging
    assert theme.diverging_colour(-0.4) != theme.diverging_colour(0.4)


def test_only_what_reaches_the_south_china_sea_is_drawn_in_its_frame() -> None:
    for file, north, south in (
        ("province.geojson", "110000", "460000"),
        ("city.geojson", "110100", "460300"),
        ("county.geojson", "110101", "460321"),
    ):
        layer = maps.OutlineLayer(file, [north, south], ["#000000", "#ffffff"], [0, 1], ["n", "s"])
        drawn = maps.figure([layer], maps.MAINLAND_EXTENT, inset=True).data
        frames = {t.geo: t for t in drawn if t.type == "choropleth"}
        assert list(frames["geo"].locations) == [north, south]
        corner = frames["geo2"]
        assert list(corner.locations) == [south]
        assert (list(corner.z), list(corner.text)) == ([1], ["s"])


def test_every_city_and_province_has_room_inside_its_outline() -> None:
    for file in ("province.geojson", "city.geojson"):
        for place in maps.outline_names(file):
            room = maps.inscribed_circle(place)
            assert room is not None and room[2] > 0
            west, south, east, north = maps.place_extent(place)
            assert west < room[0] < east and south < room[1] < north
    assert maps.inscribed_circle("nowhere") is None
