"""The door of workforce for other apps."""

from __future__ import annotations

from lianfang.domain.workforce import problems  # noqa: F401  (defines its sentences)
from lianfang.domain.workforce.sealing import Opener, Shown

__all__ = ["Opener", "Shown"]
