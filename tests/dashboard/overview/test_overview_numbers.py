"""What the map, its list, the cards and the file say of a place is what the snapshot says of it."""

import re

import pandas as pd
import pytest

from dashboard.overview import layer_list, score_changes
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import formats, i18n
from dashboard.ui import theme
from index_engine import queries
from tests.dashboard.overview.test_overview_page import opened, traces
from tests.dashboard.reading import table_rows, words
from tests.dashboard.running import Open, text

Files = dict[str, list[dict[str, str]]]


def hovers(open_page: Open, **parameters: str) -> dict[str, list[str]]:
    """The lines under the pointer, by place."""
    painted = traces(opened(open_page, **parameters), "choropleth")[1]
    lines = (words.split("<br>") for words in painted["text"])
    return dict(zip(painted["locations"], lines, strict=True))


def test_a_hover_has_score_interval_rank_and_cases_of_its_place(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    found = hovers(open_page)
    places = queries.scores(sample, "province", period)
    ranked = places["rank"].notna().sum()
    for place in places.itertuples(index=False):
        lines = found[place.place_id]
        assert lines[0] == f"<b>{place.name_en}</b>"
        assert lines[-1] == f"{place.n:,.0f} cases under way"
        if pd.notna(place.score):
            interval = f"{place.low:.1f}–{place.high:.1f}"
            assert f"Score {place.score:.1f} (95% interval {interval})" in lines
            ranks = formats.rank_range(place.rank_low, place.rank_high)
            rank = formats.rank(place.rank, place.tied)
            assert f"Rank {rank} of {ranked} (95% confidence set {ranks})" in lines


@pytest.mark.parametrize("layer", ["cash_24m", "months_to_cash", "price_ratio"])
def test_a_hover_of_an_indicator_has_its_value_and_its_own_n(
    open_page: Open, sample: CachedSnapshot, period: str, layer: str
) -> None:
    indicator = sample.main.indicator(layer)
    values = queries.indicator_values(sample, "province", period, layer).set_index("place_id")
    scores = queries.scores(sample, "province", period).set_index("place_id")
    found = hovers(open_page, layer=layer)
    other_n = 0
    for place_id, value in values.iterrows():
        if pd.isna(value["value"]) or pd.isna(scores.loc[place_id, "score"]):
            continue
        n = formats.count(value["n"], value["n_suppression"])
        text_of_value = formats.value(value["value"], indicator.unit)
        interval = formats.interval(value["low"], value["high"], indicator.unit)
        assert f"{indicator.name['en']}: {text_of_value} ({interval})" in found[place_id]
        assert f"{value['points']:.1f} of 100 points, n = {n}" in found[place_id]
        other_n += value["n"] != scores.loc[place_id, "n"]
    # Lots are not cases: the n of the score would not do.
    assert other_n or layer != "price_ratio"


def test_the_list_and_the_file_of_an_indicator_have_its_values(
    open_page: Open, downloads: Files, sample: CachedSnapshot, period: str
) -> None:
    indicator = sample.main.indicator("cash_24m")
    values = queries.indicator_values(sample, "province", period, "cash_24m").set_index("place_id")
    names = queries.scores(sample, "province", period).set_index("name_en")
    title = f"Provinces by {indicator.name['en'][:1].lower()}{indicator.name['en'][1:]}"
    rows = table_rows(text(opened(open_page, layer="cash_24m")), title)
    assert len(rows) == len(values)
    for row in rows:
        name, _separator, n = row["Place"].partition(" n = ")
        place = names.loc[name]
        value = values.loc[place["place_id"]]
        assert row["Value"] == formats.value(value["value"], indicator.unit)
        assert row["n"] == formats.number(value["n"])
        assert n == f"{place['n']:,.0f}"
    for row in downloads["province-cash_24m"]:
        value = values.loc[row["place_id"]]
        for file_column, column in (("value", "value"), ("points", "points"), ("value_low", "low"),
                                    ("value_high", "high"), ("value_n", "n")):  # fmt: skip
            expected = value[column]
            found = float(row[file_column]) if row[file_column] else None
            assert (found is None and pd.isna(expected)) or found == expected, file_column


def test_a_map_says_which_goalpost_is_which(open_page: Open, sample: CachedSnapshot) -> None:
    for name in ("cash_24m", "months_to_cash", "price_ratio"):
        indicator = sample.main.indicator(name)
        worst, best = (formats.goalpost(x, indicator.unit) for x in (indicator.worst, indicator.best))
        assert worst != best
        shown = text(opened(open_page, layer=name))
        assert f"Coloured by points: 0 at {worst}, 100 at {best}." in shown


def test_a_card_has_value_interval_and_n_of_its_indicator(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    shown = text(opened(open_page))
    cards = [
        words(re.sub(r"<details.*?</details>", "", card))
        for card in re.findall(r'<section class="card.*?</section>', shown, re.S)
    ]
    values = queries.indicators(sample, "nation", sample.nation.place_id, period)
    shown_indicators = 0
    for value in values.itertuples(index=False):
        indicator = sample.main.indicator(value.indicator)
        found = [card for card in cards if card.startswith(indicator.name["en"])]
        if found:
            shown_indicators += 1
            amount = formats.value(value.value, indicator.unit)
            interval = formats.interval(value.low, value.high, indicator.unit)
            assert found == [f"{indicator.name['en']} {amount} {interval} n = {value.n:,.0f}"]
    assert shown_indicators == 5


def test_what_rose_stands_under_risen_and_what_fell_under_fallen(sample: CachedSnapshot, period: str) -> None:
    i18n.set_language("en")
    view, before = View(sample, period, sample.nation), sample.periods()[-5]
    moved = queries.score_changes(sample, "province", period, before)
    [up] = moved[moved["change"] > 0].head(1).itertuples(index=False)
    [down] = moved[moved["change"] < 0].head(1).itertuples(index=False)
    both = moved[moved["place_id"].isin([up.place_id, down.place_id])].assign(beyond=True)
    markup = str(score_changes._changes_html(view, "province", both, before))
    risen, fallen = markup.split("<h3>Risen (1)")[1].split("<h3>Fallen (1)")
    for line, side in ((up, risen), (down, fallen)):
        said = words(side)
        assert said.count(line.name_en) == 1
        assert f"{formats.change(line.change)} {line.name_en} Mostly " in said
        assert f"{line.score_before:.1f} → {line.score:.1f}, 95% interval of the change" in said
        assert f"change {formats.change(line.low)} to {formats.change(line.high)}" in said
        assert f"{line.n_before:,.0f} → {line.n:,.0f} cases under way" in said
        indicator = sample.main.indicator(line.indicator)
        assert f"Mostly {indicator.name['en']}: {formats.value(line.value_before, indicator.unit)}" in said
        assert f"(n = {line.indicator_n_before:,.0f}) → " in said
        assert f"{formats.value(line.value, indicator.unit)} (n = {line.indicator_n:,.0f})" in said
        assert f"{formats.change(line.part)} points." in said


def test_the_file_of_changes_has_their_numbers(
    open_page: Open, downloads: Files, sample: CachedSnapshot, period: str
) -> None:
    opened(open_page, since="year")
    moved = queries.score_changes(sample, "province", period, sample.periods()[-5])
    saved = {row["place_id"]: row for row in downloads["changes-province-year"]}
    assert len(saved) == len(moved)
    for line in moved.itertuples(index=False):
        row = saved[line.place_id]
        for column in ("score", "score_before", "change", "low", "high", "n", "n_before"):
            assert float(row[column]) == float(getattr(line, column)), column


def test_the_legend_of_an_indicator_is_in_its_unit(sample: CachedSnapshot, period: str) -> None:
    view = View(sample, period, sample.nation)
    layers = layer_list.available_layers(view, "province")
    for name in ("cash_24m", "months_to_cash", "price_ratio"):
        indicator = sample.main.indicator(name)
        scale = 100 if indicator.unit == "share" else 1
        span = indicator.best - indicator.worst
        labels = [entry.label for entry in layers[name].classes if not entry.is_grey]
        for label, points in zip(labels, theme.SCORE_BREAKS, strict=False):
            limit = scale * (indicator.worst + span * points / 100)
            numbers = [float(number.rstrip("%")) for number in re.findall(r"[\d.]+%?", label)]
            assert any(number == pytest.approx(limit, abs=0.06) for number in numbers), (name, label, limit)
        assert labels[0].startswith("<" if span > 0 else ">")
