"""What small numbers do to an order of courts, raw and shrunk, where the truth is known.

    python -m bench.small_courts [--worlds 1000] [--seed 8]

Worlds are drawn in which 100 courts differ in their true share, beta distributed around 40 % with
a standard deviation of 4 percentage points, and cases are binomial. Three questions: courts of one
size; courts of five sizes; and courts of two kinds, where shrinking to the wrong peers would pull
them to where they do not belong. Errors behind +- are Monte Carlo standard errors over worlds.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index_engine.estimates import shrinkage

Array = npt.NDArray[np.float64]

COURTS = 100
TOP_COUNT = 10  # how many are called the best
END_COUNT = 15  # how many at each end are looked at for their size
CENTRE, SPREAD = 0.40, 0.04
SIZES = (30, 100, 300, 1000, 3000)
SMALL = 2  # the smallest two of the five sizes
TIERS = (0.34, 0.46)  # centres of poor and rich courts
TIER_SPREAD = 0.02


@dataclass(frozen=True)
class MonteCarloMean:
    """Mean over worlds and its Monte Carlo standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class OneSize:
    """One way of estimating, courts of one size. `found`: share of the true top ten in the observed
    one; `moved`: mean places moved between two equal periods; `rmse` of all, `rmse_top` of the
    courts observed as the top ten, `bias_top` of the true top ten, all as shares; `covered` by 95 %
    intervals."""

    top_hits: MonteCarloMean
    mean_move: MonteCarloMean
    rmse: MonteCarloMean
    rmse_top: MonteCarloMean
    bias_top: MonteCarloMean
    coverage: MonteCarloMean


@dataclass(frozen=True)
class FiveSizes:
    """One way of estimating, courts of five sizes. `small`: share of the two smallest sizes among
    the 15 at each end; `found` as above; `error`: root mean squared error by size."""

    small_share: MonteCarloMean
    top_hits: MonteCarloMean
    error: tuple[float, ...]


@dataclass(frozen=True)
class SizeComparison:
    raw: FiveSizes
    shrunk: FiveSizes
    truth: MonteCarloMean  # share of the two smallest sizes among the 15 truly at each end


@dataclass(frozen=True)
class EstimatePair:
    raw: OneSize
    shrunk: OneSize


@dataclass(frozen=True)
class PeerErrors:
    """Root mean squared errors of courts of two kinds with 100 cases each."""

    raw: MonteCarloMean
    one_centre: MonteCarloMean
    own_centre: MonteCarloMean


@dataclass(frozen=True)
class SimulationResult:
    worlds: int
    seed: int
    by_cases: dict[int, EstimatePair]
    sizes: SizeComparison
    peers: PeerErrors


def measure(worlds: int = 1000, seed: int = 8) -> SimulationResult:
    """Run the three simulations; same arguments, same numbers."""
    return SimulationResult(
        worlds,
        seed,
        {cases: one_size(cases, seed, worlds) for cases in (30, 300, 3000)},
        five_sizes(seed, worlds),
        two_kinds(seed, worlds),
    )


def one_size(cases: int, seed: int, worlds: int) -> EstimatePair:
    """Courts with `cases` each, seen in two periods."""
    rng = np.random.Generator(np.random.PCG64([seed, cases]))
    n = np.full(COURTS, float(cases))
    rows: dict[str, list[list[float]]] = {"raw": [], "shrunk": []}
    for _ in range(worlds):
        true_shares = _true_shares(rng, CENTRE, SPREAD, COURTS)
        first, second = (rng.binomial(cases, true_shares).astype(float) for _ in range(2))
        # Ties are broken by an arbitrary code of the court, the same one for both ways.
        code = rng.permutation(COURTS)
        for name, estimate in (("raw", _raw_estimate), ("shrunk", _shrunk_estimate)):
            value, se = estimate(first, n)
            positions, later_positions = (_positions(v, code) for v in (value, estimate(second, n)[0]))
            is_top, is_true_top = positions < TOP_COUNT, _positions(true_shares, code) < TOP_COUNT
            rows[name].append(
                [
                    (is_top & is_true_top).sum() / TOP_COUNT,
                    np.abs(positions - later_positions).mean(),
                    ((value - true_shares) ** 2).mean(),
                    ((value - true_shares)[is_top] ** 2).mean(),
                    (value - true_shares)[is_true_top].mean(),
                    (np.abs(value - true_shares) < 1.96 * se).mean(),
                ]
            )
    return EstimatePair(*(_one_size(rows[name]) for name in ("raw", "shrunk")))


def five_sizes(seed: int, worlds: int) -> SizeComparison:
    """Twenty courts of each size, alike in truth whatever their size."""
    rng = np.random.Generator(np.random.PCG64([seed, len(SIZES)]))
    n = np.repeat(np.array(SIZES, dtype=float), COURTS // len(SIZES))
    is_small = n <= SIZES[SMALL - 1]
    end_shares: dict[str, list[float]] = {"raw": [], "shrunk": [], "truth": []}
    top_hits: dict[str, list[float]] = {"raw": [], "shrunk": []}
    squares: dict[str, list[Array]] = {"raw": [], "shrunk": []}
    for _ in range(worlds):
        true_shares = _true_shares(rng, CENTRE, SPREAD, COURTS)
        numerator = rng.binomial(n.astype(int), true_shares).astype(float)
        code = rng.permutation(COURTS)
        true_positions = _positions(true_shares, code)
        end_shares["truth"].append(_share_at_ends(true_positions, is_small))
        for name, estimate in (("raw", _raw_estimate), ("shrunk", _shrunk_estimate)):
            value, _ = estimate(numerator, n)
            positions = _positions(value, code)
            end_shares[name].append(_share_at_ends(positions, is_small))
            top_hits[name].append(((positions < TOP_COUNT) & (true_positions < TOP_COUNT)).sum() / TOP_COUNT)
            squares[name].append(((value - true_shares) ** 2).reshape(len(SIZES), -1).mean(axis=1))
    raw, shrunk = (
        FiveSizes(
            _mean(end_shares[name]), _mean(top_hits[name]), tuple(np.sqrt(np.mean(squares[name], axis=0)).tolist())
        )
        for name in ("raw", "shrunk")
    )
    return SizeComparison(raw, shrunk, _mean(end_shares["truth"]))


def two_kinds(seed: int, worlds: int) -> PeerErrors:
    """Half the courts poor and half rich, shrunk to one centre and to the centre of their kind."""
    rng = np.random.Generator(np.random.PCG64([seed, 2]))
    n = np.full(COURTS, 100.0)
    kind = np.repeat(["poor", "rich"], COURTS // 2)
    squares: list[list[float]] = []
    for _ in range(worlds):
        true_shares = np.concatenate([_true_shares(rng, centre, TIER_SPREAD, COURTS // 2) for centre in TIERS])
        numerator = rng.binomial(100, true_shares).astype(float)
        own_centre = shrinkage.fit_by_group(shrinkage.beta_binomial, kind, numerator, n).value
        values = numerator / n, _shrunk_estimate(numerator, n)[0], own_centre
        squares.append([float(((value - true_shares) ** 2).mean()) for value in values])
    return PeerErrors(*(_root_mean_square(list(column)) for column in zip(*squares, strict=True)))


def report(result: SimulationResult) -> str:
    """Return the results as Markdown tables."""
    lines = [
        f"{result.worlds:,} worlds of {COURTS} courts, seed {result.seed}; true shares "
        f"{CENTRE * 100:.0f} % with a standard deviation of {SPREAD * 100:.0f} percentage "
        "points (pp).",
        "",
        "Courts of one size:",
        "",
        "| cases each | estimate | true top 10 in the observed | places moved between two periods "
        "| error (RMSE), pp | of the observed top 10, pp | bias of the true top 10, pp "
        "| 95 % intervals that hold |",
        "|--:|:--|--:|--:|--:|--:|--:|--:|",
    ]
    for cases, pair in result.by_cases.items():
        for name, estimate in (("raw", pair.raw), ("shrunk", pair.shrunk)):
            cells = [
                *(_cell(estimate.top_hits, 100, " %"), _cell(estimate.mean_move)),
                *(_cell(m, 100) for m in (estimate.rmse, estimate.rmse_top, estimate.bias_top)),
                _cell(estimate.coverage, 100, " %"),
            ]
            lines.append(f"| {cases:,} | {name} | " + " | ".join(cells) + " |")
    sizes = ", ".join(f"{size:,}" for size in SIZES)
    lines += [
        "",
        f"Twenty courts each of {sizes} cases, alike in truth:",
        "",
        f"| estimate | courts of {SIZES[0]} or {SIZES[1]} cases among the top and bottom {END_COUNT} "
        f"| true top 10 in the observed | error by size (RMSE), pp |",
        "|:--|--:|--:|--:|",
    ]
    for name, estimate_errors in (("raw", result.sizes.raw), ("shrunk", result.sizes.shrunk)):
        errors = " / ".join(f"{error * 100:.1f}" for error in estimate_errors.error)
        ends, top = (_cell(estimate_errors.small_share, 100, " %"), _cell(estimate_errors.top_hits, 100, " %"))
        lines.append(f"| {name} | {ends} | {top} | {errors} |")
    lines.append(f"| the truth | {_cell(result.sizes.truth, 100, ' %')} | 100 % | |")
    low_centre, high_centre = (f"{centre * 100:.0f} %" for centre in TIERS)
    lines += [
        "",
        f"Fifty poor courts around {low_centre} and fifty rich ones around {high_centre} (standard deviation "
        f"{TIER_SPREAD * 100:.0f} pp within each kind), 100 cases each:",
        "",
        "| estimate | error (RMSE), pp |",
        "|:--|--:|",
        f"| raw | {_cell(result.peers.raw, 100)} |",
        f"| shrunk to one centre | {_cell(result.peers.one_centre, 100)} |",
        f"| shrunk to the centre of their kind | {_cell(result.peers.own_centre, 100)} |",
    ]
    return "\n".join(lines) + "\n"


def _true_shares(rng: np.random.Generator, centre: float, spread: float, courts: int) -> Array:
    concentration = centre * (1.0 - centre) / spread**2 - 1.0
    return rng.beta(centre * concentration, (1.0 - centre) * concentration, courts)


def _raw_estimate(numerator: Array, denominator: Array) -> tuple[Array, Array]:
    from index_engine.estimates.rates import share

    return share(numerator, denominator)


def _shrunk_estimate(numerator: Array, denominator: Array) -> tuple[Array, Array]:
    estimate = shrinkage.beta_binomial(numerator, denominator)
    return estimate.value, estimate.se


def _positions(value: Array, code: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Places from 0 for the highest value, ties by code. Rounded, so that what is equal but for the
    last bit is a tie."""
    return np.lexsort((code, -np.round(value, 12))).argsort()


def _share_at_ends(positions: npt.NDArray[np.int64], is_small: npt.NDArray[np.bool_]) -> float:
    ends = (positions < END_COUNT) | (positions >= COURTS - END_COUNT)
    return float(is_small[ends].mean())


def _one_size(rows: list[list[float]]) -> OneSize:
    top_hits, mean_move, squared_error, squared_error_top, bias, coverage = (
        list(column) for column in zip(*rows, strict=True)
    )
    means: list[Callable[[list[float]], MonteCarloMean]] = [
        _mean,
        _mean,
        _root_mean_square,
        _root_mean_square,
        _mean,
        _mean,
    ]
    columns = (top_hits, mean_move, squared_error, squared_error_top, bias, coverage)
    return OneSize(*(mean(column) for mean, column in zip(means, columns, strict=True)))


def _mean(values: list[float]) -> MonteCarloMean:
    array = np.array(values)
    return MonteCarloMean(float(array.mean()), float(array.std(ddof=1) / np.sqrt(array.size)))


def _root_mean_square(squares: list[float]) -> MonteCarloMean:
    """Root of a mean square; its error by the delta method."""
    square = _mean(squares)
    root = float(np.sqrt(square.value))
    return MonteCarloMean(root, square.error / (2.0 * root))


def _cell(mean: MonteCarloMean, scale: float = 1.0, suffix: str = "") -> str:
    value, error = mean.value * scale, mean.error * scale
    digits = 1 if error >= 0.05 else 2
    return f"{value:.{digits}f} ± {error:.{digits}f}{suffix}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.small_courts")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=8)
    arguments = parser.parse_args()
    print(report(measure(arguments.worlds, arguments.seed)), end="")


if __name__ == "__main__":
    main()
