"""The options of a ranking, all of them in the address, and how its table is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import components, controls, rank_groups
from dashboard.ui.html import Html, tag

ORDER, UNCERTAINTY, DIMENSIONS, INDICATORS = (
    "order",
    "doubt",
    "dimensions",
    "indicators",
)  # values of `columns` in the address
NARROW_INTERVAL = "90"  # value of `interval` in the address; by default intervals are of 95 %


def column_set() -> str:
    """The set of columns that the address names."""
    name = address.get("columns")
    return name if name in (UNCERTAINTY, DIMENSIONS, INDICATORS) else ORDER


BY_SCORE = "-score"  # value of `sort` in the address; by default places stand in groups of ranks


def shows_ranks(places: pd.DataFrame) -> bool:
    """Whether ranks are asked for, or there are no groups in which places could stand instead."""
    return address.get("sort").lstrip("-") == "score" or not rank_groups.has_groups(places)


@dataclass(frozen=True)
class ScoreInterval:
    """An interval of scores: the columns of its ends, and its confidence in per cent, as text."""

    low: str
    high: str
    confidence: str

    def ends(self, row: Any) -> tuple[float | None, float | None]:
        """Both ends in a row of a table of scores."""
        return getattr(row, self.low), getattr(row, self.high)


WIDE = ScoreInterval("low", "high", "95")
NARROW = ScoreInterval("low90", "high90", "90")


def selected_interval() -> ScoreInterval:
    """The interval that the address names."""
    return NARROW if address.get("interval") == NARROW_INTERVAL else WIDE


# ---------------------------------------------------------------- options


def draw_options(openers: list[Html], *, columns: bool, order: bool) -> None:
    """A row over the table: columns and interval, where there are any, the order where it can be chosen, and what
    can be opened."""
    names = {
        ORDER: _("Score"),
        INDICATORS: _("All indicators"),
        UNCERTAINTY: _("Uncertainty"),
        DIMENSIONS: _("Dimensions"),
    }
    orders = {"": _("Rank groups"), BY_SCORE: _("Ranks")}
    intervals = {"": _("95% interval"), NARROW_INTERVAL: _("90%")}
    interval = NARROW_INTERVAL if selected_interval() is NARROW else ""
    switches = [
        controls.switch("columns", _("Columns"), names, column_set(), default=ORDER, small=True),
        controls.switch("interval", _("Interval"), intervals, interval, small=True),
    ]
    if order:
        switches.insert(
            0, controls.switch("sort", _("Order"), orders, address.get("sort"), small=True, resets=("part",))
        )
    st.html(tag("div", *(switches if columns else ()), *openers, class_="ranking-choices"))


def panel_link(name: str, label: str) -> Html:
    """A link that opens a panel of the page, or closes it again."""
    is_open = address.get("panel") == name
    return tag(
        "a",
        label,
        href=address.current_link(panel="" if is_open else name),
        data_in=True,
        class_="opener",
        aria_expanded="true" if is_open else "false",
    )


def small_sample_limit(view: View) -> int:
    """Below so many cases a place belongs to the smallest group of peers of the method."""
    return min(view.snapshot.method.peers.size_breaks, default=0)


def few_cases_text(limit: int) -> str:
    text = _("fewer than {n} cases: the smallest places, most affected by chance")
    return text.format(n=formats.number(limit))


def cases_definition(view: View) -> str:
    text = _(
        "First-enforcement cases under way in the period. Places with fewer than {n} are marked "
        "“few”: the smallest places are most affected by chance."
    )
    return text.format(n=formats.number(small_sample_limit(view)))


# ---------------------------------------------------------------- how they are read


def draw_rank_set_advice(view: View, level: str, places: pd.DataFrame) -> None:
    """Where ranks have no confidence set, why, and where they have one."""
    if places["rank_low"].notna().any():
        return
    latest = view.snapshot.periods()[-1]
    if level != "court" or view.period == latest:
        few_places = _("Too few places have a score for confidence sets of ranks.")
        st.html(tag("p", few_places, class_="advice"))
        return
    message = _(
        "Confidence sets of ranks and the probability of a place at the top are computed for courts in the latest quarter only."
    )
    label = _("Show {period}").format(period=formats.period(latest))
    link = tag("a", label, href=address.current_link(period=""), data_in=True)
    st.html(tag("p", message, " ", link, class_="advice"))


def reading_guide(view: View, *, ranks: bool) -> Html:
    """How the table is read, to be opened below it; `ranks`: whether it has any."""
    method = view.snapshot.method
    share = formats.percent(method.ranks.top_share, 0)
    rank_terms = [
        (
            _("Rank"),
            _(
                "Beside it, in small print, the 95% confidence set: the ranks that the data do not "
                "rule out for this place. The joint set, which holds for all places at once, is "
                "wider; it is among the columns of uncertainty."
            ),
        ),
        (_("In top {share}").format(share=share), _("probability, from the shrinkage estimates and their intervals")),
    ]
    terms = components.definitions(
        *(rank_terms if ranks else ()),
        (_("Dot, line, tick"), _("score, its interval, and the nation")),
        (
            _("Diamond: shrinkage estimate"),
            _(
                "The score moved towards the mean of places of similar size and tier, the further "
                "the fewer its cases: what to expect of a small place whose score stands out."
            ),
        ),
        (
            _("Adjusted"),
            _(
                "The score at the national case mix (direct standardisation); a dash where the case "
                "mix of the place overlaps too little with it."
            ),
        ),
        (
            _("Band"),
            _(
                "Given only where the 90% interval lies within one band or two neighbouring ones; a "
                "dash means that it is too wide."
            ),
        ),
        (_("few"), few_cases_text(small_sample_limit(view))),
    )
    return tag("details", tag("summary", _("How to read this table")), terms, class_="reading")
