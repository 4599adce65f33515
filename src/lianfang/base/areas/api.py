"""The door of areas for everybody above."""

from __future__ import annotations

from lianfang.base.areas.services import Division, load_divisions, read_divisions, shipped_divisions

__all__ = ["Division", "load_divisions", "read_divisions", "shipped_divisions"]
