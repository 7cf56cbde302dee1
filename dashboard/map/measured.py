"""Layers of what was measured: each indicator, and how much of the cases came at all.

Their numbers are not among the scores of a level: each is one more question, asked when the layer
is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import pandas as pd

from dashboard import formats, parts, tables, theme
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.map.layers import Class, Layer, scale
from dashboard.tables import Column
from index_engine.method import Indicator

COVERAGE = "coverage"
COVERAGE_BREAKS = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99)  # the first is where scores begin


def offered(shown: View, level: str) -> list[Layer]:
    """A layer of each indicator of the method, and of coverage where the data have that figure."""
    found = [_indicator(shown, level, each) for each in shown.data.method.indicators]
    if any(figure.id == COVERAGE for figure in shown.data.main.figures):
        found.append(_coverage(shown, level))
    return found


def _indicator(shown: View, level: str, indicator: Indicator) -> Layer:
    """Painted by its points, from 0 at the one goalpost to 100 at the other; told by its value."""
    name = pick(indicator.name)
    worst, best = (
        formats.goalpost(end, indicator.unit) for end in (indicator.worst, indicator.best)
    )

    def of(line: Any) -> int:
        points = getattr(line, "points", None)
        return len(theme.SCORE_BREAKS) + 1 if formats.missing(points) else theme.score_class(points)

    def told(line: Any) -> list[str]:
        value = formats.value(line.value, indicator.unit)
        ends = formats.interval(line.value_low, line.value_high, indicator.unit)
        return [
            f"{name}: {value} ({ends})",
            _("{points} of 100 points, n = {n}").format(
                points=formats.number(line.points, 1), n=formats.number(line.value_n)
            ),
        ]

    def drawn(line: Any) -> object:
        if formats.missing(line.points):
            return parts.status(
                "no_data" if formats.missing(line.value_status) else line.value_status
            )
        return tables.whisker(line.points, line.points_low, line.points_high)

    def valued(line: Any) -> str:
        return formats.value(line.value, indicator.unit)

    def join(units: pd.DataFrame) -> pd.DataFrame:
        values = shown.data.indicator_values(level, shown.period, indicator.id)
        names = {column: f"value_{column}" for column in ("se", "low", "high", "n", "status")}
        joined = units.merge(values.rename(columns=names), on="unit_id", how="left")
        return joined.sort_values("points", ascending=False, kind="stable", na_position="last")

    return Layer(
        indicator.id,
        name,
        name,
        (*scale(), _without()),
        of,
        told,
        (
            Column("0–100", drawn, kind="plot"),
            Column(
                _("Value"), lambda line: formats.value(line.value, indicator.unit), kind="number"
            ),
            Column("n", lambda line: formats.number(line.value_n), kind="number"),
        ),
        join,
        _("Dot: points from 0 to 100. Line: {confidence} interval.").format(
            confidence=formats.percent(shown.data.method.confidence, 0)
        ),
        _("Painted by points: 0 at {worst}, 100 at {best}. {numerator} / {denominator}.").format(
            worst=worst,
            best=best,
            numerator=pick(indicator.numerator),
            denominator=pick(indicator.denominator),
        ),
        linked=False,
    )


def _coverage(shown: View, level: str) -> Layer:
    """Share of the cases that there must be by their numbers which came."""
    [figure] = [figure for figure in shown.data.main.figures if figure.id == COVERAGE]
    name = pick(figure.name)
    least = formats.percent(shown.data.method.min_coverage, 0)

    def of(line: Any) -> int:
        share = getattr(line, "covered", None)
        if formats.missing(share):
            return len(COVERAGE_BREAKS) + 1
        return bisect_right(COVERAGE_BREAKS, share)

    def told(line: Any) -> list[str]:
        if formats.missing(line.covered):
            return [_no_numbers()]
        said = _("{name}: {share}, {received} of {expected} numbered cases").format(
            name=name,
            share=formats.percent(line.covered),
            received=formats.number(line.received),
            expected=formats.number(line.expected),
        )
        return [said, parts.status(line.status) if line.status == "low_coverage" else ""]

    def join(units: pd.DataFrame) -> pd.DataFrame:
        values = shown.data.figure_values(level, shown.period, COVERAGE)
        names = {"value": "covered", "numerator": "received", "denominator": "expected"}
        joined = units.merge(values.rename(columns=names), on="unit_id", how="left")
        return joined.sort_values("covered", ascending=False, kind="stable", na_position="last")

    def share(pick_number: Callable[[Any], float]) -> Callable[[Any], str]:
        return lambda line: formats.number(pick_number(line))

    return Layer(
        COVERAGE,
        name,
        name,
        (*scale([round(100 * edge) for edge in COVERAGE_BREAKS], "%"), _without(_no_numbers())),
        of,
        told,
        (
            Column(_("Share"), lambda line: formats.percent(line.covered), kind="number"),
            Column(_("Received"), share(lambda line: line.received), kind="number"),
            Column(_("Expected"), share(lambda line: line.expected), kind="number"),
        ),
        join,
        f"{pick(figure.numerator)} / {pick(figure.denominator)}",
        _("Below {least} of the numbered cases there is no score.").format(least=least),
        linked=False,
    )


def _without(label: str = "") -> Class:
    return Class(label or _("no value"), theme.now().neutral, grey=True)


def _no_numbers() -> str:
    return _("no case numbers in the data")
