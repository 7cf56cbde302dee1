"""What the value of a claim takes from places: their clocks, prices and shares paid, from the measures of a build.

A place with too few cases of its own borrows from the place above it, each clock and price for itself.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from index_engine import periods
from index_engine.arrays import Array, BoolArray, IntArray, ratio
from index_engine.claims.claim import Claim
from index_engine.claims.clock import Clock
from index_engine.claims.payments import clocks_needed
from index_engine.claims.valuation import PlaceTerms, Prices
from index_engine.errors import InputError
from index_engine.estimates import incidence
from index_engine.estimates.curve_estimates import Flows, number_at_risk, window_flows
from index_engine.estimates.curves import event_design_effects
from index_engine.estimates.panel import (
    Cells,
    PanelAxes,
    ProcessCells,
    panel_from_cells,
    read_process_cells,
    sum_members,
)
from index_engine.estimates.windows import Windows
from index_engine.method import Method
from index_engine.queries import Snapshot
from index_engine.queries.claim_terms import claim_strata, observed_shares, sales_by_price_ratio

MIN_UNDER_WAY = 30  # spells under way in a window, or endings with amounts; of fewer a place borrows
MIN_MONTHS = 24  # that a clock must run
MIN_SALES = 20
MIN_OBSERVED_SHARE = 0.9  # of the days of a place, as for a score
PSEUDO_CASES = 4.0  # added to each month of a clock in its draws (Agresti and Coull 1998)
N_BINS_OF_RATIO = 600  # of half a per cent: prices up to three times the reference price
# Clocks that files need not tell: without resumptions nothing is paid after 终本, and without payouts a
# price is paid in the month of its sale.
UNTOLD_CLOCKS = ("resume", "payout")
NOWHERE = "none"
PAID_ENDINGS = ("cash", "satisfied", "zhongben")

Counts = TypeVar("Counts")
Drawn = TypeVar("Drawn")


@dataclass(frozen=True)
class ClockCounts:
    """The clock of one process at the places of a level: `hazard` (place, month, event), `at_risk` (place, month),
    `n` spells under way and `n_months` that can be estimated, each (place,)."""

    events: tuple[str, ...]
    hazard: Array
    at_risk: Array
    n: Array
    n_months: IntArray


@dataclass(frozen=True)
class PriceCounts:
    """Sales at the places of a level by bin of price over reference price, (place, bin)."""

    n: Array


@dataclass(frozen=True)
class PaidCounts:
    """What is paid at one ending of a case at the places of a level: `n` endings with amounts, the `share` of
    their claims that is paid, its standard error, and its `spread` over cases (standard deviation, weighted by the
    squares of claims), each (place,)."""

    n: Array
    share: Array
    se: Array
    spread: Array


@dataclass(frozen=True)
class BorrowedTerms:
    """The terms of a place, and by clock, price or share the level they are from, NOWHERE where no file
    tells it."""

    terms: PlaceTerms
    level_by_part: Mapping[str, str]

    def has_own_clock(self, level: str) -> bool:
        """Whether any clock is of the place itself, at `level`."""
        return any(self.level_by_part[process] == level for process in self.terms.clocks)


class TermsReader:
    """Reads the terms of places for the window that ends with `period`; what was read of one claim serves the next.

    Draws of one clock, price or share are the same for every claim that it values, so that claims of one place
    share the error of its curves.
    """

    def __init__(self, snapshot: Snapshot, period: str, *, draws: int = 0, seed: int = 0) -> None:
        self.snapshot, self.period = snapshot, period
        self.draws = draws + 1  # of every clock, the estimate among them
        self._n_draws, self._seed = draws, seed
        self._method = snapshot.main
        self._con = snapshot.cursor()
        end = periods.parse(period)
        self._axes = PanelAxes(snapshot.levels[-1].ids, end - self._method.window_quarters + 1, end + 1)
        self._effects = {indicator: effect for indicator, effect, _ in snapshot.rows("design_effects")}
        self._is_observed = self._read_observed()
        self._row_by_place = {
            (places.level, place_id): row for places in snapshot.levels for row, place_id in enumerate(places.ids)
        }
        self._counts: dict[tuple[object, ...], Any] = {}
        self._drawn: dict[tuple[object, ...], Any] = {}

    def terms(self, claim: Claim, level: str, place_id: str) -> BorrowedTerms:
        """The terms of a place for a claim: the estimate itself as the first draw, and the draws of its sampling error
        after it. Raises InputError where not even the nation has a clock that the claim needs."""
        path = [
            (place.level, place.place_id) for place in self.snapshot.place_path(self.snapshot.place(level, place_id))
        ]
        levels: dict[str, str] = {}
        clocks = {}
        for process in clocks_needed(claim):
            stratum = _stratum(claim, process)
            counts = self._cached(self._read_clock, process, stratum)
            nearest = self._nearest(path, {name: _has_clock(each) for name, each in counts.items()})
            if nearest is None and process not in UNTOLD_CLOCKS:
                raise self._too_few(path, process)
            if nearest is None:
                levels[process] = NOWHERE
                clocks[process] = _untold_clock(counts[path[0][0]].events, process)
                continue
            levels[process], row = nearest
            effect = max(event_design_effects(self._method, process, self._effects).values())
            clocks[process] = self._draw(
                _clock, counts[levels[process]], row, effect, key=(process, *stratum, *nearest)
            )
        paid_share, paid_spread = {}, {}
        stratum = _stratum(claim, "case")
        for ending, by_level in self._cached(self._read_paid, stratum).items():
            nearest = self._nearest(path, {name: each.n >= MIN_UNDER_WAY for name, each in by_level.items()})
            if nearest is None and ending == "cash":
                raise self._too_few(path, "paid cash")
            if nearest is None:  # what is paid at so few endings decides nothing
                paid_share[ending], paid_spread[ending] = np.zeros(self.draws), 0.0
                continue
            levels[f"paid {ending}"], row = nearest
            paid = by_level[nearest[0]]
            paid_share[ending] = self._draw(_paid_share, paid, row, key=("paid", ending, *stratum, *nearest))
            paid_spread[ending] = float(paid.spread[row])
        weight = np.zeros((self.draws, N_BINS_OF_RATIO))
        if claim.is_secured:
            prices = self._cached(self._read_prices, claim.asset_class, claim.has_failed_round)
            nearest = self._nearest(path, {name: each.n.sum(axis=1) >= MIN_SALES for name, each in prices.items()})
            if nearest is None:
                raise self._too_few(path, "prices")
            levels["price"], row = nearest
            effect = self._effects.get("price_ratio", 1.0)
            key = ("price", claim.asset_class, claim.has_failed_round, *nearest)
            weight = self._draw(_price_weights, prices[nearest[0]], row, effect, key=key)
        ratios: Array = (np.arange(N_BINS_OF_RATIO, dtype=np.float64) + 0.5) * self._method.ratio_step
        return BorrowedTerms(PlaceTerms(clocks, Prices(ratios, weight, paid_share, paid_spread)), levels)

    def _cached(self, read: Callable[..., Counts], *key: Any) -> Counts:
        if (read, *key) not in self._counts:
            self._counts[read, *key] = read(*key)
        counts: Counts = self._counts[read, *key]
        return counts

    def _draw(self, draw: Callable[..., Drawn], *arguments: object, key: tuple[object, ...]) -> Drawn:
        """What `draw` makes of its arguments, the same whenever asked for and in whatever order."""
        if key not in self._drawn:
            rng = np.random.default_rng([self._seed, zlib.crc32("/".join(map(str, key)).encode())])
            self._drawn[key] = draw(*arguments, self._n_draws, rng)
        drawn: Drawn = self._drawn[key]
        return drawn

    def _nearest(self, path: Sequence[tuple[str, str]], enough: Mapping[str, BoolArray]) -> tuple[str, int] | None:
        """The nearest level on the way up from a place that has enough, and the row of its place."""
        for key in reversed(path):
            row = self._row_by_place[key]
            if enough[key[0]][row] and self._is_observed[key[0]][row]:
                return key[0], row
        return None

    def _too_few(self, path: Sequence[tuple[str, str]], part: str) -> InputError:
        return InputError(
            "no_terms_of_claims", part=part, period=self.period, place=self.snapshot.place(*path[-1]).name
        )

    def _read_clock(self, process: str, stratum: tuple[str, str]) -> dict[str, ClockCounts]:
        events = self._method.process_events(process)
        cells = self._of_stratum(read_process_cells(self._con, self._axes, process, events, self._method.ages), stratum)
        windows = Windows(self._axes, self._method.window_quarters, np.array([self._method.window_quarters - 1]))
        flows = window_flows(panel_from_cells(cells), windows)
        counts = {}
        for places in self.snapshot.levels:
            summed = Flows(**{name: sum_members(array, places.members)[:, 0] for name, array in vars(flows).items()})
            counts[places.level] = _clock_counts(events, summed, self._method)
        return counts

    def _of_stratum(self, cells: ProcessCells, stratum: tuple[str, str]) -> ProcessCells:
        if not stratum[1]:
            return cells
        strata = np.array(claim_strata(self.snapshot, *stratum), dtype=np.int64)
        return ProcessCells(*(_with_strata(part, strata) for part in vars(cells).values()))

    def _read_paid(self, stratum: tuple[str, str]) -> dict[str, dict[str, PaidCounts]]:
        """By ending and level, from cases of the window whose claim and payment are both known."""
        events = self._method.process_events("case")
        cells = self._of_stratum(
            read_process_cells(self._con, self._axes, "case", events, self._method.ages, has_amounts=True), stratum
        ).events
        in_window = np.arange(cells.shape[1]) < self._method.window_quarters

        def by_level(values: Array, event: str) -> dict[str, Array]:
            sums = np.bincount(cells.position, values, int(np.prod(cells.shape))).reshape(cells.shape)
            by_court = sums[:, in_window, events.index(event)].sum(axis=(1, 2))
            return {places.level: sum_members(by_court, places.members) for places in self.snapshot.levels}

        paid: dict[str, dict[str, PaidCounts]] = {}
        for ending in PAID_ENDINGS:
            known, claim, claim_squares, recovery, products, squares = (
                by_level(values, ending)
                for values in (
                    cells.amounts["claims"] - cells.amounts["claim_unknown"],
                    cells.amounts["claim"],
                    cells.amounts["claim_x_claim"],
                    cells.amounts["recovery"],
                    cells.amounts["claim_x_recovery"],
                    cells.amounts["recovery_x_recovery"],
                )
            )
            paid[ending] = {}
            for level, total in claim.items():
                share = ratio(recovery[level], total, 0.0)
                variance = squares[level] - 2.0 * share * products[level] + share**2 * claim_squares[level]
                variance = np.maximum(variance, 0.0)
                se = ratio(np.sqrt(variance), total, 0.0)
                spread = np.sqrt(ratio(variance, claim_squares[level], 0.0))
                paid[ending][level] = PaidCounts(known[level], np.clip(share, 0.0, 1.0), se, spread)
        return paid

    def _read_prices(self, asset_class: str, has_failed_round: bool) -> dict[str, PriceCounts]:
        rows = sales_by_price_ratio(
            self.snapshot,
            (self._axes.first_period, self._axes.last_period - 1),
            asset_class,
            after_failed_round=has_failed_round,
            n_bins=N_BINS_OF_RATIO,
        )
        counts = np.zeros((len(self._axes.courts), N_BINS_OF_RATIO))
        row_by_court = {court: row for row, court in enumerate(self._axes.courts)}
        for court, ratio_bin, n in rows:
            counts[row_by_court[court], ratio_bin] += n
        return {places.level: PriceCounts(sum_members(counts, places.members)) for places in self.snapshot.levels}

    def _read_observed(self) -> dict[str, BoolArray]:
        shares = observed_shares(self.snapshot, self.period)
        return {
            places.level: np.array(
                [shares.get((places.level, place), 0.0) >= MIN_OBSERVED_SHARE for place in places.ids]
            )
            for places in self.snapshot.levels
        }


def _stratum(claim: Claim, process: str) -> tuple[str, str]:
    """The column and value of like claims: of lots the class of the collateral, of whole cases the kind of debtor; an
    empty value for all."""
    if process == "lot":
        return "asset_class", claim.asset_class
    return "debtor_kind", claim.debtor_kind if process in ("case", "resume") else ""


# ---------------------------------------------------------------- counts


def _with_strata(cells: Cells, strata: IntArray) -> Cells:
    """The cells of some strata."""
    kept = np.flatnonzero(np.isin(cells.stratum, strata))
    return replace(
        cells,
        position=cells.position[kept],
        stratum=cells.stratum[kept],
        start_period=cells.start_period[kept],
        n=cells.n[kept],
        elapsed_days=cells.elapsed_days[kept],
        amounts={name: amounts[kept] for name, amounts in cells.amounts.items()},
    )


def _clock_counts(events: tuple[str, ...], flows: Flows, method: Method) -> ClockCounts:
    """Clocks by whole months from the flows (place, ..., bin) of places."""
    curves = incidence.aalen_johansen(
        flows.events, number_at_risk(flows, method), method.min_at_risk, method.max_unresolved
    )
    bins = method.bins_per_month
    n_places, n_months = curves.risk.shape[0], curves.risk.shape[1] // bins
    mass = curves.mass.reshape(n_places, len(events), n_months, bins).sum(axis=3)
    at_start = curves.survival.reshape(n_places, n_months, bins)[:, :, 0]
    hazard = ratio(mass, at_start[:, None], 0.0).transpose(0, 2, 1)
    at_risk = curves.risk.reshape(n_places, n_months, bins).mean(axis=2)
    return ClockCounts(events, hazard, at_risk, flows.entries.sum(axis=1), curves.n_estimable_bins // bins)


def _has_clock(counts: ClockCounts) -> BoolArray:
    """Where a clock is told by enough spells for long enough, (place,)."""
    is_told: BoolArray = (counts.n >= MIN_UNDER_WAY) & (counts.n_months >= MIN_MONTHS)
    return is_told


# ---------------------------------------------------------------- draws


def _clock(counts: ClockCounts, row: int, design_effect: float, draws: int, rng: np.random.Generator) -> Clock:
    """The clock of a place and draws of it.

    The endings of a month are multinomial over those at risk: their chances are drawn from the Dirichlet law
    of the hazards at so many cases as the design effect leaves, with PSEUDO_CASES that end as the clock does
    on average, so that a month without an ending is not taken for certain.
    """
    n_months = int(counts.n_months[row])
    hazard = counts.hazard[row, :n_months]
    if not draws:
        return Clock(counts.events, hazard[None])
    cases = counts.at_risk[row, :n_months, None] / design_effect
    events = (hazard * cases).sum(axis=0)
    average = (events + 0.5) / (cases.sum() + 0.5 * (len(counts.events) + 1))
    alive = np.maximum(1.0 - hazard.sum(axis=1, keepdims=True), 0.0)
    weights = np.concatenate(
        [hazard * cases + average * PSEUDO_CASES, alive * cases + max(1.0 - average.sum(), 0.0) * PSEUDO_CASES], axis=1
    )
    gamma = rng.standard_gamma(weights, size=(draws, *weights.shape))
    drawn = (gamma / gamma.sum(axis=2, keepdims=True))[:, :, :-1]
    return Clock(counts.events, np.concatenate([hazard[None], drawn]))


def _untold_clock(events: tuple[str, ...], process: str) -> Clock:
    """The clock of a process that no file tells: never for a resumption, at once for a payout."""
    hazard = np.zeros((1, 1, len(events)))
    if process == "payout":
        hazard[0, 0, events.index("paid")] = 1.0
    return Clock(events, hazard)


def _paid_share(counts: PaidCounts, row: int, draws: int, rng: np.random.Generator) -> Array:
    noise = np.concatenate([[0.0], rng.standard_normal(draws)])
    share: Array = np.clip(counts.share[row] + counts.se[row] * noise, 0.0, 1.0)
    return share


def _price_weights(counts: PriceCounts, row: int, design_effect: float, draws: int, rng: np.random.Generator) -> Array:
    """How likely a sale brings each ratio, and draws of it: the Bayesian bootstrap (Rubin 1981) of the sales."""
    n = counts.n[row]
    gamma = rng.standard_gamma(n / design_effect, size=(draws, n.size))
    sums: Array = np.concatenate([n[None], gamma])
    weights: Array = sums / sums.sum(axis=1, keepdims=True)
    return weights
