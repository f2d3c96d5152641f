"""Files that a reader hands to the import: kept in a folder of this session, read by the loaders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import streamlit as st

from graph.errors import ExplorerError, LoadError, UnknownFormat
from graph.importer import Origin
from graph.model import Item, Place, Unread
from loaders import FORMATS, Plan, ReadOptions, loader_for, plan
from widgets.access import must_edit
from widgets.parts import show_error
from widgets.session_folder import Folder
from widgets.text import md, plain
from widgets.working import Meter

ENCODINGS = ("UTF-8", "cp1252", "mac_roman", "latin-1", "utf-16")
LOOK = "look at the content"
MAPPING_NAME = "mapping.yaml"
_MAPPINGS = ".mapping"
_TELL_EVERY = 500
# What the loaders advise on the command line, for the page.
_ON_THE_PAGE = (
    ("Name its encoding with --encoding", "Choose its encoding under Options"),
    ("Say --encoding utf-16", "Choose the encoding utf-16 under Options"),
    ("name its encoding: --encoding cp1252", "choose its encoding under Options: cp1252"),
    ("load another format with --as", "choose another format under Options"),
    ("; interlock imports lists them", "; they stand under Imports so far"),
    ("List them with: interlock imports", "They stand under Imports so far"),
)


@dataclass(frozen=True, slots=True)
class Handed:
    """What the reader handed over.

    Attributes:
        folder: of this session, where the files lie.
        names: file names as they were on the reader's machine, without folders.
        format_id: None to look at the content.
        options: how to read.
        key: tells this from any other choice of files and options.
        mapping: text of a mapping that was handed over with the files.
        tables: whether tables of unknown columns are read beside files of known formats.
    """

    folder: Path
    names: tuple[str, ...]
    format_id: str | None
    options: ReadOptions
    key: str
    mapping: str | None = None
    tables: bool = True

    @property
    def paths(self) -> list[Path]:
        """The files."""
        return [self.folder / name for name in self.names]

    def planned(self) -> Plan:
        """Which loader reads which file.

        Raises:
            LoadError: a file is in no known format, or cannot be read.
        """
        return plan(self.paths, self.format_id, self.options, unknown_tables=self.tables)

    def without_tables(self) -> Handed:
        """The same files, tables of unknown columns left aside where others are of a known format."""
        return replace(self, tables=False, key=f"{self.key}|no tables")

    def origin(self, planned: Plan) -> Origin:
        """What the list of imports is to call it."""
        return Origin(self.names, planned.formats)

    def with_mapping(self, text: str) -> Handed:
        """The same files, read by this mapping."""
        path = self.folder / _MAPPINGS / MAPPING_NAME
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace")
        return replace(self, options=replace(self.options, mapping=path), key=f"{self.key}|{text}")

    def shorten(self, text: str) -> str:
        """A message without the folder of the session, which means nothing to the reader."""
        return text.replace(f"{self.folder}/{_MAPPINGS}/", "").replace(f"{self.folder}/", "")


def files_input() -> Handed | None:
    """The files and how to read them; None until there are files.

    Raises:
        LoadError: two files have one name.
    """
    state = st.session_state
    given = st.file_uploader(
        "Files to import",
        accept_multiple_files=True,
        key=f"import-files-{state.get('import-turn', 0)}",
        on_change=lambda: state.pop("import-kept", None),
        help="Tables (CSV, Excel, Parquet, JSON lines), exports of registers, graph files, archives of them. "
        "Hand over together what belongs together, such as companies and investments. A mapping that was saved "
        "before may come along as a .yaml file.",
    )
    with st.expander("Options: format, encoding, publisher"), st.grid(3, min_column_width=220):
        format_id = st.selectbox(
            "Format", [LOOK, *FORMATS], key="import-format", format_func=_title,
            help="Interlock looks at the content; choose one only if it looks wrongly.",
        )  # fmt: skip
        encoding = st.selectbox("Encoding of text", ENCODINGS, key="import-encoding")
        publisher = st.text_input(
            "Publisher", key="import-publisher", placeholder="as the format says",
            help="Who published these files; stands with the source of every tie that names none itself.",
        )  # fmt: skip
    if given:
        _keep(given)
    kept = state.get("import-kept")
    if kept is None:
        return None
    if not kept[2].path.exists():
        # The session was away for longer than its files are kept.
        put_away()
        st.rerun()
    if not given:
        _still_here(kept[1])
    _, names, folder, mapping = kept
    options = ReadOptions(
        encoding=None if encoding == "UTF-8" else encoding, publisher=(publisher or "").strip() or None
    )
    chosen = None if format_id == LOOK else format_id
    return Handed(folder.path, names, chosen, options, f"{folder.path}|{chosen}|{options}", mapping)


def put_away() -> None:
    """Forget the files: an empty uploader, and no folder any more."""
    state = st.session_state
    for key in ("import-kept", "import-look", "import-mapping"):
        state.pop(key, None)
    # An uploader is emptied only by becoming another one.
    state["import-turn"] = state.get("import-turn", 0) + 1


def metered(handed: Handed, planned: Plan, meter: Meter) -> Iterator[Item]:
    """What the loaders read; the meter follows how much of the files is behind it.

    Places name the files as the reader knows them: they are kept with the records, and outlive the folder.
    """
    total = max(1, planned.meter.total)
    short: dict[str, str] = {}
    for number, item in enumerate(planned.items()):
        if number % _TELL_EVERY == 0:
            meter(planned.meter.read / total, f"Reading: {number:,} records")
        path = item.path if isinstance(item, Unread) else item.place.path
        if path not in short:
            short[path] = handed.shorten(path)
        if isinstance(item, Unread):
            yield Unread(short[path], item.names)
        else:
            place = Place(short[path], item.place.line, item.place.row)
            yield replace(item, place=place)


def refused(error: ExplorerError, handed: Handed | None = None) -> None:
    """Show an error of the import: with the names of the files alone, and advice for the page."""
    message, hint = error.message, error.hint
    if handed is not None:
        message, hint = handed.shorten(message), handed.shorten(hint)
    if isinstance(error, UnknownFormat):
        hint = "The formats stand under Options. A table needs a header and a row below it."
    for old, new in _ON_THE_PAGE:
        hint = hint.replace(old, new)
    show_error(LoadError(message, hint=hint))


def _keep(given: Sequence[Any]) -> None:
    """Put the uploaded files into a folder of the session."""
    key = tuple(file.file_id for file in given)
    kept = st.session_state.get("import-kept")
    if kept is not None and kept[0] == key:
        return
    must_edit()
    names = [safe_name(file.name) for file in given]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise LoadError(
            f"Two files are called {plain(twice, 120)!r}.", hint="Take one of them away, or rename it."
        )
    folder, mapping = Folder(), None
    for name, file in zip(names, given, strict=True):
        if name.lower().endswith((".yaml", ".yml")):
            mapping = file.getvalue()[:1_000_000].decode("utf-8-sig", "replace")
        else:
            (folder.path / name).write_bytes(file.getbuffer())
    data_names = tuple(name for name in names if (folder.path / name).exists())
    if not data_names:
        raise LoadError("This is a mapping alone.", hint="Hand over the tables that it is for with it.")
    st.session_state["import-kept"] = (key, data_names, folder, mapping)
    for old in ("import-done", "import-look", "import-mapping"):
        st.session_state.pop(old, None)


def safe_name(name: str) -> str:
    """The last part of a name alone, so that it cannot choose where the file lands, and no longer than disks bear.

    >>> safe_name("../../etc/.passwd"), safe_name("C:\\\\deals.csv"), len(safe_name("x" * 999 + ".csv"))
    ('passwd', 'deals.csv', 160)
    """
    last = plain(name.replace("\\", "/").rpartition("/")[2], 1_000).lstrip(".") or "file"
    stem, dot, ending = last.rpartition(".")
    room = 160 - len(dot + ending)
    return f"{stem[:room]}{dot}{ending}" if stem and room > 0 else last[:160]


def short_name(name: str) -> str:
    """A file's name for the screen, short enough to leave room for others; its ending stays.

    >>> short_name("deals.csv"), short_name("x" * 99 + ".csv")[-8:]
    ('deals.csv', 'xxx….csv')
    """
    if len(name) <= 60:
        return name
    ending = PurePath(name).suffix[:12]
    return f"{name[: 59 - len(ending)]}…{ending}"


def _still_here(names: Sequence[str]) -> None:
    """After a visit to another page the uploader is empty, and the files are still there."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/folder_open: Still here: {md(', '.join(names), 300)}")
        if st.button("Put away", key="import-put-away", icon=":material/close:"):
            put_away()
            st.rerun()


def _title(format_id: str) -> str:
    return LOOK.capitalize() if format_id == LOOK else f"{loader_for(format_id).title} ({format_id})"
