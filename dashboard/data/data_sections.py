"""The sections of the data page, in the order in which a file comes in."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.data import import_inventory, import_steps
from dashboard.text.i18n import _
from dashboard.ui import components
from dashboard.ui.reading import reading_steps
from index_engine.errors import InputError
from index_engine.importing import api
from index_engine.importing.api import Inventory


def draw_headline() -> None:
    components.headline(
        _("Import your own files"), _("From the spreadsheet of a court to the map in four steps, without code.")
    )


def draw_data_set(warehouse: Path) -> None:
    """What the data set holds and the steps of an import; a new data set where there is none."""
    try:
        inventory = api.read_inventory(warehouse) if warehouse.exists() else None
    except InputError as error:
        import_inventory.draw_warehouse_error(error)
        return
    with st.container(key="intake-set"):
        import_inventory.draw_data_set(warehouse, inventory.state if inventory else None)
    if inventory is None:
        return
    if not inventory.state.synthetic:
        draw_import_steps(warehouse)
    draw_inventory(warehouse, inventory)


def draw_import_steps(warehouse: Path) -> None:
    """The four steps; each appears when the one before it is done."""
    if import_steps.draw_completed_import(warehouse):
        return
    with st.container(key="intake-steps"):
        input_file = reading_steps.choose_file()
        reading = input_file and reading_steps.describe_reading(input_file, warehouse)
        if reading and import_steps.draw_dry_run(warehouse, reading):
            import_steps.draw_import(warehouse, reading)


def draw_inventory(warehouse: Path, inventory: Inventory) -> None:
    """What the data set holds by now."""
    import_inventory.draw_stale_notice(warehouse, inventory.state)
    import_inventory.draw_sources(warehouse, inventory.sources)
    if inventory.state.has_cases:
        import_inventory.draw_coverage(warehouse, inventory.coverage)
