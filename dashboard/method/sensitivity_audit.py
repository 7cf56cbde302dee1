"""What the method's own choices do to ranks: each alone, which matters most, and all at once.

None of it is sampling error, and where both are shown they have marks of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.method import audit_charts, indicator_coherence
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats, terms
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import chart_block, components, table
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column, RowGroup
from index_engine.method import Method

SENSITIVITY_LEVELS = ("province", "city")  # the order of courts is not published
PAGE_SIZE = 50  # rows drawn at once; the rest a click away


def draw_sensitivity(view: View) -> None:
    components.section(
        _("What if the method were another?"),
        _(
            "Every method is a set of choices that could have been made otherwise. Here they are "
            "made otherwise, while the data stay the same. This is not sampling error: an interval "
            "from choices says how far an opinion reaches, one from sampling how far chance does."
        ),
        "sensitivity",
    )
    level, latest_view = (
        indicator_coherence.selected_level(SENSITIVITY_LEVELS),
        indicator_coherence.view_of_latest_period(view),
    )
    st.html(indicator_coherence.level_switch(SENSITIVITY_LEVELS))
    if address.get("audit") == "court":
        st.html(
            tag("p", _("Choices are not varied for courts: these are provinces."), class_="quiet")
        )
    rows = latest_view.snapshot.perturbations(level)
    if rows.empty:
        st.html(indicator_coherence.too_few_places_note(level))
        return
    draw_single_changes(latest_view, level, rows)
    left_column, right_column = st.columns([5, 4], gap="large")
    with left_column:
        draw_sobol_indices(latest_view, level)
    with right_column:
        st.html(sobol_notes(latest_view.snapshot.method))
    draw_joint_changes(latest_view, level)


# ---------------------------------------------------------------- each choice alone


def draw_single_changes(latest_view: View, level: str, rows: pd.DataFrame) -> None:
    title = _("Each choice alone")
    st.html(tag("h3", title, class_="chart"))
    method = latest_view.snapshot.method
    lines: list[RowGroup | Any] = []
    for name, group in groupby(
        rows.itertuples(index=False), lambda row: perturbation_group(row.perturbation)
    ):
        lines += [RowGroup(name), *group]
    max_change = max((row.rank_mean for row in rows.itertuples() if not row.reason), default=0.0)
    with st.container(key="perturbations"):
        st.html(
            table.html_table(
                perturbation_columns(method, max_change),
                lines,
                caption=title,
                row_class=lambda row: "dim" if getattr(row, "reason", "") else "",
            )
        )
    n_places = int(rows["units"].max() + rows["lost"].min())
    st.html(
        components.source_line(
            latest_view,
            extra=_("n = {places} with a score").format(
                places=indicator_coherence.places_text(level, n_places)
            ),
        )
    )
    components.download_button(f"choices-alone-{level}", latest_view, lambda: rows)


def perturbation_group(perturbation: str) -> str:
    """What a choice is about."""
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
    """A choice that was made otherwise."""
    names = {entry.id: localise(entry.name) for entry in (*method.indicators, *method.dimensions)}
    share = formats.percent(method.sensitivity.goalpost_shift, 0)
    return {
        "arithmetic": _("Arithmetic mean across dimensions instead of geometric"),
        "equal_dimension_weights": _("Every dimension weighs the same"),
        "equal_indicator_weights": _("Within a dimension every indicator weighs the same"),
        "left_out": _("Without: {name}"),
        "goalposts_wider": _("Both ends moved apart by {share} of their distance"),
        "goalposts_narrower": _("Both ends moved together by {share} of their distance"),
        "goalposts_harder": _("Both ends moved {share} of their distance towards the better"),
        "goalposts_easier": _("Both ends moved {share} of their distance towards the worse"),
        "shrunk": _("Every indicator drawn to its peers"),
        "dimension_doubled": _("Twice the weight: {name}"),
    }.get(perturbation, perturbation).format(name=names.get(item, item), share=share)


def perturbation_columns(method: Method, max_change: float) -> list[Column]:
    def number_or_dash(cell: Any) -> Any:
        return lambda row: formats.NO_VALUE if row.reason == "no scores" else cell(row)

    def mean_rank_cell(row: Any) -> Html | str:
        if row.reason == "no effect":
            return _("no effect")
        if row.reason:
            return _("nothing left to compare")
        return audit_charts.length_cell(row.rank_mean, max_change)

    return [
        Column(
            _("Choice made otherwise"),
            lambda row: perturbation_text(method, row.perturbation, row.item),
        ),
        Column(_("Mean change of rank"), mean_rank_cell, kind="plot"),
        Column(
            tag("span", _("Mean"), class_="unseen"),
            number_or_dash(lambda row: formats.number(row.rank_mean, 1)),
            kind="number",
        ),
        Column(
            _("Largest"),
            number_or_dash(lambda row: formats.number(row.rank_max)),
            kind="number",
            note=_("Largest change of rank of any place"),
        ),
        Column(_("Places that move"), number_or_dash(_moved_places_cell), kind="number"),
        Column(
            _("Mean change of score"),
            number_or_dash(lambda row: formats.number(row.score_mean, 1)),
            kind="number",
        ),
        Column(
            _("Largest"),
            number_or_dash(lambda row: formats.number(row.score_max, 1)),
            kind="number",
            note=_("Largest change of score of any place"),
        ),
    ]


def _moved_places_cell(row: Any) -> Html | str:
    count_text = _("{n} of {total}").format(
        n=formats.number(row.rank_moved), total=formats.number(row.units)
    )
    if not row.lost:
        return count_text
    return table.value_with_detail(
        count_text, _("{n} lose their score").format(n=formats.number(row.lost))
    )


# ---------------------------------------------------------------- which choice matters most


def draw_sobol_indices(latest_view: View, level: str) -> None:
    """Sobol indices of the mean change of rank, as dots with their intervals."""
    title = _("Which choice moves ranks most")
    st.html(tag("h3", title, class_="chart"))
    rows = latest_view.snapshot.sobol(level)
    rows = rows.sort_values("total", kind="stable", na_position="first")
    names = {row.choice: terms.assumption_name(row.choice) for row in rows.itertuples()}
    chart = latest_view.cached(
        "sobol",
        lambda: audit_charts.sobol_chart(rows, names, components.watermark(latest_view)),
        level,
    )
    count_text = indicator_coherence.places_text(
        level, int(latest_view.snapshot.sensitivity(level)["rank"].notna().sum())
    )
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
    """How the indices are to be read, and how far choices are varied."""
    settings = method.sensitivity
    notes = [
        _(
            "First-order index: the share of the variance of the mean change of rank that goes "
            "when this choice is settled. Total index: the share that stays when all others are."
        ),
        _("A total well above the first-order index: the choice acts together with others."),
        _(
            "Near 0 a first-order index may come out below 0: it is estimated, with a 95% interval "
            "(the line)."
        ),
        _(
            "Varied: weights (Dirichlet around the method's own, concentration {concentration}), "
            "goalposts by up to {share} of their distance, either mean, any one indicator left "
            "out, drawn to peers or not. Seed {seed}."
        ).format(
            concentration=formats.number(settings.concentration),
            share=formats.percent(settings.goalpost_shift, 0),
            seed=settings.seed,
        ),
    ]
    return tag("ul", *(tag("li", line) for line in notes), class_="prose fine-print")


# ---------------------------------------------------------------- all choices at once


def draw_joint_changes(latest_view: View, level: str) -> None:
    """The ranks of every place over all choices, beside its rank set from sampling."""
    title = _("All choices at once, and chance beside them")
    st.html(tag("h3", title, class_="chart"))
    st.html(
        tag(
            "p",
            _(
                "Two intervals of one rank, each about something else: from {n} methods as "
                "plausible as this one, and from sampling. They are not to be added up."
            ).format(n=formats.number(latest_view.snapshot.method.sensitivity.replicates)),
            class_="explained",
        )
    )
    rows = latest_view.snapshot.sensitivity(level)
    rows = rows[rows["rank"].notna()]
    lines: Sequence[Any] = list(rows.itertuples(index=False))
    visible_rows = lines if address.get("all") == "1" else lines[:PAGE_SIZE]
    st.html(audit_charts.rank_intervals_legend())
    with st.container(key="caterpillar"):
        st.html(table.html_table(rank_range_columns(level, lines), visible_rows, caption=title))
    if len(visible_rows) < len(lines):
        link_text = _("Show all {n}").format(n=formats.number(len(lines)))
        st.html(
            tag(
                "p",
                tag("a", link_text, href=address.current_link(all="1"), data_in=True),
                class_="more",
            )
        )
    n = int(latest_view.scores(level)["n"].sum())
    st.html(
        components.source_line(
            latest_view, n=n, extra=indicator_coherence.places_text(level, len(lines))
        )
    )
    components.download_button(f"choices-together-{level}", latest_view, lambda: rows)


def rank_range_columns(level: str, lines: Sequence[Any]) -> list[Column]:
    place_heading, total = {"province": _("Province"), "city": _("City")}[level], len(lines)
    columns = [
        Column(
            place_heading,
            lambda row: tag(
                "a", place_name(row), href=components.place_link(row, "place", level), data_in=True
            ),
        ),
        Column(_("Rank"), lambda row: formats.number(row.rank), kind="number"),
        Column(
            f"1–{formats.number(total)}",
            lambda row: audit_charts.rank_intervals_cell(row, total),
            kind="plot",
        ),
        Column(
            _("From choices"),
            lambda row: formats.rank_range(row.rank_low, row.rank_high),
            kind="number",
            note=_("5 to 95% of the replicates"),
        ),
        Column(
            _("From sampling"),
            lambda row: formats.rank_range(row.rank_set_low, row.rank_set_high),
            kind="number",
            note=_("95% rank set"),
        ),
        Column(_("Score"), lambda row: formats.number(row.score, 1), kind="number"),
        Column(
            _("Score from choices"),
            lambda row: formats.interval(row.score_low, row.score_high, "score"),
            kind="number",
            note=_("5 to 95% of the replicates"),
        ),
    ]
    if any(row.scored < 1 for row in lines):
        columns.append(
            Column(
                _("Scored"),
                lambda row: formats.percent(row.scored, 0),
                kind="number",
                note=_("Share of the replicates in which the place has a score"),
            )
        )
    return columns
