"""Few records for the contract suites, and everything a store holds."""

from __future__ import annotations

from graph.model import Batch, Entity, Source, Tie
from graph.store import Store

SOURCE = Source("s1", "Publisher", "Title", "2024-05", "https://example.org/a", "en")
ACME = Entity("acme", "Acme", "company", ("Acme Inc.",), "US", "2015", ("chips",), "Makes chips.")
FUND = Entity("fund", "Fund", "investor")
ANN = Entity("ann", "Ann", "person")
STAKE = Tie(
    "r1", "fund", "INVESTED_IN", "acme", "completed", "2017-09", None, "lead", 1_000_000, 0.125, "equity",
    "Series A", None, "a note", ("s1",),
)  # fmt: skip
SEAT = Tie("r2", "ann", "BOARD_MEMBER_OF", "acme", "ended", "2015-12", "2018-02", "co-chair", sources=("s1",))
SMALL = Batch((ACME, FUND, ANN), (STAKE, SEAT), (SOURCE,))


def everything(store: Store) -> tuple[list[Entity], list[Tie], list[Source]]:
    return [*store.entities()], [*store.ties()], [*store.sources()]
