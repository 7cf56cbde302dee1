"""The methods that a data set was built with: a switch between them, and the banner over pages that
show another than the main one."""

from __future__ import annotations

import streamlit as st

from dashboard.state import address
from dashboard.state.cache import CachedSnapshot
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.html import tag

COMPARISON_PANEL = "methods"  # value of `panel` in the address that opens the comparison of methods


def is_main_method(snapshot: CachedSnapshot) -> bool:
    """Whether the method in view is the main one of the data set."""
    return bool(snapshot.method.id == snapshot.main.id)


def draw_method_switch(snapshot: CachedSnapshot) -> None:
    """Names of the methods to choose from; nothing where there is one."""
    if len(snapshot.methods) < 2:
        return
    links = [
        tag(
            "a",
            localise(method.name),
            href=method_link(snapshot, method.id),
            data_in=True,
            aria_current="true" if method.id == snapshot.method.id else None,
        )
        for method in snapshot.methods.values()
    ]
    st.html(tag("nav", *links, class_="methods", aria_label=_("Method in view")))


def method_link(snapshot: CachedSnapshot, method_id: str) -> str:
    """Address of the page in view under a method; weights are those of one method only."""
    return address.current_link(method="" if method_id == snapshot.main.id else method_id, w="")


def draw_method_banner(snapshot: CachedSnapshot) -> None:
    """Over every page whose numbers are of another method than the main one."""
    if is_main_method(snapshot):
        return
    method, main_method = snapshot.method, snapshot.main
    notice = _("{name}: for comparison, not for use.").format(name=localise(method.name))
    back_text = _("Back to {name}").format(name=localise(main_method.name))
    comparison_link = address.link("rankings", panel=COMPARISON_PANEL)
    st.html(
        tag(
            "p",
            tag("b", notice),
            components.facts(
                tag("a", back_text, href=method_link(snapshot, main_method.id), data_in=True),
                tag("a", _("Where the methods differ most"), href=comparison_link, data_in=True),
            ),
            class_="band other-method",
            role="note",
        )
    )
