"""Aalen-Johansen in plain Python, day by day, straight from the definition. Slow and obvious."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


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
            1 for enters, leaves, how in seen if enters <= day and (day < leaves or (day == leaves and how != "open"))
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
            variance -= 2 * rest * before * mine * (risk - any_event) / (risk**2 * (risk - any_event))
        variance += before**2 * mine * (risk - mine) / risk**3
    return value, variance


# ---------------------------------------------------------------- weighted, on a grid of ages


@dataclass(frozen=True)
class Curve:
    """Bin by bin: `hazard` of each event, and the effective number at risk; `bins` of them are
    known."""

    hazard: list[dict[str, float]]
    risk: list[float]
    bins: int


def weighted(
    seen: Sequence[tuple[int, int, str]],
    weights: Sequence[float],
    events: Sequence[str],
    edges: Sequence[int],
    least: float,
    open_at_most: float,
) -> Curve:
    """A curve on bins of age from what a window saw, each spell counting by its weight.

    A spell is at risk in a bin for the part of its days that it was there, and for all that come
    after it entered where it has an event in it. The effective number at risk is (sum w e)^2 /
    sum w^2 e over spells of weight w and exposure e; below `least` the curve ends.
    """
    hazards, effective, known, surviving = [], [], 0, 1.0
    for first, after in pairwise(edges):
        total = squares = 0.0
        ended = dict.fromkeys(events, 0.0)
        for (enters, leaves, how), weight in zip(seen, weights, strict=True):
            here = first <= leaves < after and how != "open"
            until = after if here else min(leaves, after)
            exposure = max(0, until - max(enters, first)) / (after - first)
            total += weight * exposure
            squares += weight**2 * exposure
            if here:
                ended[how] += weight
        number = total**2 / squares if squares else 0.0
        if known == len(hazards) and (number >= least or surviving <= open_at_most):
            known += 1
        # More events than there are at risk, where nearly all of them came late in the bin.
        most = max(total, sum(ended.values()))
        hazards.append({event: n / most if most else 0.0 for event, n in ended.items()})
        effective.append(number * most / total if total else 0.0)
        surviving *= 1 - sum(hazards[-1].values())
    return Curve(hazards, effective, known)


def weights(kind: str, months: int, edges: Sequence[int]) -> list[float]:
    """Bin by bin: 1 up to the horizon of an incidence; the months that an event in it saves."""
    horizon = int(months * 365.25 / 12)
    if kind == "incidence":
        return [float(after - 1 <= horizon) for after in edges[1:]]
    saved = [max(horizon - day, 0) / horizon * months for day in range(edges[-1])]
    return [sum(saved[a:b]) / (b - a) for a, b in pairwise(edges)]


def functional(curve: Curve, event: str, weights: Sequence[float]) -> float:
    """Sum over bins of the probability of the event in a bin x weight."""
    surviving, value = 1.0, 0.0
    for hazard, weight in zip(curve.hazard, weights, strict=True):
        value += surviving * hazard[event] * weight
        surviving *= 1 - sum(hazard.values())
    return value


def covariance(curve: Curve, one: tuple[str, Sequence[float]], other: tuple[str, Sequence[float]]) -> float:
    """Covariance of two functionals (event, weights) by the delta method, from differences: a
    functional is linear in each hazard alone, so that its difference over 1 is its derivative."""
    total = 0.0
    for at, hazard in enumerate(curve.hazard):
        mine = {event: n for event, n in hazard.items() if n}
        if not mine:
            continue
        slopes = []
        for event, weights in (one, other):
            slope = {}
            base = functional(curve, event, weights)
            for moved in mine:
                changed = [dict(h) for h in curve.hazard]
                changed[at][moved] += 1.0
                up = Curve(changed, curve.risk, curve.bins)
                slope[moved] = functional(up, event, weights) - base
            slopes.append(slope)
        a, b = slopes
        means = [sum(s[event] * n for event, n in mine.items()) for s in slopes]
        products = sum(a[event] * b[event] * n for event, n in mine.items())
        total += (products - means[0] * means[1]) / curve.risk[at]
    return total


def sampling_variance(curve: Curve, event: str, weights: Sequence[float], edges: Sequence[int]) -> float:
    """The variance with four pseudo-cases in the curve, two of which have the event, day by day alike
    in the bins with a weight; for the cases there are, which their exposure tells."""
    days = [(after - first) * (weight > 0) for (first, after), weight in zip(pairwise(edges), weights, strict=True)]
    pseudo_open, hazards, risks = 4.0, [], []
    for hazard, risk, width in zip(curve.hazard, curve.risk, days, strict=True):
        pseudo_events = 2.0 * width / sum(days)
        risks.append(risk + pseudo_open)
        ended = {name: n * risk + (pseudo_events if name == event else 0.0) for name, n in hazard.items()}
        hazards.append({name: n / risks[-1] for name, n in ended.items()})
        pseudo_open -= pseudo_events
    survival, exposure, open_days = 1.0, 0.0, 0.0
    for hazard, risk, width in zip(curve.hazard, curve.risk, days, strict=True):
        exposure, open_days = exposure + risk * width, open_days + survival * width
        survival *= 1 - sum(hazard.values())
    n = exposure / open_days
    item = (event, weights)
    return covariance(Curve(hazards, risks, curve.bins), item, item) * (n + 4) / n
