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

from index_engine.index.sensitivity import (
    GROUPS,
    NO_EFFECT,
    changes,
    drawn,
    evaluate,
    inputs,
    nominal,
)
from index_engine.method import Method

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]

NOT_ESTIMABLE = "not estimable"
RESAMPLES = 200  # of the bootstrap behind a half-width
RUNS, OUTPUTS = 512, 512  # looked at together, to bound memory


@dataclass(frozen=True)
class Indices:
    """Sobol indices, arrays (group, output): `first` and `total`, half the widths of their
    confidence intervals, and `reason`: NO_EFFECT where the group, or everything, leaves the output
    as it is, NOT_ESTIMABLE where a run has no output or only the exchanges change it, else ''."""

    groups: tuple[str, ...]
    first: Array
    first_half: Array
    total: Array
    total_half: Array
    reason: Words


@dataclass(frozen=True)
class Sensitivities:
    """`overall`: indices of the mean absolute change of rank over units, one row a group; `units`:
    of the rank of each unit, one row a `unit` (its position) and group. Both with the columns of
    Indices."""

    overall: pd.DataFrame
    units: pd.DataFrame


def sobol(
    method: Method,
    value: Array,
    shrunk: Array,
    *,
    base: int,
    concentration: float,
    goalpost_shift: float,
    seed: int,
) -> Sensitivities:
    """Indices of the groups of choices in GROUPS, from base x (groups + 2) runs.

    The overall output is that of Saisana, Saltelli and Tarantola (2005, J. R. Stat. Soc. A 168:
    307-323): the mean over units of the absolute change of rank. Units without a score
    in the method itself are left out of `units`. Arrays as in index_engine.index.sensitivity.
    """
    before = evaluate(method, value, shrunk, nominal(method))[0]
    known = np.flatnonzero(~np.isnan(before))

    def model(uniform: Array) -> Array:
        choices = drawn(method, uniform, concentration, goalpost_shift)
        moved = np.empty((len(uniform), known.size))
        for first in range(0, len(uniform), RUNS):
            rows = slice(first, first + RUNS)
            scores = evaluate(method, value[known], shrunk[known], choices.at(rows))
            moved[rows] = changes(before[known], scores)
        there = ~np.isnan(moved)
        count = there.sum(axis=1)
        total = np.abs(np.where(there, moved, 0.0)).sum(axis=1)
        overall = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
        return np.column_stack([overall, moved])

    found = indices(inputs(method), model, base=base, seed=seed)
    overall = pd.DataFrame({"group": GROUPS, **_columns(found, slice(0, 1))})
    units = pd.DataFrame(
        {
            "unit": np.repeat(known, len(GROUPS)),
            "group": np.tile(np.array(GROUPS), known.size),
            **_columns(found, slice(1, None)),
        }
    )
    return Sensitivities(overall, units)


def _columns(found: Indices, outputs: slice) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of some outputs, output by output."""
    names = ("first", "first_half", "total", "total_half", "reason")
    return {name: getattr(found, name)[:, outputs].T.ravel() for name in names}


def indices(
    groups: Sequence[str],
    model: Callable[[Array], Array],
    *,
    base: int,
    seed: int,
    confidence: float = 0.95,
) -> Indices:
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
    figures = np.full((4, len(names), runs.shape[-1]), np.nan)
    reasons = np.empty(figures.shape[1:], dtype=f"<U{len(NOT_ESTIMABLE)}")
    for start in range(0, runs.shape[-1], OUTPUTS):
        part = slice(start, start + OUTPUTS)
        usable, reasons[:, part] = _reasons(runs[:, :, part])
        if usable.any():
            found = _estimates(runs[:, :, part][:, :, usable], samples, z)
            figures[:, :, part][:, :, usable] = found
    first, first_half, total, total_half = figures
    return Indices(names, first, first_half, total, total_half, reasons)


def _reasons(runs: Array) -> tuple[Flags, Words]:
    """Whether an output (output,) has indices, and the reasons (group, output), from `runs` (point,
    A or group or B, output)."""
    missing = np.isnan(runs).any(axis=(0, 1))
    known = np.where(missing, 0.0, runs)
    still = (np.ptp(known, axis=(0, 1)) == 0.0) & ~missing
    # The variance is that over A and B, where nothing is exchanged.
    usable = known[:, [0, -1]].std(axis=(0, 1)) > 1e-6 * known.std(axis=(0, 1))
    unmoved = (known[:, 1:-1] == known[:, :1]).all(axis=0)
    without_effect = still | (usable & unmoved)
    return usable, np.select([without_effect, ~usable], [NO_EFFECT, NOT_ESTIMABLE], "")


def _estimates(runs: Array, samples: Array, z: float) -> Array:
    """First, its half-width, total, its half-width (figure, group, output) from `runs` (point, A or
    group or B, output), none constant over A and B, and bootstrap `samples` (sample, point)."""
    from SALib.analyze.sobol import first_order, total_order

    # Centred, because the first-order estimator errs the more, the further the mean is from 0.
    scaled = (runs - runs.mean(axis=(0, 1))) / runs.std(axis=(0, 1))
    a, b = scaled[:, 0], scaled[:, -1]
    variance = samples @ (a**2 + b**2) / 2.0 - (samples @ (a + b) / 2.0) ** 2
    found = np.empty((4, runs.shape[1] - 2, runs.shape[2]))
    for group in range(found.shape[1]):
        exchanged = scaled[:, group + 1]
        found[0, group] = first_order(a, exchanged, b)
        found[1, group] = z * _spread(samples @ (b * (exchanged - a)), variance)
        found[2, group] = total_order(a, exchanged, b)
        found[3, group] = z * _spread(samples @ (a - exchanged) ** 2 / 2.0, variance)
    return found


def _spread(part: Array, variance: Array) -> Array:
    """Standard deviations over bootstrap samples (sample, output) of part / variance, leaving out
    samples that drew no variance."""
    ratio = np.divide(part, variance, out=np.full_like(part, np.nan), where=variance > 1e-12)
    spread: Array = np.nanstd(ratio, axis=0, ddof=1)
    return spread
