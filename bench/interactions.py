"""How long the app takes to answer what a reader does on a page: a script of typical interactions.

Each is measured in the page, from the event (a key, a click) to the last change of Streamlit's running state
to "not running", or the last message where the state is back before the page could show it: the run of the
script, a run that the first one asks for, and the way there and back. The wait until a field that answers
while typing sends what was typed is in it as well. A drawing that is still being painted then is not.
"Server" is the part of it from the first message that the page sends to the last one that it gets: what the
app needs to answer.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

TARGET_MS = 300
"""What the median answer of the app to every interaction should stay below."""
QUIET_MS = 700
"""A run that begins within this time after another one belongs to it; longer than a typing field waits."""
# The state is watched in the page: asked for from outside, a run of 50 ms could pass unseen.
_WATCH = """() => {
  if (!window.benchWatch) {
    const note = event => { window.benchBegun = performance.now(); };
    for (const kind of ['pointerdown', 'keydown']) document.addEventListener(kind, note, true);
    window.benchWatch = new MutationObserver(() => window.benchRuns.push(performance.now()));
    window.benchWatch.observe(document.body,
      {subtree: true, attributes: true, attributeFilter: ['data-test-script-state']});
  }
  window.benchRuns = []; window.benchBegun = performance.now();
}"""
# Set before the page makes its connection.
WATCH_SOCKET = """
  window.benchSent = []; window.benchGot = 0;
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (!this.benchHeard) {
      this.benchHeard = true;
      this.addEventListener('message', () => { window.benchGot = performance.now(); });
    }
    window.benchSent.push(performance.now());
    return send.call(this, data);
  };
"""
# A run of some 50 ms can begin and end between two frames, so that the page never shows that it runs: the
# messages say it then.
_DONE = """quiet => {
  const app = document.querySelector('[data-testid=stApp]');
  const sent = window.benchSent.find(at => at >= window.benchBegun);
  if (sent === undefined || window.benchGot < sent) return false;
  const last = Math.max(window.benchGot, ...window.benchRuns);
  return app.getAttribute('data-test-script-state') === 'notRunning' && performance.now() - last > quiet;
}"""
_TOOK = """() => {
  const sent = window.benchSent.find(at => at >= window.benchBegun);
  const end = window.benchRuns.length ? window.benchRuns[window.benchRuns.length - 1] : window.benchGot;
  return [end - window.benchBegun, window.benchGot - sent];
}"""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one interaction: its first round, then median and 95th percentile of the others."""

    name: str
    first: float
    median: float
    high: float
    server_median: float
    server_high: float


@dataclass(frozen=True, slots=True)
class Interaction:
    """What a reader does.

    Attributes:
        page: address where it is done.
        prepare: brings the page there, not measured.
        act: what is measured; gets the number of the round, so that no round repeats the one before it and
            finds its answer waiting.
    """

    name: str
    page: str
    prepare: Callable[[Page], None]
    act: Callable[[Page, int], None]


def script(one: str) -> tuple[Interaction, ...]:
    """The typical interactions, for a graph that holds the entity ``one``."""
    return (
        Interaction("search, a letter typed", "/", _nothing, _type),
        Interaction("an entity chosen", "/", _searched, _choose),
        Interaction("a node expanded", f"/explore?ids={one}", _menu, _expand),
        Interaction("the date moved", f"/explore?id={one}", _on_slider, _step),
        Interaction("the shock moved", f"/dependencies?id={one}&part=what-if", _on_slider, _step),
        Interaction("a saved query run", f"/queries?id=customers-of&company={one}", _nothing, _run),
    )


def measured(page: Page, url: str, one: str, rounds: int, ready: Callable[[Page], None]) -> Iterator[Times]:
    """How long each interaction takes; the page must have had :data:`WATCH_SOCKET` from its start."""
    for each in script(one):
        times: list[tuple[float, float]] = []
        for number in range(rounds + 1):
            page.goto(url + each.page)
            ready(page)
            each.prepare(page)
            page.wait_for_timeout(QUIET_MS)
            ready(page)
            page.evaluate(_WATCH)
            each.act(page, number)
            page.wait_for_function(_DONE, arg=QUIET_MS, timeout=120_000)
            whole, server = page.evaluate(_TOOK)
            times.append((float(whole), float(server)))
        again, served = ([one[part] for one in times[1:]] for part in (0, 1))
        yield Times(
            each.name,
            times[0][0],
            statistics.median(again),
            _high(again),
            statistics.median(served),
            _high(served),
        )


def _high(values: list[float]) -> float:
    """The 95th percentile."""
    return sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]


def _nothing(page: Page) -> None:
    pass


def _type(page: Page, number: int) -> None:
    page.get_by_placeholder("Company, person or fund").press("cnoms"[number % 5])


def _searched(page: Page) -> None:
    page.get_by_placeholder("Company, person or fund").fill("a")
    page.wait_for_selector("[data-testid=stPageLink] >> nth=3")


def _choose(page: Page, number: int) -> None:
    page.locator("[data-testid=stPageLink] a").nth(number % 3).click()


def _menu(page: Page) -> None:
    page.get_by_role("combobox", name=re.compile("Selected")).click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^Expand")).click()
    page.get_by_role("button", name=re.compile(r"^All \(")).wait_for()


def _expand(page: Page, number: int) -> None:
    page.get_by_role("button", name=re.compile(r"^All \(")).click()


def _on_slider(page: Page) -> None:
    page.get_by_role("slider").first.focus()


def _step(page: Page, number: int) -> None:
    # Both sliders start at one end; a step from there is possible one way only.
    at_end = page.get_by_role("slider").first.evaluate("it => Number(it.value) === Number(it.max)")
    page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")


def _run(page: Page, number: int) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
