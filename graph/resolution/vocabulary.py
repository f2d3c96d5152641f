"""Words that names of organisations are made of besides the one that tells them apart."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


GENERIC = words(
    "group groups holding holdings capital partners partner ventures venture management investment "
    "investments investors international global worldwide technologies technology tech systems "
    "solutions services fund funds financial finance energy digital industries enterprises associates "
    "advisors advisers asset assets equity trust bank company corporation labs lab laboratories "
    "research ai com io vc studio media networks network software data resources development trading "
    "properties estate consulting products motors inc ltd"
)
"""Words that say what sort of firm it is rather than which."""
UNIT = words(
    "foundation nonprofit ventures venture fund funds bank branch europe asia africa america americas "
    "usa us uk uae china japan india germany france canada north south east west "
    "securities insurance charity institute university startup cloud trust real estate crypto "
    "bioworks pension growth spv trustee trustees nominees nominee middle pacific latin"
)
"""Words that name a part or a sister of a house: X Foundation is not X."""
FUND_WORDS = words("ventures venture growth")
"""Of these, those that are no more than general in the name of an investor: Khosla, Khosla Ventures."""
PLACES = words("us usa uk uae")
"""Countries that stand before the name of an authority: US Securities and Exchange Commission."""
