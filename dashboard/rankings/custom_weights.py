"""Custom weights: read from the address, set by sliders, and marked wherever a number computed with
them is shown or exported. A view with custom weights is no release of the index."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.html import Html, tag
from index_engine.method import Dimension, Indicator, Method

MAX_WEIGHT = 5.0  # the largest weight a slider gives
STEP = 0.5
PANEL = "weights"  # value of `panel` in the address that opens the sliders
CUSTOM_MARK = "CUSTOM WEIGHTS 自定义权重"
MAX_IGNORED_PIECES = 5

_NUMBER = re.compile(r"\d{1,2}(\.\d{1,2})?", re.ASCII)


@dataclass(frozen=True)
class Weights:
    """Weights other than the method's, as (id, weight) in its order, and what of the address was
    not understood."""

    overrides: tuple[tuple[str, float], ...]
    ignored_pieces: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether any weight is other than the method's."""
        return bool(self.overrides)

    @property
    def by_id(self) -> dict[str, float]:
        return dict(self.overrides)


def default_weights(method: Method) -> dict[str, float]:
    """The method's own weight of every dimension, each followed by its indicators."""
    return {item.id: float(item.weight) for item in _weighted_items(method)}


def read_weights(method: Method, text: str) -> Weights:
    """Weights from an address, such as 'cycle:2,cash_24m:0'. A name that the method does not have
    and a weight that no slider gives are ignored, and kept to be told."""
    defaults = default_weights(method)
    values, ignored_pieces = {}, []
    for piece in filter(None, (piece.strip() for piece in text.split(","))):
        name, _colon, number = piece.partition(":")
        is_valid = bool(_NUMBER.fullmatch(number)) and name in defaults
        if is_valid and float(number) <= max_weight(defaults[name]):
            values[name] = float(number)
        else:
            ignored_pieces.append(piece)
    overrides = [(name, values[name]) for name in defaults if values.get(name, defaults[name]) != defaults[name]]
    return Weights(tuple(overrides), tuple(ignored_pieces))


def write_weights(method: Method, weights: dict[str, float]) -> str:
    """For the address: only what differs from the method, in its order."""
    defaults = default_weights(method)
    return ",".join(
        f"{name}:{weights[name]:g}" for name in defaults if weights.get(name, defaults[name]) != defaults[name]
    )


def max_weight(default: float) -> float:
    """The largest weight that a slider gives: never less than the method's own."""
    return max(MAX_WEIGHT, default)


def weights_in_address(view: View) -> Weights:
    """The weights that the address asks for."""
    return read_weights(view.snapshot.method, address.get("w"))


def weighted_dimensions(method: Method, weights: Weights) -> list[Dimension]:
    """Dimensions that keep a weight, and in them an indicator; none where all weights are 0."""
    current_weights = default_weights(method) | weights.by_id
    return [
        dimension
        for dimension in method.dimensions
        if current_weights[dimension.id] > 0
        and any(current_weights[i.id] > 0 for i in method.dimension_indicators(dimension.id))
    ]


# ---------------------------------------------------------------- banner and exports


def draw_banner(view: View, weights: Weights) -> None:
    """Above the page: that the weights are custom, which differ, and a link to the default ones."""
    if weights.ignored_pieces:
        st.html(tag("p", ignored_text(weights), class_="advice"))
    if not weights:
        return
    links = [tag("a", _("Default weights"), href=address.current_link(w=""), data_in=True)]
    if address.get("panel") != PANEL:
        change_link = tag("a", _("Change them"), href=address.current_link(panel=PANEL), data_in=True)
        links.insert(0, change_link)
    what_if = _("A simulation, not the published index.")
    st.html(
        tag(
            "p",
            tag("b", _("Custom weights"), class_="mark"),
            components.facts(changes_text(view.snapshot.method, weights), what_if, *links),
            class_="band",
            role="note",
        )
    )


def changes_text(method: Method, weights: Weights) -> str:
    """What was changed, in words: 'Cycle length 1 → 2'."""
    defaults = default_weights(method)
    return _("; ").join(
        f"{item_name(method, item)} {defaults[item]:g} → {weight:g}" for item, weight in weights.overrides
    )


def item_name(method: Method, item: str) -> str:
    """Name of a dimension or an indicator."""
    entries: list[Dimension | Indicator] = [*method.dimensions, *method.indicators]
    return next(localise(entry.name) for entry in entries if entry.id == item)


def ignored_text(weights: Weights) -> str:
    """What of the address was not used."""
    pieces = [piece[:40] for piece in weights.ignored_pieces[:MAX_IGNORED_PIECES]]
    if len(weights.ignored_pieces) > MAX_IGNORED_PIECES:
        pieces.append("…")
    text = _(
        "Ignored in the address: {pieces}. A weight is an id of this method, a colon and a number from 0 to {most}."
    )
    return text.format(pieces=_(", ").join(pieces), most=f"{MAX_WEIGHT:g}")


def with_weights_column(view: View, weights: Weights, scores: pd.DataFrame) -> pd.DataFrame:
    """The rows of a file: with custom weights, a column that gives them."""
    if not weights:
        return scores
    return scores.assign(weights=f"{CUSTOM_MARK} {write_weights(view.snapshot.method, weights.by_id)}")


def download_subject(name: str, weights: Weights) -> str:
    """Subject of a download, for its file name."""
    return f"{name}-custom-weights" if weights else name


# ---------------------------------------------------------------- sliders


def draw_panel(view: View, weights: Weights) -> None:
    """A slider for every dimension, those of its indicators below it."""
    method = view.snapshot.method
    with st.container(key="weights"):
        st.html(tag("div", tag("h2", _("Set your own weights")), tag("p", _explanation())))
        columns = st.columns(len(method.dimensions), gap="large")
        for column, dimension in zip(columns, method.dimensions, strict=True):
            with column, st.container(key=f"weights-{dimension.id}"):
                _draw_slider(method, weights, dimension)
                for indicator in method.dimension_indicators(dimension.id):
                    _draw_slider(method, weights, indicator)
                st.html(_share_text(method, weights, dimension))
        st.html(tag("p", *_panel_links(weights), class_="ways-on"))


def _explanation() -> str:
    return _(
        "Dimensions count in proportion to their weights in the geometric mean, indicators within "
        "their dimension; 0 leaves one out. The address keeps every change, so a view can be cited."
    )


def _panel_links(weights: Weights) -> list[Html]:
    close_link = tag("a", _("Close"), href=address.current_link(panel=""), data_in=True)
    reset_link = tag("a", _("Default weights"), href=address.current_link(w=""), data_in=True)
    return [reset_link, close_link] if weights else [close_link]


def _draw_slider(method: Method, weights: Weights, item: Dimension | Indicator) -> None:
    default = float(item.weight)
    key = _slider_key(item)

    def update_address() -> None:
        # All of them: the address that comes with a move may be of before the move just made.
        current_weights = {entry.id: float(st.session_state[_slider_key(entry)]) for entry in _weighted_items(method)}
        address.update(w=write_weights(method, current_weights))

    address.sync_widget(key, weights.by_id.get(item.id, default))
    st.slider(localise(item.name), 0.0, max_weight(default), step=STEP, format="%g", key=key, on_change=update_address)


def _slider_key(item: Dimension | Indicator) -> str:
    return f"weight-{item.id}"


def _weighted_items(method: Method) -> list[Dimension | Indicator]:
    """What has a slider: every dimension, and every indicator in one."""
    items: list[Dimension | Indicator] = []
    for dimension in method.dimensions:
        items += [dimension, *method.dimension_indicators(dimension.id)]
    return items


def _share_text(method: Method, weights: Weights, dimension: Dimension) -> Html:
    """What the weights come to: the share of the dimension, and of its indicators in it."""
    dimensions = weighted_dimensions(method, weights)
    if dimension not in dimensions:
        return tag("p", _("left out"), class_="hint")
    current_weights = default_weights(method) | weights.by_id
    share = current_weights[dimension.id] / sum(current_weights[d.id] for d in dimensions)
    indicator_weights = [current_weights[i.id] for i in method.dimension_indicators(dimension.id)]
    shares = " / ".join(formats.percent(weight / sum(indicator_weights), 0) for weight in indicator_weights)
    text = _("{share} of the score; within it, in this order, {shares}")
    text = text.format(share=formats.percent(share, 0), shares=shares)
    return tag("p", text, class_="hint")
