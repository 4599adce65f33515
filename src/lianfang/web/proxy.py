"""Headers of a proxy in front: believed from the proxies that the operator named, ignored from anybody else.

A named proxy that sends them damaged is refused with a sentence, because guessing would turn a mistake in its
configuration into a wrong address in the records.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lianfang.kernel.errors import LianfangError, define
from lianfang.web import problems

FORWARDED: Final = (
    "HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_SERVER", "HTTP_X_FORWARDED_PREFIX", "HTTP_X_REAL_IP",
)  # fmt: skip

define(
    "proxy.header_wrong",
    status=400,
    zh="前置代理发来的{header}不对。请系统管理员对照 deploy/nginx.conf 检查代理配置。",
    en="The proxy in front sent a wrong {header}. The system administrator compares its configuration with deploy/nginx.conf.",
)


class ProxyMiddleware:
    """Sets scheme and client address from a named proxy's headers; removes the headers in every case."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.proxies = [ipaddress.ip_network(text) for text in settings.PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request as the client meant it."""
        sent = {name: value for name in FORWARDED if (value := request.META.pop(name, None)) is not None}
        request.__dict__.pop("headers", None)
        request.META["lianfang.direct"] = not sent  # nothing claims that somebody stands behind the peer
        if sent and self._named(request.META.get("REMOTE_ADDR", "")):
            try:
                self._believe(request, sent)
            except LianfangError as error:
                return problems.answer(request, error)
        return self.get_response(request)

    def _believe(self, request: HttpRequest, sent: dict[str, str]) -> None:
        scheme = sent.get("HTTP_X_FORWARDED_PROTO", "")
        if scheme not in ("http", "https"):
            raise LianfangError("proxy.header_wrong", header="X-Forwarded-Proto")
        request.META["REMOTE_ADDR"] = self._client(sent.get("HTTP_X_FORWARDED_FOR", ""))
        request.META["wsgi.url_scheme"] = scheme
        if hasattr(request, "scope"):
            request.scope["scheme"] = scheme

    def _client(self, chain: str) -> str:
        """The last address of the chain that is no named proxy: what stands before it anybody can write."""
        addresses = [part.strip() for part in chain.split(",")]
        try:
            known = [str(ipaddress.ip_address(address)) for address in addresses]
        except ValueError:
            raise LianfangError("proxy.header_wrong", header="X-Forwarded-For") from None
        return next((address for address in reversed(known) if not self._named(address)), known[0])

    def _named(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.proxies)
