"""Widgets whose value is in the address: drawn with what it says, written back when moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard.state import address
from dashboard.ui.html import Html, tag


def select(
    parameter: str,
    label: str,
    options: Sequence[str],
    *,
    format_option: Callable[[str], str],
    default: str | None = None,
    width: int = 200,
    resets: Sequence[str] = (),
) -> str:
    """A box of options, and the one chosen: the one that the address names, else the default.

    `default`, the first option where none is given, is left out of the address. `said` gives an
    option in words; `resets` are parameters that another choice takes out of the address.
    """
    default_value = options[0] if default is None else default
    key, value, on_change = _bind_widget(parameter, options, default_value, resets)
    option_labels = {option: format_option(option) for option in options}  # in the language of this run
    st.selectbox(label, options, format_func=option_labels.__getitem__, key=key, on_change=on_change, width=width)
    return value


def switch(
    parameter: str,
    label: str,
    names: Mapping[str, str],
    current: str,
    *,
    default: str | None = None,
    small: bool = False,
    resets: Sequence[str] = (),
) -> Html:
    """Links to the values of a parameter side by side, `now` the one in force.

    `names` are their words; `default` is left out of the address, `resets` are parameters that a
    click takes out of it.
    """
    links = [
        tag(
            "a",
            name,
            href=address.current_link(**dict.fromkeys(resets, ""), **{parameter: "" if value == default else value}),
            data_in=True,
            aria_current="true" if value == current else None,
        )
        for value, name in names.items()
    ]
    return tag("nav", *links, class_="switch small" if small else "switch", aria_label=label)


def slider(
    parameter: str,
    label: str,
    options: Sequence[str],
    *,
    format_option: Callable[[str], str],
    default: str,
    width: int = 300,
) -> str:
    """As `select`, for options that follow one another: a slider."""
    key, value, on_change = _bind_widget(parameter, options, default)
    option_labels = {option: format_option(option) for option in options}
    st.select_slider(label, options, format_func=option_labels.__getitem__, key=key, on_change=on_change, width=width)
    return value


def _bind_widget(
    parameter: str, options: Sequence[str], default_value: str, resets: Sequence[str] = ()
) -> tuple[str, str, Callable[[], None]]:
    """Key of the widget of a parameter, the value it holds, and what to do when it is moved."""
    address_value = address.get(parameter)
    value = address_value if address_value in options else default_value
    key = f"choose-{parameter}"

    def on_change() -> None:
        choice = st.session_state[key]
        address.update(**dict.fromkeys(resets, ""), **{parameter: "" if choice == default_value else choice})

    address.sync_widget(key, value)
    return key, value, on_change
