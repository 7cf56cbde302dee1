"""Which colour theme the run of a page is in; the colours of each are in dashboard/ui/theme.py."""

from __future__ import annotations

from contextvars import ContextVar

COLOUR_THEMES = ("light", "dark")  # the first is that of a visitor who chose none
_current: ContextVar[str] = ContextVar("colour_theme", default=COLOUR_THEMES[0])


def set_colour_theme(name: str) -> str:
    """Use the colour theme of this name until the run ends, the first where there is none such."""
    name = name if name in COLOUR_THEMES else COLOUR_THEMES[0]
    _current.set(name)
    return name


def current_colour_theme() -> str:
    return _current.get()
