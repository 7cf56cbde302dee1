"""The folder of releases and their log: one line for each that was published or withdrawn, in order.

Each release keeps the log as it was when it was published, its own line the last, so that there is no file beside
the releases that a process could leave half written: the log of the archive is the longest of theirs.
"""

import fcntl
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from index_engine.errors import InputError
from index_engine.releases import merkle
from index_engine.releases.pack import DRAFT_SUFFIX, LOG_FILE, PROOF_FILE, json_bytes, sha256

State = Literal["draft", "published", "corrected", "withdrawn"]
NOTICE_SUFFIX = ".withdrawal"  # of the folder that says why a release was withdrawn


@dataclass(frozen=True)
class Release:
    """A release or draft of an archive. `corrected_by`: the release that came in its place, ''."""

    name: str
    index: str
    period: str
    vintage: int
    state: State
    published_on: str
    corrected_by: str


@contextmanager
def locked(archive: Path) -> Iterator[None]:
    """Publishers of one archive take turns."""
    with (archive / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def log_line(entry: dict[str, Any]) -> bytes:
    return (json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def next_entry(log: Sequence[bytes], entry: dict[str, Any]) -> bytes:
    """The line that adds an action to a log: numbered, and with the SHA-256 of the line before."""
    return log_line({"sequence": len(log) + 1, "previous": sha256(log[-1]) if log else "", **entry})


def proof_bytes(log: Sequence[bytes]) -> bytes:
    """What proof.json says of the last line of a log: the root of the tree of all, that the line is in it, and that it
    begins with the tree of the lines before."""
    leaves = [merkle.leaf_hash(line) for line in log]
    earlier = leaves[:-1]
    return json_bytes(
        {
            "size": len(leaves),
            "root": merkle.root(leaves).hex(),
            "inclusion": [part.hex() for part in merkle.inclusion_proof(len(leaves) - 1, leaves)],
            "previous_root": merkle.root(earlier).hex() if earlier else "",
            "consistency": [p.hex() for p in merkle.consistency_proof(len(earlier), leaves)] if earlier else [],
        }
    )


def read_log(folder: Path) -> list[bytes]:
    """The lines of the log of a release. Raises InputError where it is not published."""
    file = folder / LOG_FILE
    if not file.is_file():
        raise InputError("release_not_published", folder=folder)
    return file.read_bytes().splitlines(keepends=True)


def published_folders(archive: Path) -> list[Path]:
    """Folders of releases and of notices of withdrawal, by name."""
    if not archive.is_dir():
        return []
    folders = (folder for folder in archive.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    return sorted(folder for folder in folders if (folder / PROOF_FILE).is_file())


def archive_log(archive: Path) -> list[bytes]:
    """The log of an archive: empty where nothing is published. Raises InputError, naming the release, where that of
    one is not how the log of a later one begins."""
    logs = sorted(((read_log(folder), folder) for folder in published_folders(archive)), key=lambda item: len(item[0]))
    if not logs:
        return []
    longest, newest = logs[-1]
    for log, folder in logs:
        if log != longest[: len(log)]:
            raise InputError("release_log_differs", release=folder.name, other=newest.name)
    return longest


def entries(log: Sequence[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log]


def list_releases(archive: Path) -> list[Release]:
    """Drafts first, then what was published, newest first."""
    history = entries(archive_log(archive))
    withdrawn = {entry["release"] for entry in history if entry["action"] == "withdraw"}
    corrected = {entry["corrects"]: entry["release"] for entry in history if entry.get("corrects")}
    found = []
    for entry in history:
        if entry["action"] == "withdraw":
            continue
        name = entry["release"]
        state: State = "withdrawn" if name in withdrawn else "corrected" if name in corrected else "published"
        found.append(Release(name, *_name_parts(name), state, entry["on"], corrected.get(name, "")))
    drafts = sorted(f.name for f in archive.glob(f"[!.]*{DRAFT_SUFFIX}") if f.is_dir()) if archive.is_dir() else []
    drafts = [name for name in drafts if _NAME.fullmatch(name.removesuffix(DRAFT_SUFFIX))]
    return [*(Release(n, *_name_parts(n.removesuffix(DRAFT_SUFFIX)), "draft", "", "") for n in drafts), *found[::-1]]


def previous_release(archive: Path, index: str) -> Path | None:
    """The folder of the release published last, of an index and not withdrawn; None where there is none."""
    for release in list_releases(archive):
        if release.index == index and release.state in ("published", "corrected"):
            folder = archive / release.name
            if folder.is_dir():
                return folder
    return None


def next_vintage(archive: Path, index: str, period: str) -> int:
    """One more than the last published of a period."""
    taken = [r.vintage for r in list_releases(archive) if (r.index, r.period) == (index, period) and r.state != "draft"]
    return max(taken, default=0) + 1


_NAME = re.compile(r"(?P<index>.+)_(?P<period>\d{4}Q[1-4])-(?P<vintage>\d+)(_synthetic)?")


def _name_parts(name: str) -> tuple[str, str, int]:
    match = _NAME.fullmatch(name)
    if match is None:
        raise InputError("release_missing", folder=name)
    return match["index"], match["period"], int(match["vintage"])
