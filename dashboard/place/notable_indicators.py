"""What stands out of a place, in sentences made from its numbers: where its interval leaves out the
nation's value, farthest first, each with its n."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.place import spine_chart
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.html import Html, join, tag
from dashboard.ui.point_scale import difference_in_points
from dashboard.ui.provenance import provenance_note
from index_engine.method import Indicator

MAX_SENTENCES = 3  # on either side


@dataclass(frozen=True)
class IndicatorComparison:
    """One indicator: how it stands to the nation, and how many points of 100 lie between."""

    item: Indicator
    line: Any
    verdict: str
    points: float  # above 0 for better; as long as the line between the goalposts is drawn on


def section(view: View) -> None:
    """Two short lists, and in one line what cannot be told from the nation."""
    place = view.place
    if place.level == "nation":
        return
    values = view.snapshot.indicators(place.level, place.place_id, view.period)
    comparisons = national_comparisons(view, values)
    components.section(
        _("What stands out"),
        _(
            "Named is only what the 95% interval sets apart from the nation; of indicators that "
            "differ by nothing but chance, one in twenty would still be named."
        ),
        anchor="stands-out",
    )
    lists = []
    for verdict, title in (
        (spine_chart.BETTER, _("Better than the nation")),
        (spine_chart.WORSE, _("Worse than the nation")),
    ):
        matching_comparisons = [
            comparison for comparison in comparisons if comparison.verdict == verdict
        ]
        lists.append(
            tag(
                "div",
                tag("h3", title, class_="chart"),
                _comparison_list(view, matching_comparisons, verdict),
            )
        )
    st.html(
        join(
            tag("div", *lists, class_="stands-out"),
            tag("p", other_indicators_text(comparisons), class_="said"),
        )
    )
    st.html(components.source_line(view))


def national_comparisons(view: View, values: Any) -> list[IndicatorComparison]:
    """Every indicator of the method as it stands to the nation, the farthest first."""
    comparisons = []
    for line in values.itertuples(index=False):
        item = view.snapshot.method.indicator(line.indicator)
        verdict = spine_chart.compare_with_nation(
            line, line.nation, higher_is_better=item.higher_is_better
        )
        point_difference = (
            0.0
            if verdict == spine_chart.NOT_COMPARABLE
            else difference_in_points(line.value - line.nation, item)
        )
        comparisons.append(IndicatorComparison(item, line, verdict, point_difference or 0.0))
    return sorted(comparisons, key=lambda comparison: -abs(comparison.points))


def _comparison_list(view: View, comparisons: list[IndicatorComparison], verdict: str) -> Html:
    if not comparisons:
        return tag("p", _("No indicator."), class_="quiet")
    items = [
        tag(
            "li",
            tag("i", class_=f"spine-mark {verdict}"),
            tag(
                "span",
                comparison_sentence(comparison),
                " ",
                provenance_note(view, comparison.item, comparison.line),
            ),
        )
        for comparison in comparisons[:MAX_SENTENCES]
    ]
    further_names = [localise(comparison.item.name) for comparison in comparisons[MAX_SENTENCES:]]
    if further_names:
        names_text = _("Also: {names}.").format(names=_(", ").join(further_names))
        items.append(tag("li", tag("span", names_text, class_="quiet")))
    return tag("ul", *items)


def comparison_sentence(comparison: IndicatorComparison) -> str:
    """One indicator in a sentence: value, interval, n, the nation's value, and how far apart."""
    line, item = comparison.line, comparison.item
    template = (
        _(
            "{indicator}: {value} (95% interval {interval}, n = {n}), above the nation's {nation}; "
            "{points} points apart."
        )
        if line.value > line.nation
        else _(
            "{indicator}: {value} (95% interval {interval}, n = {n}), below the nation's {nation}; "
            "{points} points apart."
        )
    )
    return template.format(
        indicator=localise(item.name),
        value=formats.value(line.value, item.unit),
        interval=formats.interval(line.low, line.high, item.unit),
        n=formats.number(line.n),
        nation=formats.value(line.nation, item.unit),
        points=formats.number(abs(comparison.points)),
    )


def other_indicators_text(comparisons: list[IndicatorComparison]) -> str:
    """What cannot be told from the nation, and what has no value to compare."""
    similar_names = [
        localise(comparison.item.name)
        for comparison in comparisons
        if comparison.verdict == spine_chart.SIMILAR
    ]
    missing_names = [
        localise(comparison.item.name)
        for comparison in comparisons
        if comparison.verdict == spine_chart.NOT_COMPARABLE
    ]
    sentences = []
    if similar_names:
        sentences.append(
            _("Not distinguishable from the nation: {names}.").format(
                names=_(", ").join(similar_names)
            )
        )
    if missing_names:
        sentences.append(
            _("Not compared, too few cases: {names}.").format(names=_(", ").join(missing_names))
        )
    return " ".join(sentences)
