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
from hashlib import sha256
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from dashboard import theme
from dashboard.data import ROOT

BOUNDARIES = ROOT / "data" / "boundaries"
# Plotly asks a server abroad for a base map even where none is shown, and draws nothing without an
# answer. This empty base map is the answer.
CONFIG = {
    "topojsonURL": 'data:application/json,{"type":"Topology","objects":{},"arcs":[]}#',
    "displayModeBar": False,
    "scrollZoom": False,
    "doubleClick": False,
}
MAINLAND = (80.0, 17.6, 130.0, 53.8)  # window of the country's map: west, south, east, north
SOUTH_CHINA_SEA = (106.5, 2.8, 122.8, 24.8)
PARALLELS = (25, 47)
PANEL = 1.35  # width of the map's panel over its height, on a wide screen

Window = tuple[float, float, float, float]


@dataclass(frozen=True)
class Layer:
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
class Dots:
    """Marks on top of a map; `sizes` in pixels."""

    ids: Sequence[str] = ()
    longitudes: Sequence[float] = ()
    latitudes: Sequence[float] = ()
    colours: Sequence[str] = ()
    hover: Sequence[str] = ()
    sizes: Sequence[float] = ()


NO_DOTS = Dots()


def url(file: str) -> str:
    """Address of a boundary file, with a mark of its content so that browsers may keep it."""
    return f"boundaries/{file}?v={_read(BOUNDARIES / file)[1]}"


def outlines(file: str, parent: str | None = None) -> dict[str, str]:
    """Names by id of the places in a boundary file; of the places within `parent`, if given."""
    places, _digest = _read(BOUNDARIES / file)
    return {i: name for i, (name, above) in places.items() if parent in (None, above)}


def has(file: str, parent: str | None) -> bool:
    """Whether there are outlines within `parent`; a data set may come without boundaries."""
    return (BOUNDARIES / file).is_file() and bool(outlines(file, parent))


def window(unit_id: str) -> Window:
    """The window that shows a province or a city with some air around, wide enough for the panel,
    so that the neighbourhood reaches its edges."""
    west, south, east, north = _windows()[unit_id]
    air = 0.04 * max(east - west, north - south)
    height = north - south + 2 * air
    # A degree of longitude is shorter than one of latitude, the more so further north.
    width = PANEL * height / math.cos(math.radians((south + north) / 2))
    missing_x = max(0.0, width - (east - west)) / 2
    return west - max(air, missing_x), south - air, east + max(air, missing_x), north + air


def room(unit_id: str) -> tuple[float, float, float] | None:
    """Longitude, latitude and radius in metres of the largest circle inside a city or a province;
    None where there is none."""
    return _rooms().get(unit_id)


def figure(
    layers: Sequence[Layer],
    view: Window,
    *,
    inset: bool,
    watermark: str,
    dots: Dots = NO_DOTS,
) -> go.Figure:
    """A map of `layers`, the first at the bottom, and `dots` on top; with `inset`, the South China
    Sea in a frame."""
    traces: list[dict[str, Any]] = []
    for frame in ["geo", "geo2"] if inset else ["geo"]:
        drawn = layers if frame == "geo" else [_southern(layer) for layer in layers]
        traces += [_choropleth(layer, frame) for layer in drawn if layer.ids]
        if inset:
            traces.append(_dash_line(frame))
    if dots.ids:
        traces.append(_dots(dots))
    centre = 105.0 if inset else (view[0] + view[2]) / 2
    layout = theme.layout(
        geo=_geo(view, centre),
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        clickmode="event+select",
        annotations=[theme.watermark(watermark)] if watermark else [],
    )
    if inset:
        corner = {"x": [0.855, 1], "y": [0, 0.3]}
        layout["geo2"] = _geo(SOUTH_CHINA_SEA, centre, domain=corner, frame=True)
    return go.Figure({"data": traces, "layout": layout})


def _choropleth(layer: Layer, frame: str) -> dict[str, Any]:
    told = (
        {"hoverinfo": "skip"}
        if layer.hover is None
        else {"text": list(layer.hover), "hovertemplate": layer.template + "<extra></extra>"}
    )
    colours = layer.colours or (theme.now().context,)
    return {
        "type": "choropleth",
        "geo": frame,
        "geojson": url(layer.file),
        "locations": list(layer.ids),
        "z": [0] * len(layer.ids) if layer.classes is None else list(layer.classes),
        "zmin": -0.5,
        "zmax": len(colours) - 0.5,
        "colorscale": theme.steps(colours),
        "showscale": False,
        "marker": {"line": {"color": _borders(layer), "width": 0.7}},
        # Streamlit selects what is clicked, and Plotly would fade all the rest.
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        **told,
    }


def _borders(layer: Layer) -> str | list[str]:
    usual = theme.now().border
    if isinstance(layer.border, str):
        return layer.border or usual
    # One for all where all are alike: a colour for each of thousands is long to send.
    found = [border or usual for border in layer.border]
    return found[0] if len(set(found)) == 1 else found


def _southern(layer: Layer) -> Layer:
    """Those places of a layer that reach into the window of the South China Sea."""
    kept = [n for n, code in enumerate(layer.ids) if _reaches_south(layer.file, code)]

    def those(values: Sequence[Any] | None) -> list[Any] | None:
        return None if values is None else [values[n] for n in kept]

    return replace(
        layer,
        ids=[layer.ids[n] for n in kept],
        classes=those(layer.classes),
        hover=those(layer.hover),
        border=layer.border if isinstance(layer.border, str) else those(layer.border) or "",
    )


def _reaches_south(file: str, code: str) -> bool:
    """By the window of the place; of a county, which has none, of its city."""
    windows = _windows()
    window = windows.get(code) or windows.get(_read(BOUNDARIES / file)[0][code][1])
    if window is None:
        return True
    west, south, east, north = SOUTH_CHINA_SEA
    return window[0] < east and window[2] > west and window[1] < north and window[3] > south


def _dots(dots: Dots) -> dict[str, Any]:
    return {
        "type": "scattergeo",
        "geo": "geo",
        "lon": list(dots.longitudes),
        "lat": list(dots.latitudes),
        "mode": "markers",
        "marker": {
            "size": list(dots.sizes),
            "color": list(dots.colours),
            "opacity": 1,
            "line": {"color": theme.now().muted, "width": 0.6},
        },
        "customdata": list(dots.ids),
        "text": list(dots.hover),
        "hovertemplate": "%{text}<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }


def _dash_line(frame: str) -> dict[str, Any]:
    longitudes: list[float | None] = []
    latitudes: list[float | None] = []
    for dash in json.loads(_text(BOUNDARIES / "dashline.geojson"))["features"]:
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
        "line": {"color": theme.now().faint, "width": 1.2},
        "hoverinfo": "skip",
    }


def _geo(
    view: Window,
    centre: float,
    *,
    domain: dict[str, list[float]] | None = None,
    frame: bool = False,
) -> dict[str, Any]:
    west, south, east, north = view
    return {
        "visible": False,
        "projection": {
            "type": "conic equal area",
            "parallels": list(PARALLELS),
            "rotation": {"lon": centre},
        },
        "lonaxis": {"range": [west, east]},
        "lataxis": {"range": [south, north]},
        "domain": domain or {"x": [0, 1], "y": [0, 1]},
        "showframe": frame,
        "framecolor": theme.now().rule,
        "framewidth": 1,
        "bgcolor": theme.now().ground if frame else "rgba(0,0,0,0)",
    }


@lru_cache(maxsize=1)
def _rooms() -> dict[str, tuple[float, float, float]]:
    return {code: tuple(r) for code, r in json.loads(_text(BOUNDARIES / "room.json")).items()}


@lru_cache(maxsize=1)
def _windows() -> dict[str, Window]:
    return {code: tuple(w) for code, w in json.loads(_text(BOUNDARIES / "extent.json")).items()}


@lru_cache(maxsize=64)
def _read(path: Path) -> tuple[dict[str, tuple[str, str]], str]:
    """(name, parent) by id, and a digest of the file. Boundaries do not change while we run."""
    raw = path.read_bytes()
    places = {
        str(feature["id"]): (
            feature["properties"].get("name", ""),
            feature["properties"].get("parent", ""),
        )
        for feature in json.loads(raw)["features"]
    }
    return places, sha256(raw).hexdigest()[:12]


@lru_cache(maxsize=8)
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
