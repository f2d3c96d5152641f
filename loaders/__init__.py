"""Formats in, records out. A loader touches no store and no network.

To add a format, write ``loaders/<format>.py`` with a class of the shape of :class:`Loader` and put it
into :data:`FORMATS`: the first that accepts a file reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol

from graph.errors import UnknownFormat, did_you_mean
from graph.model import Placed, Problem
from loaders.source_file import SourceFile

FORMATS: Mapping[str, str] = {
    "triple": "loaders.triple:TripleLoader",
}
"""Format id to ``module:class``, in the order they are asked; imported on first use."""


class Loader(Protocol):
    """What a format module offers."""

    format_id: str
    title: str

    def accepts(self, source: SourceFile) -> bool:
        """Whether it can read this, judged by content; reads a few kilobytes at most."""
        ...

    def read(self, source: SourceFile) -> Iterator[Placed | Problem]:
        """Every row as records, or as what is wrong with it."""
        ...


def loader_for(format_id: str) -> Loader:
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
    return getattr(import_module(module), name)()


def find_loader(path: str | Path, as_format: str | None = None) -> Loader:
    """The loader for a file or folder; ``as_format`` wins over its content.

    Raises:
        UnknownFormat: with the formats that are known.
        LoadError: the path cannot be read.
    """
    if as_format is not None:
        return loader_for(as_format)
    source = SourceFile(path)
    for format_id in FORMATS:
        loader = loader_for(format_id)
        if loader.accepts(source):
            return loader
    raise UnknownFormat(
        "is in no format that Interlock knows.",
        path=str(path),
        hint=_known(),
        details={"known": list(FORMATS)},
    )


def read_path(path: str | Path, as_format: str | None = None) -> Iterator[Placed | Problem]:
    """Rows of a file, folder or archive: :func:`find_loader` and its ``read`` in one call."""
    return find_loader(path, as_format).read(SourceFile(path))


def _known() -> str:
    return "Known: " + "; ".join(f"{key} ({loader_for(key).title})" for key in FORMATS) + "."
