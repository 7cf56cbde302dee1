"""The places that changed most since an earlier quarter, by more than sampling error, and through
which indicator."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components, controls
from dashboard.ui.html import Html, join, tag
from index_engine import periods, queries

LAG_QUARTERS = {"quarter": 1, "year": 4}
MAX_ITEMS = 5  # on each side; of what is in no order, as many as a page can hold
MAX_UNORDERED_ITEMS = 20
MAX_CHANCE_ITEMS = 3  # on each side, with those beyond chance


def section(view: View, level: str, places: pd.DataFrame) -> None:
    """Rises and falls side by side, of the places on the map."""
    lag = address.get("since") if address.get("since") in LAG_QUARTERS else "quarter"
    base_period = periods.label(periods.parse(view.period) - LAG_QUARTERS[lag])
    components.section(_("What changed"), _explanation_text(view, lag, base_period), anchor="changed")
    st.html(_lag_switch(lag))
    if base_period not in view.snapshot.periods():
        message = _("There is no score for {period} to compare with.")
        st.html(tag("p", message.format(period=formats.period(base_period)), class_="quiet"))
        return
    changes = queries.score_changes(view.snapshot, level, view.period, base_period)
    changes = changes[changes["place_id"].isin(places["place_id"])]
    if changes.empty:
        message = _("No place here has a score in both periods.")
        st.html(tag("p", message, class_="quiet"))
        return
    st.html(view.cached("moved", lambda: _changes_html(view, level, changes, base_period), level, lag))
    st.html(components.source_line(view, n=int(changes["n"].sum()), first_period=base_period))
    components.download_button(f"changes-{level}-{lag}", view, lambda: changes)


def _explanation_text(view: View, lag: str, base_period: str) -> str:
    """The rule by which a change counts, in words."""
    rule = _(
        "Changes since {period} beyond chance: of those listed, at most {rate} on average are due to "
        "chance (false discovery rate, Benjamini and Hochberg 1995)."
    ).format(period=formats.period(base_period), rate=components.false_discovery_rate(view))
    if lag == "quarter":
        windows = _(
            "The two periods of {months} months share all but three; the error of the change is "
            "computed as if they shared three fewer, which is conservative."
        )
    else:
        windows = _("The two periods of {months} months do not overlap.")
    return f"{rule} {windows.format(months=components.window_months(view))}"


def _lag_switch(lag: str) -> Html:
    names = {"quarter": _("On the quarter"), "year": _("On the year")}
    return controls.switch("since", _("Changed since"), names, lag, default="quarter")


def _changes_html(view: View, level: str, changes: pd.DataFrame, base_period: str) -> Html:
    in_order = view.snapshot.publishes_ranks(level)
    rises, falls = changes[changes["change"] > 0], changes[changes["change"] < 0]
    if in_order:  # those that fell most first
        falls = falls.iloc[::-1]
    sides = [
        _change_list(view, level, rises, _("Risen ({n})"), _("None rose by more than chance.")),
        _change_list(view, level, falls, _("Fallen ({n})"), _("None fell by more than chance.")),
    ]
    summary = _summary_text(view, changes, int(changes["beyond"].sum()), base_period)
    return join(tag("p", summary), tag("div", *sides, class_="moved"))


def _summary_text(view: View, changes: pd.DataFrame, significant_count: int, base_period: str) -> str:
    """How many did not change by more than chance, and how many chance alone would make."""
    excludes_zero = (changes["low"] > 0.0) | (changes["high"] < 0.0)
    return _(
        "Since {period}, {still} of the {n} places with a score in both periods changed by no more than "
        "chance. Judged one by one, {single} have a {confidence} interval of the change that excludes 0; "
        "chance alone would make about {expected}."
    ).format(
        still=formats.number(len(changes) - significant_count),
        n=formats.number(len(changes)),
        period=formats.period(base_period),
        single=formats.number(excludes_zero.sum()),
        confidence=components.confidence_level(view),
        expected=formats.number((1.0 - view.snapshot.method.confidence) * len(changes), 1),
    )


def _change_list(view: View, level: str, rows: pd.DataFrame, title: str, empty_text: str) -> Html:
    """The places of one direction whose change is beyond chance; under them, or alone, the largest that may be
    chance, where the level is published in order."""
    in_order = view.snapshot.publishes_ranks(level)
    beyond, others = rows[rows["beyond"]], rows[~rows["beyond"]]
    pieces: list[object] = [tag("h3", title.format(n=formats.number(len(beyond))))]
    if beyond.empty:
        pieces.append(tag("p", empty_text))
    shown = beyond.head(MAX_ITEMS if in_order else MAX_UNORDERED_ITEMS)
    if len(shown):
        pieces.append(_items(view, level, shown))
    others = others.head(max(MAX_CHANCE_ITEMS - len(shown), 0) if in_order else 0)
    if len(others):
        pieces += [tag("p", _("The largest that may be chance:"), class_="quiet"), _items(view, level, others)]
    return tag("section", *pieces)


def _items(view: View, level: str, rows: pd.DataFrame) -> Html:
    return tag("ol", *(_change_item(view, level, line) for line in rows.itertuples(index=False)))


def _change_item(view: View, level: str, line: Any) -> Html:
    link = cells.place_link(line, level)
    scores = _("{before} → {now}, {confidence} interval of the change {low} to {high}").format(
        before=formats.number(line.score_before, 1),
        now=formats.number(line.score, 1),
        confidence=components.confidence_level(view),
        low=formats.change(line.low),
        high=formats.change(line.high),
    )
    cases = _("{before} → {now} cases under way").format(
        before=formats.count(line.n_before, line.n_before_suppression),
        now=formats.count(line.n, line.n_suppression),
    )
    facts = [scores, cases]
    if not formats.is_missing(line.rank) and not formats.is_missing(line.rank_before):
        facts.insert(1, _("rank {before} → {now}").format(before=int(line.rank_before), now=int(line.rank)))
    facts.append(_quarter_alone(view, line))
    reason = tag("span", _main_contribution(view, line), class_="reason")
    body = tag("div", link, reason, tag("small", components.facts(*facts)))
    return tag("li", tag("b", formats.change(line.change)), body)


def _quarter_alone(view: View, line: Any) -> str:
    """What the last quarter of the window says by itself, beside that of a year before; '' where it has too few."""
    if formats.is_missing(line.quarter_paid) or formats.is_missing(line.quarter_closed):
        return ""
    text = _("{quarter} alone: {paid} paid of {closed} closed, {share}").format(
        quarter=formats.period(view.period),
        paid=formats.number(line.quarter_paid),
        closed=formats.number(line.quarter_closed),
        share=formats.percent(line.quarter_paid / line.quarter_closed),
    )
    if formats.is_missing(line.quarter_paid_before) or formats.is_missing(line.quarter_closed_before):
        return text
    before = formats.percent(line.quarter_paid_before / line.quarter_closed_before)
    return _("{quarter_text} (a year before {share})").format(quarter_text=text, share=before)


def _main_contribution(view: View, line: Any) -> str:
    """The indicator that moved the score most: from what to what, of how many, by how much."""
    indicator = view.snapshot.method.indicator(line.indicator)
    format_fields = {"name": localise(indicator.name), "part": formats.change(line.part)}
    if formats.is_missing(line.value) or formats.is_missing(line.value_before):
        return _(
            "Mostly {name}, {part} points: in one of the two periods it is imputed from peers, for want of cases."
        ).format(**format_fields)
    return _("Mostly {name}: {before} (n = {n_before}) → {now} (n = {n}), {part} points.").format(
        before=formats.value(line.value_before, indicator.unit),
        now=formats.value(line.value, indicator.unit),
        n_before=formats.count(line.indicator_n_before, line.indicator_n_before_suppression),
        n=formats.count(line.indicator_n, line.indicator_n_suppression),
        **format_fields,
    )
