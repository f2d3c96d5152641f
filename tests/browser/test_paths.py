"""Influence paths and ownership in a real browser: ask with several ends, share, point out, block, on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


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


def test_several_ends_are_asked_pointed_out_and_shared(page: Page) -> None:
    page.goto("/paths?from=openai&to=g42&k=5")
    expect(page.get_by_text("5 paths")).to_be_visible(timeout=30_000)
    page.get_by_role("combobox", name="From").fill("Microsoft")
    page.get_by_role("option", name=re.compile("^Microsoft")).first.click()
    expect(page.get_by_text("Microsoft → G42", exact=False).first).to_be_visible()
    settled(page)
    assert "from=openai%2Cmicrosoft" in page.url
    page.get_by_role("radio", name="Strongest").click()
    expect(page.get_by_text("The strength of a path is the product of its steps")).to_be_visible()
    page.get_by_role("radio", name="3", exact=True).click()
    settled(page)
    assert "by=strength" in page.url
    assert "path=3" in page.url
    expect(page.locator("[data-testid=stEChartsChart]").first).to_be_visible()
    expect(page.get_by_text("nobody in between can block it").first).to_be_visible()
    page.get_by_text("Any length").click()
    expect(page.get_by_text(re.compile(r"together can block every other path\."))).to_be_visible()
    page.reload()
    expect(page.get_by_role("radio", name="3", exact=True)).to_be_checked()
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert sideways(page) == 0


def test_no_path_leads_on_and_back_returns(page: Page) -> None:
    page.goto("/paths?from=openai&to=cerebras&as_of=2017-09")
    expect(page.get_by_text("No path of up to 4 steps among")).to_be_visible()
    page.get_by_role("link", name="Count plans and allegations too").click()
    expect(page.get_by_text("2 paths")).to_be_visible()
    settled(page)
    assert "all=1" in page.url
    page.go_back()
    expect(page.get_by_text("No path of up to 4 steps among")).to_be_visible()


def test_ownership_parts_and_a_phone(page: Page) -> None:
    page.goto("/ownership")
    page.get_by_role("link", name="OpenAI").first.click()
    expect(page.get_by_text("Microsoft holds 27 % of OpenAI").first).to_be_visible()
    settled(page)
    assert "id=openai" in page.url
    expect(page.locator("[data-testid=stEChartsChart]").first).to_be_visible()
    page.get_by_role("radio", name="Control").click()
    expect(page.get_by_text("Nobody is known to control OpenAI").first).to_be_visible()
    settled(page)
    assert "part=control" in page.url
    page.get_by_role("radio", name="Beneficial owners").click()
    expect(page.get_by_text(re.compile("25 % of OpenAI")).first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert sideways(page) == 0
