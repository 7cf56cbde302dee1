"""What the steps of an import say: their headings, errors and advice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.state.work_queue import WorkQueue
from dashboard.text import formats, messages
from dashboard.text.i18n import ngettext
from dashboard.ui.html import tag
from index_engine.errors import InputError
from index_engine.faults import told_as_input_errors


def draw_step_heading(number: int, title: str, explanation: str = "") -> None:
    """The heading of a step."""
    paragraph = tag("p", explanation) if explanation else None
    badge = tag("span", number, class_="number", aria_hidden="true")
    st.html(tag("div", badge, tag("div", tag("h2", title), paragraph), class_="step"))


def draw_error(message: object) -> None:
    """What cannot go on, and why; the page stays as it is."""
    st.html(tag("p", message, class_="trouble", role="alert"))


def draw_advice(message: object) -> None:
    """What should be looked at before going on."""
    st.html(tag("p", message, class_="advice", role="note"))


@contextmanager
def report_input_errors() -> Iterator[None]:
    """Shows an InputError raised inside the block as an error in its place."""
    try:
        with told_as_input_errors():
            yield
    except InputError as error:
        draw_error(messages.translate(error))


@contextmanager
def take_turn(queue: WorkQueue) -> Iterator[None]:
    """The block in its turn; who has to wait reads how many are before."""
    place = st.empty()

    def draw_wait(before: int) -> None:
        text = ngettext(
            "{n} task of other visitors is before yours, which then begins by itself; nothing is lost.",
            "{n} tasks of other visitors are before yours, which then begins by itself; nothing is lost.",
            before,
        ).format(n=formats.number(before))
        place.html(tag("p", text, class_="advice", role="status"))

    with queue.turn(draw_wait):
        place.empty()
        yield
