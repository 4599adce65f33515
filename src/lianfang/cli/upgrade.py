"""`lianfang upgrade`: a backup, then migrations and statements of this release while people work; `--back` undoes them."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from lianfang.cli import phrases, runtime
from lianfang.kernel.errors import LianfangError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser(
        "upgrade", help="bring the database to this release, with a backup before and a way back"
    )
    parser.add_argument(
        "--to", type=Path, metavar="DIR", help="folder for the backup before (default: where the last one went)"
    )
    parser.add_argument("--no-backup", action="store_true", help="there is a backup elsewhere")
    parser.add_argument(
        "--back", action="store_true", help="undo the last upgrade's migrations, to start the release before it"
    )
    runtime.add_data_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Upgrade or go back, and say what was done."""
    data = args.data.resolve()
    external_server = bool(os.environ.get("DATABASE_URL"))
    phrases.require_data(data)
    with runtime.database(data) as target:
        known = phrases.known_migrations()
        from lianfang.base.access.services import load_rights
        from lianfang.base.keeping import api, backup, external, state, upgrade
        from lianfang.base.metrics.api import publish_registry
        from lianfang.base.vault.api import keystore

        if args.back:
            for name in upgrade.go_back(data):
                print(f"undone: {name}")
            return 0
        upgrade.require_known(backup.applied_migrations(target), known)
        made = ""
        if not args.no_backup:
            last = state.last(data, "backup")
            place = args.to or (Path(last["to"]) if last else None)
            if place is None:
                raise LianfangError("upgrade.no_backup")
            if external_server:
                made = external.dump(data, target, keystore(), place.resolve(), keep=7).name
            else:
                made = api.back_up(
                    data, target, keystore(), api.Wish(place.resolve()), say=phrases.say_on_terminal
                ).name
            print(f"backup {made}")
        report = upgrade.upgrade(data, target, backup=made, say=phrases.say_on_terminal)
        load_rights()
        publish_registry()
    print(
        f"{len(report.migrations)} migrations, {report.files} files in {report.seconds} s; {report.waits} times waited for work in progress"
    )
    print("restart the service now: lianfang serve")
    return 0
