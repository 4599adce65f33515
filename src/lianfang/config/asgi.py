"""The ASGI application: `POST /api/facts` goes straight to the door, everything else to Django."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")

import django

django.setup(set_prefix=False)

from lianfang.base.database.connect import DOOR, from_environment  # noqa: E402  (apps first)
from lianfang.base.facts.asgi import facts_endpoint  # noqa: E402
from lianfang.base.facts.door import Door  # noqa: E402
from lianfang.web.bodies import PagesHandler  # noqa: E402

django_application = PagesHandler()
_door: Door | None = None


async def door() -> Door:
    """This worker's door, opened at the first call."""
    global _door  # noqa: PLW0603  (one door a worker process)
    if _door is None:
        _door = Door(from_environment().conninfo(DOOR))
        await _door.start()
    return _door


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Dispatch one connection."""
    if scope["type"] == "http":
        if scope["path"] == "/api/facts" and scope["method"] == "POST":
            await facts_endpoint(await door(), scope, receive, send)
        else:
            await django_application(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await door()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if _door is not None:
                await _door.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
