"""What may be chosen of a ranking, all of it in the address, and how its table is read."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import components, controls
from dashboard.ui.html import Html, tag

ORDER, UNCERTAINTY, DIMENSIONS = (
    "order",
    "doubt",
    "dimensions",
)  # values of `columns` in the address
NARROW_INTERVAL = "90"  # value of `interval` in the address; by default intervals are of 95 %


def column_set() -> str:
    """The set of columns that the address names."""
    name = address.get("columns")
    return name if name in (UNCERTAINTY, DIMENSIONS) else ORDER


def interval_columns() -> tuple[str, str, str]:
    """Columns of the two ends of the interval in view, and its confidence as a number."""
    return (
        ("low90", "high90", "90")
        if address.get("interval") == NARROW_INTERVAL
        else ("low", "high", "95")
    )


# ---------------------------------------------------------------- what may be chosen


def draw_options(openers: list[Html], *, columns: bool) -> None:
    """A row over the table: columns and interval, where there are any, and what can be opened."""
    names = {ORDER: _("Order"), UNCERTAINTY: _("Doubt"), DIMENSIONS: _("Dimensions")}
    intervals = {"": _("95% interval"), NARROW_INTERVAL: _("90%")}
    interval = NARROW_INTERVAL if interval_columns()[2] == "90" else ""
    switches = [
        controls.switch("columns", _("Columns"), names, column_set(), default=ORDER, small=True),
        controls.switch("interval", _("Interval"), intervals, interval, small=True),
    ]
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
    text = _("fewer than {n} cases: the smallest places, where chance decides most")
    return text.format(n=formats.number(limit))


def cases_definition(view: View) -> str:
    text = _(
        "First-enforcement cases under way in the period. The mark “few” stands with fewer than "
        "{n}: among the smallest places chance decides most."
    )
    return text.format(n=formats.number(small_sample_limit(view)))


# ---------------------------------------------------------------- how they are read


def draw_rank_set_advice(view: View, level: str, places: pd.DataFrame) -> None:
    """Where ranks have no confidence set, why, and where they have one."""
    if places["rank_low"].notna().any():
        return
    latest = view.snapshot.periods()[-1]
    if level != "court" or view.period == latest:
        few_places = _("Too few places have a score for their ranks to be given confidence sets.")
        st.html(tag("p", few_places, class_="advice"))
        return
    message = _(
        "Rank sets and the chance of a place at the top are computed for courts in the latest "
        "quarter only."
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
    terms = components.definitions(
        *(rank_terms if ranks else ()),
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
        (_("few"), few_cases_text(small_sample_limit(view))),
    )
    return tag("details", tag("summary", _("How to read this table")), terms, class_="reading")
