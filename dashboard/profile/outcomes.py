"""What becomes of cases and of auction lots: shares by outcome and month."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import controls, figures, parts, theme
from dashboard.data import View
from dashboard.i18n import _, place_name
from dashboard.markup import tag
from dashboard.profile import outcome_chart
from index_engine.snapshot import Unit


def section(shown: View) -> None:
    """What cases and lots came to, side by side."""
    parts.section(
        _("What becomes of cases and of auction lots"),
        _(
            "Shares by outcome, stacked to one. Open ones count: they are the pale area on top. "
            "Shaded: the 95% interval of what was paid or sold; dashed: the nation's share of it. "
            "A curve ends where too few are under way."
        ),
        anchor="outcomes",
    )
    cohort = cohort_choice(shown)
    chosen = {"cohort": cohort} if cohort else {"period": shown.period}
    left, right = st.columns(2, gap="large")
    with left:
        st.html(tag("h3", _("Cases, by months since filing"), class_="chart"))
        draw_outcomes(shown, "case", cohort, chosen)
    with right:
        st.html(tag("h3", _("Auction lots, by months since first listing"), class_="chart"))
        draw_outcomes(shown, "lot", "", {"period": shown.period})


def cohort_choice(shown: View) -> str:
    """The filing year to follow; empty for the period in view."""
    return controls.select(
        "cohort",
        _("Cases followed"),
        ["", *shown.data.cohorts()[::-1]],
        said=lambda year: (
            _("Filed in {year}").format(year=year)
            if year
            else _("Under way in the period, of every age")
        ),
        width=300,
    )


def curve_of(shown: View, unit: Unit, clock: str, chosen: dict[str, str]) -> pd.DataFrame:
    return shown.data.incidence(unit.level, unit.unit_id, clock=clock, **chosen)


def draw_outcomes(shown: View, clock: str, cohort: str, chosen: dict[str, str]) -> None:
    curve = curve_of(shown, shown.place, clock, chosen)
    if len(curve) < 2:
        st.html(tag("p", _("Too few cases for a curve."), class_="quiet"))
        return
    events = shown.data.method.clock_events(clock)
    known = [event for event in theme.now().outcome_colours if event in events]
    order = [*known, *(event for event in events if event not in known)]
    names = {event: parts.outcome_name(event) for event in (*events, "open")}
    horizon = shown.data.method.horizon_months
    words, nation = parts.watermark(shown), shown.data.nation
    figure = shown.keep(
        "outcomes",
        lambda: outcome_chart.outcomes(
            curve,
            order,
            names,
            horizon,
            words,
            z=shown.data.method.z,
            nation=None if shown.place == nation else curve_of(shown, nation, clock, chosen),
            nation_name=place_name(nation),
        ),
        clock,
        cohort,
    )
    alt = {
        "case": _("Cases, by months since filing"),
        "lot": _("Auction lots, by months since first listing"),
    }[clock]
    followed = _("Filed in {year}").format(year=cohort) if cohort else None
    n = curve["at_risk"].iloc[0] if cohort else shown.n_of_clock(clock)
    last = int(curve["month"].iloc[-1])
    cut = _("too few under way after month {month}").format(month=last) if last < horizon else None
    figures.show(
        shown,
        figure,
        key=f"outcomes-{clock}",
        title=f"{place_name(shown.place)}: {alt}",
        n=n,
        extra=parts.facts(followed, cut),
        table=lambda: curve,
    )
