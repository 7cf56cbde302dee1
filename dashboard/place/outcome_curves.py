"""What becomes of cases and of auction lots: shares by outcome and month."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.state.cache import View
from dashboard.text.i18n import _, place_name
from dashboard.ui import chart_block, components, controls, theme
from dashboard.ui.charts import outcome_chart
from dashboard.ui.html import join, tag
from index_engine import queries
from index_engine.queries import Place


def section(view: View) -> None:
    """What cases and lots came to, side by side."""
    components.section(
        _("Outcomes of cases and auction lots"),
        _(
            "Shares by outcome, adding up to 100%; open cases and lots are the pale area "
            "on top. Shaded: 95% interval of the share paid or sold. Dashed: the same "
            "share for the nation. Curves end where too few remain under observation."
        ),
        anchor="outcomes",
    )
    cohort = select_cohort(view)
    incidence_filter = {"cohort": cohort} if cohort else {"period": view.period}
    left_column, right_column = st.columns(2, gap="large")
    with left_column:
        st.html(tag("h3", _("Cases, by months since filing"), class_="chart"))
        draw_outcomes(view, "case", cohort, incidence_filter)
    with right_column:
        st.html(tag("h3", _("Auction lots, by months since first listing"), class_="chart"))
        draw_outcomes(view, "lot", "", {"period": view.period})


def select_cohort(view: View) -> str:
    """The filing year to follow; empty for the period in view."""
    return controls.select(
        "cohort",
        _("Cases followed"),
        ["", *queries.cohorts(view.snapshot)[::-1]],
        format_option=lambda year: (
            _("Filed in {year}").format(year=year) if year else _("Open during the period, of any age")
        ),
        width=300,
    )


def incidence_curve(view: View, place: Place, process: str, incidence_filter: dict[str, str]) -> pd.DataFrame:
    return queries.incidence(view.snapshot, place.level, place.place_id, process=process, **incidence_filter)


def draw_outcomes(view: View, process: str, cohort: str, incidence_filter: dict[str, str]) -> None:
    curve = incidence_curve(view, view.place, process, incidence_filter)
    if len(curve) < 2:
        st.html(tag("p", _("Too few cases for a curve."), class_="quiet"))
        return
    events = view.snapshot.method.process_events(process)
    coloured_events = [event for event in theme.current_palette().outcome_colours if event in events]
    ordered_events = [*coloured_events, *(event for event in events if event not in coloured_events)]
    names = {event: components.outcome_name(event) for event in (*events, "open")}
    horizon = view.snapshot.method.horizon_months
    nation = view.snapshot.nation
    chart = view.cached(
        "outcomes",
        lambda: outcome_chart.draw_outcome_chart(
            curve,
            ordered_events,
            names,
            horizon,
            z=view.snapshot.method.z,
            nation=None if view.place == nation else incidence_curve(view, nation, process, incidence_filter),
            nation_name=place_name(nation),
        ),
        process,
        cohort,
    )
    process_title = {
        "case": _("Cases, by months since filing"),
        "lot": _("Auction lots, by months since first listing"),
    }[process]
    cohort_text = _("Filed in {year}").format(year=cohort) if cohort else None
    n, suppression = curve.loc[0, ["n", "n_suppression"]]
    withheld_text = join("n: ", components.status_reason(suppression)) if suppression else None
    last_month = int(curve["month"].iloc[-1])
    cutoff_text = (
        _("too few under observation after month {month}").format(month=last_month) if last_month < horizon else None
    )
    chart_block.show_chart(
        view,
        chart,
        key=f"outcomes-{process}",
        title=f"{place_name(view.place)}: {process_title}",
        n=n,
        extra=components.facts(withheld_text, cohort_text, cutoff_text),
        table=lambda: curve,
    )
