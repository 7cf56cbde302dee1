"""The two sides of a comparison: two places in one period, or one place in two periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import compared_places, controls
from index_engine import periods
from index_engine.queries import Place

BETWEEN_PLACES, BETWEEN_PERIODS = "", "time"
QUARTERS_PER_YEAR = 4


@dataclass(frozen=True)
class ComparisonSide:
    """A place in a period: its name in this comparison, its score in points and what it rests on;
    `status` tells why there is no score."""

    place: Place
    period: str
    name: str
    score: float | None
    status: str
    n: float | None
    n_suppression: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Level, id and period, as queries take them."""
        return (self.place.level, self.place.place_id, self.period)


def comparison_side(view: View, place: Place, period: str, name: str) -> ComparisonSide:
    """One side, with the score of the place in that period."""
    row = View(view.snapshot, period, place).score_row(place)
    if row is None:
        return ComparisonSide(place, period, name, None, "no_data", None)
    return ComparisonSide(place, period, name, row.score, row.status, row.n, row.n_suppression)


def select_sides(view: View, places: Sequence[Place]) -> tuple[ComparisonSide, ComparisonSide] | None:
    """Baseline and target by the address; None where a place has no earlier period."""
    kind_names = {BETWEEN_PLACES: _("Two places"), BETWEEN_PERIODS: _("One place, two periods")}
    available_kinds = [BETWEEN_PLACES, BETWEEN_PERIODS] if len(places) > 1 else [BETWEEN_PERIODS]
    kind = controls.select(
        "difference", _("Difference between"), available_kinds, format_option=kind_names.__getitem__, width=210
    )
    place_names = compared_places.distinct_names(view, places)
    # Places with a score first: of the others there is nothing to decompose.
    ordered_places = sorted(places, key=lambda place: not _has_score(view, place))
    places_by_key = {compared_places.address_value([place]): place for place in ordered_places}
    names_by_key = {key: place_names[place] for key, place in places_by_key.items()}
    target = places_by_key[_select_place("of", _("Place"), names_by_key)]
    if kind == BETWEEN_PERIODS:
        return _select_periods(view, target)
    other_names = {key: name for key, name in names_by_key.items() if places_by_key[key] != target}
    baseline = places_by_key[_select_place("than", _("Compared with"), other_names)]
    return (
        comparison_side(view, baseline, view.period, place_names[baseline]),
        comparison_side(view, target, view.period, place_names[target]),
    )


def _select_place(parameter: str, label: str, names_by_key: dict[str, str]) -> str:
    return controls.select(parameter, label, list(names_by_key), format_option=names_by_key.__getitem__, width=210)


def _select_periods(view: View, place: Place) -> tuple[ComparisonSide, ComparisonSide] | None:
    """An earlier period of the place, by default a year before, and the period in view."""
    all_periods = view.snapshot.periods()
    earlier_periods = all_periods[: all_periods.index(view.period)][::-1]
    if not earlier_periods:
        return None
    year_earlier = periods.label(periods.parse(view.period) - QUARTERS_PER_YEAR)
    earlier_period = controls.select(
        "since",
        _("Earlier period"),
        earlier_periods,
        format_option=formats.period,
        default=year_earlier if year_earlier in earlier_periods else earlier_periods[0],
        width=150,
    )
    return (
        comparison_side(view, place, earlier_period, formats.period(earlier_period)),
        comparison_side(view, place, view.period, formats.period(view.period)),
    )


def _has_score(view: View, place: Place) -> bool:
    row = view.score_row(place)
    return row is not None and not formats.is_missing(row.score)
