"""Refusals that SQL functions raise, turned into errors of the catalogue.

A function refuses with `raise exception using errcode = 'LF409', message = 'incident.same_person'`: the class LF, the
HTTP status, and the catalogue's code as message; `detail` may hold the values of the sentence as a JSON object.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import DatabaseError

from lianfang.kernel.errors import LianfangError, define

STATE_CLASS = "LF"
"""First two characters of an SQLSTATE of ours; not used by PostgreSQL (its appendix A)."""

define(
    "access.refused",
    status=403,
    zh="您的角色不能做这件事，或者对象不在您的工作范围内。请联系本级负责人。",
    en="Your role may not do this, or the object is outside your scope. Ask the head of your area.",
)
define(
    "vault.purpose_missing",
    status=422,
    zh="查看完整信息需要填写用途。请写明原因后重试。",
    en="Seeing somebody unmasked needs a purpose. State it and try again.",
)
define(
    "vault.second_person_needed",
    status=403,
    zh="一小时内查看完整信息已达20人，需要第二人批准。请联系负责人。",
    en="Twenty people were unmasked within an hour; a second person has to agree now. Ask the head of your area.",
)


def translate(error: BaseException) -> LianfangError | None:
    """The catalogue's error behind a database error; None when it is not one of our refusals."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    if not isinstance(cause, psycopg.Error) or not (cause.sqlstate or "").startswith(STATE_CLASS):
        return None
    values = json.loads(cause.diag.message_detail) if cause.diag.message_detail else {}
    return LianfangError(cause.diag.message_primary or "", **values)


@contextmanager
def refusals() -> Iterator[None]:
    """Let database refusals inside the block come out as LianfangError; other errors pass unchanged."""
    try:
        yield
    except (DatabaseError, psycopg.Error) as error:
        known = translate(error)
        if known is None:
            raise
        raise known from error
