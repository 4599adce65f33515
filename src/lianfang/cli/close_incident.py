"""`lianfang close-incident`: two people of the command end an incident, each with their own password."""

from __future__ import annotations

import argparse

from lianfang.cli import phrases, runtime


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser("close-incident", help="end an incident (two people of the command)")
    parser.add_argument("incident", type=int, metavar="NUMBER")
    parser.add_argument("--user", action="append", required=True, metavar="NAME",
                        help="who acts; give it twice, or once to leave the second step to somebody else")  # fmt: skip
    runtime.add_data_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Close, one step a person."""
    phrases.require_data(args.data.resolve())
    with runtime.database(args.data) as target:
        runtime.prepare(target)
        from lianfang.base.incidents.api import close_incident

        state = ""
        for username in args.user[:2]:
            with phrases.acting(username) as actor:
                state = close_incident(actor=actor, incident_id=args.incident)
            print(f"{username}: {state}")
    if state == "closed":
        print("people are released and the public record is kept; destruction: lianfang purge")
    return 0
