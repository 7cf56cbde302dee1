"""A method as a folder: its files joined are the method as one file, and every fault of one of them
is told with its name."""

import re
import shutil
from pathlib import Path

import pytest

from index_engine.errors import InputError
from index_engine.estimates import count_estimates
from index_engine.estimates.panel import PanelAxes
from index_engine.estimates.places import courts_in_sources
from index_engine.measures.compute import compute_measures
from index_engine.method import DEFAULT, builtin_methods, counts, load_method, load_methods, parse_method, parse_methods
from tests.worlds import random_world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(DEFAULT, tmp_path / "method")


def test_the_files_joined_are_the_method_as_one_file(folder: Path) -> None:
    method = load_method(folder)
    assert parse_method(method.text, "joined") == method == load_method()
    for file in folder.rglob("*.toml"):
        assert file.read_text(encoding="utf-8").strip() in method.text
    one_file = folder.with_suffix(".toml")
    one_file.write_text(method.text, encoding="utf-8")
    assert load_method(one_file) == method
    methods = load_methods()
    assert parse_methods([(m.text, m.id) for m in methods]) == methods


def test_every_indicator_of_the_engine_is_a_file_with_its_name() -> None:
    for path, method in zip(builtin_methods(), load_methods(), strict=True):
        stems = {file.stem for file in (path / "indicators").iterdir()}
        assert stems == {indicator.id for indicator in method.indicators}


def test_order_decides_in_a_dimension_and_what_has_none_comes_last(folder: Path) -> None:
    def closure_ids() -> list[str]:
        return [i.id for i in load_method(folder).dimension_indicators("closure")]

    assert closure_ids() == ["cash_24m", "genuine_closure_24m", "recovered_24m"]
    file = folder / "indicators" / "cash_24m.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("order = 1\n", ""), encoding="utf-8")
    assert closure_ids() == ["genuine_closure_24m", "recovered_24m", "cash_24m"]
    file.write_text(text.replace("order = 1\n", "order = 3\n"), encoding="utf-8")
    assert closure_ids() == ["genuine_closure_24m", "cash_24m", "recovered_24m"]
    listed = [i.dimension for i in load_method(folder).indicators]
    assert listed == sorted(listed, key=["cycle", "closure", "auction"].index)


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("indicators/recovered_24m.toml", "[[indicator]\n", "not valid TOML"),
        ("indicators/recovered_24m.toml", 'id = "recovered_24m"\n', "has only tables such as"),
        ("indicators/recovered_24m.toml", "[score]\nfloor = 2\n", "has only tables such as"),
        ("indicators/recovered_24m.toml", "indicator = [1]\n", "has only tables such as"),
        ("indicators/recovered_24m.toml", "", "has only tables such as"),
        ("indicators/recovered_24m.toml", '[[indicator]]\nid = "paid"\n', "with the id 'recovered_24m'"),
        ("checks.toml", "min_cell = 3\n", "has only tables such as"),
    ],
)
def test_a_fault_of_a_file_is_told_with_its_name(folder: Path, name: str, text: str, fault: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(str(folder / name)) + ": .*" + fault):
        load_method(folder)


def test_two_entries_in_the_file_of_one_are_refused(folder: Path) -> None:
    file = folder / "indicators" / "recovered_24m.toml"
    file.write_text(file.read_text(encoding="utf-8") * 2, encoding="utf-8")
    with pytest.raises(InputError, match="one entry"):
        load_method(folder)


def test_a_folder_without_its_main_file_is_refused(folder: Path) -> None:
    (folder / "method.toml").unlink()
    with pytest.raises(InputError, match=r"method\.toml: cannot be read"):
        load_method(folder)


def test_a_table_that_no_method_has_is_refused(folder: Path) -> None:
    (folder / "figures.toml").write_text('[[figure]]\nid = "x"\n', encoding="utf-8")
    with pytest.raises(InputError, match="no entry is called 'figure'"):
        load_method(folder)


# ---------------------------------------------------------------- events of an estimate

ONE = 'process = "case", event = "cash", months = 24'


def with_event(event: str) -> str:
    text = load_method().text
    assert text.count(ONE) == 1
    return text.replace(ONE, ONE.replace('"cash"', event))


def test_an_estimate_counts_one_event_or_several_as_one() -> None:
    def events(text: str) -> tuple[str, ...]:
        return parse_method(text, "m.toml").indicator("cash_24m").estimate.events

    assert events(with_event('"cash"')) == events(with_event('["cash"]')) == ("cash",)
    assert events(with_event('["cash", "other"]')) == ("cash", "other")


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ("[]", "cash_24m: no event is named"),
        ('["cash", "cash"]', "cash_24m: an event is named twice"),
        ('["cash", "listed"]', "the process case has no event 'listed'"),
        ('["cash", 3]', "event is 3; it must be a text"),
        ("3", "event is 3; it must be a text"),
    ],
)
def test_events_that_do_not_count_as_one_are_refused(event: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        parse_method(with_event(event), "m.toml")


def test_events_have_one_word_in_a_method_file() -> None:
    with pytest.raises(InputError, match="no entry is called 'events'"):
        parse_method(load_method().text.replace(ONE, ONE.replace("event", "events")), "m.toml")


# ---------------------------------------------------------------- counts of an estimate


def test_the_counts_that_a_method_may_name_are_those_that_are_read() -> None:
    """Names from the SQL alone against the columns of the tables that it makes. What closings stand
    alone, without the cases they belong to, decides what is estimable and is no statistic."""
    with random_world(cases=300).connect() as con:
        compute_measures(con, load_method())
        axes = PanelAxes(courts_in_sources(con), 2021 * 4, 2024 * 4 + 3)
        totals = set(count_estimates.read_totals(con, axes)) - counts.count_columns("closings_alone")
    derived = counts.STOCK_COUNTS | set(counts.COMPOSITE_COUNTS)
    assert {name for name in totals if counts.PRODUCT not in name} | derived == (
        counts.CASE_COUNTS | counts.AUCTION_COUNTS
    )
    assert not counts.CASE_COUNTS & counts.AUCTION_COUNTS
    products = {(n, d) for n, d in (*counts.AMOUNTS, *counts.MEANS)}
    for numerator, denominator in products:
        assert f"{numerator}_x_{numerator}" in totals
        assert {numerator, denominator} <= totals
    for numerator, denominator in counts.AMOUNTS:
        assert {f"{denominator}_x_{numerator}", f"{denominator}_x_{denominator}"} <= totals
    named = {*counts.NON_COUNTS, *counts.AMOUNTS.values()}
    assert named <= counts.CASE_COUNTS | counts.AUCTION_COUNTS


def test_every_sum_of_yuan_is_known_as_no_count() -> None:
    """A statistic of the kind share is drawn in a funnel plot: of sums it has no binomial error."""
    method = load_method()
    sale = next(s for s in method.statistics if s.id == "sale_by_value")
    written = 'kind = "quotient", numerator = "value_sold", denominator = "value_finished"'
    assert sale.is_monetary and method.text.count(written) == 1
    with pytest.raises(InputError, match="no count of things"):
        parse_method(method.text.replace(written, written.replace("quotient", "share")), "m.toml")


def test_a_query_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "case_counts.sql").write_text("SELECT court_id FROM WHERE")
    monkeypatch.setattr(counts, "MEASURES_FOLDER", tmp_path)
    with pytest.raises(ValueError, match="syntax error"):
        counts.count_columns("case_counts")
