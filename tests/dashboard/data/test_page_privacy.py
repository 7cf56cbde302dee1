"""No name of a person is left anywhere by an import on the page with the proposal accepted unmended."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.text import i18n
from index_engine.importing import api
from tests.dashboard.running import run_page, text
from tests.importing.test_privacy import TRACES, check, groups, planted_table, write, written


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """AppTest puts options into words in this thread, whatever the language of the page."""
    i18n.set_language("en")
    yield
    i18n.set_language("zh")


@pytest.fixture
def folder(tmp_path: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copyfile(warehouse, tmp_path / "sample.duckdb")
    monkeypatch.setenv("JECI_WAREHOUSE", str(tmp_path / "sample.duckdb"))
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    return tmp_path


def click(app: AppTest, key: str) -> bool:
    """Whether the button was there."""
    if key not in {button.key for button in app.button}:
        return False
    app.button(key=key).click().run()
    assert not app.exception, app.exception[0].message
    return True


@pytest.mark.parametrize("kind", ["cases", "auctions"])
def test_nothing_is_left(
    kind: str, folder: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    imports = 0
    for number, names in enumerate(groups(kind)):
        data_set = folder / f"mine{number}.duckdb"
        api.create_warehouse(data_set)
        file = write(planted_table(kind, names, all_rows=False), folder / "赵六六.csv")
        content = file.read_bytes()
        file.unlink()
        app = run_page("data", data=data_set.stem, lang="en")
        app.file_uploader[0].set_value(("赵六六.csv", content, "text/csv")).run()
        assert not app.exception, app.exception[0].message
        places = [("mapping", block.value) for block in app.code]
        imported = click(app, "intake-try") and click(app, "intake-import")
        imports += imported
        # What another visitor sees, in a session of its own.
        places += [(page, text(run_page(page, data=data_set.stem, lang="en"))) for page in ("data", "method")]
        places += [
            ("findings", api.list_findings(data_set).to_csv()),
            ("log", caplog.text),
            ("said", str(capfd.readouterr())),
        ]
        for path in folder.rglob("*"):
            places.append(("name of a file", path.name))
            if path.is_file() and path.suffix != ".duckdb":
                places.append((path.name, path.read_bytes().decode("utf-8", errors="replace")))
        check(iter([*places, *written(data_set)]), kind, names)
        raw = data_set.read_bytes()
        assert not [trace for trace in TRACES if trace.encode() in raw and not trace.isascii()]
    assert imports > 0, "no proposal could be accepted unmended: nothing was tested"
