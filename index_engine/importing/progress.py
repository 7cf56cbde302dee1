"""Progress of long imports: bars on stderr, or calls of a function that shows them elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import StringIO
from typing import Any

from tqdm import tqdm

from index_engine.errors import Message

# No bar for what is done before it can be read.
_DELAY_SECONDS = 1.0


# The stage of the work, how much of it is done, and how much there is (None: not known).
ProgressCallback = Callable[[Message, int, int | None], None]


@dataclass(frozen=True)
class Progress:
    """Makes bars: always if asked for, else only on a terminal and for what takes a while.

    With `report`, that is called at every step instead.
    """

    always_visible: bool = False
    report: ProgressCallback | None = None

    def bytes(self, label: Message, total: int) -> "tqdm[Any]":
        """Return a bar that counts bytes of a file."""
        return self._bar(label, total, unit="B", unit_scale=True, unit_divisor=1024)

    def steps(self, label: Message, total: int | None) -> "tqdm[Any]":
        """Return a bar that counts rows or steps; None: not known how many."""
        return self._bar(label, total)

    def _bar(self, label: Message, total: int | None, **options: Any) -> "tqdm[Any]":
        if self.report is not None:
            return _CallbackBar(partial(self.report, label), total=total)
        visibility = {"disable": False} if self.always_visible else {"disable": None, "delay": _DELAY_SECONDS}
        return tqdm(total=total, desc=str(label), leave=False, **visibility, **options)


class _CallbackBar(tqdm):  # type: ignore[misc]
    """A bar that a function draws."""

    def __init__(self, report: Callable[[int, int | None], None], **options: Any) -> None:
        self._report = report
        super().__init__(file=StringIO(), **options)

    def display(self, msg: str | None = None, pos: int | None = None) -> bool:
        self._report(int(self.n), None if self.total is None else int(self.total))
        return True
