"""What moves all claims of a place, and of the country, at once.

A valuation takes the curves of the past year for those of the years to come. How far hazards and prices have moved from
quarter to quarter beyond sampling says how wrong that may be: each quarter adds an innovation sigma * z, with
z = sqrt(rho) * M + sqrt(1 - rho) * e; M is the country's, e the province's own (a one-factor model: Vasicek 2002;
prices and hazards that move together: Frye 2000). sigma and rho are learned by the method of moments.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from index_engine import periods
from index_engine.arrays import Array, IntArray, ratio
from index_engine.claims.claim import ASSET_CLASSES
from index_engine.claims.clock import MONTHS_PER_QUARTER, MONTHS_PER_YEAR, Clock
from index_engine.claims.place_terms import N_BINS_OF_RATIO
from index_engine.claims.valuation import PlaceTerms, Prices
from index_engine.estimates.curve_estimates import Flows, number_at_risk, window_flows
from index_engine.estimates.curves import event_design_effects
from index_engine.estimates.panel import PanelAxes, panel_from_cells, read_process_cells, sum_members
from index_engine.estimates.places import Places
from index_engine.estimates.windows import Windows
from index_engine.queries import Snapshot
from index_engine.queries.claim_terms import sales_by_price_ratio

MIN_QUARTERS = 6  # of innovations, below which nothing is learned
MIN_EVENTS = 30  # of a province and quarter, to be one of them
# Events that bring money, or lead to it: what moves them together is how hard enforcement works.
_DRIVEN_EVENTS = frozenset(("cash", "satisfied", "listed", "sold", "paid", "priced", "offered", "resumed"))
_MOST = 4.0  # times: no hazard is moved further


@dataclass(frozen=True)
class Moments:
    """The innovation of one quarter: its standard deviation `sigma` in logarithms, the share `rho` of its variance that
    is the country's, and from how many quarters and provinces both were learned."""

    sigma: float
    rho: float
    n_quarters: int
    n_provinces: int


@dataclass(frozen=True)
class Shocks:
    """Factors (draw, month) of hazards and of prices."""

    hazard: Array
    price: Array

    def apply(self, terms: PlaceTerms) -> PlaceTerms:
        """The terms of a place so moved; its prices as they are a year from now, whenever a lot is sold."""
        clocks = {process: self._moved(clock) for process, clock in terms.clocks.items()}
        factor = self.price[:, min(MONTHS_PER_YEAR, self.price.shape[1] - 1)]
        return replace(terms, clocks=clocks, prices=_moved_prices(terms.prices, factor))

    def _moved(self, clock: Clock) -> Clock:
        driven = np.array([event in _DRIVEN_EVENTS for event in clock.events])
        months = np.minimum(np.arange(clock.n_months), self.hazard.shape[1] - 1)
        factor = np.where(driven, self.hazard[:, months, None], 1.0)
        hazard = clock.hazard * factor
        total = hazard.sum(axis=2, keepdims=True)
        return replace(clock, hazard=hazard / np.maximum(total, 1.0))


def _moved_prices(prices: Prices, factor: Array) -> Prices:
    """Prices with every ratio times a factor (draw,): the weights are spread over the bins that they come into."""
    step = prices.ratio[1] - prices.ratio[0] if prices.ratio.size > 1 else prices.ratio[0]
    edges = np.append(prices.ratio - step / 2.0, prices.ratio[-1] + step / 2.0)
    cumulative = np.concatenate([np.zeros((prices.weight.shape[0], 1)), np.cumsum(prices.weight, axis=1)], axis=1)
    moved = np.stack([np.interp(edges / each, edges, row) for each, row in zip(factor, cumulative, strict=True)])
    weight = np.diff(moved, axis=1)
    weight[:, -1] += cumulative[:, -1] - moved[:, -1]  # above the last bin
    return replace(prices, weight=weight)


@dataclass(frozen=True)
class CommonShocks:
    """How hazards and prices move from quarter to quarter, and a seed."""

    hazards: Moments
    prices: Moments
    seed: int

    def draw(self, province: str, n_draws: int, months: int) -> Shocks:
        """Factors for a province: random walks over quarters that share the country's part with all others. The first
        draw is the estimate, which nothing moves."""
        nation = np.random.default_rng([self.seed, 0])
        own = np.random.default_rng([self.seed, 1, zlib.crc32(province.encode())])
        n_quarters = -(-months // MONTHS_PER_QUARTER)
        walks = []
        for moments in (self.hazards, self.prices):
            common, single = (rng.standard_normal((n_draws, n_quarters)) for rng in (nation, own))
            steps = moments.sigma * (np.sqrt(moments.rho) * common + np.sqrt(1.0 - moments.rho) * single)
            steps[:1] = 0.0
            walk = np.exp(np.cumsum(steps, axis=1))
            walks.append(np.clip(np.repeat(walk, MONTHS_PER_QUARTER, axis=1)[:, :months], 1.0 / _MOST, _MOST))
        return Shocks(*walks)


def moments(ratios: Array, sampling_variance: Array) -> Moments:
    """Learn from log ratios (province, quarter) of what happened to what was expected, NaN where too little did.

    With innovations u and sampling errors s, the step from one quarter to the next has the variance
    sigma^2 + var(s_before) + var(s_after); the mean step of all provinces has rho * sigma^2 of it, beside what single
    provinces leave of theirs. What is below zero is 0.
    """
    steps = np.diff(ratios, axis=1)
    noise = sampling_variance[:, 1:] + sampling_variance[:, :-1]
    is_known = np.isfinite(steps) & np.isfinite(noise)
    n_provinces = int(is_known.any(axis=1).sum())
    quarters = is_known.sum(axis=0) >= 2
    if quarters.sum() < MIN_QUARTERS:
        return Moments(0.0, 0.0, int(quarters.sum()), n_provinces)
    known = is_known[:, quarters]
    # The season comes back each year: it is no innovation.
    seasonless = _without_seasons(np.where(known, steps[:, quarters], np.nan), np.flatnonzero(quarters))
    noise = np.where(known, noise[:, quarters], np.nan)
    total = float(np.nanmean(seasonless**2 - noise))
    n = known.sum(axis=0)
    squared_mean = np.nanmean(seasonless, axis=0) ** 2
    # The square of a mean of n holds 1 / n of the single variances.
    common = float(np.mean(ratio(n * squared_mean - np.nanmean(seasonless**2, axis=0), n - 1.0, 0.0)))
    sigma_squared = max(total, 0.0)
    rho = float(np.clip(ratio(common, sigma_squared, 0.0), 0.0, 1.0))
    return Moments(float(np.sqrt(sigma_squared)), rho, int(quarters.sum()), n_provinces)


def _without_seasons(steps: Array, quarters: IntArray) -> Array:
    """The steps less the mean step of their quarter of the year, where it has come twice."""
    left = steps.copy()
    for season in range(4):
        columns = np.flatnonzero(quarters % 4 == season)
        if columns.size > 1:
            left[:, columns] -= np.nanmean(steps[:, columns])
            left[:, columns] *= np.sqrt(columns.size / (columns.size - 1.0))
    return left


# ---------------------------------------------------------------- from a warehouse


def learn_shocks(snapshot: Snapshot, seed: int) -> CommonShocks:
    """Learn how hazards of cash and prices over reference prices have moved in the provinces of a warehouse."""
    first, last = (periods.quarter_from_date(day) for day in (snapshot.observed_from, snapshot.observed_to))
    axes = PanelAxes(snapshot.levels[-1].ids, first, last)
    places = next((places for places in snapshot.levels if places.level == "province"), snapshot.levels[0])
    effects = {indicator: effect for indicator, effect, _ in snapshot.rows("design_effects")}
    cash_effect = event_design_effects(snapshot.main, "case", effects)["cash"]
    hazards = moments(*_hazard_ratios(snapshot, axes, places, cash_effect))
    prices = moments(*_price_levels(snapshot, axes, places, effects.get("price_ratio", 1.0)))
    return CommonShocks(hazards, prices, seed)


def _hazard_ratios(snapshot: Snapshot, axes: PanelAxes, places: Places, design_effect: float) -> tuple[Array, Array]:
    """Log of cases paid over those expected at the hazards by age of all places and quarters, (place, quarter), and
    its sampling variance."""
    method = snapshot.main
    events = method.process_events("case")
    panel = panel_from_cells(read_process_cells(snapshot.cursor(), axes, "case", events, method.ages))
    flows = window_flows(panel, Windows(axes, 1, np.arange(axes.n_periods)))
    flows = Flows(**{name: sum_members(array, places.members) for name, array in vars(flows).items()})
    at_risk = np.nan_to_num(number_at_risk(flows, method))
    paid = flows.events[:, :, events.index("cash")]
    hazard = ratio(paid.sum(axis=(0, 1)), at_risk.sum(axis=(0, 1)), 0.0)
    counts, expected = paid.sum(axis=2), at_risk @ hazard
    is_enough = (counts >= MIN_EVENTS) & (expected > 0.0)
    logs = np.log(np.where(is_enough, ratio(counts, expected, 1.0), np.nan))
    return logs, np.where(is_enough, ratio(design_effect, counts), np.nan)


def _price_levels(snapshot: Snapshot, axes: PanelAxes, places: Places, design_effect: float) -> tuple[Array, Array]:
    """Log of the mean price over reference price, (place, quarter), of the class of collateral with most sales, and its
    sampling variance."""
    by_class = {name: _sums_of_ratios(snapshot, axes, places, name) for name in ASSET_CLASSES}
    n, total, squares = max(by_class.values(), key=lambda sums: float(sums[0].sum()))
    mean = ratio(total, n)
    variance = np.maximum(ratio(squares, n) - mean**2, 0.0)
    is_enough = n >= MIN_EVENTS
    return np.log(np.where(is_enough, mean, np.nan)), np.where(
        is_enough, ratio(design_effect * variance, n * mean**2), np.nan
    )


def _sums_of_ratios(snapshot: Snapshot, axes: PanelAxes, places: Places, asset_class: str) -> Array:
    """Sales, their price ratios and the squares of these, summed: (3, place, quarter)."""
    row_by_court = {court: row for row, court in enumerate(axes.courts)}
    step, sums = snapshot.main.ratio_step, np.zeros((3, len(axes.courts), axes.n_periods))
    for quarter in range(axes.n_periods):
        period = axes.first_period + quarter
        rows = sales_by_price_ratio(
            snapshot, (period, period), asset_class, after_failed_round=False, n_bins=N_BINS_OF_RATIO
        )
        for court, ratio_bin, n in rows:
            level = (ratio_bin + 0.5) * step
            sums[:, row_by_court[court], quarter] += n * np.array([1.0, level, level**2])
    return np.stack([sum_members(each, places.members) for each in sums])
