"""The product served by a process of its own over the test's database, and Debian's Chromium signed in as somebody."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop open in this thread
START_SECONDS = 120
CHROMIUM = {"executable_path": "/usr/bin/chromium", "args": ["--disable-dev-shm-usage"]}
LOCALES = {"zh": ("zh-CN", "zh-hans"), "en": ("en-US", "en")}
SIZES = {"phone": {"width": 375, "height": 812}, "desk": {"width": 1440, "height": 900}}
AXE = ROOT / "tests/support/vendor/axe-core/4.14.1/axe.min.js"
CHECKER = "/accessibility-checker"
"""Where the tests' server offers that file beside the product: Chromium keeps it, and need not be sent it for every page."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHECKED = {"zh-desk", "en-phone"}
"""Where the accessibility checker runs: each language and each size once (a page takes it about a second)."""
RUN_AXE = """async (tags) => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""
WATCH_POLICY = """document.addEventListener("securitypolicyviolation",
  event => console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`))"""
SHOTS = os.environ.get("LIANFANG_SHOTS", "")
"""A folder for pictures of every page that was checked, when somebody wants to look at them."""


@contextmanager
def served(settings_module: str = "tests.journeys.desk_settings") -> Iterator[str]:
    """The address of the product while it is served, with other settings if wanted."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    paths = [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": settings_module, "PYTHONPATH": os.pathsep.join(paths),
    }  # fmt: skip
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port),
        "--static-path-route", CHECKER, "--static-path-mount", str(AXE.parent), "lianfang.config.asgi:application",
    ]  # fmt: skip
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/healthz", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("the product did not start")
        try:
            urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the product did not answer within {START_SECONDS} s")


@dataclass
class Desk:
    """A browser of somebody who is signed in, with everything that went wrong in it."""

    page: Any
    site: str
    language: str
    size: str
    trouble: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Language and size, as pictures and complaints call it."""
        return f"{self.language}-{self.size}"

    def go(self, path: str) -> Any:
        """Open an address."""
        self.page.goto(self.site + path)
        return self.page

    def resize(self, size: str) -> None:
        """Draw the page in another size."""
        self.page.set_viewport_size(SIZES[size])
        self.size = size

    def fits(self, what: str) -> None:
        """Nothing scrolls sideways; takes a picture if asked."""
        if SHOTS:
            self.page.screenshot(path=f"{SHOTS}/{what}-{self.name}.png", full_page=True)
        wide = self.page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= SIZES[self.size]["width"], (what, self.name, wide)

    def check(self, what: str, *, always: bool = False) -> None:
        """Nothing scrolls sideways and the accessibility checker is silent (in every look if asked); takes a picture if asked."""
        page = self.page
        page.wait_for_load_state("load")
        self.fits(what)
        if self.name not in CHECKED and not always:
            return
        page.add_script_tag(url=f"{self.site}{CHECKER}/{AXE.name}")
        found = page.evaluate(RUN_AXE, RULES)
        assert found == [], (what, self.name, found)


@contextmanager
def desks(browser: Any, site: str) -> Iterator[Callable[..., Desk]]:
    """A function that opens a desk: `desk(token, "zh", "phone")`; contexts are closed at the end."""
    contexts = []

    def open_desk(token: str, language: str = "zh", size: str = "desk", **options: Any) -> Desk:
        locale, chosen = LOCALES[language]
        context = browser.new_context(
            locale=locale, timezone_id="Asia/Shanghai", viewport=SIZES[size], has_touch=size == "phone", **options
        )
        contexts.append(context)
        context.add_cookies([
            {"name": settings.SESSION_COOKIE, "value": token, "url": site},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": chosen, "url": site},
        ])  # fmt: skip
        context.add_init_script(WATCH_POLICY)
        desk = Desk(context.new_page(), site, language, size)
        desk.page.on("console", lambda line: desk.trouble.append(line.text) if line.type == "error" else None)
        desk.page.on("pageerror", lambda error: desk.trouble.append(str(error)))
        return desk

    yield open_desk
    for context in contexts:
        context.close()
