"""The page that sets places beside each other, and the marks on charts over time."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard.compare import measure_trends, selection_bar
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import formats
from dashboard.ui import compared_places, theme
from dashboard.ui.charts import annotation_lines, base, waterfall_chart
from index_engine import queries
from index_engine.queries import Place
from tests.dashboard.reading import part, plain
from tests.dashboard.running import Open, text
from tests.test_annotation_table import write


@pytest.fixture
def units(sample: CachedSnapshot, period: str) -> list[Place]:
    """Two provinces that have a score."""
    rows = queries.scores(sample, "province", period)
    return [sample.place("province", unit) for unit in rows.loc[rows["score"].notna(), "place_id"][:2]]


@pytest.fixture
def shown(sample: CachedSnapshot, period: str) -> View:
    return View(sample, period, sample.nation)


def opened(open_page: Open, units: list[Place], **more: str) -> str:
    app = open_page("compare", lang="en", units=compared_places.address_value(units), **more)
    assert not app.exception, app.exception[0].message
    return text(app)


# ---------------------------------------------------------------- places


def test_without_places_it_begins_with_the_two_provinces_of_most_cases(open_page: Open, sample: CachedSnapshot) -> None:
    found = opened(open_page, [])
    rows = queries.scores(sample, "province", sample.periods()[-1])
    rows = rows[rows["score"].notna()].sort_values(["n", "place_id"], ascending=[False, True])
    chips = re.search(r'<ul class="chips".*?</ul>', found, re.S)
    assert chips
    for name in rows["name_en"].head(2):
        assert name in chips.group()
    assert chips.group().count("<li") == 2
    assert 'id="difference"' in found


def test_places_stand_in_the_address(open_page: Open, units: list[Place]) -> None:
    found = opened(open_page, units)
    one, other = units
    assert f"<h1>{one.name_en} · {other.name_en}</h1>" in found
    out = f'href="?lang=en&units=province:{other.place_id}"'
    assert out in found, "each can be taken out"
    assert f"{compared_places.address_value(units)},PLACE" in found, "and one added"


def test_what_is_not_there_is_said(open_page: Open, units: list[Place]) -> None:
    app = open_page("compare", lang="en", units="province:999999,,x,province:" + units[0].place_id)
    assert not app.exception
    assert "Not in the data set, or more than 6: province:999999, x" in text(app)


def test_six_at_most(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    found = opened(
        open_page, [sample.place("province", u) for u in queries.scores(sample, "province", period)["place_id"][:8]]
    )
    assert "Six at most" in found
    assert found.count('aria-label="Remove') == 6


def test_a_way_to_places_like_it(open_page: Open, sample: CachedSnapshot, period: str, units: list[Place]) -> None:
    first = units[0]
    alike = queries.similar_places(sample, "province", first.place_id, period, k=selection_bar.SUGGESTION_COUNT)[
        "place_id"
    ]
    expected = compared_places.address_value([first, *(sample.place("province", u) for u in alike)])
    assert f"units={expected}" in opened(open_page, units)


# ---------------------------------------------------------------- over time


def test_both_bases_side_by_side_or_one(open_page: Open, units: list[Place]) -> None:
    both = part(opened(open_page, units), "over-time")
    assert "As observed" in both and "At the national case mix" in both
    one = part(opened(open_page, units, basis="observed"), "over-time")
    assert "As observed" in one and "At the national case mix" not in one


@pytest.mark.parametrize("measure", ["score", "closure", "months_to_cash", "cash_24m"])
def test_every_measure_is_drawn_with_bands_and_names(
    shown: View, units: list[Place], measure: str, in_english: None
) -> None:
    keys = tuple((u.level, u.place_id) for u in units)
    rows = queries.trends(shown.snapshot, keys, measure)
    reach = measure_trends._axis_range(rows, measure_trends.measure_unit(shown, measure))
    for panel in (measure_trends.OBSERVED_BASIS, measure_trends.ADJUSTED_BASIS):
        figure = measure_trends.draw_trends(shown, units, rows, measure, panel, annotation_lines.NO_MARKS, reach)
        lines = [t for t in figure.data if t.mode == "lines+markers"]
        assert [t.name for t in lines] == [u.name_en for u in units]
        assert any(t.fill == "toself" for t in figure.data)
        words = [a.text for a in figure.layout.annotations]
        assert {u.name_en for u in units} <= set(words)
        scale = 100 if measure_trends.measure_unit(shown, measure) == "share" else 1
        mine = rows[rows["place_id"] == units[0].place_id]
        column = "value" if panel == measure_trends.OBSERVED_BASIS else "adjusted"
        assert list(lines[0].y) == pytest.approx(list(scale * mine[column]), nan_ok=True)
        low, high = figure.layout.yaxis.range
        assert all(low <= y <= high for t in figure.data for y in t.y if y == y)


def test_the_table_says_where_each_stands(
    open_page: Open, sample: CachedSnapshot, period: str, units: list[Place]
) -> None:
    rows = queries.scores(sample, "province", period).set_index("place_id")
    markup = part(opened(open_page, units), "standing")
    for unit in units:
        row = rows.loc[unit.place_id]
        [line] = [x for x in re.findall(r"<tr.*?</tr>", markup) if unit.name_en in x]
        for words in (
            f"{row['score']:.1f}",
            f"{row['low']:.1f}–{row['high']:.1f}",
            formats.count(row["n"], row["n_suppression"]),
        ):
            assert words in plain(line)
        assert f"{row['rank_low']:.0f}–{row['rank_high']:.0f} of" in plain(line)
        assert "scored" in line


def test_a_place_without_a_score_says_why(open_page: Open, sample: CachedSnapshot, period: str) -> None:
    rows = queries.scores(sample, "court", period)
    without = rows[rows["status"] == "too_few"].iloc[0]["place_id"]
    found = opened(open_page, [sample.place("court", without)])
    assert "too few cases" in part(found, "standing")
    assert "No score to decompose" in part(found, "difference") or "too few" in found


# ---------------------------------------------------------------- the difference


def test_the_parts_add_up_on_the_page(open_page: Open, sample: CachedSnapshot, period: str, units: list[Place]) -> None:
    one, other = units
    found = part(opened(open_page, units), "difference")
    contrast = queries.comparison(sample, ("province", other.place_id, period), ("province", one.place_id, period))
    assert f"difference {_signed(contrast.total, 1)} points" in plain(found)
    numbers = [
        float(x.replace("−", "-")) for x in re.findall(r'<td class="number">([+−]?\d+\.\d\d)<small>[^<]* … ', found)
    ]
    whole, *pieces = numbers
    assert len(pieces) == len(sample.method.indicators)
    assert sum(pieces) == pytest.approx(whole, abs=0.05)
    assert whole == pytest.approx(contrast.total, abs=0.006)


def test_two_periods_of_one_place(open_page: Open, period: str, units: list[Place]) -> None:
    found = part(opened(open_page, units[:1]), "difference")
    assert "performance" in found and "case mix" in found
    near = f"{period[:4]}Q{int(period[5]) - 1}"
    found = part(opened(open_page, units[:1], since=near), "difference")
    assert "overlap by 9 months" in found
    assert "Not split into performance and case mix" in found


def test_the_waterfall_ends_where_the_other_score_is(in_english: None) -> None:
    def row(name: str, size: float) -> SimpleNamespace:
        return SimpleNamespace(name=name, part=size, low=size - 1, high=size + 1)

    sides = [SimpleNamespace(name=name, score=score) for name, score in (("A", 40.0), ("B", 43.0))]
    figure = waterfall_chart.draw_waterfall([row("x", 1.0), row("y", -2.0), row("z", 4.0)], *sides)
    bars = [t for t in figure.data if t.type == "bar"]
    assert [t.name for t in bars] == ["z", "y", "x"], "the largest first"
    ends = [t.base[0] + t.x[0] for t in bars]
    assert ends == [44.0, 42.0, 43.0]
    assert [t.base[0] for t in bars] == [40.0, 44.0, 42.0]
    assert figure.layout.yaxis.ticktext == ("A", "z", "y", "x", "B")
    assert bars[1].hovertemplate == "−2.0 points, 95% interval −3.0 to −1.0<extra></extra>"
    assert [bar.marker.color for bar in bars[:2]] == list(theme.LIGHT.diverging[::-1])


def _signed(value: float, digits: int) -> str:
    return f"{'+' if value > 0 else '−'}{abs(value):.{digits}f}"


# ---------------------------------------------------------------- events


@pytest.mark.parametrize(
    ("day", "at"), [("2023-01-01", -1.0), ("2023-04-01", 0.0), ("2023-05-16", 0.4945), ("2024-01-01", 3.0)]
)
def test_where_a_day_lies_on_an_axis_of_quarters(day: str, at: float) -> None:
    from datetime import date

    assert annotation_lines.axis_position(date.fromisoformat(day), "2023Q1") == pytest.approx(at, abs=1e-3)


def test_a_definition_break_breaks_the_lines(
    shown: View, units: list[Place], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarters = shown.snapshot.periods()
    broken, reform = f"{quarters[2][:4]}-12-31", f"{quarters[-3][:4]}-02-01"
    table = write(
        tmp_path / "e.csv",
        {"date": broken, "level": "nation", "unit": "", "kind": "definition_break"},
        {"date": reform, "level": "province", "unit": units[0].place_id},
        {"date": reform, "level": "province", "unit": "999999"},
        {"date": "1999-01-01", "level": "nation", "unit": ""},
    )
    monkeypatch.setenv("JECI_EVENTS", str(table))
    found = annotation_lines.select_marks(shown, units, quarters)
    assert [e.kind for e in found.annotations] == ["definition_break", "reform"]
    rows = queries.trends(shown.snapshot, tuple((u.level, u.place_id) for u in units), "score")
    figure = measure_trends.draw_trends(shown, units, rows, "score", measure_trends.OBSERVED_BASIS, found, (0.0, 100.0))
    mine = [t for t in figure.data if t.mode == "lines+markers" and t.name == units[0].name]
    assert len(mine) == 2, "two pieces"
    assert [*mine[0].x, *mine[1].x] == list(figure.layout.xaxis.categoryarray)
    before = [q for q in quarters if q < f"{broken[:4]}Q4"]
    assert len(mine[0].x) == len(before), "a window that ends with the day is already after it"
    assert [s.x0 for s in figure.layout.shapes] == list(found.positions)
    assert {"1", "2"} <= {a.text for a in figure.layout.annotations}
    # The same on the chart of a profile, whose nation-wide events are those of a place.
    own = queries.score_history(shown.snapshot, "province", units[1].place_id)
    there = annotation_lines.select_marks(shown, [units[1]], quarters)
    assert [e.kind for e in there.annotations] == ["definition_break"]
    chart = base.score_history(own, None, {}, ("place", "", ""), there)
    assert len([t for t in chart.data if t.name == "place"]) == 2
    assert len(chart.layout.shapes) == 1


def test_a_faulty_table_is_told_and_the_rest_is_shown(
    open_page: Open, units: list[Place], period: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = f"{period[:4]}-02-01"
    table = write(
        tmp_path / "e.csv",
        {"date": day, "level": "nation", "unit": "", "name_en": "Seen <b>", "kind": "calendar"},
        {"kind": "what"},
    )
    monkeypatch.setenv("JECI_EVENTS", str(table))
    app = open_page("compare", lang="en", units=compared_places.address_value(units))
    markup = "\n".join(block.value for block in app.html)
    assert "Seen &lt;b&gt;" in markup
    assert "e.csv:3: kind" in markup
    assert "1 row of the table of events cannot be read" in markup
    profile = open_page("place", lang="en", level="province", unit=units[0].place_id)
    assert "Seen <b>" in text(profile)


# ---------------------------------------------------------------- flows


def test_flows_are_a_view_of_their_own(open_page: Open, sample: CachedSnapshot, units: list[Place]) -> None:
    found = opened(open_page, units, view="flows")
    assert 'id="flows"' in found and 'id="over-time"' not in found
    rows = queries.monthly_flows(sample, "province", units[0].place_id)
    total = rows.loc[rows["flow"] == "filed", "n"].sum()
    assert not rows.empty and f"n = {total:,.0f}" in part(found, "flows")
    assert "Too few a month" in part(opened(open_page, units, view="flows", flow="sold"), "flows")
