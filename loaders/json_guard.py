"""A guard before the JSON parser: some input ends the process within its C code.

Numbers of thousands of digits do, and values nested tens of thousands of levels deep.
"""

from __future__ import annotations

from typing import IO

_BLOCK = 1000
MAX_DEPTH = 1000
"""As deep as Python's own parser goes. Brackets are counted wherever they stand, text included, but one value
of honest data does not hold a thousand more that open than that close."""


class JsonGuard:
    """A file whose reads raise when they hold a number that no parser should see.

    Any run of 2,000 digits is found, shorter ones from 1,000 on only where they fill a block; a text of
    so many digits counts as one as well.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._depth = 0

    def next_value(self) -> None:
        """Count brackets anew: a value at the top has ended."""
        self._depth = 0

    def read(self, size: int = -1) -> bytes:
        """Like the file's own.

        Raises:
            ValueError: there is such a number or such nesting.
        """
        data = self._file.read(size)
        self._depth += data.count(b"[") + data.count(b"{") - data.count(b"]") - data.count(b"}")
        if self._depth > MAX_DEPTH:
            raise ValueError(f"values are nested more than {MAX_DEPTH:,} levels deep")
        for start in range(0, len(data) - _BLOCK + 1, _BLOCK):
            if data[start : start + _BLOCK].isdigit():
                raise ValueError("a number has more than a thousand digits")
        return data
