"""Files made of hostile names, opened in a real browser from the disk: nothing runs, nothing is made of them."""

from __future__ import annotations

import io
from collections.abc import Generator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser

from graph.dossier import dossier
from graph.exporter import FORMATS, export_store
from graph.exports.brief import entity_brief
from graph.ontology import ontology
from graph.pictures.files import part_graphml, ties_csv
from graph.pictures.html import picture_html
from graph.pictures.picture import picture
from graph.pictures.svg import picture_svg
from graph.projection import Filters, graph_of
from graph.store.embedded import EmbeddedStore
from tests.browser.conftest import Watch
from tests.hostile import FOUND, PAYLOADS, hostile_graph


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Generator[EmbeddedStore]:
    with EmbeddedStore(tmp_path_factory.mktemp("hostile") / "store") as store:
        store.upsert(hostile_graph())
        yield store


def opened(browser: Browser, *paths: Path) -> dict[str, dict[str, list[str]]]:
    """What files, opened from the disk, made of payloads, asked of the network or showed as a dialog, by name."""
    context = browser.new_context()
    watched = []
    for path in paths:
        page = context.new_page()
        watched.append((path.name, page, Watch(page)))
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.goto(path.as_uri())
    page.wait_for_timeout(1_500)
    told = {}
    for name, page, watch in watched:
        found = {sort: things for sort, things in page.evaluate(FOUND).items() if things}
        found |= {"away": away} if (away := sorted(watch.hosts - {""})) else {}
        found |= {"problems": watch.problems} if watch.problems else {}
        told |= {name: found} if found else {}
    context.close()
    return told


def drawn() -> tuple:
    batch = hostile_graph()
    graph = graph_of(batch.entities, batch.ties, Filters.all_statuses())
    return picture(graph, focus=["hub"]), graph


@pytest.mark.parametrize("format_id", ["html", "json", "cypher", "graphml", "gexf"])
def test_an_export_of_everything_makes_nothing(
    browser: Browser, store: EmbeddedStore, tmp_path: Path, format_id: str
) -> None:
    path = tmp_path / f"all{FORMATS[format_id].suffixes[0]}"
    export_store(store, path)
    if format_id in ("graphml", "gexf"):
        tags = {each.tag.rpartition("}")[2] for each in ElementTree.parse(path).iter()}
        assert not tags & {"script", "img", "svg", "iframe", "a", "stylesheet"}
    shown = path if format_id == "html" else path.with_suffix(".txt")
    path.rename(shown)
    assert opened(browser, shown) == {}


@pytest.mark.parametrize("ending", ["svg", "html", "graphml", "csv"])
def test_a_drawing_makes_nothing(browser: Browser, tmp_path: Path, ending: str) -> None:
    made, graph = drawn()
    title = f"Around {PAYLOADS['end of title']} {PAYLOADS['end of svg']}"
    content = {
        "svg": lambda: picture_svg(made, title), "html": lambda: picture_html(made, title),
        "graphml": lambda: part_graphml(made, graph), "csv": lambda: ties_csv(made),
    }[ending]()  # fmt: skip
    path = tmp_path / (f"drawing.{ending}" if ending in ("svg", "html") else "drawing.txt")
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    if ending in ("svg", "graphml"):
        ElementTree.parse(io.BytesIO(path.read_bytes()))
    assert opened(browser, path) == {}


@pytest.mark.parametrize("flavour", ["commonmark", "gfm-like"])
def test_a_brief_makes_nothing_where_html_is_let_through(
    browser: Browser, store: EmbeddedStore, tmp_path: Path, flavour: str
) -> None:
    """Rendered by the most generous reader there is: raw HTML on, tables on, no cleaning afterwards."""
    reader = MarkdownIt("commonmark", {"html": True})
    if flavour == "gfm-like":
        reader.enable(["table", "strikethrough"])
    paths = []
    for key in ("hub", *(f"e{number:02}" for number in range(len(PAYLOADS)))):
        found = dossier(store, key, statuses=tuple(ontology().statuses))
        text = entity_brief(found, as_of=None, data_version="1")
        path = tmp_path / f"{key}.html"
        page = f"<!doctype html><meta charset=utf-8><body>{reader.render(text)}"
        path.write_text(page, encoding="utf-8", errors="replace")
        paths.append(path)
    assert opened(browser, *paths) == {}


def test_the_questions_find_what_a_careless_page_makes(browser: Browser, tmp_path: Path) -> None:
    """Or all of the above would prove nothing; on a page behind others too."""
    text = "\n\n".join(value for name, value in PAYLOADS.items() if name not in ("style", "meta", "base"))
    paths = [tmp_path / f"careless{number}.html" for number in range(3)]
    for path in paths:
        path.write_text(
            f"<!doctype html><meta charset=utf-8><body>{MarkdownIt('commonmark').render(PAYLOADS['link away'])}"
            "<h1>xss-heading</h1><span>xss-red</span><i data-testid=stIconMaterial>skull</i>"
            f"<a href=javascript:alert(1)>x</a>{text}",
            encoding="utf-8", errors="replace",
        )  # fmt: skip
    found = opened(browser, *paths)
    assert {*found} == {path.name for path in paths}
    for things in found.values():
        assert {"ran", "marked", "addresses", "links", "marks", "coloured", "icons", "away", "problems"} <= {
            *things
        }
