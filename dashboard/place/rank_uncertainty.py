"""How much of a rank is choice of method: beside what is sampling, never blended with it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats, terms
from dashboard.text.i18n import _
from dashboard.ui import cells, components, table
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column

VARIED_LEVELS = ("province", "city")  # levels whose choices are varied


def section(view: View, row: Any) -> None:
    """The range of ranks from sampling and from choices, and which choice matters most."""
    place = view.place
    if place.level not in VARIED_LEVELS:
        return
    components.section(
        _("Its rank: how much is chance, how much is choice"),
        _(
            "Two doubts that do not mix: other cases might have come (sampling), and the method "
            "might have been another (weights, goalposts, aggregation and more, all varied at "
            "once)."
        ),
        anchor="choices",
    )
    sensitivity_rows = view.snapshot.sensitivity(place.level)
    line = next(
        sensitivity_rows[sensitivity_rows["place_id"] == place.place_id].itertuples(index=False),
        None,
    )
    if line is None:
        st.html(tag("p", no_ranges_reason(view, row), class_="said"))
        return
    left_column, right_column = st.columns(2, gap="large")
    with left_column:
        draw_rank_ranges(view, line, sensitivity_rows)
    with right_column:
        draw_sobol_indices(view, line)


def no_ranges_reason(view: View, row: Any) -> str:
    """Why nothing is varied for the place."""
    if row is None or formats.is_missing(row.score):
        return _("It has no score, and so no rank to vary.")
    return _("Choices are varied for places that have a score in {period} only.").format(
        period=formats.period(view.snapshot.periods()[-1])
    )


# ------------------------------------------------------------ ranges of ranks


def draw_rank_ranges(view: View, line: Any, sensitivity_rows: pd.DataFrame) -> None:
    """Both ranges of ranks, one below the other on one line of ranks."""
    place_count = len(sensitivity_rows)
    title = _("Rank among {n}").format(n=formats.number(place_count))
    st.html(tag("h3", title, class_="chart"))
    rows = [
        (
            _("Sampling"),
            _("95% confidence set"),
            line.rank_set_low,
            line.rank_set_high,
            line.rank,
        ),
        (
            _("Choices of the method"),
            _("90% of {n} replicates").format(
                n=formats.number(view.snapshot.method.sensitivity.replicates)
            ),
            line.rank_low,
            line.rank_high,
            line.rank_median,
        ),
    ]
    columns = [
        Column(_("Doubt"), lambda x: table.value_with_detail(x[0], x[1])),
        Column(
            f"1–{formats.number(place_count)}",
            lambda x: (
                ""
                if formats.is_missing(x[2])
                else cells.rank_whisker(x[2], x[3], x[4], place_count)
            ),
            kind="plot",
            note=_("Best on the left. Dot: rank; of the choices, the median."),
        ),
        Column(_("Ranks"), lambda x: formats.rank_range(x[2], x[3]), kind="number"),
    ]
    with st.container(key="ranks"):
        st.html(table.html_table(columns, rows, caption=title))
    last_period = formats.period(view.snapshot.periods()[-1])
    note = _("Choices are varied at the last period, {period}.").format(period=last_period)
    retention_text = None
    if line.scored < 1:
        retention_text = _("It keeps a score in {share} of the replicates.").format(
            share=formats.percent(line.scored)
        )
    st.html(_last_period_source(view, components.facts(note, retention_text)))
    components.download_button(
        "rank-and-choices",
        view,
        lambda: sensitivity_rows[sensitivity_rows["place_id"] == view.place.place_id],
    )


def _last_period_source(view: View, extra: object) -> Html:
    """The source line of what is known of the last period only, whatever period is in view."""
    last_view = View(view.snapshot, view.snapshot.periods()[-1], view.place)
    row = last_view.score_row(last_view.place)
    return components.source_line(last_view, n=row.n if row else None, extra=extra)


# ------------------------------------------------------------ which choice


def draw_sobol_indices(view: View, line: Any) -> None:
    """The Sobol indices of the rank of the place, as bars."""
    title = _("Which choice moves its rank")
    st.html(tag("h3", title, class_="chart"))
    sobol_rows = view.snapshot.sobol(view.place.level, view.place.place_id)
    if sobol_rows.empty:
        st.html(tag("p", _("No indices are known for this place."), class_="said"))
        return
    sobol_rows = sobol_rows.sort_values("total", ascending=False, kind="stable")
    columns = [
        Column(_("Choice"), lambda x: terms.assumption_name(x.choice)),
        Column(
            "0–1",
            lambda x: cells.nested_bar(x.first, x.total, terms.assumption_name(x.choice)),
            kind="plot",
            note=_("Dark: the choice alone. Pale: with its interactions."),
        ),
        Column(_("Alone"), lambda x: _index_cell(x, x.first, x.first_half), kind="number"),
        Column(_("In all"), lambda x: _index_cell(x, x.total, x.total_half), kind="number"),
    ]
    with st.container(key="sobol"):
        st.html(table.html_table(columns, sobol_rows.itertuples(index=False), caption=title))
    st.html(tag("p", leading_assumption_text(sobol_rows, line), class_="said"))
    interval_note = _(
        "Sobol indices: shares of the variance of its rank, ± half of a 95% interval."
    )
    st.html(_last_period_source(view, interval_note))
    components.download_button("sobol", view, lambda: sobol_rows)


def _index_cell(line: Any, value: float, half_width: float) -> Html | str:
    if line.reason:
        return {"no effect": _("no effect")}.get(
            line.reason, components.status_text("not_estimable")
        )
    return join(formats.number(value, 2), tag("small", f"± {formats.number(half_width, 2)}"))


def leading_assumption_text(sobol_rows: pd.DataFrame, line: Any) -> str:
    """In a sentence, the choice with the largest index, and how clearly it leads."""
    estimable_rows = sobol_rows[sobol_rows["reason"] == ""]
    if estimable_rows.empty:
        return _("No choice moves its rank.")
    rows = list(estimable_rows.itertuples(index=False))
    leading_row = rows[0]
    name = terms.assumption_name(leading_row.choice)
    if line.rank_low == line.rank_high:
        return _("Its rank hardly moves; where it does, it is most by: {choice}.").format(
            choice=name
        )
    if (
        len(rows) > 1
        and leading_row.total - leading_row.total_half < rows[1].total + rows[1].total_half
    ):
        return _("Most, though not clearly, by: {choice}; next: {other}.").format(
            choice=name, other=terms.assumption_name(rows[1].choice)
        )
    return _("Most by: {choice}.").format(choice=name)
