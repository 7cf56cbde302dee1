"""A draft: its bytes depend on the build alone, it says only what is published, and it describes all of it."""

import csv
import hashlib
import io
import json
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

from index_engine import queries
from index_engine.queries import LEVELS, Snapshot
from index_engine.releases import draft as draft_module
from index_engine.releases.declarations import tables
from index_engine.releases.draft import write_draft
from index_engine.releases.pack import MANIFEST, csv_bytes
from tests.releases.conftest import drafted, refusal

PERIOD = "2024Q4"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "data" / f"{name}.csv").read_text(encoding="utf-8"))))


def frame(folder: Path, name: str) -> pd.DataFrame:
    return pyarrow.parquet.read_table(folder / "data" / f"{name}.parquet").to_pandas()


def test_the_same_build_gives_the_same_bytes(real_world: Path, real_draft: Path, tmp_path: Path):
    again = drafted(real_world, tmp_path)
    assert again.name == real_draft.name == f"enforcement-credit-2_{PERIOD}-1.draft"
    first, second = (folder.with_name(folder.name + ".zip").read_bytes() for folder in (real_draft, again))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        names = {name.removeprefix(f"{again.name}/") for name in archive.namelist()}
    assert names == {file.relative_to(again).as_posix() for file in again.rglob("*") if file.is_file()}


def test_the_manifest_is_read_by_sha256sum(real_draft: Path):
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", MANIFEST], cwd=real_draft, check=True)


@pytest.mark.parametrize("name", tables())
def test_csv_and_parquet_say_the_same(synthetic_draft: Path, name: str):
    table = pyarrow.parquet.read_table(synthetic_draft / "data" / f"{name}.parquet")
    assert csv_bytes(table) == (synthetic_draft / "data" / f"{name}.csv").read_bytes()
    assert len(table) > 0


@pytest.mark.parametrize("name", tables())
def test_the_package_describes_every_cell(synthetic_draft: Path, name: str):
    """What a validator of data packages asks, but that of the standard itself: 23 packages for one check."""
    package = json.loads((synthetic_draft / "datapackage.json").read_text(encoding="utf-8"))
    [resource] = [resource for resource in package["resources"] if resource["name"] == name]
    content = (synthetic_draft / resource["path"]).read_bytes()
    assert resource["bytes"] == len(content)
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    cells = rows(synthetic_draft, name)
    fields = resource["schema"]["fields"]
    assert [field["name"] for field in fields] == list(cells[0])
    read = {"string": str, "number": float, "integer": int, "date": date.fromisoformat}
    read["boolean"] = {"true": True, "false": False}.__getitem__
    for field in fields:
        values = [row[field["name"]] for row in cells]
        constraints = field.get("constraints", {})
        assert not constraints.get("required") or "" not in values, field["name"]
        assert set(values) - {""} <= set(constraints.get("enum", values)), field["name"]
        for value in set(values) - {""}:
            read[field["type"]](value)
    keys = [tuple(row[column] for column in resource["schema"]["primaryKey"]) for row in cells]
    assert len(set(keys)) == len(keys)


def test_the_codebook_has_every_column(synthetic_draft: Path):
    book = list(csv.DictReader(io.StringIO((synthetic_draft / "codebook.csv").read_text(encoding="utf-8"))))
    described = {(row["file"], row["column"]) for row in book}
    assert described == {(f"data/{n}.csv", column) for n in tables() for column in rows(synthetic_draft, n)[0]}
    assert all(row["meaning_zh"] and row["meaning_en"] for row in book)
    codes = list(csv.DictReader(io.StringIO((synthetic_draft / "codes.csv").read_text(encoding="utf-8"))))
    with_fraction = [row for row in codes if row["list"] in ("indicator", "statistic")]
    assert len(with_fraction) > 20
    assert all(row["denominator_zh"] and row["unit"] for row in with_fraction)


def test_synthetic_data_are_marked_everywhere(synthetic_draft: Path, real_draft: Path):
    assert "_synthetic" in synthetic_draft.name
    for name in tables():
        assert set(frame(synthetic_draft, name)["data_kind"]) == {"synthetic"}
        assert set(frame(real_draft, name)["data_kind"]) == {"observed"}
    for file in synthetic_draft.iterdir():
        if file.is_file() and file.name != MANIFEST:
            assert "synthetic" in file.read_text(encoding="utf-8").lower(), file.name
    assert not (real_draft / "SYNTHETIC.txt").exists()


def test_a_draft_says_what_pages_say(built_world: Path, synthetic_draft: Path):
    scores, estimates, rates = (frame(synthetic_draft, name) for name in ("scores", "estimates", "rates"))
    points, dimensions = frame(synthetic_draft, "points"), frame(synthetic_draft, "dimensions")
    with Snapshot(built_world) as snapshot:
        method = snapshot.method
        own = [table[table["method"] == method.id] for table in (scores, estimates, points, dimensions)]
        scores, estimates, points, dimensions = (table[table["period"] == PERIOD] for table in own)
        scores = scores[scores["basis"] == "observed"]
        for level in LEVELS:
            page = queries.scores(snapshot, level, PERIOD).set_index("place_id")
            ours = scores[scores["level"] == level].set_index("place_id").loc[page.index]
            for column in ("score", "se", "low", "high", "n", "rank", "rank_low", "rank_high_all"):
                np.testing.assert_array_equal(
                    ours[column].astype(float), page[column].astype(float), err_msg=f"{level} {column}"
                )
            assert list(ours["band"].fillna("")) == list(page["band"].fillna(""))
            by_dimension = dimensions[dimensions["level"] == level].pivot(
                index="place_id", columns="dimension", values="points"
            )
            for dimension in method.dimensions:
                np.testing.assert_array_equal(by_dimension.loc[page.index, dimension.id], page[dimension.id])
            place_id = str(page.index[-1])
            indicators = queries.indicators(snapshot, level, place_id, PERIOD).set_index("indicator")
            place = estimates[(estimates["level"] == level) & (estimates["place_id"] == place_id)]
            for basis, column in (("observed", "value"), ("adjusted", "adjusted"), ("shrunk", "shrunk")):
                values = place[place["basis"] == basis].set_index("indicator").reindex(indicators.index)["value"]
                np.testing.assert_array_equal(values.astype(float), indicators[column].astype(float), err_msg=basis)
            of_place = points[(points["level"] == level) & (points["place_id"] == place_id)].set_index("indicator")
            np.testing.assert_array_equal(
                of_place.loc[indicators.index, "points"].astype(float), indicators["points"].astype(float)
            )
            statistics = queries.statistics(snapshot, level, place_id, PERIOD).set_index("statistic")
            chosen = (rates["level"] == level) & (rates["place_id"] == place_id) & (rates["period"] == PERIOD)
            ours = rates[chosen].set_index("statistic").reindex(statistics.index)
            for column in ("value", "numerator", "denominator"):
                np.testing.assert_array_equal(ours[column].astype(float), statistics[column].astype(float))


def test_nothing_stands_beside_a_withheld_count(synthetic_draft: Path):
    """What a count could be told from is missing or coarse, in the tables that pages do not have too."""
    estimates = frame(synthetic_draft, "estimates")
    observed = estimates[estimates["basis"] == "observed"]
    keys = ["method", "level", "place_id", "period", "indicator"]
    withheld = observed[observed["n_suppression"].notna()].set_index(keys).index
    assert len(withheld) > 100
    assert observed.set_index(keys).loc[withheld, "n"].isna().all()
    few = observed[observed["n_suppression"].notna() & (observed["n_suppression"] != "secondary")]
    assert few[["value", "se"]].isna().all().all()
    for name in ("shrinkage", "covariances"):
        table = frame(synthetic_draft, name)
        assert len(table.set_index(keys).index.intersection(withheld)) == 0
        assert len(table) > 100
    others = (
        frame(synthetic_draft, "covariances").drop(columns="indicator").rename(columns={"other_indicator": "indicator"})
    )
    assert len(others.set_index(keys).index.intersection(withheld)) == 0


def test_courts_have_no_ranks(synthetic_draft: Path):
    scores = frame(synthetic_draft, "scores")
    assert scores.loc[scores["level"] == "court", ["rank", "rank_low", "rank_high_all"]].isna().all().all()
    assert scores.loc[scores["level"] == "province", "rank"].notna().any()


def test_a_draft_ends_with_its_period(real_world: Path, tmp_path: Path):
    folder = drafted(real_world, tmp_path, "2024Q2", 3)
    assert folder.name == "enforcement-credit-2_2024Q2-3.draft"
    for name in ("scores", "estimates", "rates", "points", "dimensions"):
        assert frame(folder, name)["period"].max() == "2024Q2"


def test_files_imported_since_the_build_are_refused(real_world: Path, tmp_path: Path):
    stale = tmp_path / "stale.duckdb"
    stale.write_bytes(real_world.read_bytes())
    with duckdb.connect(str(stale)) as con:
        con.execute("INSERT INTO sources BY NAME SELECT * REPLACE (999 AS source_id) FROM sources LIMIT 1")
    with refusal("release_of_stale_build"):
        drafted(stale, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("again", [False, True])
def test_a_draft_that_fails_leaves_what_was_there(
    real_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bool
):
    before = {}
    if again:
        folder = drafted(real_world, tmp_path, "2024Q2")
        before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    def fail(folder: Path, files: dict[str, bytes]) -> None:
        (folder / "half").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(draft_module, "write_files", fail)
    with pytest.raises(OSError, match="No space"):
        drafted(real_world, tmp_path, "2024Q2")
    kept = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.suffix != ".zip"}
    assert kept == before


def test_a_vintage_is_counted_from_one(snapshot: Snapshot, tmp_path: Path):
    with refusal("vintage_range"):
        write_draft(snapshot, tmp_path, PERIOD, 0)
