"""The guided story: steps that are saved views of the bundled data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from graph.canvas import Canvas, CanvasFilters
from graph.canvas_link import to_link
from graph.ontology import ontology

STORY_FILE = Path(__file__).with_name("story.yaml")


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One step: what to read and which entities and ties to draw.

    Attributes:
        as_of: the date it speaks of; None for any time.
        since: an earlier date that it is compared with, None for most steps.
        before: ties that told the story at ``since``.
    """

    title: str
    text: str
    as_of: str | None
    entities: tuple[str, ...]
    ties: tuple[str, ...]
    since: str | None = None
    before: tuple[str, ...] = ()

    def canvas_query(self) -> dict[str, str]:
        """Parameters of the canvas page that show the entities of this step at its date, plans included."""
        every = frozenset(ontology().statuses)
        filters = CanvasFilters(statuses=every, as_of=self.as_of, undated=self.as_of is not None)
        return to_link(Canvas(shown=self.entities, centres=self.entities[:1], filters=filters)).query


@dataclass(frozen=True, slots=True)
class Story:
    """A title and its steps, in order."""

    title: str
    steps: tuple[StoryStep, ...]


@cache
def story() -> Story:
    """The story that comes with the bundled data; read once."""
    raw = yaml.safe_load(STORY_FILE.read_text(encoding="utf-8"))
    return Story(
        raw["title"],
        tuple(
            StoryStep(
                step["title"],
                step["text"].strip(),
                step["as_of"],
                tuple(step["entities"]),
                tuple(step["ties"]),
                step.get("since"),
                tuple(step.get("before", ())),
            )
            for step in raw["steps"]
        ),
    )
