"""A newcomer follows docs/start/start.md and reach.md on an empty machine; the commands are read from the documents."""

from __future__ import annotations

import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from lianfang.exchange.tables import write_table
from lianfang.web.accounts_table import COLUMNS
from tests.journeys.first_evening import Browser, Machine, begin, commands, own_folder, slip_of

pytestmark = pytest.mark.row("A3")
SECRETS = ("欧阳青禾", "尉迟长林", "13912340077", "qinghe-duty")
"""Names and a number that only the table of accounts brings; no log may hold them."""


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """An empty machine with a table of accounts on it."""
    rows = [
        ("西关居民委员会", SECRETS[0], "社区书记", SECRETS[2], SECRETS[3], None, None, None),
        ("411621001002", SECRETS[1], "社区工作者", None, None, None, None, None),
        ("没有这个村", "王芳", "社区工作者", None, None, None, None, None),
    ]
    with own_folder() as folder:
        write_table(folder / "accounts.xlsx", columns=COLUMNS, rows=rows)
        yield Machine(folder)


@pytest.fixture(scope="module")
def begun(machine: Machine) -> str:
    """What `init` printed, as the document calls it."""
    [init] = [command for command in commands("start.md") if command.startswith("lianfang init")]
    began = time.monotonic()
    told = machine.run(init)
    print(f"init: {time.monotonic() - began:.1f} s")
    return told


@pytest.fixture(scope="module")
def site(machine: Machine, begun: str) -> Iterator[Browser]:
    """A browser at the served installation, which trusts its authority."""
    [serve] = commands("start.md", "serve")
    with machine.serving(serve) as told:
        address = re.search(r"^(https://\S+?)/ ", told, re.M)
        assert address
        assert "SHA-256" in told
        assert "X-Forwarded-*" in told
        yield Browser(address[1], machine.data / "tls" / "ca.crt")


def test_the_first_sign_in(machine: Machine, begun: str, site: Browser) -> None:
    """Three people, one of whom signs in; the certificate is one that a stranger does not trust."""
    assert "428 个区划" in begun
    began = time.monotonic()
    begin(site, slip_of(begun, "lijing"), "a phrase nobody guesses")
    status, page = site.get("/")
    print(f"slip to first page: {time.monotonic() - began:.1f} s of the machine")
    assert status == 200
    assert "张敏" in page  # the security administrator's first page: the accounts
    status, page = site.post("/slip/", code=slip_of(begun, "lijing"))
    assert (status, "已经用过" in page) == (422, True)
    with pytest.raises(urllib.error.URLError) as caught:
        Browser(site.site, None).get("/healthz")
    assert isinstance(caught.value.reason, ssl.SSLCertVerificationError)
    for cookie in site.jar:
        assert cookie.secure, cookie.name


def test_accounts_from_the_table(machine: Machine, begun: str, site: Browser) -> None:
    dry, real, listing = [
        command for command in commands("start.md") if "accounts.xlsx" in command or " list " in command
    ]
    told = machine.run(dry)
    assert "dry run: 3 rows: 2 new, 1 refused" in told
    assert "没有这个村" in told
    assert "2 张纸条" in machine.run(real)
    paper = (machine.folder / "slips.html").read_text("utf-8")
    assert (machine.folder / "slips.html").stat().st_mode & 0o077 == 0
    codes = re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", paper)
    assert len(codes) == 2
    assert f"{site.site}/slip/" in paper
    head = Browser(site.site, machine.data / "tls" / "ca.crt")
    begin(head, codes[0], "another phrase entirely")
    status, page = head.get("/")
    assert (status, "西关" in page) == (200, True)
    assert f"{SECRETS[3]}\tactive\tcommunity_head" in machine.run(listing)
    assert "找不到文件" in machine.run("lianfang import accounts nothing.xlsx --data /srv/lianfang", status=1)


def test_an_administrators_slip_again(machine: Machine, begun: str, site: Browser) -> None:
    [again] = [command for command in commands("start.md") if "accounts slip" in command]
    first = slip_of(begun, "wangfang")
    newer = slip_of(machine.run(again), "wangfang")
    stranger = Browser(site.site, machine.data / "tls" / "ca.crt")
    stranger.get("/slip/")
    assert "新的一张" in stranger.post("/slip/", code=first)[1]
    assert "王芳" in stranger.post("/slip/", code=newer)[1]
    assert "没有找到" in machine.run("lianfang accounts slip nobody --data /srv/lianfang", status=1)


def test_init_over_real_data_is_refused(machine: Machine, begun: str, site: Browser) -> None:
    [init] = [command for command in commands("start.md") if command.startswith("lianfang init")]
    assert "这里已有账号" in machine.run(init, status=1)
    assert "初始化是为" not in machine.run(init.replace("411621", "沧州市"), status=1)


def test_logs_hold_nobody(machine: Machine, begun: str, site: Browser) -> None:
    """After a busy run with names, a number, codes in addresses, wrong passwords, refusals and a table of accounts."""
    named = urllib.parse.quote(SECRETS[0])
    for path in ("/residents/person/7Y8ZV8XP5/", f"/accounts/?name={SECRETS[3]}", f"/nowhere/{named}/", "/areas/x/"):
        site.get(path)
    for name in SECRETS:
        site.post("/sign-in/", username=name, password=name)
        site.post("/slip/", code=name)
        site.post("/accounts/new/", name=name, username=SECRETS[3], role="medic", code="411621001001")
    logs = {
        path.name: path.read_text("utf-8", "replace")
        for path in (machine.data / "server.log", machine.data / "postgres.log")
    }
    assert "WARNING" in logs["server.log"], "the run was not busy enough to say anything"
    for file, text in logs.items():
        for word in (*SECRETS, "7Y8ZV8XP5", "a phrase nobody guesses", "another phrase"):
            assert word not in text, (file, word)


def test_reach_says_how_to_trust_it(machine: Machine, begun: str, site: Browser) -> None:
    status, page = site.get("/trust/")
    assert status == 200
    assert "统信" in page
    trusting = ssl.create_default_context(cafile=str(machine.data / "tls/ca.crt"))
    with urllib.request.urlopen(site.site + "/trust/lianfang-ca.crt", context=trusting) as answer:
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
        assert answer.read() == Path(machine.data / "tls" / "ca.crt").read_bytes()
    status, body = site.get("/readyz")
    assert (status, '"sealer": "up"' in body) == (200, True), body
    status, body = site.get("/metrics")
    assert status == 200
    assert 'lianfang_requests_total{method="GET",route="trust"' in body
    assert "lianfang_database_up 1.0" in body
    assert "lianfang_certificate_days 39" in body
    assert Browser(site.site, machine.data / "tls/ca.crt", {"X-Forwarded-For": "127.0.0.1"}).get("/metrics")[0] == 404
