"""The data page, run as Streamlit runs it: a file goes in step by step and comes back out."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.state import cache
from dashboard.state import input_files as intake_files
from dashboard.text import i18n
from dashboard.text import terms as intake_words
from dashboard.ui.reading import mapping_draft as intake_draft
from dashboard.ui.reading.mapping_draft import MappingChoices
from index_engine import private_folder
from index_engine.errors import InputError
from index_engine.importing import api, mapping
from index_engine.importing.case_numbers.checks import number_checks
from index_engine.importing.contract import READ_KINDS
from tests import court_files
from tests.dashboard.running import ROOT, run_page, text

HOSTILE = ["../x", "a/b", "a\\b", "", " ", "a.b", "x" * 41, "..", "a\0b", "名称 一", "=x", "CON:"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """AppTest puts options into words in this thread, whatever the language of the page."""
    i18n.set_language("en")
    yield
    i18n.set_language("zh")


@pytest.fixture
def folder(tmp_path: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of warehouses: the sample, which is shown by default, and an empty one, mine."""
    shutil.copyfile(warehouse, tmp_path / "sample.duckdb")
    api.create_warehouse(tmp_path / "mine.duckdb")
    monkeypatch.setenv("JECI_WAREHOUSE", str(tmp_path / "sample.duckdb"))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    # The private folder of this process is made anew in there, whichever tests ran before.
    monkeypatch.setattr(private_folder, "_folder_by_process", {})
    return tmp_path


def files_left(folder: Path) -> set[str]:
    """Names of the files in the folder for temporary ones; the private folder has its lock."""
    return {path.name for path in (folder / "scratch").rglob("*") if path.is_file()} - {"lock"}


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    return app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()


def button(app: AppTest, key: str) -> AppTest:
    app = app.button(key=key).click().run()
    assert not app.exception, app.exception[0].message
    return app


def everything(app: AppTest) -> str:
    """All that a page shows, texts of controls too."""
    controls = [*app.selectbox, *app.text_input, *app.checkbox, *app.expander, *app.code]
    return text(app) + "\n".join(repr(control) for control in controls)


# ---------------------------------------------------------------- data sets


@pytest.mark.parametrize("language", ["zh", "en"])
def test_made_up_data_take_no_files_but_lead_to_a_data_set_of_ones_own(folder: Path, language: str) -> None:
    app = run_page("data", lang=language)
    assert not app.exception
    assert not app.file_uploader
    app.text_input(key="intake-set-name").set_value("江苏2024")
    app = button(app, "intake-begin-button")
    assert app.query_params["data"] == "江苏2024"
    assert api.read_state(folder / "江苏2024.duckdb").files == 0
    assert app.file_uploader
    assert not app.button(key="intake-begin-button").disabled


def test_no_name_leads_out_of_the_folder(folder: Path) -> None:
    for name in HOSTILE:
        with pytest.raises(InputError):
            cache.data_set_file(name)
    before = sorted(path.name for path in folder.parent.rglob("*"))
    app = run_page("data")
    for name in ("../x", "", "a.b"):
        app.text_input(key="intake-set-name").set_value(name)
        app = button(app, "intake-begin-button")
        assert 'class="trouble"' in text(app)
        assert "<b>sample</b>" in text(run_page("data", data=name))  # as if not asked for
    assert sorted(path.name for path in folder.parent.rglob("*")) == before


def test_a_data_set_is_shown_on_every_page_and_in_every_link(folder: Path) -> None:
    (folder / "not one.duckdb").touch()
    (folder / "folder.duckdb").mkdir()
    assert cache.data_set_names() == ["mine", "sample"]
    app = run_page("overview", data="mine", lang="en")
    assert "nothing is built in it yet" in text(app)
    links = re.findall(r'href="\./([^"]*)"', text(app))
    here = [link for link in links if "data=mine" in link]
    assert {link.split("?")[0] for link in here} >= {"", "rankings", "place", "method", "data"}
    # The way back to what is shown by default needs no word in the address.
    menu = text(app).split('class="note menu"')[1].split("</details>")[0]
    assert "data=mine" in menu and "data=sample" not in menu
    assert "Synthetic data" in text(run_page("method", lang="en"))


def test_without_any_data_set_the_page_begins_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(tmp_path / "var" / "sample.duckdb"))
    app = run_page("data", lang="en")
    assert not app.exception
    app.text_input(key="intake-set-name").set_value("first")
    app = button(app, "intake-begin-button")
    assert (tmp_path / "var" / "first.duckdb").exists()
    assert app.file_uploader


def test_what_is_no_warehouse_is_said(folder: Path) -> None:
    (folder / "broken.duckdb").write_text("no database")
    app = run_page("data", data="broken", lang="en")
    assert not app.exception
    assert "not a warehouse" in text(app)


# ---------------------------------------------------------------- the four steps


def test_a_file_goes_in_and_comes_back_out(folder: Path) -> None:
    app = run_page("data", data="mine", lang="en")
    app = upload(app, "执行案件.xlsx", court_files.cases_xlsx())
    assert not app.exception, app.exception[0].message
    shown = everything(app)
    assert "申请执行标的（万元）" in shown
    assert not [name for name in court_files.PEOPLE if name in shown]
    assert "Personal data, neither shown nor stored: 申请执行人" in shown
    assert "intake-import" not in {one.key for one in app.button}  # first it is to be tried

    app = button(app, "intake-try")
    rows = len(court_files.cases())
    tried = text(app)
    assert f"rows<b>{rows + 1}</b>" in tried and f"accepted<b>{rows}</b>" in tried
    assert "a row of totals" in tried
    assert api.read_state(folder / "mine.duckdb").files == 0  # nothing is kept by a trial

    app = button(app, "intake-import")
    assert "执行案件.xlsx: imported" in text(app)
    assert "Jiangsu" in text(app) and "See it on the map" in text(app)
    state = api.read_state(folder / "mine.duckdb")
    assert (state.has_cases, state.is_built, state.is_stale) == (True, True, False)
    assert "江苏省南京市玄武区人民法院" in text(app)  # in the table of what was received
    assert not files_left(folder), "no file of a person is left behind"
    assert f"cases {datetime.now(UTC).date()}" in text(run_page("method", data="mine"))

    newest = api.list_sources(folder / "mine.duckdb").query("kind == 'cases'")["source_id"].max()
    app = button(app, f"intake-undo-{newest}")
    assert not api.read_state(folder / "mine.duckdb").has_cases
    assert "undone" in text(app)
    assert "Files were imported or undone" in text(app)
    # The other pages still show what was computed with it, and say so.
    after = text(run_page("overview", data="mine", lang="en"))
    assert "Files were imported or undone" in after and f"Source: cases {datetime.now(UTC).date()}" in after
    app = button(app, "intake-build")
    assert 'class="trouble"' in text(app)  # without cases there is nothing to compute


def test_a_person_changes_what_was_proposed(folder: Path) -> None:
    content = "编号,立案日期,法院,奇怪的列,结果\n"
    content += "".join(
        f"A{n},2024-03-0{n},南京市玄武区人民法院,2024-05-0{n},{'办好了' if n % 2 else '执行完毕'}\n"
        for n in range(1, 8)
    )
    app = run_page("data", data="mine", lang="en")
    app = upload(app, "odd.csv", content.encode("gb18030"))
    fields = {box.label.split(":")[0]: box for box in app.selectbox if "is read as" in box.label}
    fields["编号"].set_value("case_id")
    fields["奇怪的列"].set_value("closed_on")
    fields["结果"].set_value("close_mode")
    app = app.run()
    assert "Required, and not read from any column yet: Type of case" in text(app)
    constant = next(box for box in app.selectbox if "the same in all rows" in box.label)
    constant.set_value("first")
    word = next(box for box in app.selectbox if box.label == "办好了")
    word.set_value("completed")
    app = app.run()
    assert not app.exception, app.exception[0].message
    app = button(app, "intake-try")
    assert "rows<b>7</b>" in text(app) and "accepted<b>7</b>" in text(app)
    written = next(block.value for block in app.code)
    plan = mapping.read_mapping(written, "cases", Path("mapping"))
    read = {column.field.name: column for column in plan.columns}
    assert read["case_type"].constant == "first"
    assert read["close_mode"].values["办好了"] == "completed"
    # Another decision, and the trial no longer speaks for the import.
    next(box for box in app.selectbox if box.label == "办好了").set_value("terminated")
    app = app.run()
    assert "accepted<b>7</b>" not in text(app)


def test_two_columns_for_one_field_are_refused(folder: Path) -> None:
    app = run_page("data", data="mine", lang="en")
    app = upload(app, "cases.xlsx", court_files.cases_xlsx())
    box = next(b for b in app.selectbox if b.label.startswith("结案日期: is read as"))
    other = next(b for b in app.selectbox if b.label.startswith("立案日期: is read as"))
    box.set_value("paid_out_on")
    other.set_value("paid_out_on")
    app = app.run()
    assert "More than one column is read as: Paid out on" in text(app)
    assert "intake-try" not in {one.key for one in app.button}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty"),
        ("words.csv", b"a,b\n1,2\n", "its headers tell of no kind"),
        ("page.xlsx", b"<html><table></table></html>", "web page"),
        ("noise.parquet", b"PAR1" + bytes(100), "Parquet"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_in_place(folder: Path, name: str, content: bytes, said: str) -> None:
    app = upload(run_page("data", data="mine", lang="en"), name, content)
    assert not app.exception
    [trouble] = re.findall(r'class="trouble"[^>]*>([^<]*)<', text(app))
    assert said in trouble
    assert str(folder) not in trouble
    assert app.file_uploader  # the page is alive
    assert not files_left(folder)


def test_a_saved_mapping_reads_the_file_as_it_says(folder: Path) -> None:
    app = run_page("data", data="mine", lang="en")
    app = upload(app, "cases.xlsx", court_files.cases_xlsx())
    written = next(block.value for block in app.code)
    written = written.replace('unit = "万元"', 'unit = "亿元"')
    app.file_uploader[1].set_value(("cases.toml", written.encode(), "application/toml"))
    app = button(app.run(), "intake-try")
    assert "rejected<b>1</b>" in text(app)
    assert "an improbably large claim" in text(app)  # as the mapping has it: in 亿元
    app.file_uploader[1].set_value(("cases.toml", b'kind = "lots"', "application/toml"))
    assert "kind is" in text(app.run())


def test_files_of_the_inbox_are_offered_by_name_only(folder: Path) -> None:
    inbox = folder / "inbox"
    inbox.mkdir()
    (inbox / "cases.xlsx").write_bytes(court_files.cases_xlsx())
    (inbox / "secret.duckdb").touch()
    (inbox / "link.csv").symlink_to(folder / "sample.duckdb")
    assert intake_files.inbox_files() == ["cases.xlsx"]
    for name in ("../sample.duckdb", "link.csv", "none.csv"):
        with pytest.raises(InputError):
            intake_files.file_from_inbox(name)
    app = run_page("data", data="mine", lang="en")
    next(box for box in app.selectbox if "inbox" in box.label).set_value("cases.xlsx")
    assert "申请执行标的（万元）" in everything(app.run())
    assert (inbox / "cases.xlsx").exists()


# ---------------------------------------------------------------- names, words, decisions


@given(st.text(), st.sampled_from(intake_files.SUFFIXES))
@example("../../etc/x", "csv")
@example("C:\\x", "XLSX".lower())
@example("\0" * 300 + "名" * 300, "csv")
def test_no_name_of_an_upload_is_a_path(stem: str, suffix: str) -> None:
    safe = intake_files.safe_name(f"{stem}.{suffix.upper()}")
    assert safe.endswith(f".{suffix}")
    assert Path(safe).name == safe and "\\" not in safe and "\0" not in safe
    assert not safe.startswith(".")
    assert len(safe.encode()) <= 255


@given(st.text())
def test_an_unknown_ending_is_refused(name: str) -> None:
    if name.rpartition(".")[2].lower() not in intake_files.SUFFIXES:
        with pytest.raises(InputError):
            intake_files.safe_name(name)


def test_every_kind_field_and_rule_has_its_words() -> None:
    terms = intake_words.read_terms()
    assert set(terms["kinds"]) == set(READ_KINDS)
    for kind in READ_KINDS:
        assert list(terms["fields"][kind]) == [field.name for field in api.contract_fields(kind)]
    rules = {check.id for check in number_checks()}
    for line in (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            rules |= set(re.findall(r"`(\w+)`", line.split("|")[1]))
    assert rules - set(terms["rules"]) == set()
    for names in (*terms["kinds"].values(), *terms["rules"].values()):
        assert names.get("zh_Hans") and names.get("en")


def test_decisions_go_into_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    path.write_bytes(court_files.cases_xlsx())
    proposal = api.propose_mapping(path)
    choices = MappingChoices(
        units={"claim_amount": "元", "recovered_amount": "亿元"},
        formats={"filed_on": [], "closed_on": ["%Y%m%d"]},
        words={"close_mode": {"撤回": "", "办结": "completed"}},
        name='某院"执行"\n',
        complete=True,
        clear=True,
    )
    plan = mapping.read_mapping(intake_draft.mapping_text(proposal, choices), "cases", Path("mapping"))
    read = {column.field.name: column for column in plan.columns}
    assert (read["claim_amount"].factor, read["recovered_amount"].factor) == (1, 100_000_000)
    assert (read["filed_on"].formats, read["closed_on"].formats) == ((), ("%Y%m%d",))
    assert read["close_mode"].values["撤回"] is None
    assert read["close_mode"].values["执行完毕"] == "completed"
    assert (plan.name, plan.complete) == ('某院"执行"\n', True)
    assert read["claim_amount"].is_clearable and not read["filed_on"].is_clearable


def test_the_name_of_a_source_is_asked_for(folder: Path) -> None:
    """In a field of its own at first; later beside the sources there are. It says what it means."""
    app = run_page("data", data="mine", lang="en")
    app = upload(app, "执行案件.xlsx", court_files.cases_xlsx())
    assert "Left empty, the source is named by kind and day" in text(app)
    field = next(one for one in app.text_input if one.label == "Name of the source")
    app = field.set_value(" 江苏高院月报 ").run()
    assert "A new source" in text(app)
    app = button(button(app, "intake-try"), "intake-import")
    [name] = api.list_sources(folder / "mine.duckdb").query("kind == 'cases'")["name"]
    assert name == "江苏高院月报"
    app = upload(button(app, "intake-another"), "执行案件2.xlsx", court_files.cases_xlsx())
    choice = next(one for one in app.selectbox if one.label == "Name of the source")
    assert choice.options == ["江苏高院月报"]
    assert choice.value is None
    assert "Left empty" in text(app)
    app = choice.set_value("江苏高院月报").run()
    assert "This file corrects and completes what “江苏高院月报” has delivered before." in text(app)
