"""The plain port beside TLS: it hands out the certificate and how to trust it, and leads everything else to https."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
os.environ["LIANFANG_TLS"] = ""  # this port sends no cookie and promises no TLS

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

OPEN = ("/trust/", "/static/", "/healthz", "/i18n/")
"""What is served without encryption: nothing of it is personal."""


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Dispatch one connection."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"].startswith(OPEN):
        scope["headers"] = [
            (name, value) for name, value in scope["headers"] if name != b"cookie" or b"lf_language" in value
        ]
        await django_application(scope, receive, send)
    elif scope["type"] == "http":
        await _lead_on(scope, send)


async def _lead_on(scope: Any, send: Any) -> None:
    from django.conf import settings
    from django.http.request import split_domain_port, validate_host

    asked = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    domain, _ = split_domain_port(asked)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        await send({"type": "http.response.start", "status": 400, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    port = os.environ.get("LIANFANG_PORT", "443")
    query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
    target = f"https://{domain}{'' if port == '443' else ':' + port}{quote(scope['path'])}{query}"
    headers = [(b"location", target.encode("latin-1")), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 308, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
