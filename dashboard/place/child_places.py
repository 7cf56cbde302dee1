"""The places or courts within a place, each a link to its page."""

from __future__ import annotations

from typing import Any

from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui import components, table
from dashboard.ui.columns import change_column, count_column, number_column, place_column, score_whisker_column
from dashboard.ui.table import TableSpec, table_block
from index_engine.queries import LEVELS


def section(view: View) -> None:
    """The provinces, cities or courts directly below the place in focus; a court has none."""
    if view.place.level == "court":
        return
    level = LEVELS[LEVELS.index(view.place.level) + 1]
    parent = None if view.place.level == "nation" else view.place.place_id
    titles = {"province": _("Its provinces"), "city": _("Its cities"), "court": _("Its courts")}
    nation = view.score_row(view.snapshot.nation)
    spec: TableSpec[Any] = TableSpec(
        key="children",
        title=titles[level],
        anchor="within",
        columns=[
            place_column(_("Name"), level),
            score_whisker_column(
                lambda row: row.score,
                lambda row: (row.low, row.high),
                nation.score if nation else None,
                reason=lambda row: components.status_reason(row.status),
            ),
            number_column(_("Score"), lambda row: row.score, 1),
            change_column(_("On the year"), lambda row: row.change_year),
            count_column(_("Cases")),
        ],
        row_class=table.score_row_class,
        empty_text=_("The data set has no courts in this place."),
    )
    table_block(view, spec, view.scores(level, parent=parent).itertuples(index=False))
