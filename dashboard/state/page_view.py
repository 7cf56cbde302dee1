"""From the address to what a page shows."""

from __future__ import annotations

from dashboard.state import address, cache
from dashboard.state.cache import View
from index_engine.queries import Place


class UnknownPlaceError(Exception):
    """The address names a place that the data set does not have."""


def current_view() -> View:
    """The data, the period and the place that the address names.

    A period that the data set does not have means the latest. Raises NoSuchPlace.
    """
    snapshot = cache.current_snapshot()
    return View(snapshot, selected_period(snapshot), _selected_place(snapshot))


def national_view() -> View:
    """As `current`, but for pages that are not about one place."""
    snapshot = cache.current_snapshot()
    return View(snapshot, selected_period(snapshot), snapshot.nation)


def selected_period(snapshot: cache.CachedSnapshot) -> str:
    """The period that the address names, the latest where the data set does not have it."""
    periods = snapshot.periods()
    period = address.get("period")
    return period if period in periods else periods[-1]


def _selected_place(snapshot: cache.CachedSnapshot) -> Place:
    level, place_id = address.get("level"), address.get("unit")
    if not place_id:
        return snapshot.nation
    try:
        return snapshot.place(level, place_id)
    except KeyError as error:
        raise UnknownPlaceError(f"{level} {place_id}") from error
