"""One place or court: its score taken apart, over time, and what its cases and auctions came to."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, controls, figures, formats, parts, tables, theme, view
from dashboard.data import LEVELS, View
from dashboard.i18n import _, place_name
from dashboard.markup import Html, join, tag
from dashboard.profile import case_mix, choices, funnels, integrity, peers, score_apart, sections
from dashboard.tables import Column


def page() -> None:
    shown = view.current()
    parts.toolbar(shown, parts.crumbs(shown, "region"))
    row = shown.row(shown.place)
    parts.headline(place_name(shown.place), lead(row))
    st.html(join(standing(shown, row), contents(shown)))
    score_apart.section(shown, row)
    sections.over_time(shown)
    peers.section(shown, row)
    outcomes(shown)
    case_mix.section(shown)
    integrity.section(shown, row)
    choices.section(shown, row)
    funnels.section(shown)
    sections.auction_rounds(shown)
    sections.official(shown)
    sections.stated(shown)
    children(shown)


def contents(shown: View) -> Html:
    """The parts of a long page, each a jump to it."""
    level = shown.place.level
    items = [
        ("score", _("Score"), True),
        ("over-time", _("Over time"), True),
        ("peers", _("Its peers"), level != "nation"),
        ("outcomes", _("Cases and lots"), True),
        ("case-mix", _("Case mix"), True),
        ("closings", _("Closings"), True),
        ("choices", _("Rank and choices"), level in choices.VARIED),
        ("funnel", _("Funnel plot"), True),
        ("rounds", _("Auction by round"), True),
        ("figures", _("Official figures"), True),
        ("within", _("Places within"), level != "court"),
    ]
    links = [tag("a", name, href=f"#{anchor}") for anchor, name, there in items if there]
    return tag("nav", *links, class_="jumps", aria_label=_("On this page"))


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
    place = words.format(rank=formats.number(row.rank), total=scored)
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


def outcomes(shown: View) -> None:
    """What cases and lots came to, side by side."""
    unit = shown.place
    parts.section(
        _("What becomes of cases and of auction lots"),
        _(
            "Shares by outcome, stacked to one. Open ones count: they are the pale area on top. "
            "A curve ends where too few are under way."
        ),
        anchor="outcomes",
    )
    cohort = cohort_choice(shown)
    chosen = {"cohort": cohort} if cohort else {"period": shown.period}
    left, right = st.columns(2, gap="large")
    with left:
        st.html(tag("h3", _("Cases, by months since filing"), class_="chart"))
        curve = shown.data.incidence(unit.level, unit.unit_id, clock="case", **chosen)
        draw_outcomes(shown, curve, "case", cohort)
    with right:
        st.html(tag("h3", _("Auction lots, by months since first listing"), class_="chart"))
        curve = shown.data.incidence(unit.level, unit.unit_id, clock="lot", period=shown.period)
        draw_outcomes(shown, curve, "lot", "")


def cohort_choice(shown: View) -> str:
    """The filing year to follow; empty for the period in view."""
    return controls.select(
        "cohort",
        _("Cases followed"),
        ["", *shown.data.cohorts()[::-1]],
        said=lambda year: (
            _("Filed in {year}").format(year=year)
            if year
            else _("Under way in the period, of every age")
        ),
        width=300,
    )


def draw_outcomes(shown: View, curve: pd.DataFrame, clock: str, cohort: str) -> None:
    if len(curve) < 2:
        st.html(tag("p", _("Too few cases for a curve."), class_="quiet"))
        return
    events = shown.data.method.clock_events(clock)
    known = [event for event in theme.now().outcome_colours if event in events]
    order = [*known, *(event for event in events if event not in known)]
    names = {event: parts.outcome_name(event) for event in (*events, "open")}
    horizon = shown.data.method.horizon_months
    words = parts.watermark(shown)
    figure = shown.keep(
        "outcomes",
        lambda: charts.outcomes(curve, order, names, horizon, words),
        clock,
        cohort,
    )
    alt = {
        "case": _("Cases, by months since filing"),
        "lot": _("Auction lots, by months since first listing"),
    }[clock]
    followed = _("Filed in {year}").format(year=cohort) if cohort else None
    n = curve["at_risk"].iloc[0] if cohort else shown.n_of_clock(clock)
    last = int(curve["month"].iloc[-1])
    cut = _("too few under way after month {month}").format(month=last) if last < horizon else None
    figures.show(
        shown,
        figure,
        key=f"outcomes-{clock}",
        title=f"{place_name(shown.place)}: {alt}",
        n=n,
        extra=parts.facts(followed, cut),
        table=lambda: curve,
    )


def children(shown: View) -> None:
    """The cities or courts below, each a link to its profile."""
    if shown.place.level == "court":
        return
    level = LEVELS[LEVELS.index(shown.place.level) + 1]
    parent = None if shown.place.level == "nation" else shown.place.unit_id
    units = shown.scores(level, parent=parent)
    titles = {"province": _("Its provinces"), "city": _("Its cities"), "court": _("Its courts")}
    parts.section(titles[level], anchor="within")
    if units.empty:
        st.html(tag("p", _("No court of this place is in the data set."), class_="quiet"))
        return
    nation = shown.row(shown.data.nation)
    columns = [
        Column(
            _("Name"),
            lambda line: tag(
                "a", place_name(line), href=parts.place_link(line, "region", level), data_in=True
            ),
        ),
        Column(
            "0–100",
            lambda line: (
                parts.status(line.status)
                if formats.missing(line.score)
                else tables.whisker(line.score, line.low, line.high, nation.score)
            ),
            kind="plot",
        ),
        Column(_("Score"), lambda line: formats.number(line.score, 1), kind="number"),
        Column(_("On year"), lambda line: formats.change(line.change_year), kind="number"),
        Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
    ]
    rows = units.itertuples(index=False)
    st.html(tables.table(columns, rows, caption=titles[level], row_class=tables.dim_unscored))
    st.html(parts.source_line(shown))


page()
