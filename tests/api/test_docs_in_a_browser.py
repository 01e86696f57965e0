"""The pages in a real browser: nothing from elsewhere, readable on any screen, usable by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.store.schema import upgrade
from tests.api.browser import ENTER, TAB, Browser, browsing
from tests.api.processes import served

PAGES = ("/", "/docs")
FOCUSED = "const at = document.activeElement; return [at.tagName, at.getAttribute('href'), at.textContent]"
TOO_WIDE = """
const wide = [...document.querySelectorAll('main *')].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width && box.right > document.documentElement.clientWidth + 1
    && !one.closest('.skip, thead');
});
return wide.map(one => one.outerHTML.slice(0, 200));
"""
FAINT = """
const channels = text => text.match(/[\\d.]+/g).map(Number);
const light = text => {
  const [red, green, blue] = channels(text).map(one => {
    const part = one / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const probe = document.createElement('div');
probe.style.color = 'Canvas';
document.body.append(probe);
const back = light(getComputedStyle(probe).color);
probe.remove();
return [...document.querySelectorAll('p, td, a, code, summary, h3')].filter(one => {
  const front = light(getComputedStyle(one).color);
  return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05) < 4.5;
}).map(one => one.outerHTML.slice(0, 200));
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server; asked for after the browser, so that without one none is started."""
    folder: Path = tmp_path_factory.mktemp("site")
    url = f"sqlite:///{folder}/site.sqlite3"
    upgrade(url)
    with served(url, folder) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_for_itself_alone_and_breaks_no_policy(browser: Browser, site: str, path: str) -> None:
    browser.open(site + path)
    assert browser.asked_for() == [site + path]
    assert browser.log("browser") == []
    font = browser.run("return getComputedStyle(document.body).maxWidth")
    assert font == "1024px", "the policy lets the page's own style through"


def test_a_script_that_got_into_a_page_would_not_run(browser: Browser, site: str) -> None:
    browser.open(f"{site}/docs")
    browser.run(
        "const one = document.createElement('script'); one.textContent = 'document.title = 1';"
        "document.body.append(one);"
        "const two = new Image(); two.src = 'http://127.0.0.1:9/x.png'; document.body.append(two);"
    )
    assert browser.run("return document.title") == "Caseworker API"
    refused = " ".join(browser.log("browser"))
    assert "script" in refused
    assert "x.png" in refused


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_narrow_screen_and_can_be_read_on_a_dark_one(
    browser: Browser, site: str, path: str, dark: bool
) -> None:
    browser.window(400, 800, dark=dark)
    browser.open(site + path)
    browser.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert browser.run(TOO_WIDE) == []
    assert browser.run(FAINT) == []
    back = browser.run("return matchMedia('(prefers-color-scheme: dark)').matches")
    assert back is dark


def test_a_wide_screen_shows_heads_of_tables_and_every_operation(browser: Browser, site: str) -> None:
    browser.window(1200, 900)
    browser.open(f"{site}/docs")
    heads = browser.run("return document.querySelector('thead').getBoundingClientRect().left")
    assert heads >= 0
    assert browser.run(TOO_WIDE) == []
    shown = browser.run(
        "return [...document.querySelectorAll('nav a')].map(one => {"
        "  const at = document.getElementById(one.getAttribute('href').slice(1));"
        "  return at.checkVisibility() && at.querySelector('h3 code').textContent === one.textContent; })"
    )
    assert len(shown) >= 19
    assert all(shown)


def test_the_keyboard_reaches_the_operations_and_opens_what_is_folded(browser: Browser, site: str) -> None:
    browser.window(1000, 800)
    browser.open(f"{site}/docs")
    browser.press(TAB)
    assert browser.run(FOCUSED) == ["A", "#operations", "Skip to the operations"]
    assert browser.run("return document.activeElement.getBoundingClientRect().left") >= 0, "it is seen"
    assert browser.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.press(ENTER)
    assert browser.run("return location.hash") == "#operations"
    for _ in range(12):
        browser.press(TAB)
        tag, _, said = browser.run(FOCUSED)
        if tag == "SUMMARY" and said.startswith("Refusals"):
            break
    assert tag == "SUMMARY"
    assert browser.run("return document.activeElement.parentElement.open") is False
    browser.press(ENTER)
    assert browser.run("return document.activeElement.parentElement.open") is True
    assert browser.run("return document.activeElement.parentElement.querySelector('table').checkVisibility()")
