"""Cases filed together that go through every step together: waits and expected payments are as sure as
the batches are many, not the cases."""

from datetime import date, timedelta
from random import Random

import pandas as pd
import pytest

from index_engine.estimates.estimate import estimate
from index_engine.estimates.waiting_times import waiting_time_table
from index_engine.measures.compute import compute_measures
from index_engine.method import load_method
from index_engine.method.procedure_steps import read_steps
from tests.worlds import AUCTIONS, CASES, Case, World

START, CUT = date(2020, 1, 1), date(2023, 12, 31)
BATCHES, SIZE = 500, 10
METHOD = load_method()


def batches(together: bool) -> World:
    """Each case, or each batch, is notified after some 60 days and closed after some 300."""
    rng = Random(2)
    cases = []
    for batch in range(BATCHES):
        filed = START + timedelta(days=rng.randrange((CUT - START).days))
        for place in range(SIZE):
            if place == 0 or not together:
                notified, closed = rng.expovariate(1 / 60), rng.expovariate(1 / 300)
                mode = rng.choice(("completed", "zhongben"))
            notified_on, closed_on = (filed + timedelta(days=round(days)) for days in (notified, closed))
            is_notified = notified < closed and notified_on <= CUT
            is_closed = closed_on <= CUT
            cases.append(
                Case(
                    f"c{batch}-{place}",
                    "K1" if batch % 2 else "K2",
                    filed,
                    closed_on if is_closed else None,
                    mode if is_closed else None,
                    notified_on=notified_on if is_notified else None,
                )
            )
    return World(cases=tuple(cases), observed=dict.fromkeys((CASES, AUCTIONS), (START, CUT)))


def found(world: World) -> tuple[dict[str, float], float]:
    """Design effects of steps; and how wide the interval of payments over expected ones is in the nation
    for the events that there are: 2 x 1.96 / sqrt(events) where cases are independent."""
    with world.connect() as con:
        compute_measures(con, METHOD)
        estimate(con, [METHOD])
        effects = dict(con.execute("SELECT node, design_effect FROM estimates.step_effects").fetchall())
        [(width,)] = con.execute(
            "SELECT (high - low) / ratio * sqrt(observed) FROM estimates.indirect_ratios"
            " WHERE level = 'nation' AND period = '2023Q4'"
        ).fetchall()
    return effects, float(width)


@pytest.mark.parametrize("together", [True, False])
def test_waits_and_expected_payments_know_of_batches(together: bool) -> None:
    effects, width = found(batches(together))
    if together:
        assert effects["notified"] == pytest.approx(SIZE, rel=0.35)
        assert width == pytest.approx(2 * 1.96 * SIZE**0.5, rel=0.25)
    else:
        assert 1.0 <= effects["notified"] < 1.5
        assert width == pytest.approx(2 * 1.96, rel=0.2)


def test_a_step_of_which_nothing_is_known_has_no_effect() -> None:
    effects, _ = found(batches(False))
    assert "payout" not in effects and "priced" not in effects


def test_an_effect_of_four_doubles_the_intervals_of_a_wait() -> None:
    """A thousand waits, of which forty end in each of 20 bins of ages and the rest later."""
    [step] = [step for step in read_steps() if step.id == "notified"]
    waits = pd.DataFrame({"process": step.process, "age_bin": range(20), "waiting": False, "n": 40, "elapsed_days": 0})
    begun = waits.iloc[:1].assign(n=1000)
    cells = pd.concat([begun.assign(flow="entry"), waits.assign(flow="notified")], ignore_index=True)
    plain, widened = (waiting_time_table(cells, [step], METHOD, effects).iloc[0] for effects in ({}, {"notified": 4.0}))
    assert widened["median"] == plain["median"]
    width = widened["median_high"] - widened["median_low"]
    assert width == pytest.approx(2 * (plain["median_high"] - plain["median_low"]), rel=0.1)
