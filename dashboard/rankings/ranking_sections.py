"""The sections of the rankings: what is opened over the table, the table itself, special courts, and
the places without a score."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.rankings import (
    caterpillar,
    custom_weights,
    filters,
    method_disagreement,
    place_names,
    ranking_columns,
    ranking_export,
    ranking_table,
    table_options,
)
from dashboard.rankings.custom_weights import Weights
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.text.levels import level_names
from dashboard.ui import components, controls, method_switch, rank_groups
from dashboard.ui.columns import count_column, text_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column, Source, TableSpec, table_block
from index_engine import queries
from index_engine.queries import LEVELS

RANKING_LEVELS = LEVELS[1:]  # province, city, court


def selected_level() -> str:
    """The level that the address names, else the first."""
    level = address.get("level")
    return level if level in RANKING_LEVELS else RANKING_LEVELS[0]


def draw_rankings(view: View, level: str, listed_places: pd.DataFrame, custom: Weights) -> None:
    """The places with a score, special courts separately, and those without; nothing where all
    weights are 0."""
    if not custom_weights.weighted_dimensions(view.snapshot.method, custom):
        return
    scored_places, unscored_places = (
        listed_places[listed_places["score"].notna()],
        listed_places[listed_places["score"].isna()],
    )
    is_special = scored_places["special"].astype(bool)
    if custom:
        draw_custom_ranking(view, level, scored_places[~is_special], custom)
    else:
        draw_default_ranking(view, level, scored_places[~is_special])
        if is_special.any():
            draw_special_courts(view, level, scored_places[is_special])
    if len(unscored_places):
        draw_unscored_places(view, level, unscored_places.sort_values("place_id"), custom)


def level_switch(level: str) -> Html:
    return controls.switch("level", _("Level"), level_names(), level, resets=("sort", *filters.NO_FILTERS))


def draw_panels(view: View, level: str, custom: Weights) -> None:
    """The options of the table, and the panel that is open over it."""
    openers = [table_options.panel_link(custom_weights.PANEL, _("Set your own weights"))]
    if method_disagreement.comparison_method(view.snapshot) is not None and view.snapshot.publishes_ranks(level):
        openers.append(table_options.panel_link(method_switch.COMPARISON_PANEL, _("Where the methods differ most")))
    order = rank_groups.has_groups(view.scores(level)) and not caterpillar.is_shown_as_plot()
    table_options.draw_options([caterpillar.view_switch(), *openers], columns=not custom, order=order)
    if address.get("panel") == custom_weights.PANEL:
        custom_weights.draw_panel(view, custom)
    elif address.get("panel") == method_switch.COMPARISON_PANEL and not view.snapshot.publishes_ranks(level):
        message = _("Methods are compared by ranks, and courts have none here.")
        st.html(tag("p", message, class_="advice"))
    elif address.get("panel") == method_switch.COMPARISON_PANEL and custom:
        message = _("Methods are compared with their own weights, not with custom weights.")
        reset_link = tag("a", _("Default weights"), href=address.current_link(w=""), data_in=True)
        st.html(tag("p", message, " ", reset_link, class_="advice"))
    elif address.get("panel") == method_switch.COMPARISON_PANEL:
        method_disagreement.draw_disagreement(view, level)


def no_weights_message() -> Html:
    message = _("A score needs at least one dimension with a weight, and in it an indicator with a weight.")
    return join(message, " ", tag("a", _("Default weights"), href=address.current_link(w=""), data_in=True))


def headline(view: View, level: str, listed_places: pd.DataFrame, custom: Weights) -> tuple[str, Html]:
    if not custom_weights.weighted_dimensions(view.snapshot.method, custom):
        return _("No score: all weights are 0"), no_weights_message()
    in_order = view.snapshot.publishes_ranks(level)
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
    n = formats.number(listed_places["score"].notna().sum())
    in_groups = in_order and not custom and not table_options.shows_ranks(view.scores(level))
    lead = [
        rank_groups.reading_sentence()
        if in_groups
        else _("Where intervals overlap widely, the order means little.")
        if in_order
        else _("A band is given only where the interval supports it.")
    ]
    total = view.scores(level)["rank"].notna().sum()
    if in_order and not in_groups and len(listed_places) < len(view.scores(level)):
        lead.append(_("Ranks are among all {total}.").format(total=formats.number(total)))
    if unscored_count := listed_places["score"].isna().sum():
        lead.append(_("{n} without a score are listed below with the reason.").format(n=formats.number(unscored_count)))
    return titles[level].format(n=n), join(" ".join(lead))


def draw_default_ranking(view: View, level: str, places: pd.DataFrame) -> None:
    """The ranking as the method has it."""
    if places.empty:
        draw_no_match()
        return
    if view.snapshot.publishes_ranks(level):
        table_options.draw_rank_set_advice(view, level, view.scores(level))
    if caterpillar.is_shown_as_plot():
        nation = view.score_row(view.snapshot.nation)
        reference = None if nation is None or formats.is_missing(nation.score) else nation.score
        caterpillar.draw_plot(view, level, places, reference)
        export = ranking_export.export_builder(view, level, places)
        components.download_button(f"ranking-{level}", view, export)
    else:
        notes = [table_options.reading_guide(view, ranks=view.snapshot.publishes_ranks(level))]
        if table_options.column_set() == table_options.INDICATORS:
            places = ranking_columns.add_indicators(view, level, places)
            notes.insert(0, tag("p", _("Colour: points in the score, in the classes of the map."), class_="quiet"))
        caption = _("Scores, {period}").format(period=formats.period(view.period))
        ranking_table.draw_table(
            view,
            level,
            ranking_columns.score_columns(view, level, places),
            places,
            caption,
            notes=notes,
        )


def draw_custom_ranking(view: View, level: str, scored_places: pd.DataFrame, custom: Weights) -> None:
    """The same places with other weights."""
    places = queries.reweighted_scores(view.snapshot, level, view.period, custom.by_id)
    places = places[places["place_id"].isin(scored_places["place_id"]) & places["score"].notna()]
    if places.empty:
        draw_no_match()
        return
    if caterpillar.is_shown_as_plot():
        nation_scores = queries.reweighted_scores(view.snapshot, "nation", view.period, custom.by_id)["score"].dropna()
        reference = None if nation_scores.empty else float(nation_scores.iloc[0])
        weights_text = custom_weights.write_weights(view.snapshot.method, custom.by_id)
        caterpillar.draw_plot(view, level, places, reference, custom=weights_text)
        export = ranking_export.export_builder(view, level, places, custom)
        subject = custom_weights.download_subject(f"ranking-{level}", custom)
        components.download_button(subject, view, export)
    else:
        caption = _("Scores with custom weights, {period}")
        ranking_table.draw_table(
            view,
            level,
            ranking_columns.custom_weight_columns(view, level, places),
            places,
            caption.format(period=formats.period(view.period)),
            custom=custom,
            source_extra=tag("b", _("Custom weights"), class_="mark"),
        )


def draw_special_courts(view: View, level: str, places: pd.DataFrame) -> None:
    """Railway, maritime and other special courts: scored, and not comparable with the others."""
    table_block(
        view,
        TableSpec(
            "special",
            _("Special courts"),
            ranking_columns.special_court_columns(view, level, places),
            explanation=_("They hear cases of particular kinds and are not comparable with the others."),
            source=Source(n=int(places["n"].sum())),
            download=ranking_export.export_builder(view, level, places),
            download_name="special-courts",
            is_cached=True,
        ),
        places.itertuples(index=False),
    )


def draw_no_match() -> None:
    has_filter = any(address.get(name) for name in filters.PARAMETERS)
    message = _("No place matches.") if has_filter else _("No place has a score.")
    st.html(tag("p", message, class_="quiet"))


def draw_unscored_places(view: View, level: str, places: pd.DataFrame, custom: Weights) -> None:
    columns: list[Column[Any]] = [
        text_column(_("Name"), place_names.name_cell_builder(view, level)),
        text_column(
            _("Reason"),
            lambda row: components.status_text(row.status),
            lambda row: components.status_advice(row.status),
        ),
        count_column(_("Cases")),
    ]
    table_block(
        view,
        TableSpec(
            "unscored",
            _("Without a score"),
            columns,
            explanation=_(
                "No score is given where cases are too few, curves end too early, too many cases "
                "are missing or the files cover too little; nothing is guessed."
            ),
            max_rows=ranking_table.PAGE_SIZE,
            download=ranking_export.export_builder(view, level, places, custom),
            download_name=custom_weights.download_subject(f"unscored-{level}", custom),
            is_cached=True,
        ),
        places.itertuples(index=False),
    )
