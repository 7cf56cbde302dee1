"""The gates before publication: each is passed, and each stops what it is there for."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from index_engine.errors import wordings
from index_engine.releases.gates import GateResult, check_gates, gate_declarations
from index_engine.releases.review import Override, Review, read_review
from tests.releases.conftest import change_table, refusal

ON = date(2025, 3, 1)
REVIEW = Review(reviewers=("甲", "乙"))


OBJECTION = """[[objections]]
place_id = "syn-0001"
received_on = 2025-02-01
text = "结案数不符"
answer = "已更正"
outcome = "upheld"
"""


def results(folder: Path, review: Review = REVIEW, previous: Path | None = None) -> dict[str, GateResult]:
    return {result.gate: result for result in check_gates(folder, review, previous, ON)}


def outcome(folder: Path, gate: str, review: Review = REVIEW, previous: Path | None = None) -> str:
    return results(folder, review, previous)[gate].outcome


def test_all_gates_are_asked_and_said(real_draft: Path):
    found = results(real_draft)
    assert list(found) == list(gate_declarations())
    for result in found.values():
        assert str(result.finding)
        assert set(wordings(result.finding.code)) == {"en", "zh_Hans"}
        assert result.reason["zh_Hans"]
        assert result.reason["en"]
    assert {gate for gate, result in found.items() if result.outcome == "block"} == {"coverage"}


def test_synthetic_data_do_not_pass(synthetic_draft: Path):
    assert outcome(synthetic_draft, "observed_data") == "block"


@pytest.mark.parametrize("names", [(), ("甲",)])
def test_one_reviewer_is_not_two(real_draft: Path, names: tuple[str, ...]):
    assert outcome(real_draft, "reviewers", Review(reviewers=names)) == "block"


def last(frame: pd.DataFrame, level: str) -> pd.Series:
    return (
        (frame["method"] == "enforcement-credit-2")
        & (frame["basis"] == "observed")
        & (frame["level"] == level)
        & (frame["period"] == "2024Q4")
    )


def test_a_changed_byte_stops_everything(draft: Path):
    (draft / "CAVEATS.md").write_text("nothing to see here", encoding="utf-8")
    (draft / "added.txt").write_text("", encoding="utf-8")
    found = results(draft)
    assert list(found) == ["files_unchanged"]
    assert found["files_unchanged"].outcome == "block"
    assert "CAVEATS.md, added.txt" in str(found["files_unchanged"].finding)


def test_provinces_that_do_not_add_up(draft: Path):
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        row = frame.index[(frame["level"] == "province") & frame["denominator"].notna()][0]
        frame.loc[row, "denominator"] += 1
        return frame

    change_table(draft, "rates", change)
    assert outcome(draft, "sums") == "block"


def test_a_small_cell(draft: Path):
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame["n"].first_valid_index(), "n"] = 9
        return frame

    change_table(draft, "estimates", change)
    assert outcome(draft, "least_cell") == "block"


def test_a_score_of_few_cases(draft: Path):
    change_table(draft, "scores", lambda frame: frame.assign(n=frame["n"].mask(last(frame, "province"), 20)))
    assert outcome(draft, "least_n") == "block"


def test_provinces_without_a_score(draft: Path):
    change_table(
        draft, "scores", lambda frame: frame.assign(score=frame["score"].mask(last(frame, "province"), np.nan))
    )
    assert outcome(draft, "scored_provinces") == "block"


def test_ranks_of_courts_need_a_legal_basis(draft: Path):
    change_table(draft, "scores", lambda frame: frame.assign(rank=frame["rank"].mask(last(frame, "court"), 1)))
    assert outcome(draft, "court_order") == "block"
    assert outcome(draft, "court_order", Review(legal_basis="某部门文件")) == "pass"


@pytest.mark.parametrize(
    ("n", "periods", "sent_on", "weak", "reply"),
    [
        (500, ["2024Q3", "2024Q4"], date(2025, 1, 20), "pass", "pass"),
        (500, ["2024Q4"], date(2025, 1, 20), "block", "pass"),
        (199, ["2024Q3", "2024Q4"], date(2025, 2, 20), "block", "block"),
        (None, ["2024Q3", "2024Q4"], None, "block", "block"),
    ],
)
def test_courts_in_the_lowest_band(
    draft: Path, n: int | None, periods: list[str], sent_on: date | None, weak: str, reply: str
):
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        court = frame.loc[last(frame, "court"), "place_id"].iloc[0]
        rows = (frame["place_id"] == court) & frame["period"].isin(periods) & (frame["basis"] == "observed")
        return frame.assign(band=frame["band"].mask(rows, "C"), n=frame["n"].mask(rows, n))

    change_table(draft, "scores", change)
    found = results(draft, Review(reply_sent_on=sent_on))
    assert (found["lowest_band"].outcome, found["reply_period"].outcome) == (weak, reply)


def test_a_large_change_needs_a_reason(draft: Path):
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        row = frame.index[last(frame, "province") & frame["score"].notna()][0]
        frame.loc[row, ["low", "score", "high"]] = [97.0, 98.0, 99.0]
        return frame

    change_table(draft, "scores", change)
    found = results(draft)["changes_explained"]
    assert found.outcome == "block"
    [place] = found.finding.parameters["places"]  # type: ignore[misc]
    assert outcome(draft, "changes_explained", Review(changes={place: "年末集中清理积案"})) == "pass"


def test_history_restated_is_warned_of(draft: Path, real_draft: Path):
    assert outcome(draft, "revisions", previous=real_draft) == "pass"
    change_table(
        draft, "scores", lambda frame: frame.assign(score=frame["score"].where(frame["period"] != "2024Q1", 99.0))
    )
    assert outcome(draft, "revisions", previous=real_draft) == "warn"


def test_an_objection_is_answered_before_publication(real_draft: Path, tmp_path: Path):
    for text, expected in ((OBJECTION, "pass"), (OBJECTION.replace("upheld", "open"), "block")):
        (tmp_path / "review.toml").write_text(text, encoding="utf-8")
        review = read_review(tmp_path / "review.toml", gate_declarations())
        assert review.objections[0].received_on == date(2025, 2, 1)
        assert outcome(real_draft, "objections", review) == expected


def test_an_override_has_a_name_and_a_reason(real_draft: Path, tmp_path: Path):
    file = tmp_path / "review.toml"
    file.write_text(
        'reviewers = ["甲", "乙", "甲"]\nreply_sent_on = 2025-01-20\n[changes]\n"province:330000" = "x"\n'
        '[overrides.coverage]\nname = "丙"\nreason = "文件不含案号"\n',
        encoding="utf-8",
    )
    review = read_review(file, gate_declarations())
    assert review.reviewers == ("甲", "乙")
    assert review.overrides == {"coverage": Override("丙", "文件不含案号")}
    assert outcome(real_draft, "coverage", review) == "overridden"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("reviewers = [", "review_malformed"),
        ('reviewers = "甲"', "review_malformed"),
        ('reviewers = [" "]', "review_malformed"),
        ("reviewer = []", "review_field_unknown"),
        ('[overrides.observed_data]\nname = "a"\nreason = "b"', "override_refused"),
        ('[overrides.nothing]\nname = "a"\nreason = "b"', "override_refused"),
        ('[overrides.coverage]\nname = "a"', "override_without_reason"),
        ('[[objections]]\nplace_id = "1"\ntext = "x"\noutcome = "open"', "objection_incomplete"),
        (OBJECTION.replace('answer = "已更正"', ""), "objection_incomplete"),
        (OBJECTION.replace("upheld", "lost"), "objection_incomplete"),
    ],
)
def test_a_review_that_cannot_be_read(tmp_path: Path, text: str, code: str):
    (tmp_path / "review.toml").write_text(text, encoding="utf-8")
    with refusal(code):
        read_review(tmp_path / "review.toml", gate_declarations())


def test_what_is_no_release(tmp_path: Path):
    with refusal("release_missing"):
        results(tmp_path)
    with refusal("review_missing"):
        read_review(tmp_path / "none.toml", gate_declarations())
