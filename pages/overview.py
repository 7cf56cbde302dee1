"""The whole country at a glance, then a province, then a city and its courts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, figures, formats, parts, tables, theme, view
from dashboard.about import about
from dashboard.data import LEVELS, View
from dashboard.i18n import _, pick, place_name
from dashboard.map import kinds as layer_kinds
from dashboard.map import layers
from dashboard.map import outlines as maps
from dashboard.map.layers import Layer
from dashboard.markup import Html, join, tag
from dashboard.profile import sections
from dashboard.tables import Column

KEY_FIGURES = ("months_to_cash", "cash_24m", "zhongben_24m", "lot_sold_12m", "price_ratio")
MOST_FIGURES = 5  # of a method that has none of these
CHILD = dict(pairwise(LEVELS))  # nation -> province -> city -> court


def page() -> None:
    shown = view.current()
    if shown.place.level == "court":  # a court has no map: its city does
        shown = View(shown.data, shown.period, shown.data.path_to(shown.place)[-2])
    parts.toolbar(shown, parts.crumbs(shown, ""))
    title, lead = headline(shown)
    parts.headline(title, lead)
    st.html(key_figures(shown))
    units = shown.scores(CHILD[shown.place.level], parent=parent_of(shown))
    offered = layer_kinds.offered(shown, CHILD[shown.place.level])
    layer = layers.chosen(offered, units)
    units = layer.arranged(units)
    if not shown.data.in_order(CHILD[shown.place.level]):
        units = units.sort_index()  # as published: no layer puts courts in an order of its own
    left, right = st.columns([8, 5], gap="large")
    with left:
        draw_map(shown, units, offered, layer)
        sections.over_time(shown)
    with right:
        draw_list(shown, units, layer)


def parent_of(shown: View) -> str | None:
    return None if shown.place.level == "nation" else shown.place.unit_id


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
                set=rank_set(row), total=formats.number(ranked)
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


def draw_map(shown: View, units: pd.DataFrame, offered: dict[str, Layer], layer: Layer) -> None:
    level = shown.place.level
    titles = {
        "nation": _("{layer} by province").format(layer=layer.name),
        "province": _("{layer} by city").format(layer=layer.name),
        "city": _("Counties and districts"),
    }
    explained = " ".join(filter(None, [_("Click a place to look inside it."), layer.map_note]))
    if level == "city":
        explained = _("Outlines only: courts have scores, counties do not.")
    parts.section(titles[level], explained)
    if not maps.has(*map_of(shown)):
        st.html(tag("p", _("There are no outlines for these places."), class_="quiet"))
        return
    clusters = level != "city" and layer.id == layer_kinds.CLUSTERS
    if level != "city":
        st.html(layers.switch(offered, layer))
    if clusters and not layer_kinds.compared(shown):
        st.html(layer_kinds.not_compared(shown))
    key = f"map-{level}-{shown.place.unit_id}"
    figure = shown.keep(
        "map",
        lambda: county_map(shown) if level == "city" else painted_map(shown, units, layer),
        layer.id,
    )
    inside = set(units["unit_id"])

    def clicked() -> None:
        points = st.session_state[key].selection.points
        if points and points[0]["location"] in inside:
            address.put(**parts.at(CHILD[level], points[0]["location"]))

    row = shown.row(shown.place)
    with st.container(key="map"):
        figures.show(
            shown,
            figure,
            key=key,
            title=f"{place_name(shown.place)}: {titles[level]}",
            legend=layers.legend(layer, units) if level != "city" else None,
            n=row.n if row else None,
            maps=True,
            extra=layer_kinds.moran(shown, CHILD[level]) if clusters else None,
            config=maps.CONFIG,
            height=560,
            on_select=clicked if level != "city" else "ignore",
            selection_mode="points",
        )


def map_of(shown: View) -> tuple[str, str]:
    """The boundary file that shows the place in focus, and the place whose parts to take."""
    place = shown.place
    if place.level == "city":
        return f"county/{place.parent}.geojson", place.unit_id
    return {"nation": "province.geojson", "province": "city.geojson"}[place.level], place.unit_id


def painted_map(shown: View, units: pd.DataFrame, layer: Layer) -> Any:
    """Provinces, or the cities of one province, each in the colour of its class; grey where the
    layer has nothing to say."""
    whole = shown.place.level == "nation"
    file, parent = map_of(shown)
    places = maps.outlines(file, parent)
    lines = {line.unit_id: line for line in units.itertuples(index=False)}
    known = [i for i in places if i in lines]
    absent = [i for i in places if i not in lines]
    ranked = int(shown.scores(CHILD[shown.place.level])["rank"].notna().sum())
    drawn = [
        maps.Layer(
            file, absent, (theme.now().neutral,), hover=[told_absent(places[i]) for i in absent]
        ),
        maps.Layer(
            file,
            known,
            [each.colour for each in layer.classes],
            [layer.of(lines[i]) for i in known],
            hover=[told(shown, lines[i], layer, ranked) for i in known],
        ),
    ]
    if not whole:
        drawn.insert(0, surroundings("province.geojson", shown.place.unit_id))
    window = maps.MAINLAND if whole else maps.window(shown.place.unit_id)
    return maps.figure(drawn, window, inset=whole, watermark=parts.watermark(shown))


def county_map(shown: View) -> Any:
    """Counties of one city in neutral grey: courts are listed beside it, not painted on places."""
    file, city = map_of(shown)
    inside = maps.outlines(file, city)
    others = [i for i in maps.outlines(file) if i not in inside]
    names = list(inside.values())
    drawn = [
        maps.Layer(file, others),
        maps.Layer(
            file, list(inside), (theme.now().neutral,), hover=names, border=theme.now().rule
        ),
    ]
    window = maps.window(shown.place.unit_id)
    return maps.figure(drawn, window, inset=False, watermark=parts.watermark(shown))


def surroundings(file: str, without: str) -> maps.Layer:
    return maps.Layer(file, [i for i in maps.outlines(file) if i != without])


def told(shown: View, line: Any, layer: Layer, ranked: int) -> str:
    """What the pointer reads on a place: what the layer says, then score, rank and band, each with
    its doubt. `ranked` places of the level have a rank."""
    rows: list[object] = [tag("b", place_name(line))]
    if formats.missing(line.score):
        rows.append(_("no score: {reason}").format(reason=parts.why_unscored(shown.data, line)))
        rows += [] if layer.grey(line) else layer.told(line)
    else:
        score = _("Score {score} ({confidence} interval {interval})").format(
            score=formats.number(line.score, 1),
            confidence=layer_kinds.confidence(shown),
            interval=formats.interval(line.low, line.high, "score"),
        )
        rows += [*layer.told(line), score, told_rank(line, ranked), layer_kinds.band(line)]
    rows.append(parts.cases(line))
    return "<br>".join(join(row) for row in rows if row)


def told_rank(line: Any, ranked: int) -> str:
    """The rank among all places of the level, with its confidence set."""
    if formats.missing(line.rank):
        return ""
    rank, total = formats.rank(line.rank, line.tied), formats.number(ranked)
    if formats.missing(line.rank_low):
        return _("Rank {rank} of {total}").format(rank=rank, total=total)
    return _("Rank {rank} of {total} (95% rank set {set})").format(
        rank=rank, total=total, set=rank_set(line)
    )


def rank_set(line: Any) -> str:
    low, high = formats.number(line.rank_low), formats.number(line.rank_high)
    return low if low == high else f"{low}–{high}"


def told_absent(name: str) -> str:
    return "<br>".join([tag("b", name), _("not in this data set")])


def draw_list(shown: View, units: pd.DataFrame, layer: Layer) -> None:
    """The places of the map, or the courts of the city, as the layer has them."""
    child = CHILD[shown.place.level]
    titles = {
        "province": _("Provinces by {layer}"),
        "city": _("Cities by {layer}"),
        "court": _("Courts by {layer}"),
    }
    title = titles[child].format(layer=in_a_sentence(layer.name))
    parts.section(title, layer.list_note)
    if units.empty:
        st.html(tag("p", _("No court of this place is in the data set."), class_="quiet"))
        return
    columns = [
        Column(
            _("Place") if child != "court" else _("Court"),
            lambda line: tag("a", place_name(line), href=way_to(line, child), data_in=True),
        ),
        *layer.columns,
        Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
    ]
    with st.container(key="list"):
        st.html(
            tables.table(
                columns,
                units.itertuples(index=False),
                caption=title,
                row_class=lambda line: "dim" if layer.grey(line) else "",
            )
        )
    st.html(parts.source_line(shown))
    parts.download(f"{child}-{layer.id}", shown, lambda: units)


def way_to(line: Any, level: str) -> str:
    """To the map inside a place, painted as this one is; of a court, which has none, to its
    profile."""
    if level == "court":
        return parts.place_link(line, "region", level)
    return address.link("", layer=address.get("layer"), **parts.at(level, line.unit_id))


def in_a_sentence(name: str) -> str:
    """A name as it stands inside a heading: 'Provinces by score'."""
    return name[:1].lower() + name[1:]


page()
