"""What a loader reads from: a folder, a zip archive or a single file, as rows that know their place."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from graph.errors import LoadError
from graph.model import Place, Problem

MAX_ARCHIVE_BYTES = 1_000_000_000
"""Most that an archive may unpack to; beyond it is a mistake or a trap."""
MAX_MEMBERS = 1_000
HEAD_BYTES = 8_192
_NOT_TEXT = re.compile("[\x00\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. ``values`` holds the text of each column, by its name in the file."""

    place: Place
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """One file within the source: ``name`` without folders, ``shown`` with the path as it was given."""

    name: str
    shown: str
    entry: str | Path


class SourceFile:
    """A folder, a ``.zip`` or a single file.

    Archives are read in place: nothing is unpacked to disk, so that no member can choose where it
    lands, and members are known by their last name only.

    Raises:
        LoadError: on first use, when the path cannot be read or an archive is unsafe.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.is_archive = self.path.suffix.lower() == ".zip"

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The files in it, by name. A folder's subfolders are left aside."""
        try:
            if self.path.is_dir():
                files = sorted(item for item in self.path.iterdir() if item.is_file())
                return tuple(Member(item.name, str(item), item) for item in files)
            if self.is_archive:
                return self._archive_members()
            with self.path.open("rb"):
                return (Member(self.path.name, str(self.path), self.path),)
        except FileNotFoundError as exc:
            raise LoadError(
                "there is no such file or folder.", path=str(self.path), hint="Check the path."
            ) from exc
        except OSError as exc:
            raise LoadError(
                f"cannot be read ({exc.strerror}).", path=str(self.path), hint="Check its permissions."
            ) from exc

    def member(self, name: str) -> Member | None:
        """The file with this name, in any case."""
        return next((item for item in self.members if item.name.lower() == name.lower()), None)

    @contextmanager
    def open(self, member: Member) -> Generator[IO[bytes]]:
        """The bytes of a member."""
        try:
            if isinstance(member.entry, Path):
                with member.entry.open("rb") as file:
                    yield file
            else:
                with self._archive() as archive, archive.open(member.entry) as file:
                    yield file
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as exc:
            raise LoadError(
                f"is damaged or packed in an unknown way ({exc}).", path=member.shown, hint="Pack it again."
            ) from exc
        except OSError as exc:
            raise LoadError(f"cannot be read ({exc.strerror or exc}).", path=member.shown) from exc

    def csv_header(self, member: Member) -> list[str]:
        """The cells of the first line; empty when it is no text or has none. Reads a few kilobytes."""
        with self.open(member) as file:
            head = file.read(HEAD_BYTES).decode("utf-8-sig", errors="replace")
        try:
            return next(csv.reader(io.StringIO(head, newline="")))
        except (csv.Error, StopIteration):
            return []

    def csv_rows(self, member: Member) -> Iterator[Row | Problem]:
        """The rows below the header; a row that is no RFC 4180 comes as a Problem. Streams.

        Lines may end in CRLF, LF or CR. Empty lines are passed over.

        Raises:
            LoadError: no text, not UTF-8, or no header: then no row can be trusted.
        """
        with self.open(member) as file:
            reader = csv.reader(_lines(file, member.shown), strict=True)
            header = _header(reader, member.shown)
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader, None)
                except csv.Error as exc:
                    yield _malformed(Place(member.shown, line), str(exc))
                    continue
                if cells is None:
                    return
                if cells:
                    yield _row(Place(member.shown, line), header, cells)

    @contextmanager
    def _archive(self) -> Generator[zipfile.ZipFile]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                yield archive
        except (zipfile.BadZipFile, UnicodeDecodeError) as exc:
            raise LoadError(
                f"is not a zip archive ({exc}).", path=str(self.path), hint="Pack the CSV files again."
            ) from exc

    def _archive_members(self) -> tuple[Member, ...]:
        with self._archive() as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            self._check_archive(infos)
        found: dict[str, Member] = {}
        for info in infos:
            name = re.split(r"[/\\]", info.filename)[-1]
            # What packers leave beside the files themselves.
            if info.filename.startswith("__MACOSX/") or name.startswith("."):
                continue
            if name.lower() in found:
                raise LoadError(
                    f"holds two files called {name!r}.",
                    path=str(self.path),
                    hint="Pack one data set per archive.",
                )
            found[name.lower()] = Member(name, f"{self.path}/{name}", info.filename)
        return tuple(found[key] for key in sorted(found))

    def _check_archive(self, infos: list[zipfile.ZipInfo]) -> None:
        size = sum(info.file_size for info in infos)
        if len(infos) > MAX_MEMBERS or size > MAX_ARCHIVE_BYTES:
            raise LoadError(
                f"unpacks to {len(infos):,} files of {size:,} bytes; the limits are "
                f"{MAX_MEMBERS:,} and {MAX_ARCHIVE_BYTES:,}.",
                path=str(self.path),
                hint="Unpack it yourself and load the folder, if you trust it.",
            )
        if any(info.flag_bits & 1 for info in infos):
            raise LoadError(
                "is protected by a password.", path=str(self.path), hint="Unpack it and load the folder."
            )


def _lines(file: IO[bytes], shown: str) -> Iterator[str]:
    """Lines with their ends, strictly UTF-8; undecodable bytes are smuggled through to name their line."""
    with io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        for number, line in enumerate(text, start=1):
            bad = _NOT_TEXT.search(line)
            if bad:
                raise _not_text(shown, number, line, bad)
            yield line


def _not_text(shown: str, number: int, line: str, bad: re.Match[str]) -> LoadError:
    if number == 1 and line.encode("utf-8", "surrogateescape")[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return LoadError("is UTF-16, not UTF-8.", path=shown, line=1, hint="Save it as “CSV UTF-8”.")
    if bad[0] == "\x00":
        return LoadError(
            "there is a NUL byte, which no text has.",
            path=shown,
            line=number,
            hint="Save it again as “CSV UTF-8”; is it a table at all?",
        )
    before = line[: bad.start()][-20:]
    return LoadError(
        f"byte 0x{ord(bad[0]) - 0xDC00:02X} after {before!r} is not UTF-8.",
        path=shown,
        line=number,
        hint="Save it as “CSV UTF-8”; it may be Windows-1252 or Mac Roman now.",
    )


def _header(reader: Iterator[list[str]], shown: str) -> list[str]:
    try:
        header = next(reader, None)
    except csv.Error as exc:
        raise LoadError(f"the header cannot be read ({exc}).", path=shown, line=1) from exc
    if not header:
        raise LoadError("has no header.", path=shown, line=1, hint="The first line must name the columns.")
    double = sorted({name for name in header if header.count(name) > 1})
    if double:
        raise LoadError(
            f"names the column {double[0]!r} twice.", path=shown, line=1, hint="Keep one of them."
        )
    return header


def _row(place: Place, header: list[str], cells: list[str]) -> Row | Problem:
    if len(cells) == len(header):
        return Row(place, dict(zip(header, cells, strict=True)))
    return Problem(
        Place(place.path, place.line, tuple(zip(header, cells, strict=False))),
        "",
        ",".join(cells),
        f"the row has {len(cells)} cells, the header has {len(header)}.",
        'Put cells that hold a comma, a quotation mark or a line break in "quotation marks".',
    )


def _malformed(place: Place, reason: str) -> Problem:
    hint = 'Inside a quoted cell write a quotation mark twice (""), and close every cell.'
    if "field limit" in reason or "end of data" in reason:
        reason = "a quotation mark is opened and not closed"
    return Problem(place, "", "", f"the row is not valid CSV: {reason}.", hint)
