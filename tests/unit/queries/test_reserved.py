"""Names that the app's addresses use for themselves cannot be parameters of a saved query."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import LoadError
from graph.queries.header import RESERVED, parse_query

TEXT = """// id: one
// title: One?
// category: search
// about: One entity.
// param {name}: entity id, required, e.g. "openai" -- which
// returns: other_id (entity id)
// draw: nothing
MATCH (n:Entity {{id: ${name}}})--(other:Entity) RETURN other.id AS other_id ORDER BY other_id LIMIT 5
"""


def test_another_name_is_fine() -> None:
    assert (
        parse_query(TEXT.format(name="entity"), Path("cypher/search/one.cypher")).parameters[0].name
        == "entity"
    )


@pytest.mark.parametrize("name", RESERVED)
def test_a_reserved_name_is_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(LoadError, match="cannot be called") as caught:
        parse_query(TEXT.format(name=name), Path("cypher/search/one.cypher"))
    assert "call it entity" in caught.value.hint
