"""A real browser, driven over the WebDriver protocol: Debian's Chromium with its driver, without a screen."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

_QUIET = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
_PORT = re.compile(r"started successfully on port (\d+)")
_START_SECONDS = 30
TAB, ENTER = "\ue004", "\ue007"


class Browser:
    """One window. Raises `AssertionError` where the driver refuses a command."""

    def __init__(self, driver: httpx2.Client, profile: Path) -> None:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        options = {"args": [*_QUIET, *root, f"--user-data-dir={profile}"], "binary": shutil.which("chromium")}
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
        }
        self._driver, self._session = driver, ""
        started = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{started['sessionId']}"
        self.open("about:blank")

    def open(self, url: str) -> None:
        """Load a page and wait until it is there; the log begins anew."""
        self.log("performance"), self.log("browser")
        self._ask("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        """What the body of a function returns in the page."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": arguments})

    def press(self, key: str) -> None:
        """A key, pressed and released where the focus is."""
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def protocol(self, method: str, **parameters: Any) -> Any:
        """A command of the browser's own protocol."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": method, "params": parameters})

    def window(self, width: int, height: int, *, dark: bool = False) -> None:
        """Lay pages out for a screen of this size, and for a dark one."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.protocol("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.protocol("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self._ask("GET", "/screenshot"))

    def log(self, kind: str) -> list[Any]:
        """What was logged since the last time: of `performance` the protocol's messages."""
        entries = self._ask("POST", "/se/log", {"type": kind})
        if kind != "performance":
            return [entry["message"] for entry in entries]
        return [json.loads(entry["message"])["message"] for entry in entries]

    def asked_for(self) -> list[str]:
        """The address of everything that was requested since the log began."""
        sent = [one for one in self.log("performance") if one["method"] == "Network.requestWillBeSent"]
        return [one["params"]["request"]["url"] for one in sent]

    def close(self) -> None:
        """End the browser."""
        self._ask("DELETE", "")

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._driver.request(method, self._session + path, json=body)
        value = answer.json()["value"]
        assert answer.status_code == 200, value
        return value


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """A browser with an empty profile in `folder`; the test is skipped where none is installed."""
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            pytest.skip(f"no browser: {program} is not installed (Debian: chromium, chromium-driver)")
    log = folder / "driver.log"
    with log.open("w") as out:
        driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=out, stderr=out)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{_port(log)}", timeout=60, trust_env=False) as client:
            browser = Browser(client, folder / "profile")
            try:
                yield browser
            finally:
                browser.close()
    finally:
        driver.terminate()
        driver.wait(30)


def _port(log: Path) -> str:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if found := _PORT.search(log.read_text(encoding="utf-8")):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"the driver did not come up: {log.read_text(encoding='utf-8')}")
