"""Several methods in one build: what a further one may say, how it is added and asked for."""

import json
import re
import shutil
from pathlib import Path

import pytest

from index_engine import queries
from index_engine.build import build
from index_engine.cli import main
from index_engine.errors import InputError
from index_engine.method import DEFAULT, builtin_methods, load_method, load_methods, parse_method, parse_methods, read
from index_engine.queries import Snapshot
from tests.worlds import random_world

OFFICIAL_FOLDER = DEFAULT.with_name("official")
MAIN, OFFICIAL = (method.text for method in load_methods())
STRICT = OFFICIAL.replace('id = "official-1"', 'id = "strict"').replace(
    "min_weight_present = 0.65", "min_weight_present = 1.0"
)


def test_the_shipped_methods_load_together():
    first, official = load_methods()
    assert (first.id, official.id) == ("enforcement-credit-2", "official-1")
    assert first.text == MAIN
    assert official.text == OFFICIAL
    assert [i.estimate.kind for i in official.indicators] == ["mean", "share", "share"]


def test_what_a_further_method_leaves_out_is_as_in_the_main_one():
    first, official = load_methods()
    for name in ("window_quarters", "first_period", "bins_per_month", "events", "strata", "peers"):
        assert getattr(official, name) == getattr(first, name), name
    assert official.bands == first.bands
    assert official.statistics == first.statistics


@pytest.mark.parametrize(
    ("added", "table"),
    [
        ("\n[period]\nmonths = 24\nfirst = '2019Q4'\n", "period"),
        ('\n[events]\ncash = ["completed"]\nother = ["*"]\n', "events"),
        ("\n[recovery_events]\n", "recovery_events"),
        ('\n[strata]\nclaim_classes = []\nclasses = { all = ["*"] }\nassets = { all = ["*"] }\n', "strata"),
    ],
)
def test_a_further_method_counts_what_the_main_one_counts(added: str, table: str):
    with pytest.raises(InputError, match=re.escape(f"[{table}] is not that of enforcement-credit-2")):
        parse_method(OFFICIAL + added, "other.toml", load_method())


def test_the_same_said_again_is_no_fault():
    same = re.search(r"^\[period\]\n(.*\n)+?\n", MAIN, re.M)
    assert same is not None
    assert parse_method(OFFICIAL + "\n" + same.group(), "other.toml", load_method()).first_period == "2019Q4"


def test_two_methods_of_one_name_are_refused():
    with pytest.raises(InputError, match=r"o\.toml: another method of this build has the id"):
        parse_methods([(MAIN, "a.toml"), (OFFICIAL, "o.toml"), (OFFICIAL, "b.toml")])


def test_a_further_method_alone_says_what_it_lacks():
    with pytest.raises(InputError, match=r"official: the entry 'period' is missing"):
        load_method(OFFICIAL_FOLDER)


def test_dropping_a_file_beside_the_others_adds_a_method(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for path in builtin_methods():
        shutil.copytree(path, tmp_path / path.name)
    (tmp_path / "strict.toml").write_text(STRICT, encoding="utf-8")
    monkeypatch.setattr(read, "DEFAULT", tmp_path / DEFAULT.name)
    methods = load_methods()
    assert [m.id for m in methods] == ["enforcement-credit-2", "official-1", "strict"]
    assert methods[2].min_weight_present == 1.0


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world built with three methods, named on the command line."""
    folder = tmp_path_factory.mktemp("three")
    path = random_world(cases=4000).write(folder / "w.duckdb")
    strict = folder / "strict.toml"
    strict.write_text(STRICT, encoding="utf-8")
    named = [DEFAULT, OFFICIAL_FOLDER, strict]
    options = [word for file in named for word in ("--method", str(file))]
    assert main(["build", "--warehouse", str(path), *options]) == 0
    return path


def test_every_method_of_a_build_can_be_asked_for(three: Path, capsys: pytest.CaptureFixture[str]):
    with Snapshot(three) as snapshot:
        assert list(snapshot.methods) == ["enforcement-credit-2", "official-1", "strict"]
        assert snapshot.method is snapshot.main
    printed = {}
    for method in ("", "official-1", "strict"):
        command = ["scores", "--warehouse", str(three), "--level", "province", "--format", "json"]
        assert main([*command, *(["--method", method] if method else [])]) == 0
        rows = json.loads(capsys.readouterr().out)
        printed[method] = {row["place_id"]: row["score"] for row in rows}
        assert {row["method"] for row in rows} == {method or "enforcement-credit-2"}
    assert printed[""] != printed["official-1"]
    assert printed["official-1"] == printed["strict"], "every weight is present in these provinces"


def test_a_method_that_was_not_built_is_refused(three: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(InputError, match="not built with a method 'other'; there are"):
        Snapshot(three, "other")
    command = ["scores", "--warehouse", str(three), "--level", "court", "--method", "other"]
    assert main(command) == 2
    assert "not built with a method 'other'" in capsys.readouterr().err


def test_a_build_with_fewer_methods_forgets_the_others(three: Path, tmp_path: Path):
    path = shutil.copyfile(three, tmp_path / "w.duckdb")
    build(path, [DEFAULT])
    with Snapshot(path) as snapshot:
        assert list(snapshot.methods) == ["enforcement-credit-2"]


def test_methods_compared_rank_what_both_score(ranked_world: Path):
    with Snapshot(ranked_world) as snapshot:
        period = snapshot.periods()[-1]
        found = queries.method_comparison(snapshot, "court", period, "official-1")
        own = queries.scores(snapshot, "court", period).set_index("place_id")
    with Snapshot(ranked_world, "official-1") as official:
        other = queries.scores(official, "court", period).set_index("place_id")
    assert len(found) > 2
    both = own.index[own["rank"].notna()].intersection(other.index[other["rank"].notna()])
    assert set(found["place_id"]) == set(both)
    for row in found.itertuples():
        assert row.score == own.loc[row.place_id, "score"]
        assert row.other_score == other.loc[row.place_id, "score"]
        assert row.rank == 1 + (found["score"] > row.score).sum()
        assert row.rank_difference == row.other_rank - row.rank
        assert row.tied == (found["score"] == row.score).sum()
        assert row.other_tied == (found["other_score"] == row.other_score).sum()
    assert found["rank_difference"].abs().is_monotonic_decreasing
