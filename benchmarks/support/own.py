"""A prepared database for one bench alone, in a process that nothing else uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lianfang.base.database import connect
from lianfang.base.database.supervisor import EmbeddedServer


@contextmanager
def own_database(folder: str) -> Iterator[connect.Target]:
    """Start a server in an empty folder, set Django up on it, and prepare roles, schema and rights."""
    with EmbeddedServer(Path(folder)) as server:
        target = server.target()
        connect.export(target)
        os.environ |= {
            "LIANFANG_DATA": folder,
            "LIANFANG_DRILL": "1",
            "DJANGO_SETTINGS_MODULE": "lianfang.config.settings",
        }
        import django

        django.setup()
        from lianfang.base.access.services import load_rights
        from lianfang.base.database.prepare import prepare

        prepare(target)
        load_rights()
        yield target
