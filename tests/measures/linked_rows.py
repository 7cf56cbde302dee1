"""What later rounds and the case say of a round, in plain Python by its words: the recount's own linkage."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from math import ceil

from tests.worlds import Round, World

PAYMENT_TIME = timedelta(days=60)  # from the withdrawal of a lot to the payment that it was for, at most


@dataclass(frozen=True)
class LinkedRound(Round):
    """A round with the day on which it takes its lot off offer, and whether it begins the lot."""

    left_on: date | None = None
    is_first_listing: bool = False


def lots(rounds: Iterable[Round]) -> list[list[Round]]:
    """The rounds of each lot, in order."""
    by_lot: dict[str, list[Round]] = defaultdict(list)
    for found in rounds:
        by_lot[found.lot_id].append(found)
    return [sorted(of_lot, key=lambda r: r.round_no) for of_lot in by_lot.values()]


def linked_rounds(world: World) -> list[LinkedRound]:
    """The rounds of a world as what became of their lots tells."""
    relisting = relisting_time(world)
    paid: dict[str, date] = {}
    for case in world.cases:
        if case.close_mode == "completed":
            is_payment = case.paid_out_on is not None and case.paid_out_on >= case.filed_on
            day = case.paid_out_on if is_payment else case.closed_on
            if day is not None:
                paid[case.case_id] = min(day, paid.get(case.case_id, day))
    found = []
    for rounds in lots(world.rounds):
        for number, one in enumerate(rounds):
            later = rounds[number + 1] if number + 1 < len(rounds) else None
            found.append(_linked(one, number == 0, later, paid.get(one.case_id or ""), relisting))
    return found


def _linked(one: Round, begins: bool, later: Round | None, paid_on: date | None, relisting: timedelta) -> LinkedRound:
    status, left_on = one.status, one.ended_on
    if status == "withdrawn" and one.ended_on is not None:
        left_on = one.ended_on + relisting
    if status == "sold" and later is not None and one.ended_on is not None and later.listed_on >= one.ended_on:
        status = "defaulted"
    if later is None and paid_on is not None and paid_on >= one.listed_on:
        patience = max(relisting, PAYMENT_TIME)
        is_why = one.ended_on is not None and paid_on <= one.ended_on + patience
        if status == "stopped" or (status == "withdrawn" and is_why):
            status, left_on = "paid", max(paid_on, one.ended_on or paid_on)
    stage = "relisted" if one.stage == "first" and not begins else one.stage
    is_first_listing = begins and one.round_no == 1 and one.stage == "first"
    return LinkedRound(
        **vars(replace(one, status=status, stage=stage)), left_on=left_on, is_first_listing=is_first_listing
    )


def relisting_time(world: World) -> timedelta:
    """How soon 95 of a hundred lots that were withdrawn and listed again were so."""
    waits = sorted(
        later.listed_on - one.ended_on
        for rounds in lots(world.rounds)
        for one, later in pairwise(rounds)
        if one.status == "withdrawn" and one.ended_on is not None and later.listed_on >= one.ended_on
    )
    return waits[ceil(0.95 * len(waits)) - 1] if waits else timedelta(0)
