"""Design effects: how much larger variances are than those of independent cases."""

from __future__ import annotations

import math
from typing import Any

from dashboard.robustness import audit_level
from dashboard.state.cache import View
from dashboard.text.i18n import _, localise
from dashboard.ui.columns import number_column, share_column, text_column
from dashboard.ui.table import Source, TableSpec, table_block
from index_engine import queries


def draw_design_effects(view: View) -> None:
    """The design effect of every indicator, check and statistic that has one, the largest first."""
    latest_view = audit_level.view_of_latest_period(view)
    rows = queries.design_effects(latest_view.snapshot)
    names = {entry.id: localise(entry.name) for entry in latest_view.snapshot.method.estimands}
    listed_rows: list[Any] = [row for row in rows.itertuples(index=False) if row.indicator in names]
    listed_rows.sort(key=lambda row: (-row.design_effect, row.indicator))
    nation = latest_view.score_row(latest_view.place)
    table_block(
        latest_view,
        TableSpec(
            "design-effects",
            _("Design effects"),
            [
                text_column(_("Indicator"), lambda row: names[row.indicator]),
                number_column(_("Design effect"), lambda row: row.design_effect, 2),
                share_column(_("Errors wider by"), _error_widening, reason=lambda row: _("not at all")),
                number_column(_("Groups of cases"), lambda row: row.n_groups),
            ],
            explanation=_(
                "Lots of one estate sell or fail together, so that they carry less information "
                "than as many independent lots. Cases that a court files on one day are dealt to one "
                "random group with their lots, and everything is estimated without each group in "
                "turn. The design effect is the variance of these estimates (delete-a-group "
                "jackknife) over the variance that a formula for independent cases gives; standard "
                "errors are multiplied by its square root, and never reduced."
            ),
            anchor="design-effects",
            empty_text=_("Too few days of filing to form random groups: errors are those of independent cases."),
            source=Source(n=nation.n if nation else None),
            download=lambda: rows,
        ),
        listed_rows,
    )


def _error_widening(row: Any) -> float | None:
    """By how much standard errors grow, as a share; None where they do not."""
    return math.sqrt(row.design_effect) - 1 if row.design_effect > 1 else None
