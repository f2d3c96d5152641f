"""Words that headers and cells of other people's tables use, for guessing a mapping. For guesses alone:
what they say is written into the mapping file, where it can be read and corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two headers that name the ends of a tie, with what they say of it."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    type: str | None
    kinds: tuple[str | None, str | None] = (None, None)


_FIRM = (
    "company", "portfolio company", "startup", "start up", "investee", "target", "target company", "issuer",
    "organization", "organisation", "firm", "organization name", "funded company",
)  # fmt: skip
PAIRS: tuple[Pair, ...] = (
    Pair(("entity a", "node a", "party a", "company a"), ("entity b", "node b", "party b", "company b"),
         None),
    Pair(("entity 1", "entity1", "node 1", "node1"), ("entity 2", "entity2", "node 2", "node2"), None),
    Pair(("source", "source id", "source node"), ("target", "target id", "target node"), None),
    Pair(("from", "from id", "start node", "start id"), ("to", "to id", "end node", "end id"), None),
    Pair(("acquirer", "acquiring company", "acquiror", "buyer", "purchaser"),
         ("acquiree", "acquired company", "acquired", *_FIRM), "ACQUIRED"),
    Pair(("supplier", "vendor", "seller", "provider"), ("customer", "buyer", "client", *_FIRM), "SUPPLIES"),
    Pair(("lender", "creditor", "bank"), ("borrower", "debtor", *_FIRM), "LENT_TO"),
    Pair(("payer", "donor", "grantor", "grantmaker"), ("payee", "recipient", "beneficiary", "grantee"),
         "PAID"),
    Pair(("plaintiff", "claimant"), ("defendant", "respondent"), "SUED"),
    Pair(("regulator", "authority"), ("regulated", *_FIRM), "REGULATES"),
    Pair(("founder", "co founder"), _FIRM, "FOUNDED", ("person", "company")),
    Pair(("director", "board member"), _FIRM, "BOARD_MEMBER_OF", ("person", "company")),
    Pair(("investor", "lead investor", "fund", "vc", "backer", "venture fund"), _FIRM, "INVESTED_IN",
         ("investor", "company")),
    Pair(("owner", "shareholder", "parent", "parent company", "holder", "beneficial owner", "stockholder"),
         ("subsidiary", "asset", "owned", "owned company", "held company", "investment", *_FIRM), "OWNS"),
    Pair(("partner", "partner a", "partner 1"), ("partner b", "partner 2", *_FIRM), "PARTNERED_WITH"),
    Pair(("competitor",), ("competitor b", *_FIRM), "COMPETES_WITH"),
    Pair(("person", "officer", "executive", "employee", "manager", "person name", "full name"),
         ("employer", *_FIRM), "HOLDS_ROLE", ("person", "company")),
)  # fmt: skip
"""Better ones first: an acquirer and a company are a purchase, whoever the investor is."""

END_PARTS: Mapping[str, str] = {
    "id": "id", "key": "id", "uuid": "id", "permalink": "id", "code": "id",
    "name": "name", "country": "country", "country code": "country", "type": "kind", "kind": "kind",
    "lei": "lei", "cik": "cik", "sector": "sectors", "industry": "sectors",
}  # fmt: skip
"""What may follow the word for an end: ``investor id``, ``company country``."""

ENTITY_WORDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "key", "uuid", "node id", "entity id", "company id", "permalink", "org id"),
    "name": ("name", "company name", "company", "entity", "entity name", "organization", "organisation",
             "organization name", "legal name", "full name", "person", "label", "title", "firm", "startup"),
    "kind": ("kind", "type", "entity type", "node type", "category", "company type"),
    "country": ("country", "country code", "hq country", "headquarters country", "nationality",
                "jurisdiction",
                "land", "country of incorporation"),
    "aliases": ("aliases", "alias", "also known as", "aka", "other names", "former name", "former names",
                "trading name"),
    "founded": ("founded", "founded year", "year founded", "founding year", "founded on", "founded date",
                "incorporated", "incorporation date", "established", "founded at"),
    "born": ("born", "birth year", "year of birth", "date of birth", "dob"),
    "sectors": ("sectors", "sector", "industry", "industries", "categories", "category list", "tags",
                "vertical"),
    "description": ("description", "short description", "about", "summary", "business description"),
}  # fmt: skip
IDENTIFIER_WORDS: Mapping[str, str] = {
    "lei": "lei", "legal entity identifier": "lei", "cik": "cik", "sec cik": "cik", "wikidata": "wikidata",
    "wikidata id": "wikidata", "qid": "wikidata", "isin": "isin", "cusip": "cusip", "bic": "bic",
    "swift": "bic",
    "company number": "gb-coh", "companies house number": "gb-coh", "crunchbase": "crunchbase",
    "opencorporates": "opencorporates",
}  # fmt: skip
TIE_WORDS: Mapping[str, tuple[str, ...]] = {
    "type": ("type", "relation", "relationship", "relationship type", "relation type", "rel type",
             "link type",
             "edge type", "tie", "deal type", "transaction type", "interest type"),
    "status": ("status", "deal status"),
    "start": ("start", "start date", "date", "since", "from date", "announced", "announced date",
              "announced on",
              "announcement date", "deal date", "closed", "close date", "closing date", "closed on",
              "investment date", "funded at", "funded when", "funded on", "date of investment",
              "transaction date", "year", "acquired at", "appointed", "appointed on",
              "effective date", "datum"),
    "end": ("end", "end date", "to date", "until", "ended", "exit date", "resigned", "resigned on",
            "ceased on"),
    "amount": ("amount", "deal size", "deal value", "size", "value", "price", "amount invested",
               "investment amount",
               "invested", "raised", "amount raised", "raised amount", "transaction value", "purchase price",
               "contract value", "betrag", "ticket size", "consideration", "money raised", "price amount"),
    "amount_usd": ("amount usd", "raised amount usd", "deal size usd", "value usd", "price usd",
                   "amount in usd",
                   "money raised usd", "investment usd"),
    "currency": ("currency", "currency code", "ccy", "price currency code", "amount currency",
                 "raised currency",
                 "wahrung"),
    "share": ("share", "stake", "ownership", "ownership percentage", "percent", "percentage", "pct",
              "holding",
              "percent owned", "equity", "equity stake", "share percent", "shareholding", "interest",
              "anteil",
              "stake percent", "ownership stake", "ownership pct", "percentage owned"),
    "share_basis": ("share basis", "basis"),
    "round": ("round", "series", "stage", "funding round", "round type", "funding type", "round name",
              "investment stage"),
    "product": ("product", "products", "goods", "item", "service", "what is supplied"),
    "role": ("role", "position", "job title", "title", "function", "job"),
    "note": ("note", "notes", "comment", "comments", "remark", "remarks"),
    "quantity": ("quantity", "shares", "number of shares", "units"),
}  # fmt: skip
SOURCE_WORDS: Mapping[str, tuple[str, ...]] = {
    "url": ("url", "source url", "link", "source link", "reference url", "news url", "reference", "source"),
    "publisher": ("publisher", "source name", "publication", "newspaper"),
    "title": ("source title", "headline", "article"),
    "date": ("source date", "published", "published on", "publication date"),
}

KIND_VALUES: Mapping[str, str] = {
    "individual": "person", "natural person": "person", "human": "person", "executive": "person",
    "director": "person", "founder": "person", "angel": "person", "angel investor": "person",
    "corporation": "company", "corporate": "company", "corp": "company", "business": "company",
    "startup": "company", "start up": "company", "private company": "company", "public company": "company",
    "firm": "company", "enterprise": "company", "subsidiary": "company", "bank": "company",
    "issuer": "company",
    "fund": "investor", "vc": "investor", "vc firm": "investor", "venture capital": "investor",
    "pe": "investor",
    "pe firm": "investor", "private equity": "investor", "private equity firm": "investor",
    "hedge fund": "investor", "sovereign wealth fund": "investor", "family office": "investor",
    "asset manager": "investor", "investment firm": "investor", "accelerator": "investor",
    "agency": "government", "government agency": "government", "ministry": "government",
    "state": "government",
    "public body": "government", "country": "government", "regulator": "government",
    "authority": "government",
    "ngo": "organization", "nonprofit": "organization", "non profit": "organization",
    "university": "organization",
    "association": "organization", "foundation": "organization", "org": "organization",
    "school": "organization",
    "legal entity": "party", "unknown": "party", "security": "asset", "vessel": "asset", "property": "asset",
}  # fmt: skip
TYPE_VALUES: Mapping[str, str] = {
    "invests in": "INVESTED_IN", "investment": "INVESTED_IN", "investor": "INVESTED_IN",
    "investor in": "INVESTED_IN",
    "equity investment": "INVESTED_IN", "funding": "INVESTED_IN", "funded": "INVESTED_IN",
    "seed": "INVESTED_IN",
    "acquires": "ACQUIRED", "acquisition": "ACQUIRED", "bought": "ACQUIRED", "m a": "ACQUIRED",
    "buyout": "ACQUIRED",
    "merger": "ACQUIRED", "takeover": "ACQUIRED", "purchase": "ACQUIRED",
    "owner": "OWNS", "owner of": "OWNS", "ownership": "OWNS", "shareholder": "OWNS", "shareholder of": "OWNS",
    "parent": "OWNS", "parent of": "OWNS", "holds": "OWNS", "stake in": "OWNS", "holds stake": "OWNS",
    "supplier": "SUPPLIES", "supplier of": "SUPPLIES", "supplies to": "SUPPLIES", "supply": "SUPPLIES",
    "sells to": "SUPPLIES", "vendor": "SUPPLIES", "vendor of": "SUPPLIES",
    "partner": "PARTNERED_WITH", "partners": "PARTNERED_WITH", "partnership": "PARTNERED_WITH",
    "partner of": "PARTNERED_WITH", "partners with": "PARTNERED_WITH", "joint venture": "PARTNERED_WITH",
    "competitor": "COMPETES_WITH", "competitor of": "COMPETES_WITH", "competition": "COMPETES_WITH",
    "director": "BOARD_MEMBER_OF", "director of": "BOARD_MEMBER_OF", "board member": "BOARD_MEMBER_OF",
    "board member of": "BOARD_MEMBER_OF", "board": "BOARD_MEMBER_OF", "chair of": "BOARD_MEMBER_OF",
    "ceo": "HOLDS_ROLE", "ceo of": "HOLDS_ROLE", "officer": "HOLDS_ROLE", "officer of": "HOLDS_ROLE",
    "employee": "HOLDS_ROLE", "employee of": "HOLDS_ROLE", "works at": "HOLDS_ROLE",
    "works for": "HOLDS_ROLE",
    "employed by": "HOLDS_ROLE", "position": "HOLDS_ROLE",
    "founder": "FOUNDED", "founder of": "FOUNDED", "co founded": "FOUNDED", "lender": "LENT_TO",
    "loan": "LENT_TO",
    "lends to": "LENT_TO", "adviser": "ADVISES", "advisor": "ADVISES", "adviser to": "ADVISES",
    "advisor to": "ADVISES", "lawsuit": "SUED", "sues": "SUED", "regulator of": "REGULATES",
    "member": "MEMBER_OF",
    "membership": "MEMBER_OF", "payment": "PAID", "donation": "PAID", "donated to": "PAID", "grant": "PAID",
    "pays": "PAID", "controller of": "CONTROLS", "control": "CONTROLS", "manager of": "MANAGES",
    "shareholder in": "OWNS", "owns stake in": "OWNS", "holds stake in": "OWNS", "secretary of": "HOLDS_ROLE",
    "manager at": "HOLDS_ROLE", "employed at": "HOLDS_ROLE", "member of board of": "BOARD_MEMBER_OF",
    "sits on board of": "BOARD_MEMBER_OF", "agent of": "SERVES", "agent for": "SERVES",
    "registered at": "LOCATED_AT", "partnered with": "PARTNERED_WITH", "loaned to": "LENT_TO",
    "branch of": "PART_OF", "division of": "PART_OF",
}  # fmt: skip
SWAPPED_VALUES: Mapping[str, str] = {
    "owned by": "OWNS", "subsidiary of": "OWNS", "subsidiary": "OWNS", "held by": "OWNS",
    "acquired by": "ACQUIRED", "bought by": "ACQUIRED", "funded by": "INVESTED_IN",
    "backed by": "INVESTED_IN",
    "customer of": "SUPPLIES", "buys from": "SUPPLIES", "supplied by": "SUPPLIES", "client of": "SUPPLIES",
    "founded by": "FOUNDED", "controlled by": "CONTROLS", "managed by": "MANAGES", "advised by": "ADVISES",
    "invested by": "INVESTED_IN", "employer of": "HOLDS_ROLE",
    "borrows from": "LENT_TO", "regulated by": "REGULATES", "sued by": "SUED", "paid by": "PAID",
}  # fmt: skip
"""Words that name the ends the other way round."""
STATUS_VALUES: Mapping[str, str] = {
    "current": "active", "ongoing": "active", "open": "active", "former": "ended", "past": "ended",
    "closed": "completed", "done": "completed", "complete": "completed", "pending": "announced",
    "cancelled": "abandoned", "canceled": "abandoned", "withdrawn": "abandoned", "terminated": "ended",
    "rumoured": "alleged", "rumored": "alleged", "rumor": "alleged", "exited": "ended",
}  # fmt: skip
SCALES: Mapping[str, int] = {
    "k": 1000, "thousand": 1000, "thousands": 1000, "000s": 1000, "m": 10**6, "mm": 10**6, "mn": 10**6,
    "mio": 10**6, "million": 10**6, "millions": 10**6, "bn": 10**9, "b": 10**9, "billion": 10**9,
    "billions": 10**9, "mrd": 10**9,
}  # fmt: skip
CURRENCIES: Mapping[str, str] = {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
