"""`lianfang purge`: two people destroy a closed incident; `--verify` checks a certificate anywhere."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from lianfang.cli import phrases, runtime
from lianfang.kernel.errors import LianfangError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser("purge", help="destroy a closed incident (two people), or check a certificate")
    parser.add_argument("incident", type=int, nargs="?", metavar="NUMBER")
    parser.add_argument(
        "--user", action="append", default=[], metavar="NAME", help="who acts; the first asks, the second approves"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="where the certificate goes (default: certificates/ in the data folder)",
    )
    parser.add_argument(
        "--verify", type=Path, metavar="FILE", help="check the signature of a certificate; needs no database"
    )
    parser.add_argument(
        "--key", default=None, metavar="PUBLIC", help="the installation's public key that must have signed it"
    )
    runtime.add_data_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Verify, or ask, approve and carry out."""
    from lianfang.base.retirement import certificate

    if args.verify is not None:
        signed = certificate.read(args.verify)
        certificate.check(signed, public=args.key)
        _show(signed)
        return 0
    if args.incident is None or not args.user:
        print("name the incident and who acts (--user), or a certificate (--verify)", file=sys.stderr)
        return 2
    data = args.data.resolve()
    phrases.require_data(data)
    with runtime.database(args.data) as target:
        runtime.prepare(target)
        from lianfang.base.retirement.api import approve_purge, ask_purge, carry_out, retirement
        from lianfang.base.vault.api import keystore

        for username in args.user[:2]:
            with phrases.acting(username) as actor:
                found = retirement(args.incident)
                if found is None:
                    raise LianfangError("retirement.not_closed", number=args.incident)
                step = approve_purge if found.asked_at else ask_purge
                step(actor=actor, incident_id=args.incident)
            print(f"{username}: {'approved' if step is approve_purge else 'asked for'}")
        made = carry_out(target, args.incident, keystore())
    if made is None:
        print("a second person has to approve it")
        return 0
    out = args.out or data / "certificates" / f"incident-{args.incident}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")
    _show(made)
    print(f"certificate: {out}")
    return 0


def _show(signed: dict[str, object]) -> None:
    from lianfang.base.vault.signing import fingerprint

    body = signed["body"]
    assert isinstance(body, dict)  # noqa: S101 - certificate.read has looked
    rows = sum(body["destroyed"]["rows"].values())
    print(f"incident {body['incident']['number']} {body['incident']['name']}: key destroyed, {rows:,} rows removed")
    print(f"signed at {body['issued_at']} by {fingerprint(str(signed['public_key']))}; the signature holds")
