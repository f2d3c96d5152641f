"""A graph of hostile names on every page, in a real browser: nothing runs, nothing is made, nothing leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from graph.store.embedded import EmbeddedStore
from tests.browser.conftest import Watch, serving
from tests.hostile import FOUND, PAYLOADS, hostile_graph

IDS = [f"e{number:02}" for number in range(len(PAYLOADS))]
ADDRESSES = [
    "/", "/explore?ids=hub,e00,e01,e02,e03", *(f"/entity?id=hub&all=1&tab={tab}" for tab in ("ties", "network", "timeline", "money", "rank", "sources")),
    "/paths?from=e00&to=e01&all=1", *(f"/dependencies?id=hub&part={part}" for part in ("shares", "chain", "points")),
    *(f"/ownership?id=hub&part={part}" for part in ("owners", "control")), "/loops?all=1", "/boards", "/boards?tab=conflicts",
    "/centrality", "/queries?id=customers-of&company=hub&run=1", "/console", *(f"/data?part={part}" for part in ("loaded", "coverage", "sources", "take")),
    "/imports?part=list", "/duplicates", "/sources", "/sources?id=s01", "/sources?id=s18",
]  # fmt: skip


@pytest.fixture(scope="module")
def hostile_url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    folder = tmp_path_factory.mktemp("hostile") / "store"
    with EmbeddedStore(folder) as store:
        store.upsert(hostile_graph())
    with serving(folder) as url:
        yield url


@pytest.fixture
def hostile_page(browser: Browser, hostile_url: str) -> Generator[Page]:
    """A window that fails on a dialog, an error or a request that leaves the machine."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=hostile_url)
    context.set_default_timeout(90_000)
    page = context.new_page()
    watch = Watch(page)
    page.on("dialog", lambda dialog: dialog.dismiss())
    yield page
    context.close()
    assert watch.hosts <= {hostile_url.removeprefix("http://"), ""}
    assert watch.problems == []


def shown(page: Page, address: str) -> None:
    """The page at an address, whole: its script has ended, and so have its fragments."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=90_000)
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(700)
    expect(page.get_by_text("This is our mistake")).to_have_count(0)


def made(page: Page) -> dict[str, list[str]]:
    return {sort: things for sort, things in page.evaluate(FOUND).items() if things}


@pytest.mark.parametrize("address", ADDRESSES)
def test_hostile_names_stay_text_on_every_page(hostile_page: Page, address: str) -> None:
    shown(hostile_page, address)
    assert made(hostile_page) == {}


def test_hostile_names_stay_text_on_their_own_pages(hostile_page: Page) -> None:
    for key in IDS:
        shown(hostile_page, f"/entity?id={key}&all=1")
        assert made(hostile_page) == {}, key
        assert "xss" not in hostile_page.title()


def test_what_is_typed_and_found_stays_text(hostile_page: Page) -> None:
    shown(hostile_page, "/")
    for text in ("img", "xss-link", PAYLOADS["img"], PAYLOADS["directives"]):
        hostile_page.get_by_label("Search", exact=True).fill(text)
        hostile_page.wait_for_timeout(1_200)
        assert made(hostile_page) == {}, text


@pytest.mark.parametrize("name", ["img", "link", "script", "latex", "directives", "end of attribute"])
def test_what_stands_in_an_address_stays_text(hostile_page: Page, name: str) -> None:
    value = quote(PAYLOADS[name], safe="")
    for address in (
        f"/entity?id={value}",
        f"/paths?from={value}&to={value}",
        f"/queries?id={value}",
        f"/sources?id={value}",
    ):
        shown(hostile_page, address)
        assert made(hostile_page) == {}, address


def test_file_names_of_an_import_stay_text(hostile_page: Page) -> None:
    shown(hostile_page, "/imports")
    name = "<img data-xss src=x onerror=alert(1)> [xss-link](javascript:alert(1)) :red[xss-red].csv"
    rows = [
        ["Investor", "Company", PAYLOADS["svg"], PAYLOADS["link"]],
        [PAYLOADS["img"], PAYLOADS["link away"], "=1+1", "x"],
    ]
    table = io.StringIO()
    csv.writer(table).writerows(rows)
    hostile_page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "text/csv", "buffer": table.getvalue().encode()}]
    )
    expect(hostile_page.get_by_text("What the columns mean")).to_be_visible(timeout=90_000)
    hostile_page.wait_for_timeout(700)
    assert made(hostile_page) == {}


def test_a_table_has_no_unguarded_way_into_a_spreadsheet(hostile_page: Page) -> None:
    """Streamlit's own button is gone, and ours guards what it saves (decision 0009)."""
    shown(hostile_page, "/sources")
    hostile_page.locator("[data-testid=stDataFrame]").first.hover()
    expect(hostile_page.get_by_role("button", name="Search").first).to_be_visible()
    assert hostile_page.get_by_role("button", name="Download as CSV").count() == 0
    with hostile_page.expect_download() as download:
        hostile_page.get_by_role("button", name="CSV", exact=True).click()
    saved = download.value.path().read_text(encoding="utf-8")
    assert "'=HYPERLINK" in saved
    assert ";'@SUM" in saved
    assert "\n=HYPERLINK" not in saved
    assert len(list(csv.reader(io.StringIO(saved)))) == len(PAYLOADS) + 1
