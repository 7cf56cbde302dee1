"""Money recovered within some months per yuan claimed, over all claims under way.

The cumulative incidence of cases, with yuan in place of cases: a claim is at risk while its case is
under way, leaves when the case ends in any way, and leaves with what was recovered by then. So an
open case counts, as it does in the incidence of payment, and a 终本 that paid a part counts that part.
With w a capped claim and r the share of it that was recovered, in each age bin

    hazard of leaving = sum of w of what leaves / sum of w at risk
    money per yuan at risk = sum of w r of what leaves / sum of w at risk

and the estimate is the sum of surviving x money over the bins (the mean of marks on competing events:
Huang and Louis 1998, Biometrika 85, 785-798, here with delayed entry and on the grid of ages).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from index_engine.age_grid import AgeGrid
from index_engine.arrays import Array, BoolArray
from index_engine.estimates import case_mix, curve_estimates, incidence, rates
from index_engine.estimates.case_mix import CaseWeights, PlaceRows, ProcessRows
from index_engine.estimates.indicator_estimate import WITHHELD, IndicatorEstimate, Status
from index_engine.estimates.panel import Cells, ProcessCells
from index_engine.estimates.places import Places
from index_engine.estimates.windows import Windows
from index_engine.method import Check, Indicator, Method

KIND = "amount_incidence"


@dataclass(frozen=True)
class AmountFlows:
    """What an estimate is made of, arrays (place, window, bin), all of them sums over cases.

    Of capped claims: `entries` that came under observation or were open when the window began,
    `censored` that left it without an event or were open when it ended, each with the days of the
    bin elapsed by then in claims x days; `exits` that ended, with their `recovery`, and `unknown`,
    the claims of those whose recovery is not known. squared_*: the same of squared claims, and
    exit_products, squared_recovery of claim x recovery and recovery x recovery. `cases` (place,
    window): those under way at the ages that count, `claims`: those of them whose claim is known.
    """

    cases: Array
    claims: Array
    entries: Array
    entries_elapsed: Array
    censored: Array
    censored_elapsed: Array
    exits: Array
    recovery: Array
    unknown: Array
    squared_entries: Array
    squared_entries_elapsed: Array
    squared_censored: Array
    squared_censored_elapsed: Array
    squared_exits: Array
    exit_products: Array
    squared_recovery: Array


def estimates(
    cells: ProcessCells,
    places: Places,
    weights: CaseWeights,
    windows: Windows,
    indicators: Sequence[Indicator | Check],
    method: Method,
) -> dict[str, IndicatorEstimate]:
    """Estimates of one level by indicator, of weighted cases. Their n is the number of the known claims
    themselves."""
    early_cells = cells.up_to_age(n_bins_needed(max(i.estimate.months for i in indicators), method))
    n = curve_estimates.under_way(early_cells, places, windows, lambda part: part.amounts["claims"])
    # With fewer all are too few, and are not worth `min_effective_n` of one size.
    wanted = n >= min(method.min_effective_n, *(i.min_n for i in indicators))
    parts: dict[str, list[IndicatorEstimate]] = {i.id: [] for i in indicators}
    locate_rows = partial(case_mix.process_rows, early_cells)
    n_courts = cells.entries.shape[0]
    for rows, batch_weights, batch_wanted in case_mix.batches(locate_rows, n_courts, places, weights, wanted):
        flows = amount_flows(early_cells, rows, batch_weights, windows, batch_wanted)
        for indicator in indicators:
            parts[indicator.id].append(estimate_from_flows(flows, indicator.estimate.months, method))
    return {name: IndicatorEstimate.concatenate(found).spread(wanted, n) for name, found in parts.items()}


def amount_flows(
    cells: ProcessCells,
    rows: ProcessRows,
    weights: CaseWeights,
    windows: Windows,
    wanted: BoolArray | None = None,
) -> AmountFlows:
    """Flows of each place and window, each case counting by its weight beside its claim; `wanted` is that of
    `case_mix.sum_by_window`."""
    n_bins = cells.events.shape[-1]
    ended_rows = replace(rows.events, inner=rows.events.inner % n_bins, inner_size=n_bins)  # all events together

    def window_sums(
        part: PlaceRows, values: dict[str, Array], offsets: Iterable[int]
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        sums, squared_sums = case_mix.sum_by_window(part, list(values.values()), weights, windows, offsets, wanted)
        return dict(zip(values, sums, strict=True)), dict(zip(values, squared_sums, strict=True))

    def claim_sums(part: Cells, part_rows: PlaceRows, offsets: Iterable[int]) -> dict[str, Array]:
        amounts = part.amounts
        # The cases of a cell share a week of ages: the days elapsed are their mean's.
        elapsed = part.elapsed_days / part.n
        values = {
            "cases": part.n,
            "claims": amounts["claims"],
            "claim": amounts["claim"],
            "claim_elapsed": amounts["claim"] * elapsed,
            "square": amounts["claim_x_claim"],
            "square_elapsed": amounts["claim_x_claim"] * elapsed,
        }
        sums, squared_sums = window_sums(part_rows, values, offsets)
        return sums | {name: squared_sums[name] for name in ("square", "square_elapsed")}

    def added(first: dict[str, Array], second: dict[str, Array]) -> dict[str, Array]:
        return {name: first[name] + second[name] for name in first}

    window_offsets = case_mix.window_offsets(windows)
    came = added(
        claim_sums(cells.entries, rows.entries, window_offsets),
        claim_sums(cells.opening_stock, rows.opening_stock, case_mix.start_offsets(windows)),
    )
    left = added(
        claim_sums(cells.censored, rows.censored, window_offsets),
        claim_sums(cells.opening_stock, rows.opening_stock, case_mix.end_offsets(windows)),
    )
    ended, squared_ended = window_sums(
        ended_rows, {n: a for n, a in cells.events.amounts.items() if n != "claims"}, window_offsets
    )
    return AmountFlows(
        cases=came["cases"].sum(axis=-1),
        claims=came["claims"].sum(axis=-1),
        entries=came["claim"],
        entries_elapsed=came["claim_elapsed"],
        censored=left["claim"],
        censored_elapsed=left["claim_elapsed"],
        exits=ended["claim"],
        recovery=ended["recovery"],
        unknown=ended["claim_unknown"],
        squared_entries=came["square"],
        squared_entries_elapsed=came["square_elapsed"],
        squared_censored=left["square"],
        squared_censored_elapsed=left["square_elapsed"],
        squared_exits=squared_ended["claim_x_claim"],
        exit_products=squared_ended["claim_x_recovery"],
        squared_recovery=squared_ended["recovery_x_recovery"],
    )


def n_bins_needed(months: int, method: Method) -> int:
    """How many age bins an estimate up to an age rests on."""
    return int(np.flatnonzero(incidence.incidence_weights(method.ages, months))[-1]) + 1


def estimate_from_flows(flows: AmountFlows, months: int, method: Method) -> IndicatorEstimate:
    """The estimate (place, window) of the money recovered within some months.

    A recovery that is not known counts as none, so that no court gains by not recording it; where
    such claims make up more than `max_unresolved` of what is claimed, or where less than
    `min_claims_known` of the cases have a known claim, nothing is estimated. Nor is it where the claims
    are worth fewer than `min_effective_n` of one size (Kish 1965, section 11.7); and a curve ends where
    what is at risk is worth fewer than `min_at_risk` cases as they usually are in the place, so that a
    large claim is not taken for many. Error as of the incidence of cases, see
    incidence.sampling_variance.
    """
    ages = method.ages.leading(flows.exits.shape[-1])
    weights = incidence.incidence_weights(ages, months)
    amounts = _Amounts.at_risk(flows, ages)
    effective_risk = rates.effective_number(amounts.risk, amounts.squared_risk)
    n_effective = rates.effective_number(flows.entries.sum(axis=-1), flows.squared_entries.sum(axis=-1))
    cases_per_effective = np.divide(flows.claims, n_effective, out=np.ones_like(n_effective), where=n_effective > 0)
    cases_at_risk = effective_risk * cases_per_effective[..., None]
    hazard = amounts.per_yuan(amounts.exits)
    curves = incidence.aalen_johansen(
        (hazard * cases_at_risk)[..., None, :], cases_at_risk, method.min_at_risk, method.max_unresolved
    )
    gain = curves.survival * weights
    value = (gain * amounts.per_yuan(amounts.recovery)).sum(axis=-1)
    unknown_share = (gain * amounts.per_yuan(flows.unknown)).sum(axis=-1)
    is_known = (unknown_share <= method.max_unresolved) & (flows.claims >= method.min_claims_known * flows.cases)
    withheld = np.select(
        [~is_known, n_effective < method.min_effective_n],
        [WITHHELD.index(Status.AMOUNTS_UNKNOWN), WITHHELD.index(Status.CONCENTRATED)],
        0,
    )
    estimable: BoolArray = (curves.n_estimable_bins >= n_bins_needed(months, method)) & (withheld == 0)
    days = np.where(weights > 0.0, ages.widths, 0)
    # Cases of one size that would give this exposure, followed from their beginning.
    n_cases = rates.quotient((effective_risk * days).sum(axis=-1), (curves.survival * days).sum(axis=-1))
    size = rates.quotient(flows.squared_entries.sum(axis=-1), flows.entries.sum(axis=-1))
    variance = _sampling_variance(amounts.with_pseudo_cases(size, days), weights)
    inflation = rates.quotient(n_cases + incidence.PSEUDO_CASES, n_cases)
    se = np.sqrt(variance * inflation)
    value, se = np.where(estimable, [value, se], np.nan)
    return IndicatorEstimate(value, se, flows.claims, estimable, withheld=withheld)


@dataclass(frozen=True)
class _Amounts:
    """By bin (place, window, bin), sums over cases: claims at `risk`, those that leave and what they
    recovered, and the sums of squares and products of the same."""

    risk: Array
    exits: Array
    recovery: Array
    squared_risk: Array
    squared_exits: Array
    exit_products: Array
    squared_recovery: Array

    @classmethod
    def at_risk(cls, flows: AmountFlows, ages: AgeGrid) -> "_Amounts":
        risk, squared_risk = (
            np.maximum(incidence.number_at_risk(*moves, exits[..., None, :], ages), exits)
            for moves, exits in (
                ((flows.entries, flows.entries_elapsed, flows.censored, flows.censored_elapsed), flows.exits),
                (
                    (
                        flows.squared_entries,
                        flows.squared_entries_elapsed,
                        flows.squared_censored,
                        flows.squared_censored_elapsed,
                    ),
                    flows.squared_exits,
                ),
            )
        )
        return cls(
            risk,
            flows.exits,
            flows.recovery,
            squared_risk,
            flows.squared_exits,
            flows.exit_products,
            flows.squared_recovery,
        )

    def per_yuan(self, amount: Array) -> Array:
        """Amounts per yuan at risk; 0 where there is none."""
        # What is left of sums of whole yuan after subtraction is none.
        return np.divide(amount, self.risk, out=np.zeros_like(amount), where=self.risk > 0.5)

    def with_pseudo_cases(self, size: Array, days: Array) -> "_Amounts":
        """The same with four cases of a size (place, window), of which two are recovered whole, spread
        evenly over the days of the bins, and two never leave: see incidence.sampling_variance."""
        leaving = incidence.PSEUDO_CASES / 2.0 * days / days.sum()
        staying = incidence.PSEUDO_CASES - (np.cumsum(leaving) - leaving)
        first, second = size[..., None], size[..., None] ** 2
        return _Amounts(
            self.risk + first * staying,
            self.exits + first * leaving,
            self.recovery + first * leaving,
            self.squared_risk + second * staying,
            self.squared_exits + second * leaving,
            self.exit_products + second * leaving,
            self.squared_recovery + second * leaving,
        )


def _sampling_variance(amounts: _Amounts, weights: Array) -> Array:
    """Variance (place, window) of the money by the delta method, given who is at risk.

    What a case at risk in a bin brings to the estimate is w (g (r - m) - l (1 - h)) if it leaves there
    and w (-g m + l h) if it does not, over the sum of w at risk: g and l are the derivatives to money
    m and hazard h, as in incidence.mass_functional. Squares of it are summed over cases and bins. With
    equal claims paid whole or not at all it is the variance of the incidence of payment.
    """
    hazard, money = amounts.per_yuan(amounts.exits), amounts.per_yuan(amounts.recovery)
    bin_survival = 1.0 - hazard
    survival = np.ones_like(bin_survival)
    np.cumprod(bin_survival[..., :-1], axis=-1, out=survival[..., 1:])
    gain = survival * weights
    gained = gain * money
    remaining = np.cumsum(gained[..., ::-1], axis=-1)[..., ::-1] - gained
    loss = rates.quotient(remaining, bin_survival)
    staying = gained - loss * hazard
    squares = (
        gain**2 * amounts.squared_recovery
        - 2.0 * gain * loss * amounts.exit_products
        + loss**2 * amounts.squared_exits
        - 2.0 * staying * (gain * amounts.exit_products - loss * amounts.squared_exits)
        + staying**2 * amounts.squared_risk
    )
    variance: Array = np.maximum((squares / amounts.risk**2).sum(axis=-1), 0.0)
    return variance
