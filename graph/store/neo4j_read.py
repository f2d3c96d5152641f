"""Our own small reads of a Neo4j server: tried again at once when that helps, and not waited for for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import neo4j
from neo4j import exceptions as driver_errors

from graph.store.deadline import within
from graph.store.neo4j_stream import cut

SILENT_S = 20.0
"""A small read that takes longer than this has no server at its other end."""
LONG_S = 3_600.0
"""Limit of a transaction of our own, which may take as long as the graph is large."""
_WAITS_S = (0.0, 0.2, 0.8)
_QUICK_S = 2.0
_T = TypeVar("_T")


def read(
    open_session: Callable[[], neo4j.Session],
    work: Callable[[neo4j.Transaction], _T],
    *,
    seconds: float | None = None,
) -> _T:
    """What ``work`` returns from a read transaction.

    The driver's own way tries again for as long as a write may need for a new leader; somebody who looks at
    a page wants to know within a second or two that the server is gone.

    Args:
        seconds: wait no longer than this, and end the connection then; None for as long as it takes. A
            connection that lost its other end looks as if the answer were on its way, for minutes.

    Raises:
        graph.store.deadline.Late: no answer in time.
        neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError: as the driver has them.
    """
    sessions: list[neo4j.Session] = []
    left = False

    def once() -> _T:
        with open_session() as session:
            sessions[:] = [session]
            with session.begin_transaction(timeout=LONG_S) as transaction:
                return work(transaction)

    def again() -> _T:
        for wait in _WAITS_S:
            began = time.monotonic()
            try:
                return once()
            except (driver_errors.DriverError, driver_errors.Neo4jError) as exc:
                if left or not exc.is_retryable() or time.monotonic() - began > _QUICK_S:
                    raise
            time.sleep(wait)
        return once()

    def let_go() -> None:
        nonlocal left
        left = True
        for session in sessions:
            cut(session)

    return again() if seconds is None else within(seconds, again, let_go)
