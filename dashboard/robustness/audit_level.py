"""The level and the period that the audit of the index is of: the last, whatever is in view."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.text.levels import level_names
from dashboard.ui import controls
from dashboard.ui.html import Html, tag
from index_engine import queries

LEVELS = ("province", "city", "court")


def selected_level(levels: Iterable[str] = LEVELS) -> str:
    """The level of the audit that the address names, else the first."""
    options = list(levels)
    level = address.get("audit")
    return level if level in options else options[0]


def level_switch(levels: Iterable[str] = LEVELS) -> Html:
    options = list(levels)
    labels = {level: level_names()[level] for level in options}
    return controls.switch("audit", _("Level"), labels, selected_level(options), default=LEVELS[0], small=True)


def view_of_latest_period(view: View) -> View:
    """The same at the last period: what the audit is of, whatever period is in view."""
    return View(view.snapshot, view.snapshot.periods()[-1], view.place)


def too_few_places_note(level: str) -> Html:
    """Said where too few places have a score to compare them."""
    words = {
        "province": _("Fewer than three provinces have a score: there is nothing to compare."),
        "city": _("Fewer than three cities have a score: there is nothing to compare."),
        "court": _("Fewer than three courts have a score: there is nothing to compare."),
    }
    return tag("p", words[level], class_="quiet")


def draw_coherence_level(view: View) -> tuple[str, View, pd.DataFrame]:
    """The switch of levels; returns the level, its last period and its coherence, after a note
    where that is empty."""
    level, latest_view = selected_level(), view_of_latest_period(view)
    st.html(level_switch())
    rows = queries.coherence(latest_view.snapshot, level)
    if rows.empty:
        st.html(too_few_places_note(level))
    return level, latest_view, rows
