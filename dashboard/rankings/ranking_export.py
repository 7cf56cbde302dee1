"""Files of the places of a ranking, with what must be said of them in every row."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from dashboard.rankings import custom_weights, publication
from dashboard.rankings.custom_weights import Weights
from dashboard.state.cache import View


def export_builder(
    view: View, level: str, places: pd.DataFrame, custom: Weights | None = None
) -> Callable[[], pd.DataFrame]:
    """A function that gives the rows of a file of places."""
    # Built now, not when it is asked for: only a run of the page knows its language.
    export_rows = publication.export_table(view, level, places)
    if custom:
        export_rows = custom_weights.with_weights_column(view, custom, export_rows)
    return lambda: export_rows
