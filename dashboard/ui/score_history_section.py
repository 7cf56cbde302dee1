"""The section that charts the score of a place by quarter, on the overview and on its own page."""

from __future__ import annotations

import streamlit as st

from dashboard.state.cache import View
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import chart_block, components
from dashboard.ui.charts import annotation_lines, base
from dashboard.ui.html import tag
from index_engine import queries


def section(view: View) -> None:
    """The score of the place in focus by quarter, with its dimensions and the nation."""
    place, nation = view.place, view.snapshot.nation
    history = queries.score_history(view.snapshot, place.level, place.place_id)
    components.section(
        _("The score over time"),
        _(
            "Each point covers the {months} months to the end of a quarter; shaded areas are the 90% and 95% intervals."
        ).format(months=components.window_months(view)),
        anchor="over-time",
    )
    if history.empty or history["score"].isna().all():
        st.html(tag("p", _("No quarter has a score."), class_="quiet"))
        return
    place_annotations = annotation_lines.select_marks(view, [place], list(history["period"]))
    chart = view.cached(
        "history",
        lambda: base.score_history(
            history,
            None if place == nation else queries.score_history(view.snapshot, "nation", nation.place_id),
            {d.id: localise(d.name) for d in view.snapshot.method.dimensions},
            (_("Score"), place_name(nation), _("at national case mix")),
            place_annotations,
        ),
        place_annotations.key,
    )
    goalpost_note = _("Goalposts are fixed, so periods are comparable.")
    adjustment_note = None
    if place != nation and history["adjusted"].notna().sum() > 1:
        adjustment_note = _("Dashed: the score at the national case mix.")
    first_period = history["period"].iloc[0]
    chart_block.show_chart(
        view,
        chart,
        key="history",
        title=_("{place}: the score over time").format(place=place_name(place)),
        first_period=first_period,
        extra=components.facts(goalpost_note, adjustment_note),
        caption=annotation_lines.annotation_list(view, place_annotations),
        table=lambda: history,
    )
