"""Layers of what was measured: each indicator, and how much of the cases came at all.

Their numbers are not among the scores of a level: each is one more question, asked when the layer
is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import pandas as pd

from dashboard.overview.map_layers import ColourClass, Layer, ordinal_classes
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components, theme
from dashboard.ui.table import Column
from index_engine import queries
from index_engine.method import Indicator

COVERAGE = "coverage"
COVERAGE_BREAKS = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99)  # the first is where scores begin


def available_layers(view: View, level: str) -> list[Layer]:
    """A layer of each indicator of the method, and of coverage where the data have that figure."""
    layers = [
        _indicator_layer(view, level, indicator) for indicator in view.snapshot.method.indicators
    ]
    if any(statistic.id == COVERAGE for statistic in view.snapshot.main.statistics):
        layers.append(_coverage_layer(view, level))
    return layers


def _indicator_layer(view: View, level: str, indicator: Indicator) -> Layer:
    """Painted by its points, from 0 at the one goalpost to 100 at the other; told by its value."""
    name = localise(indicator.name)
    worst, best = (
        formats.goalpost(goalpost, indicator.unit) for goalpost in (indicator.worst, indicator.best)
    )

    def class_index(line: Any) -> int:
        points = getattr(line, "points", None)
        return (
            len(theme.SCORE_BREAKS) + 1 if formats.is_missing(points) else theme.score_class(points)
        )

    def tooltip_lines(line: Any) -> list[str]:
        value = formats.value(line.value, indicator.unit)
        interval = formats.interval(line.value_low, line.value_high, indicator.unit)
        return [
            f"{name}: {value} ({interval})",
            _("{points} of 100 points, n = {n}").format(
                points=formats.number(line.points, 1), n=formats.number(line.value_n)
            ),
        ]

    def draw_cell(line: Any) -> object:
        if formats.is_missing(line.points):
            return components.status_text(
                "no_data" if formats.is_missing(line.value_status) else line.value_status
            )
        return cells.whisker(line.points, line.points_low, line.points_high)

    def value_text(line: Any) -> str:
        return formats.value(line.value, indicator.unit)

    def add_values(places: pd.DataFrame) -> pd.DataFrame:
        values = queries.indicator_values(view.snapshot, level, view.period, indicator.id)
        column_names = {
            column: f"value_{column}" for column in ("se", "low", "high", "n", "status")
        }
        rows = places.merge(values.rename(columns=column_names), on="place_id", how="left")
        return rows.sort_values("points", ascending=False, kind="stable", na_position="last")

    return Layer(
        indicator.id,
        name,
        name,
        (*ordinal_classes(), _no_value_class()),
        class_index,
        tooltip_lines,
        (
            Column("0–100", draw_cell, kind="plot"),
            Column(
                _("Value"), lambda line: formats.value(line.value, indicator.unit), kind="number"
            ),
            Column("n", lambda line: formats.number(line.value_n), kind="number"),
        ),
        add_values,
        _("Dot: points from 0 to 100. Line: {confidence} interval.").format(
            confidence=formats.percent(view.snapshot.method.confidence, 0)
        ),
        _("Painted by points: 0 at {worst}, 100 at {best}. {numerator} / {denominator}.").format(
            worst=worst,
            best=best,
            numerator=localise(indicator.numerator),
            denominator=localise(indicator.denominator),
        ),
        has_link=False,
    )


def _coverage_layer(view: View, level: str) -> Layer:
    """Share of the cases that there must be by their numbers which came."""
    [statistic] = [
        statistic for statistic in view.snapshot.main.statistics if statistic.id == COVERAGE
    ]
    name = localise(statistic.name)
    min_coverage = formats.percent(view.snapshot.method.min_coverage, 0)

    def class_index(line: Any) -> int:
        count_text = getattr(line, "covered", None)
        if formats.is_missing(count_text):
            return len(COVERAGE_BREAKS) + 1
        return bisect_right(COVERAGE_BREAKS, count_text)

    def tooltip_lines(line: Any) -> list[str]:
        if formats.is_missing(line.covered):
            return [_no_case_numbers_text()]
        text = _("{name}: {share}, {received} of {expected} numbered cases").format(
            name=name,
            share=formats.percent(line.covered),
            received=formats.number(line.received),
            expected=formats.number(line.expected),
        )
        return [text, components.status_text(line.status) if line.status == "low_coverage" else ""]

    def add_values(places: pd.DataFrame) -> pd.DataFrame:
        values = queries.statistic_values(view.snapshot, level, view.period, COVERAGE)
        column_names = {"value": "covered", "numerator": "received", "denominator": "expected"}
        rows = places.merge(values.rename(columns=column_names), on="place_id", how="left")
        return rows.sort_values("covered", ascending=False, kind="stable", na_position="last")

    def count_text(get_number: Callable[[Any], float]) -> Callable[[Any], str]:
        return lambda line: formats.number(get_number(line))

    return Layer(
        COVERAGE,
        name,
        name,
        (
            *ordinal_classes([round(100 * edge) for edge in COVERAGE_BREAKS], "%"),
            _no_value_class(_no_case_numbers_text()),
        ),
        class_index,
        tooltip_lines,
        (
            Column(_("Share"), lambda line: formats.percent(line.covered), kind="number"),
            Column(_("Received"), count_text(lambda line: line.received), kind="number"),
            Column(_("Expected"), count_text(lambda line: line.expected), kind="number"),
        ),
        add_values,
        f"{localise(statistic.numerator)} / {localise(statistic.denominator)}",
        _("Below {least} of the numbered cases there is no score.").format(least=min_coverage),
        has_link=False,
    )


def _no_value_class(label: str = "") -> ColourClass:
    return ColourClass(label or _("no value"), theme.current_palette().neutral, is_grey=True)


def _no_case_numbers_text() -> str:
    return _("no case numbers in the data")
