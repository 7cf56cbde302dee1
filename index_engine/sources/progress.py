"""Progress of long imports: bars on stderr."""

from dataclasses import dataclass
from typing import Any

from tqdm import tqdm

# Nobody needs a bar for what is done before it can be read.
_DELAY_SECONDS = 1.0


@dataclass(frozen=True)
class Progress:
    """Makes bars: always if asked for, else only on a terminal and for what takes a while."""

    asked: bool = False

    def bytes(self, what: str, total: int) -> "tqdm[Any]":
        """Return a bar that counts bytes of a file."""
        return self._bar(what, total, unit="B", unit_scale=True, unit_divisor=1024)

    def steps(self, what: str, total: int | None) -> "tqdm[Any]":
        """Return a bar that counts rows or steps; None: nobody knows how many."""
        return self._bar(what, total)

    def _bar(self, what: str, total: int | None, **more: Any) -> "tqdm[Any]":
        shown = {"disable": False} if self.asked else {"disable": None, "delay": _DELAY_SECONDS}
        return tqdm(total=total, desc=what, leave=False, **shown, **more)
