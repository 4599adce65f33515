"""Between password and session: who has proven the first half, kept sealed in a short-lived cookie of the browser."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, replace
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lianfang.base.access.pages import see_other
from lianfang.base.access.services import SESSION_HOURS, open_web_session
from lianfang.base.vault.api import BadSeal, system_box

COOKIE: Final = "lf_step"
SECONDS: Final = 600
"""How long the second half may take: an assumption, enough to install an authenticator."""
_COLUMN: Final = b"access.step"


@dataclass(frozen=True)
class Step:
    """Somebody whose password or slip was good. secret: of an authenticator that is being set up, in hexadecimal."""

    account_id: int
    username: str
    back: str
    at: float
    secret: str = ""

    def with_secret(self, secret: bytes) -> Step:
        """The same step with a secret that waits for its first code."""
        return replace(self, secret=secret.hex())


def begin(account_id: int, username: str, back: str) -> Step:
    """The step of somebody who has just proven the first half."""
    return Step(account_id, username, back, time.time())


def keep(response: HttpResponse, step: Step) -> HttpResponse:
    """Put the step into the browser."""
    sealed = system_box().seal(json.dumps(step.__dict__).encode(), _COLUMN)
    response.set_cookie(
        COOKIE, base64.urlsafe_b64encode(sealed).decode(), max_age=SECONDS, httponly=True, samesite="Lax",
        secure=settings.SECURE,
    )  # fmt: skip
    return response


def found(request: HttpRequest) -> Step | None:
    """The step this browser is in; None when there is none, or it took too long."""
    try:
        raw = system_box().open(base64.urlsafe_b64decode(request.COOKIES.get(COOKIE, "")), _COLUMN)
    except (BadSeal, ValueError):
        return None
    step = Step(**json.loads(raw))
    return step if time.time() - step.at < SECONDS else None


def finish(step: Step, response: HttpResponse | None = None) -> HttpResponse:
    """Open the session and lead on; raises sign_in.no_grant."""
    return with_session(response or see_other(step.back), open_web_session(step.account_id))


def with_session(response: HttpResponse, token: str) -> HttpResponse:
    """Put a session's token into the browser; the step is over."""
    response.set_cookie(
        settings.SESSION_COOKIE, token, max_age=SESSION_HOURS * 3600, httponly=True, samesite="Lax",
        secure=settings.SECURE,
    )  # fmt: skip
    response.delete_cookie(COOKIE)
    return response
