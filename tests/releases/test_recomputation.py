"""Scores rebuilt from the estimates of a release."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet

from index_engine.releases.gates import Pack
from index_engine.releases.pack import csv_bytes
from index_engine.releases.recomputation import recompute
from tests.releases.conftest import change_table


def told(folder: Path) -> set[str]:
    return {problem.code for problem in recompute(Pack(folder)).problems}


def test_a_third_person_rebuilds_the_scores(synthetic_draft: Path):
    found = recompute(Pack(synthetic_draft))
    assert found.problems == ()
    scores = Pack(synthetic_draft).table("scores")
    assert found.rebuilt + found.bounded + found.unchecked == len(scores)
    main = scores["method"].isin(["enforcement-credit-2", "official-1"])
    assert found.bounded < (main & (scores["basis"] == "observed")).sum() - found.bounded
    assert found.unchecked >= (~main).sum()
    assert found.rebuilt > len(scores) / 3
    assert found.bounded > 0


def rewrite(folder: Path, column: str, level: str) -> None:
    """Raise a number of the first scored row of a level, in CSV and Parquet alike."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        main = (frame["method"] == "enforcement-credit-2") & (frame["basis"] == "observed")
        row = frame.index[main & (frame["level"] == level) & frame["score"].notna()][0]
        frame.loc[row, column] += 1
        return frame

    change_table(folder, "scores", change)
    table = pyarrow.parquet.read_table(folder / "data" / "scores.parquet")
    (folder / "data" / "scores.csv").write_bytes(csv_bytes(table))


def test_a_score_and_a_rank_that_the_estimates_do_not_make_are_told(draft: Path):
    rewrite(draft, "score", "nation")
    rewrite(draft, "rank", "province")
    [problem] = recompute(Pack(draft)).problems
    assert problem.code == "recompute_scores"
    assert problem.parameters["count"] == 2


def test_a_score_that_rests_on_withheld_estimates_is_held_to_its_dimensions(draft: Path):
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(points=frame["points"] + 2)

    change_table(draft, "dimensions", change)
    assert "recompute_bounds" in told(draft)


def test_a_csv_that_says_another_thing_than_its_parquet_is_told(draft: Path):
    file = draft / "data" / "rates.csv"
    file.write_bytes(file.read_bytes().replace(b"observed", b"imagined", 1))
    assert told(draft) == {"recompute_csv"}
