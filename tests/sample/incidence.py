"""Aalen-Johansen in plain Python: the share of cases that meet an event within so many days.

A case comes under observation at an age (delayed entry), and leaves it by its event or open. Within
one day of age, events come before those who leave open.
"""

from collections import Counter
from collections.abc import Iterable


def incidence(spells: Iterable[tuple[int, int, str]], event: str, days: int) -> float:
    """Return the cumulative incidence of `event` by `days`; spells are (entry, exit, event)."""
    entries: Counter[int] = Counter()
    leaving: Counter[int] = Counter()
    events: dict[int, Counter[str]] = {}
    for entry, leaves, what in spells:
        if leaves > entry or what != "open":
            entries[entry] += 1
            leaving[leaves] += 1
            events.setdefault(leaves, Counter())[what] += 1
    at_risk, surviving, reached = 0, 1.0, 0.0
    for age in range(days + 1):
        at_risk += entries[age]
        happened = events.get(age, Counter())
        all_events = leaving[age] - happened["open"]
        if all_events:
            reached += surviving * happened[event] / at_risk
            surviving *= 1 - all_events / at_risk
        at_risk -= leaving[age]
    return reached
