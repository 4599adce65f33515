"""Settings and addresses of the whole application: what a browser and a proxy see of them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.row("J1")


@pytest.fixture(scope="module")
def client(database: Any) -> Client:
    """Somebody who is not signed in."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    return Client(enforce_csrf_checks=True)


def test_pages_load_nothing_from_elsewhere_and_stand_in_no_frame(client: Client) -> None:
    answer = client.get(reverse("sign-in"))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_a_form_without_its_token_is_refused(client: Client) -> None:
    assert client.post(reverse("sign-in"), {"username": "x", "password": "y"}).status_code == 403


def test_another_host_is_refused(client: Client) -> None:
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_leads_nowhere_else(client: Client, target: str) -> None:
    page = client.get(reverse("sign-in"), {"next": target}).content.decode()
    assert 'name="next" value="/"' in page
    assert f'name="next" value="{target}"' not in page


def test_secrets_have_no_default_that_two_installations_share() -> None:
    """Without a secret each process makes one of its own: sessions of forms break visibly instead of being forgeable."""
    script = "from lianfang.config import settings; print(settings.SECRET_KEY)"
    told = {
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PATH": ""}
        ).stdout
        for _ in range(2)
    }
    assert len(told) == 2


def test_django_admin_and_its_sessions_are_not_there() -> None:
    assert not [
        app for app in settings.INSTALLED_APPS if app.startswith(("django.contrib.admin", "django.contrib.sessions"))
    ]
    assert settings.DATABASES["default"]["USER"] == "lianfang_app"
    assert settings.DATABASES["door"]["USER"] == "lianfang_door"
    assert not settings.DEBUG


def test_only_posts_to_the_door_bypass_django(database: Any) -> None:
    """`/api/facts` by another method is an ordinary page that does not exist."""
    from lianfang.config.asgi import application

    sent: list[dict[str, Any]] = []

    async def call(method: str) -> None:
        messages = iter([{"type": "http.request", "body": b"[]", "more_body": False}])

        async def receive() -> dict[str, Any]:
            message = next(messages, None)
            if message is None:
                await asyncio.sleep(30)
            return message or {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": "/api/facts", "raw_path": b"/api/facts", "query_string": b"",
                 "headers": [(b"host", b"localhost")], "http_version": "1.1", "scheme": "http", "server": ("localhost", 80),
                 "client": ("127.0.0.1", 1), "root_path": ""}  # fmt: skip
        await application(scope, receive, send)

    with ThreadPoolExecutor(1) as aside:  # a browser test before may have left a loop running in this thread
        aside.submit(lambda: asyncio.run(call("GET"))).result()
    assert sent[0]["status"] == 404
