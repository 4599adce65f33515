"""Behind nginx by the shipped recipe: docs/start/reach.md followed, forged headers ignored, secure cookies, metrics kept in."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator

import pytest

from lianfang.cli import authority
from tests.journeys.first_evening import ROOT, Browser, Machine, commands, free_port, own_folder

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
NAME = "lianfang.example.gov.cn"
pytestmark = [
    pytest.mark.row("A3"),
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed: sh tools/proxy.sh, or apt-get install nginx"),
]


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine with an initialised county."""
    [init] = [command for command in commands("start.md") if command.startswith("lianfang init")]
    with own_folder() as folder:
        made = Machine(folder)
        made.run(init)
        yield made


@pytest.fixture(scope="module")
def site(machine: Machine) -> Iterator[Browser]:
    """The recipe as shipped, with this machine's ports and certificate, in front of the command as documented."""
    files = authority.ensure(machine.folder / "tls", [NAME])
    secure, plain = free_port(), free_port()
    [serve] = commands("reach.md", "proxy")
    with machine.serving(serve) as told:
        assert "127.0.0.1/32 only" in told
        recipe = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
        for old, new in {
            "server 127.0.0.1:8321;": f"server 127.0.0.1:{machine.ports['8321']};",
            "listen 80;": f"listen 127.0.0.1:{plain};", "listen [::]:80;": "", "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;",
            "listen [::]:443 ssl;": "", "/etc/lianfang/server.crt": str(files.server), "/etc/lianfang/server.key": str(files.server_key),
            "/var/log/nginx/lianfang-error.log": str(machine.folder / "nginx-error.log"),
        }.items():  # fmt: skip
            assert old in recipe, old
            recipe = recipe.replace(old, new)
        whole = machine.folder / "nginx.conf"
        paths = "".join(
            f"{kind}_temp_path {machine.folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole.write_text(
            f"daemon off; pid {machine.folder}/nginx.pid; events {{}}\nhttp {{\n{paths}{recipe}\n}}\n", "utf-8"
        )
        command = [
            str(NGINX),
            "-p",
            str(machine.folder),
            "-c",
            str(whole),
            "-e",
            str(machine.folder / "nginx-error.log"),
        ]
        if os.geteuid() == 0:
            command += ["-g", "user root;"]
        subprocess.run([*command, "-t"], check=True, capture_output=True, timeout=60)
        with subprocess.Popen(command) as process:
            try:
                machine.ports["plain"] = plain
                browser = Browser(f"https://localhost:{secure}", files.root, {"Host": f"{NAME}:{secure}"})
                until = time.monotonic() + 30
                while True:
                    try:
                        assert browser.get("/healthz")[0] == 200
                        break
                    except OSError:
                        assert time.monotonic() < until
                        time.sleep(0.2)
                yield browser
            finally:
                process.terminate()


def test_pages_and_forms_work_and_cookies_are_secure(site: Browser) -> None:
    status, page = site.get("/sign-in/")
    assert status == 200
    status, page = site.post("/sign-in/", username="nobody", password="nothing at all")
    assert (status, "账号或口令不对" in page) == (422, True)
    assert all(cookie.secure for cookie in site.jar)


def test_metrics_stay_inside(machine: Machine, site: Browser) -> None:
    assert site.get("/metrics")[0] == 404
    direct = Browser(f"http://127.0.0.1:{machine.ports['8321']}", None)
    assert direct.get("/metrics")[0] == 200
    forged = Browser(
        f"http://127.0.0.1:{machine.ports['8321']}", None, {"X-Forwarded-For": "10.0.0.9", "X-Forwarded-Proto": "https"}
    )
    assert forged.get("/metrics")[0] == 404


def test_what_a_client_writes_into_headers_goes_no_further(site: Browser) -> None:
    request = urllib.request.Request(
        site.site + "/sign-in/",
        headers={
            "X-Forwarded-Proto": "gopher",
            "X-Forwarded-For": "not, an, address",
            "X-Forwarded-Host": "evil.example",
        },
    )
    with site.opener.open(request, timeout=60) as answer:
        assert answer.status == 200
        assert "evil" not in answer.read().decode()


def test_a_damaged_header_of_the_proxy_itself_is_a_sentence(machine: Machine) -> None:
    local = f"http://127.0.0.1:{machine.ports['8321']}"
    for headers in ({"X-Forwarded-Proto": "https,http", "X-Forwarded-For": "10.0.0.9"}, {"X-Forwarded-For": "10.0.0.9"},
                    {"X-Forwarded-Proto": "https", "X-Forwarded-For": "x"}):  # fmt: skip
        status, page = Browser(local, None, headers).get("/sign-in/")
        assert status == 400
        assert "deploy/nginx.conf" in page


def test_another_host_name_is_refused(machine: Machine) -> None:
    status, _ = Browser(f"http://127.0.0.1:{machine.ports['8321']}", None, {"Host": "evil.example"}).get("/sign-in/")
    assert status == 400
