"""Peer groups by data: units of one level and time, by how many cases they have and how much money
is at stake where they work.

A court is shrunk towards its peers, so the choice of peers moves small courts, and must not be
anyone's opinion. Two things are used. Size: fixed limits on the number of cases. And wealth: what
is at stake in a case, as the mean capped amount claimed in the unit's province (for a province its
own). Creditors decide what they claim, not the court, and one court among the hundred or so of a
province hardly moves the mean; yet rich and poor provinces enforce under different conditions, and
a court of a poor one should not be drawn towards courts of a rich one.

Groups must not be formed from the outcome, or from anything a court influences. To sort courts by
recovery and shrink each group to its mean would be circular: chance decides who is called weak,
then the group's low mean confirms it, and errors that should be averaged out are kept.

Whether to shrink groups together or apart is the question of Efron and Morris (1973, J. Royal
Statistical Society B 35: 379-421): together only where one centre is believable. Size is used for
the reason of Silber et al. (2010, Health Services Research 45: 1148-1167): where small units differ
from large ones, a common centre draws exactly the small ones to where they do not belong.

Limits of size are fixed; limits of wealth are quantiles of the units given. To keep groups the same
over time, give the numbers of one base time.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

WHOLE_LEVEL = "all"
UNKNOWN = "tier0"  # of places whose wealth is not known


@dataclass(frozen=True)
class Group:
    """One peer group: cases from `size_from` to below `size_to`, wealth from `wealth_from` to
    `wealth_to` as found among its members (NaN where unknown); `members`, and how many of them have
    an estimate."""

    label: str
    size_from: float
    size_to: float
    wealth_from: float
    wealth_to: float
    members: int
    estimated: int


@dataclass(frozen=True)
class Peers:
    """`label` (unit,): the group of each unit; `groups`: what each label means, in order."""

    label: npt.NDArray[np.str_]
    groups: tuple[Group, ...]


def peers(
    n: Array,
    wealth: Array,
    known: Mask,
    size_breaks: tuple[float, ...],
    tiers: int,
    min_members: int,
) -> Peers:
    """Group units (unit,) by size and wealth into groups with at least `min_members` estimates.

    n: cases under way, NaN counts as none. wealth: see the module; NaN is a tier of its own, tier0.
    known: units with an estimate to shrink. size_breaks: where a size class begins, ascending;
    classes are size1, size2, ... tiers: number of quantile groups of wealth over all units of the
    level, tier1 the poorest; equal wealth is one tier.

    Where estimates are too few the group is made coarser: a size class is joined to the next
    smaller one (the smallest to the next larger) until each has enough, labelled size3+4, and at
    last the whole level is one class; classes without units are passed over. Then a class is split
    into tiers only if each of its tiers that has estimates has enough. So groups never overlap and
    every unit is a peer of its peers. Labels: size2-tier1, size2 without tiers, tier1 without
    sizes, all without either. Whatever `min_members`, the whole level is a group even when it has
    too few.

    Raises ValueError where size_breaks do not ascend, or tiers or min_members are below 1.
    """
    if list(size_breaks) != sorted(set(size_breaks)) or tiers < 1 or min_members < 1:
        raise ValueError("size breaks must ascend; tiers and members start at 1")
    size = np.digitize(np.nan_to_num(n), np.array(size_breaks, dtype=np.float64)) + 1
    tier = wealth_tiers(wealth, tiers)
    label = np.full(n.shape, WHOLE_LEVEL, dtype="<U64")
    groups: list[Group] = []
    edges = (0.0, *size_breaks, math.inf)
    classes = _joined(size, known, min_members)
    for joined in classes:
        no_size = len(classes) == 1 and (len(joined) > 1 or not size_breaks)
        for name, members in _cells(np.isin(size, joined), tier, known, min_members):
            parts = "" if no_size else "size" + "+".join(map(str, joined)), name
            text = "-".join(filter(None, parts)) or WHOLE_LEVEL
            label[members] = text
            held = wealth[members & ~np.isnan(wealth)]
            span = (float(held.min()), float(held.max())) if held.size else (math.nan, math.nan)
            count, estimated = int(members.sum()), int((members & known).sum())
            groups.append(
                Group(text, edges[joined[0] - 1], edges[joined[-1]], *span, count, estimated)
            )
    return Peers(label, tuple(groups))


def wealth_tiers(wealth: Array, tiers: int) -> Numbers:
    """Quantile group of each unit (unit,), from 1 for the poorest; 0 where wealth is NaN.

    A limit is the wealth of a unit (no interpolation) and belongs to the tier below it.
    """
    known = ~np.isnan(wealth)
    tier = np.zeros(wealth.shape, dtype=np.int64)
    if known.any():
        inner = np.arange(1, tiers) / tiers
        limits = np.quantile(wealth[known], inner, method="inverted_cdf")
        tier[known] = np.searchsorted(limits, wealth[known], side="left") + 1
    return tier


def _joined(size: Numbers, known: Mask, min_members: int) -> list[list[int]]:
    """Size classes with any unit, joined until each has `min_members` estimates or is alone."""
    classes: list[list[int]] = []
    counts: list[int] = []
    for number in np.unique(size).tolist():
        count = int((known & (size == number)).sum())
        if classes and min(count, counts[-1]) < min_members:
            # Either this class is too small and joins the one before, or the smallest, still alone
            # at the front, is and this one joins it.
            classes[-1].append(number)
            counts[-1] += count
        else:
            classes.append([number])
            counts.append(count)
    return classes


def _cells(inside: Mask, tier: Numbers, known: Mask, min_members: int) -> list[tuple[str, Mask]]:
    """The tiers of a size class as (name, members), or the class undivided under an empty name."""
    cells = [(f"tier{number}", inside & (tier == number)) for number in np.unique(tier[inside])]
    # A tier without estimates needs no peers; nor do places whose wealth is not known.
    counts = [int((members & known).sum()) for name, members in cells if name != UNKNOWN]
    needed = [count for count in counts if count]
    if len(needed) > 1 and min(needed) >= min_members:
        return cells
    return [("", inside)] if inside.any() else []
