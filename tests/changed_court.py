"""A world in which one court changed."""

from datetime import date, timedelta
from random import Random

from tests.worlds import OBSERVED, RANDOM_REGIONS, Case, Court, World

CHANGED, CHANGED_FROM = "B1201", date(2024, 7, 1)
COURTS = (
    Court("B110101", "110101", name="第一法院", name_en="First Court"),
    Court("B1102", "1102", name="第三法院", name_en="Third Court"),
    Court(CHANGED, "1201", name="第四法院", name_en="Fourth Court"),
    Court("B1301", "1301", name="第六法院", name_en="Sixth Court"),
)


def changed_world(seed: int = 4) -> World:
    """Four courts with some 60 closings a quarter, a third of them 终本 but for the last two
    quarters of CHANGED, where it is 85 in a hundred; half the creditors are local, and are paid no
    more often than the others."""
    rng = Random(seed)
    made: list[Case] = []
    days = (OBSERVED[1] - OBSERVED[0]).days
    for court in COURTS:
        for number in range(60 * 16):
            filed = OBSERVED[0] + timedelta(days=rng.randrange(days))
            closed = filed + timedelta(days=rng.randrange(20, 70))
            late = closed >= CHANGED_FROM and court.court_id == CHANGED
            mode = "zhongben" if rng.random() < (0.85 if late else 0.33) else "completed"
            seen = closed <= OBSERVED[1]
            made.append(
                Case(
                    f"{court.court_id}-{number}",
                    court.court_id,
                    filed,
                    closed if seen else None,
                    mode if seen else None,
                    creditor_local=rng.random() < 0.5,
                )
            )
    return World(RANDOM_REGIONS, COURTS, tuple(made))
