"""The server's way to a page: one thread for each request, nothing left over for the next, files sent as they are read."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from lianfang.web import handler
from lianfang.web.handler import BLOCK

Message = dict[str, Any]
left_over: ContextVar[str] = ContextVar("left_over", default="")
threads: list[tuple[str, int]] = []
meeting = threading.Barrier(2)
closed: list[str] = []


def note(where: str) -> None:
    threads.append((where, threading.get_ident()))


class Noting:
    """A middleware that says in which thread it runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        note("middleware")
        return self.get_response(request)


def plain(request: HttpRequest) -> HttpResponse:
    note("view")
    found, _ = left_over.get(), left_over.set("seen")
    answer = HttpResponse(f"{request.method} {request.body.decode()}{found}" + "页" * 100_000)
    answer.set_cookie("a", "1")
    return answer


def meets(request: HttpRequest) -> HttpResponse:
    meeting.wait(30)
    return HttpResponse("met")


def breaks(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def parts(request: HttpRequest) -> StreamingHttpResponse:
    class Rows:
        def __iter__(self) -> Iterator[bytes]:
            yield from (b"one", b"", b"three")

        def close(self) -> None:
            closed.append("rows")

    return StreamingHttpResponse(Rows())


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(io.BytesIO(b"x" * int(request.body)))


urlpatterns = [
    path("plain", plain),
    path("meets", meets),
    path("breaks", breaks),
    path("parts", parts),
    path("file", file),
]


@pytest.fixture
def pages() -> Iterator[handler.PagesHandler]:
    """The handler with one middleware and the views above."""
    threads.clear(), closed.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.Noting"], ALLOWED_HOSTS=["*"]):
        yield handler.PagesHandler()


def asked(
    pages: handler.PagesHandler, *addresses: str, body: bytes = b"", leaves_after: int | None = None
) -> list[list[Message]]:
    """What is sent for requests made at the same time; a caller who leaves hears no more than so many messages."""

    async def one(address: str) -> list[Message]:
        heard: list[Message] = []
        waiting = iter([{"type": "http.request", "body": body}])

        async def receive() -> Message:
            return next(waiting)

        async def send(message: Message) -> None:
            if leaves_after is not None and len(heard) == leaves_after:
                raise ConnectionResetError
            heard.append(message)

        scope = {"type": "http", "method": "POST", "path": f"/{address}", "query_string": b"", "headers": []}
        try:
            await pages(scope, receive, send)
        except ConnectionResetError:
            heard.append({"type": "left"})
        return heard

    async def all_of_them() -> list[list[Message]]:
        return list(await asyncio.gather(*map(one, addresses)))

    with ThreadPoolExecutor(1) as apart:  # a browser of another test keeps a loop in this thread
        return apart.submit(asyncio.run, all_of_them()).result(60)


def test_one_thread_from_the_first_signal_to_the_last(pages: handler.PagesHandler) -> None:
    def started(**_: object) -> None:
        note("started")

    def finished(**_: object) -> None:
        note("finished")

    request_started.connect(started)
    request_finished.connect(finished)
    try:
        [[start, body]] = asked(pages, "plain", body=b"form ")
    finally:
        request_started.disconnect(started)
        request_finished.disconnect(finished)
    assert [where for where, _ in threads] == ["started", "middleware", "view", "finished"]
    assert len({thread for _, thread in threads}) == 1
    assert start["status"] == 200
    assert (b"Set-Cookie", b"a=1; Path=/") in start["headers"]
    assert body["body"].decode() == "POST form " + "页" * 100_000


def test_nothing_of_a_request_is_seen_by_the_next(pages: handler.PagesHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_threads", ThreadPoolExecutor(1))
    answers = [asked(pages, "plain", body=b"-")[0][1]["body"].decode()[:10] for _ in range(2)]
    assert len({thread for _, thread in threads}) == 1, "the same thread answers both"
    assert answers == ["POST -" + "页" * 4] * 2


def test_requests_are_answered_at_the_same_time(pages: handler.PagesHandler) -> None:
    assert [messages[1]["body"] for messages in asked(pages, "meets", "meets")] == [b"met", b"met"]


def test_a_fault_is_an_answer(pages: handler.PagesHandler) -> None:
    with override_settings(DEBUG_PROPAGATE_EXCEPTIONS=False):
        [[start, body]] = asked(pages, "breaks")
    assert start["status"] == 500
    assert b"ZeroDivisionError" not in body["body"]


@pytest.mark.parametrize(("leaves_after", "heard"), [(None, [b"one", b"three", b""]), (2, [b"one"])])
def test_what_is_read_while_it_is_sent(
    pages: handler.PagesHandler, leaves_after: int | None, heard: list[bytes]
) -> None:
    [messages] = asked(pages, "parts", leaves_after=leaves_after)
    assert [message.get("body", b"") for message in messages if message["type"] == "http.response.body"] == heard
    assert closed == ["rows"], "closed once, also when the caller left"


@pytest.mark.parametrize(
    ("size", "sizes"), [(0, [0]), (100, [100]), (BLOCK, [BLOCK]), (3 * BLOCK + 5, [2 * BLOCK, BLOCK, 5, 0])]
)
def test_a_small_file_is_one_message(pages: handler.PagesHandler, size: int, sizes: list[int]) -> None:
    [[_, *messages]] = asked(pages, "file", body=str(size).encode())
    assert [len(message.get("body", b"")) for message in messages] == sizes
    assert [message.get("more_body", False) for message in messages] == [True] * (len(messages) - 1) + [False]
