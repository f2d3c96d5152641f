"""Who may change something: hidden buttons are no guard, so every function behind one refuses by itself."""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from graph.errors import EditRefused
from graph.imports import import_notes
from graph.model import Batch, Entity
from graph.queries import catalogue
from graph.resolution.review import decisions, merges
from graph.store.base import Begun
from graph.store.embedded import EmbeddedStore
from tests.app.opening import ROOT, again, app_on, opened, said
from widgets import access, data, duplicate_pair, import_list, save_query, store_pages
from widgets.access import can_edit, must_edit, who, why_not

PAIR = Batch(
    (Entity("acme", "Acme Robotics", "company"), Entity("acme-gmbh", "Acme Robotics GmbH", "company"))
)
ROWS = b"id,name,kind\nalpha,Alpha,company\n"
# A page is run anew each time and takes the function from widgets.access; these took it when they were imported.
SHOWING = (access, duplicate_pair, import_list, save_query, store_pages)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    with app_on(embedded_store, monkeypatch):
        yield embedded_store


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on the app is read-only, and its pages show every button as if it were not."""

    def now() -> None:
        monkeypatch.setenv("INTERLOCK_READ_ONLY", "1")
        for module in SHOWING:
            monkeypatch.setattr(module, "can_edit", lambda: True)

    return now


def held(store: EmbeddedStore) -> Any:
    """All that a writing call would change."""
    return store.data_version(), store.log(), store.begun()


def refused(test: AppTest, store: EmbeddedStore, before: Any) -> None:
    again(test)
    assert "This app is read-only. Nothing was changed." in said(test)
    assert "mistake" not in said(test)
    assert held(store) == before


class TestHiddenButtonsAreNoGuard:
    @pytest.mark.parametrize("key", ["duplicates-left", "duplicates-right", "duplicates-different", "duplicates-skip"])  # fmt: skip
    def test_deciding_a_pair(self, store: EmbeddedStore, careless: Callable[[], None], key: str) -> None:
        store.upsert(PAIR)
        before = held(store)
        careless()
        test = opened("duplicates")
        test.button(key=key).click()
        refused(test, store, before)
        assert not merges(store)
        assert not decisions(store)

    def test_taking_a_merge_apart(self, store: EmbeddedStore, careless: Callable[[], None]) -> None:
        store.upsert(PAIR)
        test = opened("duplicates")
        test.button(key="duplicates-left").click()
        again(test)
        before = held(store)
        careless()
        test = opened("duplicates", part="merged")
        test.button(key=f"duplicates-undo-{merges(store)[0].id}").click()
        refused(test, store, before)
        assert merges(store)[0].state == "merged"

    def test_deciding_again(self, store: EmbeddedStore, careless: Callable[[], None]) -> None:
        store.upsert(PAIR)
        test = opened("duplicates")
        test.button(key="duplicates-different").click()
        again(test)
        before = held(store)
        careless()
        test = opened("duplicates", part="decided")
        test.button(key="duplicates-reopen").click()
        refused(test, store, before)

    def test_loading_files(self, store: EmbeddedStore, careless: Callable[[], None]) -> None:
        test = opened("imports")
        test.file_uploader[0].set_value([("entities.csv", ROWS, "text/csv")])
        again(test)
        test.button(key="import-dry").click()
        again(test)
        assert "import-load" in [button.key for button in test.button]
        before = held(store)
        careless()
        test.button(key="import-load").click()
        refused(test, store, before)
        assert not import_notes(store)

    def test_handing_files_over(self, store: EmbeddedStore, careless: Callable[[], None]) -> None:
        careless()
        test = opened("imports")
        test.file_uploader[0].set_value([("entities.csv", ROWS, "text/csv")])
        again(test)
        assert "Nothing was changed" in said(test)
        assert "import-kept" not in test.session_state

    def test_undoing_an_import(self, store: EmbeddedStore, careless: Callable[[], None]) -> None:
        test = opened("imports")
        test.file_uploader[0].set_value([("entities.csv", ROWS, "text/csv")])
        for key in ("import-dry", "import-load"):
            again(test).button(key=key).click()
        again(test)
        assert [note.state for note in import_notes(store)] == ["written"]
        before = held(store)
        careless()
        test = opened("imports", part="list")
        test.button(key="import-undo").click()
        refused(test, store, before)
        assert [note.state for note in import_notes(store)] == ["written"]

    def test_loading_the_bundled_data(self, store: EmbeddedStore, careless: Callable[[], None]) -> None:
        before = held(store)
        careless()
        test = opened("home")
        test.button(key="store-load").click()
        refused(test, store, before)

    def test_saving_a_query(
        self, store: EmbeddedStore, careless: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:  # fmt: skip
        folder = tmp_path / "cypher"
        (folder / "supply").mkdir(parents=True)
        kept = Path(catalogue.QUERY_FOLDER) / "supply" / "customers-of.cypher"
        (folder / "supply" / kept.name).write_bytes(kept.read_bytes())
        monkeypatch.setattr(catalogue, "QUERY_FOLDER", folder)
        store.upsert(PAIR)
        careless()
        test = opened("console")
        test.text_area(key="console-text").set_value("MATCH (n:Entity) RETURN n.id AS id ORDER BY id LIMIT 5")
        test.button(key="console-run").click()
        again(test)
        test.text_input(key="save-id").set_value("some")
        test.text_input(key="save-title").set_value("Some?")
        again(test)
        test.button(key="save-write").click()
        again(test)
        assert "Nothing was changed" in said(test)
        assert [path.stem for path in folder.rglob("*.cypher")] == ["customers-of"]

    def test_a_note_of_an_interrupted_import_is_left_for_an_editor(
        self, store: EmbeddedStore, careless: Callable[[], None]
    ) -> None:
        store.upsert(PAIR)
        store.begin(Begun("imp-1", "deals.csv", "2026-01-01T00:00:00Z", "elsewhere", 1))
        before = held(store)
        careless()
        opened("home")
        assert held(store) == before


def test_pages_get_a_store_that_nobody_can_write_through(store: EmbeddedStore) -> None:
    """So a new page that forgets to ask fails on its first try, for editors too."""
    assert can_edit()
    before = held(store)
    with pytest.raises(EditRefused):
        data.the_store().upsert(PAIR)
    assert held(store) == before
    data.store_to_change().upsert(PAIR)
    assert store.counts().entities == 2


def test_the_way_to_the_whole_store_asks_first(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLOCK_READ_ONLY", "1")
    for ask in (data.store_to_change, must_edit):
        with pytest.raises(EditRefused, match="read-only") as refusal:
            ask()
        assert "command line" in refusal.value.hint
    assert why_not() == "This app is read-only."
    assert who() is None


# What pages may call to open a store or to write a file, where, and why that is safe.
OPENS = {"open_store", "opened"}
WRITES = {
    "write_text",
    "write_bytes",
    "save_draft",
    "replacing",
    "mkdir",
    "mkdtemp",
    "rename",
    "unlink",
    "touch",
    "rmtree",
}
ALLOWED = {
    ("widgets/data.py", "opened"): "the one place that opens the store",
    ("widgets/data.py", "the_store"): "gives its reading half",
    ("widgets/save_query.py", "_buttons"): "must_edit",
    ("widgets/import_files.py", "_keep"): "must_edit",
    ("widgets/import_files.py", "with_mapping"): "into the folder of the session, made by _keep",
    ("widgets/session_folder.py", "__init__"): "a temporary folder, made by _keep",
    ("widgets/session_folder.py", "clear_left"): "removes temporary folders of apps that are gone",
}  # fmt: skip


def places() -> dict[tuple[str, str], ast.AST]:
    """Every function of the app that opens a store or writes a file, by module and name."""
    found: dict[tuple[str, str], ast.AST] = {}
    for path in (
        ROOT / "app.py",
        *sorted((ROOT / "views").glob("*.py")),
        *sorted((ROOT / "widgets").glob("*.py")),
    ):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [
            each for each in ast.walk(tree) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))
        ]
        inside = {id(node) for each in functions for node in ast.walk(each)}
        for holder in (*functions, tree):
            for node in ast.walk(holder):
                if holder is tree and id(node) in inside:
                    continue
                if _called(node) in OPENS | WRITES:
                    name = getattr(holder, "name", "<module>")
                    found[str(path.relative_to(ROOT)), name] = holder
    return found


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name):
        # open() for writing
        writes = len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and node.args[1].value != "r"
        return "write_text" if node.func.id == "open" and writes else node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def test_no_page_opens_the_store_or_writes_a_file_but_where_it_is_known_to_be_safe() -> None:
    found = places()
    assert set(found) == set(ALLOWED)
    for place, why in ALLOWED.items():
        if why == "must_edit":
            calls = [_called(node) for node in ast.walk(found[place])]
            assert "must_edit" in calls, place
