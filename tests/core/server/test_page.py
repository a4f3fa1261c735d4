"""The page at `/`, in a real browser without a screen."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from core.projectors.context import ActiveConcept, ActiveObject, SessionContext
from tests.builders import chat, claim, viewed
from tests.builders_files import append_elsewhere, in_session, write_log
from tests.core.server.serving import TOKEN, Serving, serving, wait_until

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
MUST_BE_HERE = "CI" in os.environ and sys.platform == "linux" and os.geteuid() == 0
MARKUP = "<img src=x onerror=\"document.title='broken'\"><b>Raft</b>"

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER) and not MUST_BE_HERE,
    reason="there is no chromium with its chromedriver here: see tools/test_system.sh",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for all tests of this file; it asks nobody but the server under test."""
    assert CHROMIUM and DRIVER, "tools/test_system.sh installs them"
    folder = tmp_path_factory.mktemp("chromium")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-default-apps", "--disable-extensions", "--no-first-run", "--no-proxy-server",
        "--window-size=900,900", f"--user-data-dir={folder / 'profile'}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    before = os.environ.get("SE_OFFLINE")
    os.environ["SE_OFFLINE"] = "true"
    try:
        service = webdriver.ChromeService(executable_path=DRIVER)
        driver = webdriver.Chrome(options=options, service=service)
        try:
            yield driver
        finally:
            driver.quit()
    finally:
        if before is None:
            del os.environ["SE_OFFLINE"]
        else:
            os.environ["SE_OFFLINE"] = before


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Serving]:
    events = [
        viewed("raft", seconds=0, name=MARKUP),
        chat("raft", "paxos", seconds=10),
        claim("cl-1", "paxos", seconds=20),
    ]
    path = write_log(tmp_path / "events.db", in_session("study", events))
    with serving(path, window=True) as found:
        yield found


class Page:
    """What a person sees of the page, and does with it."""

    def __init__(self, driver: webdriver.Chrome, served: Serving) -> None:
        self.driver = driver
        self._address = served.server.address
        # The page of an earlier test goes, and with it what it goes on asking its server for.
        driver.get("about:blank")
        driver.get(self._address)

    def text(self, identity: str) -> str:
        return self.driver.find_element(By.ID, identity).text

    def is_shown(self, identity: str) -> bool:
        return self.driver.find_element(By.ID, identity).is_displayed()

    def connect(self, token: str) -> None:
        field = self.driver.find_element(By.ID, "token")
        field.clear()
        field.send_keys(token)
        self.driver.find_element(By.CSS_SELECTOR, "#login button").click()

    def choose(self, text: str) -> None:
        select = Select(self.driver.find_element(By.ID, "session"))
        (value,) = [
            each.get_attribute("value") for each in select.options if text in (each.text or "")
        ]
        assert value is not None
        select.select_by_value(value)

    def concepts(self) -> list[str]:
        found = self.driver.find_elements(By.CSS_SELECTOR, "#concepts .line span:first-child")
        return [each.text for each in found]

    def wait_for(self, identity: str, text: str) -> None:
        wait_until(lambda: self.text(identity) == text, f"{identity} says {text}")

    def complaints(self) -> list[str]:
        """What the browser has to say of this test's page, an answer 401 aside."""
        logged = [str(each["message"]) for each in self.driver.get_log("browser")]
        here = self._address.partition("://")[2]
        return [each for each in logged if here in each and "status of 401" not in each]


def test_a_wrong_token_is_said_and_the_right_one_shows_a_live_context(
    browser: webdriver.Chrome, served: Serving
) -> None:
    """A person could not watch a session from another screen, nor know why they cannot."""
    page = Page(browser, served)
    assert page.is_shown("login") and not page.is_shown("live")
    assert browser.find_element(By.ID, "token").get_attribute("type") == "password"
    page.connect("wrong")
    page.wait_for("token-error", "That is not the token of this server.")
    assert not page.is_shown("live")

    page.connect(TOKEN)
    wait_until(lambda: page.is_shown("live"), "the sessions are listed")
    page.choose("study")
    page.wait_for("state", "Live")
    page.wait_for("position", "3")
    assert page.text("uncertainty") == "0.80"
    assert page.text("objects") == "claim cl-1\n0.80"
    append_elsewhere(served.path, in_session("study", [viewed("elft", seconds=40, name="Elft")]))
    page.wait_for("position", "4")
    assert "Elft" in page.concepts()
    assert not page.complaints()
    # Nothing of it is kept where the next who sits down would find it.
    kept = "return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    assert browser.execute_script(kept) == '[{},{},""]'
    assert TOKEN not in browser.page_source
    assert TOKEN not in browser.current_url


def test_markup_in_a_name_stays_text(browser: webdriver.Chrome, served: Serving) -> None:
    """Whoever can name a concept could run a script in the page that knows the token."""
    page = Page(browser, served)
    page.connect(TOKEN)
    wait_until(lambda: page.is_shown("live"), "the sessions are listed")
    served.server.publish_playhead(
        SessionContext(
            MARKUP, 7, None, (ActiveConcept("c", 0.5, MARKUP),), (ActiveObject(MARKUP, MARKUP, 1),)
        )
    )
    page.wait_for("position", "7")
    assert page.concepts() == [MARKUP]
    assert page.text("shown") == MARKUP
    assert not browser.find_elements(By.CSS_SELECTOR, "main img, main b")
    assert browser.title == "Brain Web: live context"
    assert not page.complaints()


def test_the_playhead_of_the_window_is_followed(browser: webdriver.Chrome, served: Serving) -> None:
    """A second screen would stand still while the analyst scrubs."""
    page = Page(browser, served)
    page.connect(TOKEN)
    wait_until(lambda: page.is_shown("live"), "the sessions are listed")
    page.choose("window")
    for position in (2, 1):
        served.server.publish_playhead(SessionContext("study", position, None))
        page.wait_for("position", str(position))
    assert page.is_shown("no-concepts")


def test_it_connects_again_by_itself(browser: webdriver.Chrome, served: Serving) -> None:
    """A page on the wall would stay at the moment at which the server was started anew."""
    page = Page(browser, served)
    page.connect(TOKEN)
    wait_until(lambda: page.is_shown("live"), "the sessions are listed")
    page.choose("study")
    page.wait_for("position", "3")
    served.server._asked_port = served.port
    served.server.stop()
    wait_until(lambda: "Trying again" in page.text("state"), "it says that it is not connected")
    append_elsewhere(served.path, in_session("study", [viewed("elft", seconds=40)]))
    served.server.start()
    page.wait_for("position", "4")
    page.wait_for("state", "Live")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_fits_a_narrow_screen_and_can_be_read(
    browser: webdriver.Chrome, served: Serving, scheme: str
) -> None:
    """On a telephone, or in the sun, half of it could not be read."""
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        page = Page(browser, served)
        page.connect(TOKEN)
        wait_until(lambda: page.is_shown("live"), "the sessions are listed")
        page.choose("study")
        page.wait_for("position", "3")
        measured = "return [document.documentElement.scrollWidth, innerWidth]"
        assert browser.execute_script(measured) == [400, 400]
        ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert ground == {"dark": "rgb(20, 23, 28)", "light": "rgb(244, 245, 247)"}[scheme]
        unnamed = (
            "return [...document.querySelectorAll('input, select, button')].filter(e =>"
            " !e.labels?.length && !e.textContent.trim()).length"
        )
        assert browser.execute_script(unnamed) == 0
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
