"""What a map shows: places of which level, on which outlines, and where courts without one lie.

A court has no outline of its own. A county has the colour of a court if that is the only basic court
that serves it; all other courts are markers inside their city, at no particular location.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.text.levels import level_names
from dashboard.ui import controls
from dashboard.ui.charts import choropleth as maps
from dashboard.ui.charts.choropleth import Extent
from dashboard.ui.html import Html
from index_engine import queries
from index_engine.queries import LEVELS

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
FILL_SHARE = 0.86  # of the inscribed circle of a city that its markers take
METRES_PER_DEGREE = 111_320  # in a degree of latitude


@dataclass(frozen=True)
class Basemap:
    """`outlines` are the names of outlines by their codes, `place_by_outline` the place that each
    stands for, if one does; `markers` are longitude and latitude of courts that no outline stands
    for. `context` is drawn around them."""

    level: str
    file: str
    outlines: Mapping[str, str]
    place_by_outline: Mapping[str, str]
    markers: Mapping[str, tuple[float, float]]
    context: maps.OutlineLayer | None
    extent: Extent
    is_nation: bool


def lower_levels(view: View) -> tuple[str, ...]:
    """Levels that a map of the place in focus can show, the one below it first."""
    return LEVELS[LEVELS.index(view.place.level) + 1 :]


def map_level(view: View) -> str:
    """The level that the address names; by default the one below the place in focus."""
    levels = lower_levels(view)
    return address.get("by") if address.get("by") in levels else levels[0]


def level_switch(view: View, current: str) -> Html | None:
    """Links to the levels; nothing where there is one."""
    levels = lower_levels(view)
    if len(levels) == 1:
        return None
    names = level_names() | {"court": _("County courts")}
    options = {option: names[option] for option in levels}
    return controls.switch("by", _("Level shown"), options, current, default=levels[0])


def place_scores(view: View, level: str) -> pd.DataFrame:
    """Scores of all places of a level within the place in focus."""
    place = view.place
    if place.level == "nation":
        return view.scores(level)
    if place.level == "province" and level == "court":
        rows = view.scores(level)
        return rows[rows["parent"].isin(view.snapshot.region_ids(place.place_id))]
    return view.scores(level, parent=place.place_id)


def build_basemap(view: View, level: str, scores: pd.DataFrame) -> Basemap | None:
    """The basemap for places of a level with these scores; None where there are no outlines."""
    place = view.place
    file, parent = _boundary_file(view, level)
    if not maps.has_outlines("province.geojson", view.snapshot.nation.place_id) or not maps.has_outlines(file, parent):
        return None
    outlines = maps.outline_names(file, parent)
    seats = queries.court_seats(view.snapshot, view.period) if level == "court" else None
    place_by_outline = {code: code for code in outlines} if seats is None else _sole_courts(seats, outlines)
    is_nation = place.level == "nation"
    return Basemap(
        level,
        file,
        outlines,
        place_by_outline,
        {} if seats is None else _court_markers(seats, scores, set(place_by_outline.values())),
        None if is_nation else _context_layer(view, file, outlines),
        maps.MAINLAND_EXTENT if is_nation else maps.place_extent(place.place_id),
        is_nation,
    )


def _boundary_file(view: View, level: str) -> tuple[str, str | None]:
    """The boundary file for a level, and the place whose parts to take of it."""
    place = view.place
    if level == "province":
        return "province.geojson", place.place_id
    if level == "city":
        return "city.geojson", place.place_id if place.level == "province" else None
    return {
        "nation": ("county.geojson", None),
        "province": (f"county/{place.place_id}.geojson", None),
        "city": (f"county/{place.parent}.geojson", place.place_id),
    }[place.level]


def _context_layer(view: View, file: str, outlines: Mapping[str, str]) -> maps.OutlineLayer:
    """What lies around: the other provinces, or the other counties of the province."""
    if view.place.level == "province":
        file, outlines = "province.geojson", {view.place.place_id: ""}
    return maps.OutlineLayer(file, [code for code in maps.outline_names(file) if code not in outlines])


def _sole_courts(seats: pd.DataFrame, outlines: Mapping[str, str]) -> dict[str, str]:
    """The court of each outline that one basic court alone serves."""
    sole_seats = seats[seats["alone"]]
    pairs = zip(sole_seats["region"], sole_seats["place_id"], strict=True)
    return {region: court for region, court in pairs if region in outlines}


def _court_markers(
    seats: pd.DataFrame, scores: pd.DataFrame, painted_courts: set[str]
) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of a marker for each court of `scores` that no outline stands for,
    spread evenly over the inscribed circle of the place above it, in order of code."""
    marker_courts = set(seats["place_id"]) - painted_courts
    courts_by_place: dict[str, list[str]] = {}
    for court, parent in sorted(zip(scores["place_id"], scores["parent"], strict=True)):
        if court in marker_courts:
            courts_by_place.setdefault(parent, []).append(court)
    markers: dict[str, tuple[float, float]] = {}
    for parent, courts in courts_by_place.items():
        if (circle := maps.inscribed_circle(parent)) is not None:
            positions = (_marker_position(circle, number, len(courts)) for number in range(len(courts)))
            markers |= dict(zip(courts, positions, strict=True))
    return markers


def _marker_position(circle: tuple[float, float, float], number: int, count: int) -> tuple[float, float]:
    """Where marker `number` of `count` lies in a circle (longitude, latitude, radius in metres): on a
    spiral that covers it evenly (Vogel 1979)."""
    longitude, latitude, radius = circle
    distance = FILL_SHARE * radius * math.sqrt((number + 0.5) / count) if count > 1 else 0.0
    angle = number * GOLDEN_ANGLE
    east = distance * math.cos(angle) / METRES_PER_DEGREE / math.cos(math.radians(latitude))
    return round(longitude + east, 4), round(latitude + distance * math.sin(angle) / METRES_PER_DEGREE, 4)
