"""The peer group of a place, and how far shrinkage moves its score."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import components, peer_group_labels
from dashboard.ui.columns import score_whisker_column, text_column, value_column
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Source, TableSpec, table_block
from index_engine.queries import Score


@dataclass(frozen=True)
class ScoreEstimate:
    """One estimate of the score with its interval, in points."""

    estimate: str
    score: float
    low: float
    high: float


def has_peers(view: View, row: Score | None) -> bool:
    """Whether the place has peers: the nation and special courts have none."""
    return view.place.level != "nation" and row is not None and not formats.is_missing(row.peer_group)


def section(view: View, row: Score | None) -> None:
    """The group of the place, what defines it, and the score as observed and as shrunk."""
    if row is None or formats.is_missing(row.peer_group) or not has_peers(view, row):
        return
    components.section(
        _("Peer group"),
        _(
            "For a small place, much of an observed value is chance. A shrinkage estimate "
            "moves it towards the mean of its peer group: places at the same level with "
            "similar caseloads and similar claims, none of which depends on performance."
        ),
        anchor="peers",
    )
    st.html(_group_facts(view, row.peer_group, row.n_peers))
    has_estimates = not formats.is_missing(row.score) and not formats.is_missing(row.shrunk)
    rows = score_estimates(row) if has_estimates else []
    spec: TableSpec[ScoreEstimate] = TableSpec(
        key="peers",
        title=_("Peer group"),
        heading="",
        columns=[
            text_column(_("Estimate"), lambda line: line.estimate),
            score_whisker_column(lambda line: line.score, lambda line: (line.low, line.high)),
            value_column(_("Score"), lambda line: line.score, "score", interval=lambda line: (line.low, line.high)),
        ],
        empty_text=_("It has no score, so there is no shrinkage estimate."),
        notes=[_shrinkage_note(row)] if has_estimates else [],
        source=Source(n=row.n),
        download=lambda: pd.DataFrame(rows),
    )
    table_block(view, spec, rows)


def _group_facts(view: View, peer_group: str, n_peers: float) -> Html:
    size_text, tier_text = peer_group_labels.describe_peer_group(peer_group, view.snapshot.main.peers)
    pairs = ((_("Caseload"), size_text), (_("Claims"), tier_text), (_("Places in the group"), formats.number(n_peers)))
    items = [tag("div", tag("dt", term), tag("dd", meaning)) for term, meaning in pairs]
    return tag("dl", *items, class_="facts")


def score_estimates(row: Score) -> list[ScoreEstimate]:
    """The score of a row of scores as observed, and its shrinkage estimate."""
    return [
        ScoreEstimate(_("As observed"), row.score, row.low, row.high),
        ScoreEstimate(_("Shrinkage estimate"), row.shrunk, row.shrunk_low, row.shrunk_high),
    ]


def _shrinkage_note(row: Score) -> Html:
    details_link = tag("a", _("By indicator"), href=address.current_link(view="peers"), data_in=True)
    return tag("p", shrinkage_text(row.score, row.shrunk), " ", details_link, class_="said")


def shrinkage_text(score: float, shrunk: float) -> str:
    """How far the shrinkage estimate lies from the score, in words; both in points."""
    score_change = round(shrunk - score, 1)
    if score_change == 0:
        return _("Shrinkage leaves the score unchanged.")
    points = formats.number(abs(score_change), 1)
    if score_change > 0:
        return _("Shrinkage raises the score by {points} points.").format(points=points)
    return _("Shrinkage lowers the score by {points} points.").format(points=points)
