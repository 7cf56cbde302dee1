"""The audit of the index itself: whether its indicators agree, what its score listens to, and how
much wider errors are than if cases stood alone. All of it is of the last period."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.method import audit_charts
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components, controls, table
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column, RowGroup, value_with_detail
from index_engine.method import Dimension, Indicator, Method

LEVELS = ("province", "city", "court")
SCORE = "score"  # stands for the score among items
Item = Indicator | Dimension | None  # None is the score

CoherenceKey = tuple[str, str, str | None]  # kind, item, other
Coherence = dict[CoherenceKey, tuple[float, int]]  # value, n


def selected_level(levels: Iterable[str] = LEVELS) -> str:
    """The level of the audit that the address names, else the first."""
    options = list(levels)
    level = address.get("audit")
    return level if level in options else options[0]


def level_switch(levels: Iterable[str] = LEVELS) -> Html:
    names = {"province": _("Provinces"), "city": _("Cities"), "court": _("Courts")}
    options = list(levels)
    labels = {level: names[level] for level in options}
    return controls.switch(
        "audit", _("Level"), labels, selected_level(options), default=LEVELS[0], small=True
    )


def view_of_latest_period(view: View) -> View:
    """The same at the last period: what the audit is of, whatever period is in view."""
    return View(view.snapshot, view.snapshot.periods()[-1], view.place)


def places_text(level: str, count: int) -> str:
    """So many places of a level, in words."""
    words = {
        "province": _("{n} provinces"),
        "city": _("{n} cities"),
        "court": _("{n} courts"),
    }
    return words[level].format(n=formats.number(count))


def too_few_places_note(level: str) -> Html:
    """Said where too few places have a score to compare them."""
    words = {
        "province": _("Fewer than three provinces have a score: there is nothing to compare."),
        "city": _("Fewer than three cities have a score: there is nothing to compare."),
        "court": _("Fewer than three courts have a score: there is nothing to compare."),
    }
    return tag("p", words[level], class_="quiet")


# ---------------------------------------------------------------- do the indicators agree?


def draw_agreement(view: View) -> None:
    """Correlations of indicators with one another, with dimensions and with the score; alpha."""
    components.section(
        _("Do the indicators agree?"),
        _(
            "Correlations over places, of points that are higher when better. An indicator that "
            "goes more with another dimension than with its own may stand in the wrong place."
        ),
        "agreement",
    )
    level, latest_view, rows = _select_level(view)
    if rows.empty:
        return
    coherence = coherence_by_key(rows)
    with st.container(key="correlations"):
        st.html(
            latest_view.cached(
                "correlations",
                lambda: correlation_table(latest_view.snapshot.method, coherence),
                level,
            )
        )
    n_places = count_scored_places(coherence)
    st.html(
        components.source_line(
            latest_view,
            extra=_(
                "n = {places} with a score; a smaller n stands under its number, which has no "
                "colour below {few}"
            ).format(
                places=places_text(level, n_places), few=formats.number(audit_charts.MIN_COLOURED_N)
            ),
        )
    )
    components.download_button(f"coherence-{level}", latest_view, lambda: sort_rows(rows))
    draw_alphas(latest_view.snapshot.method, coherence)
    st.html(
        components.source_line(
            latest_view, extra=_("n: least number of places behind a covariance")
        )
    )


def _select_level(view: View) -> tuple[str, View, pd.DataFrame]:
    """The switch of levels, the level, its last period and its audit; said here if it is none."""
    level, latest_view = selected_level(), view_of_latest_period(view)
    st.html(level_switch())
    rows = latest_view.snapshot.coherence(level)
    if rows.empty:
        st.html(too_few_places_note(level))
    return level, latest_view, rows


def coherence_by_key(rows: pd.DataFrame) -> Coherence:
    """Values and n by kind, item and other; a pair can be looked up either way round."""
    coherence: Coherence = {}
    for row in rows.itertuples(index=False):
        other_item = None if formats.is_missing(row.other) else row.other
        coherence[row.kind, row.item, other_item] = (row.value, row.n)
        if other_item is not None:
            coherence[row.kind, other_item, row.item] = (row.value, row.n)
    return coherence


def sort_rows(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["kind", "item", "other"], kind="stable", ignore_index=True)


def count_scored_places(coherence: Coherence) -> int:
    """How many places have a score: the n of any weight."""
    return next((n for (kind, *_rest), (_value, n) in coherence.items() if kind == "weight"), 0)


def correlation_table(method: Method, coherence: Coherence) -> Html:
    """One square of numbers: indicators by number, then dimensions and the score."""
    items = [*method.indicators, *method.dimensions]
    n_places = count_scored_places(coherence)
    columns = [Column(_("Indicator"), lambda row: _numbered_label(method, row))]
    columns += [
        _correlation_column(str(number), item, items, coherence, n_places)
        for number, item in enumerate(method.indicators[:-1], start=1)  # the last is a row only
    ]
    columns += [
        _correlation_column(localise(d.name), d, items, coherence, n_places)
        for d in method.dimensions
    ]
    columns.append(_correlation_column(_("Score"), None, items, coherence, n_places))
    lines: list[RowGroup | Item] = []
    for dimension in method.dimensions:
        lines += [RowGroup(localise(dimension.name)), *method.dimension_indicators(dimension.id)]
    lines += [RowGroup(_("Dimensions")), *method.dimensions]
    return table.html_table(columns, lines, caption=_("Correlations"))


def _numbered_label(method: Method, item: Indicator | Dimension) -> Html:
    number = method.indicators.index(item) + 1 if isinstance(item, Indicator) else None
    return tag("span", tag("b", number) if number else None, localise(item.name), class_="numbered")


def _correlation_column(
    heading: str,
    item: Item,
    items: list[Indicator | Dimension],
    coherence: Coherence,
    n_places: int,
) -> Column:
    def cell(row: Indicator | Dimension) -> object:
        kind = _correlation_kind(row, item, items)
        if not kind:
            return ""
        value, n = coherence[kind, row.id, SCORE if item is None else item.id]
        title = _("{one} and {other}: {r}, n = {n}").format(
            one=localise(row.name),
            other=_("Score") if item is None else localise(item.name),
            r=formats.number(value, 2),
            n=formats.number(n),
        )
        is_in_dimension = (
            isinstance(row, Indicator) and isinstance(item, Dimension) and row.dimension == item.id
        )
        return audit_charts.correlation_cell(value, n, n_places, title, has_outline=is_in_dimension)

    return Column(
        heading, cell, kind="number", note=_("Score") if item is None else localise(item.name)
    )


def _correlation_kind(
    row: Indicator | Dimension, item: Item, items: list[Indicator | Dimension]
) -> str:
    """The kind of correlation of two items; none for what is said already, or of itself."""
    first = "indicator" if isinstance(row, Indicator) else "dimension"
    if item is None:
        return f"{first}_score"
    second = "indicator" if isinstance(item, Indicator) else "dimension"
    if first == second:
        return f"{first}_{second}" if items.index(item) < items.index(row) else ""
    return "indicator_dimension" if first == "indicator" else ""


def draw_alphas(method: Method, coherence: Coherence) -> None:
    """Cronbach's alpha of each dimension and of all indicators."""
    title = _("Cronbach's alpha")
    st.html(tag("h3", title, class_="chart"))
    st.html(
        tag(
            "p",
            _(
                "It asks whether indicators measure one thing, and rises with their number. A low "
                "or negative alpha is no fault here: the index puts together things that need not "
                "go together, each wanted for itself."
            ),
            class_="explained",
        )
    )
    counts = [
        (d.id, localise(d.name), len(method.dimension_indicators(d.id))) for d in method.dimensions
    ]
    counts.append((SCORE, _("All indicators"), len(method.indicators)))
    columns: list[Column] = [
        Column(_("Dimension"), lambda row: row[1]),
        Column(_("Indicators"), lambda row: formats.number(row[2]), kind="number"),
        Column(
            "α", lambda row: _alpha_cell(row[2], *coherence["alpha", row[0], None]), kind="number"
        ),
        Column("n", lambda row: formats.number(coherence["alpha", row[0], None][1]), kind="number"),
    ]
    with st.container(key="alphas"):
        st.html(table.html_table(columns, counts, caption=title))


def _alpha_cell(items: int, value: float, _n: int) -> str:
    if items < 2:
        return _("one indicator")
    return (
        components.status_text("not_estimable")
        if formats.is_missing(value)
        else formats.number(value, 2)
    )


# ---------------------------------------------------------------- what the score listens to


def draw_influence(view: View) -> None:
    """The weight of each indicator beside what it does to the score."""
    title = _("What the score listens to")
    components.section(
        title,
        _(
            "A weight says what a point is worth, not how much of the differences between places "
            "an indicator makes. Main effect: the share of the score's variance that would go, on "
            "average, if the indicator were the same everywhere; indicators that go together share "
            "it (Paruolo, Saisana and Saltelli 2013)."
        ),
        "influence",
    )
    level, latest_view, rows = _select_level(view)
    if rows.empty:
        return
    coherence, method = coherence_by_key(rows), latest_view.snapshot.method
    lines: list[RowGroup | Indicator] = []
    for dimension in method.dimensions:
        lines += [RowGroup(localise(dimension.name)), *method.dimension_indicators(dimension.id)]
    st.html(audit_charts.influence_legend())
    with st.container(key="influence"):
        st.html(table.html_table(_influence_columns(coherence, method), lines, caption=title))
    count_text = places_text(level, count_scored_places(coherence))
    st.html(
        components.source_line(
            latest_view, extra=_("n = {places} with a score").format(places=count_text)
        )
    )
    kinds = ("weight", "main_effect", "main_effect_share", "rank_shift")
    components.download_button(
        f"influence-{level}", latest_view, lambda: sort_rows(rows[rows["kind"].isin(kinds)])
    )


def _influence_columns(coherence: Coherence, method: Method) -> list[Column]:
    def value_and_n(kind: str, indicator: Indicator) -> tuple[float, int]:
        return coherence[kind, indicator.id, SCORE]

    def cell_with_n(kind: str, digits: int) -> Any:
        def cell(indicator: Indicator) -> Html | str:
            value, n = value_and_n(kind, indicator)
            n_text = "n = " + formats.number(n)
            text = (
                components.status_text("too_few")
                if formats.is_missing(value)
                else formats.number(value, digits)
            )
            return value_with_detail(text, n_text)

        return cell

    shares = [
        value_and_n(kind, i)[0]
        for kind in ("weight", "main_effect_share")
        for i in method.indicators
    ]
    max_share = max((share for share in shares if not formats.is_missing(share)), default=1.0)
    return [
        Column(_("Indicator"), lambda i: localise(i.name)),
        Column(_("Weight"), lambda i: formats.percent(value_and_n("weight", i)[0]), kind="number"),
        Column(
            _("Share of main effects"),
            lambda i: formats.percent(value_and_n("main_effect_share", i)[0]),
            kind="number",
            note=_("The main effect over the sum of all, to be set beside the weight"),
        ),
        Column(
            "0–" + formats.percent(max_share, 0),
            lambda i: audit_charts.influence_cell(
                value_and_n("weight", i)[0], value_and_n("main_effect_share", i)[0], max_share
            ),
            kind="plot",
        ),
        Column(_("Main effect"), cell_with_n("main_effect", 2), kind="number"),
        Column(
            _("Mean rank shift when left out"),
            cell_with_n("rank_shift", 1),
            kind="number",
            note=_("Mean absolute change of rank where the indicator is left out"),
        ),
    ]


# ---------------------------------------------------------------- design effects


def draw_design_effects(view: View) -> None:
    """How much wider errors are because what is counted goes together."""
    title = _("What goes together")
    components.section(
        title,
        _(
            "Lots of one estate sell or fail together, so they tell less than as many lots of "
            "strangers. The design effect is the variance between random groups of cases over the "
            "variance that a formula for independent cases claims; errors are widened by its root, "
            "and never made narrower."
        ),
        "design-effects",
    )
    latest_view = view_of_latest_period(view)
    rows = latest_view.snapshot.design_effects()
    names = {entry.id: localise(entry.name) for entry in latest_view.snapshot.method.estimands}
    lines = [row for row in rows.itertuples(index=False) if row.indicator in names]
    if not lines:
        st.html(
            tag("p", _("Too few cases to make groups of: errors are as claimed."), class_="quiet")
        )
        return
    lines.sort(key=lambda row: (-row.effect, row.indicator))
    columns = [
        Column(_("Indicator"), lambda row: names[row.indicator]),
        Column(_("Design effect"), lambda row: formats.number(row.effect, 2), kind="number"),
        Column(_("Errors wider by"), _widening_text, kind="number"),
        Column(_("Groups of cases"), lambda row: formats.number(row.groups), kind="number"),
    ]
    with st.container(key="design-effects"):
        st.html(table.html_table(columns, lines, caption=title))
    nation = latest_view.score_row(latest_view.place)
    st.html(components.source_line(latest_view, n=nation.n if nation else None))
    components.download_button("design-effects", latest_view, lambda: rows)


def _widening_text(row: Any) -> str:
    return _("not at all") if row.effect <= 1 else formats.percent(math.sqrt(row.effect) - 1)
