"""From the address to what a page shows."""

from __future__ import annotations

from dashboard import address, data
from dashboard.data import View
from index_engine.snapshot import Unit


class NoSuchPlace(Exception):
    """The address names a place that the data set does not have."""


def current() -> View:
    """The data, the period and the place that the address names.

    A period that the data set does not have means the latest. Raises NoSuchPlace.
    """
    answers = data.current()
    return View(answers, _period(answers), _place(answers))


def whole_country() -> View:
    """As `current`, but for pages that are not about one place."""
    answers = data.current()
    return View(answers, _period(answers), answers.nation)


def _period(answers: data.Answers) -> str:
    periods = answers.periods()
    period = address.get("period")
    return period if period in periods else periods[-1]


def _place(answers: data.Answers) -> Unit:
    level, unit_id = address.get("level"), address.get("unit")
    if not unit_id:
        return answers.nation
    try:
        return answers.unit(level, unit_id)
    except KeyError as error:
        raise NoSuchPlace(f"{level} {unit_id}") from error
