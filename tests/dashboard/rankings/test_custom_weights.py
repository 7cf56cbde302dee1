"""Weights of one's own: whatever the address says, the view says what was done with it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rankings import custom_weights
from dashboard.state.cache import CachedSnapshot, View
from index_engine import queries
from index_engine.method import load_method
from tests.dashboard.running import Open
from tests.dashboard.test_pages import clean
from tests.dashboard.ui.test_export import rows_of

METHOD = load_method()
DEFAULTS = custom_weights.default_weights(METHOD)


# ---------------------------------------------------------------- the address


@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS)), st.integers(0, 10).map(lambda n: n / 2)))
def test_weights_survive_the_address(chosen: dict[str, float]) -> None:
    read = custom_weights.read_weights(METHOD, custom_weights.write_weights(METHOD, chosen))
    assert read.ignored_pieces == ()
    assert DEFAULTS | read.by_id == DEFAULTS | chosen


@given(st.text())
def test_any_text_gives_weights_that_sliders_give(text: str) -> None:
    read = custom_weights.read_weights(METHOD, text)
    assert all(0 <= weight <= 5 and weight != DEFAULTS[name] for name, weight in read.overrides)


@given(st.lists(st.text(st.characters(exclude_characters=":,"))))
def test_what_is_no_weight_is_kept_to_be_told_and_the_rest_is_used(pieces: list[str]) -> None:
    read = custom_weights.read_weights(METHOD, ",".join(["cycle:2", *pieces]))
    assert read.by_id == {"cycle": 2.0}
    assert list(read.ignored_pieces) == [piece.strip() for piece in pieces if piece.strip()]


@pytest.mark.parametrize(
    "piece",
    ["foo:2", "cycle", "cycle:", "cycle:-1", "cycle:nan", "cycle:inf", "cycle:1e1", "cycle:6",
     "cycle:99", "cycle:1:2", ":1", "cycle:٣"],
)  # fmt: skip
def test_what_no_slider_gives_is_ignored(piece: str) -> None:
    assert custom_weights.read_weights(METHOD, piece) == custom_weights.Weights((), (piece,))


def test_the_default_written_out_is_no_custom_weight() -> None:
    everything = ",".join(f"{name}:{weight:g}" for name, weight in DEFAULTS.items())
    assert not custom_weights.read_weights(METHOD, everything)
    assert custom_weights.write_weights(METHOD, DEFAULTS) == ""
    assert custom_weights.write_weights(METHOD, {"cash_24m": 0.0, "cycle": 2.0}) == "cycle:2,cash_24m:0"


def test_a_dimension_counts_while_it_and_an_indicator_in_it_have_weight() -> None:
    def left(text: str) -> list[str]:
        return [d.id for d in custom_weights.weighted_dimensions(METHOD, custom_weights.read_weights(METHOD, text))]

    assert left("cycle:0") == ["closure", "auction"]
    without = {d.id: ",".join(f"{i.id}:0" for i in METHOD.dimension_indicators(d.id)) for d in METHOD.dimensions}
    assert left(without["cycle"]) == ["closure", "auction"]
    assert left(f"cycle:0,closure:0,{without['auction']}") == []


# ---------------------------------------------------------------- the page


def rows_drawn(shown: str) -> list[tuple[str, str]]:
    """Unit and markup of each row of the first table."""
    body = shown.split("<tbody>", 1)[1].split("</tbody", 1)[0]
    return [(re.findall(r"unit=(\w+)", row)[0], row) for row in body.split("<tr>")[1:]]


def test_the_table_is_that_of_the_weights_with_places_won_and_lost(open_page: Open, sample: CachedSnapshot) -> None:
    given = {"cycle": 3.0, "cash_24m": 0.0}
    units = queries.reweighted_scores(sample, "province", sample.periods()[-1], given)
    units = units.dropna(subset="score")
    assert (units["rank_change"] != 0).any(), "no place moves: nothing is tested"
    shown = clean(open_page("rankings", w=custom_weights.write_weights(METHOD, given), lang="en"))
    drawn = rows_drawn(shown)
    assert [unit for unit, _row in drawn] == units.sort_values(["score", "place_id"], ascending=[False, True])[
        "place_id"
    ].tolist()
    by_unit = dict(drawn)
    for line in units.itertuples(index=False):
        row = by_unit[line.place_id]
        assert f'<td class="number">{line.score:.1f}</td>' in row
        assert f"{line.low:.1f}–{line.high:.1f}" in row
        arrow = "↑" if line.rank_change > 0 else "↓"
        assert (f"{arrow} {abs(line.rank_change)}<" if line.rank_change else ">=<") in row


def test_custom_weights_are_said_on_top_in_the_caption_and_on_what_is_taken_away(
    open_page: Open, sample: CachedSnapshot
) -> None:
    app = open_page("rankings", w="cycle:2,cash_24m:0", lang="en")
    shown = clean(app)
    band = re.search(r'<p class="band" role="note"><b class="mark">Custom weights.*?</p>', shown)
    assert band and "Cycle length 1 → 2; Paid within 24 months 2 → 0" in band[0]
    assert re.search(r'<a href="\?lang=en"[^>]*>Default weights', band[0])
    assert re.search(r"<caption[^>]*>Scores with custom weights", shown)
    keys = [button.proto.id for button in app.get("download_button")]
    # Rows, the same under heads in words, and the dictionary.
    assert len(keys) == 3 and all("ranking-province-custom-weights" in key for key in keys)
    of_courts = open_page("rankings", level="court", w="cycle:2,cash_24m:0", lang="en")
    keys = [button.proto.id for button in of_courts.get("download_button")]
    assert any("unscored-court-custom-weights" in key for key in keys)
    view = View(sample, sample.periods()[-1], sample.nation)
    custom = custom_weights.read_weights(METHOD, "cycle:2,cash_24m:0")
    rows = rows_of(export_of(view, custom))
    assert rows and all(row["weights"] == "CUSTOM WEIGHTS 自定义权重 cycle:2,cash_24m:0" for row in rows)
    assert "自定义权重" not in clean(open_page("rankings")).split("<table")[1]


def export_of(view: View, custom: custom_weights.Weights) -> bytes:
    from dashboard.ui import export

    units = queries.reweighted_scores(view.snapshot, "province", view.period, custom.by_id)
    return export.csv_bytes(custom_weights.with_weights_column(view, custom, units), view)


def test_the_panel_is_closed_until_the_address_opens_it(open_page: Open) -> None:
    assert not open_page("rankings").slider
    sliders = open_page("rankings", panel="weights").slider
    assert {slider.key for slider in sliders} == {f"weight-{name}" for name in DEFAULTS}
    assert {s.key.removeprefix("weight-"): s.value for s in sliders} == DEFAULTS
    assert {(s.min, s.max, s.step) for s in sliders} == {(0.0, 5.0, 0.5)}


def test_a_slider_writes_the_address_and_the_address_sets_the_slider(open_page: Open) -> None:
    app = open_page("rankings", panel="weights", w="cash_24m:0.5")
    assert app.slider(key="weight-cash_24m").value == 0.5
    app.slider(key="weight-cycle").set_value(2.5).run()
    clean(app)
    assert app.query_params["w"] == "cycle:2.5,cash_24m:0.5"
    app.slider(key="weight-cash_24m").set_value(2.0).run()
    assert app.query_params["w"] == "cycle:2.5"  # the method's own weight needs no words
    app.query_params["w"] = "closure:4"
    app.run()
    assert app.slider(key="weight-closure").value == 4.0
    assert app.slider(key="weight-cycle").value == 1.0


def test_a_second_move_before_the_address_follows_the_first_loses_neither(open_page: Open) -> None:
    app = open_page("rankings", panel="weights")
    app.slider(key="weight-cycle").set_value(2.5).run()
    del app.query_params["w"]  # a browser that has not heard of the first move yet
    app.slider(key="weight-cash_24m").set_value(0.5).run()
    assert app.query_params["w"] == "cycle:2.5,cash_24m:0.5"


def test_nonsense_is_said_and_the_rest_is_used(open_page: Open) -> None:
    shown = clean(open_page("rankings", w="<b>x</b>:1,closure:4,cycle:77", lang="en"))
    assert "Ignored in the address: <b>x</b>:1, cycle:77" in shown
    assert "Closure 1 → 4" in shown and "Cycle length 1" not in shown


def test_no_weight_at_all_is_explained(open_page: Open) -> None:
    app = open_page("rankings", w="cycle:0,closure:0,auction:0", lang="en", panel="weights")
    shown = clean(app)
    assert "all weights are 0" in shown
    assert "<table" not in shown
    assert len(app.slider) == len(DEFAULTS)  # to mend it


def test_another_method_has_weights_of_its_own(open_page: Open) -> None:
    app = open_page("rankings", method="official-1", panel="weights", w="cash_24m:0,cycle:2")
    shown = clean(app)
    assert "cash_24m:0" in shown  # as ignored
    assert "weight-days_closed" in {slider.key for slider in app.slider}
    assert app.slider(key="weight-cycle").value == 2.0
    # And a link to another method leaves the weights of this one behind.
    switch = re.search(r'<nav class="methods".*?</nav>', shown, re.S)
    assert switch and "w=" not in switch[0]
