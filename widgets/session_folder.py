"""A temporary folder that goes with the session that made it, and does not outlive a killed app for long."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
import weakref
from pathlib import Path

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from graph.processes import is_alive

_PREFIX = "interlock-import-"
GRACE_S = 300.0
"""A browser that lost its connection may take its session up again within this time."""
_LOOK_S = 30.0
_folders: weakref.WeakSet[Folder] = weakref.WeakSet()
_lock = threading.Lock()
_watching = False


class Folder:
    """A folder that goes when nothing holds it any more, when its session has ended, or with the app."""

    def __init__(self) -> None:
        clear_left()
        self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        context = get_script_run_ctx()
        self.session = context.session_id if context else ""
        self.seen = time.monotonic()
        self._remove = weakref.finalize(self, shutil.rmtree, self.path, True)
        _folders.add(self)
        _watch()

    def remove(self) -> None:
        """Delete it now."""
        self._remove()


def clear_ended(grace_s: float = GRACE_S) -> int:
    """Delete folders of sessions that have been gone for longer; how many are left.

    Streamlit itself forgets an ended session only when the next one comes or goes.
    """
    for folder in list(_folders):
        if runtime.exists() and runtime.get_instance().is_active_session(folder.session):
            folder.seen = time.monotonic()
        elif time.monotonic() - folder.seen > grace_s:
            folder.remove()
            _folders.discard(folder)
    return len(_folders)


def clear_left() -> None:
    """Delete folders of apps that were killed and could not clear up."""
    if os.name != "posix":
        return
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = path.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isascii() and pid.isdecimal() and not is_alive(int(pid)):
            shutil.rmtree(path, ignore_errors=True)


def _watch() -> None:
    """Look after the folders as long as there are any."""
    global _watching
    with _lock:
        if _watching or not runtime.exists():
            return
        _watching = True
    threading.Thread(target=_look_after, name="import folders", daemon=True).start()


def _look_after() -> None:
    global _watching
    while True:
        time.sleep(_LOOK_S)
        left = clear_ended()
        with _lock:
            if not left:
                _watching = False
                return
