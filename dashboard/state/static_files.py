"""Folders whose files the server sends as they are, and the addresses of files in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class StaticFolder:
    """A folder, the address below the base of the site at which its files are, and the kinds of
    files that are sent."""

    path: str
    folder: Path
    suffixes: tuple[str, ...]

    def url(self, name: str) -> str:
        """Address of a file with the version of its content, so that browsers may keep it."""
        return f"{self.path}/{name}?v={content_version(self.folder / name)}"


BOUNDARIES = StaticFolder("boundaries", ROOT / "data" / "boundaries", (".geojson",))
ASSETS = StaticFolder("assets", ROOT / "dashboard" / "static", (".css", ".js"))


def content_version(file: Path) -> str:
    """A name for the content of a file: the beginning of its SHA-256."""
    return _content_version(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _content_version(file: Path, _modified: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:12]
