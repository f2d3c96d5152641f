"""Finding the saved queries of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from graph.errors import LoadError, QueryNotFound
from graph.queries.header import SavedQuery, read_query
from graph.settings import PROJECT_FOLDER

QUERY_FOLDER = PROJECT_FOLDER / "cypher"


@dataclass(frozen=True)
class Catalogue:
    """All saved queries, ordered by category and id. Ids are unique over all categories."""

    queries: tuple[SavedQuery, ...]

    def __iter__(self) -> Iterator[SavedQuery]:
        return iter(self.queries)

    def __len__(self) -> int:
        return len(self.queries)

    def all(self) -> tuple[SavedQuery, ...]:
        """Every query."""
        return self.queries

    def get(self, query_id: str) -> SavedQuery:
        """The query with this id.

        Raises:
            QueryNotFound: with the nearest known ids.
        """
        for query in self.queries:
            if query.id == query_id:
                return query
        raise QueryNotFound(query_id, [query.id for query in self.queries])

    def categories(self) -> tuple[str, ...]:
        """Names of the categories, in order."""
        return tuple(dict.fromkeys(query.category for query in self.queries))

    def search(self, text: str) -> tuple[SavedQuery, ...]:
        """Queries in which every word of ``text`` occurs, in title, text about it, tags, id or category."""
        words = text.casefold().split()

        def matches(query: SavedQuery) -> bool:
            hay = " ".join((query.id, query.title, query.about, query.category, *query.tags)).casefold()
            return all(word in hay for word in words)

        return tuple(query for query in self.queries if matches(query))

    def about_an_entity(self) -> tuple[tuple[SavedQuery, str], ...]:
        """Queries that need an entity, each with the first parameter that takes one."""
        found: list[tuple[SavedQuery, str]] = []
        for query in self.queries:
            names = [p.name for p in query.parameters if p.type == "entity id" and p.required]
            if names:
                found.append((query, names[0]))
        return tuple(found)


def catalogue(folder: Path | None = None) -> Catalogue:
    """The saved queries under ``folder`` (default: ``cypher/``), read again only when a file changed.

    Raises:
        LoadError: a file is wrong, or two have the same id.
    """
    root = folder or QUERY_FOLDER
    files = tuple(sorted(root.glob("*/*.cypher")))
    return _read(tuple((file, file.stat().st_mtime_ns) for file in files))


@lru_cache(maxsize=8)
def _read(files: tuple[tuple[Path, int], ...]) -> Catalogue:
    found: dict[str, SavedQuery] = {}
    for file, _ in files:
        query = read_query(file)
        if query.id in found:
            raise LoadError(
                f"the id is taken by {found[query.id].path}.",
                path=str(file),
                line=1,
                field="id",
                hint="Rename one.",
            )
        found[query.id] = query
    return Catalogue(tuple(sorted(found.values(), key=lambda query: (query.category, query.id))))
