"""Figures in which text is text.

Plotly reads markup and links in every text of a figure, names of places among them. So all figures are
built here, and whatever is not markup of our own (see dashboard/ui/html.py) is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import plotly.graph_objects as go

from dashboard.ui.html import Html

TEXT_KEYS = frozenset({"hovertext", "name", "text", "ticktext"})
# Ids of places as a rule, which a click hands back; text where a template shows it.
DATA_KEY, TEMPLATE_KEYS = "customdata", ("hovertemplate", "texttemplate")


def build_figure(traces: Iterable[Mapping[str, Any]], layout: Mapping[str, Any]) -> go.Figure:
    """A figure of traces and a layout, as Plotly describes them."""
    return go.Figure({"data": [_literal_texts(trace) for trace in traces], "layout": _literal_texts(layout)})


def _literal_texts(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part of a figure with its texts escaped."""
    text_keys = TEXT_KEYS
    if any(f"%{{{DATA_KEY}" in str(part.get(key, "")) for key in TEMPLATE_KEYS):
        text_keys = text_keys | {DATA_KEY}
    return {key: _literal(value) if key in text_keys else _literal_inside(value) for key, value in part.items()}


def _literal_inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _literal_texts(value)
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [_literal_texts(part) for part in value]
    return value


def _literal(value: Any) -> Any:
    if isinstance(value, Html):
        # Plotly knows entities by number, and few by name; within texts a quote ends nothing.
        return str(value).replace("&quot;", '"')
    if isinstance(value, str):
        return escape(value, quote=False)
    return [_literal(item) for item in value] if isinstance(value, Iterable) else value
