"""GLEIF's XML: LEI-CDF 2.1 and 3.x, RR-CDF 2.1 and reporting exceptions, full files and deltas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph.model import Place, Unread
from loaders.gleif_record import ExceptionRecord, FileHeader, LeiRecord, Period, Read, RelationshipRecord
from loaders.source_file import Member, SourceFile
from loaders.values import clean
from loaders.xml_file import Element, child_text, children, local_name, xml_elements

ROOTS = ("LEIData", "RelationshipData", "ReportingExceptionData", "ReportingExceptions")
_HEADERS = ("LEIHeader", "Header")
_RECORDS = ("LEIRecord", "RelationshipRecord", "Exception")
_READ = frozenset({
    "LEI", "LegalName", "OtherEntityName", "TransliteratedOtherEntityName", "LegalJurisdiction",
    "EntityCategory", "EntityStatus", "EntityExpirationDate", "EntityExpirationReason", "EntityCreationDate",
    "RegistrationAuthorityID", "OtherRegistrationAuthorityID", "RegistrationAuthorityEntityID",
    "BusinessRegisterEntityID", "RegistrationStatus", "LastUpdateDate", "DeletedAt", "NodeID", "NodeIDType",
    "RelationshipType", "RelationshipStatus", "StartDate", "EndDate", "PeriodType", "QualifierDimension",
    "QualifierCategory", "MeasurementMethod", "QuantifierAmount", "QuantifierUnits", "ExceptionCategory",
    "ExceptionReason", "Country",
})  # fmt: skip


def is_gleif_xml(head: bytes) -> bool:
    """Whether XML that begins so is one of GLEIF's files."""
    start = head[:4096]
    if not start.startswith(b"<"):
        return False
    return b"gleif.org/data/schema/" in start or any(
        f"<{root}".encode() in start or f":{root}".encode() in start for root in ROOTS
    )


def xml_records(source: SourceFile, member: Member) -> Iterator[Read | Unread]:
    """The header and the records of a file, then what was not read. Streams.

    Places count the records from 1, because line numbers of large XML files cannot be had exactly.

    Raises:
        LoadError: no XML, or broken off.
    """
    number = 0
    paths: set[str] = set()
    for _, element in xml_elements(source, member, (*_HEADERS, *_RECORDS)):
        name = local_name(element)
        if name in _HEADERS:
            date = child_text(element, "ContentDate")
            yield Place(member.shown, max(number, 1)), FileHeader(date, child_text(element, "RecordCount"))
            continue
        number += 1
        place = Place(member.shown, number)
        said: dict[str, str] = {}
        _flat(element, "", said)
        paths.update(said)
        if name == "LEIRecord":
            yield place, _lei(element, said)
        elif name == "RelationshipRecord":
            yield place, _relationship(element, said)
        else:
            yield place, _exception(element, said)
    unread = {name for path in paths if (name := path.rpartition("/")[2]) and name not in _READ}
    if unread:
        yield Unread(member.shown, tuple(sorted(unread)))


def _lei(record: Element, said: Mapping[str, str]) -> LeiRecord:
    def entity(path: str) -> str | None:
        return clean(said.get(f"Entity/{path}"))

    authority = entity("RegistrationAuthority/RegistrationAuthorityID")
    number = entity("RegistrationAuthority/RegistrationAuthorityEntityID")
    if number is None:
        # LEI-CDF 1 has the register as an attribute.
        for found in children(record, "Entity", "BusinessRegisterEntityID"):
            number = clean("".join(found.itertext()))
            authority = authority or clean(found.get("register"))
    return LeiRecord(
        lei=clean(said.get("LEI")),
        name=entity("LegalName"),
        aliases=_names(record),
        jurisdiction=entity("LegalJurisdiction"),
        country=entity("LegalAddress/Country"),
        category=entity("EntityCategory"),
        status=entity("EntityStatus"),
        expired=entity("EntityExpirationDate"),
        expiry_reason=entity("EntityExpirationReason"),
        created=entity("EntityCreationDate"),
        authority=authority,
        authority_entity=number,
        registration=clean(said.get("Registration/RegistrationStatus")),
        updated=clean(said.get("Registration/LastUpdateDate")),
        deleted=_deleted(record),
    )


def _names(record: Element) -> tuple[str, ...]:
    found = [
        *children(record, "Entity", "OtherEntityNames", "OtherEntityName"),
        *children(record, "Entity", "TransliteratedOtherEntityNames", "TransliteratedOtherEntityName"),
    ]
    return tuple(text for item in found if (text := clean("".join(item.itertext()))))


def _relationship(record: Element, said: Mapping[str, str]) -> RelationshipRecord:
    def stated(path: str) -> str | None:
        return clean(said.get(f"Relationship/{path}"))

    return RelationshipRecord(
        start=stated("StartNode/NodeID"),
        end=stated("EndNode/NodeID"),
        start_scheme=stated("StartNode/NodeIDType"),
        end_scheme=stated("EndNode/NodeIDType"),
        kind=stated("RelationshipType"),
        status=stated("RelationshipStatus"),
        periods=tuple(
            Period(
                clean(child_text(item, "PeriodType")),
                clean(child_text(item, "StartDate")),
                clean(child_text(item, "EndDate")),
            )
            for item in children(record, "Relationship", "RelationshipPeriods", "RelationshipPeriod")
        ),
        qualifiers=_joined(
            children(record, "Relationship", "RelationshipQualifiers", "RelationshipQualifier"),
            ("QualifierDimension", "QualifierCategory"),
            ": ",
        ),
        quantifiers=_joined(
            children(record, "Relationship", "RelationshipQuantifiers", "RelationshipQuantifier"),
            ("MeasurementMethod", "QuantifierAmount", "QuantifierUnits"),
            " ",
        ),
        registration=clean(said.get("Registration/RegistrationStatus")),
        updated=clean(said.get("Registration/LastUpdateDate")),
        deleted=_deleted(record),
    )


def _exception(record: Element, said: Mapping[str, str]) -> ExceptionRecord:
    reasons = (clean("".join(item.itertext())) for item in children(record, "ExceptionReason"))
    return ExceptionRecord(
        lei=clean(said.get("LEI")),
        category=clean(said.get("ExceptionCategory")),
        reasons=tuple(reason for reason in reasons if reason),
        deleted=_deleted(record),
    )


def _joined(items: list[Element], names: tuple[str, ...], between: str) -> tuple[str, ...]:
    texts = (between.join(text for name in names if (text := child_text(item, name))) for item in items)
    return tuple(text for text in texts if text)


def _deleted(record: Element) -> str | None:
    for found in children(record, "Extension", "Deletion"):
        return child_text(found, "DeletedAt") or "yes"
    return None


def _flat(parent: Element, path: str, said: dict[str, str]) -> None:
    """Text of the leaves by their local names from the record down; of several the first."""
    for element in parent:
        name = local_name(element)
        if len(element):
            _flat(element, f"{path}{name}/", said)
        elif text := (element.text or "").strip():
            said.setdefault(path + name, text)
