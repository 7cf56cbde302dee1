"""The layers there are: the score, each dimension, the band, the score at the national case mix,
clusters of neighbours, and in measured.py single indicators and coverage."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pandas as pd

from dashboard.overview import indicator_layers
from dashboard.overview.map_layers import ColourClass, Layer, no_score_class, ordinal_classes
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import cells, components, method_switch, theme
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column
from index_engine import queries
from index_engine.method import Dimension
from index_engine.monitoring.spatial import FALSE_DISCOVERY_RATE, LEVELS

SCORE, BAND, ADJUSTED_SCORE, CLUSTERS = "score", "band", "adjusted", "clusters"
ISLAND, NO_COMPARISON, NO_SCORE = "island", "not compared", "unscored"


def available_layers(view: View, level: str) -> dict[str, Layer]:
    """The layers that places of a level have."""
    method = view.snapshot.method
    layers = [_score_layer(view), *(_dimension_layer(view, d) for d in method.dimensions)]
    if method.bands:
        layers.append(_band_layer(view))
    if method.strata is not None:
        layers.append(_adjusted_layer(view))
    if level in LEVELS:
        layers.append(_cluster_layer(view, level))
    layers += indicator_layers.available_layers(view, level)
    return {layer.id: layer for layer in layers}


# ---------------------------------------------------------------- layers on the scale of the score


def _score_layer(view: View) -> Layer:
    return _points_layer(
        view,
        SCORE,
        (_("Score"), _("Score")),
        interval_columns=("low", "high"),
        list_note=_("Dot: score. Line: {confidence} interval. Tick: nation.").format(
            confidence=confidence_level(view)
        ),
    )


def _dimension_layer(view: View, dimension: Dimension) -> Layer:
    name = localise(dimension.name)

    def tooltip_lines(line: Any) -> list[str]:
        points = formats.number(getattr(line, dimension.id), 1)
        return [_("{name}: {points} of 100 points").format(name=name, points=points)]

    return _points_layer(
        view,
        dimension.id,
        (name, name),
        tooltip_lines=tooltip_lines,
        list_note=_("Dot: points from 0 to 100. Tick: nation."),
    )


def _adjusted_layer(view: View) -> Layer:
    """The score with the nation's mix of cases; a place that has too few kinds of them has none."""

    def tooltip_lines(line: Any) -> list[str]:
        if formats.is_missing(line.adjusted):
            return [_no_adjustment_text()]
        interval = formats.interval(line.adjusted_low, line.adjusted_high, "score")
        return [
            _("Adjusted score {score} ({confidence} interval {interval})").format(
                score=formats.number(line.adjusted, 1),
                confidence=confidence_level(view),
                interval=interval,
            )
        ]

    return _points_layer(
        view,
        ADJUSTED_SCORE,
        (_("Adjusted"), _("Adjusted score")),
        interval_columns=("adjusted_low", "adjusted_high"),
        tooltip_lines=tooltip_lines,
        missing_class=ColourClass(
            _("not adjusted"), theme.current_palette().undecided, is_grey=True
        ),
        list_note=_(
            "Dot: score at the national case mix. Line: {confidence} interval. Tick: nation."
        ).format(confidence=confidence_level(view)),
        map_note=_(
            "The score as it would be with the nation's mix of causes, claims, debtors and assets."
        ),
    )


def _no_adjustment_text() -> str:
    return _("not adjusted: too few kinds of cases here")


def _points_layer(
    view: View,
    column: str,
    names: tuple[str, str],
    *,
    list_note: str,
    interval_columns: tuple[str, str] | None = None,
    tooltip_lines: Callable[[Any], list[str]] = lambda line: [],
    missing_class: ColourClass | None = None,
    map_note: str = "",
) -> Layer:
    """A layer of numbers from 0 to 100. `missing` is of places that have a score and not this."""
    classes = [*ordinal_classes(), no_score_class(), *([missing_class] if missing_class else [])]
    first_grey = len(theme.SCORE_BREAKS) + 1

    def class_index(line: Any) -> int:
        value = getattr(line, column)
        if not formats.is_missing(value):
            return theme.score_class(value)
        return first_grey + bool(missing_class and not formats.is_missing(line.score))

    def draw_cell(line: Any) -> object:
        value = getattr(line, column)
        if formats.is_missing(value):
            has_score = missing_class and not formats.is_missing(line.score)
            return (
                _no_adjustment_text()
                if has_score
                else components.no_score_reason(view.snapshot, line)
            )
        low, high = (
            (getattr(line, end) for end in interval_columns) if interval_columns else (None, None)
        )
        return cells.whisker(value, low, high, reference)

    nation = view.score_row(view.snapshot.nation)
    reference = getattr(nation, column) if nation is not None else None
    columns = [
        Column("0–100", draw_cell, kind="plot"),
        Column(names[0], lambda line: formats.number(getattr(line, column), 1), kind="number"),
    ]
    if missing_class:
        columns.append(_score_column())
    return Layer(
        column,
        *names,
        tuple(classes),
        class_index,
        tooltip_lines,
        tuple(columns),
        lambda places: places.sort_values(column, ascending=False, kind="stable"),
        list_note,
        map_note,
    )


def _score_column() -> Column:
    return Column(_("Score"), lambda line: formats.number(line.score, 1), kind="number")


# ---------------------------------------------------------------- bands


def _band_layer(view: View) -> Layer:
    """Bands from low to high, then those of places that may be in either of two neighbours."""
    bands = view.snapshot.method.bands[::-1]
    colours = theme.colour_ramp(len(bands))
    pairs = list(pairwise(bands))
    names = [band.id for band in bands] + [f"{high.id}-{low.id}" for low, high in pairs]
    blend_colours = [theme.blend(low, high, 0.5) for low, high in pairwise(colours)]
    classes = (
        *(
            ColourClass(band.id, colour, scale_position=position)
            for position, (band, colour) in enumerate(zip(bands, colours, strict=True))
        ),
        *(
            ColourClass(
                f"{high.id}–{low.id}", colour, in_legend=False, scale_position=position + 0.5
            )
            for position, ((low, high), colour) in enumerate(zip(pairs, blend_colours, strict=True))
        ),
        ColourClass(_("interval too wide"), theme.current_palette().undecided, is_grey=True),
        no_score_class(),
    )

    def class_index(line: Any) -> int:
        if formats.is_missing(line.score):
            return len(classes) - 1
        return len(names) if formats.is_missing(line.band) else names.index(line.band)

    def draw_cell(line: Any) -> object:
        if formats.is_missing(line.score):
            return components.no_score_reason(view.snapshot, line)
        return cells.whisker(line.score, line.low90, line.high90)

    def band_label(line: Any) -> str:
        if formats.is_missing(line.score):
            return formats.NO_VALUE
        return _("too wide") if formats.is_missing(line.band) else classes[class_index(line)].label

    return Layer(
        BAND,
        _("Band"),
        _("Band"),
        classes,
        class_index,
        lambda line: [],
        (
            Column("0–100", draw_cell, kind="plot"),
            Column(_("Band"), band_label, kind="number"),
            _score_column(),
        ),
        lambda places: places,
        _("Dot: score. Line: the 90% interval, which has to lie in one band or two neighbours."),
        _("A colour between two: the interval reaches into both bands."),
    )


def band_text(line: Any) -> str:
    """The band of a row of scores, in words; nothing where there is no score."""
    if formats.is_missing(line.score):
        return ""
    if formats.is_missing(line.band):
        return _("Band: interval too wide")
    return _("Band {band}").format(band=line.band.replace("-", "–"))


# ---------------------------------------------------------------- clusters of neighbours


def _cluster_layer(view: View, level: str) -> Layer:
    """Where neighbours stand alike; of the main method only, for no other is it computed."""
    labels = {
        "high-high": _("high among high"),
        "high-low": _("high among low"),
        "low-high": _("low among high"),
        "low-low": _("low among low"),
        "none": _("no cluster"),
        ISLAND: _("no neighbour with a score"),
        NO_COMPARISON: _("not compared"),
        NO_SCORE: _("no score"),
    }
    grey_colours = {
        ISLAND: theme.current_palette().undecided,
        NO_COMPARISON: theme.current_palette().neutral,
        NO_SCORE: theme.current_palette().neutral,
    }
    colours = theme.current_palette().cluster_colours | grey_colours
    order = list(labels)

    def class_index(line: Any) -> int:
        if formats.is_missing(line.score):
            return order.index(NO_SCORE)
        cluster = getattr(line, "cluster", None)
        return order.index(NO_COMPARISON if formats.is_missing(cluster) else cluster)

    def tooltip_lines(line: Any) -> list[str]:
        name, q = labels[order[class_index(line)]], getattr(line, "q", None)
        q_value = "" if formats.is_missing(q) else f" (q {p_value_text(q)})"
        return [_("Among its neighbours: {kind}").format(kind=name + q_value)]

    columns = (
        Column(_("Among its neighbours"), lambda line: labels[order[class_index(line)]]),
        Column("q", lambda line: _q_value_text(getattr(line, "q", None)), kind="number"),
        _score_column(),
    )
    return Layer(
        CLUSTERS,
        _("Clusters"),
        _("Clusters"),
        tuple(ColourClass(labels[k], colours[k], is_grey=k in grey_colours) for k in order),
        class_index,
        tooltip_lines,
        columns,
        lambda places: _sort_by_cluster(view, level, places, class_index),
        _(
            "q: two-sided p from shuffled scores, corrected for testing every place. "
            "A cluster needs a q below {q}."
        ).format(q=formats.number(FALSE_DISCOVERY_RATE, 2)),
        _("Scores against those of the places they border on."),
        is_ordinal=False,
    )


def _sort_by_cluster(
    view: View, level: str, places: pd.DataFrame, class_index: Callable[[Any], int]
) -> pd.DataFrame:
    if not method_switch.is_main_method(view.snapshot):
        return places
    clusters = queries.local_clusters(view.snapshot, level, view.period, layer=SCORE)
    rows = places.merge(clusters[["place_id", "i", "q", "cluster"]], on="place_id", how="left")
    class_numbers = [class_index(line) for line in rows.itertuples(index=False)]
    return rows.iloc[pd.Series(class_numbers).sort_values(kind="stable").index]


def no_comparison_note(view: View) -> Html:
    """Said where neighbours are not compared, with the way to where they are."""
    text = _("Neighbours are compared under the main method only.")
    link = tag(
        "a",
        _("Show {method}").format(method=localise(view.snapshot.main.name)),
        href=address.current_link(method=""),
        data_in=True,
    )
    return tag("p", text, " ", link, class_="quiet", role="note")


def moran_text(view: View, level: str) -> str:
    """Whether neighbours resemble each other at all, for the line under the map."""
    rows = queries.spatial_autocorrelation(view.snapshot, level, view.period)
    row = next(rows[rows["layer"] == SCORE].itertuples(index=False), None)
    if row is None:
        return _("Moran's I: not computed")
    islands = formats.number(row.islands)
    if row.status != "estimated":
        reason = {
            "too_few": _("too few places with neighbours"),
            "constant": _("all scores are equal"),
        }[row.status]
        return _("Moran's I: {reason} (n = {n}, {islands} without a scored neighbour)").format(
            reason=reason, n=formats.number(row.n), islands=islands
        )
    templates = {
        "province": _(
            "Moran's I of provinces {i} (n = {n}, one-sided p {p}); "
            "{islands} without a scored neighbour left out"
        ),
        "city": _(
            "Moran's I of all cities {i} (n = {n}, one-sided p {p}); "
            "{islands} without a scored neighbour left out"
        ),
    }
    return templates[level].format(
        i=formats.number(row.i, 2), n=formats.number(row.n), p=p_value_text(row.p), islands=islands
    )


def p_value_text(p: float) -> str:
    """A probability after its letter: '= 0.03', or '< 0.001' where it is next to nothing."""
    return f"< {formats.number(0.001, 3)}" if p < 0.001 else f"= {formats.number(p, 3)}"


def _q_value_text(p: float | None) -> str:
    return formats.NO_VALUE if formats.is_missing(p) else p_value_text(p).removeprefix("= ")


def confidence_level(view: View) -> str:
    """The confidence of intervals of the method in view."""
    return formats.percent(view.snapshot.method.confidence, 0)
