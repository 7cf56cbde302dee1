"""What the method's own choices do to ranks: each alone, which matters most, and all at once.

None of it is sampling error, and where both are shown they have marks of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, figures, formats, parts, tables
from dashboard.audit import agreement as audit
from dashboard.audit import drawings as audit_drawings
from dashboard.data import View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, tag
from dashboard.profile import choices
from dashboard.tables import Column, Group
from index_engine.method import Method

VARIED = ("province", "city")  # the order of courts is not published
PAGE = 50  # rows drawn at once; the rest a click away


def sensitivity(shown: View) -> None:
    parts.section(
        _("What if the method were another?"),
        _(
            "Every method is a set of choices that could have been made otherwise. Here they are "
            "made otherwise, while the data stay the same. This is not sampling error: an interval "
            "from choices says how far an opinion reaches, one from sampling how far chance does."
        ),
        "sensitivity",
    )
    level, last = audit.chosen(VARIED), audit.at_last(shown)
    st.html(audit.level_switch(VARIED))
    if address.get("audit") == "court":
        st.html(
            tag("p", _("Choices are not varied for courts: these are provinces."), class_="quiet")
        )
    rows = last.data.perturbations(level)
    if rows.empty:
        st.html(audit.none_yet(level))
        return
    alone(last, level, rows)
    left, right = st.columns([5, 4], gap="large")
    with left:
        indices(last, level)
    with right:
        st.html(bullets_on_indices(last.data.method))
    together(last, level)


# ---------------------------------------------------------------- each choice alone


def alone(last: View, level: str, rows: pd.DataFrame) -> None:
    title = _("Each choice alone")
    st.html(tag("h3", title, class_="chart"))
    method = last.data.method
    lines: list[Group | Any] = []
    for name, group in groupby(rows.itertuples(index=False), lambda row: heading(row.perturbation)):
        lines += [Group(name), *group]
    most = max((row.rank_mean for row in rows.itertuples() if not row.reason), default=0.0)
    with st.container(key="perturbations"):
        st.html(
            tables.table(
                perturbation_columns(method, most),
                lines,
                caption=title,
                row_class=lambda row: "dim" if getattr(row, "reason", "") else "",
            )
        )
    scored = int(rows["units"].max() + rows["lost"].min())
    st.html(
        parts.source_line(
            last,
            extra=_("n = {places} with a score").format(places=audit.places(level, scored)),
        )
    )
    parts.download(f"choices-alone-{level}", last, lambda: rows)


def heading(perturbation: str) -> str:
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


def in_words(method: Method, perturbation: str, item: str) -> str:
    """A choice that was made otherwise."""
    named = {entry.id: pick(entry.name) for entry in (*method.indicators, *method.dimensions)}
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
    }.get(perturbation, perturbation).format(name=named.get(item, item), share=share)


def perturbation_columns(method: Method, most: float) -> list[Column]:
    def known(cell: Any) -> Any:
        return lambda row: formats.NOTHING if row.reason == "no scores" else cell(row)

    def mean_rank(row: Any) -> Html | str:
        if row.reason == "no effect":
            return _("no effect")
        if row.reason:
            return _("nothing left to compare")
        return audit_drawings.length(row.rank_mean, most)

    return [
        Column(
            _("Choice made otherwise"), lambda row: in_words(method, row.perturbation, row.item)
        ),
        Column(_("Mean change of rank"), mean_rank, kind="plot"),
        Column(
            tag("span", _("Mean"), class_="unseen"),
            known(lambda row: formats.number(row.rank_mean, 1)),
            kind="number",
        ),
        Column(
            _("Largest"),
            known(lambda row: formats.number(row.rank_max)),
            kind="number",
            note=_("Largest change of rank of any place"),
        ),
        Column(_("Places that move"), known(_moved), kind="number"),
        Column(
            _("Mean change of score"),
            known(lambda row: formats.number(row.score_mean, 1)),
            kind="number",
        ),
        Column(
            _("Largest"),
            known(lambda row: formats.number(row.score_max, 1)),
            kind="number",
            note=_("Largest change of score of any place"),
        ),
    ]


def _moved(row: Any) -> Html | str:
    moved = _("{n} of {total}").format(
        n=formats.number(row.rank_moved), total=formats.number(row.units)
    )
    if not row.lost:
        return moved
    return tables.stacked(moved, _("{n} lose their score").format(n=formats.number(row.lost)))


# ---------------------------------------------------------------- which choice matters most


def indices(last: View, level: str) -> None:
    """Sobol indices of the mean change of rank, as dots with their intervals."""
    title = _("Which choice moves ranks most")
    st.html(tag("h3", title, class_="chart"))
    rows = last.data.sobol(level)
    rows = rows.sort_values("total", kind="stable", na_position="first")
    names = {row.choice: choices.choice_name(row.choice) for row in rows.itertuples()}
    figure = last.keep(
        "sobol",
        lambda: audit_drawings.sobol(rows, names, parts.watermark(last)),
        level,
    )
    scored = audit.places(level, int(last.data.sensitivity(level)["rank"].notna().sum()))
    figures.show(
        last,
        figure,
        key=f"sobol-{level}",
        title=title,
        alt=title + ": " + told(rows, names),
        extra=_("n = {places} with a score").format(places=scored),
        table=lambda: rows,
    )


def told(rows: pd.DataFrame, names: dict[str, str]) -> str:
    """The total indices in words, the largest first."""
    pieces = [
        _("no effect: {name}").format(name=names[row.choice])
        if row.reason
        else f"{names[row.choice]} {formats.number(row.total, 2)}"
        for row in rows[::-1].itertuples()
    ]
    return _("; ").join(pieces)


def bullets_on_indices(method: Method) -> Html:
    """How the indices are to be read, and how far choices are varied."""
    varied = method.sensitivity
    said = [
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
            concentration=formats.number(varied.concentration),
            share=formats.percent(varied.goalpost_shift, 0),
            seed=varied.seed,
        ),
    ]
    return tag("ul", *(tag("li", line) for line in said), class_="prose fine-print")


# ---------------------------------------------------------------- all choices at once


def together(last: View, level: str) -> None:
    """The ranks of every place over all choices, beside its rank set from sampling."""
    title = _("All choices at once, and chance beside them")
    st.html(tag("h3", title, class_="chart"))
    st.html(
        tag(
            "p",
            _(
                "Two intervals of one rank, each about something else: from {n} methods as "
                "plausible as this one, and from sampling. They are not to be added up."
            ).format(n=formats.number(last.data.method.sensitivity.replicates)),
            class_="explained",
        )
    )
    rows = last.data.sensitivity(level)
    rows = rows[rows["rank"].notna()]
    lines: Sequence[Any] = list(rows.itertuples(index=False))
    shown = lines if address.get("all") == "1" else lines[:PAGE]
    st.html(audit_drawings.intervals_key())
    with st.container(key="caterpillar"):
        st.html(tables.table(rank_columns(level, lines), shown, caption=title))
    if len(shown) < len(lines):
        more = _("Show all {n}").format(n=formats.number(len(lines)))
        st.html(tag("p", tag("a", more, href=address.here(all="1"), data_in=True), class_="more"))
    n = int(last.scores(level)["n"].sum())
    st.html(parts.source_line(last, n=n, extra=audit.places(level, len(lines))))
    parts.download(f"choices-together-{level}", last, lambda: rows)


def rank_columns(level: str, lines: Sequence[Any]) -> list[Column]:
    place, total = {"province": _("Province"), "city": _("City")}[level], len(lines)
    columns = [
        Column(
            place,
            lambda row: tag(
                "a", place_name(row), href=parts.place_link(row, "region", level), data_in=True
            ),
        ),
        Column(_("Rank"), lambda row: formats.number(row.rank), kind="number"),
        Column(
            f"1–{formats.number(total)}",
            lambda row: audit_drawings.two_intervals(row, total),
            kind="plot",
        ),
        Column(
            _("From choices"),
            lambda row: choices.rank_range(row.rank_low, row.rank_high),
            kind="number",
            note=_("5 to 95% of the replicates"),
        ),
        Column(
            _("From sampling"),
            lambda row: choices.rank_range(row.rank_set_low, row.rank_set_high),
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
