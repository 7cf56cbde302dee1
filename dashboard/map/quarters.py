"""The quarter as a slider, and a button that runs through all of them."""

from __future__ import annotations

import streamlit as st

from dashboard import controls, formats, parts
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import tag


def choice(shown: View) -> None:
    """Choose the quarter; play.js runs through them. It begins at nobody's wish but a click."""
    periods = shown.data.periods()
    if len(periods) < 2:
        parts.period_choice(shown)
        return
    _play(periods)
    controls.slide(
        "period",
        _("{months} months to the end of").format(months=parts.months(shown)),
        periods,
        said=formats.period,
        default=periods[-1],
    )


def _play(periods: list[str]) -> None:
    words = _("Run through the quarters")
    button = tag(
        "button",
        type="button",
        class_="play",
        aria_label=words,
        title=words,
        aria_pressed="false",
        data_play=words,
        data_pause=_("Pause"),
        data_periods=" ".join(periods),
    )
    st.html(button, width="content")
