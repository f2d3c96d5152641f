"""A connection on loopback between two processes of one user: frames of JSON after a proof on both sides.

Each side proves that it knows the secret, which stands in a file that only its owner may read: so no other
user of the machine can ask, and none can answer in the holder's place after it has gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
import select
import socket
from typing import Any

from graph.errors import StoreUnavailable
from graph.store.wire import PROTOCOL, from_bytes, to_bytes

MAX_FRAME = 256 * 1024 * 1024
"""Bytes of one message. Records travel in chunks far below it."""
_MAX_GREETING = 1_024
_GREETING_S = 5.0


class HolderGone(StoreUnavailable):
    """The process that held the store does not answer any more, or is leaving; another may hold it."""

    def __init__(self) -> None:
        super().__init__("The program that had the store open has ended.", hint="Run it again.")


class Channel:
    """Messages over a socket; every fault of the connection is :class:`HolderGone`, and closes it."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, message: Any, timeout_s: float | None = 600.0) -> None:
        """Send a message; the other side may take its time to read what came before."""
        data = to_bytes(message)
        try:
            self._socket.settimeout(timeout_s)
            self._socket.sendall(len(data).to_bytes(4, "big") + data)
        except (OSError, ValueError):
            self.close()
            raise HolderGone from None

    def receive(self, timeout_s: float | None, limit: int = MAX_FRAME) -> Any:
        """The next message; None waits for ever."""
        try:
            self._socket.settimeout(timeout_s)
            length = int.from_bytes(self._exactly(4), "big")
            if length > limit:
                raise ValueError
            return from_bytes(self._exactly(length))
        except (OSError, ValueError, RecursionError):
            self.close()
            raise HolderGone from None

    def _exactly(self, count: int) -> bytes:
        data = bytearray(count)
        view, done = memoryview(data), 0
        while done < count:
            got = self._socket.recv_into(view[done:])
            if not got:
                raise OSError
            done += got
        return bytes(data)

    def is_open(self) -> bool:
        """Whether the other side is still there and has not sent anything: it waits for an answer."""
        try:
            return not select.select([self._socket], [], [], 0)[0]
        except (OSError, ValueError):
            return False

    def cut(self) -> None:
        """End it from another thread: whoever waits for a message gets :class:`HolderGone`."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it; closing twice is fine."""
        with contextlib.suppress(OSError):
            self._socket.close()


def call_in(port: int, secret: str) -> Channel:
    """Connect to the holder and prove, both ways, that the secret is known.

    Raises:
        HolderGone: nobody answers there, or somebody who does not know the secret.
    """
    try:
        channel = Channel(socket.create_connection(("127.0.0.1", port), _GREETING_S))
    except OSError:
        raise HolderGone from None
    hello = channel.receive(_GREETING_S, _MAX_GREETING)
    mine = secrets.token_hex(16)
    theirs = hello.get("nonce") if isinstance(hello, dict) else None
    channel.send({"nonce": mine, "proof": _proof(secret, "attached", theirs, mine)}, _GREETING_S)
    answer = channel.receive(_GREETING_S, _MAX_GREETING)
    if not (isinstance(answer, dict) and _is(answer.get("proof"), _proof(secret, "holder", mine, theirs))):
        channel.close()
        raise HolderGone
    return channel


def let_in(channel: Channel, secret: str) -> bool:
    """The holder's side of :func:`call_in`; whether the other one may ask."""
    mine = secrets.token_hex(16)
    channel.send({"nonce": mine}, _GREETING_S)
    answer = channel.receive(_GREETING_S, _MAX_GREETING)
    theirs = answer.get("nonce") if isinstance(answer, dict) else None
    if not (isinstance(answer, dict) and _is(answer.get("proof"), _proof(secret, "attached", mine, theirs))):
        return False
    channel.send({"proof": _proof(secret, "holder", theirs, mine)}, _GREETING_S)
    return True


def _proof(secret: str, side: str, *nonces: Any) -> str:
    text = "\0".join([PROTOCOL, side, *map(str, nonces)])
    return hmac.new(secret.encode(), text.encode(errors="replace"), hashlib.sha256).hexdigest()


def _is(given: Any, wanted: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(errors="replace"), wanted.encode())
