"""Untrusted text on a Streamlit page: every name and note passes through here."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlencode

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=])")
# The reader of Markdown makes links of bare addresses after it has taken the escapes away, so these are parted
# by a mark without width: after http, https and www, and before the @ of a mail address.
_BARE = re.compile(r"https?(?=://)|www(?=\.)|(?<=[\w.+-])(?=@[\w-])", re.IGNORECASE)
_PARTED = "\u2060"
_MAX = 300


def plain(text: str | None, limit: int = _MAX) -> str:
    """Text as one line: no control or direction marks, cut to ``limit`` characters."""
    kept = "".join(
        " " if ch.isspace() else ch
        for ch in text or ""
        if ch.isspace() or unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    kept = " ".join(kept.split())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def md(text: str | None, limit: int = _MAX) -> str:
    """Text for Streamlit Markdown that shows exactly as it is: no mark-up, formula, emoji code or link."""
    parted = _BARE.sub(lambda found: found[0] + _PARTED, plain(text, limit))
    return _SPECIAL.sub(r"\\\1", parted)


def page_address(page: str, **query: str) -> str:
    """The address of a page of this app; what stands in it cannot end it or add to it.

    >>> page_address("entity", id="at&t")
    '/entity?id=at%26t'
    """
    return f"/{page}?{urlencode(query, quote_via=quote, safe='')}"


def link(text: str | None, url: str | None) -> str:
    """A Markdown link, or the text alone where the address is not http(s)."""
    if not url or not re.match(r"https?://[^\s<>\"]+\Z", url):
        return md(text)
    safe = (
        url.replace("(", "%28")
        .replace(")", "%29")
        .replace("\\", "%5C")
        .replace("[", "%5B")
        .replace("]", "%5D")
    )
    return f"[{md(text)}]({safe})"
