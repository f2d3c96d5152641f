"""Who is central, who joins others, which communities and separate parts there are, and how that moved."""

from __future__ import annotations

import networkx as nx
import streamlit as st

from graph.analytics.answer import Answer, Statement
from graph.analytics.centrality_methods import MEASURES
from graph.analytics.centrality_words import lower
from graph.errors import AnalysisError, ParameterError
from graph.ontology import ontology
from graph.pictures.layout import ring
from graph.pictures.picture import part, picture
from graph.wording import counted
from widgets import data
from widgets.address_inputs import entity_input, follow, keep
from widgets.analyses_centrality import (
    COMPARED,
    MOST_AROUND,
    Asked,
    around,
    brokers,
    by_year,
    communities,
    components,
    movers,
    ranking,
    recorded_years,
    records,
    short,
)
from widgets.analyses_loops import pieces
from widgets.answer import computed, downloads, show_answer, show_rows, statements, ties_of
from widgets.centrality_charts import bar_drawing, bars, members, year_drawing
from widgets.centrality_inputs import (
    ABOUT,
    as_of_and_plans,
    choice,
    dates_and_plans,
    family_input,
    measure_input,
    number,
    plans_input,
    precision_input,
    row,
    say_plans,
    switch,
    title_of,
)
from widgets.drawing import draw
from widgets.parts import left_out_caption, param, show_error
from widgets.text import md
from widgets.working import at_work

MOST_YEARS = 40
MOST_LISTED = 60
MOST_APART = 60
PARTS = {
    "ranking": "Ranking", "brokers": "Brokers", "communities": "Communities", "years": "Through the years",
    "components": "Separate parts",
}  # fmt: skip
SIZES = {"0.5": "Fewer, larger", "1": "Usual", "2": "More, smaller"}


def page() -> None:
    """The page."""
    st.title("Who is central")
    asked = param("part")
    follow("centrality-part", "part", asked if asked in PARTS else "ranking", list(PARTS))
    chosen = st.segmented_control(
        "What to look at", list(PARTS), format_func=PARTS.__getitem__, required=True, key="centrality-part",
        label_visibility="collapsed",
    ) or "ranking"  # fmt: skip
    keep("centrality-part", "part", chosen if chosen != "ranking" else None)
    {
        "ranking": ranking_part, "brokers": brokers_part, "communities": communities_part,
        "years": years_part, "components": components_part,
    }[chosen]()  # fmt: skip


def ranking_part() -> None:
    """Who comes first by one measure, and who rose and fell since another date."""
    with row():
        measure, direction = measure_input([*MEASURES, "all"])
        sample, seed = precision_input(measure, direction)
        as_of, than, plans = dates_and_plans()
    asked = Asked(family_input(), direction, as_of, plans)
    st.markdown(f"**{md(title_of(measure))}** {md(ABOUT[measure])}")
    say_plans(plans)
    try:
        answer = at_work("Measuring", ranking, asked, measure, sample, seed)
        if than and measure != "all":
            changes(asked, measure, than, sample, seed)
    except AnalysisError as error:
        show_error(error)
        return
    if than and measure == "all":
        st.caption("Choose one measure to compare two dates.")
    key = f"centrality-{measure}-{direction}-{asked.family}-{as_of}-{plans}-{sample}-{seed}"
    column = "strength_usd" if measure == "strength" else measure.replace("-", "_")
    items = () if measure == "all" else bars(answer, asked.graph, column, measure)
    show_answer(
        answer, asked.graph, key,
        drawing=(lambda: bar_drawing(items, answer.title, key, asked)) if items else None,
    )  # fmt: skip


def changes(asked: Asked, measure: str, than: str, sample: float | None, seed: int) -> None:
    """Who rose and who fell between two dates."""
    if asked.as_of is None:
        st.caption("Give both dates, “As of” and “Compare with”, to see who rose and who fell.")
        return
    found = at_work("Comparing the two dates", movers, asked, measure, (than, asked.as_of), sample, seed)
    groups = (
        ("Rose", found.risen), ("Fell", found.fallen), (f"Only ranked as of {found.later}", found.new),
        (f"Only ranked as of {found.earlier}", found.gone),
    )  # fmt: skip
    kept = f"; {found.same:,} kept theirs" if found.same else ""
    with st.container(border=True):
        st.markdown(f"**By {md(lower(measure))}, from {md(found.earlier)} to {md(found.later)}**")
        st.caption(
            f"Among the first {COMPARED} of either date; equal values share a rank{kept}. "
            "Later years have more recorded ties, so a rise can be better coverage."
        )
        if not any(items for _, items in groups):
            st.markdown("Nobody rose or fell.")
        for title, items in groups:
            if items:
                st.markdown(f"**{md(title)}**")
                told(items)


def told(items: tuple[Statement, ...]) -> None:
    """Sentences with sources, in a box that scrolls where they are many."""
    held = sorted({tie for item in items for tie in item.ties})
    ties = {tie.id: tie for tie in data.the_store().ties(held)} if held else {}
    box = st.container(height=230) if len(items) > 3 else st.container()
    box.markdown(statements(items, ties))


def brokers_part() -> None:
    """Who joins others that have no tie of their own."""
    with row():
        with st.container(width=260):
            entity = entity_input("Explain one", "centrality-entity", "entity")
        as_of, plans = as_of_and_plans()
    asked = Asked(family_input(), "both", as_of, plans)
    st.caption(
        "A broker stands between others who have no tie of their own. Constraint is low for brokers: it says "
        "how boxed in one is by neighbours who are tied to one another. Effective size is high for them: it "
        "counts separate contacts."
    )
    say_plans(plans)
    answer = at_work("Comparing neighbours", brokers, asked, entity)
    key = f"centrality-brokers-{entity}-{asked.family}-{as_of}-{plans}"
    items = () if entity else bars(answer, asked.graph, "effective_size", "effective-size")

    def drawing() -> None:
        if entity:
            neighbours_drawing(asked, entity, key)
        elif items:
            st.markdown("**Effective size of the least constrained**")
            bar_drawing(items, "effective size of the least constrained", key, asked)

    show_answer(answer, asked.graph, key, drawing=drawing)


def neighbours_drawing(asked: Asked, entity: str, key: str) -> None:
    """An entity in the middle, its neighbours around it group by group."""
    found = around(asked, entity)
    order = [member for group in found.groups for member in group]
    if not order:
        return
    if len(order) > MOST_AROUND:
        st.caption(f"{MOST_AROUND} of {len(order):,} neighbours are drawn, the largest groups first.")
    kept = order[:MOST_AROUND]
    st.caption(
        "Neighbours of one group stand side by side; nothing but the one in the middle joins the groups."
    )
    drawn = of_family(part(asked.graph, [entity, *kept]), asked.family)
    view = picture(
        drawn, focus=[entity], limit=MOST_AROUND + 1, positions={entity: (0.5, 0.5), **ring(kept)},
    )  # fmt: skip
    title = f"Around {asked.graph.nodes[entity]['name']}"
    draw(view, drawn, f"{key}-drawing", title=title, as_of=asked.as_of, height=600)


def of_family(graph: nx.MultiDiGraph, family: str | None) -> nx.MultiDiGraph:
    """The same entities with the ties of one family only."""
    if family is None:
        return graph
    types = ontology().types_in(family)
    ties = [key for _, _, key, type_ in graph.edges(keys=True, data="type") if type_ in types]
    return part(graph, list(graph), ties)


def communities_part() -> None:
    """Groups with more ties inside than chance would give; one of them drawn."""
    with row():
        size = choice("Communities", "size", SIZES, "1", 160)
        seed = number(
            "Seed", "seed", 1, 0, 999_999, "The search starts at random; the same seed finds the same."
        )
        as_of, plans = as_of_and_plans()
    asked = Asked(family_input(), "both", as_of, plans)
    st.caption("Entities with more ties among themselves than chance would give.")
    say_plans(plans)
    answer = at_work("Looking for communities", communities, asked, float(size), seed)
    ties = ties_of(answer, asked.graph)
    key = f"centrality-communities-{size}-{seed}-{asked.family}-{as_of}-{plans}"
    st.markdown(f"**{md(answer.statements[0].text, 600)}**")
    for note in answer.notes:
        st.caption(md(note, 600))
    if answer.rows:
        one_community(asked, answer, key)
        with st.expander("All communities as sentences"):
            st.markdown(statements(answer.statements[1 : 1 + MOST_LISTED], ties))
        show_rows(short(answer, "member_ids"), key)
    left_out_caption(answer.provenance.left_out, as_of)
    computed(answer)
    downloads(answer, ties, key)


def one_community(asked: Asked, answer: Answer, key: str) -> None:
    """The list of communities, to choose one from; the chosen one drawn, with its members."""
    found = {item["member_ids"][0]: item for item in records(answer)}
    listed = list(found)[:MOST_LISTED]
    wanted = param("of")
    start = next((lead for lead, item in found.items() if wanted in item["member_ids"]), listed[0])
    if start not in listed:
        listed.append(start)
    follow("centrality-of", "of", start, listed)
    with st.container(height=300 if len(listed) > 4 else "content", border=True):
        lead = st.radio(
            "Communities, the largest first", listed, key="centrality-of",
            format_func=lambda each: md(f"{found[each]['community']}. {found[each]['around']}", 300),
            captions=[
                md(
                    f"{counted(item['size'], 'entity')} · {counted(item['ties_inside'], 'tie')} inside, "
                    f"{item['ties_outside']:,} to others · inside: {item['families']}", 300,
                )
                for item in (found[each] for each in listed)
            ],
        ) or listed[0]  # fmt: skip
    if len(found) > len(listed):
        st.caption(f"{len(listed):,} of {len(found):,} are listed; the table below has all.")
    keep("centrality-of", "of", lead if lead != listed[0] else None)
    chosen = found[lead]
    drawn = part(asked.graph, chosen["member_ids"], chosen["tie_ids"])
    st.markdown(f"##### {md(chosen['around'], 200)}")
    title = f"Community of {chosen['around']}"
    draw(
        picture(drawn, limit=80),
        drawn,
        f"{key}-{lead}",
        title=title,
        as_of=asked.as_of,
        width=980,
        height=600,
    )
    with st.expander(f"Its {counted(chosen['size'], 'member')}", icon=":material/groups:"):
        members(asked.graph, chosen["member_ids"], f"{key}-{lead}")


def components_part() -> None:
    """Parts of the graph that nothing joins."""
    with row():
        as_of, plans = as_of_and_plans()
    asked = Asked(family_input(), "both", as_of, plans)
    st.caption("Entities of one part can reach one another along ties; nothing joins two parts.")
    say_plans(plans)
    answer = components(asked)
    key = f"centrality-components-{asked.family}-{as_of}-{plans}"
    apart, number_of_parts = after_the_largest(answer)

    def drawing() -> None:
        if apart:
            st.caption(f"Drawn: the {number_of_parts:,} largest parts after the first.")
            drawn = of_family(part(asked.graph, apart), asked.family)
            view = picture(drawn, positions=pieces(drawn))
            draw(view, drawn, f"{key}-drawing", title="Separate parts", as_of=as_of, width=980, height=500)

    show_answer(short(answer, "member_ids"), asked.graph, key, drawing=drawing)


def after_the_largest(answer: Answer) -> tuple[list[str], int]:
    """Members of the parts after the first, as many parts as can be drawn, and how many these are."""
    apart: list[str] = []
    count = 0
    for item in records(answer)[1:]:
        if len(apart) + item["size"] > MOST_APART:
            break
        apart += item["member_ids"]
        count += 1
    return apart, count


def years_part() -> None:
    """A measure year by year for those who came highest."""
    recorded = recorded_years()
    if recorded is None:
        st.info("No tie has a known date, so there are no years to compare.", icon=":material/info:")
        return
    with row():
        measure, direction = measure_input(list(MEASURES))
        first = number("From", "from", max(recorded[0], recorded[1] - 11), 1000, 2100)
        last = number("To", "to", recorded[1], 1000, 2100)
        top = int(choice("Followed", "top", {"5": "5", "10": "10"}, "5", 100))
        plans = plans_input()
        undated = switch("Undated ties too", "undated", "Count ties whose dates do not tell, in every year.")
    asked = Asked(family_input(), direction, None, plans)
    if not 0 <= last - first < MOST_YEARS:
        show_error(
            ParameterError("years", f"{first} to {last}: give 1 to {MOST_YEARS} years, the first year first.")
        )
        return
    st.markdown(f"**{md(title_of(measure))}** {md(ABOUT[measure])}")
    say_plans(plans)
    answer = at_work("Measuring every year", by_year, asked, measure, (first, last), top, undated)
    key = f"centrality-years-{measure}-{direction}-{first}-{last}-{top}-{undated}-{asked.family}-{plans}"
    ties = ties_of(answer, asked.graph)
    st.markdown(statements(answer.statements, ties))
    if answer.rows:
        year_drawing(answer, measure, key)
        show_rows(answer, key)
    with st.expander("Ties in each year"):
        st.markdown("\n".join(f"- {md(note, 300)}" for note in answer.notes))
    left_out_caption(answer.provenance.left_out, None)
    computed(answer)
    downloads(answer, ties, key)


if __name__ == "__main__":
    page()
