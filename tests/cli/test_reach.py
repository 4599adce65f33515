"""The own authority, named proxies, what serving refuses, service and container files."""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from lianfang.cli import authority, reach
from lianfang.cli.main import build_parser
from lianfang.kernel.errors import LianfangError
from lianfang.web.logs import without_codes
from lianfang.web.proxy import ProxyMiddleware

ROOT = Path(__file__).resolve().parents[2]


def refused(code: str, call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(LianfangError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code
    return caught.value.render("zh")


# -- the authority ------------------------------------------------------------------------------------------------------


def handshake(files: authority.Files, name: str, root: Path) -> None:
    """One real TLS handshake with the server's certificate, by OpenSSL, asking for a name."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.server, files.server_key)
    left, right = socket.socketpair()
    done: list[BaseException] = []

    def answer() -> None:
        try:
            with server.wrap_socket(left, server_side=True):
                pass
        except (ssl.SSLError, OSError) as error:
            done.append(error)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        context = ssl.create_default_context(cafile=str(root))
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        with context.wrap_socket(right, server_hostname=name):
            pass
    finally:
        right.close()
        thread.join()
        left.close()


def test_a_device_that_trusts_the_root_trusts_the_names_and_no_other(tmp_path: Path) -> None:
    files = authority.ensure(tmp_path / "tls", ["lianfang.example.gov.cn", "192.168.1.10"], title="扶沟县")
    for name in ("lianfang.example.gov.cn", "192.168.1.10", "localhost", "127.0.0.1"):
        handshake(files, name, files.root)
    for name in ("other.example.gov.cn", "192.168.1.11"):
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(files, name, files.root)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(files, "localhost", authority.ensure(tmp_path / "stranger", []).root)


def test_the_root_cannot_speak_for_a_stranger(tmp_path: Path) -> None:
    """Even with its key: OpenSSL refuses a certificate for a name outside the constraints."""
    files = authority.ensure(tmp_path / "tls", ["lianfang.example.gov.cn"])
    key = authority._read_key(files.root_key)
    root = x509.load_pem_x509_certificate(files.root.read_bytes())
    authority._make_server(files, root, key, [authority.general_name("bank.example.com")], datetime.now(UTC))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        handshake(files, "bank.example.com", files.root)


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    files = authority.ensure(tmp_path / "tls", [])
    for path in (files.root_key, files.server_key):
        assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "tls").stat().st_mode & 0o777 == 0o700


def test_it_renews_in_time_and_only_then(tmp_path: Path) -> None:
    folder, now = tmp_path / "tls", datetime.now(UTC)
    assert authority.ensure(folder, ["a.lan"], now=now).renewed
    root = (folder / "ca.crt").read_bytes()
    assert not authority.ensure(folder, ["a.lan"], now=now + timedelta(days=300)).renewed
    assert authority.ensure(folder, ["a.lan"], now=now + timedelta(days=368)).renewed
    assert authority.ensure(folder, ["a.lan", "b.lan"]).renewed
    (folder / "server.key").unlink()
    assert authority.ensure(folder, ["a.lan", "b.lan"]).renewed
    assert (folder / "ca.crt").read_bytes() == root
    assert authority.ensure(folder, ["a.lan"], anew=True).renewed
    assert (folder / "ca.crt").read_bytes() != root


def test_names_it_was_not_made_for_and_damaged_files_are_sentences(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    authority.ensure(folder, ["a.example.gov.cn"])
    assert "b.example.gov.cn" in refused("tls.name_outside", authority.ensure, folder, ["b.example.gov.cn"])
    assert "8.8.8.8" in refused("tls.name_outside", authority.ensure, folder, ["8.8.8.8"])
    authority.ensure(folder, ["10.1.2.3", "office.lan"])  # private ones always fit
    for name in ("https://x.cn", "x.cn:8443", "", "a b", "300.1.1.1", "-"):
        refused("tls.name_wrong", authority.general_name, name) if name != "-" else None
    (folder / "ca.key").write_text("broken")
    refused("tls.key_unreadable", authority.ensure, folder, ["a.example.gov.cn"])


# -- what serving refuses -----------------------------------------------------------------------------------------------


def options(*words: str) -> argparse.Namespace:
    return build_parser().parse_args(["serve", *words])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--host", "0.0.0.0"), "serve.plain_refused"),
        (("--host", "192.168.1.10"), "serve.plain_refused"),
        (("--tls", "--behind-proxy", "127.0.0.1"), "serve.both_ways"),
        (("--behind-proxy", "127.0.0.1"), "serve.name_needed"),
        (("--behind-proxy", "proxy.lan", "--name", "a.lan"), "serve.proxy_wrong"),
        (("--behind-proxy", "127.0.0.1:80", "--name", "a.lan"), "serve.proxy_wrong"),
        (("--behind-proxy", "0.0.0.0/0", "--name", "a.lan"), "serve.proxy_everybody"),
        (("--behind-proxy", "::/0", "--name", "a.lan"), "serve.proxy_everybody"),
        (("--tls", "--name", "https://a.lan"), "tls.name_wrong"),
    ],
)
def test_what_would_be_unsafe_is_refused(tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    assert refused(code, reach.reach_of, options(*words), tmp_path)


def test_hosts_and_cookies_follow_the_way(tmp_path: Path) -> None:
    way = reach.reach_of(options("--behind-proxy", "10.0.3.0/24", "--name", "lianfang.example.gov.cn"), tmp_path)
    assert way.address == "https://lianfang.example.gov.cn"
    assert way.environment["LIANFANG_TLS"] == "1"
    assert way.environment["LIANFANG_HOSTS"].startswith("lianfang.example.gov.cn,127.0.0.1")
    own = reach.reach_of(options("--host", "0.0.0.0", "--tls", "--port", "8443"), tmp_path)
    assert own.address.startswith("https://")
    assert own.local == "https://127.0.0.1:8443"
    bare = reach.reach_of(options(), tmp_path)
    assert (bare.address, bare.environment["LIANFANG_TLS"]) == ("http://127.0.0.1:8321", "")


def test_a_taken_port_and_a_foreign_address_are_sentences() -> None:
    from lianfang.cli.serve import _require_free

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        refused("serve.port_taken", _require_free, "127.0.0.1", held.getsockname()[1])
    refused("serve.port_refused", _require_free, "192.0.2.200", 8443)


# -- headers of a proxy -------------------------------------------------------------------------------------------------


def through(peer: str, **headers: str) -> tuple[HttpRequest, HttpResponse]:
    request = RequestFactory().get(
        "/x/", REMOTE_ADDR=peer, HTTP_HOST="testserver", **{f"HTTP_{name}": value for name, value in headers.items()}
    )
    with override_settings(PROXIES=["10.0.3.0/24"]):
        return request, ProxyMiddleware(lambda _: HttpResponse("ok"))(request)


def test_a_named_proxy_is_believed_and_nobody_else() -> None:
    request, answer = through(
        "10.0.3.7", X_FORWARDED_FOR="6.6.6.6, 203.0.113.9, 10.0.3.8", X_FORWARDED_PROTO="https", X_FORWARDED_HOST="x"
    )
    assert answer.status_code == 200
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"  # what stands before it anybody can write
    assert request.is_secure()
    assert request.get_host() == "testserver"
    request, answer = through(
        "203.0.113.9", X_FORWARDED_FOR="127.0.0.1", X_FORWARDED_PROTO="https", X_REAL_IP="127.0.0.1"
    )
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert not request.is_secure()
    assert not [name for name in request.META if "FORWARDED" in name or "REAL_IP" in name]


@pytest.mark.parametrize(
    "headers",
    [{"X_FORWARDED_FOR": "1.1.1.1"}, {"X_FORWARDED_PROTO": "https"}, {"X_FORWARDED_PROTO": "ftp", "X_FORWARDED_FOR": "1.1.1.1"},
     {"X_FORWARDED_PROTO": "https", "X_FORWARDED_FOR": "unknown"}, {"X_FORWARDED_PROTO": "https, http", "X_FORWARDED_FOR": "1.1.1.1"}],
)  # fmt: skip
def test_a_proxy_that_sends_damage_is_told(headers: dict[str, str]) -> None:
    _, answer = through("10.0.3.7", **headers)
    assert answer.status_code == 400
    assert "前置代理发来的X-Forwarded-" in answer.content.decode()


def test_networks_are_read_strictly() -> None:
    assert reach.proxy_network(" 10.0.3.9/24 ") == "10.0.3.0/24"
    assert ipaddress.ip_network(reach.proxy_network("::1")).prefixlen == 128


# -- logs, service, container -------------------------------------------------------------------------------------------


def test_addresses_lose_their_codes() -> None:
    assert without_codes("Not Found: /residents/person/7Y8ZV8XP5/") == "Not Found: /residents/person/…/"
    assert without_codes("Not Found: /accounts/?name=张敏&x=1") == "Not Found: /accounts/"
    assert without_codes("Not Found: /areas/411621001001/x") == "Not Found: /areas/…/x"


def test_the_formatter_keeps_values_of_errors_out() -> None:
    import logging
    import sys

    from lianfang.web.logs import Formatter

    try:
        raise ValueError("王芳 13912345678")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    text = Formatter("{message}", style="{").format(record)
    assert "王芳" not in text
    assert "builtins.ValueError" in text
    assert "test_reach.py" in text


def test_the_unit_is_sound_and_hardened(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    units = [tmp_path / name for name in ("lianfang.service", "lianfang-backup.service", "lianfang-backup.timer")]
    for one in units:
        text = (ROOT / "deploy" / one.name).read_text("utf-8")
        one.write_text(text.replace("/opt/lianfang/bin/lianfang", "/bin/true").replace("Documentation=", "#"), "utf-8")
        if one.suffix == ".service":  # both write where backups go: the archive is the service's own
            assert re.search(r"^ReadWritePaths=.*-/mnt/backup$", text, re.M)
    done = subprocess.run(
        [analyze, "verify", *map(str, units)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    unit = units[0]
    told = subprocess.run(
        [analyze, "security", "--offline=true", str(unit)], capture_output=True, text=True, timeout=60, check=False
    ).stdout
    level = re.search(r"exposure level for \S+: ([0-9.]+)", told)
    assert level
    assert float(level[1]) <= 2.5, told[-2000:]


def test_the_commands_of_the_service_and_the_container_exist() -> None:
    """Every `lianfang …` that the files run or recommend is one the parser takes."""
    import shlex

    found = 0
    for name in ("lianfang.service", "lianfang-backup.service", "nginx.conf", "Containerfile"):
        text = (ROOT / "deploy" / name).read_text("utf-8").replace("\\\n#", "").replace("\\\n", "")
        for line in re.findall(
            r"(?:bin/lianfang|(?<=#   )lianfang|lianfang lianfang|-p 8443:8443 lianfang) +(.*)", text
        ):
            build_parser().parse_args(shlex.split(line))
            found += 1
    assert found >= 8
    container = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
    cmd = re.search(r"^CMD (\[.*\])$", container, re.M)
    assert cmd
    import json

    build_parser().parse_args(json.loads(cmd[1]))


def test_the_container_file_is_well_formed() -> None:
    """No linter for it is at hand: known instructions only, what is copied exists, nothing runs as root at the end."""
    text = (ROOT / "deploy" / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    known = {
        "ARG",
        "FROM",
        "WORKDIR",
        "COPY",
        "RUN",
        "USER",
        "ENV",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "STOPSIGNAL",
        "ENTRYPOINT",
        "CMD",
    }
    assert {line.split()[0] for line in lines} <= known
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for path in line.split()[1:-1]:
                assert (ROOT / path).exists(), path
    assert [line for line in lines if line.startswith("USER")][-1] == "USER lianfang"
    assert lines.index("USER lianfang") < next(at for at, line in enumerate(lines) if line.startswith("ENTRYPOINT"))
    assert os.path.commonpath(["/opt/lianfang", "/opt/lianfang/bin"]) == "/opt/lianfang"


# -- the page -----------------------------------------------------------------------------------------------------------


def test_the_page_hands_out_the_certificate_as_each_system_takes_it(tmp_path: Path) -> None:
    import plistlib

    from cryptography.hazmat.primitives import serialization
    from django.test import Client

    files = authority.ensure(tmp_path / "tls", ["10.1.2.3"], title="扶沟县")
    client = Client()
    assert client.get("/trust/lianfang-ca.crt").status_code == 404
    with override_settings(TLS_FOLDER=str(tmp_path / "tls"), PLAIN_PORT="8080"):
        page = client.get("/trust/").content.decode()
        assert authority.fingerprint(files.root) in page
        assert "http://testserver:8080/trust/" in page
        assert "扶沟县" in page
        assert client.get("/trust/lianfang-ca.crt").content == files.root.read_bytes()
        profile = plistlib.loads(client.get("/trust/lianfang.mobileconfig").content)
    [inner] = profile["PayloadContent"]
    root = x509.load_pem_x509_certificate(files.root.read_bytes())
    assert inner["PayloadType"] == "com.apple.security.root"
    assert inner["PayloadContent"] == root.public_bytes(serialization.Encoding.DER)
    assert b"PRIVATE" not in files.root.read_bytes()


def test_a_running_server_takes_its_new_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve --tls` renews in time while it serves: the workers start anew, devices that trust the root notice nothing."""
    from lianfang.cli import serve
    from lianfang.cli.children import Children, Part

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    files = authority.ensure(tmp_path / "tls", ["a.lan"])
    application = "lianfang.config.plain:application"  # needs no database; the certificate is what is looked at
    way = SimpleNamespace(tls=files, names=["a.lan"])

    def command(host: str, port: int, workers: int, _way: object) -> list[str]:
        asked = serve._granian(host, port, workers, application)
        asked[-1:-1] = ["--ssl-certificate", str(files.server), "--ssl-keyfile", str(files.server_key)]
        return asked

    def served() -> bytes:
        context = ssl.create_default_context(cafile=str(files.root))
        deadline = time.monotonic() + 30
        while True:
            try:
                with (
                    socket.create_connection(("127.0.0.1", port), 2) as raw,
                    context.wrap_socket(raw, server_hostname="a.lan") as line,
                ):
                    return line.getpeercert(True) or b""
            except OSError:
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.1)

    monkeypatch.setattr(serve, "_web_command", command)
    monkeypatch.setenv("LIANFANG_DATA", str(tmp_path))
    children = Children([Part("workers", command("127.0.0.1", port, 1, way))], log=tmp_path / "log", folder=tmp_path)
    children.look_after()
    args = argparse.Namespace(host="127.0.0.1", port=port, workers=1)
    try:
        first, process = served(), children[0].pid
        serve._renew(args, tmp_path, way, children)  # type: ignore[arg-type]
        assert (served(), children[0].pid) == (first, process)  # not due yet: nobody is disturbed
        root, key = x509.load_pem_x509_certificate(files.root.read_bytes()), authority._read_key(files.root_key)
        long_ago = datetime.now(UTC) - timedelta(days=370)
        authority._make_server(files, root, key, [authority.general_name("a.lan")], long_ago)
        serve._renew(args, tmp_path, way, children)  # type: ignore[arg-type]
        renewed = x509.load_der_x509_certificate(served())
        assert renewed.not_valid_after_utc > datetime.now(UTC) + timedelta(days=390)
        assert children[0].pid != process
        assert renewed.public_bytes(Encoding.DER) != first
    finally:
        children.stop()
