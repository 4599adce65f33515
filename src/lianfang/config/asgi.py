"""The ASGI application: `POST /api/facts` goes straight to the door, everything else to Django."""

from __future__ import annotations

import gc
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")

import django

django.setup(set_prefix=False)

from lianfang.base.database.connect import DOOR, from_environment  # noqa: E402  (apps first)
from lianfang.base.facts.asgi import facts_endpoint  # noqa: E402
from lianfang.base.facts.door import Door  # noqa: E402
from lianfang.web.handler import PagesHandler  # noqa: E402

django_application = PagesHandler()
_door: Door | None = None
YOUNG_OBJECTS = 20_000
"""New objects after which the collector looks at the young ones (docs/methods/door.md): a transaction of the door makes some
thousands and drops them all, and Python's own 700 moves them among the old ones while they are in use."""


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


def _settle_memory() -> None:
    """Take what was loaded once out of the garbage collector's rounds, which would walk through it while callers wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await door()
            _settle_memory()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if _door is not None:
                await _door.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
