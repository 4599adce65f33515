"""Editions, watches and zones."""

from __future__ import annotations

from collections.abc import Mapping

from lianfang.base.playbooks.checks.common import check_dates, check_days, check_reference
from lianfang.base.playbooks.decode import Draft
from lianfang.base.playbooks.model.disease import Edition, Watch, ZoneLevel
from lianfang.base.playbooks.problems import Path
from lianfang.kernel.errors import LianfangError

_WITHOUT_DAYS = {"all_stricter_zones_lifted", "authority_confirms"}


def check_editions(draft: Draft) -> None:
    """Editions follow each other; what they name exists; test days lie within their stage."""
    editions: tuple[Edition, ...] = draft.sections["editions"]
    check_dates(draft, ("editions",), editions)
    for number, edition in enumerate(editions):
        path: Path = ("editions", number)
        check_reference(draft, (*path, "zones"), edition.zones, draft.sections["zone_models"], "zone_models")
        for group, watch in edition.watches.items():
            at = (*path, "watches", group)
            check_reference(draft, at, group, draft.sections["watch_groups"], "watch_groups")
            _check_watch(draft, at, watch, edition.watches)


def _check_watch(draft: Draft, path: Path, watch: Watch, watches: Mapping[str, Watch]) -> None:
    if watch.same_as is not None:
        known = check_reference(draft, (*path, "same_as"), watch.same_as, watches, "watches")
        if known and watches[watch.same_as].same_as is not None:
            draft.add(
                (*path, "same_as"),
                LianfangError("playbook.same_as_chain", key=str(path[-1]), other=watch.same_as),
            )
    if not (watch.stages or watch.pcr or watch.pcr_daily or watch.same_as or watch.ended):
        draft.add(path, LianfangError("playbook.watch_empty"))
    check_reference(draft, (*path, "day_rule"), watch.day_rule, draft.sections["day_counting"], "day_counting")
    for number, stage in enumerate(watch.stages):
        at = (*path, "stages", number)
        check_reference(draft, (*at, "measure"), stage.measure, draft.sections["measures"], "measures")
        check_days(draft, (*at, "pcr_days"), stage.pcr_days, stage.days)


def check_zone_models(draft: Draft) -> None:
    """Zones are lowered to milder levels of their own model only, on conditions that say how many days."""
    for name, model in draft.sections["zone_models"].items():
        for level_name, level in model.levels.items():
            _check_level(draft, ("zone_models", name, "levels", level_name), level, list(model.levels))


def _check_level(draft: Draft, path: Path, level: ZoneLevel, strictest_first: list[str]) -> None:
    own = str(path[-1])
    check_days(draft, (*path, "pcr_days"), level.pcr_days, None)
    check_reference(draft, (*path, "on_positive"), level.on_positive, strictest_first, "levels")
    for number, rule in enumerate(level.lift):
        at = (*path, "lift", number)
        check_reference(draft, (*at, "after_level"), rule.after_level, strictest_first, "levels")
        known = check_reference(draft, (*at, "to"), rule.to, strictest_first, "levels")
        if known and rule.to is not None and strictest_first.index(rule.to) <= strictest_first.index(own):
            draft.add((*at, "to"), LianfangError("playbook.lift_not_milder", level=own, to=rule.to))
        for place, condition in enumerate(rule.all_of):
            if condition.days is None and condition.kind not in _WITHOUT_DAYS:
                draft.add((*at, "all_of", place), LianfangError("playbook.lift_days_missing", kind=condition.kind))
            if condition.kind == "authority_confirms" and condition.words is None:
                draft.add((*at, "all_of", place), LianfangError("playbook.missing_key", key="words"))
