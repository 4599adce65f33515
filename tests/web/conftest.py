"""The component site as a real server, and Debian's Chromium with the strict content policy left on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop open in this thread
CHROMIUM = "/usr/bin/chromium"
START_SECONDS = 20
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
SIZES = {"phone": {"width": 375, "height": 812}, "desk": {"width": 1440, "height": 900}}
PLAIN_STATIC = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@pytest.fixture
def plain_static() -> Iterator[None]:
    """Render templates without a manifest of static files, among the addresses of the component site."""
    with override_settings(STORAGES=PLAIN_STATIC, ROOT_URLCONF="tests.web.site.urls"):
        yield


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the component site, served by a process of its own."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.web.site.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }
    command = [sys.executable, "-W", "ignore", "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("the component site did not start")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the component site did not answer within {START_SECONDS} s")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium instead of a downloaded one."""
    if not Path(CHROMIUM).exists():
        pytest.fail("browser tests need Chromium: apt install chromium fonts-noto-cjk")
    return {"executable_path": CHROMIUM, "args": ["--disable-dev-shm-usage"]}


@dataclass
class Watched:
    """A page together with everything that went wrong in it: console errors, exceptions, policy violations."""

    page: Any
    site: str
    trouble: list[str] = field(default_factory=list)

    def go(self, path: str) -> Any:
        """Open an address of the site and wait until the shell's modules run."""
        self.page.goto(self.site + path)
        self.page.wait_for_function("() => document.documentElement.dataset.ready === 'yes'")
        return self.page


WATCH_POLICY = """document.addEventListener("securitypolicyviolation",
  event => console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`))"""


@pytest.fixture
def opened(browser: Any, site: str) -> Iterator[Any]:
    """Open contexts by language and size: `opened("zh", "desk")` gives a Watched page; `maps` lets map.js run."""
    contexts = []

    def open_page(language: str = "zh", size: str = "desk", *, maps: bool = False, **options: Any) -> Watched:
        context = browser.new_context(
            locale=LANGUAGES[language],
            timezone_id="Asia/Shanghai",
            viewport=SIZES[size],
            has_touch=size == "phone",
            **options,
        )
        context.add_init_script(WATCH_POLICY)
        contexts.append(context)
        if not maps:  # drawing with WebGL in software takes seconds; most tests look elsewhere
            empty = {"body": "", "content_type": "text/javascript"}
            context.route("**/js/map.js", lambda route: route.fulfill(**empty))
        watched = Watched(context.new_page(), site)
        watched.page.on("console", lambda line: watched.trouble.append(line.text) if line.type == "error" else None)
        watched.page.on("pageerror", lambda error: watched.trouble.append(str(error)))
        return watched

    yield open_page
    for context in contexts:
        context.close()
