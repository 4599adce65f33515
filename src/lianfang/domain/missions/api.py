"""The door of missions for other apps."""

from __future__ import annotations

from lianfang.domain.missions.services import turn_hours, wake_rested

__all__ = ["turn_hours", "wake_rested"]
