"""Names of peer groups: which sizes and which tier of claims a group is of."""

from __future__ import annotations

import re
from itertools import pairwise

from dashboard.text import formats
from dashboard.text.i18n import _
from index_engine.method import Peers

LABEL_PATTERN = re.compile(r"(?:size([\d+]+))?-?(?:tier(\d+))?")
UNKNOWN_TIER = "0"  # of places whose claims are not known


def describe_peer_group(label: str, peers: Peers) -> tuple[str, str]:
    """Size and tier of a group in words, of its label such as 'size2+3-tier1', 'size4' or 'all'."""
    all_sizes = _("of all sizes")
    label_match = LABEL_PATTERN.fullmatch(label)
    if label_match is None:
        return all_sizes, _("of all tiers")
    sizes, tier = label_match.groups()
    return (_size_text(sizes, peers.size_breaks) if sizes else all_sizes), _tier_text(tier, peers.tiers)


def _size_text(class_numbers: str, breaks: tuple[int, ...]) -> str:
    """The classes of size, joined where the label joins them."""
    edges = list(pairwise((0, *breaks, None)))
    size_classes = [edges[int(number) - 1] for number in class_numbers.split("+")]
    low, high = size_classes[0][0], size_classes[-1][1]
    if not low and high is None:
        return _("of all sizes")
    if not low:
        return _("fewer than {n}").format(n=formats.number(high))
    if high is None:
        return _("{n} and more").format(n=formats.number(low))
    return _("{low} to fewer than {high}").format(low=formats.number(low), high=formats.number(high))


def _tier_text(tier: str | None, tiers: int) -> str:
    if tier is None:
        return _("of all tiers")
    if tier == UNKNOWN_TIER:
        return _("claims unknown")
    if tier == "1":
        return _("lowest of {n} tiers by mean claim").format(n=formats.number(tiers))
    if int(tier) == tiers:
        return _("highest of {n} tiers by mean claim").format(n=formats.number(tiers))
    return _("tier {tier} of {n} by mean claim (1 is lowest)").format(tier=tier, n=formats.number(tiers))
