"""The score of a place over the quarters, small enough for a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dashboard.rankings import column_notes
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import cells
from dashboard.ui.columns import plot_column
from dashboard.ui.html import Html
from dashboard.ui.table import Column
from index_engine import queries


def history_column(view: View, level: str) -> Column[Any]:
    """The score over the quarters, to the one in view."""
    quarters = [period for period in view.snapshot.periods() if period <= view.period]
    scores = queries.score_histories(view.snapshot, level)[quarters]
    span = common_span(scores)
    row_by_place = {place_id: row for row, place_id in enumerate(scores.index)}
    values = scores.to_numpy()
    first, last = formats.period(quarters[0]), formats.period(quarters[-1])

    def cell(line: Any) -> Html:
        place_scores = values[row_by_place[line.place_id]]
        n_scores = int(np.isfinite(place_scores).sum())
        label = _("Score from {first} to {last}, {n} of {total} quarters: {start} to {end}").format(
            first=first,
            last=last,
            n=n_scores,
            total=len(quarters),
            start=formats.number(place_scores[np.isfinite(place_scores)][0], 1) if n_scores else formats.NO_VALUE,
            end=formats.number(place_scores[-1], 1),
        )
        middle = (np.nanmin(place_scores) + np.nanmax(place_scores)) / 2 if n_scores else 50.0
        value_range = (middle - span / 2, middle + span / 2)
        return cells.sparkline(place_scores, value_range, (line.low, line.high), label)

    return plot_column(_("Over time"), cell, explanation=column_notes.history_note(view, span))


def common_span(scores: pd.DataFrame) -> float:
    """Points between the lower and the upper edge of a sparkline, the same in every row of a level:
    the 95th percentile of the ranges of the places' scores, rounded up to a multiple of five.
    `scores` has a row for each place and a column for each quarter.

    On the scale from 0 to 100 no history but that of a tiny court would be more than a flat line."""
    ranges = (scores.max(axis=1) - scores.min(axis=1)).dropna()
    return 5.0 * max(np.ceil(ranges.quantile(0.95) / 5), 1.0) if len(ranges) else 5.0
