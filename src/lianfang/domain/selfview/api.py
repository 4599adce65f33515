"""The door of the resident's own page for other apps; codes and windows of tries serve any page that a printed code opens."""

from __future__ import annotations

from lianfang.domain.selfview.codes import CodeKind, digest_of, grouped, new_code
from lianfang.domain.selfview.limits import Window
from lianfang.domain.selfview.services import issue_links, revoke_link

__all__ = ["CodeKind", "Window", "digest_of", "grouped", "issue_links", "new_code", "revoke_link"]
