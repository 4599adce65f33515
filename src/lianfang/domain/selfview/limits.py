"""How often one address may try: the window that every public page shares."""

from __future__ import annotations

from lianfang.base.access.limits import Window

__all__ = ["Window"]
