"""The sections of the rankings: what is opened over the table, the table itself, special courts, and
the places without a score."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.rankings import (
    caterpillar,
    custom_weights,
    filters,
    method_disagreement,
    publication,
    ranking_columns,
    ranking_table,
    table_options,
)
from dashboard.rankings.custom_weights import Weights
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import components, controls, method_switch, table
from dashboard.ui.html import Html, join, tag
from dashboard.ui.table import Column
from index_engine import queries
from index_engine.queries import LEVELS

RANKING_LEVELS = LEVELS[1:]  # province, city, court


def selected_level() -> str:
    """The level that the address names, else the first."""
    level = address.get("level")
    return level if level in RANKING_LEVELS else RANKING_LEVELS[0]


def draw_rankings(view: View, level: str, listed_places: pd.DataFrame, custom: Weights) -> None:
    """What has a score, special courts apart, and what has none; nothing where no weight is left."""
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
    names = {"province": _("Provinces"), "city": _("Cities"), "court": _("Courts")}
    return controls.switch(
        "level",
        _("Level"),
        {option: names[option] for option in RANKING_LEVELS},
        level,
        resets=("sort", *filters.NO_FILTERS),
    )


def draw_panels(view: View, level: str, custom: Weights) -> None:
    """What can be chosen of the table and opened over it."""
    openers = [table_options.panel_link(custom_weights.PANEL, _("Weights of your own"))]
    if method_disagreement.comparison_method(
        view.snapshot
    ) is not None and view.snapshot.publishes_ranks(level):
        openers.append(
            table_options.panel_link(
                method_switch.COMPARISON_PANEL, _("Where the two disagree most")
            )
        )
    table_options.draw_options([caterpillar.view_switch(), *openers], columns=not custom)
    if address.get("panel") == custom_weights.PANEL:
        custom_weights.draw_panel(view, custom)
    elif address.get(
        "panel"
    ) == method_switch.COMPARISON_PANEL and not view.snapshot.publishes_ranks(level):
        message = _("Where two methods disagree is told by ranks, and courts have none here.")
        st.html(tag("p", message, class_="advice"))
    elif address.get("panel") == method_switch.COMPARISON_PANEL and custom:
        message = _("Methods are compared as they are, not with custom weights.")
        reset_link = tag("a", _("Default weights"), href=address.current_link(w=""), data_in=True)
        st.html(tag("p", message, " ", reset_link, class_="advice"))
    elif address.get("panel") == method_switch.COMPARISON_PANEL:
        method_disagreement.draw_disagreement(view, level)


def no_weights_message() -> Html:
    message = _(
        "Nothing is left to make a score of: give a dimension a weight, and an indicator in it."
    )
    return join(
        message, " ", tag("a", _("Default weights"), href=address.current_link(w=""), data_in=True)
    )


def headline(
    view: View, level: str, listed_places: pd.DataFrame, custom: Weights
) -> tuple[str, Html]:
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
    lead = [
        _("Where intervals overlap widely, the order says little.")
        if in_order
        else _("A band is given only where the interval supports it.")
    ]
    total = view.scores(level)["rank"].notna().sum()
    if in_order and len(listed_places) < len(view.scores(level)):
        lead.append(_("Ranks are among all {total}.").format(total=formats.number(total)))
    if unscored_count := listed_places["score"].isna().sum():
        lead.append(
            _("{n} without a score are listed below with the reason.").format(
                n=formats.number(unscored_count)
            )
        )
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
    else:
        caption = _("Scores, {period}").format(period=formats.period(view.period))
        columns = ranking_columns.score_columns(view, level, places)
        places = ranking_table.draw_table(view, level, columns, places, caption)
        st.html(components.source_line(view, n=int(places["n"].sum())))
        st.html(table_options.reading_guide(view, ranks=view.snapshot.publishes_ranks(level)))
    offer_download(view, level, f"ranking-{level}", places)


def draw_custom_ranking(
    view: View, level: str, scored_places: pd.DataFrame, custom: Weights
) -> None:
    """The same places with other weights."""
    places = queries.reweighted_scores(view.snapshot, level, view.period, custom.by_id)
    places = places[places["place_id"].isin(scored_places["place_id"]) & places["score"].notna()]
    if places.empty:
        draw_no_match()
        return
    if caterpillar.is_shown_as_plot():
        nation_scores = queries.reweighted_scores(
            view.snapshot, "nation", view.period, custom.by_id
        )["score"].dropna()
        reference = None if nation_scores.empty else float(nation_scores.iloc[0])
        weights_text = custom_weights.write_weights(view.snapshot.method, custom.by_id)
        caterpillar.draw_plot(view, level, places, reference, custom=weights_text)
    else:
        caption = _("Scores with custom weights, {period}")
        caption = caption.format(period=formats.period(view.period))
        columns = ranking_columns.custom_weight_columns(view, level, places)
        places = ranking_table.draw_table(view, level, columns, places, caption)
        mark = tag("b", _("Custom weights"), class_="mark")
        st.html(components.source_line(view, n=int(places["n"].sum()), extra=mark))
    offer_download(view, level, f"ranking-{level}", places, custom)


def draw_special_courts(view: View, level: str, places: pd.DataFrame) -> None:
    """Railway, maritime and other special courts: scored, and no peers of the others."""
    components.section(
        _("Special courts"),
        _("They have cases of their own kinds, so that they are no peers of the others."),
    )

    def render_table() -> Html:
        columns = ranking_columns.special_court_columns(view, level, places)
        return table.html_table(
            columns, places.itertuples(index=False), caption=_("Special courts")
        )

    with st.container(key="special"):
        st.html(view.cached_with_links("special", render_table))
    st.html(components.source_line(view, n=int(places["n"].sum())))
    offer_download(view, level, "special-courts", places)


def draw_no_match() -> None:
    has_filter = any(address.get(name) for name in filters.PARAMETERS)
    message = _("No unit matches.") if has_filter else _("No unit has a score.")
    st.html(tag("p", message, class_="quiet"))


def draw_unscored_places(view: View, level: str, places: pd.DataFrame, custom: Weights) -> None:
    components.section(
        _("Without a score"),
        _(
            "Too few cases, curves that end too early or many missing cases make no score; none is "
            "guessed."
        ),
    )
    first_rows = places.head(ranking_table.PAGE_SIZE)

    def render_table() -> Html:
        parent_names = ranking_columns.parent_names_by_place(view, level)
        columns = [
            Column(_("Name"), lambda line: ranking_columns.name_cell(line, level, parent_names)),
            Column(_("Reason"), lambda line: components.status_text(line.status)),
            Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
        ]
        rows = first_rows.itertuples(index=False)
        return table.html_table(columns, rows, caption=_("Without a score"))

    with st.container(key="unscored"):
        st.html(view.cached_with_links("unscored", render_table))
    if len(first_rows) < len(places):
        message = _("The first {n} of {total}; all are in the file.")
        message = message.format(
            n=formats.number(len(first_rows)), total=formats.number(len(places))
        )
        st.html(tag("p", message, class_="quiet"))
    st.html(components.source_line(view))
    offer_download(view, level, f"unscored-{level}", places, custom)


def offer_download(
    view: View, level: str, subject: str, places: pd.DataFrame, custom: Weights | None = None
) -> None:
    """A file of the units, with what must be said of them in every row."""
    # Made now, not when it is asked for: only a run of the page knows its language.
    export_rows = publication.export_table(view, level, places)
    if custom:
        export_rows, subject = (
            custom_weights.with_weights_column(view, custom, export_rows),
            custom_weights.download_subject(subject, custom),
        )
    components.download_button(subject, view, lambda: export_rows)
