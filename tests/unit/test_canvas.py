"""The canvas: every change is a new value, what is drawn is said, and an address brings it back."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import pytest

from graph.canvas import (
    MOST_ENTITIES,
    MOST_STEPS_BACK,
    Canvas,
    CanvasFilters,
    History,
    add,
    clear,
    collapse,
    expand,
    hide,
    not_shown,
    pin,
    remove,
    select,
    show_hidden,
    unpin,
)
from graph.canvas_drawn import canvas_graph, places, starting_points, years
from graph.canvas_link import PACKED_MAX, PLAIN_MAX, from_query, to_link
from graph.model import Entity, Tie
from graph.projection import Filters, graph_of


def small() -> nx.MultiDiGraph:
    """Hub funds a, b, c by amount; a founds leaf; a rumour; two entities apart."""
    kinds = {"hub": "investor", "leaf": "company", "far": "company", "off": "person"}
    entities = [
        Entity(key, key.title(), kinds.get(key, "company")) for key in ("hub", *"abcd", *kinds) if key
    ]
    ties = [
        Tie("t1", "hub", "INVESTED_IN", "a", "completed", "2019", amount_usd=5_000_000, sources=("s",)),
        Tie("t2", "hub", "INVESTED_IN", "b", "completed", "2021", amount_usd=9_000_000, sources=("s",)),
        Tie("t3", "hub", "SUPPLIES", "b", "active", "2022", sources=("s",)),
        Tie("t4", "c", "PARTNERED_WITH", "hub", "active", sources=("s",)),
        Tie("t5", "a", "FOUNDED", "leaf", "completed", "2020", sources=("s",)),
        Tie("t6", "hub", "ACQUIRED", "d", "alleged", "2023", sources=("s",)),
        Tie("t7", "a", "COMPETES_WITH", "b", "active", "2020", sources=("s",)),
        Tie("t8", "off", "FOUNDED", "far", "completed", "2001", sources=("s",)),
    ]
    return graph_of({entity.id: entity for entity in entities}.values(), ties, Filters.all_statuses())


class TestExpanding:
    def test_the_largest_known_amount_comes_first_and_the_cut_is_said(self) -> None:
        grown = expand(Canvas(), small(), "hub", most=2)
        assert grown.added == ("b", "a")
        assert grown.available == 3
        assert grown.sentence == "2 of 3 added, by amount."
        assert grown.canvas.shown == ("hub", "b", "a")
        assert grown.canvas.centres == ("hub",)

    def test_the_rest_comes_next_and_then_nothing(self) -> None:
        graph = small()
        canvas = expand(expand(Canvas(), graph, "hub", most=2).canvas, graph, "hub").canvas
        assert canvas.shown[-1] == "c"
        assert expand(canvas, graph, "hub").sentence.startswith("Nothing more to add")

    def test_only_along_some_types_and_one_way(self) -> None:
        graph = small()
        assert expand(Canvas(), graph, "hub", types=["SUPPLIES"]).added == ("b",)
        assert expand(Canvas(), graph, "a", direction="in").added == ("hub", "b")
        assert expand(Canvas(), graph, "a", direction="out").added == ("b", "leaf")

    def test_what_is_no_fact_comes_only_when_asked(self) -> None:
        graph = small()
        assert "d" not in expand(Canvas(), graph, "hub").added
        asked = Canvas(filters=CanvasFilters(statuses=frozenset({"alleged"})))
        assert expand(asked, graph, "hub").added == ("d",)

    def test_numbers_not_shown_count_neighbours_once_in_all(self) -> None:
        graph = small()
        assert not_shown(add(Canvas(), ["hub"]), graph, "hub") == {
            "": 3,
            "money": 2,
            "supply": 1,
            "alliance": 1,
        }
        assert not_shown(expand(Canvas(), graph, "hub").canvas, graph, "hub") == {}
        assert not_shown(Canvas(), graph, "nobody") == {}

    def test_hidden_entities_stay_away(self) -> None:
        graph = small()
        canvas = hide(expand(Canvas(), graph, "hub").canvas, ["b"])
        assert expand(canvas, graph, "hub").added == ()
        assert show_hidden(canvas, graph).shown[-1] == "b"
        assert add(canvas, ["b"]).hidden == frozenset()


class TestTakingAway:
    def test_collapse_takes_leaves_and_keeps_what_hangs_elsewhere(self) -> None:
        graph = small()
        canvas = expand(expand(Canvas(), graph, "hub").canvas, graph, "a").canvas
        assert set(canvas.shown) == {"hub", "a", "b", "c", "leaf"}
        after = collapse(canvas, graph, "hub")
        assert set(after.shown) == {"hub", "a", "b", "leaf"}  # b competes with a, a was expanded
        assert set(collapse(pin(canvas, "c", 0.1, 0.1), graph, "hub").shown) == set(canvas.shown)

    def test_removing_forgets_pins_and_selection(self) -> None:
        canvas = select(pin(add(Canvas(), ["a", "b"]), "a", 0.2, 0.3), ["a", "b"], ("a", "b"))
        after = remove(canvas, ["a"])
        assert after == replace(Canvas(), shown=("b",), centres=("b",), selected=("b",))

    def test_unpin_and_clear(self) -> None:
        canvas = pin(add(Canvas(layout="grid"), ["a"]), "a", 5, -5)
        assert canvas.pinned == {"a": (2.0, -1.0)}
        assert unpin(canvas, "a").pins == ()
        assert pin(canvas, "b", 0, 0) == canvas
        assert clear(canvas) == Canvas(layout="grid")

    def test_a_full_canvas_takes_no_more(self) -> None:
        assert len(add(Canvas(), [f"n{i}" for i in range(MOST_ENTITIES + 5)]).shown) == MOST_ENTITIES


class TestHistory:
    def test_undo_and_redo_return_the_same_canvas(self) -> None:
        one, two = add(Canvas(), ["a"]), add(Canvas(), ["a", "b"])
        history = History().do(one).do(two)
        assert history.undo().present == one
        assert history.undo().redo() == history
        assert history.undo().do(add(one, ["c"])).future == ()
        assert History().undo() == History()
        assert History().redo() == History()

    def test_selecting_is_no_step(self) -> None:
        history = History().do(add(Canvas(), ["a"]))
        assert history.do(select(history.present, ["a"])).past == history.past

    def test_the_stack_is_capped(self) -> None:
        history = History()
        for number in range(MOST_STEPS_BACK + 20):
            history = history.do(add(history.present, [f"n{number}"]))
        assert len(history.past) == MOST_STEPS_BACK


class TestDrawing:
    def test_it_says_what_is_drawn_filtered_and_hidden(self) -> None:
        graph = small()
        canvas = add(Canvas(), ["hub", "a", "b", "d"])
        drawn = canvas_graph(graph, canvas)
        assert drawn.sentence == "4 of 4 entities; 4 ties; 1 tie left out by the filters."
        hidden = canvas_graph(graph, hide(canvas, ["t1"]))
        assert "1 tie hidden" in hidden.sentence
        assert canvas_graph(graph, canvas, limit=2).sentence.startswith("2 of 4 entities, by amount; 2 ties")

    def test_a_large_canvas_is_cut_by_amount_and_centres_stay(self) -> None:
        entities = [Entity(f"n{i:03}", "N", "company") for i in range(143)] + [Entity("me", "Me", "person")]
        ties = [
            Tie(f"t{i}", f"n{i:03}", "SUPPLIES", "n000", "active", amount_usd=i, sources=("s",))
            for i in range(1, 143)
        ]
        graph = graph_of(entities, ties)
        canvas = add(add(Canvas(), [f"n{i:03}" for i in range(143)], centre=False), ["me"])
        drawn = canvas_graph(graph, canvas, limit=60)
        assert drawn.sentence.startswith("60 of 144 entities, by amount")
        assert {"me", "n000", "n142"} <= set(drawn.graph)
        assert "n001" not in drawn.graph

    def test_only_ties_of_the_centres(self) -> None:
        graph = small()
        canvas = expand(Canvas(among=False), graph, "hub").canvas
        assert "t7" not in {key for *_, key in canvas_graph(graph, canvas).graph.edges(keys=True)}
        assert canvas_graph(graph, replace(canvas, centres=())).graph.number_of_edges() == 5

    @pytest.mark.parametrize(
        ("filters", "kept"),
        [
            ({"min_usd": 6_000_000}, {"t2", "t3", "t4", "t7"}),
            ({"min_usd": 6_000_000, "unknown_amounts": False}, {"t2"}),
            ({"types": frozenset({"INVESTED_IN"})}, {"t1", "t2"}),
            ({"as_of": "2020"}, {"t1", "t7"}),
            ({"as_of": "2020", "undated": True}, {"t1", "t4", "t7"}),
        ],
    )
    def test_filters(self, filters: dict[str, object], kept: set[str]) -> None:
        canvas = add(Canvas(filters=CanvasFilters(**filters)), ["hub", "a", "b", "c"])  # type: ignore[arg-type]
        assert {key for *_, key in canvas_graph(small(), canvas).graph.edges(keys=True)} == kept

    @pytest.mark.parametrize("layout", ["force", "rings", "circle", "kinds", "grid"])
    def test_every_layout_places_everything_and_keeps_pins(self, layout: str) -> None:
        graph = small()
        canvas = replace(pin(add(Canvas(), list(graph)), "a", 0.25, 0.75), layout=layout)
        drawn = canvas_graph(graph, canvas).graph
        found = places(drawn, canvas)
        assert set(found) == set(drawn)
        assert found["a"] == (0.25, 0.75)
        assert len(set(found.values())) == len(found)
        assert found == places(drawn, canvas)

    def test_known_places_stay_when_others_come(self) -> None:
        graph = small()
        first = expand(Canvas(), graph, "hub").canvas
        before = places(canvas_graph(graph, first).graph, first)
        later = expand(first, graph, "a").canvas
        after = places(canvas_graph(graph, later).graph, later, before)
        assert {key: after[key] for key in before} == before
        assert "leaf" in after

    def test_where_to_start_and_which_years(self) -> None:
        assert starting_points(small()) == ["hub", "a", "off"]
        assert years(small()) == [str(year) for year in range(2001, 2024)]
        assert years(nx.MultiDiGraph()) == []


class TestAddress:
    def test_a_short_canvas_is_readable(self) -> None:
        graph = small()
        canvas = expand(Canvas(filters=CanvasFilters(as_of="2022")), graph, "hub").canvas
        assert to_link(canvas).query == {"ids": "hub.~b~a", "as_of": "2022"}

    def test_there_and_back(self) -> None:
        graph = small()
        canvas = Canvas(
            ("hub", "a"), ("a",), frozenset({"t1", "b"}), (("hub", 0.125, -0.5),), (), None,
            CanvasFilters(frozenset({"OWNS"}), frozenset({"alleged"}), 7, False, "2020-02", True), "rings", False,
        )  # fmt: skip
        assert from_query(to_link(canvas).query, graph).canvas == canvas
        assert from_query(to_link(canvas).query, graph).notes == ()

    def test_one_entity_comes_with_its_neighbours(self) -> None:
        restored = from_query({"id": "hub"}, small())
        assert set(restored.canvas.shown) == {"hub", "a", "b", "c"}
        assert restored.canvas.centres == ("hub",)

    def test_a_typed_list_with_commas(self) -> None:
        assert from_query({"ids": "hub, a"}, small()).canvas.shown == ("hub", "a")

    def test_what_is_unknown_is_dropped_and_said(self) -> None:
        restored = from_query(
            {
                "ids": "hub~nobody~none~nil~nix", "layout": "spiral", "types": "OWNS~LOVES", "status": "none",
                "min": "lots", "as_of": "soon", "pins": "a.1.2~x", "hide": "t1~t99", "other": "kept out",
            },
            small(),
        )  # fmt: skip
        assert restored.canvas.shown == ("hub",)
        assert restored.canvas.filters == CanvasFilters(types=frozenset({"OWNS"}), statuses=frozenset())
        assert restored.canvas.hidden == {"t1"}
        said = " ".join(restored.notes)
        assert "4 entities of the link are not in the data: “nobody”, “none”, “nil” and 1 more." in said
        for word in ("layout", "kinds of ties", "smallest amount", "date", "pinned", "hidden ids"):
            assert word in said

    @pytest.mark.parametrize("packed", ["", "x", "AAAA", "eJw=", "€", "%%%", "e" * 5_000])
    def test_a_damaged_link_is_a_message(self, packed: str) -> None:
        restored = from_query({"c": packed, "layout": "grid"}, small())
        assert restored.canvas == Canvas(layout="grid")
        assert bool(restored.notes) == bool(packed)

    def test_a_bomb_is_a_damaged_link(self) -> None:
        import base64
        import zlib

        bomb = base64.urlsafe_b64encode(zlib.compress(b'{"ids":"' + b"a" * 50_000_000 + b'"}')).decode()
        assert from_query({"c": bomb}, small()).canvas == Canvas()

    def test_a_long_canvas_is_packed_and_a_huge_one_is_cut_and_says_so(self) -> None:
        entities = [
            Entity(f"entity-number-{i * 7919 % 100_003:06}", "N", "company") for i in range(MOST_ENTITIES)
        ]
        graph = graph_of(entities, [])
        middling = add(Canvas(), [each.id for each in entities[:150]])
        link = to_link(middling)
        assert set(link.query) == {"c"}
        assert link.note == ""
        assert from_query(link.query, graph).canvas == middling
        odd = [Entity(f"{i}{'äöü€' * 40}{i * i}-{hash((i, 'x'))}", "N", "company") for i in range(400)]
        huge = to_link(pin(add(Canvas(), [each.id for each in odd]), odd[0].id, 0.5, 0.5))
        assert len(huge.query["c"]) <= PACKED_MAX
        assert "too large for an address" in huge.note
        back = from_query(huge.query, graph_of(odd, [])).canvas
        assert 0 < len(back.shown) < 400
        assert back.shown == tuple(each.id for each in odd[: len(back.shown)])
        assert PLAIN_MAX < PACKED_MAX
