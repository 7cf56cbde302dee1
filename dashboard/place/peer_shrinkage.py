"""The peers of a place, and how far its score is drawn to them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.place import score_decomposition
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import components, table
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column
from index_engine.method import Peers

LABEL_PATTERN = re.compile(r"(?:size([\d+]+))?-?(?:tier(\d+))?")
VALUE_COLUMNS = ("score", "low", "high")
UNKNOWN_TIER = "0"  # the tier of places whose claims are not known


def has_peers(view: View, row: Any) -> bool:
    """Whether the place has peers: the nation and special courts have none."""
    return view.place.level != "nation" and row is not None and not formats.is_missing(row.peers)


def section(view: View, row: Any) -> None:
    """Which group the place belongs to, by what, and what drawing to it does to the score."""
    if not has_peers(view, row):
        return
    components.section(
        _("Its peers"),
        _(
            "A small court's value is mostly chance. For a second look it is drawn to the mean of "
            "places like it: of one level, a like number of cases and like sums at stake, none of "
            "which depends on how well it enforces."
        ),
        anchor="peers",
    )
    size_text, tier_text = describe_peer_group(row.peers, view.snapshot.main.peers)
    st.html(
        tag(
            "dl",
            _fact_item(_("Cases under way"), size_text),
            _fact_item(_("Sums at stake"), tier_text),
            _fact_item(_("Places in the group"), formats.number(row.peers_members)),
            class_="facts",
        )
    )
    if formats.is_missing(row.score) or formats.is_missing(row.shrunk):
        message = _("It has no score, so that none is drawn to its peers.")
        st.html(tag("p", message, class_="said"))
        return
    rows = [
        (_("As observed"), row.score, row.low, row.high),
        (_("Drawn to its peers"), row.shrunk, row.shrunk_low, row.shrunk_high),
    ]
    with st.container(key="peers"):
        st.html(table.html_table(_columns(), rows, caption=_("Its peers")))
    details_link = tag(
        "a", _("Indicator by indicator"), href=address.current_link(view="peers"), data_in=True
    )
    st.html(tag("p", shrinkage_text(row), " ", details_link, class_="said"))
    st.html(components.source_line(view, n=row.n))
    components.download_button(
        "peers", view, lambda: pd.DataFrame(rows, columns=["estimate", *VALUE_COLUMNS])
    )


def _fact_item(term: str, meaning: str) -> Html:
    return tag("div", tag("dt", term), tag("dd", meaning))


def _columns() -> list[Column]:
    item = score_decomposition.SCORE_ITEM
    return [
        Column(_("Estimate"), lambda line: line[0]),
        Column("0–100", lambda line: table.whisker(*line[1:]), kind="plot"),
        Column(
            _("Score"),
            lambda line: score_decomposition.value_with_interval(*line[1:], item),
            kind="number",
        ),
    ]


def shrinkage_text(row: Any) -> str:
    """How far the score moves, in words."""
    score_change = round(float(row.shrunk) - float(row.score), 1)
    if score_change == 0:
        return _("Its peers do not move it.")
    points = formats.number(abs(score_change), 1)
    if score_change > 0:
        return _("Its peers draw it up by {points} points.").format(points=points)
    return _("Its peers draw it down by {points} points.").format(points=points)


def describe_peer_group(label: str, peers: Peers) -> tuple[str, str]:
    """Size and tier of a group in words, of its label such as 'size2+3-tier1', 'size4' or 'all'."""
    all_sizes = _("of all sizes")
    label_match = LABEL_PATTERN.fullmatch(label)
    if label_match is None:
        return all_sizes, _("of all tiers")
    sizes, tier = label_match.groups()
    return (_size_text(sizes, peers.size_breaks) if sizes else all_sizes), _tier_text(
        tier, peers.tiers
    )


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
    return _("{low} to fewer than {high}").format(
        low=formats.number(low), high=formats.number(high)
    )


def _tier_text(tier: str | None, tiers: int) -> str:
    if tier is None:
        return _("of all tiers")
    if tier == UNKNOWN_TIER:
        return _("claims not known")
    if tier == "1":
        return _("lowest of {n} tiers of mean claim").format(n=formats.number(tiers))
    if int(tier) == tiers:
        return _("highest of {n} tiers of mean claim").format(n=formats.number(tiers))
    return _("tier {tier} of {n} of mean claim, 1 the lowest").format(
        tier=tier, n=formats.number(tiers)
    )
