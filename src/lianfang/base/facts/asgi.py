"""`POST /api/facts` as a thin ASGI function: read, submit to the door, answer per fact."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg

from lianfang.base.facts.door import Door, SignedOut
from lianfang.base.facts.envelope import MAX_BODY_BYTES
from lianfang.base.facts.reading import read_body
from lianfang.kernel.clock import clock_offset, clock_trusted
from lianfang.kernel.errors import Language, LianfangError
from lianfang.kernel.ids import uuid7

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def facts_endpoint(door: Door, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one call. The status speaks of the envelope only: 200 answered per fact, 400, 401, 413 or 503 nothing kept."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    language: Language = "en" if headers.get(b"accept-language", b"").lower().startswith(b"en") else "zh"
    received_at = datetime.now(UTC)
    try:
        token = _token(headers)
        body = await _body(receive)
        facts = read_body(body, token=token, received_at=received_at, offset=_offset(headers, received_at))
        await door.submit(facts)
    except LianfangError as error:
        extra = [(b"retry-after", str(error.values["seconds"]).encode())] if error.code == "facts.busy" else []
        await _problem(send, error, language, extra)
    except SignedOut:
        await _problem(send, LianfangError("session.expired"), language, [])
    except psycopg.Error:
        log.warning("door: the database can't be reached")
        await _problem(send, LianfangError("facts.busy", seconds=5), language, [(b"retry-after", b"5")])
    except Exception:
        trace = str(uuid7())
        log.exception("door: trace %s", trace)
        await _problem(send, LianfangError("internal.failure", trace=trace), language, [])
    else:
        await _answer(
            send, 200, msgspec.json.encode([fact.answer(language) for fact in facts]), b"application/json", []
        )


def _token(headers: dict[bytes, bytes]) -> bytes:
    authorization = headers.get(b"authorization", b"")
    if authorization.startswith(b"Bearer "):
        return hashlib.sha256(authorization[7:]).digest()
    raise LianfangError("session.expired")


def _offset(headers: dict[bytes, bytes], received_at: datetime) -> timedelta:
    """How far the phone's clock is off, from its own time of sending; no header means: trust it."""
    try:
        offset = clock_offset(datetime.fromisoformat(headers[b"x-sent-at"].decode()), received_at)
    except (KeyError, ValueError, LianfangError):
        return timedelta()
    return timedelta() if clock_trusted(offset) else offset


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise LianfangError("facts.not_a_list")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise LianfangError("fact.too_large", bytes=size, limit=MAX_BODY_BYTES)
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


async def _problem(send: Send, error: LianfangError, language: Language, extra: list[tuple[bytes, bytes]]) -> None:
    body = msgspec.json.encode(error.as_problem_json(language))
    await _answer(send, error.status, body, b"application/problem+json", extra)


async def _answer(send: Send, status: int, body: bytes, kind: bytes, extra: list[tuple[bytes, bytes]]) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *extra,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
