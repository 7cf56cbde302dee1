"""A figure with what belongs to it: words for who cannot see it, its source, ways to keep it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui import components, export
from dashboard.ui.charts import base
from dashboard.ui.html import Html, join, tag


def show_chart(
    view: View,
    figure: go.Figure,
    *,
    key: str,
    title: str,
    alt: str = "",
    legend: Html | None = None,
    caption: Html | None = None,
    n: float | None = None,
    first_period: str = "",
    has_basemap: bool = False,
    extra: object = None,
    table: Callable[[], pd.DataFrame] | None = None,
    config: Mapping[str, Any] = base.CONFIG,
    height: int | None = None,
    **chart_options: Any,
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
            chart_options["height"] = "stretch"
        with st.container(key=f"plot-{key}", height=height or "content", border=False):
            st.plotly_chart(figure, theme=None, key=key, config=dict(config), alt=alt or title, **chart_options)
        st.html(
            join(
                caption,
                components.source_line(view, n=n, first_period=first_period, has_basemap=has_basemap, extra=extra),
            )
        )
        with st.container(horizontal=True, key=f"take-{key}", gap="small"):
            st.html(_save_links(view, key, title), width="content")
            if table is not None:
                components.download_button(key, view, table)


def _save_links(view: View, key: str, title: str) -> Html:
    file_stem = export.file_stem(key, view)
    links = (
        tag(
            "a",
            file_format.upper(),
            href="#",
            role="button",
            data_save=file_format,
            data_name=file_stem,
            data_title=title,
            aria_label=_("Save as {form}: {title}").format(form=file_format.upper(), title=title),
        )
        for file_format in ("svg", "png")
    )
    return tag("span", join(*links), class_="save")
