"""Circles and boards in a real browser: choose a circle, share it, go to a phone, read who is shared."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


def settled(page: Page) -> None:
    """The script behind the page has finished."""
    page.wait_for_timeout(400)
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(400)


def sideways(page: Page) -> int:
    """By how many pixels the page could be scrolled to the right."""
    return page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
    )


def test_a_circle_is_chosen_drawn_and_shared(page: Page) -> None:
    page.goto("/loops?with=nvidia&max=3")
    expect(page.get_by_text(re.compile(r"^\d+ money circles up to length 3 through NVIDIA"))).to_be_visible()
    settled(page)
    page.get_by_text("NVIDIA → OpenAI → Oracle → NVIDIA").first.click()
    expect(page.get_by_role("heading", level=5)).to_have_text("NVIDIA → OpenAI → Oracle → NVIDIA")
    settled(page)
    assert "loop=nvidia%2Copenai%2Coracle" in page.url
    expect(page.locator("[data-testid=stEChartsChart]").first).to_be_visible()
    expect(page.get_by_text("OpenAI buys from Oracle").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=5)).to_have_text("NVIDIA → OpenAI → Oracle → NVIDIA")
    page.get_by_test_id("stMain").get_by_text("Ownership", exact=True).click()
    expect(page.get_by_text("No ownership circle up to length 3 through NVIDIA").first).to_be_visible()
    settled(page)
    assert "kind=ownership" in page.url
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert sideways(page) == 0


def test_boards_and_conflicts_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/boards?company=openai")
    expect(page.get_by_text(re.compile("Elon Musk sat on the board of OpenAI")).first).to_be_visible()
    assert sideways(page) == 0
    page.get_by_role("radio", name="Possible conflicts").click()
    expect(page.get_by_text("not an accusation").first).to_be_visible()
    page.get_by_text("Sam Altman: OpenAI and Reddit", exact=True).first.click()
    expect(page.get_by_role("heading", level=5)).to_have_text("Sam Altman: OpenAI and Reddit")
    settled(page)
    assert "pick=both-sides%2Csam-altman%2Copenai%2Creddit" in page.url
    assert sideways(page) == 0
