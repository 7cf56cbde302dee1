"""Estimates from counts: shares, means, amounts and median prices, of every place and window, as
observed and brought to another case mix; and the totals behind the statistics beside the score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from index_engine.arrays import Array, IntArray, spread
from index_engine.estimates import case_mix, panel, rates
from index_engine.estimates.case_mix import CaseWeights, PlaceRows
from index_engine.estimates.indicator_estimate import WITHHELD, IndicatorEstimate, Status
from index_engine.estimates.observation import Observation, Scope, count_scope
from index_engine.estimates.panel import CountRows, PanelAxes
from index_engine.estimates.places import CACHE_BATCH, Places
from index_engine.estimates.windows import Windows
from index_engine.method import AUCTION_COUNTS, Check, Estimate, Indicator, Method
from index_engine.method.counts import (
    AMOUNTS,
    CLOSING_COUNTS,
    COMPOSITE_COUNTS,
    FIRST_ROUND_COLUMNS,
    PRODUCT,
    STOCK_COUNTS,
)

NO_EFFECTS: Mapping[str, float] = {}
COUNT_KINDS = ("share", "mean", "amount_rate", "median")
MIN_PRICES = 2  # of one price the error of a median is not known
RATIO_CEILING = 3.0  # price ratios of this and more share the last bin, see price_ratios.sql
UNSTRATIFIED_COUNTS = {"numbered_received", "numbered_expected"}  # of no stratum: nobody knows the missing


@dataclass(frozen=True)
class Counts:
    """Every count of the measures: `totals` by name as (court, period) arrays, `ratios` (court,
    period, ratio bin), and the same by stratum as rows; `lots` only of courts."""

    totals: dict[str, Array]
    ratios: Array
    cases: CountRows
    rounds: CountRows
    first_rounds: CountRows
    prices: CountRows
    lots: CountRows | None

    @property
    def stratum_rows(self) -> tuple[CountRows, ...]:
        rows = (self.cases, self.first_rounds, self.rounds)
        return rows if self.lots is None else (*rows, self.lots)


def n_ratio_bins(method: Method) -> int:
    return round(RATIO_CEILING / method.ratio_step) + 1


def read_totals(con: duckdb.DuckDBPyConnection, axes: PanelAxes, schema: str = "measures") -> dict[str, Array]:
    """Every count by name as (court, period) arrays."""
    first_round_counts = panel.read_counts(con, axes, "round_counts", "stage = 'first'", schema)
    totals = {
        **panel.read_counts(con, axes, "case_counts", schema=schema),
        **panel.read_counts(con, axes, "round_counts", schema=schema),
        **{f"first_{name}": first_round_counts[name] for name in FIRST_ROUND_COLUMNS},
    }
    if schema == "measures":
        for table in ("coverage", "lot_counts", "closings_alone"):
            totals |= panel.read_counts(con, axes, table)
    return totals


def read_all_counts(
    con: duckdb.DuckDBPyConnection, axes: PanelAxes, method: Method, schema: str = "measures"
) -> Counts:
    """Read all counts; of random groups (`schema` random_groups) there are fewer tables."""
    n_bins = n_ratio_bins(method)
    prices = panel.read_price_ratios(con, axes, n_bins, schema)
    totals = read_totals(con, axes, schema)
    first_rounds = panel.read_count_rows(con, axes, "round_counts", "stage = 'first'", schema)
    return Counts(
        totals,
        panel.price_histogram(prices, axes, n_bins),
        panel.read_count_rows(con, axes, "case_counts", schema=schema),
        panel.read_count_rows(con, axes, "round_counts", schema=schema),
        CountRows(
            first_rounds.court,
            first_rounds.period,
            first_rounds.stratum,
            {f"first_{name}": first_rounds.counts[name] for name in FIRST_ROUND_COLUMNS},
        ),
        prices,
        panel.read_count_rows(con, axes, "lot_counts") if schema == "measures" else None,
    )


def window_totals(
    court_totals: dict[str, Array], windows: Windows, places: Places, observation: Observation | None = None
) -> dict[str, Array]:
    """Every named count of the method for places and windows: arrays (place, window), NaN where
    `observation` tells that too little of the window was observed, or a source with closings alone
    leaves it unknown."""
    place_counts = {name: panel.sum_members(array, places.members) for name, array in court_totals.items()}
    totals = {name: windows.sums(array) for name, array in place_counts.items()}
    net_inflow = place_counts["filed"] + place_counts["initial_stock"] - place_counts["closed"]
    totals = _add_composite_counts(totals, np.cumsum(net_inflow, axis=1)[:, windows.ends], windows)
    totals = _hide_unknown_counts(totals)
    if observation is None:
        return totals
    is_observed = {scope: observation.is_observed(scope, places, windows) for scope in Scope}
    scopes = {name: count_scope(name) for name in totals}
    return {
        name: array if (scope := scopes[name]) is None else np.where(is_observed[scope], array, np.nan)
        for name, array in totals.items()
    }


def _hide_unknown_counts(totals: dict[str, Array]) -> dict[str, Array]:
    """Counts with NaN where one of the sources of a place and window does not tell them."""
    if "closed_alone" not in totals:
        return totals  # of random groups, which have no such sources
    is_list = totals["zhongben_alone"] > 0
    is_unfollowed = is_list | (totals["closed_alone"] > 0)
    if not is_unfollowed.any():
        return totals
    for name in totals:
        count = name.split(PRODUCT)[0]
        if count in STOCK_COUNTS | {"filed", "initial_stock"}:
            totals[name] = np.where(is_unfollowed, np.nan, totals[name])
        elif count in CLOSING_COUNTS and not count.startswith("zhongben"):
            totals[name] = np.where(is_list, np.nan, totals[name])
    return totals


def _add_composite_counts(totals: dict[str, Array], pending_stock: Array, windows: Windows) -> dict[str, Array]:
    """Counts that are made of others."""
    totals["pending"] = pending_stock
    totals["handled"] = pending_stock + totals["closed"]
    totals["pending_days"] = pending_stock * windows.lengths_in_days()
    return totals | {name: totals[first] + totals[second] for name, (first, second) in COMPOSITE_COUNTS.items()}


def has_counts(spec: Estimate, counts: dict[str, Array]) -> bool:
    """Whether what an estimate is made of was counted: of random groups not everything is."""
    return {spec.numerator, spec.denominator} <= {*counts, ""}


# ---------------------------------------------------------------- as observed


def observed_estimates(
    counts: dict[str, Array],
    ratios: Array,
    places: Places,
    windows: Windows,
    indicators: Iterable[Indicator | Check],
    method: Method,
    design_effect: Mapping[str, float] = NO_EFFECTS,
) -> dict[str, IndicatorEstimate]:
    """Estimates of one level by indicator; `counts` are those of `window_totals`. Of design effects,
    those of medians are contained (see `rates.median`)."""
    estimates = {}
    for indicator in indicators:
        if indicator.estimate.kind == "median":
            parts = []
            for _, block in places.batches(CACHE_BATCH):
                histogram = windows.sums(panel.sum_members(ratios, block.members))
                n = histogram.sum(axis=-1)
                is_read = n >= MIN_PRICES
                effective_n = n[is_read] / design_effect.get(indicator.id, 1.0)
                value, se = rates.median(histogram[is_read], method.ratio_step, effective_n)
                parts.append(IndicatorEstimate(value, se, effective_n, ~np.isnan(se)).spread(is_read, n))
            estimates[indicator.id] = IndicatorEstimate.concatenate(parts)
        else:
            estimates[indicator.id] = ratio_estimate(indicator.estimate, counts, method.min_effective_n)
    return estimates


def ratio_estimate(spec: Estimate, counts: dict[str, Array], min_effective_n: int) -> IndicatorEstimate:
    """A share, a mean or a ratio of amounts from its counts (place, window). A ratio of amounts is not
    estimable where its claims are worth fewer than `min_effective_n` of one size: a few decide it."""
    y, x = counts[spec.numerator], counts[spec.denominator]
    if spec.kind == "share":
        value, se = rates.share(y, x)
        return IndicatorEstimate(value, se, x, x > 0)
    yy = counts[f"{spec.numerator}_x_{spec.numerator}"]
    if spec.kind == "mean":
        value, se = rates.amount_rate(y, x, yy, y, x, _mean_ceiling(y, x))
        return IndicatorEstimate(value, se, x, ~np.isnan(se))
    xy = counts[f"{spec.denominator}_x_{spec.numerator}"]
    xx = counts[f"{spec.denominator}_x_{spec.denominator}"]
    n = counts[AMOUNTS[spec.numerator, spec.denominator]]
    value, se = rates.amount_rate(y, x, yy, xy, xx)
    estimable = rates.effective_number(x, xx) >= min_effective_n
    return _withhold_concentrated(spec, IndicatorEstimate(value, np.where(estimable, se, np.nan), n, estimable))


def _withhold_concentrated(spec: Estimate, estimate: IndicatorEstimate) -> IndicatorEstimate:
    """The estimate with the reason why a ratio of amounts of known cases is not estimable."""
    if spec.kind != "amount_rate":
        return estimate
    is_concentrated = ~estimate.estimable & np.isfinite(estimate.n)
    return replace(estimate, withheld=np.where(is_concentrated, WITHHELD.index(Status.CONCENTRATED), 0))


def _mean_ceiling(y: Array, x: Array) -> Array:
    """The value of the upper pseudo-cases of a mean y / x, which has no highest value: twice the mean, so
    that they vary as an exponential does, and above 0 where all are 0 in whole units."""
    return rates.quotient(2.0 * y + 1.0, x)


def shares_above_median(
    ratios: Array, all_ratios: Array, windows: Windows, indicators: Iterable[Indicator | Check], method: Method
) -> dict[str, IndicatorEstimate]:
    """What stands for medians where groups tell how estimates vary: of the ratios of each group, the
    share above the median of all. The ratios that decide a median are few, and hardly vary between
    groups; its error is that of this share (Woodruff 1952)."""
    estimates = {}
    median_indicators = [i for i in indicators if i.estimate.kind == "median"]
    if median_indicators:
        overall_median, _ = rates.median(windows.sums(all_ratios), method.ratio_step)
        limit_bin = np.floor(np.nan_to_num(overall_median[0]) / method.ratio_step).astype(np.int64)
        histogram = windows.sums(ratios)
        value, se = rates.share_above(histogram, limit_bin)
        for indicator in median_indicators:
            n = histogram.sum(axis=-1)
            estimates[indicator.id] = IndicatorEstimate(value, se, n, n > 0)
    return estimates


# ---------------------------------------------------------------- brought to another mix


def standardised_estimates(
    counts: Counts,
    places: Places,
    weights: dict[str, CaseWeights],
    windows: Windows,
    indicators: Iterable[Indicator | Check],
    direct_estimates: dict[str, IndicatorEstimate],
    method: Method,
    design_effect: Mapping[str, float] = NO_EFFECTS,
) -> dict[str, IndicatorEstimate]:
    """The same by weighted cases and lots; `weights` are those of the processes case and lot,
    `direct_estimates` those as observed, whose n they keep. Of counts it is not known when their
    cases began: the weights are to be those of `case_mix.average_weights`. What is not counted by
    stratum is left out."""
    place_by_court = case_mix.map_courts_to_places(places, counts.ratios.shape[0])
    estimates = {}
    for indicator in indicators:
        spec = indicator.estimate
        if {spec.numerator, spec.denominator} & UNSTRATIFIED_COUNTS:
            continue
        if spec.kind == "median":
            effect = design_effect.get(indicator.id, 1.0)
            n = direct_estimates[indicator.id].n
            value_and_error = _weighted_median(counts.prices, places, weights["lot"], windows, method, effect, n)
        else:
            is_auction_count = spec.denominator in AUCTION_COUNTS
            value_and_error = _weighted_ratio(
                counts, place_by_court, weights["lot" if is_auction_count else "case"], windows, spec, method
            )
        weighted_estimate = IndicatorEstimate(
            *value_and_error,
            direct_estimates[indicator.id].n,
            # Of counts that are not known the weighted ones are not either.
            ~np.isnan(value_and_error[1]) & direct_estimates[indicator.id].estimable,
        )
        estimates[indicator.id] = _withhold_concentrated(spec, weighted_estimate)
    return estimates


def _weighted_ratio(
    counts: Counts,
    place_by_court: IntArray,
    weights: CaseWeights,
    windows: Windows,
    spec: Estimate,
    method: Method,
) -> rates.ValueWithError:
    """Value and standard error (place, window) of a ratio of weighted sums; NaN the error of amounts
    that a few claims decide, with the weights they have.

    Linearised as a ratio estimate (Cochran 1977, section 6.4): each case brings its squared weight.
    """

    def weighted_sums(name: str) -> tuple[Array, Array]:
        return _weighted_count(counts, place_by_court, weights, windows, name)

    (y, y2), (x, x2) = weighted_sums(spec.numerator), weighted_sums(spec.denominator)
    if spec.kind == "share":
        # Of n cases with weights w, the error of a share is that of (sum w)^2 / sum w^2 cases.
        n = np.divide(x**2, x2, out=np.zeros_like(x), where=x2 > 0)
        value = rates.quotient(y, x)
        return value, rates.share(value * n, n)[1]
    yy = weighted_sums(f"{spec.numerator}_x_{spec.numerator}")[1]
    if spec.kind == "mean":
        return rates.amount_rate(y, x, yy, y2, x2, _mean_ceiling(y, x))
    xy = weighted_sums(f"{spec.denominator}_x_{spec.numerator}")[1]
    xx = weighted_sums(f"{spec.denominator}_x_{spec.denominator}")[1]
    value, se = rates.amount_rate(y, x, yy, xy, xx)
    return value, np.where(rates.effective_number(x, xx) >= method.min_effective_n, se, np.nan)


def _weighted_count(
    counts: Counts, place_by_court: IntArray, weights: CaseWeights, windows: Windows, name: str
) -> tuple[Array, Array]:
    """Sums of weight x count and of squared weight x count: arrays (place, window)."""
    if name in STOCK_COUNTS:
        return _weighted_stock(counts.cases, place_by_court, weights, windows, name)
    if name in COMPOSITE_COUNTS:
        parts = [_weighted_count(counts, place_by_court, weights, windows, part) for part in COMPOSITE_COUNTS[name]]
        return parts[0][0] + parts[1][0], parts[0][1] + parts[1][1]
    rows = next(rows for rows in counts.stratum_rows if name in rows.counts)
    return _weighted_flow(rows, place_by_court, weights, windows, name)


def _weighted_flow(
    rows: CountRows, place_by_court: IntArray, weights: CaseWeights, windows: Windows, name: str
) -> tuple[Array, Array]:
    place_rows = case_mix.rows_from_counts(rows, place_by_court)
    [sums], [squared_sums] = case_mix.sum_by_window(
        place_rows, [rows.counts[name]], weights, windows, case_mix.window_offsets(windows)
    )
    return sums[..., 0], squared_sums[..., 0]


def _weighted_stock(
    rows: CountRows, place_by_court: IntArray, weights: CaseWeights, windows: Windows, name: str
) -> tuple[Array, Array]:
    """Weighted stocks: flows summed from the beginning, stratum by stratum."""
    weight = weights.weight
    n_places, _, n_strata = weight.shape
    place_rows = case_mix.rows_from_counts(rows, place_by_court)
    flow = rows.counts["filed"] + rows.counts["initial_stock"] - rows.counts["closed"]
    shape = (n_places, windows.axes.n_periods, n_strata)
    flat_index = np.ravel_multi_index((place_rows.place, place_rows.period, place_rows.stratum), shape)
    by_period = np.bincount(flat_index, flow[place_rows.source_rows], int(np.prod(shape))).reshape(shape)
    pending_stock = np.cumsum(by_period, axis=1)[:, windows.ends]
    sums, squared_sums = ((weight * pending_stock).sum(axis=-1), (weight**2 * pending_stock).sum(axis=-1))
    if name == "handled":
        closed_flow = _weighted_flow(rows, place_by_court, weights, windows, "closed")
        return sums + closed_flow[0], squared_sums + closed_flow[1]
    days = windows.lengths_in_days() if name == "pending_days" else 1.0
    return sums * days, squared_sums * days


def _weighted_median(
    prices: CountRows,
    places: Places,
    weights: CaseWeights,
    windows: Windows,
    method: Method,
    design_effect: float,
    n: Array,
) -> rates.ValueWithError:
    """Medians and standard errors (place, window) of `n` prices; NaN of too few."""
    n_bins = n_ratio_bins(method)
    ratio_bin = prices.counts["ratio_bin"].astype(np.int64)

    def locate_rows(place_by_court: IntArray) -> PlaceRows:
        rows = case_mix.rows_from_counts(prices, place_by_court)
        return replace(rows, inner=ratio_bin[rows.source_rows], inner_size=n_bins)

    wanted = n >= MIN_PRICES
    parts = []
    for rows, batch_weights, batch_wanted in case_mix.batches(
        locate_rows, len(windows.axes.courts), places, weights, wanted
    ):
        [histogram], [squared_histogram] = case_mix.sum_by_window(
            rows, [prices.counts["n"]], batch_weights, windows, case_mix.window_offsets(windows), batch_wanted
        )
        effective_n = rates.effective_number(histogram.sum(axis=-1), squared_histogram.sum(axis=-1))
        parts.append(rates.median(histogram, method.ratio_step, effective_n / design_effect))
    value, se = (spread(np.concatenate(column), wanted) for column in zip(*parts, strict=True))
    return value, se
