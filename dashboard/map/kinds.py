"""The layers there are: the score, each dimension, the band, the score at the national case mix,
clusters of neighbours, and in measured.py single indicators and coverage."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pandas as pd

from dashboard import address, formats, parts, tables, theme
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.map import measured
from dashboard.map.layers import Class, Layer, scale, unscored
from dashboard.markup import Html, tag
from dashboard.tables import Column
from index_engine.applications.spatial import FALSE_DISCOVERIES, LEVELS
from index_engine.method import Dimension

SCORE, BAND, ADJUSTED, CLUSTERS = "score", "band", "adjusted", "clusters"
ISLAND, NOT_COMPARED, UNSCORED = "island", "not compared", "unscored"


def offered(shown: View, level: str) -> dict[str, Layer]:
    """The layers that places of a level have."""
    method = shown.data.method
    found = [_score(shown), *(_dimension(shown, d) for d in method.dimensions)]
    if method.bands:
        found.append(_band(shown))
    if method.strata is not None:
        found.append(_adjusted(shown))
    if level in LEVELS:
        found.append(_clusters(shown, level))
    found += measured.offered(shown, level)
    return {layer.id: layer for layer in found}


# ---------------------------------------------------------------- layers on the scale of the score


def _score(shown: View) -> Layer:
    return _points(
        shown,
        SCORE,
        (_("Score"), _("Score")),
        ends=("low", "high"),
        list_note=_("Dot: score. Line: {confidence} interval. Tick: nation.").format(
            confidence=confidence(shown)
        ),
    )


def _dimension(shown: View, dimension: Dimension) -> Layer:
    name = pick(dimension.name)

    def told(line: Any) -> list[str]:
        points = formats.number(getattr(line, dimension.id), 1)
        return [_("{name}: {points} of 100 points").format(name=name, points=points)]

    return _points(
        shown,
        dimension.id,
        (name, name),
        told=told,
        list_note=_("Dot: points from 0 to 100. Tick: nation."),
    )


def _adjusted(shown: View) -> Layer:
    """The score with the nation's mix of cases; a place that has too few kinds of them has none."""

    def told(line: Any) -> list[str]:
        if formats.missing(line.adjusted):
            return [_why_not_adjusted()]
        ends = formats.interval(line.adjusted_low, line.adjusted_high, "score")
        return [
            _("Adjusted score {score} ({confidence} interval {interval})").format(
                score=formats.number(line.adjusted, 1), confidence=confidence(shown), interval=ends
            )
        ]

    return _points(
        shown,
        ADJUSTED,
        (_("Adjusted"), _("Adjusted score")),
        ends=("adjusted_low", "adjusted_high"),
        told=told,
        missing=Class(_("not adjusted"), theme.now().undecided, grey=True),
        list_note=_(
            "Dot: score at the national case mix. Line: {confidence} interval. Tick: nation."
        ).format(confidence=confidence(shown)),
        map_note=_(
            "The score as it would be with the nation's mix of causes, claims, debtors and assets."
        ),
    )


def _why_not_adjusted() -> str:
    return _("not adjusted: too few kinds of cases here")


def _points(
    shown: View,
    column: str,
    names: tuple[str, str],
    *,
    list_note: str,
    ends: tuple[str, str] | None = None,
    told: Callable[[Any], list[str]] = lambda line: [],
    missing: Class | None = None,
    map_note: str = "",
) -> Layer:
    """A layer of numbers from 0 to 100. `missing` is of places that have a score and not this."""
    classes = [*scale(), unscored(), *([missing] if missing else [])]
    first_grey = len(theme.now().score_colours)

    def of(line: Any) -> int:
        value = getattr(line, column)
        if not formats.missing(value):
            return theme.score_class(value)
        return first_grey + bool(missing and not formats.missing(line.score))

    def drawn(line: Any) -> object:
        value = getattr(line, column)
        if formats.missing(value):
            has_score = missing and not formats.missing(line.score)
            return _why_not_adjusted() if has_score else parts.why_unscored(shown.data, line)
        low, high = (getattr(line, end) for end in ends) if ends else (None, None)
        return tables.whisker(value, low, high, reference)

    nation = shown.row(shown.data.nation)
    reference = getattr(nation, column) if nation is not None else None
    columns = [
        Column("0–100", drawn, kind="plot"),
        Column(names[0], lambda line: formats.number(getattr(line, column), 1), kind="number"),
    ]
    if missing:
        columns.append(_score_column())
    return Layer(
        column,
        *names,
        tuple(classes),
        of,
        told,
        tuple(columns),
        lambda units: units.sort_values(column, ascending=False, kind="stable"),
        list_note,
        map_note,
    )


def _score_column() -> Column:
    return Column(_("Score"), lambda line: formats.number(line.score, 1), kind="number")


# ---------------------------------------------------------------- bands


def _band(shown: View) -> Layer:
    """Bands from low to high, then those of places that may be in either of two neighbours."""
    bands = shown.data.method.bands[::-1]
    colours = theme.ramp(len(bands))
    pairs = list(pairwise(bands))
    names = [band.id for band in bands] + [f"{high.id}-{low.id}" for low, high in pairs]
    between = [theme.blend(low, high, 0.5) for low, high in pairwise(colours)]
    classes = (
        *(
            Class(band.id, colour, at=place)
            for place, (band, colour) in enumerate(zip(bands, colours, strict=True))
        ),
        *(
            Class(f"{high.id}–{low.id}", colour, listed=False, at=place + 0.5)
            for place, ((low, high), colour) in enumerate(zip(pairs, between, strict=True))
        ),
        Class(_("interval too wide"), theme.now().undecided, grey=True),
        unscored(),
    )

    def of(line: Any) -> int:
        if formats.missing(line.score):
            return len(classes) - 1
        return len(names) if formats.missing(line.band) else names.index(line.band)

    def drawn(line: Any) -> object:
        if formats.missing(line.score):
            return parts.why_unscored(shown.data, line)
        return tables.whisker(line.score, line.low90, line.high90)

    def named(line: Any) -> str:
        if formats.missing(line.score):
            return formats.NOTHING
        return _("too wide") if formats.missing(line.band) else classes[of(line)].label

    return Layer(
        BAND,
        _("Band"),
        _("Band"),
        classes,
        of,
        lambda line: [],
        (
            Column("0–100", drawn, kind="plot"),
            Column(_("Band"), named, kind="number"),
            _score_column(),
        ),
        lambda units: units,
        _("Dot: score. Line: the 90% interval, which has to lie in one band or two neighbours."),
        _("A colour between two: the interval reaches into both bands."),
    )


def band(line: Any) -> str:
    """The band of a row of scores, in words; nothing where there is no score."""
    if formats.missing(line.score):
        return ""
    if formats.missing(line.band):
        return _("Band: interval too wide")
    return _("Band {band}").format(band=line.band.replace("-", "–"))


# ---------------------------------------------------------------- clusters of neighbours


def _clusters(shown: View, level: str) -> Layer:
    """Where neighbours stand alike; of the main method only, for no other is it computed."""
    labels = {
        "high-high": _("high among high"),
        "high-low": _("high among low"),
        "low-high": _("low among high"),
        "low-low": _("low among low"),
        "none": _("no cluster"),
        ISLAND: _("no neighbour with a score"),
        NOT_COMPARED: _("not compared"),
        UNSCORED: _("no score"),
    }
    greys = {
        ISLAND: theme.now().undecided,
        NOT_COMPARED: theme.now().neutral,
        UNSCORED: theme.now().neutral,
    }
    colours = theme.now().cluster_colours | greys
    order = list(labels)

    def of(line: Any) -> int:
        if formats.missing(line.score):
            return order.index(UNSCORED)
        cluster = getattr(line, "cluster", None)
        return order.index(NOT_COMPARED if formats.missing(cluster) else cluster)

    def told(line: Any) -> list[str]:
        name, q = labels[order[of(line)]], getattr(line, "q", None)
        known = "" if formats.missing(q) else f" (q {chance(q)})"
        return [_("Among its neighbours: {kind}").format(kind=name + known)]

    columns = (
        Column(_("Among its neighbours"), lambda line: labels[order[of(line)]]),
        Column("q", lambda line: _plain(getattr(line, "q", None)), kind="number"),
        _score_column(),
    )
    return Layer(
        CLUSTERS,
        _("Clusters"),
        _("Clusters"),
        tuple(Class(labels[k], colours[k], grey=k in greys) for k in order),
        of,
        told,
        columns,
        lambda units: _with_clusters(shown, level, units, of),
        _(
            "q: two-sided p from shuffled scores, corrected for testing every place. "
            "A cluster needs a q below {q}."
        ).format(q=formats.number(FALSE_DISCOVERIES, 2)),
        _("Scores against those of the places they border on."),
        scale=False,
    )


def _with_clusters(
    shown: View, level: str, units: pd.DataFrame, of: Callable[[Any], int]
) -> pd.DataFrame:
    if not compared(shown):
        return units
    found = shown.data.clusters(level, shown.period, layer=SCORE)
    joined = units.merge(found[["unit_id", "i", "q", "cluster"]], on="unit_id", how="left")
    place = [of(line) for line in joined.itertuples(index=False)]
    return joined.iloc[pd.Series(place).sort_values(kind="stable").index]


def compared(shown: View) -> bool:
    """Whether neighbours are compared by the method in view."""
    return bool(shown.data.method.id == shown.data.main.id)


def not_compared(shown: View) -> Html:
    """Said where neighbours are not compared, with the way to where they are."""
    said = _("Neighbours are compared under the main method only.")
    way = tag(
        "a",
        _("Show {method}").format(method=pick(shown.data.main.name)),
        href=address.here(method=""),
        data_in=True,
    )
    return tag("p", said, " ", way, class_="quiet", role="note")


def moran(shown: View, level: str) -> str:
    """Whether neighbours resemble each other at all, for the line under the map."""
    rows = shown.data.spatial(level, shown.period)
    found = next(rows[rows["layer"] == SCORE].itertuples(index=False), None)
    if found is None:
        return _("Moran's I: not computed")
    islands = formats.number(found.islands)
    if found.status != "estimated":
        why = {
            "too_few": _("too few places with neighbours"),
            "constant": _("all scores are equal"),
        }[found.status]
        return _("Moran's I: {reason} (n = {n}, {islands} without a scored neighbour)").format(
            reason=why, n=formats.number(found.n), islands=islands
        )
    words = {
        "province": _(
            "Moran's I of provinces {i} (n = {n}, one-sided p {p}); "
            "{islands} without a scored neighbour left out"
        ),
        "city": _(
            "Moran's I of all cities {i} (n = {n}, one-sided p {p}); "
            "{islands} without a scored neighbour left out"
        ),
    }
    return words[level].format(
        i=formats.number(found.i, 2), n=formats.number(found.n), p=chance(found.p), islands=islands
    )


def chance(p: float) -> str:
    """A probability after its letter: '= 0.03', or '< 0.001' where it is next to nothing."""
    return f"< {formats.number(0.001, 3)}" if p < 0.001 else f"= {formats.number(p, 3)}"


def _plain(p: float | None) -> str:
    return formats.NOTHING if formats.missing(p) else chance(p).removeprefix("= ")


def confidence(shown: View) -> str:
    """The confidence of intervals of the method in view."""
    return formats.percent(shown.data.method.confidence, 0)
