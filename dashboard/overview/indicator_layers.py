"""Layers of single indicators, and of the coverage of case numbers.

Their values are not in the table of scores of a level; each is read when its layer is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import pandas as pd

from dashboard.overview.map_layers import ColourClass, Layer, ordinal_classes
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components, theme
from dashboard.ui.columns import count_column, plot_column, share_column, value_column
from index_engine import queries
from index_engine.method import Indicator

COVERAGE = "coverage"
COVERAGE_BREAKS = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99)  # the first is where scores begin


def available_layers(view: View, level: str) -> list[Layer]:
    """A layer of each indicator of the method, and of coverage where the method has that statistic."""
    layers = [_indicator_layer(view, level, indicator) for indicator in view.snapshot.method.indicators]
    if any(statistic.id == COVERAGE for statistic in view.snapshot.main.statistics):
        layers.append(_coverage_layer(view, level))
    return layers


def _indicator_layer(view: View, level: str, indicator: Indicator) -> Layer:
    """Coloured by its points, 0 at the worse goalpost and 100 at the better; the tooltip has its value."""
    name = localise(indicator.name)
    worst, best = (formats.goalpost(goalpost, indicator.unit) for goalpost in (indicator.worst, indicator.best))

    def class_index(line: Any) -> int:
        points = getattr(line, "points", None)
        return len(theme.SCORE_BREAKS) + 1 if formats.is_missing(points) else theme.score_class(points)

    def tooltip_lines(line: Any) -> list[str]:
        value = formats.value(line.value, indicator.unit)
        interval = formats.interval(line.value_low, line.value_high, indicator.unit)
        return [
            f"{name}: {value} ({interval})",
            _("{points} of 100 points, n = {n}").format(
                points=formats.number(line.points, 1), n=formats.count(line.value_n, line.value_n_suppression)
            ),
        ]

    def draw_cell(line: Any) -> object:
        if formats.is_missing(line.points):
            return components.status_text("no_data" if formats.is_missing(line.value_status) else line.value_status)
        return cells.whisker(line.points, line.points_low, line.points_high)

    def add_values(places: pd.DataFrame) -> pd.DataFrame:
        values = queries.indicator_values(view.snapshot, level, view.period, indicator.id)
        column_names = {column: f"value_{column}" for column in ("se", "low", "high", "n", "n_suppression", "status")}
        rows = places.merge(values.rename(columns=column_names), on="place_id", how="left")
        return rows.sort_values("points", ascending=False, kind="stable", na_position="last")

    return Layer(
        indicator.id,
        name,
        name,
        (*_value_classes(indicator), _no_value_class()),
        class_index,
        tooltip_lines,
        (
            plot_column("0–100", draw_cell),
            value_column(_("Value"), lambda row: row.value, indicator.unit),
            count_column("n", "value_n"),
        ),
        add_values,
        _("Dot: points from 0 to 100. Line: {confidence} interval.").format(
            confidence=formats.percent(view.snapshot.method.confidence, 0)
        ),
        _("Coloured by points: 0 at {worst}, 100 at {best}. {numerator} / {denominator}.").format(
            worst=worst, best=best, numerator=localise(indicator.numerator), denominator=localise(indicator.denominator)
        ),
    )


def _value_classes(indicator: Indicator) -> list[ColourClass]:
    """The classes of points by the values of the indicator at their limits, in its unit."""
    scale, digits, unit = {"share": (100, 1, "%"), "months": (1, 1, ""), "days": (1, 0, "")}.get(
        indicator.unit, (1, 2, "")
    )
    span = indicator.best - indicator.worst
    breaks = [round(scale * (indicator.worst + span * points / 100), digits) for points in theme.SCORE_BREAKS]
    return ordinal_classes(breaks, unit)


def _coverage_layer(view: View, level: str) -> Layer:
    """Share of the cases received, of those that there must be by their case numbers."""
    [statistic] = [statistic for statistic in view.snapshot.main.statistics if statistic.id == COVERAGE]
    name = localise(statistic.name)
    min_coverage = formats.percent(view.snapshot.method.min_coverage, 0)

    def class_index(line: Any) -> int:
        coverage: float | None = getattr(line, "covered", None)
        if formats.is_missing(coverage):
            return len(COVERAGE_BREAKS) + 1
        return bisect_right(COVERAGE_BREAKS, coverage)

    def tooltip_lines(line: Any) -> list[str]:
        if line.suppression == "too_few":
            return [components.status_text(line.suppression)]
        if formats.is_missing(line.covered):
            return [_no_case_numbers_text()]
        text = _("{name}: {share}, {received} of {expected} numbered cases").format(
            name=name,
            share=formats.percent(line.covered),
            received=formats.count(line.received, line.received_suppression),
            expected=formats.count(line.expected, line.expected_suppression),
        )
        return [text, components.status_text(line.status) if line.status == "low_coverage" else ""]

    def add_values(places: pd.DataFrame) -> pd.DataFrame:
        values = queries.statistic_values(view.snapshot, level, view.period, COVERAGE)
        column_names = {"value": "covered", "numerator": "received", "denominator": "expected"}
        column_names |= {
            "numerator_suppression": "received_suppression",
            "denominator_suppression": "expected_suppression",
        }
        rows = places.merge(values.rename(columns=column_names), on="place_id", how="left")
        return rows.sort_values("covered", ascending=False, kind="stable", na_position="last")

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
            share_column(_("Share"), lambda row: row.covered),
            count_column(_("Received"), "received"),
            count_column(_("Expected"), "expected"),
        ),
        add_values,
        f"{localise(statistic.numerator)} / {localise(statistic.denominator)}",
        _("No score is given below {minimum} of the numbered cases.").format(minimum=min_coverage),
    )


def _no_value_class(label: str = "") -> ColourClass:
    return ColourClass(label or _("no value"), theme.current_palette().neutral, is_grey=True)


def _no_case_numbers_text() -> str:
    return _("no case numbers in the data")
