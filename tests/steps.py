"""The steps of enforcement on the cases of a random world."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from tests.worlds import Case, World

SILENT = "M"  # courts whose id begins so record no step
LATE = "B1202"  # records the notice from a day on
LATE_FROM = date(2022, 6, 1)


def with_steps(world: World, seed: int = 1) -> World:
    """Notice, query, seizure and reference price of the cases, all else as it was.

    Most in the order of the procedure; some never, some after the case was closed or the window
    ended, property seized before filing, and days that cannot be: a notice before filing, a price
    before the seizure. Some courts record no step, one the notice only since LATE_FROM.
    """
    rng = Random(seed)
    made = tuple(_with_steps(rng, case) for case in world.cases)
    return replace(world, cases=made)


def _with_steps(rng: Random, case: Case) -> Case:
    def after(day: date, days: int, chance: float) -> date | None:
        found = day + timedelta(days=int(rng.expovariate(1 / days)))
        late = case.closed_on is not None and found > case.closed_on
        return found if rng.random() < (0.05 if late else chance) else None

    filed = case.filed_on
    notified = after(filed - timedelta(days=1), 12, 0.9)  # a few on the day before
    queried = after(filed, 25, 0.95)
    seized = after(filed - timedelta(days=20), 60, 0.8)  # a part of them preserved
    priced = after((seized or filed) - timedelta(days=2), 90, 0.7)
    if case.court_id == LATE and notified is not None and notified < LATE_FROM:
        notified = None
    if case.court_id.startswith(SILENT):
        return case
    return replace(case, notified_on=notified, queried_on=queried, seized_on=seized, priced_on=priced)
