"""Signing in against a real OpenID Connect provider, in a real browser: strangers, viewers, editors, leaving."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from graph.model import Batch, Entity
from graph.resolution.review import decisions, merges
from graph.store import open_store
from graph.store.embedded import EmbeddedStore
from tests.browser.conftest import Watch, serving
from tests.oidc_provider import Provider, providing

expect.set_options(timeout=90_000)
PAIR = Batch(
    (Entity("acme", "Acme Robotics", "company"), Entity("acme-gmbh", "Acme Robotics GmbH", "company"))
)
PEOPLE = {
    "Edda": {"name": "Edda Editor", "email": "Edda@example.org", "email_verified": True},
    "Vera": {"name": "Vera Viewer", "email": "vera@example.org", "email_verified": True},
    "Liar": {"name": "Edda Editor", "email": "edda@example.org", "email_verified": False},
    "Gwen": {"name": "Gwen", "realm": {"roles": ["reader", "graph-editor"]}},
}
MERGE = "Same: keep Acme Robotics"


@dataclass
class Place:
    """A running app with log-in, and what stands behind it."""

    url: str
    folder: Path
    settings: Path
    provider: Provider


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    root = tmp_path_factory.mktemp("login")
    with EmbeddedStore(root / "store") as store:
        store.upsert(PAIR)
    settings = root / "interlock.toml"
    with providing(PEOPLE) as provider:
        (root / "secrets.toml").write_text(provider.secrets_toml(), encoding="utf-8")
        settings.write_text("", encoding="utf-8")
        with serving(
            root / "store",
            STREAMLIT_SECRETS_FILES=str(root / "secrets.toml"),
            INTERLOCK_SETTINGS=str(settings),
        ) as url:
            yield Place(url, root / "store", settings, provider)


@pytest.fixture(autouse=True)
def fresh(place: Place) -> None:
    """Edda edits by her address, and whoever has the role; both entries of the pair stand apart."""
    editors(place)
    place.provider.issued_at = 0.0
    with open_store(place.folder) as store:
        store.clear()
        store.upsert(PAIR)


def editors(place: Place, *names: str) -> None:
    listed = ", ".join(f'"{name}"' for name in names or ("edda@example.org",))
    place.settings.write_text(
        f'editors = [{listed}]\neditor_claim = "realm.roles=graph-editor"\n', encoding="utf-8"
    )


@contextmanager
def window(browser: Browser, place: Place) -> Generator[Page]:
    """A browser without cookies; fails on an error of the page, and when anything but app and provider is asked."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=place.url)
    context.set_default_timeout(60_000)
    page = context.new_page()
    watch = Watch(page)
    yield page
    context.close()
    assert watch.problems == []
    assert watch.hosts <= {
        place.url.removeprefix("http://"),
        place.provider.issuer.removeprefix("http://"),
        "",
    }


def sign_in(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def titles(page: Page, address: str, title: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


@pytest.mark.parametrize("address", ["/", "/duplicates", "/entity?id=acme", "/data?part=take", "/imports"])
def test_a_stranger_sees_a_button_and_nothing_of_the_graph(
    browser: Browser, place: Place, address: str
) -> None:
    with window(browser, place) as page:
        page.goto(address)
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert "Acme" not in page.content()
        assert page.get_by_role("button").count() == 1
        assert page.get_by_test_id("stSidebarNav").count() == 0
        expect(page.get_by_text("Page not found")).to_have_count(0)


def test_a_viewer_sees_everything_and_may_change_nothing(browser: Browser, place: Place) -> None:
    with window(browser, place) as page:
        sign_in(page, "Vera")
        expect(page.get_by_text("Signed in as Vera Viewer, viewer")).to_be_visible()
        titles(page, "/duplicates", "Duplicates")
        expect(page.get_by_text("Are these one?")).to_be_visible()
        expect(page.get_by_text("You may look here, and change nothing.")).to_be_visible()
        assert page.get_by_role("button", name=MERGE).count() == 0
        titles(page, "/imports", "Import")
        expect(page.get_by_text("You may look here, and change nothing.")).to_be_visible()
        assert page.locator("input[type=file]").count() == 0


def test_an_editor_merges_and_the_log_tells_who(browser: Browser, place: Place) -> None:
    with window(browser, place) as page:
        sign_in(page, "Edda")
        expect(page.get_by_text("Signed in as Edda Editor, editor")).to_be_visible()
        page.goto("/duplicates")
        page.get_by_role("button", name=MERGE, exact=True).click()
        expect(page.get_by_text("was merged into")).to_be_visible()
    with open_store(place.folder) as store:
        assert [note.by for note in merges(store)] == ["edda@example.org"]
        assert [each.by for each in decisions(store)] == ["edda@example.org"]


def test_a_role_in_a_claim_makes_an_editor(browser: Browser, place: Place) -> None:
    with window(browser, place) as page:
        sign_in(page, "Gwen")
        expect(page.get_by_text("Signed in as Gwen, editor")).to_be_visible()


def test_an_address_that_the_provider_did_not_verify_is_nobodys(browser: Browser, place: Place) -> None:
    with window(browser, place) as page:
        sign_in(page, "Liar")
        expect(page.get_by_text("Signed in as Edda Editor, viewer")).to_be_visible()


def test_a_button_left_on_the_screen_of_a_former_editor_does_nothing(browser: Browser, place: Place) -> None:
    with window(browser, place) as page:
        sign_in(page, "Edda")
        page.goto("/duplicates")
        expect(page.get_by_role("button", name=MERGE, exact=True)).to_be_visible()
        editors(place, "somebody@example.org")
        page.get_by_role("button", name=MERGE, exact=True).click()
        expect(page.get_by_text("You may look here, and change nothing.")).to_be_visible()
    with open_store(place.folder) as store:
        assert store.counts().entities == 2
        assert merges(store) == []


def test_leaving_ends_it_here_and_at_the_provider(browser: Browser, place: Place) -> None:
    with window(browser, place) as page:
        sign_in(page, "Vera")
        before = len(place.provider.left)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert len(place.provider.left) == before + 1
        page.goto("/duplicates")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert "Acme" not in page.content()


def test_a_sign_in_of_long_ago_is_asked_for_again(browser: Browser, place: Place) -> None:
    place.provider.issued_at = -13 * 3600.0
    with window(browser, place) as page:
        page.goto("/")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Edda").click()
        page.wait_for_url(f"{place.url}/**")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        expect(page.get_by_role("button", name="Sign out")).to_have_count(0)


def test_a_cookie_made_up_is_nobody(browser: Browser, place: Place) -> None:
    with window(browser, place) as page:
        page.context.add_cookies(
            [{"name": "_streamlit_user", "value": '"{\\"is_logged_in\\": true}"', "url": place.url}]
        )
        page.goto("/duplicates")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_the_log_of_the_app_holds_no_secret(place: Place) -> None:
    log = (place.folder.parent / "app.log").read_text(encoding="utf-8", errors="replace")
    secrets = (place.folder.parent / "secrets.toml").read_text(encoding="utf-8")
    cookie_secret = secrets.partition('cookie_secret = "')[2].partition('"')[0]
    assert len(cookie_secret) == 64
    assert cookie_secret not in log
    assert "the-clients-own-secret" not in log
