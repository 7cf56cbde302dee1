"""The audit of the index itself: whether its indicators agree, what its score listens to, and how
much wider errors are than if cases stood alone. All of it is of the last period."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, controls, formats, parts, tables
from dashboard.audit import drawings as audit_drawings
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, tag
from dashboard.tables import Column, Group, stacked
from index_engine.method import Dimension, Indicator, Method

LEVELS = ("province", "city", "court")
SCORE = "score"  # stands for the score among items
Item = Indicator | Dimension | None  # None is the score

Key = tuple[str, str, str | None]  # kind, item, other
Found = dict[Key, tuple[float, int]]  # value, n


def chosen(levels: Iterable[str] = LEVELS) -> str:
    """The level of the audit that the address names, else the first."""
    known = list(levels)
    named = address.get("audit")
    return named if named in known else known[0]


def level_switch(levels: Iterable[str] = LEVELS) -> Html:
    names = {"province": _("Provinces"), "city": _("Cities"), "court": _("Courts")}
    known = list(levels)
    offered = {level: names[level] for level in known}
    return controls.switch(
        "audit", _("Level"), offered, chosen(known), default=LEVELS[0], small=True
    )


def at_last(shown: View) -> View:
    """The same at the last period: what the audit is of, whatever period is in view."""
    return View(shown.data, shown.data.periods()[-1], shown.place)


def places(level: str, count: int) -> str:
    """So many places of a level, in words."""
    words = {
        "province": _("{n} provinces"),
        "city": _("{n} cities"),
        "court": _("{n} courts"),
    }
    return words[level].format(n=formats.number(count))


def none_yet(level: str) -> Html:
    """Said where too few places have a score to compare them."""
    words = {
        "province": _("Fewer than three provinces have a score: there is nothing to compare."),
        "city": _("Fewer than three cities have a score: there is nothing to compare."),
        "court": _("Fewer than three courts have a score: there is nothing to compare."),
    }
    return tag("p", words[level], class_="quiet")


# ---------------------------------------------------------------- do the indicators agree?


def agreement(shown: View) -> None:
    """Correlations of indicators with one another, with dimensions and with the score; alpha."""
    parts.section(
        _("Do the indicators agree?"),
        _(
            "Correlations over places, of points that are higher when better. An indicator that "
            "goes more with another dimension than with its own may stand in the wrong place."
        ),
        "agreement",
    )
    level, last, rows = _opened(shown)
    if rows.empty:
        return
    found = by_key(rows)
    with st.container(key="correlations"):
        st.html(last.keep("correlations", lambda: correlations(last.data.method, found), level))
    scored = scored_places(found)
    st.html(
        parts.source_line(
            last,
            extra=_(
                "n = {places} with a score; a smaller n stands under its number, which has no "
                "colour below {few}"
            ).format(places=places(level, scored), few=formats.number(audit_drawings.FEW)),
        )
    )
    parts.download(f"coherence-{level}", last, lambda: in_order(rows))
    alphas(last.data.method, found)
    st.html(parts.source_line(last, extra=_("n: least number of places behind a covariance")))


def _opened(shown: View) -> tuple[str, View, pd.DataFrame]:
    """The switch of levels, the level, its last period and its audit; said here if it is none."""
    level, last = chosen(), at_last(shown)
    st.html(level_switch())
    rows = last.data.coherence(level)
    if rows.empty:
        st.html(none_yet(level))
    return level, last, rows


def by_key(rows: pd.DataFrame) -> Found:
    """Values and n by kind, item and other; a pair can be looked up either way round."""
    found: Found = {}
    for row in rows.itertuples(index=False):
        other = None if formats.missing(row.other) else row.other
        found[row.kind, row.item, other] = (row.value, row.n)
        if other is not None:
            found[row.kind, other, row.item] = (row.value, row.n)
    return found


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["kind", "item", "other"], kind="stable", ignore_index=True)


def scored_places(found: Found) -> int:
    """How many places have a score: the n of any weight."""
    return next((n for (kind, *_rest), (_value, n) in found.items() if kind == "weight"), 0)


def correlations(method: Method, found: Found) -> Html:
    """One square of numbers: indicators by number, then dimensions and the score."""
    items = [*method.indicators, *method.dimensions]
    full = scored_places(found)
    columns = [Column(_("Indicator"), lambda row: _label(method, row))]
    columns += [
        _column(str(number), item, items, found, full)
        for number, item in enumerate(method.indicators[:-1], start=1)  # the last is a row only
    ]
    columns += [_column(pick(d.name), d, items, found, full) for d in method.dimensions]
    columns.append(_column(_("Score"), None, items, found, full))
    lines: list[Group | Item] = []
    for dimension in method.dimensions:
        lines += [Group(pick(dimension.name)), *method.of_dimension(dimension.id)]
    lines += [Group(_("Dimensions")), *method.dimensions]
    return tables.table(columns, lines, caption=_("Correlations"))


def _label(method: Method, item: Indicator | Dimension) -> Html:
    number = method.indicators.index(item) + 1 if isinstance(item, Indicator) else None
    return tag("span", tag("b", number) if number else None, pick(item.name), class_="numbered")


def _column(
    heading: str, item: Item, items: list[Indicator | Dimension], found: Found, full: int
) -> Column:
    def cell(row: Indicator | Dimension) -> object:
        kind = _kind(row, item, items)
        if not kind:
            return ""
        value, n = found[kind, row.id, SCORE if item is None else item.id]
        title = _("{one} and {other}: {r}, n = {n}").format(
            one=pick(row.name),
            other=_("Score") if item is None else pick(item.name),
            r=formats.number(value, 2),
            n=formats.number(n),
        )
        own = (
            isinstance(row, Indicator) and isinstance(item, Dimension) and row.dimension == item.id
        )
        return audit_drawings.correlation(value, n, full, title, outlined=own)

    return Column(
        heading, cell, kind="number", note=_("Score") if item is None else pick(item.name)
    )


def _kind(row: Indicator | Dimension, item: Item, items: list[Indicator | Dimension]) -> str:
    """The kind of correlation of two items; none for what is said already, or of itself."""
    first = "indicator" if isinstance(row, Indicator) else "dimension"
    if item is None:
        return f"{first}_score"
    second = "indicator" if isinstance(item, Indicator) else "dimension"
    if first == second:
        return f"{first}_{second}" if items.index(item) < items.index(row) else ""
    return "indicator_dimension" if first == "indicator" else ""


def alphas(method: Method, found: Found) -> None:
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
    counts = [(d.id, pick(d.name), len(method.of_dimension(d.id))) for d in method.dimensions]
    counts.append((SCORE, _("All indicators"), len(method.indicators)))
    columns: list[Column] = [
        Column(_("Dimension"), lambda row: row[1]),
        Column(_("Indicators"), lambda row: formats.number(row[2]), kind="number"),
        Column("α", lambda row: _alpha(row[2], *found["alpha", row[0], None]), kind="number"),
        Column("n", lambda row: formats.number(found["alpha", row[0], None][1]), kind="number"),
    ]
    with st.container(key="alphas"):
        st.html(tables.table(columns, counts, caption=title))


def _alpha(items: int, value: float, _n: int) -> str:
    if items < 2:
        return _("one indicator")
    return parts.status("not_estimable") if formats.missing(value) else formats.number(value, 2)


# ---------------------------------------------------------------- what the score listens to


def influence(shown: View) -> None:
    """The weight of each indicator beside what it does to the score."""
    title = _("What the score listens to")
    parts.section(
        title,
        _(
            "A weight says what a point is worth, not how much of the differences between places "
            "an indicator makes. Main effect: the share of the score's variance that would go, on "
            "average, if the indicator were the same everywhere; indicators that go together share "
            "it (Paruolo, Saisana and Saltelli 2013)."
        ),
        "influence",
    )
    level, last, rows = _opened(shown)
    if rows.empty:
        return
    found, method = by_key(rows), last.data.method
    lines: list[Group | Indicator] = []
    for dimension in method.dimensions:
        lines += [Group(pick(dimension.name)), *method.of_dimension(dimension.id)]
    st.html(audit_drawings.influence_key())
    with st.container(key="influence"):
        st.html(tables.table(_influence_columns(found, method), lines, caption=title))
    scored = places(level, scored_places(found))
    st.html(parts.source_line(last, extra=_("n = {places} with a score").format(places=scored)))
    kinds = ("weight", "main_effect", "main_effect_share", "rank_shift")
    parts.download(f"influence-{level}", last, lambda: in_order(rows[rows["kind"].isin(kinds)]))


def _influence_columns(found: Found, method: Method) -> list[Column]:
    def of(kind: str, indicator: Indicator) -> tuple[float, int]:
        return found[kind, indicator.id, SCORE]

    def with_n(kind: str, digits: int) -> Any:
        def cell(indicator: Indicator) -> Html | str:
            value, n = of(kind, indicator)
            few = "n = " + formats.number(n)
            shown = (
                parts.status("too_few") if formats.missing(value) else formats.number(value, digits)
            )
            return stacked(shown, few)

        return cell

    shares = [of(kind, i)[0] for kind in ("weight", "main_effect_share") for i in method.indicators]
    reach = max((share for share in shares if not formats.missing(share)), default=1.0)
    return [
        Column(_("Indicator"), lambda i: pick(i.name)),
        Column(_("Weight"), lambda i: formats.percent(of("weight", i)[0]), kind="number"),
        Column(
            _("Share of main effects"),
            lambda i: formats.percent(of("main_effect_share", i)[0]),
            kind="number",
            note=_("The main effect over the sum of all, to be set beside the weight"),
        ),
        Column(
            "0–" + formats.percent(reach, 0),
            lambda i: audit_drawings.influence(
                of("weight", i)[0], of("main_effect_share", i)[0], reach
            ),
            kind="plot",
        ),
        Column(_("Main effect"), with_n("main_effect", 2), kind="number"),
        Column(
            _("Mean rank shift when left out"),
            with_n("rank_shift", 1),
            kind="number",
            note=_("Mean absolute change of rank where the indicator is left out"),
        ),
    ]


# ---------------------------------------------------------------- design effects


def design_effects(shown: View) -> None:
    """How much wider errors are because what is counted goes together."""
    title = _("What goes together")
    parts.section(
        title,
        _(
            "Lots of one estate sell or fail together, so they tell less than as many lots of "
            "strangers. The design effect is the variance between random groups of cases over the "
            "variance that a formula for independent cases claims; errors are widened by its root, "
            "and never made narrower."
        ),
        "design-effects",
    )
    last = at_last(shown)
    rows = last.data.design_effects()
    named = {entry.id: pick(entry.name) for entry in last.data.method.estimated}
    lines = [row for row in rows.itertuples(index=False) if row.indicator in named]
    if not lines:
        st.html(
            tag("p", _("Too few cases to make groups of: errors are as claimed."), class_="quiet")
        )
        return
    lines.sort(key=lambda row: (-row.effect, row.indicator))
    columns = [
        Column(_("Indicator"), lambda row: named[row.indicator]),
        Column(_("Design effect"), lambda row: formats.number(row.effect, 2), kind="number"),
        Column(_("Errors wider by"), _widened, kind="number"),
        Column(_("Groups of cases"), lambda row: formats.number(row.groups), kind="number"),
    ]
    with st.container(key="design-effects"):
        st.html(tables.table(columns, lines, caption=title))
    nation = last.row(last.place)
    st.html(parts.source_line(last, n=nation.n if nation else None))
    parts.download("design-effects", last, lambda: rows)


def _widened(row: Any) -> str:
    return _("not at all") if row.effect <= 1 else formats.percent(math.sqrt(row.effect) - 1)
