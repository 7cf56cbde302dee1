"""Waiting times at the steps of the procedure: cumulative incidences, the open waits counted.

Of the waits under way in a window: n, done (passed in the window), waiting (open at its end), beyond
(of those, over the most that the law allows; NaN without such a limit); q25, median, q75 (days by
which that share of all have passed: of the cumulative incidence, in which a wait that ended
otherwise never passes; NaN where not reached), median_low, median_high (where the pointwise log-log
interval crosses one half, as Brookmeyer and Crowley 1982, Biometrics 38: 29-41); passed, until
(share passed by the end of the curve, its day); within (share passed within the limit; of a 'least'
limit, not before it), within_low, within_high (NaN where none or all are).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.arrays import Array
from index_engine.estimates import incidence
from index_engine.method import Method
from index_engine.method.procedure_steps import ProcedureStep

NO_EFFECTS: Mapping[str, float] = {}
QUARTILES = {"q25": 0.25, "median": 0.5, "q75": 0.75}
COLUMNS = ("n", "done", "waiting", "beyond", *QUARTILES, "median_low", "median_high")
COLUMNS += ("passed", "until", "within", "within_low", "within_high")
# OPEN_AT_END is a part of CENSORED.
FLOWS = ENTRIES, CENSORED, OPEN_AT_END, STEP_EVENTS, COMPETING_EVENTS = range(5)


def waiting_time_table(
    cells: pd.DataFrame, steps: Sequence[ProcedureStep], method: Method, step_effects: Mapping[str, float] = NO_EFFECTS
) -> pd.DataFrame:
    """One row a step: its id as `node`, and COLUMNS; intervals widened by `step_effects`, the design
    effects of steps.

    `cells`: process, flow ('entry', 'leave' or an event), age_bin (the number of bins for all ages
    beyond the grid), waiting (of those that left, open when the window ended), n and elapsed_days (days
    of the bin passed, summed over the n). Where fewer than the method's least cell are under way,
    all but `node` are NaN; where none is, n is 0: nothing waits, or the files do not date the step.
    """
    grid = method.ages
    n, elapsed_days = _dense_counts(cells, steps, grid.n_bins)
    events = n[:, [STEP_EVENTS, COMPETING_EVENTS], : grid.n_bins]
    at_risk = incidence.number_at_risk(
        n[:, ENTRIES, : grid.n_bins],
        elapsed_days[:, ENTRIES, : grid.n_bins],
        n[:, CENSORED, : grid.n_bins],
        elapsed_days[:, CENSORED, : grid.n_bins],
        events,
        grid,
    )
    curves = incidence.aalen_johansen(events, at_risk, method.min_at_risk, method.max_unresolved)
    table_rows = []
    for position, step in enumerate(steps):
        row: dict[str, object] = {"node": step.id, **dict.fromkeys(COLUMNS, np.nan)}
        step_counts = n[position]
        if not step_counts[ENTRIES].any():
            row["n"] = 0.0
        elif step_counts[ENTRIES].sum() >= method.min_cell:
            totals = step_counts.sum(axis=-1)
            row |= {"n": totals[ENTRIES], "done": totals[STEP_EVENTS], "waiting": totals[OPEN_AT_END]}
            row |= _curve_measures(step, curves.select(position), method, step_effects.get(step.id, 1.0))
            if step.limit == "most":
                row["beyond"] = step_counts[OPEN_AT_END, int(grid.bin_index(step.limit_days or 0)) + 1 :].sum()
        table_rows.append(row)
    return pd.DataFrame(table_rows)


def _dense_counts(rows: pd.DataFrame, steps: Sequence[ProcedureStep], bins: int) -> tuple[Array, Array]:
    """Counts and days of the bin passed, arrays (step, flow, bin); the last bin is all ages beyond
    the grid."""
    flow_index = {}
    for position, step in enumerate(steps):
        flow_names = rows.loc[rows["process"] == step.process, "flow"].unique()
        for flow in flow_names:
            flow_code = STEP_EVENTS if step.is_end_event(flow) else COMPETING_EVENTS
            flow_index[step.process, flow] = position * len(FLOWS) + {"entry": ENTRIES, "leave": CENSORED}.get(
                flow, flow_code
            )
    step_rows = rows[rows["process"].isin([step.process for step in steps])]
    flow_indices = [flow_index[key] for key in zip(step_rows["process"], step_rows["flow"], strict=True)]
    flat_index = np.array(flow_indices, dtype=np.int64) * (bins + 1) + step_rows["age_bin"].to_numpy(np.int64)
    shape = (len(steps), len(FLOWS), bins + 1)
    is_open = step_rows["waiting"].to_numpy(bool)
    n, elapsed_days, open_counts = (
        np.bincount(flat_index, weights, int(np.prod(shape))).astype(np.float64).reshape(shape)
        for weights in (step_rows["n"], step_rows["elapsed_days"], step_rows["n"] * is_open)
    )
    n[:, OPEN_AT_END] = open_counts[:, CENSORED]
    return n, elapsed_days


def _curve_measures(
    step: ProcedureStep, curves: incidence.IncidenceCurves, method: Method, design_effect: float
) -> dict[str, object]:
    """Quartiles, the interval of the median and the share within the limit, of one curve."""
    grid, reach = method.ages, int(curves.n_estimable_bins)
    if reach == 0:
        return {}
    bin_ends = np.array(grid.edges[1 : reach + 1]) - 1.0  # last day of each bin
    cumulative_weights = np.tril(np.ones((grid.n_bins, grid.n_bins)))[:reach]
    item = incidence.mass_functional(curves, 0, cumulative_weights)
    share = np.clip(item.value, 0.0, 1.0)
    se = np.sqrt(design_effect * incidence.sampling_variance(curves, 0, cumulative_weights, grid))
    low, high = _log_log_interval(share, se, method.z)
    measures: dict[str, object] = {
        name: _first_day(share, threshold, bin_ends) for name, threshold in QUARTILES.items()
    }
    measures |= {
        "median_low": _first_day(high, 0.5, bin_ends),
        "median_high": _first_day(low, 0.5, bin_ends),
        "passed": float(share[-1]),
        "until": float(bin_ends[-1]),
    }
    if step.limit_days is not None:
        threshold = int(grid.bin_index(step.limit_days))
        if threshold < reach:
            share_within_limit = [float(curve[threshold]) for curve in (share, low, high)]
            if step.limit == "least":
                share_within_limit = [
                    1.0 - share_within_limit[0],
                    1.0 - share_within_limit[2],
                    1.0 - share_within_limit[1],
                ]
            measures |= dict(zip(("within", "within_low", "within_high"), share_within_limit, strict=True))
    return measures


def _log_log_interval(share: Array, se: Array, z: float) -> tuple[Array, Array]:
    """Pointwise interval of an incidence on the scale log(-log(1 - F)), which keeps it in 0..1; where
    none or all have passed, that scale has no place for it, on the plain one."""
    is_interior = ~_is_degenerate(share)
    safe_share = np.where(is_interior, share, 0.5)
    cumulative_hazard = -np.log1p(-safe_share)
    # Near an end the scale runs away: beyond e^30 either way the interval is all of 0..1.
    scale_factor = np.exp(np.minimum(z * se / ((1.0 - safe_share) * cumulative_hazard), 30.0))
    low = -np.expm1(-cumulative_hazard / scale_factor)
    high = -np.expm1(-cumulative_hazard * scale_factor)
    margin = z * se
    return (
        np.where(is_interior, low, np.maximum(share - margin, 0.0)),
        np.where(is_interior, high, np.minimum(share + margin, 1.0)),
    )


def _is_degenerate(share: Array) -> npt.NDArray[np.bool_]:
    """Whether none or all have passed, but for rounding."""
    degenerate: npt.NDArray[np.bool_] = (share < 1e-9) | (share > 1.0 - 1e-9)
    return degenerate


def _first_day(share: Array, quantile: float, bin_ends: Array) -> float:
    """First day by which `share` reaches `quantile`, between the ends of two bins on a straight line."""
    reaches_quantile = share >= quantile - 1e-12
    if not reaches_quantile.any():
        return float("nan")
    k = int(reaches_quantile.argmax())
    previous_share, previous_day = (share[k - 1], bin_ends[k - 1]) if k else (0.0, 0.0)
    return float(
        previous_day + (bin_ends[k] - previous_day) * (quantile - previous_share) / (share[k] - previous_share)
    )
