"""What people ask of imports: how far a warehouse has come, and a trial that keeps nothing."""

import threading
from pathlib import Path

import pytest

from index_engine import queries
from index_engine.errors import InputError
from index_engine.importing import api
from index_engine.queries import Snapshot
from index_engine.warehouse.file import writable_copy
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
    return api.mapping_text(api.propose_mapping(file), name="court")


@pytest.fixture(scope="module")
def imported(file: Path, mapping: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("imported") / "w.duckdb"
    api.import_file(path, "cases", file, mapping, quiet)
    return path


def test_a_warehouse_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    api.create_warehouse(path)
    assert api.read_state(path) == api.WarehouseState(0, False, False, False, False)
    before = path.read_bytes()
    api.create_warehouse(path)
    assert path.read_bytes() == before


def test_a_trial_says_what_an_import_does_and_keeps_nothing(file: Path, mapping: str, tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    api.create_warehouse(path)
    before = path.read_bytes()
    reports: list[tuple[str, int, int | None]] = []
    trial = api.dry_run(path, "cases", file, mapping, lambda *report: reports.append(report))
    assert path.read_bytes() == before
    assert {item.name for item in tmp_path.iterdir()} == {"w.duckdb", "w.duckdb.lock"}
    assert reports
    outcome = trial.outcome
    assert outcome.rows == len(court_files.cases()) + 1  # with the row of totals
    assert outcome.rejection_counts == {"total_row": 1}
    assert trial.findings["rule"].tolist() == ["total_row"]
    assert trial.new_courts.empty
    kept = api.import_file(path, "cases", file, mapping, quiet)
    assert (kept.rows, kept.accepted_rows, kept.changes) == (outcome.rows, outcome.accepted_rows, outcome.changes)


def test_a_warehouse_is_stale_until_it_is_built_and_after_an_undo(imported: Path) -> None:
    fresh = api.read_state(imported)
    assert (fresh.has_cases, fresh.synthetic, fresh.is_built, fresh.is_stale) == (True, False, False, True)
    api.build(imported)
    assert api.read_state(imported).is_built and not api.read_state(imported).is_stale
    newest = api.list_sources(imported).query("kind == 'cases'")["source_id"].max()
    api.undo_source(imported, int(newest))
    with Snapshot(imported) as before:  # of the scores computed from the file, which it still names
        assert before.stale
        assert newest in set(queries.sources(before)["source_id"])
    after = api.read_state(imported)
    assert (after.has_cases, after.is_built, after.is_stale) == (False, True, True)


def test_a_writer_makes_a_warehouse_busy(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    assert not api.has_writer(path)
    writing, done = threading.Event(), threading.Event()

    def write() -> None:
        with writable_copy(path):
            writing.set()
            done.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    assert writing.wait(10)
    assert api.has_writer(path)
    done.set()
    writer.join()
    assert not api.has_writer(path)


def test_the_kind_of_a_mapping_is_read_from_it(mapping: str) -> None:
    assert api.mapping_kind(mapping) == "cases"
    for text in ("kind = ", "", 'kind = "lots"'):
        with pytest.raises(InputError, match="mapping"):
            api.mapping_kind(text)


def test_units_and_words_of_a_field() -> None:
    fields = {field.name: field for field in api.contract_fields("cases")}
    assert api.available_units(fields["claim_amount"])[0] == "元"
    assert api.available_units(fields["filed_on"]) == ()
    assert api.word_by_code(fields["close_mode"])["completed"] == "执行完毕"
    assert api.word_by_code(fields["filed_on"]) == {}
    words = {"有": "true", "不明": ""}
    assert api.typed_codes(fields["has_assets"], words) == {"有": True, "不明": ""}


def test_what_a_person_chose_goes_before_what_was_proposed(file: Path) -> None:
    proposal = api.propose_mapping(file)
    filed, closed = proposal.mapped_column("filed_on"), proposal.mapped_column("closed_on")
    people = next(column for column in proposal.columns if column.is_personal)
    assert filed and closed and people.position is not None
    chosen = {closed.position: "paid_out_on", filed.position: None, people.position: "cause"}
    mended = api.propose_mapping(file, "cases", overrides=chosen)
    paid = mended.mapped_column("paid_out_on")
    assert paid and paid.settings == closed.settings
    assert "filed_on" in mended.missing_fields
    assert mended.mapped_column("closed_on") is None
    assert mended.mapped_column("cause") is None  # a column about people feeds nothing
    # A field that is given to another column is taken from the one proposed.
    moved = api.propose_mapping(file, "cases", overrides={closed.position: "filed_on"})
    assert [c.position for c in moved.columns if c.field == "filed_on"] == [closed.position]
