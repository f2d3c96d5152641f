"""Which rows of a very long file were seen before, in a few bytes each."""

from __future__ import annotations

import hashlib
from array import array

_FIRST_SIZE = 1024


class Seen:
    """A set of digests of 64 bits in an open table: some 16 bytes an entry, a tenth of what a set takes.

    Two different keys share a digest with a probability of one in 10^12 for six million rows.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * _FIRST_SIZE))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: tuple[str, ...]) -> bool:
        return self._slots[self._slot(_digest(key))] != 0

    def add(self, key: tuple[str, ...]) -> bool:
        """Remember a key; whether it is new.

        >>> seen = Seen()
        >>> seen.add(("a", "b")), seen.add(("ab",)), seen.add(("a", "b"))
        (True, True, False)
        """
        found = _digest(key)
        slot = self._slot(found)
        if self._slots[slot]:
            return False
        self._slots[slot] = found
        self._count += 1
        if 3 * self._count > 2 * len(self._slots):
            self._grow()
        return True

    def _slot(self, found: int) -> int:
        mask = len(self._slots) - 1
        slot = found & mask
        while self._slots[slot] not in (0, found):
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(16 * len(old)))
        for found in old:
            if found:
                self._slots[self._slot(found)] = found


def _digest(key: tuple[str, ...]) -> int:
    text = "\x1f".join(key).encode("utf-8", "surrogatepass")
    # 0 marks an empty slot.
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") or 1
