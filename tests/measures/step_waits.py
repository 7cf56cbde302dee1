"""The waits for single steps of enforcement, counted again by their definitions in words."""

from collections.abc import Iterator
from datetime import date

from tests.worlds import Case, World

Since = dict[tuple[int, str], dict[str, date]]
# Clock, the step that starts it (None: filing), the step it waits for, the event, and whether only
# property that must be sold counts.
CLOCKS = (
    ("notified", None, "notified_on", "notified", False),
    ("queried", None, "queried_on", "queried", False),
    ("seized", None, "seized_on", "seized", True),
    ("priced", "seized_on", "priced_on", "priced", True),
    ("offered", "priced_on", "first_listed_on", "listed", True),
)
EARLIER_COUNTS = ("seized_on", "first_listed_on")  # before filing they hold from the day of filing


def recorded_since(world: World) -> Since:
    """By source and court, the first day that a step is dated; one dated before filing only where
    that may be."""
    found: Since = {}
    for case in world.cases:
        for *_, step, _event, _assets in CLOCKS:
            day = _day(case, step)
            if case.case_type == "first" and day is not None and day >= case.filed_on:
                of_court = found.setdefault((case.source_id, case.court_id), {})
                of_court[step] = min(day, of_court.get(step, day))
    return found


def of_case(case: Case, over: date | None, since: Since) -> Iterator[tuple[str, date, date | None, str]]:
    """Clock, start, day of the event and event of the waits of a case that is `over` on a day."""
    of_court = since.get((case.source_id, case.court_id), {})
    for process, starts, step, event, assets in CLOCKS:
        start = case.filed_on if starts is None else _day(case, starts)
        if start is None or (assets and not case.has_assets):
            continue
        if step not in of_court or start < of_court[step]:
            continue  # nobody was there to date it
        day = _day(case, step)
        if over is not None and (day is None or day > over):
            yield process, start, over, "closed"
        else:
            yield process, start, day, event


def _day(case: Case, step: str) -> date | None:
    day: date | None = getattr(case, step)
    return max(day, case.filed_on) if day is not None and step in EARLIER_COUNTS else day
