"""The way in: bring files of one's own in step by step, see what came of them, take them back."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import data, parts
from dashboard.i18n import _
from dashboard.intake import check as intake_check
from dashboard.intake import steps as intake_steps
from dashboard.intake import view as intake_view
from index_engine import intake
from index_engine.errors import InputError
from index_engine.intake import Holdings


def page() -> None:
    warehouse = data.warehouse()
    parts.headline(
        _("Bring in your own files"),
        _("From the spreadsheet of a court to a place on the map, in four steps and no code."),
    )
    try:
        found = intake.holdings(warehouse) if warehouse.exists() else None
    except InputError as error:
        intake_view.without_warehouse(error)
        return
    with st.container(key="intake-set"):
        intake_view.data_set(warehouse, found and found.state)
    if found is None:
        return
    if not found.state.synthetic:
        bring_in(warehouse)
    held(warehouse, found)


def bring_in(warehouse: Path) -> None:
    """The four steps; each appears when the one before it is done."""
    if intake_check.done(warehouse):
        return
    with st.container(key="intake-steps"):
        picked = intake_steps.choose_file()
        reading = picked and intake_steps.describe(picked, warehouse)
        if reading and intake_check.check(warehouse, reading):
            intake_check.import_(warehouse, reading)


def held(warehouse: Path, found: Holdings) -> None:
    """What the data set holds by now."""
    intake_view.stale(warehouse, found.state)
    intake_view.sources(warehouse, found.sources)
    if found.state.has_cases:
        intake_view.coverage(warehouse, found.coverage)


page()
