"""`lianfang plan replay NUMBER`: solve a kept plan again and say whether the same comes out."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from lianfang.cli import runtime
from lianfang.cli.phrases import require_data
from lianfang.kernel.errors import LianfangError, define

define(
    "plan.unknown",
    status=404,
    zh="没有第{number}号方案，或它还没有算出结果。",
    en="There is no plan {number}, or it has no result yet.",
)


def run(args: argparse.Namespace) -> int:
    """0 when the same lines come out again, 1 when another plan does; args: file (the number), data, seconds, out.

    Raises keeping.no_data, plan.unknown.
    """
    require_data(args.data.resolve())
    with runtime.database(args.data):
        import django

        django.setup()
        from lianfang.domain.plans.export import problem_json
        from lianfang.domain.plans.models import Plan
        from lianfang.domain.plans.registry import kind_of
        from lianfang.domain.plans.selectors import built_of, result_of
        from lianfang.planning import Stop

        number = str(args.file)
        plan = Plan.objects.using("owner").filter(id=int(number) if number.isdecimal() else 0).first()
        if plan is None or plan.problem is None or plan.result is None:
            raise LianfangError("plan.unknown", number=number)
        kind, built, before = kind_of(plan.kind), built_of(plan), result_of(plan)
        after = kind.solve(built, stop=Stop(seconds=plan.stop_seconds), seed=plan.seed)
        same = [(line.subject, line.target, line.role) for line in kind.lines(built, before)] == [
            (line.subject, line.target, line.role) for line in kind.lines(built, after)
        ]
        if args.out is not None:
            Path(args.out).write_text(json.dumps(problem_json(plan), ensure_ascii=False), encoding="utf-8")
    gone = "" if same else ", other lines"
    print(
        f"plan {plan.id} ({plan.kind}, {kind.engine}): then {before.objective:g}, now {after.objective:g}, {after.status}, "
        f"{after.seconds:.1f} s{', the same lines' if same else gone}",
        file=sys.stdout if same else sys.stderr,
    )
    return 0 if same else 1
