"""Layers on the scale of the score: the score itself, a dimension, the adjusted score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard.overview.map_layers import ColourClass, Layer, no_score_class, ordinal_classes, score_column
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components, rank_groups, theme
from dashboard.ui.columns import number_column, plot_column
from index_engine.method import Dimension

SCORE, ADJUSTED_SCORE = "score", "adjusted"


def score_layer(view: View) -> Layer:
    layer = _points_layer(
        view,
        SCORE,
        (_("Score"), _("Score")),
        interval_columns=("low", "high"),
        list_note=_("Dot: score. Line: {confidence} interval. Tick: nation.").format(
            confidence=components.confidence_level(view)
        ),
    )

    def sort_rows(places: pd.DataFrame) -> pd.DataFrame:
        return rank_groups.sort_by_group(places) if rank_groups.has_groups(places) else layer.sort_rows(places)

    return replace(layer, sort_rows=sort_rows)


def dimension_layer(view: View, dimension: Dimension) -> Layer:
    name = localise(dimension.name)

    def tooltip_lines(line: Any) -> list[str]:
        points = formats.number(getattr(line, dimension.id), 1)
        return [_("{name}: {points} of 100 points").format(name=name, points=points)]

    return _points_layer(
        view,
        dimension.id,
        (name, name),
        tooltip_lines=tooltip_lines,
        list_note=_("Dot: points from 0 to 100. Tick: nation."),
    )


def adjusted_layer(view: View) -> Layer:
    """The score at the national case mix; a place whose mix overlaps too little with it has none."""

    def tooltip_lines(line: Any) -> list[str]:
        if formats.is_missing(line.adjusted):
            return [_no_adjustment_text()]
        interval = formats.interval(line.adjusted_low, line.adjusted_high, "score")
        return [
            _("Adjusted score {score} ({confidence} interval {interval})").format(
                score=formats.number(line.adjusted, 1), confidence=components.confidence_level(view), interval=interval
            )
        ]

    return _points_layer(
        view,
        ADJUSTED_SCORE,
        (_("Adjusted"), _("Adjusted score")),
        interval_columns=("adjusted_low", "adjusted_high"),
        tooltip_lines=tooltip_lines,
        missing_class=ColourClass(_("not adjusted"), theme.current_palette().undecided, is_grey=True),
        list_note=_("Dot: score at the national case mix. Line: {confidence} interval. Tick: nation.").format(
            confidence=components.confidence_level(view)
        ),
        map_note=_("The score at the national mix of causes, claims, debtors and assets."),
    )


def _no_adjustment_text() -> str:
    return _("not adjusted: case mix overlaps too little with the national one")


def _points_layer(
    view: View,
    column: str,
    names: tuple[str, str],
    *,
    list_note: str,
    interval_columns: tuple[str, str] | None = None,
    tooltip_lines: Callable[[Any], list[str]] = lambda line: [],
    missing_class: ColourClass | None = None,
    map_note: str = "",
) -> Layer:
    """A layer of the numbers from 0 to 100 in a column of the scores; `names` are on the switch and
    in headings. `missing_class` is of places that have a score and not this number."""
    classes = [*ordinal_classes(), no_score_class(), *([missing_class] if missing_class else [])]
    first_grey = len(theme.SCORE_BREAKS) + 1

    def class_index(line: Any) -> int:
        value = getattr(line, column)
        if not formats.is_missing(value):
            return theme.score_class(value)
        return first_grey + bool(missing_class and not formats.is_missing(line.score))

    def draw_cell(line: Any) -> object:
        value = getattr(line, column)
        if formats.is_missing(value):
            has_score = missing_class and not formats.is_missing(line.score)
            return _no_adjustment_text() if has_score else components.no_score_reason(view.snapshot, line)
        low, high = (getattr(line, end) for end in interval_columns) if interval_columns else (None, None)
        return cells.whisker(value, low, high, reference)

    nation = view.score_row(view.snapshot.nation)
    reference = getattr(nation, column) if nation is not None else None
    columns = [plot_column("0–100", draw_cell), number_column(names[0], lambda row: getattr(row, column), 1)]
    if missing_class:
        columns.append(score_column())
    return Layer(
        column,
        *names,
        tuple(classes),
        class_index,
        tooltip_lines,
        tuple(columns),
        lambda places: places.sort_values(column, ascending=False, kind="stable"),
        list_note,
        map_note,
    )
