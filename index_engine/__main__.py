import signal
import sys

from index_engine.cli import main

# As at an end: what is open is closed, and temporary files, which hold the text of files, are removed.
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
raise SystemExit(main())
