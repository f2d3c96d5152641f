"""What is read by which loader, when many files are named at once or odd things stand where files should."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import tarfile
import zipfile
from pathlib import Path

import pytest

from graph.errors import LoadError, UnknownFormat
from graph.model import Entity, Placed, Unread
from loaders import FORMATS, Plan, plan
from loaders.source_file import SourceFile

FILES = Path(__file__).parents[2] / "fixtures"
MIXED = {
    "bods": "bods/typical-0.4.json",
    "psc": "psc/awkward.jsonl",
    "ftm": "ftm/typical.ftm.json",
    "graphml": "graph_files/typical.graphml",
    "gexf": "graph_files/typical.gexf",
    "pajek": "graph_files/typical.net",
    "sec-formd": "sec/formd/0001999999-23-000010.xml",
}
EDGES = "source,target\na,b\n"


def by_format(planned: Plan) -> dict[str, list[str]]:
    return {
        reading.loader.format_id: [member.name for member in reading.source.members]
        for reading in planned.readings
    }


def entities(planned: Plan) -> set[str]:
    return {
        item.record.id
        for item in planned.items()
        if isinstance(item, Placed) and isinstance(item.record, Entity)
    }


def alone(format_id: str) -> set[str]:
    return entities(plan([FILES / MIXED[format_id]]))


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder of files in seven formats, one of them in a folder of its own, and files of none."""
    folder = tmp_path / "mixed"
    (folder / "deep" / "er").mkdir(parents=True)
    for format_id, name in MIXED.items():
        shutil.copy(FILES / name, folder / ("deep/er" if format_id == "psc" else ""))
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (folder / "README.md").write_text("# About\n")
    (folder / ".hidden.csv").write_text(EDGES)
    return folder


def check_mixed(planned: Plan) -> None:
    assert list(by_format(planned)) == [format_id for format_id in FORMATS if format_id in MIXED]
    assert [Path(unread.path).name for unread in planned.unread] == ["picture.png"]
    assert entities(planned) == set().union(*(alone(format_id) for format_id in MIXED))
    assert not planned.strict
    assert planned.meter.read > 0


def test_a_folder_of_several_formats(mixed: Path) -> None:
    check_mixed(plan([mixed]))


@pytest.mark.parametrize("sort", ["zip", "tar", "tar.gz"])
def test_an_archive_of_several_formats(mixed: Path, tmp_path: Path, sort: str) -> None:
    path = tmp_path / f"mixed.{sort}"
    if sort == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in mixed.rglob("*"):
                archive.write(file, file.relative_to(mixed))
    else:
        with tarfile.open(path, "w:gz" if sort == "tar.gz" else "w") as archive:
            archive.add(mixed, "mixed")
    check_mixed(plan([path]))


def test_several_paths_of_one_format_are_read_together(tmp_path: Path) -> None:
    """Ties of one file name firms of the other by their names."""
    firms, deals = tmp_path / "one" / "n.csv", tmp_path / "two" / "e.csv"
    for path, text in ((firms, "id,name\nlei:x,Alder Works\n"), (deals, "from,to\nlei:x,ash\n")):
        path.parent.mkdir()
        path.write_text(text)
    planned = plan([deals, firms.parent])
    assert by_format(planned) == {"table": ["e.csv", "n.csv"]}
    assert entities(planned) == {"lei:x"}


def test_interlocks_own_tables_are_read_folder_by_folder(tmp_path: Path) -> None:
    typical = FILES / "triple" / "typical"
    shutil.copytree(typical, tmp_path / "again")
    planned = plan([typical, tmp_path / "again", FILES / MIXED["bods"]])
    assert [reading.loader.format_id for reading in planned.readings] == ["triple", "triple", "bods"]
    assert planned.strict, "one wrong row of our own tables turns the import down"


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "e.csv"
    path.write_text(EDGES)
    monkeypatch.chdir(tmp_path)
    planned = plan([path, tmp_path, Path("e.csv"), path])
    assert by_format(planned) == {"table": ["e.csv"]}


def test_a_format_that_is_named_wins_over_the_content(tmp_path: Path) -> None:
    planned = plan([FILES / MIXED["bods"], FILES / MIXED["gexf"]], "table")
    assert by_format(planned) == {"table": ["typical-0.4.json", "typical.gexf"]}
    with pytest.raises(UnknownFormat, match="no format 'tabel'") as caught:
        plan([FILES / MIXED["bods"]], "tabel")
    assert '"table"' in caught.value.message


def test_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "e.csv").write_text(EDGES)
    with pytest.raises(UnknownFormat, match="holds no file") as caught:
        plan([tmp_path])
    assert all(format_id in caught.value.hint for format_id in FORMATS)
    (tmp_path / "README.md").write_text("# About\n")
    with pytest.raises(UnknownFormat, match=r"README\.md: is in no format"):
        plan([tmp_path])


def test_files_of_no_format_beside_others_are_told_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(EDGES)
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "page.csv").write_text("<!DOCTYPE html><html></html>")
    planned = plan([tmp_path])
    unread = [Unread(str(tmp_path / name), ()) for name in ("empty.csv", "page.csv")]
    assert list(planned.unread) == unread
    assert [item for item in planned.items() if isinstance(item, Unread)] == unread


def test_a_folder_that_ends_like_an_archive_is_a_folder(tmp_path: Path) -> None:
    for name in ("x.zip", "x.tar.gz", "x.csv"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "e.csv").write_text(EDGES)
        assert by_format(plan([tmp_path / name])) == {"table": ["e.csv"]}


def test_links_that_lead_in_circles_or_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "e.csv").write_text(EDGES)
    (folder / "again").symlink_to(folder)
    (folder / "up").symlink_to(tmp_path)
    (folder / "nowhere.csv").symlink_to(tmp_path / "nothing")
    (folder / "itself.csv").symlink_to(folder / "itself.csv")
    assert by_format(plan([folder])) == {"table": ["e.csv"]}
    with pytest.raises(LoadError, match="no such file"):
        plan([folder / "nowhere.csv"])
    with pytest.raises(LoadError, match="cannot be read"):
        plan([folder / "itself.csv"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["f.csv", "f.zip", "f.tar", "f.csv.gz"])
def test_a_pipe_is_refused_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(LoadError, match="is no regular file") as caught:
        plan([tmp_path / name])
    assert caught.value.hint
    (tmp_path / "e.csv").write_text(EDGES)
    assert by_format(plan([tmp_path])) == {"table": ["e.csv"]}, "in a folder it is no file at all"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
@pytest.mark.parametrize("as_format", [None, "table"])
def test_a_device_is_refused(device: str, as_format: str | None) -> None:
    if not Path(device).exists():
        pytest.skip("this system has no such device")
    with pytest.raises(LoadError, match="is no regular file"):
        plan([device], as_format)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no local sockets")
def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The path of a socket may not be long.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("s.csv")
        with pytest.raises(LoadError, match="is no regular file"):
            plan(["s.csv"])


@pytest.mark.parametrize("path", ["a\x00b.csv", "x" * 5000, "nothing.zip", "nothing/at/all"])
def test_paths_that_name_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LoadError):
        plan([path])


def test_a_damaged_file_in_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(EDGES)
    (tmp_path / "f.csv.gz").write_bytes(gzip.compress(EDGES.encode() * 2000)[:-40])
    with pytest.raises(LoadError, match=r"f\.csv\.gz: is damaged"):
        list(plan([tmp_path]).items())


def test_a_member_that_went_away_is_told(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(EDGES)
    source = SourceFile(path)
    assert [member.name for member in source.members] == ["e.csv"]
    path.unlink()
    with pytest.raises(LoadError, match="cannot be read"):
        source.head(source.members[0])


def test_an_unknown_table_beside_known_files_is_left_unread_and_said(tmp_path: Path) -> None:
    (tmp_path / "entities.csv").write_text(
        "id,name,kind,aliases,country,founded,sectors,description\nacme,Acme,company,,,,,\n", encoding="utf-8"
    )
    odd = tmp_path / "weather.csv"
    odd.write_text("day,rain\n1,2\n", encoding="utf-8")
    made = plan([tmp_path])
    assert [reading.loader.format_id for reading in made.readings] == ["triple"]
    assert made.unread == (Unread(str(odd), ()),)
    with pytest.raises(LoadError, match="whose columns Interlock does not know: day, rain"):
        list(plan([odd]).items())


def test_unknown_tables_are_kept_for_somebody_who_will_explain_them(tmp_path: Path) -> None:
    (tmp_path / "entities.csv").write_text(
        "id,name,kind,aliases,country,founded,sectors,description\nacme,Acme,company,,,,,\n", encoding="utf-8"
    )
    (tmp_path / "weather.csv").write_text("day,rain\n1,2\n", encoding="utf-8")
    made = plan([tmp_path], unknown_tables=True)
    assert made.formats == ("triple", "table")
    assert made.unread == ()
