"""The map of a place with its controls, the list beside it, and what a click on it does."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.overview import (
    basemap,
    cluster_layer,
    key_numbers,
    layer_list,
    map_chart,
    map_layers,
    period_slider,
    place_list,
)
from dashboard.overview.map_layers import Layer
from dashboard.state import address
from dashboard.state.cache import ROOT, View
from dashboard.text.i18n import _, place_name
from dashboard.ui import chart_block, components, method_switch
from dashboard.ui.charts import choropleth as maps
from dashboard.ui.html import tag

PLACE_PAGE = ROOT / "pages" / "place.py"
CLICKED_COURT = "go"  # session key of the court that a click on the map leads to


def mapped_view(view: View) -> View:
    """The view, or for a court that of its city: a court has no map."""
    if view.place.level != "court":
        return view
    return View(view.snapshot, view.period, view.snapshot.place_path(view.place)[-2])


def draw_map_and_list(view: View) -> tuple[str, pd.DataFrame]:
    """What is chosen, the map, and beside it the score and the list; returns the level and its places."""
    level = basemap.map_level(view)
    map_places = basemap.place_scores(view, level)
    available_layers = layer_list.available_layers(view, level)
    layer = map_layers.selected_layer(available_layers, map_places)
    map_places = layer.sort_rows(map_places)
    if not view.snapshot.publishes_ranks(level):
        # as published: no layer puts courts in an order of its own
        map_places = map_places.sort_index()
    map_controls(view, level, available_layers, layer)
    map_column, list_column = st.columns([8, 5], gap="large")
    with map_column:
        draw_map(view, level, map_places, layer)
    with list_column:
        st.html(key_numbers.score_card(view))
        place_list.draw_list(view, level, map_places, layer)
    return level, map_places


def draw_map(view: View, level: str, map_places: pd.DataFrame, layer: Layer) -> None:
    titles = {"province": _("{layer} by province"), "city": _("{layer} by city"), "court": _("{layer} by court")}
    title = titles[level].format(layer=layer.name)
    components.section(title, " ".join(filter(None, [_court_note(level), layer.map_note])))
    clusters = layer.id == cluster_layer.CLUSTERS
    if clusters and not method_switch.is_main_method(view.snapshot):
        st.html(cluster_layer.no_comparison_note(view))
    current_basemap = view.cached("ground", lambda: basemap.build_basemap(view, level, map_places), level)
    if current_basemap is None:
        st.html(tag("p", _("There are no boundaries for these places."), class_="quiet"))
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
            address.update(by="", **components.place_parameters(level, str(place_id)))

    row = view.score_row(view.place)
    full_title = f"{place_name(view.place)}: {title}"
    with st.container(key="map"):
        chart_block.show_chart(
            view,
            view.cached("map", lambda: map_chart.map_figure(view, current_basemap, map_places, layer), level, layer.id),
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
            legend=view.cached("legend", lambda: map_layers.legend(layer, map_places), level, layer.id),
            n=row.n if row else None,
            has_basemap=True,
            extra=cluster_layer.moran_text(view, level) if clusters else None,
            config=maps.CONFIG,
            height=465,
            on_select=on_click,
            selection_mode="points",
        )


def _court_note(level: str) -> str:
    if level != "court":
        return ""
    return _(
        "A county has the colour of a court if it is served by one basic court alone. The other "
        "courts are dots inside their city, at no particular location. Click one for its "
        "profile."
    )


def map_controls(view: View, level: str, available_layers: dict[str, Layer], layer: Layer) -> None:
    """The level shown, the layer, and the quarter."""
    with st.container(key="map-choices", horizontal=True, vertical_alignment="center"):
        level_links = basemap.level_switch(view, level)
        if level_links is not None:
            st.html(level_links, width="content")
        map_layers.layer_box(available_layers, layer)
        st.space("stretch")
        period_slider.period_slider(view)


def follow_court_click() -> None:
    """Go to the profile of a court that was clicked on the map."""
    court = st.session_state.pop(CLICKED_COURT, "")
    if court:
        parameters = {name: address.get(name) for name in address.PERSISTENT_PARAMETERS}
        query = {name: value for name, value in parameters.items() if value}
        st.switch_page(PLACE_PAGE, query_params=query | components.place_parameters("court", court))
