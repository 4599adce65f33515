"""The program of one computation: `python -m lianfang.domain.plans.program PLAN`, started by the steward."""

from __future__ import annotations

import sys


def main(plan_id: int) -> None:
    """Compute; what came of it stands in the plan and in its progress."""
    import django

    django.setup()
    from lianfang.domain.plans.worker import run_job

    run_job(plan_id)


if __name__ == "__main__":
    main(int(sys.argv[1]))
