"""Maps in classes of colour: outlines go to the browser by address, never inside the figure.

Streets and labels are not drawn: the map is outlines, the ten-dash line and the South China Sea in
a frame of its own, in an equal-area projection, so that no place looks larger than it is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from dashboard.state import static_files
from dashboard.ui import theme
from dashboard.ui.charts.figure import build_figure

BOUNDARIES = static_files.BOUNDARIES.folder
# Plotly asks a server abroad for a base map even where none is shown, and draws nothing without an
# answer. This empty base map is the answer.
CONFIG = {
    "topojsonURL": 'data:application/json,{"type":"Topology","objects":{},"arcs":[]}#',
    "displayModeBar": False,
    "scrollZoom": False,
    "doubleClick": False,
}
MAINLAND_EXTENT = (80.0, 17.6, 130.0, 53.8)  # window of the country's map: west, south, east, north
SOUTH_CHINA_SEA_EXTENT = (106.5, 2.8, 122.8, 24.8)
ISLANDS_SOUTH_OF = 17.9  # degrees: the southern coast of Hainan lies north of it
STANDARD_PARALLELS = (25, 47)
COUNTRY_MERIDIAN = 105.0  # in the middle of the country's maps as they are usually drawn
PANEL_ASPECT = 1.35  # width of the map's panel over its height, on a wide screen

Extent = tuple[float, float, float, float]


@dataclass(frozen=True)
class OutlineLayer:
    """Places of one boundary file, each in the colour of its class: `classes` are positions in
    `colours`, by default all the first. A layer without hover texts is scenery: it answers neither
    pointer nor click. Without colours it is the neighbourhood, without a border it has the
    usual one; borders may be one of each place. `template` is what the pointer reads, with the
    place's own text in it."""

    file: str
    ids: Sequence[str]
    colours: Sequence[str] = ()
    classes: Sequence[int] | None = None
    hover: Sequence[str] | None = None
    border: str | Sequence[str] = ""
    template: str = "%{text}"


@dataclass(frozen=True)
class Markers:
    """Marks on top of a map; `sizes` in pixels."""

    ids: Sequence[str] = ()
    longitudes: Sequence[float] = ()
    latitudes: Sequence[float] = ()
    colours: Sequence[str] = ()
    hover: Sequence[str] = ()
    sizes: Sequence[float] = ()


NO_MARKERS = Markers()


def boundary_url(file: str) -> str:
    """Address of a boundary file."""
    return static_files.BOUNDARIES.url(file)


def outline_names(file: str, parent: str | None = None) -> dict[str, str]:
    """Names by id of the places in a boundary file; of the places within `parent`, if given."""
    places = _read_boundaries(BOUNDARIES / file)
    return {code: name for code, (name, parent_id) in places.items() if parent in (None, parent_id)}


def has_outlines(file: str, parent: str | None) -> bool:
    """Whether there are outlines within `parent`; a data set may come without boundaries."""
    return (BOUNDARIES / file).is_file() and bool(outline_names(file, parent))


def place_extent(place_id: str) -> Extent:
    """The window that shows a province or a city with some air around, wide enough for the panel,
    so that the neighbourhood reaches its edges."""
    west, south, east, north = _extents()[place_id]
    margin = 0.04 * max(east - west, north - south)
    height = north - south + 2 * margin
    # A degree of longitude is shorter than one of latitude, the more so further north.
    width = PANEL_ASPECT * height / math.cos(math.radians((south + north) / 2))
    extra_width = max(0.0, width - (east - west)) / 2
    return (west - max(margin, extra_width), south - margin, east + max(margin, extra_width), north + margin)


def inscribed_circle(place_id: str) -> tuple[float, float, float] | None:
    """Longitude, latitude and radius in metres of the largest circle inside a city or a province;
    None where there is none."""
    return _inscribed_circles().get(place_id)


def figure(layers: Sequence[OutlineLayer], extent: Extent, *, inset: bool, markers: Markers = NO_MARKERS) -> go.Figure:
    """A map of `layers`, the first at the bottom, and `dots` on top; with `inset`, the South China
    Sea in a frame."""
    traces: list[dict[str, Any]] = []
    for frame in ["geo", "geo2"] if inset else ["geo"]:
        frame_layers = layers if frame == "geo" else [_southern_part(layer) for layer in layers]
        traces += [_choropleth_trace(layer, frame) for layer in frame_layers if layer.ids]
        if inset:
            traces.append(_dash_line_trace(frame))
    if inset:
        traces.append(_island_trace())
    if markers.ids:
        traces.append(_marker_trace(markers))
    layout = theme.layout(
        geo=_geo_layout(extent),
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        clickmode="event+select",
    )
    if inset:
        corner = {"x": [0.855, 1], "y": [0, 0.3]}
        layout["geo2"] = _geo_layout(SOUTH_CHINA_SEA_EXTENT, domain=corner, frame=True)
    return build_figure(traces, layout)


def _choropleth_trace(layer: OutlineLayer, frame: str) -> dict[str, Any]:
    hover_options = (
        {"hoverinfo": "skip"}
        if layer.hover is None
        else {"text": list(layer.hover), "hovertemplate": layer.template + "<extra></extra>"}
    )
    colours = layer.colours or (theme.current_palette().context,)
    return {
        "type": "choropleth",
        "geo": frame,
        "geojson": boundary_url(layer.file),
        "locations": list(layer.ids),
        "z": [0] * len(layer.ids) if layer.classes is None else list(layer.classes),
        "zmin": -0.5,
        "zmax": len(colours) - 0.5,
        "colorscale": theme.discrete_colour_scale(colours),
        "showscale": False,
        "marker": {"line": {"color": _border_colours(layer), "width": 0.7}},
        # Streamlit selects what is clicked, and Plotly would fade all the rest.
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        **hover_options,
    }


def _border_colours(layer: OutlineLayer) -> str | list[str]:
    default_colour = theme.current_palette().border
    if isinstance(layer.border, str):
        return layer.border or default_colour
    # One for all where all are alike: a colour for each of thousands is long to send.
    colours = [border or default_colour for border in layer.border]
    return colours[0] if len(set(colours)) == 1 else colours


def _southern_part(layer: OutlineLayer) -> OutlineLayer:
    """Those places of a layer that reach into the window of the South China Sea."""
    indices = [n for n, code in enumerate(layer.ids) if _reaches_south(layer.file, code)]

    def subset(values: Sequence[Any] | None) -> list[Any] | None:
        return None if values is None else [values[n] for n in indices]

    return replace(
        layer,
        ids=[layer.ids[n] for n in indices],
        classes=subset(layer.classes),
        hover=subset(layer.hover),
        border=layer.border if isinstance(layer.border, str) else subset(layer.border) or "",
    )


def _reaches_south(file: str, code: str) -> bool:
    """By the window of the place; of a county, which has none, of its city."""
    extents = _extents()
    extent = extents.get(code) or extents.get(_read_boundaries(BOUNDARIES / file)[code][1])
    if extent is None:
        return True
    west, south, east, north = SOUTH_CHINA_SEA_EXTENT
    return extent[0] < east and extent[2] > west and extent[1] < north and extent[3] > south


def _marker_trace(markers: Markers) -> dict[str, Any]:
    return {
        "type": "scattergeo",
        "geo": "geo",
        "lon": list(markers.longitudes),
        "lat": list(markers.latitudes),
        "mode": "markers",
        "marker": {
            "size": list(markers.sizes),
            "color": list(markers.colours),
            "opacity": 1,
            "line": {"color": theme.current_palette().muted, "width": 0.6},
        },
        "customdata": list(markers.ids),
        "text": list(markers.hover),
        "hovertemplate": "%{text}<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }


def _dash_line_trace(frame: str) -> dict[str, Any]:
    longitudes: list[float | None] = []
    latitudes: list[float | None] = []
    for dash in json.loads(_read_text(BOUNDARIES / "dashline.geojson"))["features"]:
        for longitude, latitude in dash["geometry"]["coordinates"]:
            longitudes.append(longitude)
            latitudes.append(latitude)
        longitudes.append(None)
        latitudes.append(None)
    return {
        "type": "scattergeo",
        "geo": frame,
        "lon": longitudes,
        "lat": latitudes,
        "mode": "lines",
        "line": {"color": theme.current_palette().faint, "width": 1.2},
        "hoverinfo": "skip",
    }


def _island_trace() -> dict[str, Any]:
    """The islands of the South China Sea, by their middles: as outlines they are smaller than a pixel."""
    longitudes, latitudes = zip(*_island_middles(), strict=True)
    return {
        "type": "scattergeo",
        "geo": "geo2",
        "lon": longitudes,
        "lat": latitudes,
        "mode": "markers",
        "marker": {"size": 1.6, "color": theme.current_palette().muted, "line": {"width": 0}},
        "hoverinfo": "skip",
    }


def _geo_layout(extent: Extent, *, domain: dict[str, list[float]] | None = None, frame: bool = False) -> dict[str, Any]:
    west, south, east, north = extent
    # Each frame has its own middle: turned to another, a projection leans, and the corners are cut off.
    centre = COUNTRY_MERIDIAN if extent == MAINLAND_EXTENT else (west + east) / 2
    return {
        "visible": False,
        "projection": {"type": "conic equal area", "parallels": list(STANDARD_PARALLELS), "rotation": {"lon": centre}},
        "lonaxis": {"range": [west, east]},
        "lataxis": {"range": [south, north]},
        "domain": domain or {"x": [0, 1], "y": [0, 1]},
        "showframe": frame,
        "framecolor": theme.current_palette().rule,
        "framewidth": 1,
        "bgcolor": theme.current_palette().ground if frame else "rgba(0,0,0,0)",
    }


@lru_cache(maxsize=1)
def _island_middles() -> list[tuple[float, ...]]:
    """Longitude and latitude of every piece of a province that is in the South China Sea."""
    middles = set()
    for feature in json.loads(_read_text(BOUNDARIES / "province.geojson"))["features"]:
        geometry = feature["geometry"]
        pieces = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        for outer_ring, *_holes in pieces:
            longitudes, latitudes = zip(*outer_ring, strict=True)
            if max(latitudes) < ISLANDS_SOUTH_OF and min(longitudes) > SOUTH_CHINA_SEA_EXTENT[0]:
                middle = ((min(edge) + max(edge)) / 2 for edge in (longitudes, latitudes))
                middles.add(tuple(round(degree, 2) for degree in middle))
    return sorted(middles)


@lru_cache(maxsize=1)
def _inscribed_circles() -> dict[str, tuple[float, float, float]]:
    return {code: tuple(r) for code, r in json.loads(_read_text(BOUNDARIES / "inscribed_circles.json")).items()}


@lru_cache(maxsize=1)
def _extents() -> dict[str, Extent]:
    return {code: tuple(w) for code, w in json.loads(_read_text(BOUNDARIES / "extent.json")).items()}


@lru_cache(maxsize=64)
def _read_boundaries(path: Path) -> dict[str, tuple[str, str]]:
    """(name, parent) by id. Boundaries do not change while the server runs."""
    return {
        str(feature["id"]): (feature["properties"].get("name", ""), feature["properties"].get("parent", ""))
        for feature in json.loads(path.read_bytes())["features"]
    }


@lru_cache(maxsize=8)
def _read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
