"""Running a program in a process of its own, so that its peak memory and imports are its own."""

import json
import subprocess
import sys
from typing import Any


def run(program: str, *arguments: str) -> dict[str, Any]:
    """What the program prints last, a line of JSON. Raises CalledProcessError if it fails."""
    process = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return result
