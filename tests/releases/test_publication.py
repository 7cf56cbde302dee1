"""Publishing: gates and synthetic data stop it, it is whole or not there, and what is changed afterwards is named."""

import json
import shutil
from pathlib import Path

import pytest

from index_engine.errors import InputError
from index_engine.releases import pack, publication
from index_engine.releases.archive import list_releases, next_vintage, previous_release, proof_bytes, read_log
from index_engine.releases.pack import DRAFT_SUFFIX, MANIFEST, manifest_bytes
from index_engine.releases.publication import log_files, publish
from index_engine.releases.signature import read_public_key
from index_engine.releases.verification import verify
from tests.releases.conftest import INDEX, ON, PERIODS, change_table, drafted, refusal, release

PUBLICATION_FILES = ("publication.json", "log.jsonl", "proof.json", "proof.json.sig")


def problems(folder: Path, key: Path | None = None) -> list[str]:
    return [str(problem) for problem in verify(folder, read_public_key(key) if key else None)]


def test_a_release_is_checked_with_its_folder_and_the_public_key(published: Path, people: Path, tmp_path: Path):
    for period in PERIODS:
        assert problems(release(published, period), people / "publisher.pub") == []
    alone = Path(shutil.copytree(release(published, PERIODS[2]), tmp_path / release(published, PERIODS[2]).name))
    assert problems(alone, people / "publisher.pub") == []
    [told] = problems(alone, people / "another.pub")
    assert told.startswith("publication.json: signed with another key")
    assert [r.state for r in list_releases(published)] == ["published"] * 3
    assert [r.period for r in list_releases(published)] == list(PERIODS[::-1])
    assert list(published.glob(f"*{DRAFT_SUFFIX}*")) == []
    assert len(list(published.glob("*.zip"))) == 3
    said = json.loads((alone / "publication.json").read_text(encoding="utf-8"))
    assert said["review"]["overrides"] == {"coverage": {"name": "丙", "reason": "文件不含案号"}}
    assert {gate["outcome"] for gate in said["gates"]} == {"pass", "overridden"}


def test_one_changed_byte_is_named_whatever_the_file(archive: Path):
    folder = release(archive, PERIODS[1])
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    assert set(PUBLICATION_FILES) < set(names)
    for name in names:
        content = (folder / name).read_bytes()
        for position in {0, len(content) // 2, len(content) - 1}:
            (folder / name).write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
            told = " ".join(problems(folder)) if name != MANIFEST else _told_of_manifest(folder)
            assert name in told, (name, position)
        (folder / name).write_bytes(content)
    assert problems(folder) == []


def _told_of_manifest(folder: Path) -> str:
    """A manifest that cannot be read is refused with its name; one that can names what it says otherwise of."""
    try:
        return " ".join(problems(folder))
    except InputError as error:
        return str(error)


def test_a_file_added_or_gone_is_named(archive: Path):
    folder = release(archive, PERIODS[2])
    (folder / "data" / "more.csv").write_text("x", encoding="utf-8")
    (folder / "data" / "rates.csv").unlink()
    assert sorted(problem.split(":")[0] for problem in problems(folder)) == ["data/more.csv", "data/rates.csv"]


def test_an_old_release_replaced_with_its_manifest_is_named(archive: Path):
    """By the publisher too, who can make a log, a proof and a signature that agree with it."""
    old = release(archive, PERIODS[0])
    change_table(old, "scores", lambda frame: frame.assign(score=frame["score"] + 1))
    files = {f.relative_to(old).as_posix(): f.read_bytes() for f in old.rglob("*") if f.is_file()}
    kept = {name: content for name, content in files.items() if name not in (MANIFEST, *PUBLICATION_FILES)}
    (old / MANIFEST).write_bytes(manifest_bytes(kept))
    said = json.loads(files["publication.json"])
    entry = {"action": "publish", "release": old.name, "on": ON.isoformat(), "corrects": ""}
    entry["manifest"] = pack.sha256((old / MANIFEST).read_bytes())
    (old / "proof.json.sig").unlink()
    for name, content in log_files(archive.parent / "nowhere", said, entry, None).items():
        (old / name).write_bytes(content)
    for period in PERIODS:
        [told] = [problem for problem in problems(release(archive, period)) if "replaced" in problem]
        assert told.startswith(old.name)


def test_a_log_rewritten_to_the_end_is_told_by_its_proof(archive: Path):
    newest = release(archive, PERIODS[2])
    log = read_log(newest)
    (newest / "log.jsonl").write_bytes(b"".join(log[1:]))
    assert any("log.jsonl" in problem for problem in problems(newest))
    (newest / "proof.json").write_bytes(proof_bytes(log[1:]))
    assert any("log.jsonl" in problem for problem in problems(newest))


@pytest.mark.parametrize("step", ["copytree", "write_files", "write_zip", "rmtree"])
def test_a_publication_that_fails_is_whole_or_not_there(
    real_draft: Path, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    draft = Path(shutil.copytree(real_draft, tmp_path / real_draft.name))
    target = tmp_path / draft.name.removesuffix(DRAFT_SUFFIX)

    def fail(*arguments: object, **keywords: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(publication if hasattr(publication, step) else publication.shutil, step, fail)
        with pytest.raises(OSError, match="No space"):
            publish(draft, people / "review.toml", ON)
        assert draft.is_dir()
    if target.exists():
        assert problems(target) == []
    assert publish(draft, people / "review.toml", ON) == target
    assert problems(target) == []
    assert not draft.exists()


def test_what_is_not_published(synthetic_draft: Path, draft: Path, archive: Path, people: Path, tmp_path: Path):
    review = people / "review.toml"
    with refusal("release_synthetic"):
        publish(synthetic_draft, review, ON)
    with refusal("release_blocked"):
        publish(draft, None, ON)
    with refusal("release_not_draft"):
        publish(release(archive, PERIODS[0]), review, ON)
    with refusal("key_unreadable"):
        publish(draft, review, ON, people / "publisher.pub")
    with refusal("release_not_published"):
        verify(draft)
    (draft / "CAVEATS.md").write_text("none", encoding="utf-8")
    with refusal("release_blocked"):
        publish(draft, review, ON)
    assert not (draft.parent / draft.name.removesuffix(DRAFT_SUFFIX)).exists()


def test_another_draft_of_a_published_vintage_is_refused(archive: Path, draft: Path, people: Path):
    other = Path(shutil.copytree(draft, archive / draft.name))
    change_table(other, "scores", lambda frame: frame.assign(score=frame["score"] + 1))
    with refusal("release_exists"):
        publish(other, people / "review.toml", ON)
    assert next_vintage(archive, INDEX, PERIODS[2]) == 2
    assert next_vintage(archive, INDEX, "2025Q1") == 1


def test_a_correction_names_what_it_corrects_and_why(real_world: Path, archive: Path, people: Path):
    review, wrong = people / "review.toml", release(archive, PERIODS[2]).name
    draft = drafted(real_world, archive, PERIODS[2], 2)
    with refusal("correction_without_reason"):
        publish(draft, review, ON, None, wrong, " ")
    with refusal("release_unknown"):
        publish(draft, review, ON, None, f"{INDEX}_2020Q1-1", "x")
    with refusal("correction_of_another_period"):
        publish(draft, review, ON, None, release(archive, PERIODS[0]).name, "x")
    erratum = publish(draft, review, ON, None, wrong, "某省重复计入一个文件")
    assert problems(erratum) == []
    assert json.loads((erratum / "publication.json").read_text(encoding="utf-8"))["corrects"] == wrong
    found = {r.name: r for r in list_releases(archive)}
    assert (found[wrong].state, found[wrong].corrected_by) == ("corrected", erratum.name)
    assert found[erratum.name].state == "published"
    assert previous_release(archive, INDEX) == erratum
    assert problems(release(archive, PERIODS[2])) == [], "the corrected one stays as it was"
