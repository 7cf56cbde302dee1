"""The columns of the rankings; rank_choices says which are seen, and all are in the download."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from dashboard import formats, parts, tables
from dashboard.data import LEVELS, View
from dashboard.i18n import _, pick, place_name
from dashboard.markup import Html, join, tag
from dashboard.ranking import choices as rank_choices
from dashboard.tables import Column

DOUBTS = ("rank_low", "rank_high", "rank_low_all", "rank_high_all", "top_share")


# ---------------------------------------------------------------- the columns


def columns(shown: View, level: str, units: pd.DataFrame) -> list[Column]:
    """Of scores as the method has them."""
    about = {
        rank_choices.ORDER: _order,
        rank_choices.DOUBT: _doubt,
        rank_choices.DIMENSIONS: _dimensions,
    }[rank_choices.chosen()]
    # The score before its drawing: on a narrow screen what stands further right is out of sight.
    found = [_rank(), name(shown, level), score(), _plot(shown)]
    found += about(shown)
    found.append(_cases(shown))
    # Where nothing is adjusted, or no rank has a set, a column of dashes says no more.
    return [column for column in found if not _empty(column, units)]


def _empty(column: Column, units: pd.DataFrame) -> bool:
    return column.sort in (*DOUBTS, "adjusted", "shrunk") and units[column.sort].isna().all()


def _order(shown: View) -> list[Column]:
    return [_interval(), _adjusted(stack=False), _band(), _top(shown), _year()]


def _doubt(shown: View) -> list[Column]:
    return [
        _interval(),
        _everywhere(),
        _shrunk(),
        _adjusted(stack=True),
        _band(),
        _top(shown),
        Column(
            _("Peers"),
            lambda line: formats.number(line.peers_members),
            kind="number",
            note=_("Places of about the same size and tier, to which the score is drawn"),
        ),
    ]


def _dimensions(shown: View) -> list[Column]:
    quarter = _change(
        _("On quarter"),
        "change_quarter",
        _("Change of the score on the quarter before, in points"),
    )
    points = [
        _number(pick(d.name), d.id, lambda line, d=d: formats.number(getattr(line, d.id), 1))
        for d in shown.data.method.dimensions
    ]
    return [quarter, _year(), *points]


def weighted(shown: View, level: str) -> list[Column]:
    """Of scores with custom weights."""
    return [
        Column(_("Rank"), lambda line: formats.number(line.rank), kind="number"),
        _number(
            _("Places"), "rank_change", places, _("Places up or down from the default weights")
        ),
        name(shown, level),
        score(),
        Column(
            "0–100",
            lambda line: _with_hollow(
                tables.whisker(line.score, line.low, line.high), line.default_score
            ),
            kind="plot",
        ),
        Column(
            _("95% interval"),
            lambda line: formats.interval(line.low, line.high, "score"),
            kind="number",
        ),
        _number(
            _("Default score"), "default_score", lambda line: formats.number(line.default_score, 1)
        ),
        _number(_("Default rank"), "default_rank", lambda line: formats.number(line.default_rank)),
        _cases(shown),
    ]


def name(shown: View, level: str) -> Column:
    above = parents(shown, level)
    heading = {"province": _("Province"), "city": _("City"), "court": _("Court")}[level]
    return Column(heading, lambda line: name_cell(line, level, above), sort="name")


def score() -> Column:
    return _number(_("Score"), "score", lambda line: formats.number(line.score, 1))


def _rank() -> Column:
    return Column(
        _("Rank"),
        lambda line: join(formats.number(line.rank), _beside(rank_set(line))),
        kind="number ranked",
        note=_("Small: the ranks that the data do not rule out for this place (95%)"),
    )


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
        note=_("Dot: score. Line: interval. Diamond: drawn to peers. Tick: nation."),
    )


def _with_hollow(whisker: Html, value: float | None) -> Html:
    """A whisker with a hollow mark at a second value."""
    if formats.missing(value):
        return whisker
    mark = tag("i", class_="hollow", style=f"--x:{value:.2f}", aria_hidden="true")
    return tag("span", whisker, mark, class_="pair")


def _interval() -> Column:
    low, high, confidence = rank_choices.ends()
    return Column(
        {"90": _("90% interval"), "95": _("95% interval")}[confidence],
        lambda line: formats.interval(getattr(line, low), getattr(line, high), "score"),
        kind="number",
    )


def _adjusted(*, stack: bool) -> Column:
    return _number(
        _("Adjusted"),
        "adjusted",
        lambda line: _with_ends(line, "adjusted") if stack else _one(line.adjusted),
        _("The score had the place the national mix of cases"),
    )


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


def _band() -> Column:
    return Column(_("Band"), band_cell, kind="text band")


def band_cell(line: Any) -> object:
    """The band, or a dash that says why there is none."""
    if not formats.missing(line.band):
        return line.band
    why = _("interval too wide for a band")
    return tag("span", formats.NOTHING, tag("span", why, class_="unseen"), title=why)


def _top(shown: View) -> Column:
    share = formats.percent(shown.data.method.ranks.top_share, 0)
    return _number(
        _("In top {share}").format(share=share),
        "top_share",
        lambda line: chance(line.top_share),
        _("Probability of being among the top {share}, from the scores drawn to peers").format(
            share=share
        ),
    )


def chance(probability: float | None) -> str:
    """A probability in per cent; never 0 or 100, which nobody knows."""
    if formats.missing(probability):
        return formats.NOTHING
    if probability > 0.99:
        return ">99%"
    return "<1%" if probability < 0.01 else formats.percent(probability, 0)


def _year() -> Column:
    return _change(
        _("On year"), "change_year", _("Change of the score on a year before, in points")
    )


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

    return _number(_("Cases"), "n", cell, _("First-enforcement cases under way in the period"))


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
