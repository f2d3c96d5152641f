"""Addresses of the app: what stands in them cannot end them or add to them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from widgets.text import page_address


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_any_id_comes_back_whole_and_alone(entity: str) -> None:
    address = urlsplit(page_address("entity", id=entity))
    assert address.path == "/entity"
    assert address.fragment == ""
    assert parse_qs(address.query, keep_blank_values=True) == {"id": [entity]}
