"""A reader of the app without a browser: one real session, driven over the messages that a browser sends.

Fifty browsers would take more of a machine than the app does. Everything on the server's side of the
connection is as with a browser: a session of its own, a script run for every step, widget states, fragments.
What a browser does for itself (painting, files it fetches besides) is not here.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

LETTERS = "enity 12"
_OURS = ("This is our mistake", "This did not work", "The store cannot be opened", "The store refused")
_LIMIT_S = 120.0
_DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass
class Tally:
    """What all readers saw.

    Attributes:
        took: kind of step to the seconds of each, from sending it to the end of its script.
        errors: kind of step to what was shown, for every error, the app's own messages included.
        runs: scripts that ended.
        sessions: connections that were opened.
    """

    took: dict[str, list[float]] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    runs: int = 0
    sessions: int = 0


class Reader:
    """One open tab.

    Args:
        port: of the app on this machine.
        tally: gets what happens.
        choose: gives the entity to look at next.
    """

    def __init__(self, port: int, tally: Tally, choose: Callable[[], str]) -> None:
        self._port, self._tally, self._choose = port, tally, choose
        self._socket: ClientConnection | None = None
        self._pages: dict[str, str] = {}
        self._fields: dict[str, tuple[str, str]] = {}
        self._page, self._query = "", ""

    async def walk(self, think: Callable[[], float]) -> None:
        """Open a tab, see every page of the walk once, close it.

        Args:
            think: seconds to wait before each step.
        """
        address = f"ws://127.0.0.1:{self._port}/_stcore/stream"
        async with connect(address, max_size=None, subprotocols=["streamlit"]) as self._socket:  # type: ignore[list-item]
            self._tally.sessions += 1
            one, other = self._choose(), self._choose()
            await self._visit("home", "")
            await asyncio.sleep(think())
            for end in (2, 4, 7):
                await self._type("search", LETTERS[:end])
                await asyncio.sleep(think() / 5)
            for kind, page, query in (
                ("entity", "entity", {"id": one}),
                ("paths", "paths", {"from": one, "to": other}),
                ("dependencies", "dependencies", {"id": one}),
                ("saved query", "queries", {"id": "customers-of", "company": one, "run": "1"}),
                ("canvas", "explore", {"id": one}),
            ):
                await self._visit(kind, page, **query)
                await asyncio.sleep(think())

    async def _visit(self, kind: str, page: str, **query: str) -> None:
        self._page, self._query, self._fields = page, urlencode(query), {}
        message = BackMsg()
        message.rerun_script.page_script_hash = self._pages.get(page, "")
        message.rerun_script.page_name = page
        await self._step(kind, message)

    async def _type(self, key: str, text: str) -> None:
        found = next((each for each in self._fields.items() if each[0].endswith(f"-{key}")), None)
        if found is None:
            self._tally.errors.append((key, f"the page has no field {key!r}"))
            return
        message = BackMsg()
        message.rerun_script.page_script_hash = self._pages.get(self._page, "")
        message.rerun_script.fragment_id = found[1][1]
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.string_value = found[1][0], text
        await self._step(key, message)

    async def _step(self, kind: str, message: BackMsg) -> None:
        message.rerun_script.query_string = self._query
        started = time.perf_counter()
        assert self._socket is not None
        try:
            async with asyncio.timeout(_LIMIT_S):
                await self._socket.send(message.SerializeToString())
                await self._end(kind)
        except TimeoutError:
            self._tally.errors.append((kind, f"no end within {_LIMIT_S:g} s"))
        self._tally.took.setdefault(kind, []).append(time.perf_counter() - started)

    async def _end(self, kind: str) -> None:
        """Read until the script has ended; one that asks for another run goes on with that."""
        assert self._socket is not None
        while True:
            data = await self._socket.recv()
            assert isinstance(data, bytes)
            told = ForwardMsg.FromString(data)
            match told.WhichOneof("type"):
                case "navigation":
                    self._pages = {
                        page.url_pathname: page.page_script_hash for page in told.navigation.app_pages
                    }
                    self._pages[""] = next(
                        page.page_script_hash for page in told.navigation.app_pages if page.is_default
                    )
                case "page_info_changed":
                    self._query = told.page_info_changed.query_string
                case "page_not_found":
                    self._tally.errors.append((kind, "page not found"))
                case "delta":
                    self._see(kind, told.delta)
                case "script_finished":
                    self._tally.runs += 1
                    if told.script_finished in _DONE:
                        return
                    if told.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                        self._tally.errors.append((kind, "the script does not compile"))
                        return
                case _:
                    pass

    def _see(self, kind: str, delta: Delta) -> None:
        element = delta.new_element
        match element.WhichOneof("type"):
            case "text_input":
                self._fields[element.text_input.id] = (element.text_input.id, delta.fragment_id)
            case "exception":
                self._tally.errors.append(
                    (kind, f"{element.exception.type}: {element.exception.message}"[:300])
                )
            case "alert" if element.alert.format == Alert.ERROR:
                self._tally.errors.append((kind, element.alert.body[:300]))
            case "heading" if element.heading.body in _OURS:
                self._tally.errors.append((kind, element.heading.body))
            case _:
                pass


async def read(
    port: int, sessions: int, until: float, think_s: float, entities: int, *, seed: int = 7
) -> Tally:
    """Readers at work; each closes its tab after a walk and opens a new one.

    Args:
        sessions: tabs that are open at once.
        until: by ``time.monotonic``; a walk that has begun then is ended, no new one begins.
        think_s: mean wait before a step; each is drawn from half to one and a half of it.
        entities: the graph holds ``e0`` to ``e<entities - 1>``, the first ones with the most ties.
    """
    tally = Tally()

    async def one(number: int) -> None:
        draw = random.Random(seed * 1_000 + number)
        await asyncio.sleep(draw.uniform(0, think_s))  # readers do not come all at once

        def choose() -> str:
            # Half of all interest goes to few entities, the rest anywhere.
            return f"e{draw.randrange(min(50, entities) if draw.random() < 0.5 else entities)}"

        while time.monotonic() < until:
            try:
                await Reader(port, tally, choose).walk(lambda: think_s * draw.uniform(0.5, 1.5))
            except Exception as exc:
                tally.errors.append(("connection", f"{type(exc).__name__}: {exc}"))
                await asyncio.sleep(1)

    await asyncio.gather(*(one(number) for number in range(sessions)))
    return tally
