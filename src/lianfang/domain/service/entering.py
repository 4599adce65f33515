"""Who opens the page: the code of a slip and a question only they can answer, or an account that is a member's."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Final

import msgspec
from django.conf import settings
from django.core import signing
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from lianfang.base.access.api import Actor
from lianfang.base.database.select import call
from lianfang.base.vault.api import standing_box, system_box
from lianfang.domain.selfview.api import CodeKind, Window, digest_of, new_code
from lianfang.domain.service import problems  # noqa: F401  (defines its sentences)
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import ALPHABET

MEMBER: Final = CodeKind("mine", "service.code_unknown")
LINK_DAYS: Final = 180
"""How long a slip works: an assumption, half a year, as for residents."""
SECRET: Final = b"workforce_secret.sealed"
OWN: Final = "account"
"""What stands in the address in place of a code for somebody who is signed in."""
COOKIE: Final = "lf_mine"
SALT: Final = "lianfang.service"
OPEN_SECONDS: Final = 12 * 3600
"""How long the page stays open after the question was answered: an assumption, one shift, so that leaving a post needs no question."""
HOME_SIGN: Final = 5
"""Letters of the signature behind a community's code: 25 bits, against mistyping and guessing, not a secret."""
_tries = Window()


def today() -> date:
    """The Beijing day now."""
    return beijing_day(timezone.now())


def issue_links(*, actor: Actor, members: Sequence[int], days: int = LINK_DAYS) -> dict[int, str]:
    """A fresh code for each of the given members of the caller's area or unit; earlier codes of theirs end.

    The codes are returned once and never kept. Raises access.not_found.
    """
    ends_on = today() + timedelta(days=days)
    codes = {member: new_code(ends_on, MEMBER) for member in members}
    hashes = [digest_of(code, today=today(), kind=MEMBER) for code in codes.values()]
    rows = call("select * from service_issue(%s::bigint[], %s::bytea[], %s)", [list(codes), hashes, ends_on])
    made = {row[0] for row in rows}
    return {member: code for member, code in codes.items() if member in made}


def issue_to_volunteer(answer: bytes) -> str:
    """A fresh code of the own page for the accepted volunteer behind the digest of their answer's code; it is never kept.

    '' for somebody who is known from elsewhere: they keep the code or the account they have, or ask their community.
    """
    ends_on = today() + timedelta(days=LINK_DAYS)
    code = new_code(ends_on, MEMBER)
    digest = digest_of(code, today=today(), kind=MEMBER)
    made = call("select service_issue_volunteer(%s, %s, %s)", [answer, digest, ends_on])[0][0]
    return code if made else ""


def one_try(request: HttpRequest) -> None:
    """Count a try of this address; raises service.locked when there were too many."""
    if not _tries.allow(request.META.get("REMOTE_ADDR", "")):
        raise LianfangError("service.locked")


def check_answer(*, code: str, answer: str) -> None:
    """Compare the answer to the second question; each try is counted and kept.

    Raises service.code_unknown, service.locked, service.answer_wrong, service.nothing_to_ask.
    """
    digest = digest_of(code, today=today(), kind=MEMBER)
    rows = call("select * from service_find(%s)", [digest])
    if not rows or rows[0][2] in ("revoked", "ended"):
        raise LianfangError("service.code_unknown")
    key_path, secret, standing = rows[0]
    if standing == "locked":
        raise LianfangError("service.locked")
    wanted = _wanted(key_path, secret)
    if not wanted:
        raise LianfangError("service.nothing_to_ask")
    said = "".join(character for character in answer.upper() if character.isalnum()).encode()
    good = any(hmac.compare_digest(said, text.encode()) for text in wanted)
    with connections["door"].cursor() as cursor:  # a connection of its own: no refused request takes the count back
        cursor.execute("select service_tried(%s, %s)", [digest, good])
    if not good:
        raise LianfangError("service.answer_wrong")


def _wanted(key_path: str, secret: bytes | None) -> list[str]:
    """What answers: the end of the paper's number, or the whole telephone (its end alone stands in colleagues' lists)."""
    known = msgspec.json.decode(standing_box(key_path).open(secret, SECRET)) if secret is not None else {}
    number, phone = str(known.get("number", "")), str(known.get("phone", ""))
    return [
        text for text in (number[-4:].upper() if len(number) >= 8 else "", phone if len(phone) >= 7 else "") if text
    ]


def remember(answer: HttpResponse, code: str) -> None:
    """Let this phone open the page for a shift."""
    held = signing.dumps(digest_of(code, today=today(), kind=MEMBER).hex(), salt=SALT)
    answer.set_cookie(
        COOKIE, held, max_age=OPEN_SECONDS, path="/mine/", httponly=True, secure=settings.SECURE, samesite="Lax"
    )


def opened(request: HttpRequest, who: str) -> bool:
    """Whether this phone answered the question for this very code not long ago, or an account is signed in."""
    if who == OWN:
        return getattr(request, "actor", None) is not None
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=OPEN_SECONDS)
        return bool(held == digest_of(who, today=today(), kind=MEMBER).hex())
    except (signing.BadSignature, LianfangError):
        return False


@contextmanager
def as_member(request: HttpRequest, who: str) -> Iterator[None]:
    """A transaction in which `workforce_me()` is the member behind the code or the account.

    Raises service.code_unknown, service.nobody; session.expired when nobody is signed in.
    """
    if not opened(request, who):
        raise LianfangError("session.expired" if who == OWN else "service.code_unknown")
    with transaction.atomic():
        if who != OWN and not call("select workforce_enter(%s)", [digest_of(who, today=today(), kind=MEMBER)])[0][0]:
            raise LianfangError("service.code_unknown")
        yield


def home_code(path: str) -> str:
    """The code that a community prints for members who report to it: its twelve digits and five letters."""
    raw = int.from_bytes(system_box().blind(f"mine-home:{path}")[:4], "big")
    return path + "".join(ALPHABET[raw >> 5 * at & 31] for at in range(HOME_SIGN))


def home_of(text: str) -> str:
    """The community behind a printed code; raises service.home_code_wrong."""
    plain = "".join(character for character in text.upper() if character.isalnum())
    if not plain[:12].isdigit() or not hmac.compare_digest(plain.encode(), home_code(plain[:12]).encode()):
        raise LianfangError("service.home_code_wrong")
    return plain[:12]
