"""The `lianfang` command: one sub-command per module, each with `add_parser(subparsers)` and `run(args) -> int`.

Exit status: 0 done, 1 refused with a reason on standard error, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial

from lianfang.cli import runtime
from lianfang.kernel.errors import LianfangError

WITH_DATABASE = ("lianfang.cli.importing", "lianfang.cli.outlines", "lianfang.cli.exporting")
"""Commands that expect a prepared database to run around them."""
MODULES = (
    "lianfang.cli.init",
    "lianfang.cli.demo",
    "lianfang.cli.serve",
    "lianfang.cli.accounts",
    "lianfang.cli.prepare",
    "lianfang.cli.importing",
    "lianfang.cli.outlines",
    "lianfang.cli.exporting",
    "lianfang.cli.plan",
    "lianfang.cli.playbook",
    "lianfang.cli.verify_log",
    "lianfang.cli.backup",
    "lianfang.cli.restore",
    "lianfang.cli.upgrade",
    "lianfang.cli.close_incident",
    "lianfang.cli.purge",
)


def build_parser() -> argparse.ArgumentParser:
    """The parser of all sub-commands."""
    parser = argparse.ArgumentParser(prog="lianfang", description="Neighbourhood-level epidemic response 联防")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in MODULES:
        module = importlib.import_module(name)
        added = module.add_parser(subparsers)
        if added is not None and name in WITH_DATABASE:
            runtime.add_data_option(added)
            added.set_defaults(run=partial(runtime.with_database, module.run))
        elif added is not None:
            added.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; a refusal becomes a sentence on standard error and status 1."""
    args = build_parser().parse_args(argv)
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(1)
    )  # so that the database and the workers are stopped as by Ctrl-C
    try:
        return int(args.run(args))
    except LianfangError as error:
        print(f"{error.code}: {error.render('zh')}\n{error.render('en')}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of a pipe had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
