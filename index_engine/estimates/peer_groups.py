"""Peer groups by data: places of one level and time, by how many cases they have and how much money
is at stake where they work.

A court is shrunk towards its peers, so the choice of peers moves small courts, and must not be
anyone's opinion. Two things are used. Size: fixed limits on the number of cases. And wealth: what
is at stake in a case, as the mean capped amount claimed in the place's province (for a province its
own). Creditors decide what they claim, not the court, and one court among the hundred or so of a
province hardly moves the mean; yet rich and poor provinces enforce under different conditions, and
a court of a poor one should not be shrunk towards courts of a rich one.

Groups must not be formed from the outcome, or from anything a court influences. To sort courts by
recovery and shrink each group to its mean would be circular: chance decides who is called weak,
then the group's low mean confirms it, and errors that should be averaged out are kept.

Whether to shrink groups together or apart is the question of Efron and Morris (1973, J. Royal
Statistical Society B 35: 379-421): together only where one centre is believable. Size is used for
the reason of Silber et al. (2010, Health Services Research 45: 1148-1167): where small places
differ from large ones, a common centre draws exactly the small ones to where they do not belong.

Limits of size are fixed; limits of wealth are quantiles of the places passed. To keep groups the
same over time, give the numbers of one base time.
"""

import math
from dataclasses import dataclass

import numpy as np

from index_engine.arrays import Array, BoolArray, IntArray, TextArray

WHOLE_LEVEL = "all"


@dataclass(frozen=True)
class PeerGroup:
    """One peer group: cases from `lower_size` to below `upper_size`, wealth from `min_wealth` to
    `max_wealth` among its members (NaN where unknown); how many members, and how many of them have
    an estimate."""

    label: str
    lower_size: float
    upper_size: float
    min_wealth: float
    max_wealth: float
    n_members: int
    n_estimates: int


@dataclass(frozen=True)
class PeerGroups:
    """`label` (place,): the group of each place; `groups`: what each label means, in order."""

    label: TextArray
    groups: tuple[PeerGroup, ...]


def form_peer_groups(
    n: Array, wealth: Array, has_estimate: BoolArray, size_breaks: tuple[float, ...], n_tiers: int, min_members: int
) -> PeerGroups:
    """Group places (place,) by size and wealth into groups with at least `min_members` estimates.

    n: cases under way, NaN counts as none. wealth: see the module; NaN is a tier of its own, tier0.
    has_estimate: places with an estimate to shrink. size_breaks: where a size class begins,
    ascending; classes are size1, size2, ... n_tiers: number of quantile groups of wealth over all
    places of the level, tier1 the poorest; equal wealth is one tier.

    Where estimates are too few the group is made coarser: a size class is joined to the next
    smaller one (the smallest to the next larger) until each has enough, labelled size3+4, and at
    last the whole level is one class; classes without places are passed over. Then a class is split
    into tiers only if each of its tiers that has estimates has enough. So groups never overlap and
    every place is a peer of its peers. Labels: size2-tier1, size2 without tiers, tier1 without
    sizes, all without either. Whatever `min_members`, the whole level is a group even when it has
    too few.

    Raises ValueError where size_breaks do not ascend, or n_tiers or min_members are below 1.
    """
    if list(size_breaks) != sorted(set(size_breaks)) or n_tiers < 1 or min_members < 1:
        raise ValueError("size breaks must ascend; tiers and members start at 1")
    size = np.digitize(np.nan_to_num(n), np.array(size_breaks, dtype=np.float64)) + 1
    tier = wealth_tiers(wealth, n_tiers)
    label = np.full(n.shape, WHOLE_LEVEL, dtype="<U64")
    groups: list[PeerGroup] = []
    edges = (0.0, *size_breaks, math.inf)
    classes = _merge_size_classes(size, has_estimate, min_members)
    for class_numbers in classes:
        is_single_class = len(classes) == 1 and (len(class_numbers) > 1 or not size_breaks)
        for tier_name, is_member in _split_by_tier(np.isin(size, class_numbers), tier, has_estimate, min_members):
            label_parts = ("" if is_single_class else "size" + "+".join(map(str, class_numbers)), tier_name)
            group_label = "-".join(filter(None, label_parts)) or WHOLE_LEVEL
            label[is_member] = group_label
            member_wealth = wealth[is_member & ~np.isnan(wealth)]
            wealth_range = (
                (float(member_wealth.min()), float(member_wealth.max())) if member_wealth.size else (math.nan, math.nan)
            )
            n_members, n_estimates = int(is_member.sum()), int((is_member & has_estimate).sum())
            groups.append(
                PeerGroup(
                    group_label,
                    edges[class_numbers[0] - 1],
                    edges[class_numbers[-1]],
                    *wealth_range,
                    n_members,
                    n_estimates,
                )
            )
    return PeerGroups(label, tuple(groups))


def wealth_tiers(wealth: Array, n_tiers: int) -> IntArray:
    """Quantile group of each place (place,), from 1 for the poorest; 0 where wealth is NaN.

    A limit is the wealth of a place (no interpolation) and belongs to the tier below it.
    """
    has_wealth = ~np.isnan(wealth)
    tier = np.zeros(wealth.shape, dtype=np.int64)
    if has_wealth.any():
        probabilities = np.arange(1, n_tiers) / n_tiers
        limits = np.quantile(wealth[has_wealth], probabilities, method="inverted_cdf")
        tier[has_wealth] = np.searchsorted(limits, wealth[has_wealth], side="left") + 1
    return tier


def _merge_size_classes(size: IntArray, has_estimate: BoolArray, min_members: int) -> list[list[int]]:
    """Size classes with any place, joined until each has `min_members` estimates or is alone."""
    classes: list[list[int]] = []
    counts: list[int] = []
    for size_class in np.unique(size).tolist():
        count = int((has_estimate & (size == size_class)).sum())
        if classes and min(count, counts[-1]) < min_members:
            # Either this class is too small and joins the one before, or the smallest, still alone
            # at the front, is and this one joins it.
            classes[-1].append(size_class)
            counts[-1] += count
        else:
            classes.append([size_class])
            counts.append(count)
    return classes


def _split_by_tier(
    in_class: BoolArray, tier: IntArray, has_estimate: BoolArray, min_members: int
) -> list[tuple[str, BoolArray]]:
    """The tiers of a size class as (name, members), or the class undivided under an empty name."""
    cells = [(f"tier{tier_number}", in_class & (tier == tier_number)) for tier_number in np.unique(tier[in_class])]
    # A tier without estimates needs no peers.
    counts = [int((is_member & has_estimate).sum()) for _, is_member in cells]
    nonzero_counts = [count for count in counts if count]
    if len(nonzero_counts) > 1 and min(nonzero_counts) >= min_members:
        return cells
    return [("", in_class)] if in_class.any() else []
