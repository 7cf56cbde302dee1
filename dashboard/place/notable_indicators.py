"""The indicators of a place that differ from the nation's, in sentences, the farthest first."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.html import Html, join, tag
from dashboard.ui.national_comparison import Verdict, compare_with_nation
from dashboard.ui.point_scale import difference_in_points
from dashboard.ui.provenance import provenance_note
from index_engine import queries
from index_engine.method import Indicator
from index_engine.queries import IndicatorEstimate

MAX_SENTENCES = 3  # on either side


@dataclass(frozen=True)
class IndicatorComparison:
    """One indicator of the place beside the nation's; `points` is the difference on the scale of
    points, above 0 for better, and not cut off at the goalposts."""

    item: Indicator
    line: IndicatorEstimate
    verdict: Verdict
    points: float


def section(view: View) -> None:
    """Two short lists, and a line with the indicators that do not differ."""
    place = view.place
    if place.level == "nation":
        return
    values = queries.indicators(view.snapshot, place.level, place.place_id, view.period)
    comparisons = national_comparisons(view, values)
    components.section(
        _("What stands out"),
        _(
            "Only indicators whose 95% interval excludes the nation's value are listed. "
            "About one in twenty would be listed by chance alone."
        ),
        anchor="stands-out",
    )
    lists = []
    for verdict, title in ((Verdict.BETTER, _("Better than the nation")), (Verdict.WORSE, _("Worse than the nation"))):
        matching_comparisons = [comparison for comparison in comparisons if comparison.verdict == verdict]
        lists.append(
            tag("div", tag("h3", title, class_="chart"), _comparison_list(view, matching_comparisons, verdict))
        )
    st.html(join(tag("div", *lists, class_="stands-out"), tag("p", other_indicators_text(comparisons), class_="said")))
    st.html(components.source_line(view))


def national_comparisons(view: View, values: pd.DataFrame) -> list[IndicatorComparison]:
    """Every indicator of the method beside the nation's, the largest difference first."""
    comparisons = []
    for line in values.itertuples(index=False):
        item = view.snapshot.method.indicator(line.indicator)
        verdict = compare_with_nation(line, line.nation, higher_is_better=item.higher_is_better)
        point_difference = (
            0.0 if verdict == Verdict.NOT_COMPARABLE else difference_in_points(line.value - line.nation, item)
        )
        comparisons.append(IndicatorComparison(item, line, verdict, point_difference or 0.0))
    return sorted(comparisons, key=lambda comparison: -abs(comparison.points))


def _comparison_list(view: View, comparisons: list[IndicatorComparison], verdict: Verdict) -> Html:
    if not comparisons:
        return tag("p", _("No indicator."), class_="quiet")
    items = [
        tag(
            "li",
            tag("i", class_=f"spine-mark {verdict}"),
            tag("span", comparison_sentence(comparison), " ", provenance_note(view, comparison.item, comparison.line)),
        )
        for comparison in comparisons[:MAX_SENTENCES]
    ]
    further_names = [localise(comparison.item.name) for comparison in comparisons[MAX_SENTENCES:]]
    if further_names:
        names_text = _("Also: {names}.").format(names=_(", ").join(further_names))
        items.append(tag("li", tag("span", names_text, class_="quiet")))
    return tag("ul", *items)


def comparison_sentence(comparison: IndicatorComparison) -> str:
    """One indicator in a sentence: value, interval, n, the nation's value and the difference."""
    line, item = comparison.line, comparison.item
    template = (
        _(
            "{indicator}: {value} (95% interval {interval}, n = {n}), above the national "
            "{nation}; a difference of {points} points."
        )
        if line.value > line.nation
        else _(
            "{indicator}: {value} (95% interval {interval}, n = {n}), below the national "
            "{nation}; a difference of {points} points."
        )
    )
    return template.format(
        indicator=localise(item.name),
        value=formats.value(line.value, item.unit),
        interval=formats.interval(line.low, line.high, item.unit),
        n=formats.count(line.n, line.n_suppression),
        nation=formats.value(line.nation, item.unit),
        points=formats.number(abs(comparison.points)),
    )


def other_indicators_text(comparisons: list[IndicatorComparison]) -> str:
    """Indicators that do not differ from the nation's, and those without a value."""
    similar_names = [
        localise(comparison.item.name) for comparison in comparisons if comparison.verdict == Verdict.SIMILAR
    ]
    names_by_reason: dict[str, list[str]] = {}
    for comparison in comparisons:
        if comparison.verdict == Verdict.NOT_COMPARABLE:
            status = comparison.line.status
            reason = _("no national value") if status == "estimated" else components.status_text(status)
            names_by_reason.setdefault(reason, []).append(localise(comparison.item.name))
    sentences = []
    if similar_names:
        sentences.append(_("No clear difference from the nation: {names}.").format(names=_(", ").join(similar_names)))
    for reason, names in names_by_reason.items():
        sentences.append(_("Not compared ({reason}): {names}.").format(reason=reason, names=_(", ").join(names)))
    return " ".join(sentences)
