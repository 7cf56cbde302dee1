"""The difference of two scores, decomposed by indicator."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.compare import comparison_sides, difference_table
from dashboard.compare.comparison_sides import ComparisonSide
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import chart_block, components
from dashboard.ui.charts import waterfall_chart
from dashboard.ui.html import Html, tag
from index_engine import queries
from index_engine.queries import Comparison, Place

MONTHS_PER_QUARTER = 3


def section(view: View, places: Sequence[Place]) -> None:
    """The choice of the two sides, then a sentence, the chart and the table of the parts."""
    components.section(
        _("What explains the difference"),
        _(
            "The difference between two scores as a sum of contributions of the "
            "indicators. The contributions add up exactly; if the two sides are swapped, "
            "only their signs change."
        ),
        anchor="difference",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="difference-choice"):
        pair = comparison_sides.select_sides(view, places)
    if pair is None:
        st.html(tag("p", _("There is no earlier period to compare with."), class_="said"))
        return
    baseline, target = pair
    comparison = queries.comparison(view.snapshot, baseline.key, target.key)
    if formats.is_missing(comparison.total):
        st.html(tag("p", no_score_reason(pair), class_="said"))
        for advice in no_score_advice(pair):
            st.html(tag("p", advice, class_="quiet"))
        return
    st.html(tag("p", difference_text(comparison, baseline, target), class_="said"))
    rows = difference_table.indicator_rows(view, comparison, baseline, target)
    chart_block.show_chart(
        view,
        view.cached(
            "waterfall",
            lambda: waterfall_chart.draw_waterfall(rows, baseline, target),
            baseline.key,
            target.key,
        ),
        key="difference",
        title=_("{after} minus {before}, by indicator").format(after=target.name, before=baseline.name),
        n=None if baseline.n is None or target.n is None else baseline.n + target.n,
        first_period=min(baseline.period, target.period),
    )
    difference_table.draw_parts(view, comparison, rows, baseline, target)


def no_score_reason(sides: Sequence[ComparisonSide]) -> str:
    """Which of the two has no score, and why."""
    unscored_sides = [side for side in sides if formats.is_missing(side.score)]
    return _("No score to decompose: {places}").format(
        places=_(", ").join(f"{side.name} ({components.status_text(side.status)})" for side in unscored_sides)
    )


def no_score_advice(sides: Sequence[ComparisonSide]) -> list[str]:
    """What can be done about it, once for each reason."""
    return [*dict.fromkeys(components.status_advice(side.status) for side in sides if formats.is_missing(side.score))]


def difference_text(comparison: Comparison, baseline: ComparisonSide, target: ComparisonSide) -> Html:
    """The two scores, their difference with its interval, its two parts, and what overlaps."""
    sentences = [
        _("{after}: {score}").format(after=target.name, score=formats.number(target.score, 1)),
        _("{before}: {score}").format(before=baseline.name, score=formats.number(baseline.score, 1)),
        _("difference {difference} points, 95% interval {low} to {high}").format(
            difference=formats.change(comparison.total),
            low=formats.change(comparison.low),
            high=formats.change(comparison.high),
        ),
    ]
    if comparison.basis:
        sentences.append(
            _("of which performance {performance}, case mix {mix}").format(
                performance=formats.change(comparison.performance), mix=formats.change(comparison.case_mix)
            )
        )
    if comparison.shared_quarters:
        sentences.append(
            _("the two windows overlap by {months} months, so the interval is conservative").format(
                months=formats.number(MONTHS_PER_QUARTER * comparison.shared_quarters)
            )
        )
    return components.facts(*sentences)
