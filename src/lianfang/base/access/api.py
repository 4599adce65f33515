"""The door of access: who acts, in which role, in which scope."""

from __future__ import annotations

from lianfang.base.access.actor import Actor
from lianfang.base.access.area_field import AreaField
from lianfang.base.access.rules import ROLES, may, sees
from lianfang.base.access.services import (
    create_account,
    create_grant,
    end_session,
    enter,
    open_session,
    scoped,
    sign_in,
    token_digest,
)
from lianfang.base.access.views_support import public, requires

__all__ = [
    "ROLES",
    "Actor",
    "AreaField",
    "create_account",
    "create_grant",
    "end_session",
    "enter",
    "may",
    "open_session",
    "public",
    "requires",
    "scoped",
    "sees",
    "sign_in",
    "token_digest",
]
