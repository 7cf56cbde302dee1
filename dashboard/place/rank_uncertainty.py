"""How far a rank depends on the assumptions of the method, beside what is sampling error."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats, terms
from dashboard.text.i18n import _
from dashboard.ui import cells, components
from dashboard.ui.columns import plot_column, text_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.queries import Score, Sensitivity, SobolIndex

VARIED_LEVELS = ("province", "city")  # levels for which the assumptions are varied


@dataclass(frozen=True)
class RankRange:
    """A range of ranks from one source of uncertainty, and the rank in it that is marked."""

    source: str
    meaning: str
    low: float | None
    high: float | None
    rank: float | None


def section(view: View, row: Score | None) -> None:
    """The ranges of the rank from sampling and from assumptions, and which assumption matters."""
    place = view.place
    if place.level not in VARIED_LEVELS:
        return
    components.section(
        _("How certain is the rank?"),
        _(
            "Two separate sources of uncertainty: sampling error (other cases might have "
            "come in) and the assumptions of the method (weights, goalposts, aggregation "
            "and others, all varied at once)."
        ),
        anchor="choices",
    )
    sensitivity_rows = queries.sensitivity(view.snapshot, place.level)
    is_place = sensitivity_rows["place_id"] == place.place_id
    line = next(sensitivity_rows[is_place].itertuples(index=False), None)
    if line is None:
        st.html(tag("p", no_ranges_reason(view, row), class_="said"))
        return
    # All of it is known of the last period only, whatever period is in view.
    last_view = View(view.snapshot, view.snapshot.periods()[-1], place)
    left_column, right_column = st.columns(2, gap="large")
    with left_column:
        draw_rank_ranges(last_view, line, sensitivity_rows)
    with right_column:
        draw_sobol_indices(last_view, line)


def no_ranges_reason(view: View, row: Score | None) -> str:
    """Why nothing is varied for the place."""
    if row is None or formats.is_missing(row.score):
        return _("It has no score and therefore no rank.")
    return _("Assumptions are varied only for places with a score in {period}.").format(
        period=formats.period(view.snapshot.periods()[-1])
    )


# ------------------------------------------------------------ ranges of ranks


def draw_rank_ranges(view: View, line: Sensitivity, sensitivity_rows: pd.DataFrame) -> None:
    """Both ranges of the rank, one below the other on one line of ranks."""
    place_count = len(sensitivity_rows)
    retention_text = None
    if line.scored < 1:
        retention_text = _("It has a score in {share} of the replicates.").format(share=formats.percent(line.scored))
    period_note = _("Assumptions are varied for the latest period, {period}.").format(
        period=formats.period(view.period)
    )
    spec: TableSpec[RankRange] = TableSpec(
        key="ranks",
        title=_("Rank among {n}").format(n=formats.number(place_count)),
        heading="chart",
        columns=[
            text_column(_("Source of uncertainty"), lambda ranks: ranks.source, lambda ranks: ranks.meaning),
            plot_column(
                f"1–{formats.number(place_count)}",
                lambda ranks: cells.rank_whisker(ranks.low, ranks.high, ranks.rank, place_count),
                note=_("Rank 1 on the left. Dot: the rank; for assumptions, the median rank."),
            ),
            Column(_("Ranks"), lambda ranks: formats.rank_range(ranks.low, ranks.high), kind="number"),
        ],
        source=_source(view, components.facts(period_note, retention_text)),
        download=lambda: sensitivity_rows[sensitivity_rows["place_id"] == view.place.place_id],
        download_name="rank-and-choices",
    )
    table_block(view, spec, rank_ranges(line, view.snapshot.method.sensitivity.replicates))


def rank_ranges(line: Sensitivity, n_replicates: int) -> list[RankRange]:
    """The confidence set of the rank, and its range over the replicates of the method."""
    return [
        RankRange(_("Sampling error"), _("95% confidence set"), line.rank_set_low, line.rank_set_high, line.rank),
        RankRange(
            _("Assumptions of the method"),
            _("90% of {n} replicates").format(n=formats.number(n_replicates)),
            line.rank_low,
            line.rank_high,
            line.rank_median,
        ),
    ]


def _source(view: View, extra: object) -> Source:
    row = view.score_row(view.place)
    return Source(n=row.n if row else None, extra=extra)


# ------------------------------------------------------------ which assumption


def draw_sobol_indices(view: View, line: Sensitivity) -> None:
    """The Sobol indices of the rank of the place, as bars."""
    sobol_rows = queries.sobol(view.snapshot, view.place.level, view.place.place_id)
    sobol_rows = sobol_rows.sort_values("total", ascending=False, kind="stable")
    spec: TableSpec[SobolIndex] = TableSpec(
        key="sobol",
        title=_("Which assumptions the rank depends on"),
        heading="chart",
        columns=[
            text_column(_("Assumption"), lambda index: terms.assumption_name(index.choice)),
            plot_column(
                "0–1",
                lambda index: cells.nested_bar(index.first, index.total, terms.assumption_name(index.choice)),
                note=_("Dark: main effect. Pale: total effect, with interactions."),
            ),
            Column(
                _("Main effect"), lambda index: _index_cell(index.reason, index.first, index.first_half), kind="number"
            ),
            Column(
                _("Total effect"), lambda index: _index_cell(index.reason, index.total, index.total_half), kind="number"
            ),
        ],
        empty_text=_("There are no sensitivity indices for this place."),
        notes=[leading_assumption_text(sobol_rows, line)],
        source=_source(
            view, _("Sobol indices: shares of the variance of the rank, ± half the width of a 95% interval.")
        ),
        download=lambda: sobol_rows,
    )
    table_block(view, spec, sobol_rows.itertuples(index=False))


def _index_cell(reason: str, value: float, half_width: float) -> Html | str:
    if reason == "no effect":
        return _("no effect")
    if reason:
        return components.status_text("not_estimable")
    return join(formats.number(value, 2), tag("small", f"± {formats.number(half_width, 2)}"))


def leading_assumption_text(sobol_rows: pd.DataFrame, line: Sensitivity) -> str:
    """In a sentence, the assumption with the largest total index, and how clearly it leads.

    `sobol_rows` are in falling order of the total index; `line` has the range of the rank.
    """
    estimable_rows = list(sobol_rows[sobol_rows["reason"] == ""].itertuples(index=False))
    if not estimable_rows:
        return _("The rank does not depend on any assumption.")
    leading_row = estimable_rows[0]
    name = terms.assumption_name(leading_row.choice)
    if leading_row.total <= leading_row.total_half:
        return _("Which assumption matters most cannot be told: the interval of the largest index reaches 0.")
    if line.rank_low == line.rank_high:
        return _("The rank hardly changes; the largest effect is of: {assumption}.").format(assumption=name)
    if len(estimable_rows) > 1:
        next_row = estimable_rows[1]
        if leading_row.total - leading_row.total_half < next_row.total + next_row.total_half:
            return _("Largest effect, though not clearly so: {assumption}; next: {other}.").format(
                assumption=name, other=terms.assumption_name(next_row.choice)
            )
    return _("Largest effect: {assumption}.").format(assumption=name)
