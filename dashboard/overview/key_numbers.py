"""The headline of a place, and its score and main indicators as cards."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.overview import band_layer
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import compared_places, components
from dashboard.ui.cards import card, indicator_card
from dashboard.ui.html import Html, join, join_lines, tag
from index_engine import queries

KEY_INDICATORS = ("months_to_cash", "cash_24m", "recovered_24m", "lot_sold_12m", "price_ratio")
MAX_INDICATORS = 5  # of a method that has none of these


def title(view: View) -> str:
    """The sentence over the map: shares of cases paid and of money recovered, else the score."""
    place = place_name(view.place)
    row = view.score_row(view.place)
    values = queries.indicators(view.snapshot, view.place.level, view.place.place_id, view.period)
    estimates = values[values["status"] == "estimated"].set_index("indicator")["value"]
    if {"cash_24m", "recovered_24m"} <= set(estimates.index):
        return _(
            "{place}: {cash} of enforcement cases are paid within 24 months, and {money} of the money claimed"
        ).format(
            place=place,
            cash=formats.percent(estimates["cash_24m"], 0),
            money=formats.percent(estimates["recovered_24m"], 0),
        )
    if row is not None and not formats.is_missing(row.score):
        return _("{place} scores {score} of 100").format(place=place, score=formats.number(row.score, 1))
    return _("{place}: too few data for a score").format(place=place)


def lead_facts(view: View, row: Any) -> Html:
    return components.facts(
        formats.date_range(*view.snapshot.period_dates(view.period)),
        components.case_count(row),
        components.year_change(row),
        tag("a", _("Full profile"), " →", href=components.place_link(view.place, address.PLACE_PAGE), data_in=True),
        compared_places.compare_place_link(view),
    )


def draw_key_numbers(view: View) -> None:
    """The indicators that most readers ask for, each with what it is made of, and ways on."""
    row = view.score_row(view.place)
    values = queries.indicators(view.snapshot, view.place.level, view.place.place_id, view.period)
    by_id = {line.indicator: line for line in values.itertuples(index=False)}
    indicator_ids = [name for name in KEY_INDICATORS if name in by_id] or list(by_id)[:MAX_INDICATORS]
    cards = [indicator_card(view, by_id[name]) for name in indicator_ids]
    components.section(_("Key figures"), lead_facts(view, row))
    source = components.source_line(view, n=row.n if row else None)
    st.html(join(tag("div", *cards, class_="cards"), source))


def score_card(view: View) -> Html:
    """The score with all that is to be said of it at a glance."""
    row = view.score_row(view.place)
    nation = view.score_row(view.snapshot.nation)
    detail = "n = " + formats.count(row.n, row.n_suppression) if row else ""
    if view.place.level != "nation" and nation and not formats.is_missing(nation.score):
        detail = _("nation {value}").format(value=formats.number(nation.score, 1))
    if row is None or formats.is_missing(row.score):
        reason = components.no_score_reason(view.snapshot, row) if row else components.status_text("no_data")
        return card(_("Score"), formats.NO_VALUE, join_lines(reason, detail), main=True)
    value = join(formats.number(row.score, 1), tag("small", _("of 100")))
    interval = _("{confidence} interval {interval}").format(
        confidence=components.confidence_level(view), interval=formats.interval(row.low, row.high, "score")
    )
    uncertainty = [interval, *rank_and_band_texts(view, row), detail]
    return card(_("Score"), value, join_lines(*uncertainty), main=True)


def rank_and_band_texts(view: View, row: Any) -> list[str]:
    """Where the place stands among its like, as far as its interval can tell."""
    texts = [band_layer.band_text(row)]
    if not formats.is_missing(row.rank_low):
        ranked_count = int(view.scores(view.place.level)["rank"].notna().sum())
        texts.insert(
            0,
            _("rank {set} of {total} (95% confidence set)").format(
                set=formats.rank_range(row.rank_low, row.rank_high), total=formats.number(ranked_count)
            ),
        )
    return texts
