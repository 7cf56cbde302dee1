"""The profile of a place: intervals, ranks, peers, case mix, checks and choices, where they are."""

import math
import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard.place import expected_payments, mix_overlap, score_summary
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import formats
from dashboard.ui import peer_group_labels, point_scale
from dashboard.ui.charts import base
from index_engine import queries
from index_engine.method import load_method
from tests.dashboard.reading import in_order, part, plain, profile, row_of, scored
from tests.dashboard.running import Open

METHOD = load_method()


pytestmark = pytest.mark.usefixtures("in_english")


# ---------------------------------------------------------------- lead


def test_the_lead_gives_both_intervals_the_band_and_the_rank_set(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    row = scored(sample, "province", period)
    shown = plain(profile(open_page, "province", row.place_id))
    assert f"95% interval {row.low}–{row.high}" in shown
    assert f"90% {row.low90}–{row.high90}" in shown
    assert f"95% confidence set {formats.rank_range(row.rank_low, row.rank_high)}" in shown
    everyone = formats.rank_range(row.rank_low_all, row.rank_high_all)
    assert f"wider: here {everyone}." in shown
    said = "no band" if formats.is_missing(row.band) else f"band {row.band}"
    assert said in shown


@pytest.mark.parametrize("ranks", [False, True], ids=["bands", "ranks"])
def test_a_court_shows_its_band_but_no_rank(request: pytest.FixtureRequest, period: str, ranks: bool) -> None:
    """Nor where ranks are published: these stand on one page, under its note."""
    warehouse = request.getfixturevalue("ranked_warehouse" if ranks else "warehouse")
    with CachedSnapshot(warehouse) as snapshot:
        row = scored(snapshot, "court", period)
    opened = request.getfixturevalue("open_ranked" if ranks else "open_page")
    shown = plain(profile(opened, "court", row.place_id))
    assert f"90% {formats.interval(row.low90, row.high90, 'score')}" in shown
    assert ("no band" if formats.is_missing(row.band) else f"band {row.band}") in shown
    assert not re.search(r"rank \d", shown)
    assert "Which assumptions the rank depends on" not in shown
    assert ("Ranks of courts are on the rankings page" in shown) == ranks
    assert ("Courts are shown in bands, without ranks" in shown) != ranks


@pytest.mark.parametrize("has_score", [True, False])
def test_a_region_says_which_share_of_its_caseload_was_observed(
    sample: CachedSnapshot, period: str, has_score: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down to a whole percent: 0.896 does not reach the 90 % of a score."""
    monkeypatch.setattr(queries, "observed_share", lambda *_arguments: 0.896)
    row = scored(sample, "province", period)
    view = View(sample, period, sample.place("province", row.place_id))
    if has_score:
        text = str(score_summary.score_facts(view, row))
    else:
        unscored = SimpleNamespace(score=math.nan, status="not_observed", n=40.0, n_suppression="")
        text = str(score_summary.score_headline(view, unscored))
        assert "no score: not observed" in text and "Import the missing months and courts" in text
    assert "89% of the expected caseload observed" in text


# ---------------------------------------------------------------- the score taken apart


def test_an_abolished_court_says_so_and_asks_for_no_files(sample: CachedSnapshot, period: str) -> None:
    [court] = [place for place in sample.places() if place.last_day is not None]
    unscored = SimpleNamespace(score=math.nan, status="not_observed", n=40.0, n_suppression="")
    since, before = (
        str(score_summary.score_headline(View(sample, label, court), unscored)) for label in (period, "2023Q4")
    )
    assert (
        "The court was abolished; its last day was Jun 30, 2024." in since and "import the missing" not in since.lower()
    )
    assert "abolished" not in before and "import the missing" in before.lower()


@pytest.mark.parametrize("level", ["province", "court"])
def test_own_says_whose_value_the_points_are_of(sample: CachedSnapshot, period: str, level: str) -> None:
    row = scored(sample, level, period)
    values = queries.indicators(sample, level, row.place_id, period)
    assert values["own"].notna().all()
    assert values["own"].astype(bool).tolist() == (values["status"] == "estimated").tolist()
    assert values.loc[values["own"].astype(bool), "points"].notna().all()


def test_peers_stand_in_where_the_place_has_too_few_cases(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    found = {}
    for level in ("province", "city", "court"):
        scores = queries.scores(sample, level, period)
        for unit in scores.loc[scores["score"].notna(), "place_id"]:
            values = queries.indicators(sample, level, unit, period)
            borrowed = values[values["own"].eq(False) & values["points"].notna()]
            if len(borrowed):
                found[level, unit] = borrowed
                break
    assert found, "every place of the sample has cases enough for everything"
    (level, unit), borrowed = next(iter(found.items()))
    table = part(profile(open_page, level, unit), "score")
    words = re.findall(r"peer group mean used|: shrinkage estimate used", table)
    assert len(words) == len(borrowed)
    shown = plain(table)
    for line in borrowed.itertuples(index=False):
        used = line.peers_value if formats.is_missing(line.shrunk) else line.shrunk
        item = METHOD.indicator(line.indicator)
        assert formats.value(used, item.unit) in shown
        # The points are those of the value that is shown.
        placed = point_scale.position(used, item)
        assert max(placed, METHOD.floor) == pytest.approx(line.points, abs=0.01)
        assert formats.number(line.points, 1) in shown


def test_the_address_chooses_the_reading(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    row = scored(sample, "province", period)
    values = queries.indicators(sample, "province", row.place_id, period)
    by = {
        view: part(profile(open_page, "province", row.place_id, view=view), "score")
        for view in ("", "peers", "mix", "no such")
    }
    assert by[""] == by["no such"].replace("view=no+such&", "").replace("&view=no+such", "")
    assert "Shrinkage estimate" in by["peers"]
    assert "Shrinkage estimate" not in by[""]
    first = values.iloc[0]
    unit = METHOD.indicators[0].unit
    assert formats.interval(first["low"], first["high"], unit) in by[""]
    assert formats.value(first["peers_value"], unit) in by["peers"]
    assert formats.percent(first["own_weight"], 0) in by["peers"]
    assert formats.interval(first["shrunk_low"], first["shrunk_high"], unit) in by["peers"]
    assert formats.interval(row.shrunk_low, row.shrunk_high, "score") in by["peers"]
    assert formats.interval(first["adjusted_low"], first["adjusted_high"], unit) in by["mix"]
    gap = formats.difference(first["adjusted"] - first["value"], unit)
    assert gap in plain(by["mix"])
    assert "view=mix" in by[""]  # a link to it


@pytest.mark.parametrize(
    ("amount", "indicator", "points"),
    [
        (-1.8, "months_to_cash", 10.0),  # fewer months are better
        (0.06, "cash_24m", 10.0),
        (-0.07, "genuine_closure_24m", -10.0),
        (None, "cash_24m", None),
    ],
)
def test_a_difference_in_points_is_above_0_for_better(
    amount: float | None, indicator: str, points: float | None
) -> None:
    found = point_scale.difference_in_points(amount, METHOD.indicator(indicator))
    assert found == (None if points is None else pytest.approx(points))


# ---------------------------------------------------------------- over time


def test_the_chart_has_a_dashed_adjusted_line_and_a_band_inside_a_band() -> None:
    own = pd.DataFrame(
        {
            "period": ["2025Q3", "2025Q4"],
            "score": [50.0, 52.0],
            "low": [44.0, 46.0],
            "high": [57.0, 59.0],
            "low90": [45.0, 47.0],
            "high90": [56.0, 58.0],
            "adjusted": [51.0, 53.0],
        }
    )
    names = ("score", "nation", "at the national mix")
    figure = base.score_history(own, own, {}, names)
    dashed = [line for line in figure.data if line.line.dash == "dash"]
    assert [list(line.y) for line in dashed] == [[51.0, 53.0]]
    wide, narrow = (line.y for line in figure.data if line.fill == "toself")
    assert min(wide) < min(narrow) < max(narrow) < max(wide)
    of_nation = base.score_history(own, None, {}, names)
    assert not [line for line in of_nation.data if line.line.dash == "dash"]


# ---------------------------------------------------------------- peers


@pytest.mark.parametrize(
    ("label", "size", "tier"),
    [
        ("size1-tier3", "fewer than 500", "highest of 3 tiers by mean claim"),
        ("size2+3-tier2", "500 to fewer than 8,000", "tier 2 of 3 by mean claim (1 is lowest)"),
        ("size4", "8,000 and more", "of all tiers"),
        ("size3+4-tier0", "2,000 and more", "claims unknown"),
        ("tier1", "of all sizes", "lowest of 3 tiers by mean claim"),
        ("all", "of all sizes", "of all tiers"),
    ],
)
def test_a_peer_group_is_told_in_words(label: str, size: str, tier: str) -> None:
    limits = replace(METHOD.peers, size_breaks=(500, 2000, 8000), tiers=3)
    assert peer_group_labels.describe_peer_group(label, limits) == (size, tier)


def test_every_peer_group_of_the_sample_has_words(sample: CachedSnapshot, period: str) -> None:
    for level in ("province", "city", "court"):
        for label in queries.scores(sample, level, period)["peer_group"].dropna().unique():
            assert label == "all" or peer_group_labels.LABEL_PATTERN.fullmatch(label), label


def test_the_drawn_score_stands_beside_the_own(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    row = scored(sample, "court", period)
    shown = plain(part(profile(open_page, "court", row.place_id), "peers"))
    assert formats.interval(row.low, row.high, "score") in shown
    assert formats.interval(row.shrunk_low, row.shrunk_high, "score") in shown
    assert formats.number(row.n_peers) in shown
    moved = formats.number(abs(row.shrunk - row.score), 1)
    assert f"{'raises' if row.shrunk > row.score else 'lowers'} the score by {moved} points" in shown


# ---------------------------------------------------------------- case mix


def test_a_change_is_the_sum_of_performance_and_mix(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    row = scored(sample, "province", period)
    found = queries.change_decomposition(sample, "province", row.place_id, period)
    known = found.dropna(subset=["performance", "mix"])
    assert len(known) > 4
    change = (known["now"] - known["before"]).to_numpy()
    assert (known["performance"] + known["mix"]).to_numpy() == pytest.approx(change, abs=1e-12)
    shown = part(profile(open_page, "province", row.place_id), "case-mix")
    for line in known.itertuples(index=False):
        item = None if line.item == "score" else METHOD.indicator(line.item)
        unit, name = (item.unit, item.name["en"]) if item else ("score", "Score")
        levels = [formats.value(value, unit) for value in (line.before, line.now)]
        parts = (line.now - line.before, line.performance, line.mix)
        words = [formats.difference(value, unit) for value in parts]
        assert in_order(row_of(shown, name), *levels, *words), name


def test_the_first_year_says_why_there_is_no_change(open_page: Open, sample: CachedSnapshot) -> None:
    row = scored(sample, "province", sample.periods()[0])
    shown = profile(open_page, "province", row.place_id, period=sample.periods()[0])
    assert "No score is computed for" in part(shown, "case-mix")


@pytest.mark.parametrize(("low", "high", "clear"), [(1.42, 1.57, True), (0.9, 1.1, False), (0.5, 0.99, True)])
def test_a_ratio_whose_interval_holds_1_is_no_clear_difference(low: float, high: float, clear: bool) -> None:
    line = SimpleNamespace(event="cash", ratio=(low + high) / 2, low=low, high=high)
    said = expected_payments.ratio_text(line)
    assert f"{formats.number(line.ratio, 2)} times" in said
    assert formats.interval(low, high, "ratio") in said
    assert ("no clear difference" not in said) == clear


def test_expected_payments_are_said_in_words(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    row = scored(sample, "province", period)
    line = queries.indirect_ratio(sample, "province", row.place_id, period)
    assert line is not None
    shown = plain(part(profile(open_page, "province", row.place_id), "case-mix"))
    assert expected_payments.ratio_text(line) in shown
    assert f"{formats.number(line.observed)} cases paid" in shown


def test_kinds_that_are_hardly_represented_are_named() -> None:
    found = pd.DataFrame({"process": ["case", "lot"], "overlap": [0.99, 0.7]})
    names = {"case": "all cases", "lot": "auction lots"}
    said = mix_overlap.overlap_text(found, 0.8, names)
    assert "Below 80%, as here for auction lots, values are not adjusted" in said
    assert "as here" not in mix_overlap.overlap_text(found, 0.6, names)


# ---------------------------------------------------------------- the whole page


def test_the_contents_name_every_section(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    for level in ("nation", "province", "court"):
        row = scored(sample, level, period)
        shown = profile(open_page, level, row.place_id)
        jumps = re.search(r'<nav class="jumps".*?</nav>', shown)
        assert jumps
        named = re.findall(r'href="#([\w-]+)"', jumps[0])
        assert named == re.findall(r'<h2 id="([\w-]+)"', shown)


def test_a_place_without_a_score_says_why_in_every_section(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    units = queries.scores(sample, "province", period)
    without = units[units["score"].isna()]
    row = next((without if len(without) else queries.scores(sample, "city", period)).itertuples(index=False))
    level = "province" if len(without) else "city"
    assert formats.is_missing(row.score) or level == "city"
    view = View(sample, period, sample.place(level, row.place_id))
    shown = plain(profile(open_page, level, row.place_id))
    if view.score_row(view.place).score != view.score_row(view.place).score:
        assert "no score: " in shown
        assert "It has no score, so there is nothing to compare." in shown
        assert "It has no score and therefore no rank." in shown
