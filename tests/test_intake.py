"""What people ask of imports: how far a warehouse has come, and a trial that keeps nothing."""

import threading
from pathlib import Path

import pytest

from index_engine import intake
from index_engine.errors import InputError
from index_engine.snapshot import Snapshot
from index_engine.warehouse.snapshots import replacing
from tests import court_files


def quiet(_what: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "cases.xlsx"
    path.write_bytes(court_files.cases_xlsx())
    return path


@pytest.fixture(scope="module")
def mapping(file: Path) -> str:
    return intake.mapping_text(intake.recognise(file), name="court")


@pytest.fixture(scope="module")
def imported(file: Path, mapping: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("imported") / "w.duckdb"
    intake.take_in(path, "cases", file, mapping, quiet)
    return path


def test_a_warehouse_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    intake.create(path)
    assert intake.state(path) == intake.State(0, False, False, False, False)
    before = path.read_bytes()
    intake.create(path)
    assert path.read_bytes() == before


def test_a_trial_says_what_an_import_does_and_keeps_nothing(
    file: Path, mapping: str, tmp_path: Path
) -> None:
    path = tmp_path / "w.duckdb"
    intake.create(path)
    before = path.read_bytes()
    reports: list[tuple[str, int, int | None]] = []
    trial = intake.check(path, "cases", file, mapping, lambda *report: reports.append(report))
    assert path.read_bytes() == before
    assert {item.name for item in tmp_path.iterdir()} == {"w.duckdb", "w.duckdb.lock"}
    assert reports
    outcome = trial.outcome
    assert outcome.rows == len(court_files.cases()) + 1  # with the row of totals
    assert outcome.reasons == {"total_row": 1}
    assert trial.findings["rule"].tolist() == ["total_row"]
    assert trial.new_courts.empty
    kept = intake.take_in(path, "cases", file, mapping, quiet)
    assert (kept.rows, kept.kept, kept.changes) == (outcome.rows, outcome.kept, outcome.changes)


def test_a_warehouse_is_stale_until_it_is_built_and_after_an_undo(imported: Path) -> None:
    fresh = intake.state(imported)
    assert (fresh.has_cases, fresh.synthetic, fresh.built, fresh.stale) == (
        True,
        False,
        False,
        True,
    )
    intake.build(imported)
    assert intake.state(imported).built and not intake.state(imported).stale
    newest = intake.sources(imported).query("kind == 'cases'")["source_id"].max()
    intake.undo(imported, int(newest))
    with Snapshot(imported) as before:  # of the scores computed from the file, which it still names
        assert before.stale
        assert newest in set(before.sources()["source_id"])
    after = intake.state(imported)
    assert (after.has_cases, after.built, after.stale) == (False, True, True)


def test_a_writer_makes_a_warehouse_busy(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    assert not intake.busy(path)
    writing, done = threading.Event(), threading.Event()

    def write() -> None:
        with replacing(path):
            writing.set()
            done.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    assert writing.wait(10)
    assert intake.busy(path)
    done.set()
    writer.join()
    assert not intake.busy(path)


def test_the_kind_of_a_mapping_is_read_from_it(mapping: str) -> None:
    assert intake.kind_of_mapping(mapping) == "cases"
    for text in ("kind = ", "", 'kind = "lots"'):
        with pytest.raises(InputError, match="mapping"):
            intake.kind_of_mapping(text)


def test_units_and_words_of_a_field() -> None:
    fields = {field.name: field for field in intake.fields("cases")}
    assert intake.units_of(fields["claim_amount"])[0] == "元"
    assert intake.units_of(fields["filed_on"]) == ()
    assert intake.usual_words(fields["close_mode"])["completed"] == "执行完毕"
    assert intake.usual_words(fields["filed_on"]) == {}
    words = {"有": "true", "不明": ""}
    assert intake.typed_codes(fields["has_assets"], words) == {"有": True, "不明": ""}


def test_what_a_person_chose_goes_before_what_was_proposed(file: Path) -> None:
    proposal = intake.recognise(file)
    filed, closed = proposal.feeding("filed_on"), proposal.feeding("closed_on")
    people = next(column for column in proposal.columns if column.personal)
    assert filed and closed and people.position is not None
    chosen = {closed.position: "paid_out_on", filed.position: None, people.position: "cause"}
    mended = intake.recognise(file, "cases", chosen=chosen)
    paid = mended.feeding("paid_out_on")
    assert paid and paid.settings == closed.settings
    assert "filed_on" in mended.missing
    assert mended.feeding("closed_on") is None
    assert mended.feeding("cause") is None  # a column about people feeds nothing
    # A field that is given to another column is taken from the one proposed.
    moved = intake.recognise(file, "cases", chosen={closed.position: "filed_on"})
    assert [c.position for c in moved.columns if c.field == "filed_on"] == [closed.position]
