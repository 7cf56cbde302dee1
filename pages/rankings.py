"""All units of one level: in order or in bands, as a table or a plot, filtered, to take away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import address, controls, formats, parts, tables
from dashboard.data import LEVELS, View
from dashboard.i18n import _
from dashboard.markup import Html, join, tag
from dashboard.ranking import caterpillar, filters, methods, picks, publication, table, weights
from dashboard.ranking import choices as rank_choices
from dashboard.ranking import columns as rank_columns
from dashboard.ranking.weights import Weights
from dashboard.tables import Column
from dashboard.view import whole_country

RANKED = LEVELS[1:]  # province, city, court


def page() -> None:
    level = address.get("level")
    level = level if level in RANKED else RANKED[0]
    shown = whole_country()
    custom = weights.in_view(shown)
    weights.band(shown, custom)
    parts.toolbar(shown, level_switch(level))
    units = filters.of_level(shown, level)
    listed = filters.found(shown, level, units)
    something = bool(weights.left(shown.data.method, custom))
    if something:
        parts.headline(*headline(shown, level, listed, custom))
    else:
        parts.headline(_("No score: all weights are 0"), nothing_left())
    if (note := publication.note(shown, level)) is not None:
        st.html(note)
    filters.draw(shown, level, units)
    st.html(filters.told(shown, level, units, listed))
    open_panels(shown, level, custom)
    picks.bar(shown)
    if something:
        draw(shown, level, listed, custom)


def draw(shown: View, level: str, listed: pd.DataFrame, custom: Weights) -> None:
    """What has a score, special courts apart, and what has none."""
    scored, unscored = listed[listed["score"].notna()], listed[listed["score"].isna()]
    special = scored["special"].astype(bool)
    if custom:
        draw_weighted(shown, level, scored[~special], custom)
    else:
        draw_scored(shown, level, scored[~special])
        if special.any():
            draw_special(shown, level, scored[special])
    if len(unscored):
        draw_unscored(shown, level, unscored.sort_values("unit_id"), custom)


def level_switch(level: str) -> Html:
    names = {"province": _("Provinces"), "city": _("Cities"), "court": _("Courts")}
    return controls.switch(
        "level",
        _("Level"),
        {each: names[each] for each in RANKED},
        level,
        resets=("sort", *filters.NONE),
    )


def open_panels(shown: View, level: str, custom: Weights) -> None:
    """What can be chosen of the table and opened over it."""
    openers = [rank_choices.opener(weights.PANEL, _("Weights of your own"))]
    if methods.to_compare(shown.data) is not None and shown.data.in_order(level):
        openers.append(rank_choices.opener(methods.PANEL, _("Where the two disagree most")))
    rank_choices.choices([caterpillar.switch(), *openers], columns=not custom)
    if address.get("panel") == weights.PANEL:
        weights.panel(shown, custom)
    elif address.get("panel") == methods.PANEL and not shown.data.in_order(level):
        said = _("Where two methods disagree is told by ranks, and courts have none here.")
        st.html(tag("p", said, class_="advice"))
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


def headline(shown: View, level: str, listed: pd.DataFrame, custom: Weights) -> tuple[str, Html]:
    in_order = shown.data.in_order(level)
    titles = {
        "province": _("{n} provinces by score"),
        "city": _("{n} cities by score"),
        "court": _("{n} courts by score") if in_order else _("{n} courts in bands"),
    }
    if custom:
        titles = {
            "province": _("{n} provinces by score, with custom weights"),
            "city": _("{n} cities by score, with custom weights"),
            "court": _("{n} courts by score, with custom weights")
            if in_order
            else _("{n} courts in bands, with custom weights"),
        }
    n = formats.number(listed["score"].notna().sum())
    lead = [
        _("Where intervals overlap widely, the order says little.")
        if in_order
        else _("A band is given only where the interval supports it.")
    ]
    total = shown.scores(level)["rank"].notna().sum()
    if in_order and len(listed) < len(shown.scores(level)):
        lead.append(_("Ranks are among all {total}.").format(total=formats.number(total)))
    if unscored := listed["score"].isna().sum():
        lead.append(
            _("{n} without a score are listed below with the reason.").format(
                n=formats.number(unscored)
            )
        )
    return titles[level].format(n=n), join(" ".join(lead))


def draw_scored(shown: View, level: str, units: pd.DataFrame) -> None:
    """The ranking as the method has it."""
    if units.empty:
        no_unit()
        return
    if shown.data.in_order(level):
        rank_choices.no_sets(shown, level, shown.scores(level))
    if caterpillar.chosen():
        nation = shown.row(shown.data.nation)
        reference = None if nation is None or formats.missing(nation.score) else nation.score
        caterpillar.draw(shown, level, units, reference)
    else:
        caption = _("Scores, {period}").format(period=formats.period(shown.period))
        columns = rank_columns.columns(shown, level, units)
        units = table.draw(shown, level, columns, units, caption)
        st.html(parts.source_line(shown, n=int(units["n"].sum())))
        st.html(rank_choices.reading(shown, ranks=shown.data.in_order(level)))
    take(shown, level, f"ranking-{level}", units)


def draw_weighted(shown: View, level: str, scored: pd.DataFrame, custom: Weights) -> None:
    """The same places with other weights."""
    units = shown.data.reweighted(level, shown.period, custom.given)
    units = units[units["unit_id"].isin(scored["unit_id"]) & units["score"].notna()]
    if units.empty:
        no_unit()
        return
    if caterpillar.chosen():
        whole = shown.data.reweighted("nation", shown.period, custom.given)["score"].dropna()
        reference = None if whole.empty else float(whole.iloc[0])
        named = weights.write(shown.data.method, custom.given)
        caterpillar.draw(shown, level, units, reference, custom=named)
    else:
        caption = _("Scores with custom weights, {period}")
        caption = caption.format(period=formats.period(shown.period))
        columns = rank_columns.weighted(shown, level, units)
        units = table.draw(shown, level, columns, units, caption)
        mark = tag("b", _("Custom weights"), class_="mark")
        st.html(parts.source_line(shown, n=int(units["n"].sum()), extra=mark))
    take(shown, level, f"ranking-{level}", units, custom)


def draw_special(shown: View, level: str, units: pd.DataFrame) -> None:
    """Railway, maritime and other special courts: scored, and no peers of the others."""
    parts.section(
        _("Special courts"),
        _("They have cases of their own kinds, so that they are no peers of the others."),
    )

    def drawn() -> Html:
        columns = rank_columns.special(shown, level, units)
        return tables.table(columns, units.itertuples(index=False), caption=_("Special courts"))

    with st.container(key="special"):
        st.html(shown.keep_here("special", drawn))
    st.html(parts.source_line(shown, n=int(units["n"].sum())))
    take(shown, level, "special-courts", units)


def no_unit() -> None:
    filtered = any(address.get(name) for name in filters.NAMES)
    none = _("No unit matches.") if filtered else _("No unit has a score.")
    st.html(tag("p", none, class_="quiet"))


def draw_unscored(shown: View, level: str, units: pd.DataFrame, custom: Weights) -> None:
    parts.section(
        _("Without a score"),
        _(
            "Too few cases, curves that end too early or many missing cases make no score; none is "
            "guessed."
        ),
    )
    most = units.head(table.PAGE)

    def drawn() -> Html:
        above = rank_columns.parents(shown, level)
        listed = [
            Column(_("Name"), lambda line: rank_columns.name_cell(line, level, above)),
            Column(_("Reason"), lambda line: parts.status(line.status)),
            Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
        ]
        rows = most.itertuples(index=False)
        return tables.table(listed, rows, caption=_("Without a score"))

    with st.container(key="unscored"):
        st.html(shown.keep_here("unscored", drawn))
    if len(most) < len(units):
        said = _("The first {n} of {total}; all are in the file.")
        said = said.format(n=formats.number(len(most)), total=formats.number(len(units)))
        st.html(tag("p", said, class_="quiet"))
    st.html(parts.source_line(shown))
    take(shown, level, f"unscored-{level}", units, custom)


def take(
    shown: View, level: str, subject: str, units: pd.DataFrame, custom: Weights | None = None
) -> None:
    """A file of the units, with what must be said of them in every row."""
    # Made now, not when it is asked for: only a run of the page knows its language.
    made = publication.taken(shown, level, units)
    if custom:
        made, subject = weights.marked(shown, custom, made), weights.subject(subject, custom)
    parts.download(subject, shown, lambda: made)


page()
