"""Formats in, records out. A loader touches no store and no network.

To add a format, write ``loaders/<format>.py`` with a class of the shape of :class:`Loader` and put it
into :data:`FORMATS`: the first that accepts a file reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from graph.errors import UnknownFormat, did_you_mean
from graph.model import Item, Unread
from loaders.source_file import Member, Meter, SourceFile

FORMATS: Mapping[str, str] = {
    "triple": "loaders.triple:TripleLoader",
    "bods": "loaders.bods:BodsLoader",
    "psc": "loaders.psc:PscLoader",
    "ftm": "loaders.ftm:FtmLoader",
    "gleif": "loaders.gleif:GleifLoader",
    "crunchbase": "loaders.crunchbase:CrunchbaseLoader",
    "icij": "loaders.icij:IcijLoader",
    "littlesis": "loaders.littlesis:LittleSisLoader",
    "sec-formd": "loaders.sec_formd:FormDLoader",
    "sec-ownership": "loaders.sec_ownership:OwnershipLoader",
    "sec-13dg": "loaders.sec_13dg:StakesLoader",
    "sec-13f": "loaders.sec_13f:HoldingsLoader",
    "wikidata": "loaders.wikidata:WikidataLoader",
    "neo4j-bulk": "loaders.neo4j_bulk:Neo4jBulkLoader",
    "graphml": "loaders.graphml:GraphMLLoader",
    "gexf": "loaders.gexf:GexfLoader",
    "pajek": "loaders.pajek:PajekLoader",
    "node-link": "loaders.node_link:NodeLinkLoader",
    "table": "loaders.table:TableLoader",
}
"""Format id to ``module:class``, in the order they are asked; imported on first use."""

# Beside the data, about the data: nobody expects them to be loaded.
_NO_DATA = (".md", ".py")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read.

    Attributes:
        mapping: mapping file for tables whose columns are not known.
        encoding: of text files; None for UTF-8.
        publisher, date, url: of the source that ties get which name none themselves; None for what the
            format says or, failing that, the file's name.
    """

    mapping: Path | None = None
    encoding: str | None = None
    publisher: str | None = None
    date: str | None = None
    url: str | None = None


class Loader(Protocol):
    """What a format module offers. Made with the :class:`ReadOptions`.

    Attributes:
        format_id, title: id for ``--as`` and name for people.
        strict: whether one wrong row turns the import down: so for data people wrote for Interlock, not for
            the exports of others, whose wrong rows are listed and left out.
    """

    format_id: str
    title: str
    strict: bool

    def __init__(self, options: ReadOptions) -> None: ...

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether it can read this file, judged by content; reads its head at most."""
        ...

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every row of the source's files as records, or as what is wrong with it. Streams."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """Files that one loader reads together."""

    loader: Loader
    source: SourceFile


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be read by which loader, and files of no known format."""

    readings: tuple[Reading, ...]
    unread: tuple[Unread, ...]
    meter: Meter

    @property
    def strict(self) -> bool:
        """Whether one wrong row turns the import down."""
        return any(reading.loader.strict for reading in self.readings)

    @property
    def formats(self) -> tuple[str, ...]:
        """Ids of the formats, each once, in the order they are read."""
        return tuple(dict.fromkeys(reading.loader.format_id for reading in self.readings))

    def items(self) -> Iterator[Item]:
        """Everything the loaders read, in their order."""
        for reading in self.readings:
            yield from reading.loader.read(reading.source)
        yield from self.unread


def loader_for(format_id: str, options: ReadOptions | None = None) -> Loader:
    """The loader of a format.

    Raises:
        UnknownFormat: no such format.
    """
    if format_id not in FORMATS:
        raise UnknownFormat(
            f"There is no format {format_id!r}.{did_you_mean(format_id, list(FORMATS))}",
            hint=_known(),
            details={"known": list(FORMATS)},
        )
    module, _, name = FORMATS[format_id].partition(":")
    return getattr(import_module(module), name)(options or ReadOptions())


def plan(
    paths: Sequence[str | Path],
    as_format: str | None = None,
    options: ReadOptions | None = None,
    *,
    unknown_tables: bool = False,
) -> Plan:
    """Find a loader for every file; ``as_format`` wins over their content.

    Files of one format are read together, whether they were named one by one or lie in one folder: a
    format may need several tables at once.

    Args:
        paths: files, folders, archives.
        as_format: see :data:`FORMATS`; None to look at the content.
        options: how to read.
        unknown_tables: whether tables that nobody has explained yet are kept beside files of known formats,
            for somebody who will explain them before they are read.

    Raises:
        UnknownFormat: no file is in a known format; says which are.
        LoadError: a path cannot be read.
    """
    chosen = options or ReadOptions()
    whole = SourceFile(*paths, encoding=chosen.encoding)
    members = whole.members
    whole.meter.total = sum(_size(path) for path in whole.paths)
    if as_format is not None:
        return Plan((Reading(loader_for(as_format, chosen), whole),), (), whole.meter)
    loaders = [loader_for(format_id, chosen) for format_id in FORMATS]
    found: dict[str, list[Member]] = {}
    unread: list[Member] = []
    for member in members:
        loader = next((each for each in loaders if each.accepts(whole, member)), None)
        found.setdefault(loader.format_id, []).append(member) if loader else unread.append(member)
    if not found:
        raise UnknownFormat(
            "is in no format that Interlock knows." if unread else "holds no file.",
            path=unread[0].shown if len(unread) == 1 else str(whole.path),
            hint=_known(),
            details={"known": list(FORMATS)},
        )
    if "table" in found and len(found) > 1 and not unknown_tables:
        # Beside files of a known format an unknown table is left unread, and said; alone it is what is meant.
        known = _known_tables(whole.subset(found["table"]), chosen)
        unread += [member for member in found["table"] if member not in known]
        found["table"] = known
    readings = [
        Reading(loader, whole.subset(part))
        for loader in loaders
        if found.get(loader.format_id)
        for part in _together(loader, found[loader.format_id])
    ]
    left = (member.shown for member in unread if not member.plain_name.endswith(_NO_DATA))
    return Plan(tuple(readings), tuple(Unread(shown, ()) for shown in left), whole.meter)


def _known_tables(source: SourceFile, options: ReadOptions) -> list[Member]:
    from loaders.table import TableLoader

    return TableLoader(options).known(source)


def _together(loader: Loader, members: list[Member]) -> list[list[Member]]:
    """Members to be read at once: all of a format, but one folder or archive at a time of Interlock's own,
    whose tables go by their names."""
    if not loader.strict:
        return [members]
    groups: dict[Path, list[Member]] = {}
    for member in members:
        groups.setdefault(member.group, []).append(member)
    return list(groups.values())


def read_path(path: str | Path, as_format: str | None = None) -> Iterator[Item]:
    """Everything in a file, folder or archive: :func:`plan` and its ``items`` in one call."""
    return plan([path], as_format).items()


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
        return path.stat().st_size
    except OSError:
        return 0


def _known() -> str:
    return "Known: " + "; ".join(f"{key} ({loader_for(key).title})" for key in FORMATS) + "."
