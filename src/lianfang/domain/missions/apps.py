"""Django registration of domain.missions."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.missions."""

    name = "lianfang.domain.missions"
    label = "missions"

    def ready(self) -> None:
        """Register its figures, the words of its items, and what the steward does every minute."""
        from lianfang.base.jobs.api import each_minute
        from lianfang.domain.missions import leaving, metrics, problems, worklist  # noqa: F401  (they register by being imported)
        from lianfang.domain.missions.services import wake_rested

        each_minute(wake_rested)
