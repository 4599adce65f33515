"""The commands of docs/start as they stand in the document, and a browser without scripts that trusts one certificate only."""

from __future__ import annotations

import base64
import http.cookiejar
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180
"""How long a start may take on a busy machine."""
PLACES = {
    "/srv/lianfang": "data",
    "/srv/lianfang-new": "restored",
    "/mnt/backup/county": "backup/county",
    "/media/safe": "safe",
}
"""Folders that the document names, and what stands for them in the folder of a test."""


def commands(document: str, kind: str = "") -> list[str]:
    """The `lianfang` commands in the blocks of one kind (```sh KIND), in their order."""
    text = (ROOT / "docs" / "start" / document).read_text("utf-8")
    found = []
    for told, body in re.findall(r"^```sh ?(\w*)\n(.*?)^```", text, re.M | re.S):
        if told == kind:
            found += [line for line in body.splitlines() if line.startswith("lianfang ")]
    return found


def free_port() -> int:
    """A port nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that another user may pass through: run as root, the database gets a user of its own."""
    with tempfile.TemporaryDirectory(prefix="lianfang-evening-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


class Machine:
    """A machine on which somebody follows the document: its folder stands for /srv/lianfang, its ports for those named."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.ports: dict[str, int] = {}
        ours = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("LIANFANG_", "DJANGO_", "DATABASE_"))
        }
        self.environment = ours | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}

    def words(self, command: str) -> list[str]:
        """A command of the document, as this machine runs it."""
        import shlex

        made = [sys.executable, "-m", "lianfang.cli.main"]
        previous = ""
        for word in shlex.split(command)[1:]:
            head = next((head for head in PLACES if word == head or word.startswith(head + "/")), "")
            word = str(self.folder / PLACES[head]) + word.removeprefix(head) if head else word
            if previous in ("--port", "--http-port"):
                word = str(self.ports.setdefault(word, free_port()))
            made.append(word)
            previous = word
        return made

    def run(self, command: str, status: int = 0, typed: str = "") -> str:
        """Run a command to its end, typed: what people answer, a line each; returns what it printed on both streams."""
        done = subprocess.run(
            self.words(command), cwd=self.folder, env=self.environment, capture_output=True, text=True, input=typed,
            timeout=START_SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == status, f"{command}\n{done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    @contextmanager
    def serving(self, command: str) -> Iterator[str]:
        """Run a command that serves; yields what it printed until it was up."""
        out = self.folder / "serve.out"
        with out.open("wb") as sink, subprocess.Popen(
            self.words(command), cwd=self.folder, env=self.environment, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True
        ) as process:  # fmt: skip
            try:
                until = time.monotonic() + START_SECONDS
                while "X-Forwarded" not in out.read_text("utf-8"):
                    assert process.poll() is None, out.read_text("utf-8")
                    assert time.monotonic() < until, "it did not come up"
                    time.sleep(0.2)
                yield out.read_text("utf-8")
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=60)


class Browser:
    """Pages and forms over real sockets. root: the only authority it trusts, None to trust nobody's."""

    def __init__(self, site: str, root: Path | None, headers: dict[str, str] | None = None) -> None:
        self.site = site
        self.jar = http.cookiejar.CookieJar()
        context = ssl.create_default_context(cafile=str(root)) if root else ssl.create_default_context()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(self.jar),
        )  # fmt: skip
        self.headers = {"Accept-Language": "zh-CN", **(headers or {})}
        self.opener.addheaders = []
        host = self.headers.get("Host")
        self.shown = f"{site.partition('://')[0]}://{host}" if host else site

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page, redirects followed."""
        return self._open(urllib.request.Request(self.site + path, headers=self.headers))

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form as its page would."""
        token = next((cookie.value or "" for cookie in self.jar if cookie.name == "lf_csrf"), "")
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        return self._open(
            urllib.request.Request(self.site + path, body, {**self.headers, "Referer": self.shown + path})
        )

    def _open(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")


def slip_of(told: str, username: str) -> str:
    """The code of somebody's slip as a command prints it."""
    found = re.search(rf"账号 {username}  登录码 (\S+)", told)
    assert found, told
    return found[1]


def digits(page: str) -> str:
    """The six digits of the authenticator that the page sets up."""
    letters = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert letters
    return TOTP(base64.b32decode(letters[1]), 6, SHA1(), 30).generate(int(time.time())).decode()


def begin(browser: Browser, code: str, password: str, *, second: bool = True) -> str:
    """From a slip to the first page: code, password, with second an authenticator; returns the page with its recovery codes."""
    assert browser.get("/slip/")[0] == 200
    status, page = browser.post("/slip/", code=code)
    assert status == 200, page[-3000:]
    status, page = browser.post("/slip/", code=code, password=password, again=password)
    assert status == 200, page[-3000:]
    if not second:
        return page
    assert "设置验证器" in page
    status, page = browser.post("/sign-in/code/", code=digits(page))
    assert status == 200
    assert "恢复码" in page
    return page
