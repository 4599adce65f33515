"""What pages of plans show: words and figures."""

from __future__ import annotations

from datetime import datetime

from lianfang.base.access.offices import offices_of, signature
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import Language


def who_and_when(account: int, when: datetime, language: Language) -> tuple[str, str]:
    """The office that did something, and the moment in words."""
    return signature(account, offices_of([account])), f"{when.astimezone(BEIJING):%Y-%m-%d %H:%M}"
