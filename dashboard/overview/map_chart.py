"""A ground painted by a layer: the figure, what the pointer reads, and what a click means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.overview import band_layer
from dashboard.overview.basemap import Basemap
from dashboard.overview.map_layers import Layer
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import components, theme
from dashboard.ui.charts import choropleth as maps
from dashboard.ui.html import join_lines, tag

MARKER_SIZES = {"nation": 5.5, "province": 10.0, "city": 16.0}  # pixels
NO_VALUE_SCALE = 0.6  # of the size of a dot with one
MAX_ALT_NAMES = 3  # names in the words for a map that cannot be seen


def map_figure(view: View, basemap: Basemap, places: pd.DataFrame, layer: Layer) -> go.Figure:
    """Every outline in the colour of its class, and dots for courts without one. What has no value
    is grey inside a darker line, so that it stands apart without its colour too."""
    rows_by_id = {line.place_id: line for line in places.itertuples(index=False)}
    data_codes = [code for code in basemap.outlines if basemap.place_by_outline.get(code) in rows_by_id]
    empty_codes = [code for code in basemap.outlines if basemap.place_by_outline.get(code) not in rows_by_id]
    ranked_count = _ranked_place_count(view, basemap)

    def place_tooltip(line: Any) -> str:
        return _tooltip(view, line, layer, ranked_count)

    data_rows = [rows_by_id[basemap.place_by_outline[code]] for code in data_codes]
    outline_layers = [
        maps.OutlineLayer(
            basemap.file,
            empty_codes,
            (_empty_outline_colour(basemap),),
            hover=[basemap.outlines[code] for code in empty_codes],
            template=_empty_outline_tooltip(basemap),
            border=theme.current_palette().border if basemap.level != "court" else theme.current_palette().rule,
        ),
        maps.OutlineLayer(
            basemap.file,
            data_codes,
            [colour_class.colour for colour_class in layer.classes],
            [layer.class_index(line) for line in data_rows],
            hover=[place_tooltip(line) for line in data_rows],
            border=[theme.current_palette().faint if layer.is_grey(line) else "" for line in data_rows],
        ),
    ]
    if basemap.context is not None:
        outline_layers.insert(0, basemap.context)
    # Those without a value first: they must not cover any that has one.
    markers = sorted(
        ((rows_by_id[court], *position) for court, position in basemap.markers.items()),
        key=lambda marker: not layer.is_grey(marker[0]),
    )
    marker_size = MARKER_SIZES[view.place.level]
    return maps.figure(
        outline_layers,
        basemap.extent,
        inset=basemap.is_nation,
        markers=maps.Markers(
            [line.place_id for line, _x, _y in markers],
            [x for _line, x, _y in markers],
            [y for _line, _x, y in markers],
            [layer.classes[layer.class_index(line)].colour for line, _x, _y in markers],
            [place_tooltip(line) for line, _x, _y in markers],
            [marker_size * (NO_VALUE_SCALE if layer.is_grey(line) else 1) for line, _x, _y in markers],
        ),
    )


def _empty_outline_colour(basemap: Basemap) -> str:
    """The colour of outlines that stand for no place: fainter where markers lie on them."""
    neutral, background = theme.current_palette().neutral, theme.current_palette().ground
    return theme.blend(neutral, background, 0.55) if basemap.level == "court" else neutral


def _ranked_place_count(view: View, basemap: Basemap) -> int:
    """How many places of the level have a rank; 0 for courts, whose ranks a map does not show."""
    if basemap.level == "court":
        return 0
    return int(view.scores(basemap.level)["rank"].notna().sum())


def selected_place(basemap: Basemap, point: Mapping[str, Any]) -> str | None:
    """place_id of the place that a point of a Plotly selection stands for, None where it stands for
    none."""
    if point.get("location"):  # a dot has an empty one
        return basemap.place_by_outline.get(point["location"])
    court = point.get("customdata")
    return court if isinstance(court, str) else (court or [None])[0]


def _tooltip(view: View, line: Any, layer: Layer, ranked_count: int) -> str:
    """What the pointer reads on a place: what the layer says, then score, rank and band, each with
    its doubt. `ranked` places of the level have a rank; 0 where ranks are not told."""
    tooltip_lines: list[object] = [tag("b", place_name(line))]
    if formats.is_missing(line.score):
        tooltip_lines.append(_("no score: {reason}").format(reason=components.no_score_reason(view.snapshot, line)))
        tooltip_lines += [] if layer.is_grey(line) else layer.tooltip_lines(line)
    else:
        score = _("Score {score} ({confidence} interval {interval})").format(
            score=formats.number(line.score, 1),
            confidence=components.confidence_level(view),
            interval=formats.interval(line.low, line.high, "score"),
        )
        tooltip_lines += [*layer.tooltip_lines(line), score, _rank_text(line, ranked_count), band_layer.band_text(line)]
    tooltip_lines.append(components.case_count(line))
    return join_lines(*tooltip_lines)


def _rank_text(line: Any, ranked_count: int) -> str:
    """The rank among all places of the level, with its confidence set."""
    if not ranked_count or formats.is_missing(line.rank):
        return ""
    rank, total = formats.rank(line.rank, line.tied), formats.number(ranked_count)
    if formats.is_missing(line.rank_low):
        return _("Rank {rank} of {total}").format(rank=rank, total=total)
    return _("Rank {rank} of {total} (95% confidence set {set})").format(
        rank=rank, total=total, set=formats.rank_range(line.rank_low, line.rank_high)
    )


def _empty_outline_tooltip(basemap: Basemap) -> str:
    """The tooltip of an outline that stands for no place; Plotly fills in the name."""
    reason = (
        _("no single court of the data serves this county") if basemap.level == "court" else _("not in this data set")
    )
    return join_lines(tag("b", "%{text}"), tag("span", reason))


def alt_text(title: str, places: pd.DataFrame, layer: Layer, *, with_names: bool) -> str:
    """What a painted map shows, for those who cannot see it: how many places have a value, and how
    many are in the highest and in the lowest class there is; with `named`, also which."""
    members: dict[int, list[str]] = {}
    for line in places.itertuples(index=False):
        members.setdefault(layer.class_index(line), []).append(place_name(line))
    value_classes = sorted(number for number in members if not layer.classes[number].is_grey)
    missing_count = sum(len(names) for number, names in members.items() if number not in value_classes)
    sentences = [
        _("{title}. {n} with a value, {without} without.").format(
            title=title, n=formats.number(len(places) - missing_count), without=formats.number(missing_count)
        )
    ]
    if value_classes and layer.is_ordinal:
        for template, number in (
            (_("Highest class {words}."), value_classes[-1]),
            (_("Lowest class {words}."), value_classes[0]),
        ):
            sentences.append(template.format(words=_class_text(layer, number, members, with_names)))
    else:
        sentences += [_class_text(layer, number, members, with_names) + "." for number in value_classes]
    return " ".join(sentences)


def _class_text(layer: Layer, number: int, members: Mapping[int, list[str]], with_names: bool) -> str:
    names = members[number]
    if not with_names:
        return f"{layer.classes[number].label} ({formats.number(len(names))})"
    return _("{label}: {n} ({names})").format(
        label=layer.classes[number].label,
        n=formats.number(len(names)),
        names=_name_list(names[:MAX_ALT_NAMES], len(names) > MAX_ALT_NAMES),
    )


def _name_list(names: Iterable[str], ellipsis: bool) -> str:
    return _(", ").join(names) + ("…" if ellipsis else "")
