"""All units of one level in one table: sorted, filtered, to take away."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, formats, parts, tables, view
from dashboard.data import LEVELS, View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.tables import Column

RANKED = LEVELS[1:]  # province, city, court
PAGE = 100  # rows drawn at once; the rest a click away
DEFAULT_SORT = "-score"


def page() -> None:
    level = address.get("level")
    level = level if level in RANKED else RANKED[0]
    shown = view.whole_country()
    controls(shown, level)
    units = shown.scores(level)
    found = matching(within_province(shown, units, level), address.get("q"))
    parts.headline(*headline(level, units, found))
    if level == "court":
        legal_note()
    order = address.get("sort") or DEFAULT_SORT
    scored, unscored = split(found, order)
    draw(shown, level, scored, order)
    if len(unscored):
        draw_unscored(shown, level, unscored)


def controls(shown: View, level: str) -> None:
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

    st.session_state["name_filter"] = address.get("q")
    st.text_input(_("Name contains"), key="name_filter", on_change=typed, width=180)


def province_filter(shown: View) -> None:
    provinces = {unit.unit_id: place_name(unit) for unit in provinces_of(shown)}
    whole = ""

    def chosen() -> None:
        address.put(within=st.session_state["province_filter"])

    within = address.get("within")
    st.session_state["province_filter"] = within if within in provinces else whole
    st.selectbox(
        _("Province"),
        [whole, *provinces],
        format_func=lambda code: provinces.get(code, _("All provinces")),
        key="province_filter",
        on_change=chosen,
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


def headline(level: str, units: pd.DataFrame, found: pd.DataFrame) -> tuple[str, Html]:
    titles = {
        "province": _("{n} provinces by score"),
        "city": _("{n} cities by score"),
        "court": _("{n} courts by score"),
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


def split(units: pd.DataFrame, order: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scored units in the order asked for, and the others by name."""
    if units.empty:
        return units, units
    scored, unscored = units[units["score"].notna()], units[units["score"].isna()]
    column = order.lstrip("-")
    by = "name_en" if column == "name" else column
    if by not in scored.columns:
        by, order = "score", DEFAULT_SORT
    ordered = scored.sort_values(
        [by, "unit_id"], ascending=[not order.startswith("-"), True], na_position="last"
    )
    return ordered, unscored.sort_values("unit_id")


def draw(shown: View, level: str, units: pd.DataFrame, order: str) -> None:
    if units.empty:
        none = _("No unit matches.") if address.get("q") else _("No unit has a score.")
        st.html(tag("p", none, class_="quiet"))
        return
    everything = address.get("all") == "1"
    rows = units if everything else units.head(PAGE)
    caption = _("Scores, {period}").format(period=formats.period(shown.period))
    st.html(
        tables.table(
            columns(shown, level), rows.itertuples(index=False), caption=caption, sorted_by=order
        )
    )
    if len(rows) < len(units):
        more = _("Show all {n}").format(n=formats.number(len(units)))
        st.html(tag("p", tag("a", more, href=address.here(all="1"), data_in=True), class_="more"))
    st.html(parts.source_line(shown, n=int(units["n"].sum())))
    parts.download(f"ranking-{level}", shown, lambda: units)


def columns(shown: View, level: str) -> list[Column]:
    nation = shown.row(shown.data.nation)
    reference = nation.score if nation is not None else None
    above = parents(shown, level)
    found = [
        Column(_("Rank"), lambda line: formats.number(line.rank), kind="number"),
        Column(
            {"province": _("Province"), "city": _("City"), "court": _("Court")}[level],
            lambda line: name_cell(line, level, above),
            sort="name",
        ),
        Column(
            "0–100",
            lambda line: tables.whisker(line.score, line.low, line.high, reference),
            kind="plot",
            note=_("Dot: score. Line: 95% interval. Tick: nation."),
        ),
        number(_("Score"), "score", lambda line: formats.number(line.score, 1)),
        Column(
            _("95% interval"),
            lambda line: formats.interval(line.low, line.high, "score"),
            kind="number",
        ),
        number(_("On quarter"), "change_quarter", lambda line: formats.change(line.change_quarter)),
        number(_("On year"), "change_year", lambda line: formats.change(line.change_year)),
    ]
    found.extend(dimension_column(pick(d.name), d.id) for d in shown.data.method.dimensions)
    found.append(number(_("Cases"), "n", lambda line: formats.number(line.n)))
    return found


def number(heading: str, sort: str, cell: Any) -> Column:
    notes = {
        "change_quarter": _("Change of the score on the quarter before, in points"),
        "change_year": _("Change of the score on a year before, in points"),
        "n": _("First-enforcement cases under way in the period"),
    }
    return Column(heading, cell, kind="number", sort=sort, note=notes.get(sort, ""))


def dimension_column(name: str, column: str) -> Column:
    return number(name, column, lambda line: formats.number(getattr(line, column), 1))


def parents(shown: View, level: str) -> dict[str, str]:
    """Names of the places above those listed, for the small print beside a name."""
    return {
        line.unit_id: place_name(line)
        for above in LEVELS[1 : LEVELS.index(level)]
        for line in shown.scores(above).itertuples(index=False)
    }


def name_cell(line: Any, level: str, above: dict[str, str]) -> Html:
    link = tag("a", place_name(line), href=parts.place_link(line, "region", level), data_in=True)
    where = above.get(line.parent, "")
    return join(link, tag("span", where, class_="where") if where else None)


def draw_unscored(shown: View, level: str, units: pd.DataFrame) -> None:
    parts.section(
        _("Without a score"),
        _(
            "Too few cases, curves that end too early or many missing cases make no score; none is "
            "guessed."
        ),
    )
    above = parents(shown, level)
    listed = [
        Column(_("Name"), lambda line: name_cell(line, level, above)),
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
    parts.download(f"unscored-{level}", shown, lambda: units)


page()
