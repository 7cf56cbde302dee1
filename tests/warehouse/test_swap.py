"""One file, swapped as a whole: whatever happens to a writer, readers have the old or the new."""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

import duckdb
import pytest

from index_engine.warehouse.built import create_schema
from index_engine.warehouse.file import cursor, open_read_only, writable_copy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A warehouse with one region, 'old'."""
    made = tmp_path / "w.duckdb"
    write(made, "old", fresh=True)
    return made


def write(path: Path, name: str, *, fresh: bool = False) -> None:
    with writable_copy(path, empty=fresh) as con:
        con.execute("INSERT INTO regions (code, level, name) VALUES (?, 'nation', ?)", [name, name])


def regions(path: Path) -> list[str]:
    con = open_read_only(path)
    try:
        return [c for (c,) in con.execute("SELECT code FROM regions ORDER BY code").fetchall()]
    finally:
        con.close()


def names(folder: Path) -> list[str]:
    return sorted(found.name for found in folder.iterdir())


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Python code in a process of its own, at the root of the project."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )


# ---------------------------------------------------------------- writing


def test_a_copy_is_written_and_swapped_in(path: Path):
    write(path, "new")
    assert regions(path) == ["new", "old"]
    assert names(path.parent) == ["w.duckdb", "w.duckdb.lock"]


def test_fresh_starts_empty(path: Path):
    write(path, "new", fresh=True)
    assert regions(path) == ["new"]


@pytest.mark.parametrize("schema", ["estimates", "index", "draft", "warehouse"])
def test_a_warehouse_may_have_the_name_of_a_schema(tmp_path: Path, schema: str):
    path = tmp_path / f"{schema}.duckdb"
    write(path, "new")
    with writable_copy(path) as con:
        if schema in ("estimates", "index"):
            create_schema(con, schema)
        con.execute("INSERT INTO regions (code, level, name) VALUES ('more', 'nation', 'more')")
    assert regions(path) == ["more", "new"]
    assert names(tmp_path) == [path.name, f"{path.name}.lock"]


def test_where_there_is_none_it_starts_empty(tmp_path: Path):
    write(tmp_path / "w.duckdb", "new")
    assert regions(tmp_path / "w.duckdb") == ["new"]


@pytest.mark.parametrize("fresh", [True, False])
def test_a_writer_that_fails_leaves_the_old_file(path: Path, fresh: bool):
    before = path.read_bytes()
    with pytest.raises(ZeroDivisionError), writable_copy(path, empty=fresh) as con:
        con.execute("CREATE TABLE big AS SELECT range FROM range(100000)")
        raise ZeroDivisionError
    assert path.read_bytes() == before
    assert names(path.parent) == ["w.duckdb", "w.duckdb.lock"]


def test_a_statement_that_fails_leaves_the_old_file(path: Path):
    before = path.read_bytes()
    with pytest.raises(duckdb.Error), writable_copy(path) as con:
        con.execute("INSERT INTO regions (code) VALUES ('half')")
    assert path.read_bytes() == before


def test_a_first_writer_that_fails_leaves_nothing(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), writable_copy(tmp_path / "w.duckdb"):
        raise ZeroDivisionError
    assert names(tmp_path) == ["w.duckdb.lock"]


WRITE_FOREVER = """
import sys
from pathlib import Path
from index_engine.warehouse.file import writable_copy
with writable_copy(Path(sys.argv[1])) as con:
    con.execute("CREATE TABLE filling (i BIGINT)")
    print("inside", flush=True)
    while True:
        con.execute("INSERT INTO filling SELECT range FROM range(50000)")
        con.execute("CHECKPOINT")
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_writer_killed_while_writing_leaves_the_old_file(path: Path, seed: int):
    before = path.read_bytes()
    writer = run(WRITE_FOREVER, path)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "inside\n"
    time.sleep(Random(seed).uniform(0, 0.2))
    writer.send_signal(signal.SIGKILL)
    assert writer.wait() == -signal.SIGKILL
    writer.stdout.close()
    assert path.read_bytes() == before
    assert regions(path) == ["old"]
    assert any(".draft" in name for name in names(path.parent)), "killed before it wrote anything"
    write(path, "new")
    assert regions(path) == ["new", "old"]
    assert names(path.parent) == ["w.duckdb", "w.duckdb.lock"], "the draft left is swept away"


def test_what_a_killed_writer_spilled_is_swept_away(path: Path):
    """DuckDB spills to a folder beside its file, `<file>.tmp`; a killed writer leaves that too."""
    spilled = path.with_name("draft.w.duckdb.99999.draft.tmp")
    spilled.mkdir()
    (spilled / "duckdb_temp_storage-0.tmp").write_bytes(b"x" * 100)
    write(path, "new")
    assert regions(path) == ["new", "old"]
    assert names(path.parent) == ["w.duckdb", "w.duckdb.lock"]


SWAP_FOREVER = """
import sys
from pathlib import Path
from index_engine.warehouse.file import writable_copy
path = Path(sys.argv[1])
with writable_copy(path, empty=True) as con:
    con.execute("CREATE TABLE versions AS SELECT 0 AS version FROM range(1000)")
print("begun", flush=True)
version = 0
while True:
    version += 1
    with writable_copy(path) as con:
        con.execute("UPDATE versions SET version = ?", [version])
    if version == 1:
        print("swapped", flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_writer_killed_around_the_swap_leaves_one_version_whole(tmp_path: Path, seed: int):
    path = tmp_path / "w.duckdb"
    writer = run(SWAP_FOREVER, path)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "begun\n"
    assert writer.stdout.readline() == "swapped\n"
    time.sleep(Random(seed).uniform(0, 0.2))
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    con = open_read_only(path)
    [(version, least, rows)] = con.execute("SELECT MAX(version), MIN(version), COUNT(*) FROM versions").fetchall()
    con.close()
    assert version == least
    assert version > 0
    assert rows == 1000


def test_two_writers_take_turns(path: Path):
    inside, leave, entered = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with writable_copy(path) as con:
            inside.set()
            leave.wait(10)
            con.execute("INSERT INTO regions (code, level, name) VALUES ('one', 'nation', 'one')")

    def second() -> None:
        with writable_copy(path) as con:
            entered.set()
            con.execute("INSERT INTO regions (code, level, name) VALUES ('two', 'nation', 'two')")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    assert not entered.wait(0.3), "both write at once"
    leave.set()
    for thread in threads:
        thread.join(10)
    assert regions(path) == ["old", "one", "two"], "the second starts from what the first left"


# ---------------------------------------------------------------- reading while writing

WRITE_ONCE = """
import sys
from pathlib import Path
from index_engine.warehouse.file import writable_copy
with writable_copy(Path(sys.argv[1]), empty=True) as con:
    con.execute("INSERT INTO regions (code, level, name) VALUES ('new', 'nation', 'new')")
"""


def test_a_reader_keeps_what_it_opened_while_another_process_swaps(path: Path):
    reader = open_read_only(path)
    writer = run(WRITE_ONCE, path)
    assert writer.wait(30) == 0
    writer.stdout.close()
    assert cursor(reader).execute("SELECT code FROM regions").fetchall() == [("old",)]
    reader.close()
    assert regions(path) == ["new"]


def test_two_readers_of_one_process(path: Path):
    """A page open in two sessions, or the old snapshot still cached when the next is opened."""
    one = open_read_only(path)
    two = open_read_only(path)
    assert one.execute("SELECT code FROM regions").fetchall() == [("old",)]
    assert two.execute("SELECT code FROM regions").fetchall() == [("old",)]
    one.close()
    assert cursor(two).execute("SELECT code FROM regions").fetchall() == [("old",)]
    two.close()


def test_a_new_reader_sees_the_new_file_while_an_old_one_is_open(path: Path):
    """The dashboard keeps the snapshot it has until nobody looks at it any more."""
    old = open_read_only(path)
    writer = run(WRITE_ONCE, path)
    assert writer.wait(30) == 0
    writer.stdout.close()
    new = open_read_only(path)
    assert new.execute("SELECT code FROM regions").fetchall() == [("new",)]
    assert cursor(old).execute("SELECT code FROM regions").fetchall() == [("old",)]
    old.close()
    new.close()


def test_a_writer_may_work_beside_a_reader_of_the_same_process(path: Path):
    """An import from a page that shows the warehouse it imports into."""
    reader = open_read_only(path)
    write(path, "new")
    assert cursor(reader).execute("SELECT code FROM regions").fetchall() == [("old",)]
    reader.close()
    assert regions(path) == ["new", "old"]


# ---------------------------------------------------------------- locked down


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t (i INTEGER)",
        "INSERT INTO regions (code, level, name) VALUES ('x', 'nation', 'x')",
        "DELETE FROM regions",
        "DROP TABLE regions",
        "SELECT * FROM read_csv('{folder}/secret.csv')",
        "SELECT * FROM '{folder}/secret.csv'",
        "SELECT * FROM read_text('{folder}/secret.csv')",
        "SELECT * FROM glob('{folder}/*')",
        "COPY regions TO '{folder}/out.csv'",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/other.duckdb' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "INSTALL spatial FROM community",
        "SELECT * FROM read_csv('https://example.org/x.csv')",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SET lock_configuration = false",
        "SET autoinstall_known_extensions = true",
        "RESET enable_external_access",
        "PRAGMA enable_logging",
    ],
)
def test_a_reader_can_do_nothing_but_read(path: Path, statement: str):
    folder = path.parent
    (folder / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    duckdb.connect(folder / "other.duckdb").close()
    before, content = names(folder), path.read_bytes()
    con = open_read_only(path)
    with pytest.raises(duckdb.Error):
        cursor(con).execute(statement.format(folder=folder)).fetchall()
    assert cursor(con).execute("SELECT code FROM regions").fetchall() == [("old",)]
    con.close()
    assert names(folder) == before
    assert path.read_bytes() == content


def test_a_reader_spills_nothing_into_the_folder_it_runs_in(path: Path, monkeypatch: pytest.MonkeyPatch):
    """A query that does not fit in memory fails, or spills where spilling is meant to go."""
    here = path.parent / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    con = open_read_only(path, memory_limit="50MB")
    sort = "SELECT hash(range)::VARCHAR AS h FROM range(1500000) ORDER BY h LIMIT 5 OFFSET 1000000"
    with contextlib.suppress(duckdb.OutOfMemoryException):
        cursor(con).execute(sort)
    assert names(here) == []
    con.close()
