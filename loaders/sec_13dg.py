"""SEC Schedules 13D and 13G: who holds more than 5 % of a class of shares.

Reporting persons of one filing that state the same number of shares mean the same shares: the stake is
held by a group of which they are members, so that it counts once. Where the numbers differ, one person's
shares may still be among another's; the note of the tie says so. The newest filing of a filer on an issue
of an issuer takes the place of older ones, of either schedule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from graph.model import Entity, Item, Place, Placed, Problem, Skipped, Source, Tie
from loaders.sec_filing import Document, cik_number, edgar_date, group_name, holder_group, said_yes
from loaders.sec_forms import Filing, FormRun, Placer, SecLoader, records_or
from loaders.source_file import Member
from loaders.values import RowReader, clean, decimal_text, made_id
from loaders.xml_file import Element, children, local_name

_READ = frozenset({
    "submissionType", "cik", "securitiesClassTitle", "dateOfEvent", "eventDateRequiresFilingThisStatement",
    "amendmentNo", "issuerCIK", "issuerCik", "issuerName", "issuerCUSIP", "issuerCusip", "issuerCusipNumber",
    "reportingPersonCIK", "reportingPersonCik", "reportingCik", "reportingPersonName", "reportingPersonNoCIK",
    "aggregateAmountOwned", "reportingPersonBeneficiallyOwnedAggregateNumberOfShares", "percentOfClass",
    "classPercent", "typeOfReportingPerson", "classOwnership5PercentOrLess", "soleVotingPower",
    "sharedVotingPower", "date",
})  # fmt: skip
_INVESTORS = {"IA", "IV", "EP", "HC", "CP"}
_COMPANIES = {"BD", "BK", "IC", "SA", "CO", "PN", "FI"}
_SUPERSEDED = ("superseded", "a newer filing of the same filer took its place")


@dataclass(frozen=True, slots=True)
class _Person:
    """A reporting person; ``shares`` None when not stated."""

    id: str
    entity: Entity
    shares: Decimal | None


class _Run(FormRun):
    read_names = _READ
    what = "Schedule 13D or 13G"

    def survey(self, document: Document, root: Element, member: Member, number: int) -> Filing:
        reader = RowReader(Place(member.shown, 1))
        signed = [
            edgar_date(reader, "date", "".join(item.itertext()))
            for item in root.iter()
            if local_name(item) == "date" and local_name(item.getparent()) == "signatureDetails"
        ]
        event = edgar_date(reader, "dateOfEvent", _event(root))
        filed = document.header.filed or max((day for day in signed if day), default=None)
        form = (_said(root, "submissiontype") or document.header.form or "SCHEDULE 13D").upper()
        amendment = (_said(root, "amendmentno") or "").zfill(6) if form.endswith("/A") else ""
        order = (filed or event or "", amendment, document.header.accession or "", member.shown)
        issuer = _issuer(root)
        if issuer is not None:
            self.meet(issuer, order)
        persons = _persons(root, issuer, document)
        for person in persons.values():
            self.meet(person.entity, order)
        for group in _groups(list(persons.values())).values():
            if len(group) > 1:
                names = [person.entity.name for person in group]
                ids = [person.id for person in group]
                self.meet(Entity(holder_group(ids), group_name(names), "organization"), order)
        filer = next(iter(_filers(root, document)), None) or next((p.id for p in persons.values()), "")
        key = made_id("sec-13dg", filer, issuer.id if issuer else member.shown, *_cusips(root)[:1])
        return Filing(member, number, order, document.header, form, (key, document, event))

    def chosen(self, filings: list[Filing]) -> Iterator[Filing | Item]:
        """All filings; those with a newer one on the same issue only to say so, row by row."""
        seen: set[str] = set()
        self.stale: set[int] = set()
        for filing in filings:
            key = filing.facts[0]
            if key in seen:
                self.stale.add(id(filing))
            seen.add(key)
            yield filing

    def rows(self, filing: Filing, root: Element, place: Placer) -> Iterator[Item]:
        _, document, event = filing.facts
        issuer = _issuer(root)
        persons = _persons(root, issuer, document)
        stale = id(filing) in self.stale
        groups = _groups(list(persons.values()))
        source = self._source(filing, root, issuer)
        for element in root.iter():
            name = local_name(element)
            if name not in ("issuerInfo", "reportingPersonInfo", "coverPageHeaderReportingPersonDetails"):
                continue
            at = place(element)
            person = persons.get(element)
            if stale:
                yield Skipped(at, *_SUPERSEDED)
            elif issuer is None or (name != "issuerInfo" and person is None):
                reason = "the issuer or the reporting person has neither CIK nor name."
                yield Problem(at, name, "", reason, "Fetch the filing again.")
            elif person is None:
                yield from records_or(self.entity(issuer.id, at), at)
            else:
                group = next(group for group in groups.values() if person in group)
                reader = RowReader(at)
                found = list(self.entity(person.id, at))
                if len(group) > 1:
                    found += self._membership(person, group, source, at)
                tie = self._stake(
                    filing, root, element, (person, group), len(groups) > 1, reader, source, event
                )
                # What the members of a group repeat counts with the first of them.
                if tie is not None and group[0] is person:
                    found += self.tie(tie, source, at)
                yield from records_or(found, at)
                yield from reader.remarks

    def _source(self, filing: Filing, root: Element, issuer: Entity | None) -> Source:
        name = issuer.name if issuer else "nobody"
        title = f"{filing.form.title()} on {name}".replace("13d", "13D").replace("13g", "13G")
        cik = cik_number(_said(root, "issuercik"))
        return self.source(filing, title, cik, *filing.facts[0:1], *filing.order[:2])

    def _membership(self, person: _Person, group: list[_Person], source: Source, at: Place) -> list[Placed]:
        whole = holder_group([each.id for each in group])
        key = made_id("sec-group", whole, person.id)
        tie = Tie(key, person.id, "MEMBER_OF", whole, "active", role="joint holder", sources=(source.id,))
        return [*self.entity(whole, at), *self.tie(tie, source, at)]

    def _stake(
        self,
        filing: Filing,
        root: Element,
        element: Element,
        who: tuple[_Person, list[_Person]],
        several: bool,
        reader: RowReader,
        source: Source,
        event: str | None,
    ) -> Tie | None:
        person, group = who
        issuer = _issuer(root)
        assert issuer is not None
        holder = person.id if len(group) == 1 else holder_group([each.id for each in group])
        text = _said(element, "percentofclass", "classpercent")
        share = reader.share("percentOfClass", text)
        if person.shares is None and share.exact is None and text is not None:
            reader.remark("percentOfClass", text, "there is neither a number of shares nor a percentage")
        nothing = person.shares == 0 or (person.shares is None and share.exact == 0)
        amendment = filing.form.endswith("/A")
        # A first filing with nothing names a person beside the holder, not one who left.
        if holder == issuer.id or (nothing and not amendment):
            return None
        title = clean(_said(root, "securitiesclasstitle"))
        notes = [
            f"as of {event}" if event else None,
            *(
                f"{word} voting power {text}"
                for word, name in (("sole", "solevotingpower"), ("shared", "sharedvotingpower"))
                if (text := _said(element, name)) and not nothing
            ),
            "5 % of the class or less" if said_yes(_said(element, "classownership5percentorless"))
            or said_yes(_said(root, "classownership5percentorless")) else None,
            "may include shares of other persons of the filing" if several and not nothing else None,
        ]  # fmt: skip
        return Tie(
            id=made_id("sec-13dg", holder, issuer.id, *(_cusips(root)[:1] or [(title or "").upper()])),
            from_id=holder,
            type="OWNS",
            to_id=issuer.id,
            status="ended" if nothing else "active",
            start_date=event if filing.form.endswith("13D") else None,
            end_date=event if nothing else None,
            interest=title,
            quantity=decimal_text(person.shares) if person.shares else None,
            note="; ".join(note for note in notes if note) or None,
            sources=(source.id,),
            **({} if nothing else share.fields("equity")),
        )


def _said(element: Element, *names: str) -> str | None:
    """Text of the first descendant with one of these names, in lower case: the schedules differ in case."""
    for item in element.iter():
        if local_name(item).lower() in names:
            text = "".join(item.itertext()).strip()
            if text:
                return text
    return None


def _event(root: Element) -> str | None:
    return _said(root, "dateofevent", "eventdaterequiresfilingthisstatement")


def _cusips(root: Element) -> list[str]:
    found: list[str] = []
    for item in root.iter():
        if local_name(item).lower() in ("issuercusip", "issuercusipnumber") and len(item) == 0:
            number = re.sub(r"[\s-]", "", (item.text or "")).upper()
            if re.fullmatch(r"[0-9A-Z*@#]{8,9}", number, re.ASCII) and set(number) != {"0"}:
                found.append(number)
    return list(dict.fromkeys(found))


def _issuer(root: Element) -> Entity | None:
    for info in root.iter():
        if local_name(info) != "issuerInfo":
            continue
        cik, name = cik_number(_said(info, "issuercik")), clean(_said(info, "issuername"))
        if cik is None and name is None:
            return None
        key = f"cik:{cik}" if cik else made_id("sec-13dg", "issuer", (name or "").upper())
        found = [*([key] if cik else []), *(f"cusip:{number}" for number in _cusips(root))]
        return Entity(key, name or key, "company", identifiers=tuple(found))
    return None


def _filers(root: Element, document: Document) -> list[str]:
    found = [party.cik for party in document.header.parties if party.role == "FILED BY"]
    for item in children(root, "headerData", "filerInfo", "filer"):
        found.append(cik_number(_said(item, "cik")))
    return list(dict.fromkeys(f"cik:{cik}" for cik in found if cik))


def _persons(root: Element, issuer: Entity | None, document: Document) -> dict[Element, _Person]:
    elements = [
        item
        for item in root.iter()
        if local_name(item) in ("reportingPersonInfo", "coverPageHeaderReportingPersonDetails")
    ]
    filers = _filers(root, document)
    found: dict[Element, _Person] = {}
    for element in elements:
        cik = cik_number(_said(element, "reportingpersoncik", "reportingcik"))
        name = clean(_said(element, "reportingpersonname"))
        if cik is None and name:
            cik = _cik_by_name(name, document)
            if cik is None and len(elements) == len(filers) == 1:
                cik = filers[0].removeprefix("cik:")
        if cik is None and name is None:
            continue
        plain = re.sub(r"[\W_]+", " ", name or "").strip().upper()
        key = f"cik:{cik}" if cik else made_id("sec-13dg", issuer.id if issuer else None, plain)
        text = _said(
            element, "aggregateamountowned", "reportingpersonbeneficiallyownedaggregatenumberofshares"
        )
        entity = Entity(key, name or key, _kind(element), identifiers=(key,) if cik else ())
        shares = RowReader(Place("", 1)).amount("shares", text).value
        found[element] = _Person(key, entity, shares if shares is None or shares >= 0 else None)
    return found


def _cik_by_name(name: str, document: Document) -> str | None:
    """CIK of the filer with this name in the header of the same filing, which puts family names first."""

    def words(text: str) -> list[str]:
        return sorted(re.sub(r"[\W_]+", " ", text).upper().split())

    found = {
        party.cik
        for party in document.header.parties
        if party.role == "FILED BY" and party.name and words(party.name) == words(name)
    }
    return found.pop() if len(found) == 1 else None


def _kind(element: Element) -> str:
    codes = {
        (item.text or "").strip().upper()
        for item in element.iter()
        if local_name(item) == "typeOfReportingPerson"
    }
    if "IN" in codes:
        return "person"
    if codes & _INVESTORS:
        return "investor"
    if codes & _COMPANIES:
        return "company"
    return "organization" if "OO" in codes else "party"


def _groups(persons: list[_Person]) -> dict[object, list[_Person]]:
    """Persons by the shares they state; who states none stands alone."""
    found: dict[object, list[_Person]] = {}
    for person in persons:
        key: object = person.shares if person.shares else person.id
        group = found.setdefault(key, [])
        if all(other.id != person.id for other in group):
            group.append(person)
    return found


class StakesLoader(SecLoader):
    """Statements on stakes of more than 5 %."""

    format_id = "sec-13dg"
    title = "SEC Schedules 13D and 13G (XML)"
    run = _Run
