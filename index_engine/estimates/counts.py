"""Estimates from counts: shares, means, amounts and median prices, of every unit and window, as
observed and brought to another case mix; and the figures shown beside the score."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from index_engine.estimates import mix, panel, rates
from index_engine.estimates.estimated import Estimated, blocks
from index_engine.estimates.incidence import Array
from index_engine.estimates.mix import Weights
from index_engine.estimates.panel import CountRows, Frame, Index
from index_engine.estimates.units import Units
from index_engine.estimates.windows import Windows
from index_engine.method import AUCTION_COUNTS, Check, Estimate, Indicator, Method
from index_engine.method.model import AMOUNTS

KINDS = ("share", "mean", "amount_rate", "median")
RATIO_CEILING = 3.0  # price ratios of this and more share the last bin, see price_ratios.sql
STOCKS = {"pending", "handled", "pending_days"}
UNTOLD = {"numbered_received", "numbered_expected"}  # of no stratum: nobody knows the missing
SUMS = {  # counts that are made of others
    "recovered_in_kind": ("recovered_setoff", "recovered_asset_swap"),
    "recovered_arranged": ("recovered_instalment", "recovered_restructuring"),
}


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
    def by_stratum(self) -> tuple[CountRows, ...]:
        rows = (self.cases, self.first_rounds, self.rounds)
        return rows if self.lots is None else (*rows, self.lots)


def ratio_bins(method: Method) -> int:
    return round(RATIO_CEILING / method.ratio_step) + 1


def read_totals(
    con: duckdb.DuckDBPyConnection, frame: Frame, schema: str = "measures"
) -> dict[str, Array]:
    """Every count by name as (court, period) arrays."""
    first = panel.read_counts(con, frame, "round_counts", "stage = 'first'", schema)
    totals = {
        **panel.read_counts(con, frame, "case_counts", schema=schema),
        **panel.read_counts(con, frame, "round_counts", schema=schema),
        "first_held": first["held"],
        "first_sold": first["sold"],
    }
    if schema == "measures":
        for table in ("coverage", "lot_counts"):
            totals |= panel.read_counts(con, frame, table)
    return totals


def read(
    con: duckdb.DuckDBPyConnection, frame: Frame, method: Method, schema: str = "measures"
) -> Counts:
    """Read all counts; of random groups (`schema` grouped) there are fewer tables."""
    bins = ratio_bins(method)
    prices = panel.read_ratios(con, frame, bins, schema)
    totals = read_totals(con, frame, schema)
    first_rounds = panel.read_count_rows(con, frame, "round_counts", "stage = 'first'", schema)
    return Counts(
        totals,
        panel.histogram(prices, frame, bins),
        panel.read_count_rows(con, frame, "case_counts", schema=schema),
        panel.read_count_rows(con, frame, "round_counts", schema=schema),
        CountRows(
            first_rounds.court,
            first_rounds.period,
            first_rounds.stratum,
            {f"first_{name}": first_rounds.counts[name] for name in ("held", "sold")},
        ),
        prices,
        panel.read_count_rows(con, frame, "lot_counts") if schema == "measures" else None,
    )


def totals_of(read: dict[str, Array], windows: Windows, members: list[Index]) -> dict[str, Array]:
    """Every named count of the method for units and windows: arrays (unit, window)."""
    gathered = {name: panel.gather(array, members) for name, array in read.items()}
    found = {name: windows.sums(array) for name, array in gathered.items()}
    flows = gathered["filed"] + gathered["taken_over"] - gathered["closed"]
    return _with_sums(found, np.cumsum(flows, axis=1)[:, windows.ends], windows)


def _with_sums(found: dict[str, Array], pending: Array, windows: Windows) -> dict[str, Array]:
    """Counts that are made of others."""
    found["pending"] = pending
    found["handled"] = pending + found["closed"]
    found["pending_days"] = pending * windows.days()
    return found | {name: found[one] + found[other] for name, (one, other) in SUMS.items()}


def are_there(spec: Estimate, counts: dict[str, Array]) -> bool:
    """Whether what an estimate is made of was counted: of random groups not everything is."""
    return {spec.numerator, spec.denominator} <= {*counts, ""}


# ---------------------------------------------------------------- as observed


def observed(
    counts: dict[str, Array],
    ratios: Array,
    level: Units,
    windows: Windows,
    wanted: Iterable[Indicator | Check],
    method: Method,
) -> dict[str, Estimated]:
    """Estimates of one level by indicator; `counts` are those of `totals_of`."""
    found = {}
    for entry in wanted:
        if entry.estimate.kind == "median":
            parts = []
            for part in blocks(level):
                histogram = windows.sums(panel.gather(ratios, part.members))
                value, se = rates.median(histogram, method.ratio_step)
                parts.append(Estimated(value, se, histogram.sum(axis=-1), ~np.isnan(se)))
            found[entry.id] = Estimated.stacked(parts)
        else:
            found[entry.id] = of_counts(entry.estimate, counts)
    return found


def of_counts(spec: Estimate, counts: dict[str, Array]) -> Estimated:
    """A share, a mean or a ratio of amounts from its counts (unit, window)."""
    y, x = counts[spec.numerator], counts[spec.denominator]
    if spec.kind == "share":
        value, se = rates.share(y, x)
        return Estimated(value, se, x, x > 0)
    yy = counts[f"{spec.numerator}_x_{spec.numerator}"]
    if spec.kind == "mean":
        value, se = rates.amount_rate(y, x, yy, y, x, x)
        return Estimated(value, se, x, ~np.isnan(se))
    xy = counts[f"{spec.denominator}_x_{spec.numerator}"]
    xx = counts[f"{spec.denominator}_x_{spec.denominator}"]
    n = counts[AMOUNTS[spec.numerator, spec.denominator]]
    value, se = rates.amount_rate(y, x, yy, xy, xx, n)
    return Estimated(value, se, n, ~np.isnan(se))


# ---------------------------------------------------------------- brought to another mix


def brought_to(
    counts: Counts,
    level: Units,
    weights: dict[str, Weights],
    windows: Windows,
    wanted: Iterable[Indicator | Check],
    plain: dict[str, Estimated],
    method: Method,
) -> dict[str, Estimated]:
    """The same by weighted cases and lots; `weights` are those of the clocks case and lot, `plain`
    the estimates as observed, whose n they keep. Of counts it is not known when their cases began:
    the weights are to be those of `mix.averaged`. What is not counted by stratum is left out."""
    unit_of = mix.unit_of_court(level, counts.ratios.shape[0])
    found = {}
    for entry in wanted:
        spec = entry.estimate
        if {spec.numerator, spec.denominator} & UNTOLD:
            continue
        if spec.kind == "median":
            item = _median(counts.prices, unit_of, weights["lot"], windows, method)
        else:
            on_lots = spec.denominator in AUCTION_COUNTS
            item = _weighted(counts, unit_of, weights["lot" if on_lots else "case"], windows, spec)
        found[entry.id] = Estimated(*item, plain[entry.id].n, ~np.isnan(item[1]))
    return found


def _weighted(
    counts: Counts, unit_of: Index, weights: Weights, windows: Windows, spec: Estimate
) -> rates.Estimated:
    """Value and standard error (unit, window) of a ratio of weighted sums.

    Linearised as a ratio estimate (Cochran 1977, section 6.4): each case brings its squared weight.
    """

    def both(name: str) -> tuple[Array, Array]:
        return _sums(counts, unit_of, weights, windows, name)

    (y, y2), (x, x2) = both(spec.numerator), both(spec.denominator)
    if spec.kind == "share":
        # Of n cases with weights w, the error of a share is that of (sum w)^2 / sum w^2 cases.
        n = np.divide(x**2, x2, out=np.zeros_like(x), where=x2 > 0)
        value = rates.quotient(y, x)
        return value, rates.share(value * n, n)[1]
    yy = both(f"{spec.numerator}_x_{spec.numerator}")[1]
    if spec.kind == "mean":
        return rates.amount_rate(y, x, yy, y2, x2, x)
    xy = both(f"{spec.denominator}_x_{spec.numerator}")[1]
    xx = both(f"{spec.denominator}_x_{spec.denominator}")[1]
    n = both(AMOUNTS[spec.numerator, spec.denominator])[0]
    return rates.amount_rate(y, x, yy, xy, xx, n)


def _sums(
    counts: Counts, unit_of: Index, weights: Weights, windows: Windows, name: str
) -> tuple[Array, Array]:
    """Sums of weight x count and of squared weight x count: arrays (unit, window)."""
    if name in STOCKS:
        return _stock(counts.cases, unit_of, weights, windows, name)
    if name in SUMS:
        parts = [_sums(counts, unit_of, weights, windows, part) for part in SUMS[name]]
        return parts[0][0] + parts[1][0], parts[0][1] + parts[1][1]
    rows = next(rows for rows in counts.by_stratum if name in rows.counts)
    return _flow(rows, unit_of, weights, windows, name)


def _flow(
    rows: CountRows, unit_of: Index, weights: Weights, windows: Windows, name: str
) -> tuple[Array, Array]:
    placed = mix.placed_rows(rows, unit_of)
    [plain], [squared] = mix.add_up(
        placed, [rows.counts[name]], weights, windows, mix.within(windows)
    )
    return plain[..., 0], squared[..., 0]


def _stock(
    rows: CountRows, unit_of: Index, weights: Weights, windows: Windows, name: str
) -> tuple[Array, Array]:
    """Weighted stocks: flows summed from the beginning, stratum by stratum."""
    weight = weights.weight
    units, _, strata = weight.shape
    placed = mix.placed_rows(rows, unit_of)
    flow = rows.counts["filed"] + rows.counts["taken_over"] - rows.counts["closed"]
    shape = (units, windows.frame.periods, strata)
    at = np.ravel_multi_index((placed.unit, placed.period, placed.stratum), shape)
    by_period = np.bincount(at, flow[placed.kept], int(np.prod(shape))).reshape(shape)
    pending = np.cumsum(by_period, axis=1)[:, windows.ends]
    plain, squared = (weight * pending).sum(axis=-1), (weight**2 * pending).sum(axis=-1)
    if name == "handled":
        closed = _flow(rows, unit_of, weights, windows, "closed")
        return plain + closed[0], squared + closed[1]
    days = windows.days() if name == "pending_days" else 1.0
    return plain * days, squared * days


def _median(
    prices: CountRows, unit_of: Index, weights: Weights, windows: Windows, method: Method
) -> rates.Estimated:
    rows = mix.placed_rows(prices, unit_of)
    bins = ratio_bins(method)
    inner = prices.counts["ratio_bin"][rows.kept].astype(np.int64)
    rows = replace(rows, inner=inner, inner_size=bins)
    [histogram], [squared] = mix.add_up(
        rows, [prices.counts["n"]], weights, windows, mix.within(windows)
    )
    total, spread = histogram.sum(axis=-1), squared.sum(axis=-1)
    effective = np.divide(total**2, spread, out=np.zeros_like(total), where=spread > 0)
    return rates.median(histogram, method.ratio_step, effective)
