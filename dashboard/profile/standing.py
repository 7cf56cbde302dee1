"""Where a place stands: its score with intervals, band, rank, change and number of cases."""

from __future__ import annotations

from typing import Any

from dashboard import formats, parts
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import Html, join, tag
from dashboard.profile import choices


def lead(row: Any) -> Html:
    """The score with its intervals, or why there is none."""
    if row is None:
        return parts.facts(_("No case of this place is in the data set."))
    if formats.missing(row.score):
        why = _("no score: {reason}").format(reason=parts.status(row.status))
        return parts.facts(why, parts.cases(row))
    wide = formats.interval(row.low, row.high, "score")
    narrow = formats.interval(row.low90, row.high90, "score")
    return parts.facts(
        join(tag("strong", formats.number(row.score, 1), class_="big"), tag("span", _("of 100"))),
        _("95% interval {interval}").format(interval=wide),
        _("90% {interval}").format(interval=narrow),
    )


def standing(shown: View, row: Any) -> Html | None:
    """Band, rank, change and number of cases; courts have no rank here, see the rankings."""
    if row is None or formats.missing(row.score):
        return None
    pieces = band(row), *rank(shown, row), parts.year_change(row), parts.cases(row)
    return tag("div", parts.facts(*pieces), class_="standing")


def band(row: Any) -> Html:
    """The band, or that the interval supports none, and what that means."""
    label = _("Band")
    about = parts.note(
        label,
        tag(
            "p",
            _(
                "A band is given only where the 90% interval lies inside it, or inside two that "
                "are neighbours."
            ),
        ),
    )
    if formats.missing(row.band):
        return join(_("no band: the interval spans more than two"), " ", about)
    return join(tag("span", _("band {band}").format(band=row.band)), " ", about)


def rank(shown: View, row: Any) -> list[Html | str]:
    """The rank of a province or city, and its confidence set."""
    words = {
        "province": _("rank {rank} of {total} provinces"),
        "city": _("rank {rank} of {total} cities"),
    }.get(shown.place.level)
    if words is None or formats.missing(row.rank):
        return []
    scored = formats.number(shown.scores(shown.place.level)["rank"].notna().sum())
    place = words.format(rank=formats.rank(row.rank, row.tied), total=scored)
    if formats.missing(row.rank_low):
        return [place]
    alone = choices.rank_range(row.rank_low, row.rank_high)
    about = parts.note(
        _("Rank"),
        tag(
            "p",
            _(
                "Sets made this way hold a place's true rank 95 times in 100. Sets that hold the "
                "ranks of all places of the level at once are wider: here {ranks}."
            ).format(ranks=choices.rank_range(row.rank_low_all, row.rank_high_all)),
        ),
    )
    return [place, join(_("95% confidence set {ranks}").format(ranks=alone), " ", about)]
