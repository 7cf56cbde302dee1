"""Sentences as the items of a list."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.ui.html import Html, tag


def bullet_list(lines: Iterable[object], *, has_numbers: bool = False) -> Html:
    return tag("ol" if has_numbers else "ul", *(tag("li", line) for line in lines), class_="prose")
