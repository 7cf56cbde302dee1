"""A ground painted by a layer: the figure, what the pointer reads, and what a click means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats, parts, theme
from dashboard.data import View
from dashboard.i18n import _, place_name
from dashboard.map import kinds
from dashboard.map import outlines as maps
from dashboard.map.ground import Ground
from dashboard.map.layers import Layer
from dashboard.markup import join, tag

DOT = {"nation": 5.5, "province": 10.0, "city": 16.0}  # pixels
NO_VALUE = 0.6  # of the size of a dot with one
FEW = 3  # names in the words for a map that cannot be seen


def painted(shown: View, ground: Ground, units: pd.DataFrame, layer: Layer) -> go.Figure:
    """Every outline in the colour of its class, and dots for courts without one. What has no value
    is grey inside a darker line, so that it stands apart without its colour too."""
    lines = {line.unit_id: line for line in units.itertuples(index=False)}
    known = [code for code in ground.outlines if ground.unit_of.get(code) in lines]
    absent = [code for code in ground.outlines if ground.unit_of.get(code) not in lines]
    ranked = _ranked(shown, ground)

    def told(line: Any) -> str:
        return _told(shown, line, layer, ranked)

    of_known = [lines[ground.unit_of[code]] for code in known]
    drawn = [
        maps.Layer(
            ground.file,
            absent,
            (_ground_colour(ground),),
            hover=[ground.outlines[code] for code in absent],
            template=_told_absent(ground),
            border=theme.now().border if ground.level != "court" else theme.now().rule,
        ),
        maps.Layer(
            ground.file,
            known,
            [each.colour for each in layer.classes],
            [layer.of(line) for line in of_known],
            hover=[told(line) for line in of_known],
            border=[theme.now().faint if layer.grey(line) else "" for line in of_known],
        ),
    ]
    if ground.scenery is not None:
        drawn.insert(0, ground.scenery)
    # Those without a value first: they must not cover any that has one.
    dots = sorted(
        ((lines[court], *spot) for court, spot in ground.dots.items()),
        key=lambda dot: not layer.grey(dot[0]),
    )
    size = DOT[shown.place.level]
    return maps.figure(
        drawn,
        ground.window,
        inset=ground.whole,
        watermark=parts.watermark(shown),
        dots=maps.Dots(
            [line.unit_id for line, _x, _y in dots],
            [x for _line, x, _y in dots],
            [y for _line, _x, y in dots],
            [layer.classes[layer.of(line)].colour for line, _x, _y in dots],
            [told(line) for line, _x, _y in dots],
            [size * (NO_VALUE if layer.grey(line) else 1) for line, _x, _y in dots],
        ),
    )


def _ground_colour(ground: Ground) -> str:
    """Of outlines that stand for no unit: fainter where dots lie on them."""
    neutral, paper = theme.now().neutral, theme.now().ground
    return theme.blend(neutral, paper, 0.55) if ground.level == "court" else neutral


def _ranked(shown: View, ground: Ground) -> int:
    """How many units of the level have a rank; courts are not ranked on a map."""
    if ground.level == "court":
        return 0
    return int(shown.scores(ground.level)["rank"].notna().sum())


def clicked(ground: Ground, point: Mapping[str, Any]) -> str | None:
    """The unit that a point of a selection stands for, if it stands for one."""
    if point.get("location"):  # a dot has an empty one
        return ground.unit_of.get(point["location"])
    court = point.get("customdata")
    return court if isinstance(court, str) else (court or [None])[0]


def _told(shown: View, line: Any, layer: Layer, ranked: int) -> str:
    """What the pointer reads on a place: what the layer says, then score, rank and band, each with
    its doubt. `ranked` places of the level have a rank; 0 where ranks are not told."""
    rows: list[object] = [tag("b", place_name(line))]
    if formats.missing(line.score):
        rows.append(_("no score: {reason}").format(reason=parts.why_unscored(shown.data, line)))
        rows += [] if layer.grey(line) else layer.told(line)
    else:
        score = _("Score {score} ({confidence} interval {interval})").format(
            score=formats.number(line.score, 1),
            confidence=kinds.confidence(shown),
            interval=formats.interval(line.low, line.high, "score"),
        )
        rows += [*layer.told(line), score, _told_rank(line, ranked), kinds.band(line)]
    rows.append(parts.cases(line))
    return "<br>".join(join(row) for row in rows if row)


def _told_rank(line: Any, ranked: int) -> str:
    """The rank among all places of the level, with its confidence set."""
    if not ranked or formats.missing(line.rank):
        return ""
    rank, total = formats.rank(line.rank, line.tied), formats.number(ranked)
    if formats.missing(line.rank_low):
        return _("Rank {rank} of {total}").format(rank=rank, total=total)
    return _("Rank {rank} of {total} (95% rank set {set})").format(
        rank=rank, total=total, set=rank_set(line)
    )


def rank_set(line: Any) -> str:
    """The confidence set of a rank, as one number where it is one."""
    low, high = formats.number(line.rank_low), formats.number(line.rank_high)
    return low if low == high else f"{low}–{high}"


def _told_absent(ground: Ground) -> str:
    """What the pointer reads on an outline that stands for no unit; Plotly puts in the name."""
    why = (
        _("no single court of the data serves this county")
        if ground.level == "court"
        else _("not in this data set")
    )
    return "<br>".join([tag("b", "%{text}"), tag("span", why)])


def in_words(title: str, units: pd.DataFrame, layer: Layer, *, named: bool) -> str:
    """What a painted map shows, for those who cannot see it: how many places have a value, and how
    many are in the highest and in the lowest class there is; with `named`, also which."""
    members: dict[int, list[str]] = {}
    for line in units.itertuples(index=False):
        members.setdefault(layer.of(line), []).append(place_name(line))
    known = sorted(number for number in members if not layer.classes[number].grey)
    without = sum(len(names) for number, names in members.items() if number not in known)
    said = [
        _("{title}. {n} with a value, {without} without.").format(
            title=title,
            n=formats.number(len(units) - without),
            without=formats.number(without),
        )
    ]
    if known and layer.scale:
        for words, number in (
            (_("Highest class {words}."), known[-1]),
            (_("Lowest class {words}."), known[0]),
        ):
            said.append(words.format(words=_class(layer, number, members, named)))
    else:
        said += [_class(layer, number, members, named) + "." for number in known]
    return " ".join(said)


def _class(layer: Layer, number: int, members: Mapping[int, list[str]], named: bool) -> str:
    names = members[number]
    if not named:
        return f"{layer.classes[number].label} ({formats.number(len(names))})"
    return _("{label}: {n} ({names})").format(
        label=layer.classes[number].label,
        n=formats.number(len(names)),
        names=_list(names[:FEW], len(names) > FEW),
    )


def _list(names: Iterable[str], more: bool) -> str:
    return _(", ").join(names) + ("…" if more else "")
