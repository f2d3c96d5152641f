"""Folders, archives and single files; bad encodings, bad archives, bad CSV."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

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
    assert row.place.path.endswith("data.zip/export/entities.csv")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["data.zip"]


@pytest.mark.parametrize("name", ["../../entities.csv", "/etc/entities.csv", "C:\\x\\entities.csv"])
def test_path_tricks_in_an_archive_lead_nowhere(tmp_path: Path, name: str) -> None:
    source = SourceFile(archive(tmp_path, (name, b"id\r\na\r\n")))
    assert [member.name for member in source.members] == ["entities.csv"]
    assert len(list(source.csv_rows(source.members[0]))) == 1
    assert sorted(item.name for item in tmp_path.iterdir()) == ["data.zip"]


def test_files_of_one_name_in_several_folders_of_an_archive(tmp_path: Path) -> None:
    path = archive(tmp_path, ("a/doc.xml", b"1"), ("b/doc.xml", b"2"))
    source = SourceFile(path)
    assert [member.shown.removeprefix(f"{path}/") for member in source.members] == ["a/doc.xml", "b/doc.xml"]
    assert [source.head(member) for member in source.members] == [b"1", b"2"]


def test_one_path_twice_in_an_archive(tmp_path: Path) -> None:
    path = archive(tmp_path, ("a/entities.csv", b""), ("a//Entities.csv", b""))
    with pytest.raises(LoadError, match="two files called"):
        _ = SourceFile(path).members


PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("ending", PACKERS)
def test_packed_file_is_unpacked_as_it_is_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table.csv.{ending}"
    path.write_bytes(PACKERS[ending](b"id,name\r\na,A\r\n"))
    source = SourceFile(path)
    assert source.members[0].plain_name == "table.csv"
    assert source.csv_header(source.members[0]) == ["id", "name"]
    (row,) = rows(path)
    assert isinstance(row, Row)
    assert row.values == {"id": "a", "name": "A"}


@pytest.mark.parametrize("ending", PACKERS)
def test_truncated_packed_file_is_an_error_of_ours(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table.csv.{ending}"
    lines = b"".join(b"%d,%d\r\n" % (n, n * n * 7919) for n in range(20_000))
    path.write_bytes(PACKERS[ending](b"id,name\r\n" + lines)[:-2_000])
    with pytest.raises(LoadError, match="damaged"):
        rows(path)


@pytest.mark.parametrize("ending", PACKERS)
def test_packed_bomb_is_refused(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_file, "MAX_ARCHIVE_BYTES", 1_000_000)
    path = tmp_path / f"table.csv.{ending}"
    path.write_bytes(PACKERS[ending](b"id\r\n" + (b"0" * 1_000 + b"\r\n") * 15_000))
    with pytest.raises(LoadError, match="times its size"):
        rows(path)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_archive_is_read_in_place(tmp_path: Path, mode: Any) -> None:
    path = tmp_path / f"data.tar{mode[1:].replace(':', '.')}"
    with tarfile.open(path, mode) as file:
        for name in ("export/entities.csv", "../../evil.csv"):
            info = tarfile.TarInfo(name)
            info.size = 7
            file.addfile(info, io.BytesIO(b"id\r\na\r\n"))
        link = tarfile.TarInfo("link.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(link)
    source = SourceFile(path)
    assert [member.name for member in source.members] == ["evil.csv", "entities.csv"]
    assert all(len(list(source.csv_rows(member))) == 1 for member in source.members)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_no_tar_archive(tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").write_bytes(b"nothing of the kind")
    with pytest.raises(LoadError, match="not a tar archive"):
        _ = SourceFile(tmp_path / "x.tar.gz").members


def test_subfolders_are_read_and_hidden_ones_are_not(tmp_path: Path) -> None:
    for name in ("a.csv", "sub/b.csv", ".git/c.csv", "sub/.d.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"id\r\n")
    assert [member.name for member in SourceFile(tmp_path).members] == ["a.csv", "b.csv"]


def test_named_encoding(tmp_path: Path) -> None:
    path = table(tmp_path, "id,name\ra,Größe\r".encode("mac_roman"))
    source = SourceFile(path, encoding="mac_roman")
    (row,) = source.csv_rows(source.members[0])
    assert isinstance(row, Row)
    assert row.values["name"] == "Größe"
    with pytest.raises(LoadError, match="no encoding 'klingon'"):
        SourceFile(path, encoding="klingon")


def test_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_file, "MAX_LINE", 1_000)
    with pytest.raises(LoadError, match=r":2: the line is longer than 1,000"):
        rows(table(tmp_path, b"id\r\n" + b"x" * 1_001))


# JSON
def items(tmp_path: Path, data: bytes, path: str = "item") -> list[Any]:
    (tmp_path / "data.json").write_bytes(data)
    source = SourceFile(tmp_path / "data.json")
    return list(source.json_items(source.members[0], path))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_json_lines_and_arrays(tmp_path: Path, mark: bytes) -> None:
    assert items(tmp_path, mark + b'{"a": 1.10}\n\n[2]\n') == [(1, {"a": Decimal("1.10")}), (3, [2])]
    assert items(tmp_path, mark + b'[{"a": 1.10},\n 2]') == [(1, {"a": Decimal("1.10")}), (2, 2)]
    assert items(tmp_path, mark + b'{"rows": [5, 6]}', "rows.item") == [(1, 5), (2, 6)]


def test_a_line_that_is_no_json_is_a_problem_of_its_own(tmp_path: Path) -> None:
    good, bad, last = items(tmp_path, b'{"a": 1}\n{"a": \n{"a": 2}\n')
    assert (good, last) == ((1, {"a": 1}), (3, {"a": 2}))
    assert isinstance(bad, Problem)
    assert bad.place.line == 2


@pytest.mark.parametrize("data", [b'[{"a": 1}, {"a"', b"[1, 2}", b"[" * 100_000, b"[nul]", b"[\xff]"])
def test_a_broken_array_is_an_error_of_ours(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(LoadError):
        items(tmp_path, data)


def test_deep_json_in_a_line_is_a_problem(tmp_path: Path) -> None:
    (found,) = items(tmp_path, b'{"a":' * 100_000 + b"\n")
    assert isinstance(found, Problem)


def test_the_meter_counts_what_lies_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"id\r\n" + b"a\r\n" * 1_000))
    source = SourceFile(path)
    list(source.csv_rows(source.members[0]))
    assert source.meter.read == path.stat().st_size


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
