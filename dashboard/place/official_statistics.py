"""Statistics that readers know from official reports, beside the score."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.place import spine_chart
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components, table
from dashboard.ui.html import Html, join, tag
from dashboard.ui.provenance import provenance_note
from dashboard.ui.table import Column


def section(view: View) -> None:
    """Figures that readers know from official reports, each with both of its sides, beside the
    nation's and among all places of the level. None is better for being higher, so none is marked.
    """
    place, nation = view.place, view.snapshot.nation
    values = view.snapshot.statistics(place.level, place.place_id, view.period)
    components.section(
        _("Official figures, beside the score"),
        _(
            "Not part of the score. One word can have several denominators, so each is spelled "
            "out. The grey bar spans all places of the level that have a score, from least to "
            "most; the tick is the nation."
        ),
        anchor="figures",
    )
    if values.empty:
        st.html(tag("p", components.status_text("no_data"), class_="quiet"))
        return
    statistics_by_id = {statistic.id: statistic for statistic in view.snapshot.main.statistics}
    nation_rows = view.snapshot.statistics("nation", nation.place_id, view.period)
    nation_values = dict(zip(nation_rows["figure"], nation_rows["value"], strict=True))
    distributions = spine_chart.read_distributions(view)

    def side_cell(value_field: str, text_field: str) -> Any:
        return lambda line: table.value_with_detail(
            formats.number(getattr(line, value_field)),
            localise(getattr(statistics_by_id[line.figure], text_field)),
        )

    def value_text(amount: float, statistic_id: str) -> str:
        return formats.value(amount, statistics_by_id[statistic_id].unit)

    def distribution_cell(line: Any) -> Html:
        distribution = distributions.get(("figure", line.figure))
        if distribution is None:
            return Html("")
        place = statistics_by_id[line.figure].unit
        return spine_chart.draw_range(
            line.value,
            nation_values.get(line.figure),
            distribution,
            spine_chart.distribution_text(distribution, place),
        )

    nation_columns = [
        Column(
            _("Nation"),
            lambda line: value_text(nation_values[line.figure], line.figure),
            kind="number",
        ),
    ]
    columns = [
        Column(
            _("Figure"),
            lambda line: join(
                tag("span", localise(statistics_by_id[line.figure].name)),
                " ",
                provenance_note(view, statistics_by_id[line.figure], line),
            ),
        ),
        Column(_("Value"), lambda line: value_text(line.value, line.figure), kind="number"),
        *(nation_columns if place != nation else []),
        Column(_("Least to most"), distribution_cell, kind="plot"),
        Column(_("Numerator"), side_cell("numerator", "numerator")),
        Column(_("Denominator"), side_cell("denominator", "denominator")),
    ]
    with st.container(key="official"):
        rows = values.itertuples(index=False)
        st.html(table.html_table(columns, rows, caption=_("Official figures")))
    st.html(components.source_line(view))
    components.download_button(
        "official-figures",
        view,
        lambda: spine_chart.with_distributions(values, distributions, "figure", "figure"),
    )
