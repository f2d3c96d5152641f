"""A newcomer's walk in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def settled(page: Page) -> None:
    """The script behind the page has finished; keys pressed while it runs reach buttons about to be replaced."""
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(1_000)


def test_home_search_entity_path_source(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who can influence whom?")
    page.get_by_label("Search", exact=True).fill("cerebas")
    expect(page.get_by_text("spelling 1 letter off").first).to_be_visible()
    page.get_by_role("link", name="Cerebras Systems").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cerebras Systems")
    expect(page).to_have_url(re.compile(r"/entity\?id=cerebras"))
    expect(page.get_by_text("Largest disclosed customer share")).to_be_visible()
    page.get_by_role("link", name="Path to here").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Influence paths")
    page.get_by_role("combobox", name="From").fill("OpenAI")
    page.get_by_role("option", name=re.compile(r"^OpenAI \(")).click()
    page.get_by_role("textbox", name="As of").fill("2017-09")
    page.get_by_role("textbox", name="As of").press("Enter")
    page.get_by_text("Plans and allegations too").click()
    expect(page.get_by_text("OpenAI weighed buying Cerebras Systems (2017, abandoned)").first).to_be_visible()
    expect(page.get_by_text("OpenAI → Elon Musk → Tesla → Cerebras Systems")).to_be_visible()
    source = page.get_by_role("link", name=re.compile("DatacenterDynamics")).first
    assert re.match(r"https?://", source.get_attribute("href") or "")
    for part in ("from=openai", "to=cerebras", "as_of=2017-09", "all=1"):
        expect(page).to_have_url(re.compile(part))


def test_a_deep_link_opens_what_was_shared(page: Page) -> None:
    page.goto("/paths?from=openai&to=cerebras&as_of=2017-09&all=1")
    expect(page.get_by_text("2 paths")).to_be_visible()
    page.goto("/queries?id=customers-of&company=cerebras&run=1")
    expect(page.get_by_text("24 rows")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("2 paths")).to_be_visible()


def test_a_click_on_the_drawing_reaches_python(page: Page) -> None:
    page.goto("/?step=4")
    canvas = page.locator("[data-testid=stEchartsChart] canvas, .stEchartsChart canvas, canvas").first
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    box = canvas.bounding_box()
    assert box
    hint = page.get_by_text("Click an entity or a line")
    expect(hint).to_be_visible()
    # Entities stand somewhere on the canvas: sweep it until a click selects one.
    for row in range(2, 30):
        for column in range(1, 30):
            page.mouse.click(box["x"] + box["width"] * column / 30, box["y"] + box["height"] * row / 30)
            if page.evaluate("document.body.style.cursor") == "pointer":
                break
        page.wait_for_timeout(150)
        if not hint.is_visible():
            break
    expect(hint).to_be_hidden()


@pytest.mark.parametrize(
    "path", ["/", "/entity?id=openai", "/paths?from=openai&to=cerebras", "/queries", "/sources"]
)
def test_a_phone_shows_no_sideways_scroll(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    page.wait_for_timeout(1_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_story_by_keyboard(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_text("Step 1 of 5")).to_be_visible()
    settled(page)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Step 2 of 5")).to_be_visible()
    settled(page)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("Step 1 of 5")).to_be_visible()
