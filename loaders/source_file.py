"""What a loader reads from: a folder, a zip archive or a single file, as rows that know their place."""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import json
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import IO, Any, cast

import ijson

from graph.errors import LoadError
from graph.model import Place, Problem
from loaders.json_guard import JsonGuard
from loaders.rejected import part_bytes, part_name, rejected_parts

MAX_ARCHIVE_BYTES = 1_000_000_000
"""Up to this an archive may unpack to anything; beyond it, to no more than MAX_RATIO times its size."""
MAX_RATIO = 200
MAX_MEMBERS = 200_000
MAX_LINE = 64_000_000
HEAD_BYTES = 32_768
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
    archive: Path | None = None
    group: Path = Path()
    """What was named: the folder or archive it lies in; nothing for a file named by itself."""
    part: str | None = None
    """Of a table of rejected rows: the file that this part of it came from."""

    @property
    def plain_name(self) -> str:
        """The name in lower case without the ending of a compressed file: ``a.csv`` for ``A.csv.gz``."""
        name = self.name.lower()
        return name.rsplit(".", 1)[0] if name.endswith(tuple(_OPENERS)) else name


@dataclass(slots=True)
class Meter:
    """How many bytes of the files were read, for progress; compressed files count as they lie on disk."""

    read: int = 0
    total: int = 0


class SourceFile:
    """Files to read: a folder with its subfolders, a ``.zip`` or ``.tar`` archive, single files.

    Archives are read in place: nothing is unpacked to disk, so that no member can choose where it
    lands, and members are known by their last name only. Files that end in ``.gz``, ``.bz2`` or
    ``.xz`` are unpacked as they are read.

    Args:
        paths: one path, or several that belong together.
        encoding: of the text files; None for UTF-8, with or without a byte order mark.

    Raises:
        LoadError: on first use, when a path cannot be read or an archive is unsafe.
    """

    def __init__(self, *paths: str | Path, encoding: str | None = None) -> None:
        self.paths = tuple(Path(path) for path in paths)
        self.path = self.paths[0]
        self.encoding = encoding
        self.meter = Meter()
        self._heads: dict[Member, bytes] = {}
        if encoding is not None:
            try:
                codecs.lookup(encoding)
            except LookupError as exc:
                raise LoadError(
                    f"There is no encoding {encoding[:40]!r}.",
                    hint="Known are, among others: utf-8, utf-16, cp1252, mac_roman, latin-1.",
                ) from exc

    def subset(self, members: Iterable[Member]) -> SourceFile:
        """The same source with only these members; it counts on the same meter."""
        part = SourceFile(*self.paths, encoding=self.encoding)
        part.members = tuple(members)
        part.meter = self.meter
        return part

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The files in it, path by path, by name, each once; hidden files and folders are left aside."""
        found: dict[tuple[Path | None, str], Member] = {}
        whole = (each for path in self.paths for each in _members(path))
        for member in (part for each in whole for part in self._parts(each)):
            # A file may be named by itself and lie in a folder that is named as well.
            outer = member.archive and member.archive.absolute()
            entry = member.entry.absolute() if isinstance(member.entry, Path) else member.entry
            found.setdefault((outer, f"{entry}\0{member.part or ''}"), member)
        return tuple(found.values())

    def _parts(self, member: Member) -> list[Member]:
        """The file itself, or the files that its rejected rows came from."""
        if not isinstance(member.entry, Path):
            return [member]
        try:
            parts = rejected_parts(member.entry, self.encoding)
        except OSError:  # said when it is read
            return [member]
        return [replace(member, name=part_name(part), part=part) for part in parts] or [member]

    def member(self, name: str) -> Member | None:
        """The first file with this name, in any case and compressed or not."""
        wanted = name.lower()
        return next((item for item in self.members if wanted in (item.name.lower(), item.plain_name)), None)

    @contextmanager
    def open(self, member: Member) -> Generator[IO[bytes]]:
        """The bytes of a member, unpacked."""
        try:
            with ExitStack() as stack:
                raw = _counted(stack.enter_context(_raw(member, self.encoding)), self.meter)
                opener = _OPENERS.get(Path(member.name).suffix.lower())
                if opener is None:
                    yield raw
                else:
                    unpacked = stack.enter_context(opener(raw))
                    yield cast("IO[bytes]", io.BufferedReader(_Guarded(unpacked, raw, member.shown)))
        except (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, NotImplementedError,
                EOFError, gzip.BadGzipFile) as exc:  # fmt: skip
            raise LoadError(
                f"is damaged or packed in an unknown way ({exc}).", path=member.shown, hint="Pack it again."
            ) from exc
        except OSError as exc:
            raise LoadError(f"cannot be read ({exc.strerror or exc}).", path=member.shown) from exc

    def head(self, member: Member) -> bytes:
        """The first few kilobytes, unpacked, without a byte order mark and leading blanks; remembered."""
        if member not in self._heads:
            with self.open(member) as file:
                head = file.read(HEAD_BYTES)
            if self.encoding is not None:
                head = head.decode(self.encoding, errors="replace").encode("utf-8", "replace")
            self._heads[member] = head.removeprefix(codecs.BOM_UTF8).lstrip()
        return self._heads[member]

    def csv_header(self, member: Member, delimiter: str = ",") -> list[str]:
        """The cells of the first line, without blanks around them; empty when it is no text or has none."""
        head = self.head(member).decode("utf-8", errors="replace")
        try:
            return [
                cell.strip() for cell in next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))
            ]
        except (csv.Error, StopIteration):
            return []

    def csv_rows(
        self,
        member: Member,
        *,
        delimiter: str = ",",
        header: Sequence[str] | None = None,
        ragged: bool = False,
    ) -> Iterator[Row | Problem]:
        """The rows below the header; a row that is no RFC 4180 comes as a Problem. Streams.

        Lines may end in CRLF, LF or CR. Empty lines are passed over.

        Args:
            member: the file.
            delimiter: what parts the cells.
            header: names of the columns of a file that has no header.
            ragged: take rows that leave empty cells at their end away, or have some too many.

        Raises:
            LoadError: no text, another encoding, or no header: then no row can be trusted.
        """
        with self.open(member) as file:
            reader = csv.reader(self._lines(file, member.shown), strict=True, delimiter=delimiter)
            names = list(header) if header is not None else _header(reader, member.shown)
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
                    if ragged and len(cells) != len(names):
                        cells = _evened(cells, len(names))
                    yield _row(Place(member.shown, line), names, cells)

    def text_lines(self, member: Member) -> Iterator[tuple[int, str]]:
        """Lines that hold something, with their numbers from 1. Streams."""
        with self.open(member) as file:
            for number, line in enumerate(self._lines(file, member.shown), start=1):
                if text := line.strip():
                    yield number, text

    def json_items(self, member: Member, path: str = "item") -> Iterator[tuple[int, Any] | Problem]:
        """JSON values: one a line, or the elements of an array, told apart by the first character. Streams.

        Args:
            member: the file.
            path: where the array is, as ijson writes it: ``item`` for a file that is an array,
                ``results.item`` for the array under the key ``results``.

        Yields:
            (line number, value) for lines, (number of the element from 1, value) for an array; numbers
            with a point come as Decimal. A line that is no JSON comes as a Problem.

        Raises:
            LoadError: an array that breaks off or is no JSON; then nothing after it can be trusted.
        """
        if path == "item" and not self.head(member).startswith(b"["):
            yield from self._json_lines(member)
            return
        with self.open(member) as file:
            _skip_mark(file)
            number = 0
            try:
                guard = JsonGuard(file)
                for number, value in enumerate(ijson.items(guard, path), start=1):
                    guard.next_value()
                    yield number, value
            except (ijson.JSONError, UnicodeDecodeError, RecursionError, ValueError) as exc:
                raise LoadError(
                    f"is no whole JSON after element {number:,} ({_first_line(exc)}).",
                    path=member.shown,
                    hint="Fetch or write the file again.",
                ) from exc

    def _json_lines(self, member: Member) -> Iterator[tuple[int, Any] | Problem]:
        for number, line in self.text_lines(member):
            try:
                # Wikidata and others write an array with one element a line.
                value = json.loads(line.rstrip(","), parse_float=Decimal)
            except (ValueError, RecursionError) as exc:
                yield Problem(
                    Place(member.shown, number),
                    "",
                    line[:200],
                    f"the line is not JSON ({_first_line(exc)}).",
                    "Every line must be one JSON value.",
                )
            else:
                yield number, value

    def _lines(self, file: IO[bytes], shown: str) -> Iterator[str]:
        """Lines with their ends; undecodable bytes are smuggled through to name their line."""
        encoding = self.encoding or "utf-8-sig"
        with io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="") as text:
            number = 0
            try:
                while line := text.readline(MAX_LINE):
                    number += 1
                    if len(line) >= MAX_LINE:
                        raise LoadError(
                            f"the line is longer than {MAX_LINE:,} characters.",
                            path=shown,
                            line=number,
                            hint="Is a quotation mark opened and never closed, or is it no text at all?",
                        )
                    bad = _NOT_TEXT.search(line)
                    if bad:
                        raise _not_text(shown, number, line, bad)
                    yield line
            except UnicodeError as exc:
                raise LoadError(
                    f"is not {self.encoding or 'UTF-8'} ({exc}).",
                    path=shown,
                    line=number + 1,
                    hint="Name its encoding with --encoding, or save it as UTF-8.",
                ) from exc


class _Guarded(io.RawIOBase):
    """Unpacked bytes, refused beyond what an honest file packs into so few."""

    def __init__(self, unpacked: IO[bytes], packed: _Counted, shown: str) -> None:
        self._unpacked, self._packed, self._shown, self._out = unpacked, packed, shown, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._unpacked.read(min(len(buffer), 1 << 16))
        self._out += len(data)
        if self._out > MAX_ARCHIVE_BYTES and self._out > MAX_RATIO * max(1, self._packed.count):
            raise LoadError(
                f"unpacks to more than {MAX_RATIO} times its size.",
                path=self._shown,
                hint="Unpack it yourself and load the result, if you trust it.",
            )
        buffer[: len(data)] = data
        return len(data)


class _Counted(io.RawIOBase):
    def __init__(self, file: IO[bytes], meter: Meter) -> None:
        self._file, self._meter, self.count = file, meter, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        self._meter.read += len(data)
        return len(data)


def _counted(file: IO[bytes], meter: Meter) -> Any:
    class Buffered(io.BufferedReader):
        @property
        def count(self) -> int:
            return counted.count

    counted = _Counted(file, meter)
    return Buffered(counted, 1 << 16)  # pyright: ignore[reportArgumentType]


_OPENERS: dict[str, Callable[[IO[bytes]], Any]] = {
    ".gz": lambda raw: gzip.GzipFile(fileobj=raw, mode="rb"),
    ".bz2": lambda raw: bz2.BZ2File(raw, "rb"),
    ".xz": lambda raw: lzma.LZMAFile(raw, "rb"),  # noqa: SIM115 - closed by who opens it
}
TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


def _members(path: Path) -> Iterator[Member]:
    try:
        mode = path.stat().st_mode
        if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            # A pipe would wait for ever, a device never end; and both can be read but once.
            raise LoadError(
                "is no regular file.", path=str(path), hint="Write what it gives to a file, and load that."
            )
        if stat.S_ISDIR(mode):
            files = sorted(item for item in path.rglob("*") if item.is_file())
            inside = [
                item for item in files if not any(p.startswith(".") for p in item.relative_to(path).parts)
            ]
            if len(inside) > MAX_MEMBERS:
                raise LoadError(
                    f"holds {len(inside):,} files; the limit is {MAX_MEMBERS:,}.",
                    path=str(path),
                    hint="Load it in parts.",
                )
            yield from (Member(item.name, str(item), item, group=path) for item in inside)
        elif path.suffix.lower() == ".zip":
            yield from _zip_members(path)
        elif path.name.lower().endswith(TAR_ENDINGS):
            yield from _tar_members(path)
        else:
            with path.open("rb"):
                yield Member(path.name, str(path), path)
    except FileNotFoundError as exc:
        raise LoadError("there is no such file or folder.", path=str(path), hint="Check the path.") from exc
    except OSError as exc:
        raise LoadError(
            f"cannot be read ({exc.strerror}).", path=str(path), hint="Check its permissions."
        ) from exc
    except ValueError as exc:
        # A NUL byte in the path.
        raise LoadError(f"is no path ({exc}).", path=str(path)[:200], hint="Check the path.") from exc


@contextmanager
def _raw(member: Member, encoding: str | None) -> Generator[IO[bytes]]:
    if isinstance(member.entry, Path) and member.part is not None:
        yield io.BytesIO(part_bytes(member.entry, encoding, member.part))
    elif isinstance(member.entry, Path):
        with member.entry.open("rb") as file:
            yield file
    elif member.archive is not None and member.archive.suffix.lower() == ".zip":
        with _zip(member.archive) as archive, archive.open(member.entry) as file:
            yield file
    else:
        assert member.archive is not None
        with tarfile.open(member.archive) as archive:
            file = archive.extractfile(member.entry)
            if file is None:
                raise LoadError("is no file.", path=member.shown)
            with file:
                yield file


@contextmanager
def _zip(path: Path) -> Generator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, UnicodeDecodeError) as exc:
        raise LoadError(
            f"is not a zip archive ({exc}).", path=str(path), hint="Pack the files again."
        ) from exc


def _zip_members(path: Path) -> Iterator[Member]:
    with _zip(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        packed = sum(info.compress_size for info in infos)
        _check_archive(path, len(infos), sum(info.file_size for info in infos), packed)
        if any(info.flag_bits & 1 for info in infos):
            raise LoadError(
                "is protected by a password.", path=str(path), hint="Unpack it and load the folder."
            )
        yield from _named(path, [info.filename for info in infos])


def _tar_members(path: Path) -> Iterator[Member]:
    try:
        with tarfile.open(path) as archive:
            infos, size, packed = list[str](), 0, path.stat().st_size
            for info in archive:
                size += max(0, info.size)
                _check_archive(path, len(infos), size, packed)
                if info.isfile():
                    infos.append(info.name)
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as exc:
        raise LoadError(
            f"is not a tar archive ({exc}).", path=str(path), hint="Pack the files again."
        ) from exc
    yield from _named(path, infos)


def _named(path: Path, names: Iterable[str]) -> Iterator[Member]:
    found: dict[str, Member] = {}
    for full in names:
        parts = [part for part in re.split(r"[/\\]", full) if part not in ("", ".", "..")]
        # What packers leave beside the files themselves.
        if not parts or parts[0] == "__MACOSX" or parts[-1].startswith("."):
            continue
        inner = "/".join(parts)
        if inner.lower() in found:
            raise LoadError(
                f"holds two files called {inner!r}.", path=str(path), hint="Pack one data set per archive."
            )
        found[inner.lower()] = Member(parts[-1], f"{path}/{inner}", full, path, path)
    yield from (found[key] for key in sorted(found))


def _check_archive(path: Path, count: int, size: int, packed: int) -> None:
    if count > MAX_MEMBERS or (size > MAX_ARCHIVE_BYTES and size > MAX_RATIO * max(1, packed)):
        raise LoadError(
            f"unpacks to {count:,} files of {size:,} bytes; the limits are {MAX_MEMBERS:,} files, and "
            f"{MAX_RATIO} times its size beyond {MAX_ARCHIVE_BYTES:,} bytes.",
            path=str(path),
            hint="Unpack it yourself and load the folder, if you trust it.",
        )


def _skip_mark(file: IO[bytes]) -> None:
    if isinstance(file, io.BufferedReader) and file.peek(3)[:3] == codecs.BOM_UTF8:
        file.read(3)


def _first_line(exc: BaseException) -> str:
    first = exc.args[0] if exc.args else None
    # The JSON parser gives bytes at times.
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(exc)
    return (text.strip() or type(exc).__name__).splitlines()[0][:120]


def _not_text(shown: str, number: int, line: str, bad: re.Match[str]) -> LoadError:
    if number == 1 and line.encode("utf-8", "surrogateescape")[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return LoadError(
            "is UTF-16, not UTF-8.",
            path=shown,
            line=1,
            hint="Say --encoding utf-16, or save it as “CSV UTF-8”.",
        )
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
        hint="Save it as “CSV UTF-8”, or name its encoding: --encoding cp1252 (Windows) or mac_roman.",
    )


def _header(reader: Iterator[list[str]], shown: str) -> list[str]:
    try:
        header = next(reader, None)
    except csv.Error as exc:
        raise LoadError(f"the header cannot be read ({exc}).", path=shown, line=1) from exc
    if not header:
        raise LoadError("has no header.", path=shown, line=1, hint="The first line must name the columns.")
    header = [name.strip() for name in header]
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


def _evened(cells: list[str], width: int) -> list[str]:
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells + [""] * (width - len(cells))


def _malformed(place: Place, reason: str) -> Problem:
    hint = 'Inside a quoted cell write a quotation mark twice (""), and close every cell.'
    if "field limit" in reason or "end of data" in reason:
        reason = "a quotation mark is opened and not closed"
    return Problem(place, "", "", f"the row is not valid CSV: {reason}.", hint)
