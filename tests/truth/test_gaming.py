"""No court gains by not closing, by closing early, or by not recording: the same cases handled
honestly score at least as well. The table of all of them over more cases: `python -m bench.gaming`."""

from datetime import date

import pandas as pd
import pytest

from tests.truth.gaming import GAMERS, PERIODS, Gamer, built
from tests.truth.simulator import CourtPlan, Hazards, World
from tests.truth.test_worlds import court_names

START, CUT = date(2020, 1, 1), date(2024, 12, 31)
N_COURTS = 21


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """The same cases twice: all courts honest, and each court gaming in its way."""
    folder = tmp_path_factory.mktemp("gaming")
    names = court_names(N_COURTS)
    world = World(tuple(CourtPlan(name, cases_per_month=45) for name in names), START, CUT, seed=3).simulate()
    return {"honest": built(folder / "honest", world, {}), "gamed": built(folder / "gamed", world, gamers_by_court())}


def gamers_by_court() -> dict[str, Gamer]:
    gamers = list(GAMERS.values())
    return {name: gamers[number % len(gamers)] for number, name in enumerate(court_names(N_COURTS))}


def courts_of(gamer: str) -> list[str]:
    return [court for court, found in gamers_by_court().items() if found is GAMERS[gamer]]


def test_honest_courts_score_what_their_hazards_give(worlds: dict[str, tuple[pd.DataFrame, pd.DataFrame]]) -> None:
    _, indicators = worlds["honest"]
    truth = {name: Hazards().incidence("cash", 24) for name in ("cash_24m", "genuine_closure_24m", "recovered_24m")}
    for indicator, true_value in truth.items():
        rows = indicators[indicators["indicator"] == indicator]
        assert len(rows) == N_COURTS * len(PERIODS) and (rows["status"] == "estimated").all()
        z = (rows["value"] - true_value) / rows["se"]
        assert abs(z.mean()) < 4 / len(rows) ** 0.5, indicator
        assert (z.abs() < 1.96).mean() > 0.95 - 4 * (0.95 * 0.05 / len(rows)) ** 0.5, indicator
        assert 0.7 < z.std() < 1.3, indicator


@pytest.mark.parametrize("gamer", GAMERS)
def test_no_court_gains(gamer: str, worlds: dict[str, tuple[pd.DataFrame, pd.DataFrame]]) -> None:
    courts = courts_of(gamer)
    scores = {
        world: frame[frame["court"].isin(courts)].set_index(["court", "period"])["score"]
        for world, (frame, _) in worlds.items()
    }
    assert len(courts) >= 2 and scores["honest"].notna().all() and scores["gamed"].notna().all()
    gain = scores["gamed"] - scores["honest"]
    error = max(gain.std() / len(gain) ** 0.5, 0.1)  # what rounding leaves
    assert gain.mean() < 3 * error
    assert gain.mean() < 1.0  # under method 1.1 the first four gained 2 to 6 points


def test_what_the_court_records_of_property_moves_a_check_and_no_score(
    worlds: dict[str, tuple[pd.DataFrame, pd.DataFrame]],
) -> None:
    courts = courts_of("recording property only when listed")
    values = {}
    for world, (_, indicators) in worlds.items():
        rows = indicators[indicators["court"].isin(courts) & (indicators["indicator"] == "listed_12m")]
        values[world] = rows["value"].mean()
    assert values["gamed"] > values["honest"] + 0.2
