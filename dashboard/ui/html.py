"""Markup built from parts, so that nothing from the data can ever become markup."""

from __future__ import annotations

import re
from html import escape

VOID_ELEMENTS = frozenset({"br", "hr", "img", "link", "meta", "wbr"})


class Html(str):
    """Text that is already markup; any other text is escaped where it meets markup."""

    __slots__ = ()


def to_html(value: object) -> Html:
    """Escape `value`, unless it is markup."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def join(*content: object) -> Html:
    """Several pieces one after another; None and the empty string leave nothing."""
    return Html("".join(to_html(piece) for piece in content if piece is not None))


def join_lines(*content: object) -> Html:
    """Several pieces below each other; None and the empty string leave no line."""
    return Html("<br>".join(to_html(piece) for piece in content if piece not in (None, "")))


def markdown_literal(text: str) -> str:
    """A text for the label of a control, which Streamlit reads as Markdown with links by themselves,
    mathematics, icons and colours."""
    return re.sub(r"([\\`*_{}\[\]<>#$:!|~.@&])", r"\\\1", text)


def tag(element: str, /, *content: object, **attributes: object) -> Html:
    """One element. `class_` becomes class, `data_x` data-x; None and False leave an attribute out,
    True writes it without a value."""
    attribute_text = "".join(_attribute(key, value) for key, value in attributes.items())
    if element in VOID_ELEMENTS:
        return Html(f"<{element}{attribute_text}>")
    return Html(f"<{element}{attribute_text}>{join(*content)}</{element}>")


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(str(value))}"'
