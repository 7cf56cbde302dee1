"""Lots that are withdrawn and listed again: a window is worth the same said at once and years later."""

from datetime import date, timedelta
from random import Random

from index_engine.estimates.estimate import estimate
from index_engine.measures.compute import compute_measures
from index_engine.method import load_method
from tests.worlds import AUCTIONS, CASES, Case, Round, World

START, LATER = date(2020, 1, 1), date(2023, 12, 31)
RELISTED_AFTER = 70  # days, of every lot that is withdrawn


def lot_rounds(number: int, rng: Random) -> list[Round]:
    """Rounds of one lot until it is sold: half of them are withdrawn and listed again."""
    listed = START + timedelta(days=rng.randrange(3 * 365))
    rounds = []
    while listed <= LATER:
        ended = listed + timedelta(days=rng.randrange(20, 120))
        status = "sold" if rng.random() < 0.5 else "withdrawn"
        rounds.append(Round(f"L{number}", "K1", listed, ended, status, round_no=len(rounds) + 1, case_id="c0"))
        if status == "sold":
            break
        listed = ended + timedelta(days=RELISTED_AFTER)
    return rounds


def as_known_on(rounds: list[Round], cut: date) -> list[Round]:
    known = []
    for one in rounds:
        if one.listed_on <= cut:
            is_over = one.ended_on is not None and one.ended_on <= cut
            known.append(one if is_over else Round(**(vars(one) | {"ended_on": None, "status": None})))
    return known


def sold_within_a_year(rounds: list[Round], cut: date) -> tuple[float, float]:
    """The nation's value and error of the window that ends with 2022."""
    method = load_method()
    world = World(
        cases=(Case("c0", "K1", START, date(2020, 6, 1), "completed"),),
        rounds=tuple(as_known_on(rounds, cut)),
        observed=dict.fromkeys((CASES, AUCTIONS), (START, cut)),
    )
    with world.connect() as con:
        compute_measures(con, method)
        estimate(con, [method])
        [found] = con.execute(
            "SELECT value, se FROM estimates.indicators WHERE indicator = 'lot_sold_12m' AND method = ?"
            " AND level = 'nation' AND basis = 'observed' AND period = '2022Q4'",
            [method.id],
        ).fetchall()
    return found


def test_a_window_is_not_revised_when_withdrawn_lots_come_back() -> None:
    rng = Random(4)
    rounds = [one for number in range(1500) for one in lot_rounds(number, rng)]
    earlier, error = sold_within_a_year(rounds, date(2022, 12, 31))
    later, _ = sold_within_a_year(rounds, LATER)
    assert error < 0.03
    assert abs(earlier - later) < 0.5 * error
