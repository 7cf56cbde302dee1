import os
import signal
import sys

from index_engine.errors import Message


def _end_interrupted(number: int, frame: object) -> None:
    """End at once: while modules load, of which some make an error of their own of any exception, nothing is open."""
    print(f"error: {Message('interrupted')}", file=sys.stderr, flush=True)
    os._exit(2)


signal.signal(signal.SIGINT, _end_interrupted)
from index_engine.cli import main  # noqa: E402

signal.signal(signal.SIGINT, signal.default_int_handler)
# As at an end: what is open is closed, and temporary files, which hold the text of files, are removed.
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
raise SystemExit(main())
