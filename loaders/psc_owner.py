"""Who holds the control that a PSC entry tells of, and what is held."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.model import Entity
from loaders.companies_house import company_number
from loaders.json_values import as_number, as_object, as_text
from loaders.values import RowReader, Share, country_code, made_id

_UK = re.compile(
    r"\b(uk|u\.k|gb|united kingdom|great britain|england|wales|scotland|northern ireland|companies house)\b",
    re.IGNORECASE,
)
_NATIONALITIES: Mapping[str, str] = {
    "american": "US", "australian": "AU", "austrian": "AT", "bangladeshi": "BD", "belgian": "BE",
    "brazilian": "BR", "british": "GB", "bulgarian": "BG", "canadian": "CA", "chinese": "CN",
    "croatian": "HR", "cypriot": "CY", "czech": "CZ", "danish": "DK", "dutch": "NL", "egyptian": "EG",
    "english": "GB", "estonian": "EE", "finnish": "FI", "french": "FR", "german": "DE", "ghanaian": "GH",
    "greek": "GR", "hungarian": "HU", "indian": "IN", "iranian": "IR", "iraqi": "IQ", "irish": "IE",
    "israeli": "IL", "italian": "IT", "japanese": "JP", "kenyan": "KE", "latvian": "LV", "lebanese": "LB",
    "lithuanian": "LT", "malaysian": "MY", "maltese": "MT", "mexican": "MX", "moroccan": "MA",
    "nepalese": "NP", "new zealander": "NZ", "nigerian": "NG", "northern irish": "GB", "norwegian": "NO",
    "pakistani": "PK", "polish": "PL", "portuguese": "PT", "romanian": "RO", "russian": "RU",
    "saudi arabian": "SA", "scottish": "GB", "singaporean": "SG", "slovak": "SK", "slovenian": "SI",
    "south african": "ZA", "south korean": "KR", "spanish": "ES", "sri lankan": "LK", "swedish": "SE",
    "swiss": "CH", "taiwanese": "TW", "thai": "TH", "turkish": "TR", "ukrainian": "UA", "vietnamese": "VN",
    "welsh": "GB", "zimbabwean": "ZW",
}  # fmt: skip
_BAND = re.compile(r"-(\d{1,3})-to-(\d{1,3})-percent")
_MORE = re.compile(r"-more-than-(\d{1,3})-percent")
_THROUGH = re.compile(r"-as-(?:[a-z-]*-)?(?:trust|firm)\b")


@dataclass(frozen=True, slots=True)
class Nature:
    """A nature of control: type of tie, basis and band of the share, whether a trust or firm is between."""

    type: str
    basis: str | None
    share: Share
    directness: str | None


def read_nature(text: str) -> Nature:
    """The nature of control from its code.

    >>> read_nature("ownership-of-shares-25-to-50-percent-as-trust")
    Nature(type='OWNS', basis='equity', share=Share(exact=None, low=0.25, high=0.5, reason=None), \
directness='indirect')
    """
    if text.startswith("ownership-of-shares"):
        kind, basis = "OWNS", "equity"
    elif text.startswith("voting-rights"):
        kind, basis = "OWNS", "voting"
    elif "right-to-share-surplus-assets" in text:
        kind, basis = "CONTROLS", "economic"
    else:
        kind, basis = "CONTROLS", None
    low = high = None
    if found := _BAND.search(text):
        low, high = int(found[1]) / 100, int(found[2]) / 100
    elif found := _MORE.search(text):
        low = int(found[1]) / 100
    # A band beyond the whole is a code of another time, not a share.
    sound = (low or 0) <= (1 if high is None else high) <= 1
    return Nature(
        kind,
        basis,
        Share(low=low, high=high) if basis and sound else Share(),
        "indirect" if _THROUGH.search(text) else None,
    )


@dataclass(frozen=True, slots=True)
class Owner:
    """The holder; ``known`` says whether its id is a company number, so that fuller records may exist."""

    entity: Entity
    known: bool


def read_owner(kind: str, data: Mapping[str, Any], company: str, reader: RowReader) -> Owner | None:
    """The owner of an entry about a person, firm or legal person; None when it has no name."""
    name = _name(data)
    if name is None:
        return None
    return _person(name, data, company, reader) if kind == "person" else _firm(name, kind, data, reader)


def uk_number(data: Mapping[str, Any]) -> str | None:
    """The company number of a firm that is registered in the UK; its country and number are free text."""
    card = as_object(data.get("identification"))
    number = company_number(card.get("registration_number"))
    if number is None or number.startswith("OE"):
        # The register of overseas entities is Companies House's own, wherever they are at home.
        return number
    country = as_text(card.get("country_registered"))
    if country:
        return number if _UK.search(country) else None
    where = " ".join(as_text(card.get(key)) or "" for key in ("place_registered", "legal_authority"))
    return number if _UK.search(where) else None


def _name(data: Mapping[str, Any]) -> str | None:
    elements = as_object(data.get("name_elements"))
    parts = (as_text(elements.get(key)) for key in ("title", "forename", "middle_name", "surname"))
    return as_text(data.get("name")) or " ".join(part for part in parts if part) or None


def _person(name: str, data: Mapping[str, Any], company: str, reader: RowReader) -> Owner:
    elements = as_object(data.get("name_elements"))
    parts = [_folded(elements.get(key)) for key in ("forename", "middle_name", "surname")]
    if not any(parts):
        parts = [_folded(name)]
    born = _born(data, reader)
    # Without a birth date a name tells nobody from a namesake: then the person is of this company alone.
    made = made_id("psc", "person", *parts, born, None if born else company)
    return Owner(
        Entity(id=made, name=name, kind="person", country=_nationality(data, reader), born=born), False
    )


def _firm(name: str, kind: str, data: Mapping[str, Any], reader: RowReader) -> Owner:
    card = as_object(data.get("identification"))
    stated, place = as_text(card.get("registration_number")), as_text(card.get("place_registered"))
    country = as_text(card.get("country_registered"))
    form = as_text(card.get("legal_form"))
    number = uk_number(data)
    if number is None and stated and country and _UK.search(country):
        reader.remark("registration_number", stated, "the number is no UK company number")
    code = "GB" if number and not number.startswith("OE") else country_code(country)
    if country and code is None:
        reader.remark("country_registered", country, "the country is not known; it is left out")
    identifiers = [f"gb-coh:{number}"] if number else []
    if number is None and stated and (register := code or place or country):
        identifiers.append(f"reg:{register}:{stated}")
    return Owner(
        Entity(
            id=f"gb-coh:{number}" if number else made_id("psc", "firm", _folded(name), stated, country),
            name=name,
            kind=kind,
            country=code,
            identifiers=tuple(identifiers),
            note=f"Legal form: {form}." if form else None,
        ),
        number is not None,
    )


def _folded(value: object) -> str:
    return " ".join((as_text(value) or "").casefold().split())


def _born(data: Mapping[str, Any], reader: RowReader) -> str | None:
    raw = as_object(data.get("date_of_birth"))
    year, month = as_number(raw.get("year")), as_number(raw.get("month"))
    if year is None or year != year.to_integral_value():
        return None
    text = f"{int(year):04d}"
    if month is not None and month == month.to_integral_value() and 1 <= month <= 12:
        text += f"-{int(month):02d}"
    return reader.date("date_of_birth", text)


def _nationality(data: Mapping[str, Any], reader: RowReader) -> str | None:
    text = as_text(data.get("nationality"))
    if text is None:
        return None
    first = re.split(r"[,/;&]| and ", text)[0].strip()
    code = _NATIONALITIES.get(first.lower()) or country_code(first)
    if code is None:
        reader.remark("nationality", text, "the nationality is not known; it is left out")
    return code
