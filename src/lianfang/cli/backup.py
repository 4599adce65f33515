"""`lianfang backup`: a verified base backup with its archive; with `--keys` the keys, apart, by two people."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from lianfang.cli import phrases, runtime


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser("backup", help="back the database up, or (--keys) the keys by two people")
    parser.add_argument(
        "--to", type=Path, required=True, metavar="DIR", help="folder of backups; with --keys the file to write"
    )
    parser.add_argument("--keys", action="store_true", help="back up the keys instead, sealed by two passphrases")
    parser.add_argument("--keep", type=int, default=7, metavar="N", help="base backups to keep (default: 7)")
    parser.add_argument("--hook", default=os.environ.get("LIANFANG_BACKUP_HOOK", ""), metavar="COMMAND",
                        help="command for the off-site copy; the folder of the backup is its last argument")  # fmt: skip
    parser.add_argument(
        "--archive-mb", type=int, default=20_000, metavar="MB", help="bound of the archive (default: 20000)"
    )
    parser.add_argument(
        "--no-archive", action="store_true", help="do not archive the log: no restore to a moment in between"
    )
    runtime.add_data_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Back up and say what was made."""
    from lianfang.base.keeping import api, external, keys
    from lianfang.base.vault.api import keystore

    data, to = args.data.resolve(), args.to.resolve()
    if args.keys:
        os.environ["LIANFANG_DATA"] = str(data)
        store = keystore()
        names = keys.back_up_keys(data, store, to, phrases.two_phrases(twice=True))
        print(f"{len(names)} keys in {to}; both passphrases are needed to open it")
        return 0
    phrases.require_data(data)
    with runtime.database(data) as target:
        if os.environ.get("DATABASE_URL"):
            made = external.dump(data, target, keystore(), to, keep=args.keep, hook=args.hook)
        else:
            wish = api.Wish(
                to, keep=args.keep, hook=args.hook, archiving=not args.no_archive, megabytes=args.archive_mb
            )
            made = api.back_up(data, target, keystore(), wish, say=phrases.say_on_terminal)
    print(f"{made.folder}: {made.body['bytes'] / 2**20:,.0f} MB, verified")
    return 0
