"""From county polygons to the simplified polygons of the three map levels.

Counties are laid out in an equal-area projection, made into a coverage (neighbours share their
vertices), simplified as a whole so that borders stay common, and only then dissolved: a city
border is a county border, a province border a city border.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import LinearRing, LineString, MultiPolygon, Polygon

Shapes = NDArray[Any]
Points = list[list[float]]

LONLAT = "EPSG:4326"
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +datum=WGS84 +units=m"
DECIMALS = 3  # about 100 m
MAX_DECIMALS = 7
CIRCLE_TOLERANCE = 200  # metres


def to_albers(shapes: Shapes) -> Shapes:
    """Project from longitude and latitude to metres."""
    return _transform(shapes, LONLAT, ALBERS)


def to_lonlat(shapes: Shapes) -> Shapes:
    """Project from metres back to longitude and latitude."""
    return _transform(shapes, ALBERS, LONLAT)


def _transform(shapes: Shapes, source: str, target: str) -> Shapes:
    projection = Transformer.from_crs(source, target, always_xy=True)
    return np.asarray(shapely.transform(shapes, projection.transform, interleaved=False))


def clean(shapes: Shapes) -> Shapes:
    """Make a coverage: close slivers, and give what two neighbours claim to one of them."""
    return np.asarray(shapely.coverage_clean(shapes))


def simplify(coverage: Shapes, tolerance: float) -> Shapes:
    """Simplify common borders once; ``tolerance`` squared is the smallest corner kept, in m².

    No ring is dropped, however small: every island stays.
    """
    return np.asarray(shapely.coverage_simplify(coverage, tolerance))


def side_length(coverage: Shapes) -> float:
    """Side of the square with the area of a coverage, in metres."""
    return float(np.sqrt(shapely.area(coverage).sum()))


def dissolve(coverage: Shapes, groups: Sequence[str]) -> tuple[list[str], Shapes]:
    """Unite the polygons of each group; group names in order, and their shapes."""
    keys = np.array(groups)
    names = sorted(set(groups))
    unions = [shapely.coverage_union_all(coverage[keys == name]) for name in names]
    return names, np.array(unions, dtype=object)


def round_ring(ring: LinearRing, clockwise: bool, decimals: int) -> Points:
    """Round one ring and turn it the way asked for.

    A ring too small to survive the rounding (a reef, a strip between two counties) keeps as many
    decimals more as it needs: a ring without an area would make Plotly fill the whole panel.
    """
    for decimal_places in range(decimals, MAX_DECIMALS + 1):
        points = np.round(np.asarray(ring.coords), decimal_places)
        is_distinct = np.any(points[1:] != points[:-1], axis=1)
        points = points[np.concatenate([[True], is_distinct])]
        if len(points) >= 4 and Polygon(points).is_valid:
            if shapely.is_ccw(LinearRing(points)) == clockwise:
                points = points[::-1]
            return [[float(x), float(y)] for x, y in points]
    raise ValueError(f"a ring without an area at {ring.coords[0]}")


def coordinates(shape: Polygon | MultiPolygon) -> list[list[Points]]:
    """GeoJSON coordinates of a multipolygon: exteriors clockwise, as Plotly needs them.

    Rounding may make rings of one shape touch. The parts at fault get a decimal more, and only
    they: elsewhere neighbours must round alike to keep their common border.
    """
    parts = shapely.get_parts(shape)
    decimals = [DECIMALS] * len(parts)
    while max(decimals) <= MAX_DECIMALS:
        result = [
            [
                round_ring(part.exterior, True, decimal_places),
                *(round_ring(hole, False, decimal_places) for hole in part.interiors),
            ]
            for part, decimal_places in zip(parts, decimals, strict=True)
        ]
        invalid = invalid_parts([Polygon(rings[0], rings[1:]) for rings in result])
        if not invalid:
            return result
        for position in invalid:
            decimals[position] += 1
    raise ValueError("a shape that no rounding keeps valid")


def invalid_parts(parts: Sequence[Polygon]) -> set[int]:
    """Places of the parts that are invalid, or the smaller of two that meet along a line."""
    invalid = {position for position, part in enumerate(parts) if not part.is_valid}
    if invalid or MultiPolygon(parts).is_valid:
        return invalid
    for first, second in shapely.STRtree(parts).query(parts, predicate="intersects").T:
        if first < second and parts[first].intersection(parts[second]).length > 0:
            invalid.add(int(min(first, second, key=lambda position: parts[position].area)))
    return invalid


def inscribed_circles(shapes: Shapes) -> list[list[float]]:
    """Centre in degrees and radius in metres of the largest circle inside each shape."""
    radii = shapely.maximum_inscribed_circle(shapes, tolerance=CIRCLE_TOLERANCE)
    centres = to_lonlat(shapely.get_point(radii, 0))
    return [
        [round(float(point.x), DECIMALS), round(float(point.y), DECIMALS), round(radius)]
        for point, radius in zip(centres, shapely.length(radii).tolist(), strict=True)
    ]


def line_coordinates(line: LineString) -> Points:
    """GeoJSON coordinates of a line."""
    return [[float(x), float(y)] for x, y in np.round(np.asarray(line.coords), DECIMALS)]


def extent(shapes: Iterable[Any]) -> list[float]:
    """Smallest window around shapes in longitude and latitude, rounded outwards."""
    west, south, east, north = shapely.total_bounds(list(shapes))
    scale = 10**DECIMALS
    low = [np.floor(value * scale) / scale for value in (west, south)]
    high = [np.ceil(value * scale) / scale for value in (east, north)]
    return [float(value) for value in (*low, *high)]
