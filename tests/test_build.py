"""A build is reproducible to the byte, whole or not at all, and says what it cannot build."""

import shutil
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from index_engine import periods, queries
from index_engine.build import BuildStep, build
from index_engine.cli import main
from index_engine.errors import InputError
from index_engine.method import DEFAULT, load_method
from index_engine.queries import LEVELS, Snapshot
from tests.worlds import AUCTIONS, CASES, Case, Court, Region, World, random_world, world


def scores_csv(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What the command line prints for every level."""
    printed = {}
    for level in LEVELS:
        command = ["scores", "--warehouse", str(path), "--level", level, "--format", "csv"]
        assert main(command) == 0
        printed[level] = capsys.readouterr().out
    return printed


def tables(path: Path) -> dict[str, str]:
    """Every row of the estimates and the index, in order of its content."""
    with duckdb.connect(path, read_only=True) as con:
        names = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('estimates', 'index')"
        ).fetchall()
        return {n: str(con.execute(f"FROM {n} ORDER BY ALL").fetchall()) for (n,) in names}


@pytest.fixture(scope="module")
def computed(built_world: Path) -> dict[str, str]:
    found = tables(built_world)
    assert len(found) == 30, sorted(found)
    return found


def test_same_facts_same_bytes(
    built_world: Path, computed: dict[str, str], rows: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Built with one thread instead of two, from the same rows in another order."""
    turned = replace(
        rows,
        regions=rows.regions[::-1],
        cases=rows.cases[::-1],
        rounds=rows.rounds[::-1],
        sequences=rows.sequences[::-1],
    )
    again = turned.write(tmp_path / "again.duckdb")
    build(again, threads=1)
    before = scores_csv(built_world, capsys)
    assert scores_csv(again, capsys) == before
    assert before["province"].count("scored") == 3, "nothing to compare"
    assert tables(again) == computed


def test_built_again_in_place(built_world: Path, computed: dict[str, str], tmp_path: Path):
    path = shutil.copyfile(built_world, tmp_path / "w.duckdb")
    build(path)
    assert tables(path) == computed
    assert version(path) == version(built_world)


def version(path: Path) -> str:
    snapshot = Snapshot(path)
    try:
        return snapshot.version
    finally:
        snapshot.close()


def test_a_build_keeps_its_method_and_another_one_is_another_version(tmp_path: Path):
    path = random_world(cases=400).write(tmp_path / "w.duckdb")
    method = tmp_path / "m.toml"
    text = load_method().text.replace('first = "2019Q4"', 'first = "2024Q4"')
    versions = []
    for changed in (text, text + "\n# reviewed\n"):
        method.write_text(changed, encoding="utf-8")
        build(path, [method])
        versions.append(version(path))
        snapshot = Snapshot(path)
        assert snapshot.method.text == changed
        snapshot.close()
    assert versions[0] != versions[1]


@pytest.mark.parametrize(
    "change",
    [
        "sha256 = 'another file'",
        "rows = rows + 1",
        # The same rows, said to be observed less long: what was open is then open less long.
        "observed_to = '2024-09-30'",
        "observed_from = '2021-02-01'",
    ],
)
def test_other_facts_are_another_version(built_world: Path, tmp_path: Path, change: str):
    path = shutil.copyfile(built_world, tmp_path / "w.duckdb")
    with duckdb.connect(path) as con:
        con.execute(f"UPDATE sources SET {change} WHERE source_id = 1")
    assert version(path) != version(built_world)


def test_progress_names_every_step(tmp_path: Path):
    """Of a method with an indicator of one process more, too."""
    text = load_method().text.replace('process = "resume", event = "resumed"', 'process = "payout", event = "paid"')
    method = tmp_path / "method.toml"
    method.write_text(text, encoding="utf-8")
    for files in ([], [method, DEFAULT.with_name("official")], [method]):
        path = random_world(cases=200).write(tmp_path / "w.duckdb")
        steps: list[BuildStep] = []
        build(path, files, progress=steps.append)
        assert [step.position for step in steps] == list(range(1, len(steps) + 1))
        assert {step.total for step in steps} == {len(steps)}
        names = [step.name for step in steps]
        assert len(set(names)) == len(names)
        assert names[0] == "spells" and names[-1] == "exceptions"
        assert ("curves payout" in names) == bool(files)


# ---------------------------------------------------------------- what cannot be built


def refused(path: Path, match: str, method: Path = DEFAULT) -> None:
    """The build says why in one line and leaves the file, if there is one, as it was."""
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(InputError, match=match) as error:
        build(path, [method])
    assert "\n" not in str(error.value)
    assert (path.read_bytes() if path.exists() else None) == before
    assert not list(path.parent.glob("*.draft*"))


def test_no_warehouse(tmp_path: Path):
    refused(tmp_path / "w.duckdb", "no such warehouse")


def test_an_empty_warehouse(tmp_path: Path):
    refused(world(tmp_path / "w.duckdb"), "no cases")


def test_too_short_for_a_window(tmp_path: Path):
    case = Case("c1", "K1", date(2024, 2, 1))
    window = (date(2024, 1, 1), date(2024, 11, 30))
    refused(world(tmp_path / "w.duckdb", [case], observed=window), "2024-11-30.*no complete window")


def test_all_before_the_methods_first_period(tmp_path: Path):
    method = tmp_path / "m.toml"
    text = load_method().text
    method.write_text(text.replace('first = "2019Q4"', 'first = "2030Q4"'), encoding="utf-8")
    path = random_world(cases=200).write(tmp_path / "w.duckdb")
    refused(path, "from 2030Q4 on", method)


def test_a_bad_method_file(tmp_path: Path):
    method = tmp_path / "m.toml"
    method.write_text("id = 1", encoding="utf-8")
    refused(random_world(cases=200).write(tmp_path / "w.duckdb"), "m.toml", method)


def test_a_build_that_fails_leaves_the_old_file(built_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = shutil.copyfile(built_world, tmp_path / "w.duckdb")

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("index_engine.build.score.write_scores", fail)
    with pytest.raises(MemoryError):
        build(path)
    assert path.read_bytes() == built_world.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w.duckdb", "w.duckdb.lock"]


# ---------------------------------------------------------------- odd worlds


def test_without_auctions(tmp_path: Path):
    """Cases alone: the auction dimension has no data, so nothing has a score, and nothing fails."""
    rows = random_world(cases=3000)
    bare = World(rows.regions, rows.courts, rows.cases, (), {CASES: rows.observed[CASES]})
    path = bare.write(tmp_path / "w.duckdb")
    build(path)
    snapshot = Snapshot(path)
    nation = queries.scores(snapshot, "nation", "2024Q4").iloc[0]
    assert nation["status"] == "too_few"
    found = queries.indicators(snapshot, "nation", "CN", "2024Q4").set_index("indicator")["status"]
    assert found["cash_24m"] == "estimated"
    assert set(found[["lot_sold_12m", "price_ratio", "first_round_sold"]]) == {"no_data"}
    snapshot.close()


def test_without_cases(tmp_path: Path):
    rows = random_world(cases=3000)
    bare = World(rows.regions, rows.courts, (), rows.rounds, {AUCTIONS: rows.observed[AUCTIONS]})
    path = bare.write(tmp_path / "w.duckdb")
    build(path)
    snapshot = Snapshot(path)
    found = queries.indicators(snapshot, "nation", "CN", "2024Q4").set_index("indicator")["status"]
    assert found["lot_sold_12m"] == "estimated"
    assert set(found[["cash_24m", "recovered_24m"]]) == {"no_data"}
    snapshot.close()


def test_a_country_without_cities(tmp_path: Path):
    """Courts that serve provinces directly: there is no unit of that level, and nothing fails."""
    rows = random_world(cases=3000)
    regions = tuple(r for r in rows.regions if r.level in ("nation", "province"))
    courts = tuple(replace(c, region=c.region[:2]) for c in rows.courts)
    path = World(regions, courts, rows.cases, rows.rounds).write(tmp_path / "w.duckdb")
    build(path)
    snapshot = Snapshot(path)
    assert queries.scores(snapshot, "city", "2024Q4").empty
    assert len(queries.scores(snapshot, "province", "2024Q4")) == 3
    snapshot.close()


def test_readers_read_on_during_a_build(built_world: Path, tmp_path: Path):
    """A page asks all the while; each answer is of the old file or of the new, and none fails."""
    path = shutil.copyfile(built_world, tmp_path / "w.duckdb")
    snapshot = Snapshot(path)
    expected = queries.scores(snapshot, "province", "2024Q4")
    stop, wrong = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            found = queries.scores(snapshot, "province", "2024Q4")
            if not found.equals(expected):
                wrong.append(found)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        build(path)
    finally:
        stop.set()
        reader.join()
        snapshot.close()
    assert not wrong


def test_a_quarter_cut_short_ends_no_period(tmp_path: Path, rows: World):
    """Observed to the middle of November: the last period is the third quarter."""
    last = date(2024, 11, 15)
    cases = [c for c in rows.cases if c.filed_on <= last][:1000]
    path = world(tmp_path / "w.duckdb", cases, (), rows.courts, rows.regions, (date(2021, 1, 1), last))
    build(path)
    snapshot = Snapshot(path)
    assert snapshot.periods()[-1] == "2024Q3"
    assert snapshot.observed_to == last
    snapshot.close()


def test_a_quarter_begun_unseen_begins_no_window(tmp_path: Path, rows: World):
    """Observed from the middle of February: a year with a hole of six weeks is not a whole one, and
    counts of it (filed, closed, days of the period) would be too small for what they are called."""
    first = date(2021, 2, 15)
    path = tmp_path / "w.duckdb"
    window = (first, date(2024, 12, 31))
    build(world(path, rows.cases[:1000], (), rows.courts, rows.regions, window))
    snapshot = Snapshot(path)
    assert snapshot.periods()[0] == "2022Q1"
    snapshot.close()


def test_windows_that_sources_do_not_state(tmp_path: Path):
    """Then the rows say what was observed, here as in the measures: from the first closing on, since
    before it nobody looked."""
    first = date(2022, 1, 1)
    cases = [
        Case(f"c{day}", "K1", first + timedelta(days=day), first + timedelta(days=day + 90), "zhongben")
        for day in range(700)
    ]
    path = world(tmp_path / "w.duckdb", cases)
    with duckdb.connect(path) as con:
        con.execute("UPDATE sources SET observed_from = NULL, observed_to = NULL")
    build(path)
    snapshot = Snapshot(path)
    assert (snapshot.observed_from, snapshot.observed_to) == (cases[0].closed_on, cases[-1].closed_on)
    assert snapshot.periods()[0] == periods.label(periods.quarter_from_date(cases[0].closed_on) + 3)
    snapshot.close()


def test_places_and_courts_without_cases_are_no_units(tmp_path: Path, rows: World):
    regions = (*rows.regions, Region("14", "province", "14省", "CN"), Region("1401", "city", "x", "14"))
    courts = (*rows.courts, Court("Z", "14", special=True))
    path = world(tmp_path / "w.duckdb", rows.cases[:1000], (), courts, regions)
    build(path)
    snapshot = Snapshot(path)
    assert set(queries.scores(snapshot, "province", "2024Q3")["place_id"]) == {"11", "12", "13"}
    for level, unit in (("province", "14"), ("court", "Z")):
        with pytest.raises(KeyError):
            snapshot.place(level, unit)
    snapshot.close()


def test_what_is_imported_after_a_build_waits_for_the_next(built_world: Path, tmp_path: Path):
    """Old scores beside new sources would say they were made from them."""
    path = tmp_path / "w.duckdb"
    shutil.copyfile(built_world, path)
    with Snapshot(path) as snapshot:
        version, sources = snapshot.version, len(queries.sources(snapshot))
    with duckdb.connect(path) as con:
        con.execute("INSERT INTO sources SELECT * REPLACE (99 AS source_id) FROM sources LIMIT 1")
    with Snapshot(path) as snapshot:
        assert (snapshot.version, len(queries.sources(snapshot))) == (version, sources)
    build(path)
    with Snapshot(path) as snapshot:
        assert snapshot.version != version
        assert len(queries.sources(snapshot)) == sources + 1


def test_a_window_needs_cases_and_auctions(tmp_path: Path, rows: World):
    """Auctions seen to the end of 2024, cases to its middle: the second half is no period."""
    cases = tuple(c for c in rows.cases if c.filed_on <= date(2024, 6, 30))
    observed = {CASES: (date(2021, 1, 1), date(2024, 6, 30)), AUCTIONS: (date(2021, 1, 1), date(2024, 12, 31))}
    path = World(rows.regions, rows.courts, cases, rows.rounds, observed).write(tmp_path / "w.duckdb")
    build(path)
    with Snapshot(path) as snapshot:
        assert snapshot.periods()[-1] == "2024Q2"


def test_what_another_version_built_is_not_shown(built_world: Path, tmp_path: Path) -> None:
    path = shutil.copy(built_world, tmp_path / "w.duckdb")
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE meta SET value = '1' WHERE key = 'build'")
    with pytest.raises(InputError, match=r"built by another version; run '.* build --warehouse"):
        Snapshot(path)
