"""Payments of a place over those that the nation's rates lead one to expect of the same cases."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import components
from dashboard.ui.html import tag
from dashboard.ui.national_comparison import IntervalPosition, interval_position
from index_engine import queries
from index_engine.queries import IndirectRatio


def draw_expected_payments(view: View) -> None:
    """The ratio with its interval in a sentence, the two counts, and its shrinkage estimate."""
    place = view.place
    st.html(tag("h3", _("Cases paid, compared with what its case mix would predict"), class_="chart"))
    line = queries.indirect_ratio(view.snapshot, place.level, place.place_id, view.period)
    if line is None:
        message = _("Fewer than {n} of its cases were paid or would be expected to be: too few to compare.").format(
            n=formats.number(view.snapshot.main.min_cell)
        )
        st.html(tag("p", message, class_="said"))
        return
    ratio = tag("strong", formats.number(line.ratio, 2), class_="big")
    st.html(tag("p", ratio, tag("span", ratio_text(line)), class_="ratio"))
    sentences: list[object] = [
        tag(
            "span",
            _("cases paid and expected: {n}").format(n=formats.count(line.observed, line.suppression)),
            title=components.status_advice(line.suppression),
        )
        if line.suppression
        else _("{observed} cases paid, {expected} expected").format(
            observed=formats.number(line.observed), expected=formats.number(line.expected)
        )
    ]
    if not formats.is_missing(line.shrunk):
        sentences.append(
            _("shrunk towards places at its level: {ratio} ({interval})").format(
                ratio=formats.number(line.shrunk, 2),
                interval=formats.interval(line.shrunk_low, line.shrunk_high, "ratio"),
            )
        )
    st.html(tag("p", components.facts(*sentences), class_="said"))
    score_row = view.score_row(place)
    st.html(components.source_line(view, n=score_row.n if score_row else None))
    components.download_button("expected", view, lambda: pd.DataFrame([line]))


def ratio_text(line: IndirectRatio) -> str:
    """The ratio of observed to expected payments as a sentence with its interval."""
    interval = formats.interval(line.low, line.high, "ratio")
    ratio = formats.number(line.ratio, 2)
    if line.event != "cash":
        return _(
            "{event}: {ratio} times the number expected at national rates for the same "
            "case mix (95% interval {interval})."
        ).format(event=components.outcome_name(line.event), ratio=ratio, interval=interval)
    if interval_position(line.low, line.high, 1.0) is IntervalPosition.OVERLAPPING:
        return _(
            "Cases paid are {ratio} times the number expected at national rates for the "
            "same case mix (95% interval {interval}): no clear difference."
        ).format(ratio=ratio, interval=interval)
    return _(
        "Cases paid are {ratio} times the number expected at national rates for the "
        "same case mix (95% interval {interval})."
    ).format(ratio=ratio, interval=interval)
