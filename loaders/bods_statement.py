"""A BODS statement of version 0.2, 0.3 or 0.4 in one shape, and what it says about entities and persons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.model import Entity, Source
from loaders.companies_house import company_number
from loaders.json_values import as_id, as_list, as_object, as_text, as_texts
from loaders.values import RowReader, http_url, made_id, read_date

_OLD_SORTS = {
    "entityStatement": "entity",
    "personStatement": "person",
    "ownershipOrControlStatement": "relationship",
}
_ENTITY_KINDS = {
    "registeredEntity": "company",
    "legalEntity": "organization",
    "arrangement": "organization",
    "state": "government",
    "stateBody": "government",
    "anonymousEntity": "party",
    "unknownEntity": "party",
}
_SCHEMES = {"GB-COH": "gb-coh", "XI-LEI": "lei", "LEI": "lei", "US-SEC": "cik", "WIKIDATA": "wikidata"}
_PRIVATE = re.compile(r"PASSPORT|TAXID|TAX|IDCARD|NATIONALID|DRIVING|SSN|NINO", re.IGNORECASE)
_OPENCORPORATES = re.compile(r"https?://opencorporates\.com/companies/([a-z_]{2,10}/[^/?#\s]+)\Z")
READ_KEYS = frozenset(
    {
        "statementID", "statementId", "statementType", "statementDate", "recordId", "recordType",
        "recordStatus", "recordDetails", "isComponent", "componentOfStatement", "componentStatementIDs",
        "componentRecords", "replacesStatements", "publicationDetails", "source", "entityType",
        "unspecifiedEntityDetails", "unspecifiedPersonDetails", "missingInfoReason", "name",
        "alternateNames", "jurisdiction", "incorporatedInJurisdiction", "identifiers", "foundingDate",
        "dissolutionDate", "personType", "names", "nationalities", "birthDate", "deathDate",
        "hasPepStatus", "politicalExposure", "subject", "interestedParty", "interests",
    }
)  # fmt: skip
"""Keys of statements and of their details that are read; others are reported."""


@dataclass(frozen=True, slots=True)
class End:
    """An end of a relationship: an id, or why none is given."""

    id: str | None
    missing: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        key: id of what it speaks of: the record in 0.4, the statement itself before.
        sort: ``entity``, ``person`` or ``relationship``.
        details: the object with what is said: the statement itself before 0.4.
        replaces: ids of statements that it takes the place of (before 0.4).
        shared: its id where another relationship has the same, so that ``key`` is made of id and ends.
    """

    key: str
    sort: str
    date: str | None
    closed: bool
    whole: Mapping[str, Any]
    details: Mapping[str, Any]
    replaces: tuple[str, ...]
    shared: str | None = None

    @property
    def is_node(self) -> bool:
        """Whether it speaks of an entity or a person."""
        return self.sort != "relationship"

    @property
    def bare(self) -> bool:
        """Whether it has no details of its own, as when it only closes a record."""
        wanted = ("subject", "interestedParty")
        if self.is_node:
            wanted = ("name", "alternateNames", "names", "entityType", "personType")
            return not any(self.details.get(key) for key in wanted)
        return not all(self.details.get(key) for key in wanted)

    @property
    def components(self) -> list[str]:
        """Ids of the statements or records that the relationship sums up."""
        return as_texts(self.details.get("componentRecords")) + as_texts(
            self.details.get("componentStatementIDs")
        )

    @property
    def is_component(self) -> bool:
        """Whether it is a part of what another statement sums up."""
        return True in (self.details.get("isComponent"), self.details.get("componentOfStatement"))

    @property
    def subject(self) -> End:
        """Who is owned or controlled."""
        return _end(self.details.get("subject"))

    @property
    def party(self) -> End:
        """Who owns or controls."""
        return _end(self.details.get("interestedParty"))

    def names(self) -> list[str]:
        """The names, the usual one first."""
        if self.sort == "entity":
            return as_texts([self.details.get("name"), *as_list(self.details.get("alternateNames"))])
        usual: list[str] = []
        others: list[str] = []
        for item in as_list(self.details.get("names")):
            name = as_object(item)
            parts = (as_text(name.get(key)) for key in ("givenName", "patronymicName", "familyName"))
            full = as_text(name.get("fullName")) or " ".join(part for part in parts if part)
            if full:
                wanted = as_text(name.get("type")) in (None, "legal", "individual")
                (usual if wanted else others).append(full)
        return list(dict.fromkeys(usual + others))

    def word(self) -> str:
        """The type of an entity or a person in the standard's word."""
        if self.sort == "person":
            return as_text(self.details.get("personType")) or "knownPerson"
        kind = self.details.get("entityType")
        return as_text(kind) or as_text(as_object(kind).get("type")) or "unknownEntity"

    def missing(self) -> list[str]:
        """Why an entity or a person is not specified, with what is said about it."""
        why = as_object(
            self.details.get("unspecifiedEntityDetails") or self.details.get("unspecifiedPersonDetails")
        )
        reason = as_text(why.get("reason")) or as_text(self.details.get("missingInfoReason"))
        return [text for text in (reason, as_text(why.get("description"))) if text]

    def kind(self) -> str:
        """The kind of our ontology."""
        return "person" if self.sort == "person" else _ENTITY_KINDS.get(self.word(), "party")


def read_statement(value: Mapping[str, Any]) -> Statement | str:
    """The statement, or why it is none."""
    sort = as_text(value.get("recordType"))
    new = sort is not None
    if not new:
        sort = _OLD_SORTS.get(as_text(value.get("statementType")) or "")
    if sort not in ("entity", "person", "relationship"):
        return "the type of the statement is not known."
    key = as_id(value.get("recordId") if new else value.get("statementID"))
    if key is None:
        return f"there is no {'recordId' if new else 'statementID'} that can be used."
    publication = as_object(value.get("publicationDetails"))
    date, _ = read_date(as_text(value.get("statementDate")) or as_text(publication.get("publicationDate")))
    return Statement(
        key=key,
        sort=sort,
        date=date,
        closed=new and value.get("recordStatus") == "closed",
        whole=value,
        details=as_object(value.get("recordDetails")) if new else value,
        replaces=() if new else tuple(as_texts(value.get("replacesStatements"))),
    )


def entity_of(statement: Statement, key: str, reader: RowReader, notes: list[str]) -> Entity:
    """The entity or person; ``notes`` come before what the statement itself notes."""
    details, names = statement.details, statement.names()
    person = statement.sort == "person"
    countries = [reader.country("nationalities", text) for text in _countries(details)] if person else []
    if len(countries) > 1:
        reader.remark("nationalities", ", ".join(map(str, countries)), "only the first nationality is kept")
    if not person:
        place = details.get("jurisdiction") or details.get("incorporatedInJurisdiction")
        countries = [reader.country("jurisdiction", _country(place))]
    born = reader.date("birthDate", as_text(details.get("birthDate"))) if person else None
    founded = reader.date("foundingDate", as_text(details.get("foundingDate")))
    return Entity(
        id=key,
        name=names[0] if names else f"Unnamed {statement.sort}",
        kind=statement.kind(),
        aliases=tuple(names[1:]),
        country=next((code for code in countries if code), None),
        founded=None if person or founded is None else founded[:4],
        sectors=("role.pep",) if person and _is_exposed(details) else (),
        identifiers=tuple(_identifiers(details, person)),
        born=born[:7] if born else None,
        note=" ".join([*notes, *_notes(statement, reader)]) or None,
    )


def source_of(statement: Statement) -> Source | None:
    """The source a statement names; None when it names none."""
    raw = as_object(statement.whole.get("source"))
    url, title = http_url(as_text(raw.get("url"))), as_text(raw.get("description"))
    types = as_texts(raw.get("type"))
    asserted = [as_text(as_object(item).get("name")) for item in as_list(raw.get("assertedBy"))]
    asserted = [name for name in asserted if name]
    if not (url or title or types or asserted):
        return None
    publisher = next(iter(asserted), None) or publisher_of(statement)
    date, _ = read_date(as_text(raw.get("retrievedAt")))
    return Source(
        id=made_id("bods", publisher, title, url, ",".join(types), date),
        publisher=publisher or "Beneficial ownership statement",
        title=title or ", ".join(_words(text) for text in types) or "Beneficial ownership statement",
        date=date,
        url=url,
    )


def publisher_of(statement: Statement) -> str | None:
    """Who published the statement."""
    publication = as_object(statement.whole.get("publicationDetails"))
    return as_text(as_object(publication.get("publisher")).get("name"))


def _end(value: object) -> End:
    if (found := as_id(value)) is not None:
        return End(found)
    raw = as_object(value)
    for key in ("describedByEntityStatement", "describedByPersonStatement"):
        if (found := as_id(raw.get(key))) is not None:
            return End(found)
    given = as_object(raw.get("unspecified")) or raw
    reason = as_text(given.get("reason"))
    description = as_text(given.get("description")) or as_text(given.get("details"))
    if reason or description or "unspecified" in raw:
        return End(None, reason or "no reason given", description)
    return End(None)


def _countries(details: Mapping[str, Any]) -> list[str]:
    found = (_country(item) for item in as_list(details.get("nationalities")))
    return [text for text in found if text]


def _country(value: object) -> str | None:
    raw = as_object(value)
    return as_text(raw.get("code")) or as_text(raw.get("name")) or as_text(value)


def _is_exposed(details: Mapping[str, Any]) -> bool:
    exposure = as_object(details.get("politicalExposure"))
    return details.get("hasPepStatus") is True or exposure.get("status") == "isPep"


def _identifiers(details: Mapping[str, Any], person: bool) -> list[str]:
    found: list[str] = []
    for item in as_list(details.get("identifiers")):
        raw = as_object(item)
        value, scheme = as_text(raw.get("id")), as_text(raw.get("scheme"))
        register = scheme or as_text(raw.get("schemeName"))
        # Numbers of papers that a person carries say nothing here and could do harm.
        if value is None or (person and register and _PRIVATE.search(register)):
            continue
        if page := _OPENCORPORATES.match(value):
            found.append(f"opencorporates:{page[1]}")
        else:
            found.append(_identifier(register or "unknown", value))
    return list(dict.fromkeys(found))


def _identifier(register: str, value: str) -> str:
    known = _SCHEMES.get(register.upper())
    if known == "gb-coh":
        number = company_number(value)
        return f"gb-coh:{number}" if number else f"reg:{register}:{value}"
    if known == "cik" and value.isdecimal():
        return f"cik:{value.zfill(10)}"
    if known == "lei":
        return f"lei:{value.upper()}"
    return f"wikidata:{value}" if known == "wikidata" else f"reg:{register}:{value}"


def _notes(statement: Statement, reader: RowReader) -> list[str]:
    details, found = statement.details, list[str]()
    nameless = ("anonymousEntity", "unknownEntity", "anonymousPerson", "unknownPerson")
    missing = statement.missing()
    if missing or statement.word() in nameless:
        found.append(f"{'; '.join([_words(statement.word()), *missing])}.")
    for key, word in (("dissolutionDate", "Dissolved"), ("deathDate", "Died")):
        if date := reader.date(key, as_text(details.get(key))):
            found.append(f"{word} {date}.")
    if statement.closed:
        found.append(closing_note(statement.date))
    return found


def closing_note(date: str | None) -> str:
    """What is noted of a closed record."""
    return f"The register closed the record{f' on {date}' if date else ''}."


def _words(text: str) -> str:
    """``officialRegister`` as ``Official register``."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f" {found[1].lower()}", text).capitalize()
