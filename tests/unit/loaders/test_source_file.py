"""Folders, archives and single files; bad encodings, bad archives, bad CSV."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from graph.errors import LoadError
from graph.model import Problem
from loaders import source_file
from loaders.source_file import Row, SourceFile


def rows(path: Path) -> list[Row | Problem]:
    source = SourceFile(path)
    return list(source.csv_rows(source.members[0]))


def table(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    return path


def archive(tmp_path: Path, *members: tuple[str, bytes]) -> Path:
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return path


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark(tmp_path: Path, end: str, mark: bytes) -> None:
    path = table(tmp_path, mark + end.join(["id,name", "a,Á", "", "b,B", ""]).encode())
    assert [(row.place.line, row.values) for row in rows(path) if isinstance(row, Row)] == [
        (2, {"id": "a", "name": "Á"}),
        (4, {"id": "b", "name": "B"}),
    ]


def test_other_encoding_names_line_and_byte(tmp_path: Path) -> None:
    path = table(tmp_path, "id,name\r\na,A\r\nb,Größe\r\n".encode("cp1252"))
    with pytest.raises(LoadError, match=r"table\.csv:3: byte 0xF6 after 'b,Gr' is not UTF-8") as caught:
        rows(path)
    assert caught.value.line == 3
    assert "CSV UTF-8" in caught.value.hint


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_told(tmp_path: Path, encoding: str) -> None:
    data = "id,name\r\na,A\r\n".encode(encoding)
    with pytest.raises(LoadError, match=r"UTF-16|NUL"):
        rows(table(tmp_path, data))


def test_nul_byte_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r":2: there is a NUL byte"):
        rows(table(tmp_path, b"id,name\r\na,A\x00\r\n"))


def test_encoded_surrogates_are_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="byte 0xED"):
        rows(table(tmp_path, b"id,name\r\na,\xed\xa0\x80\r\n"))


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("a", "1 cells"),
        ("a,b,c", "3 cells"),
        ('a,"b"c', "not valid CSV"),
        ('a,"b', "opened and not closed"),
        (f'a,"{"x" * 140_000}"', "opened and not closed"),
    ],
)
def test_broken_row_is_a_problem_with_its_line(tmp_path: Path, line: str, word: str) -> None:
    found = rows(table(tmp_path, f"id,name\r\nok,Fine\r\n{line}\r\n".encode()))
    assert isinstance(found[0], Row)
    assert isinstance(found[1], Problem)
    assert found[1].place.line == 3
    assert word in found[1].reason
    assert found[1].hint


def test_rows_after_a_broken_one_are_still_read(tmp_path: Path) -> None:
    found = rows(table(tmp_path, b'id,name\r\na,"b"c\r\nd,D\r\n'))
    assert isinstance(found[0], Problem)
    assert isinstance(found[1], Row)
    assert (found[1].place.line, found[1].values["id"]) == (3, "d")


@pytest.mark.parametrize("data", [b"", b"\r\n", b"\xef\xbb\xbf"])
def test_file_without_header(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(LoadError, match="no header"):
        rows(table(tmp_path, data))


def test_column_named_twice(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="'id' twice"):
        rows(table(tmp_path, b"id,id\r\n1,2\r\n"))


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="no such file"):
        _ = SourceFile(tmp_path / "nope").members
    with pytest.raises(LoadError, match="no such file"):
        _ = SourceFile(tmp_path / "nope.zip").members


def test_archive_is_read_in_place(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        ("export/entities.csv", b"id\r\na\r\n"),
        ("__MACOSX/export/._entities.csv", b"junk"),
        ("export/.DS_Store", b"junk"),
    )
    source = SourceFile(path)
    assert [member.name for member in source.members] == ["entities.csv"]
    (row,) = source.csv_rows(source.members[0])
    assert row.place.path.endswith("data.zip/entities.csv")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["data.zip"]


@pytest.mark.parametrize("name", ["../../entities.csv", "/etc/entities.csv", "C:\\x\\entities.csv"])
def test_path_tricks_in_an_archive_lead_nowhere(tmp_path: Path, name: str) -> None:
    source = SourceFile(archive(tmp_path, (name, b"id\r\na\r\n")))
    assert [member.name for member in source.members] == ["entities.csv"]
    assert len(list(source.csv_rows(source.members[0]))) == 1
    assert sorted(item.name for item in tmp_path.iterdir()) == ["data.zip"]


def test_two_files_of_one_name_in_an_archive(tmp_path: Path) -> None:
    path = archive(tmp_path, ("a/entities.csv", b""), ("b/Entities.csv", b""))
    with pytest.raises(LoadError, match="two files called"):
        _ = SourceFile(path).members


def test_archive_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path, ("entities.csv", b"0" * 10_000))
    assert path.stat().st_size < 1_000
    monkeypatch.setattr(source_file, "MAX_ARCHIVE_BYTES", 5_000)
    with pytest.raises(LoadError, match="10,000 bytes"):
        _ = SourceFile(path).members


def test_archive_of_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path, ("a.csv", b""), ("b.csv", b""))
    monkeypatch.setattr(source_file, "MAX_MEMBERS", 1)
    with pytest.raises(LoadError, match="2 files"):
        _ = SourceFile(path).members


def test_no_archive_at_all(tmp_path: Path) -> None:
    path = tmp_path / "page.zip"
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(LoadError, match="not a zip archive"):
        _ = SourceFile(path).members


def test_archive_with_a_password(tmp_path: Path) -> None:
    path = archive(tmp_path, ("entities.csv", b"id\r\n"))
    data = bytearray(path.read_bytes())
    # The flag of encryption in the central directory and in the member's own header.
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[data.index(b"PK\x03\x04") + 6] |= 1
    path.write_bytes(data)
    with pytest.raises(LoadError, match="password"):
        _ = SourceFile(path).members


def test_damaged_member(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as file:
        file.writestr("entities.csv", b"id\r\nabcdefgh\r\n")
    path = tmp_path / "data.zip"
    path.write_bytes(content.getvalue().replace(b"abcdefgh", b"abcdefgX", 1))
    with pytest.raises(LoadError, match="damaged"):
        rows(path)
