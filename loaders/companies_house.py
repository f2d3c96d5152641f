"""Companies House: company numbers, and the basic company data (CSV) that may lie beside a PSC snapshot."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from graph.model import Entity, Item, Placed, Problem, Skipped, Unread
from loaders.json_values import as_text
from loaders.source_file import Member, Row, SourceFile
from loaders.values import RowReader, clean

_PREFIXES = (
    "AC CE CS ES FC FE GE GN GS IC IP LP NA NC NF NI NL NO NP NR NV NZ OC OE PC RC RS SA SC SE SF SG SI SL "
    "SO SP SR SZ ZC"
)
_DIGITS = re.compile(r"\d{1,8}\Z", re.ASCII)
_PREFIXED = re.compile(r"([A-Z]{2})(\d{1,6}|\d{5}[A-Z])\Z", re.ASCII)
_OLD_IRISH = re.compile(r"R\d{7}\Z", re.ASCII)
_READ = frozenset(
    {
        "CompanyName", "CompanyNumber", "CompanyStatus", "CountryOfOrigin", "IncorporationDate",
        "DissolutionDate",
    }
)  # fmt: skip
_SIC = "SICCode.SicText_"
_PREVIOUS = re.compile(r"PreviousName_\d+\.CompanyName\Z")


def company_number(text: object) -> str | None:
    """A UK company number in its eight characters, or None for what is none.

    >>> company_number("1234567"), company_number("sc 12345"), company_number("HRB 12")
    ('01234567', 'SC012345', None)
    """
    bare = re.sub(r"[^0-9A-Z]", "", (as_text(text) or "").upper())
    if _DIGITS.match(bare):
        return bare.zfill(8) if int(bare) else None
    if _OLD_IRISH.match(bare):
        return bare
    if (found := _PREFIXED.match(bare)) and found[1] in _PREFIXES:
        return found[1] + found[2].zfill(6)
    return None


def is_company_data(source: SourceFile, member: Member) -> bool:
    """Whether the file is a table of basic company data; its header has blanks before some names."""
    header = set(source.csv_header(member))
    return {"CompanyName", "CompanyNumber", "CompanyStatus"} <= header


def company_rows(source: SourceFile, members: Collection[Member], seen: set[str]) -> Iterator[Item]:
    """Every company; ``seen`` gains the numbers. Streams."""
    for member in members:
        unread = set[str]()
        for row in source.csv_rows(member):
            if isinstance(row, Problem):
                yield row
                continue
            unread.update(name for name, value in row.values.items() if value and not _is_read(name))
            number = company_number(row.values.get("CompanyNumber"))
            if number is None:
                yield Problem(
                    row.place, "CompanyNumber", row.values.get("CompanyNumber", "")[:80],
                    "there is no company number that can be read.", "It has eight characters.",
                )  # fmt: skip
            elif number in seen:
                yield Skipped(row.place, "duplicate", "the company was read before")
            else:
                seen.add(number)
                reader = RowReader(row.place)
                yield Placed(_company(number, row, reader), row.place)
                yield from reader.remarks
        if unread:
            yield Unread(member.shown, tuple(sorted(unread)))


def _is_read(name: str) -> bool:
    return name in _READ or name.startswith(_SIC) or bool(_PREVIOUS.match(name))


def _company(number: str, row: Row, reader: RowReader) -> Entity:
    values = row.values
    founded = reader.date("IncorporationDate", values.get("IncorporationDate"))
    dissolved = reader.date("DissolutionDate", values.get("DissolutionDate"))
    notes = [f"Status: {status}." for status in [clean(values.get("CompanyStatus"))] if status]
    if dissolved:
        notes.append(f"Dissolved {dissolved}.")
    return Entity(
        id=f"gb-coh:{number}",
        # Names such as "! LTD" are names.
        name=values["CompanyName"].strip() or number,
        kind="company",
        aliases=tuple(_previous_names(values)),
        country=reader.country("CountryOfOrigin", values.get("CountryOfOrigin")),
        founded=founded[:4] if founded else None,
        sectors=tuple(_sectors(values)),
        identifiers=(f"gb-coh:{number}",),
        note=" ".join(notes) or None,
    )


def _previous_names(values: Mapping[str, str]) -> list[str]:
    found = (value.strip() for name, value in values.items() if _PREVIOUS.match(name))
    return list(dict.fromkeys(text for text in found if text))


def _sectors(values: Mapping[str, str]) -> list[str]:
    """``62020 - Information technology consultancy`` as ``62020-information-technology-consultancy``."""
    found = (
        re.sub("[^a-z0-9]+", "-", value.lower()).strip("-")
        for name, value in values.items()
        if name.startswith(_SIC) and value.strip().lower() != "none supplied"
    )
    return list(dict.fromkeys(text for text in found if text))
