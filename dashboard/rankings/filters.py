"""Filters of the places of a level: read from the address, and summarised in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.rankings import compare_selection, table_options
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import controls, peer_group_labels
from dashboard.ui.html import Html, join, tag
from index_engine import queries

# Parameters of the address; `part`, of the table, goes back to the first with any of them.
PARAMETERS = ("within", "peers", "court", "small", "q", compare_selection.LISTED)
NO_FILTERS = dict.fromkeys((*PARAMETERS, "part"), "")
EXCLUDE_SMALL = "out"  # value of `small` that leaves small places out


def places_at_level(view: View, level: str) -> pd.DataFrame:
    """All places of a level as published; courts with court_level, special and kind."""
    places = view.scores(level)
    if level != "court":
        return places.assign(court_level="", special=False, kind="")
    return places.merge(queries.courts(view.snapshot), on="place_id", how="left")


def draw_filters(view: View, level: str, places: pd.DataFrame) -> None:
    """The filters that have something to choose from, in a row."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        _draw_name_filter()
        if level != "province":
            _draw_select("within", _("Province"), _province_names(view), _("All provinces"), 160)
        _draw_select("peers", _("Peer group"), _peer_group_labels(view, places), _("All sizes and tiers"), 200)
        if level == "court":
            _draw_select("court", _("Kind of court"), _court_kind_names(view, places), _("All kinds"), 160)
        _draw_select("small", _("Small samples"), {EXCLUDE_SMALL: _("left out")}, _("shown, marked"), 150)


def _draw_name_filter() -> None:
    def update_address() -> None:
        address.update(q=st.session_state["name_filter"].strip(), part="")

    address.sync_widget("name_filter", address.get("q"))
    st.text_input(_("Name contains"), key="name_filter", on_change=update_address, width=150)


def _draw_select(name: str, label: str, options: dict[str, str], all_label: str, width: int) -> None:
    if len(options) > 1 or (options and name == "small"):
        codes = ["", *options]
        controls.select(
            name, label, codes, format_option=lambda code: options.get(code, all_label), width=width, resets=("part",)
        )


def _province_names(view: View) -> dict[str, str]:
    return {place.place_id: place_name(place) for place in view.snapshot.provinces()}


def _peer_group_labels(view: View, places: pd.DataFrame) -> dict[str, str]:
    labels = sorted(places["peer_group"].dropna().unique())
    return {label: _("; ").join(_peer_group_text(view, label)) for label in labels}


def _peer_group_text(view: View, label: str) -> tuple[str, str]:
    size, tier = peer_group_labels.describe_peer_group(label, view.snapshot.main.peers)
    return _("{size} cases").format(size=size), tier


def _court_kind_names(view: View, places: pd.DataFrame) -> dict[str, str]:
    """Levels of ordinary courts, then kinds of special ones, as far as there are any."""
    levels = {
        "basic": _("Basic courts"),
        "intermediate": _("Intermediate courts"),
        "high": _("High courts"),
        "supreme": _("Supreme court"),
    }
    kinds = {kind: localise(name) for kind, name in queries.special_court_kinds().items()}
    present_codes = {*places.loc[~places["special"].astype(bool), "court_level"], *places["kind"]}
    return {code: name for code, name in (levels | kinds).items() if code in present_codes}


# ---------------------------------------------------------------- filtered places


def filter_places(view: View, level: str, places: pd.DataFrame) -> pd.DataFrame:
    """The places that pass the filters in the address, in the order of `places`."""
    mask = pd.Series(True, index=places.index)
    if (province := address.get("within")) and level != "province":
        mask &= places["parent"].isin(view.snapshot.region_ids(province))
    if group := address.get("peers"):
        mask &= places["peer_group"].eq(group)
    if kind := address.get("court") if level == "court" else "":
        ordinary = ~places["special"].astype(bool) & places["court_level"].eq(kind)
        mask &= ordinary | places["kind"].eq(kind)
    if address.get("small") == EXCLUDE_SMALL:
        mask &= places["n"] >= table_options.small_sample_limit(view)
    if compare_selection.lists_watched_alone(view):
        watched = compare_selection.watched_places(view)
        mask &= places["place_id"].isin([place.place_id for place in watched if place.level == level])
    if query := address.get("q"):
        names = places["name"]
        for name in ("name_hant", "name_en"):
            names = names + " " + places[name].fillna("")
        mask &= names.str.contains(query, case=False, regex=False)
    return places[mask.astype(bool)]


def draw_summary(view: View, level: str, places: pd.DataFrame, listed_places: pd.DataFrame) -> None:
    st.html(listing_summary(view, level, places, listed_places))


def listing_summary(view: View, level: str, places: pd.DataFrame, listed_places: pd.DataFrame) -> Html:
    """How many of how many places are listed, by which filters, and a link that clears them."""
    template = {
        "province": _("{n} of {total} provinces are listed"),
        "city": _("{n} of {total} cities are listed"),
        "court": _("{n} of {total} courts are listed"),
    }[level]
    count = template.format(n=formats.number(len(listed_places)), total=formats.number(len(places)))
    filter_texts = _active_filters(view, level, places)
    if not filter_texts:
        return tag("p", _("{sentence}.").format(sentence=count), class_="listed")
    sentence = _("{sentence}: {filters}.").format(sentence=count, filters=_("; ").join(filter_texts))
    clear = tag("a", _("Show all"), href=address.current_link(**NO_FILTERS), data_in=True)
    return tag("p", join(sentence, " ", clear), class_="listed", role="status")


def _active_filters(view: View, level: str, places: pd.DataFrame) -> Sequence[str]:
    """The filters of the address in words."""
    texts = []
    if (province := address.get("within")) and level != "province":
        texts.append(_("in {place}").format(place=_province_names(view).get(province, province)))
    if group := address.get("peers"):
        texts.append(_peer_group_labels(view, places).get(group, group))
    if kind := address.get("court") if level == "court" else "":
        texts.append(_court_kind_names(view, places).get(kind, kind))
    if address.get("small") == EXCLUDE_SMALL:
        minimum = formats.number(table_options.small_sample_limit(view))
        texts.append(_("with at least {n} cases").format(n=minimum))
    if compare_selection.lists_watched_alone(view):
        texts.append(_("on the watch list"))
    if query := address.get("q"):
        texts.append(_("name contains “{words}”").format(words=query))
    return texts
