"""Offices for tests: accounts that really sign in, each in its own area, and what they see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction

from lianfang.base.access.api import Actor, create_account, create_grant, enter, open_session, token_digest

_made = iter(range(10**6))


def office(path: str, role: str = "community_clerk", **grant: Any) -> Actor:
    """Somebody of a role in an area, signed in."""
    account = create_account(username=f"{role}-{path}-{next(_made)}", name="演练员", password="only-for-tests")
    create_grant(account_id=account, role=role, path=path, **grant)
    token = open_session(account)
    with transaction.atomic():
        actor = enter(token_digest(token))
    assert actor is not None
    return actor


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """A transaction in somebody's scope, as a request has it."""
    with transaction.atomic():
        assert enter(actor.token_digest) is not None
        yield


def owner(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """What the owner of the database sees."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall()) if cursor.description else []


def seen(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """What the entered role sees."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall())


def figures(path: str) -> dict[str, int]:
    """Running totals of an area after folding."""
    owner("select metrics_fold()")
    return dict(
        owner(
            "select name, value from metrics_value where path = %s and day = 'infinity' and name like 'residents.%%'",
            path,
        )
    )
