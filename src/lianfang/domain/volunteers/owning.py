"""How an accepted volunteer gets the code of their own page; the app that keeps those pages registers itself here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import transaction

from lianfang.domain.volunteers.rules import digest_of

Issuer = Callable[[bytes], str]
_ISSUERS: Final[list[Issuer]] = []


def own_page_by(function: Issuer) -> Issuer:
    """Register who makes codes of own pages: called with the digest of an accepted answer's code, it returns a fresh one, to be
    shown once, or '' for somebody who is known from elsewhere."""
    _ISSUERS[:] = [function]
    return function


def own_page_code(code: str) -> str:
    """A code of the own page for the accepted volunteer behind the code of an answer; '' where none is given. Raises
    volunteers.code_unknown."""
    with transaction.atomic():
        return next((made for issue in _ISSUERS if (made := issue(digest_of(code)))), "")
