"""What several checks share: duplicates, references, days, dated editions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from lianfang.base.playbooks.decode import Draft
from lianfang.base.playbooks.model.common import Dated
from lianfang.base.playbooks.problems import Path, nearest
from lianfang.kernel.errors import LianfangError


def check_unique(draft: Draft, path: Path, keys: Iterable[str]) -> None:
    """Every key of a list occurs once."""
    seen: set[str] = set()
    for number, key in enumerate(keys):
        if key in seen:
            draft.add((*path, number), LianfangError("playbook.duplicate_item", key=key))
        seen.add(key)


def check_reference(draft: Draft, path: Path, word: str | None, known: Iterable[str], section: str) -> bool:
    """A word names an entry of another section; None is no reference. Whether it does."""
    if word is None or word in (known := set(known)):
        return True
    draft.add(path, nearest("playbook.reference_unknown", word, known, section=section))
    return False


def check_days(draft: Draft, path: Path, days: Sequence[int], length: int | None) -> None:
    """Days go up, do not repeat, and stay within a length if there is one."""
    if any(later <= earlier for earlier, later in pairwise(days)):
        draft.add(path, LianfangError("playbook.days_unordered"))
    if length is None:
        return
    for number, day in enumerate(days):
        if not 1 <= day <= length:
            draft.add((*path, number), LianfangError("playbook.days_outside_stage", day=day, days=length))


def check_dates(draft: Draft, path: Path, editions: Sequence[Dated]) -> None:
    """Editions have unique ids, are in order, do not overlap and leave no day out."""
    check_unique(draft, path, (edition.id for edition in editions))
    for number, edition in enumerate(editions):
        if edition.until is not None and edition.until < edition.valid_from:
            draft.add(
                (*path, number, "until"),
                LianfangError(
                    "playbook.until_before_from",
                    until=edition.until.isoformat(),
                    valid_from=edition.valid_from.isoformat(),
                ),
            )
    for number, (one, other) in enumerate(pairwise(editions), start=1):
        place = (*path, number, "from")
        last = one.until if one.until is not None else date.max
        if other.valid_from <= one.valid_from:
            draft.add(place, LianfangError("playbook.editions_unordered", one=other.id, other=one.id))
        elif other.valid_from <= last:
            day = other.valid_from.isoformat()
            draft.add(place, LianfangError("playbook.editions_overlap", one=one.id, other=other.id, day=day))
        elif other.valid_from - last > timedelta(days=1):
            day = (last + timedelta(days=1)).isoformat()
            draft.add(place, LianfangError("playbook.editions_gap", one=one.id, other=other.id, day=day))
