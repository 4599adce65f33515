"""`lianfang restore`: a backup into an empty folder, to its end or to a moment, proved by the chain of the log."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from lianfang.cli import phrases, runtime


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser("restore", help="restore a backup into an empty data folder")
    parser.add_argument("--from", dest="source", type=Path, required=True, metavar="DIR", help="folder of backups")
    parser.add_argument(
        "--until", default="", metavar="TIME", help="a moment, as 2026-11-22 20:30 (default: all there is)"
    )
    parser.add_argument("--keys", type=Path, metavar="FILE", help="the keys that two people backed up")
    parser.add_argument("--check", action="store_true", help="only check the backup, restore nothing")
    runtime.add_data_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Restore and say what came back."""
    from lianfang.base.keeping import api, external, keys
    from lianfang.base.vault.api import Keystore

    data, source = args.data.resolve(), args.source.resolve()
    until = api.parse_until(args.until) if args.until else None
    os.environ["LIANFANG_DATA"] = str(data)
    known = phrases.known_migrations()
    if args.check:
        found = api.choose(source, until)
        if external.is_dump(found):
            external.check(found, known)
        else:
            api.check(found, known)
        print(f"{found.folder} is whole: {found.body['bytes'] / 2**20:,.0f} MB of {found.body['ended_at']}")
        return 0
    chest = keys.open_chest(args.keys, phrases.two_phrases()) if args.keys else None
    store = Keystore(Path(os.environ.get("LIANFANG_KEYS") or data / "keys"))
    if os.environ.get("DATABASE_URL"):
        with runtime.database(data) as target:
            back = external.load(source, data, target, store, known=known, until=until, chest=chest)
        print(f"{back.name} is restored into {target.database}; start with `lianfang serve`")
        return 0
    restored = api.restore(source, data, store, known=known, until=until, chest=chest, say=phrases.say_on_terminal)
    print(f"{restored.backup.name} is restored in {data}: {restored.seals} seals over {restored.facts} facts hold")
    if restored.until is not None:
        print(f"the last change is of {restored.until.isoformat(sep=' ', timespec='seconds')}")
    for number in restored.dropped:
        print(f"incident {number} was purged after this backup; it stays purged")
    return 0
