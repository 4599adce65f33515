"""The program of one job beside the pages: `python -m lianfang.base.jobs.beside_worker TOKEN`, started by the steward."""

from __future__ import annotations

import sys


def main(token: str) -> None:
    """Do the job; what came of it stands in its progress."""
    import django

    django.setup()
    from lianfang.base.jobs.beside import run_job

    run_job(token)


if __name__ == "__main__":
    main(sys.argv[1])
