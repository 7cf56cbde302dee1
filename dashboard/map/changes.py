"""What changed most since an earlier quarter, by more than sampling explains, and through what."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, controls, formats, parts
from dashboard.data import View
from dashboard.i18n import _, pick, place_name
from dashboard.map import kinds
from dashboard.markup import Html, join, tag
from index_engine import periods

SINCE = {"quarter": 1, "year": 4}
MOST = 5  # on each side; of what is in no order, as many as a page can hold
MOST_UNORDERED = 20


def section(shown: View, level: str, units: pd.DataFrame) -> None:
    """Rises and falls side by side, of the units of the map."""
    since = address.get("since") if address.get("since") in SINCE else "quarter"
    before = periods.label(periods.parse(shown.period) - SINCE[since])
    parts.section(_("What changed"), _explained(shown, since, before), anchor="changed")
    st.html(_switch(since))
    if before not in shown.data.periods():
        none = _("There is no score for {period} to compare with.")
        st.html(tag("p", none.format(period=formats.period(before)), class_="quiet"))
        return
    moved = shown.data.moved(level, shown.period, before)
    moved = moved[moved["unit_id"].isin(units["unit_id"])]
    if moved.empty:
        none = _("No place here has a score in both periods.")
        st.html(tag("p", none, class_="quiet"))
        return
    st.html(shown.keep("moved", lambda: _told(shown, level, moved, before), level, since))
    st.html(parts.source_line(shown, n=int(moved["n"].sum()), since=before))
    parts.download(f"changes-{level}-{since}", shown, lambda: moved)


def _explained(shown: View, since: str, before: str) -> str:
    """The rule by which a change counts, in words."""
    confidence = kinds.confidence(shown)
    if since == "quarter":
        return _(
            "Changes since {period} whose {confidence} interval leaves out 0. The two periods of "
            "{months} months have all but three in common; the error of the change is taken as if "
            "they had three months fewer, which errs to the wide side."
        ).format(period=formats.period(before), confidence=confidence, months=parts.months(shown))
    return _(
        "Changes since {period} whose {confidence} interval leaves out 0. The two periods of "
        "{months} months have no month in common."
    ).format(period=formats.period(before), confidence=confidence, months=parts.months(shown))


def _switch(since: str) -> Html:
    names = {"quarter": _("On the quarter"), "year": _("On the year")}
    return controls.switch("since", _("Changed since"), names, since, default="quarter")


def _told(shown: View, level: str, moved: pd.DataFrame, before: str) -> Html:
    beyond = moved[moved["beyond"]]
    rises = beyond[beyond["change"] > 0]
    falls = beyond[beyond["change"] < 0]
    if shown.data.in_order(level):  # those that fell most first
        falls = falls.iloc[::-1]
    sides = [
        _side(shown, level, rises, _("Risen ({n})"), _("None rose by more than that.")),
        _side(shown, level, falls, _("Fallen ({n})"), _("None fell by more than that.")),
    ]
    return join(tag("p", _counted(moved, len(beyond), before)), tag("div", *sides, class_="moved"))


def _counted(moved: pd.DataFrame, beyond: int, before: str) -> str:
    """How many did not change notably, and how far chance alone would go."""
    return _(
        "{still} of {n} places with a score in both periods changed by no more than sampling "
        "explains since {period}."
    ).format(
        still=formats.number(len(moved) - beyond),
        n=formats.number(len(moved)),
        period=formats.period(before),
    )


def _side(shown: View, level: str, rows: pd.DataFrame, title: str, none: str) -> Html:
    heading = tag("h3", title.format(n=formats.number(len(rows))))
    if rows.empty:
        return tag("section", heading, tag("p", none))
    most = MOST if shown.data.in_order(level) else MOST_UNORDERED
    items = [_item(shown, level, line) for line in rows.head(most).itertuples(index=False)]
    return tag("section", heading, tag("ol", *items))


def _item(shown: View, level: str, line: Any) -> Html:
    way = tag("a", place_name(line), href=parts.place_link(line, "region", level), data_in=True)
    scores = _("{before} → {now}, {confidence} interval of the change {low} to {high}").format(
        before=formats.number(line.score_before, 1),
        now=formats.number(line.score, 1),
        confidence=kinds.confidence(shown),
        low=formats.change(line.low),
        high=formats.change(line.high),
    )
    cases = _("{before} → {now} cases under way").format(
        before=formats.number(line.n_before), now=formats.number(line.n)
    )
    reason = tag("span", _reason(shown, line), class_="reason")
    said = tag("div", way, reason, tag("small", parts.facts(scores, cases)))
    return tag("li", tag("b", formats.change(line.change)), said)


def _reason(shown: View, line: Any) -> str:
    """The indicator that moved the score most: from what to what, of how many, by how much."""
    indicator = shown.data.method.indicator(line.indicator)
    named = {"name": pick(indicator.name), "part": formats.change(line.part)}
    if formats.missing(line.value) or formats.missing(line.value_before):
        return _(
            "Mostly {name}, {part} points: in one of the two periods its peers' value stands in "
            "for too few cases."
        ).format(**named)
    return _("Mostly {name}: {before} (n = {n_before}) → {now} (n = {n}), {part} points.").format(
        before=formats.value(line.value_before, indicator.unit),
        now=formats.value(line.value, indicator.unit),
        n_before=formats.number(line.indicator_n_before),
        n=formats.number(line.indicator_n),
        **named,
    )
