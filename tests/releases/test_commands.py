"""A quarter of the association on the command line: from a built warehouse to a published pack, and after."""

import csv
import io
from pathlib import Path

import pytest

from index_engine.cli import main
from tests.releases.conftest import INDEX, PERIODS, release


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    code = main(["release", *map(str, arguments)])
    out, error = capsys.readouterr()
    assert (code, error) == (0, "")
    return out


def test_the_quarter_of_the_association(
    real_world: Path, people: Path, archive: Path, capsys: pytest.CaptureFixture[str]
):
    newest = release(archive, PERIODS[2])
    run(capsys, "draft", "--warehouse", real_world, "--out", archive)
    draft = archive / f"{INDEX}_{PERIODS[2]}-2.draft"  # the vintage after the one that is published
    report = run(capsys, "check", draft, "--review", people / "review.toml")
    assert "pass  revisions of earlier periods: mean absolute revision 0.0" in report
    assert "overridden  coverage" in report
    signed = ("--review", people / "review.toml", "--key", people / "publisher.pem", "--on", "2025-04-01")
    run(capsys, "correct", draft, "--release", newest.name, "--reason", "重复计入一个文件", *signed)
    erratum = archive / f"{INDEX}_{PERIODS[2]}-2"
    assert "as published" in run(capsys, "verify", erratum, "--key", people / "publisher.pub")
    assert run(capsys, "diff", newest, erratum) == "no differences\n"
    run(capsys, "withdraw", erratum, "--name", "丙", "--reason", "更正有误", "--on", "2025-04-02")
    rows = list(csv.DictReader(io.StringIO(run(capsys, "list", archive, "--format", "csv"))))
    states = {row["name"]: row["state"] for row in rows}
    assert [states[f.name] for f in (erratum, newest)] == ["withdrawn", "corrected"]
    assert "mean_absolute" in run(capsys, "revisions", archive)
    triangle = run(capsys, "revisions", archive, "--triangle", "--format", "csv")
    assert triangle.splitlines()[0] == "level,place_id,item,period," + ",".join(f"{p}-1" for p in PERIODS)


def test_revisions_need_two_releases(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["release", "revisions", str(tmp_path)]) == 2
    assert "revisions need two" in capsys.readouterr().err
    assert run(capsys, "list", tmp_path) == "no releases\n"
