"""The whole country at a glance, then a province, then a city and its courts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, figures, formats, parts, view
from dashboard.about import about
from dashboard.comparison import places
from dashboard.data import ROOT, View
from dashboard.i18n import _, pick, place_name
from dashboard.map import changes, drawing, ground, layers, listing, quarters
from dashboard.map import kinds as layer_kinds
from dashboard.map import outlines as maps
from dashboard.map.layers import Layer
from dashboard.markup import Html, join, tag
from dashboard.profile import sections

KEY_FIGURES = ("months_to_cash", "cash_24m", "zhongben_24m", "lot_sold_12m", "price_ratio")
MOST_FIGURES = 5  # of a method that has none of these
PROFILE = ROOT / "pages" / "region.py"
GO = "go"  # the court that a click on the map leads to


def page() -> None:
    follow()
    shown = view.current()
    if shown.place.level == "court":  # a court has no map: its city does
        shown = View(shown.data, shown.period, shown.data.path_to(shown.place)[-2])
    parts.toolbar(shown, parts.crumbs(shown, ""), period=quarters.choice)
    title, lead = headline(shown)
    parts.headline(title, lead)
    st.html(key_figures(shown))
    level = ground.level(shown)
    units = ground.units(shown, level)
    offered = layer_kinds.offered(shown, level)
    layer = layers.chosen(offered, units)
    units = layer.arranged(units)
    if not shown.data.in_order(level):
        units = units.sort_index()  # as published: no layer puts courts in an order of its own
    left, right = st.columns([8, 5], gap="large")
    with left:
        draw_map(shown, level, units, offered, layer)
    with right:
        listing.draw(shown, level, units, layer)
    changes.section(shown, level, units)
    sections.over_time(shown)


def headline(shown: View) -> tuple[str, Html]:
    """What the index says of the place in focus, in a sentence and a line of numbers."""
    place = place_name(shown.place)
    row = shown.row(shown.place)
    values = shown.data.indicators(shown.place.level, shown.place.unit_id, shown.period)
    known = values[values["status"] == "estimated"].set_index("indicator")["value"]
    if {"cash_24m", "zhongben_24m"} <= set(known.index):
        title = _(
            "{place}: {cash} of enforcement cases are paid within 24 months; "
            "{zhongben} are closed without recovery"
        ).format(
            place=place,
            cash=formats.percent(known["cash_24m"], 0),
            zhongben=formats.percent(known["zhongben_24m"], 0),
        )
    elif row is not None and not formats.missing(row.score):
        title = _("{place} scores {score} of 100").format(
            place=place, score=formats.number(row.score, 1)
        )
    else:
        title = _("{place}: too little is known for a score").format(place=place)
    return title, lead(shown, row)


def lead(shown: View, row: Any) -> Html:
    return parts.facts(
        formats.window(*shown.data.period_dates(shown.period)),
        parts.cases(row),
        parts.year_change(row),
        tag(
            "a",
            _("Full profile"),
            " →",
            href=parts.place_link(shown.place, "region"),
            data_in=True,
        ),
        places.beside_all(shown),
    )


def key_figures(shown: View) -> Html:
    """The score and the indicators that most readers ask for, each with what it is made of."""
    row = shown.row(shown.place)
    values = shown.data.indicators(shown.place.level, shown.place.unit_id, shown.period)
    by_id = {line.indicator: line for line in values.itertuples(index=False)}
    named = [name for name in KEY_FIGURES if name in by_id] or list(by_id)[:MOST_FIGURES]
    cards = [score_card(shown, row), *(indicator_card(shown, by_id[name]) for name in named)]
    return join(
        tag("div", *cards, class_="cards"), parts.source_line(shown, n=row.n if row else None)
    )


def score_card(shown: View, row: Any) -> Html:
    method = shown.data.method
    note = parts.note(
        pick(method.name),
        tag("p", pick(method.purpose)),
        tag("a", _("How it is computed"), href=address.link("method"), data_in=True),
    )
    nation = shown.row(shown.data.nation)
    beside = "n = " + formats.number(row.n) if row else ""
    if shown.place.level != "nation" and nation and not formats.missing(nation.score):
        beside = _("nation {value}").format(value=formats.number(nation.score, 1))
    if row is None or formats.missing(row.score):
        why = parts.why_unscored(shown.data, row) if row else parts.status("no_data")
        return card(_("Score"), formats.NOTHING, lines([why, beside]), note, main=True)
    value = join(formats.number(row.score, 1), tag("small", _("of 100")))
    range_ = _("{confidence} interval {interval}").format(
        confidence=layer_kinds.confidence(shown),
        interval=formats.interval(row.low, row.high, "score"),
    )
    doubts = [range_, *rank_and_band(shown, row), beside]
    return card(_("Score"), value, lines(doubts), note, main=True)


def rank_and_band(shown: View, row: Any) -> list[str]:
    """Where the place stands among its like, as far as its interval can tell."""
    found = [layer_kinds.band(row)]
    if not formats.missing(row.rank_low):
        ranked = int(shown.scores(shown.place.level)["rank"].notna().sum())
        found.insert(
            0,
            _("rank {set} of {total} (95% rank set)").format(
                set=drawing.rank_set(row), total=formats.number(ranked)
            ),
        )
    return found


def lines(words: list[str]) -> Html:
    """One under the other, without those that are empty."""
    first, *others = filter(None, words)
    return join(first, *(join(tag("br"), word) for word in others))


def indicator_card(shown: View, line: Any) -> Html:
    indicator = shown.data.method.indicator(line.indicator)
    note = about(shown, indicator, line)
    beside = "n = " + formats.number(line.n)
    if shown.place.level != "nation" and not formats.missing(line.nation):
        nation = formats.value(line.nation, indicator.unit)
        beside = _("nation {value}").format(value=nation)
    if line.status != "estimated":
        why = parts.status(line.status)
        return card(pick(indicator.name), formats.NOTHING, lines([why, beside]), note)
    value = formats.value(line.value, indicator.unit)
    range_ = formats.interval(line.low, line.high, indicator.unit)
    return card(pick(indicator.name), value, lines([range_, beside]), note)


def card(name: str, value: object, below: Html, note: Html, *, main: bool = False) -> Html:
    return tag(
        "section",
        tag("h3", name),
        note,
        tag("p", value, class_="value"),
        tag("p", below, class_="range"),
        class_="card main" if main else "card",
    )


def draw_map(
    shown: View, level: str, units: pd.DataFrame, offered: dict[str, Layer], layer: Layer
) -> None:
    titles = {
        "province": _("{layer} by province"),
        "city": _("{layer} by city"),
        "court": _("{layer} by court"),
    }
    title = titles[level].format(layer=layer.name)
    parts.section(title, " ".join(filter(None, [_how_to_read(level), layer.map_note])))
    choose(shown, level, offered, layer)
    clusters = layer.id == layer_kinds.CLUSTERS
    if clusters and not layer_kinds.compared(shown):
        st.html(layer_kinds.not_compared(shown))
    land = shown.keep("ground", lambda: ground.of(shown, level, units), level)
    if land is None:
        st.html(tag("p", _("There are no outlines for these places."), class_="quiet"))
        return
    key = f"map-{shown.place.level}-{shown.place.unit_id}-{level}"

    def clicked() -> None:
        points = st.session_state[key].selection.points
        unit = drawing.clicked(land, points[0]) if points else None
        if unit not in set(units["unit_id"]):
            return
        if level == "court":  # no page can be turned from here: at the start of the run
            st.session_state[GO] = unit
        else:
            address.put(by="", **parts.at(level, unit))

    row = shown.row(shown.place)
    whole = f"{place_name(shown.place)}: {title}"
    with st.container(key="map"):
        figures.show(
            shown,
            shown.keep("map", lambda: drawing.painted(shown, land, units, layer), level, layer.id),
            key=key,
            title=whole,
            alt=shown.keep(
                "alt",
                lambda: drawing.in_words(whole, units, layer, named=shown.data.in_order(level)),
                level,
                layer.id,
            ),
            legend=shown.keep("legend", lambda: layers.legend(layer, units), level, layer.id),
            n=row.n if row else None,
            maps=True,
            extra=layer_kinds.moran(shown, level) if clusters else None,
            config=maps.CONFIG,
            height=560,
            on_select=clicked,
            selection_mode="points",
        )


def _how_to_read(level: str) -> str:
    if level == "court":
        return _(
            "A county has the colour of a court where one basic court alone serves it. The other "
            "courts are dots inside their city, at no particular spot. Click one for its profile."
        )
    return _("Click a place to look inside it.")


def choose(shown: View, level: str, offered: dict[str, Layer], layer: Layer) -> None:
    """The level painted, and what it is painted by."""
    with st.container(key="map-choices", horizontal=True, vertical_alignment="center"):
        switch = ground.switch(shown, level)
        if switch is not None:
            st.html(switch, width="content")
        layers.box(offered)
        st.html(layers.switch(offered, layer), width="content")


def follow() -> None:
    """Go to the profile of a court that was clicked on the map."""
    court = st.session_state.pop(GO, "")
    if court:
        kept = {name: address.get(name) for name in address.EVERYWHERE}
        given = {name: value for name, value in kept.items() if value}
        st.switch_page(PROFILE, query_params=given | parts.at("court", court))


page()
