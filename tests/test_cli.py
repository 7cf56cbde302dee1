"""The command line: what it prints, its exit codes, and that bad input ends in one plain line."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from index_engine import queries
from index_engine.cli import SYNTHETIC_NOTE, main
from index_engine.method import load_method
from index_engine.queries import Snapshot
from tests.worlds import random_world, world

ROOT = Path(__file__).parents[1]

Capture = pytest.CaptureFixture[str]


def run(*arguments: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """The command as a user types it."""
    return subprocess.run(
        [sys.executable, "-m", "index_engine", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        input=stdin,
        timeout=600,
    )


def refused(capsys: Capture, *arguments: object) -> str:
    """The message of a command that ends with 2: one line on stderr, nothing on stdout."""
    assert main([str(argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    return err


# ---------------------------------------------------------------- scores


def printed(capsys: Capture, *arguments: object) -> str:
    assert main([str(argument) for argument in arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_scores_as_csv(built_world: Path, capsys: Capture):
    command = ("scores", "--warehouse", built_world, "--level", "province")
    out = printed(capsys, *command, "--period", "2024Q3", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    snapshot = Snapshot(built_world)
    expected = queries.scores(snapshot, "province", "2024Q3")
    snapshot.close()
    assert [row["place_id"] for row in rows] == expected["place_id"].tolist()
    for row, (_, score) in zip(rows, expected.iterrows(), strict=True):
        assert float(row["score"]) == score["score"]
        assert int(row["rank"]) == score["rank"]
        assert float(row["cycle"]) == score["cycle"]
        assert row["period"] == "2024Q3"
        assert row["synthetic"] == "True", "an export of made-up data says so in every row"
    assert "\r" not in out
    assert out.endswith("\n")


def test_scores_as_json(built_world: Path, capsys: Capture):
    command = ("scores", "--warehouse", built_world, "--level", "court", "--format", "json")
    rows = json.loads(printed(capsys, *command))
    assert {row["name"] for row in rows} >= {"第一法院"}, "names are readable, not escaped"
    unscored = [row for row in rows if row["status"] != "scored"]
    assert unscored
    assert all(row["score"] is None and row["rank"] is None for row in unscored)
    assert all(row["synthetic"] is True for row in rows)


def test_scores_as_a_table(built_world: Path, capsys: Capture):
    out = printed(capsys, "scores", "--warehouse", built_world, "--level", "province")
    lines = out.splitlines()
    assert lines[0] == SYNTHETIC_NOTE
    assert len(lines) == 5
    assert "nan" not in out.lower()


def test_discounts_as_csv_say_what_was_assumed(warehouse: Path, capsys: Capture):
    command = (
        "discount",
        "--warehouse",
        warehouse,
        "--level",
        "province",
        "--claim",
        "personal_credit",
        "--format",
        "csv",
    )
    rows = list(csv.DictReader(io.StringIO(printed(capsys, *command))))
    assert rows
    assert {(row["claim"], row["yearly_rate"], row["synthetic"]) for row in rows} == {
        ("personal_credit", "0.12", "True")
    }
    [against_itself] = [
        row
        for row in csv.DictReader(io.StringIO(printed(capsys, *command, "--reference", rows[0]["place_id"])))
        if row["place_id"] == rows[0]["place_id"]
    ]
    assert float(against_itself["discount"]) == 0.0
    dearer = list(csv.DictReader(io.StringIO(printed(capsys, *command, "--rate", "0.3"))))
    assert all(float(high["value"]) < float(low["value"]) for high, low in zip(dearer, rows, strict=True))


def test_a_table_of_discounts_tells_the_terms(warehouse: Path, capsys: Capture):
    out = printed(capsys, "discount", "--warehouse", warehouse, "--level", "province", "--claim", "personal_credit")
    assert "100,000 yuan" in out.splitlines()[0]
    assert SYNTHETIC_NOTE in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--claim", "car"), "home_mortgage, commercial_property, personal_credit"),
        (("--reference", "999999"), "no place '999999'"),
        (("--rate", "-1"), "above -1"),
        (("--rate", "nan"), "above -1"),
        (("--period", "2030Q1"), "2021Q4 to 2024Q4"),
    ],
)
def test_a_discount_that_cannot_be_told(built_world: Path, capsys: Capture, arguments: tuple[str, ...], told: str):
    assert told in refused(capsys, "discount", "--warehouse", built_world, "--level", "province", *arguments)


def test_a_draft_is_written_and_its_gates_are_asked(built_world: Path, tmp_path: Path, capsys: Capture):
    out = printed(capsys, "release", "draft", "--warehouse", built_world, "--out", tmp_path, "--period", "2024Q2")
    folder = tmp_path / "enforcement-credit-2_2024Q2-1_synthetic.draft"
    assert str(folder) in out
    assert out.startswith("SYNTHETIC")
    assert main(["release", "check", str(folder)]) == 2
    report, error = capsys.readouterr()
    assert "block  no synthetic data: the data are synthetic" in report
    assert "Made-up numbers" in report
    assert error.count("\n") == 1
    assert "observed_data" in error


def test_a_draft_is_verified_and_rebuilt(built_world: Path, tmp_path: Path, capsys: Capture):
    printed(capsys, "release", "draft", "--warehouse", built_world, "--out", tmp_path, "--period", "2021Q4")
    folder = tmp_path / "enforcement-credit-2_2021Q4-1_synthetic.draft"
    out = printed(capsys, "release", "verify", folder, "--recompute")
    assert "scores rebuilt from the estimates" in out
    assert "a draft, as written" in out
    assert "draft" in printed(capsys, "release", "list", tmp_path, "--format", "csv")
    assert printed(capsys, "release", "diff", folder, folder) == "no differences\n"
    (folder / "CAVEATS.md").write_text("none", encoding="utf-8")
    assert main(["release", "verify", str(folder)]) == 2
    out, error = capsys.readouterr()
    assert "CAVEATS.md: changed" in out
    assert error.count("\n") == 1
    assert main(["release", "publish", str(folder)]) == 2
    assert "synthetic data are not published" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("draft", "--warehouse", "W", "--out", "OUT", "--period", "2030Q1"), "2021Q4 to 2024Q4"),
        (("draft", "--warehouse", "W", "--out", "OUT", "--vintage", "0"), "vintage 0"),
        (("check", "OUT"), "no release"),
        (("verify", "OUT"), "no release"),
    ],
)
def test_a_release_that_cannot_be_made(
    built_world: Path, tmp_path: Path, capsys: Capture, arguments: tuple[str, ...], told: str
):
    paths = {"W": str(built_world), "OUT": str(tmp_path / "out")}
    assert told in refused(capsys, "release", *(paths.get(word, word) for word in arguments))
    assert not (tmp_path / "out").exists()


def test_the_last_period_is_the_default(built_world: Path, capsys: Capture):
    command = ("scores", "--warehouse", built_world, "--level", "nation", "--format", "csv")
    assert printed(capsys, *command) == printed(capsys, *command, "--period", "2024Q4")


@pytest.mark.parametrize(
    ("period", "told"), [("2030Q1", "2021Q4 to 2024Q4"), ("2021Q3", "2021Q4 to 2024Q4"), ("2024", "like '2025Q4'")]
)
def test_scores_of_no_such_period(built_world: Path, capsys: Capture, period: str, told: str):
    command = ("scores", "--warehouse", built_world, "--level", "province")
    assert told in refused(capsys, *command, "--period", period)


def test_scores_before_a_build(tmp_path: Path, capsys: Capture):
    path = world(tmp_path / "w.duckdb")
    told = refused(capsys, "scores", "--warehouse", path, "--level", "province")
    assert f"build --warehouse {path}" in told


# ---------------------------------------------------------------- build


def test_build_prints_nothing_that_a_program_would_read(tmp_path: Path, capsys: Capture):
    path = random_world(cases=400).write(tmp_path / "w.duckdb")
    assert main(["build", "--warehouse", str(path), "--threads", "1"]) == 0
    assert capsys.readouterr().out == "", "progress goes to stderr"
    assert main(["scores", "--warehouse", str(path), "--level", "court"]) == 0


def test_build_with_another_method(tmp_path: Path, capsys: Capture):
    path = random_world(cases=400).write(tmp_path / "w.duckdb")
    method = tmp_path / "m.toml"
    text = load_method().text.replace('first = "2019Q4"', 'first = "2024Q2"')
    method.write_text(text, encoding="utf-8")
    assert main(["build", "--warehouse", str(path), "--method", str(method)]) == 0
    snapshot = Snapshot(path)
    assert snapshot.periods() == ["2024Q2", "2024Q3", "2024Q4"]
    snapshot.close()


@pytest.mark.parametrize("command", ["build", "rejects"])
def test_no_warehouse(tmp_path: Path, capsys: Capture, command: str):
    assert "no such warehouse" in refused(capsys, command, "--warehouse", tmp_path / "w.duckdb")
    assert not list(tmp_path.iterdir())


def test_no_method_file(tmp_path: Path, capsys: Capture):
    path = world(tmp_path / "w.duckdb")
    told = refused(capsys, "build", "--warehouse", path, "--method", tmp_path / "none.toml")
    assert "none.toml: cannot be read" in told


def test_nothing_to_build(tmp_path: Path, capsys: Capture):
    assert main(["build", "--warehouse", str(world(tmp_path / "w.duckdb"))]) == 2
    err = capsys.readouterr().err
    assert err.splitlines()[-1].startswith("error: the warehouse has no cases")


# ---------------------------------------------------------------- rejects


@pytest.fixture
def with_rejects(built_world: Path, tmp_path: Path) -> Path:
    """Findings with values as hostile files hold them."""
    path = tmp_path / "w.duckdb"
    shutil.copyfile(built_world, path)
    with duckdb.connect(path) as con:
        con.execute(
            "INSERT INTO rejects VALUES"
            " (1, 7, 'filed_on', '=HYPERLINK(\"http://x\")', 'bad_date', 'no date', 'rejected'),"
            " (1, 2, 'claim_amount', '一万, 五', 'bad_amount', 'no \"amount\"', 'cleared'),"
            " (2, 3, 'status', NULL, 'unknown_code', '+1', 'warned')"
        )
    return path


def test_rejects_as_json(with_rejects: Path, capsys: Capture):
    rows = json.loads(printed(capsys, "rejects", "--warehouse", with_rejects, "--format", "json"))
    assert [(r["source"], r["row_no"], r["field"]) for r in rows] == [
        ("cases-1.csv", 2, "claim_amount"),
        ("cases-1.csv", 7, "filed_on"),
        ("auctions-2.csv", 3, "status"),
    ]
    assert rows[0]["value"] == "一万, 五"
    assert rows[1]["action"] == "rejected"
    assert rows[2]["value"] is None


def test_rejects_as_csv_run_nothing_in_a_spreadsheet(with_rejects: Path, capsys: Capture):
    """design.md: text cells that begin with = + - @ get a prefix in CSV exports."""
    out = printed(capsys, "rejects", "--warehouse", with_rejects, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 3
    for row in rows:
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@")), cell


def test_no_rejects(built_world: Path, capsys: Capture):
    assert json.loads(printed(capsys, "rejects", "--warehouse", built_world, "--format", "json")) == []
    out = printed(capsys, "rejects", "--warehouse", built_world)
    assert "DataFrame" not in out, "a person reads this, not a programmer"


# ---------------------------------------------------------------- as typed


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-command",),
        ("scores", "--warehouse", "w.duckdb"),
        ("scores", "--warehouse", "w.duckdb", "--level", "county"),
        ("scores", "--warehouse", "w.duckdb", "--level", "city", "--format", "xml"),
        ("build",),
        ("build", "--warehouse", "w.duckdb", "--threads", "0"),
        ("build", "--warehouse", "w.duckdb", "--threads", "many"),
        ("sample", "--warehouse", "w.duckdb", "--cases", "-1"),
        ("import", "judges", "file.csv", "--warehouse", "w.duckdb"),
    ],
)
def test_misused(capsys: Capture, arguments: tuple[str, ...]):
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    assert stopped.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage:" in err
    assert "_count" not in err, "names of functions mean nothing to a user"


@pytest.mark.parametrize("command", ["sample", "import", "build", "scores", "discount", "rejects"])
def test_help(capsys: Capture, command: str):
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert "--warehouse" in capsys.readouterr().out


def test_a_process_ends_with_the_code_and_no_traceback(built_world: Path, tmp_path: Path):
    bad = run("scores", "--warehouse", tmp_path / "w.duckdb", "--level", "city")
    assert bad.returncode == 2
    assert bad.stdout == ""
    assert bad.stderr.startswith("error: ")
    assert bad.stderr.count("\n") == 1
    good = run("scores", "--warehouse", built_world, "--level", "nation", "--format", "csv")
    assert good.returncode == 0
    assert good.stderr == ""
    assert good.stdout.count("\n") == 2


@pytest.mark.parametrize("reader, read", [("head -1", "[\n"), ("true", "")])
@pytest.mark.parametrize("asked", ["sources", "scores --level court"])  # short, and long
def test_the_reader_may_stop_reading(built_world: Path, asked: str, reader: str, read: str):
    """As `| head -1` does."""
    command = f"{sys.executable} -m index_engine {asked} --warehouse {built_world}"
    piped = subprocess.run(
        ["bash", "-c", f"{command} --format json | {reader}; echo ${{PIPESTATUS[0]}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )
    assert piped.stderr == ""
    assert piped.stdout == f"{read}0\n"


# ---------------------------------------------------------------- sample and import


def test_a_sample_is_made_and_built(tmp_path: Path, capsys: Capture):
    path = tmp_path / "w.duckdb"
    assert main(["sample", "--warehouse", str(path), "--cases", "5000", "--seed", "7"]) == 0
    capsys.readouterr()
    snapshot = Snapshot(path)
    assert snapshot.synthetic is True
    assert snapshot.periods()
    snapshot.close()


def test_a_sample_too_small(tmp_path: Path, capsys: Capture):
    told = refused(capsys, "sample", "--warehouse", tmp_path / "w.duckdb", "--cases", "1")
    assert "cases" in told
    assert not (tmp_path / "w.duckdb").exists()


def test_files_become_scores(tmp_path: Path, capsys: Capture):
    """Regions, courts, cases and auctions from four files into a new warehouse, then a build."""
    path = tmp_path / "w.duckdb"
    rows = random_world(cases=400)
    names = {"nation": "全国", "province": "某省", "city": "某市", "county": "某县"}
    plain: dict[str, object] = {"name_hant": None, "name_en": None}  # and no name of a world with digits
    tables = {
        "regions": [vars(r) | plain | {"name": names[r.level]} for r in rows.regions],
        "courts": [vars(c) | {"name_en": None} for c in rows.courts],
        "cases": [vars(c) for c in rows.cases if c.filed_on >= rows.observed[1][0]],
        "auctions": [vars(r) for r in rows.rounds],
    }
    for kind, found in tables.items():
        file = tmp_path / f"{kind}.csv"
        fields = [name for name in found[0] if name != "source_id"]
        with file.open("w", newline="", encoding="utf-8") as target:
            writer = csv.DictWriter(target, fields, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(found)
        assert main(["import", kind, str(file), "--warehouse", str(path)]) == 0
        out = capsys.readouterr().out
        assert out.startswith(f"{kind}.csv: {len(found)} rows, ")
        counted = [int(part.split()[0]) for part in out.splitlines()[0].split(": ")[1].split(", ")]
        assert counted[0] == counted[1] + counted[2]
    assert main(["build", "--warehouse", str(path)]) == 0
    assert main(["scores", "--warehouse", str(path), "--level", "nation"]) == 0
    assert SYNTHETIC_NOTE not in capsys.readouterr().out, "files are not made up"


def test_no_such_file(tmp_path: Path, capsys: Capture):
    path = world(tmp_path / "w.duckdb")
    told = refused(capsys, "import", "cases", tmp_path / "none.csv", "--warehouse", path)
    assert "none.csv" in told


def test_a_sample_does_not_replace_real_data(built_world: Path, tmp_path: Path, capsys):
    path = tmp_path / "real.duckdb"
    shutil.copyfile(built_world, path)
    with duckdb.connect(path) as con:
        con.execute("UPDATE sources SET synthetic = FALSE")
    before = path.read_bytes()
    assert main(["sample", "--warehouse", str(path), "--cases", "5000"]) == 2
    assert "name another file" in capsys.readouterr().err
    assert path.read_bytes() == before
