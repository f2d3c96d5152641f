"""Whether the files of an embedded store are still those that were written: the seal.

The engine keeps no check sums. Measured on a small store: of one with half a file cut off, a file gone or
bytes changed, it gave fewer records without a word. So a store that is closed notes size and check sum of
every file, and the next one that opens it compares them and takes the note away before it changes anything.
A store whose program was killed has no seal; the engine's own log brings it into order then.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

from graph.atomic import replacing
from graph.errors import ExplorerError, StoreDamaged

FILE = "seal.json"
_PIECE = 1 << 20


def damaged(path: Path, what: str) -> StoreDamaged:
    """The error for a store in the folder ``path``; ``what`` is a sentence."""
    return StoreDamaged(
        f"The store in {path} is damaged: {what}",
        hint="Restore a backup into another folder: interlock --store NEW store restore FILE; "
        "or load the data again into another folder with --store NEW.",
        details={"folder": str(path)},
    )


def seal(path: Path, generation: Path) -> None:
    """Note the files of a generation that is closed. A disk that takes no more gets no note.

    Cost: one pass over the files.
    """
    try:
        note = json.dumps({"generation": generation.name, "files": _sums(generation)}).encode()
        with replacing(path / FILE) as file:
            file.write(note)
    except (OSError, ExplorerError):
        (path / FILE).unlink(missing_ok=True)


def check_seal(path: Path, generation: Path) -> None:
    """Compare the files of a generation with the note on them.

    Without a note, or with one on another generation, nothing is known and nothing is said.

    Raises:
        StoreDamaged: a file is missing, has another size or other bytes; names the first one.
    """
    noted = _noted(path, generation.name)
    if noted is None:
        return
    found = _sums(generation)
    for name, (size, total) in sorted(noted.items()):
        if name not in found:
            raise damaged(path, f"the file {name} is missing.")
        if found[name][0] != size:
            raise damaged(path, f"the file {name} has {found[name][0]:,} bytes instead of {size:,}.")
        if found[name][1] != total:
            raise damaged(path, f"bytes in the file {name} were changed.")


def break_seal(path: Path) -> None:
    """Take the note away: from here on the engine changes the files."""
    (path / FILE).unlink(missing_ok=True)


def _sums(folder: Path) -> dict[str, list[int]]:
    """Size and CRC-32 of each file of the engine, by name; its lock is none."""
    return {
        file.name: [file.stat().st_size, _sum(file)]
        for file in folder.iterdir()
        if file.is_file() and file.suffix != ".lck"
    }


def _sum(file: Path) -> int:
    total = 0
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            total = zlib.crc32(piece, total)
    return total


def _noted(path: Path, generation: str) -> dict[str, list[int]] | None:
    try:
        note: dict[str, Any] = json.loads((path / FILE).read_text(encoding="utf-8"))
        if note["generation"] != generation:
            return None
        return {str(name): [int(size), int(total)] for name, (size, total) in note["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
