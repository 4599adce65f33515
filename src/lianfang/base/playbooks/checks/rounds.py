"""Testing rounds: dated guides, validated pool sizes, unique reasons."""

from __future__ import annotations

from lianfang.base.playbooks.checks.common import check_dates, check_unique
from lianfang.base.playbooks.decode import Draft
from lianfang.base.playbooks.model.rounds import Rounds
from lianfang.base.playbooks.problems import Path
from lianfang.kernel.errors import LianfangError


def check_rounds(draft: Draft) -> None:
    """Guides follow each other, every pool size in use was validated, reasons have one key each."""
    rounds: Rounds = draft.sections["rounds"]
    check_dates(draft, ("rounds", "editions"), rounds.editions)
    check_unique(draft, ("rounds", "not_sampled_reasons"), (reason.key for reason in rounds.not_sampled_reasons))
    pooling: Path = ("rounds", "pooling", "default_size")
    if rounds.pooling is None:
        if rounds.editions or rounds.stop_rules or rounds.positive_pool is not None:
            draft.add(("rounds",), LianfangError("playbook.missing_key", key="pooling"))
        return
    _check_size(draft, pooling, rounds.pooling.default_size, rounds)
    for number, edition in enumerate(rounds.editions):
        path: Path = ("rounds", "editions", number)
        _check_size(draft, (*path, "first_round_pool_all"), edition.first_round_pool_all, rounds)
        _check_size(draft, (*path, "pool_isolation_and_key"), edition.pool_isolation_and_key, rounds)
        for place, size in enumerate(edition.pool_other):
            _check_size(draft, (*path, "pool_other", place), size, rounds)


def _check_size(draft: Draft, path: Path, size: int | None, rounds: Rounds) -> None:
    allowed = rounds.pooling.sizes_validated if rounds.pooling is not None else ()
    if size is not None and size not in allowed:
        draft.add(path, LianfangError("playbook.size_not_validated", size=size, allowed=", ".join(map(str, allowed))))
