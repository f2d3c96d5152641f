"""The tabs of the entity page: ties, network, timeline, money, rank, sources."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from graph.claims_apart import MOST, contradicted, disagreements
from graph.dossier import Dossier, TieLine
from graph.money import Flow, money_of
from graph.ontology import ontology
from graph.pictures.picture import ego, picture
from graph.standing import ordinal, rank
from graph.timeline import ENDS, Bar, timeline
from graph.wording import amount_text, counted, has_amount, plural
from widgets import data
from widgets.address_inputs import follow, keep
from widgets.drawing import draw, page_palette
from widgets.entity_parts import NOT_KNOWN, carried, grouped, paged, the_rankings, tie_grid, tie_rows, told
from widgets.entity_timeline import timeline_alt, timeline_chart
from widgets.parts import cited, left_out_caption, param
from widgets.query_parts import way
from widgets.sheet import sheet_button
from widgets.text import md, plain
from widgets.working import at_work

DRAWN = 60  # entities of the network
BARS = 40  # of the timeline at once
OPEN_GROUP = 25  # ties; a longer list starts closed
OVERLAP = "Recorded amounts overlap (a total stands beside its parts) and are not added up."


def ties_tab(found: Dossier, as_of: str | None, plans: bool) -> None:
    """Ties by question, facts first; what is no fact stands apart."""
    chosen, as_table = _tie_inputs(found)
    lines = [line for line in found.lines if not chosen or line.tie.type in chosen]
    if chosen:
        st.caption(f"{len(lines):,} of {counted(len(found.lines), 'tie')}, of the chosen types.")
    if as_table:
        tie_grid(lines, f"entity-grid-{found.entity.id}")
    else:
        _tie_lists(found, lines, as_of, plans)
    left_out_caption(found.left_out, as_of)


def _tie_inputs(found: Dossier) -> tuple[list[str], bool]:
    """Types to show, and whether as a table."""
    types = ontology().types
    here = [name for name in types if any(line.tie.type == name for line in found.lines)]
    asked = (param("types") or "").upper().split("~")
    follow("entity-types", "types", [name for name in here if name in asked])
    st.session_state["entity-types"] = [name for name in st.session_state["entity-types"] if name in here]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=420):
            chosen = st.multiselect(
                "Types of ties", here, format_func=lambda name: types[name].title, key="entity-types",
                placeholder="All types",
            )  # fmt: skip
        keep("entity-types", "types", "~".join(chosen).lower() or None)
        form = st.segmented_control(
            "Shown as", ["Sentences", "Table"], default="Sentences", required=True, key="entity-form",
            label_visibility="collapsed",
        )  # fmt: skip
    return chosen, form == "Table"


@st.fragment
def _tie_lists(found: Dossier, lines: list[TieLine], as_of: str | None, plans: bool) -> None:
    """A fragment, so that turning a page of a list does not run the whole page."""
    facts = [line for line in lines if line.tie.is_fact]
    query, me = carried(as_of, plans), found.entity.id
    if not facts:
        st.info(f"No fact is recorded{f' as of {md(as_of)}' if as_of else ''}.")
    for place, (title, members) in enumerate(grouped(facts, me)):
        with st.expander(f"**{title}** ({len(members):,})", expanded=len(members) <= OPEN_GROUP):
            tie_rows(members, f"entity-rows-{me}-{place}", query)
    if len(facts) < len(lines):
        rest = [line for line in lines if not line.tie.is_fact]
        st.markdown("##### Not facts: announced, planned, considered, dropped or alleged")
        tie_rows(rest, f"entity-rows-{me}-plans", query)


def network_tab(found: Dossier, as_of: str | None, plans: bool) -> None:
    """The drawing around the entity."""
    graph, entity = data.graph(as_of=as_of, all_statuses=plans), found.entity
    follow("entity-depth", "depth", 2 if param("depth") == "2" else 1)
    depth = st.segmented_control("Steps around", [1, 2], key="entity-depth", required=True) or 1
    keep("entity-depth", "depth", "2" if depth == 2 else None)
    near = ego(graph, entity.id, depth=depth) if entity.id in graph else graph.subgraph([])
    if near.number_of_nodes() < 2:
        st.info("Nothing to draw: no tie of this entity is left.")
        return
    draw(
        picture(near, focus=[entity.id], limit=DRAWN), near, f"ego-{entity.id}-{as_of}-{plans}-{depth}",
        title=entity.name, width=1050, height=620, as_of=as_of,
    )  # fmt: skip


def timeline_tab(found: Dossier, as_of: str | None, plans: bool) -> None:
    """Dated ties as bars, the same as a table, and undated ones apart."""
    made = timeline(found.lines, horizon=data.the_stats().newest_source or as_of or "2026")
    query = carried(as_of, plans)
    if made.bars:
        st.caption(
            "A standing tie runs from its start to its end; › means that it goes on, as far as is known by "
            f"{made.horizon}, ? that its end is not known. A diamond is a deal. Dashed bars are no facts."
        )
        shown: Sequence[Bar] = paged(made.bars, f"entity-bars-{found.entity.id}", BARS)
        drawing, table = st.tabs(["Drawing", "Table"])
        with drawing:
            st.vega_lite_chart(
                timeline_chart(shown, made, as_of, page_palette()), key="entity-timeline", width="stretch",
                alt=timeline_alt(found.entity.name, shown, made),
            )  # fmt: skip
        with table:
            _bar_table(made.bars)
    else:
        st.info("No tie has a start date, so there is nothing to put on a line of time.")
    if made.undated:
        number = len(made.undated)
        label = f"{counted(number, 'tie')} without a start date"
        with st.expander(f"{label}: not drawn", expanded=not made.bars):
            tie_rows(made.undated, f"entity-undated-{found.entity.id}", query)
    left_out_caption(found.left_out, as_of)


def _bar_table(bars: Sequence[Bar]) -> None:
    types = ontology().types
    rows = [
        {
            "start": bar.line.tie.start_date,
            "end": bar.line.tie.end_date,
            "how it ends": ENDS[bar.ends],
            "with": plain(bar.line.other.name, 80),
            "tie": types[bar.line.tie.type].title,
            "status": bar.line.tie.status,
            "sentence": plain(bar.line.sentence, 300),
        }
        for bar in bars
    ]
    st.dataframe(
        rows, hide_index=True, placeholder=NOT_KNOWN, key="entity-bar-table", alt="Dated ties as a table",
        height=min(560, 38 + 35 * max(1, len(rows))),
    )  # fmt: skip
    sheet_button(rows, "Dated ties", "entity-bar-table")


@st.fragment
def money_tab(found: Dossier, as_of: str | None, plans: bool) -> None:
    """Recorded amounts by counterparty, in both directions; never added up."""
    flows = money_of(found.entity.id, (line for line in found.lines if line.tie.is_fact))
    query = carried(as_of, plans)
    st.caption(f"{OVERLAP} The largest single amount comes first. A purchase price goes to the sellers.")
    if not plans:
        st.caption("Announced and planned sums are not here: switch plans on above.")
    _flow("Money in", flows.incoming, "investments, loans and payments it got", "in", found, query)
    _flow("Money out", flows.outgoing, "investments, loans, prices and payments it made", "out", found, query)
    if flows.apart.counterparties:
        what = "the price of the entity itself, the value of a holding, a joint project"
        _flow("Other amounts", flows.apart, what, "apart", found, query)
    sums = [line for line in found.lines if not line.tie.is_fact and has_amount(line.tie)]
    if sums:
        st.markdown("#### Not facts\n:gray[sums announced, planned, considered, dropped or alleged]")
        sums.sort(key=lambda line: -(line.tie.amount_usd or 0))
        tie_rows(sums, f"entity-money-{found.entity.id}-plans", query, lead=_amount)


def _flow(
    title: str, flow: Flow, about: str, key: str, found: Dossier, query: dict[str, str]
) -> None:  # fmt: skip
    """One direction of the money."""
    st.markdown(f"#### {title}\n:gray[{md(about)}]")
    if not flow.counterparties:
        st.caption("Nothing is recorded.")
        return
    st.markdown(
        f"{counted(len(flow.counterparties), 'counterparty')} · {counted(flow.known, 'amount')} known · "
        f"{flow.unknown:,} {NOT_KNOWN}"
    )
    lines = [line for party in flow.counterparties for line in party.lines]
    tie_rows(lines, f"entity-money-{found.entity.id}-{key}", query, lead=_amount)


def _amount(line: TieLine) -> str:
    amount = amount_text(line.tie)
    return f"**{md(amount)}** · " if amount else ":gray[amount not known] · "


def rank_tab(found: Dossier, as_of: str | None, plans: bool) -> None:
    """The place of the entity by three measures, each with its method."""
    rankings = at_work("Ranking all entities", the_rankings, as_of, plans)
    ranks = [rank(each, found.entity.id) for each in rankings]
    if all(each.place is None for each in ranks):
        st.info("Not ranked: it has no tie to another entity in this selection.")
        return
    with st.grid(min_column_width=220, gap="small"):
        for each in ranks:
            place = f"{ordinal(each.place)} of {each.of:,}" if each.place else NOT_KNOWN
            shared = f", shared with {each.shared:,}" if each.shared else ""
            st.metric(
                each.method.name, place, f"value {each.value}{shared}", delta_color="off", delta_arrow="off"
            )
    st.caption(
        f"Among the entities with a tie{f' as of {md(as_of)}' if as_of else ''}; every pair that is tied "
        f"counts once, whichever way. {'Plans and allegations count.' if plans else 'Only facts count.'} "
        "A place says how well an entity is recorded as well as how central it is."
    )
    with st.expander("How is this computed?"):
        for each in ranks:
            method = each.method
            st.markdown(
                f"**{md(method.name)}.** {md(method.formula, 600)}. Normalisation: {md(each.normalisation)}. "
                f"Where data is unknown: {md(method.missing, 400)}. {md(' '.join(each.notes), 600)}  \n"
                f":small[{md(method.citation, 400)}]"
            )
    way(
        "views/centrality.py",
        "All measures, all entities",
        ":material/leaderboard:",
        **carried(as_of, plans),
    )


def sources_tab(found: Dossier, as_of: str | None, plans: bool) -> None:
    """Where sources disagree, and every source with its link and the number of ties that cite it."""
    disagreement(found)
    cited_by: dict[str, int] = {}
    for line in found.lines:
        for source in line.sources:
            cited_by[source.id] = cited_by.get(source.id, 0) + 1
    sources = {source.id: source for line in found.lines for source in line.sources}
    order = sorted(sources.values(), key=lambda source: (-cited_by[source.id], source.id))
    single = sum(len(line.sources) < 2 for line in found.lines)
    st.markdown("#### All sources")
    st.caption(
        f"{counted(len(order), 'source')} for {counted(len(found.lines), 'tie')}; {counted(single, 'tie')} {plural(single, 'rests', 'rest')} on a single one."
    )
    rows = [
        {
            "publisher": plain(source.publisher, 80),
            "title": plain(source.title, 200),
            "date": source.date,
            "ties": cited_by[source.id],
            "page": source.url if (source.url or "").startswith(("http://", "https://")) else None,
            "what rests on it": f"/sources?id={source.id}",
        }
        for source in order
    ]
    st.dataframe(
        rows, hide_index=True, placeholder=NOT_KNOWN, key="entity-sources", alt="Sources of this entity",
        height=min(520, 38 + 35 * max(1, len(rows))),
        column_config={
            "title": st.column_config.TextColumn("title", width="medium"),
            "page": st.column_config.LinkColumn("page", display_text=r"https?://(?:www\.)?([^/?#]+)"),
            "what rests on it": st.column_config.LinkColumn("what rests on it", display_text="show"),
        },
    )  # fmt: skip
    sheet_button(rows, "Sources", "entity-sources")


def disagreement(found: Dossier) -> None:
    """Statements that do not agree, side by side, never merged."""
    pairs, remarks = disagreements(found.lines), contradicted(found.lines)
    st.markdown("#### Sources disagree")
    if not pairs and not remarks:
        st.caption(
            "No two ties give different figures for the same thing, and no remark mentions a contradiction."
        )
        return
    if pairs:
        st.caption("Both statements are kept as they were read; nothing is merged or averaged.")
    for pair in paged(pairs, f"entity-apart-{found.entity.id}", 10):
        with st.container(border=True):
            st.markdown(f":orange-badge[two figures for one {pair.about}]")
            st.markdown(f"- {told(pair.first)}\n- {told(pair.second)}")
    if len(pairs) == MOST:
        st.caption(f"The first {MOST} pairs; there may be more.")
    if remarks:
        st.caption("Remarks that mention pages which do not agree:")
        shown = paged(remarks, f"entity-remarks-{found.entity.id}", 10)
        st.markdown(
            "\n".join(
                f"- **{md(line.tie.note)}**  \n  {md(line.sentence, 400)} :small[{cited(line.sources)}]"
                for line in shown
            )
        )
