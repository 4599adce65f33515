"""The door of members' own pages for other apps."""

from __future__ import annotations

from lianfang.domain.service.entering import issue_links

__all__ = ["issue_links"]
