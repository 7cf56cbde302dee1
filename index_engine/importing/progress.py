"""Progress of long imports: bars on stderr, or reports to whoever shows them elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

from tqdm import tqdm

# Nobody needs a bar for what is done before it can be read.
_DELAY_SECONDS = 1.0


# What is being done, how much of it is, and how much there is (None: nobody knows).
ProgressCallback = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Progress:
    """Makes bars: always if asked for, else only on a terminal and for what takes a while.

    With `report`, every step is told to it instead.
    """

    always_visible: bool = False
    report: ProgressCallback | None = None

    def bytes(self, label: str, total: int) -> "tqdm[Any]":
        """Return a bar that counts bytes of a file."""
        return self._bar(label, total, unit="B", unit_scale=True, unit_divisor=1024)

    def steps(self, label: str, total: int | None) -> "tqdm[Any]":
        """Return a bar that counts rows or steps; None: nobody knows how many."""
        return self._bar(label, total)

    def _bar(self, label: str, total: int | None, **options: Any) -> "tqdm[Any]":
        if self.report is not None:
            return _CallbackBar(self.report, total=total, desc=label)
        visibility = (
            {"disable": False}
            if self.always_visible
            else {"disable": None, "delay": _DELAY_SECONDS}
        )
        return tqdm(total=total, desc=label, leave=False, **visibility, **options)


class _CallbackBar(tqdm):  # type: ignore[misc]
    """A bar that is drawn by somebody else."""

    def __init__(self, report: ProgressCallback, **options: Any) -> None:
        self._report = report
        super().__init__(file=StringIO(), **options)

    def display(self, msg: str | None = None, pos: int | None = None) -> bool:
        self._report(str(self.desc), int(self.n), None if self.total is None else int(self.total))
        return True
