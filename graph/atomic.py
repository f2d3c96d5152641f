"""Writing a file, or a folder of files, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
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


MANIFEST = "manifest.json"
"""The file by which a folder that we wrote is known."""
_FORMATS = "interlock-"


def check_new_folder(path: str | Path, *, replace: bool = False) -> None:
    """Whether :func:`new_folder` would put a folder there. Ask before work that takes long.

    Raises:
        SettingsError: something stands there that must not go.
    """
    target = Path(path)
    if not target.parent.absolute().is_dir():
        raise _cannot_write(target, FileNotFoundError(2, "No such file or directory"))
    if not (target.exists() or target.is_symlink()):
        return
    if target.is_dir() and not target.is_symlink():
        if not any(target.iterdir()):
            return
        if _is_ours(target):
            if replace:
                return
            raise SettingsError(
                f"{target} is there already.", hint="Name another folder, or say --replace to write it anew."
            )
    raise SettingsError(
        f"{target} is there already, and is no folder that an export made.", hint="Name a new folder."
    )


@contextmanager
def new_folder(path: str | Path, *, replace: bool = False) -> Generator[Path]:
    """A folder to write files into, which gets its name when the block ends well.

    Until then it stands beside its target under another name. It must hold a file :data:`MANIFEST`, a JSON
    object whose ``format`` begins with ``interlock-``, when it is done.

    Args:
        replace: take the place of a folder that was made so before. Anything else is never replaced.

    Raises:
        SettingsError: something stands there, the folder cannot be written, or the disk is full.
    """
    check_new_folder(path, replace=replace)
    target = Path(path).absolute()
    mark = f".{target.name[:40]}.{uuid.uuid4().hex[:8]}"
    part, before = target.with_name(f"{mark}.part"), target.with_name(f"{mark}.before")
    try:
        part.mkdir()
        yield part
        flush_folder(part)
        check_new_folder(path, replace=replace)  # another process may have written it meanwhile
        if target.exists():
            os.replace(target, before)
        try:
            os.replace(part, target)
        except OSError:
            if before.exists():
                os.replace(before, target)
            raise
        with suppress(OSError):  # a folder that may be written to and not read
            flush_names(target.parent)
    except OSError as exc:
        raise _cannot_write(Path(path), exc, "folder") from exc
    finally:
        for left in (part, before):
            shutil.rmtree(left, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and str(found.get("format")).startswith(_FORMATS)


def flush_folder(folder: Path) -> None:
    """Bring a folder with all its files onto the disk, and its own name.

    Raises:
        OSError: a file cannot be opened, or the disk is full.
    """
    for file in folder.rglob("*"):
        if file.is_file() and file.stat().st_size:
            # Windows flushes only what was opened for writing.
            with file.open("rb+") as opened:
                os.fsync(opened.fileno())
    flush_names(folder)
    flush_names(folder.parent)


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


def _cannot_write(target: Path, exc: OSError, what: str = "file") -> SettingsError:
    hint = f"Choose another {what} or free the disk."
    if not target.parent.is_dir():
        hint = f"Make the folder {target.parent} first."
    return SettingsError(
        f"{target} cannot be written: {exc.strerror or exc}.", hint=hint, details={"path": str(target)}
    )
