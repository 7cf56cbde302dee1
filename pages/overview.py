"""The whole country at a glance, then a province, then a city and its courts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, formats, maps, parts, sections, tables, theme, view
from dashboard.data import LEVELS, View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.tables import Column

KEY_FIGURES = ("months_to_cash", "cash_24m", "zhongben_24m", "lot_sold_12m", "price_ratio")
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
    layer = parts.chosen_layer(shown.data, units)
    left, right = st.columns([8, 5], gap="large")
    with left:
        draw_map(shown, units, layer)
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
    cards = [score_card(shown, row)] + [
        indicator_card(shown, by_id[name]) for name in KEY_FIGURES if name in by_id
    ]
    return join(
        tag("div", *cards, class_="cards"), parts.source_line(shown, n=row.n if row else None)
    )


def score_card(shown: View, row: Any) -> Html:
    method = shown.data.method
    about = parts.note(
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
        return card(_("Score"), formats.NOTHING, why, beside, about, main=True)
    value = join(formats.number(row.score, 1), tag("small", _("of 100")))
    range_ = formats.interval(row.low, row.high, "score")
    return card(_("Score"), value, range_, beside, about, main=True)


def indicator_card(shown: View, line: Any) -> Html:
    indicator = shown.data.method.indicator(line.indicator)
    about = parts.note(
        pick(indicator.name),
        parts.definitions(
            (_("Numerator"), pick(indicator.numerator)),
            (_("Denominator"), pick(indicator.denominator)),
            ("n", formats.number(line.n)),
            (_("Period"), formats.window(*shown.data.period_dates(shown.period))),
        ),
    )
    beside = "n = " + formats.number(line.n)
    if shown.place.level != "nation" and not formats.missing(line.nation):
        nation = formats.value(line.nation, indicator.unit)
        beside = _("nation {value}").format(value=nation)
    if line.status != "estimated":
        return card(pick(indicator.name), formats.NOTHING, parts.status(line.status), beside, about)
    value = formats.value(line.value, indicator.unit)
    range_ = formats.interval(line.low, line.high, indicator.unit)
    return card(pick(indicator.name), value, range_, beside, about)


def card(
    name: str, value: object, range_: str, beside: str, about: Html, *, main: bool = False
) -> Html:
    return tag(
        "section",
        tag("h3", name),
        about,
        tag("p", value, class_="value"),
        tag("p", range_, tag("br"), beside, class_="range"),
        class_="card main" if main else "card",
    )


def draw_map(shown: View, units: pd.DataFrame, layer: str) -> None:
    level = shown.place.level
    painted = parts.layers(shown.data)[layer]
    titles = {
        "nation": _("{layer} by province").format(layer=painted),
        "province": _("{layer} by city").format(layer=painted),
        "city": _("Counties and districts"),
    }
    explained = _("Click a place to look inside it.")
    if level == "city":
        explained = _("Outlines only: courts have scores, counties do not.")
    parts.section(titles[level], explained)
    if not maps.has(*map_of(shown)):
        st.html(tag("p", _("There are no outlines for these places."), class_="quiet"))
        return
    if level != "city":
        st.html(join(parts.layer_switch(shown.data, layer), parts.legend()))
    key = f"map-{level}-{shown.place.unit_id}"
    figure = shown.keep(
        "map",
        lambda: county_map(shown) if level == "city" else score_map(shown, units, layer),
        layer,
    )
    inside = set(units["unit_id"])

    def clicked() -> None:
        points = st.session_state[key].selection.points
        if points and points[0]["location"] in inside:
            address.put(**parts.at(CHILD[level], points[0]["location"]))

    with st.container(key="map", height=560, border=False):
        st.plotly_chart(
            figure,
            theme=None,
            key=key,
            height="stretch",
            on_select=clicked if level != "city" else "ignore",
            selection_mode="points",
            config=maps.CONFIG,
            alt=titles[level],
        )
    row = shown.row(shown.place)
    st.html(parts.source_line(shown, n=row.n if row else None, maps=True))


def map_of(shown: View) -> tuple[str, str]:
    """The boundary file that shows the place in focus, and the place whose parts to take."""
    place = shown.place
    if place.level == "city":
        return f"county/{place.parent}.geojson", place.unit_id
    return {"nation": "province.geojson", "province": "city.geojson"}[place.level], place.unit_id


def score_map(shown: View, units: pd.DataFrame, layer: str) -> Any:
    """Provinces, or the cities of one province, painted by score or the points of a dimension; grey
    where there are none."""
    whole = shown.place.level == "nation"
    file, parent = map_of(shown)
    places = maps.outlines(file, parent)
    lines = {line.unit_id: line for line in units.itertuples(index=False)}
    points = {i: getattr(line, layer) for i, line in lines.items()}
    scored = [i for i in places if i in points and not formats.missing(points[i])]
    grey = [i for i in places if i not in set(scored)]
    total = len(units)
    layers = [
        maps.Layer(
            file,
            grey,
            colour=theme.NEUTRAL,
            hover=[told_unscored(shown, lines.get(i), places[i]) for i in grey],
        ),
        maps.Layer(
            file,
            scored,
            scores=[points[i] for i in scored],
            hover=[told(shown, lines[i], layer, total if whole else None) for i in scored],
        ),
    ]
    if not whole:
        layers.insert(0, surroundings("province.geojson", shown.place.unit_id))
    window = maps.MAINLAND if whole else maps.window(shown.place.unit_id)
    return maps.figure(layers, window, inset=whole, watermark=parts.watermark(shown))


def county_map(shown: View) -> Any:
    """Counties of one city in neutral grey: courts are listed beside it, not painted on places."""
    file, city = map_of(shown)
    inside = maps.outlines(file, city)
    others = [i for i in maps.outlines(file) if i not in inside]
    names = list(inside.values())
    layers = [
        maps.Layer(file, others),
        maps.Layer(file, list(inside), colour=theme.NEUTRAL, hover=names, border="#9fb0b6"),
    ]
    window = maps.window(shown.place.unit_id)
    return maps.figure(layers, window, inset=False, watermark=parts.watermark(shown))


def surroundings(file: str, without: str) -> maps.Layer:
    return maps.Layer(file, [i for i in maps.outlines(file) if i != without])


def told(shown: View, line: Any, layer: str, total: int | None) -> str:
    """What the pointer reads on a place."""
    rows = [tag("b", place_name(line)), *(told_score(line, total) if layer == parts.SCORE else ())]
    if layer != parts.SCORE:
        name, points = parts.layers(shown.data)[layer], formats.number(getattr(line, layer), 1)
        rows.append(_("{name}: {points} of 100 points").format(name=name, points=points))
    rows.append(parts.cases(line))
    return "<br>".join(join(row) for row in rows)


def told_score(line: Any, total: int | None) -> list[str]:
    score = _("Score {score} ({interval})").format(
        score=formats.number(line.score, 1),
        interval=formats.interval(line.low, line.high, "score"),
    )
    if not total:
        return [score]
    rank = _("Rank {rank} of {total}").format(rank=formats.number(line.rank), total=total)
    return [score, rank]


def told_unscored(shown: View, line: Any, name: str) -> str:
    if line is None:
        return "<br>".join([tag("b", name), _("not in this data set")])
    why = _("no score: {reason}").format(reason=parts.why_unscored(shown.data, line))
    return "<br>".join([tag("b", place_name(line)), why, parts.cases(line)])


def draw_list(shown: View, units: pd.DataFrame, layer: str) -> None:
    """The places of the map, or the courts of the city, by score or the points of a dimension."""
    child = CHILD[shown.place.level]
    if layer != parts.SCORE:
        units = units.sort_values(layer, ascending=False, kind="stable")
    painted = parts.layers(shown.data)[layer]
    titles = {
        "province": _("Provinces by {layer}"),
        "city": _("Cities by {layer}"),
        "court": _("Courts by {layer}"),
    }
    title = titles[child].format(layer=in_a_sentence(painted))
    explained = _("Dot: score. Line: 95% interval. Tick: nation.")
    if layer != parts.SCORE:
        explained = _("Dot: points from 0 to 100. Tick: nation.")
    parts.section(title, explained)
    if units.empty:
        st.html(tag("p", _("No court of this place is in the data set."), class_="quiet"))
        return
    nation = shown.row(shown.data.nation)
    reference = getattr(nation, layer) if nation is not None else None
    page = "region" if child == "court" else ""
    columns = [
        Column(
            _("Place") if child != "court" else _("Court"),
            lambda line: tag(
                "a", place_name(line), href=parts.place_link(line, page, child), data_in=True
            ),
        ),
        Column(
            "0–100",
            lambda line: (
                parts.why_unscored(shown.data, line)
                if formats.missing(getattr(line, layer))
                else tables.whisker(getattr(line, layer), *interval_of(line, layer), reference)
            ),
            kind="plot",
        ),
        Column(painted, lambda line: formats.number(getattr(line, layer), 1), kind="number"),
        Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
    ]
    with st.container(key="list"):
        st.html(
            tables.table(
                columns,
                units.itertuples(index=False),
                caption=title,
                row_class=lambda line: "dim" if formats.missing(getattr(line, layer)) else "",
            )
        )
    st.html(parts.source_line(shown))
    parts.download(f"{child}-scores", shown, lambda: units)


def interval_of(line: Any, layer: str) -> tuple[float | None, float | None]:
    """Ends of the interval; the points of a dimension have none of their own."""
    return (line.low, line.high) if layer == parts.SCORE else (None, None)


def in_a_sentence(name: str) -> str:
    """A name as it stands inside a heading: 'Provinces by score'."""
    return name[:1].lower() + name[1:]


page()
