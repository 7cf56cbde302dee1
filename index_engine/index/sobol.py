"""Which choice of the method the ranks depend on most: variance-based sensitivity.

The first-order index of a group of inputs is the share of an output's variance that goes when the
group is known; the total index the share that stays when all others are known, interactions
included (Sobol 2001, Math. Comput. Simul. 55: 271-280; Homma and Saltelli 1996, Reliab. Eng. Syst.
Saf. 52: 1-17). First order is estimated after Saltelli et al. (2010, Comput. Phys. Commun. 181:
259-270, table 2, formula b), total after Jansen (1999, Comput. Phys. Commun. 117: 35-43; formula f
of that table), on scrambled Sobol points.

A choice such as 'the goalposts' is many numbers. They stay separate inputs and are exchanged
together as one group, which gives the group's index exactly as defined; a single number driving
directions through the weights would give the index of the directions picked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.arrays import Array, BoolArray, ratio
from index_engine.index.rank_changes import rank_changes
from index_engine.index.sensitivity import (
    GROUPS,
    NO_EFFECT,
    draw_scenarios,
    evaluate_scenarios,
    input_groups,
    nominal_scenario,
)
from index_engine.method import Method

Strings = npt.NDArray[np.str_]

NOT_ESTIMABLE = "not estimable"
RESAMPLES = 200  # of the bootstrap behind a half-width
BLOCK_RUNS, BLOCK_OUTPUTS = 512, 512  # looked at together, to bound memory


@dataclass(frozen=True)
class SobolIndices:
    """Sobol indices, arrays (group, output): `first` and `total`, half the widths of their
    confidence intervals, and `reason`: NO_EFFECT where the group, or everything, leaves the output
    as it is, NOT_ESTIMABLE where a run has no output or only the exchanges change it, else ''."""

    groups: tuple[str, ...]
    first: Array
    first_half: Array
    total: Array
    total_half: Array
    reason: Strings


@dataclass(frozen=True)
class SobolTables:
    """`overall`: indices of the mean absolute change of rank over places, one row a group; `units`:
    of the rank of each place, one row a `unit` (its position) and group. Both with the columns of
    Indices."""

    overall: pd.DataFrame
    places: pd.DataFrame


def sobol_tables(
    method: Method, value: Array, shrunk: Array, *, base: int, concentration: float, goalpost_shift: float, seed: int
) -> SobolTables:
    """Indices of the groups of choices in GROUPS, from base x (groups + 2) runs.

    The overall output is that of Saisana, Saltelli and Tarantola (2005, J. R. Stat. Soc. A 168:
    307-323): the mean over places of the absolute change of rank. Places without a score
    in the method itself are left out of `units`. Arrays as in index_engine.index.sensitivity.
    """
    base_scores = evaluate_scenarios(method, value, shrunk, nominal_scenario(method))[0]
    scored_positions = np.flatnonzero(~np.isnan(base_scores))

    def model(uniform: Array) -> Array:
        scenarios = draw_scenarios(method, uniform, concentration, goalpost_shift)
        changes = np.empty((len(uniform), scored_positions.size))
        for first in range(0, len(uniform), BLOCK_RUNS):
            rows = slice(first, first + BLOCK_RUNS)
            scores = evaluate_scenarios(
                method, value[scored_positions], shrunk[scored_positions], scenarios.subset(rows)
            )
            changes[rows] = rank_changes(base_scores[scored_positions], scores)
        present = ~np.isnan(changes)
        count = present.sum(axis=1)
        total = np.abs(np.where(present, changes, 0.0)).sum(axis=1)
        return np.column_stack([ratio(total, count), changes])

    indices = sobol_indices(input_groups(method), model, base=base, seed=seed)
    overall = pd.DataFrame({"group": GROUPS, **_index_columns(indices, slice(0, 1))})
    place_table = pd.DataFrame(
        {
            "unit": np.repeat(scored_positions, len(GROUPS)),
            "group": np.tile(np.array(GROUPS), scored_positions.size),
            **_index_columns(indices, slice(1, None)),
        }
    )
    return SobolTables(overall, place_table)


def _index_columns(indices: SobolIndices, outputs: slice) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of some outputs, output by output."""
    names = ("first", "first_half", "total", "total_half", "reason")
    return {name: getattr(indices, name)[:, outputs].T.ravel() for name in names}


def sobol_indices(
    groups: Sequence[str], model: Callable[[Array], Array], *, base: int, seed: int, confidence: float = 0.95
) -> SobolIndices:
    """Indices of groups of uniform inputs to a model.

    groups: the group of each input; model: from inputs (run, input) on 0..1 to outputs (run,
    output), NaN where there is none; base: a power of 2, the number of Sobol points. Half-widths
    are z x the standard deviation over bootstrap samples of the points (Archer, Saltelli and Sobol
    1997); points of a Sobol sequence err less than independent ones, so they are on the wide side.
    """
    from SALib.sample.sobol import sample

    problem = {
        "num_vars": len(groups),
        "names": [f"input {position}" for position in range(len(groups))],
        "groups": list(groups),
        "bounds": [[0.0, 1.0]] * len(groups),
    }
    outputs = model(sample(problem, base, calc_second_order=False, seed=seed))
    # A run of the points A, then A with each group exchanged for that of B, then B.
    names = tuple(dict.fromkeys(groups))
    runs = outputs.reshape(base, len(names) + 2, -1)
    # Bootstrap samples as shares of each point: every mean over a sample is a matrix product.
    rng = np.random.Generator(np.random.PCG64(seed))
    samples = rng.multinomial(base, np.full(base, 1.0 / base), size=RESAMPLES) / base
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    index_values = np.full((4, len(names), runs.shape[-1]), np.nan)
    reasons = np.empty(index_values.shape[1:], dtype=f"<U{len(NOT_ESTIMABLE)}")
    for start in range(0, runs.shape[-1], BLOCK_OUTPUTS):
        part = slice(start, start + BLOCK_OUTPUTS)
        usable, reasons[:, part] = _reasons(runs[:, :, part])
        if usable.any():
            part_values = _estimates(runs[:, :, part][:, :, usable], samples, z)
            index_values[:, :, part][:, :, usable] = part_values
    first, first_half, total, total_half = index_values
    return SobolIndices(names, first, first_half, total, total_half, reasons)


def _reasons(runs: Array) -> tuple[BoolArray, Strings]:
    """Whether an output (output,) has indices, and the reasons (group, output), from `runs` (point,
    A or group or B, output)."""
    incomplete = np.isnan(runs).any(axis=(0, 1))
    filled_runs = np.where(incomplete, 0.0, runs)
    constant = (np.ptp(filled_runs, axis=(0, 1)) == 0.0) & ~incomplete
    # The variance is that over A and B, where nothing is exchanged.
    usable = filled_runs[:, [0, -1]].std(axis=(0, 1)) > 1e-6 * filled_runs.std(axis=(0, 1))
    no_group_effect = (filled_runs[:, 1:-1] == filled_runs[:, :1]).all(axis=0)
    without_effect = constant | (usable & no_group_effect)
    return usable, np.select([without_effect, ~usable], [NO_EFFECT, NOT_ESTIMABLE], "")


def _estimates(runs: Array, samples: Array, z: float) -> Array:
    """First, its half-width, total, its half-width (figure, group, output) from `runs` (point, A or
    group or B, output), none constant over A and B, and bootstrap `samples` (sample, point)."""
    from SALib.analyze.sobol import first_order, total_order

    # Centred, because the first-order estimator errs the more, the further the mean is from 0.
    standardised = (runs - runs.mean(axis=(0, 1))) / runs.std(axis=(0, 1))
    a, b = standardised[:, 0], standardised[:, -1]
    variance = samples @ (a**2 + b**2) / 2.0 - (samples @ (a + b) / 2.0) ** 2
    index_values = np.empty((4, runs.shape[1] - 2, runs.shape[2]))
    for group in range(index_values.shape[1]):
        group_runs = standardised[:, group + 1]
        index_values[0, group] = first_order(a, group_runs, b)
        index_values[1, group] = z * _bootstrap_sd(samples @ (b * (group_runs - a)), variance)
        index_values[2, group] = total_order(a, group_runs, b)
        index_values[3, group] = z * _bootstrap_sd(samples @ (a - group_runs) ** 2 / 2.0, variance)
    return index_values


def _bootstrap_sd(numerator: Array, variance: Array) -> Array:
    """Standard deviations over bootstrap samples (sample, output) of part / variance, leaving out
    samples that drew no variance."""
    ratio = np.divide(numerator, variance, out=np.full_like(numerator, np.nan), where=variance > 1e-12)
    sd: Array = np.nanstd(ratio, axis=0, ddof=1)
    return sd
