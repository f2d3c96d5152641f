"""SEC Form D: who sells unregistered securities, who runs the issuer, how much was sold.

The form names no investors, so that an offering makes no tie: it stands as a sentence in the note of
its issuer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from graph.model import Entity, Item, Place, Placed, Problem, Skipped, Tie
from loaders.sec_filing import Document, cik_number, country_of, edgar_date, said_yes
from loaders.sec_forms import Filing, FormRun, Placer, SecLoader, records_or
from loaders.source_file import Member
from loaders.values import RowReader, clean, made_id
from loaders.xml_file import Element, child_text, children

_READ = frozenset({
    "submissionType", "testOrLive", "cik", "entityName", "stateOrCountry", "stateOrCountryDescription",
    "issuerPreviousNameList", "edgarPreviousNameList", "yearOfInc", "firstName", "middleName", "lastName",
    "relationship", "relationshipClarification", "industryGroupType", "isAmendment",
    "previousAccessionNumber", "dateOfFirstSale", "totalOfferingAmount", "totalAmountSold",
    "totalNumberAlreadyInvested", "signatureDate", "previousName", "isEquityType", "isDebtType",
    "isOptionToAcquireType", "isSecurityToBeAcquiredType", "isPooledInvestmentFundType",
    "isTenantInCommonType", "isMineralPropertyType", "isOtherType", "descriptionOfOtherType", "yetToOccur",
})  # fmt: skip
_LEGAL_FORM = re.compile(
    r"(?:\A|(?<=[\s,]))(?:L\.?L\.?C|L\.?L\.?P|L\.?P|Ltd|Limited|Inc|Incorporated|Corp|Corporation|P\.?L\.?C|GmbH)"
    r"\.?,?\Z",
    re.IGNORECASE,
)
_SECURITIES = {
    "isEquityType": "equity",
    "isDebtType": "debt",
    "isOptionToAcquireType": "options or warrants",
    "isSecurityToBeAcquiredType": "securities to be acquired",
    "isPooledInvestmentFundType": "interests in a pooled fund",
    "isTenantInCommonType": "tenancy in common",
    "isMineralPropertyType": "mineral property",
}


@dataclass(frozen=True, slots=True)
class _Offering:
    cik: str | None
    issuer: str | None
    amends: str | None
    amendment: bool
    first_sale: str | None
    sentence: str


class _Run(FormRun):
    read_names = _READ
    what = "Form D"

    def survey(self, document: Document, root: Element, member: Member, number: int) -> Filing:
        reader = RowReader(Place(member.shown, 1))
        signed = [
            edgar_date(reader, "signatureDate", child_text(item, "signatureDate"))
            for item in children(root, "offeringData", "signatureBlock", "signature")
        ]
        filed = document.header.filed or max((day for day in signed if day), default=None)
        form = (child_text(root, "submissionType") or document.header.form or "D").upper()
        kind_of_filing = ("offeringData", "typeOfFiling")
        first = child_text(root, *kind_of_filing, "dateOfFirstSale", "value")
        amendment = form.endswith("/A") or said_yes(
            child_text(root, *kind_of_filing, "newOrAmendment", "isAmendment")
        )
        order = (filed or "", "1" if amendment else "0", document.header.accession or "", member.shown)
        issuers = [*children(root, "primaryIssuer"), *children(root, "issuerList", "issuer")]
        ids = [_issuer_id(issuer) for issuer in issuers]
        for issuer, issuer_id in zip(issuers, ids, strict=True):
            if issuer_id is not None:
                self.meet(_issuer(issuer, issuer_id, root), order)
        for person in children(root, "relatedPersonsList", "relatedPersonInfo"):
            found = _person(person, ids[0] if ids else None)
            if found is not None:
                self.meet(found, order)
        offering = _Offering(
            cik=cik_number(child_text(root, "primaryIssuer", "cik")),
            issuer=ids[0] if ids else None,
            amends=child_text(root, *kind_of_filing, "newOrAmendment", "previousAccessionNumber"),
            amendment=amendment,
            first_sale=edgar_date(reader, "dateOfFirstSale", first),
            sentence=_sentence(root, edgar_date(reader, "dateOfFirstSale", first), filed),
        )
        return Filing(member, number, order, document.header, form, offering)

    def chosen(self, filings: list[Filing]) -> Iterator[Filing | Item]:
        """Of the filings on one offering the newest; it takes the note with it."""
        newest: dict[str, Filing] = {}
        groups = _offerings(filings)
        notes: dict[str, list[str]] = {}
        for filing in filings:  # newest first
            if newest.setdefault(groups[id(filing)], filing) is filing and filing.facts.issuer:
                notes.setdefault(filing.facts.issuer, []).append(filing.facts.sentence)
        for issuer, sentences in notes.items():
            if issuer in self.entities:
                order, entity = self.entities[issuer]
                note = "; ".join(sorted(sentences))
                self.entities[issuer] = (order, replace(entity, note=note))
        for filing in filings:
            yield filing if newest[groups[id(filing)]] is filing else _replaced(filing)

    def rows(self, filing: Filing, root: Element, place: Placer) -> Iterator[Item]:
        issuers = [*children(root, "primaryIssuer"), *children(root, "issuerList", "issuer")]
        people = children(root, "relatedPersonsList", "relatedPersonInfo")
        stale = filing.facts is None
        test = (child_text(root, "testOrLive") or "").upper() == "TEST"
        primary = _issuer_id(issuers[0]) if issuers else None
        name = child_text(root, "primaryIssuer", "entityName") or "an issuer without a name"
        source = self.source(
            filing,
            f"Form {filing.form} of {name}",
            cik_number(child_text(root, "primaryIssuer", "cik")),
            primary,
        )
        for number, element in enumerate([*issuers, *people]):
            at = place(element)
            if stale or test:
                why = ("superseded", "a later filing on the offering took its place")
                yield Skipped(at, *(why if stale else ("aside", "the filing is a test")))
                continue
            if primary is None:
                reason = "the form has no issuer with a CIK or a name."
                yield Problem(at, "primaryIssuer", "", reason, "Fetch the filing again.")
                continue
            reader = RowReader(at)
            found: list[Placed] = []
            if number < len(issuers):
                issuer_id = _issuer_id(element)
                if issuer_id is None:
                    yield Problem(
                        at, "entityName", "", "the issuer has no CIK and no name.", "See the filing."
                    )
                    continue
                found += self.entity(issuer_id, at)
                if issuer_id != primary:
                    found += self.tie(_co_issuer(primary, issuer_id, source.id), source, at)
            else:
                for tie in _roles(element, primary, source.id, reader):
                    found += self.entity(tie.from_id, at) + self.tie(tie, source, at)
                if _person(element, primary) is None:
                    yield Problem(at, "relatedPersonName", "", "the person has no name.", "See the filing.")
                    continue
            yield from records_or(found, at)
            yield from reader.remarks


def _replaced(filing: Filing) -> Filing:
    return replace(filing, facts=None)


def _offerings(filings: list[Filing]) -> dict[int, str]:
    """Which offering each filing is on: by what it amends, its file number or else its first sale."""
    parents: dict[str, str] = {}

    def root(key: str) -> str:
        while parents.setdefault(key, key) != key:
            key = parents[key]
        return key

    own: dict[int, str] = {}
    known = {filing.header.accession for filing in filings}
    by_sale: dict[tuple[str | None, str | None], str] = {}
    for filing in filings:
        facts: _Offering = filing.facts
        key = filing.header.accession or made_id(
            "offering", filing.form, facts.issuer, filing.order[0], facts.sentence
        )
        own[id(filing)] = key
        numbers = [f"{number} {facts.cik}" for number in filing.header.file_numbers]
        for other in (*numbers, *([facts.amends] if facts.amends else [])):
            parents[root(other)] = root(key)
        if not facts.amendment:
            by_sale[(facts.issuer, facts.first_sale)] = key
    for filing in filings:
        facts = filing.facts
        loose = facts.amendment and not filing.header.file_numbers and facts.amends not in known
        sale = (facts.issuer, facts.first_sale)
        if loose:
            by_sale.setdefault(sale, own[id(filing)])
            parents[root(own[id(filing)])] = root(by_sale[sale])
    return {key: root(value) for key, value in own.items()}


def _issuer_id(issuer: Element) -> str | None:
    cik, name = cik_number(child_text(issuer, "cik")), clean(child_text(issuer, "entityName"))
    if cik:
        return f"cik:{cik}"
    return made_id("sec-formd", "issuer", name.upper()) if name else None


def _issuer(issuer: Element, issuer_id: str, root: Element) -> Entity:
    name = clean(child_text(issuer, "entityName")) or issuer_id
    names = [
        clean("".join(item.itertext()))
        for listed in ("issuerPreviousNameList", "edgarPreviousNameList")
        for found in children(issuer, listed)
        for item in found
    ]
    founded = clean(child_text(issuer, "yearOfInc", "value"))
    industry = child_text(root, "offeringData", "industryGroup", "industryGroupType") or ""
    return Entity(
        issuer_id,
        name,
        "investor" if industry.lower() == "pooled investment fund" else "company",
        aliases=tuple(dict.fromkeys(other for other in names if other and other != name)),
        country=country_of(
            child_text(issuer, "issuerAddress", "stateOrCountry"),
            child_text(issuer, "issuerAddress", "stateOrCountryDescription"),
        ),
        founded=RowReader(Place("", 1)).date("yearOfInc", founded) if founded else None,
        identifiers=(issuer_id,) if issuer_id.startswith("cik:") else (),
    )


def _person(person: Element, issuer_id: str | None) -> Entity | None:
    """A person of the issuer. A firm stands in the field of the family name, often with its legal form for a
    given name."""
    parts = [
        clean(child_text(person, "relatedPersonName", part))
        for part in ("firstName", "middleName", "lastName")
    ]
    given, family = parts[0], parts[2]
    if given and family and _LEGAL_FORM.fullmatch(given):
        parts = [family, given]
    name = " ".join(part for part in parts if part)
    if not name or issuer_id is None:
        return None
    key = made_id("sec-formd", issuer_id, name.upper())
    person_like = given and family and not _LEGAL_FORM.search(name)
    return Entity(key, name, "person" if person_like else "party")


def _roles(person: Element, issuer_id: str, source: str, reader: RowReader) -> Iterator[Tie]:
    entity = _person(person, issuer_id)
    if entity is None:
        return
    found = [
        clean("".join(item.itertext()))
        for item in children(person, "relatedPersonRelationshipList", "relationship")
    ]
    note = clean(child_text(person, "relationshipClarification"))
    roles = list(dict.fromkeys(role for role in found if role)) or ["Related person"]
    for role in roles:
        type_ = {
            "director": "BOARD_MEMBER_OF",
            "executive officer": "HOLDS_ROLE",
            "promoter": "RELATED_TO",
        }.get(role.lower(), "RELATED_TO")
        if role.lower() not in ("director", "executive officer", "promoter", "related person"):
            reader.remark(
                "relationship", role, "the relationship is not known; read as related to the issuer"
            )
        yield Tie(
            made_id("sec-formd", issuer_id, entity.id, role.lower()),
            entity.id,
            type_,
            issuer_id,
            "active",
            role=role,
            note=note,
            sources=(source,),
        )


def _co_issuer(primary: str, other: str, source: str) -> Tie:
    key = made_id("sec-formd", primary, other, "co-issuer")
    return Tie(key, other, "RELATED_TO", primary, "active", role="co-issuer", sources=(source,))


def _sentence(root: Element, first_sale: str | None, filed: str | None) -> str:
    """An offering in one sentence, amounts as filed."""

    def said(*path: str) -> str | None:
        return clean(child_text(root, "offeringData", *path))

    sold, offered = (
        said("offeringSalesAmounts", name) for name in ("totalAmountSold", "totalOfferingAmount")
    )
    count = said("investors", "totalNumberAlreadyInvested")
    kinds = [
        word for tag, word in _SECURITIES.items() if said_yes(said("typesOfSecuritiesOffered", tag))
    ] + ([said("typesOfSecuritiesOffered", "descriptionOfOtherType") or "other"]
         if said_yes(said("typesOfSecuritiesOffered", "isOtherType")) else [])  # fmt: skip
    parts = [
        f"first sold {first_sale}" if first_sale else "first sale not dated",
        f"{_usd(sold)} sold" if sold else None,
        f"{_usd(offered)} offered" if offered else None,
        f"{count} investors" if count else None,
        ", ".join(kinds) or None,
        f"filed {filed}" if filed else None,
    ]
    return "Form D offering: " + ", ".join(part for part in parts if part)


def _usd(amount: str) -> str:
    return f"{int(amount):,} USD" if amount.isascii() and amount.isdigit() and len(amount) < 30 else amount


class FormDLoader(SecLoader):
    """Notices of exempt offerings."""

    format_id = "sec-formd"
    title = "SEC Form D (XML)"
    run = _Run
