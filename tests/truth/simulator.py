"""Worlds whose truth is known, written as files like those that courts hand over.

Independent of the sample's generator and of the engine: hazards are given in closed form, cases are
drawn with numpy, and what leaves this module are CSV files with Chinese headings. A *world* is what
really happened to the cases of some courts; a *source design* is what somebody's file tells of it.
The engine meets only the file.
"""

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

MONTH = 365.2425 / 12  # days
EVENTS = ("cash", "zhongben", "other")
CLOSING_WORDS = {"cash": "执行完毕", "zhongben": "终结本次执行程序", "other": "终结执行"}
CLOCK_START, CLOCK_DAYS = date(2000, 1, 1), 30 * 1461  # of the clocks of seasons: whole leap cycles
BURN_IN_YEARS = 9  # filings before the first observed day, so that the opening stock is as in life


@dataclass(frozen=True)
class Hazards:
    """Competing hazards per month, constant (`shape` 1) or Weibull of one shape for all events.

    The chance of being without an event at t months is exp(-(h t) ** shape), h the sum of the three;
    each event has its share of h at every age, so that its cumulative incidence is in closed form.
    """

    cash: float = 0.04
    zhongben: float = 0.03
    other: float = 0.005
    shape: float = 1.0

    @property
    def total(self) -> float:
        return self.cash + self.zhongben + self.other

    def incidence(self, event: str, months: float) -> float:
        """True share of cases that end in `event` within `months`."""
        share: float = getattr(self, event) / self.total
        return share * (1 - math.exp(-((self.total * months) ** self.shape)))

    def restricted_mean(self, event: str, months: int, steps: int = 20_000) -> float:
        """True mean months before `event`, each case counted up to `months` (trapezoidal rule)."""
        ages = np.linspace(0, months, steps + 1)
        free = [1 - self.incidence(event, float(age)) for age in ages]
        return float(np.trapezoid(free, ages))


@dataclass(frozen=True)
class CourtPlan:
    """One court: how many cases it gets, in batches of what size, and when it is open.

    All cases of a batch are filed on one day and, with chance `shared_fate`, end alike on one day:
    one debtor, one estate.
    """

    name: str
    cases_per_month: float = 40.0
    hazards: Hazards = Hazards()
    batch_size: int = 1
    shared_fate: float = 1.0
    first_day: date = date(1990, 1, 1)
    last_day: date = date(2099, 12, 31)
    claim_log_sd: float = 1.0
    season: tuple[float, ...] = ()  # how fast things go in each month of the year; () all alike
    code: str = ""  # in the numbers of its cases; "" for numbers that tell no court

    def ended_on(self, filed_on: date, months: float) -> date:
        """The day of what comes `months` after filing where all months are alike: a season makes the
        clock run faster or slower, by a year as fast as the calendar."""
        if not self.season:
            return filed_on + timedelta(days=int(months * MONTH))
        clock = season_clock(self.season)
        filed = (filed_on - CLOCK_START).days
        return CLOCK_START + timedelta(days=int(np.searchsorted(clock, clock[filed] + months * MONTH, "right")) - 1)

    def case_number(self, year: int, sequence: int) -> str:
        return f"（{year}）{self.code}执{sequence}号" if self.code else f"{self.name}-{year}-{sequence}"

    def true_incidence(self, event: str, months: float) -> float:
        """Share of the cases filed in a year that end in `event` within `months`; a season changes it
        but for whole years."""
        return float(np.mean([self.hazards.incidence(event, age) for age in self._clock_months(months)]))

    def true_restricted_mean(self, event: str, months: int, steps: int = 400) -> float:
        if not self.season:
            return self.hazards.restricted_mean(event, months)
        ages = np.linspace(0, months, steps + 1)
        return float(np.trapezoid([1 - self.true_incidence(event, float(age)) for age in ages], ages))

    def _clock_months(self, months: float) -> Sequence[float]:
        """What the clock shows `months` after filing, for filings through a year."""
        if not self.season:
            return [months]
        clock, days = season_clock(self.season), np.arange(0, 1461, 7)
        shown = np.interp(days + months * MONTH, np.arange(len(clock)), clock)
        return [float(value) for value in (shown - clock[days]) / MONTH]


@cache
def season_clock(season: tuple[float, ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Days of the clock of a season since CLOCK_START, by day of the calendar."""
    months = (np.datetime64(CLOCK_START) + np.arange(CLOCK_DAYS)).astype("datetime64[M]").astype(int) % 12
    speed = np.array(season)[months]
    clock: np.ndarray[tuple[int], np.dtype[np.float64]] = np.concatenate([[0.0], np.cumsum(speed / speed.mean())])
    return clock


@dataclass(frozen=True)
class Case:
    """What really happened to one case; `ended_on` and `event` without regard to any file."""

    number: str
    court: str
    filed_on: date
    ended_on: date
    event: str
    claim: float
    batch: int

    @property
    def recovered(self) -> float:
        return self.claim if self.event == "cash" else 0.0


@dataclass(frozen=True)
class World:
    """The cases of some courts, filed from long before `start` up to `cut`."""

    courts: tuple[CourtPlan, ...]
    start: date
    cut: date
    seed: int = 1
    cases: tuple[Case, ...] = field(default=(), repr=False)

    def simulate(self) -> "World":
        """The same with its cases drawn; equal seeds give equal cases."""
        streams = np.random.SeedSequence(self.seed).spawn(len(self.courts))
        cases: list[Case] = []
        for plan, stream in zip(self.courts, streams, strict=True):
            cases += _court_cases(plan, self.start, self.cut, np.random.default_rng(stream))
        return replace(self, cases=tuple(cases))

    def true_incidence(self, court: str, event: str, months: float) -> float:
        [plan] = [plan for plan in self.courts if plan.name == court]
        return plan.true_incidence(event, months)


def _court_cases(plan: CourtPlan, start: date, cut: date, rng: np.random.Generator) -> Iterable[Case]:
    first = max(plan.first_day, date(start.year - BURN_IN_YEARS, 1, 1))
    n_days = (min(cut, plan.last_day) - first).days + 1
    expected_batches = plan.cases_per_month / plan.batch_size * n_days / MONTH
    batch_days = np.sort(rng.integers(0, n_days, size=rng.poisson(expected_batches)))
    numbers: dict[int, int] = {}
    for batch, day in enumerate(batch_days):
        filed_on = first + timedelta(days=int(day))
        shared = _draw_ending(plan.hazards, rng)
        for _ in range(plan.batch_size):
            is_shared = plan.batch_size > 1 and rng.random() < plan.shared_fate
            event, months = shared if is_shared else _draw_ending(plan.hazards, rng)
            numbers[filed_on.year] = numbers.get(filed_on.year, 0) + 1
            yield Case(
                plan.case_number(filed_on.year, numbers[filed_on.year]),
                plan.name,
                filed_on,
                plan.ended_on(filed_on, months),
                event,
                round(float(np.exp(rng.normal(11.0, plan.claim_log_sd))), 2),
                batch,
            )


def _draw_ending(hazards: Hazards, rng: np.random.Generator) -> tuple[str, float]:
    """An event and its months since filing."""
    months = rng.exponential() ** (1 / hazards.shape) / hazards.total
    shares = np.array([getattr(hazards, event) for event in EVENTS]) / hazards.total
    return EVENTS[rng.choice(len(EVENTS), p=shares)], float(months)


# ---------------------------------------------------------------- what a file tells


@dataclass(frozen=True)
class Row:
    """A line of a file: a case as its holder knew it on the day the file was written."""

    case: Case
    closed_on: date | None
    closing: str | None
    paid_on: date | None = None


Design = Callable[[World], list[Row]]


def all_cases(world: World) -> list[Row]:
    """Every case that was open on or filed after the first day, as known on the day of the cut."""
    rows = []
    for case in world.cases:
        if case.ended_on < world.start or case.filed_on > world.cut:
            continue
        is_closed = case.ended_on <= world.cut
        rows.append(Row(case, case.ended_on if is_closed else None, case.event if is_closed else None))
    return rows


def closed_cases(world: World) -> list[Row]:
    """The list of cases that were closed in the period: none is open."""
    return [row for row in all_cases(world) if row.closed_on is not None]


def zhongben_list(world: World) -> list[Row]:
    """The cases closed as 终本, and no others."""
    return [row for row in closed_cases(world) if row.closing == "zhongben"]


def filed_cases(world: World) -> list[Row]:
    """Cases filed from the first day on: the stock that was open on it is left out."""
    return [row for row in all_cases(world) if row.case.filed_on >= world.start]


def late_reports(lag_days: int) -> Design:
    """As `all_cases`, but a closing reaches the file only `lag_days` after its day."""

    def design(world: World) -> list[Row]:
        known_until = world.cut - timedelta(days=lag_days)
        return [
            row if row.closed_on is None or row.closed_on <= known_until else replace(row, closed_on=None, closing=None)
            for row in all_cases(world)
        ]

    return design


def reported_after(mean_days: float) -> Design:
    """As `all_cases`, but each closing reaches the file after a time of its own, exponential."""

    def design(world: World) -> list[Row]:
        rng = np.random.default_rng(world.seed)
        rows = []
        for row in all_cases(world):
            lag = rng.exponential(mean_days)
            is_late = row.closed_on is not None and (world.cut - row.closed_on).days < lag
            rows.append(replace(row, closed_on=None, closing=None) if is_late else row)
        return rows

    return design


def until_abolished(world: World) -> list[Row]:
    """As `all_cases`, but what a court had open on its last day went to a court that is in no file."""
    last_days = {plan.name: plan.last_day for plan in world.courts}
    return [
        replace(row, closed_on=None, closing=None)
        if row.closed_on is not None and row.closed_on > last_days[row.case.court]
        else row
        for row in all_cases(world)
    ]


def merged(world: World) -> list[Row]:
    """As `all_cases`, but what a court had open on its last day is listed under the court after it in the
    world, which took it over, with its old filing date and number."""
    plans = {
        plan.name: (plan, heir) for plan, heir in zip(world.courts, world.courts[1:] + world.courts[:1], strict=True)
    }
    rows = []
    for row in all_cases(world):
        plan, heir = plans[row.case.court]
        is_taken_over = plan.last_day < row.case.ended_on
        rows.append(replace(row, case=replace(row.case, court=heir.name)) if is_taken_over else row)
    return rows


def payments_before_closing(lag_days: int) -> Design:
    """As `all_cases`, but a case is closed `lag_days` after it was paid, and says both days: the
    payments of the last days before the cut are in no file yet."""

    def design(world: World) -> list[Row]:
        rows = []
        for case in world.cases:
            is_cash = case.event == "cash"
            closed_on = case.ended_on + timedelta(days=lag_days if is_cash else 0)
            if closed_on < world.start or case.filed_on > world.cut:
                continue
            if closed_on > world.cut:
                rows.append(Row(case, None, None))
            else:
                rows.append(Row(case, closed_on, case.event, case.ended_on if is_cash else None))
        return rows

    return design


def write_cases(path: Path, rows: Sequence[Row]) -> Path:
    """A CSV file with the headings of a court's own list."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            (
                "编号",
                "执行法院",
                "立案日期",
                "结案日期",
                "结案方式",
                "申请执行标的（元）",
                "实际到位金额（元）",
                "案款发放日期",
            )
        )
        for row in rows:
            writer.writerow(
                (
                    row.case.number,
                    row.case.court,
                    row.case.filed_on.isoformat(),
                    row.closed_on.isoformat() if row.closed_on else "",
                    CLOSING_WORDS[row.closing] if row.closing else "",
                    f"{row.case.claim:.2f}",
                    f"{row.case.recovered:.2f}" if row.closing else "",
                    row.paid_on.isoformat() if row.paid_on else "",
                )
            )
    return path
