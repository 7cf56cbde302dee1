"""The method page: it says what the method file says, and shows how the index stands up when its
choices are other ones, each number with its n, apart from sampling."""

import json
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from dashboard.rankings import publication
from dashboard.robustness import audit_charts as audit_drawings
from dashboard.robustness import audit_level as audit
from dashboard.robustness import sensitivity_audit as audit_choices
from dashboard.state.cache import CachedSnapshot, View
from dashboard.ui import theme
from index_engine import method, queries
from index_engine.build import build
from index_engine.measures import compute as measures
from index_engine.queries import Snapshot
from tests.dashboard.running import Open, run_page, text
from tests.warehouses import shared_warehouse
from tests.worlds import random_world

OFFICIAL = "official-1"


pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def shown(sample: CachedSnapshot) -> View:
    return View(sample, sample.periods()[-1], sample.nation)


def section(page: str, anchor: str) -> str:
    """The markup of a page from one heading to the next."""
    found = re.search(rf'<h2 id="{anchor}">.*?(?=<h2 |<footer |\Z)', page, re.S)
    assert found, f"no section {anchor}"
    return found.group()


def rows_of(markup: str) -> list[list[str]]:
    """The words in the cells of every row of a table."""
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]
        for cells in (
            re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", markup, re.S)
        )
    ]


# ---------------------------------------------------------------- what the method file says


@pytest.mark.parametrize("name", ["method", "robustness"])
def test_every_line_of_contents_leads_to_a_heading(open_page: Open, name: str) -> None:
    page = text(open_page(name, lang="en"))
    contents = re.search(r'<nav class="jumps".*?</nav>', page, re.S)
    assert contents
    anchors = re.findall(r'href="#([^"]+)"', contents.group())
    assert len(anchors) == len(set(anchors)) >= 4
    for anchor in anchors:
        assert page.count(f'<h2 id="{anchor}">') == 1


def test_a_score_is_told_in_four_sentences_and_drawn_with_every_indicator(
    open_page: Open, sample: CachedSnapshot
) -> None:
    part = section(text(open_page("method", lang="en", open="")), "score")
    assert len(re.findall(r"<li>(?!.*<small>)", part.split("way-of-score")[0])) == 4
    drawing = part.split("way-of-score")[1]
    for indicator in sample.main.indicators:
        assert indicator.name["en"] in drawing
    for dimension in sample.main.dimensions:
        assert dimension.name["en"] in drawing


def test_what_is_no_longer_true_is_not_said(open_page: Open) -> None:
    page = text(open_page("method", lang="en"))
    assert "not adjusted for the mix" not in page
    assert "logarithm" in page
    assert "imputed from the place's peers" in page and "at least 65% of" in page


@pytest.fixture(scope="module")
def changed() -> Path:
    """A warehouse whose method file says other things than the one that is shipped."""
    words = method.load_method().text
    for old, new in (
        ('{ id = "AAA", minimum = 70 }', '{ id = "Gold", minimum = 83 }'),
        ("claim_classes = [50000, 500000]", "claim_classes = [12345]"),
        ('loans = ["financial_loan", "private_loan", "credit_card"]', 'loans = ["credit_card"]'),
        ("max_weight = 5 ", "max_weight = 7 "),
        ("min_overlap = 0.8", "min_overlap = 0.71"),
        ("min_members = 10", "min_members = 13"),
        ("size_breaks = [500, 2000, 8000]", "size_breaks = [432]"),
        ("draws = 10000", "draws = 1234"),
        ("seed = 20260101\ntop_share = 0.25", "seed = 77\ntop_share = 0.2"),
        ("min_weight_present = 0.65", "min_weight_present = 0.6"),
        ("goalpost_shift = 0.1", "goalpost_shift = 0.07"),
    ):
        assert words.count(old) == 1, old
        words = words.replace(old, new)

    def make(path: Path) -> None:
        file = path.with_name("method.toml")
        file.write_text(words, encoding="utf-8")
        build(random_world(seed=3, cases=3000).write(path), [file])

    return shared_warehouse("changed-method", make)


def test_the_page_changes_with_the_method_file(changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(changed))
    app = run_page("method", lang="en")
    assert not app.exception, app.exception[0].message
    page = text(app)
    assert "at least 60% of" in section(page, "steps")
    ranks = section(page, "ranks")
    assert "From 1,234 draws, seed 77" in ranks and "top 20%" in ranks
    assert ["Gold", "83", "100, included"] in rows_of(ranks)
    assert ["AA", "60", "83"] in rows_of(ranks)
    mix = section(page, "case-mix")
    assert "below 12.345K yuan" in mix and "12.345K yuan and more" in mix and "50K" not in mix
    assert "No weight exceeds 7" in mix and "cover less than 71%" in mix
    assert "private loan" not in mix and "credit card" in mix
    peers = section(page, "peers")
    assert "begin at 432 cases" in peers and "fewer than 13 members of a group" in peers
    with Snapshot(changed) as snapshot:
        words = audit_choices.perturbation_text(snapshot.main, "goalposts_wider", "")
    assert words == "Goalposts moved apart by 7% of their distance"


def test_every_check_stands_with_what_it_divides_and_why(open_page: Open) -> None:
    table = rows_of(section(text(open_page("method", lang="en")), "checks"))
    for check in method.load_method().checks:
        words = [check.name, check.numerator, check.denominator, check.why]
        assert [*(" ".join(w["en"].split()) for w in words), str(check.min_n)] in table


@pytest.mark.parametrize("in_view", ["", OFFICIAL])
def test_methods_stand_side_by_side_with_a_way_to_each_other(
    open_page: Open, sample: CachedSnapshot, in_view: str
) -> None:
    page = text(open_page("method", lang="en", method=in_view))
    table = section(page, "methods")
    for each in sample.methods.values():
        assert each.name["en"] in table
        for indicator in each.indicators:
            assert indicator.name["en"] in table
    links = re.findall(r'href="([^"]*)"[^>]*>Show this method', table)
    assert len(links) == len(sample.methods) - 1
    assert any(OFFICIAL in link for link in links) == (in_view != OFFICIAL)


# ---------------------------------------------------------------- do the indicators agree


@pytest.mark.parametrize("level", audit.LEVELS)
@pytest.mark.parametrize("in_view", ["", OFFICIAL])
def test_the_page_stands_at_every_level(open_page: Open, sample: CachedSnapshot, level: str, in_view: str) -> None:
    app = open_page("robustness", lang="en", audit=level, method=in_view)
    assert not app.exception, app.exception[0].message
    agreement = section(text(app), "agreement")
    names = {"province": "Provinces", "city": "Cities", "court": "Courts"}
    assert f'aria-current="true">{names[level]}<' in agreement
    is_empty = queries.coherence(sample.with_method(in_view or sample.main.id), level).empty
    assert ("nothing to compare" in agreement) == is_empty
    assert ("Synthetic data" in agreement) != is_empty


def test_every_correlation_of_the_audit_is_printed_once_with_its_n(open_page: Open, sample: CachedSnapshot) -> None:
    rows = queries.coherence(sample, "province")
    pairs = rows[rows["kind"].isin(
        ["indicator_indicator", "indicator_dimension", "dimension_dimension",
         "indicator_score", "dimension_score"]
    )]  # fmt: skip
    agreement = section(text(open_page("robustness", lang="en")), "agreement")
    printed = re.findall(r'<span class="cell[^>]*title="([^"]*)"', agreement)
    assert len(printed) == len(pairs)
    names = {e.id: e.name["en"] for e in (*sample.main.indicators, *sample.main.dimensions)}
    names["score"] = "Score"
    for row in pairs.itertuples():
        value = "—" if pd.isna(row.value) else f"{row.value:.2f}".replace("-", "−")
        if value == "−0.00":
            value = "0.00"
        both = (names[row.item], names[row.other])
        told = {f"{one} and {other}: {value}, n = {row.n}" for one, other in (both, both[::-1])}
        assert told & set(printed), told


def test_a_number_from_fewer_places_says_so_and_none_is_a_dash() -> None:
    some = audit_drawings.correlation_cell(0.3, 25, 30, "t")
    assert "0.30" in some and "n 25" in some and theme.diverging_colour(0.3) in some
    few = audit_drawings.correlation_cell(-0.93, 5, 30, "t")  # of five places: mostly chance
    assert "−0.93" in few and "n 5" in few and "background" not in few
    assert "n 30" not in audit_drawings.correlation_cell(0.3, 30, 30, "t")
    none = audit_drawings.correlation_cell(float("nan"), 2, 30, "t")
    assert "—" in none and "background" not in none
    own = audit_drawings.correlation_cell(-0.9, 30, 30, "t", has_outline=True)
    assert 'class="cell own"' in own and theme.diverging_colour(-0.9) in own and "−0.90" in own


def test_alpha_is_shown_by_dimension_with_its_n_and_is_no_verdict(open_page: Open, sample: CachedSnapshot) -> None:
    rows = queries.coherence(sample, "province")
    alphas = rows[rows["kind"] == "alpha"].set_index("item")
    agreement = section(text(open_page("robustness", lang="en")), "agreement")
    assert "is no fault here" in agreement
    table = rows_of(agreement)
    for dimension in sample.main.dimensions:
        value, n = alphas.loc[dimension.id, ["value", "n"]]
        count = len(sample.main.dimension_indicators(dimension.id))
        missing = "one indicator" if count == 1 else "not estimable"
        printed = missing if pd.isna(value) else f"{value:.2f}".replace("-", "−")
        assert [dimension.name["en"], str(count), printed, str(int(n))] in table


def test_influence_sets_weights_beside_effects(open_page: Open, sample: CachedSnapshot) -> None:
    rows = queries.coherence(sample, "province")
    found = rows.set_index(["kind", "item"])
    table = {row[0]: row[1:] for row in rows_of(section(text(open_page("robustness", lang="en")), "influence"))}
    for indicator in sample.main.indicators:
        weight = found.loc[("weight", indicator.id), "value"]
        assert table[indicator.name["en"]][0] == f"{100 * weight:.1f}%"
        effect = found.loc[("main_effect", indicator.id)]
        shown = "too few cases" if pd.isna(effect["value"]) else f"{effect['value']:.2f}"
        assert table[indicator.name["en"]][3] == f"{shown} n = {effect['n']}"


# ---------------------------------------------------------------- other choices


def test_every_choice_alone_is_told_in_words(open_page: Open, sample: CachedSnapshot) -> None:
    rows = queries.perturbations(sample, "province")
    assert len(rows)
    said = [audit_choices.perturbation_text(sample.main, r.perturbation, r.item) for r in rows.itertuples()]
    assert len(set(said)) == len(rows), "each has words of its own"
    assert not set(said) & set(rows["perturbation"])
    table = {row[0]: row[1:] for row in rows_of(section(text(open_page("robustness", lang="en")), "sensitivity"))}
    for words, row in zip(said, rows.itertuples(), strict=True):
        cells = table[words]
        assert cells[0] == ("no effect" if row.reason == "no effect" else "")
        assert cells[1] == f"{row.rank_mean:.1f}" and cells[2] == f"{row.rank_max:.0f}"
        assert cells[3].startswith(f"{row.rank_moved} of {row.units}")
    assert (rows["reason"] == "no effect").any(), "equal weights of equal dimensions change nothing"


def test_a_lost_score_is_counted() -> None:
    columns = audit_choices.perturbation_columns(method.load_method(), 2.0)
    moved = {"rank_mean": 1.0, "rank_max": 2.0, "rank_moved": 5, "score_mean": 1.0, "score_max": 2.0}
    counts = {"units": 20, "lost": 3, "score_moved": 9}
    row = pd.Series({"perturbation": "shrunk", "item": "", "reason": ""} | moved | counts)
    assert "3 lose their score" in unescape(str(columns[4].cell(row)))
    row["reason"] = "no scores"
    assert columns[1].cell(row) == "nothing left to compare"
    assert columns[2].cell(row) == "—"


def test_sobol_dots_are_those_of_the_build_and_no_effect_is_said(sample: CachedSnapshot) -> None:
    rows = queries.sobol(sample, "province").copy()
    rows.loc[rows.index[0], "reason"] = "no effect"
    names = {choice: f"the {choice}" for choice in rows["choice"]}
    figure = audit_drawings.sobol_chart(rows, names)
    total, first = figure.data
    kept = rows.iloc[1:]
    assert list(total.x) == list(kept["total"]) and list(first.x) == list(kept["first"])
    assert list(total.error_x.array) == list(kept["total_half"])
    assert total.marker.symbol != first.marker.symbol  # told apart without colour
    assert list(figure.layout.yaxis.ticktext) == [names[choice] for choice in rows["choice"]]
    words = [note.text for note in figure.layout.annotations]
    assert "no effect" in words


def test_intervals_from_choices_and_from_sampling_stay_apart(open_page: Open, sample: CachedSnapshot) -> None:
    rows = queries.sensitivity(sample, "province")
    rows = rows[rows["rank"].notna()]
    sensitivity = section(text(open_page("robustness", lang="en")), "sensitivity")
    assert "This is not sampling error" in sensitivity
    table = {row[0]: row for row in rows_of(sensitivity)}

    def reach(low: int, high: int) -> str:
        return str(low) if low == high else f"{low}–{high}"

    for row in rows.itertuples():
        cells = table[row.name_en]
        assert cells[1] == str(row.rank)
        assert cells[3] == reach(row.rank_low, row.rank_high)
        assert cells[4] == reach(row.rank_set_low, row.rank_set_high)
    drawn = audit_drawings.rank_intervals_cell(next(rows.itertuples()), len(rows))
    assert drawn.count("<b ") == 1 and drawn.count("<s ") == 1  # two marks, two tracks


def test_courts_have_no_varied_ranks_and_the_page_says_so(open_page: Open) -> None:
    sensitivity = section(text(open_page("robustness", lang="en", audit="court")), "sensitivity")
    assert "Assumptions are not varied for courts" in sensitivity
    assert 'aria-current="true">Provinces<' in sensitivity


def test_the_audit_is_of_the_last_period_whatever_is_in_view(open_page: Open, sample: CachedSnapshot) -> None:
    first = sample.periods()[0]
    last = sample.period_dates(sample.periods()[-1])[1]
    page = text(open_page("robustness", lang="en", period=first))
    for anchor in ("agreement", "influence", "sensitivity", "design-effects"):
        assert str(last.year) in section(page, anchor)
        assert f"{sample.period_dates(first)[1].year} " not in section(page, anchor)


# ---------------------------------------------------------------- what goes together


def test_design_effects_are_those_of_the_method_in_view(open_page: Open, sample: CachedSnapshot) -> None:
    rows = queries.design_effects(sample).set_index("indicator")
    assert len(rows)
    page = text(open_page("robustness", lang="en"))
    table = {row[0]: row[1:] for row in rows_of(section(page, "design-effects"))}
    names = {entry.id: entry.name["en"] for entry in sample.main.estimands}
    assert set(table) - {"Indicator"} == {names[i] for i in rows.index if i in names}
    for name, row in rows.iterrows():
        if name in names:
            cells = table[names[name]]
            wider = "not at all" if row["design_effect"] <= 1 else f"{100 * (row['design_effect'] ** 0.5 - 1):.1f}%"
            assert cells == [f"{row['design_effect']:.2f}", wider, str(int(row["n_groups"]))]


def build_without_groups(path: Path) -> None:
    """A world with too few batches for groups."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measures, "MIN_BATCHES_PER_GROUP", 9_000)
        build(random_world(seed=2, cases=9_000).write(path))


def test_without_groups_the_pages_say_what_intervals_assume(monkeypatch: pytest.MonkeyPatch) -> None:
    path = shared_warehouse("without-groups", build_without_groups)
    with Snapshot(path) as snapshot:
        assert queries.design_effects(snapshot).empty
        period = snapshot.periods()[-1]
        scores = queries.scores(snapshot, "province", period).dropna(subset="score")
        place_id = scores["place_id"].iloc[0]
    monkeypatch.setenv("JECI_WAREHOUSE", str(path))
    app = run_page("robustness", lang="en")
    assert not app.exception, app.exception[0].message
    assert "Too few days of filing to form random groups" in section(text(app), "design-effects")
    app = run_page("place", lang="en", level="province", unit=place_id)
    assert not app.exception, app.exception[0].message
    assert "Intervals take cases for independent" in text(app)
    with CachedSnapshot(path) as snapshot:
        view = View(snapshot, period, snapshot.nation)
        assert "Intervals take cases for independent" in publication.caveats(view, "province")


def test_with_groups_no_page_says_so(open_page: Open, shown: View) -> None:
    assert "Intervals take cases for independent" not in text(open_page("place", lang="en"))
    assert "Intervals take cases for independent" not in publication.caveats(shown, "province")


def test_every_audit_can_be_taken_away(open_page: Open) -> None:
    app = open_page("robustness", lang="en")
    keys = {button.key for button in app.get("download_button")}
    wanted = {"coherence", "influence", "choices-alone", "sobol", "choices-together"}
    assert {f"download-{name}-province" for name in wanted} | {"download-design-effects"} <= keys


def test_the_chart_can_be_read_without_being_seen(open_page: Open, sample: CachedSnapshot) -> None:
    app = open_page("robustness", lang="en")
    [chart] = app.get("plotly_chart")
    assert json.loads(chart.proto.spec)["data"]
    alt = json.dumps(str(chart.proto))
    largest = queries.sobol(sample, "province").sort_values("total").iloc[-1]
    assert f"{largest['total']:.2f}" in alt
