"""Import files step by step, see the result, undo an import."""

from __future__ import annotations

from dashboard.data import data_sections
from dashboard.state import cache


def page() -> None:
    data_sections.draw_headline()
    data_sections.draw_data_set(cache.current_file())


page()
