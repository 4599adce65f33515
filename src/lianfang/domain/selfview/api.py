"""The door of the resident's own page for other apps."""

from __future__ import annotations

from lianfang.domain.selfview.services import issue_links, revoke_link

__all__ = ["issue_links", "revoke_link"]
