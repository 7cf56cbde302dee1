"""What a map draws: units of which level, on which outlines, and where courts without one sit.

A court is not a place. A county has the colour of a court where that is the only basic court that
serves it; all other courts are dots inside the city they belong to, at no particular spot of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dashboard import address, controls
from dashboard.data import LEVELS, View
from dashboard.i18n import _
from dashboard.map import outlines as maps
from dashboard.map.outlines import Window
from dashboard.markup import Html

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
FULL = 0.86  # of the room of a city that its dots take
METRES = 111_320  # in a degree of latitude


@dataclass(frozen=True)
class Ground:
    """`outlines` are names by code of what is painted, `unit_of` the unit that each stands for,
    where one does; `dots` places courts that no outline stands for. `scenery` is around."""

    level: str
    file: str
    outlines: Mapping[str, str]
    unit_of: Mapping[str, str]
    dots: Mapping[str, tuple[float, float]]
    scenery: maps.Layer | None
    window: Window
    whole: bool


def levels(shown: View) -> tuple[str, ...]:
    """Levels that a map of the place in focus can show, the one below it first."""
    return LEVELS[LEVELS.index(shown.place.level) + 1 :]


def level(shown: View) -> str:
    """The level that the address names; by default the one below the place in focus."""
    below = levels(shown)
    return address.get("by") if address.get("by") in below else below[0]


def switch(shown: View, current: str) -> Html | None:
    """Links to the levels; nothing where there is one."""
    below = levels(shown)
    if len(below) == 1:
        return None
    names = {"province": _("Provinces"), "city": _("Cities"), "court": _("County courts")}
    offered = {each: names[each] for each in below}
    return controls.switch("by", _("Level painted"), offered, current, default=below[0])


def units(shown: View, level: str) -> pd.DataFrame:
    """Scores of all units of a level within the place in focus."""
    place = shown.place
    if place.level == "nation":
        return shown.scores(level)
    if place.level == "province" and level == "court":
        rows = shown.scores(level)
        return rows[rows["parent"].isin(shown.data.regions_in(place.unit_id))]
    return shown.scores(level, parent=place.unit_id)


def of(shown: View, level: str, rows: pd.DataFrame) -> Ground | None:
    """The ground for units of a level with scores `rows`; None where there are no outlines."""
    place = shown.place
    file, parent = _file(shown, level)
    if not maps.has("province.geojson", shown.data.nation.unit_id) or not maps.has(file, parent):
        return None
    inside = maps.outlines(file, parent)
    seats = shown.data.seats(shown.period) if level == "court" else None
    unit_of = {code: code for code in inside} if seats is None else _alone(seats, inside)
    whole = place.level == "nation"
    return Ground(
        level,
        file,
        inside,
        unit_of,
        {} if seats is None else _dots(seats, rows, set(unit_of.values())),
        None if whole else _scenery(shown, file, inside),
        maps.MAINLAND if whole else maps.window(place.unit_id),
        whole,
    )


def _file(shown: View, level: str) -> tuple[str, str | None]:
    """The boundary file for a level, and the place whose parts to take of it."""
    place = shown.place
    if level == "province":
        return "province.geojson", place.unit_id
    if level == "city":
        return "city.geojson", place.unit_id if place.level == "province" else None
    return {
        "nation": ("county.geojson", None),
        "province": (f"county/{place.unit_id}.geojson", None),
        "city": (f"county/{place.parent}.geojson", place.unit_id),
    }[place.level]


def _scenery(shown: View, file: str, inside: Mapping[str, str]) -> maps.Layer:
    """What lies around: the other provinces, or the other counties of the province."""
    if shown.place.level == "province":
        file, inside = "province.geojson", {shown.place.unit_id: ""}
    return maps.Layer(file, [code for code in maps.outlines(file) if code not in inside])


def _alone(seats: pd.DataFrame, inside: Mapping[str, str]) -> dict[str, str]:
    """The court of each outline that one basic court alone serves."""
    alone = seats[seats["alone"]]
    pairs = zip(alone["region"], alone["unit_id"], strict=True)
    return {region: court for region, court in pairs if region in inside}


def _dots(
    seats: pd.DataFrame, rows: pd.DataFrame, painted: set[str]
) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of a dot for each court of `rows` that is not painted, spread evenly
    over the room of the place above it, in order of code."""
    standing = set(seats["unit_id"]) - painted
    within: dict[str, list[str]] = {}
    for court, parent in sorted(zip(rows["unit_id"], rows["parent"], strict=True)):
        if court in standing:
            within.setdefault(parent, []).append(court)
    found = {}
    for parent, courts in within.items():
        if (room := maps.room(parent)) is not None:
            spots = (_spot(room, number, len(courts)) for number in range(len(courts)))
            found |= dict(zip(courts, spots, strict=True))
    return found


def _spot(room: tuple[float, float, float], number: int, count: int) -> tuple[float, float]:
    """Where the dot of a number is in a circle: on a spiral that covers it evenly (Vogel 1979)."""
    longitude, latitude, radius = room
    distance = FULL * radius * math.sqrt((number + 0.5) / count) if count > 1 else 0.0
    angle = number * GOLDEN_ANGLE
    east = distance * math.cos(angle) / METRES / math.cos(math.radians(latitude))
    return round(longitude + east, 4), round(latitude + distance * math.sin(angle) / METRES, 4)
