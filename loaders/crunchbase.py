"""Crunchbase's files: exports of 2013 to 2015, the snapshot of 2013, and the bulk CSV since 2016."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graph.errors import LoadError
from graph.model import Item, Place, Problem, Unread
from loaders import ReadOptions
from loaders.crunchbase_bulk import read_bulk
from loaders.crunchbase_exports import read_exports
from loaders.crunchbase_snapshot import read_snapshot
from loaders.crunchbase_table import (
    BULK,
    EXPORTS,
    SNAPSHOT,
    Reading,
    Table,
    find_table,
    has_table_name,
    is_web_page,
)
from loaders.source_file import Member, SourceFile

_WEB_PAGE = "is a web page (HTML), not a table"
_WEB_PAGE_HINT = "Fetch the file itself; on a code host that is the link “Raw” or “Download”."


class CrunchbaseLoader:
    """Tables of any of the three generations, all of them or some; one generation after the other."""

    format_id = "crunchbase"
    title = "Crunchbase CSV: exports 2013-2015, snapshot 2013, bulk CSV since 2016"
    strict = False

    def __init__(self, options: ReadOptions) -> None:
        self._options = options

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether its header is one of Crunchbase's, or it is a web page called as one of its tables."""
        if is_web_page(source, member):
            return has_table_name(member)
        return find_table(source, member) is not None

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every row of the tables; files that are none of them are named.

        Raises:
            LoadError: none of the files is a table of Crunchbase, or one of them cannot be read.
        """
        tables: list[Table] = []
        pages: list[Member] = []
        others: list[Member] = []
        for member in source.members:
            if is_web_page(source, member):
                pages.append(member)
            elif table := find_table(source, member):
                tables.append(table)
            else:
                others.append(member)
        if not tables and pages:
            raise LoadError(f"{_WEB_PAGE}.", path=pages[0].shown, hint=_WEB_PAGE_HINT)
        if not tables:
            raise LoadError(
                "holds none of the tables of Crunchbase.",
                path=str(source.path),
                hint="They are told apart by their headers; was a column renamed?",
            )
        for member in pages:
            head = source.head(member)[:80].decode("utf-8", "replace")
            yield Problem(Place(member.shown, 1), "", head, f"the file {_WEB_PAGE}.", _WEB_PAGE_HINT)
        cited: set[str] = set()
        for generation, reader in _READERS:
            found = [table for table in tables if table.generation == generation]
            if found:
                yield from reader(Reading(source, self._options, found, cited))
        yield from (Unread(member.shown, ()) for member in others)


_READERS: tuple[tuple[str, Callable[[Reading], Iterator[Item]]], ...] = (
    (EXPORTS, read_exports),
    (SNAPSHOT, read_snapshot),
    (BULK, read_bulk),
)
