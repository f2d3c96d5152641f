"""Centrality in a real browser: a bar leads on, a community is chosen and shared, the years fit a phone."""

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


def test_a_bar_leads_to_whom_it_stands_between(page: Page) -> None:
    page.goto("/centrality?measure=betweenness")
    expect(page.get_by_text(re.compile(r"OpenAI: betweenness 0\.3744"))).to_be_visible()
    chart = page.locator("[data-testid=stEChartsChart]").first
    chart.scroll_into_view_if_needed()
    settled(page)
    box = chart.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + 52)  # the first bar
    expect(page.get_by_role("link", name="OpenAI · Company")).to_be_visible()
    page.get_by_role("link", name="Between whom it stands").click()
    expect(page.get_by_text(re.compile(r"OpenAI: 97% of its 2,926 pairs of neighbours"))).to_be_visible()
    settled(page)
    assert "part=brokers" in page.url
    assert "entity=openai" in page.url


def test_a_community_is_chosen_and_shared(page: Page) -> None:
    page.goto("/centrality?part=communities")
    page.get_by_text(re.compile(r"^2\. Cerebras Systems, AMD and")).first.click()
    expect(page.get_by_role("heading", level=5)).to_have_text(re.compile("^Cerebras Systems, AMD and"))
    settled(page)
    assert "of=cerebras" in page.url
    page.reload()
    expect(page.get_by_role("heading", level=5)).to_have_text(re.compile("^Cerebras Systems, AMD and"))
    expect(page.locator("[data-testid=stEChartsChart]").first).to_be_visible()


def test_the_years_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/centrality?part=years&measure=pagerank&as_of=2024")
    expect(page.get_by_text(re.compile("more are left out of a year"))).to_be_visible()
    assert sideways(page) == 0
    page.get_by_text("Ranking", exact=True).click()
    expect(page.get_by_text(re.compile("1. OpenAI: PageRank"))).to_be_visible()
    settled(page)
    assert "part=" not in page.url
    assert "as_of=2024" in page.url
    assert sideways(page) == 0
