"""An association's first day with the rankings: look, read, weigh, narrow, take away, and find
courts in bands."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index_engine import queries
from index_engine.queries import RANK_COLUMNS, Snapshot
from tests.browser import driving
from tests.browser.conftest import Start, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def snapshot(warehouse: Path) -> Iterator[Snapshot]:
    with Snapshot(warehouse) as opened:
        yield opened


def taken(page: Page, subject: str) -> list[dict[str, str]]:
    """The rows of a file that a person downloads."""
    with page.expect_download() as download:
        page.locator(f".st-key-download-{subject} button").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def follow(page: Page, name: str, address: str, within: str = "header.site") -> None:
    page.locator(within).get_by_role("link", name=name, exact=True).click()
    page.wait_for_url(address)
    driving.settle(page)


def test_staff_take_a_table_with_what_it_needs_and_find_courts_in_bands(
    visit: Visit, start: Start, warehouse: Path, snapshot: Snapshot
) -> None:
    period = snapshot.periods()[-1]
    page = visit(f"{start(warehouse)}?lang=en")
    expect(page.locator("h1")).to_be_visible()
    follow(page, "Method", "**/method?**")
    page.locator(".folded").get_by_role("link", name="Bands and ranks").click()
    expect(page.locator("[data-testid=stMain]")).to_contain_text("by code within a band")
    follow(page, "Rankings", "**/rankings?**")

    # Weights move the order, and one click takes them back.
    page.get_by_role("link", name="Set your own weights").click()
    page.wait_for_url("**panel=weights**")
    slider = page.locator(".st-key-weight-auction").get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_url("**w=auction%3A1.5**")
    expect(page.locator(".band", has_text="Custom weights")).to_be_visible()
    page.locator(".band").get_by_role("link", name="Default weights").click()
    page.wait_for_url(lambda address: "w=" not in address)
    # The links of before carry the weights: they are gone when the page has changed.
    expect(page.locator(".band", has_text="Custom weights")).to_have_count(0)
    driving.settle(page)
    page.locator(".st-key-weights").get_by_role("link", name="Close").click()
    page.wait_for_url(lambda address: "panel=" not in address)
    driving.settle(page)

    # The table, with method, vintage and caveats in every row.
    rows = taken(page, "ranking-province")
    units = queries.scores(snapshot, "province", period).dropna(subset="score")
    units = units.sort_values(["rank_group", "place_id"])
    assert [row["place_id"] for row in rows] == units["place_id"].tolist()
    assert [float(row["rank"]) for row in rows] == units["rank"].tolist()
    for row in rows:
        assert row["method"].startswith("enforcement-credit-2 ")
        assert row["data_version"] == snapshot.version and row["period"] == period
        assert "confidence sets" in row["caveats"] and "Synthetic" in row["caveats"]

    # Courts stand in bands: no rank, no way to sort by score, none in the file.
    page.get_by_role("navigation", name="Level").get_by_role("link", name="Courts").click()
    page.wait_for_url("**level=court**")
    driving.settle(page)
    expect(page.locator(".legal")).to_contain_text("not in order of score")
    expect(page.locator(".st-key-ranking tr.head").first).to_contain_text("Band AAA")
    head = page.locator(".st-key-ranking thead")
    expect(head.get_by_role("link")).to_have_text([re.compile("Court"), re.compile("Cases")])
    rows = taken(page, "ranking-court")
    courts = queries.scores(snapshot, "court", period).dropna(subset="score")
    courts = courts.merge(queries.courts(snapshot), on="place_id")
    assert [row["place_id"] for row in rows] == courts.loc[~courts["special"], "place_id"].tolist()
    assert not set(RANK_COLUMNS) & set(rows[0])
    assert all("without ranks" in row["caveats"] for row in rows)

    # The second page of the table, by its link.
    page.get_by_role("navigation", name="Pages of the table").get_by_role("link", name="2", exact=True).click()
    page.wait_for_url("**part=2**")
    driving.settle(page)
    names = courts.loc[~courts["special"], "name_en"].iloc[100:]
    expect(page.locator(".st-key-ranking tbody tr:not(.head)").first).to_contain_text(names.iloc[0])


def test_staff_narrow_the_table_draw_it_and_take_places_along(
    visit: Visit, start: Start, warehouse: Path, snapshot: Snapshot
) -> None:
    units = queries.scores(snapshot, "province", snapshot.periods()[-1]).dropna(subset="score")
    page = visit(f"{start(warehouse)}rankings?lang=en")
    # By keyboard: a heading is a link.
    page.locator(".st-key-ranking thead").get_by_role("link", name="Cases").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=-n**")
    driving.settle(page)
    most = units.sort_values("n", ascending=False)["name_en"].iloc[0]
    expect(page.locator(".st-key-ranking tbody tr").first).to_contain_text(most)
    # What a column is made of opens in its heading.
    note = page.locator(".st-key-ranking thead details.note").first
    note.locator("summary").click()
    expect(note).to_contain_text("What it is")
    page.keyboard.press("Escape")
    # Two places along, to the page that compares.
    for name in units["name_en"].iloc[:2]:
        page.get_by_role("link", name=f"Compare {name}", exact=True).click()
        expect(page.locator("nav.picks")).to_contain_text(name)
        driving.settle(page)
    ids = ",".join(f"province:{unit}" for unit in units["place_id"].iloc[:2])
    go = page.get_by_role("link", name="Compare 2 places")
    expect(go).to_have_attribute("href", re.compile(rf"^\./compare\?.*units={ids}"))
    page.locator("nav.picks").get_by_role("link", name="Clear").click()
    expect(page.locator("nav.picks")).to_have_count(0)
    driving.settle(page)
    # The same places as a caterpillar, counted in words.
    page.get_by_role("link", name="Caterpillar plot").click()
    page.wait_for_url("**view=caterpillar**")
    expect(page.locator(".st-key-order-plot .main-svg").first).to_be_visible()
    expect(page.locator("p.told")).to_contain_text(f"Of {len(units)} places, ")
    driving.settle(page)
    # A name narrows both; the sentence leads back.
    page.get_by_label("Name contains").fill("jiang")
    page.get_by_label("Name contains").press("Enter")
    page.wait_for_url("**q=jiang**")
    expect(page.locator("p.listed")).to_contain_text("name contains “jiang”")
    found = units["name_en"].str.contains("jiang", case=False).sum()
    expect(page.locator("p.told")).to_contain_text(f"Of {found} places, ")
    page.locator("p.listed").get_by_role("link", name="Show all").click()
    page.wait_for_url(lambda address: "q=" not in address)
    expect(page.get_by_label("Name contains")).to_have_value("")


def test_on_a_telephone_heading_and_name_stay_in_sight(visit: Visit, start: Start, warehouse: Path) -> None:
    page = visit(f"{start(warehouse)}rankings?level=court&lang=en", width=390)
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390
    box = page.locator(".st-key-ranking .scroll")
    box.scroll_into_view_if_needed()
    box.evaluate("box => box.scrollTo(220, 600)")
    page.wait_for_function("() => document.querySelector('.st-key-ranking .scroll').scrollTop > 500")
    frame = box.bounding_box()
    head = page.locator(".st-key-ranking thead th").first.bounding_box()
    name = page.locator(".st-key-ranking tbody th[scope=row]").nth(12).bounding_box()
    assert frame and head and name
    assert abs(head["y"] - frame["y"]) <= 2 and abs(head["x"] - frame["x"]) <= 2
    assert abs(name["x"] - frame["x"]) <= 2, "the name stays where the row is moved along"
