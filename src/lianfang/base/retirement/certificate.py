"""The certificate of destruction: what was destroyed, by whom, what it proves and what nobody can prove."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg

from lianfang.base.retirement import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.base.vault.api import Keystore, holds, sign
from lianfang.kernel.errors import LianfangError

KIND = "lianfang.certificate_of_destruction/1"
WORDS: dict[str, list[dict[str, str]]] = json.loads(
    files("lianfang.base.retirement").joinpath("words.json").read_text("utf-8")
)
"""What every certificate says it proves and what it cannot, in both languages."""


def issue(
    connection: psycopg.Connection[Any], store: Keystore, incident: int, *, fingerprint: str, rows: Mapping[str, Any],
    gone: Mapping[str, Any], leaves: int, root: str,
) -> dict[str, Any]:  # fmt: skip
    """Write and sign the certificate of one incident, inside the transaction that destroys it."""
    asked = connection.execute(
        "select i.name, i.path, i.playbook, i.edition, i.drill, i.opened_at, r.closed_at, r.asked_by, r.asked_at, r.approved_by, "
        "r.approved_at from retirement_retirement r join incidents_incident i on i.id = r.incident_id where r.incident_id = %s",
        [incident],
    ).fetchone()
    if asked is None:
        raise LianfangError("retirement.not_closed", number=incident)
    name, path, playbook, edition, drill, opened, closed, asker, asked_at, approver, approved_at = asked
    last = connection.execute(
        "select number, encode(chain, 'hex') from facts_seal order by number desc limit 1"
    ).fetchone()
    data = Path(os.environ.get("LIANFANG_DATA", ".lianfang"))
    return sign(store, {
        "kind": KIND, "release": version("lianfang"), "issued_at": _text(datetime.now(UTC)),
        "incident": {"number": incident, "name": name, "area": path.ljust(12, "0"), "playbook": playbook, "edition": edition,
                     "drill": drill, "opened_at": _text(opened), "closed_at": _text(closed)},
        "decided": {"asked_by_account": asker, "asked_at": _text(asked_at), "approved_by_account": approver,
                    "approved_at": _text(approved_at)},
        "destroyed": {"key": f"incident-{incident}", "key_fingerprint": fingerprint, "rows": dict(rows), "further": dict(gone)},
        "log": {"facts": leaves, "root": root, "last_seal": last[0] if last else 0, "last_chain": last[1] if last else ""},
        "kept": ["public record of the incident: counts by community", "confirmed returns: counts", "zones: place, level, time"],
        "backups_before": {kind: [line.get("name") or line.get("file", "") for line in _kept(data).get(kind, [])]
                           for kind in ("backup", "keys")},
        **WORDS,
    })  # fmt: skip


def read(path: Path) -> dict[str, Any]:
    """A certificate from a file; raises retirement.certificate_unreadable."""
    try:
        signed = json.loads(path.read_text("utf-8"))
        if signed["body"]["kind"] != KIND:
            raise ValueError(KIND)
    except (OSError, ValueError, KeyError, TypeError):
        raise LianfangError("retirement.certificate_unreadable", file=str(path)) from None
    found: dict[str, Any] = signed
    return found


def check(signed: Mapping[str, Any], *, public: str | None = None) -> None:
    """Raise retirement.certificate_broken unless the signature holds, by the given key if one is given."""
    if not holds(signed, public=public):
        raise LianfangError("retirement.certificate_broken")


def _text(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""


def _kept(data: Path) -> dict[str, list[dict[str, Any]]]:
    try:
        found = json.loads((data / "keeping.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
