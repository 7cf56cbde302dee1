"""What no file tells and the reader decides: sliders that write into the address."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import controls
from index_engine.claims.claim import Assumptions
from index_engine.claims.pricing import default_assumptions

_RATES = tuple(range(0, 31))  # per cent a year
_COSTS = tuple(range(0, 11))  # per cent of the claim
_DRIFTS = tuple(range(-15, 11))  # per cent a year


def selected_assumptions() -> Assumptions:
    """The assumptions that the address names, those of pricing.toml where it names none."""
    defaults = default_assumptions()
    with st.container(horizontal=True, vertical_alignment="bottom", key="claims-assumptions"):
        yearly_rate = _percent("rate", _("Yearly return asked for"), _RATES, defaults.yearly_rate)
        entry_cost = _percent("cost", _("Costs at once, of the claim"), _COSTS, defaults.entry_cost)
        price_drift = _percent("drift", _("Prices a year"), _DRIFTS, defaults.price_drift)
    return replace(defaults, yearly_rate=yearly_rate, entry_cost=entry_cost, price_drift=price_drift)


def _percent(parameter: str, label: str, options: tuple[int, ...], default: float) -> float:
    choice = controls.slider(
        parameter,
        label,
        [str(option) for option in options],
        format_option=lambda option: formats.percent(int(option) / 100, 0),
        default=str(round(default * 100)),
        width=220,
    )
    return int(choice) / 100
