"""The command: set up, play the story once, show the summary, serve."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console

from lianfang.cli import runtime, serve
from lianfang.kernel.errors import LianfangError, define

define(
    "demo.in_use",
    status=409,
    zh="数据目录{folder}正被另一个程序使用，没有清除任何数据。请先停止它，再用 --reset。",
    en="The data folder {folder} is in use by another program; nothing was removed. Stop it first, then use --reset.",
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser(
        "demo", help="run the main job on a real county (a drill with synthetic people), then serve"
    )
    parser.add_argument(
        "--people", type=int, default=6518, metavar="N", help="residents of the community (default: 6518)"
    )
    parser.add_argument("--full", nargs="?", const="tangshan", default="", choices=("cangzhou", "tangshan"),
                        help="also send 59,000 people of Tangshan (or 38,050 of Cangzhou) to every village; prints times")  # fmt: skip
    parser.add_argument("--playbook", default="covid-2022", metavar="NAME")
    parser.add_argument("--no-serve", action="store_true", help="stop after the summary")
    parser.add_argument("--reset", action="store_true", help="throw the kept data away and begin anew")
    serve.add_address_options(parser)
    runtime.add_data_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Play the demonstration; a second run starts from the kept data."""
    started = time.monotonic()
    console = Console(highlight=False)
    data: Path = args.data.resolve()
    if args.reset and data.exists():
        _remove(data)
    data.mkdir(parents=True, exist_ok=True)
    (data / runtime.DRILL_MARK).touch()
    with runtime.database(data, say=lambda text: console.print(f"[dim]{text}[/]")) as target:
        runtime.collect_static(data)
        runtime.prepare(target)
        from lianfang.cli.demo import summary  # Django is ready only now

        kept = data / "demo.json"
        with serve.serving(args.host, args.port, workers=args.workers):
            if kept.exists():
                told = json.loads(kept.read_text())
                console.print(f"[dim]kept data of {told['played_at']}[/]")
            else:
                from lianfang.cli.demo import story  # brings the solvers along

                told = story.play(args, console)
                kept.write_text(json.dumps(told, ensure_ascii=False))
            summary.show(console, told)
            console.print(f"\n{time.monotonic() - started:.0f} s")
            sys.stdout.flush()
            if not args.no_serve:
                summary.show_logins(console, f"http://{args.host}:{args.port}/")
                serve.wait_for_interrupt()
                console.print("[dim]stopping[/]")
    return 0


def _remove(data: Path) -> None:
    """Remove only what the product made, so that a wrong --data costs nothing else."""
    from lianfang.base.database.supervisor import EmbeddedServer

    server = EmbeddedServer(data)
    if server.in_use:
        raise LianfangError("demo.in_use", folder=str(data))
    server.stop_orphan()
    shutil.rmtree(server.cluster, ignore_errors=True)
    for name in ("keys", "static", "plans", "uploads", "measures"):
        shutil.rmtree(data / name, ignore_errors=True)
    for name in (
        "pgpass",
        "secret",
        "demo.json",
        "server.log",
        "postgres.log",
        "server.lock",
        "roster.xlsx",
        "keeping.json",
        "faults.jsonl",
        "room",
        runtime.DRILL_MARK,
    ):
        (data / name).unlink(missing_ok=True)
