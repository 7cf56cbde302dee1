"""Aalen-Johansen in plain Python, day by day, straight from the definition. Slow and obvious."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spell:
    """Days on one calendar. `stop`: day of the event, or the first day not observed ('open')."""

    start: int
    first_seen: int
    stop: int
    event: str


def within(spells: Sequence[Spell], begins: int, ends: int) -> list[tuple[int, int, str]]:
    """What a window of calendar days begins..ends (the latter excluded) sees of each spell: the age
    it enters at, the age it leaves at, and how ('open' where it leaves without an event)."""
    seen = []
    for spell in spells:
        enters = max(spell.first_seen, begins)
        if spell.event != "open" and begins <= spell.stop < ends and spell.stop >= enters:
            seen.append((enters - spell.start, spell.stop - spell.start, spell.event))
        else:
            leaves = min(spell.stop, ends)
            if leaves > enters:
                seen.append((enters - spell.start, leaves - spell.start, "open"))
    return seen


def incidence(seen: Sequence[tuple[int, int, str]], event: str, at: int) -> tuple[float, float]:
    """F_event(at) and its variance by the delta method, ages in days.

    A spell is at risk on the day of age d if it entered at d or before and left later, or left on
    that very day by an event.
    """
    steps = []
    surviving = 1.0
    value = 0.0
    for day in range(at + 1):
        risk = sum(
            1
            for enters, leaves, how in seen
            if enters <= day and (day < leaves or (day == leaves and how != "open"))
        )
        mine = sum(1 for _, leaves, how in seen if leaves == day and how == event)
        any_event = sum(1 for _, leaves, how in seen if leaves == day and how != "open")
        if any_event:
            value += surviving * mine / risk
            steps.append((surviving, value, mine, any_event, risk))
            surviving *= 1 - any_event / risk
    # Marubini and Valsecchi (1995), equation 10.12, with n - d in the binomial terms.
    variance = 0.0
    for before, up_to, mine, any_event, risk in steps:
        rest = value - up_to
        if risk > any_event:
            variance += rest**2 * any_event / (risk * (risk - any_event))
            variance -= (
                2 * rest * before * mine * (risk - any_event) / (risk**2 * (risk - any_event))
            )
        variance += before**2 * mine * (risk - mine) / risk**3
    return value, variance
