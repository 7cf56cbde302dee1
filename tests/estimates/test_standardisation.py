"""Courts that work alike on every kind of case and differ only in how many they have of which."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import numpy as np
import pandas as pd
import pytest

from index_engine import queries
from index_engine.build import build
from index_engine.queries import Snapshot
from tests.warehouses import shared_warehouse
from tests.worlds import AUCTIONS, CASES, Case, Court, Region, Round, World

FIRST, WINDOW = date(2018, 1, 1), (date(2021, 1, 1), date(2023, 12, 31))
DAYS = (WINDOW[1] - FIRST).days + 1
CITIES = ("1101", "1102", "1201", "1202")
STEADY = [f"K{n}" for n in range(8)]  # courts of one mix, each of another
TURNED, TURN = "T", date(2023, 1, 1)  # one whose mix turned over within a day
LEAST, MOST = 0.35, 0.65  # share of slow kinds, on every axis
LAST, BEFORE = "2023Q4", "2022Q4"
SIZE, TURNED_SIZE = 4500, 7000  # cases, those of before the window among them


def court(rng: Random, name: str, count: int, share: Callable[[date], float]) -> tuple[list, list]:
    """Cases and their lots: how fast and how well they end depends on the kind alone."""
    cases, rounds = [], []
    for number in range(count):
        filed = FIRST + timedelta(days=rng.randrange(DAYS))
        slow = share(filed)
        loan, large, person, car = (rng.random() < slow for _ in range(4))
        pace = (2.0 if loan else 0.7) * (1.7 if large else 0.8) * (1.4 if person else 0.8)
        days, mode = min(
            (int(rng.expovariate(1 / (260 * pace))), "completed"),
            (90 + int(rng.expovariate(pace / 1200)), "zhongben"),
            (int(rng.expovariate(1 / 4000)), "cancelled"),
        )
        closed = filed + timedelta(days=days)
        if closed < WINDOW[0]:
            continue
        claim = rng.randrange(60_000, 400_000) if large else rng.randrange(5_000, 49_000)
        part = rng.uniform(0.6, 1.0) if mode == "completed" else rng.uniform(0.0, 0.1)
        done = closed <= WINDOW[1]
        assets = rng.random() < 0.5
        listed = filed + timedelta(days=30 + int(rng.expovariate(1 / (90 * pace))))
        offered = assets and listed <= min(closed, WINDOW[1])
        cases.append(
            Case(
                f"{name}-{number}",
                name,
                filed,
                closed if done else None,
                mode if done else None,
                Decimal(claim),
                Decimal(round(claim * part)) if done else None,
                has_assets=assets,
                first_listed_on=listed if offered else None,
                cause="financial_loan" if loan else "labour",
                debtor_kind="person" if person else "company",
            )
        )
        if offered:
            rounds.append(lot(rng, f"{name}-{number}", name, listed, car))
    return cases, rounds


def lot(rng: Random, case: str, name: str, listed: date, car: bool) -> Round:
    sold = rng.random() < (0.3 if car else 0.75)
    ended = listed + timedelta(days=rng.randrange(30, 240))
    over = ended <= WINDOW[1]
    ratio = rng.uniform(0.55, 0.85) if car else rng.uniform(0.75, 1.05)
    return Round(
        f"{case}-lot",
        name,
        listed,
        ended if over else None,
        ("sold" if sold else "failed") if over else None,
        reference_price=Decimal(100_000),
        start_price=Decimal(55_000),
        final_price=Decimal(round(100_000 * ratio)) if sold and over else None,
        case_id=case,
        asset_class="vehicle" if car else "residential",
    )


def world(seed: int) -> World:
    rng = Random(seed)
    regions = (
        Region("CN", "nation", "全国", None),
        *(Region(code, "province", code, "CN") for code in ("11", "12")),
        *(Region(code, "city", code, code[:2]) for code in CITIES),
    )
    courts = [Court(name, CITIES[n // 2]) for n, name in enumerate(STEADY)]
    courts.append(Court(TURNED, "1202"))
    cases, rounds = [], []
    for n, name in enumerate(STEADY):
        slow = LEAST + (MOST - LEAST) * n / (len(STEADY) - 1)
        made = court(rng, name, SIZE, lambda filed, slow=slow: slow)
        cases += made[0]
        rounds += made[1]
    made = court(rng, TURNED, TURNED_SIZE, lambda filed: LEAST if filed < TURN else MOST)
    cases, rounds = cases + made[0], rounds + made[1]
    windows = {CASES: WINDOW, AUCTIONS: WINDOW}
    return World(regions, tuple(courts), tuple(cases), tuple(rounds), windows)


@pytest.fixture(scope="module")
def snapshot() -> Iterator[Snapshot]:
    path = shared_warehouse("alike", lambda path: build(world(seed=1).write(path), threads=2))
    found = Snapshot(path)
    yield found
    found.close()


def rows(snapshot: Snapshot, sql: str, *values: object) -> pd.DataFrame:
    return snapshot.cursor().execute(sql, values).df().set_index("place_id")


def chi_square(value: np.ndarray, se: np.ndarray) -> float:
    """Of independent values having one mean; as many degrees of freedom as values but one."""
    weight = 1 / se**2
    mean = (weight * value).sum() / weight.sum()
    return float((weight * (value - mean) ** 2).sum())


# A chi-square of 7 degrees of freedom exceeds this once in 10,000 times.
MOST_BY_CHANCE = 29.9


def test_adjusted_scores_of_courts_that_work_alike_agree(snapshot: Snapshot):
    scores = {
        basis: rows(
            snapshot,
            "SELECT place_id, score, se FROM index.scores WHERE method = ? AND basis = ?"
            " AND level = 'court' AND period = ?",
            snapshot.method.id,
            basis,
            LAST,
        )
        for basis in ("observed", "adjusted")
    }
    found = {basis: chi_square(*all_of(frame, STEADY)) for basis, frame in scores.items()}
    assert found["observed"] > 3 * MOST_BY_CHANCE, found
    assert found["adjusted"] < MOST_BY_CHANCE, found
    observed, adjusted = (scores[b].loc[STEADY, "score"] for b in ("observed", "adjusted"))
    assert np.ptp(observed) > 15 > 2 * np.ptp(adjusted)
    # And that of the court whose mix is no longer what it was, too.
    assert chi_square(*all_of(scores["adjusted"], [*STEADY, TURNED])) < MOST_BY_CHANCE + 2


def all_of(frame: pd.DataFrame, courts: list[str], value: str = "score") -> tuple:
    return frame.loc[courts, value].to_numpy(), frame.loc[courts, "se"].to_numpy()


def test_every_adjusted_indicator_agrees(snapshot: Snapshot):
    apart = 0
    for indicator in snapshot.method.indicators:
        found = {
            basis: rows(
                snapshot,
                "SELECT place_id, value, se FROM estimates.indicators WHERE method = ?"
                " AND basis = ? AND level = 'court' AND period = ? AND indicator = ?",
                snapshot.method.id,
                basis,
                LAST,
                indicator.id,
            )
            for basis in ("observed", "adjusted")
        }
        values = {b: chi_square(*all_of(f, STEADY, "value")) for b, f in found.items()}
        assert values["adjusted"] < MOST_BY_CHANCE, (indicator.id, values)
        apart += values["observed"] > MOST_BY_CHANCE
    assert apart >= 4, "the mix makes no difference"


def test_what_is_expected_of_a_court_knows_its_mix(snapshot: Snapshot):
    """Observed over expected is near 1 in all of them, whatever their mix."""
    for name in STEADY:
        row = queries.indirect_ratio(snapshot, "court", name, LAST)
        assert row is not None
        z = (row.observed - row.expected) / row.expected**0.5
        assert abs(z) < 3.9, (name, row)
        assert row.low < row.ratio < row.high


# ---------------------------------------------------------------- a change of mix


def errors(snapshot: Snapshot, basis: str, period: str) -> dict[str, float]:
    """Errors of the indicators and of the score of the court whose mix turned over."""
    found = (
        snapshot.cursor()
        .execute(
            "SELECT indicator, se FROM estimates.indicators WHERE method = $1 AND basis = $2"
            " AND level = 'court' AND place_id = $4 AND period = $3 UNION ALL SELECT 'score', se"
            " FROM index.scores WHERE method = $1 AND basis = $2 AND level = 'court'"
            " AND place_id = $4 AND period = $3",
            [snapshot.method.id, basis, period, TURNED],
        )
        .df()
    )
    return dict(zip(found["indicator"], found["se"], strict=True))


def test_a_change_of_mix_is_told_from_one_of_performance(snapshot: Snapshot):
    changes = queries.change_decomposition(snapshot, "court", TURNED, LAST).set_index("item")
    before, now = errors(snapshot, "observed", BEFORE), errors(snapshot, "constant_mix", LAST)
    for item, row in changes.iterrows():
        assert row["performance"] + row["mix"] == pytest.approx(row["now"] - row["before"])
        z = row["performance"] / np.hypot(before[item], now[item])
        assert abs(z) < 3.3, (item, z)
    score = changes.loc["score"]
    assert score["mix"] < -8
    assert abs(score["performance"]) < 3
    assert score["now"] < score["before"] - 8


def test_where_the_mix_is_what_it_was_nothing_is_mix(snapshot: Snapshot):
    """Cases of a year are a sample of their mix, so that it moves a little."""
    for name in STEADY:
        changes = queries.change_decomposition(snapshot, "court", name, LAST).set_index("item")
        assert abs(changes.loc["score", "mix"]) < 3, name


def test_the_nation_adjusted_to_itself_is_as_observed(snapshot: Snapshot):
    both = (
        snapshot.cursor()
        .execute(
            "SELECT a.value AS adjusted, o.value AS observed FROM estimates.indicators AS a"
            " JOIN estimates.indicators AS o USING (method, level, place_id, period, indicator)"
            " WHERE a.basis = 'adjusted' AND o.basis = 'observed' AND level = 'nation'"
            " AND a.value IS NOT NULL"
        )
        .df()
    )
    assert len(both) > 50
    assert both["adjusted"].to_numpy() == pytest.approx(both["observed"].to_numpy(), abs=1e-9)
