"""Heavy work of visitors is done one at a time, in the order in which they asked.

Two at once would not be done sooner, and would take twice the memory. Who waits is told how many are
before; who leaves meanwhile loses the place, and holds nobody up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition

# How often a waiting page is told where it stands. That is also when Streamlit stops a page whose
# visitor has left.
_SECONDS_BETWEEN_REPORTS = 0.5


@dataclass
class WorkQueue:
    """Turns for one kind of work."""

    _condition: Condition = field(default_factory=Condition)
    _tickets: list[object] = field(default_factory=list)

    @contextmanager
    def turn(self, report: Callable[[int], None]) -> Iterator[None]:
        """Wait for one's turn, which lasts as long as the block; `report` is told again and again how
        many are before. What it raises ends the wait."""
        ticket = object()
        with self._condition:
            self._tickets.append(ticket)
        try:
            while waiting_before := self._position(ticket):
                report(waiting_before)
                with self._condition:
                    self._condition.wait_for(lambda: self._tickets[0] is ticket, _SECONDS_BETWEEN_REPORTS)
            yield
        finally:
            with self._condition:
                self._tickets.remove(ticket)
                self._condition.notify_all()

    def _position(self, ticket: object) -> int:
        with self._condition:
            return self._tickets.index(ticket)

    @property
    def length(self) -> int:
        """How many have their turn or wait for it."""
        with self._condition:
            return len(self._tickets)


# Dry runs, imports, builds and what takes an import back; and the recognition of files, which is short
# and must not wait for a build.
IMPORTS, RECOGNITIONS = WorkQueue(), WorkQueue()
