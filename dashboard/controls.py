"""Widgets whose value is in the address: drawn with what it says, written back when moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard import address
from dashboard.markup import Html, tag


def select(
    parameter: str,
    label: str,
    options: Sequence[str],
    *,
    said: Callable[[str], str],
    default: str | None = None,
    width: int = 200,
    resets: Sequence[str] = (),
) -> str:
    """A box of options, and the one chosen: the one that the address names, else the default.

    `default`, the first option where none is given, is left out of the address. `said` gives an
    option in words; `resets` are parameters that another choice takes out of the address.
    """
    usual = options[0] if default is None else default
    key, value, chosen = _bound(parameter, options, usual, resets)
    words = {option: said(option) for option in options}  # in the language of this run
    st.selectbox(
        label, options, format_func=words.__getitem__, key=key, on_change=chosen, width=width
    )
    return value


def switch(
    parameter: str,
    label: str,
    names: Mapping[str, str],
    now: str,
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
            words,
            href=address.here(
                **dict.fromkeys(resets, ""), **{parameter: "" if value == default else value}
            ),
            data_in=True,
            aria_current="true" if value == now else None,
        )
        for value, words in names.items()
    ]
    return tag("nav", *links, class_="switch small" if small else "switch", aria_label=label)


def slide(
    parameter: str,
    label: str,
    options: Sequence[str],
    *,
    said: Callable[[str], str],
    default: str,
    width: int = 300,
) -> str:
    """As `select`, for options that follow one another: a slider."""
    key, value, chosen = _bound(parameter, options, default)
    words = {option: said(option) for option in options}
    st.select_slider(
        label, options, format_func=words.__getitem__, key=key, on_change=chosen, width=width
    )
    return value


def _bound(
    parameter: str, options: Sequence[str], usual: str, resets: Sequence[str] = ()
) -> tuple[str, str, Callable[[], None]]:
    """Key of the widget of a parameter, the value it holds, and what to do when it is moved."""
    named = address.get(parameter)
    value = named if named in options else usual
    key = f"choose-{parameter}"

    def chosen() -> None:
        choice = st.session_state[key]
        address.put(**dict.fromkeys(resets, ""), **{parameter: "" if choice == usual else choice})

    address.hold(key, value)
    return key, value, chosen
