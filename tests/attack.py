"""Restoring what is withheld: which unknowns the published numbers determine, by linear algebra."""

from collections.abc import Hashable, Iterable, Mapping

Relation = Mapping[Hashable, float]  # coefficients of counts whose weighted sum is 0


CONSTANT: Hashable = ("constant",)  # the unknown that is 1


def restored(relations: Iterable[Relation], known: set[Hashable]) -> set[Hashable]:
    """The unknown counts that have one value in all solutions of the relations."""
    return set(solve(relations, dict.fromkeys(known, 0.0)))


def solve(relations: Iterable[Relation], known: Mapping[Hashable, float]) -> dict[Hashable, float]:
    """The unknown counts that have one value in all solutions of the relations, with it. Bounds, such as that no
    count is below 0, are not used.

    In reduced row echelon form an unknown is determined where its row has nothing but its pivot. All
    coefficients are 1 or -1 to begin with, and stay small whole numbers in such sums of parts.
    """
    pivots: dict[Hashable, dict[Hashable, float]] = {}  # the rows so far, each by its pivot
    rows_with: dict[Hashable, set[Hashable]] = {}  # pivots of the rows in which an unknown stands
    for relation in relations:
        row = {name: float(factor) for name, factor in relation.items() if name not in known and factor}
        if constant := sum(factor * known[name] for name, factor in relation.items() if name in known):
            row[CONSTANT] = constant
        for name in [name for name in row if name in pivots]:
            _add(row, pivots[name], -row[name])
        unknown = [name for name in row if name != CONSTANT]
        if not unknown:
            continue
        pivot = min(unknown, key=lambda name: len(rows_with.get(name, ())))
        factor = row[pivot]
        row = {name: value / factor for name, value in row.items()}
        for other in list(rows_with.get(pivot, ())):
            before = set(pivots[other])
            _add(pivots[other], row, -pivots[other][pivot])
            after = set(pivots[other])
            for name in before - after:
                rows_with[name].discard(other)
            for name in after - before:
                rows_with.setdefault(name, set()).add(other)
        pivots[pivot] = row
        for name in row:
            rows_with.setdefault(name, set()).add(pivot)
    return {pivot: -row.get(CONSTANT, 0.0) for pivot, row in pivots.items() if set(row) <= {pivot, CONSTANT}}


def _add(row: dict[Hashable, float], other: Mapping[Hashable, float], factor: float) -> None:
    for name, value in other.items():
        total = row.get(name, 0.0) + factor * value
        if abs(total) < 1e-9:
            row.pop(name, None)
        else:
            row[name] = total
