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
FINEST = 7
ROOM_TOLERANCE = 200  # metres


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


def breadth(coverage: Shapes) -> float:
    """Side of the square with the area of a coverage, in metres."""
    return float(np.sqrt(shapely.area(coverage).sum()))


def dissolve(coverage: Shapes, groups: Sequence[str]) -> tuple[list[str], Shapes]:
    """Unite the polygons of each group; group names in order, and their shapes."""
    keys = np.array(groups)
    names = sorted(set(groups))
    united = [shapely.coverage_union_all(coverage[keys == name]) for name in names]
    return names, np.array(united, dtype=object)


def rounded(ring: LinearRing, clockwise: bool, decimals: int) -> Points:
    """Round one ring and turn it the way asked for.

    A ring too small to survive the rounding (a reef, a strip between two counties) keeps as many
    decimals more as it needs: a ring without an area would make Plotly fill the whole panel.
    """
    for places in range(decimals, FINEST + 1):
        points = np.round(np.asarray(ring.coords), places)
        moved = np.any(points[1:] != points[:-1], axis=1)
        points = points[np.concatenate([[True], moved])]
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
    while max(decimals) <= FINEST:
        result = [
            [
                rounded(part.exterior, True, places),
                *(rounded(hole, False, places) for hole in part.interiors),
            ]
            for part, places in zip(parts, decimals, strict=True)
        ]
        faulty = at_fault([Polygon(rings[0], rings[1:]) for rings in result])
        if not faulty:
            return result
        for place in faulty:
            decimals[place] += 1
    raise ValueError("a shape that no rounding keeps valid")


def at_fault(parts: Sequence[Polygon]) -> set[int]:
    """Places of the parts that are invalid, or the smaller of two that meet along a line."""
    faulty = {place for place, part in enumerate(parts) if not part.is_valid}
    if faulty or MultiPolygon(parts).is_valid:
        return faulty
    for one, other in shapely.STRtree(parts).query(parts, predicate="intersects").T:
        if one < other and parts[one].intersection(parts[other]).length > 0:
            faulty.add(int(min(one, other, key=lambda place: parts[place].area)))
    return faulty


def rooms(shapes: Shapes) -> list[list[float]]:
    """Centre in degrees and radius in metres of the largest circle inside each shape."""
    radii = shapely.maximum_inscribed_circle(shapes, tolerance=ROOM_TOLERANCE)
    centres = to_lonlat(shapely.get_point(radii, 0))
    return [
        [round(float(centre.x), DECIMALS), round(float(centre.y), DECIMALS), round(radius)]
        for centre, radius in zip(centres, shapely.length(radii).tolist(), strict=True)
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
