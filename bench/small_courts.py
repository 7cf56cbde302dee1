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
TOP = 10  # how many are called the best
ENDS = 15  # how many at each end are looked at for their size
CENTRE, SPREAD = 0.40, 0.04
SIZES = (30, 100, 300, 1000, 3000)
SMALL = 2  # the smallest two of the five sizes
TIERS = (0.34, 0.46)  # centres of poor and rich courts
TIER_SPREAD = 0.02


@dataclass(frozen=True)
class Mean:
    """Mean over worlds and its Monte Carlo standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class OneSize:
    """One way of estimating, courts of one size. `found`: share of the true top ten in the observed
    one; `moved`: mean places moved between two equal periods; `rmse` of all, `rmse_top` of the
    courts observed as the top ten, `bias_top` of the true top ten, all as shares; `covered` by 95 %
    intervals."""

    found: Mean
    moved: Mean
    rmse: Mean
    rmse_top: Mean
    bias_top: Mean
    covered: Mean


@dataclass(frozen=True)
class FiveSizes:
    """One way of estimating, courts of five sizes. `small`: share of the two smallest sizes among
    the 15 at each end; `found` as above; `error`: root mean squared error by size."""

    small: Mean
    found: Mean
    error: tuple[float, ...]


@dataclass(frozen=True)
class Sizes:
    raw: FiveSizes
    shrunk: FiveSizes
    truth: Mean  # share of the two smallest sizes among the 15 truly at each end


@dataclass(frozen=True)
class Pair:
    raw: OneSize
    shrunk: OneSize


@dataclass(frozen=True)
class Peers:
    """Root mean squared errors of courts of two kinds with 100 cases each."""

    raw: Mean
    together: Mean
    apart: Mean


@dataclass(frozen=True)
class Found:
    worlds: int
    seed: int
    by_cases: dict[int, Pair]
    sizes: Sizes
    peers: Peers


def measure(worlds: int = 1000, seed: int = 8) -> Found:
    """Run the three simulations; same arguments, same numbers."""
    return Found(
        worlds,
        seed,
        {cases: one_size(cases, seed, worlds) for cases in (30, 300, 3000)},
        five_sizes(seed, worlds),
        two_kinds(seed, worlds),
    )


def one_size(cases: int, seed: int, worlds: int) -> Pair:
    """Courts with `cases` each, seen in two periods."""
    rng = np.random.Generator(np.random.PCG64([seed, cases]))
    n = np.full(COURTS, float(cases))
    rows: dict[str, list[list[float]]] = {"raw": [], "shrunk": []}
    for _ in range(worlds):
        true = _truths(rng, CENTRE, SPREAD, COURTS)
        first, second = (rng.binomial(cases, true).astype(float) for _ in range(2))
        # Ties are broken by an arbitrary code of the court, the same one for both ways.
        code = rng.permutation(COURTS)
        for name, estimate in (("raw", _raw), ("shrunk", _shrunk)):
            value, se = estimate(first, n)
            places, later = (_places(v, code) for v in (value, estimate(second, n)[0]))
            best, truly = places < TOP, _places(true, code) < TOP
            rows[name].append(
                [
                    (best & truly).sum() / TOP,
                    np.abs(places - later).mean(),
                    ((value - true) ** 2).mean(),
                    ((value - true)[best] ** 2).mean(),
                    (value - true)[truly].mean(),
                    (np.abs(value - true) < 1.96 * se).mean(),
                ]
            )
    return Pair(*(_one_size(rows[name]) for name in ("raw", "shrunk")))


def five_sizes(seed: int, worlds: int) -> Sizes:
    """Twenty courts of each size, alike in truth whatever their size."""
    rng = np.random.Generator(np.random.PCG64([seed, len(SIZES)]))
    n = np.repeat(np.array(SIZES, dtype=float), COURTS // len(SIZES))
    small = n <= SIZES[SMALL - 1]
    at_ends: dict[str, list[float]] = {"raw": [], "shrunk": [], "truth": []}
    found: dict[str, list[float]] = {"raw": [], "shrunk": []}
    squares: dict[str, list[Array]] = {"raw": [], "shrunk": []}
    for _ in range(worlds):
        true = _truths(rng, CENTRE, SPREAD, COURTS)
        part = rng.binomial(n.astype(int), true).astype(float)
        code = rng.permutation(COURTS)
        truly = _places(true, code)
        at_ends["truth"].append(_share_at_ends(truly, small))
        for name, estimate in (("raw", _raw), ("shrunk", _shrunk)):
            value, _ = estimate(part, n)
            places = _places(value, code)
            at_ends[name].append(_share_at_ends(places, small))
            found[name].append(((places < TOP) & (truly < TOP)).sum() / TOP)
            squares[name].append(((value - true) ** 2).reshape(len(SIZES), -1).mean(axis=1))
    raw, shrunk = (
        FiveSizes(
            _mean(at_ends[name]),
            _mean(found[name]),
            tuple(np.sqrt(np.mean(squares[name], axis=0)).tolist()),
        )
        for name in ("raw", "shrunk")
    )
    return Sizes(raw, shrunk, _mean(at_ends["truth"]))


def two_kinds(seed: int, worlds: int) -> Peers:
    """Half the courts poor and half rich, shrunk to one centre and to the centre of their kind."""
    rng = np.random.Generator(np.random.PCG64([seed, 2]))
    n = np.full(COURTS, 100.0)
    kind = np.repeat(["poor", "rich"], COURTS // 2)
    squares: list[list[float]] = []
    for _ in range(worlds):
        true = np.concatenate([_truths(rng, at, TIER_SPREAD, COURTS // 2) for at in TIERS])
        part = rng.binomial(100, true).astype(float)
        apart = shrinkage.grouped(shrinkage.beta_binomial, kind, part, n).value
        values = part / n, _shrunk(part, n)[0], apart
        squares.append([float(((value - true) ** 2).mean()) for value in values])
    return Peers(*(_root(list(column)) for column in zip(*squares, strict=True)))


def report(found: Found) -> str:
    """Return the results as Markdown tables."""
    lines = [
        f"{found.worlds:,} worlds of {COURTS} courts, seed {found.seed}; true shares "
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
    for cases, pair in found.by_cases.items():
        for name, way in (("raw", pair.raw), ("shrunk", pair.shrunk)):
            cells = [
                *(_cell(way.found, 100, " %"), _cell(way.moved)),
                *(_cell(m, 100) for m in (way.rmse, way.rmse_top, way.bias_top)),
                _cell(way.covered, 100, " %"),
            ]
            lines.append(f"| {cases:,} | {name} | " + " | ".join(cells) + " |")
    sizes = ", ".join(f"{size:,}" for size in SIZES)
    lines += [
        "",
        f"Twenty courts each of {sizes} cases, alike in truth:",
        "",
        f"| estimate | courts of {SIZES[0]} or {SIZES[1]} cases among the top and bottom {ENDS} "
        f"| true top 10 in the observed | error by size (RMSE), pp |",
        "|:--|--:|--:|--:|",
    ]
    for name, kind in (("raw", found.sizes.raw), ("shrunk", found.sizes.shrunk)):
        errors = " / ".join(f"{error * 100:.1f}" for error in kind.error)
        ends, top = _cell(kind.small, 100, " %"), _cell(kind.found, 100, " %")
        lines.append(f"| {name} | {ends} | {top} | {errors} |")
    lines.append(f"| the truth | {_cell(found.sizes.truth, 100, ' %')} | 100 % | |")
    low, high = (f"{centre * 100:.0f} %" for centre in TIERS)
    lines += [
        "",
        f"Fifty poor courts around {low} and fifty rich ones around {high} (standard deviation "
        f"{TIER_SPREAD * 100:.0f} pp within each kind), 100 cases each:",
        "",
        "| estimate | error (RMSE), pp |",
        "|:--|--:|",
        f"| raw | {_cell(found.peers.raw, 100)} |",
        f"| shrunk to one centre | {_cell(found.peers.together, 100)} |",
        f"| shrunk to the centre of their kind | {_cell(found.peers.apart, 100)} |",
    ]
    return "\n".join(lines) + "\n"


def _truths(rng: np.random.Generator, centre: float, spread: float, courts: int) -> Array:
    worth = centre * (1.0 - centre) / spread**2 - 1.0
    return rng.beta(centre * worth, (1.0 - centre) * worth, courts)


def _raw(part: Array, whole: Array) -> tuple[Array, Array]:
    from index_engine.estimates.rates import share

    return share(part, whole)


def _shrunk(part: Array, whole: Array) -> tuple[Array, Array]:
    found = shrinkage.beta_binomial(part, whole)
    return found.value, found.se


def _places(value: Array, code: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Places from 0 for the highest value, ties by code. Rounded, so that what is equal but for the
    last bit is a tie."""
    return np.lexsort((code, -np.round(value, 12))).argsort()


def _share_at_ends(places: npt.NDArray[np.int64], small: npt.NDArray[np.bool_]) -> float:
    ends = (places < ENDS) | (places >= COURTS - ENDS)
    return float(small[ends].mean())


def _one_size(rows: list[list[float]]) -> OneSize:
    found, moved, square, square_top, bias, covered = (
        list(column) for column in zip(*rows, strict=True)
    )
    means: list[Callable[[list[float]], Mean]] = [_mean, _mean, _root, _root, _mean, _mean]
    columns = (found, moved, square, square_top, bias, covered)
    return OneSize(*(mean(column) for mean, column in zip(means, columns, strict=True)))


def _mean(values: list[float]) -> Mean:
    array = np.array(values)
    return Mean(float(array.mean()), float(array.std(ddof=1) / np.sqrt(array.size)))


def _root(squares: list[float]) -> Mean:
    """Root of a mean square; its error by the delta method."""
    square = _mean(squares)
    root = float(np.sqrt(square.value))
    return Mean(root, square.error / (2.0 * root))


def _cell(mean: Mean, scale: float = 1.0, unit: str = "") -> str:
    value, error = mean.value * scale, mean.error * scale
    digits = 1 if error >= 0.05 else 2
    return f"{value:.{digits}f} ± {error:.{digits}f}{unit}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.small_courts")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=8)
    arguments = parser.parse_args()
    print(report(measure(arguments.worlds, arguments.seed)), end="")


if __name__ == "__main__":
    main()
