"""Estimates from weighted counts in plain Python, sum by sum."""

from statistics import NormalDist
from typing import Any

from index_engine.method import Estimate, load_method

METHOD = load_method()
Z = NormalDist().inv_cdf(0.975)

# Weight of a case, how many periods before the end of a window it was counted, other keys, counts.
Cell = tuple[float, int, tuple[Any, ...], dict[str, float]]


def total(cells: list[Cell], name: str, power: int, stage: str | None = None) -> float:
    """Sum of weight^power x count over a window, or of what is pending at its end and handled."""
    if name in ("pending", "handled"):
        stock = sum(w**power * (cell["filed"] + cell["initial_stock"] - cell["closed"]) for w, _, _, cell in cells)
        return stock + (total(cells, "closed", power) if name == "handled" else 0)
    return sum(
        w**power * float(cell[name])
        for w, before, rest, cell in cells
        if before < METHOD.window_quarters and stage in (None, *rest)
    )


def quotient(spec: Estimate, cells: list[Cell], stage: str | None) -> tuple[float, float]:
    """Value and error of a share, a mean or a ratio of amounts of weighted cases."""
    names = [n.removeprefix("first_") for n in (spec.numerator, spec.denominator)]
    y, x = (total(cells, name, 1, stage) for name in names)
    ratio = y / x
    if spec.kind == "share":
        n = x**2 / total(cells, names[1], 2, stage)
        near = (ratio * n + 2) / (n + 4)
        return ratio, (near * (1 - near) / n) ** 0.5
    yy = total(cells, f"{names[0]}_x_{names[0]}", 2)
    if spec.kind == "mean":  # of counted things, each 1 below the line
        xy, xx, most = total(cells, names[0], 2), total(cells, names[1], 2), (2 * y + 1) / x
    else:
        xy, xx, most = *(total(cells, f"claimed_x_{name}", 2) for name in ("recovered", "claimed")), 1.0
    # Four cases more, two with the highest ratio, of the size of which the effective n makes the sum.
    n, size = x**2 / xx, xx / x
    shifted = (y + 2 * most * size) / (x + 4 * size)
    squares = yy - 2 * shifted * xy + shifted**2 * xx + size**2 * (2 * shifted**2 + 2 * (most - shifted) ** 2)
    return ratio, ((n + 4) / (n - 1) * squares) ** 0.5 / (x + 4 * size)


def quantile(weighted: dict[int, float], q: float) -> float:
    """Where the share q of the weight lies below, evenly spread within a bin."""
    wanted, below = q * sum(weighted.values()), 0.0
    for at in sorted(weighted):
        if below + weighted[at] >= wanted * (1 - 1e-12):
            return (at + (wanted - below) / weighted[at]) * METHOD.ratio_step
        below += weighted[at]
    raise AssertionError("beyond the last")


def median(cells: list[Cell]) -> tuple[float, float]:
    weighted: dict[int, float] = {}
    for w, before, (_, at), cell in cells:
        if before < METHOD.window_quarters and w:
            weighted[at] = weighted.get(at, 0.0) + w * cell["n"]
    n = sum(weighted.values()) ** 2 / total(cells, "n", 2)
    low, middle, high = (quantile(weighted, min(max(0.5 + k * Z / 2 / n**0.5, 0), 1)) for k in (-1, 0, 1))
    return middle, max((high - low) / (2 * Z), METHOD.ratio_step / 2)
