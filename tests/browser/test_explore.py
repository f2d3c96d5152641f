"""The canvas in a real browser: real clicks, the back button, a reload, a shared link, keys, years, files."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# The drawing is a canvas: where its nodes and lines are is asked of the chart itself.
WHERE = """() => {
  const box = document.querySelector('[data-testid=stEChartsChart]');
  const key = Object.keys(box).find(name => name.startsWith('__reactFiber$'));
  for (let fiber = box[key]; fiber; fiber = fiber.return)
    for (let hook = fiber.memoizedState; hook && typeof hook === 'object'; hook = hook.next) {
      const chart = hook.memoizedState;
      if (!chart || typeof chart.convertToPixel !== 'function') continue;
      const series = chart.getModel().getSeriesByIndex(0), found = {};
      const nodes = series.getData(), lines = series.getEdgeData(), frame = box.getBoundingClientRect();
      const onPage = point => {
        const [x, y] = chart.convertToPixel({seriesIndex: 0}, point);
        return [x + frame.x, y + frame.y];
      };
      for (let i = 0; i < nodes.count(); i++) found[nodes.getName(i)] = onPage(nodes.getItemLayout(i));
      for (let i = 0; i < lines.count(); i++) {
        const [a, b, c] = lines.getItemLayout(i), bend = c || [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
        found[lines.getName(i)] = onPage([0, 1].map(k => 0.25 * a[k] + 0.5 * bend[k] + 0.25 * b[k]));
      }
      return found;
    }
  return null;
}"""


def settled(page: Page) -> None:
    """The script behind the page has finished, and the drawing is painted."""
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(700)
    page.wait_for_selector("[data-test-script-state=notRunning]")


def opened(page: Page, path: str, text: str) -> None:
    """Open a page and wait for a text; the very first page opens the store as well."""
    page.goto(path)
    expect(page.get_by_text(text).first).to_be_visible(timeout=30_000)
    settled(page)


def click(page: Page, name: str) -> None:
    """Click the node with this name, or the line whose text starts like this."""
    page.locator("[data-testid=stEChartsChart] canvas").first.scroll_into_view_if_needed()
    settled(page)
    found: dict[str, Any] = page.evaluate(WHERE)
    x, y = next(place for text, place in found.items() if text == name or text.startswith(f"{name} "))
    page.mouse.click(x, y)
    settled(page)


def panel(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=4)).to_have_text(name)


def test_click_expand_back_forward_reload(page: Page) -> None:
    opened(page, "/explore?ids=openai,microsoft,softbank", "3 of 3 entities")
    click(page, "OpenAI")
    panel(page, "OpenAI")
    click(page, "SoftBank Group")
    panel(page, "SoftBank Group")
    expect(page.get_by_role("link", name="Paths from OpenAI to SoftBank Group")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Expand")).click()
    page.get_by_role("button", name=re.compile(r"^All \(")).click()
    expect(page.get_by_text("3 of 3 entities")).to_have_count(0)
    settled(page)
    grown = page.url
    assert "masayoshi-son" in grown
    panel(page, "SoftBank Group")
    page.go_back()
    expect(page.get_by_text("3 of 3 entities").first).to_be_visible()
    assert unquote(page.url).endswith("ids=openai,microsoft,softbank")
    page.go_forward()
    expect(page.get_by_text("3 of 3 entities")).to_have_count(0)
    settled(page)
    assert page.url == grown
    page.reload()
    expect(page.get_by_text(re.compile(r"^\d+ of \d+ entities")).first).to_be_visible()
    assert page.url == grown


def test_a_click_on_a_line_shows_its_statements_and_a_second_one_takes_it_back(page: Page) -> None:
    opened(page, "/explore?ids=openai,microsoft", "2 of 2 entities")
    click(page, "Microsoft")
    panel(page, "Microsoft")
    click(page, "Microsoft invested in OpenAI")
    expect(page.get_by_text("statements behind this line")).to_be_visible()
    expect(page.get_by_role("heading", level=4)).to_have_count(0)
    assert page.get_by_role("link", name=re.compile(", 20")).count() > 3
    click(page, "Microsoft invested in OpenAI")
    expect(page.get_by_text("Click an entity or a line")).to_be_visible()


def test_keys_undo_and_redo(page: Page) -> None:
    opened(page, "/explore?ids=openai,microsoft", "2 of 2 entities")
    click(page, "Microsoft")
    page.get_by_role("button", name=re.compile("^Remove")).click()
    expect(page.get_by_text("1 of 1 entity").first).to_be_visible()
    settled(page)
    page.keyboard.press("Control+z")
    expect(page.get_by_text("2 of 2 entities").first).to_be_visible()
    settled(page)
    page.keyboard.press("Control+y")
    expect(page.get_by_text("1 of 1 entity").first).to_be_visible()


def test_a_shared_link_opens_the_same_canvas(page: Page) -> None:
    opened(page, "/explore?id=cerebras", "26 of 26 entities")
    page.get_by_role("button", name="Copy link").click()
    link = page.locator("[data-testid=stCode]").inner_text().strip()
    assert link.startswith(page.url.split("?")[0])
    opened(page, link, "26 of 26 entities")
    expect(page.get_by_text("Neighbours:")).to_have_count(0)


def test_choosing_by_keyboard_and_starting_from_nothing(page: Page) -> None:
    opened(page, "/explore", "Nothing is on the canvas yet")
    page.get_by_role("combobox", name="Add an entity").fill("G42")
    page.get_by_role("option", name=re.compile("^G42")).first.click()
    panel(page, "G42")
    settled(page)
    page.get_by_role("combobox", name="Selected").fill("Cerebras Systems")
    page.keyboard.press("Enter")
    panel(page, "Cerebras Systems")
    expect(page.get_by_role("link", name=re.compile("Paths from G42"))).to_be_visible()


def test_the_years_run_until_stopped_and_leave_one_step_in_the_history(page: Page) -> None:
    opened(page, "/explore?ids=openai,elon-musk,sam-altman&as_of=2015", "as of 2015")
    settled(page)
    page.get_by_role("button", name=re.compile("^Play")).click()
    expect(page.get_by_text("as of 2017")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name=re.compile("^Play"))).to_be_visible()
    settled(page)
    year = re.search(r"as_of=(\d{4})", page.url)
    assert year
    assert int(year[1]) >= 2017
    page.go_back()
    expect(page.get_by_text("as of 2015")).to_be_visible()


def test_files_and_the_html_version_in_place(page: Page) -> None:
    opened(page, "/explore?ids=openai,microsoft", "2 of 2 entities")
    settled(page)
    page.get_by_role("button", name="Download", exact=True).click()
    for label, start in (
        ("SVG", b"<?xml"),
        ("PNG", b"\x89PNG"),
        ("GraphML", b"<?xml"),
        ("Ties as CSV", b"id,"),
    ):
        with page.expect_download() as waiting:
            page.get_by_test_id("stPopoverBody").get_by_role("button", name=label).click()
        assert waiting.value.path().read_bytes().startswith(start)
    page.keyboard.press("Escape")
    page.get_by_text("HTML version here").click()
    expect(page.frame_locator("iframe").locator("canvas").first).to_be_visible()


def test_a_phone_shows_the_canvas_without_sideways_scroll(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, "/explore?id=openai", "26 of 26 entities")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    click(page, "OpenAI")
    panel(page, "OpenAI")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
