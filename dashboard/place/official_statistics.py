"""Statistics that readers know from official reports, beside the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

import pandas as pd

from dashboard.place import spine_chart
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.columns import plot_column, text_column, value_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.provenance import format_amount, provenance_note
from dashboard.ui.table import Column, TableSpec, table_block
from index_engine import queries
from index_engine.method import Statistic
from index_engine.queries import Distribution


@dataclass(frozen=True)
class StatisticRow:
    """One statistic of the place, the nation's value, and how it is distributed over places."""

    statistic: Statistic
    value: float | None
    numerator: float | None
    denominator: float | None
    reason: str  # why there is no value, a status or what is printed in place of a small count
    numerator_suppression: str
    denominator_suppression: str
    nation: float | None
    distribution: Distribution | None
    explanation: Html


def section(view: View) -> None:
    """Each statistic with its numerator and denominator, beside the nation's and among all places
    of the level. Of none is one direction better, so that none is marked."""
    place = view.place
    values = queries.statistics(view.snapshot, place.level, place.place_id, view.period)
    distributions = spine_chart.read_distributions(view)
    spec = TableSpec(
        key="official",
        title=_("Official statistics, not in the score"),
        explanation=_(
            "These do not enter the score. The same name can hide different denominators, "
            "so each is spelled out. The grey bar spans all scored places at this level, "
            "from minimum to maximum; the tick marks the nation."
        ),
        anchor="figures",
        columns=statistic_columns(with_nation=place.level != "nation"),
        caption=_("Official statistics"),
        empty_text=components.status_text("no_data"),
        download=lambda: spine_chart.with_distributions(values, distributions, "statistic", "statistic"),
        download_name="official-figures",
    )
    table_block(view, spec, statistic_rows(view, values, distributions))


def statistic_rows(view: View, values: pd.DataFrame, distributions: spine_chart.Distributions) -> list[StatisticRow]:
    """Rows of the table, in the order of the method."""
    statistics = {statistic.id: statistic for statistic in view.snapshot.main.statistics}
    nation_rows = queries.statistics(view.snapshot, "nation", view.snapshot.nation.place_id, view.period)
    nation_values: Mapping[str, float] = dict(zip(nation_rows["statistic"], nation_rows["value"], strict=True))
    # Of a place that is observed, a source with a part of the cases alone leaves a count unknown.
    statuses = set(queries.indicators(view.snapshot, view.place.level, view.place.place_id, view.period)["status"])
    unknown = "not_observed" if "not_observed" in statuses else "part_of_cases"
    return [
        StatisticRow(
            statistic=statistics[line.statistic],
            value=line.value,
            numerator=line.numerator,
            denominator=line.denominator,
            reason=line.suppression or (unknown if isnan(line.value) and line.denominator != 0 else ""),
            numerator_suppression=line.numerator_suppression,
            denominator_suppression=line.denominator_suppression,
            nation=nation_values.get(line.statistic),
            distribution=distributions.get(("statistic", line.statistic)),
            explanation=provenance_note(view, statistics[line.statistic], line),
        )
        for line in values.itertuples(index=False)
    ]


def statistic_columns(*, with_nation: bool) -> list[Column[StatisticRow]]:
    """Columns of the table; `with_nation` sets the nation's value beside that of the place."""
    nation_columns: list[Column[StatisticRow]] = [
        value_column(_("Nation"), lambda row: row.nation, lambda row: row.statistic.unit)
    ]
    return [
        text_column(_("Statistic"), lambda row: join(tag("span", localise(row.statistic.name)), " ", row.explanation)),
        value_column(
            _("Value"),
            lambda row: row.value,
            lambda row: row.statistic.unit,
            reason=lambda row: components.status_reason(row.reason) if row.reason else "",
        ),
        *(nation_columns if with_nation else []),
        plot_column(_("Minimum to maximum"), _distribution_cell),
        text_column(
            _("Numerator"), lambda row: _amount_cell(row, "numerator"), lambda row: localise(row.statistic.numerator)
        ),
        text_column(
            _("Denominator"),
            lambda row: _amount_cell(row, "denominator"),
            lambda row: localise(row.statistic.denominator),
        ),
    ]


def _amount_cell(row: StatisticRow, column: str) -> str:
    amount, suppression = getattr(row, column), getattr(row, f"{column}_suppression")
    if not suppression:
        return formats.number(amount)
    return format_amount(row.statistic, amount, column, suppression)


def _distribution_cell(row: StatisticRow) -> Html:
    if row.distribution is None:
        return Html("")
    tooltip = spine_chart.distribution_text(row.distribution, row.statistic.unit)
    return spine_chart.draw_range(row.value, row.nation, row.distribution, tooltip)
