"""The import page under AppTest: files, mapping by grid and by text, the look, the load, the way back."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from graph.imports import import_notes
from graph.model import Batch, Entity
from graph.store.embedded import EmbeddedStore
from tests.app.opening import HOSTILE, again, app_on, opened, said
from widgets import import_files, session_folder

FIXTURES = Path(__file__).parents[1] / "fixtures"
DEALS = (
    b"Investor,Company,Date,Amount,Currency,Stage,Lead partner,Read at\n"
    b'Quillon Ventures,Tamarack Robotics,2021-03-23,"1,500,000",USD,Seed,Ada Noor,https://example.org/a\n'
    b"Quillon Ventures,Osier Compute,2022-05-02,4000000,EUR,Series A,,https://example.org/b\n"
    b",Osier Compute,2023-01-01,10,USD,Seed,,\n"
)
DATA = b"x" * 10


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, embedded_store: EmbeddedStore) -> Generator[EmbeddedStore]:
    with app_on(embedded_store, monkeypatch):
        yield embedded_store


def handed(*files: tuple[str, bytes]) -> AppTest:
    """The page with these files handed over."""
    test = opened("imports")
    test.file_uploader[0].set_value([(name, content, "text/plain") for name, content in files])
    return again(test)


def fixture(path: str) -> tuple[str, bytes]:
    return Path(path).name, (FIXTURES / path).read_bytes()


def grid(test: AppTest) -> Any:
    return next(each for each in test.data_editor if "-words-" not in (each.key or ""))


def becomes(test: AppTest) -> dict[str, str]:
    """Column to field, as the grid shows it."""
    shown = grid(test).value
    return dict(zip(shown["column"], shown["becomes"], strict=True))


def choose(test: AppTest, column: str, field: str) -> AppTest:
    """Change what a column becomes, as a click in the grid does."""
    made = grid(test)
    row = list(made.value["column"]).index(column)
    test.session_state[made.key] = {
        "edited_rows": {row: {"becomes": field}}, "added_rows": [], "deleted_rows": [],
    }  # fmt: skip
    return again(test)


def table(test: AppTest, column: str) -> Any:
    """The table with this column."""
    return next(each.value for each in test.dataframe if column in each.value)


def preview(test: AppTest) -> list[str]:
    """What becomes of the first rows."""
    return list(table(test, "row")["becomes"])


def looked(test: AppTest) -> AppTest:
    test.button(key="import-dry").click()
    return again(test)


def loaded(test: AppTest) -> AppTest:
    looked(test)
    test.button(key="import-load").click()
    return again(test)


class TestTheTypicalPath:
    def test_a_table_is_mapped_looked_at_loaded_and_taken_back(self, store: EmbeddedStore) -> None:
        test = handed(("deals.csv", DEALS))
        assert becomes(test)["Investor"] == "ties.0.from.name"
        assert becomes(test)["Read at"] == "-"
        assert "2 columns not read: Lead partner, Read at" in said(test)
        assert preview(test)[0] == "Quillon Ventures invested in Tamarack Robotics (Seed, $1.5m, 2021-03-23)"
        assert preview(test)[2].startswith("rejected: ")
        choose(test, "Read at", "ties.0.source.url")
        assert becomes(test)["Read at"] == "ties.0.source.url"
        looked(test)
        assert [metric.value for metric in test.metric] == ["3", "2", "1", "0"]
        assert store.counts().entities == 0
        assert test.button(key="import-load").label == "Load 5 records"
        test.button(key="import-load").click()
        again(test)
        assert "Loaded deals.csv: 3 new entities, 2 new ties, 1 row rejected." in said(test)
        assert store.counts().ties == 2
        assert not test.file_uploader[0].value
        # The result stays while the page is drawn again.
        assert "Loaded deals.csv" in said(again(test))
        assert "https://example.org/a" in {source.url for source in store.sources()}
        assert {entity.origin.partition(" ")[2] for entity in store.entities() if entity.origin} == {
            "deals.csv:2", "deals.csv:3",
        }  # fmt: skip
        test.button(key="import-undo-last").click()
        again(test)
        assert "The import of deals.csv was undone: 7 records removed" in said(test)
        assert store.counts().entities == 0
        assert import_notes(store)[0].state == "undone"

    @pytest.mark.parametrize("name", ["typical.graphml", "typical.gexf", "typical.json", "typical.net"])
    def test_graph_files_need_no_mapping(self, store: EmbeddedStore, name: str) -> None:
        loaded(handed(fixture(f"graph_files/{name}")))
        assert store.counts().ties > 0

    def test_exports_of_registers_need_no_mapping(self, store: EmbeddedStore) -> None:
        test = handed(fixture("gleif/lei.csv"), fixture("gleif/20240502-rr.csv"))
        assert not test.data_editor
        assert "lei.csv, 20240502-rr.csv" in said(test)
        loaded(test)
        assert "Loaded lei.csv, 20240502-rr.csv" in said(test)
        assert store.counts().entities > 0
        test = handed(fixture("gleif/lei.csv"), fixture("gleif/20240502-rr.csv"))
        assert "in the store already" in said(looked(test))
        assert "import-load" not in [button.key for button in test.button]

    def test_files_of_several_formats_and_of_none(self, store: EmbeddedStore) -> None:
        test = handed(
            fixture("table/deals.csv"),
            fixture("graph_files/typical.graphml"),
            ("photo.jpg", b"\xff\xd8\xff\x00" * 20),
        )
        text = said(test)
        assert "GraphML" in text
        assert "Not read" in text
        assert "photo.jpg" in text
        assert becomes(test)["Investor"] == "ties.0.from.name"
        looked(test)
        both = [metric.value for metric in test.metric]
        toggle = next(each for each in test.toggle if "deals.csv as well" in each.label.replace("\\", ""))
        toggle.set_value(False)
        again(test)
        assert not test.data_editor
        assert "have changed since the last look" in said(test)
        looked(test)
        assert int(test.metric[0].value) < int(both[0])
        next(iter(test.toggle)).set_value(True)
        loaded(again(test))
        assert "Alder Works" in {entity.name for entity in store.entities()}

    def test_an_archive(self, store: EmbeddedStore, tmp_path: Path) -> None:
        import zipfile

        with zipfile.ZipFile(tmp_path / "bulk.zip", "w") as archive:
            for file in (FIXTURES / "crunchbase" / "bulk").iterdir():
                archive.write(file, file.name)
        test = handed(("bulk.zip", (tmp_path / "bulk.zip").read_bytes()))
        assert "bulk.zip/acquisitions.csv" in said(test)
        loaded(test)
        assert "Loaded bulk.zip" in said(test)
        assert store.counts().entities > 10

    def test_wrong_rows_of_our_own_tables_load_nothing(self, store: EmbeddedStore) -> None:
        names = ("entities", "relationships", "sources")
        test = looked(handed(*(fixture(f"triple/broken/{name}.csv") for name in names)))
        assert "loaded only when every row is right" in said(test)
        assert "import-load" not in [button.key for button in test.button]
        assert table(test, "next step")["in"][0] == "entities.csv:3"
        assert [each.label for each in test.get("download_button")] == ["Rejected rows (CSV)"]
        assert store.counts().entities == 0


class TestTheMapping:
    def test_choosing_what_another_column_has_exchanges_the_two(self, store: EmbeddedStore) -> None:
        test = choose(handed(("deals.csv", DEALS)), "Investor", "ties.0.to.name")
        assert becomes(test)["Company"] == "ties.0.from.name"
        assert preview(test)[0].startswith("Tamarack Robotics invested in Quillon Ventures")

    def test_an_end_keeps_its_name(self, store: EmbeddedStore) -> None:
        test = choose(handed(("deals.csv", DEALS)), "Investor", "-")
        assert "That was not changed" in said(test)
        assert becomes(test)["Investor"] == "ties.0.from.name"
        assert "That was not changed" not in said(again(test))

    def test_what_holds_for_all_rows(self, store: EmbeddedStore) -> None:
        test = handed(("deals.csv", DEALS))
        box = next(each for each in test.selectbox if each.label == "Type of tie")
        box.set_value("LENT_TO")
        assert preview(again(test))[0].startswith("Quillon Ventures lent to Tamarack Robotics")
        box = next(each for each in test.selectbox if each.label == "Amounts are in")
        box.set_value("1000")
        assert "$1.5bn" in preview(again(test))[0]

    def test_the_table_may_be_one_of_entries(self, store: EmbeddedStore) -> None:
        test = handed(("deals.csv", DEALS))
        box = next(each for each in test.selectbox if each.label == "Each row is")
        box.set_value(False)
        again(test)
        assert becomes(test)["Investor"] == "entity.name"
        assert preview(test)[0] == "Quillon Ventures, party"
        box = next(each for each in test.selectbox if each.label == "Each row is")
        box.set_value(True)
        assert "Tamarack Robotics" in preview(again(test))[0]

    def test_words_of_a_column_of_types(self, store: EmbeddedStore) -> None:
        text = b"Investor,Company,Type\nBirch,Alder Works,Seed\nBirch,Cedar,Quux\n"
        test = handed(("deals.csv", text))
        assert "What the words in “Type” mean: 1 unknown" in said(test)
        words = next(each for each in test.data_editor if "-words-" in (each.key or ""))
        test.session_state[words.key] = {
            "edited_rows": {1: {"means": "ACQUIRED"}}, "added_rows": [], "deleted_rows": [],
        }  # fmt: skip
        again(test)
        assert "unknown" not in said(test)
        assert preview(test)[1] == "Birch bought Cedar"

    def test_an_error_in_the_text_names_its_field(self, store: EmbeddedStore) -> None:
        test = handed(("deals.csv", DEALS))
        right = test.text_area[0].value
        test.text_area[0].set_value(right.replace("INVESTED_IN", "INVESTS"))
        again(test)
        message = test.error[0].value.replace("\\", "")
        assert "mapping.yaml: field 'tables.0.ties.0': type: 'INVESTS' is not known." in message
        assert 'Did you mean "INVESTED_IN"?' in message
        assert "Tuple" not in message
        assert "interlock-import-" not in message
        assert not test.data_editor
        assert "import-dry" not in [button.key for button in test.button]
        test.text_area[0].set_value(right)
        assert becomes(again(test))["Investor"] == "ties.0.from.name"

    def test_text_that_is_no_yaml_names_its_line(self, store: EmbeddedStore) -> None:
        test = handed(("deals.csv", DEALS))
        test.text_area[0].set_value("tables: [\n:::")
        assert "mapping.yaml:" in again(test).error[0].value.replace("\\", "")
        test.button(key="import-guess").click()
        assert becomes(again(test))["Investor"] == "ties.0.from.name"

    def test_a_column_that_is_not_there(self, store: EmbeddedStore) -> None:
        test = handed(("deals.csv", DEALS))
        test.text_area[0].set_value(test.text_area[0].value.replace("column: Stage", "column: Stagee"))
        again(test)
        assert "has no column 'Stagee'" in test.error[0].value.replace("\\", "")
        assert "Stagee (not in the file)" in becomes(test)

    def test_what_was_corrected_outlives_a_change_of_the_data(self, store: EmbeddedStore) -> None:
        test = choose(handed(("deals.csv", DEALS)), "Read at", "ties.0.source.url")
        looked(test)
        store.upsert(Batch((Entity("a", "Alpha", "company"),)))
        again(test)
        assert becomes(test)["Read at"] == "ties.0.source.url"
        assert "have changed since the last look" in said(test)

    def test_a_saved_mapping_comes_back_with_the_next_file(self, store: EmbeddedStore) -> None:
        text = handed(("deals.csv", DEALS)).text_area[0].value.replace("INVESTED_IN", "LENT_TO")
        test = handed(("deals.csv", DEALS), ("mine.yaml", text.encode()))
        assert preview(test)[0].startswith("Quillon Ventures lent to")
        loaded(test)
        assert import_notes(store)[0].files == ("deals.csv",)


class TestWhatGoesWrong:
    def test_two_files_of_one_name(self, store: EmbeddedStore) -> None:
        test = handed(("deals.csv", DEALS), ("deals.csv", DEALS))
        assert "Two files are called 'deals.csv'." in test.error[0].value.replace("\\", "")
        assert "This did not work" not in said(test)
        test.file_uploader[0].set_value([("deals.csv", DEALS, "text/csv")])
        again(test)
        assert not test.error
        assert test.data_editor

    def test_a_file_of_no_known_format(self, store: EmbeddedStore) -> None:
        test = handed(("broken.csv", b"this is\x00\x01 no table"))
        assert test.error[0].value.replace("\\", "").startswith("**broken.csv: is in no format")
        assert "Options" in test.error[0].value

    def test_another_encoding_is_chosen_on_the_page(self, store: EmbeddedStore) -> None:
        text = "Investor,Company\nBirch Capital,Café GmbH\n".encode("cp1252")
        test = handed(("deals.csv", text))
        message = test.error[0].value.replace("\\", "")
        assert "interlock-import-" not in message
        assert "deals.csv" in message
        assert "Options" in message
        assert "--encoding" not in message
        test.selectbox(key="import-encoding").set_value("cp1252")
        assert preview(again(test)) == ["Birch Capital invested in Café GmbH"]

    def test_a_damaged_archive_is_named_without_the_folder(self, store: EmbeddedStore) -> None:
        test = handed(("bulk.zip", b"PK\x03\x04" + b"\x00" * 50))
        message = test.error[0].value.replace("\\", "")
        assert "bulk.zip" in message
        assert "interlock-import-" not in message

    def test_a_mapping_alone(self, store: EmbeddedStore) -> None:
        assert "a mapping alone" in handed(("m.yaml", b"version: 1")).error[0].value.replace("\\", "")

    def test_hostile_names_stay_text(self, store: EmbeddedStore) -> None:
        text = f'Investor,Company,{HOSTILE}\n"{HOSTILE}","{HOSTILE} B",x\n'.encode()
        test = loaded(handed((f"{HOSTILE}.csv", text)))
        parts = (*test.markdown, *test.caption, *test.success, *test.get("page_link"))
        for part in parts:
            shown = str(getattr(part, "value", "") or getattr(part, "label", ""))
            assert "](javascript" not in shown
            assert "<img" not in shown.replace("\\<img", "")
        assert store.counts().ties == 1
        listed = opened("imports", part="list")
        assert "](javascript" not in "".join(str(part.value) for part in listed.markdown)

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd", "passwd"), ("C:\\a\\b.csv", "b.csv"), (".hidden", "hidden"), ("..", "file"),
            ("a\x00b.csv", "ab.csv"),
        ],
    )  # fmt: skip
    def test_a_name_does_not_choose_where_the_file_lands(self, name: str, kept: str) -> None:
        assert import_files.safe_name(name) == kept

    def test_a_very_long_name(self, store: EmbeddedStore) -> None:
        test = handed((f"{'long ' * 80}.csv", DEALS))
        assert not test.error
        assert "….csv" in said(test)


class TestTheFolder:
    def test_it_goes_with_what_holds_it(self) -> None:
        folder = session_folder.Folder()
        path = folder.path
        (path / "a.csv").write_bytes(DATA)
        del folder
        gc.collect()
        assert not path.exists()

    def test_it_goes_when_its_session_has_been_gone_for_long(self) -> None:
        folder = session_folder.Folder()
        session_folder.clear_ended(grace_s=60)
        assert folder.path.exists()
        session_folder.clear_ended(grace_s=-1)
        assert not folder.path.exists()

    def test_those_of_a_killed_app_go_with_the_next_one(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        # No process has so high a number.
        left = tmp_path / "interlock-import-99999999-abc"
        other = tmp_path / f"interlock-import-{os.getpid()}-abc"
        left.mkdir()
        other.mkdir()
        folder = session_folder.Folder()
        assert not left.exists()
        assert other.exists()
        folder.remove()

    def test_files_that_went_with_a_long_absence_are_asked_for_again(self, store: EmbeddedStore) -> None:
        test = handed(("deals.csv", DEALS))
        test.session_state["import-kept"][2].remove()
        again(test)
        assert not test.error
        assert not test.data_editor

    def test_it_goes_after_the_load_and_when_put_away(self, store: EmbeddedStore) -> None:
        test = handed(("deals.csv", DEALS))
        path = test.session_state["import-kept"][2].path
        assert (path / "deals.csv").exists()
        loaded(test)
        gc.collect()
        assert not path.exists()

    def test_files_are_still_there_after_a_visit_elsewhere(self, store: EmbeddedStore) -> None:
        store.upsert(Batch((Entity("a", "Alpha", "company"),)))
        test = choose(handed(("deals.csv", DEALS)), "Read at", "ties.0.source.url")
        test.switch_page("views/data.py")
        again(test)
        test.switch_page("views/imports.py")
        again(test)
        assert "Still here: deals.csv" in said(test)
        assert becomes(test)["Read at"] == "ties.0.source.url"
        test.button(key="import-put-away").click()
        again(test)
        assert not test.data_editor


class TestTheList:
    def test_an_import_in_words_and_its_undoing(self, store: EmbeddedStore) -> None:
        loaded(handed(("deals.csv", DEALS)))
        test = opened("imports", part="list")
        text = said(test)
        assert "3 entities added" in text
        assert "Quillon Ventures invested in Tamarack Robotics (Seed, $1.5m, 2021-03-23)" in text
        test.button(key="import-undo").click()
        again(test)
        assert "was undone" in said(test)
        assert "nothing of it is in the store" in said(test)

    def test_an_import_of_the_address(self, store: EmbeddedStore) -> None:
        loaded(handed(("deals.csv", DEALS)))
        loaded(handed(fixture("gleif/lei.csv")))
        first = import_notes(store)[-1].id
        test = opened("imports", part="list", **{"import": first})
        assert first in said(test)
        assert "There is no import" not in said(test)
        assert "There is no import “nowhere”" in said(opened("imports", part="list", **{"import": "nowhere"}))

    def test_an_import_others_build_on_stays(self, store: EmbeddedStore) -> None:
        loaded(handed(("deals.csv", DEALS)))
        first = import_notes(store)[0].id
        more = b"Investor,Company,Date\nQuillon Ventures,Tamarack Robotics,2024\n"
        loaded(handed(("deals.csv", more)))
        test = opened("imports", part="list", **{"import": first})
        test.button(key="import-undo").click()
        again(test)
        assert test.error
        assert "interlock imports" not in test.error[0].value
        assert store.counts().ties == 3

    def test_nothing_yet(self, store: EmbeddedStore) -> None:
        assert "Nothing has been imported yet" in said(opened("imports", part="list"))

    @pytest.mark.parametrize("part", ["nowhere", "../x", "NEW"])
    def test_a_wrong_part_is_the_first_one(self, store: EmbeddedStore, part: str) -> None:
        assert opened("imports", part=part).file_uploader


def test_a_read_only_app_takes_no_files(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded(handed(("deals.csv", DEALS)))
    monkeypatch.setenv("INTERLOCK_READ_ONLY", "1")
    test = opened("imports")
    assert not test.file_uploader
    assert "read-only" in said(test)
    test = opened("imports", part="list")
    assert "3 entities added" in said(test)
    assert "import-undo" not in [button.key for button in test.button]


class TestWhereARecordWasReadFrom:
    def test_the_entity_page_names_file_and_line(self, store: EmbeddedStore) -> None:
        loaded(handed(("deals.csv", DEALS)))
        entity = next(each for each in store.entities() if each.name == "Osier Compute")
        test = opened("entity", id=entity.id)
        assert "Last read from deals.csv, line 3" in said(test)
        links = [link for link in test.get("page_link") if link.label == "Import"]
        assert f"import={import_notes(store)[0].id}" in links[0].proto.query_string

    def test_a_record_without_an_origin_has_no_such_line(self, store: EmbeddedStore) -> None:
        store.upsert(Batch((Entity("a", "Alpha", "company"),)))
        assert "Last read" not in said(opened("entity", id="a"))
