"""The sentences of workforce."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "workforce.circular_parent",
    status=409,
    zh="上级单位不能是它自己或它的下级单位。请另选一个上级。",
    en="A unit cannot be placed under itself or under one of its own units. Choose another parent.",
)
