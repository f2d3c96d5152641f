"""Files that a reader hands to the import: kept in a folder of this session, read by the loaders."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from graph.errors import LoadError
from graph.importer import Origin
from graph.model import Item
from loaders import FORMATS, Plan, ReadOptions, loader_for, plan
from loaders.mapping import Mapping, mapping_text, read_mapping
from loaders.mapping_guess import guess_mapping
from loaders.source_file import SourceFile

ENCODINGS = ("UTF-8", "cp1252", "mac_roman", "latin-1", "utf-16")
LOOK = "look at the content"
MAPPING_NAME = "mapping.yaml"
_TELL_EVERY = 500


@dataclass(frozen=True, slots=True)
class Handed:
    """What the reader handed over.

    Attributes:
        folder: of this session, where the files lie.
        names: file names as they were on the reader's machine, without folders.
        format_id: None to look at the content.
        options: how to read.
        key: tells this from any other choice of files and options.
    """

    folder: Path
    names: tuple[str, ...]
    format_id: str | None
    options: ReadOptions
    key: str

    @property
    def paths(self) -> list[Path]:
        """The files."""
        return [self.folder / name for name in self.names]

    def planned(self) -> Plan:
        """Which loader reads which file.

        Raises:
            LoadError: a file is in no known format, or cannot be read.
        """
        return plan(self.paths, self.format_id, self.options)

    def origin(self, planned: Plan) -> Origin:
        """What the list of imports is to call it."""
        return Origin(self.names, tuple(dict.fromkeys(r.loader.format_id for r in planned.readings)))

    def shorten(self, text: str) -> str:
        """A message without the folder of the session, which means nothing to the reader."""
        return text.replace(f"{self.folder}/", "")


def files_input() -> Handed | None:
    """The files and how to read them; None until there are files."""
    given = st.file_uploader(
        "Files to import",
        accept_multiple_files=True,
        key="import-files",
        help="Tables (CSV, Excel, Parquet, JSON lines), exports of registers, graph files, archives of them. "
        "Hand over together what belongs together, such as companies and investments.",
    )
    with st.grid(3, min_column_width=220):
        format_id = st.selectbox(
            "Format", [LOOK, *FORMATS], key="import-format", format_func=_title,
            help="Interlock looks at the content; choose one only if it looks wrongly.",
        )  # fmt: skip
        encoding = st.selectbox("Encoding of text", ENCODINGS, key="import-encoding")
        publisher = st.text_input(
            "Publisher", key="import-publisher", placeholder="as the format says",
            help="Who published these files; stands with the source of every tie that names none itself.",
        )  # fmt: skip
    if not given:
        return None
    folder, names = _kept(given)
    options = ReadOptions(
        encoding=None if encoding == "UTF-8" else encoding, publisher=(publisher or "").strip() or None
    )
    chosen = None if format_id == LOOK else format_id
    return Handed(folder, names, chosen, options, f"{folder}|{chosen}|{options}")


def needs_mapping(planned: Plan) -> bool:
    """Whether a file is a table whose columns people have to explain."""
    return any(reading.loader.format_id == "table" for reading in planned.readings)


def guessed(handed: Handed, planned: Plan) -> str:
    """The text of a mapping for the tables, guessed once for each choice of files."""
    key = f"mapping of {handed.key}"
    if key not in st.session_state:
        tables = [
            member
            for reading in planned.readings
            if reading.loader.format_id == "table"
            for member in reading.source.members
        ]
        source = SourceFile(*handed.paths, encoding=handed.options.encoding).subset(tables)
        st.session_state[key] = mapping_text(guess_mapping(source))
    return st.session_state[key]


def with_mapping(handed: Handed, text: str) -> tuple[Handed, Mapping]:
    """The same files, read by this mapping.

    Raises:
        LoadError: the text is no mapping; names the field.
    """
    path = handed.folder / f".{MAPPING_NAME}"
    path.write_text(text, encoding="utf-8")
    mapping = read_mapping(path)
    old = handed.options
    options = ReadOptions(path, old.encoding, old.publisher, old.date, old.url)
    return Handed(handed.folder, handed.names, handed.format_id, options, f"{handed.key}|{text}"), mapping


def metered(planned: Plan, bar: Any) -> Iterator[Item]:
    """What the loaders read, with a bar that follows how much of the files is behind it."""
    total = max(1, planned.meter.total)
    for number, item in enumerate(planned.items()):
        if number % _TELL_EVERY == 0:
            bar.progress(min(1.0, planned.meter.read / total), f"Reading: {number:,} records")
        yield item


def _kept(given: Sequence[Any]) -> tuple[Path, tuple[str, ...]]:
    """The uploaded files in a folder that goes with the session."""
    key = tuple(file.file_id for file in given)
    kept = st.session_state.get("import-kept")
    if kept is None or kept[0] != key:
        folder = tempfile.TemporaryDirectory(prefix="interlock-import-")
        names: list[str] = []
        for number, file in enumerate(given):
            # The last part alone: a name must not choose where the file lands.
            name = Path(file.name.replace("\\", "/")).name.lstrip(".") or f"file-{number}"
            if name in names:
                raise LoadError(
                    f"Two files are called {name!r}.", hint="Hand over one of them, or rename one."
                )
            (Path(folder.name) / name).write_bytes(file.getbuffer())
            names.append(name)
        kept = st.session_state["import-kept"] = (key, folder, tuple(names))
    return Path(kept[1].name), kept[2]


def _title(format_id: str) -> str:
    return LOOK.capitalize() if format_id == LOOK else f"{loader_for(format_id).title} ({format_id})"
