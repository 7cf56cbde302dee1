"""Waits on a profile: the table says what the snapshot says, beside the limit and its law."""

import pytest

from dashboard.data import Answers
from dashboard.profile import nodes
from tests.dashboard.reading import part, plain, profile, row_of
from tests.dashboard.running import Open

pytestmark = pytest.mark.usefixtures("in_english")


def test_days_lie_on_a_logarithmic_line() -> None:
    at = [nodes.along(days) for days in (0, 7, 30, 90, 365, 1095, 5000)]
    assert at[:2] == [0, 0] and at[-2:] == [100, 100]
    assert at[1:-1] == sorted(at[1:-1])
    assert nodes.along(14) - nodes.along(7) == pytest.approx(nodes.along(60) - nodes.along(30))


def test_the_page_shows_the_waits_of_a_province(
    open_page: Open, sample: Answers, period: str
) -> None:
    table = sample.waits("province", "320000", period).set_index("node")
    nation = sample.waits("nation", sample.nation.unit_id, period).set_index("node")
    section = part(profile(open_page, "province", "320000"), "nodes")
    names = {node.id: node.name["en"] for node in sample.nodes}
    for name in ("listing", "second", "case"):
        line, row = table.loc[name], row_of(section, names[name])
        assert f"{line['waiting']:,.0f}" in row
        assert f"{line['median']:,.0f}" in row.split()
        assert f"{nation.loc[name, 'median']:,.0f}" in row.split()
    row = row_of(section, names["second"])
    assert "at most 30 days" in row
    assert f"{table.loc['second', 'beyond']:,.0f}" in row
    assert f"{100 * table.loc['second', 'within']:.1f}%" in row
    words = plain(section)
    assert "Fa Shi [2016] 18, art. 26" in words
    assert "runs to the second auction itself, this one to its listing" in words
    assert "calendar days" in words and "no breach" in words


def test_the_sentence_names_the_step_where_most_wait(
    open_page: Open, sample: Answers, period: str
) -> None:
    table = sample.waits("province", "320000", period).set_index("node")
    steps = {node.id: node for node in sample.nodes if not node.spans}
    waiting, beyond = (table.loc[list(steps), c] for c in ("waiting", "beyond"))
    words = plain(part(profile(open_page, "province", "320000"), "nodes"))
    most = steps[waiting.idxmax()].name["en"]
    assert f"most waits are open at: {most} ({waiting.max():,.0f})." in words
    late = steps[beyond.idxmax()]
    of = table.loc[late.id, "waiting"]
    assert f"most are at: {late.name['en']} ({beyond.max():,.0f} of {of:,.0f})." in words


def test_a_step_with_too_few_says_so_and_shows_no_number(
    open_page: Open, sample: Answers, period: str
) -> None:
    courts = sample.scores("court", period)["unit_id"]
    unit, empty = next(
        (unit, table.loc[table["n"].isna(), "node"].tolist())
        for unit in courts
        for table in [sample.waits("court", unit, period)]
        if table["n"].isna().any() and table["n"].notna().any()
    )
    section = part(profile(open_page, "court", unit), "nodes")
    [node, *_rest] = [node for node in sample.nodes if node.id in empty]
    row = row_of(section, node.name["en"])
    assert "too few" in row
    assert "in the period: —" in row


def test_a_place_without_any_says_so(open_page: Open, sample: Answers, period: str) -> None:
    courts = sample.scores("court", period)["unit_id"]
    unit = next(u for u in courts if sample.waits("court", u, period)["n"].isna().all())
    section = part(profile(open_page, "court", unit), "nodes")
    assert "Too few cases and lots for any of the steps." in plain(section)
    assert "<table" not in section
