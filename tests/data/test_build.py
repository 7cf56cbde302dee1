"""The parts of the build that can go wrong silently: the binary reader and the rounding."""

from __future__ import annotations

import struct

import pytest
from shapely import LinearRing, MultiPolygon, Polygon, box

from data.build.shapes import coordinates
from data.build.tianditu import MULTIPOLYGON, POLYGON, read_boundaries


def listed(*blocks: bytes) -> bytes:
    """Blocks as the format lists them: count, lengths, blocks."""
    lengths = struct.pack(f"<{len(blocks)}I", *map(len, blocks))
    return struct.pack("<I", len(blocks)) + lengths + b"".join(blocks)


def absolute(*points: tuple[int, int]) -> bytes:
    """A ring of absolute coordinates."""
    return struct.pack("<I", 0) + b"".join(struct.pack("<2I", *point) for point in points)


def stepwise(first: tuple[int, int], *steps: tuple[int, int]) -> bytes:
    """A ring of one absolute point and differences."""
    return struct.pack("<I2I", 1, *first) + b"".join(struct.pack("<2h", *step) for step in steps)


# 105° E, 30° N in steps of 2e-6 degrees from 180° W, 90° S.
X, Y = 142_500_000, 60_000_000
SHELL = absolute((X, Y), (X + 500_000, Y), (X + 500_000, Y + 500_000), (X, Y + 500_000), (X, Y))
SMALL = stepwise((X + 1000, Y + 1000), (0, 1000), (1000, 0), (0, -1000), (-1000, 0))


class TestReader:
    def test_polygon_with_a_hole(self) -> None:
        content = listed(struct.pack("<I", POLYGON) + listed(SHELL, SMALL))
        (polygon,) = read_boundaries(content)
        hole = box(105.002, 30.002, 105.004, 30.004)
        assert polygon.symmetric_difference(box(105, 30, 106, 31) - hole).area < 1e-9

    def test_multipolygon(self) -> None:
        parts = listed(listed(SMALL), listed(SHELL))
        (shape,) = read_boundaries(listed(struct.pack("<I", MULTIPOLYGON) + parts))
        assert [round(part.area, 9) for part in shape.geoms] == [4e-6, 1.0]

    def test_a_length_that_does_not_add_up_stops_the_build(self) -> None:
        with pytest.raises(ValueError, match="ends at"):
            read_boundaries(listed(SHELL) + b"\0")

    def test_an_unknown_kind_stops_the_build(self) -> None:
        with pytest.raises(ValueError, match="unknown geometry kind 7"):
            read_boundaries(listed(struct.pack("<I", 7) + listed(SHELL)))


class TestRounding:
    def test_exteriors_clockwise_holes_against(self) -> None:
        (rings,) = coordinates(box(0, 0, 3, 3) - box(1, 1, 2, 2))
        assert [LinearRing(ring).is_ccw for ring in rings] == [False, True]

    def test_three_decimals(self) -> None:
        ((ring,),) = coordinates(Polygon([(0.00049, 0), (1, 0), (1, 1.23456)]))
        assert {number for point in ring for number in point} == {0.0, 1.0, 1.235}

    def test_a_reef_smaller_than_the_grid_stays(self) -> None:
        reef = box(112.21601, 16.96301, 112.21609, 16.96309)
        (_, (ring,)) = coordinates(MultiPolygon([box(0, 0, 1, 1), reef]))
        assert Polygon(ring).area == pytest.approx(reef.area, rel=0.6)

    def test_of_two_islands_that_rounding_joins_the_smaller_is_drawn_finer(self) -> None:
        large, small = box(0, 0, 1, 1), box(1.0002, 0, 1.002, 0.5)
        ((first,), (second,)) = coordinates(MultiPolygon([large, small]))
        assert Polygon(first).equals(large)
        assert Polygon(second).bounds == (1.0002, 0, 1.002, 0.5)
