"""Queries, console and data page in a real browser: run, tick a row, ask on, download, share, save nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.contract.endless import ENDLESS

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
QUERY = (
    "MATCH (a:Entity {id: $id})-[r:SUPPLIES]->(b:Entity)\nRETURN b.id AS customer_id, r ORDER BY r.id LIMIT 5"
)


def settled(page: Page) -> None:
    """The script behind the page has finished."""
    page.wait_for_timeout(300)
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(300)


def tick_first_row(page: Page) -> None:
    """Tick the box left of the first row of the first table; the table is drawn on a canvas."""
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    settled(page)
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 15, box["y"] + 53)


def content_of(page: Page, label: str) -> bytes:
    """What a download button gives."""
    with page.expect_download() as caught:
        page.get_by_role("button", name=label, exact=True).click()
    return Path(caught.value.path()).read_bytes()


def run_console(page: Page, text: str, parameters: str = "") -> None:
    page.get_by_role("textbox", name="Cypher").fill(text)
    page.get_by_role("textbox", name="Parameters (JSON)").fill(parameters)
    page.get_by_role("textbox", name="Parameters (JSON)").press("Control+Enter")


def test_a_card_a_form_a_row_and_the_next_question(page: Page) -> None:
    page.goto("/queries")
    page.get_by_label("Search questions").fill("customers share")
    expect(page.get_by_text(re.compile(r"^\d of \d+ questions"))).to_be_visible()
    page.get_by_role("link", name=re.compile("Who are the customers of this company")).first.click()
    expect(page).to_have_url(re.compile("id=customers-of"))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("24 rows in")).to_be_visible()
    expect(page).to_have_url(re.compile("company=cerebras"))
    tick_first_row(page)
    expect(page.get_by_role("link", name="G42 · Company")).to_be_visible()
    page.get_by_text(re.compile("Ask about G42")).click()
    page.get_by_role("link", name=re.compile("Who are the customers of this company")).first.click()
    expect(page).to_have_url(re.compile("company=g42"))
    expect(page.get_by_text(re.compile(r"^\d+ rows?"))).to_be_visible()
    page.go_back()
    expect(page.get_by_text("24 rows in")).to_be_visible()


def test_an_answer_as_files_link_and_console_text(page: Page) -> None:
    page.goto("/queries?id=customers-of&company=cerebras&run=1")
    expect(page.get_by_text("24 rows in")).to_be_visible()
    rows = list(csv.DictReader(io.StringIO(content_of(page, "CSV").decode())))
    assert (len(rows), rows[0]["customer_id"]) == (24, "g42")
    assert len(json.loads(content_of(page, "JSON"))) == 24
    assert content_of(page, "Parquet")[:4] == b"PAR1"
    page.get_by_text("Link, Cypher, Python").click()
    shared = page.get_by_test_id("stCode").filter(has_text="company=cerebras").first.inner_text().strip()
    assert shared.startswith("http://127.0.0.1")
    page.get_by_role("tab", name="Cypher").click()
    settled(page)
    page.get_by_role("link", name="Open in console").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Console")
    expect(page.get_by_role("textbox", name="Cypher")).to_have_value(re.compile("MATCH"))
    expect(page.get_by_role("textbox", name="Parameters (JSON)")).to_have_value(re.compile("cerebras"))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("24 rows in")).to_be_visible()
    page.goto(shared)
    expect(page.get_by_text("24 rows in")).to_be_visible()


def test_the_console_runs_by_keyboard_points_at_faults_and_only_reads(page: Page) -> None:
    page.goto("/console")
    settled(page)
    run_console(page, QUERY, '{"id": "cerebras"}')
    expect(page.get_by_text("5 rows in")).to_be_visible()
    expect(page.get_by_role("heading", name="Drawing")).to_be_visible()
    expect(page).to_have_url(re.compile("q=MATCH"))
    run_console(page, "MATCH (n:Entity)\nRETRN n")
    expect(page.get_by_text("Syntax error at line")).to_be_visible()
    expect(page.get_by_test_id("stCode").filter(has_text="^")).to_be_visible()
    run_console(page, "MATCH (n) DETACH DELETE n")
    expect(page.get_by_text("This console only reads; use Import.")).to_be_visible()
    page.get_by_text("History of this session (3)").click()
    page.get_by_role("button", name="Run again").last.click()
    expect(page.get_by_text("5 rows in").first).to_be_visible()
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data")
    page.get_by_role("link", name="Console", exact=True).click()
    expect(page.get_by_role("textbox", name="Cypher")).to_have_value(QUERY)


def test_the_data_page_gives_template_and_exports(page: Page) -> None:
    page.goto("/data?part=bring")
    with zipfile.ZipFile(io.BytesIO(content_of(page, "Empty template (zip)"))) as archive:
        assert archive.namelist() == ["entities.csv", "relationships.csv", "sources.csv"]
    page.get_by_role("radio", name="Take away").click()
    expect(page).to_have_url(re.compile("part=take"))
    assert b"<graphml" in content_of(page, "interlock.graphml")[:400]
    page.get_by_role("radio", name="Sources").click()
    expect(page.get_by_text("419 of 419 sources")).to_be_visible()
    tick_first_row(page)
    expect(page.get_by_text(re.compile("ties rest on it"))).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/queries?id=customers-of&company=cerebras&run=1",
        "/console",
        "/data",
        "/data?part=coverage",
        "/data?part=bring",
    ],
)
def test_a_phone_shows_no_sideways_scroll(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_query_without_end_is_stopped_and_the_page_goes_on(page: Page) -> None:
    page.goto("/console")
    page.get_by_role("spinbutton", name="Time limit (s)").fill("30")
    run_console(page, ENDLESS["Cartesian product"])
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("The query was stopped.")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    run_console(page, "RETURN 41 + 1 AS answer")
    expect(page.get_by_text("1 row in")).to_be_visible()
