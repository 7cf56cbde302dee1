"""What stands behind each column of the rankings: numerator, denominator, n, period and source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dashboard.rankings import table_options
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.html import Html
from dashboard.ui.table import Column
from index_engine.method import Dimension, Indicator


def column_note(
    view: View, heading: str, definition: str, *, numerator: str = "", denominator: str = "", n: str = ""
) -> Html:
    """An (i): what the column is, with numerator and denominator where it is a share, and its n."""
    first, last = view.snapshot.period_dates(view.period)
    pairs = [
        (_("What it is"), definition),
        (_("Numerator"), numerator),
        (_("Denominator"), denominator),
        ("n", n or default_n_text()),
        (_("Period"), formats.date_range(first, last)),
        (_("Source"), components.source_names(view.snapshot)),
    ]
    return components.note(heading, components.definitions(*(pair for pair in pairs if pair[1])))


def with_note(view: View, column: Column[Any]) -> Column[Any]:
    """A column whose note is text, with an (i) in its place."""
    if column.explanation is not None or not column.note:
        return column
    return replace(column, explanation=column_note(view, str(column.heading), column.note))


def default_n_text() -> str:
    return _("first-enforcement cases under way in the period; the last column")


def ranked_places_text(view: View, level: str) -> str:
    """The number of places that ranks are among."""
    count = view.scores(level)["rank"].notna().sum()
    return _("{n} places of this level with a score and a rank").format(n=formats.number(count))


def rank_note(view: View, level: str) -> Html:
    return column_note(
        view,
        _("Rank"),
        _(
            "One more than the number of places with a higher score at one decimal. Equal scores "
            "share a rank (12= ×2: two share it). In small print, its 95% confidence set: the ranks "
            "that the data do not rule out."
        ),
        numerator=_("places with a higher score, plus one"),
        denominator=_("places of this level with a score; special courts are not among them"),
        n=ranked_places_text(view, level),
    )


def score_note(view: View) -> Html:
    return column_note(
        view,
        _("Score"),
        _(
            "0 to 100 between fixed goalposts: indicators are averaged within a dimension, "
            "dimensions combined by the geometric mean. The method page lists every indicator with "
            "its numerator and denominator."
        ),
    )


def history_note(view: View, span: float) -> Html:
    first = view.snapshot.period_dates(view.snapshot.periods()[0])[0]
    last = view.snapshot.period_dates(view.period)[1]
    return column_note(
        view,
        _("Over time"),
        _(
            "The score by quarter, each for the {months} months to its end, {window}. The height of "
            "every cell is {points} points, centred on the middle of the place's own scores; what "
            "lies outside is cut off. The line has a gap where there is no score. The bar at the "
            "end is the interval of the last score."
        ).format(
            months=components.window_months(view), window=formats.date_range(first, last), points=formats.number(span)
        ),
    )


def plot_note(view: View) -> Html:
    return column_note(
        view,
        "0–100",
        _(
            "Dot: score. Line: its interval. Diamond: shrinkage estimate. Tick: the nation. "
            "Intervals are of sampling error alone."
        ),
    )


def interval_note(view: View, heading: str) -> Html:
    return column_note(
        view,
        heading,
        _(
            "The scores that the data do not rule out, from the sampling errors of the indicators. "
            "What depends on the assumptions of the method is shown separately, on its page."
        ),
    )


def band_note(view: View) -> Html:
    return column_note(
        view,
        _("Band"),
        _(
            "Given only where the 90% interval lies within one band or two neighbouring ones; a dash "
            "means that it is too wide."
        ),
    )


def year_change_note(view: View) -> Html:
    return column_note(
        view,
        _("On the year"),
        _(
            "The score less that of a year before, in points. ▲ and ▼ mark more than chance: of the "
            "changes marked at a level, at most {rate} on average are due to chance (Benjamini and "
            "Hochberg 1995). Without a mark it may be."
        ).format(rate=components.false_discovery_rate(view)),
        n=_("the cases of both years"),
    )


def top_share_note(view: View, heading: str, level: str) -> Html:
    return column_note(
        view,
        heading,
        _("Probability of being among them, from shrinkage estimates and their errors."),
        numerator=_("draws in which the place is among them"),
        denominator=_("{n} draws").format(n=formats.number(view.snapshot.method.ranks.draws)),
        n=ranked_places_text(view, level),
    )


def adjusted_note(view: View) -> Html:
    return column_note(view, _("Adjusted"), _("The score at the national case mix (direct standardisation)."))


def dimension_note(view: View, dimension: Dimension) -> Html:
    """The points of a dimension, by what its indicators are made of."""
    indicators = view.snapshot.method.dimension_indicators(dimension.id)
    separator = _("; ")
    return column_note(
        view,
        localise(dimension.name),
        _("Mean of the points (0–100) of its indicators, by their weights: {names}.").format(
            names=separator.join(localise(indicator.name) for indicator in indicators)
        ),
        numerator=separator.join(localise(indicator.numerator) for indicator in indicators),
        denominator=separator.join(localise(indicator.denominator) for indicator in indicators),
    )


def indicator_note(view: View, indicator: Indicator) -> Html:
    return column_note(
        view,
        localise(indicator.name),
        _("The place's own value. Its colour is that of the points it has in the score."),
        numerator=localise(indicator.numerator),
        denominator=localise(indicator.denominator),
        n=_("stands with every value on the page of a place"),
    )


def cases_note(view: View) -> Html:
    return column_note(
        view,
        _("Cases"),
        table_options.cases_definition(view),
        n=_("this is n: cases filed before and still open count as well"),
    )
