"""Sensitivity of ranks to the assumptions of the method: one at a time, which matters most (Sobol
indices), and all at once.

None of it is sampling error; where both are shown they have different marks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.robustness import audit_charts, audit_level
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats, terms
from dashboard.text.i18n import _, localise
from dashboard.text.levels import level_name, place_count
from dashboard.ui import cells, chart_block, components
from dashboard.ui.columns import number_column, place_column, plot_column, share_column, text_column
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column, RowGroup, Source, TableSpec, table_block
from index_engine import queries
from index_engine.method import Dimension, Indicator, Method

SENSITIVITY_LEVELS = ("province", "city")  # the order of courts is not published
PAGE_SIZE = 50  # rows shown before 'Show all'


def draw_sensitivity(view: View) -> None:
    components.section(
        _("Sensitivity to the method"),
        _(
            "Every method makes assumptions that could have been made otherwise. Here they are "
            "varied while the data stay the same. This is not sampling error: an interval over "
            "assumptions shows how much depends on judgement, one from sampling how much on chance."
        ),
        "sensitivity",
    )
    level = audit_level.selected_level(SENSITIVITY_LEVELS)
    latest_view = audit_level.view_of_latest_period(view)
    st.html(audit_level.level_switch(SENSITIVITY_LEVELS))
    if address.get("audit") == "court":
        st.html(tag("p", _("Assumptions are not varied for courts: these are provinces."), class_="quiet"))
    rows = queries.perturbations(latest_view.snapshot, level)
    if rows.empty:
        st.html(audit_level.too_few_places_note(level))
        return
    draw_single_changes(latest_view, level, rows)
    left_column, right_column = st.columns([5, 4], gap="large")
    with left_column:
        draw_sobol_indices(latest_view, level)
    with right_column:
        st.html(sobol_notes(latest_view.snapshot.method))
    draw_joint_changes(latest_view, level)


# ---------------------------------------------------------------- one assumption at a time


def draw_single_changes(latest_view: View, level: str, rows: pd.DataFrame) -> None:
    """What each assumption alone, made otherwise, does to ranks and scores."""
    groups = groupby(rows.itertuples(index=False), lambda row: perturbation_group(row.perturbation))
    listed_rows: list[Any] = []
    for name, group in groups:
        listed_rows += [RowGroup(name), *group]
    max_change = max((row.rank_mean for row in rows.itertuples() if not row.reason), default=0.0)
    n_places = int(rows["units"].max() + rows["lost"].min())
    n_text = _("n = {places} with a score").format(places=place_count(level, n_places))
    table_block(
        latest_view,
        TableSpec(
            "perturbations",
            _("One assumption at a time"),
            perturbation_columns(latest_view.snapshot.method, max_change),
            heading="chart",
            row_class=lambda row: "dim" if row.reason else "",
            source=Source(extra=n_text),
            download=lambda: rows,
            download_name=f"choices-alone-{level}",
        ),
        listed_rows,
    )


def perturbation_group(perturbation: str) -> str:
    """What an assumption is about."""
    if perturbation.startswith("goalposts_"):
        return _("Goalposts")
    return {
        "arithmetic": _("Mean and weights"),
        "equal_dimension_weights": _("Mean and weights"),
        "equal_indicator_weights": _("Mean and weights"),
        "left_out": _("One indicator left out"),
        "shrunk": _("Small places"),
        "dimension_doubled": _("One dimension counts twice"),
    }.get(perturbation, perturbation)


def perturbation_text(method: Method, perturbation: str, item: str) -> str:
    """An assumption that was made otherwise, in words."""
    entries: list[Indicator | Dimension] = [*method.indicators, *method.dimensions]
    names = {entry.id: localise(entry.name) for entry in entries}
    share = formats.percent(method.sensitivity.goalpost_shift, 0)
    return {
        "arithmetic": _("Arithmetic mean across dimensions instead of geometric"),
        "equal_dimension_weights": _("Equal weights for all dimensions"),
        "equal_indicator_weights": _("Equal weights for the indicators of a dimension"),
        "left_out": _("Without: {name}"),
        "goalposts_wider": _("Goalposts moved apart by {share} of their distance"),
        "goalposts_narrower": _("Goalposts moved together by {share} of their distance"),
        "goalposts_harder": _("Both goalposts moved {share} of their distance towards the better"),
        "goalposts_easier": _("Both goalposts moved {share} of their distance towards the worse"),
        "shrunk": _("Every indicator replaced by its shrinkage estimate"),
        "dimension_doubled": _("Twice the weight: {name}"),
    }.get(perturbation, perturbation).format(name=names.get(item, item), share=share)


def perturbation_columns(method: Method, max_change: float) -> list[Column[Any]]:
    def unless_unscored(number: Callable[[Any], float | None]) -> Callable[[Any], float | None]:
        """A number of a row; None where the change leaves no place a score."""
        return lambda row: None if row.reason == "no scores" else number(row)

    def mean_rank_cell(row: Any) -> Html | str:
        if row.reason == "no effect":
            return _("no effect")
        if row.reason:
            return _("nothing left to compare")
        return audit_charts.length_cell(row.rank_mean, max_change)

    return [
        text_column(_("Assumption changed"), lambda row: perturbation_text(method, row.perturbation, row.item)),
        plot_column(_("Mean change of rank"), mean_rank_cell),
        number_column(tag("span", _("Mean"), class_="visually-hidden"), unless_unscored(lambda row: row.rank_mean), 1),
        number_column(
            _("Largest"), unless_unscored(lambda row: row.rank_max), note=_("Largest change of rank of any place")
        ),
        Column(_("Places that move"), _moved_places_cell, kind="number"),
        number_column(_("Mean change of score"), unless_unscored(lambda row: row.score_mean), 1),
        number_column(
            _("Largest"), unless_unscored(lambda row: row.score_max), 1, note=_("Largest change of score of any place")
        ),
    ]


def _moved_places_cell(row: Any) -> Html | str:
    if row.reason == "no scores":
        return formats.NO_VALUE
    count_text = _("{n} of {total}").format(n=formats.number(row.rank_moved), total=formats.number(row.units))
    if not row.lost:
        return count_text
    return cells.value_with_detail(count_text, _("{n} lose their score").format(n=formats.number(row.lost)))


# ---------------------------------------------------------------- which assumption matters most


def draw_sobol_indices(latest_view: View, level: str) -> None:
    """Sobol indices of the mean change of rank, as dots with their intervals."""
    title = _("Which assumption moves ranks most")
    st.html(tag("h3", title, class_="chart"))
    rows = queries.sobol(latest_view.snapshot, level)
    rows = rows.sort_values("total", kind="stable", na_position="first")
    names = {row.choice: terms.assumption_name(row.choice) for row in rows.itertuples()}
    chart = latest_view.cached("sobol", lambda: audit_charts.sobol_chart(rows, names), level)
    count_text = place_count(level, int(queries.sensitivity(latest_view.snapshot, level)["rank"].notna().sum()))
    chart_block.show_chart(
        latest_view,
        chart,
        key=f"sobol-{level}",
        title=title,
        alt=title + ": " + indices_text(rows, names),
        extra=_("n = {places} with a score").format(places=count_text),
        table=lambda: rows,
    )


def indices_text(rows: pd.DataFrame, names: dict[str, str]) -> str:
    """The total indices in words, the largest first."""
    pieces = [
        _("no effect: {name}").format(name=names[row.choice])
        if row.reason
        else f"{names[row.choice]} {formats.number(row.total, 2)}"
        for row in rows[::-1].itertuples()
    ]
    return _("; ").join(pieces)


def sobol_notes(method: Method) -> Html:
    """How the indices are to be read, and how far assumptions are varied."""
    settings = method.sensitivity
    notes = [
        _(
            "First-order index: the share of the variance of the mean change of rank that would go "
            "if this assumption were fixed. Total index: the share that would remain if all others "
            "were fixed."
        ),
        _("A total index well above the first-order index: the assumption interacts with others."),
        _("An estimate of a first-order index near 0 may be negative; the line is its 95% interval."),
        _(
            "Varied: weights (Dirichlet around those of the method, concentration {concentration}), "
            "goalposts by up to {share} of their distance, the kind of mean, one indicator left "
            "out, shrinkage or none. Seed {seed}."
        ).format(
            concentration=formats.number(settings.concentration),
            share=formats.percent(settings.goalpost_shift, 0),
            seed=settings.seed,
        ),
    ]
    return tag("ul", *(tag("li", line) for line in notes), class_="prose fine-print")


# ---------------------------------------------------------------- all assumptions at once


def draw_joint_changes(latest_view: View, level: str) -> None:
    """The ranks of every place over all assumptions, beside its rank set from sampling."""
    rows = queries.sensitivity(latest_view.snapshot, level)
    rows = rows[rows["rank"].notna()]
    listed_rows = list(rows.itertuples(index=False))
    is_complete = address.get("all") == "1" or len(listed_rows) <= PAGE_SIZE
    all_link = None
    if not is_complete:
        link_text = _("Show all {n}").format(n=formats.number(len(listed_rows)))
        all_link = tag("p", tag("a", link_text, href=address.current_link(all="1"), data_in=True), class_="more")
    table_block(
        latest_view,
        TableSpec(
            "caterpillar",
            _("All assumptions at once, beside sampling error"),
            rank_range_columns(level, listed_rows),
            heading="chart",
            explanation=_(
                "Two intervals of one rank with different meanings: over {n} methods as plausible "
                "as this one, and from sampling. They are not to be added up."
            ).format(n=formats.number(latest_view.snapshot.method.sensitivity.replicates)),
            introduction=[audit_charts.rank_intervals_legend()],
            notes=[all_link],
            source=Source(n=int(latest_view.scores(level)["n"].sum()), extra=place_count(level, len(listed_rows))),
            download=lambda: rows,
            download_name=f"choices-together-{level}",
        ),
        listed_rows if is_complete else listed_rows[:PAGE_SIZE],
    )


def rank_range_columns(level: str, rows: Sequence[Any]) -> list[Column[Any]]:
    """Columns of ranks among all of `rows`, however many of them are shown."""
    total = len(rows)

    def rank_range(low: Callable[[Any], float | None], high: Callable[[Any], float | None]) -> Any:
        return lambda row: formats.rank_range(low(row), high(row))

    columns: list[Column[Any]] = [
        place_column(level_name(level), level),
        number_column(_("Rank"), lambda row: row.rank),
        plot_column(f"1–{formats.number(total)}", lambda row: audit_charts.rank_intervals_cell(row, total)),
        Column(
            _("Over assumptions"),
            rank_range(lambda row: row.rank_low, lambda row: row.rank_high),
            kind="number",
            note=_("5 to 95% of the replicates"),
        ),
        Column(
            _("From sampling"),
            rank_range(lambda row: row.rank_set_low, lambda row: row.rank_set_high),
            kind="number",
            note=_("95% confidence set"),
        ),
        number_column(_("Score"), lambda row: row.score, 1),
        Column(
            _("Score over assumptions"),
            lambda row: formats.interval(row.score_low, row.score_high, "score"),
            kind="number",
            note=_("5 to 95% of the replicates"),
        ),
    ]
    if any(row.scored < 1 for row in rows):
        columns.append(
            share_column(
                _("Scored"), lambda row: row.scored, 0, note=_("Share of the replicates in which the place has a score")
            )
        )
    return columns
