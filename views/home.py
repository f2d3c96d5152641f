"""Home: search, four figures, three questions, the story."""

from __future__ import annotations

import streamlit as st

from graph.ontology import ontology
from graph.pictures.picture import part, picture
from graph.story import StoryStep, story
from graph.wording import counted
from widgets import data
from widgets.drawing import draw
from widgets.parts import ENTITY, PATHS, param, remember, ties_markdown
from widgets.query_parts import way
from widgets.text import md
from widgets.working import at_work

MOST_RESULTS = 12
DEPENDENCIES, LOOPS, EXPLORE = "views/dependencies.py", "views/loops.py", "views/explore.py"
# Streamlit 1.67 cannot put the cursor into a field, nor give a field a key of its own. This fixed text does:
# the cursor stands in the search field of a page that was opened without a step of the story, "/" leads there
# from anywhere on the page, and while the field is empty the arrows still turn the pages of the story.
SEARCH_KEYS = """<script>
(() => {
  const field = () => document.querySelector(".st-key-search input");
  const inField = (at) => at && (["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName) || at.isContentEditable);
  if (!window.interlockSearchKeys) {
    window.interlockSearchKeys = true;
    document.addEventListener("keydown", (event) => {
      const box = field();
      if (!box || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.key === "/" && !inField(event.target)) {
        event.preventDefault();
        box.focus();
        box.select();
      } else if (event.target === box && !box.value && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
        event.stopPropagation();
        box.blur();
        const { key, code, keyCode } = event;
        for (const type of ["keydown", "keyup"])
          document.body.dispatchEvent(new KeyboardEvent(type, { key, code, keyCode, which: keyCode, bubbles: true }));
      }
    }, true);
  }
  if (!matchMedia("(pointer: fine)").matches || new URLSearchParams(location.search).has("step")) return;
  let left = 200;
  const wait = setInterval(() => {
    const box = field();
    if (box && document.activeElement === document.body) box.focus({ preventScroll: true });
    if (box || --left < 1) clearInterval(wait);
  }, 50);
})();
</script>"""


def page() -> None:
    """The page."""
    st.html(SEARCH_KEYS, unsafe_allow_javascript=True)
    st.title("Who can influence whom? Who depends on whom?")
    for sentence in data.interruptions():
        st.warning(md(sentence, 600), icon=":material/warning:")
    search_box()
    figures()
    questions()
    st.divider()
    told()


@st.fragment
def search_box() -> None:
    """The search field; answers while typing."""
    text = st.text_input(
        "Search",
        type="search",
        key="search",
        placeholder="Company, person or fund",
        live=True,
        label_visibility="collapsed",
    )
    if not (text or "").strip():
        return
    index = at_work("Reading the names", data.names, goes_on=True)
    matches = index.search(text, limit=MOST_RESULTS)
    for match in matches:
        entity = match.entity
        kind = ontology().kinds[entity.kind].title
        left, right = st.columns([0.42, 0.58], vertical_alignment="center")
        with left:
            st.page_link(ENTITY, label=f"**{md(entity.name, 60)}**", query_params={"id": entity.id})
        right.caption(f"{kind} · {counted(match.ties, 'tie')} · found by {md(match.reason)}")
    if not matches:
        st.write("Nothing is called like that. The nearest names:")
        for entity in index.nearest(text, 3):
            st.page_link(ENTITY, label=md(entity.name, 60), query_params={"id": entity.id})
        st.caption("Not in the data? Load your own files with `interlock load FOLDER`.")


def figures() -> None:
    """Four live figures."""
    found = data.the_stats()
    with st.container(horizontal=True):
        st.metric("Entities", f"{found.counts.entities:,}")
        st.metric("Ties", f"{found.counts.ties:,}")
        st.metric("Sources", f"{found.counts.sources:,}")
        st.metric("Newest source", found.newest_source or "unknown")


def questions() -> None:
    """Three questions, each a page that answers it."""
    with st.container(horizontal=True):
        way(
            PATHS, "How could OpenAI influence Cerebras in 2017?", ":material/route:",
            **{"from": "openai", "to": "cerebras", "as_of": "2017-09", "all": "1"},
        )  # fmt: skip
        way(
            DEPENDENCIES, "Who is hit if G42 leaves?", ":material/link_off:",
            id="cerebras", part="what-if", gone="g42",
        )  # fmt: skip
        way(LOOPS, "Where does money run in circles?", ":material/autorenew:")


def told() -> None:
    """The story, one step at a time; the step is in the address."""
    steps = story().steps
    known = {tie.id for tie in data.the_store().ties([tie for step in steps for tie in step.ties])}
    if not known:
        return  # another data set: the story is about the bundled one
    number = step_number(len(steps))
    step = steps[number - 1]
    st.subheader(md(story().title))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Back", icon=":material/arrow_back:", disabled=number == 1, shortcut="Left", key="story-back"
        ):
            go_to(number - 1)
        if st.button(
            "Next",
            icon=":material/arrow_forward:",
            disabled=number == len(steps),
            shortcut="Right",
            key="story-next",
        ):
            go_to(number + 1)
        st.caption(f"Step {number} of {len(steps)} · as of {step.as_of or 'any time'}")
    st.markdown(f"#### {md(step.title)}\n\n{md(step.text, 1_000)}")
    show_step(step, number)


def step_number(count: int) -> int:
    """The step of the address, 1 when it is none."""
    text = param("step") or "1"
    return min(max(int(text), 1), count) if text.isdecimal() else 1


def go_to(number: int) -> None:
    """Move to a step and draw the page again."""
    remember(step=str(number))
    st.rerun()


def show_step(step: StoryStep, number: int) -> None:
    """The drawing of a step, the ties it rests on, and the way to the canvas."""
    whole = data.graph(as_of=None, all_statuses=True)
    drawn = part(whole, step.entities, step.ties)
    left, right = st.columns([0.55, 0.45])
    with left:
        draw(
            picture(drawn, focus=step.entities[:1]),
            drawn,
            f"story-{number}",
            title=step.title,
            width=560,
            height=430,
        )
        way(EXPLORE, "Open this step on the canvas", ":material/hub:", **step.canvas_query())
    with right:
        if step.since:
            st.markdown(f"**As of {md(step.since)}**")
            ties_markdown(data.the_store().ties(step.before), whole)
            st.markdown("**What changed since**")
        else:
            st.markdown("**What this step rests on**")
        known = {tie.id: tie for _, _, tie in drawn.edges(data="tie")}
        ties_markdown((known[key] for key in step.ties if key in known), whole)


if __name__ == "__main__":
    page()
