"""Waits on a profile: the table says what the snapshot says, beside the limit and its law."""

import math
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard.place import step_waiting_times
from dashboard.state.cache import CachedSnapshot
from dashboard.text import formats
from index_engine import queries
from index_engine.queries import ProcedureStep
from tests.dashboard.reading import part, plain, profile, row_of
from tests.dashboard.running import Open, run_page

pytestmark = pytest.mark.usefixtures("in_english")


def test_days_lie_on_a_logarithmic_line() -> None:
    at = [step_waiting_times.scale_position(days) for days in (0, 7, 30, 90, 365, 1095, 5000)]
    assert at[:2] == [0, 0] and at[-2:] == [100, 100]
    assert at[1:-1] == sorted(at[1:-1])
    assert step_waiting_times.scale_position(14) - step_waiting_times.scale_position(7) == pytest.approx(
        step_waiting_times.scale_position(60) - step_waiting_times.scale_position(30)
    )


def test_the_page_shows_the_waits_of_a_province(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    table = queries.waiting_times(sample, "province", "320000", period).set_index("node")
    nation = queries.waiting_times(sample, "nation", sample.nation.place_id, period).set_index("node")
    section = part(profile(open_page, "province", "320000"), "nodes")
    names = {node.id: node.name["en"] for node in queries.read_steps()}
    for name in ("listing", "second", "case"):
        line, row = table.loc[name], row_of(section, names[name])
        assert f"{line['waiting']:,.0f}" in row
        assert f"{line['median']:,.0f}" in row.split()
        assert f"{nation.loc[name, 'median']:,.0f}" in row.split()
    row = row_of(section, names["second"])
    assert "at most 30 days" in row
    assert f"{table.loc['second', 'beyond']:,.0f}" in row
    assert f"{100 * table.loc['second', 'within']:.1f}%" in row
    words = plain(section)
    assert "Fa Shi [2016] 18, art. 26" in words
    assert "runs to the second auction itself, this one to its listing" in words
    assert "calendar days" in words and "not in itself a breach" in words


def test_the_sentence_names_the_step_where_most_wait(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    table = queries.waiting_times(sample, "province", "320000", period).set_index("node")
    # No wait stands for those it covers: there are some of them.
    assert (table.loc[["seized", "notice_fixed"], "n"] > 0).all()
    steps = {node.id: node for node in queries.read_steps() if not node.spans}
    waiting, beyond = (table.loc[list(steps), c] for c in ("waiting", "beyond"))
    words = plain(part(profile(open_page, "province", "320000"), "nodes"))
    most = steps[waiting.idxmax()].name["en"]
    assert f"The step at which most are waiting: {most} ({waiting.max():,.0f})." in words
    late = steps[beyond.idxmax()]
    of = table.loc[late.id, "waiting"]
    assert (
        f"The step at which most are beyond the limit: {late.name['en']} ({beyond.max():,.0f} of {of:,.0f})." in words
    )


def test_a_step_with_too_few_says_so_and_shows_no_number(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    courts = queries.scores(sample, "court", period)["place_id"]
    unit, empty = next(
        (unit, table.loc[table["n_suppression"].str.startswith("<"), "node"].tolist())
        for unit in courts
        for table in [queries.waiting_times(sample, "court", unit, period)]
        if table["n_suppression"].str.startswith("<").any() and table["n"].notna().any()
    )
    section = part(profile(open_page, "court", unit), "nodes")
    node = next(node for node in queries.read_steps() if node.id in empty)
    row = row_of(section, node.name["en"])
    assert "too few" in row
    assert "in the period: <10" in row


def test_a_place_without_any_says_so(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    courts = queries.scores(sample, "court", period)["place_id"]
    tables = ((unit, queries.waiting_times(sample, "court", unit, period)) for unit in courts)
    unit = next(u for u, t in tables if not ((t["n"] > 0) | (t["n_suppression"] == formats.SECONDARY)).any())
    section = part(profile(open_page, "court", unit), "nodes")
    assert "Too few cases and lots for any of the steps." in plain(section)
    assert "<table" not in section


def wait(node: ProcedureStep, **line: float | str) -> step_waiting_times.WaitingTime:
    usual = {"n": 50.0, "waiting": 0.0, "beyond": float("nan")}
    usual |= {f"{name}_suppression": "" for name in ("n", "waiting", "beyond")}
    return step_waiting_times.WaitingTime(node, SimpleNamespace(**(usual | line)), float("nan"))


def test_a_wait_is_compared_with_others_unless_they_are_parts_of_it(sample: CachedSnapshot) -> None:
    by_id = {node.id: node for node in queries.read_steps()}
    listing, seized = wait(by_id["listing"], waiting=40.0), wait(by_id["seized"], waiting=30.0)
    [alone] = step_waiting_times.summary_sentences([listing])
    assert "Filing → first listing (40)" in alone
    [apart] = step_waiting_times.summary_sentences([seized, listing])
    assert "Filing → first seizure (30)" in apart


def test_the_step_with_most_waits_is_not_told_where_one_is_withheld(sample: CachedSnapshot) -> None:
    by_id = {node.id: node for node in queries.read_steps()}
    withheld = wait(by_id["queried"], waiting=math.nan, waiting_suppression="secondary")
    words = " ".join(step_waiting_times.summary_sentences([wait(by_id["seized"], waiting=30.0), withheld]))
    assert "The step at which most are waiting is not told" in words and "(30)" not in words
    few = wait(by_id["queried"], waiting=math.nan, waiting_suppression="<10")
    words = " ".join(step_waiting_times.summary_sentences([wait(by_id["seized"], waiting=30.0), few]))
    assert "Filing → first seizure (30)" in words


def test_what_no_file_dates_has_no_row_and_is_named_once(sample: CachedSnapshot) -> None:
    here = pd.Series([0.0 if n.id in ("notified", "priced") else 20.0 for n in queries.read_steps()])
    everywhere = here.where([n.id != "priced" for n in queries.read_steps()], 500.0)
    words = step_waiting_times.absent_steps_text(queries.read_steps(), here, everywhere)
    assert words == (
        "No dates in the files: Filing → notice of enforcement. "
        "No waits here in the period, or no dates in the files: Seizure → reference price."
    )
    assert step_waiting_times.absent_steps_text(queries.read_steps(), everywhere + 1, everywhere + 1) == ""


def test_a_limit_of_a_part_is_not_held_against_the_whole(sample: CachedSnapshot) -> None:
    by_id = {node.id: node for node in queries.read_steps()}
    assert step_waiting_times.limit_text(by_id["priced"]) == "legal limit for part of this step only"
    assert step_waiting_times.limit_text(by_id["seized"]) == "no legal limit"
    assert by_id["priced"].limit_days is None and by_id["priced"].law


def test_a_court_that_dates_no_step_has_no_rows_of_them(built_world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(built_world))
    silent, dated = (part(profile(run_page, "court", c), "nodes") for c in ("M1101", "B1301"))
    absent = "No waits here in the period, or no dates in the files:"
    assert absent in silent and absent not in dated
    named = "Filing → notice of enforcement; Filing → query of property; Filing → first seizure; "
    assert named in silent and named not in dated
    assert "to the service of the notice" in plain(dated)
    assert "to the service of the notice" not in plain(silent)
