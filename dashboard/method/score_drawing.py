"""How a score comes about, in four sentences and a drawing."""

from __future__ import annotations

import streamlit as st

from dashboard.method.bullet_lists import bullet_list
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.html import Html, tag
from index_engine.method import Dimension, Method


def draw_score(method: Method) -> None:
    """The sentences, and below them every indicator on its way to the score."""
    components.section(_("A score in four sentences"), anchor="score")
    st.html(bullet_list(sentences(method), has_numbers=True))
    rows = [_dimension_row(method, dimension) for dimension in method.dimensions]
    score = tag("div", tag("b", _("Score")), tag("small", _("weighted geometric mean")), class_="score")
    st.html(tag("div", tag("div", *rows), score, class_="way-of-score"))


def sentences(method: Method) -> list[str]:
    """What is counted, what of it is measured, and how it becomes one number."""
    return [
        _("Cases of first enforcement of {months} months count, open ones included.").format(
            months=formats.number(3 * method.window_quarters)
        ),
        _("Each indicator says of a place how likely, how fast or at what price creditors are paid."),
        _("Two fixed goalposts turn its value into points from 0 to 100."),
        _("Points are averaged within a dimension; the score is the geometric mean of the dimensions."),
    ]


def _dimension_row(method: Method, dimension: Dimension) -> Html:
    indicators = method.dimension_indicators(dimension.id)
    total = sum(indicator.weight for indicator in indicators)
    items = [
        tag("li", localise(indicator.name), " ", tag("small", formats.percent(indicator.weight / total, 0)))
        for indicator in indicators
    ]
    share = dimension.weight / sum(each.weight for each in method.dimensions)
    name = tag("div", tag("b", localise(dimension.name)), tag("small", formats.percent(share, 0)), class_="dimension")
    return tag("div", tag("ul", *items), name, class_="row")
