"""The door of volunteers for other apps: publishing a call, and what a member may claim."""

from __future__ import annotations

from lianfang.domain.volunteers.claiming import Claimable, claim, claimable_for
from lianfang.domain.volunteers.owning import own_page_by
from lianfang.domain.volunteers.rules import Hours, NewCall
from lianfang.domain.volunteers.services import publish_call

__all__ = ["Claimable", "Hours", "NewCall", "claim", "claimable_for", "own_page_by", "publish_call"]
