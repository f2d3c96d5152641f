"""Legal forms at the end (or the beginning) of firms' names.

The terms are those of the library cleanco. Three things are ours, because cleanco 2.3 lacks them (measured
on 77 forms, see docs/decisions/0007-entity-resolution.md): forms written without spaces (有限公司, 株式会社),
forms that stand first (OOO, PT, UAB), and a supplement of forms that its lists do not hold. Short terms
that are words or names as well (``uk`` is an Uzbek form, ``at`` a Ukrainian one) count only in the
countries that cleanco gives for them.
"""

from __future__ import annotations

from functools import cache

import pycountry
from anyascii import anyascii
from cleanco import countrysources, prepare_default_terms

from graph.resolution.vocabulary import words

_MORE_WORDS = (
    # Russian, Ukrainian, Belarusian and Central Asian forms, transliterated and translated
    "pao ao nao oao zao ooo too tov pat prat odo chup pjsc ojsc cjsc jsc "
    # the Gulf, India, South-East Asia, East Asia
    "fze fzco dmcc wll qsc qpsc psc ksc kscp bsc saoc spc pte berhad tbk persero pt kk gk "
    # Europe
    "sarl sca sicav scsp raif spa srl srls eood ood ead ug ggmbh kgaa asbl aisbl ivzw ike bv nv doo dd sro "
    "as aktiengesellschaft aktiebolag aktieselskab aksjeselskap osakeyhtio eireli "
    # North America and common words
    "pbc ulc na lllp llc inc corp ltd lp llp plc co"
)
_PHRASES = (
    "public joint stock company,open joint stock company,closed joint stock company,joint stock company,"
    "private joint stock company,limited liability company,limited liability partnership,limited partnership,"
    "fz llc,fz co,rsc ltd,rsc limited,spv rsc ltd,private limited,pvt ltd,pvt limited,private ltd,"
    "pte limited,"
    "sdn bhd,sdn berhad,sendirian berhad,joint venture company,co ltd,company limited,co limited,"
    "kabushiki kaisha,kabushiki gaisha,godo kaisha,yugen kaisha,youxian gongsi,gufen youxian gongsi,"
    "chusik hoesa,sa rl,ug haftungsbeschrankt,ag and co kg,ag and co kgaa,gmbh and co kgaa,se and co kgaa,"
    "and co kgaa,gmbh and co kg,and co kg,and co,anonim sirketi,limited sirketi,ltd sti,spolka akcyjna,"
    "spolka z ograniczona odpowiedzialnoscia,societe anonyme,sociedad anonima,sociedade anonima,"
    "societa per azioni,gesellschaft mit beschrankter haftung,naamloze vennootschap,besloten vennootschap,"
    "sab de cv,sapi de cv,sa de cv,s de rl de cv,s de rl,public limited company,national association,"
    "public benefit corporation"
)
_FIRST = words("ooo oao zao pao ao nao odo tov pat prat too uab pt sia")
"""Forms that registers put before the name."""
_SHORT = words(
    "ag sa se nv bv oy ab as asa plc llc inc ltd co kg lp llp spa srl sas kk gk doo sro ood pao ooo "
    "oao zao ao nao jsc pbc ulc fze wll psc qsc ksc bsc kft zrt sia uab aps oyj ug ead gbr ohg sca sl "
    "dd na pte tbk too tov pat pt cv spc gie hf ehf bhd"
)
"""Terms of up to three letters that count whatever the country."""
_WORDS = words("private uk ok da et at pp sem sp ei ep ent coop fa ud sf mb is ii")
"""Terms of cleanco that are words as well; they count in their own country only."""
_UNSPACED = (
    "股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "股份公司", "集团公司", "公司", "株式会社",
    "合同会社", "有限会社", "합자회사", "주식회사", "유한회사", "유한책임회사", "(株)", "(주)", "(有)",
    "บริษัท", "จำกัด", "(มหาชน)",
)  # fmt: skip
_COUNTRIES = {"Bosnia / Herzegovina": "BA", "Columbia": "CO", "Luxemborg": "LU", "Macedonia": "MK",
              "Czech Republic": "CZ", "Turkey": "TR", "Russia": "RU"}  # fmt: skip
_SAME = {
    "corporation": "corp", "incorporated": "inc", "limited": "ltd", "company": "co", "pao": "pjsc",
    "public joint stock company": "pjsc", "ooo": "llc", "limited liability company": "llc", "berhad": "bhd",
    "limited partnership": "lp", "limited liability partnership": "llp", "company limited": "ltd",
    "co ltd": "ltd", "co limited": "ltd", "private limited": "ltd", "pvt ltd": "ltd", "pte ltd": "ltd",
    "pty ltd": "ltd", "sa rl": "sarl", "kabushiki kaisha": "kk", "public limited company": "plc",
    "aktiengesellschaft": "ag", "societe anonyme": "sa", "ao": "jsc", "joint stock company": "jsc",
}  # fmt: skip
"""Long and short, or foreign and English, of one form."""


@cache
def _terms() -> dict[tuple[str, ...], frozenset[str] | None]:
    """Term as tokens to the countries it counts in; None for all."""
    countries: dict[tuple[str, ...], set[str]] = {}
    for country, term in countrysources():
        if code := _code(country):
            countries.setdefault(_parts(term), set()).add(code)
    found: dict[tuple[str, ...], frozenset[str] | None] = {}
    for _, parts in prepare_default_terms():
        term = _parts(" ".join(parts))
        if not term:
            continue
        only = len(term) == 1 and (term[0] in _WORDS or (len(term[0]) <= 3 and term[0] not in _SHORT))
        found[term] = frozenset(countries.get(term, ())) if only else None
    for term in (*_MORE_WORDS.split(), *_PHRASES.split(",")):
        found[_parts(term)] = None
    return found


def _parts(term: str) -> tuple[str, ...]:
    return tuple(anyascii(term).lower().replace(".", "").replace("/", "").replace("&", "and").split())


@cache
def _code(country: str) -> str | None:
    if country in _COUNTRIES:
        return _COUNTRIES[country]
    try:
        return str(pycountry.countries.lookup(country).alpha_2)
    except LookupError:
        return None


@cache
def _longest() -> int:
    return max(map(len, _terms()))


def without_unspaced(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without forms of scripts that write no spaces, and these forms.

    >>> without_unspaced("株式会社東京")
    ('東京', ('株式会社',))
    """
    if text.isascii():
        return text, ()
    for form in _UNSPACED:
        if text != form and (text.endswith(form) or text.startswith(form)):
            bare = text.removesuffix(form) if text.endswith(form) else text.removeprefix(form)
            if bare.strip():
                return bare.strip(), (form,)
    return text, ()


def without_legal_form(
    tokens: tuple[str, ...], country: str | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tokens of a name without its legal forms, and these forms in their short English spelling.

    A name that is nothing but a legal form keeps its first word. O(tokens).

    >>> without_legal_form(("acme", "gmbh", "and", "co", "kg"))
    (('acme',), ('gmbh and co kg',))
    >>> without_legal_form(("ooo", "romashka"))[0]
    ('romashka',)
    """
    terms, forms = _terms(), list[str]()
    first, last = 0, len(tokens)
    while last - first > 1:
        for size in range(min(_longest(), last - first - 1), 0, -1):
            term = tokens[last - size : last]
            if term in terms and _counts(terms[term], country):
                forms.append(_SAME.get(" ".join(term), " ".join(term)))
                last -= size
                break
        else:
            break
    while last - first > 1 and tokens[first] in _FIRST:
        forms.append(_SAME.get(tokens[first], tokens[first]))
        first += 1
    return tokens[first:last], tuple(forms)


def _counts(countries: frozenset[str] | None, country: str | None) -> bool:
    return countries is None or country in countries
