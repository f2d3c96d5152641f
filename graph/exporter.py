"""The whole store as a file, in the formats of other tools. A file is written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from graph.atomic import replacing
from graph.errors import SettingsError, did_you_mean
from graph.exports.cypher import write_cypher
from graph.exports.graphframes import export_graphframes
from graph.exports.node_link import write_node_link
from graph.exports.triple import write_triple
from graph.exports.xml import write_gexf, write_graphml
from graph.moves.bulk import export_bulk
from graph.moves.digest import Digest
from graph.store.base import Progress, Store


def write_html(store: Store, file: IO[bytes]) -> None:
    """The facts as a drawing that opens without a network; says how many of the entities it shows."""
    from graph.pictures.html import picture_html
    from graph.pictures.picture import HARD_LIMIT, picture
    from graph.projection import to_networkx

    drawn = picture(to_networkx(store), limit=HARD_LIMIT)
    file.write(picture_html(drawn, "Interlock: who can influence whom"))


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: the endings of its files and how to write it."""

    id: str
    title: str
    suffixes: tuple[str, ...]
    write: Callable[[Store, IO[bytes]], None]


FORMATS: Mapping[str, Format] = {
    made.id: made
    for made in (
        Format("csv", "the three CSV files in a zip archive", (".zip",), write_triple),
        Format("graphml", "GraphML", (".graphml",), write_graphml),
        Format("gexf", "GEXF, for Gephi", (".gexf",), write_gexf),
        Format("json", "node-link JSON", (".json",), write_node_link),
        Format("cypher", "Cypher script for Neo4j or ArcadeDB", (".cypher", ".cql"), write_cypher),
        Format("html", "interactive drawing", (".html", ".htm"), write_html),
    )
}


@dataclass(frozen=True, slots=True)
class FolderFormat:
    """A format of several files in a folder of their own, which no ending of a name stands for."""

    id: str
    title: str
    write: Callable[[Store, Path, bool, Progress | None], Digest]
    """Writes the store; the third argument says whether such a folder may be written anew."""


FOLDER_FORMATS: Mapping[str, FolderFormat] = {
    made.id: made
    for made in (
        FolderFormat(
            "neo4j-admin",
            "CSV files for neo4j-admin database import",
            lambda store, folder, replace, tell: export_bulk(store, folder, replace=replace, progress=tell),
        ),
        FolderFormat(
            "graphframes",
            "Parquet files for GraphFrames on Spark",
            lambda store, folder, replace, tell: export_graphframes(
                store, folder, replace=replace, progress=tell
            ),
        ),
    )
}


def export_folder(
    store: Store,
    folder: str | Path,
    format_id: str,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> Digest:
    """Write every entity, tie and source, whatever its status, as files in a new folder.

    Args:
        format_id: see :data:`FOLDER_FORMATS`.
        replace: write anew a folder that such an export made before.

    Returns:
        What was written, counted and hashed.

    Raises:
        SettingsError: no such format, something stands there, or the folder cannot be written.
        SchemaViolation, StoreUnavailable, StoreRefused: see :func:`graph.moves.bulk.export_bulk`.
    Memory: some ten thousand records.
    """
    if format_id not in FOLDER_FORMATS:
        raise _no_format(format_id)
    return FOLDER_FORMATS[format_id].write(store, Path(folder), replace, progress)


def _no_format(format_id: str) -> SettingsError:
    known = [*FORMATS, *FOLDER_FORMATS]
    return SettingsError(
        f"There is no export format {format_id!r}.{did_you_mean(format_id, known)}",
        hint=f"Known: {', '.join(known)}.",
    )


def export_store(store: Store, path: str | Path, format_id: str | None = None) -> Format:
    """Write every entity, tie and source, whatever its status, to ``path``.

    Only the drawing leaves out: it shows facts, up to its limit of entities.

    Args:
        store: what to write.
        path: the file; an existing one is replaced when the new one is complete.
        format_id: see :data:`FORMATS`; None chooses by the ending of the name.

    Returns:
        The format chosen.

    Raises:
        SettingsError: no such format, or the file cannot be written.
    """
    chosen = format_for(path, format_id)
    with replacing(path) as file:
        chosen.write(store, file)
    return chosen


def format_for(path: str | Path, format_id: str | None = None) -> Format:
    """The format with this id, or the one that the ending of the name stands for.

    Raises:
        SettingsError: neither is known.
    """
    if format_id is not None:
        if format_id not in FORMATS:
            raise _no_format(format_id)
        return FORMATS[format_id]
    suffix = Path(path).suffix.lower()
    for known in FORMATS.values():
        if suffix in known.suffixes:
            return known
    endings = ", ".join(f"{known.suffixes[0]} ({known.title})" for known in FORMATS.values())
    what = (
        f"The ending {suffix!r} of {Path(path).name!r}"
        if suffix
        else f"{Path(path).name!r} has no ending and"
    )
    raise SettingsError(
        f"{what} stands for no export format.", hint=f"Use one of {endings}, or name a format with --as."
    )
