"""GLEIF's golden copy as CSV: level 1, relationship records and reporting exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from graph.model import Problem, Unread
from loaders.gleif_record import ExceptionRecord, LeiRecord, Period, Read, RelationshipRecord
from loaders.source_file import Member, SourceFile
from loaders.values import clean

_START = "Relationship.StartNode.NodeID"
_PARTS = re.compile(
    r"Relationship\.(?P<group>Period|Qualifiers|Quantifiers)\.(?P<number>\d{1,3})\.(?P<field>\w{1,40})\Z",
    re.ASCII,
)
_NAMES = re.compile(
    r"Entity\.(?:Transliterated)?OtherEntityNames\.(?:Transliterated)?OtherEntityName\.(\d{1,3})\Z", re.ASCII
)
_REASON = re.compile(r"Exception\.Reason\.\d{1,3}\Z", re.ASCII)
_LEI = {
    "name": "Entity.LegalName",
    "jurisdiction": "Entity.LegalJurisdiction",
    "country": "Entity.LegalAddress.Country",
    "category": "Entity.EntityCategory",
    "status": "Entity.EntityStatus",
    "expired": "Entity.EntityExpirationDate",
    "expiry_reason": "Entity.EntityExpirationReason",
    "created": "Entity.EntityCreationDate",
    "authority": "Entity.RegistrationAuthority.RegistrationAuthorityID",
    "authority_entity": "Entity.RegistrationAuthority.RegistrationAuthorityEntityID",
    "registration": "Registration.RegistrationStatus",
    "updated": "Registration.LastUpdateDate",
}
_RELATIONSHIP = {
    "start": _START,
    "end": "Relationship.EndNode.NodeID",
    "start_scheme": "Relationship.StartNode.NodeIDType",
    "end_scheme": "Relationship.EndNode.NodeIDType",
    "kind": "Relationship.RelationshipType",
    "status": "Relationship.RelationshipStatus",
    "registration": "Registration.RegistrationStatus",
    "updated": "Registration.LastUpdateDate",
}


def csv_level(header: Sequence[str]) -> str | None:
    """``lei``, ``relationship`` or ``exception``, by the header; None for other tables."""
    if _START in header and "Relationship.EndNode.NodeID" in header:
        return "relationship"
    if "LEI" in header and "Exception.Category" in header:
        return "exception"
    if "LEI" in header and any(name.startswith("Entity.") for name in header):
        return "lei"
    return None


def csv_records(source: SourceFile, member: Member) -> Iterator[Read | Problem | Unread]:
    """The records of a table, then its columns that hold something and are not read. Streams.

    Raises:
        LoadError: the file is no table.
    """
    header = source.csv_header(member)
    level = csv_level(header)
    layout = _Layout(header)
    unread: set[str] = set()
    for row in source.csv_rows(member):
        if isinstance(row, Problem):
            yield row
            continue
        values = row.values
        unread.update(name for name in layout.unread if values.get(name, "").strip())
        if level == "relationship":
            yield row.place, layout.relationship(values)
        elif level == "exception":
            yield row.place, layout.exception(values)
        else:
            yield row.place, layout.lei(values)
    if unread:
        yield Unread(member.shown, tuple(sorted(unread)))


class _Layout:
    """Which columns of a header hold what; looked up once, because tables have millions of rows."""

    def __init__(self, header: Sequence[str]) -> None:
        self.names = [name for name in header if _NAMES.match(name)]
        self.reasons = [name for name in header if _REASON.match(name)]
        self.deleted = [name for name in header if name.endswith("DeletedAt")]
        self.groups: dict[str, dict[int, dict[str, str]]] = {
            "Period": {},
            "Qualifiers": {},
            "Quantifiers": {},
        }
        known = {"LEI", "Exception.Category", *_LEI.values(), *_RELATIONSHIP.values()}
        known.update(self.names, self.reasons, self.deleted)
        for name in header:
            if found := _PARTS.match(name):
                group = self.groups[found["group"]].setdefault(int(found["number"]), {})
                group[found["field"]] = name
                known.add(name)
        self.unread = [name for name in header if name not in known]

    def lei(self, values: Mapping[str, str]) -> LeiRecord:
        return LeiRecord(
            lei=clean(values.get("LEI")),
            aliases=tuple(text for name in self.names if (text := clean(values.get(name)))),
            deleted=self._deleted(values),
            **{field: clean(values.get(name)) for field, name in _LEI.items()},
        )

    def relationship(self, values: Mapping[str, str]) -> RelationshipRecord:
        return RelationshipRecord(
            periods=tuple(
                Period(
                    *(
                        clean(values.get(part.get(field, "")))
                        for field in ("periodType", "startDate", "endDate")
                    )
                )
                for _, part in sorted(self.groups["Period"].items())
                if any(values.get(name, "").strip() for name in part.values())
            ),
            qualifiers=self._joined("Qualifiers", ("QualifierDimension", "QualifierCategory"), ": ", values),
            quantifiers=self._joined(
                "Quantifiers", ("MeasurementMethod", "QuantifierAmount", "QuantifierUnits"), " ", values
            ),
            deleted=self._deleted(values),
            **{field: clean(values.get(name)) for field, name in _RELATIONSHIP.items()},
        )

    def exception(self, values: Mapping[str, str]) -> ExceptionRecord:
        return ExceptionRecord(
            lei=clean(values.get("LEI")),
            category=clean(values.get("Exception.Category")),
            reasons=tuple(text for name in self.reasons if (text := clean(values.get(name)))),
            deleted=self._deleted(values),
        )

    def _joined(
        self, group: str, fields: tuple[str, ...], between: str, values: Mapping[str, str]
    ) -> tuple[str, ...]:
        texts = (
            between.join(text for field in fields if (text := values.get(part.get(field, ""), "").strip()))
            for _, part in sorted(self.groups[group].items())
        )
        return tuple(text for text in texts if text)

    def _deleted(self, values: Mapping[str, str]) -> str | None:
        return next((text for name in self.deleted if (text := clean(values.get(name)))), None)
