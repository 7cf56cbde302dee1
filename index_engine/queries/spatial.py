"""Spatial patterns of the layers of the map."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class SpatialAutocorrelation:
    """Moran's `i` of a layer, its expectation without a pattern, z, p; `n`: places, of which
    `islands` have no neighbour."""

    layer: str
    i: float
    expected: float
    z: float
    p: float
    n: int
    islands: int
    status: str


@dataclass(frozen=True)
class LocalCluster:
    """Local Moran's `i`; `q`: p corrected for testing every place; `cluster`: 'high-high',
    'low-low', 'high-low', 'low-high', 'none' or 'island'."""

    place_id: str
    i: float
    z: float
    p: float
    q: float
    cluster: str


@question
def spatial_autocorrelation(
    snapshot: Snapshot, level: str, period: str
) -> Annotated[pd.DataFrame, SpatialAutocorrelation]:
    """One row a layer of the maps of the method, in order of name."""
    return snapshot.frame("spatial_autocorrelation", snapshot.method.id, level, period)


@question
def local_clusters(
    snapshot: Snapshot, level: str, period: str, layer: str = "score"
) -> Annotated[pd.DataFrame, LocalCluster]:
    """One row a place, in order of code."""
    return snapshot.frame("local_clusters", snapshot.method.id, level, period, layer)
