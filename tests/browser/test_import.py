"""Bringing one's own data in a real browser: mapping, look, load, undo; duplicates merged and taken apart."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from graph.model import Batch, Entity, Tie
from graph.store.embedded import EmbeddedStore
from tests.browser.conftest import Watch, serving
from tests.browser.test_accessibility import faults

pytestmark = pytest.mark.browser

FIXTURES = Path(__file__).parents[1] / "fixtures"
HOSTILE = "<img src=x onerror=alert(1)>"
DEALS = (
    "Investor,Company,Date,Amount,Currency,Stage,Lead partner,Read at\n"
    'Quillon Ventures,Tamarack Robotics,2021-03-23,"1,500,000",USD,Seed,Ada Noor,https://example.org/a\n'
    "Quillon Ventures,Osier Compute,2022-05-02,4000000,EUR,Series A,,https://example.org/b\n"
    f'"{HOSTILE}",Osier Compute,2023-01-02,100000,USD,Seed,,javascript:alert(1)\n'
    ",Osier Compute,2023-01-01,10,USD,Seed,,\n"
)


@pytest.fixture(scope="module")
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small store that these tests write to: two pairs that may be one."""
    folder = tmp_path_factory.mktemp("import") / "store"
    entities = (
        Entity("acme", "Acme Robotics", "company", (), "DE", "2011"),
        Entity("acme-gmbh", "Acme Robotics GmbH", "company", (), "DE"),
        Entity("oak", "Oak Labs", "company", (), "US"), Entity("oak-inc", "Oak Labs Inc.", "company", (), "US"),
        Entity("birch", "Birch Capital", "investor"),
    )  # fmt: skip
    ties = (
        Tie("t1", "birch", "INVESTED_IN", "acme", "completed", "2020"),
        Tie("t2", "birch", "INVESTED_IN", "acme-gmbh", "completed", "2022"),
    )
    with EmbeddedStore(folder) as store:
        store.upsert(Batch(entities, ties))
    return folder


@pytest.fixture(scope="module")
def own_url(own_store: Path) -> Generator[str]:
    with serving(own_store) as url:
        yield url


@pytest.fixture
def own_page(browser: Browser, own_url: str) -> Generator[Page]:
    yield from watched(browser, own_url, 1440, "light")


def watched(browser: Browser, url: str, width: int, scheme: str) -> Generator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        base_url=url,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    watch = Watch(page)
    yield page
    context.close()
    assert watch.problems == []
    assert watch.hosts <= {url.removeprefix("http://"), ""}


def settled(page: Page) -> None:
    page.wait_for_timeout(300)
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(500)


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    settled(page)


def hand_over(page: Page, *files: Path) -> None:
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    settled(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(name)).first.click()
    settled(page)


@pytest.fixture
def deals(tmp_path: Path) -> Path:
    path = tmp_path / "deals.csv"
    path.write_text(DEALS, encoding="utf-8")
    return path


def correct_in_the_grid(page: Page, row: int, words: str) -> None:
    """Open the cell under "becomes" and choose, as a reader does."""
    grid = page.get_by_test_id("stDataFrame").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + 250, box["y"] + 36 + 35 * row + 17)
    page.wait_for_timeout(500)
    page.keyboard.type(words)
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    settled(page)


def test_a_table_from_the_file_to_the_search_and_back(own_page: Page, deals: Path) -> None:
    page = own_page
    opened(page, "/imports")
    hand_over(page, deals)
    expect(page.get_by_text("2 columns not read: Lead partner, Read at")).to_be_visible()
    correct_in_the_grid(page, 7, "source: address")
    expect(page.get_by_text("1 column not read: Lead partner")).to_be_visible()
    page.get_by_text("The mapping as text (YAML)").click()
    expect(page.get_by_role("textbox", name="Mapping")).to_have_value(re.compile("url: Read at"))
    press(page, "Look first")
    expect(page.get_by_text("What would be loaded")).to_be_visible()
    press(page, r"Load 7 records")
    expect(page.get_by_text("Loaded deals.csv: 4 new entities, 3 new ties, 1 row rejected.")).to_be_visible()
    # The uploader is empty again.
    expect(page.get_by_test_id("stFileUploaderFile")).to_have_count(0)
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    page.get_by_role("link", name="Home").click()
    page.get_by_label("Search", exact=True).fill("tamarack")
    page.get_by_role("link", name="Tamarack Robotics").first.click()
    expect(page.get_by_text("Last read from deals.csv, line 2")).to_be_visible()
    settled(page)
    page.get_by_test_id("stMain").get_by_role("link", name="Import", exact=False).first.click()
    expect(page).to_have_url(re.compile("part=list&import=imp-"))
    expect(page.get_by_text("4 entities added")).to_be_visible()
    settled(page)
    press(page, "Undo this import")
    press(page, "Undo it")
    expect(page.get_by_text("The import of deals.csv was undone")).to_be_visible()
    opened(page, "/")
    page.get_by_label("Search", exact=True).fill("tamarack")
    expect(page.get_by_text("Nothing is called like that")).to_be_visible()


def test_an_error_in_the_mapping_names_its_field(own_page: Page, deals: Path) -> None:
    page = own_page
    opened(page, "/imports")
    hand_over(page, deals)
    page.get_by_text("The mapping as text (YAML)").click()
    box = page.get_by_role("textbox", name="Mapping")
    right = box.input_value()
    box.fill(right.replace("INVESTED_IN", "INVESTS"))
    box.press("Control+Enter")
    expect(page.get_by_text("'INVESTS' is not known")).to_be_visible()
    settled(page)
    expect(page.get_by_role("button", name="Look first")).to_have_count(0)
    page.get_by_role("textbox", name="Mapping").fill(right)
    page.get_by_role("textbox", name="Mapping").press("Control+Enter")
    expect(page.get_by_role("button", name="Look first")).to_be_visible()


def test_a_broken_file_is_named_without_our_folder(own_page: Page, tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"this is\x00\x01 no table")
    opened(own_page, "/imports")
    hand_over(own_page, broken)
    expect(own_page.get_by_text("broken.csv: is in no format that Interlock knows.")).to_be_visible()
    assert "interlock-import-" not in own_page.content()


def test_an_export_of_a_register_needs_no_mapping(own_page: Page) -> None:
    opened(own_page, "/imports")
    hand_over(own_page, FIXTURES / "gleif" / "lei.csv", FIXTURES / "gleif" / "20240502-rr.csv")
    expect(own_page.get_by_text("What the columns mean")).to_have_count(0)
    press(own_page, "Look first")
    press(own_page, r"Load \d")
    expect(own_page.get_by_text("Loaded lei.csv, 20240502-rr.csv")).to_be_visible()
    press(own_page, "Undo this import")
    press(own_page, "Undo it")
    expect(own_page.get_by_text("was undone")).to_be_visible()


def test_files_are_chosen_by_keyboard(own_page: Page, deals: Path) -> None:
    page = own_page
    # Asked for before the key: a chooser that opens at once would be missed.
    page.on("filechooser", lambda chooser: None)
    opened(page, "/imports")
    page.get_by_text("New import").click()
    settled(page)
    for _ in range(12):
        page.keyboard.press("Tab")
        if "Upload" in page.evaluate("document.activeElement.innerText || ''"):
            break
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(str(deals))
    expect(page.get_by_text("What the columns mean")).to_be_visible()


def test_a_pair_is_merged_and_taken_apart(own_page: Page) -> None:
    page = own_page
    opened(page, "/duplicates")
    expect(page.get_by_text("2 open pairs")).to_be_visible()
    first = page.get_by_role("button", name=re.compile("Same: keep")).first
    name = first.inner_text().split("Same: keep ")[1]
    first.click()
    expect(page.get_by_text(f"was merged into {name}")).to_be_visible()
    expect(page.get_by_text("1 open pair;")).to_be_visible()
    settled(page)
    press(page, "^.*Different$")
    expect(page.get_by_text("stay two entries")).to_be_visible()
    page.get_by_role("radio", name="Merged").or_(page.get_by_role("button", name="Merged")).first.click()
    press(page, "Take apart")
    expect(page.get_by_text("are two entries again")).to_be_visible()
    expect(page.get_by_text("Taken apart again.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_steps_on_a_phone(
    browser: Browser, own_url: str, tmp_path: Path, scheme: str
) -> None:
    path = tmp_path / f"{HOSTILE} a file with a name that is much too long for a phone {'x' * 90}.csv"
    path.write_text(DEALS + f"{'W' * 300},{'W' * 299},,,,,,\n", encoding="utf-8")
    for page in watched(browser, own_url, 390, scheme):
        opened(page, "/imports")
        hand_over(page, path)
        press(page, "Look first")
        expect(page.get_by_text("What would be loaded")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator("img[src=x]").count() == 0
        assert faults(page) == []
        opened(page, "/duplicates")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert faults(page) == []


def test_a_read_only_app_offers_no_upload(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with EmbeddedStore(folder) as store:
        store.upsert(
            Batch((Entity("oak", "Oak Labs", "company"), Entity("oak-inc", "Oak Labs Inc.", "company")))
        )
    with serving(folder, INTERLOCK_READ_ONLY="1") as url:
        for page in watched(browser, url, 1440, "light"):
            opened(page, "/imports")
            expect(page.get_by_text("This app is read-only.")).to_be_visible()
            assert page.locator("input[type=file]").count() == 0
            opened(page, "/duplicates")
            expect(page.get_by_text("Are these one?")).to_be_visible()
            assert page.get_by_role("button", name=re.compile("Same|Different")).count() == 0


def test_a_load_is_stopped_and_nothing_was_loaded(own_page: Page, own_store: Path, tmp_path: Path) -> None:
    data = Path(__file__).parents[2] / "data"
    heads = {
        name: (data / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        for name in ("entities", "relationships", "sources")
    }
    for name, head in heads.items():
        (tmp_path / f"{name}.csv").write_text(head + "\n", encoding="utf-8")
    columns = heads["entities"].split(",")
    with (tmp_path / "entities.csv").open("a", encoding="utf-8") as file:
        for number in range(80_000):
            row = {"id": f"stopped-{number}", "name": f"Stopped {number}", "kind": "company"}
            file.write(",".join(row.get(column, "") for column in columns) + "\n")
    page = own_page
    opened(page, "/imports")
    hand_over(page, *(tmp_path / f"{name}.csv" for name in heads))
    page.get_by_role("button", name="Look first").click()
    load = page.get_by_role("button", name="Load 80,000 records")
    expect(load).to_be_visible(timeout=120_000)
    settled(page)
    load.click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped. Nothing was loaded; the files are still here.")).to_be_visible(
        timeout=120_000
    )
    settled(page)
    expect(load).to_be_visible()
    opened(page, "/")
    page.get_by_label("Search", exact=True).fill("stopped 7")
    expect(page.get_by_text("Nothing is called like that")).to_be_visible()
