"""The door of volunteers for other apps."""

from __future__ import annotations

from lianfang.domain.volunteers.services import publish_call

__all__ = ["publish_call"]
