"""How much of a rank is choice of method: beside what is sampling, never blended with it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import drawings, formats, parts, tables
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import Html, join, tag
from dashboard.tables import Column

VARIED = ("province", "city")  # levels whose choices are varied


def section(shown: View, row: Any) -> None:
    """The range of ranks from sampling and from choices, and which choice matters most."""
    unit = shown.place
    if unit.level not in VARIED:
        return
    parts.section(
        _("Its rank: how much is chance, how much is choice"),
        _(
            "Two doubts that do not mix: other cases might have come (sampling), and the method "
            "might have been another (weights, goalposts, aggregation and more, all varied at "
            "once)."
        ),
        anchor="choices",
    )
    varied = shown.data.sensitivity(unit.level)
    line = next(varied[varied["unit_id"] == unit.unit_id].itertuples(index=False), None)
    if line is None:
        st.html(tag("p", why_none(shown, row), class_="said"))
        return
    left, right = st.columns(2, gap="large")
    with left:
        ranges(shown, line, len(varied))
    with right:
        indices(shown, line)


def why_none(shown: View, row: Any) -> str:
    """Why nothing is varied for the place."""
    if row is None or formats.missing(row.score):
        return _("It has no score, and so no rank to vary.")
    return _("Choices are varied for places that have a score in {period} only.").format(
        period=formats.period(shown.data.periods()[-1])
    )


# ------------------------------------------------------------ ranges of ranks


def ranges(shown: View, line: Any, total: int) -> None:
    """Both ranges of ranks, one below the other on one line of ranks."""
    title = _("Rank among {n}").format(n=formats.number(total))
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
                n=formats.number(shown.data.method.sensitivity.replicates)
            ),
            line.rank_low,
            line.rank_high,
            line.rank_median,
        ),
    ]
    columns = [
        Column(_("Doubt"), lambda x: tables.stacked(x[0], x[1])),
        Column(
            f"1–{formats.number(total)}",
            lambda x: "" if formats.missing(x[2]) else drawings.ranks(x[2], x[3], x[4], total),
            kind="plot",
            note=_("Best on the left. Dot: rank; of the choices, the median."),
        ),
        Column(_("Ranks"), lambda x: rank_range(x[2], x[3]), kind="number"),
    ]
    with st.container(key="ranks"):
        st.html(tables.table(columns, rows, caption=title))
    newest = formats.period(shown.data.periods()[-1])
    note = _("Choices are varied at the last period, {period}.").format(period=newest)
    kept = None
    if line.scored < 1:
        kept = _("It keeps a score in {share} of the replicates.").format(
            share=formats.percent(line.scored)
        )
    st.html(_source(shown, parts.facts(note, kept)))
    parts.download(
        "rank-and-choices",
        shown,
        lambda: shown.data.sensitivity(shown.place.level).query("unit_id == @shown.place.unit_id"),
    )


def rank_range(low: float | None, high: float | None) -> str:
    """Two ranks as a range; one where they are the same."""
    if formats.missing(low) or formats.missing(high):
        return formats.NOTHING
    if low == high:
        return formats.number(low)
    return f"{formats.number(low)}–{formats.number(high)}"


def _source(shown: View, extra: object) -> Html:
    """The source line of what is known of the last period only, whatever period is in view."""
    last = View(shown.data, shown.data.periods()[-1], shown.place)
    row = last.row(last.place)
    return parts.source_line(last, n=row.n if row else None, extra=extra)


# ------------------------------------------------------------ which choice


def choice_name(choice: str) -> str:
    """A group of choices in words."""
    return {
        "dimension_weights": _("weights of dimensions"),
        "indicator_weights": _("weights of indicators"),
        "aggregation": _("geometric or arithmetic mean"),
        "goalposts": _("goalposts"),
        "left_out": _("an indicator left out"),
        "shrinkage": _("drawn to peers or not"),
    }.get(choice, choice)


def indices(shown: View, line: Any) -> None:
    """The Sobol indices of the rank of the place, as bars."""
    title = _("Which choice moves its rank")
    st.html(tag("h3", title, class_="chart"))
    found = shown.data.sobol(shown.place.level, shown.place.unit_id)
    if found.empty:
        st.html(tag("p", _("No indices are known for this place."), class_="said"))
        return
    found = found.sort_values("total", ascending=False, kind="stable")
    columns = [
        Column(_("Choice"), lambda x: choice_name(x.choice)),
        Column(
            "0–1",
            lambda x: drawings.part_of(x.first, x.total, choice_name(x.choice)),
            kind="plot",
            note=_("Dark: the choice alone. Pale: with its interactions."),
        ),
        Column(_("Alone"), lambda x: _index(x, x.first, x.first_half), kind="number"),
        Column(_("In all"), lambda x: _index(x, x.total, x.total_half), kind="number"),
    ]
    with st.container(key="sobol"):
        st.html(tables.table(columns, found.itertuples(index=False), caption=title))
    st.html(tag("p", matters_most(found, line), class_="said"))
    explained = _("Sobol indices: shares of the variance of its rank, ± half of a 95% interval.")
    st.html(_source(shown, explained))
    parts.download("sobol", shown, lambda: found)


def _index(line: Any, value: float, half: float) -> Html | str:
    if line.reason:
        return {"no effect": _("no effect")}.get(line.reason, parts.status("not_estimable"))
    return join(formats.number(value, 2), tag("small", f"± {formats.number(half, 2)}"))


def matters_most(found: pd.DataFrame, line: Any) -> str:
    """In a sentence, the choice with the largest index, and how clearly it leads."""
    known = found[found["reason"] == ""]
    if known.empty:
        return _("No choice moves its rank.")
    rows = list(known.itertuples(index=False))
    first = rows[0]
    name = choice_name(first.choice)
    if line.rank_low == line.rank_high:
        return _("Its rank hardly moves; where it does, it is most by: {choice}.").format(
            choice=name
        )
    if len(rows) > 1 and first.total - first.total_half < rows[1].total + rows[1].total_half:
        return _("Most, though not clearly, by: {choice}; next: {other}.").format(
            choice=name, other=choice_name(rows[1].choice)
        )
    return _("Most by: {choice}.").format(choice=name)
