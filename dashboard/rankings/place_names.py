"""The name of a place in a row of a ranking, with the place above it and a link to compare it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard.rankings import compare_selection
from dashboard.state.cache import View
from dashboard.text.i18n import place_name
from dashboard.text.levels import level_name
from dashboard.ui import cells
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column
from index_engine.queries import LEVELS


def parent_names_by_place(view: View, level: str) -> dict[str, str]:
    """Names of the places of the levels between the nation and `level`, by place_id."""
    return {
        row.place_id: place_name(row)
        for upper_level in LEVELS[1 : LEVELS.index(level)]
        for row in view.scores(upper_level).itertuples(index=False)
    }


def name_cell_builder(view: View, level: str) -> Callable[[Any], Html]:
    """A function from a row to the link to its place, with the place above it in small print."""
    parent_names = parent_names_by_place(view, level)

    def name_cell(row: Any) -> Html:
        parent = parent_names.get(row.parent, "")
        return join(cells.place_link(row, level), tag("span", parent, class_="where") if parent else None)

    return name_cell


def name_column(view: View, level: str) -> Column[Any]:
    """Names, each after a link that adds the place to a comparison or takes it out."""
    name_cell = name_cell_builder(view, level)
    selection_link = compare_selection.link_builder(view, level)

    def cell(row: Any) -> Html:
        return join(selection_link(row), name_cell(row))

    return Column(level_name(level), cell, sort="name")
