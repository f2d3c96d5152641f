"""SEC Forms 3, 4 and 5: directors, officers and large holders of an issuer, and the shares they hold.

A holding is known by its holders, the issuer, the title of the security, whether it is direct and the
nature of the ownership with its footnotes. The newest line on it counts: of a filing the last one, of
several filings that of the newest. Derivatives are rights to shares, not shares, and are left aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graph.model import Entity, Item, Place, Problem, Skipped, Source, Tie
from loaders.sec_filing import (
    Document,
    cik_number,
    country_of,
    edgar_date,
    group_name,
    holder_group,
    said_yes,
)
from loaders.sec_forms import Filing, FormRun, Placer, SecLoader, records_or
from loaders.source_file import Member
from loaders.values import RowReader, clean, decimal_text, digest, made_id, money_fields
from loaders.xml_file import Element, child_text, children, local_name

_READ = frozenset({
    "documentType", "periodOfReport", "issuerCik", "issuerName", "rptOwnerCik", "rptOwnerName",
    "rptOwnerState", "rptOwnerStateDescription", "isDirector", "isOfficer", "isTenPercentOwner", "isOther",
    "officerTitle", "otherText", "securityTitle", "transactionDate", "sharesOwnedFollowingTransaction",
    "valueOwnedFollowingTransaction", "directOrIndirectOwnership", "natureOfOwnership", "signatureDate",
    "footnote", "dateOfOriginalSubmission", "notSubjectToSection16",
})  # fmt: skip
_SHARES = ("nonDerivativeTransaction", "nonDerivativeHolding")
_RIGHTS = ("derivativeTransaction", "derivativeHolding")


@dataclass(frozen=True, slots=True)
class _Owner:
    id: str
    name: str
    element: Element


class _Run(FormRun):
    root = "ownershipDocument"
    read_names = _READ
    what = "Form 3, 4 or 5"

    def survey(self, document: Document, root: Element, member: Member, number: int) -> Filing:
        reader = RowReader(Place(member.shown, 1))
        period = edgar_date(reader, "periodOfReport", child_text(root, "periodOfReport"))
        signed = [
            edgar_date(reader, "signatureDate", child_text(item, "signatureDate"))
            for item in children(root, "ownerSignature")
        ]
        filed = document.header.filed or max((day for day in signed if day), default=period)
        form = clean(child_text(root, "documentType")) or document.header.form or "4"
        accession = document.header.accession or ""
        order = (
            period or filed or "",
            filed or "",
            "1" if form.endswith("/A") else "0",
            accession,
            member.shown,
        )
        issuer = _issuer_id(root)
        if issuer is not None:
            name = clean(child_text(root, "issuer", "issuerName")) or issuer
            self.meet(Entity(issuer, name, "company", identifiers=_cik_of(issuer)), order)
        owners = _owners(root, issuer)
        for owner in owners:
            self.meet(_owner_entity(owner), order)
        if len(owners) > 1:
            ids, names = [owner.id for owner in owners], [owner.name for owner in owners]
            self.meet(Entity(holder_group(ids), group_name(names), "organization"), order)
        return Filing(member, number, order, document.header, form, filed)

    def rows(self, filing: Filing, root: Element, place: Placer) -> Iterator[Item]:
        issuer, name = _issuer_id(root), child_text(root, "issuer", "issuerName")
        owners = _owners(root, issuer)
        about = " / ".join(owner.name for owner in owners[:3]) or "nobody"
        title = f"Form {filing.form} of {about} on {name or issuer or 'nobody'}"
        source = self.source(filing, title, _number_of(issuer), *filing.order[:2], *(o.id for o in owners))
        told = {owner.element: owner for owner in owners}
        lines = [line for kind in _SHARES for line in children(root, "nonDerivativeTable", kind)]
        newest = _newest(lines, root)
        for element in root:
            kind = local_name(element)
            if kind == "issuer" and issuer is not None:
                at = place(element)
                yield from records_or(list(self.entity(issuer, at)), at)
            elif kind == "reportingOwner":
                yield from self._owner(told.get(element), owners, root, source, place(element))
            elif kind in ("nonDerivativeTable", "derivativeTable"):
                for line in element:
                    if local_name(line) not in (*_SHARES, *_RIGHTS):
                        continue
                    at = place(line)
                    if issuer is None or not owners:
                        reason = "the form names no issuer or no owner with a CIK or a name."
                        yield Problem(at, "", "", reason, "Fetch the filing again.")
                    elif local_name(line) in _RIGHTS:
                        yield Skipped(at, "aside", "an option, warrant or other right is not yet a share")
                    elif newest[_key(line, root)] is not line:
                        yield Skipped(at, "superseded", "a later line of the filing gives the holding")
                    else:
                        yield from self._holding(filing, line, root, (owners, issuer), source, at)

    def _owner(
        self, owner: _Owner | None, owners: list[_Owner], root: Element, source: Source, at: Place
    ) -> Iterator[Item]:
        issuer = _issuer_id(root)
        if owner is None or issuer is None:
            reason = "the form names no issuer or no owner with a CIK or a name."
            yield Problem(at, "rptOwnerName", "", reason, "Fetch the filing again.")
            return
        found = list(self.entity(owner.id, at))
        if owner.id != issuer:
            left = said_yes(child_text(root, "notSubjectToSection16"))
            for tie in _roles(owner, issuer, source.id, "ended" if left else "active"):
                found += self.tie(tie, source, at)
        if len(owners) > 1:
            group = holder_group([each.id for each in owners])
            found += self.entity(group, at)
            key = made_id("sec-group", group, owner.id)
            member = Tie(
                key, owner.id, "MEMBER_OF", group, "active", role="joint filer", sources=(source.id,)
            )
            found += self.tie(member, source, at)
        yield from records_or(found, at)

    def _holding(
        self,
        filing: Filing,
        line: Element,
        root: Element,
        ends: tuple[list[_Owner], str],
        source: Source,
        at: Place,
    ) -> Iterator[Item]:
        reader = RowReader(at)
        owners, issuer = ends
        holder = owners[0].id if len(owners) == 1 else holder_group([owner.id for owner in owners])
        if holder == issuer:
            yield Skipped(at, "aside", "the issuer reports its own shares")
            return
        amounts = ("postTransactionAmounts",)
        shares_text = child_text(line, *amounts, "sharesOwnedFollowingTransaction", "value")
        value_text = child_text(line, *amounts, "valueOwnedFollowingTransaction", "value")
        shares = reader.amount("sharesOwnedFollowingTransaction", shares_text).value
        value = reader.amount("valueOwnedFollowingTransaction", value_text).value
        day = edgar_date(reader, "transactionDate", child_text(line, "transactionDate", "value"))
        day = day or filing.order[0] or None
        nature = clean(child_text(line, "ownershipNature", "natureOfOwnership", "value"))
        notes = [nature, *_footnotes(line, root), f"as of {day}" if day else None]
        # A line of 0 shares says that the holding is over by that day.
        over = shares == 0 or (shares is None and value == 0)
        tie = Tie(
            id=made_id("sec-ownership", holder, issuer, *_key(line, root)),
            from_id=holder,
            type="OWNS",
            to_id=issuer,
            status="ended" if over else "active",
            end_date=day if over else None,
            interest=clean(child_text(line, "securityTitle", "value")),
            quantity=decimal_text(shares) if shares is not None and shares > 0 else None,
            directness={"D": "direct", "I": "indirect"}.get(_direct(line)),
            note="; ".join(note for note in notes if note) or None,
            sources=(source.id,),
            **money_fields(value, "USD"),
        )
        yield from records_or(self.tie(tie, source, at), at)
        yield from reader.remarks


def _number_of(entity_id: str | None) -> str | None:
    """The number of an entity that has one; an id that was made of a name holds none."""
    scheme, _, number = (entity_id or "").partition(":")
    return number if scheme == "cik" and number else None


def _issuer_id(root: Element) -> str | None:
    cik, name = (
        cik_number(child_text(root, "issuer", "issuerCik")),
        clean(child_text(root, "issuer", "issuerName")),
    )
    if cik:
        return f"cik:{cik}"
    return made_id("sec-ownership", "issuer", name.upper()) if name else None


def _cik_of(entity_id: str) -> tuple[str, ...]:
    return (entity_id,) if entity_id.startswith("cik:") else ()


def _owners(root: Element, issuer: str | None) -> list[_Owner]:
    found: dict[str, _Owner] = {}
    for element in children(root, "reportingOwner"):
        cik = cik_number(child_text(element, "reportingOwnerId", "rptOwnerCik"))
        name = clean(child_text(element, "reportingOwnerId", "rptOwnerName"))
        if cik or name:
            key = f"cik:{cik}" if cik else made_id("sec-ownership", issuer, (name or "").upper())
            found.setdefault(key, _Owner(key, name or key, element))
    return list(found.values())


def _owner_entity(owner: _Owner) -> Entity:
    """Only a person can be an officer; of others the form does not say whether they are people or firms."""
    relationship = ("reportingOwnerRelationship", "isOfficer")
    address = ("reportingOwnerAddress",)
    return Entity(
        owner.id,
        owner.name,
        "person" if said_yes(child_text(owner.element, *relationship)) else "party",
        country=country_of(
            child_text(owner.element, *address, "rptOwnerState"),
            child_text(owner.element, *address, "rptOwnerStateDescription"),
        ),
        identifiers=_cik_of(owner.id),
    )


def _roles(owner: _Owner, issuer: str, source: str, status: str) -> Iterator[Tie]:
    """What an owner is to the issuer; it is over for who is no longer subject to section 16."""

    def said(name: str) -> str | None:
        return clean(child_text(owner.element, "reportingOwnerRelationship", name))

    roles: list[tuple[str, str]] = []
    if said_yes(said("isDirector")):
        roles.append(("BOARD_MEMBER_OF", "Director"))
    if said_yes(said("isOfficer")):
        roles.append(("HOLDS_ROLE", said("officerTitle") or "Officer"))
    if said_yes(said("isTenPercentOwner")):
        roles.append(("RELATED_TO", "10 % owner"))
    if said_yes(said("isOther")):
        roles.append(("RELATED_TO", said("otherText") or "other reporting person"))
    for type_, role in roles:
        # One office at a time: a new title takes the place of the old one.
        part = role if type_ == "RELATED_TO" else type_
        key = made_id("sec-ownership", owner.id, issuer, part)
        yield Tie(key, owner.id, type_, issuer, status, role=role, sources=(source,))


def _newest(lines: list[Element], root: Element) -> dict[tuple[str, ...], Element]:
    """The line that counts for each holding: of the latest day, and of one day the last."""
    found: dict[tuple[str, ...], tuple[str, int, Element]] = {}
    for number, line in enumerate(sorted(lines, key=lambda each: int(each.sourceline or 0))):
        key, day = _key(line, root), child_text(line, "transactionDate", "value") or ""
        before = found.get(key)
        # A line of a holding has no day of its own: nothing moved in it.
        if before is None or (day, number) >= before[:2]:
            found[key] = (day, number, line)
    return {key: line for key, (_, _, line) in found.items()}


def _key(line: Element, root: Element) -> tuple[str, ...]:
    title = child_text(line, "securityTitle", "value") or ""
    nature = child_text(line, "ownershipNature", "natureOfOwnership", "value") or ""
    notes = digest(*_footnotes(line, root)) if _direct(line) == "I" else ""
    return _plain(title), _direct(line), _plain(nature), notes


def _direct(line: Element) -> str:
    return (child_text(line, "ownershipNature", "directOrIndirectOwnership", "value") or "").upper()


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().upper()


def _footnotes(line: Element, root: Element) -> list[str]:
    """Footnotes on the nature of the ownership: often they alone tell one trust from another."""
    wanted = [
        item.get("id")
        for item in children(line, "ownershipNature", "natureOfOwnership", "footnoteId")
        if item.get("id")
    ]
    texts = {
        item.get("id"): re.sub(r"\s+", " ", "".join(item.itertext())).strip()
        for item in children(root, "footnotes", "footnote")
    }
    return [text for key in wanted if (text := texts.get(key))]


class OwnershipLoader(SecLoader):
    """Statements of insiders on what they hold."""

    format_id = "sec-ownership"
    title = "SEC Forms 3, 4 and 5 (XML)"
    run = _Run
