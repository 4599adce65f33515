"""Django registration of domain.pairings."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.pairings."""

    name = "lianfang.domain.pairings"
    label = "pairings"

    def ready(self) -> None:
        """Register the metrics, the words of work items, and what the steward does every minute."""
        from lianfang.base.jobs.api import each_minute
        from lianfang.domain.pairings import leaving, metrics, problems, worklist  # noqa: F401  (register by being imported)
        from lianfang.domain.pairings.services import sweep

        each_minute(sweep)
