"""The door of keeping: what commands and pages above use."""

from __future__ import annotations

from lianfang.base.keeping.backup import Wish, back_up
from lianfang.base.keeping.manifest import Backup, whole_backups
from lianfang.base.keeping.restore import Restored, check, choose, parse_until, restore

__all__ = ["Backup", "Restored", "Wish", "back_up", "check", "choose", "parse_until", "restore", "whole_backups"]
