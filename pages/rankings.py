"""All units of one level in one table: sorted, filtered, to take away."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, controls, formats, parts, tables, view
from dashboard.data import LEVELS, View
from dashboard.i18n import _, place_name
from dashboard.markup import Html, join, tag
from dashboard.ranking import choices as rank_choices
from dashboard.ranking import columns as rank_columns
from dashboard.ranking import methods, weights
from dashboard.ranking.weights import Weights
from dashboard.tables import Column

RANKED = LEVELS[1:]  # province, city, court
PAGE = 100  # rows drawn at once; the rest a click away
DEFAULT_SORT = "-score"


def page() -> None:
    level = address.get("level")
    level = level if level in RANKED else RANKED[0]
    shown = view.whole_country()
    custom = weights.in_view(shown)
    weights.band(shown, custom)
    choices(shown, level)
    units = shown.scores(level)
    found = matching(within_province(shown, units, level), address.get("q"))
    something = bool(weights.left(shown.data.method, custom))
    if something:
        parts.headline(*headline(level, units, found, custom))
    else:
        parts.headline(_("No score: all weights are 0"), nothing_left())
    if level == "court":
        legal_note()
    open_panels(shown, level, custom)
    if not something:
        return
    scored, unscored = found[found["score"].notna()], found[found["score"].isna()]
    if custom:
        draw_weighted(shown, level, scored, custom)
    else:
        draw(shown, level, scored)
    if len(unscored):
        draw_unscored(shown, level, unscored.sort_values("unit_id"), custom)


def open_panels(shown: View, level: str, custom: Weights) -> None:
    """What can be chosen of the table and opened over it."""
    openers = [rank_choices.opener(weights.PANEL, _("Weights of your own"))]
    if methods.to_compare(shown.data) is not None:
        openers.append(rank_choices.opener(methods.PANEL, _("Where the two disagree most")))
    rank_choices.choices(openers, columns=not custom)
    if address.get("panel") == weights.PANEL:
        weights.panel(shown, custom)
    elif address.get("panel") == methods.PANEL and custom:
        said = _("Methods are compared as they are, not with custom weights.")
        back = tag("a", _("Default weights"), href=address.here(w=""), data_in=True)
        st.html(tag("p", said, " ", back, class_="advice"))
    elif address.get("panel") == methods.PANEL:
        methods.disagreement(shown, level)


def nothing_left() -> Html:
    said = _(
        "Nothing is left to make a score of: give a dimension a weight, and an indicator in it."
    )
    return join(said, " ", tag("a", _("Default weights"), href=address.here(w=""), data_in=True))


def choices(shown: View, level: str) -> None:
    """Level, name, province and period, in one row."""
    names = {"province": _("Provinces"), "city": _("Cities"), "court": _("Courts")}
    links = [
        tag(
            "a",
            names[each],
            href=address.here(level=each, within="", q="", sort="", all=""),
            data_in=True,
            aria_current="true" if each == level else None,
        )
        for each in RANKED
    ]
    switch = tag("nav", *links, class_="switch", aria_label=_("Level"))
    filters = [name_filter] if level == "province" else [name_filter, province_filter]
    parts.toolbar(shown, switch, *filters)


def name_filter(_shown: View) -> None:
    def typed() -> None:
        address.put(q=st.session_state["name_filter"].strip())

    address.hold("name_filter", address.get("q"))
    st.text_input(_("Name contains"), key="name_filter", on_change=typed, width=180)


def province_filter(shown: View) -> None:
    provinces = {unit.unit_id: place_name(unit) for unit in provinces_of(shown)}
    controls.select(
        "within",
        _("Province"),
        ["", *provinces],
        said=lambda code: provinces.get(code, _("All provinces")),
        width=190,
    )


def provinces_of(shown: View) -> list[Any]:
    return shown.data.children("nation", shown.data.nation.unit_id)


def within_province(shown: View, units: pd.DataFrame, level: str) -> pd.DataFrame:
    """Units of the province in the address: cities by their parent, courts by their city's."""
    province = address.get("within")
    if not province or level == "province":
        return units
    cities = {unit.unit_id for unit in shown.data.children("province", province)}
    return units[units["parent"].isin(cities | {province})]


def matching(units: pd.DataFrame, words: str) -> pd.DataFrame:
    """Units whose name, in any language, contains the words."""
    if not words or units.empty:
        return units
    names = units[["name", "name_hant", "name_en"]].fillna("").agg(" ".join, axis=1)
    return units[names.str.contains(words, case=False, regex=False)]


def headline(
    level: str, units: pd.DataFrame, found: pd.DataFrame, custom: Weights
) -> tuple[str, Html]:
    titles = {
        "province": _("{n} provinces by score"),
        "city": _("{n} cities by score"),
        "court": _("{n} courts by score"),
    }
    if custom:
        titles = {
            "province": _("{n} provinces by score, with custom weights"),
            "city": _("{n} cities by score, with custom weights"),
            "court": _("{n} courts by score, with custom weights"),
        }
    n = formats.number(found["score"].notna().sum())
    lead = [_("Where intervals overlap widely, the order says little.")]
    if len(found) < len(units):
        total = formats.number(units["score"].notna().sum())
        lead.append(_("Ranks are among all {total}.").format(total=total))
    if unscored := found["score"].isna().sum():
        lead.append(
            _("{n} without a score are listed below with the reason, and have no rank.").format(
                n=formats.number(unscored)
            )
        )
    return titles[level].format(n=n), join(" ".join(lead))


def legal_note() -> None:
    st.html(
        tag(
            "p",
            tag("b", _("For internal study only.")),
            " ",
            _(
                "The Supreme People's Court has told courts to stop rankings altogether (September "
                "2024), and national associations may not publish them in the guise of data "
                "(Ministry of Civil Affairs, December 2023). Order of courts is shown here to find "
                "cases worth a closer look; publish bands with their intervals instead."
            ),
            class_="legal",
            role="note",
        )
    )


def ordered(units: pd.DataFrame, order: str) -> tuple[pd.DataFrame, str]:
    """Units in the order asked for, or by score where they have no such column, and that order."""
    column = order.lstrip("-")
    by = "name_en" if column == "name" else column
    if by not in units.columns:
        by, order = "score", DEFAULT_SORT
    rising = not order.startswith("-")
    return units.sort_values([by, "unit_id"], ascending=[rising, True], na_position="last"), order


def draw(shown: View, level: str, units: pd.DataFrame) -> None:
    """The ranking as the method has it."""
    if units.empty:
        no_unit()
        return
    caption = _("Scores, {period}").format(period=formats.period(shown.period))
    rank_choices.no_sets(shown, level, shown.scores(level))
    columns = rank_columns.columns(shown, level, units)
    hint = _(
        "Small beside a rank: its 95% confidence set. Dot, line and tick: score, interval and "
        "nation. Diamond: score drawn to peers."
    )
    st.html(tag("p", hint, class_="hint"))
    units = draw_table(columns, units, caption)
    st.html(parts.source_line(shown, n=int(units["n"].sum())))
    st.html(rank_choices.reading(shown))
    few = rank_choices.small(shown)
    parts.download(f"ranking-{level}", shown, lambda: units.assign(small_sample=units["n"] < few))


def draw_weighted(shown: View, level: str, scored: pd.DataFrame, custom: Weights) -> None:
    """The same places ranked with other weights."""
    units = shown.data.reweighted(level, shown.period, custom.given)
    units = units[units["unit_id"].isin(scored["unit_id"])]
    if units.empty:
        no_unit()
        return
    caption = _("Scores with custom weights, {period}")
    caption = caption.format(period=formats.period(shown.period))
    hint = _("Dot and line: score with custom weights and its interval. Diamond: default score.")
    st.html(tag("p", hint, class_="hint"))
    units = draw_table(rank_columns.weighted(shown, level), units, caption)
    mark = tag("b", _("Custom weights"), class_="mark")
    st.html(parts.source_line(shown, n=int(units["n"].sum()), extra=mark))
    parts.download(
        weights.subject(f"ranking-{level}", custom),
        shown,
        lambda: weights.marked(shown, custom, units),
    )


def draw_table(columns: list[Column], units: pd.DataFrame, caption: str) -> pd.DataFrame:
    """Draw the first rows, or all if the address says so; returns all in the order drawn."""
    units, order = ordered(units, address.get("sort") or DEFAULT_SORT)
    rows = units if address.get("all") == "1" else units.head(PAGE)
    lines = rows.itertuples(index=False)
    with st.container(key="ranking"):
        st.html(tables.table(columns, lines, caption=caption, sorted_by=order))
    if len(rows) < len(units):
        more = _("Show all {n}").format(n=formats.number(len(units)))
        st.html(tag("p", tag("a", more, href=address.here(all="1"), data_in=True), class_="more"))
    return units


def no_unit() -> None:
    none = _("No unit matches.") if address.get("q") else _("No unit has a score.")
    st.html(tag("p", none, class_="quiet"))


def draw_unscored(shown: View, level: str, units: pd.DataFrame, custom: Weights) -> None:
    parts.section(
        _("Without a score"),
        _(
            "Too few cases, curves that end too early or many missing cases make no score; none is "
            "guessed."
        ),
    )
    above = rank_columns.parents(shown, level)
    listed = [
        Column(_("Name"), lambda line: rank_columns.name_cell(line, level, above)),
        Column(_("Reason"), lambda line: parts.status(line.status)),
        Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
    ]
    with st.container(key="unscored"):
        st.html(
            tables.table(
                listed, units.head(PAGE).itertuples(index=False), caption=_("Without a score")
            )
        )
    st.html(parts.source_line(shown))
    parts.download(
        weights.subject(f"unscored-{level}", custom),
        shown,
        lambda: weights.marked(shown, custom, units),
    )


page()
