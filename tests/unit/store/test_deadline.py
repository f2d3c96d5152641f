from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.errors import QueryError, QueryTimeout
from graph.store import deadline
from graph.store.base import RowStream
from graph.store.deadline import MOST_LEFT, Watched, once
from graph.store.neo4j_stream import refuse_functions


class Scripted(RowStream):
    """Rows made by a function, so that it can wait or fail where it likes."""

    columns = ("n",)

    def __init__(self, rows: Iterator[int]) -> None:
        self._rows = rows
        self.closed = threading.Event()

    def __next__(self) -> tuple[int]:
        return (next(self._rows),)

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a stuck stream waits for; opened at the end, so that no thread stays."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "GRACE_S", 0.01)


def stuck(gate: threading.Event) -> Iterator[int]:
    yield 1
    gate.wait()
    yield 2


def test_rows_come_in_order_and_the_stream_is_read_in_another_thread() -> None:
    seen: set[int] = set()

    def rows() -> Iterator[int]:
        for number in range(2_000):
            seen.add(threading.get_ident())
            yield number

    with Watched(lambda: Scripted(rows()), 60) as watched:
        assert watched.columns == ("n",)
        assert [row[0] for row in watched] == list(range(2_000))
    assert threading.get_ident() not in seen


def test_rows_before_an_error_are_given_and_then_the_error() -> None:
    def rows() -> Iterator[int]:
        yield 1
        raise QueryError("broken", hint="mend")

    watched = Watched(lambda: Scripted(rows()), 60)
    assert next(watched) == (1,)
    with pytest.raises(QueryError, match="broken"):
        next(watched)
    with pytest.raises(StopIteration):
        next(watched)


def test_an_error_at_the_start_is_raised_at_the_start() -> None:
    def start() -> RowStream:
        raise QueryError("no such thing", hint="mend")

    with pytest.raises(QueryError, match="no such thing"):
        Watched(start, 60)


def test_leaving_early_closes_the_stream() -> None:
    inner = Scripted(iter(range(10_000_000)))
    with Watched(lambda: inner, 60) as watched:
        next(watched)
    assert inner.closed.is_set()


def test_who_waits_too_long_gets_a_time_out_and_the_stream_is_closed_later(gate: threading.Event) -> None:
    inner, let_go = Scripted(stuck(gate)), []
    with pytest.raises(QueryTimeout) as caught:
        Watched(lambda: inner, 0.01, lambda: let_go.append(1))
    assert caught.value.goes_on
    assert "not stopped" in str(caught.value)
    assert let_go == [1]
    assert not inner.closed.is_set()
    gate.set()
    assert inner.closed.wait(60)


def test_too_many_that_go_on_are_refused(gate: threading.Event) -> None:
    for _ in range(MOST_LEFT):
        with pytest.raises(QueryTimeout):
            Watched(lambda: Scripted(stuck(gate)), 0.01)
    freed: list[int] = []
    with pytest.raises(QueryError, match="still running") as caught:
        Watched(lambda: Scripted(iter([1])), 60, lambda: freed.append(1))
    assert not isinstance(caught.value, QueryTimeout)
    assert freed == [1]
    gate.set()
    last = [thread for thread in threading.enumerate() if thread.name == "interlock-query"]
    for thread in last:
        thread.join(deadline._IDLE_S * 2)
    assert list(Watched(lambda: Scripted(iter([1])), 60)) == [(1,)]


def test_ctrl_c_while_waiting_leaves_the_query(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go: list[int] = []
    inner = Scripted(stuck(gate))
    give: Callable[[deadline._Task], None] = deadline._give

    class Interrupted:
        def acquire(self, timeout: float) -> bool:
            raise KeyboardInterrupt

        def release(self) -> None: ...

    def interrupted(task: deadline._Task) -> None:
        task.finished = Interrupted()  # type: ignore[assignment]
        give(task)

    monkeypatch.setattr(deadline, "_give", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Watched(lambda: inner, 60, lambda: let_go.append(1))
    gate.set()
    assert let_go == [1]
    assert inner.closed.wait(60)


def test_once_is_once() -> None:
    done: list[int] = []
    work = once(lambda: done.append(1))
    work()
    work()
    assert done == [1]


def test_a_program_ends_although_the_engine_works_on(tmp_path: Path) -> None:
    script = f"""
from graph.errors import QueryTimeout
from graph.store import open_store
with open_store({str(tmp_path / "s")!r}) as store:
    text = ("RETURN size([x IN range(1, 900000) WHERE size([y IN range(1, 900000) "
            "WHERE y % 7 = x % 7]) > 900001]) AS n")
    try:
        store.query(text, timeout_s=0.5)
    except QueryTimeout as exc:
        print("goes on", exc.goes_on, store.query("RETURN 1 AS one").rows)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "goes on True ((1,),)\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "RETURN apoc.cypher.runFirstColumnSingle('x', {})",
        "RETURN apoc /**/ . cypher.\n run ('x')",
        "RETURN `apoc`.`cypher`.`run`('x')",
        "WITH 1 AS `'` RETURN apoc.cypher.run(\"a\") AS `'`",
        "WITH '/*' AS a RETURN apoc.cypher.run('x'), '*/'",
        "RETURN ap\\u006fc.cypher.run('x')",
        "RETURN \"'\" + apoc.static.get('x') + \"'\"",
        "RETURN 'a\\\\' + apoc.cypher.run('x')",
        "// '\nRETURN apoc.cypher.run('x') //'",
        "RETURN [1][0..apoc.x.y(1)]",
        "RETURN ai.text.embed('x')",
        "RETURN 1.5+custom.f(2)",
        "CALL gds.pageRank.stream('g')",
    ],
)
def test_functions_that_reach_further_are_refused_however_written(text: str) -> None:
    with pytest.raises(QueryError, match="is refused"):
        refuse_functions(text)


@pytest.mark.parametrize(
    "text",
    [
        "RETURN date.truncate('year', date())",
        "RETURN DateTime.truncate('day', datetime())",
        "RETURN 'apoc.cypher.run(x)'",
        "MATCH (a)-[r]->(b) WHERE a.x = b.y AND (a.z) > 1 RETURN a.x",
        "CALL db.labels() YIELD label RETURN label",
        "RETURN apoc.text.clean('x')",
        "MATCH (n) WHERE n.id IN ['a'] RETURN n.name ORDER BY n.name",
        "MATCH (n) /* apoc.cypher.run( */ RETURN n",
    ],
)
def test_functions_that_only_compute_are_not(text: str) -> None:
    refuse_functions(text)


@pytest.mark.parametrize("part", ["/*", "a.", "'", "a", " ", "`", "a ", "\\u", "'\\"])
def test_long_texts_are_looked_through_once(part: str) -> None:
    # Of the square of its length this would take hours.
    refuse_functions(part * 300_001)
