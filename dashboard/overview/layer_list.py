"""The layers that a map can show: the score, its dimensions, the band, the adjusted score, clusters of
neighbours, each indicator, and coverage."""

from __future__ import annotations

from dashboard.overview import band_layer, cluster_layer, indicator_layers, score_layers
from dashboard.overview.map_layers import Layer
from dashboard.state.cache import View
from index_engine.monitoring.spatial import LEVELS as CLUSTER_LEVELS


def available_layers(view: View, level: str) -> dict[str, Layer]:
    """The layers that places of a level have."""
    method = view.snapshot.method
    layers = [score_layers.score_layer(view), *(score_layers.dimension_layer(view, d) for d in method.dimensions)]
    if method.bands:
        layers.append(band_layer.band_layer(view))
    if method.strata is not None:
        layers.append(score_layers.adjusted_layer(view))
    if level in CLUSTER_LEVELS:
        layers.append(cluster_layer.cluster_layer(view, level))
    layers += indicator_layers.available_layers(view, level)
    return {layer.id: layer for layer in layers}
