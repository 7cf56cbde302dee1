"""Publishing a draft: its files, what people said of it, and its line in the log, in one rename."""

import shutil
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from index_engine.errors import InputError
from index_engine.releases.archive import (
    archive_log,
    list_releases,
    locked,
    next_entry,
    previous_release,
    proof_bytes,
)
from index_engine.releases.gates import Pack, check_gates, gate_declarations
from index_engine.releases.pack import (
    DRAFT_SUFFIX,
    LOG_FILE,
    MANIFEST,
    PROOF_FILE,
    PUBLICATION_FILE,
    SIGNATURE_FILE,
    changed_files,
    json_bytes,
    new_folder,
    sha256,
    write_files,
    write_zip,
)
from index_engine.releases.review import Review, read_review
from index_engine.releases.signature import public_key_of, read_private_key, sign


def publish(
    draft: Path, review_file: Path | None, on: date, key_file: Path | None = None, corrects: str = "", reason: str = ""
) -> Path:
    """Publish a draft into the folder that it is in; returns the folder of the release, named without '.draft'.

    `corrects`: the name of the release that this one corrects, and `reason` why. Published by a process that died
    before it had tidied up, the rest is done. Raises InputError for synthetic data, for a gate in the way, for a
    release of that name, and for a key that cannot be read.
    """
    if not draft.name.endswith(DRAFT_SUFFIX):
        raise InputError("release_not_draft", folder=draft)
    pack, archive = Pack(draft), draft.resolve().parent
    if pack.facts["synthetic"]:
        raise InputError("release_synthetic", folder=draft)
    review = read_review(review_file, gate_declarations())
    target = archive / draft.name.removesuffix(DRAFT_SUFFIX)
    with locked(archive):
        if not _is_published(target, draft):
            files = _publication_files(pack, archive, target.name, review, on, key_file, corrects, reason)
            with new_folder(target) as folder:
                shutil.copytree(draft, folder, dirs_exist_ok=True)
                if changed := changed_files(folder):
                    raise InputError("release_file_changed", file=draft / changed[0])
                write_files(folder, files)
        write_zip(target)
        draft.with_name(draft.name + ".zip").unlink(missing_ok=True)
        shutil.rmtree(draft)
    return target


def _is_published(target: Path, draft: Path) -> bool:
    """Whether this draft is published already. Raises InputError where another one of the name is."""
    if not target.exists():
        return False
    if (target / MANIFEST).read_bytes() != (draft / MANIFEST).read_bytes():
        raise InputError("release_exists", folder=target)
    return True


def _publication_files(
    pack: Pack,
    archive: Path,
    name: str,
    review: Review,
    on: date,
    key_file: Path | None,
    corrects: str,
    reason: str,
) -> dict[str, bytes]:
    results = check_gates(pack.folder, review, previous_release(archive, pack.facts["index"]), on)
    if blocked := [result.gate for result in results if result.outcome == "block"]:
        raise InputError("release_blocked", folder=pack.folder, gates=blocked)
    if corrects:
        _check_correction(archive, pack, corrects, reason)
    publication = {
        "release": name,
        "on": on.isoformat(),
        "corrects": corrects,
        "reason": reason,
        "review": _plain(asdict(review)),
        "gates": [
            {"gate": r.gate, "outcome": r.outcome, "finding": str(r.finding).rstrip(), "name": r.name["en"]}
            for r in results
        ],
    }
    entry = {"action": "publish", "release": name, "on": on.isoformat(), "corrects": corrects}
    entry["manifest"] = sha256((pack.folder / MANIFEST).read_bytes())
    return log_files(archive, publication, entry, key_file)


def log_files(
    archive: Path, publication: dict[str, Any], entry: dict[str, Any], key_file: Path | None
) -> dict[str, bytes]:
    """What stands in a release beside its pack: what was said of it, the log with its line, the proof and, with a key,
    its signature."""
    key = read_private_key(key_file) if key_file is not None else None
    said = json_bytes(publication | {"public_key": public_key_of(key) if key else ""})
    log = archive_log(archive)
    log.append(next_entry(log, entry | {"publication": sha256(said)}))
    files = {PUBLICATION_FILE: said, LOG_FILE: b"".join(log), PROOF_FILE: proof_bytes(log)}
    if key is not None:
        files[SIGNATURE_FILE] = sign(key, files[PROOF_FILE])
    return files


def _check_correction(archive: Path, pack: Pack, corrects: str, reason: str) -> None:
    if not reason.strip():
        raise InputError("correction_without_reason", release=corrects)
    for release in list_releases(archive):
        if release.name == corrects and release.state == "published":
            if release.period != pack.facts["period"] or release.index != pack.facts["index"]:
                raise InputError("correction_of_another_period", release=corrects, folder=pack.folder)
            return
    raise InputError("release_unknown", release=corrects, archive=archive)


def _plain(value: Any) -> Any:
    """Days as text, for JSON."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value
