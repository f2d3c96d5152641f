"""The guided story: steps that are saved views of the bundled data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

STORY_FILE = Path(__file__).with_name("story.yaml")


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One step: what to read and which entities and ties to draw; ``as_of`` is None for any time."""

    title: str
    text: str
    as_of: str | None
    entities: tuple[str, ...]
    ties: tuple[str, ...]


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
            )
            for step in raw["steps"]
        ),
    )
