"""The whole country at a glance, then a province, then a city and its courts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.overview import (
    basemap,
    map_chart,
    map_layers,
    period_slider,
    place_list,
    score_changes,
)
from dashboard.overview import score_layers as layer_kinds
from dashboard.overview.map_layers import Layer
from dashboard.state import address, page_view
from dashboard.state.cache import ROOT, View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import chart_block, compared_places, components, score_history_section
from dashboard.ui.charts import choropleth as maps
from dashboard.ui.html import Html, join, tag
from dashboard.ui.method_switch import is_main_method
from dashboard.ui.provenance import provenance_note

KEY_INDICATORS = ("months_to_cash", "cash_24m", "zhongben_24m", "lot_sold_12m", "price_ratio")
MAX_INDICATORS = 5  # of a method that has none of these
PLACE_PAGE = ROOT / "pages" / "place.py"
CLICKED_COURT = "go"  # the court that a click on the map leads to


def show_page() -> None:
    follow_court_click()
    view = page_view.current_view()
    if view.place.level == "court":  # a court has no map: its city does
        view = View(view.snapshot, view.period, view.snapshot.place_path(view.place)[-2])
    components.toolbar(view, components.breadcrumbs(view, ""), period=period_slider.period_slider)
    title, lead = headline_text(view)
    components.headline(title, lead)
    st.html(key_numbers(view))
    level = basemap.map_level(view)
    map_places = basemap.place_scores(view, level)
    available_layers = layer_kinds.available_layers(view, level)
    layer = map_layers.selected_layer(available_layers, map_places)
    map_places = layer.sort_rows(map_places)
    if not view.snapshot.publishes_ranks(level):
        map_places = (
            map_places.sort_index()
        )  # as published: no layer puts courts in an order of its own
    map_column, list_column = st.columns([8, 5], gap="large")
    with map_column:
        draw_map(view, level, map_places, available_layers, layer)
    with list_column:
        place_list.draw_list(view, level, map_places, layer)
    score_changes.section(view, level, map_places)
    score_history_section.section(view)


def headline_text(view: View) -> tuple[str, Html]:
    """What the index says of the place in focus, in a sentence and a line of numbers."""
    place = place_name(view.place)
    row = view.score_row(view.place)
    values = view.snapshot.indicators(view.place.level, view.place.place_id, view.period)
    estimates = values[values["status"] == "estimated"].set_index("indicator")["value"]
    if {"cash_24m", "zhongben_24m"} <= set(estimates.index):
        title = _(
            "{place}: {cash} of enforcement cases are paid within 24 months; "
            "{zhongben} are closed without recovery"
        ).format(
            place=place,
            cash=formats.percent(estimates["cash_24m"], 0),
            zhongben=formats.percent(estimates["zhongben_24m"], 0),
        )
    elif row is not None and not formats.is_missing(row.score):
        title = _("{place} scores {score} of 100").format(
            place=place, score=formats.number(row.score, 1)
        )
    else:
        title = _("{place}: too little is known for a score").format(place=place)
    return title, lead_facts(view, row)


def lead_facts(view: View, row: Any) -> Html:
    return components.facts(
        formats.date_range(*view.snapshot.period_dates(view.period)),
        components.case_count(row),
        components.year_change(row),
        tag(
            "a",
            _("Full profile"),
            " →",
            href=components.place_link(view.place, "place"),
            data_in=True,
        ),
        compared_places.compare_place_link(view),
    )


def key_numbers(view: View) -> Html:
    """The score and the indicators that most readers ask for, each with what it is made of."""
    row = view.score_row(view.place)
    values = view.snapshot.indicators(view.place.level, view.place.place_id, view.period)
    by_id = {line.indicator: line for line in values.itertuples(index=False)}
    indicator_ids = [name for name in KEY_INDICATORS if name in by_id] or list(by_id)[
        :MAX_INDICATORS
    ]
    cards = [score_card(view, row), *(indicator_card(view, by_id[name]) for name in indicator_ids)]
    return join(
        tag("div", *cards, class_="cards"), components.source_line(view, n=row.n if row else None)
    )


def score_card(view: View, row: Any) -> Html:
    method = view.snapshot.method
    note = components.note(
        localise(method.name),
        tag("p", localise(method.purpose)),
        tag("a", _("How it is computed"), href=address.link("method"), data_in=True),
    )
    nation = view.score_row(view.snapshot.nation)
    detail = "n = " + formats.number(row.n) if row else ""
    if view.place.level != "nation" and nation and not formats.is_missing(nation.score):
        detail = _("nation {value}").format(value=formats.number(nation.score, 1))
    if row is None or formats.is_missing(row.score):
        reason = (
            components.no_score_reason(view.snapshot, row)
            if row
            else components.status_text("no_data")
        )
        return card(_("Score"), formats.NO_VALUE, join_lines([reason, detail]), note, main=True)
    value = join(formats.number(row.score, 1), tag("small", _("of 100")))
    interval = _("{confidence} interval {interval}").format(
        confidence=layer_kinds.confidence_level(view),
        interval=formats.interval(row.low, row.high, "score"),
    )
    uncertainty = [interval, *rank_and_band_texts(view, row), detail]
    return card(_("Score"), value, join_lines(uncertainty), note, main=True)


def rank_and_band_texts(view: View, row: Any) -> list[str]:
    """Where the place stands among its like, as far as its interval can tell."""
    texts = [layer_kinds.band_text(row)]
    if not formats.is_missing(row.rank_low):
        ranked_count = int(view.scores(view.place.level)["rank"].notna().sum())
        texts.insert(
            0,
            _("rank {set} of {total} (95% rank set)").format(
                set=map_chart.rank_set_text(row), total=formats.number(ranked_count)
            ),
        )
    return texts


def join_lines(texts: list[str]) -> Html:
    """One under the other, without those that are empty."""
    first, *rest = filter(None, texts)
    return join(first, *(join(tag("br"), text) for text in rest))


def indicator_card(view: View, line: Any) -> Html:
    indicator = view.snapshot.method.indicator(line.indicator)
    note = provenance_note(view, indicator, line)
    detail = "n = " + formats.number(line.n)
    if view.place.level != "nation" and not formats.is_missing(line.nation):
        nation = formats.value(line.nation, indicator.unit)
        detail = _("nation {value}").format(value=nation)
    if line.status != "estimated":
        reason = components.status_text(line.status)
        return card(localise(indicator.name), formats.NO_VALUE, join_lines([reason, detail]), note)
    value = formats.value(line.value, indicator.unit)
    interval = formats.interval(line.low, line.high, indicator.unit)
    return card(localise(indicator.name), value, join_lines([interval, detail]), note)


def card(name: str, value: object, details: Html, note: Html, *, main: bool = False) -> Html:
    return tag(
        "section",
        tag("h3", name),
        note,
        tag("p", value, class_="value"),
        tag("p", details, class_="range"),
        class_="card main" if main else "card",
    )


def draw_map(
    view: View,
    level: str,
    map_places: pd.DataFrame,
    available_layers: dict[str, Layer],
    layer: Layer,
) -> None:
    titles = {
        "province": _("{layer} by province"),
        "city": _("{layer} by city"),
        "court": _("{layer} by court"),
    }
    title = titles[level].format(layer=layer.name)
    components.section(title, " ".join(filter(None, [_map_instructions(level), layer.map_note])))
    map_controls(view, level, available_layers, layer)
    clusters = layer.id == layer_kinds.CLUSTERS
    if clusters and not is_main_method(view.snapshot):
        st.html(layer_kinds.no_comparison_note(view))
    current_basemap = view.cached(
        "ground", lambda: basemap.build_basemap(view, level, map_places), level
    )
    if current_basemap is None:
        st.html(tag("p", _("There are no outlines for these places."), class_="quiet"))
        return
    key = f"map-{view.place.level}-{view.place.place_id}-{level}"

    def on_click() -> None:
        points = st.session_state[key].selection.points
        place_id = map_chart.selected_place(current_basemap, points[0]) if points else None
        if place_id not in set(map_places["place_id"]):
            return
        if level == "court":  # no page can be turned from here: at the start of the run
            st.session_state[CLICKED_COURT] = place_id
        else:
            address.update(by="", **components.place_parameters(level, place_id))

    row = view.score_row(view.place)
    full_title = f"{place_name(view.place)}: {title}"
    with st.container(key="map"):
        chart_block.show_chart(
            view,
            view.cached(
                "map",
                lambda: map_chart.map_figure(view, current_basemap, map_places, layer),
                level,
                layer.id,
            ),
            key=key,
            title=full_title,
            alt=view.cached(
                "alt",
                lambda: map_chart.alt_text(
                    full_title, map_places, layer, with_names=view.snapshot.publishes_ranks(level)
                ),
                level,
                layer.id,
            ),
            legend=view.cached(
                "legend", lambda: map_layers.legend(layer, map_places), level, layer.id
            ),
            n=row.n if row else None,
            has_basemap=True,
            extra=layer_kinds.moran_text(view, level) if clusters else None,
            config=maps.CONFIG,
            height=560,
            on_select=on_click,
            selection_mode="points",
        )


def _map_instructions(level: str) -> str:
    if level == "court":
        return _(
            "A county has the colour of a court where one basic court alone serves it. The other "
            "courts are dots inside their city, at no particular spot. Click one for its profile."
        )
    return _("Click a place to look inside it.")


def map_controls(view: View, level: str, available_layers: dict[str, Layer], layer: Layer) -> None:
    """The level painted, and what it is painted by."""
    with st.container(key="map-choices", horizontal=True, vertical_alignment="center"):
        level_links = basemap.level_switch(view, level)
        if level_links is not None:
            st.html(level_links, width="content")
        map_layers.indicator_box(available_layers)
        st.html(map_layers.layer_switch(available_layers, layer), width="content")


def follow_court_click() -> None:
    """Go to the profile of a court that was clicked on the map."""
    court = st.session_state.pop(CLICKED_COURT, "")
    if court:
        parameters = {name: address.get(name) for name in address.PERSISTENT_PARAMETERS}
        query = {name: value for name, value in parameters.items() if value}
        st.switch_page(PLACE_PAGE, query_params=query | components.place_parameters("court", court))


show_page()
