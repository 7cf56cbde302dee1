"""The score of a place with intervals, band, rank, change and number of cases."""

from __future__ import annotations

import math

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import components, provenance
from dashboard.ui.html import Html, join, tag
from index_engine import queries
from index_engine.queries import Score


def score_headline(view: View, row: Score | None) -> Html:
    """The score with its intervals, or why there is none."""
    if row is None:
        return components.facts(_("The data set has no cases from this place."))
    if formats.is_missing(row.score):
        message = _("no score: {reason}").format(reason=components.status_text(row.status))
        advice = abolition_text(view) or components.status_advice(row.status)
        facts = components.facts(message, observed_text(view), components.case_count(row))
        return join(facts, tag("br"), tag("small", advice))
    interval_95 = formats.interval(row.low, row.high, "score")
    interval_90 = formats.interval(row.low90, row.high90, "score")
    return components.facts(
        join(tag("strong", formats.number(row.score, 1), class_="big"), tag("span", _("of 100"))),
        _("95% interval {interval}").format(interval=interval_95),
        _("90% {interval}").format(interval=interval_90),
    )


def score_facts(view: View, row: Score | None) -> Html | None:
    """Band, rank, change and number of cases, and what intervals assume; courts have no rank here, see
    the rankings."""
    if row is None or formats.is_missing(row.score):
        return None
    pieces = (band_text(row), *rank_facts(view, row), components.year_change(row), components.case_count(row))
    pieces = (*pieces, observed_text(view))
    notes = (provenance.independence_caveat(view), components.status_advice(row.n_suppression))
    paragraphs = (tag("p", text, class_="quiet") for text in notes if text)
    return tag("div", components.facts(*pieces), *paragraphs, class_="standing")


def abolition_text(view: View) -> str:
    """That a court was abolished before the window ends, and since when; nothing of any other place."""
    last_day = view.place.last_day
    if last_day is None or last_day >= view.snapshot.period_dates(view.period)[1]:
        return ""
    return _(
        "The court was abolished; its last day was {day}. Cases still open then count for the court that took them "
        "over, where the files tell which."
    ).format(day=formats.day(last_day))


def observed_text(view: View) -> str:
    """Which share of a region's caseload or of a court's days the files observe; nothing where none could tell."""
    place = view.place
    share = queries.observed_share(view.snapshot, place.level, place.place_id, view.period)
    if formats.is_missing(share) or (place.level == "court" and share >= 1.0):
        return ""
    # Down, so that 89.6 % is not given as the 90 % that a score needs.
    percent = formats.percent(math.floor(100 * share) / 100, 0)
    if place.level == "court":
        return _("{share} of the days of the period observed").format(share=percent)
    return _("{share} of the expected caseload observed").format(share=percent)


def band_text(row: Score) -> Html:
    """The band, or that the interval supports none, and what that means."""
    label = _("Band")
    info_note = components.note(
        label, tag("p", _("A band is given only where the 90% interval lies within one band or two adjacent bands."))
    )
    if formats.is_missing(row.band):
        return join(_("no band: the interval spans more than two bands"), " ", info_note)
    return join(tag("span", _("band {band}").format(band=row.band)), " ", info_note)


def rank_facts(view: View, row: Score) -> list[Html | str]:
    """The rank of a province or city, and its confidence set."""
    template = {"province": _("rank {rank} of {total} provinces"), "city": _("rank {rank} of {total} cities")}.get(
        view.place.level
    )
    if template is None or formats.is_missing(row.rank):
        return []
    ranked_count = formats.number(view.scores(view.place.level)["rank"].notna().sum())
    rank_text = template.format(rank=formats.rank(row.rank, row.tied), total=ranked_count)
    if formats.is_missing(row.rank_low):
        return [rank_text]
    set_text = formats.rank_range(row.rank_low, row.rank_high)
    info_note = components.note(
        _("Rank"),
        tag(
            "p",
            _(
                "In 95 of 100 samples, a set made this way contains the true rank of the "
                "place. Sets that contain the ranks of all places at this level simultaneously "
                "are wider: here {ranks}."
            ).format(ranks=formats.rank_range(row.rank_low_all, row.rank_high_all)),
        ),
    )
    return [rank_text, join(_("95% confidence set {ranks}").format(ranks=set_text), " ", info_note)]
