"""`lianfang serve`: the database, the workers that answer pages and facts, and the steward, as one tree of processes."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import ssl
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lianfang.cli import authority, reach, runtime
from lianfang.cli.children import Children, Part
from lianfang.kernel.errors import LianfangError, define

WORKERS = 2
START_SECONDS = 170
"""How long the first answer may take: two seconds on a free machine, most of a minute on one that is very busy; less than
the 180 s its unit for systemd allows (assumption)."""
CHECK_SECONDS = 6 * 3600
"""How often a running server looks whether its certificate must be renewed."""

define(
    "serve.port_taken",
    status=409,
    zh="端口{port}已被占用，可能已有一个联防在运行。请先停止它，或用 --port 另选端口。",
    en="Port {port} is taken, perhaps by another Lianfang that still runs. Stop it first, or choose another with --port.",
)
define(
    "serve.port_refused",
    status=409,
    zh="不能在{host}的端口{port}上监听：{reason}。1024以下的端口请交给代理或systemd，或另选端口。",
    en="Can't listen on {host}, port {port}: {reason}. Leave ports below 1024 to a proxy or systemd, or choose another.",
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser("serve", help="serve pages and the door of facts")
    add_address_options(parser)
    reach.add_options(parser)
    runtime.add_data_option(parser)
    return parser


def add_address_options(parser: argparse.ArgumentParser) -> None:
    """Host, port and number of workers."""
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="H", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8321, metavar="P")
    parser.add_argument("--workers", type=int, default=WORKERS, metavar="N")


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    data: Path = args.data.resolve()
    runtime.make_folder(data)
    way = reach.reach_of(args, data, title=_title(data))
    reach.export(way)
    with runtime.database(data, say=print) as target:
        runtime.collect_static(data)
        runtime.prepare(target)
        runtime.require_begun(data)
        (data / "address").write_text(way.address)
        with serving(args.host, args.port, workers=args.workers, way=way) as children:
            _tell(way)
            wait_for_interrupt(lambda: _renew(args, data, way, children))
    return 0


def _title(data: Path) -> str:
    kept = data / "init.json"
    return str(json.loads(kept.read_text("utf-8"))["name"]) if kept.exists() else ""


def _tell(way: reach.Reach) -> None:
    print(f"{way.address}/  (Ctrl-C stops)")
    if way.tls is not None:
        print(f"证书安装 how to trust it: {way.address}/trust/\n  SHA-256 {authority.fingerprint(way.tls.root)}")
    if way.plain_port:
        print(f"http://…:{way.plain_port}/ 转到 leads to https")
    if way.proxies:
        print(f"信任代理 trusting X-Forwarded-* from {', '.join(way.proxies)} only")
    else:
        print("忽略 X-Forwarded-* 头 are ignored; name a proxy with --behind-proxy")
    sys.stdout.flush()


def _renew(args: argparse.Namespace, data: Path, way: reach.Reach, children: Children) -> None:
    """Renew the certificate in time and let the workers start anew with it."""
    if way.tls is None or not authority.ensure(data / "tls", way.names).renewed:
        return
    print("证书已更新 the certificate was renewed", flush=True)
    children.replace(0, _web_command(args.host, args.port, args.workers, way))


def wait_for_interrupt(now_and_then: Callable[[], None] = lambda: None) -> None:
    """Block until SIGINT or SIGTERM; call something every few hours meanwhile."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    following = time.monotonic() + CHECK_SECONDS
    while not stopped.wait(0.5):
        if time.monotonic() >= following:
            following = time.monotonic() + CHECK_SECONDS
            now_and_then()


@contextmanager
def serving(
    host: str, port: int, *, workers: int = WORKERS, on_ready: Callable[[], None] | None = None, log: Path | None = None,
    way: reach.Reach | None = None,
) -> Iterator[Children]:  # fmt: skip
    """Workers and steward as child processes with the environment as it is; started again if they die, stopped on leaving."""
    way = way or reach.Reach(host, port, (host,))
    for one in filter(None, (port, way.plain_port)):
        _require_free(host, one)
    _clear_measures()
    parts = [
        Part("workers", _web_command(host, port, workers, way)),
        Part("steward", [sys.executable, "-m", "lianfang.base.jobs.steward"]),
    ]
    if way.plain_port:
        parts.append(Part("plain", _granian(host, way.plain_port, 1, "lianfang.config.plain:application")))
    folder = Path(os.environ["LIANFANG_DATA"])
    children = Children(parts, log=log or folder / "server.log", folder=folder)
    try:
        _wait_until_up(way, children)
        children.look_after()
        if on_ready is not None:
            on_ready()
        yield children
    finally:
        children.stop()


def _web_command(host: str, port: int, workers: int, way: reach.Reach) -> list[str]:
    command = _granian(host, port, workers, "lianfang.config.asgi:application")
    if way.tls is not None:
        own = ["--ssl-certificate", str(way.tls.server), "--ssl-keyfile", str(way.tls.server_key)]
        command[-1:-1] = [*own, "--ssl-protocol-min", "tls1.2"]
    return command


def _granian(host: str, port: int, workers: int, application: str) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", host, "--port", str(port), "--workers", str(workers),
        "--loop", "uvloop", "--no-ws", "--backlog", "2048", "--backpressure", "512", "--log-level", "warning", application,
    ]  # fmt: skip


def _clear_measures() -> None:
    """Counters of workers live in files of one run."""
    folder = Path(os.environ["LIANFANG_DATA"]) / "measures"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _require_free(host: str, port: int) -> None:
    """Refuse a port that somebody listens on: workers share ports, so two servers would silently share their callers."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            reason = (error.strerror or "").lower()
            raise LianfangError("serve.port_refused", host=host, port=port, reason=reason) from None
        except OSError as error:
            if error.errno is None or error.strerror == "Address already in use":
                raise LianfangError("serve.port_taken", port=port) from None
            reason = (error.strerror or str(error)).lower()
            raise LianfangError("serve.port_refused", host=host, port=port, reason=reason) from None


def _wait_until_up(way: reach.Reach, children: Children, seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    address = f"{way.local}/healthz"
    context = ssl.create_default_context(cafile=str(way.tls.root)) if way.tls else None
    while time.monotonic() < deadline:
        if any(children[number].poll() is not None for number in range(len(children))):
            raise LianfangError("database.not_started", reason="a worker stopped; see server.log in the data folder")
        try:
            with urllib.request.urlopen(address, timeout=2, context=context):  # noqa: S310  (our own address)
                return
        except OSError:
            time.sleep(0.1)
    raise LianfangError("database.not_started", reason=f"no answer on {address}; see server.log in the data folder")
