"""Withdrawals, time stamps and revisions of what is published."""

import csv
import io
import json
import math
import shutil
import subprocess
from pathlib import Path
from statistics import fmean

import pytest

from index_engine.releases.archive import list_releases, previous_release
from index_engine.releases.gates import Pack
from index_engine.releases.revisions import published_packs, revision_summary, revision_triangle
from index_engine.releases.time_stamp import attach_time_stamp
from index_engine.releases.verification import verify
from index_engine.releases.withdrawal import withdraw
from tests.releases.conftest import INDEX, ON, PERIODS, change_table, refusal, release


def test_a_withdrawn_release_stays_and_says_why(archive: Path, people: Path):
    folder = release(archive, PERIODS[2])
    with refusal("withdrawal_without_reason"):
        withdraw(folder, "丙", " ", ON)
    notice = withdraw(folder, "丙", "源文件有误", ON, people / "publisher.pem")
    said = json.loads((notice / "publication.json").read_text(encoding="utf-8"))
    assert (said["name"], said["reason"]) == ("丙", "源文件有误")
    assert {r.period: r.state for r in list_releases(archive)}[PERIODS[2]] == "withdrawn"
    assert previous_release(archive, INDEX) == release(archive, PERIODS[1])
    for found in (folder, notice, release(archive, PERIODS[0])):
        assert verify(found) == []
    with refusal("release_unknown"):
        withdraw(folder, "丙", "再次", ON)
    (notice / "publication.json").write_text(json.dumps(said | {"reason": ""}), encoding="utf-8")
    assert [str(p).split(":")[0] for p in verify(notice)] == ["publication.json"]


def test_a_withdrawal_taken_away_is_noticed_by_the_next_release(archive: Path):
    first = withdraw(release(archive, PERIODS[0]), "丙", "甲因", ON)
    withdraw(release(archive, PERIODS[1]), "丙", "乙因", ON)
    shutil.rmtree(first)
    assert {r.period: r.state for r in list_releases(archive)}[PERIODS[0]] == "withdrawn"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the time stamp")
def test_a_time_stamp_of_this_release_and_no_other(archive: Path, tmp_path: Path):
    folder = release(archive, PERIODS[2])
    answer = _time_stamp(folder / "proof.json", tmp_path)
    with refusal("time_stamp_of_another"):
        attach_time_stamp(release(archive, PERIODS[1]), answer)
    with refusal("time_stamp_of_another"):
        attach_time_stamp(folder, tmp_path / "query.tsq")
    with refusal("time_stamp_of_another"):
        attach_time_stamp(folder, tmp_path / "none")
    attach_time_stamp(folder, answer)
    assert verify(folder) == []
    shutil.copyfile(answer, release(archive, PERIODS[1]) / "proof.json.tsr")
    assert [str(p).split(":")[0] for p in verify(release(archive, PERIODS[1]))] == ["proof.json.tsr"]


def _time_stamp(file: Path, folder: Path) -> Path:
    """What an authority answers, made by one of our own."""
    (folder / "serial").write_text("01", encoding="utf-8")
    (folder / "tsa.cnf").write_text(
        f"[tsa]\ndefault_tsa = own\n[own]\nserial = {folder / 'serial'}\ndefault_policy = 1.2.3.4\n"
        "signer_digest = sha256\ndigests = sha256\n",
        encoding="utf-8",
    )

    def run(*arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)

    subject = ("-subj", "/CN=authority", "-addext", "extendedKeyUsage=critical,timeStamping")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run("req", "-x509", *curve, "-keyout", "k.pem", "-out", "c.pem", *subject)
    run("ts", "-query", "-data", file, "-sha256", "-no_nonce", "-out", "query.tsq")
    run(
        "ts",
        "-reply",
        "-config",
        "tsa.cnf",
        "-queryfile",
        "query.tsq",
        "-signer",
        "c.pem",
        "-inkey",
        "k.pem",
        "-out",
        "a.tsr",
    )
    return folder / "a.tsr"


def test_revisions_of_three_vintages_are_those_of_an_oracle(archive: Path):
    """In plain Python, from the CSV files."""
    for step, period in enumerate(PERIODS):
        folder = release(archive, period)
        change_table(
            folder,
            "scores",
            lambda frame, step=step: frame.assign(
                score=(frame["score"] + step * frame["place_id"].str[1].astype("category").cat.codes).round(1)
            ),
        )
    packs = published_packs(archive)
    assert [pack.facts["period"] for pack in packs] == list(PERIODS)
    triangle = revision_triangle(packs)
    summary = revision_summary(triangle, packs)
    said: dict[tuple[str, str, str], list[float]] = {}
    for period in PERIODS:
        table = Pack(release(archive, period)).main_scores()
        for row in csv.DictReader(io.StringIO(table.to_csv(index=False))):
            if row["level"] in ("nation", "province"):
                key = (row["level"], row["place_id"], row["period"])
                score = float(row["score"]) if row["score"] else math.nan
                said.setdefault(key, []).append(score)
    revisions: dict[tuple[str, int], list[float]] = {}
    for (level, place_id, period), vintages in said.items():
        cells = triangle.loc[(level, place_id, "score", period)].to_numpy()
        absent = 3 - len(vintages)  # a release says nothing of a quarter after it
        assert [x for x in cells[absent:] if not math.isnan(x)] == [x for x in vintages if not math.isnan(x)]
        for age, later in enumerate(vintages):
            if age and not math.isnan(later) and not math.isnan(vintages[0]):
                revisions.setdefault((level, age), []).append(later - vintages[0])
    scores = summary[summary["item"] == "score"].set_index(["level", "age"])
    assert set(scores.index) == set(revisions)
    for key, sizes in revisions.items():
        row = scores.loc[key]
        assert row["n"] == len(sizes)
        assert row["mean"] == pytest.approx(fmean(sizes))
        assert row["mean_absolute"] == pytest.approx(fmean(map(abs, sizes)))
        assert row["largest"] == pytest.approx(max(map(abs, sizes)))
    assert scores["mean_absolute"].gt(0).any()
    others = summary[summary["item"] != "score"]
    assert others["largest"].eq(0).all(), "the same build says the same of a period at each release"
