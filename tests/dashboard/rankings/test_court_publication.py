"""Courts stand in bands unless the method says ranks: on screen, in plots and in files."""

import re
from pathlib import Path

import pandas as pd
import pytest

from dashboard.rankings import publication, ranking_table
from dashboard.state.cache import CachedSnapshot, View
from dashboard.ui import export
from index_engine import queries
from index_engine.queries import RANK_COLUMNS, Snapshot
from tests.dashboard.running import Open, run_page
from tests.dashboard.test_pages import clean
from tests.dashboard.ui.test_export import rows_of


@pytest.fixture(scope="module")
def units(warehouse: Path) -> pd.DataFrame:
    """Every court, with its score or without."""
    with Snapshot(warehouse) as snapshot:
        found = queries.scores(snapshot, "court", snapshot.periods()[-1])
        return found.merge(queries.courts(snapshot), on="place_id")


@pytest.fixture(scope="module")
def courts(units: pd.DataFrame) -> pd.DataFrame:
    """Those with a score, the special one left out."""
    return units[~units["special"] & units["score"].notna()]


def drawn(shown: str) -> list[str]:
    """Units of the first table, in order."""
    body = shown.split("<tbody>", 1)[1].split("</tbody", 1)[0]
    return re.findall(r"[?&]unit=([\w-]+)", body)


def heads(shown: str) -> list[str]:
    return re.findall(r'scope="colgroup"><span>([^<]*)</span>', shown)


def test_courts_stand_under_their_bands_and_have_no_rank(
    open_page: Open, courts: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking_table, "PAGE_SIZE", 10_000)
    shown = clean(open_page("rankings", level="court", lang="en"))
    assert drawn(shown) == courts["place_id"].tolist()
    bands = courts["band"].fillna("").drop_duplicates()
    counts = courts["band"].fillna("").value_counts()
    said = [f"Band {b}" if b else "No band: the interval spans more than two" for b in bands]
    expected = [f"{words} · {counts[b]}" for words, b in zip(said, bands, strict=True)]
    assert heads(shown) == expected and len(expected) > 2
    table_head = re.sub(r"<[^>]+>", " ", shown.split("<thead>")[1].split("</thead>")[0])
    assert "Rank" not in table_head and "In top" not in table_head
    assert "Courts are shown in bands" in shown and "For internal study only" not in shown


@pytest.mark.parametrize("sort", ["-score", "score", "-low", "-change_year", "-closure", "-shrunk"])
def test_no_address_puts_courts_in_order_of_score(open_page: Open, courts: pd.DataFrame, sort: str) -> None:
    shown = clean(open_page("rankings", level="court", sort=sort, columns="dimensions"))
    assert drawn(shown) == courts["place_id"].head(ranking_table.PAGE_SIZE).tolist()
    head = shown.split("<thead>")[1].split("</thead>")[0]
    assert {*re.findall(r"sort=-?(\w+)", head)} == {"name", "n"}


def test_courts_may_be_sorted_by_what_is_no_score(open_page: Open, courts: pd.DataFrame) -> None:
    shown = clean(open_page("rankings", level="court", sort="-n"))
    order = courts.sort_values(["n", "place_id"], ascending=[False, True])
    assert drawn(shown) == order["place_id"].head(ranking_table.PAGE_SIZE).tolist()
    assert heads(shown) == []


def test_the_special_court_stands_apart(open_page: Open, units: pd.DataFrame) -> None:
    [special] = units[units["special"]].itertuples()
    shown = clean(open_page("rankings", level="court", lang="en"))
    main, _, apart = shown.partition("<h2>Special courts</h2>")
    assert f"unit={special.place_id}" not in main
    assert f"unit={special.place_id}" in apart and "Railway transport courts" in apart


def test_the_note_gives_its_public_sources(open_page: Open) -> None:
    shown = clean(open_page("rankings", level="court"))
    note = re.search(r'<p class="legal".*?</p>', shown, re.S)
    assert note and "最高人民法院" in note[0] and "民政部" in note[0]
    for source in (publication.GUANGXI, publication.ARMY_NEWS, publication.XINHUA):
        assert f'href="{source}"' in note[0]
    assert 'class="legal"' not in clean(open_page("rankings", level="city"))


def test_where_the_method_says_ranks_they_stand_under_a_warning(open_ranked: Open, ranked_warehouse: Path) -> None:
    shown = clean(open_ranked("rankings", level="court", sort="-score", lang="en"))
    with Snapshot(ranked_warehouse) as snapshot:
        units = queries.scores(snapshot, "court", snapshot.periods()[-1]).dropna(subset="rank")
    assert drawn(shown) == units["place_id"].head(ranking_table.PAGE_SIZE).tolist()
    assert units["score"].is_monotonic_decreasing
    assert "For internal study only" in shown
    assert heads(shown) == []


def test_other_weights_keep_to_bands(built_world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(built_world))
    with Snapshot(built_world) as snapshot:
        bands = queries.reweighted_scores(snapshot, "court", snapshot.periods()[-1], {"cycle": 3.0})
        place = snapshot.method.band_position
    bands = bands.set_index("place_id")["band"]
    shown = clean(run_page("rankings", level="court", w="cycle:3", lang="en"))
    found = [(place(bands[unit]), unit) for unit in drawn(shown)]
    assert len(found) > 2 and found == sorted(found)
    assert "Default rank" not in shown and "with custom weights" in shown


def test_methods_are_not_set_side_by_side_by_ranks_of_courts(open_page: Open) -> None:
    said = "Methods are compared by ranks"
    assert said in clean(open_page("rankings", level="court", panel="methods", lang="en"))
    assert said not in clean(open_page("rankings", level="city", panel="methods", lang="en"))


@pytest.mark.parametrize("layer", ["", "closure", "change"])
def test_the_overview_lists_courts_as_they_are_published(
    open_page: Open, sample: CachedSnapshot, period: str, units: pd.DataFrame, layer: str
) -> None:
    city = units["parent"].value_counts().index[0]
    shown = clean(open_page("overview", level="city", unit=city, layer=layer, lang="en"))
    own = units.loc[units["parent"] == city, "place_id"].tolist()
    listed = re.findall(r'<th class="text" scope="row"><a href="[^"]*unit=([\w-]+)', shown)
    assert listed == own and len(own) > 3
    ranks = re.findall(r"[Rr]ank (\d+)", re.sub(r"<[^>]+>", " ", shown))
    cities = queries.scores(sample, "city", period).set_index("place_id")
    assert {int(rank) for rank in ranks} <= {int(cities.loc[city, "rank_low"])}, "of the city alone"


# ---------------------------------------------------------------- files


@pytest.mark.usefixtures("in_english")
def test_a_file_of_courts_has_no_ranks_and_says_what_must_be_said(sample: CachedSnapshot) -> None:
    shown = View(sample, sample.periods()[-1], sample.nation)
    taken = publication.export_table(shown, "court", shown.scores("court"))
    rows = rows_of(export.csv_bytes(taken, shown))
    assert not set(RANK_COLUMNS) & set(rows[0])
    assert all("in order of band" in row["caveats"] for row in rows)
    assert all("not to be published" in row["caveats"] for row in rows)
    assert all(row["method"] and row["data_version"] and row["period_to"] for row in rows)
    marked = [row["small_sample"] == "True" for row in rows]
    limit = sample.method.peers.size_breaks[0]
    assert marked == [row["n"].startswith("<") or int(row["n"] or limit) < limit for row in rows] and any(marked)


@pytest.mark.usefixtures("in_english")
def test_a_file_of_provinces_has_ranks_and_ties(sample: CachedSnapshot) -> None:
    shown = View(sample, sample.periods()[-1], sample.nation)
    taken = publication.export_table(shown, "province", shown.scores("province"))
    rows = rows_of(export.csv_bytes(taken, shown))
    assert {"rank", "tied", "rank_low", "rank_high"} <= set(rows[0])
    assert all("share a rank" in row["caveats"] for row in rows)
