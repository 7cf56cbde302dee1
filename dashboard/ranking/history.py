"""The score of a place over the quarters, small enough for a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dashboard import drawings, formats
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import Html
from dashboard.ranking import about
from dashboard.tables import Column


def column(shown: View, level: str) -> Column:
    """The score over the quarters, to the one in view."""
    quarters = [period for period in shown.data.periods() if period <= shown.period]
    whole = shown.data.histories(level)[quarters]
    span = span_of(whole)
    at = {unit: row for row, unit in enumerate(whole.index)}
    values = whole.to_numpy()
    first, last = formats.period(quarters[0]), formats.period(quarters[-1])

    def cell(line: Any) -> Html:
        own = values[at[line.unit_id]]
        known = int(np.isfinite(own).sum())
        said = _("Score from {first} to {last}, {n} of {total} quarters: {start} to {end}").format(
            first=first,
            last=last,
            n=known,
            total=len(quarters),
            start=formats.number(own[np.isfinite(own)][0], 1) if known else formats.NOTHING,
            end=formats.number(own[-1], 1),
        )
        middle = (np.nanmin(own) + np.nanmax(own)) / 2 if known else 50.0
        reach = (middle - span / 2, middle + span / 2)
        return drawings.spark(own, reach, (line.low, line.high), said)

    return Column(_("Over time"), cell, kind="plot", about=about.history(shown, span))


def span_of(scores: pd.DataFrame) -> float:
    """Points between the lower and the upper edge of a small history, the same in every row of a
    level: so much as 19 in 20 places move at most, in fives. Where in 0 to 100 a place lies is seen
    beside it; on that scale no history but that of a tiny court would be more than a flat line."""
    moved = (scores.max(axis=1) - scores.min(axis=1)).dropna()
    return 5.0 * max(np.ceil(moved.quantile(0.95) / 5), 1.0) if len(moved) else 5.0
