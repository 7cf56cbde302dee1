"""Which numbers may be published: those of at least `min_cell` cases, rounds or lots, from which no other can
be restored.

Fewer could be told apart by whoever knows some of them: primary suppression. Where one place of a region
is withheld, the region less its other places says the number all the same; so further places are withheld
until those withheld are at least two and hold at least the least cell together: secondary suppression (Cox
1980, Journal of the American Statistical Association 75: 377-385; Hundepohl et al. 2012, Statistical
Disclosure Control, chapter 4). Windows need none: each overlaps the next and is no sum of others.

Secondary suppression withholds counts alone. A rate stands where what it is a share of reaches the least cell; beside a
withheld count it is coarse, and turns each of its two counts into the other. So the counts that rates tie together
are withheld together at a place where one of them must not be known; elsewhere those that are withheld are told all
the same. What is protected is how many were handled, not what became of enough of them: a share of enough says a
small numerator, times its n.

Estimates rest on all cases, whatever is published of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from index_engine.arrays import Array, BoolArray, IntArray
from index_engine.estimates.places import Places
from index_engine.method import Estimate, Method
from index_engine.method.counts import AMOUNTS, COUNT_BY_SUM

COARSE_DECIMALS = 3  # of rates whose counts are withheld: more would tell of how many they are
SECONDARY = "secondary"  # what stands in a column of suppressions, beside '' and the label of few


class Suppression(IntEnum):
    """Whether a count is published: its codes in arrays."""

    NONE = 0
    PRIMARY = 1
    SECONDARY = 2


def is_visible(n: Array, method: Method) -> BoolArray:
    """Where counts reach the least cell of the method."""
    visible: BoolArray = n >= method.min_cell
    return visible


def coarse_error(se: Array) -> Array:
    """Standard errors beside counts that are withheld: up to the next of ten steps a decade (ISO 3, R10), since they
    fall with the root of the count. `estimates.coarse_error` in built.sql is the same."""
    exponents = np.ceil(10.0 * np.log10(np.where(se > 0, se, 1.0))) / 10.0
    coarse: Array = np.where(se > 0, np.power(10.0, exponents).round(6), se)
    return coarse


def suppression_labels(method: Method) -> tuple[str, str, str]:
    """How the codes stand in tables, by their numbers: of few, what is printed in place of the count."""
    return "", f"<{method.min_cell}", SECONDARY


# ---------------------------------------------------------------- places and their parents


@dataclass(frozen=True)
class Hierarchy:
    """The places of all levels in one row, and the position of the nearest place above each; -1 for the
    nation and for courts that count in no region."""

    place_ids: tuple[str, ...]
    rows: dict[str, slice]  # by level
    parent: IntArray

    def stack(self, by_level: dict[str, Array]) -> Array:
        """Arrays (place, ...) of all levels as one."""
        return np.concatenate([by_level[level] for level in self.rows])


def place_hierarchy(levels: Sequence[Places]) -> Hierarchy:
    """The hierarchy of `levels`, the uppermost first."""
    rows, start = {}, 0
    for places in levels:
        rows[places.level] = slice(start, start + len(places.ids))
        start += len(places.ids)
    parent: IntArray = np.full(start, -1)
    above_court: dict[int, int] = {}  # position of the place lowest so far, by court
    for places in levels:
        for position, members in enumerate(places.members, rows[places.level].start):
            parent[position] = above_court.get(int(members[0]), -1)
        for position, members in enumerate(places.members, rows[places.level].start):
            above_court |= dict.fromkeys(members.tolist(), position)
    return Hierarchy(tuple(place for places in levels for place in places.ids), rows, parent)


# ---------------------------------------------------------------- secondary suppression


def suppress(
    counts: Array,
    hierarchy: Hierarchy,
    min_cell: int,
    withheld: BoolArray | None = None,
    numerators: Array | None = None,
) -> IntArray:
    """Codes (place, column) of counts (place, column): few ones, those that are `withheld` for another
    reason, and those that have to be so that none of them can be restored.

    Counts (place, column, part) are withheld together. Under a parent that is published, those withheld are
    at least two and hold at least `min_cell`; under one that is withheld, at least one, since its parts would
    restore it, and as much. The smallest that is left goes first; where none is left, the parent. A zero
    protects nothing and is not withheld for others. `numerators` (place, column, part) are withheld with them
    and may be few; of none is one alone withheld where another place has any.
    """
    parts = np.nan_to_num(counts if counts.ndim == 3 else counts[..., None])
    is_few: BoolArray = np.any((parts > 0) & (parts < min_cell), axis=-1)
    hidden: BoolArray = np.logical_or(is_few, False if withheld is None else withheld)
    children = np.flatnonzero(hierarchy.parent >= 0)
    children = children[np.argsort(hierarchy.parent[children], kind="stable")]
    if not len(children):
        return _codes(is_few, hidden)
    parents, starts = np.unique(hierarchy.parent[children], return_index=True)
    group = np.searchsorted(parents, hierarchy.parent[children])
    has_any: BoolArray = np.any(parts > 0, axis=-1)
    # The smallest first, of equal ones the first: one whole number orders both.
    order = parts[children, :, 0] * len(children) + np.arange(len(children))[:, None]
    tied = np.nan_to_num(numerators) > 0 if numerators is not None else np.zeros((*has_any.shape, 0), dtype=bool)
    while True:
        is_hidden: BoolArray = hidden[children] & has_any[children]
        n_hidden = np.add.reduceat(is_hidden.astype(np.int64), starts, axis=0)
        sums = np.add.reduceat(np.where(is_hidden[..., None], parts[children], 0.0), starts, axis=0)
        total = parts[parents]
        open_total = (n_hidden == 1) | ((sums > 0) & (sums < min_cell)).any(axis=-1)
        closed_total = (sums < np.minimum(total, min_cell)).any(axis=-1)
        n_tied = np.add.reduceat((tied[children] & is_hidden[..., None]).astype(np.int64), starts, axis=0)
        has_others = np.logical_or.reduceat(tied[children] & ~hidden[children][..., None], starts, axis=0)
        open_total |= ((n_tied == 1) & has_others).any(axis=-1)
        closed_total |= ((n_tied == 0) & has_others).any(axis=-1)
        lacks = np.where(hidden[parents], closed_total, open_total)
        candidates = np.where(~hidden[children] & has_any[children], order, np.inf)
        smallest = np.minimum.reduceat(candidates, starts, axis=0)
        chosen = lacks[group] & np.isfinite(candidates) & (candidates == smallest[group])
        exhausted = lacks & ~np.isfinite(smallest) & ~hidden[parents]
        if not chosen.any() and not exhausted.any():
            return _codes(is_few, hidden)
        hidden[children] |= chosen
        hidden[parents] |= exhausted


def determined(unknown: BoolArray, hierarchy: Hierarchy, is_sum_known: BoolArray) -> BoolArray:
    """Which `unknown` parts (place, part) have one value in all solutions: of each part the places of a region sum to
    the region, and of each place the parts to a number that is known where `is_sum_known` (place,).

    Two withheld in every line are not enough where lines cross: a part that alone links two sets of lines is known.
    """
    index = np.full(unknown.shape, -1)
    index[unknown] = np.arange(unknown.sum())
    lines = [(row[row >= 0], np.ones((row >= 0).sum())) for row in index[is_sum_known]]
    for parent in np.unique(hierarchy.parent[hierarchy.parent >= 0]):
        children = np.flatnonzero(hierarchy.parent == parent)
        for column in index[[parent, *children]].T:
            signs = np.array([-1.0, *[1.0] * len(children)])
            lines.append((column[column >= 0], signs[column >= 0]))
    lines = [(cells, signs) for cells, signs in lines if len(cells)]
    is_known = np.zeros(int(unknown.sum()), dtype=bool)
    for members, block_lines in _blocks(lines):
        position = {cell: column for column, cell in enumerate(members)}
        system = np.zeros((len(block_lines), len(members)))
        for number, (cells, signs) in enumerate(block_lines):
            system[number, [position[cell] for cell in cells]] = signs
        # What solutions may differ by: the right singular vectors of the zeros.
        _, sizes, vectors = np.linalg.svd(system)
        rank = int((sizes > sizes.max() * max(system.shape) * np.finfo(float).eps).sum())
        is_known[members] = np.all(np.abs(vectors[rank:]) < 1e-9, axis=0)
    found = np.zeros_like(unknown)
    found[unknown] = is_known
    return found


Line = tuple[IntArray, Array]  # the unknown cells that sum to a known number, and their signs


def _blocks(lines: Sequence[Line]) -> list[tuple[list[int], list[Line]]]:
    """The lines in groups that share no cell, each with its cells in order."""
    groups: list[tuple[set[int], list[Line]]] = []
    for line in lines:
        cells, own = set(line[0].tolist()), [line]
        apart = []
        for group_cells, group_lines in groups:
            if group_cells.isdisjoint(cells):
                apart.append((group_cells, group_lines))
            else:
                cells |= group_cells
                own += group_lines
        groups = [*apart, (cells, own)]
    return [(sorted(cells), members) for cells, members in groups]


def _codes(is_few: BoolArray, hidden: BoolArray) -> IntArray:
    codes: IntArray = np.where(is_few, Suppression.PRIMARY, np.where(hidden, Suppression.SECONDARY, Suppression.NONE))
    return codes


# ---------------------------------------------------------------- the counts of a build

# Counts withheld together, since one says what the other is: cases under way are nearly those handled,
# rounds withdrawn are those that ended less those held, and the creditors of a case are of the one side or
# the other.
TOGETHER = (("process:case", "handled", "amounts:case"), ("rounds_ended", "withdrawn"), ("local", "non_local"))
# Counts withheld where others are, by the first: they would restore them.
RESTORED_FROM = {
    "sold": ("later_sold",),  # less those of the first auction
    "held": ("first_held", "later_held"),
    "rounds_ended": ("held",),
    "withdrawn": ("held",),
    "local": ("process:case",),
    "non_local": ("process:case",),
    "paid": ("process:case",),
}


def count_of(name: str) -> str:
    """The count of things behind a sum of yuan or days; of a count itself."""
    return COUNT_BY_SUM.get(name, name)


def base_count(spec: Estimate) -> str:
    """The count that an estimate rests on, its n."""
    if spec.process:
        return f"{'amounts' if spec.kind == 'amount_incidence' else 'process'}:{spec.process}"
    if spec.kind == "median":
        return "price_ratios"
    if spec.kind == "amount_rate":
        return AMOUNTS[spec.numerator, spec.denominator]
    return count_of(spec.denominator)


def rate_denominators(methods: Sequence[Method]) -> dict[str, set[str]]:
    """The counts that a count is published as a part of, by name. Where such a denominator is withheld for another's
    sake its rate stands, and the numerator over the rate would be the denominator."""
    specs = [entry.estimate for method in methods for entry in (*method.estimands, *method.statistics)]
    found: dict[str, set[str]] = {}
    for spec in specs:
        sides = spec.numerator, spec.denominator
        if spec.denominator and all(count_of(name) == name for name in sides) and sides not in AMOUNTS:
            found.setdefault(spec.numerator, set()).add(spec.denominator)
    return found


class CountRegistry:
    """Every count of a build that is published, of all places and windows, and which are withheld."""

    def __init__(self, levels: Sequence[Places], methods: Sequence[Method]) -> None:
        self.hierarchy = place_hierarchy(levels)
        self.labels = suppression_labels(methods[0])
        self._min_cell = methods[0].min_cell
        self._denominators = rate_denominators(methods)
        self._counts: dict[str, dict[str, Array]] = {}
        self._codes: dict[str, IntArray] = {}
        self._hidden: dict[tuple[str, ...], BoolArray] = {}  # by names that are withheld together
        self._sealed_places: dict[tuple[str, ...], BoolArray] = {}  # by names that rates tie together

    def add(self, name: str, level: str, counts: Array) -> None:
        """Counts (place, window) of one level, observed or not."""
        self._counts.setdefault(name, {})[level] = counts

    def codes(self, name: str) -> IntArray:
        """Codes of suppression (place, window) of a count, all levels in one."""
        if name not in self._codes:
            counts = self._stacked(name)
            few = (counts > 0) & (counts < self._min_cell)
            self._codes[name] = _codes(few, self._hidden_alone(name) | self._sealed(name))
        return self._codes[name]

    def _hidden_alone(self, name: str) -> BoolArray:
        """Where (place, window) a count is withheld so that others of its name cannot be restored, or for a source."""
        names = self._family(name)
        if names not in self._hidden:
            withheld = [self._hidden_sources(names)]
            rate_sources = {source for other in names for source in self._denominators.get(other, ())}
            for source in sorted((rate_sources & set(self.names)) - {*names}):
                counts = self._stacked(source)
                withheld.append(self._hidden_alone(source) & ~((counts > 0) & (counts < self._min_cell)))
            counts = np.stack([self._stacked(other) for other in names], axis=-1)
            self._hidden[names] = (
                suppress(counts, self.hierarchy, self._min_cell, np.any(withheld, axis=0)) != Suppression.NONE
            )
        return self._hidden[names]

    def _sealed(self, name: str) -> BoolArray:
        """Where (place, window) a count is withheld with all that rates tie to it, so that none tells another."""
        names = self._tied(name)
        if names not in self._sealed_places:
            is_share = {n: bool(self._denominators.get(n, set()) & set(self.names)) for n in names}
            numerators = [n for n in names if is_share[n] and len(self._family(n)) == 1]
            bases = [n for n in names if n not in numerators]
            sealed = suppress(
                np.stack([self._stacked(base) for base in bases], axis=-1),
                self.hierarchy,
                self._min_cell,
                self._hidden_sources(bases),
                np.stack([self._stacked(n) for n in numerators], axis=-1) if numerators else None,
            )
            self._sealed_places[names] = sealed != Suppression.NONE
        return self._sealed_places[names]

    def _hidden_sources(self, names: Sequence[str]) -> BoolArray:
        """Where counts are withheld that would be restored from one of `names`."""
        sources = {source for name in names for source in RESTORED_FROM.get(name, ())}
        hidden = np.zeros(self._stacked(names[0]).shape, dtype=bool)
        for source in sorted((sources & set(self.names)) - {*names}):
            hidden |= self.codes(source) != Suppression.NONE
        return hidden

    def _family(self, name: str) -> tuple[str, ...]:
        """The known counts that are withheld together with one."""
        together = next((names for names in TOGETHER if name in names), (name,))
        return tuple(other for other in together if other in self.names)

    def _tied(self, name: str) -> tuple[str, ...]:
        """The known counts that rates tie to one, and those that are withheld together with any of them."""
        found, new = {name}, {name}
        while new:
            linked = {other for n in new for other in (*self._family(n), *self._denominators.get(n, ()))}
            linked |= {n for n, denominators in self._denominators.items() if denominators & new}
            new = (linked & set(self.names)) - found
            found |= new
        return tuple(sorted(found))

    def _stacked(self, name: str) -> Array:
        return self.hierarchy.stack(self._counts[name])

    def level_codes(self, names: Iterable[str], level: str) -> IntArray:
        """The first code of several counts that withholds, (place, window) of one level."""
        first, *others = (self.codes(name)[self.hierarchy.rows[level]] for name in names)
        for codes in others:
            first = np.where(first == Suppression.NONE, codes, first)
        return first

    @property
    def names(self) -> tuple[str, ...]:
        """The counts that are known of every level; superseded methods are computed for regions alone."""
        levels = self.hierarchy.rows.keys()
        return tuple(sorted(name for name, of in self._counts.items() if of.keys() == levels))
