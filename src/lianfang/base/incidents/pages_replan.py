"""What the page of a zone shows when the edition in force does not know its level: the ready plan and whose turn it is."""

from __future__ import annotations

from typing import Any

from lianfang.base.access.actor import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.incidents import pages
from lianfang.base.incidents.models import Zone
from lianfang.base.incidents.replanning import replan_of
from lianfang.kernel.errors import LianfangError


def replan_context(actor: Actor, found: Zone, place: str) -> dict[str, Any]:
    """The plan in words, whether it waits for the second person, and who may do what; empty where nothing is to plan."""
    if found.state != "live":
        return {}
    try:
        plan = replan_of(found)
    except LianfangError:  # before the first edition there is nothing to plan by
        return {}
    if plan is None and not found.replan_to:
        return {}
    here = actor.covers(found.path)
    return {
        "replan": {
            "words": found.replan_reason if found.replan_to and reader_language() == "zh" else plan.words(reader_language()) if plan
            else found.replan_reason,
            "waits": bool(found.replan_to),
            "may_propose": here and plan is not None and not found.replan_to and actor.may("other", "zone_propose"),
            "turn": pages.turn(actor, verb="zone_approve", path=found.path, before=found.replan_by, place=place),
            "may_withdraw": here and any(actor.may("other", verb) for verb in ("zone_propose", "zone_approve")),
        }
    }  # fmt: skip
