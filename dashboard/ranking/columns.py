"""The columns of the rankings; rank_choices says which are seen, and all are in the download."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard import formats, parts, tables
from dashboard.data import LEVELS, View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.ranking import about, history, picks
from dashboard.ranking import choices as rank_choices
from dashboard.tables import Column

# Columns that are left out where no row has anything to say in them.
OPTIONAL = ("rank", "rank_high_all", "top_share", "adjusted", "shrunk")
OPTIONAL += ("rank_change", "default_rank")  # with other weights
UNORDERED = ("name", "n")  # what a table may be sorted by where places stand in bands


# ---------------------------------------------------------------- the columns


def columns(shown: View, level: str, units: pd.DataFrame) -> list[Column]:
    """Of scores as the method has them."""
    chosen = {
        rank_choices.ORDER: _order,
        rank_choices.DOUBT: _doubt,
        rank_choices.DIMENSIONS: _dimensions,
    }[rank_choices.chosen()]
    # The score before its drawing: on a narrow screen what stands further right is out of sight.
    found = [_rank(shown, level), name(shown, level), score(shown)]
    found += chosen(shown, level)
    found.append(_cases(shown))
    return published(shown, level, found, units)


def published(shown: View, level: str, found: list[Column], units: pd.DataFrame) -> list[Column]:
    """Without columns that have nothing to say, and sorted by nothing that would be an order of
    places which are not published in one."""
    kept = [
        about.noted(shown, c)
        for c in found
        if c.sort not in OPTIONAL or units[c.sort].notna().any()
    ]
    if shown.data.in_order(level):  # by rank they stand as by score: one way to sort is enough
        return [c if c.sort != "rank" else replace(c, sort="") for c in kept]
    return [c if c.sort in UNORDERED else replace(c, sort="") for c in kept]


def _order(shown: View, level: str) -> list[Column]:
    return [
        _plot(shown),
        _interval(shown),
        _band(shown),
        history.column(shown, level),
        _year(shown),
        _adjusted(shown, stack=False),
        _top(shown, level),
    ]


def _doubt(shown: View, level: str) -> list[Column]:
    return [
        _plot(shown),
        _interval(shown),
        _everywhere(),
        _shrunk(),
        _adjusted(shown, stack=True),
        _band(shown),
        _top(shown, level),
        Column(
            _("Peers"),
            lambda line: formats.number(line.peers_members),
            kind="number",
            note=_("Places of about the same size and tier, to which the score is drawn"),
        ),
    ]


def _dimensions(shown: View, level: str) -> list[Column]:
    quarter = _change(
        _("On quarter"),
        "change_quarter",
        _("Change of the score on the quarter before, in points"),
    )
    points = [
        replace(
            _number(pick(d.name), d.id, lambda line, d=d: formats.number(getattr(line, d.id), 1)),
            about=about.dimension(shown, d),
        )
        for d in shown.data.method.dimensions
    ]
    return [history.column(shown, level), quarter, _year(shown), *points]


def special(shown: View, level: str, units: pd.DataFrame) -> list[Column]:
    """Of special courts, which have scores and no rank."""
    kinds = shown.data.court_kinds
    found = [
        name(shown, level),
        Column(_("Kind"), lambda line: pick(kinds[line.kind])),
        score(shown),
        _plot(shown),
        _interval(shown),
        _band(shown),
        history.column(shown, level),
        _year(shown),
        _cases(shown),
    ]
    return [replace(column, sort="") for column in published(shown, level, found, units)]


def weighted(shown: View, level: str, units: pd.DataFrame) -> list[Column]:
    """Of scores with custom weights."""
    found = [
        replace(_number(_("Rank"), "rank", ranked), about=about.rank(shown, level)),
        _number(
            _("Places"), "rank_change", places, _("Places up or down from the default weights")
        ),
        name(shown, level),
        score(shown),
        Column(
            "0–100",
            lambda line: _with_hollow(
                tables.whisker(line.score, line.low, line.high), line.default_score
            ),
            kind="plot",
            note=_(
                "Dot and line: score with custom weights and its interval. Diamond: default score."
            ),
        ),
        Column(
            _("95% interval"),
            lambda line: formats.interval(line.low, line.high, "score"),
            kind="number",
            about=about.interval(shown, _("95% interval")),
        ),
        _number(
            _("Default score"),
            "default_score",
            lambda line: _one(line.default_score),
            _("The score with the weights of the method"),
        ),
        _number(
            _("Default rank"),
            "default_rank",
            lambda line: formats.number(line.default_rank),
            _("The rank with the weights of the method"),
        ),
        _cases(shown),
    ]
    return published(shown, level, found, units)


def name(shown: View, level: str) -> Column:
    above = parents(shown, level)
    way = picks.ways(shown, level)
    heading = {"province": _("Province"), "city": _("City"), "court": _("Court")}[level]

    def cell(line: Any) -> Html:
        return join(way(line), name_cell(line, level, above))

    return Column(heading, cell, sort="name")


def score(shown: View) -> Column:
    column = _number(_("Score"), "score", lambda line: formats.number(line.score, 1))
    return replace(column, about=about.score(shown))


def _rank(shown: View, level: str) -> Column:
    return Column(
        _("Rank"),
        lambda line: join(ranked(line), _beside(rank_set(line))),
        kind="number ranked",
        sort="rank",
        about=about.rank(shown, level),
    )


def ranked(line: Any) -> Html:
    """A rank; where several share it, with '=' and how many."""
    rank = formats.rank(line.rank, line.tied)
    if formats.missing(line.tied) or line.tied < 2:
        return join(rank)
    said = _("{n} places share this rank").format(n=formats.number(line.tied))
    many = tag("small", f"×{formats.number(line.tied)}", class_="tied", title=said)
    return join(rank, many)


def _beside(ranks: str) -> Html | None:
    return tag("span", ranks, class_="set") if ranks else None


def rank_set(line: Any, ends: str = "") -> str:
    """First and last rank of a confidence set; empty where there is none."""
    low, high = getattr(line, f"rank_low{ends}"), getattr(line, f"rank_high{ends}")
    if formats.missing(low):
        return ""
    first, last = formats.number(low), formats.number(high)
    return first if first == last else f"{first}–{last}"


def _everywhere() -> Column:
    return _number(
        _("Rank, all at once"),
        "rank_high_all",
        lambda line: rank_set(line, "_all") or formats.NOTHING,
        _("Sets that hold for all places at the same time (95%)"),
    )


def _plot(shown: View) -> Column:
    nation = shown.row(shown.data.nation)
    reference = nation.score if nation is not None else None
    low, high, _confidence = rank_choices.ends()
    return Column(
        "0–100",
        lambda line: _with_hollow(
            tables.whisker(line.score, getattr(line, low), getattr(line, high), reference),
            line.shrunk,
        ),
        kind="plot",
        about=about.plot(shown),
    )


def _with_hollow(whisker: Html, value: float | None) -> Html:
    """A whisker with a hollow mark at a second value."""
    if formats.missing(value):
        return whisker
    mark = tag("i", class_="hollow", style=f"--x:{value:.2f}", aria_hidden="true")
    return tag("span", whisker, mark, class_="pair")


def _interval(shown: View) -> Column:
    low, high, confidence = rank_choices.ends()
    heading = {"90": _("90% interval"), "95": _("95% interval")}[confidence]
    return Column(
        heading,
        lambda line: formats.interval(getattr(line, low), getattr(line, high), "score"),
        kind="number",
        about=about.interval(shown, heading),
    )


def _adjusted(shown: View, *, stack: bool) -> Column:
    column = _number(
        _("Adjusted"),
        "adjusted",
        lambda line: _with_ends(line, "adjusted") if stack else _one(line.adjusted),
    )
    return replace(column, about=about.adjusted(shown))


def _shrunk() -> Column:
    return _number(
        _("Drawn to peers"),
        "shrunk",
        lambda line: _with_ends(line, "shrunk"),
        _("The score drawn to that of its peers, the more so the fewer its cases"),
    )


def _one(value: float | None) -> str:
    return formats.number(value, 1)


def _with_ends(line: Any, column: str) -> object:
    value = getattr(line, column)
    if formats.missing(value):
        return formats.NOTHING
    low, high = getattr(line, f"{column}_low"), getattr(line, f"{column}_high")
    return tables.stacked(_one(value), formats.interval(low, high, "score"))


def _band(shown: View) -> Column:
    return Column(_("Band"), band_cell, kind="text band", about=about.band(shown))


def band_cell(line: Any) -> object:
    """The band, or a dash that says why there is none."""
    if not formats.missing(line.band):
        return line.band
    why = _("interval too wide for a band")
    return tag("span", formats.NOTHING, tag("span", why, class_="unseen"), title=why)


def _top(shown: View, level: str) -> Column:
    share = formats.percent(shown.data.method.ranks.top_share, 0)
    heading = _("In top {share}").format(share=share)
    column = _number(heading, "top_share", lambda line: chance(line.top_share))
    return replace(column, about=about.top(shown, heading, level))


def chance(probability: float | None) -> str:
    """A probability in per cent; never 0 or 100, which nobody knows."""
    if formats.missing(probability):
        return formats.NOTHING
    if probability > 0.99:
        return ">99%"
    return "<1%" if probability < 0.01 else formats.percent(probability, 0)


def _year(shown: View) -> Column:
    return replace(_number(_("On year"), "change_year", year_cell), about=about.year(shown))


def year_cell(line: Any) -> object:
    """The change on the year, with a mark where its interval leaves zero out."""
    said = formats.change(line.change_year)
    if formats.missing(line.change_year_low) or line.change_year_low <= 0 <= line.change_year_high:
        return said
    ends = _("95% interval {interval}: more than chance").format(
        interval=_("{low} to {high}").format(
            low=formats.change(line.change_year_low), high=formats.change(line.change_year_high)
        )
    )
    mark = tag("b", "▲" if line.change_year > 0 else "▼", aria_hidden="true")
    aloud = tag("span", f", {ends}", class_="unseen")
    return tag("span", mark, said, aloud, title=ends, class_="moved")


def _change(heading: str, column: str, note: str) -> Column:
    return _number(heading, column, lambda line: formats.change(getattr(line, column)), note)


def places(line: Any) -> object:
    """Places gained or lost, with an arrow."""
    if formats.missing(line.rank_change):
        return formats.NOTHING
    moved = int(line.rank_change)
    if not moved:
        return tag("span", "=", title=_("the same rank"), class_="quiet")
    words = _("{n} places up") if moved > 0 else _("{n} places down")
    arrow = "↑" if moved > 0 else "↓"
    said = words.format(n=formats.number(abs(moved)))
    return tag("span", f"{arrow} {formats.number(abs(moved))}", title=said, aria_label=said)


def _cases(shown: View) -> Column:
    limit = rank_choices.small(shown)

    def cell(line: Any) -> object:
        mark = (
            tag("b", _("few"), class_="few", title=rank_choices.few(limit))
            if line.n < limit
            else None
        )
        return join(mark, formats.number(line.n))

    return replace(_number(_("Cases"), "n", cell), about=about.count(shown))


def _number(heading: str, sort: str, cell: Callable[[Any], object], note: str = "") -> Column:
    return Column(heading, cell, kind="number", sort=sort, note=note)


# ---------------------------------------------------------------- names


def parents(shown: View, level: str) -> dict[str, str]:
    """Names of the places above those listed, for the small print beside a name."""
    return {
        line.unit_id: place_name(line)
        for above in LEVELS[1 : LEVELS.index(level)]
        for line in shown.scores(above).itertuples(index=False)
    }


def name_cell(line: Any, level: str, above: dict[str, str]) -> Html:
    link = tag("a", place_name(line), href=parts.place_link(line, "region", level), data_in=True)
    where = above.get(line.parent, "")
    return join(link, tag("span", where, class_="where") if where else None)
