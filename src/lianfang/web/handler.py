"""How the server makes a page: one thread from the first middleware to the last byte of the answer.

Every middleware and view of the product is a plain function. Django's own handler would lead each of them from the event
loop into a new thread and back several times a request (ADR 27 tells what that costs).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import FileResponse, HttpResponse
from django.urls import set_script_prefix

from lianfang.base.vault.spool import Spool
from lianfang.web.bodies import MARK, read_body

THREADS: Final = 32
"""Requests that a worker answers at a time; more wait their turn. Over twice its connections to the database, so that files
and pages without data go on while every connection is taken (assumption)."""
BLOCK: Final = 256 << 10
"""Bytes of a file that are read at a time: a style sheet is one trip to a thread (assumption)."""

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """What is sent: the start of a response, its body, and what follows and is read only while it is sent (None: nothing)."""

    start: dict[str, Any]
    body: bytes
    rest: Iterator[bytes] | None
    close: Callable[[], None]


class PagesHandler(ASGIHandler):
    """Django's handler with middleware and views in one thread a request, and bodies that end at a size."""

    def __init__(self) -> None:
        self.load_middleware()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request; a caller who leaves early ends only the sending."""
        try:
            body = await read_body(receive)
        except RequestAborted:
            return
        answer: Answer = await self._in_thread(self._answer, scope, body)
        try:
            await send(answer.start)
            await send({"type": "http.response.body", "body": answer.body, "more_body": answer.rest is not None})
            if answer.rest is not None:
                while (part := await self._in_thread(next, answer.rest, None)) is not None:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body"})
        finally:
            if answer.rest is not None:
                await self._in_thread(answer.close)

    def create_request(self, scope: dict[str, Any], body_file: Spool) -> Any:
        """Tell the middleware below when the body was too large to be kept."""
        if body_file.overflowed:
            scope[MARK] = True
        return super().create_request(scope, body_file)

    def _answer(self, scope: dict[str, Any], body: Spool) -> Answer:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        with body:  # here, where it is read: a caller who leaves takes nothing from under a view at work
            request, response = self.create_request(scope, body)
            if request is not None:
                response = self.get_response(request)
        response._handler_class = self.__class__
        start = {"type": "http.response.start", "status": response.status_code, "headers": _headers(response)}
        if not response.streaming:
            return _whole(start, response.content, response.close)
        if isinstance(response, FileResponse):
            response.block_size = BLOCK
        rest = iter(response)
        begun = list(islice(rest, 2))
        if len(begun) < 2:
            return _whole(start, b"".join(begun), response.close)
        return Answer(start, b"".join(begun), rest, response.close)

    async def _in_thread(self, work: Callable[..., Any], *given: Any) -> Any:
        """Run in one of the threads, with context variables of its own that nobody else sees."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, work, *given)


def _whole(start: dict[str, Any], body: bytes, close: Callable[[], None]) -> Answer:
    close()  # in the thread that made it, whose connection to the database goes back
    return Answer(start, body, None, close)


def _headers(response: HttpResponse) -> list[tuple[bytes, bytes]]:
    cookies = [(b"Set-Cookie", one.output(header="").strip().encode("ascii")) for one in response.cookies.values()]
    return [(name.encode("ascii"), value.encode("latin1")) for name, value in response.items()] + cookies
