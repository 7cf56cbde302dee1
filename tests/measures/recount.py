"""The measures counted a second time: from rows, in plain Python, by their definitions in words.

Nothing of index_engine.measures is used here. Each function gives {key columns: counts}, a stratum
among the keys by what it is called, not by its number.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, floor

from index_engine.method import Method
from tests.measures import step_waits
from tests.measures.linked_rows import linked_rounds, lots
from tests.measures.strata_of import Stratum, stratum_of_case, stratum_of_lot
from tests.worlds import Case, Round, World

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Periods of a number of months, counted through the years."""

    months: int

    def of(self, day: date) -> int:
        return (day.year * 12 + day.month - 1) // self.months

    def first_day(self, period: int) -> date:
        month = period * self.months
        return date(month // 12, month % 12 + 1, 1)


MONTHS, QUARTERS, YEARS = Calendar(1), Calendar(3), Calendar(12)


def edges(method: Method) -> list[int]:
    """First days of the age bins, and of what lies beyond them: bin j ends with the day on which
    j + 1 parts of a month of 365.25 / 12 days are over."""
    parts = method.bins_per_month
    ends = [floor(j / parts * 365.25 / 12) for j in range(1, method.horizon_months * parts + 1)]
    return [0, *(end + 1 for end in ends)]


# ---------------------------------------------------------------- spells


@dataclass(frozen=True)
class Spell:
    """Observed from `entry` to `stop`; an open one stops the day after it was last observed."""

    process: str
    court_id: str
    stratum: Stratum | None  # None: of all, since nothing is adjusted by it
    start: date
    entry: date
    stop: date
    event: str

    @property
    def where(self) -> tuple[str, str, Stratum | None]:
        return (self.process, self.court_id, self.stratum)

    @property
    def last_day(self) -> date:
        return self.stop - DAY if self.event == "open" else self.stop

    def age(self, day: date) -> int:
        return (day - self.start).days


def spells(world: World, method: Method) -> list[Spell]:
    """Every spell of every process that was under observation for at least a day."""
    clocks = clock_windows(world)
    found = []
    resumed: dict[str, list[date]] = defaultdict(list)
    for case in world.cases:
        if case.case_type == "resumed" and case.parent_case_id is not None:
            resumed[case.parent_case_id].append(case.filed_on)
    since = step_waits.recorded_since(world)
    for case in world.cases:
        if case.case_type == "first":
            found += _case_spells(case, clocks[case.source_id, case.court_id], method)
            for process, *rest in step_waits.of_case(case, _over(case), since):
                where = (process, case.court_id, None)
                found += _spell(where, *rest, clocks[case.source_id, case.court_id])
            found += _resume_spell(case, resumed[case.case_id], clocks[case.source_id, case.court_id], method)
    cases = {c.case_id: c for c in world.cases if c.case_type == "first"}
    for rounds in lots(linked_rounds(world)):
        for number, one in enumerate(rounds):
            later = rounds[number + 1].listed_on if number + 1 < len(rounds) else None
            found += _auction_spells(one, later, cases.get(one.case_id or ""), world, clocks, method)
        first, last = rounds[0], rounds[-1]
        if not first.is_first_listing:
            continue
        event = {"sold": "sold", "paid": "paid", "withdrawn": "gone", "setoff": "gone"}.get(last.status or "")
        window = (world.observed[first.source_id][0], world.observed[last.source_id][1])
        where = ("lot", first.court_id, stratum_of_lot(first, method))
        found += _spell(where, first.listed_on, last.left_on if event else None, event, window)
    return found


Clocks = dict[tuple[int, str], tuple[date, date]]  # by source and court


def clock_windows(world: World) -> Clocks:
    """The days of each court in a source without the last, whose payments may be told by closings to come: as many
    as lie between payment and closing in 95 of a hundred completed cases of its last year, of the court where it
    has twenty, else of the source."""
    lags: dict[tuple[int, str], list[int]] = defaultdict(list)
    for case in world.cases:
        last = world.observed[case.source_id][1]
        if (
            (case.case_type, case.close_mode) == ("first", "completed")
            and case.closed_on is not None
            and last - timedelta(days=364) <= case.closed_on <= last
            and (case.paid_out_on or case.closed_on) >= case.filed_on
        ):
            for court in (case.court_id, ""):
                lag = max((case.closed_on - (case.paid_out_on or case.closed_on)).days, 0)
                lags[case.source_id, court].append(lag)
    found = {}
    for source_id, court in {(case.source_id, case.court_id) for case in world.cases}:
        own = lags[source_id, court]
        usual = sorted(own if len(own) >= 20 else lags[source_id, ""])
        first, last = world.observed[source_id]
        found[source_id, court] = first, last - timedelta(days=usual[ceil(0.95 * len(usual)) - 1] if usual else 0)
    return found


def _case_spells(case: Case, window: tuple[date, date], method: Method) -> list[Spell]:
    stratum = stratum_of_case(case, method)
    ended = _over(case)
    where = ("case", case.court_id, stratum)
    found = _spell(where, case.filed_on, ended, _event(case, method), window)
    if case.has_assets:
        listed = case.first_listed_on
        day, event = (ended, "closed") if listed is None else (max(listed, case.filed_on), "listed")
        found += _spell(("listing", *where[1:]), case.filed_on, day, event, window)
    return found


def _over(case: Case) -> date | None:
    """The day it was paid out as completed, else closed."""
    paid = case.paid_out_on if case.close_mode == "completed" else None
    return paid if paid is not None and paid >= case.filed_on else case.closed_on


def _resume_spell(case: Case, resumed: list[date], window: tuple[date, date], method: Method) -> list[Spell]:
    """From a closing as 终本 inside the window to the first filing, then or later, that resumes."""
    closed = case.closed_on
    if case.close_mode != "zhongben" or closed is None or closed < window[0]:
        return []
    again = min((day for day in resumed if day >= closed), default=None)
    where = ("resume", case.court_id, stratum_of_case(case, method))
    return _spell(where, closed, again, "resumed", window)


MOVABLE, FIXED = ("vehicle",), ("residential", "commercial", "industrial", "land", "equity")


def _auction_spells(
    one: Round, later: date | None, case: Case | None, world: World, clocks: Clocks, method: Method
) -> list[Spell]:
    """The notice of a first auction; after one that failed the wait for the `later` listing, else
    for the closing of the case; after a last one that sold, the wait for the money."""
    window, where = world.observed[one.source_id], (one.court_id, stratum_of_lot(one, method))
    found = []
    if one.stage == "first" and one.asset_class in MOVABLE + FIXED:
        process = "notice_movable" if one.asset_class in MOVABLE else "notice_fixed"
        event = "gone" if one.status in ("withdrawn", "stopped", "paid") else "held"
        ended = one.ended_on if one.status else None
        found += _spell((process, *where), one.listed_on, ended, event, window)
    if one.ended_on is None:
        return found
    over = None if case is None else _over(case)
    if one.stage == "first" and one.status == "failed":
        closed = over if over is not None and over >= one.ended_on else None
        event = "closed" if later is None else "listed"
        found += _spell(("second", *where), one.ended_on, later or closed, event, window)
    if one.status == "sold" and later is None and case is not None:
        other = clocks[case.source_id, case.court_id]
        both = (max(window[0], other[0]), min(window[1], other[1]))
        event = "paid" if case.close_mode == "completed" else "closed"
        found += _spell(("payout", *where), one.ended_on, over, event, both)
    return found


def _event(case: Case, method: Method) -> str:
    """The event of a closing: by the way of recovery of a completed case, else by that the claim was
    recovered, else by its mode."""
    recovered = [event for event, modes in method.recovery_events.items() if case.recovery_mode in modes]
    named = [event for event, modes in method.events.items() if case.close_mode in modes]
    rest = [event for event, modes in method.events.items() if "*" in modes]
    claim, amount = case.claim_amount, case.recovered_amount
    is_covered = claim is not None and amount is not None and amount >= claim > 0 and not _in_two_units(case)
    covered = [e for e, modes in method.covered_events.items() if is_covered and case.close_mode in modes]
    return ((recovered if case.close_mode == "completed" else []) or covered or named or rest)[0]


def _spell(
    where: tuple[str, str, Stratum | None],
    start: date,
    ended: date | None,
    event: str | None,
    window: tuple[date, date],
) -> list[Spell]:
    """One spell, or none where no day of it lies in the window."""
    first, last = window
    if start > last or (ended is not None and (ended < first or ended < start)):
        return []
    if ended is None or ended > last:
        return [Spell(*where, start, max(start, first), last + DAY, "open")]
    assert event is not None
    return [Spell(*where, start, max(start, first), ended, event)]


# ---------------------------------------------------------------- age cells

Cells = dict[tuple, tuple[int, int]]  # (key..., age bin) -> (n, days of the bin passed, summed)


def entries(found: list[Spell], calendar: Calendar, grid: list[int]) -> Cells:
    ages = [((*s.where, calendar.of(s.entry)), s.age(s.entry)) for s in found]
    return _cells(ages, grid)


def opening_stock(found: list[Spell], calendar: Calendar, grid: list[int]) -> Cells:
    """Once for each first day of a period that a spell lives to see after it was first observed."""
    ages = [
        ((*s.where, period), s.age(calendar.first_day(period)))
        for s in found
        for period in range(calendar.of(s.entry) + 1, calendar.of(s.last_day) + 1)
    ]
    return _cells(ages, grid)


def exits(found: list[Spell], calendar: Calendar, grid: list[int]) -> Cells:
    """All of them: those beyond the grid fall in one bin more."""
    ages = []
    for s in found:
        cohort = calendar.of(s.start) if s.entry == s.start else 0
        key = (*s.where, cohort, calendar.of(s.last_day), s.event)
        ages.append((key, s.age(s.stop)))
    return _cells(ages, grid)


def _cells(ages: list[tuple[tuple, int]], grid: list[int]) -> Cells:
    cells: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    for key, age in ages:
        age_bin = bisect_right(grid, age) - 1
        cell = cells[*key, age_bin]
        cell[0] += 1
        cell[1] += age - grid[age_bin]
    return {key: (n, passed) for key, (n, passed) in cells.items()}


# ---------------------------------------------------------------- counts

Counts = dict[tuple, Counter]


def case_counts(world: World, calendar: Calendar, method: Method) -> Counts:
    """By court, stratum and period: filings, the stock taken over, closings and their amounts."""
    counts: Counts = defaultdict(Counter)
    for case in world.cases:
        first, last = world.observed[case.source_id]
        closed = case.closed_on
        if case.case_type != "first" or (closed is not None and closed < first):
            continue
        begins = "filed" if case.filed_on >= first else "initial_stock"
        where = (case.court_id, stratum_of_case(case, method))
        counts[*where, calendar.of(max(case.filed_on, first))][begins] += 1
        if closed is not None and closed <= last:
            counts[*where, calendar.of(closed)].update(_closing(case, closed, claim_cap(world, method)))
    return dict(counts)


def claim_cap(world: World, method: Method) -> float:
    """The smallest claim that at least the share of all claims which the method says are no larger than."""
    claims = sorted(c.claim_amount for c in world.cases if c.case_type == "first" and c.claim_amount)
    claims = [claim for claim in claims if claim > 0]
    return float(claims[ceil(method.claim_cap_quantile * len(claims)) - 1]) if claims else 0.0


def _closing(case: Case, closed: date, claim_cap: float) -> dict[str, int]:
    days = (closed - case.filed_on).days
    zhongben = case.close_mode == "zhongben"
    found = {
        "closed": 1,
        "closed_december": int(closed.month == 12),
        "completed": int(case.close_mode == "completed"),
        "zhongben": int(zhongben),
        "zhongben_within_120": int(zhongben and days <= 120),
        "zhongben_before_90": int(zhongben and days < 90),
        "days_to_close": days,
        "days_to_close_x_days_to_close": days * days,
    }
    if case.close_mode == "completed" and case.recovery_mode is not None:
        found |= {"recovered_known": 1, f"recovered_{case.recovery_mode}": 1}
    if case.claim_amount and case.claim_amount > 0 and case.recovered_amount is not None and not _in_two_units(case):
        weight = min(float(case.claim_amount), claim_cap)
        part = min(float(case.recovered_amount) / float(case.claim_amount), 1)
        for kind in ("", "zhongben_") if zhongben else ("",):
            found |= _amounts(kind, _rounded(weight), _rounded(weight * part))
    return found


def _in_two_units(case: Case) -> bool:
    claim, amount = case.claim_amount, case.recovered_amount
    return claim is not None and amount is not None and claim > 0 and amount >= 100 * claim


def _amounts(kind: str, claimed: int, recovered: int) -> dict[str, int]:
    one, other = f"{kind}claimed", f"{kind}recovered"
    return {
        f"{kind}amount_cases": 1,
        one: claimed,
        other: recovered,
        f"{one}_x_{one}": claimed * claimed,
        f"{one}_x_{other}": claimed * recovered,
        f"{other}_x_{other}": recovered * recovered,
    }


def coverage(world: World, calendar: Calendar) -> Counts:
    """By court and period of filing: numbered cases that came, and how many there must be; those
    missing from a year spread as those that came."""
    received: dict[tuple[str, int], Counter] = defaultdict(Counter)
    for case in world.cases:
        year, first = case.number_year, world.observed[case.source_id][0]
        if case.case_type == "first" and year is not None and case.filed_on >= first:
            received[case.court_id, year][calendar.of(case.filed_on)] += 1
    counts: Counts = defaultdict(Counter)
    for (court, year), by_period in received.items():
        known = [s for s in world.sequences if (s.court_id, s.number_year, s.case_type) == (court, year, "first")]
        if not known:
            continue
        numbers = max(s.highest for s in known) - min(s.lowest for s in known) + 1
        until, total = 0, by_period.total()
        for period, n in sorted(by_period.items()):
            before, until = until, until + n
            cell = counts[court, period]
            cell["numbered_received"] += n
            expected = max(numbers, total)
            cell["numbered_expected"] += expected * until // total - expected * before // total
    return dict(counts)


def _rounded(amount: float) -> int:
    """To whole yuan, a half up, as databases round."""
    return floor(amount + 0.5)


def round_counts(world: World, calendar: Calendar, method: Method) -> Counts:
    """By court, stratum, period of the end and stage."""
    held = ("sold", "failed", "defaulted", "setoff")
    counts: Counts = defaultdict(Counter)
    for found in linked_rounds(world):
        if found.status is None or not _in_window(found, world):
            continue
        where = (found.court_id, stratum_of_lot(found, method))
        cell = counts[*where, calendar.of(found.ended_on), found.stage]
        cell["rounds_ended"] += 1
        cell["held"] += found.status in held
        if found.status in held:
            cell[found.status] += 1
        cell["withdrawn"] += found.status in ("withdrawn", "stopped", "paid")
        start, final = found.start_price, found.final_price
        if found.status == "sold" and start is not None and final is not None:
            cell["premium"] += final - start
            cell["start_value"] += start
    return dict(counts)


def lot_counts(world: World, calendar: Calendar, method: Method) -> Counts:
    """By court, stratum and the period in which the last round ended, unless the claim was paid."""
    counts: Counts = defaultdict(Counter)
    for rounds in lots(linked_rounds(world)):
        first, last = rounds[0], rounds[-1]
        if last.status in (None, "paid") or not _in_window(last, world):
            continue
        value = first.reference_price or Decimal(0)
        where = (first.court_id, stratum_of_lot(first, method))
        cell = counts[*where, calendar.of(last.ended_on)]
        cell["lots_finished"] += 1
        cell["value_finished"] += value
        if last.status == "sold":
            cell["lots_sold"] += 1
            cell["value_sold"] += value
    return dict(counts)


def price_ratios(world: World, calendar: Calendar, method: Method) -> Counts:
    """By court, stratum, period, stage of the sale and bin of final over first reference price."""
    counts: Counts = defaultdict(Counter)
    for rounds in lots(linked_rounds(world)):
        ratio = sale_ratio(rounds)
        first, last = rounds[0], rounds[-1]
        if ratio is not None and _in_window(last, world):
            where = (first.court_id, stratum_of_lot(first, method))
            ratio_bin = floor(min(ratio, 3) / method.ratio_step)
            counts[*where, calendar.of(last.ended_on), last.stage, ratio_bin]["n"] += 1
    return dict(counts)


def sale_ratio(rounds: list[Round]) -> float | None:
    """Final over first reference price of a lot; None where it was not sold or one is missing."""
    first, last = rounds[0], rounds[-1]
    if last.status != "sold" or not first.reference_price or not last.final_price:
        return None
    return float(last.final_price) / float(first.reference_price)


def _in_window(found: Round, world: World) -> bool:
    first, last = world.observed[found.source_id]
    return found.ended_on is not None and first <= found.ended_on <= last
