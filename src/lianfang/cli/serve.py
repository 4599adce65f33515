"""`lianfang serve`: the database, the workers that answer pages and facts, and the steward, as one tree of processes."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lianfang.cli import runtime
from lianfang.kernel.errors import LianfangError, define

WORKERS = 2

define(
    "serve.port_taken",
    status=409,
    zh="端口{port}已被占用，可能已有一个联防在运行。请先停止它，或用 --port 另选端口。",
    en="Port {port} is taken, perhaps by another Lianfang that still runs. Stop it first, or choose another with --port.",
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser("serve", help="serve pages and the door of facts")
    add_address_options(parser)
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
    with runtime.database(args.data, say=print) as target:
        runtime.collect_static(args.data)
        runtime.prepare(target)
        with serving(args.host, args.port, workers=args.workers):
            print(f"http://{args.host}:{args.port}/  (Ctrl-C stops)", flush=True)
            wait_for_interrupt()
    return 0


def wait_for_interrupt() -> None:
    """Block until SIGINT or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.wait(0.5):
        pass


@contextmanager
def serving(
    host: str, port: int, *, workers: int = WORKERS, on_ready: Callable[[], None] | None = None, log: Path | None = None
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers and steward as child processes with the environment as it is; stopped cleanly on leaving."""
    _require_free(host, port)
    out = (log or Path(os.environ["LIANFANG_DATA"]) / "server.log").open("ab")
    environment = {**os.environ, "LIANFANG_POOL": "1"}
    web = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", host, "--port", str(port), "--workers", str(workers),
        "--loop", "uvloop", "--no-ws", "--backlog", "2048", "--backpressure", "512", "--log-level", "warning",
        "lianfang.config.asgi:application",
    ]  # fmt: skip
    steward = [sys.executable, "-m", "lianfang.base.jobs.steward"]
    children = [
        subprocess.Popen(  # noqa: S603
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
        for command in (web, steward)
    ]
    try:
        _wait_until_up(host, port, children)
        if on_ready is not None:
            on_ready()
        yield children
    finally:
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in children:
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        out.close()


def _require_free(host: str, port: int) -> None:
    """Refuse a port that somebody listens on: workers share ports, so two servers would silently share their callers."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise LianfangError("serve.port_taken", port=port) from None


def _wait_until_up(host: str, port: int, children: list[subprocess.Popen[bytes]], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/healthz"  # noqa: S104
    while time.monotonic() < deadline:
        if any(child.poll() is not None for child in children):
            raise LianfangError("database.not_started", reason="a worker stopped; see server.log in the data folder")
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise LianfangError("database.not_started", reason=f"no answer on {address}; see server.log in the data folder")
