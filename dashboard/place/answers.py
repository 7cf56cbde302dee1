"""What a reader asks first of a place: how likely, how long, at what price, compared with whom, since when."""

from __future__ import annotations

import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise, place_name
from dashboard.ui import components, provenance
from dashboard.ui.cards import card, indicator_card
from dashboard.ui.html import Html, join, join_lines, tag
from index_engine import queries
from index_engine.queries import IndicatorEstimate, Score, typed_rows

PAID = "cash"  # the event whose months are told
CHANCE, MEAN_MONTHS, PRICE = "cash_24m", "months_to_cash", "price_ratio"


def draw_answers(view: View, row: Score | None) -> None:
    """A card for each question that the method and the data can answer."""
    values = queries.indicators(view.snapshot, view.place.level, view.place.place_id, view.period)
    by_id = {line.indicator: line for line in typed_rows(values, IndicatorEstimate)}
    cards = []
    if CHANCE in by_id:
        cards.append(indicator_card(view, by_id[CHANCE], _("How likely")))
    if PAID in view.snapshot.method.process_events("case"):
        cards.append(months_card(view, by_id.get(MEAN_MONTHS)))
    if PRICE in by_id:
        cards.append(indicator_card(view, by_id[PRICE], _("At what price")))
    nation = view.score_row(view.snapshot.nation)
    if row is not None and not formats.is_missing(row.score):
        if nation is not None and view.place.level != "nation" and not formats.is_missing(nation.score):
            cards.append(comparison_card(view, row, nation))
        cards.append(history_card(view, row))
    st.html(join(tag("div", *cards, class_="cards"), components.source_line(view, n=row.n if row else None)))


def months_card(view: View, mean: IndicatorEstimate | None) -> Html:
    """Months by which 10, 25 and 50 % of the cases are paid, and the restricted mean."""
    place = view.place
    reached = queries.months_to_shares(view.snapshot, place.level, place.place_id, view.period, PAID)
    lines = [_months_text(share, months) for share, months in reached.items()]
    note = None
    if mean is not None and mean.status == "estimated":
        indicator = view.snapshot.method.indicator(MEAN_MONTHS)
        lines.append(f"{localise(indicator.name)}: {formats.value(mean.value, indicator.unit)}")
        note = provenance.provenance_note(view, indicator, mean)
    name = join(tag("b", _("How long")), _("Months until a quarter of cases are paid"))
    quarter = reached[0.25]
    value = formats.NO_VALUE if quarter.month is None else _("{number} months").format(number=quarter.month)
    return card(name, value, join_lines(*lines), note)


def _months_text(share: float, months: queries.MonthsToShare) -> str:
    percent = formats.percent(share, 0)
    if months.month is None:
        return _("{share}: not reached by month {month}").format(share=percent, month=months.last_month)
    low = months.low if months.low is not None else months.month
    high = str(months.high) if months.high is not None else f">{months.last_month}"
    return _("{share}: month {month} ({low}–{high})").format(share=percent, month=months.month, low=low, high=high)


def comparison_card(view: View, row: Score, nation: Score) -> Html:
    """The score beside the nation's, and where it can stand among its like; courts have no rank here."""
    difference = formats.difference(round(row.score, 1) - round(nation.score, 1), "score")
    lines = [
        _("{place} {value}").format(place=place_name(view.place), value=formats.number(row.score, 1)),
        _("nation {value}").format(value=formats.number(nation.score, 1)),
    ]
    if view.place.level != "court" and not formats.is_missing(row.rank_low):
        total = formats.number(view.scores(view.place.level)["rank"].notna().sum())
        ranks = formats.rank_range(row.rank_low, row.rank_high)
        lines.append(_("rank {set} of {total} (95% confidence set)").format(set=ranks, total=total))
    return card(join(tag("b", _("Compared with whom")), _("Score, against the nation")), difference, join_lines(*lines))


def history_card(view: View, row: Score) -> Html:
    """The change on the year, and the first score there is."""
    history = queries.score_history(view.snapshot, view.place.level, view.place.place_id)
    scored = history[history["score"].notna() & (history["period"] <= view.period)]
    first = scored.iloc[0]
    line = _("{period}: {before} → {now}").format(
        period=formats.period(first["period"]),
        before=formats.number(first["score"], 1),
        now=formats.number(row.score, 1),
    )
    value = formats.NO_VALUE if formats.is_missing(row.change_year) else formats.difference(row.change_year, "score")
    interval = ""
    if not formats.is_missing(row.change_year_low):
        interval = _("95% interval {low} to {high}").format(
            low=formats.change(row.change_year_low), high=formats.change(row.change_year_high)
        )
    return card(join(tag("b", _("Since when")), _("Change on the year")), value, join_lines(interval, line))
