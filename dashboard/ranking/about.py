"""What stands behind each column of the rankings: numerator, denominator, n, period and source."""

from __future__ import annotations

from dataclasses import replace

from dashboard import formats, parts
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html
from dashboard.ranking import choices
from dashboard.tables import Column
from index_engine.method import Dimension


def column(
    shown: View, heading: str, what: str, *, part: str = "", whole: str = "", n: str = ""
) -> Html:
    """An (i): what the column is, `part` over `whole` where it is a share, and of how many."""
    first, last = shown.data.period_dates(shown.period)
    pairs = [
        (_("What it is"), what),
        (_("Numerator"), part),
        (_("Denominator"), whole),
        ("n", n or cases()),
        (_("Period"), formats.window(first, last)),
        (_("Source"), parts.source_names(shown.data)),
    ]
    return parts.note(heading, parts.definitions(*(pair for pair in pairs if pair[1])))


def noted(shown: View, given: Column) -> Column:
    """A column that has only a note with an (i) made of it."""
    if given.about is not None or not given.note:
        return given
    return replace(given, about=column(shown, str(given.heading), given.note))


def cases() -> str:
    return _("first-enforcement cases under way in the period; the last column")


def ranked(shown: View, level: str) -> str:
    """The number of places that ranks are among."""
    count = shown.scores(level)["rank"].notna().sum()
    return _("{n} places of this level with a score and a rank").format(n=formats.number(count))


def rank(shown: View, level: str) -> Html:
    return column(
        shown,
        _("Rank"),
        _(
            "One more than the places with a higher score at one decimal. Equal scores share a "
            "rank (12= ×2: two share it). Small beside it: the ranks that the data do not rule "
            "out (95%)."
        ),
        part=_("places with a higher score, plus one"),
        whole=_("places of this level with a score; special courts are not among them"),
        n=ranked(shown, level),
    )


def score(shown: View) -> Html:
    return column(
        shown,
        _("Score"),
        _(
            "0 to 100 between fixed goalposts: indicators are averaged inside a dimension, "
            "dimensions by the geometric mean. Every indicator with its numerator and denominator "
            "stands on the page of the method."
        ),
    )


def history(shown: View, span: float) -> Html:
    first = shown.data.period_dates(shown.data.periods()[0])[0]
    last = shown.data.period_dates(shown.period)[1]
    return column(
        shown,
        _("Over time"),
        _(
            "The score of every quarter, each of the {months} months to its end, from {window}. "
            "In every row {points} points are as high as the cell, about the middle of the place's "
            "own scores; what goes further is cut off. Where there is no score the line has a gap. "
            "The bar at the end is the interval of the last."
        ).format(
            months=parts.months(shown),
            window=formats.window(first, last),
            points=formats.number(span),
        ),
    )


def plot(shown: View) -> Html:
    return column(
        shown,
        "0–100",
        _(
            "Dot: score. Line: its interval. Diamond: the score drawn to peers. Tick: the nation. "
            "The errors are of sampling alone."
        ),
    )


def interval(shown: View, heading: str) -> Html:
    return column(
        shown,
        heading,
        _(
            "What the data do not rule out for the score, from the errors of its indicators. What "
            "depends on the choices of the method is told apart, on its page."
        ),
    )


def band(shown: View) -> Html:
    return column(
        shown,
        _("Band"),
        _(
            "Given only where the 90% interval lies inside one band or two neighbours; a dash "
            "means: interval too wide for a band."
        ),
    )


def year(shown: View) -> Html:
    return column(
        shown,
        _("On year"),
        _(
            "The score less that of a year before, in points. ▲ and ▼ mark a change whose 95% "
            "interval leaves zero out; without a mark it may be chance."
        ),
        n=_("the cases of both years"),
    )


def top(shown: View, heading: str, level: str) -> Html:
    return column(
        shown,
        heading,
        _("Probability of being there, from scores drawn to peers and their errors."),
        part=_("draws in which the place is among them"),
        whole=_("{n} draws").format(n=formats.number(shown.data.method.ranks.draws)),
        n=ranked(shown, level),
    )


def adjusted(shown: View) -> Html:
    return column(
        shown,
        _("Adjusted"),
        _("The score had the place the national mix of cases and debtors."),
    )


def dimension(shown: View, of: Dimension) -> Html:
    """The points of a dimension, by what its indicators are made of."""
    mine = shown.data.method.of_dimension(of.id)
    listed = _("; ")
    return column(
        shown,
        pick(of.name),
        _("Mean of the points (0–100) of its indicators, by their weights: {names}.").format(
            names=listed.join(pick(each.name) for each in mine)
        ),
        part=listed.join(pick(each.numerator) for each in mine),
        whole=listed.join(pick(each.denominator) for each in mine),
    )


def count(shown: View) -> Html:
    return column(
        shown,
        _("Cases"),
        choices.few_long(shown),
        n=_("it is n: cases filed before and still open count as well"),
    )
