"""Checking a release with nothing but its folder: files, log, proofs and signature; and those beside it in an archive."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index_engine.errors import InputError, Message
from index_engine.releases import merkle
from index_engine.releases.archive import NOTICE_SUFFIX, entries, log_line, proof_bytes, published_folders, read_log
from index_engine.releases.pack import (
    LOG_FILE,
    MANIFEST,
    PROOF_FILE,
    PUBLICATION_FILE,
    SIGNATURE_FILE,
    TIME_STAMP_FILE,
    changed_files,
    sha256,
)
from index_engine.releases.signature import verifies_signature
from index_engine.releases.time_stamp import is_time_stamp


def verify(folder: Path, public_key: str | None = None) -> list[Message]:
    """What is wrong with a release, each naming a file or a release; nothing for one that is whole.

    `public_key`: the publisher's, in hexadecimal digits; without one a signature is checked by the key that the
    release names, which shows that it was not changed, and not who signed. Releases beside it are held against the log of the
    newest one, with their manifests; a release that was withdrawn is whole all the same. Raises InputError where the folder is no release, or not published.
    """
    is_notice = folder.name.endswith(NOTICE_SUFFIX)
    problems = ([] if is_notice else changed_file_problems(folder)) + _log_problems(folder)
    if not problems:
        problems = _signature_problems(folder, public_key) + _time_stamp_problems(folder)
    return problems + _archive_problems(folder)


def changed_file_problems(folder: Path) -> list[Message]:
    """Files that are not as the manifest says: all that can be asked of a draft. Raises InputError where there is no
    manifest."""
    return [Message("verify_file_changed", file=name) for name in changed_files(folder)]


def _log_problems(folder: Path) -> list[Message]:
    log = read_log(folder)
    try:
        history = entries(log)
        last = history[-1]
        is_chain = all(
            log_line(entry) == line
            and entry["sequence"] == position + 1
            and entry["previous"] == (sha256(log[position - 1]) if position else "")
            for position, (line, entry) in enumerate(zip(log, history, strict=True))
        )
        sums = {MANIFEST: last["manifest"], PUBLICATION_FILE: last["publication"]}
    except (ValueError, LookupError, TypeError):
        return [Message("verify_file_changed", file=LOG_FILE)]
    if not is_chain or last["release"] != folder.name.removesuffix(_notice_suffix(last)):
        return [Message("verify_file_changed", file=LOG_FILE)]
    if not _proves(log, (folder / PROOF_FILE)):
        return [Message("verify_proof", file=PROOF_FILE, log=LOG_FILE)]
    return [
        Message("verify_file_changed", file=name)
        for name, digest in sums.items()
        if digest and (not (folder / name).is_file() or sha256((folder / name).read_bytes()) != digest)
    ]


def _notice_suffix(entry: dict[str, Any]) -> str:
    return NOTICE_SUFFIX if entry["action"] == "withdraw" else ""


def _proves(log: Sequence[bytes], file: Path) -> bool:
    """Whether the proof is that of the log, byte for byte, and proves what it says (RFC 6962, 2.1)."""
    if not file.is_file() or file.read_bytes() != proof_bytes(log):
        return False
    proof = json.loads(file.read_bytes())
    leaf, tree_root = merkle.leaf_hash(log[-1]), bytes.fromhex(proof["root"])
    inclusion, consistency = ([bytes.fromhex(p) for p in proof[name]] for name in ("inclusion", "consistency"))
    is_included = merkle.verifies_inclusion(leaf, len(log) - 1, len(log), inclusion, tree_root)
    if len(log) == 1:
        return is_included
    old_root = bytes.fromhex(proof["previous_root"])
    return is_included and merkle.verifies_consistency(len(log) - 1, old_root, len(log), tree_root, consistency)


def _signature_problems(folder: Path, public_key: str | None) -> list[Message]:
    stated = json.loads((folder / PUBLICATION_FILE).read_bytes())["public_key"]
    if public_key is not None and stated != public_key:
        return [Message("verify_another_key", file=PUBLICATION_FILE)]
    file = folder / SIGNATURE_FILE
    if not stated:
        return [Message("verify_file_changed", file=SIGNATURE_FILE)] if file.exists() else []
    content = (folder / PROOF_FILE).read_bytes()
    if not file.is_file() or not verifies_signature(stated, file.read_bytes(), content):
        return [Message("verify_signature", file=SIGNATURE_FILE)]
    return []


def _time_stamp_problems(folder: Path) -> list[Message]:
    file = folder / TIME_STAMP_FILE
    if not file.is_file() or is_time_stamp(file.read_bytes(), (folder / PROOF_FILE).read_bytes()):
        return []
    return [Message("verify_file_changed", file=TIME_STAMP_FILE)]


def _archive_problems(folder: Path) -> list[Message]:
    """Releases beside this one whose log is not how that of the newest begins, or whose files are not those of their line."""
    folders = published_folders(folder.resolve().parent)
    logs = {other.name: read_log(other) for other in folders}
    newest = max(logs.values(), key=len)
    problems = []
    for other in folders:
        log = logs[other.name]
        if log != newest[: len(log)]:
            problems.append(Message("verify_another_log", release=other.name))
            continue
        if other.name == folder.resolve().name:
            continue
        try:
            problems += [Message("verify_another_release", release=other.name) for _ in _log_problems(other)[:1]]
        except InputError:
            problems.append(Message("verify_another_release", release=other.name))
    return problems
