"""The quarter as a slider, and a button that runs through all of them."""

from __future__ import annotations

import streamlit as st

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import components, controls
from dashboard.ui.html import tag


def period_slider(view: View) -> None:
    """A slider for the quarter. play.js runs through the quarters, on a click only."""
    periods = view.snapshot.periods()
    if len(periods) < 2:
        components.period_selector(view)
        return
    _play_button(periods)
    controls.slider(
        "period",
        _("{months} months to the end of").format(months=components.window_months(view)),
        periods,
        format_option=formats.period,
        default=periods[-1],
    )


def _play_button(periods: list[str]) -> None:
    label = _("Run through the quarters")
    button = tag(
        "button",
        type="button",
        class_="play",
        aria_label=label,
        title=label,
        aria_pressed="false",
        data_play=label,
        data_pause=_("Pause"),
        data_periods=" ".join(periods),
    )
    st.html(button, width="content")
