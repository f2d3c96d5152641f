"""Filings of EDGAR: XML documents by themselves, or within a full submission (``.txt``) with its header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from loaders.source_file import Member, SourceFile
from loaders.values import RowReader, clean, country_code, made_id
from loaders.xml_file import Element, elements_of, local_name, xml_chunks

FORM_D, OWNERSHIP, STAKES, HOLDINGS = "sec-formd", "sec-ownership", "sec-13dg", "sec-13f"
_WRAPPER = (b"<SEC-DOCUMENT>", b"<SEC-HEADER>", b"<IMS-DOCUMENT>", b"<IMS-HEADER>", b"-----BEGIN PRIVACY")
_SUBMISSION = re.compile(rb"CONFORMED SUBMISSION TYPE:[ \t]*([^\r\n]{1,40})")
_TYPE = re.compile(rb"<(?:[\w.-]{1,40}:)?submissionType[^>]{0,200}>\s*([^<]{1,40})<")
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,60}:)?([A-Za-z_][\w.-]{0,60})")
_ACCESSION = re.compile(r"(?<!\d)(\d{10})-?(\d{2})-?(\d{6})(?!\d)", re.ASCII)
_ZONE = re.compile(r"(?<=\d\d)(?:Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_HEADER_LIMIT = 20_000
_US_STATES = (
    " AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC "
    "ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY X1 "
)


@dataclass(frozen=True, slots=True)
class Party:
    """Who a submission's header names: ``role`` is such as FILED BY, in capitals."""

    role: str
    cik: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a filing beside its XML; all of it is unknown for bare XML in a bare folder.

    Attributes:
        accession: number of the filing, ``0001234567-24-000001``.
        form: submission type.
        filed: day of filing, ``YYYY-MM-DD``.
        file_numbers: SEC file numbers.
    """

    accession: str | None = None
    form: str | None = None
    filed: str | None = None
    file_numbers: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()


class Lines:
    """Line numbers that tell the rows of a file apart, rising even where several share a line."""

    def __init__(self) -> None:
        self.last = 0

    def of(self, line: int) -> int:
        """This line, or the next free one."""
        self.last = max(self.last + 1, line)
        return self.last


@dataclass(frozen=True, slots=True)
class Document:
    """An XML document of a filing. ``offset`` is how many lines of the file stand before it."""

    header: Header
    chunks: Iterator[bytes]
    offset: int
    shown: str

    def elements(self, *names: str) -> Iterator[tuple[int, Element]]:
        """Elements with these names and their lines in the file, see :func:`loaders.xml_file.elements_of`."""
        for line, element in elements_of(self.chunks, self.shown, names):
            yield self.offset + line, element


def family(head: bytes) -> str | None:
    """Format id of the form that a file beginning so holds; None for other files and forms."""
    if head.startswith(_WRAPPER):
        found = _SUBMISSION.search(head)
        return _family_of_form(found[1]) if found and b"<XML>" in head else None
    if not head.startswith(b"<"):
        return None
    root = _ROOT.search(head)
    name = root[1] if root else b""
    if name in (b"ownershipDocument", b"informationTable"):
        return OWNERSHIP if name == b"ownershipDocument" else HOLDINGS
    if name != b"edgarSubmission":
        return None
    found = _TYPE.search(head)
    if found:
        return _family_of_form(found[1])
    start = head[:2000].lower()
    if b"edgar/schedule13" in start:
        return STAKES
    if b"edgar/thirteenffiler" in start:
        return HOLDINGS
    return FORM_D if b"<primaryIssuer" in head else None


def _family_of_form(form: bytes) -> str | None:
    name = form.decode("ascii", "replace").strip().upper().removesuffix("/A")
    if name == "D":
        return FORM_D
    if name in ("3", "4", "5"):
        return OWNERSHIP
    if name in ("SC 13D", "SC 13G", "SCHEDULE 13D", "SCHEDULE 13G"):
        return STAKES
    return HOLDINGS if name.startswith("13F-") else None


def documents(source: SourceFile, member: Member) -> Iterator[Document]:
    """The XML documents of a file in their order. Streams: take each one's elements before the next.

    Raises:
        LoadError: the file cannot be read.
    """
    accession = accession_of(member.shown)
    wrapped = source.head(member).startswith(_WRAPPER)
    with source.open(member) as file:
        if not wrapped:
            yield Document(Header(accession), xml_chunks(file), 0, member.shown)
            return
        lines = _file_lines(file)
        told: list[str] = []
        header: Header | None = None
        for number, line in lines:
            tag = line.strip().upper()
            if header is None and not tag.startswith(
                (b"</SEC-HEADER", b"</IMS-HEADER", b"<DOCUMENT", b"<XML>")
            ):
                if len(told) < _HEADER_LIMIT:
                    told.append(line[:2000].decode("utf-8", "replace"))
                continue
            header = header or _header(told, accession)
            if tag == b"<XML>":
                inside = _inside(lines)
                yield Document(header, inside, number, member.shown)
                for _ in inside:
                    pass


def _file_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    number = 1
    while line := file.readline(1 << 16):
        yield number, line
        number += line.endswith(b"\n")


def _inside(lines: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
    started = False
    # Empty lines before the declaration are no XML, but keep the count of lines right as blanks after it.
    blank = 0
    for _, line in lines:
        if line.strip().upper() == b"</XML>":
            return
        if not started:
            bare = line.lstrip()
            blank += not bare
            if not bare:
                continue
            started = True
            if bare.startswith(b"<?xml") and b"?>" in bare:
                declaration, _, rest = bare.partition(b"?>")
                bare = declaration + b"?>" + b"\n" * blank + rest
            else:
                bare = b"\n" * blank + bare
            line = bare
        yield line


def _header(lines: list[str], accession: str | None) -> Header:
    said: dict[str, str] = {}
    numbers: list[str] = []
    parties: list[Party] = []
    role, name = "", None
    for line in lines:
        label, colon, value = line.partition(":")
        label, value = label.strip().upper(), value.strip()
        if not colon:
            continue
        if not value and not line.startswith((" ", "\t")):
            role, name = label, None
        elif label in ("COMPANY CONFORMED NAME", "CONFORMED NAME"):
            name = clean(value)
        elif label == "CENTRAL INDEX KEY":
            parties.append(Party(role, cik_number(value), name))
        elif label == "SEC FILE NUMBER" and value:
            numbers.append(value)
        else:
            said.setdefault(label, value)
    filed = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", said.get("FILED AS OF DATE", ""), re.ASCII)
    return Header(
        accession=accession_of(said.get("ACCESSION NUMBER", "")) or accession,
        form=clean(said.get("CONFORMED SUBMISSION TYPE")),
        filed="-".join(filed.groups()) if filed else None,
        file_numbers=tuple(dict.fromkeys(numbers)),
        parties=tuple(dict.fromkeys(parties)),
    )


def accession_of(text: str) -> str | None:
    """The last accession number in a text such as a path, with or without its hyphens.

    >>> accession_of("edgar/data/1/000123456724000001/primary_doc.xml")
    '0001234567-24-000001'
    """
    found = _ACCESSION.findall(text)
    return "-".join(found[-1]) if found else None


def cik_number(text: str | None) -> str | None:
    """A Central Index Key as ten digits; None for anything else and for zeros.

    >>> cik_number("320193"), cik_number("0000000000")
    ('0000320193', None)
    """
    value = (text or "").strip()
    return value.zfill(10) if re.fullmatch(r"\d{1,10}", value, re.ASCII) and int(value) else None


def said_yes(text: str | None) -> bool:
    """Whether a box is ticked: EDGAR writes 1, true or Y."""
    return (text or "").strip().lower() in ("1", "true", "y", "yes")


def edgar_date(reader: RowReader, field: str, text: str | None) -> str | None:
    """A date in any of EDGAR's forms: ISO with or without a time zone, MM/DD/YYYY, MM-DD-YYYY."""
    return reader.date(field, _ZONE.sub("", text.strip()) if text else None, "mdy")


def country_of(state: str | None, description: str | None) -> str | None:
    """ISO code of EDGAR's state or country, whose own codes mean other things (CA is California)."""
    if state and f" {state.strip().upper()} " in _US_STATES:
        return "US"
    return country_code((description or "").rpartition(",")[2].strip() or None)


def holder_group(ids: list[str]) -> str:
    """Id of a group of holders that report one stake together."""
    return made_id("sec-group", *sorted(ids))


def group_name(names: list[str]) -> str:
    """Name of such a group: its members, shortened after the third."""
    if len(names) <= 3:
        return " / ".join(names)
    return f"{' / '.join(names[:3])} and {len(names) - 3} more"


def leaves_not_read(element: Element, read: frozenset[str]) -> Iterator[str]:
    """Names of elements that hold text and are not among those read."""
    node: Any
    for node in element.iter():
        if len(node) == 0 and (node.text or "").strip():
            name = local_name(node)
            if name and name not in read and not (name == "value" and local_name(node.getparent()) in read):
                yield name
