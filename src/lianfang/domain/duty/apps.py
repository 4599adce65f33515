"""Django registration of domain.duty."""

from django.apps import AppConfig


class Config(AppConfig):
    """domain.duty."""

    name = "lianfang.domain.duty"
    label = "duty"

    def ready(self) -> None:
        """Register figures, words of the work list, and the look for who is late."""
        from lianfang.base.jobs.api import each_minute
        from lianfang.domain.duty import leaving, metrics, worklist  # noqa: F401  (register by being imported)
        from lianfang.domain.duty.attendance import watch

        each_minute(watch)
