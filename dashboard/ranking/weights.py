"""What if the weights were different: read from the address, moved by sliders, marked wherever a
number made with them is shown or taken away. A weighted view is no release."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import address, formats, parts
from dashboard.data import View
from dashboard.i18n import _, pick
from dashboard.markup import Html, tag
from index_engine.method import Dimension, Indicator, Method

MOST = 5.0  # the largest weight a slider gives
STEP = 0.5
PANEL = "weights"  # value of `panel` in the address that opens the sliders
CUSTOM = "CUSTOM WEIGHTS 自定义权重"
SHOWN_OF_IGNORED = 5

_NUMBER = re.compile(r"\d{1,2}(\.\d{1,2})?", re.ASCII)


@dataclass(frozen=True)
class Weights:
    """Weights other than the method's, as (id, weight) in its order, and what of the address was
    not understood."""

    changed: tuple[tuple[str, float], ...]
    ignored: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether any weight is other than the method's."""
        return bool(self.changed)

    @property
    def given(self) -> dict[str, float]:
        return dict(self.changed)


def defaults(method: Method) -> dict[str, float]:
    """The method's own weight of every dimension, each followed by its indicators."""
    return {item.id: float(item.weight) for item in _weighed(method)}


def read(method: Method, text: str) -> Weights:
    """Weights from an address, such as 'cycle:2,cash_24m:0'. A name that the method does not have
    and a weight that no slider gives are ignored, and kept to be told."""
    known = defaults(method)
    given, ignored = {}, []
    for piece in filter(None, (piece.strip() for piece in text.split(","))):
        name, _colon, number = piece.partition(":")
        fits = bool(_NUMBER.fullmatch(number)) and name in known
        if fits and float(number) <= most(known[name]):
            given[name] = float(number)
        else:
            ignored.append(piece)
    changed = [(name, given[name]) for name in known if given.get(name, known[name]) != known[name]]
    return Weights(tuple(changed), tuple(ignored))


def write(method: Method, weights: dict[str, float]) -> str:
    """For the address: only what differs from the method, in its order."""
    known = defaults(method)
    return ",".join(
        f"{name}:{weights[name]:g}"
        for name in known
        if weights.get(name, known[name]) != known[name]
    )


def most(default: float) -> float:
    """The largest weight that a slider gives: never less than the method's own."""
    return max(MOST, default)


def in_view(shown: View) -> Weights:
    """The weights that the address asks for."""
    return read(shown.data.method, address.get("w"))


def left(method: Method, weights: Weights) -> list[Dimension]:
    """Dimensions that keep a weight, and in them an indicator; none where all weights are 0."""
    now = defaults(method) | weights.given
    return [
        dimension
        for dimension in method.dimensions
        if now[dimension.id] > 0 and any(now[i.id] > 0 for i in method.of_dimension(dimension.id))
    ]


# ---------------------------------------------------------------- what is said of them


def band(shown: View, weights: Weights) -> None:
    """Over the page: that the weights are not the method's, which, and the way back."""
    if weights.ignored:
        st.html(tag("p", ignored(weights), class_="advice"))
    if not weights:
        return
    links = [tag("a", _("Default weights"), href=address.here(w=""), data_in=True)]
    if address.get("panel") != PANEL:
        change = tag("a", _("Change them"), href=address.here(panel=PANEL), data_in=True)
        links.insert(0, change)
    what_if = _("A what-if, not the published index.")
    st.html(
        tag(
            "p",
            tag("b", _("Custom weights"), class_="mark"),
            parts.facts(told(shown.data.method, weights), what_if, *links),
            class_="band",
            role="note",
        )
    )


def told(method: Method, weights: Weights) -> str:
    """What was changed, in words: 'Cycle length 1 → 2'."""
    known = defaults(method)
    return _("; ").join(
        f"{name_of(method, item)} {known[item]:g} → {weight:g}" for item, weight in weights.changed
    )


def name_of(method: Method, item: str) -> str:
    """Name of a dimension or an indicator."""
    entries: list[Dimension | Indicator] = [*method.dimensions, *method.indicators]
    return next(pick(entry.name) for entry in entries if entry.id == item)


def ignored(weights: Weights) -> str:
    """What of the address was not used."""
    pieces = [piece[:40] for piece in weights.ignored[:SHOWN_OF_IGNORED]]
    if len(weights.ignored) > SHOWN_OF_IGNORED:
        pieces.append("…")
    said = _(
        "Ignored in the address: {pieces}. A weight is an id of this method, a colon and a number "
        "from 0 to {most}."
    )
    return said.format(pieces=_(", ").join(pieces), most=f"{MOST:g}")


def marked(shown: View, weights: Weights, table: pd.DataFrame) -> pd.DataFrame:
    """A table to take away: with custom weights every row says so, and which."""
    if not weights:
        return table
    return table.assign(weights=f"{CUSTOM} {write(shown.data.method, weights.given)}")


def subject(name: str, weights: Weights) -> str:
    """Subject of a download, for its file name."""
    return f"{name}-custom-weights" if weights else name


# ---------------------------------------------------------------- sliders


def panel(shown: View, weights: Weights) -> None:
    """A slider for every dimension, those of its indicators below it."""
    method = shown.data.method
    with st.container(key="weights"):
        st.html(tag("div", tag("h2", _("Weights of your own")), tag("p", _explained())))
        columns = st.columns(len(method.dimensions), gap="large")
        for column, dimension in zip(columns, method.dimensions, strict=True):
            with column, st.container(key=f"weights-{dimension.id}"):
                for item in (dimension, *method.of_dimension(dimension.id)):
                    _slider(method, weights, item)
                st.html(_shares(method, weights, dimension))
        st.html(tag("p", *_ways_out(weights), class_="ways-on"))


def _explained() -> str:
    return _(
        "Dimensions count in proportion to their weights in the geometric mean, indicators within "
        "their dimension; 0 leaves one out. The address keeps every change, so a view can be cited."
    )


def _ways_out(weights: Weights) -> list[Html]:
    close = tag("a", _("Close"), href=address.here(panel=""), data_in=True)
    back = tag("a", _("Default weights"), href=address.here(w=""), data_in=True)
    return [back, close] if weights else [close]


def _slider(method: Method, weights: Weights, item: Dimension | Indicator) -> None:
    default = float(item.weight)
    key = _key(item)

    def moved() -> None:
        # All of them: the address that comes with a move may be of before the move just made.
        now = {each.id: float(st.session_state[_key(each)]) for each in _weighed(method)}
        address.put(w=write(method, now))

    address.hold(key, weights.given.get(item.id, default))
    st.slider(pick(item.name), 0.0, most(default), step=STEP, format="%g", key=key, on_change=moved)


def _key(item: Dimension | Indicator) -> str:
    return f"weight-{item.id}"


def _weighed(method: Method) -> list[Dimension | Indicator]:
    """What has a slider: every dimension, and every indicator in one."""
    return [
        item
        for dimension in method.dimensions
        for item in (dimension, *method.of_dimension(dimension.id))
    ]


def _shares(method: Method, weights: Weights, dimension: Dimension) -> Html:
    """What the weights come to: the share of the dimension, and of its indicators in it."""
    kept = left(method, weights)
    if dimension not in kept:
        return tag("p", _("left out"), class_="hint")
    now = defaults(method) | weights.given
    share = now[dimension.id] / sum(now[d.id] for d in kept)
    inside = [now[i.id] for i in method.of_dimension(dimension.id)]
    shares = " / ".join(formats.percent(weight / sum(inside), 0) for weight in inside)
    said = _("{share} of the score; within it, in this order, {shares}")
    said = said.format(share=formats.percent(share, 0), shares=shares)
    return tag("p", said, class_="hint")
