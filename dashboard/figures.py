"""A figure with what belongs to it: words for who cannot see it, its source, ways to keep it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import charts, export, parts
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import Html, join, tag


def show(
    shown: View,
    figure: go.Figure,
    *,
    key: str,
    title: str,
    alt: str = "",
    legend: Html | None = None,
    below: Html | None = None,
    n: object = None,
    since: str = "",
    maps: bool = False,
    extra: object = None,
    table: Callable[[], pd.DataFrame] | None = None,
    config: Mapping[str, Any] = charts.CONFIG,
    height: int | None = None,
    **more: Any,
) -> None:
    """Draw a figure, the line of its source under it, and links that save it.

    `title` stands above a saved picture, which carries legend, source, vintage and mark too
    (figures.js draws it from what is on screen); `alt` says what the figure shows, the title where
    it is empty. `legend` stands above the figure, `below` under it. `n`, `since`, `maps` and
    `extra` go to the source line; `table` gives the numbers behind it, for a CSV file; `more` goes
    to Streamlit.
    """
    with st.container(key=f"figure-{key}", gap="small"):
        if legend is not None:
            st.html(legend)
        if height is not None:
            more["height"] = "stretch"
        with st.container(key=f"plot-{key}", height=height or "content", border=False):
            st.plotly_chart(
                figure, theme=None, key=key, config=dict(config), alt=alt or title, **more
            )
        st.html(join(below, parts.source_line(shown, n=n, since=since, maps=maps, extra=extra)))
        with st.container(horizontal=True, key=f"take-{key}", gap="small"):
            st.html(_ways_out(shown, key, title), width="content")
            if table is not None:
                parts.download(key, shown, table)


def _ways_out(shown: View, key: str, title: str) -> Html:
    name = export.stem(key, shown)
    links = (
        tag(
            "a",
            form.upper(),
            href="#",
            role="button",
            data_save=form,
            data_name=name,
            data_title=title,
            aria_label=_("Save as {form}: {title}").format(form=form.upper(), title=title),
        )
        for form in ("svg", "png")
    )
    return tag("span", join(*links), class_="save")
