"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from graph.errors import SettingsError


@contextmanager
def replacing(path: str | Path, *, private: bool = False) -> Generator[IO[bytes]]:
    """A binary file that takes the place of ``path`` when the block ends well.

    It is written beside its target and renamed, so that a reader, or a crash, finds the old file or
    the new one, never half of it.

    Args:
        private: from its first byte on nobody but its owner may read it.

    Raises:
        SettingsError: the folder is missing or cannot be written to, or the disk is full.
    """
    target = Path(path)
    part = target.with_name(f".{target.name[:40]}.{uuid.uuid4().hex[:8]}.part")
    try:
        with open(part, "xb", opener=_owner_only if private else None) as file:
            yield file
        os.replace(part, target)
    except BaseException as exc:
        with suppress(OSError):
            part.unlink()
        if isinstance(exc, OSError) and not isinstance(exc, BrokenPipeError):
            raise _cannot_write(target, exc) from exc
        raise


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def flush_names(folder: Path) -> None:
    """Bring the names in a folder onto the disk, so that a power cut does not undo a rename.

    Raises:
        OSError: the folder cannot be opened.
    """
    if os.name == "nt":  # no folder can be opened there
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _cannot_write(target: Path, exc: OSError) -> SettingsError:
    hint = "Choose another file or free the disk."
    if not target.parent.is_dir():
        hint = f"Make the folder {target.parent} first."
    return SettingsError(
        f"{target} cannot be written: {exc.strerror or exc}.", hint=hint, details={"path": str(target)}
    )
