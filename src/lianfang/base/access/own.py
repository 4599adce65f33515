"""Reads and changes of one's own account."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import connection, connections

from lianfang.base.access.actor import Actor
from lianfang.base.access.services import check_credentials
from lianfang.base.access.slips import check_strength


@dataclass(frozen=True)
class OwnGrant:
    """One of one's live grants. place: name of its area or building, '' when it has none."""

    id: int
    role: str
    place: str
    ends_at: datetime | None


def grants(actor: Actor) -> list[OwnGrant]:
    """The actor's live grants, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute("select id, role, place, ends_at from access_own_grants()")
        return [OwnGrant(*row) for row in cursor.fetchall()]


def handle_of(actor: Actor) -> str:
    """The name under which pages list the session the actor is using now."""
    return hashlib.sha256(actor.token_digest).hexdigest()[:20]


def require_password(actor: Actor, password: str) -> None:
    """Ask for the password again; raises session.credentials_wrong and session.locked."""
    check_credentials(actor.username, password)


def change_password(actor: Actor, *, old: str, new: str) -> None:
    """Set a new password after the old one was given; every other session of the account ends.

    Raises session.credentials_wrong, session.locked, and what `check_strength` raises.
    """
    require_password(actor, old)
    check_strength(new, actor.username, actor.name)
    with connections["door"].cursor() as cursor:
        cursor.execute(
            "select access_password_set(%s, %s, %s)", [actor.account_id, make_password(new), actor.token_digest]
        )
