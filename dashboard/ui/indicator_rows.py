"""The indicators of a method as rows of a table, under the names of their dimensions."""

from __future__ import annotations

from dashboard.text.i18n import localise
from dashboard.ui.table import RowGroup
from index_engine.method import Indicator, Method


def indicators_by_dimension(method: Method) -> list[Indicator | RowGroup]:
    rows: list[Indicator | RowGroup] = []
    for dimension in method.dimensions:
        rows += [RowGroup(localise(dimension.name)), *method.dimension_indicators(dimension.id)]
    return rows
