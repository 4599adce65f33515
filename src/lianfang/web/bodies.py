"""What is sent to the pages: kept in memory while it is small, sealed on disk while it is taken in, refused when it is too large."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse

from lianfang.base.vault.spool import Spool
from lianfang.kernel.errors import LianfangError, define
from lianfang.web import problems

LARGEST: Final = 66 << 20
"""Bytes of one request: the largest file that any page reads (64 MiB) and the rest of its form (assumption)."""
_READ_TO_THE_END: Final = 1 << 30
"""Of a body that is too large, so many bytes are still heard, so that the browser hears the answer (assumption)."""
MARK: Final = "lianfang.too_large"
"""What marks the scope of a request whose body was too large to be kept."""

define(
    "web.body_too_large",
    status=413,
    zh="发送的内容超过{limit}兆字节，没有保存。请把名单分成几份再发送，或请系统管理员用命令行导入。",
    en="What was sent is larger than {limit} MB and was not kept. Send the list in parts, or let the operator import it by command.",
)


def _spool(most: int | None = None) -> Spool:
    return Spool(Path(settings.DATA) / "uploads", most)


async def read_body(receive: Callable[[], Awaitable[dict[str, Any]]]) -> Spool:
    """The body of a request, ready to read; raises RequestAborted when the sender leaves or does not stop sending."""
    body, heard = _spool(LARGEST), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or heard > _READ_TO_THE_END:
            body.close()
            raise RequestAborted
        if "body" in message:
            heard += len(message["body"])
            body.write(message["body"])
        if not message.get("more_body", False):
            return body


class SpooledUpload(FileUploadHandler):
    """A file of a form, sealed on disk beyond the first megabyte."""

    def new_file(self, *arguments: Any, **named: Any) -> None:
        """Begin with the next file of the form."""
        super().new_file(*arguments, **named)
        self.file = _spool()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what comes."""
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        """The whole file, read from its start."""
        self.file.seek(0)
        return UploadedFile(
            self.file, self.file_name or "", self.content_type or "", file_size, self.charset, self.content_type_extra
        )

    def upload_interrupted(self) -> None:
        """Forget a part of a file."""
        if hasattr(self, "file"):
            self.file.close()


class TooLargeMiddleware:
    """Answers a request whose body was too large to be kept, before anything looks for what it held."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do around a request."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """The refusal, as this caller hears refusals."""
        if not getattr(request, "scope", {}).get(MARK):
            return None
        return problems.answer(request, LianfangError("web.body_too_large", limit=LARGEST >> 20))
