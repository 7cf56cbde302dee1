"""What may be chosen of a ranking, all of it in the address, and how its table is read."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import address, controls, formats, parts
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import Html, tag

ORDER, DOUBT, DIMENSIONS = "order", "doubt", "dimensions"  # values of `columns` in the address
NARROW = "90"  # value of `interval` in the address; by default intervals are of 95 %


def chosen() -> str:
    """The set of columns that the address names."""
    named = address.get("columns")
    return named if named in (DOUBT, DIMENSIONS) else ORDER


def ends() -> tuple[str, str, str]:
    """Columns of the two ends of the interval in view, and its confidence as a number."""
    return ("low90", "high90", "90") if address.get("interval") == NARROW else ("low", "high", "95")


# ---------------------------------------------------------------- what may be chosen


def choices(more: list[Html], *, columns: bool) -> None:
    """A row over the table: columns and interval, where there are any, and what can be opened."""
    names = {ORDER: _("Order"), DOUBT: _("Doubt"), DIMENSIONS: _("Dimensions")}
    intervals = {"": _("95% interval"), NARROW: _("90%")}
    interval = NARROW if ends()[2] == "90" else ""
    switches = [
        controls.switch("columns", _("Columns"), names, chosen(), default=ORDER, small=True),
        controls.switch("interval", _("Interval"), intervals, interval, small=True),
    ]
    st.html(tag("div", *(switches if columns else ()), *more, class_="ranking-choices"))


def opener(name: str, words: str) -> Html:
    """A link that opens a panel of the page, or closes it again."""
    is_open = address.get("panel") == name
    return tag(
        "a",
        words,
        href=address.here(panel="" if is_open else name),
        data_in=True,
        class_="opener",
        aria_expanded="true" if is_open else "false",
    )


def small(shown: View) -> int:
    """Below so many cases a place belongs to the smallest group of peers of the method."""
    return min(shown.data.method.peers.size_breaks, default=0)


def few(limit: int) -> str:
    said = _("fewer than {n} cases: the smallest places, where chance decides most")
    return said.format(n=formats.number(limit))


def few_long(shown: View) -> str:
    said = _(
        "First-enforcement cases under way in the period. The mark “few” stands with fewer than "
        "{n}: among the smallest places chance decides most."
    )
    return said.format(n=formats.number(small(shown)))


# ---------------------------------------------------------------- how they are read


def no_sets(shown: View, level: str, units: pd.DataFrame) -> None:
    """Where ranks have no confidence set, why, and where they have one."""
    if units["rank_low"].notna().any():
        return
    latest = shown.data.periods()[-1]
    if level != "court" or shown.period == latest:
        few_places = _("Too few places have a score for their ranks to be given confidence sets.")
        st.html(tag("p", few_places, class_="advice"))
        return
    said = _(
        "Rank sets and the chance of a place at the top are computed for courts in the latest "
        "quarter only."
    )
    way = _("Show {period}").format(period=formats.period(latest))
    there = tag("a", way, href=address.here(period=""), data_in=True)
    st.html(tag("p", said, " ", there, class_="advice"))


def reading(shown: View, *, ranks: bool) -> Html:
    """How the table is read, to be opened below it; `ranks`: whether it has any."""
    method = shown.data.method
    share = formats.percent(method.ranks.top_share, 0)
    of_ranks = [
        (
            _("Rank"),
            _(
                "Beside it, small, the 95% confidence set: the ranks that the data do not rule out "
                "for this place. The set that holds for all places at once is wider; it is among "
                "the columns of doubt."
            ),
        ),
        (
            _("In top {share}").format(share=share),
            _("probability, from the scores drawn to peers and their intervals"),
        ),
    ]
    terms = parts.definitions(
        *(of_ranks if ranks else ()),
        (_("Dot, line, tick"), _("score, its interval, and the nation")),
        (
            _("Hollow diamond: drawn to peers"),
            _(
                "The score drawn to places of its size and tier, the more so the fewer its cases: "
                "what to expect of a small place whose score stands out."
            ),
        ),
        (
            _("Adjusted"),
            _(
                "The score had the place the national mix of cases and debtors; a dash where it "
                "has too few of the kinds that there are."
            ),
        ),
        (
            _("Band"),
            _(
                "Given only where the 90% interval lies inside one band or two neighbours; a dash "
                "means: interval too wide for a band."
            ),
        ),
        (_("few"), few(small(shown))),
    )
    return tag("details", tag("summary", _("How to read this table")), terms, class_="reading")
