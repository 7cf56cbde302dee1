"""Places taken along to the page that compares: a link in every row adds one, the address keeps
them."""

from __future__ import annotations

import re

import streamlit as st

from dashboard import address
from dashboard.data import View
from dashboard.i18n import _, place_name
from dashboard.markup import Html, tag

MOST = 6
_PLACE = re.compile(r"(province|city|court):[\w-]{1,40}")


def picked() -> list[str]:
    """The places in the address, as 'province:320000', the first few."""
    named = [each for each in address.get("pick").split(",") if _PLACE.fullmatch(each)]
    return list(dict.fromkeys(named))[:MOST]


def link(line: object, level: str) -> Html | None:
    """In a row: take the place along, or leave it again; nothing where there are enough."""
    place, kept = f"{level}:{line.unit_id}", picked()  # type: ignore[attr-defined]
    name = place_name(line)  # type: ignore[arg-type]
    if place in kept:
        kept.remove(place)
        label, mark, state = _("Leave {place} out of the comparison"), "✓", "true"
    elif len(kept) < MOST:
        kept.append(place)
        label, mark, state = _("Compare {place}"), "+", None
    else:
        return None
    label = label.format(place=name)
    where = address.here(pick=",".join(kept))
    return tag(
        "a", mark, href=where, data_in=True, class_="pick", title=label, aria_label=label,
        aria_current=state,
    )  # fmt: skip


def bar(shown: View) -> None:
    """The places taken along, each with a way to leave it, and the way to compare them."""
    kept = []
    for place in picked():
        level, unit_id = place.split(":", 1)
        try:
            kept.append((place, place_name(shown.data.unit(level, unit_id))))
        except KeyError:  # of another data set
            continue
    if not kept:
        return
    chips = [
        tag(
            "a",
            name,
            tag("i", "×", aria_hidden="true"),
            href=address.here(pick=",".join(other for other, _name in kept if other != place)),
            data_in=True,
            aria_label=_("Leave {place} out of the comparison").format(place=name),
        )
        for place, name in kept
    ]
    if len(kept) > 1:
        words = _("Compare {n} places").format(n=len(kept))
        where = address.link("compare", units=",".join(place for place, _name in kept))
        go = tag("a", words, href=where, data_in=True, class_="go")
    else:
        go = tag("span", _("Add another with +"), class_="quiet")
    clear = tag("a", _("Clear"), href=address.here(pick=""), data_in=True, class_="clear")
    label = _("Places to compare")
    st.html(tag("nav", tag("b", label), *chips, go, clear, class_="picks", aria_label=label))
