"""Withdrawing a release: it stays where it is, with a notice beside it that says why and has its own line in the log."""

from datetime import date
from pathlib import Path

from index_engine.errors import InputError
from index_engine.releases.archive import NOTICE_SUFFIX, list_releases, locked
from index_engine.releases.pack import new_folder, write_files
from index_engine.releases.publication import log_files


def withdraw(folder: Path, name: str, reason: str, on: date, key_file: Path | None = None) -> Path:
    """Withdraw a published release; returns the folder of the notice. `name`: who withdraws it. Raises InputError where it
    is not published or withdrawn already, and without a name or a reason."""
    if not name.strip() or not reason.strip():
        raise InputError("withdrawal_without_reason", release=folder.name)
    archive = folder.resolve().parent
    release = folder.resolve().name
    with locked(archive):
        states = {found.name: found.state for found in list_releases(archive)}
        if states.get(release) not in ("published", "corrected"):
            raise InputError("release_unknown", release=release, archive=archive)
        said = {"release": release, "on": on.isoformat(), "name": name.strip(), "reason": reason.strip()}
        entry = {"action": "withdraw", "release": release, "on": on.isoformat(), "corrects": "", "manifest": ""}
        notice = archive / f"{release}{NOTICE_SUFFIX}"
        files = log_files(archive, said, entry, key_file)
        with new_folder(notice) as draft:
            write_files(draft, files)
    return notice
