"""A graph as the CSV files of ``neo4j-admin database import``.

What is imported is what :mod:`graph.store.neo4j_write` would have written, down to the types of properties.
There is one file a kind of entity, one a tie type, one of the sources, and one each of the nodes that the
store keeps for itself: its state and version, the log and the parts of the log. ``import.sh`` runs the
importer on them, ``README.txt`` says what to do before and after, ``manifest.json`` tells what they hold.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any

from graph.atomic import MANIFEST, new_folder
from graph.errors import SchemaViolation
from graph.log_entries import now
from graph.model import DERIVED, Entity, Record, Source, Tie, to_properties
from graph.moves.bulk_text import ARRAYS, NodeFile, TieFile, readme, script
from graph.moves.digest import FRACTIONS, SORTS, Digest, Tally
from graph.moves.records import FLAGS, LISTS, WHOLE
from graph.moves.scan import log_entries, refuse_written, scan
from graph.moves.unfinished import refuse_unfinished
from graph.ontology import ontology
from graph.store.base import LogEntry, Progress, Store
from graph.store.status import MODEL_VERSION

FORMAT = "interlock-neo4j-admin"
_SORT_OF = {kind: sort for sort, kind in SORTS.items()}
_ENDS = ("from_id", "type", "to_id")
_NOT_DERIVED = {Entity: ("valid_from", "valid_to"), Tie: ("name_key",), Source: DERIVED}


def export_bulk(
    store: Store, folder: str | Path, *, replace: bool = False, progress: Progress | None = None
) -> Digest:
    """Write everything a store holds, its log included, as files for the importer.

    Args:
        folder: made when all of it is written; see :func:`graph.atomic.new_folder`.
        replace: write anew a folder that such an export made before.
        progress: told (records, records in all).

    Returns:
        What was written, counted and hashed; the imported database has the same.

    Raises:
        SettingsError: the folder is there already, or cannot be written.
        SchemaViolation: a record cannot be written so.
        StoreUnavailable: the store was written meanwhile.
        StoreRefused: the store holds only a part of a copy.
    Cost: one pass over the store. Memory: some thousand rows.
    """
    refuse_unfinished(store)
    version = store.data_version()
    with writing_bulk(folder, replace=replace) as out:
        for read in scan(store, progress):
            out.add(read.record)
        for entry in log_entries(store):
            out.add_log(entry)
        refuse_written(store, version)
    return out.digest


def write_bulk(
    folder: str | Path,
    records: Iterable[Record],
    log: Sequence[LogEntry] = (),
    *,
    total: int = 0,
    replace: bool = False,
    progress: Progress | None = None,
) -> Digest:
    """Write records and log entries as files for the importer; see :func:`export_bulk`.

    Args:
        records: with every end of a tie among them, and no id twice in a sort.
        total: how many records there are, for ``progress``.
    """
    with writing_bulk(folder, replace=replace) as out:
        for number, record in enumerate(records):
            out.add(record)
            if progress and number % _TELL_EVERY == 0:
                progress(number, total)
        for entry in log:
            out.add_log(entry)
    return out.digest


_TELL_EVERY = 5_000


@contextmanager
def writing_bulk(folder: str | Path, *, replace: bool = False) -> Generator[BulkWriter]:
    """A writer into a folder that gets its name, with script and manifest, when the block ends well."""
    with new_folder(folder, replace=replace) as part:
        with ExitStack() as files:
            writer = BulkWriter(part, files)
            yield writer
            writer.add_meta()
        writer.add_texts()


class BulkWriter:
    """Writes records into the files of their kind or type, which are opened when first needed.

    Attributes:
        digest: of what was written, once the block of :func:`writing_bulk` has ended.
    """

    digest: Digest

    def __init__(self, folder: Path, files: ExitStack) -> None:
        self._folder, self._files = folder, files
        self._tally = Tally()
        self._tables: dict[str, _Table] = {}
        self._of: dict[str, _Table] = {}  # by kind or type
        self._made: list[NodeFile | TieFile] = []
        self._lines = False

    def add(self, record: Record) -> None:
        """Write a record.

        Raises:
            SchemaViolation: a text in a list has the character in it that parts lists.
        """
        self._tally.add(_SORT_OF[type(record)], record)
        if isinstance(record, Tie):
            table = self._of.get(record.type) or self._ties(record.type)
            table.write({**to_properties(record), "from_id": record.from_id, "to_id": record.to_id})
        elif isinstance(record, Entity):
            table = self._of.get(record.kind) or self._entities(record.kind)
            table.write(to_properties(record))
        else:
            self._table("sources", ("Source",), _columns(Source)).write(to_properties(record))

    def add_log(self, entry: LogEntry) -> None:
        """Write an entry of the log with its parts."""
        self._tally.add_log(entry)
        named = ("kind", "at", "summary")
        columns = {"id": "id:ID(InterlockLog)"} | {name: f"{name}:string" for name in named}
        self._table("log", ("InterlockLog",), columns).write(
            {"id": entry.id, "kind": entry.kind, "at": entry.at, "summary": entry.summary}
        )
        columns = {"entry": "entry:string", "number": "number:long", "text": "text:string"}
        for number, part in enumerate(entry.parts):
            self._table("log-parts", ("InterlockLogPart",), columns).write(
                {"entry": entry.id, "number": number, "text": part}
            )

    def add_meta(self) -> None:
        """Write the node by which a store knows its state and the version of its model."""
        columns = {
            "id": "id:ID(InterlockMeta)", "version": "version:string", "model_version": "model_version:long",
        }  # fmt: skip
        self._table("meta", ("InterlockMeta",), columns).write(
            {"id": "meta", "version": uuid.uuid4().hex[:16], "model_version": MODEL_VERSION}
        )
        self._lines = any(table.lines for table in self._tables.values())

    def add_texts(self) -> None:
        """Write what tells how to import the files, and what they hold."""
        self.digest = self._tally.digest()
        made = sorted(self._made, key=lambda file: (isinstance(file, TieFile), file.name))
        text = script(made, lines=self._lines)
        (self._folder / "import.sh").write_text(text, encoding="utf-8", newline="\n")
        (self._folder / "import.sh").chmod(0o755)
        (self._folder / "README.txt").write_text(readme(self.digest), encoding="utf-8", newline="\n")
        (self._folder / MANIFEST).write_text(manifest_text(FORMAT, self.digest), encoding="utf-8")

    def _entities(self, kind: str) -> _Table:
        label = ontology().label_of(kind)
        table = self._table(f"entities-{kind}", ("Entity", label), _columns(Entity))
        self._of[kind] = table
        return table

    def _ties(self, type_: str) -> _Table:
        name = f"ties-{type_.lower().replace('_', '-')}.csv"
        ends = {"from_id": ":START_ID(Entity)", "to_id": ":END_ID(Entity)"}
        table = self._tables[name] = self._opened(name, {**ends, **_columns(Tie)})
        self._made.append(TieFile(name, type_))
        self._of[type_] = table
        return table

    def _table(self, name: str, labels: tuple[str, ...], columns: dict[str, str]) -> _Table:
        if name not in self._tables:
            file = NodeFile(f"{name}.csv", labels)
            self._tables[name] = self._opened(file.name, columns)
            self._made.append(file)
        return self._tables[name]

    def _opened(self, name: str, columns: dict[str, str]) -> _Table:
        file = (self._folder / name).open("w", encoding="utf-8", newline="")
        return _Table(self._files.enter_context(file), columns)


class _Table:
    """One file. ``lines``: whether a cell had a line break in it, which costs the importer its haste."""

    def __init__(self, file: IO[str], columns: dict[str, str]) -> None:
        self._write, self._names, self.lines = file.write, tuple(columns), False
        file.write(",".join(columns.values()) + "\n")

    def write(self, values: dict[str, Any]) -> None:
        try:
            row = ",".join([self._cell(values.get(name)) for name in self._names])
        except ValueError as exc:
            raise SchemaViolation(
                f"{values.get('id')}: {exc}",
                hint="Take that text out of the record, then write the files again.",
            ) from None
        if not self.lines and ("\n" in row or "\r" in row):
            self.lines = True
        self._write(f"{row}\n")

    def _cell(self, value: Any) -> str:
        if value is None:
            return ""
        if value.__class__ is str:
            # Always quoted: an empty text is none that is missing.
            return f'"{value.replace(_QUOTE, _TWICE)}"'
        if value.__class__ is list:
            return self._list(value)
        return "true" if value is True else "false" if value is False else repr(value)

    def _list(self, texts: list[str]) -> str:
        for text in texts:
            if ARRAYS in text:
                raise ValueError(
                    f"a text of a list holds the character that parts lists here (U+001F): {text!r:.60}."
                )
        return f'"{ARRAYS.join(texts).replace(_QUOTE, _TWICE)}"'


_QUOTE, _TWICE = '"', '""'


def _columns(kind: type[Any]) -> dict[str, str]:
    """Property to header of the properties that a store keeps of a sort of records."""
    names = [field.name for field in fields(kind) if kind is not Tie or field.name not in _ENDS]
    names += [name for name in DERIVED if name not in _NOT_DERIVED[kind]]
    made = {name: f"{name}:{_type_of(name)}" for name in names}
    if kind is not Tie:  # a relationship has no id space
        made["id"] = f"id:ID({kind.__name__})"
    return made


def _type_of(name: str) -> str:
    for names, title in (
        (LISTS, "string[]"), (WHOLE, "long"), (FRACTIONS, "double"), (FLAGS, "boolean"),
    ):  # fmt: skip
        if name in names:
            return title
    return "string"


def manifest_text(format_id: str, digest: Digest) -> str:
    """What the files of an exported folder hold, as JSON."""
    from graph import __version__

    found = {"format": format_id, "made": now(), "interlock": __version__, "ontology": ontology().version}
    return json.dumps({**found, "digest": asdict(digest)}, indent=2) + "\n"
