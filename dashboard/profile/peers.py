"""The peers of a place, and how far its score is drawn to them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, formats, parts, tables
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import Html, tag
from dashboard.profile import score_apart
from dashboard.tables import Column
from index_engine.method import Peers

LABEL = re.compile(r"(?:size([\d+]+))?-?(?:tier(\d+))?")
ENDS = ("score", "low", "high")
UNTIERED = "0"  # the tier of places whose claims are not known


def has(shown: View, row: Any) -> bool:
    """Whether the place has peers: the nation and special courts have none."""
    return shown.place.level != "nation" and row is not None and not formats.missing(row.peers)


def section(shown: View, row: Any) -> None:
    """Which group the place belongs to, by what, and what drawing to it does to the score."""
    if not has(shown, row):
        return
    parts.section(
        _("Its peers"),
        _(
            "A small court's value is mostly chance. For a second look it is drawn to the mean of "
            "places like it: of one level, a like number of cases and like sums at stake, none of "
            "which depends on how well it enforces."
        ),
        anchor="peers",
    )
    by_size, by_tier = described(row.peers, shown.data.main.peers)
    st.html(
        tag(
            "dl",
            _fact(_("Cases under way"), by_size),
            _fact(_("Sums at stake"), by_tier),
            _fact(_("Places in the group"), formats.number(row.peers_members)),
            class_="facts",
        )
    )
    if formats.missing(row.score) or formats.missing(row.shrunk):
        why = _("It has no score, so that none is drawn to its peers.")
        st.html(tag("p", why, class_="said"))
        return
    rows = [
        (_("As observed"), row.score, row.low, row.high),
        (_("Drawn to its peers"), row.shrunk, row.shrunk_low, row.shrunk_high),
    ]
    with st.container(key="peers"):
        st.html(tables.table(_columns(), rows, caption=_("Its peers")))
    each = tag("a", _("Indicator by indicator"), href=address.here(view="peers"), data_in=True)
    st.html(tag("p", drawn_said(row), " ", each, class_="said"))
    st.html(parts.source_line(shown, n=row.n))
    parts.download("peers", shown, lambda: pd.DataFrame(rows, columns=["estimate", *ENDS]))


def _fact(term: str, meaning: str) -> Html:
    return tag("div", tag("dt", term), tag("dd", meaning))


def _columns() -> list[Column]:
    item = score_apart.SCORE_ITEM
    return [
        Column(_("Estimate"), lambda line: line[0]),
        Column("0–100", lambda line: tables.whisker(*line[1:]), kind="plot"),
        Column(_("Score"), lambda line: score_apart.with_interval(*line[1:], item), kind="number"),
    ]


def drawn_said(row: Any) -> str:
    """How far the score moves, in words."""
    moved = round(float(row.shrunk) - float(row.score), 1)
    if moved == 0:
        return _("Its peers do not move it.")
    points = formats.number(abs(moved), 1)
    if moved > 0:
        return _("Its peers draw it up by {points} points.").format(points=points)
    return _("Its peers draw it down by {points} points.").format(points=points)


def described(label: str, peers: Peers) -> tuple[str, str]:
    """Size and tier of a group in words, of its label such as 'size2+3-tier1', 'size4' or 'all'."""
    whole = _("of all sizes")
    found = LABEL.fullmatch(label)
    if found is None:
        return whole, _("of all tiers")
    sizes, tier = found.groups()
    return (_size(sizes, peers.size_breaks) if sizes else whole), _tier(tier, peers.tiers)


def _size(numbers: str, breaks: tuple[int, ...]) -> str:
    """The classes of size, joined where the label joins them."""
    edges = list(pairwise((0, *breaks, None)))
    joined = [edges[int(number) - 1] for number in numbers.split("+")]
    low, high = joined[0][0], joined[-1][1]
    if not low and high is None:
        return _("of all sizes")
    if not low:
        return _("fewer than {n}").format(n=formats.number(high))
    if high is None:
        return _("{n} and more").format(n=formats.number(low))
    return _("{low} to fewer than {high}").format(
        low=formats.number(low), high=formats.number(high)
    )


def _tier(tier: str | None, tiers: int) -> str:
    if tier is None:
        return _("of all tiers")
    if tier == UNTIERED:
        return _("claims not known")
    if tier == "1":
        return _("lowest of {n} tiers of mean claim").format(n=formats.number(tiers))
    if int(tier) == tiers:
        return _("highest of {n} tiers of mean claim").format(n=formats.number(tiers))
    return _("tier {tier} of {n} of mean claim, 1 the lowest").format(
        tier=tier, n=formats.number(tiers)
    )
