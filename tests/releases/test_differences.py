"""What differs between two releases, with its causes."""

import json
from pathlib import Path

import pandas as pd

from index_engine.releases.differences import release_differences
from index_engine.releases.gates import Pack
from tests.releases.conftest import change_table, refusal


def test_a_release_does_not_differ_from_itself(real_draft: Path):
    assert release_differences(Pack(real_draft), Pack(real_draft)).empty


def test_cells_added_gone_and_changed(real_draft: Path, draft: Path):
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        rates = frame["value"].copy()
        present = frame.index[rates.notna()]
        rates[present[0]] += 0.5
        rates[present[1]] = None
        return frame.assign(value=rates).drop(index=present[2])

    change_table(draft, "rates", change)
    before = Pack(real_draft).table("rates")
    present = before[before["value"].notna()]
    found = release_differences(Pack(real_draft), Pack(draft))
    assert set(found["table"]) == {"rates"}
    values = found[found["column"] == "value"]
    assert sorted(values["difference"]) == ["changed", "gone", "gone"]
    [changed] = values[values["difference"] == "changed"].to_dict("records")
    first = present.iloc[0]
    assert (changed["place_id"], changed["item"], changed["before"]) == (
        first["place_id"],
        first["statistic"],
        first["value"],
    )
    assert changed["after"] == first["value"] + 0.5
    backwards = release_differences(Pack(draft), Pack(real_draft))
    assert sorted(backwards.loc[backwards["column"] == "value", "difference"]) == ["added", "added", "changed"]
    assert set(found["cause"]) == {""}, "nothing that a release names has changed"


def test_causes(real_draft: Path, draft: Path):
    change_table(draft, "sources", lambda frame: frame.assign(sha256=["0" * 64, *frame["sha256"][1:]]))
    court = Pack(draft).table("places").query("level == 'court'")["place_id"].iloc[0]
    for name in ("places", "scores", "rates", "estimates"):
        change_table(draft, name, lambda frame: frame[(frame["place_id"] != court)])
    change_table(draft, "scores", lambda frame: frame.assign(score=frame["score"] + 1))
    facts = json.loads((draft / "release.json").read_text(encoding="utf-8"))
    [official] = [method for method in facts["methods"] if method["id"] == "official-1"]
    official["sha256"] = "0" * 64
    (draft / "release.json").write_text(json.dumps(facts), encoding="utf-8")
    found = release_differences(Pack(real_draft), Pack(draft))
    data = "new_data+corrected_data"
    assert set(found.loc[found["table"] == "places", "cause"]) == {f"registry+{data}"}
    scores = found[(found["table"] == "scores") & (found["difference"] == "changed")]
    assert set(scores.loc[scores["method"] == "official-1", "cause"]) == {f"method+{data}"}
    assert set(scores.loc[scores["method"] != "official-1", "cause"]) == {data}
    gone = found[(found["place_id"] == court) & (found["table"] == "rates")]
    assert set(gone["difference"]) == {"gone"}
    assert set(gone["cause"]) == {f"registry+{data}"}


def test_two_indices_are_not_compared(real_draft: Path, draft: Path):
    facts = json.loads((draft / "release.json").read_text(encoding="utf-8"))
    (draft / "release.json").write_text(json.dumps(facts | {"index": "other", "methods": []}), encoding="utf-8")
    with refusal("releases_of_two_indices"):
        release_differences(Pack(real_draft), Pack(draft))
