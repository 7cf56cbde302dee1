"""The change of the score and its indicators on a year before, split into performance and mix."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, point_scale
from dashboard.ui.columns import change_column, plot_column, text_column, value_column
from dashboard.ui.html import Html, tag
from dashboard.ui.point_scale import SCORE_SCALE, PointScale
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import periods, queries

MIN_SCALE_LIMIT = 2.0  # points that fill half a cell, where no change is larger
QUARTERS_PER_YEAR = 4


@dataclass(frozen=True)
class ChangeRow:
    """The score or an indicator in both periods, in its own unit of measure; NaN is not known."""

    name: str
    scale: PointScale
    before: float
    now: float
    performance: float
    case_mix: float

    @property
    def parts_in_points(self) -> tuple[float | None, float | None]:
        """Performance and mix in points between the goalposts, above 0 for better."""
        return (
            point_scale.difference_in_points(self.performance, self.scale),
            point_scale.difference_in_points(self.case_mix, self.scale),
        )


def draw_changes(view: View) -> None:
    """Before, now, and the two parts of the change as numbers and as bars; or why there are none."""
    earlier_period = periods.label(periods.parse(view.period) - QUARTERS_PER_YEAR)
    title = _("Change since {period}: performance and case mix").format(period=formats.period(earlier_period))
    changes = queries.change_decomposition(view.snapshot, view.place.level, view.place.place_id, view.period)
    is_split = changes["performance"].notna().any()
    rows = change_rows(view, changes) if is_split else []
    part_sizes = [abs(size) for row in rows for size in row.parts_in_points if size]
    scale_limit = max([MIN_SCALE_LIMIT, *part_sizes])
    dash_note = None
    if changes[["performance", "mix"]].isna().any(axis=None):
        dash_note = _("A dash means too few cases in one of the two periods, or cases too different to compare.")
    score_row = view.score_row(view.place)
    window_start, window_end = view.snapshot.period_dates(earlier_period)
    spec = TableSpec(
        key="changes",
        title=title,
        heading="chart",
        columns=change_columns(scale_limit),
        empty_text=no_decomposition_reason(view, earlier_period, changes),
        row_class=lambda row: "total" if row.scale is SCORE_SCALE else "",
        notes=[_legend(scale_limit, dash_note)],
        source=Source(
            n=score_row.n if score_row else None,
            extra=_("Year before: {window}").format(window=formats.date_range(window_start, window_end)),
        ),
        download=lambda: changes,
    )
    table_block(view, spec, rows)


def no_decomposition_reason(view: View, earlier_period: str, changes: pd.DataFrame) -> str:
    """Why no change can be split."""
    if earlier_period not in view.snapshot.periods():
        return _("No score is computed for {period}.").format(period=formats.period(earlier_period))
    if view.snapshot.main.strata is None:
        return _("This method does not stratify cases, so it cannot adjust for case mix.")
    if changes["before"].isna().all() or changes["now"].isna().all():
        return _("One of the two periods has too few cases.")
    return _("The cases of the two periods are too different to be standardised to one mix.")


def change_rows(view: View, changes: pd.DataFrame) -> list[ChangeRow]:
    """The score, then every indicator, from the rows of the query of changes."""
    indicators = {indicator.id: indicator for indicator in view.snapshot.method.indicators}
    return [
        ChangeRow(
            name=_("Score") if line.item == "score" else localise(indicators[line.item].name),
            scale=SCORE_SCALE if line.item == "score" else indicators[line.item],
            before=line.before,
            now=line.now,
            performance=line.performance,
            case_mix=line.mix,
        )
        for line in changes.itertuples(index=False)
    ]


def change_columns(scale_limit: float) -> list[Column[ChangeRow]]:
    """Columns of the table; a half of its bars is `scale_limit` points."""
    return [
        text_column(_("Indicator"), lambda row: row.name),
        value_column(_("Before"), lambda row: row.before, lambda row: row.scale.unit),
        value_column(_("Now"), lambda row: row.now, lambda row: row.scale.unit),
        change_column(_("Change"), lambda row: row.now - row.before, lambda row: row.scale.unit),
        change_column(
            _("Performance"),
            lambda row: row.performance,
            lambda row: row.scale.unit,
            note=_("The change if case mix had stayed as it was a year before"),
        ),
        change_column(
            _("Case mix"),
            lambda row: row.case_mix,
            lambda row: row.scale.unit,
            note=_("The change due to a different case mix"),
        ),
        plot_column(_("In points"), lambda row: cells.part_bars(row.parts_in_points, scale_limit)),
    ]


def _legend(scale_limit: float, dash_note: str | None) -> Html:
    scale_note = _(
        "Bars to the right raise the score; half the width is {n} points. Rounded "
        "parts may differ from their sum by one in the last digit."
    ).format(n=formats.number(scale_limit, 1))
    return tag(
        "p", cells.part_keys(), tag("span", scale_note), tag("span", dash_note) if dash_note else None, class_="source"
    )
